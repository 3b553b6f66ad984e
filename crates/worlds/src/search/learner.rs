//! What is believed of ideas after some trials.

use std::collections::{BTreeMap, BTreeSet};

use rejoinder_stats::Effects;

use super::pool::Pool;
use crate::stream::Stream;

/// What is believed beforehand, on the logit scale.
#[derive(Clone, Debug)]
pub struct Belief {
    /// The mean effect of an idea that no proposal had, and what it rises by to one that all of them had.
    pub mean: (f64, f64),
    /// Its spread.
    pub idea: f64,
    /// The spread of what asks for nothing in particular.
    pub vague: f64,
    /// What a wording does beyond its idea.
    pub line: f64,
    /// What a challenger does beyond its items.
    pub whole: f64,
    /// What ten items cost together; grows with the square of their number.
    pub crowding: (f64, f64),
    /// The spread of people.
    pub person: f64,
    /// What an idea must bring to be put in.
    pub worth: f64,
    /// Items of a prompt at most.
    pub most: usize,
}

/// A trial.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Whom it was for.
    pub person: usize,
    /// The places of its items in the pool.
    pub places: Vec<usize>,
    /// Which challenger it was, as written.
    pub whole: Option<usize>,
    /// What it was worth.
    pub score: f64,
}

/// What is believed.
pub struct Learner<'a> {
    effects: Effects,
    belief: &'a Belief,
    persons: usize,
    ideas: usize,
    texts: usize,
    wholes: usize,
    allowed: BTreeSet<usize>,
}

/// Where the people's coefficients begin: before them are the base and what crowding costs.
const FIRST_PERSON: usize = 2;

impl<'a> Learner<'a> {
    /// Learns from trials. `estimates` says whether the spread of ideas is estimated from them; otherwise it is the one
    /// that is believed beforehand.
    pub fn learn(pool: &Pool, seen: &[Seen], belief: &'a Belief, estimates: bool) -> Self {
        let persons = seen.iter().map(|trial| trial.person + 1).max().unwrap_or(0);
        let (ideas, texts, wholes) = (pool.ideas.len(), pool.texts.len(), pool.written.len());
        let mut prior = vec![(0.0, 4.0), (belief.crowding.0, square(belief.crowding.1))];
        prior.extend(std::iter::repeat_n((0.0, square(belief.person)), persons));
        prior.extend((0..ideas).map(|idea| {
            let sd = if pool.ideas[idea].name.is_none() { belief.vague } else { belief.idea };
            (belief.mean_of(pool, idea), square(sd))
        }));
        // Features that can do nothing are left out: they cost the cube of their number.
        let texts = if belief.line > 0.0 { texts } else { 0 };
        let wholes = if belief.whole > 0.0 { wholes } else { 0 };
        prior.extend(std::iter::repeat_n((0.0, square(belief.line)), texts));
        prior.extend(std::iter::repeat_n((0.0, square(belief.whole)), wholes));
        let allowed = (0..ideas).filter(|idea| pool.texts.iter().any(|text| text.idea == *idea)).filter(|idea| {
            pool.ideas[*idea].proposals > 0 || pool.texts.iter().any(|text| text.start && text.idea == *idea)
        });
        let mut learner = Learner {
            effects: Effects::fit(&[(0.0, 1.0)], []).unwrap_or_else(|_| unreachable!("a sound prior")),
            belief,
            persons,
            ideas,
            texts,
            wholes,
            allowed: allowed.collect(),
        };
        let rows: Vec<(Vec<(usize, f64)>, f64)> = seen
            .iter()
            .map(|trial| {
                let mut features = learner.features(pool, &trial.places, trial.whole);
                features.push((FIRST_PERSON + trial.person, 1.0));
                (features, trial.score)
            })
            .collect();
        let rows: Vec<_> = rows.iter().map(|(features, score)| (features.as_slice(), *score, 1.0)).collect();
        let ideas = FIRST_PERSON + learner.persons..FIRST_PERSON + learner.persons + learner.ideas;
        let fitted = if estimates { Effects::fit_best(&prior, ideas, rows) } else { Effects::fit(&prior, rows) };
        if let Ok(effects) = fitted {
            learner.effects = effects;
        }
        learner
    }

