//! How a decision maker stands up to an audit, and when it has passed.

use super::one_sided::{high, low};
use super::{Rate, Tally};

/// The most that the false-yes rate over all probes may be, at the upper end of its 95 % interval.
///
/// An optimizer finds what its judge says yes to without reason. What it can gain by that is at most the judge's
/// false-yes rate, and ten points are what a run on 20 to 100 personas can tell from luck: a judge whose false yeses
/// are shown to be fewer cannot feign a gain that would be believed. It asks for evidence, and not for the absence of
/// counter-evidence, and is within reach: a hundred probes and no yes have 3.7 % as the upper end, four that always get
/// one 9.8 %. Judges that near-empty messages fool 80 to 90 times of 100 (arXiv 2507.08794) fail at once.
pub const MOST_FALSE_YES: f64 = 0.10;

/// The most that the false-yes rate of any family may be, at its one-sided 95 % upper bound.
///
/// Whoever searches finds the family that pays, so that the worst one counts. Each family has to be shown to be below
/// this, and a test of "some family is above" that needs every single test to reject has the level of one of them,
/// without any correction for their number (intersection-union: Berger 1982). So a judge that says yes to 20 % of one
/// family passes in 5 audits of 100 at most. Twenty probes without a yes have 13.9 % as the bound, and one that always
/// gets a yes has 21.6 %.
pub const MOST_IN_A_FAMILY: f64 = 0.20;

/// The least share of yes that messages which deserve one must get, at its one-sided 95 % lower bound.
///
/// It is the same number as [`MOST_IN_A_FAMILY`] on purpose: whoever says yes equally often to everything, because it
/// never reads, is either not below it on probes or not above it on these messages, and passes in 5 audits of 100 at
/// most. Whoever never says yes fails always. A strict judge is no bad one, so no more is asked for.
pub const LEAST_TRUE_YES: f64 = MOST_IN_A_FAMILY;

/// Probes that a family has at least: with 13, none that got a yes would still leave a fifth possible.
pub const LEAST_PROBES: usize = 20;

/// The most that the lower end of the interval of a flip rate may be.
///
/// Flips are noise and not a bias: they cost personas, but flatter no prompt, so a judge is only refused where it is
/// shown to flip too often. Judges flip 13.6 % of their verdicts on repeat (arXiv 2606.13685); twice that, a quarter,
/// means that one decision in seven goes against what the judge itself says most often.
pub const MOST_FLIPS: f64 = 0.25;

/// The most that the lower end of the interval of missed facts may be.
///
/// Where two messages differ in one fact and that fact decides it, a judge that reads it gives the better one the
/// higher chance. One that does not read it is right half of the time: of 24 pairs it misses 9 or more, which is what
/// fails, in 92 audits of 100; one that misses a tenth of such facts fails in less than one of 1,000 (binomial).
pub const MOST_MISSED: f64 = 0.20;

/// The least share of questions that must have come to a decision: failed trials are in no rate, and hide what they
/// hide.
pub const LEAST_DECIDED: f64 = 0.8;

/// What was decided in an audit.
#[derive(Clone, Copy, Debug, Default)]
pub struct Decided<'a> {
    /// The decisions on every probe, by family.
    pub families: &'a [Vec<Tally>],
    /// Those on the texts that an attack found, made after it had chosen them.
    pub attack: &'a [Tally],
    /// Those on every message that deserves a yes, put to the person whom it fits.
    pub controls: &'a [Tally],
    /// Those on every message with an offer, as it is and in other formats.
    pub messages: &'a [(Vec<bool>, Vec<bool>)],
    /// For every pair of messages that differ in one fact, whether the fact was missed.
    pub missed: &'a [bool],
    /// Questions that came to a decision, and all.
    pub questions: (u64, u64),
}

/// What an audit has shown.
#[derive(Clone, Debug, PartialEq)]
pub struct JudgeFindings {
    /// The false-yes rate over all probes. The probe is the cluster: its repeats go to other personas, but it is one
    /// idea.
    pub all: Rate,
    /// The same for each family, and last for the attack.
    pub families: Vec<Rate>,
    /// The upper bound of each of these rates, one-sided 95 %; 1 where nothing was decided.
    pub bounds: Vec<f64>,
    /// Yes to messages that deserve one. The message is the cluster.
    pub controls: Rate,
    /// The lower bound of that rate, one-sided 95 %; 0 where nothing was decided.
    pub controls_bound: f64,
    /// The share of pairs of decisions on one message that differ. The message is the cluster.
    pub repeats: Rate,
    /// The share of pairs, a decision on a message as it is and one on it in another format, that differ.
    pub formats: Rate,
    /// Yes to messages with an offer, as they are and in other formats. The message is the cluster.
    pub said_yes: Rate,
    /// Questions that came to a decision, and all.
    pub decided: (u64, u64),
    /// The share of pairs of messages that differ in one fact in which the judge missed it. Empty for a judge that was
    /// not asked.
    pub missed: Rate,
}

