//! The search for a better prompt, and its proof: explore, race, verify, decide.

pub mod asked;
pub mod by_hand;
mod costs;
pub mod explore;
pub mod kinds;
pub mod model;
pub mod pool;
pub mod proof;
pub mod propose;
pub mod race;
mod recall;
pub mod referee;
mod tell;
pub mod verdict;
pub mod verify;

use std::collections::BTreeMap;
use std::sync::Arc;

use self::explore::{Explored, Start, explore};
use self::kinds::Sorter;
use self::model::Candidate;
use self::pool::Pool;
use self::propose::Proposer;
use self::race::{Raced, race};
use self::verdict::{CycleVerdict, KindVerdict};
use self::verify::{Size, Verified, verify};
use crate::compare::adoption;
use crate::compare::prospects::pairs_to_prove;
use crate::data::DataFolder;
use crate::evaluate::auditing::AuditWhen;
use crate::event::Event;
use crate::improve::{Codebook, Feedback, Objections, PromptParts, screen};
use crate::optimize::before::earlier::{Earlier, order};
use crate::optimize::error::Error;
use crate::optimize::lineage::attempts::Attempts;
use crate::optimize::lineage::memory::Memory;
use crate::optimize::objective::Objective;
use crate::optimize::people::kinds::Kinds;
use crate::optimize::people::split::People;
use crate::optimize::trials::decisions::Decisions;
use crate::optimize::trials::trial_runner::TrialRunner;

/// What a search may spend, and what it must show.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Aim {
    /// Calls that it may spend.
    pub calls: u64,
    /// Further calls for a proof that would otherwise end without a decision.
    pub spare: u64,
    /// Decisions on each message.
    pub decisions: Decisions,
    /// Challengers in the first wave.
    pub challengers: usize,
    /// One-sided level that the proof is planned with.
    pub alpha: f64,
    /// A gain below this is not worth having; 0.02 is two points.
    pub min_gain: f64,
    /// What a segment may lose at most.
    pub margin: f64,
    /// Pairs that are asked after a decision for the challenger.
    pub confirm: usize,
    /// How far the interval of these should reach to each side at most.
    pub precision: Option<f64>,
}

/// What the search starts from.
pub struct Known<'a> {
    /// Whom.
    pub people: &'a People,
    /// Facts and rules, which stand in every prompt.
    pub parts: &'a PromptParts,
    /// The prompt to beat.
    pub incumbent: &'a str,
    /// What its messages met.
    pub heard: &'a Feedback,
    /// What that comes down to.
    pub objections: &'a Objections,
    /// The groups that it was sorted into.
    pub codebook: &'a Codebook,
    /// What earlier cycles found out about advice.
    pub memory: Memory,
    /// Scores of its messages: sum and number, by index of the persona.
    pub scores: BTreeMap<u32, (f64, u32)>,
    /// Its messages to unseen people that may prove as well as fresh ones.
    pub earlier: Earlier,
    /// Earlier attempts, which have taken some of the level.
    pub attempts: &'a Attempts,
    /// Kinds of people that were told apart before.
    pub kinds: &'a Kinds,
    /// The list of leads that the people come from, where they do.
    pub leads: Option<(&'a DataFolder, &'a str)>,
}

/// How the search ended.
#[derive(Debug)]
pub struct Search {
    /// What was found.
    pub verdict: CycleVerdict,
    /// The challenger that won the race, where there was one.
    pub challenger: Option<Arc<str>>,
    /// What was explored.
    pub explored: Explored,
    /// How the race went.
    pub raced: Raced,
    /// What verifying showed; `None` where nothing came so far.
    pub verified: Option<Verified>,
    /// Kinds of the people of the proof, with what can be said of each.
    pub kinds: Vec<KindVerdict>,
    /// Who is of which kind, as far as anybody told.
    pub known_kinds: Kinds,
    /// Posterior draws of the gain of the best prompt that can be assembled over the current one.
    pub gains: Vec<f64>,
    /// Calls that it took.
    pub calls: u64,
}

impl Search {
    /// The challenger, where it takes the incumbent's place.
    #[must_use]
    pub fn adopted(&self) -> Option<&str> {
        self.challenger.as_deref().filter(|_| self.verdict.adopts())
    }
}

