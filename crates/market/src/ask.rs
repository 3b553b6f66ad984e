//! What is asked: reads a request's texts and its schema.

use std::sync::LazyLock;

use regex::Regex;

use super::lexicon::pattern;
use rejoinder_llm::model::Request;
use rejoinder_llm::model::chances::{self, Statement};

/// A task for the market.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Ask<'a> {
    /// Write a message. `around`: what the request says beside the persona.
    Message { prompt: &'a str, persona: &'a str, around: String },
    /// Write a step of a sequence, or revise it. `around`: what the request says beside the persona.
    Step { prompt: &'a str, persona: &'a str, around: String, earlier: Vec<&'a str>, draft: Option<(&'a str, &'a str)> },
    /// Say what of the things that law asks for a message holds.
    Lint { message: &'a str, subject: &'a str },
    /// Change these passages of a draft.
    Revision { prompt: &'a str, persona: &'a str, draft: &'a str, passages: &'a str },
    /// Decide on a message.
    Decision { judge: &'a str, persona: &'a str, message: &'a str },
    /// Say how likely a yes to a message is.
    Score { judge: &'a str, persona: &'a str, message: &'a str },
    /// Say how likely each statement about a message is.
    Chances { judge: &'a str, persona: &'a str, message: &'a str, statements: Vec<Statement> },
    /// Give the reasons for a decision.
    Reason { judge: &'a str, persona: &'a str, message: &'a str, yes: bool },
    /// Rewrite a prompt. `plain`: answer with the prompt alone instead of JSON.
    Prompt { guide: &'a str, incumbent: &'a str, feedback: &'a str, objections: &'a str, plain: bool },
    /// Change the advice of a prompt whose facts and rules are fixed.
    Changes { guide: &'a str, fixed: Fixed<'a>, advice: &'a str, feedback: &'a str, objections: &'a str },
    /// Mark the numbered blocks of a prompt as fact, rule or advice.
    Split { blocks: &'a str },
    /// Find items of advice that ask for claims beyond the facts.
    ItemCheck { facts: &'a str, items: &'a str },
    /// List the claims of a message.
    Claims { facts: &'a str, persona: &'a str, message: &'a str },
    /// Describe a person from the columns of a list.
    Describe { columns: &'a str },
    /// Write personas. `plain`: answer with a bare JSON array.
    Personas { domain: &'a str, count: usize, user: &'a str, plain: bool },
    /// Write more people of the population of which this is a sample: a JSON list of texts. `user`: the whole request.
    MorePeople { sample: &'a str, count: usize, user: &'a str },
    /// Name groups for numbered lines, with those that are in use. `yes`: the lines are what people liked.
    Naming { lines: &'a str, known: &'a str, yes: bool },
    /// Sort numbered lines into the groups against and in favour.
    Sorting { lines: &'a str, against: &'a str, favour: &'a str },
    /// Name kinds of numbered people, or sort them into those that are known.
    Kinds { lines: &'a str, known: &'a str },
    /// Sort numbered instructions by what they ask for.
    Ideas { lines: &'a str },
}

/// What of a prompt cannot be changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Fixed<'a> {
    pub facts: &'a str,
    pub rules: &'a str,
}

/// Reads a request. Never fails: what it cannot recognise is a persona to write to.
pub(super) fn read(request: &Request) -> Ask<'_> {
    let (system, user) = (request.system.as_str(), request.user.as_str());
    let property = |name: &str| {
        request.schema.as_ref().is_some_and(|schema| schema.json.get("properties").and_then(|p| p.get(name)).is_some())
    };
    let statements =
        request.schema.as_ref().filter(|schema| schema.name == chances::NAME).and_then(chances::statements);
    if let (Some(statements), Ask::Decision { judge, persona, message }) = (statements, decision(system, user)) {
        return Ask::Chances { judge, persona, message, statements };
    }
    if property("decision") {
        return decision(system, user);
    }
    if property("claims") {
        let text = |kind| fence(user, kind).unwrap_or_default();
        return Ask::Claims { facts: text("facts"), persona: text("persona"), message: text("message") };
    }
    if property("opt_out") {
        return Ask::Lint { message: text_of(user, "message"), subject: text_of(user, "subject") };
    }
    if let Some(persona) = fence(user, "persona")
        && (property("body") || is_step(user))
    {
        let draft = fence(user, "draft").map(|draft| (draft, text_of(user, "passages")));
        let (around, earlier) = (outside(user, persona), fences(user, "earlier"));
        return Ask::Step { prompt: system, persona, around, earlier, draft };
    }
    if property("score") {
        return match decision(system, user) {
            Ask::Decision { judge, persona, message } => Ask::Score { judge, persona, message },
            other => other,
        };
    }
    let text = |kind| fence(user, kind).unwrap_or_default();
    if property("changes") {
        let fixed = Fixed { facts: text("facts"), rules: text("rules") };
        let (advice, feedback, objections) = (text("advice"), text("feedback"), text("objections"));
        return Ask::Changes { guide: system, fixed, advice, feedback, objections };
    }
    if property("blocks") {
        return Ask::Split { blocks: text("blocks") };
    }
    if property("faults") {
        return Ask::ItemCheck { facts: text("facts"), items: text("items") };
    }
    if property("reasoning")
        && let Ask::Decision { judge, persona, message } = decision(system, user)
    {
        let yes = user.rfind("was a yes") > user.rfind("was a no");
        return Ask::Reason { judge, persona, message, yes };
    }
    if property("prompt") {
        return prompt(system, user, false);
    }
    if property("personas") {
        if let Some(sample) = fence(user, "sample") {
            return Ask::MorePeople { sample, count: count_in(&[user, system]), user };
        }
        return personas(system, user, false);
    }
    if property("groups")
        && let Some(lines) = fence(user, "instructions")
    {
        return Ask::Ideas { lines };
    }
    if let Some(lines) = fence(user, "people") {
        return Ask::Kinds { lines, known: text("kinds") };
    }
    if let Some(lines) = fence(user, "reasonings") {
        let text = |kind| fence(user, kind).unwrap_or_default();
        if property("codes") || (fence(user, "against").or_else(|| fence(user, "favour")).is_some()) {
            return Ask::Sorting { lines, against: text("against"), favour: text("favour") };
        }
        return Ask::Naming { lines, known: text("codebook"), yes: user.contains("said yes.") };
    }
    if fence(user, "message").is_some() || (user.contains("Cold Email Message:") && user.contains("Your Persona:")) {
        return decision(system, user);
    }
    if fence(user, "feedback").is_some() || user.contains("CURRENT SYSTEM PROMPT:") {
        return prompt(system, user, true);
    }
    if fence(user, "domain").is_some() {
        return personas(system, user, true);
    }
    if let Some(columns) = fence(user, "columns") {
        return Ask::Describe { columns };
    }
    if let Some(persona) = fence(user, "persona") {
        if let (Some(draft), Some(passages)) = (fence(user, "draft"), fence(user, "passages")) {
            return Ask::Revision { prompt: system, persona, draft, passages };
        }
        return Ask::Message { prompt: system, persona, around: outside(user, persona) };
    }
    if let Some(persona) = between(user, "TARGET PERSONA (P):", &["\nWrite a personalized"]) {
        let context = between(user, "USER/STARTUP CONTEXT (C):", &["TARGET PERSONA (P):"]);
        return Ask::Message { prompt: context.unwrap_or(system), persona, around: String::new() };
    }
    if asks_for_personas(user) {
        return personas(system, user, true);
    }
    Ask::Message { prompt: system, persona: user.trim(), around: String::new() }
}

fn decision<'a>(system: &'a str, user: &'a str) -> Ask<'a> {
    let persona = fence(user, "persona").or_else(|| between(user, "Your Persona:", &["\nCold Email Message:"]));
    let ends = ["\nBased on your persona", "\nMake your decision", "\nRespond with", "\nReturn", "\nPlease"];
    let message = fence(user, "message").or_else(|| between(user, "Cold Email Message:", &ends));
    Ask::Decision { judge: system, persona: persona.unwrap_or(user.trim()), message: message.unwrap_or_default() }
}

fn prompt<'a>(system: &'a str, user: &'a str, plain: bool) -> Ask<'a> {
    let incumbent = fence(user, "prompt")
        .or_else(|| between(user, "CURRENT SYSTEM PROMPT:", &["\nDECISION MAKER FEEDBACK"]))
        .unwrap_or_default();
    let feedback = fence(user, "feedback")
        .or_else(|| between(user, "DECISION MAKER FEEDBACK", &["\nANALYSIS TASK:"]))
        .unwrap_or_default();
    // The original's analysis task is part of the guide: it says whether to keep to the facts.
    let guide = if system.trim().is_empty() { user } else { system };
    Ask::Prompt { guide, incumbent, feedback, objections: fence(user, "objections").unwrap_or_default(), plain }
}

fn personas<'a>(system: &'a str, user: &'a str, plain: bool) -> Ask<'a> {
    let domain = fence(user, "domain").unwrap_or(user.trim());
    Ask::Personas { domain, count: count_in(&[user, system]), user, plain }
}

/// How many are asked for.
fn count_in(texts: &[&str]) -> usize {
    static COUNT: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"(?i)\b(?:write|create|generate|exactly)\D{0,20}(\d{1,4})\b"));
    let count = texts.iter().find_map(|text| COUNT.captures(text)?.get(1)?.as_str().parse::<usize>().ok());
    count.unwrap_or(8).clamp(1, 200)
}

fn asks_for_personas(user: &str) -> bool {
    static ASKS: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"(?i)^.{0,80}\b(?:write|create|generate)\b.{0,60}\bpersonas\b"));
    ASKS.is_match(user)
}

/// The first fenced text of a kind. Only the tag with the same suffix closes it, so that look-alikes inside stay text.
fn fence<'a>(text: &'a str, kind: &str) -> Option<&'a str> {
    let open = format!("<{kind}-");
    let mut from = 0;
    // Text that fights back may open a million tags that nothing closes: looking at all of them would take for ever.
    for _ in 0..100 {
        let found = text[from..].find(&open)?;
        let name_at = from + found + 1;
        let suffix_at = from + found + open.len();
        from = suffix_at;
        let digits = text[suffix_at..].bytes().take_while(u8::is_ascii_hexdigit).take(64).count();
        let (suffix, rest) = text[suffix_at..].split_at(digits);
        let Some(inside) = rest.strip_prefix('>').filter(|_| digits >= 8) else { continue };
        let close = format!("</{}{suffix}>", &text[name_at..suffix_at]);
        if let Some(end) = inside.find(&close) {
            return Some(inside[..end].trim());
        }
    }
    None
}

/// All fenced texts of a kind, those inside of others left out.
fn fences<'a>(text: &'a str, kind: &str) -> Vec<&'a str> {
    let (mut found, mut rest) = (Vec::new(), text);
    while let Some(inside) = fence(rest, kind) {
        let end = inside.as_ptr() as usize - rest.as_ptr() as usize + inside.len();
        found.push(inside);
        rest = &rest[end..];
    }
    found
}

