//! Taste: how much each feature weighs in one market, and with one persona of it.

use super::dice::Dice;
use super::feature::Feature::{
    self, Brief, Certificate, Channel, Customer, Example, Figures, Flattery, Hype, Integrations, Long, Material,
    Mechanism, Opener, Pilot, Placeholder, Plain, Post, Price, Pushy, Result, Security, SmallAsk, Subject, Tie,
};
use super::feature::{COUNT, FeatureSet};
use super::plan::Odds;
use super::rate::yes;
use super::reader::Reader;
use super::traits::{TRAITS, Trait};

/// A weight for each feature, in units of the latent scale on which a decision is taken.
pub(super) type Weights = [f64; COUNT];

/// How a feature weighs on average, how often a bare offer's message shows it.
const AVERAGE: [(Feature, f64, f64); 24] = [
    (Tie, 1.10, 0.40),
    (Figures, 0.60, 0.45),
    (Mechanism, 0.65, 0.14),
    (Example, 0.55, 0.10),
    (Material, 0.55, 0.10),
    (SmallAsk, 0.65, 0.22),
    (Brief, 0.50, 0.25),
    (Plain, 0.55, 0.30),
    (Integrations, 0.30, 0.06),
    (Security, 0.25, 0.05),
    (Price, 0.25, 0.04),
    (Subject, 0.35, 0.40),
    (Channel, 0.45, 0.07),
    (Pilot, 0.50, 0.05),
    (Opener, 0.50, 0.25),
    (Hype, -0.90, 0.35),
    (Long, -0.80, 0.22),
    (Pushy, -0.90, 0.14),
    (Flattery, -0.45, 0.14),
    (Placeholder, -1.00, 0.18),
    (Customer, 0.60, 0.16),
    (Result, 0.85, 0.26),
    (Certificate, 0.45, 0.07),
    (Post, 0.35, 0.25),
];

/// What a trait adds to the weight of a feature.
const BY_TRAIT: [(Trait, Feature, f64); 30] = [
    (Trait::Secure, Security, 0.90),
    (Trait::Secure, Certificate, 0.50),
    (Trait::Secure, Hype, -0.20),
    (Trait::Frugal, Price, 0.75),
    (Trait::Frugal, Pilot, 0.25),
    (Trait::Frugal, Figures, 0.20),
    (Trait::Brief, Brief, 0.60),
    (Trait::Brief, Long, -0.60),
    (Trait::Brief, SmallAsk, 0.30),
    (Trait::Formal, Plain, 0.40),
    (Trait::Formal, Hype, -0.40),
    (Trait::Formal, Pushy, -0.30),
    (Trait::Formal, Subject, 0.25),
    (Trait::Data, Figures, 0.50),
    (Trait::Data, Result, 0.45),
    (Trait::Data, Hype, -0.25),
    (Trait::Technical, Mechanism, 0.60),
    (Trait::Technical, Integrations, 0.45),
    (Trait::Technical, Material, 0.30),
    (Trait::Fast, SmallAsk, 0.35),
    (Trait::Fast, Pilot, 0.20),
    (Trait::Fast, Long, -0.30),
    (Trait::Fast, Channel, 0.20),
    (Trait::Careful, Material, 0.40),
    (Trait::Careful, Pilot, 0.40),
    (Trait::Careful, Example, 0.25),
    (Trait::Careful, Pushy, -0.40),
    (Trait::Social, Customer, 0.50),
    (Trait::Social, Example, 0.30),
    (Trait::Social, Result, 0.20),
];

/// The spread of what a persona thinks of all messages alike.
pub(super) const BIAS_SPREAD: f64 = 0.8;
/// How much chance there is in one persona's liking of one message, whatever its features.
pub(super) const LUCK: f64 = 0.45;
/// The noise with which a decision is taken, as a share of the spread between messages: smaller means that repeats
/// agree more often.
pub(super) const NOISE: f64 = 0.2;

/// The taste of one market.
#[derive(Clone, Debug)]
pub(super) struct Taste {
    seed: String,
    weights: Weights,
    trait_strength: [f64; TRAITS],
    /// How often a bare offer's message shows each feature.
    pub base: Odds,
    /// What a message without any feature falls short by, from an average persona with a strict judge.
    pub threshold: f64,
    /// What the features are multiplied by, so that every market is as hard as every other.
    pub scale: f64,
    /// The scale of the noise with which a decision is taken.
    pub noise: f64,
}

/// How one persona decides.
#[derive(Clone, Debug)]
pub(super) struct Judge {
    /// Weight of each feature, scaled.
    pub weights: Weights,
    /// What this persona gives to any message, before the threshold.
    pub bias: f64,
}

impl Taste {
    /// The taste of a seed, not yet calibrated.
    pub(super) fn from_seed(seed: u64) -> Self {
        let seed = seed.to_string();
        let mut dice = Dice::from_parts(&["taste", &seed]);
        let (mut weights, mut base) = ([0.0; COUNT], [0.0; COUNT]);
        for (feature, weight, rate) in AVERAGE {
            weights[feature.index()] = weight * (0.28 * dice.normal()).exp();
            // Base rates move on the logit scale, so that small ones stay small.
            let logit = (rate / (1.0 - rate)).ln() + 0.35 * dice.normal();
            base[feature.index()] = 1.0 / (1.0 + (-logit).exp());
        }
        // In every market some advice that sounds good does nothing: it must be tested, not believed.
        let mut minor = [Example, Integrations, Price, Subject, Channel, Security, Opener, Material];
        dice.shuffle(&mut minor);
        for feature in &minor[..2] {
            weights[feature.index()] *= 0.1;
        }
        let trait_strength = std::array::from_fn(|_| (0.3 * dice.normal()).exp());
        Taste { seed, weights, trait_strength, base, threshold: 0.0, scale: 1.0, noise: 0.4 }
    }

    /// The judge that a persona is in this market.
    pub(super) fn judge(&self, persona: &str, reader: &Reader) -> Judge {
        let mut dice = Dice::from_parts(&["judge", &self.seed, persona.trim()]);
        let mut weights = self.weights;
        for (which, feature, more) in BY_TRAIT {
            if reader.traits.has(which) {
                weights[feature.index()] += more * self.trait_strength[which as usize];
            }
        }
        for weight in &mut weights {
            *weight *= self.scale * (1.0 + 0.3 * dice.normal());
        }
        Judge { weights, bias: BIAS_SPREAD * dice.normal() }
    }

    /// The probability of a yes at a point of the latent scale, on which 0 is undecided.
    pub(super) fn yes(&self, latent: f64) -> f64 {
        yes(latent, self.noise)
    }

    /// How much this persona happens to like this very message: the same on every repeat.
    pub(super) fn luck(&self, persona: &str, message: &str) -> f64 {
        LUCK * [-1.0, 0.0, 0.0, 1.0][Dice::from_parts(&["luck", &self.seed, persona.trim(), message]).below(4)]
    }
}

impl Judge {
    /// What the features of a message are worth.
    pub(super) fn worth(&self, features: FeatureSet) -> f64 {
        features.iter().map(|feature| self.weights[feature.index()]).sum()
    }
}

/// How many of the traits a persona has; only tests ask.
#[cfg(test)]
pub(super) fn traits_in(reader: &Reader) -> usize {
    super::traits::ALL_TRAITS.into_iter().filter(|&which| reader.traits.has(which)).count()
}
