//! People may disagree: with a message, with a decision, with what an auditor says of a claim. What they say is kept
//! with who and when; a claim that is corrected enters the facts only after a yes of its own.

use std::sync::Arc;

use axum::extract::{Form, Path, State};
use axum::response::{Redirect, Response};
use maud::{Markup, html};

use super::error::Problem;
use super::page::{self, text};
use super::shelf::Index;
use super::shown;
use super::site::Site;
use super::work::{Values, value};
use crate::compare::agreement::{Agreement, Pairs};
use crate::data::opinions::{About, Opinion, Opinions};
use crate::data::results::{Judged, MessageNote};
use crate::data::{DataFolder, FileName, Kind, clock, results_stream, versions};
use crate::evaluate::grounding::{Audit, Claim, ClaimVerdict};
use crate::optimize::lineage::Lineage;
use crate::optimize::lineage::root::Root;
use crate::report::words;

/// Characters of a name and of a note.
const LONGEST_NAME: usize = 80;
const LONGEST_NOTE: usize = 2_000;

/// Keeps what somebody says.
pub async fn keep(
    State(site): State<Arc<Site>>,
    Path(name): Path<String>,
    Form(values): Form<Values>,
) -> Result<Redirect, Response> {
    let kept = site.aside(move |site| {
        let index = super::run::open(site, &name)?;
        let number = |name: &str| value(&values, name).parse::<u32>().ok();
        let unknown = || Problem::input("The form does not say what is meant. Go back, reload the page and try again.");
        let (entry, message) = number("entry").zip(number("message")).ok_or_else(unknown)?;
        let own = index.entry(&site.folder, entry)?;
        let said = own.messages.get(message as usize).ok_or_else(unknown)?;
        let about = about(value(&values, "say"), said).ok_or_else(unknown)?;
        let who: String = value(&values, "who").chars().take(LONGEST_NAME).collect();
        if who.is_empty() {
            return Err(Problem::input("Say who you are, so that others know whose opinion it is."));
        }
        let note = value(&values, "note").chars().take(LONGEST_NOTE).collect();
        let at = clock::iso(clock::now()?);
        let opinion = Opinion { persona: entry, message, about, note, who: who.clone(), at };
        Opinions::keep(&site.folder, &index.file, opinion)?;
        let path = format!("/run/{}/persona/{}", page::segment(index.file.stem()), entry + 1);
        Ok(format!("{}#message-{}", page::link(&path, &[("who", &who)]), message + 1))
    });
    kept.await.map(|to| Redirect::to(&to)).map_err(|problem| problem.page(&site))
}

/// What was said: `send`, `hold`, `right`, `wrong`, or of a claim by its place `true-3`, `made-up-3`.
fn about(say: &str, said: &Judged) -> Option<About> {
    let judge = said.decision.decision;
    match say {
        "send" | "hold" => Some(About::Message { would_send: say == "send" }),
        "right" | "wrong" => Some(About::Decision { judge, person: judge == (say == "right") }),
        _ => {
            let (word, at) = say.rsplit_once('-')?;
            let person_made_up = match word {
                "true" => false,
                "made-up" => true,
                _ => return None,
            };
            let audit: Audit = said.rejoinder.as_ref().and_then(MessageNote::audit)?;
            let claim: &Claim = audit.claims.get(at.parse::<usize>().ok()?)?;
            let auditor_made_up = claim.verdict != ClaimVerdict::Supported;
            Some(About::Claim { start: claim.start, end: claim.end, auditor_made_up, person_made_up })
        }
    }
}

/// A message of a run.
pub struct Message<'a> {
    /// The run, without its ending.
    pub run: &'a str,
    /// Its entry, from 0.
    pub entry: u32,
    /// Its place in the entry, from 0.
    pub place: u32,
    /// Its text, and what was decided and found.
    pub said: &'a Judged,
}

