//! Calibration: makes every market as hard as every other.
//!
//! The markets differ in tastes and base rates, but in each of them a bare offer gets about a quarter of the personas
//! of a fixed panel, and the best truthful prompt nearly nine in ten. Two numbers are solved for: the threshold and
//! the scale of the features. Biases of single personas are averaged out rather than drawn, so that the panel's size
//! hardly matters.

use std::sync::LazyLock;

use super::advice::lines;
use super::dice::Dice;
use super::feature::Feature;
use super::offer::Offer;
use super::plan::{Plan, Wishes};
use super::rate::{Averaged, Worth};
use super::reader::Reader;
use super::taste::{BIAS_SPREAD, NOISE, Taste};
use super::writer;

/// What a bare offer gets from the panel: on other personas, whose biases are drawn, it comes to 0.250.
const BARE: f64 = 0.241;
/// What the best truthful prompt gets from the panel: on other personas it comes to 0.889.
const BEST: f64 = 0.889;
/// Personas on the panel.
const PANEL: usize = 220;

/// A bare offer as people write it.
pub(super) const OFFER: &str = "Company: Tidewater Desk
Industry: B2B SaaS for back offices
Product: Workflow automation platform for back offices
Value Proposition: Reduce manual work by 60% and give teams their afternoons back
Target Market: Operations managers, CTOs and owners of companies with 10 to 2000 employees
Stage: Series A startup
Focus: Companies that struggle with repetitive processes and with growth";

static PERSONAS: LazyLock<Vec<(String, Reader)>> = LazyLock::new(|| {
    let written = writer::write("", "", PANEL, &mut Dice::from_parts(&["panel"]));
    written.into_iter().map(|persona| (persona.clone(), Reader::read(&persona))).collect()
});
static BARE_PLAN: LazyLock<Plan> = LazyLock::new(|| Plan::read(OFFER));

/// A prompt: the offer and one plain instruction for each feature.
pub(super) fn prompt_with(context: &str, features: &[Feature]) -> String {
    let mut prompt = context.trim_end().to_owned();
    if !features.is_empty() {
        prompt.push_str("\n\nInstructions:");
    }
    for &feature in features {
        prompt.push_str("\n- ");
        prompt.push_str(lines(feature)[0]);
    }
    prompt
}

/// The plan of such a prompt, put together without reading it: searches ask for hundreds.
pub(super) fn plan_with(offer: &Offer, context: Wishes, features: &[Feature]) -> Plan {
    static LINES: LazyLock<Vec<Wishes>> = LazyLock::new(|| {
        Feature::ALL.into_iter().map(|feature| Wishes::read(&format!("- {}", lines(feature)[0]))).collect()
    });
    static HEADING: LazyLock<Wishes> = LazyLock::new(|| Wishes::read("Instructions:"));
    let start = if features.is_empty() { context } else { context.and(*HEADING) };
    Plan::with(offer.clone(), features.iter().fold(start, |wishes, feature| wishes.and(LINES[feature.index()])))
}

/// Solves for threshold and scale.
pub(super) fn calibrate(mut taste: Taste) -> Taste {
    taste.scale = 1.0;
    let judges: Vec<_> = PERSONAS.iter().map(|(persona, reader)| (reader, taste.judge(persona, reader))).collect();
    let mean_worth = |plan: &Plan| {
        judges
            .iter()
            .step_by(11)
            .map(|(reader, judge)| {
                let odds = plan.odds(&taste.base, reader);
                odds.iter().zip(&judge.weights).map(|(p, weight)| p * weight).sum::<f64>()
            })
            .sum::<f64>()
    };
    let offer = &BARE_PLAN.offer;
    let chosen = pick_features(&mut |features| mean_worth(&plan_with(offer, Wishes::default(), features)));
    let best = plan_with(offer, Wishes::default(), &chosen);
    let total = |plan: &Plan| {
        let mut sum: Option<Worth> = None;
        for (reader, judge) in &judges {
            let worth = Worth::estimate(&plan.odds(&taste.base, reader), &judge.weights);
            match &mut sum {
                Some(sum) => sum.merge(&worth),
                None => sum = Some(worth),
            }
        }
        sum
    };
    let (Some(bare), Some(best)) = (total(&BARE_PLAN), total(&best)) else { return taste };
    let spread = {
        let mean = bare.mean(|x| x);
        bare.mean(|x| (x - mean).powi(2))
    };
    // The noise is a share of the spread, which depends on the scale, which depends on the noise: a few rounds settle.
    for _ in 0..4 {
        taste.noise = NOISE * (taste.scale.powi(2) * spread + BIAS_SPREAD.powi(2)).sqrt();
        let averaged = Averaged::new(taste.noise);
        let rate = |worth: &Worth, scale: f64, threshold: f64| worth.mean(|x| averaged.yes(scale * x - threshold));
        let threshold_at = |scale: f64| bisect(-10.0, 15.0, |threshold| rate(&bare, scale, threshold) > BARE);
        taste.scale = bisect(0.1, 4.0, |scale| rate(&best, scale, threshold_at(scale)) < BEST);
        taste.threshold = threshold_at(taste.scale);
    }
    taste
}

/// The features worth asking for: adds the one that helps most until none helps.
pub(super) fn pick_features(worth: &mut dyn FnMut(&[Feature]) -> f64) -> Vec<Feature> {
    // Without this instruction no prompt would be truthful.
    let mut chosen = vec![Feature::Truth];
    let mut left: Vec<Feature> = Feature::HELPFUL.into_iter().chain([Feature::Placeholder]).collect();
    let mut best = worth(&chosen);
    loop {
        let mut tried: Vec<(usize, f64)> = Vec::new();
        for (at, &feature) in left.iter().enumerate() {
            chosen.push(feature);
            tried.push((at, worth(&chosen)));
            chosen.pop();
        }
        match tried.into_iter().max_by(|a, b| a.1.total_cmp(&b.1)) {
            Some((at, more)) if more > best => {
                best = more;
                chosen.push(left.remove(at));
            }
            _ => return chosen,
        }
    }
}

/// The point below which a condition holds and above which it does not.
fn bisect(mut low: f64, mut high: f64, holds: impl Fn(f64) -> bool) -> f64 {
    for _ in 0..20 {
        let middle = f64::midpoint(low, high);
        if holds(middle) { low = middle } else { high = middle }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_put_together_is_the_plan_that_is_read() {
        for features in [&Feature::HELPFUL[..], &[Feature::Truth, Feature::Placeholder, Feature::Plain], &[]] {
            let (made, read) =
                (plan_with(&BARE_PLAN.offer, Wishes::default(), features), Plan::read(&prompt_with(OFFER, features)));
            assert_eq!((made.asked, made.banned, made.offer), (read.asked, read.banned, read.offer));
            assert!((made.follow - read.follow).abs() < 1e-12);
        }
    }
}
