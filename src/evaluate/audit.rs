//! An audit: the battery put to a decision maker, and what it said.

use std::sync::Arc;

use super::DecisionMaker;
use super::battery::Battery;
use super::formats;
use super::plan::Plan;
use super::run::{self, RunContext};
use super::trial::{Bench, TrialFailure, Verdict};
use crate::data::spool::Texts;

/// Whom probes are put to, and which messages are decided more than once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Material {
    /// Personas.
    pub people: Vec<String>,
    /// Messages with the personas that they are to.
    pub messages: Vec<(String, String)>,
}

/// All that is going to be asked, in order of personas.
#[derive(Clone, Debug)]
pub struct Sheet {
    people: Vec<String>,
    cases: Vec<Case>,
    families: Vec<(String, Vec<String>)>,
    messages: usize,
    pairs: Vec<String>,
}

/// One question.
#[derive(Clone, Debug)]
struct Case {
    persona: usize,
    text: String,
    part: Part,
}

/// What a question is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// A probe of a family.
    Probe(usize, usize),
    /// A message, as it is.
    Repeat(usize),
    /// A message in another format.
    Format(usize),
    /// The better message of a pair.
    Better(usize),
    /// The worse one.
    Worse(usize),
}

impl Sheet {
    /// Every probe is put to `repeats` personas in turn; every message is decided `repeats` times as it is and once in
    /// each other format, one of which is white space after the persona.
    #[must_use]
    pub fn of(battery: &Battery, material: &Material, repeats: usize) -> Self {
        let mut sheet = Sheet {
            people: material.people.clone(),
            cases: Vec::new(),
            families: battery.families.iter().map(|family| (family.name.clone(), family.probes.clone())).collect(),
            messages: material.messages.len(),
            pairs: Vec::new(),
        };
        let mut turn = (0..material.people.len()).cycle();
        for (family, (_, probes)) in sheet.families.iter().enumerate() {
            for (probe, text) in probes.iter().enumerate() {
                for persona in turn.by_ref().take(repeats) {
                    sheet.cases.push(Case { persona, text: text.clone(), part: Part::Probe(family, probe) });
                }
            }
        }
        for (message, (persona, text)) in material.messages.iter().enumerate() {
            let at = sheet.person(persona.clone());
            let spaced = sheet.person(format!("{persona}\n"));
            let case = |persona, text: &str, part| Case { persona, text: text.to_owned(), part };
            for _ in 0..repeats {
                sheet.cases.push(case(at, text, Part::Repeat(message)));
            }
            for (_, text) in formats::variants(text) {
                sheet.cases.push(case(at, &text, Part::Format(message)));
            }
            sheet.cases.push(case(spaced, text, Part::Format(message)));
        }
        sheet.cases.sort_by_key(|case| case.persona);
        sheet
    }

    /// The same, with the battery's pairs, for a judge that answers with probabilities: each message of a pair is put
    /// to its person once.
    #[must_use]
    pub fn with_pairs(mut self, battery: &Battery) -> Self {
        for (index, pair) in battery.pairs.iter().enumerate() {
            let persona = self.person(pair.person.clone());
            let case = |text: &str, part| Case { persona, text: text.to_owned(), part };
            self.cases.push(case(&pair.better, Part::Better(index)));
            self.cases.push(case(&pair.worse, Part::Worse(index)));
            self.pairs.push(pair.kind.clone());
        }
        self.cases.sort_by_key(|case| case.persona);
        self
    }

    /// The index of a persona, who is added where need be.
    fn person(&mut self, persona: String) -> usize {
        self.people.iter().position(|known| *known == persona).unwrap_or_else(|| {
            self.people.push(persona);
            self.people.len() - 1
        })
    }

