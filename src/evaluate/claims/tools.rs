//! Integrations: what the product is said to connect with.

use std::sync::LazyLock;

use regex::bytes::Regex;

use super::Kind;
use super::names;
use super::reading::{Found, Reading, Spoken};
use super::source::{Statement, share};
use super::words::{clause_start, pattern, stems};

/// Claims of integration.
pub(super) fn find(reading: &Reading<'_>, found: &mut Vec<Found>) {
    static CONNECTS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:integrates?|integrated|integrating|syncs?|synced|syncing|connects?|connecting|connected|plugs?|plugging|hooks?|works|talks|pairs|speaks|links|communicates|docks|interfaces?|slots?|sits|lives|runs|feeds|pulls?|writes|reads|imports?|exports?) (?:\w+ly |right |straight |natively |out of the box |data |everything |records |orders |results |invoices |both ways |in |up |back )*(?:with|into|to|alongside|from|on top of|inside|within)\b",
        )
    });
    static THINGS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:integrations?|connectors?|two-way sync|plug-?ins?|add-?ons?|migration tool|integration map)\b(?: (?:with|for|to|into|including|include|specs|capabilities) [^.;!?]{1,60})?",
        )
    });
    for sentence in reading.sentences.iter().filter(|sentence| !sentence.is_frame && !sentence.is_imagined) {
        let low = reading.low(sentence);
        for (rule, is_thing) in [(&CONNECTS, false), (&THINGS, true)] {
            for matched in rule.find_iter(low.as_bytes()) {
                let (start, end) = (sentence.start + matched.start(), sentence.start + matched.end());
                if is_uncertain(reading, sentence, start) {
                    continue;
                }
                let to = end_of_object(low, matched.end()) + sentence.start;
                // The names of a thing stand before it as well: `our Salesforce and Slack integrations`.
                let from = if is_thing { names_before(reading, sentence, start) } else { start };
                found.extend(judge(reading, from, end, to, is_thing));
            }
        }
    }
}

/// Asked about, or left open.
fn is_uncertain(reading: &Reading<'_>, sentence: &Spoken, start: usize) -> bool {
    static OPEN: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:whether|if|which|what|would|could|should|might|need to|needs to|plan to|roadmap|looking for|look for|want|wants|needs?|require\w*|seek\w*|struggl\w+|concern\w*|pain|challenge\w*|problem\w*|legacy|you (?:run|use|have|rely|value|ask\w*|prefer)|your)\b[^.;!?]*$",
        )
    });
    static OURS: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"\b(?:our|we|it|platform|product|which|that)\b[^.;!?,]*$"));
    let from = clause_start(&reading.message.low, sentence.start, start);
    let before = &reading.message.low.as_bytes()[from..start];
    let own =
        OURS.find_iter(before).last().is_some_and(|own| own.start() > OPEN.find(before).map_or(0, |open| open.start()));
    reading.is_denied(sentence, start)
        || (OPEN.is_match(before) && !own)
        || (sentence.is_question && !OURS.is_match(before))
}

/// Where the names begin that stand right before `start`.
fn names_before(reading: &Reading<'_>, sentence: &Spoken, start: usize) -> usize {
    static RUN: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?:\b(?:our|native|built-in|pre-?built|certified|seamless|direct|two-way|ready-made|deep|full|existing|documented|live|prebuilt|out-of-the-box|custom|smooth|super|legacy system) )?(?:[A-Z][\w.&-]*(?:,? | and |, and |/|-to-| & ))*(?:(?:certified|native|system|api|data|legacy|pipeline|CI/CD|SSO) ?)*$",
        )
    });
    let before = &reading.message.cased.as_bytes()[sentence.start..start];
    RUN.find(before).map_or(start, |found| sentence.start + found.start())
}

fn end_of_object(low: &str, at: usize) -> usize {
    let rest = &low[at..];
    let ends = [
        ";",
        " - ",
        " so ",
        " without ",
        " while ",
        " which ",
        " (",
        ") ",
        "? ",
        "! ",
        ", so",
        ", which",
        " through ",
        " via ",
        " by ",
        " during ",
        ", but",
        " and has ",
        " and you",
        " and we",
    ];
    at + ends.iter().filter_map(|end| rest.find(end)).min().unwrap_or(rest.len()).min(120)
}

fn judge(reading: &Reading<'_>, from: usize, end: usize, to: usize, is_thing: bool) -> Option<Found> {
    static TOOLS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:tools?|stack|systems?|software|crms?|erps?|ehrs?|emrs?|pos|lms|hris|apps?|applications?|calendars?|inbox\w*|accounting|payroll|databases?|data warehouse|platforms?|set-?up|infrastructure|environment|technology|tech|spreadsheets?|ledgers?|helpdesk|wms|tms|mes|pipelines?|identity provider|api)\b",
        )
    });
    static READER: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^ (?:you|your (?:team|schedule|calendar|day|people|needs|goals|budget|process|staff|timeline)|me|us|the team|people|teams|leaders|founders|discuss|learn|see|talk|explore|similar|other|companies|clients|customers|a human|__)\b",
        )
    });
    let low = &reading.message.low;
    let object = &low[end..to.max(end)];
    if !is_thing && READER.is_match(object.as_bytes()) {
        return None;
    }
    let mut named =
        names::names(&format!("x {}", &reading.message.cased[if is_thing { from } else { end }..to.max(end)]));
    named.retain(|name| !is_own(reading, name));
    let speaks_of_tools = TOOLS.is_match(object.as_bytes()) || is_thing;
    if named.is_empty() && !speaks_of_tools {
        return None;
    }
    let found = |support: Option<&Statement>| {
        let support = support.map(|statement| statement.text.clone());
        Some(Found { start: from, end: to.max(end), kind: Kind::Integration, support })
    };
    let statements = &reading.facts.source.statements;
    let words = stems(&low[from..to.max(end)]);
    if named.is_empty() {
        let stated = statements.iter().find(|statement| {
            statement.has_integrations || (statement.connects_anything && low[from..to.max(end)].contains("api"))
        });
        let alike = || statements.iter().find(|statement| share(&words, &statement.stems) >= 0.6);
        return found(stated.or_else(alike));
    }
    let knows = |statement: &Statement, name: &str| statement.folded.low.contains(&name.to_ascii_lowercase());
    let holder = statements.iter().find(|statement| knows(statement, &named[0]));
    let all = named.iter().all(|name| statements.iter().any(|statement| knows(statement, name)));
    if let (true, Some(holder)) = (all, holder) {
        return found(Some(holder));
    }
    let by_api = low[from..to.max(end)].contains("api")
        || low[to.max(end)..].starts_with(" through ")
        || low[to.max(end)..].starts_with(" via ");
    found(statements.iter().find(|statement| by_api && statement.connects_anything && statement.has_integrations))
}

/// The company's or the product's own name.
fn is_own(reading: &Reading<'_>, name: &str) -> bool {
    let first = reading.facts.source.statements.iter().take(3);
    let own = first.flat_map(|statement| names::names(&format!("x {}", statement.folded.cased))).take(3);
    own.into_iter().any(|own| own == name)
}
