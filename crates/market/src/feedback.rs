//! Feedback: what decision makers liked and missed, counted by feature.

use std::sync::LazyLock;

use regex::Regex;

use super::feature::COUNT;
use super::feature::Feature;
use super::judge::features_in;
use super::lexicon::pattern;

/// Counts by feature.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    /// How often something was missed, or put someone off.
    pub objections: [f64; COUNT],
    /// How often something was liked.
    pub praise: [f64; COUNT],
}

static VERDICT: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)^\W{0,4}\[?(yes|no|positive|negative|true|false|accepted|rejected)\b\]?\W*"));
static NEGATIVE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)\b(?:lacks?|lacking|no|not|never|without|missing|does ?n[o'’]t|fails?|too|generic|vague|",
        r"insufficient|red flags?|needs?|leaves?|ignores?|begins with the sender|hides?|unclear|nothing|",
        r"could not|hollow|open, and)\b",
    ))
});
static CLAUSE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)[.;!?]\s|, (?:it|but|yet|however|which|though)\b|\bbut\b|\bhowever\b|\byet\b"));

impl Tally {
    /// Counts lines marked `[yes]` or `[no]`. Lines without a mark continue the verdict before them. Each line of
    /// `objections` (a summary, where there is one) counts as two refusals.
    pub(super) fn count(feedback: &str, objections: &str) -> Self {
        let mut tally = Tally::default();
        let mut refused = true;
        for line in feedback.lines().filter(|line| !line.trim().is_empty()) {
            let rest = match VERDICT.captures(line) {
                Some(found) => {
                    refused = matches!(found[1].to_lowercase().as_str(), "no" | "negative" | "false" | "rejected");
                    &line[found[0].len()..]
                }
                None => line,
            };
            tally.record(rest, if refused { 1.0 } else { 0.25 });
        }
        for line in objections.lines() {
            for feature in features_in(line) {
                tally.objections[feature.index()] += 2.0;
            }
        }
        tally
    }

    /// Counts one reasoning. `weight` is what an objection in it counts for: one from somebody who agreed anyway
    /// matters less.
    fn record(&mut self, reasoning: &str, weight: f64) {
        for (feature, is_missed) in spoken_of(reasoning) {
            if is_missed {
                self.objections[feature.index()] += weight;
            } else {
                self.praise[feature.index()] += 1.0;
            }
        }
    }
}

/// The features that a reasoning speaks of, in order, each with whether it is missed, or put somebody off.
pub(super) fn spoken_of(reasoning: &str) -> Vec<(Feature, bool)> {
    let (mut start, mut found) = (0, Vec::new());
    let ends: Vec<usize> = CLAUSE.find_iter(reasoning).map(|joint| joint.start()).chain([reasoning.len()]).collect();
    for end in ends {
        let clause = &reasoning[start..end];
        let negative = NEGATIVE.is_match(clause);
        found.extend(
            features_in(clause).into_iter().map(|feature| (feature, negative || Feature::HARMFUL.contains(&feature))),
        );
        start = end;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objections_and_praise_are_told_apart() {
        let tally = Tally::count(
            "[no] While it quotes a concrete figure, it does not say how it works. It rambles.\n[yes] It is short and \
             offers a pilot.\n[NEGATIVE] No security information\n",
            "- asks for too much of my time",
        );
        let objects = |feature: Feature| tally.objections[feature.index()] > 0.0;
        assert!(objects(Feature::Mechanism) && objects(Feature::Long) && objects(Feature::Security));
        assert!(objects(Feature::SmallAsk) && !objects(Feature::Figures) && !objects(Feature::Pilot));
        assert!(tally.praise[Feature::Figures.index()] > 0.0 && tally.praise[Feature::Pilot.index()] > 0.0);
    }
}
