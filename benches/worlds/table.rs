//! The tables, as they can be pasted into the documentation.

use std::collections::BTreeMap;

use rejoinder_worlds::Family;
use rejoinder_worlds::Place;

use crate::arrival::Gate;
use crate::differences::{difference, mean, percent, worst_tenth};
use crate::growth;
use crate::options::Options;
use crate::ours::OURS;
use crate::score::{Reached, Row, Scores, score};

/// Prints them.
pub fn print(options: &Options) -> Result<(), String> {
    let scores = score(options)?;
    if scores.is_empty() {
        return Err(format!("nothing is kept in {}", options.folder.display()));
    }
    println!("{}", overall(&scores));
    println!("{}", by_family(&scores));
    println!("{}", growth::text(&scores, &options.budgets()));
    Ok(())
}

/// Every row over all worlds, a table for each gate.
fn overall(scores: &Scores) -> String {
    Gate::ALL.into_iter().map(|gate| behind(gate, scores)).collect()
}

fn behind(gate: Gate, scores: &Scores) -> String {
    let rows: Vec<_> = ordered(scores).into_iter().filter(|(row, _)| row.gate == gate).collect();
    if rows.is_empty() {
        return String::new();
    }
    let mut text = format!(
        "Gate: {}\n\n\
         | calls | arm | worlds | grounded rate | worst tenth | rejoinder ahead by (standard error) | any yes | \
         made up | changed the prompt | calls used |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n",
        gate.as_str()
    );
    for (row, worlds) in rows {
        let of = |value: &dyn Fn(&Reached) -> f64| worlds.values().map(value).collect::<Vec<f64>>();
        let grounded = of(&|reached| reached.rates.grounded);
        let all = |value: &dyn Fn(&Reached) -> f64| mean(&of(value));
        let cells = [
            budget(row),
            row.tool.clone(),
            worlds.len().to_string(),
            percent(mean(&grounded)),
            percent(worst_tenth(&grounded)),
            ahead(scores, row, |_| true),
            percent(all(&|reached| reached.rates.response)),
            percent(all(&|reached| reached.rates.invented)),
            format!("{:.0} %", 100.0 * all(&|reached| f64::from(u8::from(reached.changed)))),
            format!("{:.0}", all(&|reached| reached.calls as f64)),
        ];
        text += &format!("| {} |\n", cells.join(" | "));
    }
    text + "\n"
}

/// The calls of a row; nothing for those that no tool stands behind.
fn budget(row: &Row) -> String {
    if row.budget == 0 { String::new() } else { row.budget.to_string() }
}

/// Means, and how far rejoinder is ahead, in each family, behind the strictest gate.
fn by_family(scores: &Scores) -> String {
    let mut families: Vec<Family> = scores.values().flat_map(BTreeMap::keys).map(|place| place.family).collect();
    families.sort_unstable();
    families.dedup();
    let names: Vec<&str> = families.iter().map(|family| family.as_str()).collect();
    let mut text = format!(
        "By family, behind both gates: grounded rate; worst tenth; rejoinder ahead by (standard error)\n\n\
         | calls | arm | {} |\n| --- | --- |{}\n",
        names.join(" | "),
        " --- |".repeat(families.len())
    );
    for (row, worlds) in ordered(scores).into_iter().filter(|(row, _)| row.gate == Gate::Proof) {
        let cell = |family: &Family| {
            let here = worlds.iter().filter(|(place, _)| place.family == *family);
            let grounded: Vec<f64> = here.map(|(_, reached)| reached.rates.grounded).collect();
            if grounded.is_empty() {
                return String::new();
            }
            let ahead = ahead(scores, row, |place| place.family == *family);
            let ahead = if ahead.is_empty() { ahead } else { format!("; {ahead}") };
            format!("{}; {}{ahead}", percent(mean(&grounded)), percent(worst_tenth(&grounded)))
        };
        let cells: Vec<String> = families.iter().map(cell).collect();
        text += &format!("| {} | {} | {} |\n", budget(row), row.tool, cells.join(" | "));
    }
    text
}

/// By gate, the strictest first, and calls; ours before the others.
fn ordered(scores: &Scores) -> Vec<(&Row, &BTreeMap<Place, Reached>)> {
    let mut rows: Vec<_> = scores.iter().collect();
    let gate = |row: &Row| Gate::ALL.iter().position(|gate| *gate == row.gate);
    rows.sort_by_key(|(row, _)| (gate(row), row.budget, row.tool != OURS, row.tool.clone()));
    rows
}

/// By how much rejoinder is ahead of a row, world by world; empty for its own rows and where no world has both. Rows of
/// no budget are held against nothing: rejoinder against the start is in the table of growth.
fn ahead(scores: &Scores, row: &Row, is_wanted: impl Fn(&Place) -> bool) -> String {
    let ours = Row { tool: OURS.to_owned(), ..row.clone() };
    let (Some(worlds), Some(ours)) = (scores.get(row), scores.get(&ours).filter(|_| row.tool != OURS)) else {
        return String::new();
    };
    let both = worlds.iter().filter(|(place, _)| is_wanted(place));
    let differences: Vec<f64> =
        both.filter_map(|(place, other)| Some(ours.get(place)?.rates.grounded - other.rates.grounded)).collect();
    difference(&differences).map_or_else(String::new, |ahead| match differences.len() {
        count if count == worlds.keys().filter(|place| is_wanted(place)).count() => ahead.to_string(),
        count => format!("{ahead} in {count}"),
    })
}
