//! Finds out which instructions help: many prompts, a trial or two of each.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::costs::Costs;
use super::model::{Candidate, Model, Seen};
use super::pool::Pool;
use super::propose::{Proposals, Proposer};
use super::tell;
use crate::event::Event;
use crate::improve::{Codebook, Coding, Feedback, Objections};
use crate::model::digest_number;
use crate::optimize::error::Error;
use crate::optimize::people::split::People;
use crate::optimize::trials::decisions::{self, Decisions};
use crate::optimize::trials::trial_runner::{TrialRunner, Wanted};

/// Personas that take part in exploring, at most: what a further one adds to what is known of the instructions is
/// little.
const MOST_PEOPLE: usize = 300;
/// Rounds, between which the model learns. More of them waste fewer trials, and wait more often.
const ROUNDS: usize = 12;
/// Trials of a round, at least.
const FEWEST_A_ROUND: usize = 12;
/// At these shares of the trials more challengers are asked for, from what the messages of the prompt met that leads by
/// then.
const ASK_AGAIN: [f64; 2] = [0.3, 0.6];
/// So many messages of the leading prompt say what it meets; with fewer the incumbent is shown once more.
const FEWEST_HEARD: usize = 6;
/// A gain that is proved with the fewest trials.
const BOLD_GAIN: f64 = 0.5;

/// What was explored.
#[derive(Debug)]
pub struct Explored {
    /// The lines.
    pub pool: Pool,
    /// Every trial, those of the incumbent before it included, which come first.
    pub seen: Vec<Seen>,
    /// How many of these are the incumbent's messages.
    pub known: usize,
    /// What they taught.
    pub model: Model,
    /// Trials that were run.
    pub trials: usize,
    /// What they took.
    pub costs: Costs,
    /// What came of the challengers that were asked for.
    pub proposals: Vec<Proposals>,
    /// Decisions on each message, from then on.
    pub decisions: u32,
    /// How many trials with one decision a trial with so many tells as much as.
    pub weight: f64,
}

/// What exploring starts from.
pub struct Start<'a> {
    /// Whom.
    pub people: &'a People,
    /// The prompt to beat.
    pub incumbent: &'a str,
    /// What its messages met.
    pub heard: &'a Feedback,
    /// What that comes down to.
    pub objections: &'a Objections,
    /// The groups that it was sorted into.
    pub codebook: &'a Codebook,
    /// Scores of the incumbent's messages to personas that are learned from: sum and number, by index of the persona.
    pub known: &'a BTreeMap<u32, (f64, u32)>,
    /// Trials of earlier cycles.
    pub remembered: Vec<Seen>,
    /// Challengers in the first wave. Later waves, and the first of a lineage that remembers trials, have a quarter of
    /// that, four at least.
    pub challengers: usize,
    /// Decisions on each message.
    pub decisions: Decisions,
    /// Calls that may be made, those for the race and the proof included.
    pub calls: u64,
    /// Calls that a trial is expected to take, before there was any.
    pub calls_a_trial: f64,
    /// How many trials to keep for the race and the proof: from the gain that is expected (a share), the number of
    /// trials in all, and the calls that one takes.
    pub kept: &'a (dyn Fn(f64, usize, f64) -> usize + Sync),
}

/// The share of the trials that is spent on exploring in any case.
const LEAST_EXPLORED: f64 = 0.25;

/// Challengers in the first wave of a search with this many calls, unless the user says how many. Each costs a call,
/// and what many of them agree on is worth as much as a hundred trials.
#[must_use]
pub fn first_wave(calls: u64) -> usize {
    (calls / CALLS_A_CHALLENGER).clamp(FEWEST_CHALLENGERS, MOST_CHALLENGERS) as usize
}

/// Challengers that are asked for at first: a lineage that remembers trials needs no more than a later wave.
#[must_use]
pub fn challengers_at_first(first: usize, remembers_nothing: bool) -> usize {
    if remembers_nothing { first } else { later_wave(first) }
}

