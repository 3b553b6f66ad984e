//! How often the proof is wrong, how much it finds, and whether its intervals hold: `cargo bench -p rejoinder-stats
//! --bench proof`, or `-- NAME...` for some of the sections; `RUNS=4000` for more runs of each.

mod chances;
mod interval;
mod level;
mod messages;
mod others;
mod power;
mod world;

type Section = (&'static str, fn(usize) -> String);

const SECTIONS: &[Section] = &[
    ("level", level::once),
    ("skewed", level::losers),
    ("lineages", level::lineages),
    ("power", power::once),
    ("again", power::again),
    ("messages", messages::power),
    ("messages-level", messages::level),
    ("chances", chances::saved),
    ("intervals", interval::all),
    ("judges", others::judges),
    ("segments", others::segments),
];

fn main() {
    // cargo passes `--bench` along.
    let wanted: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    if let Some(unknown) = wanted.iter().find(|name| !SECTIONS.iter().any(|(known, _)| known == name)) {
        let known: Vec<&str> = SECTIONS.iter().map(|(name, _)| *name).collect();
        eprintln!("there is no section {unknown}; there are {}", known.join(", "));
        return;
    }
    let runs = std::env::var("RUNS").ok().and_then(|text| text.parse().ok()).unwrap_or(2_000);
    for (name, run) in SECTIONS.iter().filter(|(name, _)| wanted.is_empty() || wanted.iter().any(|it| it == name)) {
        println!("## {name}\n\n{}", run(runs));
    }
}
