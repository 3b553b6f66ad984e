//! Prompts and facts that people write: what is offered, how to write about it, and what may be claimed.

use std::sync::Arc;

use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use maud::{Markup, html};

use super::error::Problem;
use super::page::{self, Place};
use super::shown;
use super::site::Site;
use super::work::{Values, value};
use crate::data::results::sha256;
use crate::data::{FileName, Kind, clock};
use crate::improve::parts::Marking;
use crate::report::words;

/// How the stem of a file of facts ends; what stands before is the prompt's.
pub const FACTS: &str = ".facts";
/// How the stem of a prompt of the decision maker ends.
pub const JUDGE: &str = ".judge";
/// Longer texts are no prompts.
const LONGEST: usize = 200_000;

/// All of them.
pub async fn list(State(site): State<Arc<Site>>) -> Result<Html<String>, Response> {
    let files = site.aside(|site| {
        let (mut files, mut judges) = (Vec::new(), Vec::new());
        for file in site.folder.list(Kind::Prompts)?.into_iter().filter(|file| !file.stem().ends_with(FACTS)) {
            let (prompt, facts) = texts(site, &file)?;
            let all = if file.stem().ends_with(JUDGE) { &mut judges } else { &mut files };
            all.push((file, prompt, facts));
        }
        Ok((files, judges))
    });
    let (files, judges) = files.await.map_err(|problem| problem.page(&site))?;
    let body = html! {
        header.page-head {
            h1 { "Prompts" }
            p.lead { "What you offer, how to write about it, and the facts: what may truthfully be claimed." }
            p { a.button.primary href="/prompts/new" { "Write a prompt" } }
        }
        @if files.is_empty() {
            (page::empty("No prompt yet.", html! { p { "A prompt says what is offered and how to write about it. \
                " a href="/prompts/new" { "Write one" } ", then evaluate it on personas." } }))
        } @else {
            ul.cards {
                @for (file, prompt, facts) in &files {
                    li.card {
                        (in_short(file, prompt))
                        p.quiet {
                            @let count = facts.lines().filter(|line| !line.trim().is_empty()).count();
                            @if count == 0 { "No facts of its own: what the prompt states counts." } @else {
                                (crate::report::words::count(count as u64, "line of facts", "lines of facts"))
                            }
                        }
                        p { a href=(page::link("/evaluate", &[("prompt", file.stem())])) { "Evaluate it" } }
                    }
                }
            }
        }
        @if !judges.is_empty() {
            h2 #judges { "Prompts of the decision maker" }
            p { "How decisions are made. The forms that evaluate and improve a prompt offer them." }
            ul.cards { @for (file, prompt, _) in &judges { li.card { (in_short(file, prompt)) } } }
        }
    };
    Ok(page::page(&site, "Prompts", Place::Prompts, body))
}

/// The name and the beginning of a text.
fn in_short(file: &FileName, prompt: &str) -> Markup {
    html! {
        h2 { a href=(format!("/prompts/{}", page::segment(file.stem()))) { (file.stem()) } }
        p.excerpt {
            (page::text(&prompt.chars().take(240).collect::<String>()))
            @if prompt.chars().count() > 240 { "…" }
        }
    }
}

fn facts_of(site: &Site, file: &FileName) -> Result<FileName, Problem> {
    Ok(site.folder.resolve(Kind::Prompts, &format!("{}{FACTS}", file.stem()))?)
}

fn read(site: &Site, file: &FileName) -> Result<String, Problem> {
    let bytes = site.folder.read(file)?;
    let text = String::from_utf8(bytes).map_err(|_| Problem::input(format!("{file} is not text in UTF-8.")))?;
    Ok(text.trim_start_matches('\u{feff}').to_owned())
}

/// The prompt and its facts, where it has some.
fn texts(site: &Site, file: &FileName) -> Result<(String, String), Problem> {
    let facts = facts_of(site, file)?;
    Ok((read(site, file)?, if site.folder.exists(&facts) { read(site, &facts)? } else { String::new() }))
}

/// What two people who edit at once are told apart by.
fn mark(prompt: &str, facts: &str) -> String {
    sha256(format!("{}:{prompt}{facts}", prompt.len()).as_bytes())
}

/// A form for a new one.
pub async fn new(State(site): State<Arc<Site>>) -> Html<String> {
    let body = editor(&site, None, ("", "", ""), "", None);
    page::page(&site, "Write a prompt", Place::Prompts, body)
}