/// Draws of what may still be gained.
const DRAWS: usize = 200;

/// The share of the trials that the race may take.
const RACE: f64 = 0.1;
/// The fewest trials of a race: fewer cannot separate four finalists, and are better spent on exploring.
const LEAST_RACE: usize = 96;
/// The fewest pairs of messages for any proof: fewer say little about so many people.
const LEAST_PROOF: usize = 16;
/// The power that a proof is planned for. A proof that fails loses everything that was found.
const PROOF_POWER: f64 = 0.9;
/// The share of the trials that is kept for the proof at most, however small the gain.
pub(super) const MOST_PROOF: f64 = 0.45;
/// Calls of a trial before any was run, beyond those of its audit: a message and a decision.
const CALLS_A_TRIAL: f64 = 2.0;
/// Audits of a trial of the search before any was run: one after a yes.
const AUDITS_A_TRIAL: f64 = 0.5;

/// Searches for a better prompt, and proves what it finds.
///
/// # Errors
/// When no challenger came, the run was asked to stop or reached a limit, or there is no room on the disk.
pub async fn search(
    runner: &TrialRunner<'_>,
    proposer: &Proposer<'_>,
    known: Known<'_>,
    aim: Aim,
) -> Result<Search, Error> {
    let proving = runner;
    let runner = &TrialRunner { audit_when: AuditWhen::AfterYes, revisions: 0, ..runner.clone() };
    let (events, began, earlier) = (&runner.cast.context.events, runner.calls(), known.earlier.pairs());
    let used = || (runner.calls() - began) as f64;
    let audits = runner.cast.auditor.is_some();
    let searching = if audits && runner.objective == Objective::Grounded { AUDITS_A_TRIAL } else { 0.0 };
    let written_and_decided = |decisions: u32| CALLS_A_TRIAL + f64::from(decisions.saturating_sub(1));
    let a_trial = written_and_decided(runner.decisions) + searching;
    let checked = || if audits { runner.audits.calls_of_a_proof() } else { 0.0 };
    let most_pairs = adoption::most_pairs(known.people.unseen.len());
    let race_trials = |all: usize| {
        let trials = (all as f64 * RACE) as usize;
        if trials < LEAST_RACE { 0 } else { trials }
    };
    let kept = |gain: f64, all: usize, a_trial: f64| {
        // A trial of the proof is worth so many of the search.
        let dearer = if audits { (written_and_decided(runner.decisions) + checked()) / a_trial } else { 1.0 };
        let test = proof_trials(gain, aim.alpha, all, (earlier, most_pairs)) as f64;
        // At most an eighth of the proof is kept for after the decision.
        let proof = dearer * (test + (2.0 * aim.confirm as f64).min(test / 7.0));
        race_trials(all) + proof.min(MOST_PROOF * all as f64) as usize
    };

    let longest = screen::most_characters(known.parts, proposer.longest);
    let mut pool = Pool::new(known.parts, known.incumbent).longest(longest);
    let remembered = known.memory.recall(&mut pool, known.people)?;
    if !remembered.is_empty() {
        events.emit(Event::Note(format!(
            "{} of earlier cycles of this lineage are remembered, with {} of advice",
            words(remembered.len(), "trial", "trials"),
            words(pool.lines.len(), "item", "items")
        )));
    }
    let first = explore::challengers_at_first(aim.challengers, remembered.is_empty());
    events.emit(Event::Step(format!("Asking for {}, from what people said", words(first, "candidate", "candidates"))));
    let start = Start {
        people: known.people,
        incumbent: known.incumbent,
        heard: known.heard,
        objections: known.objections,
        codebook: known.codebook,
        known: &known.scores,
        remembered,
        challengers: aim.challengers,
        decisions: aim.decisions,
        calls: aim.calls.saturating_sub(asked_later(aim.challengers)),
        calls_a_trial: a_trial,
        kept: &kept,
    };
    let mut explored = explore(runner, proposer, start, pool).await?;
    let runner = &TrialRunner { decisions: explored.decisions, ..runner.clone() };

    let mut rng = explore::rng(runner.seed, &format!("{} race", runner.step));
    let all = explored.trials + ((aim.calls as f64 - used()).max(0.0) / explored.costs.of_a_trial(a_trial)) as usize;
    let raced = race(runner, known.people, &mut explored, &known.scores, (race_trials(all), &mut rng)).await?;

    let challenger = raced.winner.map(|winner| raced.finalists[winner].candidate.prompt(&explored.pool));
    let is_beaten = raced.evidence.rejects_below(aim.alpha);
    let (mut verified, mut begun, mut kinds, mut known_kinds) = (None, None, Vec::new(), known.kinds.clone());
    if let Some(challenger) = challenger.as_ref().filter(|_| !is_beaten) {
        let left = || (aim.calls as f64 - used()).max(0.0);
        // Who is of which kind is settled before anything is known of what the kinds say.
        let order = order(&known.people.unseen, &runner.salt())?;
        let (cast, seed) = (runner.cast, runner.seed.to_string());
        let sorter = Sorter { improver: &cast.improver, context: &cast.context, key: [&seed, runner.step] };
        let whom = (&*known.people.unseen, order.as_slice());
        known_kinds = sorter.sort(known.kinds, whom, known.leads, left() as u64).await?;
        let per_trial = written_and_decided(runner.decisions) + checked();
        let attempt = begun.insert(known.attempts.begin(&known.earlier.digests())?);
        let size = Size {
            alpha: attempt.level,
            expected: expected(&explored, &raced),
            trials: (left() / per_trial) as usize,
            spare: (aim.spare as f64 / per_trial) as usize,
            confirm: aim.confirm,
            precision: aim.precision,
        };
        let runner = TrialRunner { decisions: explored.decisions, ..proving.clone() };
        events.emit(Event::Step("Proving the best candidate with people kept aside".into()));
        let incumbent: Arc<str> = known.incumbent.into();
        let whom = (&known.people.unseen, order.as_slice());
        let proved = verify(&runner, whom, (&incumbent, challenger), &known.earlier, size).await?;
        kinds = verdict::kinds(&proved, &order, &known_kinds, aim);
        verified = Some(proved);
    }
    // The advice on what would settle it is for the next attempt, which has less of the level.
    let next = Aim { alpha: known.attempts.next_level(), ..aim };
    let verdict = CycleVerdict::of(challenger.is_some(), verified.as_ref(), &kinds, next);
    if let (Some(attempt), Some(verified)) = (&begun, &verified) {
        known.attempts.end(attempt, verdict.adopts(), verified.used.clone())?;
    }
    let stands = raced.winner.filter(|_| verdict.adopts()).map(|winner| raced.finalists[winner].candidate.clone());
    let stands = stands.unwrap_or_else(|| Candidate::Lines(explored.pool.own()));
    let gains = (0..DRAWS).map(|_| explored.model.gain_in_a_draw(&explored.pool, &stands, &mut rng)).collect();
    let calls = runner.calls() - began;
    Ok(Search { verdict, challenger, explored, raced, verified, kinds, known_kinds, gains, calls })
}

