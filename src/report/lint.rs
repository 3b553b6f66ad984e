//! What `lint` found, for people.

use std::collections::BTreeMap;

use super::words;
use crate::campaign::lint::{Finding, Kind, Level, Looked, Region};

/// Findings of a kind that are shown one by one.
const SHOWN: usize = 3;

/// What was found in a campaign, summed up.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// Leads whose messages were looked at.
    pub leads: u64,
    /// Messages.
    pub messages: u64,
    /// Leads that a limit left out.
    pub not_run: u64,
    /// Messages that no model could read, and why the first could not.
    pub unchecked: (u64, Option<String>),
    /// How many findings there are of a kind, and the first of them.
    kinds: BTreeMap<(Level, Kind), (u64, Vec<Finding>)>,
}

impl Summary {
    /// Adds what was found about one lead; `None` if a limit came before.
    pub fn add(&mut self, looked: Option<Looked>) {
        let Some(looked) = looked else {
            self.not_run += 1;
            return;
        };
        self.leads += 1;
        self.messages += looked.messages;
        self.unchecked.0 += looked.unchecked.len() as u64;
        if self.unchecked.1.is_none() {
            self.unchecked.1 = looked.unchecked.into_iter().next();
        }
        for finding in looked.findings {
            let (count, shown) = self.kinds.entry((finding.level, finding.kind)).or_default();
            *count += 1;
            if shown.len() < SHOWN {
                shown.push(finding);
            }
        }
    }

    /// How many findings there are of a level.
    #[must_use]
    pub fn count(&self, level: Level) -> u64 {
        self.kinds.iter().filter(|((of, _), _)| *of == level).map(|(_, (count, _))| count).sum()
    }

    /// The text. `left_out` are sequences that are not whole, `not_checked` what was not looked at and why.
    #[must_use]
    pub fn text(&self, name: &str, region: Region, left_out: u64, not_checked: &[String]) -> String {
        let mut lines = vec![format!(
            "Campaign {}: {} to {}, by the rules of {} ({}; --region us, ca, uk or eu)",
            words::one_line(name, 100),
            words::count(self.messages, "message", "messages"),
            words::count(self.leads, "lead", "leads"),
            region.to_string().to_uppercase(),
            region.law()
        )];
        if left_out > 0 {
            let failed = words::count(left_out, "sequence", "sequences");
            lines.push(format!("Not looked at: {failed} that failed and will not be exported"));
        }
        if self.not_run > 0 {
            lines.push(format!("Not looked at: {} that a limit left out", words::count(self.not_run, "lead", "leads")));
        }
        for (level, heading) in [(Level::Error, "Errors"), (Level::Warning, "Warnings")] {
            lines.push(format!("{heading}: {}", words::thousands(self.count(level))));
            for ((of, kind), (count, shown)) in &self.kinds {
                if *of != level {
                    continue;
                }
                lines.push(format!("  {} ({})", kind.words(), words::thousands(*count)));
                lines.extend(shown.iter().map(example));
                if *count > shown.len() as u64 {
                    lines.push(format!(
                        "    and {} more (--json lists all)",
                        words::thousands(count - shown.len() as u64)
                    ));
                }
            }
        }
        lines.push("Not checked:".to_owned());
        lines.extend(not_checked.iter().map(|what| format!("  {what}")));
        lines.push(String::new());
        lines.join("\n")
    }
}

fn example(finding: &Finding) -> String {
    let quote =
        finding.quote.as_ref().map_or_else(String::new, |quote| format!("\"{}\": ", words::one_line(quote, 80)));
    let (email, said) = (words::one_line(&finding.email, 60), words::one_line(&finding.words, 160));
    format!("    step {} to {email}: {quote}{said}", finding.step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_are_grouped_with_examples_and_hostile_text_stays_on_its_line() {
        let finding = |email: &str, level, kind, quote: Option<&str>| Finding {
            lead: "l_1".into(),
            email: email.into(),
            step: 2,
            level,
            kind,
            quote: quote.map(str::to_owned),
            words: "nothing fills it in".into(),
        };
        let mut summary = Summary::default();
        for number in 0..5 {
            let findings = vec![
                finding(&format!("ada{number}@x.example"), Level::Error, Kind::UnfilledField, Some("{{a}}\n\u{1b}[2J")),
                finding("bo@x.example", Level::Warning, Kind::Long, None),
            ];
            summary.add(Some(Looked { messages: 3, findings, unchecked: vec![] }));
        }
        summary.add(None);
        assert_eq!((summary.count(Level::Error), summary.count(Level::Warning)), (5, 5));
        insta::assert_snapshot!(summary.text("spring", Region::Us, 2, &["consent".to_owned()]));
    }
}