/// A form for one that is there.
pub async fn edit(State(site): State<Arc<Site>>, Path(name): Path<String>) -> Result<Html<String>, Response> {
    let own = site.aside(move |site| {
        let file = site.folder.resolve(Kind::Prompts, &name)?;
        let (prompt, facts) = texts(site, &file)?;
        let body = editor(site, Some(&file), (file.stem(), &prompt, &facts), &mark(&prompt, &facts), None);
        Ok(page::page(site, file.stem(), Place::Prompts, body))
    });
    own.await.map_err(|problem| problem.page(&site))
}

fn editor(
    site: &Site,
    file: Option<&FileName>,
    (name, prompt, facts): (&str, &str, &str),
    mark: &str,
    wrong: Option<&str>,
) -> Markup {
    html! {
        header.page-head {
            p.crumbs { a href="/prompts" { "Prompts" } }
            h1 { @if let Some(file) = file { (file.stem()) } @else { "Write a prompt" } }
        }
        @if let Some(wrong) = wrong { p.problem #problem role="alert" { (page::text(wrong)) } }
        form.stack #form method="post" action="/prompts" {
            (page::csrf(site))
            input type="hidden" name="mark" value=(mark);
            @if file.is_some() { input type="hidden" name="name" value=(name); } @else {
                div.field {
                    label for="name" { "Name" }
                    input #name name="name" value=(name) required placeholder="tea-for-offices" autocomplete="off";
                }
            }
            div.field {
                label for="prompt" { "Prompt" }
                textarea #prompt name="prompt" rows="16" required aria-describedby="prompt-hint" { "\n" (prompt) }
                p.hint #prompt-hint {
                    "First what is offered: company, product, whom it is for. Then rules that every message must keep \
                     to ("
                    code { "## Rules" }
                    "), and advice on how to write ("
                    code { "## Advice" }
                    "), the only part that is improved."
                }
            }
            div.field {
                label for="facts" { "Facts" }
                textarea #facts name="facts" rows="8" aria-describedby="facts-hint" { "\n" (facts) }
                p.hint #facts-hint {
                    "What may truthfully be claimed, a statement per line: customers, results, certifications, prices. \
                     Empty: what the prompt states."
                }
            }
            div.actions {
                button.primary #save type="submit" { "Save" }
                @if file.is_some() { a.button href=(page::link("/evaluate", &[("prompt", name)])) { "Evaluate it" } }
            }
        }
        @if file.is_some() { (split(prompt)) }
    }
}

/// What the headings of a prompt say of its parts.
fn split(prompt: &str) -> Markup {
    let Ok(marking) = Marking::new(prompt, &[]) else { return Markup::default() };
    let open = marking.open().count();
    html! {
        h2 #parts { "What stands in every prompt, and what may change" }
        @if open == 0 { (shown::parts(&marking.parts())) } @else {
            p {
                "The first cycle has " (words::count(open as u64, "line", "lines"))
                " marked as fact, rule or advice by the improver's model; facts and rules stay word for word from then \
                 on."
            }
            p.hint {
                "Under the headings " code { "## Rules" } " and " code { "## Advice" } " no model needs to be asked."
            }
        }
    }
}

