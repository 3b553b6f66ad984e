//! Compares designs of a search on worlds of the tuning set, at equal calls: `cargo run -p rejoinder-worlds --example
//! designs -- FAMILIES WORLDS CALLS DESIGNS`, such as `all 20 500,1000,2000 before today unproved consensus`. The first
//! design is what the others are held against; a difference has its standard error, paired by world.

use std::process::ExitCode;

use rejoinder_worlds::search::design::{Design, People, Proof, run};
use rejoinder_worlds::search::learner::Belief;
use rejoinder_worlds::truth::Sending;
use rejoinder_worlds::{Family, Person, Place, Set, World};

/// The designs that can be asked for.
fn designs() -> Vec<Design> {
    let today = Design::today();
    let named = |name: &str, design: Design| Design { name: name.into(), ..design };
    let power = |power, least, share| Proof::Planned { power, least, share };
    let spread = |idea| Design { belief: Belief { idea, ..today.belief.clone() }, ..today.clone() };
    vec![
        Design::before(),
        today.clone(),
        named("unproved", Design { proof: Proof::None, attempts: 1, ..today.clone() }),
        named("consensus", Design { proof: Proof::Consensus, ..today.clone() }),
        named("one attempt", Design { attempts: 1, ..today.clone() }),
        named("power 0.8", Design { proof: power(0.8, 16, 0.45), ..today.clone() }),
        named("more proof", Design { proof: power(0.9, 16, 0.6), ..today.clone() }),
        named("no race", Design { race: 0.0, ..today.clone() }),
        named("six at first", Design { first: 6, ..today.clone() }),
        named("spread 0.2", spread(0.2)),
        named("spread 0.6", spread(0.6)),
    ]
}

/// What came of a design in a world.
struct Row {
    rate: f64,
    adopted: bool,
    calls: f64,
}

/// Seeds of the tuning set begin here: other numbers are as good.
const FIRST_SEED: u64 = 4_000;

fn asked(family: Family, seed: u64, design: &Design, calls: u64) -> Row {
    let world = World::draw(Place { family, set: Set::Tuning, seed: FIRST_SEED + seed });
    let people = People::of(&world, 40, 20);
    let truth: Vec<Person> = (0..150).map(|number| world.person("truth", number)).collect();
    let ended = run(&world, &people, design, calls, seed);
    let rate = world.rates(&ended.items, &truth, Sending::Sent, 12).grounded;
    Row { rate, adopted: ended.adopted, calls: ended.calls as f64 }
}

fn mean(rows: &[Row], of: impl Fn(&Row) -> f64) -> f64 {
    rows.iter().map(of).sum::<f64>() / rows.len().max(1) as f64
}

fn line(name: &str, rows: &[Row], first: &[Row]) -> String {
    let mut rates: Vec<f64> = rows.iter().map(|row| row.rate).collect();
    rates.sort_by(f64::total_cmp);
    let tenth = (rates.len() / 10).max(1);
    let worst = rates[..tenth].iter().sum::<f64>() / tenth as f64;
    let count = rows.len() as f64;
    let differences: Vec<f64> = rows.iter().zip(first).map(|(row, other)| row.rate - other.rate).collect();
    let difference = differences.iter().sum::<f64>() / count;
    let squares: f64 = differences.iter().map(|value| (value - difference).powi(2)).sum();
    let error = (squares / (count - 1.0).max(1.0) / count).sqrt();
    format!(
        "{name:<14} {:>5.1} worst tenth {:>5.1}  adopted {:>3.0} %  calls {:>5.0}  {:>+5.1} ({:.1})",
        100.0 * mean(rows, |row| row.rate),
        100.0 * worst,
        100.0 * mean(rows, |row| f64::from(u8::from(row.adopted))),
        mean(rows, |row| row.calls),
        100.0 * difference,
        100.0 * error,
    )
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let all = designs();
    let families: Option<Vec<Family>> = arguments.first().and_then(|text| match text.as_str() {
        "all" => Some(Family::ALL.to_vec()),
        names => names.split(',').map(|name| name.parse().ok()).collect(),
    });
    let worlds: Option<u64> = arguments.get(1).and_then(|text| text.parse().ok());
    let budgets: Option<Vec<u64>> =
        arguments.get(2).and_then(|text| text.split(',').map(|calls| calls.parse().ok()).collect());
    let named = arguments.iter().skip(3).map(|name| all.iter().find(|design| design.name == *name));
    let chosen: Option<Vec<&Design>> = named.collect();
    let (Some(families), Some(worlds), Some(budgets), Some(chosen)) = (families, worlds, budgets, chosen) else {
        let names: Vec<&str> = all.iter().map(|design| design.name.as_str()).collect();
        eprintln!("designs FAMILIES|all WORLDS CALLS,CALLS DESIGN...; there are {names:?}");
        return ExitCode::from(2);
    };
    for calls in budgets {
        let rows = |design: &&Design| -> Vec<Row> {
            let seeds = families.iter().flat_map(|family| (0..worlds).map(move |seed| (*family, seed)));
            seeds.map(|(family, seed)| asked(family, seed, design, calls)).collect()
        };
        println!("{calls} calls, {} worlds (simulated, grounded rate as sent):", families.len() as u64 * worlds);
        let mut first: Option<Vec<Row>> = None;
        for design in &chosen {
            let rows = rows(design);
            println!("  {}", line(&design.name, &rows, first.as_ref().unwrap_or(&rows)));
            first = first.or(Some(rows));
        }
    }
    ExitCode::SUCCESS
}
