//! Readers, and judges who see more or less of what makes them reply.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rejoinder_stats::Tally;
use rejoinder_stats::ranking::Judged;

/// A judge in a world.
#[derive(Clone, Copy)]
pub struct World {
    pub name: &'static str,
    /// How much of a reader's liking the judge sees: the correlation with what it goes by.
    pub sight: f64,
    /// What it answers with.
    pub answers: Answers,
    /// Which part of the messages it says yes to.
    pub yes: f64,
}

#[derive(Clone, Copy)]
pub enum Answers {
    YesOrNo,
    /// Probabilities, in so many steps.
    Chances(f64),
}

/// The chance of a reply: 5 % of readers on average.
const AVERAGE: f64 = -3.55;
const LIKING: f64 = 1.1;

/// A message that was sent: the judge's score, its decision, and whether there was a reply.
pub struct Sent {
    pub judged: Judged,
    pub is_yes: bool,
}

fn normal(rng: &mut ChaCha8Rng) -> f64 {
    let radius = (-2.0 * (1.0 - rng.random::<f64>()).ln()).sqrt();
    radius * (std::f64::consts::TAU * rng.random::<f64>()).cos()
}

impl World {
    pub fn send(&self, rng: &mut ChaCha8Rng) -> Sent {
        let liking = normal(rng);
        let is_reply = rng.random_bool(1.0 / (1.0 + (-(AVERAGE + LIKING * liking)).exp()));
        let seen = self.sight * liking + (1.0 - self.sight * self.sight).sqrt() * normal(rng);
        let bar = rejoinder_stats::normal::quantile(1.0 - self.yes);
        let is_yes = seen >= bar;
        let score = match self.answers {
            Answers::YesOrNo => f64::from(u8::from(is_yes)),
            // A judge that says yes far too often: its chances are high all over.
            Answers::Chances(steps) => (steps / (1.0 + (-0.9 * (seen - bar)).exp())).round() / steps,
        };
        Sent { judged: Judged { score, is_reply }, is_yes }
    }

    /// The area and the ratio of the world itself, from a million messages.
    pub fn truth(&self, rng: &mut ChaCha8Rng) -> (f64, f64) {
        let all: Vec<Sent> = (0..1_000_000).map(|_| self.send(rng)).collect();
        (area(&all), ratio(&all))
    }
}

/// Counted over the scores, of which there are few.
fn area(all: &[Sent]) -> f64 {
    let mut sorted: Vec<&Sent> = all.iter().collect();
    sorted.sort_by(|one, other| one.judged.score.total_cmp(&other.judged.score));
    let (mut below, mut won, mut hits) = (0.0, 0.0, 0.0);
    for tied in sorted.chunk_by(|one, other| one.judged.score == other.judged.score) {
        let replied = tied.iter().filter(|sent| sent.judged.is_reply).count() as f64;
        let silent = tied.len() as f64 - replied;
        won += replied * (below + silent / 2.0);
        below += silent;
        hits += replied;
    }
    won / (hits * below)
}

fn ratio(all: &[Sent]) -> f64 {
    let (yes, no) = tallies(all);
    yes.share().unwrap_or(f64::NAN) / no.share().unwrap_or(f64::NAN)
}

/// Replies after a yes, and after a no.
pub fn tallies(all: &[Sent]) -> (Tally, Tally) {
    let tally = |wanted: bool| {
        Tally::from_decisions(all.iter().filter(|sent| sent.is_yes == wanted).map(|sent| sent.judged.is_reply))
    };
    (tally(true), tally(false))
}