/// Saves one.
pub async fn save(State(site): State<Arc<Site>>, Form(values): Form<Values>) -> Response {
    let saved = site.aside(move |site| {
        let unix = |name: &str| values.get(name).map(|text| text.replace("\r\n", "\n")).unwrap_or_default();
        let (name, prompt, facts) = (value(&values, "name").to_owned(), unix("prompt"), unix("facts"));
        let marked = value(&values, "mark").to_owned();
        let again = |file: Option<&FileName>, status: StatusCode, wrong: &str| {
            let body = editor(site, file, (&name, &prompt, &facts), &marked, Some(wrong));
            (status, page::page(site, "Write a prompt", Place::Prompts, body)).into_response()
        };
        let refused = StatusCode::UNPROCESSABLE_ENTITY;
        if prompt.trim().is_empty() {
            return Ok(again(None, refused, "The prompt is empty; write into it what you offer."));
        }
        if prompt.len() > LONGEST || facts.len() > LONGEST {
            return Ok(again(None, refused, "That is longer than 200,000 bytes; keep to what a model needs."));
        }
        let file = match site.folder.resolve(Kind::Prompts, &name) {
            Ok(file) if !file.stem().ends_with(FACTS) => file,
            Ok(_) => return Ok(again(None, refused, "A name that ends in .facts is that of facts; choose another.")),
            Err(error) => return Ok(again(None, refused, &page::sentence(&error.to_string()))),
        };
        let there = site.folder.exists(&file);
        if there == marked.is_empty() {
            let wrong = if there {
                "There is a prompt of that name already; choose another."
            } else {
                "The prompt is gone; copy your text and write it anew."
            };
            return Ok(again(None, StatusCode::CONFLICT, wrong));
        }
        if there {
            let (now, facts_now) = texts(site, &file)?;
            if mark(&now, &facts_now) != marked {
                let wrong = "Somebody else has changed it meanwhile. Copy your text, reload the page and edit what is \
                             there now.";
                return Ok(again(Some(&file), StatusCode::CONFLICT, wrong));
            }
            site.folder.replace(&file, prompt.as_bytes())?;
        } else {
            site.folder.create_new(&file, prompt.as_bytes())?;
        }
        let own_facts = facts_of(site, &file)?;
        if !facts.trim().is_empty() || site.folder.exists(&own_facts) {
            site.folder.replace(&own_facts, facts.as_bytes())?;
        }
        Ok(Redirect::to(&format!("/prompts/{}", page::segment(file.stem()))).into_response())
    });
    saved.await.unwrap_or_else(|problem| problem.page(&site))
}

/// A form in which the prompt of a run is edited by hand: a candidate.
pub async fn challenger(State(site): State<Arc<Site>>, Query(values): Query<Values>) -> Result<Html<String>, Response> {
    let own = site.aside(move |site| {
        let file = site.folder.resolve(Kind::Results, value(&values, "run"))?;
        // The prompt of the run that is named, and not of a later one: what is edited is what the page before showed.
        let prompt = site.shelf.summary(&site.folder, &file)?.prompt.clone();
        let name = file.stem();
        let body = html! {
            header.page-head {
                p.crumbs { a href=(format!("/run/{}", page::segment(name))) { (name) } }
                h1 { "A candidate by hand" }
                p.lead {
                    "Edit the advice. Facts and rules of the lineage stay as they are, whatever you do to them here; \
                     the rest is screened, raced and proved like any other candidate. It takes the place of the \
                     current prompt only if it is better on people kept aside. The page of the run shows what became \
                     of it."
                }
            }
            form.stack #form method="post" action="/challenger" {
                (page::csrf(site))
                input type="hidden" name="run" value=(name);
                div.field {
                    label for="prompt" { "Prompt" }
                    textarea.tall #prompt name="prompt" rows="24" required { "\n" (prompt) }
                }
                button.primary #save type="submit" { "Go on" }
            }
        };
        Ok(page::page(site, "A candidate by hand", Place::Lineages, body))
    });
    own.await.map_err(|problem| problem.page(&site))
}

/// Keeps the challenger and leads to the form that tests it.
pub async fn keep(State(site): State<Arc<Site>>, Form(values): Form<Values>) -> Result<Redirect, Response> {
    let kept = site.aside(move |site| {
        let run = site.folder.resolve(Kind::Results, value(&values, "run"))?;
        let prompt = values.get("prompt").map(|text| text.replace("\r\n", "\n")).unwrap_or_default();
        if prompt.trim().is_empty() || prompt.len() > LONGEST {
            return Err(Problem::input("The prompt is empty, or longer than 200,000 bytes. Go back and write one."));
        }
        let now = clock::iso(clock::now()?);
        let stamp: String = now.chars().filter(char::is_ascii_digit).take(14).collect();
        let base: String = crate::data::versions::lineage_base(run.stem()).chars().take(60).collect();
        for attempt in 0..100 {
            let number = if attempt == 0 { String::new() } else { format!("-{attempt}") };
            let file = site.folder.resolve(Kind::Prompts, &format!("{base}.challenger-{stamp}{number}"))?;
            if !site.folder.exists(&file) {
                site.folder.create_new(&file, prompt.as_bytes())?;
                return Ok((run.stem().to_owned(), file.stem().to_owned()));
            }
        }
        Err(Problem::new(StatusCode::CONFLICT, "Too many challengers were written in this second; try again."))
    });
    let (run, challenger) = kept.await.map_err(|problem| problem.page(&site))?;
    Ok(Redirect::to(&page::link("/improve", &[("run", &run), ("challenger", &challenger)])))
}