/// Challengers in each later wave.
#[must_use]
pub fn later_wave(first: usize) -> usize {
    first.div_ceil(4).max(LATER_CHALLENGERS.min(first))
}

/// Later waves.
pub const LATER_WAVES: usize = ASK_AGAIN.len();
/// See [`first_wave`].
const CALLS_A_CHALLENGER: u64 = 25;
/// See [`first_wave`].
const FEWEST_CHALLENGERS: u64 = 6;
/// See [`first_wave`].
const MOST_CHALLENGERS: u64 = 15;
/// See [`later_wave`].
const LATER_CHALLENGERS: usize = 4;

/// Explores.
///
/// # Errors
/// When no challenger came, the run was asked to stop, or there is no room on the disk.
pub async fn explore(
    runner: &TrialRunner<'_>,
    proposer: &Proposer<'_>,
    start: Start<'_>,
    mut pool: Pool,
) -> Result<Explored, Error> {
    let (events, began) = (&runner.cast.context.events, runner.calls());
    let (mut runner, mut shown) = (runner.clone(), Vec::new());
    let mut judged: Vec<(usize, u32)> = Vec::new();
    let mut open = start.decisions == Decisions::Auto;
    let later = later_wave(start.challengers);
    let first = (0, challengers_at_first(start.challengers, start.remembered.is_empty()));
    let mut proposals =
        vec![proposer.propose(first, start.incumbent, (start.heard, start.objections), &mut pool).await?];
    let own = Candidate::Lines(pool.own());
    let mut seen: Vec<Seen> = start
        .known
        .iter()
        .take(MOST_PEOPLE)
        .map(|(persona, (sum, count))| Seen {
            persona: *persona,
            candidate: own.clone(),
            score: sum / f64::from(*count),
            weight: f64::from(*count),
        })
        .collect();
    let known = seen.len();
    seen.extend(start.remembered.iter().cloned());
    // How much there will be is known roughly: what a bold gain leaves.
    let all = (start.calls as f64 / start.calls_a_trial) as usize;
    let likely = all.saturating_sub((start.kept)(BOLD_GAIN, all, start.calls_a_trial));
    let counter = runner.clone();
    let used = || (counter.calls() - began) as f64;
    let mut costs = Costs::default();
    let mut rng = rng(runner.seed, runner.step);
    let mut turns = Turns::new(&start.people.learn, &mut rng);
    let a_round = (likely / ROUNDS).max(FEWEST_A_ROUND);
    let (mut met, mut done, mut asked) = (Met::default(), 0, 0);
    let mut model = learn(&pool, &seen)?;
    let mut round = 0;
    while !turns.is_empty() {
        // Exploring goes on as long as the proof of what is found so far can still be paid for.
        let gain = model.predict(&pool, &model.best(&pool)) - model.predict(&pool, &own);
        let a_trial = costs.of_a_trial(start.calls_a_trial);
        let left = ((start.calls as f64 - used()).max(0.0) / a_trial) as usize;
        let least = ((done + left) as f64 * LEAST_EXPLORED) as usize;
        let more = left.saturating_sub((start.kept)(gain, done + left, a_trial)).max(least.saturating_sub(done));
        let count = a_round.min(more);
        // A few more trials teach nothing that is worth a round.
        if count < FEWEST_A_ROUND.min(least.max(1)) {
            break;
        }
        round += 1;
        // Before more challengers are asked for, half of a round shows what the leading prompt meets.
        let share = |done: usize| done as f64 / likely.max(1) as f64;
        let will_ask = asked < ASK_AGAIN.len() && share(done + count) >= ASK_AGAIN[asked];
        // The first candidate is what the challengers agree on.
        let leader = if done == 0 { model.consensus(&pool) } else { model.best(&pool) };
        let candidates: Vec<(u32, Candidate)> = (0..count)
            .map(|at| {
                let leads = (will_ask || done == 0) && at % 2 == 0;
                let candidate = if leads { leader.clone() } else { model.draw(&pool, &mut rng) };
                (turns.next(&mut rng), candidate)
            })
            .collect();
        let wanted: Vec<Wanted> = candidates
            .iter()
            .map(|(persona, candidate)| Wanted { persona: *persona, prompt: candidate.prompt(&pool) })
            .collect();
        let title = format!("Trying instructions, round {round}");
        let before = runner.calls();
        let results = runner.run(&format!("explore {round}"), &title, &start.people.all, &wanted).await?;
        costs.add(count, runner.calls() - before);
        for ((persona, candidate), result) in candidates.into_iter().zip(&results) {
            let Some(result) = result else { continue };
            met.add(candidate.prompt(&pool), persona, result.is_yes(), &result.reasoning);
            shown.extend(decisions::of_pilot(result, persona, &candidate.prompt(&pool)));
            judged.push((seen.len(), result.decisions.len() as u32));
            seen.push(Seen { persona, candidate, score: runner.score(result), weight: 1.0 });
        }
        done += count;
        let calls = costs.of_a_trial(start.calls_a_trial) - f64::from(runner.decisions);
        if let Some(best) = start.decisions.settle(&shown, calls).filter(|_| open) {
            (runner.decisions, open) = (best, false);
            events.emit(Event::Note(settled(best, shown.len())));
        }
        for (at, decisions) in &judged {
            seen[*at].weight = decisions::worth(&shown, *decisions);
        }
        model = learn(&pool, &seen)?;
        tell::explored(&runner, &pool, &model, &proposals, (round, done));
        // The next reasons come from a prompt that answers the earlier ones.
        if will_ask {
            asked = ASK_AGAIN.iter().filter(|at| share(done) >= **at).count();
            let wave = (proposals.len(), later);
            let leading = leader.prompt(&pool);
            let heard = met.heard(&leading);
            let shown = match &heard {
                Some(heard) => {
                    events.emit(Event::Step(format!(
                        "Asking for {later} more candidates, from what the leading prompt met"
                    )));
                    let objections = sorted(&runner, heard, start.codebook, wave.0).await;
                    (&*leading, (heard, objections))
                }
                None => {
                    events.emit(Event::Step(format!("Asking for {later} more candidates, from what people said")));
                    (start.incumbent, (start.heard, start.objections.clone()))
                }
            };
            let (prompt, (heard, objections)) = shown;
            proposals.push(proposer.propose(wave, prompt, (heard, &objections), &mut pool).await?);
            model = learn(&pool, &seen)?;
        }
    }
    let weight = decisions::worth(&shown, runner.decisions);
    Ok(Explored { pool, seen, known, model, trials: done, costs, proposals, decisions: runner.decisions, weight })
}

