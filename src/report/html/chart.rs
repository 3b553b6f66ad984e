//! Rates and gains with their intervals, one below the other: a forest plot (Lewis and Clarke 2001), which stays
//! readable on a telephone. What it shows stands in a table beneath, which is for the caller to add.

pub mod narrowing;

use maud::{Markup, html};

use crate::compare::Interval;
use crate::report::words;

/// The most series of a chart; each has a colour and a shape.
pub const MOST_SERIES: usize = 3;

/// A value with its interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mark {
    /// Where it is, on the chart's axis.
    pub at: f64,
    /// Its interval, where there is one.
    pub interval: Option<Interval>,
    /// Whether it is drawn hollow: it cannot be compared with the others, or was not adopted.
    pub hollow: bool,
}

/// What belongs together: one mark of each series, where there is one.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Its name, such as `v3`.
    pub label: String,
    /// By series.
    pub marks: Vec<Option<Mark>>,
}

/// What the values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Axis {
    /// Shares, from 0 to 1.
    Shares,
    /// Differences of shares, from -1 to 1, around 0.
    Differences,
}

/// A chart: what is shown, and what of.
#[derive(Clone, Copy, Debug)]
pub struct Chart<'a> {
    /// Its id on the page.
    pub id: &'a str,
    /// Its title, for who cannot see it.
    pub title: &'a str,
    /// What its values are.
    pub axis: Axis,
    /// Names of the series, at most [`MOST_SERIES`].
    pub series: &'a [&'a str],
    /// From above to below.
    pub rows: &'a [Row],
}

const WIDTH: f64 = 480.0;
const LEFT: f64 = 88.0;
const RIGHT: f64 = 52.0;
const TOP: f64 = 6.0;
const BOTTOM: f64 = 22.0;
/// Height of one mark, and the space between two rows.
const STEP: f64 = 17.0;
const GAP: f64 = 11.0;
/// Characters of a label.
const LABEL: usize = 14;

impl Chart<'_> {
    /// The picture with its legend.
    #[must_use]
    pub fn figure(&self, caption: &str) -> Markup {
        html! {
            figure {
                figcaption { (caption) }
                @if self.series.len() > 1 {
                    ul.legend { @for (at, name) in self.series.iter().enumerate() { li { (sample(at)) (name) } } }
                }
                (self.svg())
            }
        }
    }

    /// The picture alone.
    #[must_use]
    pub fn svg(&self) -> Markup {
        let band = STEP * self.series.len().clamp(1, MOST_SERIES) as f64;
        let height = TOP + self.rows.len() as f64 * (band + GAP) + BOTTOM;
        let bottom = height - BOTTOM;
        let (title, description) = (format!("{}-title", self.id), format!("{}-description", self.id));
        html! {
            svg.chart viewBox=(format!("0 0 {WIDTH} {}", one(height))) role="img" aria-labelledby=(format!("{title} {description}")) {
                title id=(title) { (self.title) }
                desc id=(description) { (self.words()) }
                @for (at, _) in self.rows.iter().enumerate().filter(|(at, _)| at % 2 == 0) {
                    rect.row x="0" y=(one(TOP + at as f64 * (band + GAP))) width=(WIDTH) height=(one(band + GAP)) rx="4" {}
                }
                @for (value, name) in self.ticks() {
                    line.grid.zero[value == 0.0 && self.axis == Axis::Differences] x1=(one(self.x(value))) x2=(one(self.x(value))) y1=(TOP) y2=(one(bottom)) {}
                    text.tick x=(one(self.x(value))) y=(one(bottom + 15.0)) text-anchor="middle" { (name) }
                }
                @for (at, row) in self.rows.iter().enumerate() {
                    @let top = TOP + at as f64 * (band + GAP) + GAP / 2.0;
                    text x="8" y=(one(top + band / 2.0 + 4.0)) { (words::one_line(&row.label, LABEL)) }
                    @for (series, mark) in row.marks.iter().take(MOST_SERIES).enumerate() {
                        @if let Some(mark) = mark { (self.mark(series, *mark, top + STEP * (series as f64 + 0.5))) }
                    }
                }
            }
        }
    }

    fn mark(&self, series: usize, mark: Mark, y: f64) -> Markup {
        let (class, x) = (format!("s{}", series + 1), self.x(mark.at));
        html! {
            @if let Some(interval) = mark.interval {
                path class=(format!("whisker {class}")) d=(format!("M{} {}H{}", one(self.x(interval.low)), one(y), one(self.x(interval.high)))) {}
            }
            path class=(format!("point {class}{}", if mark.hollow { " hollow" } else { "" })) d=(shape(series, x, y)) {}
            text x=(one(WIDTH - 4.0)) y=(one(y + 3.8)) text-anchor="end" { (self.value(mark.at)) }
        }
    }

    fn x(&self, value: f64) -> f64 {
        let (low, high) = match self.axis {
            Axis::Shares => (0.0, 1.0),
            Axis::Differences => (-1.0, 1.0),
        };
        LEFT + (WIDTH - LEFT - RIGHT) * ((value.clamp(low, high) - low) / (high - low))
    }

    fn ticks(&self) -> Vec<(f64, String)> {
        match self.axis {
            Axis::Shares => [0.0, 0.25, 0.5, 0.75, 1.0].map(|share| (share, format!("{:.0}%", share * 100.0))).to_vec(),
            Axis::Differences => [-1.0, -0.5, 0.0, 0.5, 1.0]
                .map(|points| (points, format!("{:+.0}", points * 100.0).replace("+0", "0")))
                .to_vec(),
        }
    }

    fn value(&self, at: f64) -> String {
        match self.axis {
            Axis::Shares => format!("{:.1}%", at * 100.0),
            Axis::Differences => words::points(at),
        }
    }

    /// The same in words.
    fn words(&self) -> String {
        let row = |row: &Row| {
            let said: Vec<String> = row
                .marks
                .iter()
                .zip(self.series)
                .filter_map(|(mark, series)| {
                    let mark = (*mark)?;
                    let interval =
                        mark.interval.map(|ends| format!(" ({} to {})", self.value(ends.low), self.value(ends.high)));
                    Some(format!("{series} {}{}", self.value(mark.at), interval.unwrap_or_default()))
                })
                .collect();
            format!("{}: {}.", words::one_line(&row.label, 60), said.join(", "))
        };
        self.rows.iter().map(row).collect::<Vec<_>>().join(" ")
    }
}

