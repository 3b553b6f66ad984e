//! What `calibrate` and `ab result` say, against worlds of readers whose truth is known: `cargo bench -p
//! rejoinder-stats --bench replies`, or `-- ranking arms` for some of the sections; `RUNS=4000` for more worlds.
//!
//! A reader replies by a liking of their own, which no judge sees; a judge sees it with an error. So readers are
//! another kind of world than the decision makers that the program simulates.

mod arms;
mod calibration;
mod intervals;
mod world;

type Section = (&'static str, fn(usize) -> String);

const SECTIONS: &[Section] = &[("calibration", calibration::all), ("arms", arms::all), ("intervals", intervals::all)];

fn main() {
    // cargo passes `--bench` along.
    let wanted: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    if let Some(unknown) = wanted.iter().find(|name| !SECTIONS.iter().any(|(known, _)| known == name)) {
        let known: Vec<&str> = SECTIONS.iter().map(|(name, _)| *name).collect();
        eprintln!("there is no section {unknown}; there are {}", known.join(", "));
        return;
    }
    let runs = std::env::var("RUNS").ok().and_then(|text| text.parse().ok()).unwrap_or(500);
    for (name, run) in SECTIONS.iter().filter(|(name, _)| wanted.is_empty() || wanted.iter().any(|it| it == name)) {
        println!("## {name}\n\n{}", run(runs));
    }
}

/// A share in percent with its standard error.
fn percent(some: usize, all: usize) -> String {
    let share = some as f64 / all.max(1) as f64;
    let error = (share * (1.0 - share) / all.max(1) as f64).sqrt();
    format!("{:.1} ± {:.1} %", 100.0 * share, 100.0 * error)
}
