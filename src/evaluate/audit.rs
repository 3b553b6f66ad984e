//! An audit: the battery put to a decision maker, and what it said.

mod answers;

use std::sync::Arc;

use super::DecisionMaker;
use super::battery::{Battery, Control};
use super::formats;
use super::plan::Plan;
use super::run::{self, RunContext, Trials};
use super::trial::Bench;
use crate::data::spool::Texts;
pub use answers::{AuditAnswers, FamilyAnswers, PairAnswers, ProbeAnswers};

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
    controls: Vec<String>,
    messages: usize,
    pairs: Vec<String>,
}

/// The family of messages that deserve a yes, put to somebody whom they are not meant for.
pub const MISDIRECTED: &str = "meant for somebody else";

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
    /// A message that deserves a yes, put to the person whom it fits.
    Control(usize),
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
    /// Every probe is put to `repeats` personas in turn. Every message that deserves a yes is put `repeats` times to
    /// the person whom it fits, and once to each of as many others, which makes one more family of probes. Every
    /// message is decided `repeats` times as it is and once in each other format, one of which is white space after the
    /// persona.
    #[must_use]
    pub fn new(battery: &Battery, material: &Material, repeats: usize) -> Self {
        let mut sheet = Sheet::of_families(
            battery.families.iter().map(|family| (family.name.clone(), family.probes.clone())).collect(),
            &material.people,
            repeats,
        );
        sheet.messages = material.messages.len();
        sheet.add_controls(&battery.controls, repeats);
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

    /// Families of probes alone, each probe put to `repeats` of these people in turn.
    #[must_use]
    pub fn of_families(families: Vec<(String, Vec<String>)>, people: &[String], repeats: usize) -> Self {
        let mut cases = Vec::new();
        let mut turn = (0..people.len()).cycle();
        for (family, (_, probes)) in families.iter().enumerate() {
            for (probe, text) in probes.iter().enumerate() {
                let part = Part::Probe(family, probe);
                cases.extend(turn.by_ref().take(repeats).map(|persona| Case { persona, text: text.clone(), part }));
            }
        }
        cases.sort_by_key(|case| case.persona);
        Sheet { people: people.to_vec(), cases, families, controls: Vec::new(), messages: 0, pairs: Vec::new() }
    }

    fn add_controls(&mut self, controls: &[Control], repeats: usize) {
        if controls.len() < 2 {
            return;
        }
        let people: Vec<usize> = controls.iter().map(|control| self.person(control.person.clone())).collect();
        let family = self.families.len();
        for (number, control) in controls.iter().enumerate() {
            let case = |persona, part| Case { persona, text: control.message.clone(), part };
            for repeat in 0..repeats {
                let other = people[(number + 1 + repeat % (people.len() - 1)) % people.len()];
                self.cases.push(case(people[number], Part::Control(number)));
                self.cases.push(case(other, Part::Probe(family, number)));
            }
        }
        self.controls = controls.iter().map(|control| control.message.clone()).collect();
        self.families.push((MISDIRECTED.to_owned(), self.controls.clone()));
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

    /// Persona and message of the questions that put a probe: what a dry run measures.
    pub fn probe_questions(&self) -> impl Iterator<Item = (&str, &str)> + Clone {
        self.questions(|part| matches!(part, Part::Probe(..)))
    }

    /// Persona and message of the questions that put a message.
    pub fn message_questions(&self) -> impl Iterator<Item = (&str, &str)> + Clone {
        self.questions(|part| !matches!(part, Part::Probe(..)))
    }

    fn questions(&self, is_wanted: fn(&Part) -> bool) -> impl Iterator<Item = (&str, &str)> + Clone {
        let wanted = self.cases.iter().filter(move |case| is_wanted(&case.part));
        wanted.map(|case| (self.people[case.persona].as_str(), case.text.as_str()))
    }
}

/// What an audit's questions are asked with.
#[derive(Clone, Copy, Debug)]
pub struct Asking<'a> {
    /// The seed of the audit.
    pub seed: u64,
    /// A name that no other sheet of this audit has.
    pub label: &'a str,
    /// What is being done, for people.
    pub title: &'a str,
}

/// Puts all questions of a sheet to a decision maker, several at once.
///
/// # Errors
/// When the run was asked to stop, or there is no room on the disk.
pub async fn run(
    sheet: &Sheet,
    decision_maker: &DecisionMaker,
    asking: Asking<'_>,
    context: &RunContext,
) -> Result<AuditAnswers, run::Error> {
    let people = Arc::new(Texts::spool(&context.scratch, &sheet.people)?);
    let texts = Texts::spool(&context.scratch, sheet.cases.iter().map(|case| &case.text))?;
    let bench = Bench {
        generator: None,
        decision_maker: Some(decision_maker.clone()),
        auditing: None,
        prompt: String::new(),
        seed: asking.seed,
        label: asking.label.to_owned(),
    };
    let plan = Plan::decide(whom(&sheet.cases), texts);
    let trials = Trials { people: &people, plan, label: asking.title };
    let outcomes = run::outcomes(&bench, context, trials, |_, _| {}).await?;
    context.go_on()?;
    let mut answers = AuditAnswers::of_sheet(sheet);
    let mut cases = sheet.cases.iter();
    outcomes.each(&mut |_, _, verdict| {
        if let Some(case) = cases.next() {
            answers.record(case.part, verdict);
        }
        true
    })?;
    Ok(answers)
}

/// For each question its persona, and its number among the questions to that persona, which tells repeats apart.
fn whom(cases: &[Case]) -> Vec<(u32, u32)> {
    let mut whom: Vec<(u32, u32)> = Vec::with_capacity(cases.len());
    for case in cases {
        let persona = case.persona as u32;
        let number = whom.last().filter(|(last, _)| *last == persona).map_or(0, |(_, number)| number + 1);
        whom.push((persona, number));
    }
    whom
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(people: usize, repeats: usize) -> (Battery, Sheet) {
        let battery = Battery::built_in().unwrap();
        let people: Vec<String> = (0..people).map(|number| format!("Person {number}")).collect();
        let messages = vec![(people[0].clone(), "Hello,\n\nwill you?".to_owned()), ("Another".into(), "Hi".into())];
        let sheet = Sheet::new(&battery, &Material { people, messages }, repeats);
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
        // Two messages three times, the first in four formats and the second in one, and white space after each
        // persona.
        let controls = battery.controls.len();
        assert_eq!(sheet.len(), (battery.probes() + 2 * controls) * 3 + 2 * 3 + 4 + 1 + 2);
        assert_eq!(sheet.probe_questions().count() + sheet.message_questions().count(), sheet.len());
    }

    #[test]
    fn a_message_that_deserves_a_yes_goes_to_its_person_and_to_as_many_others() {
        let (battery, sheet) = sheet(7, 3);
        let family = sheet.families.iter().position(|(name, _)| name == MISDIRECTED).unwrap();
        for (number, control) in battery.controls.iter().enumerate() {
            let whom = |part: Part| -> Vec<&str> {
                let cases = sheet.cases.iter().filter(|case| case.part == part && case.text == control.message);
                cases.map(|case| sheet.people[case.persona].as_str()).collect()
            };
            assert_eq!(whom(Part::Control(number)), [control.person.as_str(); 3]);
            let mut others = whom(Part::Probe(family, number));
            others.dedup();
            assert!(others.len() == 3 && !others.contains(&control.person.as_str()));
        }
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