/// The form beneath a message, and what was said of it; `who` is the name that is filled in.
pub fn form(site: &Site, message: &Message<'_>, all: &Opinions, who: &str) -> Markup {
    let Message { run, entry, place: message, said } = *message;
    let audit: Audit = said.rejoinder.as_ref().and_then(MessageNote::audit).unwrap_or_default();
    let path = format!("/run/{}/opinion", page::segment(run));
    let id = |name: &str| format!("{name}-{}-{}", entry + 1, message + 1);
    let button = |say: &str, words: &str| html! { button.small type="submit" name="say" value=(say) { (words) } };
    html! {
        @let known: Vec<&Opinion> = all.on(entry, message).collect();
        @if !known.is_empty() {
            ul.opinions aria-label="What people say" {
                @for own in &known { li { (in_words(own, said)) (offer(site, run, own)) } }
            }
        }
        details.more {
            summary { "Say what you think" }
            form.opinion method="post" action=(path) {
                (page::csrf(site))
                input type="hidden" name="entry" value=(entry);
                input type="hidden" name="message" value=(message);
                div.field {
                    label for=(id("who")) { "Your name" }
                    input id=(id("who")) name="who" value=(who) required maxlength=(LONGEST_NAME) autocomplete="name";
                }
                div.field {
                    label for=(id("note")) { "Why, or where it stands" }
                    input id=(id("note")) name="note" maxlength=(LONGEST_NOTE);
                }
                div.actions { (button("send", "I would send this")) (button("hold", "I would not send this")) }
                div.actions { (button("right", "The decision is right")) (button("wrong", "The decision is wrong")) }
                @for (at, claim) in audit.claims.iter().enumerate() {
                    p { q { (text(&words::one_line(claim.quote(&said.message), 160))) } " "
                        @if claim.verdict == ClaimVerdict::Supported { span.quiet { "found to be supported" } } @else { span.pill.flag { "made up" } } }
                    div.actions {
                        (button(&format!("true-{at}"), "This is true"))
                        (button(&format!("made-up-{at}"), "This is made up"))
                    }
                }
            }
        }
    }
}

fn in_words(own: &Opinion, said: &Judged) -> Markup {
    let quote =
        |start: usize, end: usize| said.message.chars().skip(start).take(end.saturating_sub(start)).collect::<String>();
    html! {
        strong { (text(&own.who)) } " "
        @match own.about {
            About::Message { would_send: true } => "would send this",
            About::Message { would_send: false } => "would not send this",
            About::Decision { judge, person } => { @if judge == person { "agrees with the decision" } @else { "disagrees with the decision" } }
            About::Claim { start, end, person_made_up, .. } => {
                "says that \u{201c}"
                (text(&words::one_line(&quote(start, end), 120)))
                "\u{201d} is "
                @if person_made_up { "made up" } @else { "true" }
            }
        }
        @if !own.note.is_empty() { ": " (text(&own.note)) }
        span.quiet { " (" (words::minute(&own.at)) ")" }
    }
}

/// What was corrected may become a fact, if somebody says yes to that.
fn offer(site: &Site, run: &str, own: &Opinion) -> Markup {
    let is_corrected = matches!(own.about, About::Claim { auditor_made_up: true, person_made_up: false, .. });
    html! {
        @if is_corrected {
            form.inline.fact method="post" action=(format!("/run/{}/fact", page::segment(run))) {
                (page::csrf(site))
                @let id = format!("fact-{}-{}", own.persona + 1, page::segment(&own.at));
                div.field.wide {
                    label for=(id) { "Add to the facts of the lineage" }
                    input id=(id) name="fact" value=(own.note) required placeholder="the fact, as a sentence";
                }
                button.small type="submit" { "Yes, add it" }
            }
        }
    }
}

