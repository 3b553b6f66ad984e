//! What the audit of a run's messages found: totals, and the worst of it.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::{Value, json};

use super::words;
use crate::compare::{Rate, Tally};
use crate::evaluate::grounding::{Audit, ClaimKind, ClaimVerdict, Grounding};
use crate::optimize::people::pairing::Clusters;

/// Messages that are shown in full detail.
const EXAMPLES: usize = 3;
/// Claims that are quoted of each.
const QUOTED: usize = 8;
/// Characters of a persona that an example begins with.
const PERSONA_WIDTH: usize = 90;

/// Audits of a run's messages, gathered one by one.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    rows: Vec<Row>,
    /// Messages with something made up, among those that a model audited.
    checked: Clusters,
    /// The messages with the most claims that are made up, the worst first.
    worst: Vec<Example>,
}

/// The audit of one message.
#[derive(Clone, Debug)]
struct Row {
    persona: usize,
    message: usize,
    audit: Audit,
    /// The words of its claims.
    quotes: Vec<String>,
}

#[derive(Clone, Debug)]
struct Example {
    persona_index: usize,
    message_index: usize,
    persona: String,
    /// Kinds, words and faults of the claims that are made up.
    claims: Vec<(ClaimKind, String, String)>,
}

/// What a report says besides the findings.
#[derive(Clone, Debug)]
pub struct Heading {
    /// The file's name.
    pub file: String,
    /// Where the facts come from, in words.
    pub facts_from: String,
    /// Who audited.
    pub auditor: AuditorNamed,
    /// Whether the market wrote the messages or audited them.
    pub simulated: bool,
    /// Messages that could not be audited: persona, message, reason.
    pub failed: Vec<(usize, usize, String)>,
}

/// Who audited, as a report says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuditorNamed {
    /// This model, now; the number is how many of the audits were already in the file.
    Model(String, usize),
    /// Whoever audited when the file was written.
    InFile,
    /// Nobody.
    Nobody,
}

impl Findings {
    /// Adds the audit of a message, by the index of its persona and its number among the messages to the same persona.
    pub fn add(&mut self, (persona_index, message_index): (usize, usize), persona: &str, message: &str, audit: Audit) {
        if audit.auditor.is_some() {
            self.checked.add(persona, Tally::from_decisions([audit.grounding() == Grounding::MadeUp]));
        }
        let claims: Vec<(ClaimKind, String, String)> = audit
            .made_up()
            .map(|claim| (claim.kind, claim.quote(message).to_owned(), claim.fault().unwrap_or_default()))
            .collect();
        if !claims.is_empty() {
            let persona = words::one_line(persona, PERSONA_WIDTH);
            self.worst.push(Example { persona_index, message_index, persona, claims });
            self.keep_worst();
        }
        let quotes = audit.claims.iter().map(|claim| claim.quote(message).to_owned()).collect();
        self.rows.push(Row { persona: persona_index, message: message_index, audit, quotes });
    }

    fn keep_worst(&mut self) {
        self.worst
            .sort_by_key(|example| (usize::MAX - example.claims.len(), example.persona_index, example.message_index));
        self.worst.truncate(EXAMPLES);
    }

    /// Messages, checked or not.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no message.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The rate of messages with something made up, among those that a model audited, with the persona as the cluster.
    #[must_use]
    pub fn rate(&self, simulated: bool) -> Rate {
        Rate::from_tallies(&self.checked.tallies()).marked(simulated)
    }

