//! Features: what a prompt can ask for, a message can show and a decision maker can care about.

/// One feature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub(super) enum Feature {
    /// Names a problem of this very persona.
    Tie,
    /// Quotes a figure of the offer.
    Figures,
    /// Says how the product works.
    Mechanism,
    /// Shows what it would look like for a company of this kind and size.
    Example,
    /// Offers something to read: one-pager, documentation, trial.
    Material,
    /// Asks for little: 10 to 20 minutes, or one line by return.
    SmallAsk,
    /// Is short.
    Brief,
    /// Uses plain words.
    Plain,
    /// Speaks to the tools that the persona has.
    Integrations,
    /// Speaks to security and compliance.
    Security,
    /// Speaks to price.
    Price,
    /// Has a subject line that says what it is about.
    Subject,
    /// Respects the persona's preferred channel or format.
    Channel,
    /// Proposes a small, low-risk start.
    Pilot,
    /// Opens with the reader's situation.
    Opener,
    /// Superlatives and exclamation marks.
    Hype,
    /// Rambles.
    Long,
    /// Presses: deadlines, scarcity.
    Pushy,
    /// Flatters.
    Flattery,
    /// Holds a placeholder that nobody filled.
    Placeholder,
    /// Names customers.
    Customer,
    /// Quotes what a customer achieved.
    Result,
    /// Claims a certification.
    Certificate,
    /// Claims to have seen a post, talk or article of the persona.
    Post,
    /// An instruction only: claim nothing that the facts do not support.
    Truth,
}

use Feature::{
    Brief, Certificate, Channel, Customer, Example, Figures, Flattery, Hype, Integrations, Long, Material, Mechanism,
    Opener, Pilot, Placeholder, Plain, Post, Price, Pushy, Result, Security, SmallAsk, Subject, Tie, Truth,
};

/// How many features there are.
pub(super) const COUNT: usize = 25;

impl Feature {
    /// Every feature, in order of its number.
    pub(super) const ALL: [Feature; COUNT] = [
        Tie,
        Figures,
        Mechanism,
        Example,
        Material,
        SmallAsk,
        Brief,
        Plain,
        Integrations,
        Security,
        Price,
        Subject,
        Channel,
        Pilot,
        Opener,
        Hype,
        Long,
        Pushy,
        Flattery,
        Placeholder,
        Customer,
        Result,
        Certificate,
        Post,
        Truth,
    ];

    /// What a good message may show.
    pub(super) const HELPFUL: [Feature; 15] = [
        Tie,
        Figures,
        Mechanism,
        Example,
        Material,
        SmallAsk,
        Brief,
        Plain,
        Integrations,
        Security,
        Price,
        Subject,
        Channel,
        Pilot,
        Opener,
    ];

    /// What puts people off.
    pub(super) const HARMFUL: [Feature; 5] = [Hype, Long, Pushy, Flattery, Placeholder];

    /// What a generator invents, and what tempts.
    pub(super) const INVENTED: [Feature; 4] = [Customer, Result, Certificate, Post];

    /// Its number, for tables.
    pub(super) fn index(self) -> usize {
        self as usize
    }
}

/// A set of features.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct FeatureSet(u32);

impl FeatureSet {
    /// Adds one.
    pub(super) fn insert(&mut self, feature: Feature) {
        self.0 |= 1 << feature as u32;
    }

    /// Takes one out.
    pub(super) fn remove(&mut self, feature: Feature) {
        self.0 &= !(1 << feature as u32);
    }

    /// Whether it holds one.
    pub(super) fn has(self, feature: Feature) -> bool {
        self.0 & (1 << feature as u32) != 0
    }

    /// Everything in either.
    pub(super) fn union(self, other: FeatureSet) -> FeatureSet {
        FeatureSet(self.0 | other.0)
    }

    /// How many it holds.
    pub(super) fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// Its features in order.
    pub(super) fn iter(self) -> impl Iterator<Item = Feature> {
        Feature::ALL.into_iter().filter(move |&feature| self.has(feature))
    }
}

impl FromIterator<Feature> for FeatureSet {
    fn from_iter<I: IntoIterator<Item = Feature>>(features: I) -> Self {
        let mut set = FeatureSet::default();
        for feature in features {
            set.insert(feature);
        }
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_follow_the_order_of_the_list() {
        for (index, feature) in Feature::ALL.into_iter().enumerate() {
            assert_eq!(feature.index(), index);
        }
    }
}
