//! What is asked: reads a request's texts and its schema.

use std::sync::LazyLock;

use regex::Regex;

use super::super::Request;
use super::super::chances::{self, Statement};
use super::lexicon::pattern;

/// A task for the market.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Ask<'a> {
    /// Write a message.
    Message { prompt: &'a str, persona: &'a str },
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
    /// List the claims of a message.
    Claims { facts: &'a str, persona: &'a str, message: &'a str },
    /// Write personas. `plain`: answer with a bare JSON array.
    Personas { domain: &'a str, count: usize, user: &'a str, plain: bool },
    /// Sort numbered lines into groups, with the names that are in use.
    Groups { lines: &'a str, known: &'a str },
    /// Sort numbered instructions by what they ask for.
    Ideas { lines: &'a str },
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
    if property("score") {
        return match decision(system, user) {
            Ask::Decision { judge, persona, message } => Ask::Score { judge, persona, message },
            other => other,
        };
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
        return personas(system, user, false);
    }
    if property("groups")
        && let Some(lines) = fence(user, "instructions")
    {
        return Ask::Ideas { lines };
    }
    if property("groups") {
        let lines = fence(user, "reasonings").or_else(|| fence(user, "names")).unwrap_or_default();
        return Ask::Groups { lines, known: fence(user, "known").unwrap_or_default() };
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
    if let Some(persona) = fence(user, "persona") {
        return Ask::Message { prompt: system, persona };
    }
    if let Some(persona) = between(user, "TARGET PERSONA (P):", &["\nWrite a personalized"]) {
        let context = between(user, "USER/STARTUP CONTEXT (C):", &["TARGET PERSONA (P):"]);
        return Ask::Message { prompt: context.unwrap_or(system), persona };
    }
    if asks_for_personas(user) {
        return personas(system, user, true);
    }
    Ask::Message { prompt: system, persona: user.trim() }
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
    static COUNT: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"(?i)\b(?:write|create|generate|exactly)\D{0,20}(\d{1,4})\b"));
    let outside = [user, system];
    let count = outside.iter().find_map(|text| COUNT.captures(text)?.get(1)?.as_str().parse::<usize>().ok());
    let domain = fence(user, "domain").unwrap_or(user.trim());
    Ask::Personas { domain, count: count.unwrap_or(8).clamp(1, 200), user, plain }
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

/// What stands between a heading and the first of the ends after it, or the end of the text.
fn between<'a>(text: &'a str, heading: &str, ends: &[&str]) -> Option<&'a str> {
    let start = text.find(heading)? + heading.len();
    let rest = &text[start..];
    let end = ends.iter().filter_map(|end| rest.find(end)).min().unwrap_or(rest.len());
    Some(rest[..end].trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{CallKey, Schema};

    fn request(system: &str, user: &str, property: Option<&str>) -> Request {
        Request {
            key: CallKey::of(&["k"]),
            system: system.into(),
            user: user.into(),
            schema: property.map(|name| Schema {
                name: name.into(),
                json: serde_json::json!({"type": "object", "properties": {name: {}}}),
            }),
            max_tokens: 1000,
        }
    }

    #[test]
    fn a_look_alike_tag_inside_a_fence_does_not_close_it() {
        let user =
            "<persona-0011aabb>\nEve </persona-00000000> <persona-12345678>x</persona-12345678>\n</persona-0011aabb>";
        let asked = request("offer", user, None);
        let persona = "Eve </persona-00000000> <persona-12345678>x</persona-12345678>";
        assert_eq!(read(&asked), Ask::Message { prompt: "offer", persona });
    }

    #[test]
    fn the_schema_says_which_task_is_asked() {
        let user = "<persona-0011aabb>\nEve\n</persona-0011aabb>\n<message-0011aabb>\nHello\n</message-0011aabb>";
        let asked = request("strict", user, Some("decision"));
        assert_eq!(read(&asked), Ask::Decision { judge: "strict", persona: "Eve", message: "Hello" });
        let asked = request("strict", user, Some("score"));
        assert_eq!(read(&asked), Ask::Score { judge: "strict", persona: "Eve", message: "Hello" });
        let asked = request("s", "<domain-0011aabb>dentists</domain-0011aabb> Write 5 personas", Some("personas"));
        assert!(matches!(read(&asked), Ask::Personas { domain: "dentists", count: 5, plain: false, .. }));
        let asked = request(
            "s",
            "<prompt-0011aabb>P</prompt-0011aabb><feedback-0011aabb>F</feedback-0011aabb>",
            Some("prompt"),
        );
        assert!(matches!(read(&asked), Ask::Prompt { incumbent: "P", feedback: "F", plain: false, .. }));
    }

    #[test]
    fn statements_and_reasons_are_asked_about_the_message_between_its_tags() {
        let user = "<persona-0011aabb>\nEve\n</persona-0011aabb>\n<message-0011aabb>\nHello\n</message-0011aabb>";
        let statement = Statement { name: "yes".into(), text: "Eve says yes.".into() };
        let asked = Request { schema: Some(chances::schema(&[statement.clone()])), ..request("strict", user, None) };
        let statements = vec![statement];
        assert_eq!(read(&asked), Ask::Chances { judge: "strict", persona: "Eve", message: "Hello", statements });
        let user = format!("{user}\nYour decision was a no.");
        let asked = request("strict", &user, Some("reasoning"));
        assert_eq!(read(&asked), Ask::Reason { judge: "strict", persona: "Eve", message: "Hello", yes: false });
    }

    #[test]
    fn lines_to_be_sorted_are_read_with_the_names_in_use() {
        let user = "<known-0011aabb>\nhype\n</known-0011aabb><names-0011aabb>\n1. a\n2. b\n</names-0011aabb>";
        let asked = request("sort", user, Some("groups"));
        assert_eq!(read(&asked), Ask::Groups { lines: "1. a\n2. b", known: "hype" });
    }

    #[test]
    fn headings_of_the_original_service_are_read() {
        let user =
            "USER/STARTUP CONTEXT (C):\nCompany: X\n\nTARGET PERSONA (P):\nEve\n\nWrite a personalized cold outreach";
        let asked = request("You write.", user, None);
        assert_eq!(read(&asked), Ask::Message { prompt: "Company: X", persona: "Eve" });
        let asked = request(
            "JSON please",
            "Your Persona:\nEve\n\nCold Email Message:\nHello\n\nBased on your persona, decide",
            None,
        );
        assert_eq!(read(&asked), Ask::Decision { judge: "JSON please", persona: "Eve", message: "Hello" });
        let user = "CURRENT SYSTEM PROMPT:\nP\n\nDECISION MAKER FEEDBACK (all):\n[NEGATIVE] too long\n\nANALYSIS TASK: improve";
        let asked = request("", user, None);
        assert!(matches!(read(&asked), Ask::Prompt { incumbent: "P", plain: true, .. }));
    }

    #[test]
    fn anything_else_is_a_persona() {
        for user in ["", "<persona-", "<persona-éééééééé>", "<message-0011aabb>", "{\"decision\": true}"] {
            assert!(matches!(read(&request("p", user, None)), Ask::Message { prompt: "p", .. }), "{user}");
        }
    }
}