/// The first fenced text of a kind, or nothing.
fn text_of<'a>(user: &'a str, kind: &str) -> &'a str {
    fence(user, kind).unwrap_or_default()
}

/// Whether a step is asked for by a host that passes no schema on: the request says its form at its end.
fn is_step(user: &str) -> bool {
    let end = user.rfind("\n\n").map_or(user, |at| &user[at..]);
    end.contains("\"subject\"") && end.contains("\"body\"")
}

/// What stands before and after a fenced text and its tags.
fn outside(text: &str, inside: &str) -> String {
    let from = inside.as_ptr() as usize - text.as_ptr() as usize;
    let opening = text[..from].rfind('<').unwrap_or(from);
    let after = &text[from + inside.len()..];
    let closing = after.find('>').map_or(after.len(), |at| at + 1);
    format!("{}{}", &text[..opening], &after[closing..])
}

/// What stands between a heading and the first of the ends after it, or the end of the text.
fn between<'a>(text: &'a str, heading: &str, ends: &[&str]) -> Option<&'a str> {
    let start = text.find(heading)? + heading.len();
    let rest = &text[start..];
    let end = ends.iter().filter_map(|end| rest.find(end)).min().unwrap_or(rest.len());
    Some(rest[..end].trim())
}

#[cfg(test)]
mod tests;
