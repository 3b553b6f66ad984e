//! A design of a search, from the first run to what stands when the calls are spent.

use rejoinder_stats::adoption::{self, AdoptionTest, Answers};
use rejoinder_stats::normal::quantile;
use rejoinder_stats::{Decision, Evidence};

pub use super::designs::{Design, Proof};
use super::lab::Lab;
use super::learner::{Learner, Seen};
use super::pool::Pool;
use crate::feedback::{Proposal, Remarks};
use crate::people::Person;
use crate::stream::Stream;
use crate::world::{Item, World};

/// How a search ended.
#[derive(Clone, Debug)]
pub struct Ended {
    /// The prompt that stands.
    pub items: Vec<Item>,
    /// Whether it is another than the first.
    pub adopted: bool,
    /// Calls that it took, those of the first run and of new messages included.
    pub calls: u64,
}

/// The people of a search.
pub struct People {
    /// Those who are learned from.
    pub learn: Vec<Person>,
    /// Those who only verify.
    pub aside: Vec<Person>,
}

impl People {
    /// So many of a world.
    #[must_use]
    pub fn of(world: &World, learn: u64, aside: u64) -> Self {
        let group = |name: &str, count| (0..count).map(|number| world.person(name, number)).collect();
        People { learn: group("learn", learn), aside: group("aside", aside) }
    }
}

/// Calls of a message that is kept, about.
const KEPT: f64 = 3.3;
/// Calls of a trial of the search, about.
const A_TRIAL: f64 = 2.4;
/// The fewest calls of a search: with fewer, nothing is found.
const FEWEST_CALLS: f64 = 90.0;
/// The share of the calls that is kept for new messages at most.
const MOST_KEPT: f64 = 0.25;
/// Calls of the search for each proposal of the first wave, and the fewest proposals.
const FIRST_WAVE: (f64, f64) = (25.0, 6.0);
/// Trials of a round at least.
const FEWEST: usize = 12;
/// The level of a lineage.
const ALPHA: f64 = 0.05;
/// The variance of a difference between two messages to one person, a quarter more for the looks.
const VARIANCE: f64 = 0.62;
/// What a gain that was found by searching keeps of itself with other people.
const KEPT_GAIN: f64 = 0.7;

/// A search under way.
struct Search<'w> {
    lab: Lab<'w>,
    people: &'w People,
    design: &'w Design,
    chance: Stream,
    pool: Pool,
    seen: Vec<Seen>,
    remarks: Remarks,
    /// The prompt that stands.
    base: Vec<usize>,
    turns: Vec<usize>,
    /// Calls that are kept for new messages.
    kept: f64,
    /// Calls that it may take, new messages not counted.
    calls: f64,
}

/// Runs a design with so many calls in all.
#[must_use]
pub fn run(world: &World, people: &People, design: &Design, calls: u64, seed: u64) -> Ended {
    let mut lab = Lab::new(world, seed);
    let pool = Pool::new(&mut lab);
    let mut search = Search {
        chance: Stream::new(&["search", &world.place.to_string(), &seed.to_string()]),
        base: pool.start(),
        pool,
        lab,
        people,
        design,
        seen: Vec::new(),
        remarks: Remarks::new(world),
        turns: Vec::new(),
        kept: calls as f64,
        calls: calls as f64,
    };
    search.write();
    search.kept = (KEPT * people.learn.len() as f64).min(MOST_KEPT * search.left());
    search.calls -= search.kept;
    let mut levels = Levels { first: design.first_level, spent: Vec::new() };
    let (mut attempts, mut adopted) = (0, false);
    while attempts < design.attempts && search.left() >= FEWEST_CALLS {
        let wave = (search.left() / FIRST_WAVE.0).clamp(FIRST_WAVE.1, design.first as f64) as usize;
        search.ask(if attempts == 0 { wave } else { design.later });
        attempts += 1;
        if design.proof == Proof::Consensus {
            search.base = consensus(&search.pool, 2);
            adopted = true;
            break;
        }
        let alpha = levels.next();
        let trials = search.explore(alpha);
        let race = search.race(trials + (search.left() / A_TRIAL) as usize);
        let finalists = search.finalists();
        let Some(challenger) = search.raced(&finalists, race) else {
            continue;
        };
        let all = trials as f64 + search.left() / A_TRIAL;
        let challenger = search.without_the_useless(challenger, (all * design.leave_out) as usize);
        if design.proof == Proof::None || search.proves(&challenger, alpha) {
            search.base = challenger;
            adopted = true;
            search.write();
        } else {
            levels.spent.push(alpha);
        }
    }
    let items = search.pool.items(&search.base);
    Ended { items, adopted, calls: search.lab.calls }
}

