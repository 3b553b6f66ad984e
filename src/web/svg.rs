//! Small pictures. What they show stands in words beside them.

use maud::{Markup, html};

use crate::report::live::Batch;

/// The rate of a batch on the way, its interval as a band that narrows.
#[must_use]
pub fn narrowing(batch: &Batch) -> Markup {
    const WIDTH: f64 = 640.0;
    const HEIGHT: f64 = 160.0;
    const LEFT: f64 = 36.0;
    let x = |done: u64| LEFT + (WIDTH - LEFT) * done as f64 / batch.total.max(1) as f64;
    let y = |share: f64| 8.0 + (HEIGHT - 16.0) * (1.0 - share);
    let point = |x: f64, y: f64| format!("{x:.1},{y:.1}");
    let drawn: Vec<(f64, f64, f64, f64)> = batch
        .rates
        .iter()
        .filter_map(|own| {
            let (low, high) = own.share.interval?;
            let share = own.share.yes as f64 / own.share.total.max(1) as f64;
            Some((x(own.done), y(low), y(share), y(high)))
        })
        .collect();
    let upper = drawn.iter().map(|own| point(own.0, own.3));
    let lower = drawn.iter().rev().map(|own| point(own.0, own.1));
    let band: Vec<String> = upper.chain(lower).collect();
    let line: Vec<String> = drawn.iter().map(|own| point(own.0, own.2)).collect();
    html! {
        svg.chart viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img" aria-label="The rate so far and its interval, as trials end" {
            @for share in [0.0, 0.5, 1.0] {
                line.grid x1=(LEFT) x2=(WIDTH) y1=(format!("{:.1}", y(share))) y2=(format!("{:.1}", y(share))) {}
                text.tick x=(LEFT - 6.0) y=(format!("{:.1}", y(share) + 4.0)) text-anchor="end" { (format!("{:.0}%", share * 100.0)) }
            }
            polygon.band points=(band.join(" ")) {}
            polyline.line points=(line.join(" ")) {}
            @if let Some(last) = drawn.last() { circle.dot cx=(format!("{:.1}", last.0)) cy=(format!("{:.1}", last.2)) r="4" {} }
        }
    }
}

/// A share as a bar.
#[must_use]
pub fn meter(share: f64) -> Markup {
    let width = 72.0 * share.clamp(0.0, 1.0);
    html! {
        svg.meter viewBox="0 0 72 10" width="72" height="10" aria-hidden="true" {
            rect.track width="72" height="10" rx="2" {}
            rect.fill width=(format!("{width:.1}")) height="10" rx="2" {}
        }
    }
}