/// What the messages of each prompt met.
#[derive(Default)]
struct Met(HashMap<Arc<str>, Vec<(u32, bool, String)>>);

impl Met {
    fn add(&mut self, prompt: Arc<str>, persona: u32, yes: bool, reasoning: &str) {
        self.0.entry(prompt).or_default().push((persona, yes, reasoning.to_owned()));
    }

    /// What those of one prompt met, and of no other; `None` where they are too few to say.
    fn heard(&self, prompt: &str) -> Option<Feedback> {
        let mut said: Vec<&(u32, bool, String)> = self.0.get(prompt)?.iter().collect();
        if said.len() < FEWEST_HEARD {
            return None;
        }
        said.sort_by_key(|(persona, ..)| *persona);
        let (mut heard, mut last) = (Feedback::default(), (None, 0));
        for (persona, yes, reasoning) in said {
            let message = if last.0 == Some(*persona) { last.1 + 1 } else { 0 };
            last = (Some(*persona), message);
            heard.record(*persona as usize, message, *yes, reasoning);
        }
        Some(heard)
    }
}

/// What was said by the groups of the lineage. It is little, and what fits none of them is shown all the same.
async fn sorted(runner: &TrialRunner<'_>, heard: &Feedback, book: &Codebook, wave: usize) -> Objections {
    let objections = heard.objections();
    if book.groups().is_empty() {
        return objections;
    }
    let (improver, reasonings) = (&runner.cast.improver, heard.reasonings());
    let (seed, wave) = (runner.seed.to_string(), wave.to_string());
    let codes = improver.sort(&reasonings, book, &[&seed, runner.step, "wave", &wave]).await.codes;
    let mut coding = Coding::new(improver.caller().model().id(), book.clone(), reasonings.len(), heard.len());
    coding.add(codes, &reasonings);
    objections.by(&coding)
}