    fn features(&self, pool: &Pool, places: &[usize], whole: Option<usize>) -> Vec<(usize, f64)> {
        let count = places.len() as f64;
        let mut features = vec![(0, 1.0), (1, square(count / 10.0))];
        let ideas: BTreeSet<usize> = places.iter().map(|at| pool.texts[*at].idea).collect();
        features.extend(ideas.into_iter().map(|idea| (FIRST_PERSON + self.persons + idea, 1.0)));
        let line = FIRST_PERSON + self.persons + self.ideas;
        if self.texts > 0 {
            features.extend(places.iter().map(|at| (line + at, 1.0)));
        }
        if let Some(whole) = whole.filter(|whole| *whole < self.wholes) {
            features.push((line + self.texts + whole, 1.0));
        }
        features
    }

    /// Logit of a prompt for an average person.
    pub fn logit(&self, pool: &Pool, places: &[usize], whole: Option<usize>) -> f64 {
        self.effects.logit(&self.features(pool, places, whole))
    }

    /// Chance of a yes, averaged over what is believed.
    pub fn predict(&self, pool: &Pool, places: &[usize]) -> f64 {
        self.effects.predict(&self.features(pool, places, None))
    }

    /// The best prompt by the means.
    pub fn best(&self, pool: &Pool) -> Vec<usize> {
        self.climb(pool, &self.effects.mean)
    }

    /// The best prompt by means that are lowered by so many standard deviations.
    pub fn cautious(&self, pool: &Pool, by: f64) -> Vec<usize> {
        let mut values = self.effects.mean.clone();
        let first = FIRST_PERSON + self.persons;
        for (at, value) in values.iter_mut().enumerate().skip(first).take(self.ideas) {
            *value -= by * self.effects.sd(at);
        }
        self.climb(pool, &values)
    }

    /// The best prompt under one draw of what is believed; written challengers count where they may be raced.
    pub fn draw(&self, pool: &Pool, written: bool, dice: &mut Stream) -> (Vec<usize>, Option<usize>) {
        let values = self.effects.sample(dice.rng());
        let value = |places: &[usize], whole| -> f64 {
            self.features(pool, places, whole).iter().map(|(at, x)| values[*at] * x).sum()
        };
        let places = self.climb(pool, &values);
        let mut best = (value(&places, None), places, None);
        if written {
            for (at, places) in pool.written.iter().enumerate() {
                let value = value(places, Some(at));
                if value > best.0 {
                    best = (value, places.clone(), Some(at));
                }
            }
        }
        (best.1, best.2)
    }

    /// The written challenger that is best.
    pub fn best_written(&self, pool: &Pool) -> Option<usize> {
        let value = |at: usize| self.logit(pool, &pool.written[at], Some(at));
        (0..pool.written.len()).max_by(|a, b| value(*a).total_cmp(&value(*b)))
    }

    fn climb(&self, pool: &Pool, values: &[f64]) -> Vec<usize> {
        let (idea, line) = (FIRST_PERSON + self.persons, FIRST_PERSON + self.persons + self.ideas);
        let mut best: BTreeMap<usize, (f64, usize)> = BTreeMap::new();
        for (at, text) in pool.texts.iter().enumerate().filter(|(_, text)| self.allowed.contains(&text.idea)) {
            // Among wordings of which nothing is known the shortest.
            let value = values[idea + text.idea] + if self.texts > 0 { values[line + at] } else { 0.0 }
                - 1e-4 * text.words as f64;
            let known = best.entry(text.idea).or_insert((value, at));
            if value > known.0 {
                *known = (value, at);
            }
        }
        let mut ranked: Vec<(f64, usize)> = best.into_values().collect();
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let (mut sum, mut most, mut count) = (0.0, 0.0, 0);
        for (at, (value, _)) in ranked.iter().enumerate().take(self.belief.most) {
            sum += value - self.belief.worth;
            let whole = sum + values[1] * square((at + 1) as f64 / 10.0);
            if whole > most {
                (most, count) = (whole, at + 1);
            }
        }
        let mut chosen: Vec<usize> = ranked[..count].iter().map(|(_, at)| *at).collect();
        chosen.sort_unstable();
        chosen
    }
}

impl Belief {
    fn mean_of(&self, pool: &Pool, idea: usize) -> f64 {
        let start = pool.texts.iter().any(|text| text.start && text.idea == idea);
        let entry = &pool.ideas[idea];
        if entry.name.is_none() {
            return 0.0;
        }
        let share = entry.proposals as f64 / entry.chances.max(5) as f64;
        let dropped = entry.drops as f64 / pool.proposals.max(5) as f64;
        // What is in use counts as proposed now and then.
        let share = if start { share.max(0.15) - dropped } else { share };
        self.mean.0 + self.mean.1 * share.min(0.8)
    }
}

fn square(x: f64) -> f64 {
    (x * x).max(1e-9)
}
