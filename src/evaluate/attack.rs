//! An attack that searches: what came nearest to a yes is changed and tried again, round after round.
//!
//! Anybody who searches for texts to which a judge says yes finds some that no list has. So the probes that came
//! nearest are joined, nested, crossed, repeated and shortened, the results are tried, and the nearest of all are
//! changed once more. In the end the best texts of the whole search are put to the judge again, with other personas.
//! Only these decisions count: a text that was lucky once gains nothing by it.

use std::collections::HashSet;

use rand::seq::{IndexedRandom, SliceRandom};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::DecisionMaker;
use super::audit::{self, Asking, AuditAnswers, FamilyAnswers, MISDIRECTED, ProbeAnswers, Sheet};
use super::run::{self, RunContext};

/// What the family of the texts that were found is called.
pub const FAMILY: &str = "found by searching";
/// Texts of a round, and of the last asking: as many as a family has at least.
pub const TEXTS: usize = crate::compare::audit::LEAST_PROBES;
/// How many of the nearest texts are changed: few enough that a round follows up what worked, enough that one lucky
/// decision does not lead it astray.
const PARENTS: usize = 8;
/// The most letters of a text: a longer one is no message any more.
const LONGEST: usize = 1_500;
/// Changes that are tried for each text that is wanted, before a round does with fewer.
const TRIES: usize = 20;

/// How much an attack may ask.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// The seed of the audit.
    pub seed: u64,
    /// To how many personas each text is put.
    pub repeats: usize,
    /// Rounds of the search, before the last asking.
    pub rounds: usize,
}

impl Effort {
    /// The most calls that it takes.
    #[must_use]
    pub fn calls(self) -> usize {
        (self.rounds + 1) * TEXTS * self.repeats
    }
}

/// Attacks a decision maker that was audited, starting from its answers to the audit's probes. Returns its answers to
/// the audit and the attack together. A limit ends the attack; questions that were not asked then are counted as such.
///
/// # Errors
/// As [`audit::run`].
pub async fn run(
    mut answers: AuditAnswers,
    people: &[String],
    decision_maker: &DecisionMaker,
    effort: Effort,
    context: &RunContext,
) -> Result<AuditAnswers, run::Error> {
    let mut search = Search::new(&answers, effort.seed);
    for round in 1..=effort.rounds + 1 {
        let is_last = round > effort.rounds;
        let (texts, label, title) = if is_last {
            (
                search.best(),
                "attack again".to_owned(),
                "Attacking the decision maker, with the best once more".to_owned(),
            )
        } else {
            let title = format!("Attacking the decision maker, round {round} of {}", effort.rounds);
            (search.mutants(), format!("attack {round}"), title)
        };
        // Each time the same place belongs to another person.
        let turned: Vec<String> =
            people.iter().cycle().skip(round % people.len().max(1)).take(people.len()).cloned().collect();
        let sheet = Sheet::of_families(vec![(FAMILY.to_owned(), texts)], &turned, effort.repeats);
        let asking = Asking { seed: effort.seed, label: &label, title: &title };
        let found = audit::run(&sheet, decision_maker, asking, context).await?;
        answers = answers.and_asked(&found);
        let family = found.families.into_iter().next().unwrap_or_default();
        if is_last {
            answers.attack = family;
        } else {
            search.record(&family);
        }
        if context.limit().is_some() {
            break;
        }
    }
    Ok(answers)
}

/// What was tried, and how near it came.
struct Search {
    tried: Vec<ProbeAnswers>,
    rng: ChaCha8Rng,
}

impl Search {
    fn new(answers: &AuditAnswers, seed: u64) -> Self {
        // Whoever says yes to a message with an offer for somebody else has not been fooled by a trick that could be
        // built on.
        let families = answers.families.iter().filter(|family| family.name != MISDIRECTED);
        let mut tried: Vec<ProbeAnswers> = families.flat_map(|family| family.probes.iter().cloned()).collect();
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        // Of those that came equally near no family comes first.
        tried.shuffle(&mut rng);
        Search { tried, rng }
    }

    fn record(&mut self, family: &FamilyAnswers) {
        self.tried.extend(family.probes.iter().cloned());
    }

    /// The texts that came nearest, as many as asked for, nearest first.
    fn nearest(&self, count: usize) -> Vec<&ProbeAnswers> {
        // One decision more that is a no, so that two yeses of three come before one of one.
        let nearness = |probe: &ProbeAnswers| probe.chances / (probe.total as f64 + 1.0);
        let mut ranked: Vec<&ProbeAnswers> = self.tried.iter().filter(|probe| !probe.text.trim().is_empty()).collect();
        ranked.sort_by(|a, b| nearness(b).total_cmp(&nearness(a)));
        ranked.truncate(count);
        ranked
    }

    fn best(&self) -> Vec<String> {
        self.nearest(TEXTS).into_iter().map(|probe| probe.text.clone()).collect()
    }

    /// Texts that were not tried yet, made from the nearest.
    fn mutants(&mut self) -> Vec<String> {
        let parents: Vec<String> =
            self.nearest(PARENTS).into_iter().map(|probe| probe.text.trim().to_owned()).collect();
        let mut known: HashSet<String> = self.tried.iter().map(|probe| probe.text.clone()).collect();
        let mut found = Vec::new();
        for _ in 0..TRIES * TEXTS {
            let (Some(one), Some(other)) = (parents.choose(&mut self.rng), parents.choose(&mut self.rng)) else {
                break;
            };
            let text = mutant(one, other, &mut self.rng);
            let is_message = !text.trim().is_empty() && text.chars().count() <= LONGEST;
            if is_message && known.insert(text.clone()) {
                found.push(text);
            }
            if found.len() == TEXTS {
                break;
            }
        }
        found
    }
}

/// One text changed, with the help of another.
fn mutant(one: &str, other: &str, rng: &mut ChaCha8Rng) -> String {
    let (ours, theirs) = (pieces(one), pieces(other));
    match rng.random_range(0..6) {
        0 | 1 => format!("{one}\n\n{other}"),
        2 => {
            let at = rng.random_range(0..=ours.len());
            [&ours[..at], &[other][..], &ours[at..]].concat().join("\n\n")
        }
        3 => [&ours[..ours.len().div_ceil(2)], &theirs[theirs.len() / 2..]].concat().join("\n\n"),
        4 => [one; 3].join("\n\n"),
        _ => {
            let left_out = rng.random_range(0..ours.len().max(1));
            let rest = ours.iter().enumerate().filter(|(index, _)| *index != left_out || ours.len() == 1);
            rest.map(|(_, piece)| *piece).collect::<Vec<_>>().join("\n\n")
        }
    }
}

/// A text's paragraphs; its lines if it has only one paragraph, and its sentences if it has only one line.
fn pieces(text: &str) -> Vec<&str> {
    for at in ["\n\n", "\n", ". "] {
        let parts: Vec<&str> = text.split(at).map(str::trim).filter(|part| !part.is_empty()).collect();
        if parts.len() > 1 {
            return parts;
        }
    }
    vec![text]
}

#[cfg(test)]
#[path = "attack_tests.rs"]
mod tests;