/// Calls for challengers of later waves, for checking and sorting their advice, and for sorting reasons, which come
/// while exploring goes on.
fn asked_later(challengers: usize) -> u64 {
    (explore::LATER_WAVES * (explore::later_wave(challengers) + 3)) as u64
}

/// How many of `all` trials it takes to prove a gain of this size at this level with [`PROOF_POWER`]. `earlier`
/// messages of the incumbent are there already, and at most `most` pairs can be asked.
fn proof_trials(gain: f64, alpha: f64, all: usize, (earlier, most): (usize, usize)) -> usize {
    let pairs = (pairs_to_prove(gain, alpha, PROOF_POWER) as usize).max(LEAST_PROOF).min(most);
    let trials = pairs + pairs.saturating_sub(earlier);
    trials.min((MOST_PROOF * all as f64) as usize)
}

/// The gain that is expected of the winner, with an average persona, after some regression to the mean: half of it.
fn expected(explored: &Explored, raced: &Raced) -> f64 {
    let Some(winner) = raced.winner else { return 0.0 };
    let own = Candidate::Lines(explored.pool.own());
    let predict = |candidate: &Candidate| explored.model.predict(&explored.pool, candidate);
    0.5 * (predict(&raced.finalists[winner].candidate) - predict(&own))
}

fn words(count: usize, one: &str, more: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { more })
}
