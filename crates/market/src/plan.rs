//! The plan: what a generator takes from a prompt, and how likely each feature is to show in a message.

use std::sync::LazyLock;

use regex::Regex;

use super::feature::Feature::{
    self, Brief, Certificate, Channel, Customer, Example, Figures, Flattery, Hype, Integrations, Long, Material,
    Placeholder, Plain, Post, Price, Pushy, Result, Security, Tie, Truth,
};
use super::feature::{COUNT, FeatureSet};
use super::lexicon::pattern;
use super::offer::{Offer, is_offer_line};
use super::reader::Reader;
use super::spin::words;
use super::traits::Trait;
use super::wording::clause_means;

/// A probability for each feature.
pub(super) type Odds = [f64; COUNT];

/// What instructions ask for, without the offer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Wishes {
    /// What they ask for.
    pub asked: FeatureSet,
    /// What they forbid.
    pub banned: FeatureSet,
    /// Words of instruction.
    words: usize,
    /// Lines that ask for nothing in particular.
    vague: usize,
}

/// A prompt as the generator understands it.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    /// The offer that it states.
    pub offer: Offer,
    /// What it asks for.
    pub asked: FeatureSet,
    /// What it forbids.
    pub banned: FeatureSet,
    /// How well each single instruction is followed: many instructions, or long ones, are each followed less.
    pub follow: f64,
}

static JOINTS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"[;:]|[.!?](?:\s|$)|, (?:but|then|just|instead|and (?:keep|use|write|offer|mention|name|end|ask|be|",
        r"make|include|close|give|say|show|quote|open|tie|propose|do|never|avoid))\b",
    ))
});
static CAPS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"\b(?:not? (?:more|longer) than|not exceed(?:ing)?|never (?:more|longer) than|not only|no later than|",
        r"without fail)\b",
    ))
});

impl Wishes {
    /// Reads the instructions of a prompt.
    pub(super) fn read(prompt: &str) -> Self {
        let mut wishes = Wishes::default();
        for line in prompt.lines().filter(|line| !line.trim().is_empty() && !is_offer_line(line)) {
            wishes.words += words(line);
            let lower = line.to_lowercase();
            let lower = CAPS.replace_all(&lower, "at most");
            let mut understood = false;
            for clause in clauses(&lower) {
                let (wants, forbids) = clause_means(clause);
                understood |= !wants.is_empty() || !forbids.is_empty();
                wishes.asked = wishes.asked.union(wants.into_iter().collect());
                wishes.banned = wishes.banned.union(forbids.into_iter().collect());
            }
            wishes.vague += usize::from(!understood && words(line) > 5);
        }
        wishes
    }

    /// These wishes and those.
    pub(super) fn and(self, other: Wishes) -> Wishes {
        Wishes {
            asked: self.asked.union(other.asked),
            banned: self.banned.union(other.banned),
            words: self.words + other.words,
            vague: self.vague + other.vague,
        }
    }
}

impl Plan {
    /// Reads a prompt.
    pub(super) fn read(prompt: &str) -> Self {
        Plan::with(Offer::read(prompt), Wishes::read(prompt))
    }

    /// The plan of a prompt that states this offer and these wishes.
    pub(super) fn with(offer: Offer, wishes: Wishes) -> Self {
        let Wishes { mut asked, mut banned, words, vague } = wishes;
        settle(&mut asked, &mut banned);
        let load = asked.len() as f64 / 11.0
            + banned.len() as f64 / 40.0
            + vague as f64 / 12.0
            + (words as f64 / 420.0).powi(2);
        Plan { offer, asked, banned, follow: 0.96 / (1.0 + (load / 1.55).powi(4)) }
    }

    /// How likely each feature is in a message to this reader, from the base rates of bare offers.
    ///
    /// Features are independent of each other but for two pairs that exclude each other: `Long` is the probability of
    /// rambling given that the message is not brief, and `Hype` that of hype given that it is not plain.
    pub(super) fn odds(&self, base: &Odds, reader: &Reader) -> Odds {
        let mut odds = *base;
        if reader.traits.has(Trait::Secure) {
            odds[Security.index()] += 0.15;
            odds[Certificate.index()] *= 1.6;
        }
        if !reader.tools.is_empty() {
            odds[Integrations.index()] += 0.12;
        }
        if self.offer.claim.is_none() {
            odds[Figures.index()] = 0.0;
        }
        for feature in self.banned.iter() {
            odds[feature.index()] *= 1.0 - self.follow;
        }
        for feature in self.asked.iter() {
            let p = &mut odds[feature.index()];
            *p += (1.0 - *p) * self.follow;
        }
        self.side_effects(&mut odds);
        self.truthfulness(&mut odds);
        odds.map(|p| p.clamp(0.0, 0.99))
    }

