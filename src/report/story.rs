//! The story of a cycle in a few lines: what people objected to, what was tried, who won, and whether it is true.

use std::collections::BTreeMap;

use super::{proof, words};
use crate::compare::segments::Segment;
use crate::evaluate::auditing::AuditCounts;
use crate::evaluate::grounding::ClaimKind;
use crate::improve::changes::Standing;
use crate::improve::difference::Step;
use crate::improve::objections::UNSORTED;
use crate::improve::{Change, Course};
use crate::optimize::story::{Effect, Raised, Rates, Story};
use crate::optimize::verdict::{Because, MOST_PEOPLE, Unreachable, Verdict};

/// Objections and instructions that are named.
const NAMED: usize = 3;
/// More personas than this are not advised.
const MOST_ADVISED: u32 = 500;
/// Characters of an instruction that is quoted.
const QUOTED: usize = 70;
/// Characters of an item whose change is told.
const ITEM: usize = 200;
/// Less than this many points an instruction changes too little to be named.
const WORTH_NAMING: f64 = 0.01;

/// The lines.
#[must_use]
pub fn lines(story: &Story) -> Vec<String> {
    let mut lines = vec![
        format!("Objections: {}", objections(story)),
        format!("Liked: {}", liked(story)),
        challengers(story),
        instructions(story),
    ];
    if story.finalists > 1 {
        let finalists = words::count(story.finalists as u64, "finalist", "finalists");
        lines.push(match story.raced {
            0 => format!("Race: none, too few calls to race {finalists}; the one that promises most went on"),
            trials => format!("Race: {finalists} in {}", words::count(trials as u64, "trial", "trials")),
        });
    }
    lines.push(format!("Verdict: {}", verdict(story)));
    if let Some(proof) = &story.proof {
        lines.extend(proof::lines(story, proof));
    }
    lines.extend(proof::kinds(story));
    lines.extend(proof::referee(story));
    lines.extend(changed(&story.changes));
    lines.push(format!("Claims: {}", claims(story)));
    lines
}

/// What became of the advice, a line for each item that was added, replaced or dropped; nothing where none was.
#[must_use]
pub fn difference(steps: &[Step]) -> Vec<String> {
    if steps.is_empty() {
        return Vec::new();
    }
    let one_line = |text: &str| words::one_line(text, ITEM);
    let line = |step: &Step| match step {
        Step::Added { text } => format!("  + {}", one_line(text)),
        Step::Replaced { before, text } => format!("  ~ {}\n    in place of: {}", one_line(text), one_line(before)),
        Step::Dropped { before } => format!("  - gone: {}", one_line(before)),
    };
    let heading = "Changed in the prompt (facts and rules stand word for word):".to_owned();
    std::iter::once(heading).chain(steps.iter().map(line)).collect()
}

/// The verdict in one sentence.
#[must_use]
pub fn verdict(story: &Story) -> String {
    let mut words = verdict_in_words(&story.verdict);
    let is_unasked = !story.kinds.is_empty() && story.kinds.iter().all(|kind| kind.verdict == Segment::TooSmall);
    if story.verdict.adopts() && is_unasked {
        words.push_str("; whether some kind of them loses, so few do not tell");
    }
    words
}