    /// How many questions there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.cases.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cases.is_empty()
    }

    /// Persona and message of the questions, those of probes or the others: what a dry run measures.
    pub fn questions(&self, of_probes: bool) -> impl Iterator<Item = (&str, &str)> {
        let wanted = move |case: &&Case| matches!(case.part, Part::Probe(..)) == of_probes;
        self.cases.iter().filter(wanted).map(|case| (self.people[case.persona].as_str(), case.text.as_str()))
    }
}

/// What a decision maker said to an audit.
#[derive(Clone, Debug, Default)]
pub struct Heard {
    /// The families with what was said to each probe.
    pub families: Vec<FamilyHeard>,
    /// For every message the decisions on it as it is, and those on it in other formats.
    pub messages: Vec<(Vec<bool>, Vec<bool>)>,
    /// For every pair: its kind, and how likely a yes was to the better and to the worse message.
    pub pairs: Vec<PairHeard>,
    /// Questions in all.
    pub asked: usize,
    /// The trials that failed.
    pub failures: Vec<TrialFailure>,
    /// Questions that were not asked to their end, since a limit was reached.
    pub not_run: usize,
}

/// What was said to a pair of messages that differ in one fact.
#[derive(Clone, Debug, Default)]
pub struct PairHeard {
    /// What kind of fact.
    pub kind: String,
    /// How likely a yes to the message that fits was.
    pub better: Option<f64>,
    /// How likely a yes to the message that does not fit was.
    pub worse: Option<f64>,
}

impl PairHeard {
    /// Whether the fact was missed: the message that does not fit is at least as likely to get a yes as the other.
    /// `None` if either was not decided on.
    #[must_use]
    pub fn is_missed(&self) -> Option<bool> {
        Some(self.worse? >= self.better?)
    }
}

/// What was said to the probes of one family.
#[derive(Clone, Debug, Default)]
pub struct FamilyHeard {
    /// Its name.
    pub name: String,
    /// Its probes.
    pub probes: Vec<ProbeHeard>,
}

/// What was said to one probe.
#[derive(Clone, Debug, Default)]
pub struct ProbeHeard {
    /// The probe.
    pub text: String,
    /// How often the decision was a yes.
    pub yes: u64,
    /// Decisions.
    pub total: u64,
    /// Why it was a yes, the first time that it was.
    pub because: Option<String>,
}

impl Heard {
    /// Decisions in all.
    #[must_use]
    pub fn decided(&self) -> usize {
        self.asked - self.failures.len() - self.not_run
    }
}

/// Puts all questions of a sheet to a decision maker, several at once.
///
/// # Errors
/// When the run was asked to stop, or there is no room on the disk.
pub async fn run(
    sheet: &Sheet,
    decision_maker: &DecisionMaker,
    seed: u64,
    context: &RunContext,
) -> Result<Heard, run::Error> {
    let people = Arc::new(Texts::of(&context.scratch, &sheet.people)?);
    let texts = Texts::of(&context.scratch, sheet.cases.iter().map(|case| &case.text))?;
    let bench = Bench {
        generator: None,
        decision_maker: Some(decision_maker.clone()),
        auditing: None,
        prompt: String::new(),
        seed,
        label: "audit".into(),
    };
    let plan = Plan::decide(whom(&sheet.cases), texts);
    let outcomes = run::outcomes(&bench, context, &people, plan, "Auditing the decision maker", |_, _| {}).await?;
    context.go_on()?;
    let mut heard = Heard {
        families: sheet.families.iter().map(|(name, probes)| FamilyHeard::of(name, probes)).collect(),
        messages: vec![(Vec::new(), Vec::new()); sheet.messages],
        pairs: sheet.pairs.iter().map(|kind| PairHeard { kind: kind.clone(), ..PairHeard::default() }).collect(),
        asked: sheet.cases.len(),
        ..Heard::default()
    };
    let mut cases = sheet.cases.iter();
    outcomes.each(&mut |_, _, verdict| {
        if let Some(case) = cases.next() {
            heard.take(case.part, verdict);
        }
        true
    })?;
    Ok(heard)
}

