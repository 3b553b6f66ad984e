//! What only a simulation can know: the true rate of a prompt, and the best prompt that there is.

use super::Mode;
use super::calibrate::prompt_with;
use super::feature::Feature;
use super::generator::can_show;
use super::judge::null_rate;
use super::plan::Plan;
use super::rate::Worth;
use super::reader::Reader;
use super::taste::{Judge, Taste};

/// Personas with the judges that they are.
pub(super) fn panel(taste: &Taste, personas: &[String]) -> Vec<(Reader, Judge)> {
    personas
        .iter()
        .map(|persona| {
            let reader = Reader::of(persona);
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
                let worth = Worth::of(&plan.odds(&taste.base, reader), &judge.weights);
                worth.mean(|worth| taste.yes(worth + judge.bias - taste.threshold))
            }
        })
        .sum();
    if panel.is_empty() { 0.0 } else { sum / panel.len() as f64 }
}

/// Adds to the bare offer the instruction that gains most until none gains, then takes out whatever is better away,
/// and again, until nothing changes.
pub(super) fn best_prompt(taste: &Taste, offer: &str, personas: &[String]) -> String {
    let panel = panel(taste, personas);
    let stated = Plan::of(offer).offer;
    let candidates: Vec<Feature> = Feature::HELPFUL
        .into_iter()
        .chain([Feature::Placeholder, Feature::Customer, Feature::Certificate])
        .filter(|&feature| can_show(&stated, feature))
        .collect();
    let rate =
        |features: &[Feature]| mean_rate((taste, Mode::Normal), &Plan::of(&prompt_with(offer, features)), &panel);
    // Without this instruction the prompt would not be truthful.
    let mut chosen = vec![Feature::Truth];
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
