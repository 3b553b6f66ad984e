//! The rates of a lineage, version by version, each with its interval, as lines of text.

use super::lineages::RunLine;
use super::words;

/// Characters of the scale, where there is room for them.
const WIDTH: usize = 50;
/// Fewer show nothing.
const NARROWEST: usize = 20;

/// The curve of these runs in lines of at most so many columns, in the order in which they are given; nothing for fewer
/// than two with a rate.
#[must_use]
pub fn text(runs: &[RunLine], columns: usize) -> String {
    let drawn: Vec<&RunLine> = runs.iter().filter(|run| run.rate.interval.is_some()).collect();
    if drawn.len() < 2 {
        return String::new();
    }
    let labels: Vec<String> = drawn.iter().map(|run| label(run)).collect();
    let widest = labels.iter().map(String::len).max().unwrap_or_default();
    let figures = |run: &RunLine| {
        let rate = &run.rate;
        // Rates that different judges gave are no curve.
        let judge = if run.judge == drawn[0].judge && run.judge != "unknown" { "" } else { " *" };
        let simulated = if rate.simulated { " simulated" } else { "" };
        let (yes, total) = (words::thousands(rate.yes), words::thousands(rate.total));
        format!("{:5.1}% ({yes} of {total}){simulated}{judge}", rate.share().unwrap_or_default() * 100.0)
    };
    let figures: Vec<String> = drawn.iter().map(|run| figures(run)).collect();
    let beside = widest + 2 + figures.iter().map(String::len).max().unwrap_or_default();
    let width = columns.saturating_sub(beside).clamp(NARROWEST, WIDTH);
    let mut text = String::new();
    for ((run, label), figures) in drawn.iter().zip(&labels).zip(&figures) {
        let (Some(share), Some(interval)) = (run.rate.share(), run.rate.interval) else { continue };
        let bar = bar([interval.low, share, interval.high], width);
        text.push_str(&format!("{label:widest$} {bar} {figures}\n"));
    }
    text.push_str(&format!("{:widest$} {}\n", "", scale(width)));
    if drawn.iter().any(|run| run.judge != drawn[0].judge || run.judge == "unknown") {
        text.push_str("* another or an unknown judge: not to be compared with the first\n");
    }
    text
}

fn label(run: &RunLine) -> String {
    run.version.map_or_else(|| "first".to_owned(), |version| format!("v{version}"))
}

/// The interval as a line, the rate as a point on it.
fn bar(interval: [f64; 3], width: usize) -> String {
    let place = |share: f64| (share.clamp(0.0, 1.0) * (width - 1) as f64).round() as usize;
    let [low, at, high] = interval.map(place);
    let sign = |column: usize| match column {
        column if column == at => '●',
        column if column == low => '├',
        column if column == high => '┤',
        column if (low..high).contains(&column) => '─',
        _ => ' ',
    };
    (0..width).map(sign).collect()
}

/// Its ends and its middle.
fn scale(width: usize) -> String {
    let (middle, end) = ("50%", "100%");
    let left = width / 2 - middle.len();
    format!("0%{:left$}{middle}{:>right$}", "", end, right = width - left - 2 - middle.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use unicode_width::UnicodeWidthStr;

    use crate::compare::{Rate, Tally};

    fn run(version: Option<u64>, yes: u64, judge: &str) -> RunLine {
        let tallies: Vec<Tally> = (0..40).map(|n| Tally { yes: u64::from(n < yes), total: 1 }).collect();
        RunLine {
            parent: None,
            name: "b2b_results".into(),
            version,
            rate: Rate::from_tallies(&tallies).marked(version.is_some()),
            chance: None,
            partial: None,
            date: String::new(),
            models: String::new(),
            judge: judge.into(),
            verdict: None,
        }
    }

    #[test]
    fn a_curve_has_every_rate_with_its_interval_and_marks_other_judges() {
        let runs =
            [run(None, 10, "1234"), run(Some(1), 18, "1234"), run(Some(10), 40, "abcd"), run(Some(11), 0, "1234")];
        insta::assert_snapshot!(text(&runs, 100));
        assert!(text(&runs, 100).lines().any(|line| line.width() > 80));
        for columns in [60, 80] {
            let drawn = text(&runs, columns);
            assert!(drawn.lines().all(|line| line.width() <= columns || line.starts_with('*')), "{drawn}");
        }
        let alike = [run(None, 10, "1234"), run(Some(1), 18, "1234")];
        assert!(!text(&alike, 80).contains('*'));
    }

    #[test]
    fn of_one_run_there_is_no_curve() {
        assert_eq!(text(&[run(None, 10, "1234")], 80), "");
    }
}
