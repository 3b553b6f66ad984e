//! Compares designs of a search on worlds of the tuning set, at equal calls: `cargo run -p rejoinder-worlds --example
//! designs -- FAMILIES WORLDS CALLS DESIGNS`, such as `all 20 500,1000,2000 before today unproved consensus`. The first
//! design is what the others are held against; a difference has its standard error, paired by world. `--test` before
//! all takes worlds of the test set, by which nothing is chosen.

use std::process::ExitCode;

use rejoinder_worlds::search::design::{Design, People, Proof, run};
use rejoinder_worlds::truth::Sending;
use rejoinder_worlds::{Family, Person, Place, Set, World};

/// The designs that can be asked for.
fn designs() -> Vec<Design> {
    let today = Design::today();
    let named = |name: &str, design: Design| Design { name: name.into(), ..design };
    let unproved = Design { proof: Proof::None, attempts: 1, ..today.clone() };
    vec![
        Design::before(),
        today.clone(),
        named("unproved", unproved.clone()),
        named("consensus", Design { proof: Proof::Consensus, ..today.clone() }),
        named("level only", Design { lent: 0.0, ..today.clone() }),
        named("fixed spread", Design { estimates: false, ..today.clone() }),
        named("unproved, fixed spread", Design { estimates: false, ..unproved.clone() }),
        named("leave out", Design { leave_out: 0.08, ..today.clone() }),
        named("unproved, leave out", Design { leave_out: 0.1, ..unproved.clone() }),
        named("no race", Design { race: 0.0, ..today.clone() }),
        named("unproved, no race", Design { race: 0.0, ..unproved.clone() }),
        named("20 at first", Design { first: 20, ..today.clone() }),
        named("less proof", Design { proof: Proof::Planned { power: 0.9, least: 16, share: 0.35 }, ..today.clone() }),
        named("more proof", Design { proof: Proof::Planned { power: 0.9, least: 16, share: 0.55 }, ..today.clone() }),
    ]
}

/// What came of a design in a world.
struct Row {
    rate: f64,
    adopted: bool,
    wrong: bool,
    calls: f64,
}

/// The seeds begin here: other numbers are as good.
const FIRST_SEED: u64 = 4_000;

fn asked((family, set, seed): (Family, Set, u64), design: &Design, calls: u64) -> Row {
    let world = World::draw(Place { family, set, seed: FIRST_SEED + seed });
    let people = People::of(&world, 40, 20);
    let truth: Vec<Person> = (0..150).map(|number| world.person("truth", number)).collect();
    let ended = run(&world, &people, design, calls, seed);
    let rate = world.rates(&ended.items, &truth, Sending::Sent, 12).grounded;
    let start = world.rates(&world.start, &truth, Sending::Sent, 12).grounded;
    Row { rate, adopted: ended.adopted, wrong: ended.adopted && rate <= start, calls: ended.calls as f64 }
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
        "{name:<20} {:>5.1} worst tenth {:>5.1}  adopted {:>3.0} %, wrongly {:>3.1} %  calls {:>5.0}  {:>+5.1} ({:.1})",
        100.0 * mean(rows, |row| row.rate),
        100.0 * worst,
        100.0 * mean(rows, |row| f64::from(u8::from(row.adopted))),
        100.0 * mean(rows, |row| f64::from(u8::from(row.wrong))),
        mean(rows, |row| row.calls),
        100.0 * difference,
        100.0 * error,
    )
}

fn main() -> ExitCode {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let all = designs();
    let set = if arguments.first().is_some_and(|first| first == "--test") { Set::Test } else { Set::Tuning };
    arguments.retain(|argument| argument != "--test");
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
            seeds.map(|(family, seed)| asked((family, set, seed), design, calls)).collect()
        };
        println!(
            "{calls} calls, {} {} worlds (simulated, grounded rate as sent):",
            families.len() as u64 * worlds,
            set.as_str()
        );
        let mut first: Option<Vec<Row>> = None;
        for design in &chosen {
            let rows = rows(design);
            println!("  {}", line(&design.name, &rows, first.as_ref().unwrap_or(&rows)));
            first = first.or(Some(rows));
        }
    }
    ExitCode::SUCCESS
}
