//! What instructions do to the chance of success, learned from every trial of every prompt that has them.
//!
//! A trial tells about all the instructions of its prompt at once, so a hundred trials of a hundred different prompts
//! say more about twenty instructions than a hundred trials of two prompts (a factorial design: Fisher 1935, ch. 6; for
//! many factors Box, Hunter and Hunter 2005). The next prompts are drawn by Thompson sampling: each is the best under
//! one draw of what is believed, so that trials go where the best prompt may be (Thompson 1933; Russo et al. 2018).

use std::collections::{BTreeSet, HashMap};

use rand_chacha::ChaCha8Rng;

use super::pool::Pool;
use crate::compare::effects::{Effects, EffectsError};

/// The spread of the rate between offers, on the logit scale.
const BASE: (f64, f64) = (0.0, 4.0);
/// The spread of personas around it.
const PERSONA: (f64, f64) = (0.0, 1.0);
/// What an idea does: little, unless many improvers hit upon it, each for itself. A line in the share of the
/// challengers that could have proposed it and did: its value at none, its slope, and the share from which on more say
/// no more. Set on a hundred worlds (`crates/worlds`), as are the spreads below.
const IDEA: (f64, f64, f64) = (-0.05, 1.0, 0.8);
/// The share of the challengers that an idea in use counts for: it is in use, and nothing speaks against it yet.
const IN_USE: f64 = 0.15;
/// The standard deviation of ideas around that line, until there are enough trials to estimate it
/// ([`Effects::fit_best`]).
const IDEA_SD: f64 = 0.33;
/// What an instruction does that a reader sorted under nothing, because it asks for nothing in particular: next to
/// nothing.
const VAGUE_SD: f64 = 0.2;
/// What the wording does beyond the idea.
const LINE_SD: f64 = 0.2;
/// What a challenger as a whole does beyond its lines.
const WHOLE_SD: f64 = 0.2;
/// The cost of a hundred words of advice in all: a long prompt is followed less. It grows with the square of the
/// length.
const CROWDING: (f64, f64) = (-0.4, 0.09);
/// An idea of the consensus is likely harmful if its effect is below zero by more than this many standard deviations:
/// the chance that it is harmless is one in five.
const LIKELY: f64 = 0.84;
/// Less than this an instruction must not bring, or it is left out: every one costs the writer's attention.
const WORTH: f64 = 0.1;
/// The cost of a word of an item: it decides between two wordings of an idea if nothing else does.
const A_WORD: f64 = 1e-4;
/// The most instructions of a prompt that is put together.
const MOST_LINES: usize = 14;

/// A prompt that may be tried.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Candidate {
    /// Put together from lines of the pool.
    Lines(Vec<usize>),
    /// A challenger as it was written, by its place in the pool.
    Written(usize),
}

impl Candidate {
    /// Its lines.
    #[must_use]
    pub fn lines<'p>(&'p self, pool: &'p Pool) -> &'p [usize] {
        match self {
            Candidate::Lines(lines) => lines,
            Candidate::Written(at) => &pool.written[*at].lines,
        }
    }

    /// Its text.
    #[must_use]
    pub fn prompt(&self, pool: &Pool) -> std::sync::Arc<str> {
        match self {
            Candidate::Lines(lines) => pool.prompt(lines),
            Candidate::Written(at) => std::sync::Arc::clone(&pool.written[*at].prompt),
        }
    }
}

/// A trial that the model learns from.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The persona, by any number.
    pub persona: u32,
    /// What was tried.
    pub candidate: Candidate,
    /// 1 for a success, 0 for none, or a share.
    pub score: f64,
    /// How many trials with one decision it tells as much as: more than 1 for the mean of several messages or
    /// decisions.
    pub weight: f64,
}

/// What is believed after some trials.
#[derive(Clone, Debug)]
pub struct Model {
    effects: Effects,
    personas: usize,
    ideas: usize,
    lines: usize,
}

/// Where the personas' coefficients begin.
const FIRST_PERSONA: usize = 2;

