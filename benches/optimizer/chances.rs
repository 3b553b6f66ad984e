//! What a judge that answers with chances saves: trials until a gain is proved, beside a judge of the same market that says
//! yes or no.

use std::sync::Arc;

use rejoinder::compare::sequential::Decision;
use rejoinder::data::spool::Texts;
use rejoinder::evaluate::grounding::Sources;
use rejoinder::model::market::{Market, Mode};
use rejoinder::optimize::before::earlier::{Earlier, order};
use rejoinder::optimize::search::verify::{Size, verify};

use crate::cast::cast;
use crate::honesty::{OFFER, pair, personas, runner};
use crate::ours;
use crate::worlds::each;

/// People who verify: so many that hardly any proof runs out of them.
const PEOPLE: usize = 400;
/// The level of a lineage's first test.
const ALPHA: f64 = 0.025;
/// The gain.
const GAIN: f64 = 0.15;

/// A proof.
struct Proof {
    proved: bool,
    /// Until it was decided; all that there were, if nothing was proved.
    trials: f64,
}

/// The figure.
pub fn run() -> Result<String, String> {
    let runs = std::env::var("RUNS").ok().and_then(|text| text.parse().ok()).unwrap_or(100);
    let seeds: Vec<u64> = (1..=runs).collect();
    let found = each(&seeds, |seed| {
        let number = 20_000 + seed % 25;
        let market = Arc::new(Market::new(number, Mode::Normal));
        let people = personas(&market, &format!("chances {seed}"), PEOPLE);
        let Some((before, after)) = pair(&market, &people) else { return Ok(None) };
        let yes_or_no = cast(&market);
        let by_chances = rejoinder::optimize::Cast {
            decision_maker: ours::decides_by_chances(Market::new(number, Mode::Normal)),
            ..cast(&market)
        };
        let proof = |cast| proof(cast, *seed, &people, (&before, &after));
        let gain = market.true_rate(&after, &people) - market.true_rate(&before, &people);
        Ok(Some((proof(&yes_or_no)?, proof(&by_chances)?, gain)))
    })?;
    let found: Vec<(Proof, Proof, f64)> = found.into_iter().flatten().collect();
    let runs = found.len() as f64;
    let mean = |of: &dyn Fn(&(Proof, Proof, f64)) -> f64| found.iter().map(of).sum::<f64>() / runs;
    let (yes_or_no, chances) = (mean(&|own| own.0.trials), mean(&|own| own.1.trials));
    let ratio = chances / yes_or_no;
    // Of a ratio of means, by the delta method.
    let squares = mean(&|own| (own.1.trials - ratio * own.0.trials).powi(2)) / (runs - 1.0);
    Ok(format!(
        "A gain of {:.1} points on average, {PEOPLE} personas, {runs} runs in 25 markets, until it is proved: {yes_or_no:.0} \
         trials with a judge that says yes or no (proved in {:.0} %), {chances:.0} with the same market's chances (proved in \
         {:.0} %): {ratio:.2} of it, standard error {:.2}\n",
        100.0 * mean(&|own| own.2),
        100.0 * mean(&|own| f64::from(u8::from(own.0.proved))),
        100.0 * mean(&|own| f64::from(u8::from(own.1.proved))),
        squares.sqrt() / yes_or_no,
    ))
}

fn proof(
    cast: &rejoinder::optimize::Cast,
    seed: u64,
    people: &[String],
    (before, after): (&str, &str),
) -> Result<Proof, String> {
    let sources = Sources::from_prompt(OFFER);
    let runner = runner(cast, &sources, seed);
    let unseen = Arc::new(Texts::spool(&cast.context.scratch, people).map_err(|error| error.to_string())?);
    let order = order(&unseen, &runner.salt()).map_err(|error| error.to_string())?;
    let most = 2 * PEOPLE;
    let size = Size { alpha: ALPHA, expected: GAIN, trials: most, spare: 0, confirm: 0, precision: None };
    let runtime = tokio::runtime::Builder::new_current_thread().build().map_err(|error| error.to_string())?;
    let prompts = (&Arc::from(before), &Arc::from(after));
    let verified = runtime.block_on(verify(&runner, (&unseen, &order), prompts, &Earlier::default(), size));
    let verified = verified.map_err(|error| error.to_string())?;
    let proved = verified.decision == Decision::Better;
    Ok(Proof { proved, trials: if proved { verified.decided_at as f64 } else { most as f64 } })
}
