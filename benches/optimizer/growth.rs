//! What more calls buy, on many worlds of its own: a mean over fifteen worlds varies by more than a few hundred calls
//! do.

use std::sync::Arc;

use rejoinder::model::market::{Market, Mode};
use rejoinder::optimize::Objective;

use crate::honesty::{OFFER, personas};
use crate::ours::{self, Setting};
use crate::score::{Score, Scorer};
use crate::world::World;
use crate::worlds::{budgets, each};

/// Worlds; `WORLDS=20` asks for fewer.
const WORLDS: u64 = 60;
/// The first of them; `FIRST=70000` asks for others.
const FIRST: u64 = 30_000;

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// Searches each world at every budget, and tells what was reached as messages are sent.
pub fn run() -> Result<String, String> {
    let (budgets, first) = (budgets(), number("FIRST", FIRST));
    let seeds: Vec<u64> = (1..=number("WORLDS", WORLDS)).collect();
    let found: Vec<Vec<(Score, bool)>> = each(&seeds, |seed| {
        let market = Arc::new(Market::new(first + seed, Mode::Normal));
        let people = personas(&market, &format!("growth {seed}"), 100);
        let (learn, unseen) = people.split_at(60);
        let world = World {
            market: first + seed,
            seed: *seed,
            offer: OFFER.trim().to_owned(),
            learn: learn.to_vec(),
            unseen: unseen.to_vec(),
        };
        let scorer = Scorer::new(world.market);
        let at = |calls: &u64| {
            let done = ours::run(&Setting {
                market: &market,
                seed: *seed,
                offer: &world.offer,
                learn,
                unseen,
                objective: Objective::Grounded,
                revises: true,
                reuses: false,
                calls: *calls,
            })?;
            Ok((scorer.score_as_sent(done.prompt(&world.offer), &world)?, done.search.verdict.adopts()))
        };
        budgets.iter().map(at).collect()
    })?;
    let mut text = format!("{} worlds of its own, as sent (simulated):\n", found.len());
    for (at, calls) in budgets.iter().enumerate() {
        let rates: Vec<f64> = found.iter().map(|own| own[at].0.rate).collect();
        let mean = |of: &dyn Fn(&(Score, bool)) -> f64| {
            100.0 * found.iter().map(|own| of(&own[at])).sum::<f64>() / found.len() as f64
        };
        let worst = rates.iter().copied().fold(1.0, f64::min);
        text += &format!(
            "{calls:>5} calls: true rate {:.1} % (worst {:.1}), ungrounded {:.1} %, grounded rate {:.1} %, adopted in \
             {:.0} %",
            mean(&|own| own.0.rate),
            100.0 * worst,
            mean(&|own| own.0.ungrounded),
            mean(&|own| own.0.grounded_rate),
            mean(&|own| f64::from(u8::from(own.1))),
        );
        if at > 0 {
            let steps: Vec<f64> = found.iter().map(|own| own[at].0.rate - own[at - 1].0.rate).collect();
            let mean = steps.iter().sum::<f64>() / steps.len() as f64;
            let variance = steps.iter().map(|own| (own - mean).powi(2)).sum::<f64>() / (steps.len() as f64 - 1.0);
            let error = (variance / steps.len() as f64).sqrt();
            text +=
                &format!("; {:+.1} points on the budget before (standard error {:.1})", 100.0 * mean, 100.0 * error);
        }
        text += "\n";
    }
    Ok(text)
}
