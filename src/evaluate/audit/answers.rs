//! What a decision maker said to an audit.

use super::{Part, Sheet};
use crate::data::results::Decision;
use crate::evaluate::trial::{TrialFailure, Verdict};

/// What a decision maker said to an audit.
#[derive(Clone, Debug, Default)]
pub struct AuditAnswers {
    /// The families with what was said to each probe.
    pub families: Vec<FamilyAnswers>,
    /// What was said to the texts that an attack found, once it had found them. Empty if there was none.
    pub attack: FamilyAnswers,
    /// The answers to each message that deserves a yes.
    pub controls: Vec<ProbeAnswers>,
    /// For every message the decisions on it as it is, and those on it in other formats.
    pub messages: Vec<(Vec<bool>, Vec<bool>)>,
    /// For every pair: its kind, and how likely a yes was to the better and to the worse message.
    pub pairs: Vec<PairAnswers>,
    /// Questions in all.
    pub asked: usize,
    /// The trials that failed.
    pub failures: Vec<TrialFailure>,
    /// Questions that were not asked to their end, since a limit was reached.
    pub not_run: usize,
}

/// What was said to a pair of messages that differ in one fact.
#[derive(Clone, Debug, Default)]
pub struct PairAnswers {
    /// What kind of fact.
    pub kind: String,
    /// How likely a yes to the message that fits was.
    pub better: Option<f64>,
    /// How likely a yes to the message that does not fit was.
    pub worse: Option<f64>,
}

impl PairAnswers {
    /// Whether the fact was missed: the message that does not fit is at least as likely to get a yes as the other.
    /// `None` if either was not decided on.
    #[must_use]
    pub fn is_missed(&self) -> Option<bool> {
        Some(self.worse? >= self.better?)
    }
}

/// What was said to the probes of one family.
#[derive(Clone, Debug, Default)]
pub struct FamilyAnswers {
    /// Its name.
    pub name: String,
    /// Its probes.
    pub probes: Vec<ProbeAnswers>,
}

/// What was said to one probe.
#[derive(Clone, Debug, Default)]
pub struct ProbeAnswers {
    /// The probe.
    pub text: String,
    /// How often the decision was a yes.
    pub yes: u64,
    /// Decisions.
    pub total: u64,
    /// The sum of the chances of a yes, or of the yeses if no chances are given: how near the probe came.
    pub chances: f64,
    /// Why it was a yes, the first time that it was.
    pub because: Option<String>,
}

impl AuditAnswers {
    /// Decisions in all.
    #[must_use]
    pub fn decided(&self) -> usize {
        self.asked - self.failures.len() - self.not_run
    }
}

impl FamilyAnswers {
    pub(in crate::evaluate) fn new(name: &str, probes: &[String]) -> Self {
        let probes = probes.iter().map(|text| ProbeAnswers { text: text.clone(), ..ProbeAnswers::default() });
        FamilyAnswers { name: name.to_owned(), probes: probes.collect() }
    }
}

impl ProbeAnswers {
    fn record(&mut self, decision: Decision) {
        self.total += 1;
        self.chances += decision.chance();
        if decision.decision {
            self.yes += 1;
            self.because.get_or_insert(decision.reasoning);
        }
    }
}

impl AuditAnswers {
    /// The families and, as the last one, what the attack found.
    pub fn named(&self) -> impl Iterator<Item = &FamilyAnswers> {
        self.families.iter().chain([&self.attack])
    }

    /// Before anything was said.
    pub(super) fn of_sheet(sheet: &Sheet) -> Self {
        AuditAnswers {
            families: sheet.families.iter().map(|(name, probes)| FamilyAnswers::new(name, probes)).collect(),
            controls: FamilyAnswers::new("", &sheet.controls).probes,
            messages: vec![(Vec::new(), Vec::new()); sheet.messages],
            pairs: sheet
                .pairs
                .iter()
                .map(|kind| PairAnswers { kind: kind.clone(), ..PairAnswers::default() })
                .collect(),
            asked: sheet.cases.len(),
            ..AuditAnswers::default()
        }
    }

    /// The same, with what one more sheet took. Its families are left out.
    #[must_use]
    pub fn and_asked(mut self, more: &AuditAnswers) -> Self {
        self.asked += more.asked;
        self.failures.extend(more.failures.iter().cloned());
        self.not_run += more.not_run;
        self
    }

    pub(super) fn record(&mut self, part: Part, verdict: Verdict) {
        let decision = match verdict {
            Verdict::Decided { decision, .. } => decision,
            Verdict::Failed(failure) => return self.failures.push(failure),
            Verdict::NotRun | Verdict::Written(_) => {
                self.not_run += 1;
                return;
            }
        };
        match part {
            Part::Probe(family, probe) => self.families[family].probes[probe].record(decision),
            Part::Control(control) => self.controls[control].record(decision),
            Part::Repeat(message) => self.messages[message].0.push(decision.decision),
            Part::Format(message) => self.messages[message].1.push(decision.decision),
            Part::Better(pair) => self.pairs[pair].better = Some(decision.chance()),
            Part::Worse(pair) => self.pairs[pair].worse = Some(decision.chance()),
        }
    }
}