/// What was found out about the decision maker, in words.
fn settled(decisions: u32, messages: usize) -> String {
    let each = if decisions == 1 { "one decision".to_owned() } else { format!("{decisions} decisions") };
    format!("Of {messages} messages that were decided twice: {each} on each message is the most precise for the calls")
}

/// Learns from what was seen.
///
/// # Errors
/// When the arithmetic breaks down.
pub fn learn(pool: &Pool, seen: &[Seen]) -> Result<Model, Error> {
    Model::learn(pool, seen).map_err(|error| Error::Arithmetic(error.to_string()))
}

/// The chance of a cycle: from its seed and name alone.
pub fn rng(seed: u64, step: &str) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(digest_number(&["chance", &seed.to_string(), step]))
}

/// Personas in turn, each as often as any other, in an order that chance decides.
pub struct Turns {
    people: Arc<Vec<u32>>,
    left: Vec<u32>,
}

impl Turns {
    /// The turns of these people, or of an even sample of them.
    pub fn new(people: &[u32], rng: &mut ChaCha8Rng) -> Self {
        let mut people = people.to_vec();
        shuffle(&mut people, rng);
        people.truncate(MOST_PEOPLE);
        Turns { people: Arc::new(people), left: Vec::new() }
    }

    /// Whether there is nobody.
    pub fn is_empty(&self) -> bool {
        self.people.is_empty()
    }

    /// Whose turn it is.
    pub fn next(&mut self, rng: &mut ChaCha8Rng) -> u32 {
        if self.left.is_empty() {
            self.left = self.people.to_vec();
            shuffle(&mut self.left, rng);
        }
        self.left.pop().unwrap_or_default()
    }
}

/// Puts items into an order that chance decides (Fisher and Yates; Durstenfeld 1964).
pub fn shuffle<T>(items: &mut [T], rng: &mut ChaCha8Rng) {
    for last in (1..items.len()).rev() {
        items.swap(last, rng.random_range(0..=last));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_wave_is_as_large_as_the_calls_bear() {
        let waves = [100, 400, 800, 5_000].map(first_wave);
        assert_eq!(waves, [6, 15, 15, 15]);
        assert_eq!([1, 6, 20].map(later_wave), [1, 4, 5]);
        assert_eq!([true, false].map(|remembers_nothing| challengers_at_first(15, remembers_nothing)), [15, 4]);
    }

    #[test]
    fn what_a_prompt_met_is_heard_apart_from_what_others_met_and_not_before_it_is_enough() {
        let (mut met, prompts) = (Met::default(), ["A", "B"].map(Arc::<str>::from));
        for at in 0..2 * FEWEST_HEARD - 1 {
            let prompt = &prompts[at % 2];
            met.add(Arc::clone(prompt), (at / 4) as u32, at.is_multiple_of(3), &format!("{prompt} met this, {at}"));
        }
        let (lines, left_out) = met.heard("A").unwrap().lines();
        assert_eq!((lines.lines().count(), left_out), (FEWEST_HEARD, 0));
        assert!(lines.lines().all(|line| line.contains("] A met this")), "{lines}");
        assert!(met.heard("B").is_none() && met.heard("C").is_none());
    }
}
