//! Small pictures. What they show stands in words beside them.

use maud::{Markup, html};

use crate::compare::Interval;
use crate::report::live::Batch;

/// The rate of a batch on the way, its interval as a band that narrows.
#[must_use]
pub fn narrowing(batch: &Batch) -> Markup {
    const WIDTH: f64 = 640.0;
    const HEIGHT: f64 = 160.0;
    const LEFT: f64 = 36.0;
    let x = |done: u64| LEFT + (WIDTH - LEFT - 6.0) * done as f64 / batch.total.max(1) as f64;
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

/// One rate of a curve.
#[derive(Clone, Debug)]
pub struct Rated {
    /// Its name, such as `v3`.
    pub label: String,
    /// The rate, in 1.
    pub share: f64,
    /// Its interval.
    pub interval: Option<Interval>,
    /// Whether the same judge decided as on the one before: only then a line leads here.
    pub joined: bool,
}

/// Rates one after the other, each with its interval. With `names` large enough to be read by itself.
#[must_use]
pub fn curve(rates: &[Rated], names: bool) -> Markup {
    let (width, height) = if names { (720.0, 240.0) } else { (300.0, 84.0) };
    let (left, bottom, top) = if names { (44.0, 26.0, 10.0) } else { (4.0, 4.0, 6.0) };
    let gap = (width - left - 8.0) / rates.len().max(1) as f64;
    let x = |at: usize| left + gap * (at as f64 + 0.5);
    let y = |share: f64| top + (height - top - bottom) * (1.0 - share.clamp(0.0, 1.0));
    let one = |value: f64| format!("{value:.1}");
    // Names that would run into each other are left out.
    let every = ((40.0 / gap).ceil() as usize).max(1);
    let said: Vec<String> = rates.iter().map(|own| format!("{} {:.0}%", own.label, own.share * 100.0)).collect();
    html! {
        svg.chart viewBox=(format!("0 0 {width} {height}")) role="img" aria-label=(format!("Rate of yes by version: {}", said.join(", "))) {
            @for share in if names { vec![0.0, 0.25, 0.5, 0.75, 1.0] } else { vec![0.0, 0.5, 1.0] } {
                line.grid x1=(one(left)) x2=(one(width)) y1=(one(y(share))) y2=(one(y(share))) {}
                @if names { text.tick x=(one(left - 8.0)) y=(one(y(share) + 4.0)) text-anchor="end" { (format!("{:.0}%", share * 100.0)) } }
            }
            @for (at, own) in rates.iter().enumerate() {
                @if at > 0 && own.joined {
                    line.line x1=(one(x(at - 1))) y1=(one(y(rates[at - 1].share))) x2=(one(x(at))) y2=(one(y(own.share))) {}
                }
                @if let Some(interval) = own.interval {
                    line.bar x1=(one(x(at))) x2=(one(x(at))) y1=(one(y(interval.high))) y2=(one(y(interval.low))) {}
                    @if names {
                        line.bar x1=(one(x(at) - 5.0)) x2=(one(x(at) + 5.0)) y1=(one(y(interval.high))) y2=(one(y(interval.high))) {}
                        line.bar x1=(one(x(at) - 5.0)) x2=(one(x(at) + 5.0)) y1=(one(y(interval.low))) y2=(one(y(interval.low))) {}
                    }
                }
                circle.dot cx=(one(x(at))) cy=(one(y(own.share))) r=(if names { "4.5" } else { "3" }) {}
                @if names && at % every == 0 { text.tick x=(one(x(at))) y=(one(height - 6.0)) text-anchor="middle" { (own.label) } }
            }
        }
    }
}
