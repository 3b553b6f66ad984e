//! The rate of a batch on the way, its interval as a band that narrows.

use maud::{Markup, html};

use crate::report::live::Batch;

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 160.0;
const LEFT: f64 = 40.0;

/// The picture; what it shows stands in words beside it.
#[must_use]
pub fn band(batch: &Batch) -> Markup {
    let x = |done: u64| LEFT + (WIDTH - LEFT - 6.0) * done as f64 / batch.total.max(1) as f64;
    let y = |share: f64| 8.0 + (HEIGHT - 16.0) * (1.0 - share);
    let point = |x: f64, y: f64| format!("{x:.1},{y:.1}");
    let drawn: Vec<(f64, f64, f64, f64)> = batch
        .rates
        .iter()
        .filter_map(|rate| {
            let (low, high) = rate.share.interval?;
            let share = rate.share.yes as f64 / rate.share.total.max(1) as f64;
            Some((x(rate.done), y(low), y(share), y(high)))
        })
        .collect();
    let upper = drawn.iter().map(|at| point(at.0, at.3));
    let lower = drawn.iter().rev().map(|at| point(at.0, at.1));
    let band: Vec<String> = upper.chain(lower).collect();
    let line: Vec<String> = drawn.iter().map(|at| point(at.0, at.2)).collect();
    html! {
        svg.chart viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img" aria-label="The rate so far and its interval, \
            as trials end" {
            @for share in [0.0, 0.5, 1.0] {
                line.grid x1=(LEFT) x2=(WIDTH) y1=(format!("{:.1}", y(share))) y2=(format!("{:.1}", y(share))) {}
                text.tick x=(LEFT - 6.0) y=(format!("{:.1}", y(share) + 4.0)) text-anchor="end" {
                    (format!("{:.0}%", share * 100.0))
                }
            }
            polygon.band points=(band.join(" ")) {}
            polyline.line points=(line.join(" ")) {}
            @if let Some(last) = drawn.last() {
                circle.dot cx=(format!("{:.1}", last.0)) cy=(format!("{:.1}", last.2)) r="4" {}
            }
        }
    }
}