    fn by_kind(&self) -> BTreeMap<ClaimKind, (u64, u64)> {
        let mut kinds: BTreeMap<ClaimKind, (u64, u64)> = BTreeMap::new();
        for row in &self.rows {
            let mut seen: Vec<ClaimKind> = Vec::new();
            for claim in row.audit.made_up() {
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

    fn claims(&self, verdict: ClaimVerdict) -> u64 {
        let claims = self.rows.iter().flat_map(|row| &row.audit.claims);
        claims.filter(|claim| claim.verdict == verdict).count() as u64
    }

    fn with(&self, grounding: Grounding, checked: bool) -> u64 {
        let is = |row: &&Row| row.audit.grounding() == grounding && row.audit.auditor.is_some() == checked;
        self.rows.iter().filter(is).count() as u64
    }

    /// As people read it.
    #[must_use]
    pub fn text(&self, heading: &Heading) -> String {
        let mut text = format!("{}\n", words::one_line(&heading.file, 120));
        let _ = writeln!(text, "Facts: {}", words::one_line(&heading.facts_from, 200));
        let _ = writeln!(text, "Auditor: {}", heading.auditor.words());
        let unchecked = self.with(Grounding::NotChecked, false) + self.with(Grounding::MadeUp, false);
        let checked = self.rows.len() as u64 - unchecked;
        if checked > 0 || unchecked == 0 {
            let _ =
                writeln!(text, "Messages with something made up: {}", words::full_rate(&self.rate(heading.simulated)));
        }
        if unchecked > 0 {
            let blanks = self.with(Grounding::MadeUp, false);
            let open = if blanks > 0 {
                format!("; {} with a blank that was never filled in", words::thousands(blanks))
            } else {
                String::new()
            };
            let _ = writeln!(text, "Claims not checked: {}{open}", words::count(unchecked, "message", "messages"));
        }
        if checked > 0 {
            let (contradicted, unsupported) =
                (self.claims(ClaimVerdict::Contradicted), self.claims(ClaimVerdict::Unsupported));
            let made_up = contradicted + unsupported;
            let _ = writeln!(
                text,
                "Claims: {} made up{}, {} of them contradicted; {} supported",
                words::thousands(made_up),
                a_message(made_up, self.rows.len() as u64),
                words::thousands(contradicted),
                words::thousands(self.claims(ClaimVerdict::Supported))
            );
        }
        if !heading.failed.is_empty() {
            let reasons = heading.failed.iter().map(|(_, _, reason)| reason.as_str());
            let failed = super::summary::failed_trials(reasons).replacen("Failed trials", "Not audited", 1);
            let _ = writeln!(text, "{failed}");
        }
        self.kinds(&mut text);
        self.examples(&mut text);
        text
    }

    fn kinds(&self, text: &mut String) {
        let mut kinds: Vec<(ClaimKind, (u64, u64))> = self.by_kind().into_iter().collect();
        if kinds.is_empty() {
            return;
        }
        let _ = writeln!(text, "\nMADE UP, BY KIND");
        kinds.sort_by_key(|(kind, (claims, _))| (u64::MAX - claims, *kind));
        for (kind, (claims, messages)) in kinds {
            let name = kind.as_str().replace('_', " ");
            let of = words::count(messages, "message", "messages");
            let share = a_message(claims, self.rows.len() as u64);
            let _ = writeln!(text, "  {name:<16} {:>6} in {of}{share}", words::thousands(claims));
        }
    }

    fn examples(&self, text: &mut String) {
        if self.worst.is_empty() {
            return;
        }
        let _ = writeln!(text, "\nTHE WORST MESSAGES");
        for example in &self.worst {
            let count = words::count(example.claims.len() as u64, "claim that is made up", "claims that are made up");
            let (persona, message) = (example.persona_index + 1, example.message_index + 1);
            let _ = writeln!(text, "  persona {persona}, message {message}: {count}; {}", example.persona);
            for (kind, quote, fault) in example.claims.iter().take(QUOTED) {
                let name = kind.as_str().replace('_', " ");
                let _ = writeln!(text, "    {name:<16} \"{}\"", words::one_line(quote, 110));
                let _ = writeln!(text, "    {:<16} {}", "", words::one_line(fault, 110));
            }
            if example.claims.len() > QUOTED {
                let _ = writeln!(text, "    and {} more", example.claims.len() - QUOTED);
            }
        }
    }

    /// As programs read it: every message with its claims, then the totals.
    #[must_use]
    pub fn json(&self, heading: &Heading) -> Value {
        let claims = |row: &Row| -> Vec<Value> {
            let with_quote = |(claim, quote): (&crate::evaluate::grounding::Claim, &String)| {
                let mut claim = json!(claim);
                claim["quote"] = json!(quote);
                if claim["support"].is_null() {
                    claim["support"] = json!([]);
                }
                claim
            };
            row.audit.claims.iter().zip(&row.quotes).map(with_quote).collect()
        };
        let message = |row: &Row| {
            json!({
                "persona_index": row.persona,
                "message_index": row.message,
                "grounding": row.audit.grounding(),
                "auditor": row.audit.auditor,
                "claims": claims(row),
            })
        };
        let failed = |(persona, message, reason): &(usize, usize, String)| {
            json!({
                "persona_index": persona, "message_index": message, "reason": reason
            })
        };
        let rate = self.rate(heading.simulated);
        let kinds: serde_json::Map<String, Value> =
            self.by_kind().into_iter().map(|(kind, (claims, _))| (kind.as_str().to_owned(), json!(claims))).collect();
        json!({
            "file": heading.file,
            "facts": heading.facts_from,
            "auditor": match &heading.auditor {
                AuditorNamed::Model(model, _) => model,
                AuditorNamed::InFile => "as in the file",
                AuditorNamed::Nobody => "none",
            },
            "simulated": heading.simulated,
            "messages": self.rows.iter().map(message).collect::<Vec<_>>(),
            "failed": heading.failed.iter().map(failed).collect::<Vec<_>>(),
            "totals": {
                "messages": self.rows.len(),
                "checked": rate.total,
                "made_up": rate.yes,
                "rate": rate.share(),
                "interval": rate.interval.map(|interval| [interval.low, interval.high]),
                "claims": self.rows.iter().map(|row| row.audit.claims.len()).sum::<usize>(),
                "contradicted_claims": self.claims(ClaimVerdict::Contradicted),
                "made_up_claims": kinds,
            },
        })
    }
}

impl AuditorNamed {
    fn words(&self) -> String {
        match self {
            AuditorNamed::Model(model, 0) => words::one_line(model, 100),
            AuditorNamed::Model(model, kept) => {
                let audits = words::count(*kept as u64, "audit was", "audits were");
                format!("{}; {audits} in the file already", words::one_line(model, 100))
            }
            AuditorNamed::InFile => "as the file has it".to_owned(),
            AuditorNamed::Nobody => "none, so claims are not checked".to_owned(),
        }
    }
}

fn a_message(claims: u64, messages: u64) -> String {
    if messages == 0 { String::new() } else { format!(" ({:.1} a message)", claims as f64 / messages as f64) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::grounding::{Finding, Sources, audit_without_model, verify};

    const FACTS: &str =
        "Company: Brackwater\nValue proposition: teams reduce manual process work by 45% within the first quarter";
    const PERSONA: &str = "Ann Ray, COO of a bank.";
    const LIE: &str = "Hi Ann,\n\nWe helped Stripe cut approvals by 70%. Loved your recent post on \u{1b}[31mred \
        tape. Work falls by 50%.\n\n[Your Name]";
    const TRUTH: &str =
        "Hi Ann,\n\nTeams reduce manual process work by 45% within the first quarter. Would 15 minutes suit you?";

    fn heading(auditor: AuditorNamed) -> Heading {
        let failed = vec![(2, 0, "HTTP 500".into())];
        Heading { file: "a_results_1.json".into(), facts_from: "offer.md".into(), auditor, simulated: false, failed }
    }

    fn audited(message: &str, said: &[(&str, ClaimKind, ClaimVerdict, &str)]) -> Audit {
        let finding = |(quote, kind, verdict, support): &(&str, ClaimKind, ClaimVerdict, &str)| Finding {
            quote: (*quote).to_owned(),
            kind: *kind,
            verdict: *verdict,
            support: Some((*support).to_owned()).filter(|text| !text.is_empty()).into_iter().collect(),
            derivation: None,
        };
        let findings: Vec<Finding> = said.iter().map(finding).collect();
        let claims = verify(&findings, message, &Sources::from_prompt(FACTS), PERSONA).claims;
        Audit { auditor: Some("00ff00ff00ff00ff".into()), claims }
    }

    fn lie() -> Audit {
        audited(
            LIE,
            &[
                ("We helped Stripe cut approvals by 70%", ClaimKind::Result, ClaimVerdict::Unsupported, ""),
                ("your recent post on red tape", ClaimKind::SharedHistory, ClaimVerdict::Unsupported, ""),
                ("your recent post on \u{1b}[31mred tape", ClaimKind::SharedHistory, ClaimVerdict::Unsupported, ""),
                (
                    "Work falls by 50%",
                    ClaimKind::Figure,
                    ClaimVerdict::Contradicted,
                    "reduce manual process work by 45%",
                ),
            ],
        )
    }

    #[test]
    fn the_report_says_how_many_messages_make_something_up_and_quotes_the_worst() {
        let mut findings = Findings::default();
        findings.add((0, 0), PERSONA, LIE, lie());
        let truth = [(
            "by 45% within the first quarter",
            ClaimKind::Figure,
            ClaimVerdict::Supported,
            "45% within the first quarter",
        )];
        findings.add((1, 0), PERSONA, TRUTH, audited(TRUTH, &truth));
        insta::assert_snapshot!(findings.text(&heading(AuditorNamed::Model("anthropic/claude-haiku-5-5".into(), 1))));
        insta::assert_snapshot!(format!("{:#}", findings.json(&heading(AuditorNamed::InFile))));
    }

    #[test]
    fn without_an_auditor_there_is_no_rate() {
        let mut findings = Findings::default();
        for (index, message) in [LIE, TRUTH].into_iter().enumerate() {
            let audit = audit_without_model(message, &Sources::from_prompt(FACTS), PERSONA);
            findings.add((index, 0), PERSONA, message, audit);
        }
        insta::assert_snapshot!(findings.text(&heading(AuditorNamed::Nobody)));
        assert_eq!(findings.json(&heading(AuditorNamed::Nobody))["totals"]["rate"], Value::Null);
    }

    #[test]
    fn one_persona_counts_once_however_often_it_is_written_to() {
        let mut findings = Findings::default();
        for index in 0..3 {
            findings.add((index, 0), PERSONA, LIE, if index == 1 { audited(LIE, &[]) } else { lie() });
        }
        let rate = findings.rate(false);
        // The blank at the end is made up whatever the model says.
        assert_eq!((rate.yes, rate.total, rate.personas), (3, 3, 1));
    }
}