/// The same of a verdict alone.
#[must_use]
pub fn verdict_in_words(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Adopted => "adopted, proved better on people kept aside, and not by luck alone".into(),
        Verdict::Kept { because } => {
            let why = match because {
                Because::NoChallenger => "no candidate was worth testing".to_owned(),
                Because::Beaten => "the best candidate did worse already with the people it was tuned on".to_owned(),
                Because::NoGain => {
                    "with people kept aside the best candidate gains less than what is worth having".to_owned()
                }
                Because::NotConfirmed => {
                    "the best candidate was better, but what was asked after that decision shows a gain below what \
                     is worth having"
                        .to_owned()
                }
                Because::Segment(segment) => {
                    format!("the best candidate's gain is paid for by {}", words::one_line(segment, 60))
                }
            };
            format!("kept, no better prompt found: {why}")
        }
        Verdict::NotEnoughData { more_personas, messages_each, unreachable } => {
            // More than anybody would ask is no advice.
            let is_too_many = more_personas.is_some_and(|more| more > MOST_ADVISED);
            let unreachable = if is_too_many { &Some(Unreachable::TooMany) } else { unreachable };
            let personas = more_personas
                .filter(|_| !is_too_many)
                .map(|more| format!("{} kept aside", words::count(u64::from(more), "more persona", "more personas")));
            let messages = messages_each.map(|each| {
                format!("{} to each of those there are", words::count(u64::from(each), "message", "messages"))
            });
            let settle: Vec<String> = personas.into_iter().chain(messages).collect();
            let settle = match (unreachable, settle.is_empty()) {
                (_, false) => format!("{} would settle it in four of five cases", settle.join(", or ")),
                (Some(Unreachable::TooMany), true) => format!(
                    "a gain as small as the one that was seen would take more than {} personas to settle",
                    words::thousands(u64::from(if is_too_many { MOST_ADVISED } else { MOST_PEOPLE }))
                ),
                (Some(Unreachable::NoGain), true) => "there was no gain that more personas could settle".to_owned(),
                (Some(Unreachable::NoRoom), true) => "no rate can rise by so much from here".to_owned(),
                (None, true) => "more personas would settle it".to_owned(),
            };
            format!("not enough data, not proved: the current prompt stays; {settle}")
        }
    }
}

pub(super) fn objections(story: &Story) -> String {
    match story.sorted {
        None => unsorted(&story.quotes.no),
        Some(part) => format!("{}{}", groups(&story.objections, "none was raised"), of_sample(part)),
    }
}

fn liked(story: &Story) -> String {
    if story.sorted.is_none() { unsorted(&story.quotes.yes) } else { groups(&story.liked, "nothing was named") }
}

/// What is said where no model has sorted what people said.
fn unsorted(quotes: &[String]) -> String {
    let quoted: Vec<String> =
        quotes.iter().take(2).map(|quote| format!("{:?}", words::one_line(quote, QUOTED))).collect();
    if quoted.is_empty() { UNSORTED.to_owned() } else { format!("{UNSORTED}, such as {}", quoted.join(", ")) }
}

/// Says of how many reasonings counts are, where that is not all of them.
fn of_sample((sorted, of): (usize, usize)) -> String {
    if sorted >= of {
        return String::new();
    }
    format!("; counted in {} of {} reasonings", words::thousands(sorted as u64), words::thousands(of as u64))
}

fn groups(groups: &[Raised], none: &str) -> String {
    if groups.is_empty() {
        return none.to_owned();
    }
    let one = |group: &Raised| {
        let interval = group.interval().map(|of| format!(" ({:.0} to {:.0}%)", of.low * 100.0, of.high * 100.0));
        let name = words::one_line(&group.name, 40);
        format!("{name} {:.0}% of people{}", group.share() * 100.0, interval.unwrap_or_default())
    };
    let named: Vec<String> = groups.iter().take(NAMED).map(one).collect();
    let more = groups.len().saturating_sub(NAMED);
    if more > 0 { format!("{} ({more} more)", named.join(", ")) } else { named.join(", ") }
}