/// Why an audit is not passed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shortfall {
    /// Too few questions came to a decision to say.
    Undecided,
    /// The false-yes rate over all probes may be above [`MOST_FALSE_YES`]: the upper end of its interval.
    FalseYes(f64),
    /// The rate of the family with this index in [`JudgeFindings::families`] may be above [`MOST_IN_A_FAMILY`]: its
    /// upper bound.
    Family(usize, f64),
    /// The share of yes to messages that deserve one may be below [`LEAST_TRUE_YES`]: its lower bound.
    TrueYes(f64),
    /// The flip rate on repeat is above [`MOST_FLIPS`]: the lower end of its interval.
    Repeats(f64),
    /// The flip rate in other formats, likewise.
    Formats(f64),
    /// Facts are missed more often than [`MOST_MISSED`]: the lower end of the interval.
    Missed(f64),
}

impl JudgeFindings {
    /// From what was decided.
    #[must_use]
    pub fn from_decisions(decided: &Decided<'_>) -> Self {
        let repeats: Vec<Tally> = decided.messages.iter().map(|(as_is, _)| flips(as_is)).collect();
        let formats: Vec<Tally> =
            decided.messages.iter().map(|(as_is, changed)| flips_between(as_is, changed)).collect();
        let said: Vec<Tally> = decided
            .messages
            .iter()
            .map(|(as_is, changed)| Tally::from_decisions(as_is.iter().chain(changed).copied()))
            .filter(|tally| tally.total > 0)
            .collect();
        let missed: Vec<Tally> = decided.missed.iter().map(|missed| Tally::from_decisions([*missed])).collect();
        let families = || decided.families.iter().map(Vec::as_slice).chain([decided.attack]);
        JudgeFindings {
            // What an attack finds was looked for, and says nothing of probes in general.
            all: Rate::from_tallies(&decided.families.concat()),
            families: families().map(Rate::from_tallies).collect(),
            bounds: families().map(high).collect(),
            controls: Rate::from_tallies(decided.controls),
            controls_bound: low(decided.controls),
            repeats: Rate::from_tallies(&repeats),
            formats: Rate::from_tallies(&formats),
            said_yes: Rate::from_tallies(&said),
            decided: decided.questions,
            missed: Rate::from_tallies(&missed),
        }
    }

    /// The same, marked as simulated or not.
    #[must_use]
    pub fn marked(self, simulated: bool) -> Self {
        JudgeFindings {
            all: self.all.marked(simulated),
            families: self.families.into_iter().map(|rate| rate.marked(simulated)).collect(),
            controls: self.controls.marked(simulated),
            repeats: self.repeats.marked(simulated),
            formats: self.formats.marked(simulated),
            said_yes: self.said_yes.marked(simulated),
            missed: self.missed.marked(simulated),
            ..self
        }
    }

    /// The family with the highest upper bound, and that bound.
    #[must_use]
    pub fn worst(&self) -> Option<(usize, f64)> {
        self.bounds.iter().copied().enumerate().max_by(|a, b| a.1.total_cmp(&b.1))
    }

    /// Why the audit is not passed; empty if it is.
    #[must_use]
    pub fn shortfalls(&self) -> Vec<Shortfall> {
        let end = |rate: &Rate| rate.interval.map_or(0.0, |interval| interval.low);
        let high = self.all.interval.map_or(1.0, |interval| interval.high);
        let (decided, asked) = self.decided;
        let mut found = Vec::new();
        if (decided as f64) < LEAST_DECIDED * asked as f64 || asked == 0 {
            found.push(Shortfall::Undecided);
        }
        if high > MOST_FALSE_YES {
            found.push(Shortfall::FalseYes(high));
        }
        let families = self.bounds.iter().copied().enumerate().filter(|(_, bound)| *bound > MOST_IN_A_FAMILY);
        found.extend(families.map(|(family, bound)| Shortfall::Family(family, bound)));
        found.extend(Some(self.controls_bound).filter(|bound| *bound < LEAST_TRUE_YES).map(Shortfall::TrueYes));
        found.extend(Some(end(&self.repeats)).filter(|low| *low > MOST_FLIPS).map(Shortfall::Repeats));
        found.extend(Some(end(&self.formats)).filter(|low| *low > MOST_FLIPS).map(Shortfall::Formats));
        found.extend(Some(end(&self.missed)).filter(|low| *low > MOST_MISSED).map(Shortfall::Missed));
        found
    }
}

/// Counts the pairs of these decisions, and those that differ.
fn flips(decisions: &[bool]) -> Tally {
    let Tally { yes, total } = Tally::from_decisions(decisions.iter().copied());
    Tally { yes: yes * (total - yes), total: total * total.saturating_sub(1) / 2 }
}

/// Counts the pairs with one decision of each list, and those that differ.
fn flips_between(these: &[bool], those: &[bool]) -> Tally {
    let (a, b) = (Tally::from_decisions(these.iter().copied()), Tally::from_decisions(those.iter().copied()));
    Tally { yes: a.yes * (b.total - b.yes) + (a.total - a.yes) * b.yes, total: a.total * b.total }
}

#[cfg(test)]
#[path = "audit_tests.rs"]
mod tests;
