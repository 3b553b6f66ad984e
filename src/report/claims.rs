//! What an audit of a run found: totals, and the worst of it.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

use serde_json::{Value, json};

use super::words;
use crate::compare::{Rate, Tally};
use crate::data::{Entry, Gather, Part};
use crate::evaluate::claims::{Audit, Claim, Facts, Kind, audit};
use crate::optimize::pairing::Clusters;

/// Messages that are shown in full detail.
const EXAMPLES: usize = 3;
/// Claims that are quoted of each.
const QUOTED: usize = 8;
/// Characters of a persona that an example begins with.
const PERSONA_WIDTH: usize = 90;

/// Audits of a run's messages, gathered from its file as it passes or one by one.
#[derive(Clone, Debug)]
pub struct Findings {
    facts: Arc<Facts>,
    rows: Vec<Row>,
    clusters: Clusters,
    /// The messages with the most ungrounded claims, the worst first.
    worst: Vec<Example>,
}

/// The audit of one message.
#[derive(Clone, Debug)]
struct Row {
    persona: usize,
    message: usize,
    audit: Audit,
}

#[derive(Clone, Debug)]
struct Example {
    persona_index: usize,
    message_index: usize,
    persona: String,
    /// Kinds and words of the ungrounded claims.
    claims: Vec<(Kind, String)>,
}

/// What a report says besides the findings.
#[derive(Clone, Debug)]
pub struct Heading {
    /// The file's name.
    pub file: String,
    /// Where the facts come from, in words.
    pub facts_from: String,
    /// The model that audited; `None` where the rules alone did.
    pub auditor: Option<String>,
    /// Whether the market wrote the messages or audited them.
    pub simulated: bool,
    /// Messages that could not be audited: persona, message, reason.
    pub failed: Vec<(usize, usize, String)>,
}

impl Findings {
    /// Nothing yet; messages that pass are held against these facts.
    #[must_use]
    pub fn new(facts: Arc<Facts>) -> Self {
        Findings { facts, rows: Vec::new(), clusters: Clusters::default(), worst: Vec::new() }
    }

    /// Adds the audit of a message, by the index of its persona and its number among the messages to the same persona.
    pub fn add(&mut self, (persona_index, message_index): (usize, usize), persona: &str, message: &str, audit: Audit) {
        self.clusters.add(persona, Tally::of([!audit.is_grounded()]));
        let ungrounded = audit.ungrounded().count();
        if ungrounded > 0 {
            let claims = audit.ungrounded().map(|claim| (claim.kind, claim.quote(message).to_owned())).collect();
            let persona = words::one_line(persona, PERSONA_WIDTH);
            self.worst.push(Example { persona_index, message_index, persona, claims });
            self.keep_worst();
        }
        self.rows.push(Row { persona: persona_index, message: message_index, audit });
    }

    fn keep_worst(&mut self) {
        self.worst
            .sort_by_key(|example| (usize::MAX - example.claims.len(), example.persona_index, example.message_index));
        self.worst.truncate(EXAMPLES);
    }

    /// Messages audited.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether no message was audited.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The rate of messages with an ungrounded claim, with the persona as the cluster.
    #[must_use]
    pub fn rate(&self, simulated: bool) -> Rate {
        Rate::of(&self.clusters.tallies()).marked(simulated)
    }

    fn by_kind(&self) -> BTreeMap<Kind, (u64, u64)> {
        let mut kinds: BTreeMap<Kind, (u64, u64)> = BTreeMap::new();
        for row in &self.rows {
            let mut seen: Vec<Kind> = Vec::new();
            for claim in row.audit.ungrounded() {
                let counts = kinds.entry(claim.kind).or_default();
                counts.0 += 1;
                if !seen.contains(&claim.kind) {
                    counts.1 += 1;
                    seen.push(claim.kind);
                }
            }
        }
        kinds
    }

    fn claims(&self) -> impl Iterator<Item = &Claim> {
        self.rows.iter().flat_map(|row| &row.audit.claims)
    }

    /// As people read it.
    #[must_use]
    pub fn text(&self, heading: &Heading) -> String {
        let mut text = format!("{}\n", words::one_line(&heading.file, 120));
        let _ = writeln!(text, "Facts: {}", words::one_line(&heading.facts_from, 200));
        let auditor = heading.auditor.as_deref().map_or_else(
            || "none: rules alone, which leave to a model what only a reader can tell (--auditor)".to_owned(),
            |model| format!("{} on top of the rules", words::one_line(model, 100)),
        );
        let _ = writeln!(text, "Auditor: {auditor}");
        let all = self.rows.len() as u64;
        let _ =
            writeln!(text, "Messages with an ungrounded claim: {}", words::full_rate(&self.rate(heading.simulated)));
        let ungrounded = self.claims().filter(|claim| !claim.grounded).count() as u64;
        let grounded = self.claims().count() as u64 - ungrounded;
        let _ = writeln!(
            text,
            "Claims: {} ungrounded{}, {} grounded",
            words::thousands(ungrounded),
            a_message(ungrounded, all),
            words::thousands(grounded)
        );
        if !heading.failed.is_empty() {
            let reasons = heading.failed.iter().map(|(_, _, reason)| reason.as_str());
            let failed = super::summary::failed_trials(reasons).replacen("Failed trials", "Not audited", 1);
            let _ = writeln!(text, "{failed}");
        }
        let kinds = self.by_kind();
        if !kinds.is_empty() {
            let _ = writeln!(text, "\nUNGROUNDED CLAIMS, BY KIND");
            let mut kinds: Vec<(Kind, (u64, u64))> = kinds.into_iter().collect();
            kinds.sort_by_key(|(kind, (claims, _))| (u64::MAX - claims, *kind));
            for (kind, (claims, messages)) in kinds {
                let name = kind.as_str().replace('_', " ");
                let of = words::count(messages, "message", "messages");
                let _ =
                    writeln!(text, "  {name:<16} {:>6} in {of}{}", words::thousands(claims), a_message(claims, all));
            }
        }
        self.examples(&mut text);
        text
    }