/// The point of a series: a circle, a square, a diamond.
fn shape(series: usize, x: f64, y: f64) -> String {
    let of = |points: [(f64, f64); 4]| {
        let corners = points.map(|(right, down)| format!("{} {}", one(x + right), one(y + down)));
        format!("M{}Z", corners.join("L"))
    };
    match series {
        0 => format!("M{} {}a4.6 4.6 0 1 0 9.2 0a4.6 4.6 0 1 0 -9.2 0Z", one(x - 4.6), one(y)),
        1 => of([(-4.0, -4.0), (4.0, -4.0), (4.0, 4.0), (-4.0, 4.0)]),
        _ => of([(0.0, -5.6), (5.6, 0.0), (0.0, 5.6), (-5.6, 0.0)]),
    }
}

/// A series as a legend shows it.
fn sample(series: usize) -> Markup {
    html! { svg viewBox="0 0 12 12" aria-hidden="true" { path class=(format!("point s{}", series + 1)) d=(shape(series, 6.0, 6.0)) {} } }
}

/// A share as a bar; the number stands beside it.
#[must_use]
pub fn meter(share: f64) -> Markup {
    html! {
        svg.meter viewBox="0 0 80 8" preserveAspectRatio="none" aria-hidden="true" {
            rect.track width="80" height="8" rx="2" {}
            rect.fill width=(one(80.0 * share.clamp(0.0, 1.0))) height="8" rx="2" {}
        }
    }
}

fn one(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or_else(|| text.clone(), ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(label: &str, at: f64) -> Row {
        let interval = Some(Interval { low: at - 0.1, high: at + 0.1 });
        Row { label: label.into(), marks: vec![Some(Mark { at, interval, hollow: false }), None] }
    }

    #[test]
    fn a_chart_says_in_words_what_it_shows() {
        let rows = [row("first", 0.25), row("v1", 0.75)];
        let chart =
            Chart { id: "c", title: "Rates", axis: Axis::Shares, series: &["response", "grounded"], rows: &rows };
        insta::assert_snapshot!(chart.svg().into_string().replace("><", ">\n<"));
    }

    #[test]
    fn values_beyond_the_axis_stay_in_the_picture() {
        let rows = [row("v1", 7.0)];
        let chart = Chart { id: "c", title: "Gains", axis: Axis::Differences, series: &["gain"], rows: &rows };
        assert!((chart.x(7.0) - (WIDTH - RIGHT)).abs() < 1e-9);
        assert!((chart.x(f64::NEG_INFINITY) - LEFT).abs() < 1e-9);
    }

    #[test]
    fn a_label_is_text() {
        let rows = [row("<b>&", 0.5)];
        let chart = Chart { id: "c", title: "<i>", axis: Axis::Shares, series: &["<u>"], rows: &rows };
        let shown = chart.figure("<p>").into_string();
        assert!(!shown.contains("<b>") && !shown.contains("<i>") && !shown.contains("<u>"), "{shown}");
    }
}