/// Which objections went away with the new prompt, and which appeared or changed; `None` where nothing did.
#[must_use]
pub fn changed(changes: &[Change]) -> Option<String> {
    let percent = |standing: Standing| format!("{:.0}%", 100.0 * standing.share());
    let of = |course: Course, words: &str| {
        let some: Vec<&Change> = changes.iter().filter(|own| own.course == course).collect();
        let named: Vec<String> = some
            .iter()
            .take(NAMED)
            .map(|own| {
                let name = words::one_line(&own.name, 40);
                match course {
                    Course::WentAway => format!("{name} ({})", percent(own.before)),
                    Course::Appeared => format!("{name} ({})", percent(own.after)),
                    _ => format!("{name} ({} to {})", percent(own.before), percent(own.after)),
                }
            })
            .collect();
        let more = some.len().saturating_sub(NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        (!named.is_empty()).then(|| format!("{words} {}{more}", named.join(", ")))
    };
    let parts = [
        of(Course::WentAway, "went away:"),
        of(Course::Shrank, "fewer:"),
        of(Course::Grew, "more:"),
        of(Course::Appeared, "new:"),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| format!("Objections since: {}", parts.join("; ")))
}

fn challengers(story: &Story) -> String {
    let mut line = format!("Candidates: {} asked for, {} passed the screen", story.asked, story.passed);
    if story.cut > 0 {
        line.push_str(&format!(", {} cut out of them", words::count(story.cut as u64, "passage", "passages")));
    }
    if let Some(first) = story.refused.first() {
        line.push_str(&format!("; {} refused, such as: {}", story.refused.len(), words::one_line(&first.why, 100)));
    }
    line
}

fn instructions(story: &Story) -> String {
    let mut line = format!(
        "Instructions: {} tried in {}",
        story.instructions.len(),
        words::count(story.trials as u64, "trial", "trials")
    );
    let quoted = |own: &Effect| format!("{} {:?}", words::points(own.change), words::one_line(&own.text, QUOTED));
    let helped: Vec<String> = story
        .instructions
        .iter()
        .filter(|own| own.is_in && own.change > WORTH_NAMING)
        .take(NAMED)
        .map(quoted)
        .collect();
    let harmed: Vec<String> = story
        .instructions
        .iter()
        .rev()
        .filter(|own| !own.is_in && own.change < -WORTH_NAMING && own.logit.0 < 0.0)
        .take(1)
        .map(quoted)
        .collect();
    if !helped.is_empty() {
        line.push_str(&format!("; what helps most (points): {}", helped.join(", ")));
    }
    if !harmed.is_empty() {
        line.push_str(&format!("; what does harm: {}", harmed.join(", ")));
    }
    line
}

fn claims(story: &Story) -> String {
    match &story.after {
        None => made_up(&story.before),
        Some(after) if story.before.checked + after.checked == 0 => made_up(after),
        Some(after) => format!("before: {}; after: {}", made_up(&story.before), made_up(after)),
    }
}

/// The share of messages that make something up, of those that were checked, and the most frequent kinds of such claims.
#[must_use]
pub fn made_up(rates: &Rates) -> String {
    let Rates { messages, checked, made_up, blanks, claims, .. } = rates;
    let open = match blanks {
        0 => String::new(),
        some => format!("; {} with a blank that was never filled in", words::count(*some, "message", "messages")),
    };
    format!("{}{}{open}", share_of_checked(*made_up, *checked, *messages), kinds(claims))
}

fn share_of_checked(made_up: u64, checked: u64, messages: u64) -> String {
    if checked == 0 {
        return "not checked".to_owned();
    }
    let of = if checked < messages {
        format!(", {} of {} checked", words::thousands(checked), words::count(messages, "message", "messages"))
    } else {
        String::new()
    };
    let share = 100.0 * made_up as f64 / checked as f64;
    format!(
        "{share:.1}% of messages with a made-up claim ({} of {}{of})",
        words::thousands(made_up),
        words::thousands(checked)
    )
}

/// What a command that has written messages says of their claims: how many make something up, and how many were revised.
#[must_use]
pub fn written(rates: &Rates, revised: u64) -> String {
    format!("Claims: {}{}", made_up(rates), revisions(revised))
}

/// The same of messages that nobody has decided on.
#[must_use]
pub fn claims_of_written(audits: &AuditCounts) -> String {
    let AuditCounts { messages, checked, made_up, .. } = audits;
    let share = share_of_checked(*made_up, *checked, *messages);
    format!("Claims: {}{}", share, revisions(audits.revised))
}

fn revisions(count: u64) -> String {
    if count == 0 { String::new() } else { format!("; {} revised", words::thousands(count)) }
}

fn kinds(claims: &BTreeMap<ClaimKind, u64>) -> String {
    if claims.is_empty() {
        return String::new();
    }
    let mut ranked: Vec<(&ClaimKind, &u64)> = claims.iter().collect();
    ranked.sort_by_key(|(kind, count)| (std::cmp::Reverse(**count), **kind));
    let named: Vec<String> = ranked
        .into_iter()
        .take(4)
        .map(|(kind, count)| format!("{} {count}", kind.as_str().replace('_', " ")))
        .collect();
    format!(" [{}]", named.join(", "))
}