/// Whom each question goes to, and its number among those to the same persona: what tells repeats apart.
fn whom(cases: &[Case]) -> Vec<(u32, u32)> {
    let mut whom: Vec<(u32, u32)> = Vec::with_capacity(cases.len());
    for case in cases {
        let persona = case.persona as u32;
        let number = whom.last().filter(|(last, _)| *last == persona).map_or(0, |(_, number)| number + 1);
        whom.push((persona, number));
    }
    whom
}

impl FamilyHeard {
    fn of(name: &str, probes: &[String]) -> Self {
        let probes = probes.iter().map(|text| ProbeHeard { text: text.clone(), ..ProbeHeard::default() });
        FamilyHeard { name: name.to_owned(), probes: probes.collect() }
    }
}

impl Heard {
    fn take(&mut self, part: Part, verdict: Verdict) {
        let decision = match verdict {
            Verdict::Decided { decision, .. } => decision,
            Verdict::Failed(failure) => return self.failures.push(failure),
            Verdict::NotRun | Verdict::Written(_) => {
                self.not_run += 1;
                return;
            }
        };
        match part {
            Part::Probe(family, probe) => {
                let heard = &mut self.families[family].probes[probe];
                heard.total += 1;
                if decision.decision {
                    heard.yes += 1;
                    heard.because.get_or_insert(decision.reasoning);
                }
            }
            Part::Repeat(message) => self.messages[message].0.push(decision.decision),
            Part::Format(message) => self.messages[message].1.push(decision.decision),
            Part::Better(pair) => self.pairs[pair].better = Some(decision.chance()),
            Part::Worse(pair) => self.pairs[pair].worse = Some(decision.chance()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(people: usize, repeats: usize) -> (Battery, Sheet) {
        let battery = Battery::built_in().unwrap();
        let people: Vec<String> = (0..people).map(|number| format!("Person {number}")).collect();
        let messages = vec![(people[0].clone(), "Hello,\n\nwill you?".to_owned()), ("Another".into(), "Hi".into())];
        let sheet = Sheet::of(&battery, &Material { people, messages }, repeats);
        (battery, sheet)
    }

    #[test]
    fn every_probe_goes_to_as_many_personas_as_there_are_repeats() {
        let (battery, sheet) = sheet(7, 3);
        for (family, (_, probes)) in sheet.families.iter().enumerate() {
            for probe in 0..probes.len() {
                let mut whom: Vec<usize> = sheet
                    .cases
                    .iter()
                    .filter(|case| case.part == Part::Probe(family, probe))
                    .map(|case| case.persona)
                    .collect();
                whom.dedup();
                assert_eq!(whom.len(), 3);
            }
        }
        // Two messages three times, the first in four formats and the second in one, and white space after each persona.
        assert_eq!(sheet.len(), battery.probes() * 3 + 2 * 3 + 4 + 1 + 2);
        assert_eq!(sheet.questions(true).count() + sheet.questions(false).count(), sheet.len());
    }

    #[test]
    fn questions_are_in_order_of_personas_and_no_two_have_one_place() {
        let (_, sheet) = sheet(4, 5);
        let whom = whom(&sheet.cases);
        assert!(whom.is_sorted() && whom.windows(2).all(|pair| pair[0] != pair[1]));
    }

    #[test]
    fn only_the_persona_differs_in_the_question_with_white_space_after_it() {
        let (_, sheet) = sheet(2, 2);
        let spaced: Vec<&Case> = sheet.cases.iter().filter(|case| sheet.people[case.persona].ends_with('\n')).collect();
        assert_eq!(spaced.len(), 2);
        assert!(spaced.iter().all(|case| matches!(case.part, Part::Format(_))));
        assert_eq!(
            (spaced[0].text.as_str(), sheet.people[spaced[0].persona].as_str()),
            ("Hello,\n\nwill you?", "Person 0\n")
        );
    }
}