impl Model {
    /// Learns from these trials.
    ///
    /// # Errors
    /// When the arithmetic breaks down, which sound scores do not bring about.
    pub fn learn(pool: &Pool, seen: &[Seen]) -> Result<Self, EffectsError> {
        let mut numbers: HashMap<u32, usize> = HashMap::new();
        for trial in seen {
            let next = numbers.len();
            numbers.entry(trial.persona).or_insert(next);
        }
        let (personas, ideas, lines) = (numbers.len(), pool.ideas.len(), pool.lines.len());
        let is_sorted = pool.ideas.iter().any(|idea| !idea.name.is_empty());
        let mut prior = vec![BASE, CROWDING];
        prior.extend(std::iter::repeat_n(PERSONA, personas));
        prior.extend((0..ideas).map(|idea| {
            // Where nothing has a name, nobody has sorted.
            let is_vague = is_sorted && pool.ideas[idea].name.is_empty();
            if is_vague { (0.0, VAGUE_SD * VAGUE_SD) } else { (idea_mean(pool, idea), IDEA_SD * IDEA_SD) }
        }));
        prior.extend(std::iter::repeat_n((0.0, LINE_SD * LINE_SD), lines));
        prior.extend(std::iter::repeat_n((0.0, WHOLE_SD * WHOLE_SD), pool.written.len()));
        let untrained = Model { effects: Effects::fit(&prior, [])?, personas, ideas, lines };
        let rows: Vec<_> = seen
            .iter()
            .map(|trial| {
                let mut features = untrained.features(pool, &trial.candidate);
                features.push((FIRST_PERSONA + numbers[&trial.persona], 1.0));
                (features, trial.score, trial.weight)
            })
            .collect();
        let group = untrained.first_idea()..untrained.first_line();
        let rows = rows.iter().map(|(features, score, weight)| (features.as_slice(), *score, *weight));
        Ok(Model { effects: Effects::fit_best(&prior, group, rows)?, ..untrained })
    }

    /// The prompt that is best by what is believed on the whole.
    #[must_use]
    pub fn best(&self, pool: &Pool) -> Candidate {
        Candidate::Lines(self.lines_of(pool, &self.effects.mean))
    }

    /// A shorter prompt: only what is likely to help.
    #[must_use]
    pub fn cautious(&self, pool: &Pool) -> Candidate {
        let mut values = self.effects.mean.clone();
        let ideas = self.first_idea()..self.first_idea() + self.ideas;
        for at in ideas {
            values[at] -= 0.5 * self.effects.sd(at);
        }
        Candidate::Lines(self.lines_of(pool, &values))
    }

    /// The consensus of the challengers, less what is likely harmful by now.
    #[must_use]
    pub fn consensus(&self, pool: &Pool) -> Candidate {
        let is_likely_harmful = |line: &usize| {
            let idea = self.first_idea() + pool.lines[*line].idea;
            self.effects.mean[idea] + LIKELY * self.effects.sd(idea) < 0.0
        };
        Candidate::Lines(pool.consensus().into_iter().filter(|line| !is_likely_harmful(line)).collect())
    }