    fn examples(&self, text: &mut String) {
        if self.worst.is_empty() {
            return;
        }
        let _ = writeln!(text, "\nTHE WORST MESSAGES");
        for example in &self.worst {
            let count = words::count(example.claims.len() as u64, "ungrounded claim", "ungrounded claims");
            let (persona, message) = (example.persona_index + 1, example.message_index + 1);
            let _ = writeln!(text, "  persona {persona}, message {message}: {count}; {}", example.persona);
            for (kind, quote) in example.claims.iter().take(QUOTED) {
                let name = kind.as_str().replace('_', " ");
                let _ = writeln!(text, "    {name:<16} \"{}\"", words::one_line(quote, 110));
            }
            if example.claims.len() > QUOTED {
                let _ = writeln!(text, "    and {} more", example.claims.len() - QUOTED);
            }
        }
    }

    /// As programs read it: every message with its claims, then the totals.
    #[must_use]
    pub fn json(&self, heading: &Heading) -> Value {
        let messages: Vec<Value> = self
            .rows
            .iter()
            .map(|row| {
                json!({
                    "persona_index": row.persona,
                    "message_index": row.message,
                    "verdict": row.audit.verdict(),
                    "claims": row.audit.claims,
                })
            })
            .collect();
        let failed = |(persona, message, reason): &(usize, usize, String)| json!({"persona_index": persona, "message_index": message, "reason": reason});
        let rate = self.rate(heading.simulated);
        let kinds: serde_json::Map<String, Value> =
            self.by_kind().into_iter().map(|(kind, (claims, _))| (kind.as_str().to_owned(), json!(claims))).collect();
        json!({
            "file": heading.file,
            "facts": heading.facts_from,
            "auditor": heading.auditor.as_deref().unwrap_or("none"),
            "simulated": heading.simulated,
            "messages": messages,
            "failed": heading.failed.iter().map(failed).collect::<Vec<_>>(),
            "totals": {
                "messages": self.rows.len(),
                "ungrounded": rate.yes,
                "rate": rate.share(),
                "interval": rate.interval.map(|interval| [interval.low, interval.high]),
                "claims": self.claims().count(),
                "ungrounded_claims": kinds,
            },
        })
    }
}

fn a_message(claims: u64, messages: u64) -> String {
    if messages == 0 { String::new() } else { format!(" ({:.1} a message)", claims as f64 / messages as f64) }
}

impl Gather for Findings {
    fn take(&mut self, entry: &Entry<'_>) {
        if entry.part == Part::Baseline {
            return;
        }
        let persona = entry.persona.get();
        for (number, said) in entry.messages.iter().enumerate() {
            let message = said.message.get();
            let audit = audit(&message, &self.facts, &persona);
            self.add((entry.index, number), &persona, &message, audit);
        }
    }

    fn then(&mut self, later: Self) {
        self.rows.extend(later.rows);
        self.clusters.then(later.clusters);
        self.worst.extend(later.worst);
        self.keep_worst();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FACTS: &str =
        "Company: Brackwater\nValue proposition: teams reduce manual process work by 45% within the first quarter";

    fn heading() -> Heading {
        Heading {
            file: "a_results_1.json".into(),
            facts_from: "offer.md".into(),
            auditor: None,
            simulated: false,
            failed: vec![(2, 0, "HTTP 500".into())],
        }
    }

    fn findings(messages: &[&str]) -> Findings {
        let facts = Arc::new(Facts::of(FACTS));
        let mut findings = Findings::new(Arc::clone(&facts));
        for (index, message) in messages.iter().enumerate() {
            findings.add(
                (index, 0),
                "Ann Ray, COO of a bank.",
                message,
                audit(message, &facts, "Ann Ray, COO of a bank."),
            );
        }
        findings
    }

    #[test]
    fn the_report_says_how_many_messages_claim_what_nothing_supports_and_quotes_the_worst() {
        let findings = findings(&[
            "Hi Ann,\n\nWe helped Stripe cut approvals by 70%. Loved your recent post on \u{1b}[31mred tape.\n\n[Your Name]",
            "Hi Ann,\n\nTeams reduce manual process work by 45% within the first quarter. Would 15 minutes suit you?",
        ]);
        insta::assert_snapshot!(findings.text(&heading()));
    }

    #[test]
    fn parts_put_together_are_the_whole() {
        let lying = "We helped Stripe cut approvals by 70%.";
        let whole = findings(&[lying, "Hello Ann.", lying]);
        let mut first = findings(&[lying]);
        let mut later = Findings::new(Arc::new(Facts::of(FACTS)));
        for (index, message) in [(1, "Hello Ann."), (2, lying)] {
            let found = audit(message, &later.facts, "Ann Ray, COO of a bank.");
            later.add((index, 0), "Ann Ray, COO of a bank.", message, found);
        }
        first.then(later);
        assert_eq!(first.json(&heading()), whole.json(&heading()));
        // One persona, however often it is written to.
        assert_eq!((whole.rate(false).yes, whole.rate(false).total, whole.rate(false).personas), (2, 3, 1));
    }
}
