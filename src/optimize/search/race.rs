//! The race: a few finalists on the same personas, dropped as soon as it is clear that another is better.
//!
//! Everybody may look after every persona: whether a finalist is out is decided by e-values, which hold however often
//! one looks and whenever one stops (Ramdas, Grünwald, Vovk and Shafer 2023).

use std::collections::BTreeMap;

use rand_chacha::ChaCha8Rng;

use super::explore::{Explored, Turns, learn};
use super::model::{Candidate, Seen};
use super::tell;
use crate::compare::evidence::Evidence;
use crate::optimize::error::Error;
use crate::optimize::people::split::People;
use crate::optimize::trials::trial_runner::{TrialRunner, Wanted};

/// Personas between two looks.
const BLOCK: usize = 12;
/// A finalist is dropped where it is no better than the leader, with this chance of error for each. A wrong drop costs
/// a little of the gain and nothing of its truth, so it need not be as rare as a wrong adoption.
const DROP: f64 = 0.1;

/// One finalist.
#[derive(Clone, Debug)]
pub struct Finalist {
    /// Its prompt.
    pub candidate: Candidate,
    /// Scores, by persona, one for each message.
    pub scores: BTreeMap<u32, Vec<f64>>,
    /// After how many personas it was dropped; `None` if it never was.
    pub dropped_after: Option<usize>,
}

impl Finalist {
    /// Sum of the scores and their number.
    #[must_use]
    pub fn tally(&self) -> (f64, usize) {
        let scores = || self.scores.values().flatten();
        (scores().sum(), scores().count())
    }
}

/// How the race ended.
#[derive(Debug)]
pub struct Raced {
    /// All finalists; the winner's place is `winner`.
    pub finalists: Vec<Finalist>,
    /// Which of them goes on; `None` without any.
    pub winner: Option<usize>,
    /// The evidence of the winner against the incumbent, on people whom both may have been tuned on.
    pub evidence: Evidence,
    /// Trials that were run.
    pub trials: usize,
}

/// Races the best candidates that exploring left, in at most so many trials. `known` are the scores of the incumbent.
///
/// # Errors
/// When the run was asked to stop, or there is no room on the disk.
pub async fn race(
    runner: &TrialRunner<'_>,
    people: &People,
    explored: &mut Explored,
    known: &BTreeMap<u32, (f64, u32)>,
    (trials, rng): (usize, &mut ChaCha8Rng),
) -> Result<Raced, Error> {
    let mut finalists: Vec<Finalist> = candidates(explored)
        .into_iter()
        .map(|candidate| Finalist { candidate, scores: BTreeMap::new(), dropped_after: None })
        .collect();
    let mut turns = Turns::new(&people.learn, rng);
    let (mut done, mut raced, mut block) = (0, 0, 0);
    loop {
        let live: Vec<usize> = (0..finalists.len()).filter(|at| finalists[*at].dropped_after.is_none()).collect();
        // A single one needs no race.
        if live.len() < 2 || done + live.len() * BLOCK > trials || turns.is_empty() {
            break;
        }
        block += 1;
        let personas: Vec<u32> = (0..BLOCK).map(|_| turns.next(rng)).collect();
        let asked: Vec<(usize, u32)> =
            personas.iter().flat_map(|persona| live.iter().map(move |at| (*at, *persona))).collect();
        let wanted: Vec<Wanted> = asked
            .iter()
            .map(|(at, persona)| Wanted { persona: *persona, prompt: finalists[*at].candidate.prompt(&explored.pool) })
            .collect();
        let title = format!("Racing {} finalists", live.len());
        let before = runner.calls();
        let results = runner.run(&format!("race {block}"), &title, &people.all, &wanted).await?;
        explored.costs.add(wanted.len(), runner.calls() - before);
        for ((at, persona), result) in asked.into_iter().zip(results) {
            let Some(result) = result else { continue };
            let score = runner.score(&result);
            finalists[at].scores.entry(persona).or_default().push(score);
            explored.seen.push(Seen {
                persona,
                candidate: finalists[at].candidate.clone(),
                score,
                weight: explored.weight,
            });
        }
        done += wanted.len();
        raced += personas.len();
        drop_the_beaten(&mut finalists, raced);
        tell::raced(runner, explored, (&finalists, raced), known);
    }
    explored.model = learn(&explored.pool, &explored.seen)?;
    let live = (0..finalists.len()).filter(|at| finalists[*at].dropped_after.is_none());
    // What exploring taught and what the race showed, together: the race alone would favour the lucky.
    let value = |at: &usize| explored.model.logit(&explored.pool, &finalists[*at].candidate);
    let winner = live.max_by(|a, b| value(a).total_cmp(&value(b)));
    let mut evidence = Evidence::new(0.0);
    if let Some(winner) = winner {
        for (persona, scores) in &finalists[winner].scores {
            if let Some((sum, count)) = known.get(persona) {
                evidence.add(mean(scores) - sum / f64::from(*count));
            }
        }
    }
    let raced = Raced { finalists, winner, evidence, trials: done };
    tell::race_over(runner, explored, &raced, known);
    Ok(raced)
}

/// The prompts that may be the best: the best by the model, the same without items that are not sure to help, the
/// consensus of the challengers, and the best challenger as written.
fn candidates(explored: &Explored) -> Vec<Candidate> {
    let Explored { pool, model, .. } = explored;
    let own = Candidate::Lines(pool.own());
    let mut found: Vec<Candidate> = Vec::new();
    // What the user wrote is raced as it was written: who wrote it wants to know.
    let by_hand = pool.by_hand.iter().copied().map(Candidate::Written);
    let believed =
        [Some(model.best(pool)), Some(model.cautious(pool)), Some(model.consensus(pool)), model.best_written(pool)];
    for candidate in believed.into_iter().flatten().chain(by_hand) {
        let is_empty = candidate == Candidate::Lines(Vec::new());
        if !is_empty && candidate != own && !found.contains(&candidate) {
            found.push(candidate);
        }
    }
    found
}

/// Drops every finalist that is clearly no better than the one that leads.
fn drop_the_beaten(finalists: &mut [Finalist], raced: usize) {
    let rate = |own: &Finalist| {
        let (sum, count) = own.tally();
        sum / count.max(1) as f64
    };
    let live = || (0..finalists.len()).filter(|at| finalists[*at].dropped_after.is_none());
    let Some(leader) = live().max_by(|a, b| rate(&finalists[*a]).total_cmp(&rate(&finalists[*b]))) else { return };
    let beaten: Vec<usize> = live()
        .filter(|at| *at != leader)
        .filter(|at| {
            let mut evidence = Evidence::new(0.0);
            for (persona, scores) in &finalists[*at].scores {
                if let Some(others) = finalists[leader].scores.get(persona) {
                    evidence.add(mean(scores) - mean(others));
                }
            }
            evidence.rejects_below(DROP)
        })
        .collect();
    for at in beaten {
        finalists[at].dropped_after = Some(raced);
    }
}

fn mean(scores: &[f64]) -> f64 {
    scores.iter().sum::<f64>() / scores.len().max(1) as f64
}
