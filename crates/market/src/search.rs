//! What only a simulation can know: the true rate of a prompt, and the best prompt that there is.

use super::Mode;
use super::calibrate::{pick_features, plan_with, prompt_with};
use super::feature::Feature;
use super::generator::can_show;
use super::judge::null_rate;
use super::plan::{Plan, Wishes};
use super::rate::Worth;
use super::reader::Reader;
use super::taste::{Judge, Taste};

/// Personas with the judges that they are.
pub(super) fn panel(taste: &Taste, personas: &[String]) -> Vec<(Reader, Judge)> {
    personas
        .iter()
        .map(|persona| {
            let reader = Reader::read(persona);
            let judge = taste.judge(persona, &reader);
            (reader, judge)
        })
        .collect()
}

/// The expected share of yes; 0 without personas.
pub(super) fn mean_rate((taste, mode): (&Taste, Mode), plan: &Plan, panel: &[(Reader, Judge)]) -> f64 {
    let sum: f64 = panel
        .iter()
        .map(|(reader, judge)| match mode {
            Mode::Null => null_rate(judge),
            Mode::Normal => {
                let worth = Worth::estimate(&plan.odds(&taste.base, reader), &judge.weights);
                worth.mean(|worth| taste.yes(worth + judge.bias - taste.threshold))
            }
        })
        .sum();
    if panel.is_empty() { 0.0 } else { sum / panel.len() as f64 }
}

/// Starts from the features that are worth most on average; then adds or takes out whichever instruction gains most,
/// until none gains.
pub(super) fn best_prompt(taste: &Taste, offer: &str, personas: &[String]) -> String {
    let panel = panel(taste, personas);
    let bare = Plan::read(offer);
    let context = Wishes::read(offer);
    let candidates: Vec<Feature> = Feature::HELPFUL
        .into_iter()
        .chain([Feature::Placeholder, Feature::Customer, Feature::Certificate])
        .filter(|&feature| can_show(&bare.offer, feature))
        .collect();
    let plan = |features: &[Feature]| plan_with(&bare.offer, context, features);
    let rate = |features: &[Feature]| mean_rate((taste, Mode::Normal), &plan(features), &panel);
    let mut chosen = pick_features(&mut |features| {
        let plan = plan(features);
        let worth = |(reader, judge): &(Reader, Judge)| {
            let odds = plan.odds(&taste.base, reader);
            odds.iter().zip(&judge.weights).map(|(p, weight)| p * weight).sum::<f64>()
        };
        panel.iter().take(40).map(worth).sum()
    });
    chosen.retain(|&feature| feature == Feature::Truth || candidates.contains(&feature));
    let mut best = rate(&chosen);
    loop {
        let mut tried: Vec<(f64, Vec<Feature>)> = Vec::new();
        for &feature in &candidates {
            let mut other = chosen.clone();
            match other.iter().position(|&known| known == feature) {
                Some(at) => drop(other.remove(at)),
                None => other.push(feature),
            }
            tried.push((rate(&other), other));
        }
        match tried.into_iter().max_by(|a, b| a.0.total_cmp(&b.0)) {
            Some((more, other)) if more > best + 1e-6 => (best, chosen) = (more, other),
            _ => return prompt_with(offer, &chosen),
        }
    }
}