impl Search<'_> {
    fn left(&self) -> f64 {
        (self.calls - self.lab.calls as f64).max(0.0)
    }

    /// Writes to everybody with the prompt that stands.
    fn write(&mut self) {
        let items = self.pool.items(&self.base);
        self.remarks = Remarks::new(self.lab.world);
        for (person, persona) in self.people.learn.iter().enumerate() {
            if self.lab.calls as f64 >= self.calls + self.kept {
                break;
            }
            let trial = self.lab.kept(persona, &items);
            self.remarks.add(&trial.remarks);
            self.seen.push(Seen { person, places: self.base.clone(), whole: None, score: trial.score });
        }
    }

    fn ask(&mut self, count: usize) {
        let base = self.base.clone();
        let remarks = self.remarks.clone();
        self.wave(&base, &remarks, count);
    }

    fn wave(&mut self, base: &[usize], remarks: &Remarks, count: usize) {
        let items = self.pool.items(base);
        let size = self.design.size;
        let found: Vec<Proposal> = (0..count).filter_map(|_| self.lab.propose(&items, remarks, size)).collect();
        self.pool.take(&mut self.lab, base, &found);
    }

    fn learner(&self, most_ideas: usize) -> Learner<'_> {
        Learner::learn(&self.pool, &self.seen, &self.design.belief, (most_ideas, self.design.estimates))
    }

    /// The trials of a race, of so many in all.
    fn race(&self, all: usize) -> usize {
        let trials = (all as f64 * self.design.race) as usize;
        if trials < self.design.least_race { 0 } else { trials }
    }

    /// Trials that are kept for proving this gain, of so many.
    fn kept(&self, gain: f64, alpha: f64, all: usize) -> usize {
        let Proof::Planned { power, least, share } = self.design.proof else { return 0 };
        let wanted = (quantile(1.0 - alpha) + quantile(power)).powi(2) * VARIANCE;
        let pairs = (wanted / (KEPT_GAIN * gain.max(0.01)).powi(2)) as usize;
        let pairs = pairs.max(least).min(adoption::most_pairs(self.people.aside.len()));
        ((2.0 * pairs as f64 * KEPT / A_TRIAL) as usize).min((share * all as f64) as usize)
    }

    /// Tries prompts until what is left is needed for the proof. Returns the trials.
    fn explore(&mut self, alpha: f64) -> usize {
        let Design { ask_again, later, trials_per_idea, rounds, least_explored, leave_out, .. } = self.design;
        let total = ((self.left() - (ask_again.len() * (later + 1)) as f64).max(0.0) / A_TRIAL) as usize;
        let likely = total.saturating_sub(self.kept(0.5, alpha, total)).max(1);
        let most_ideas = if *trials_per_idea == 0 { usize::MAX } else { (likely / trials_per_idea).max(8) };
        let a_round = (likely / rounds).max(FEWEST);
        let (mut done, mut asked, mut fresh) = (0, 0, Remarks::new(self.lab.world));
        loop {
            let learner = self.learner(most_ideas);
            let gain = learner.predict(&self.pool, &learner.best(&self.pool)) - learner.predict(&self.pool, &self.base);
            let all = done + (self.left() / A_TRIAL) as usize;
            let least = (all as f64 * least_explored) as usize;
            let kept = self.kept(gain, alpha, all) + self.race(all) + (all as f64 * leave_out) as usize;
            let count = a_round.min((all - done).saturating_sub(kept).max(least.saturating_sub(done)));
            if count < FEWEST.min(least.max(1)) {
                return done;
            }
            let mut chance = self.chance.clone();
            let mut draws: Vec<_> =
                (0..count).map(|_| learner.draw(&self.pool, self.design.belief.whole > 0.0, &mut chance)).collect();
            let agreed = if done == 0 { (count as f64 * self.design.consensus) as usize } else { 0 };
            self.chance = chance;
            draws[..agreed].fill((consensus(&self.pool, 2), None));
            for (places, whole) in draws {
                let person = self.turn();
                let trial = self.lab.trial(&self.people.learn[person], &self.pool.items(&places));
                fresh.add(&trial.remarks);
                self.seen.push(Seen { person, places, whole, score: trial.score });
            }
            done += count;
            let share = done as f64 / likely as f64;
            if asked < ask_again.len() && share >= ask_again[asked] {
                asked = ask_again.iter().filter(|at| share >= **at).count();
                let best = self.learner(most_ideas).best(&self.pool);
                self.wave(&best, &fresh, *later);
                fresh = Remarks::new(self.lab.world);
            }
        }
    }

    fn turn(&mut self) -> usize {
        if self.turns.is_empty() {
            self.turns = (0..self.people.learn.len()).collect();
            self.chance.shuffle(&mut self.turns);
        }
        self.turns.pop().unwrap_or_default()
    }

    /// The prompts that may be the best, with the challenger that each is as it was written.
    fn finalists(&self) -> Vec<(Vec<usize>, Option<usize>)> {
        let learner = self.learner(usize::MAX);
        let written = learner.best_written(&self.pool).map(|at| (self.pool.written[at].clone(), Some(at)));
        let computed = [learner.best(&self.pool), learner.cautious(&self.pool, 0.5), consensus(&self.pool, 2)];
        let mut found: Vec<(Vec<usize>, Option<usize>)> = Vec::new();
        for candidate in computed.into_iter().map(|places| (places, None)).chain(written) {
            let is_known = found.iter().any(|known| known.0 == candidate.0);
            if !candidate.0.is_empty() && candidate.0 != self.base && !is_known {
                found.push(candidate);
            }
        }
        found
    }

    /// The winner, less ideas that are better left out by what is believed after trials without each.
    fn without_the_useless(&mut self, winner: Vec<usize>, trials: usize) -> Vec<usize> {
        if trials < winner.len().max(2) {
            return winner;
        }
        for at in 0..trials {
            let person = self.turn();
            let mut places = winner.clone();
            if at % 3 > 0 {
                places.remove(at % winner.len());
            }
            let trial = self.lab.trial(&self.people.learn[person], &self.pool.items(&places));
            self.seen.push(Seen { person, places, whole: None, score: trial.score });
        }
        let learner = self.learner(usize::MAX);
        let value = |places: &Vec<usize>| learner.logit(&self.pool, places, None);
        let mut best = winner;
        loop {
            let without = (0..best.len()).map(|at| {
                let mut places = best.clone();
                places.remove(at);
                places
            });
            match without.max_by(|a, b| value(a).total_cmp(&value(b))) {
                Some(other) if value(&other) > value(&best) && !other.is_empty() => best = other,
                _ => return best,
            }
        }
    }

    /// The winner of a race in at most so many trials.
    fn raced(&mut self, finalists: &[(Vec<usize>, Option<usize>)], trials: usize) -> Option<Vec<usize>> {
        let mut live: Vec<usize> = (0..finalists.len()).collect();
        let mut scores: Vec<Vec<f64>> = vec![Vec::new(); finalists.len()];
        let mut done = 0;
        while live.len() > 1 && done + live.len() * FEWEST <= trials {
            for _ in 0..FEWEST {
                let person = self.turn();
                for at in live.iter().copied() {
                    let (places, whole) = &finalists[at];
                    let trial = self.lab.trial(&self.people.learn[person], &self.pool.items(places));
                    scores[at].push(trial.score);
                    self.seen.push(Seen { person, places: places.clone(), whole: *whole, score: trial.score });
                    done += 1;
                }
            }
            let sum = |at: usize| scores[at].iter().sum::<f64>();
            let leader = live.iter().copied().max_by(|a, b| sum(*a).total_cmp(&sum(*b)))?;
            live.retain(|at| {
                let mut evidence = Evidence::new(0.0);
                scores[*at].iter().zip(&scores[leader]).for_each(|(score, other)| evidence.add(score - other));
                *at == leader || !evidence.rejects_below(0.1)
            });
        }
        let learner = self.learner(usize::MAX);
        let value = |at: &usize| learner.logit(&self.pool, &finalists[*at].0, finalists[*at].1);
        live.into_iter().max_by(|a, b| value(a).total_cmp(&value(b))).map(|at| finalists[at].0.clone())
    }

    /// Whether the challenger is better, on people aside.
    fn proves(&mut self, challenger: &[usize], alpha: f64) -> bool {
        let learner = self.learner(usize::MAX);
        let expected = 0.5 * (learner.predict(&self.pool, challenger) - learner.predict(&self.pool, &self.base));
        let (before, after) = (self.pool.items(&self.base), self.pool.items(challenger));
        let people = &self.people.aside;
        let calls = self.left() + self.design.lent * self.kept;
        let pairs = ((calls / (2.0 * KEPT)) as usize).min(adoption::most_pairs(people.len()));
        let mut test = AdoptionTest::plan(alpha, expected.max(0.1));
        let mut sums: Vec<(f64, usize)> = vec![(0.0, 0); people.len()];
        let (mut asked, schedule) = (0, adoption::schedule(people.len(), pairs, Answers::Single));
        for until in schedule {
            for at in asked..until {
                let person = &people[at % people.len()];
                let gain = self.lab.kept(person, &after).score - self.lab.kept(person, &before).score;
                let sum = &mut sums[at % people.len()];
                *sum = (sum.0 + gain, sum.1 + 1);
            }
            asked = until;
            let means = sums.iter().filter(|sum| sum.1 > 0).map(|sum| sum.0 / sum.1 as f64);
            let differences: Vec<f64> = means.collect();
            let step = differences.len() as f64 / asked as f64;
            let fraction = if until == pairs { 1.0 } else { until as f64 / pairs as f64 };
            match test.look_at(&differences, step, fraction) {
                Decision::Better => return true,
                Decision::Futile => return false,
                Decision::GoOn => {}
            }
        }
        false
    }
}

/// The levels of the attempts of a lineage, as the product gives them out.
struct Levels {
    /// The share of the first one.
    first: f64,
    /// Those that adopted nothing.
    spent: Vec<f64>,
}

impl Levels {
    fn next(&self) -> f64 {
        let left = ALPHA - self.spent.iter().sum::<f64>();
        left / (self.spent.len() as f64 + 1.0 / self.first)
    }
}

/// Ideas that so many proposals had, in their shortest wordings, and what is in use unless two would drop it.
#[must_use]
pub fn consensus(pool: &Pool, least: usize) -> Vec<usize> {
    let mut places: Vec<usize> = (0..pool.ideas.len())
        .filter(|idea| pool.ideas[*idea].name.is_some() && pool.ideas[*idea].proposals >= least)
        .filter_map(|idea| pool.shortest(idea))
        .collect();
    for place in pool.start() {
        let idea = pool.texts[place].idea;
        if pool.ideas[idea].drops < 2 && !places.iter().any(|at| pool.texts[*at].idea == idea) {
            places.push(place);
        }
    }
    places.sort_unstable();
    places
}