    /// The challenger that is best as it was written; `None` without any.
    #[must_use]
    pub fn best_written(&self, pool: &Pool) -> Option<Candidate> {
        let all = (0..pool.written.len()).map(Candidate::Written);
        all.map(|own| (self.logit(pool, &own), own)).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, own)| own)
    }

    /// A prompt to try next: the best under one draw of what is believed.
    #[must_use]
    pub fn draw(&self, pool: &Pool, rng: &mut ChaCha8Rng) -> Candidate {
        let values = self.effects.sample(rng);
        let lines = Candidate::Lines(self.lines_of(pool, &values));
        let value =
            |own: &Candidate| -> f64 { self.features(pool, own).iter().map(|(feature, x)| values[*feature] * x).sum() };
        let written = (0..pool.written.len()).map(Candidate::Written);
        written
            .fold((value(&lines), lines), |best, own| {
                let own_value = value(&own);
                if own_value > best.0 { (own_value, own) } else { best }
            })
            .1
    }

    /// How much more likely the best prompt under one posterior draw is to succeed than this one, by the same draw.
    #[must_use]
    pub fn gain_in_a_draw(&self, pool: &Pool, than: &Candidate, rng: &mut ChaCha8Rng) -> f64 {
        let values = self.effects.sample(rng);
        let chance = |candidate: &Candidate| {
            let logit: f64 = self.features(pool, candidate).iter().map(|(feature, x)| values[*feature] * x).sum();
            1.0 / (1.0 + (-logit).exp())
        };
        chance(&Candidate::Lines(self.lines_of(pool, &values))) - chance(than)
    }

    /// What is believed of a candidate, on the logit scale, for an average persona.
    #[must_use]
    pub fn logit(&self, pool: &Pool, candidate: &Candidate) -> f64 {
        self.effects.logit(&self.features(pool, candidate))
    }

    /// The chance that this candidate succeeds with an average persona.
    #[must_use]
    pub fn predict(&self, pool: &Pool, candidate: &Candidate) -> f64 {
        self.effects.predict(&self.features(pool, candidate))
    }

    /// The effect of a line on the logit scale, its idea's included, and its standard deviation.
    #[must_use]
    pub fn effect(&self, pool: &Pool, line: usize) -> (f64, f64) {
        let features = [(self.first_idea() + pool.lines[line].idea, 1.0), (self.first_line() + line, 1.0)];
        (self.effects.logit(&features), self.effects.variance(&features).sqrt())
    }

    /// For every idea the wording that does most under these values; then as many ideas as pay.
    fn lines_of(&self, pool: &Pool, values: &[f64]) -> Vec<usize> {
        let mut best: HashMap<usize, (f64, usize)> = HashMap::new();
        for (at, line) in pool.lines.iter().enumerate() {
            // Among wordings that nothing is known about, take the shortest.
            let value =
                values[self.first_idea() + line.idea] + values[self.first_line() + at] - A_WORD * pool.words(at) as f64;
            let known = best.entry(line.idea).or_insert((value, at));
            if value > known.0 {
                *known = (value, at);
            }
        }
        let mut ranked: Vec<(f64, usize)> = best.into_values().collect();
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let (mut sum, mut most, mut count, mut words) = (0.0, 0.0, 0, 0);
        let mut chosen: Vec<usize> = Vec::new();
        for (value, line) in ranked {
            if chosen.len() >= MOST_LINES {
                break;
            }
            if pool.conflict_with(line, &chosen) {
                continue;
            }
            chosen.push(line);
            if !pool.fits(&chosen) {
                chosen.pop();
                continue;
            }
            sum += value - WORTH;
            words += pool.words(line);
            let whole = sum + values[1] * crowding(words);
            if whole > most {
                (most, count) = (whole, chosen.len());
            }
        }
        chosen.truncate(count);
        let mut lines = chosen;
        lines.sort_unstable();
        lines
    }

    fn features(&self, pool: &Pool, candidate: &Candidate) -> Vec<(usize, f64)> {
        let lines = candidate.lines(pool);
        let mut features = vec![(0, 1.0), (1, crowding(lines.iter().map(|line| pool.words(*line)).sum()))];
        let ideas: BTreeSet<usize> = lines.iter().map(|line| pool.lines[*line].idea).collect();
        // An idea counts once, however often it is said.
        features.extend(ideas.into_iter().map(|idea| (self.first_idea() + idea, 1.0)));
        features.extend(lines.iter().map(|line| (self.first_line() + line, 1.0)));
        if let Candidate::Written(at) = candidate {
            features.push((self.first_line() + self.lines + at, 1.0));
        }
        features
    }

    fn first_idea(&self) -> usize {
        FIRST_PERSONA + self.personas
    }

    fn first_line(&self) -> usize {
        self.first_idea() + self.ideas
    }
}

/// What crowding counts for: 1 at a hundred words.
fn crowding(words: usize) -> f64 {
    (words as f64 / 100.0).powi(2)
}

/// What is believed of an idea before anything is tried.
fn idea_mean(pool: &Pool, idea: usize) -> f64 {
    let (none, slope, most) = IDEA;
    let share = if pool.is_own(idea) { IN_USE - pool.dropped(idea) } else { pool.share(idea) };
    none + slope * share.min(most)
}

#[cfg(test)]
#[path = "model_tests.rs"]
mod tests;