    /// What follows from an instruction without being asked for.
    fn side_effects(&self, odds: &mut Odds) {
        let follow = self.follow;
        let mut scale = |feature: Feature, by: f64| odds[feature.index()] *= by;
        if self.asked.has(Plain) {
            scale(Hype, 1.0 - follow);
            scale(Pushy, 1.0 - 0.5 * follow);
            scale(Flattery, 1.0 - 0.4 * follow);
        }
        if self.asked.has(Hype) {
            scale(Plain, 1.0 - follow);
        }
        if self.asked.has(Long) {
            scale(Brief, 1.0 - follow);
        }
        if self.asked.has(Brief) {
            scale(Long, 1.0 - follow);
            // A short message has less room for what was not asked for.
            for feature in Feature::HELPFUL.into_iter().filter(|f| !matches!(f, Brief | Plain)) {
                scale(feature, if self.asked.has(feature) { 0.97 } else { 0.75 });
            }
        }
        if self.asked.has(Tie) {
            scale(Placeholder, 1.0 - 0.4 * follow);
        }
        // Told to use evidence that the offer does not hold, a generator finds some.
        if self.asked.has(Figures) {
            odds[Figures.index()] = if self.offer.claim.is_some() { odds[Figures.index()] } else { 0.0 };
            odds[Result.index()] +=
                (1.0 - odds[Result.index()]) * follow * if self.offer.claim.is_some() { 0.12 } else { 0.7 };
        }
        for (asked, invents, share) in [
            (Example, Result, 0.12),
            (Example, Customer, 0.10),
            (Material, Result, 0.05),
            (Security, Certificate, 0.25),
            (Integrations, Customer, 0.03),
            (Tie, Post, 0.08),
            (Channel, Post, 0.02),
            (Price, Result, 0.03),
            (Customer, Result, 0.25),
            (Result, Customer, 0.30),
        ] {
            if self.asked.has(asked) {
                odds[invents.index()] += (1.0 - odds[invents.index()]) * follow * share;
            }
        }
    }

    /// Whether it asks to keep to the facts.
    pub(super) fn asks_for_truth(&self) -> bool {
        self.asked.has(Truth)
    }

    /// What a rule beside the prompt does that asks to keep to the facts: less than instructions in it, and least where
    /// these ask for what is not there.
    pub(super) fn obey_rule_of_truth(&self, odds: &mut Odds) {
        for feature in Feature::INVENTED.into_iter().chain([Placeholder]) {
            if !self.states(feature) {
                odds[feature.index()] *= if self.asked.has(feature) { 0.6 } else { 0.3 };
            }
        }
    }

    /// Whether the offer holds what this feature would otherwise invent.
    fn states(&self, feature: Feature) -> bool {
        (feature == Customer && !self.offer.customers.is_empty())
            || (feature == Certificate && !self.offer.certificates.is_empty())
    }

    /// Instructions to keep to the facts reduce inventions to a trace, unless other instructions ask for them.
    fn truthfulness(&self, odds: &mut Odds) {
        if !self.asked.has(Truth) {
            return;
        }
        for feature in Feature::INVENTED {
            if !self.states(feature) {
                let kept = if self.asked.has(feature) { 0.3 } else { 0.02 };
                odds[feature.index()] *= 1.0 - (1.0 - kept) * (self.follow * 1.06).min(1.0);
            }
        }
    }
}

/// Splits at joints but keeps the joining words with the clause that they open.
fn clauses(line: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    for joint in JOINTS.find_iter(line) {
        found.push(&line[start..joint.start()]);
        start = if joint.as_str().starts_with(',') { joint.start() } else { joint.end() };
    }
    found.push(&line[start..]);
    found
}

/// Resolves what a prompt both asks for and forbids, and what a ban implies.
fn settle(asked: &mut FeatureSet, banned: &mut FeatureSet) {
    if banned.has(Hype) {
        asked.insert(Plain);
    }
    if banned.has(Long) {
        asked.insert(Brief);
    }
    for feature in Feature::ALL {
        if asked.has(feature) && banned.has(feature) {
            // `Mention security, not price` apart, a prompt that says both is read as the ban for what harms or
            // invents, and as the wish for what helps.
            if Feature::HELPFUL.contains(&feature) { banned.remove(feature) } else { asked.remove(feature) }
        }
    }
    // A placeholder is only ever mentioned to forbid it.
    if asked.has(Placeholder) {
        asked.remove(Placeholder);
        banned.insert(Placeholder);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(prompt: &str) -> Vec<Feature> {
        Plan::read(prompt).asked.iter().collect()
    }

    #[test]
    fn an_offer_asks_for_nothing() {
        let prompt = "Company: Tidewater\nProduct: security and integrations platform\nValue Proposition: personalized \
                      metrics, concrete numbers\nFocus: urgent deadlines";
        let plan = Plan::read(prompt);
        assert_eq!((plan.asked.len(), plan.banned.len()), (0, 0));
        assert_eq!(Wishes::read(prompt), Wishes::default());
    }

    #[test]
    fn negation_turns_a_wish_into_a_ban() {
        let plan = Plan::read("Avoid superlatives and urgency, and keep it short. Do not invent customers.");
        assert!(plan.asked.has(Brief) && plan.asked.has(Truth) && plan.asked.has(Plain), "{plan:?}");
        assert!(plan.banned.has(Hype) && plan.banned.has(Pushy) && plan.banned.has(Customer), "{plan:?}");
        assert!(!plan.banned.has(Brief));
        assert_eq!(asked("No more than 90 words."), [Brief]);
        assert_eq!(asked("Claim only what the facts above support."), [Truth]);
    }

    #[test]
    fn more_instructions_are_each_followed_less() {
        let few = Plan::read("Keep it short.\nName their problem.");
        let many = Plan::read(&"Consider the reader carefully in whatever way seems right to you.\n".repeat(40));
        assert!(few.follow > 0.93 && many.follow < 0.3, "{} {}", few.follow, many.follow);
    }
}
