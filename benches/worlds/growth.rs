//! Whether more calls buy more, and whether rejoinder is ever below the start.

use std::collections::BTreeMap;

use rejoinder_worlds::{Family, Place};

use crate::arrival::Gate;
use crate::differences::{difference, mean, percent};
use crate::ours::OURS;
use crate::points::START;
use crate::score::{Reached, Row, Scores};

/// A world counts as below the start from this difference on: scores are means over simulated messages.
const BELOW: f64 = 0.005;

/// What the arm of both gates gains, by family.
pub fn text(scores: &Scores, budgets: &[u64]) -> String {
    let mut text = String::from(
        "rejoinder, as calls grow, behind both gates\n\n\
         | family | calls | worlds | grounded rate | on the calls before (standard error) | on the start (standard \
         error) | worlds below the start |\n| --- | --- | --- | --- | --- | --- | --- |\n",
    );
    let families = [None].into_iter().chain(Family::ALL.map(Some));
    for family in families {
        let is_wanted = |place: &Place| family.is_none_or(|family| place.family == family);
        let mut before: Option<BTreeMap<Place, f64>> = None;
        let start = grounded(scores, START, 0, is_wanted);
        for budget in budgets {
            let rates = grounded(scores, OURS, *budget, is_wanted);
            if rates.is_empty() {
                continue;
            }
            let on = |other: &BTreeMap<Place, f64>| -> Vec<f64> {
                rates.iter().filter_map(|(place, rate)| Some(rate - other.get(place)?)).collect()
            };
            let gains = on(&start);
            let below = gains.iter().filter(|gain| **gain < -BELOW).count();
            let shown = |values: Vec<f64>| difference(&values).map_or_else(String::new, |found| found.to_string());
            text += &format!(
                "| {} | {budget} | {} | {} | {} | {} | {below} of {} |\n",
                family.map_or("all", Family::as_str),
                rates.len(),
                percent(mean(&rates.values().copied().collect::<Vec<f64>>())),
                before.as_ref().map_or_else(String::new, |before| shown(on(before))),
                shown(gains.clone()),
                gains.len(),
            );
            before = Some(rates);
        }
    }
    text
}

fn grounded(scores: &Scores, tool: &str, budget: u64, is_wanted: impl Fn(&Place) -> bool) -> BTreeMap<Place, f64> {
    let row = Row { gate: Gate::Proof, budget, tool: tool.to_owned() };
    let worlds: Option<&BTreeMap<Place, Reached>> = scores.get(&row);
    let wanted = worlds.into_iter().flatten().filter(|(place, _)| is_wanted(place));
    wanted.map(|(place, reached)| (*place, reached.rates.grounded)).collect()
}
