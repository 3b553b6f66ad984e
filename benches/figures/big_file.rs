//! Rate and reasons of a results file of 500 MB, beside Python's `json.load` doing the same.

use std::path::Path;
use std::process::Command;

use super::process::{Market, Place, measured, mib};
use super::table::{Reach, Table};

const MEGABYTES: &str = "500";

pub fn run(table: &mut Table) {
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts");
    let place = Place::with_people(1);
    let results = place.data().join("results");
    std::fs::create_dir_all(&results).expect("a folder");
    let file = results.join("people_results_20260101_000000.json");
    let made = Command::new(scripts.join("bench-big-file")).arg(&file).arg(MEGABYTES).status();
    assert!(made.is_ok_and(|status| status.success()), "scripts/bench-big-file makes the file");
    // Both read it from the page cache.
    std::fs::read(&file).map(drop).expect("the file");

    let mut python = Command::new(scripts.join("bench-python-baseline"));
    python.arg(&file).stdout(std::process::Stdio::null());
    let python = measured(python, |_| {});
    assert_eq!(python.code, Some(0), "python3 reads the file");
    let market = Market::start(&[]);
    let ours = measured(place.command(&market, &["show", "people_results_20260101_000000"]), |_| {});
    assert_eq!(ours.code, Some(0), "rejoinder shows the file");
    table.row(
        "rate and reasons of a 500 MB results file: times as fast as Python",
        format!("{:.2} s", ours.wall.as_secs_f64()),
        format!("python3 {:.2} s", python.wall.as_secs_f64()),
        python.wall.as_secs_f64() / ours.wall.as_secs_f64(),
        " times",
        Reach::AtLeast(5.0),
    );
    table.row(
        "the same: peak memory over Python's",
        format!("{:.0} MiB", mib(ours.peak)),
        format!("python3 {:.0} MiB", mib(python.peak)),
        ours.peak as f64 / python.peak as f64,
        "",
        Reach::AtMost(0.1),
    );
}