/// Adds a fact to those of the lineage, for cycles that are started from now on.
pub async fn add_fact(
    State(site): State<Arc<Site>>,
    Path(name): Path<String>,
    Form(values): Form<Values>,
) -> Result<Redirect, Response> {
    let added = site.aside(move |site| {
        let run = site.folder.resolve(Kind::Results, &name)?;
        let fact: String = value(&values, "fact").split_whitespace().collect::<Vec<_>>().join(" ");
        if fact.is_empty() || fact.chars().count() > LONGEST_NOTE {
            return Err(Problem::input("Write the fact as a sentence of at most 2,000 characters."));
        }
        let file = facts_file(&site.folder, &run)?;
        let _lock = site.folder.lock(Kind::Opinions)?;
        let there = if site.folder.exists(&file) {
            String::from_utf8_lossy(&site.folder.read(&file)?).into_owned()
        } else {
            facts(&site.folder, &run)?
        };
        if !there.lines().any(|line| line.trim() == fact) {
            site.folder.replace(&file, format!("{}\n{fact}\n", there.trim_end()).as_bytes())?;
        }
        Ok(page::link("/improve", &[("run", run.stem())]))
    });
    added.await.map(|to| Redirect::to(&to)).map_err(|problem| problem.page(&site))
}

/// Where the facts of a run's lineage are once somebody has added to them.
pub fn facts_file(folder: &DataFolder, run: &FileName) -> Result<FileName, Problem> {
    let base = versions::lineage_base(run.stem());
    Ok(folder.resolve(Kind::Prompts, &format!("{base}{}", super::prompts::FACTS))?)
}

fn facts(folder: &DataFolder, run: &FileName) -> Result<String, Problem> {
    let ((), head) = results_stream::gather(folder, run, &())?;
    if let Some(lineage) = Lineage::of(&head) {
        return Ok(lineage.facts);
    }
    Ok(Root::of(folder, &head)?.sources(None).facts.to_string())
}

/// How far judge and auditor agree with people, on the page of a run.
pub fn agreement(folder: &DataFolder, index: &Index) -> Result<Markup, Problem> {
    let all = Opinions::load(folder, &index.file)?;
    let (mut judge, mut auditor, mut sends) = (Pairs::default(), Pairs::default(), (0_u64, 0_u64));
    for own in &all.opinions {
        match own.about {
            About::Decision { judge: says, person } => judge.add(says, person),
            About::Claim { auditor_made_up, person_made_up, .. } => auditor.add(auditor_made_up, person_made_up),
            About::Message { would_send } => sends = (sends.0 + u64::from(would_send), sends.1 + 1),
        }
    }
    Ok(html! {
        @if !all.opinions.is_empty() {
            h2 #opinions { "What people say" }
            ul {
                @if let Some(found) = judge.agreement() {
                    li { (line("Decisions on which a person and the judge agree", &judge, &found)) }
                }
                @if let Some(found) = auditor.agreement() {
                    li { (line("Claims on which a person and the auditor agree", &auditor, &found)) }
                }
                @if sends.1 > 0 {
                    li {
                        "Messages that a person would send: "
                        strong { (words::thousands(sends.0)) " of " (words::thousands(sends.1)) }
                    }
                }
            }
            p.hint {
                "Gwet's AC1 corrects for agreement by chance: 1 means always, 0 no more often than by chance. Every \
                 opinion counts once, whoever gave it. "
                a href=(format!("/run/{}/opinions.jsonl", page::segment(index.file.stem()))) { "Download all opinions" }
            }
        }
    })
}

fn line(name: &str, pairs: &Pairs, found: &Agreement) -> Markup {
    let number = |value: f64| format!("{value:.2}");
    html! {
        (name) ": "
        strong { (shown::percent(found.raw)) }
        " (" (words::thousands(pairs.both + pairs.neither)) " of " (words::thousands(found.things)) ")"
        span.quiet {
            ", 95% interval " (shown::percent(found.raw_interval.low)) " to " (shown::percent(found.raw_interval.high))
        }
        "; AC1 "
        strong { (number(found.ac1)) }
        span.quiet { " (" (number(found.ac1_interval.low)) " to " (number(found.ac1_interval.high)) ")" }
    }
}

/// All opinions on a run, a line each.
pub fn lines(folder: &DataFolder, run: &FileName) -> Result<String, Problem> {
    let all = Opinions::load(folder, run)?;
    Ok(all.opinions.iter().filter_map(|own| serde_json::to_string(own).ok()).map(|line| format!("{line}\n")).collect())
}
