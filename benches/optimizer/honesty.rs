//! How often the search is wrong about itself: false adoptions, intervals that miss, gains that are not seen.
//!
//! Every run has a market, personas and a seed of its own: none of these worlds was looked at when defaults were
//! chosen.

use std::collections::BTreeMap;
use std::sync::Arc;

use rejoinder::compare::{Interval, Rate, Tally, normal};
use rejoinder::data::spool::Texts;
use rejoinder::evaluate::auditing::AuditWhen;
use rejoinder::evaluate::grounding::Sources;
use rejoinder::evaluate::plan::Plan;
use rejoinder::evaluate::run;
use rejoinder::evaluate::trial::Bench;
use rejoinder::model::market::{Market, Mode};
use rejoinder::model::{CallKey, Request, Schema};
use rejoinder::optimize::Cast;
use rejoinder::optimize::Objective;
use rejoinder::optimize::before::earlier::{Earlier, order};
use rejoinder::optimize::people::split::People;
use rejoinder::optimize::search::verify::{Size, verify};
use rejoinder::optimize::trials::audits::Audits;
use rejoinder::optimize::trials::failures::Failures;
use rejoinder::optimize::trials::trial_runner::{TrialRunner, Wanted};
use serde_json::{Value, json};

use crate::cast::cast;
use crate::ours::{self, Setting};
use crate::worlds::each;

/// The offer of all these worlds: as in the sample data.
pub const OFFER: &str = include_str!("../../prompts/sample_offer.md");
/// Personas that stand for everybody, for the truth.
const EVERYBODY: usize = 300;

fn runs() -> u64 {
    std::env::var("RUNS").ok().and_then(|text| text.parse().ok()).unwrap_or(500)
}

/// So many personas, written by the market.
pub fn personas(market: &Market, seed: &str, count: usize) -> Vec<String> {
    let mut all = Vec::new();
    while all.len() < count {
        let number = all.len().to_string();
        let request = Request {
            key: CallKey::from_parts(&["personas", seed, &number]),
            system: "You write personas.".into(),
            user: format!(
                "Write {} personas for operations leaders, CTOs and founders of growing companies.",
                150.min(count - all.len())
            ),
            schema: Some(Schema {
                name: "personas".into(),
                json: json!({"type": "object", "properties": {"personas": {}}}),
            }),
            max_tokens: 100_000,
        };
        let answer: Value = serde_json::from_str(&market.answer(&request).text).unwrap_or_default();
        all.extend(
            answer["personas"].as_array().into_iter().flatten().filter_map(|text| text.as_str().map(str::to_owned)),
        );
    }
    all
}

/// Markets in which no prompt is better than another, as the product works: messages are revised, and those of the
/// first run to unseen people prove. Held against the level of one test, which is what these proofs are tested at.
pub fn null() -> Result<String, String> {
    let seeds: Vec<u64> = (1..=runs()).collect();
    let adopted = each(&seeds, |seed| {
        let market = Arc::new(Market::new(1_000 + seed, Mode::Null));
        let people = personas(&market, &format!("null {seed}"), 60);
        let done = ours::run(&Setting {
            market: &market,
            seed: *seed,
            offer: OFFER.trim(),
            learn: &people[..30],
            unseen: &people[30..],
            objective: Objective::Grounded,
            revises: true,
            reuses: true,
            calls: 600,
        })?;
        Ok((done.search.verdict.adopts(), done.search.verified.is_some()))
    })?;
    let wrong: Vec<Tally> = adopted.iter().map(|(adopts, _)| Tally::from_decisions([*adopts])).collect();
    let tested = adopted.iter().filter(|(_, tested)| *tested).count();
    let rate = Rate::from_tallies(&wrong);
    let interval = rate
        .interval
        .map_or_else(String::new, |of| format!(", 95 % interval {:.1} to {:.1} %", 100.0 * of.low, 100.0 * of.high));
    Ok(format!(
        "Markets in which prompts do not matter, {} runs of 600 calls, 30 + 30 personas, messages revised and those of \
         the first run reused: {} false adoptions ({:.1} %{interval}); {tested} were tested, at a level of {:.1} %\n",
        adopted.len(),
        rate.yes,
        100.0 * rate.share().unwrap_or(0.0),
        100.0 * ALPHA,
    ))
}

/// Whether the interval of the reported gain holds the true gain, whatever the verdict was.
pub fn coverage() -> Result<String, String> {
    let seeds: Vec<u64> = (1..=runs()).collect();
    let reported = each(&seeds, |seed| {
        let market = Arc::new(Market::new(10_000 + seed, Mode::Normal));
        let people = personas(&market, &format!("coverage {seed}"), 80);
        let everybody = personas(&market, &format!("everybody {seed}"), EVERYBODY);
        // Some searches are given little, so that gains of all sizes are reported.
        let calls = [250, 400, 800][(*seed % 3) as usize];
        let done = ours::run(&Setting {
            market: &market,
            seed: *seed,
            offer: OFFER.trim(),
            learn: &people[..40],
            unseen: &people[40..],
            objective: Objective::Response,
            revises: false,
            reuses: false,
            calls,
        })?;
        let outcome = done.search.verified.as_ref().and_then(|verified| verified.outcome);
        let (Some(outcome), Some(challenger)) = (outcome, &done.search.challenger) else { return Ok(None) };
        let truth = market.true_rate(challenger, &everybody) - market.true_rate(OFFER.trim(), &everybody);
        Ok(Some((outcome.interval, outcome.estimate, truth)))
    })?;
    let reported: Vec<(Interval, f64, f64)> = reported.into_iter().flatten().collect();
    let held = reported.iter().filter(|(interval, _, truth)| interval.low <= *truth && *truth <= interval.high).count();
    let mean = |of: &dyn Fn(&(Interval, f64, f64)) -> f64| reported.iter().map(of).sum::<f64>() / reported.len() as f64;
    Ok(format!(
        "Gains on 40 unseen personas, {} reported: the 95 % interval holds the true gain in {:.1} %; mean true gain \
         {:+.1} \
         points, mean reported {:+.1}, mean width {:.1}\n",
        reported.len(),
        100.0 * held as f64 / reported.len() as f64,
        100.0 * mean(&|own| own.2),
        100.0 * mean(&|own| own.1),
        100.0 * mean(&|own| own.0.high - own.0.low),
    ))
}

/// The gain that the power is measured at, give or take a point.
const GAIN: f64 = 0.15;
/// Personas.
const PEOPLE: usize = 80;
/// Trials of both sides at most: what the default budget of a cycle leaves to the proof of such a gain where there are
/// as many personas again to learn from (0.45 of 2,000 calls, at two and a quarter a trial).
const TRIALS: usize = 5 * PEOPLE;
/// The level of a lineage's first test.
const ALPHA: f64 = 0.025;

/// How often a challenger that is truly better is adopted, and at what price.
pub fn power() -> Result<String, String> {
    Ok(power_of(false)? + &power_of(true)?)
}

fn power_of(is_there: bool) -> Result<String, String> {
    let seeds: Vec<u64> = (1..=runs()).collect();
    let found = each(&seeds, |seed| {
        let market = Arc::new(Market::new(20_000 + seed % 25, Mode::Normal));
        let people = personas(&market, &format!("power {seed}"), PEOPLE);
        let Some((before, after)) = pair(&market, &people) else { return Ok(None) };
        let (better, trials) = verified(&market, *seed, &people, (&before, &after), is_there)?;
        let differences = one_each(&market, *seed, &people, (&before, &after));
        Ok(Some((better, trials, differences)))
    })?;
    let found: Vec<(bool, usize, Vec<f64>)> = found.into_iter().flatten().collect();
    let runs = found.len() as f64;
    let power = found.iter().filter(|own| own.0).count() as f64 / runs;
    let trials = found.iter().map(|own| own.1 as f64).sum::<f64>() / runs;
    // A test of fixed size with the same power and level, from the same scatter: one message to a persona of each
    // prompt.
    let all: Vec<f64> = found.iter().flat_map(|own| own.2.iter().copied()).collect();
    let mean = all.iter().sum::<f64>() / all.len() as f64;
    let variance = all.iter().map(|one| (one - mean).powi(2)).sum::<f64>() / all.len() as f64;
    let fixed =
        |alpha: f64| (normal::quantile(1.0 - alpha) + normal::quantile(power)).powi(2) * variance / (mean * mean);
    Ok(format!(
        "A challenger {:.1} points better, 80 personas, {} runs, {}: adopted in {:.1} %, decided at {:.0} calls on \
         average; a test of \
         fixed size with that power takes {:.0} calls: {:.2} of it\n",
        100.0 * mean,
        found.len(),
        if is_there { "a message of the incumbent to each is there from its run" } else { "fresh messages of both" },
        100.0 * power,
        2.0 * trials,
        4.0 * fixed(ALPHA),
        2.0 * trials / (4.0 * fixed(ALPHA)),
    ))
}

/// Two prompts of which one is truly better by about the gain, from what an improver proposes.
pub fn pair(market: &Market, people: &[String]) -> Option<(String, String)> {
    let lines = [
        "Quote the figure from the value proposition.",
        "Keep the message under 110 words.",
        "Explain in one sentence how the product works.",
        "Use a plain, professional tone without superlatives.",
        "End with a small ask: 15 minutes or a one-line reply.",
        "Propose a small, low-risk pilot as a first step.",
        "Offer a one-pager that can be read before any conversation.",
    ];
    let prompt = |wanted: usize| {
        let chosen: Vec<&str> =
            lines.iter().enumerate().filter(|(at, _)| wanted & (1 << at) != 0).map(|(_, line)| *line).collect();
        format!("{}\n\nInstructions:\n- {}", OFFER.trim(), chosen.join("\n- "))
    };
    let before = prompt(0b000_0011);
    let base = market.true_rate(&before, people);
    (4..1 << lines.len()).map(prompt).find_map(|after| {
        let gain = market.true_rate(&after, people) - base;
        ((gain - GAIN).abs() < 0.01).then(|| (before.clone(), after))
    })
}

/// Where their trials are run.
pub fn runner<'a>(cast: &'a rejoinder::optimize::Cast, sources: &'a Sources, seed: u64) -> TrialRunner<'a> {
    let objective = Objective::Response;
    TrialRunner {
        cast,
        sources,
        audit_when: AuditWhen::AfterYes,
        revisions: 0,
        objective,
        decisions: 1,
        seed,
        step: "power",
        failures: Failures::default(),
        audits: Audits::default(),
        learns_by: cast.decision_maker.clone(),
    }
}

/// Whether our test calls it better, and the trials that it took to decide: with fresh messages of both sides, or with
/// those of the incumbent that its run has written already.
fn verified(
    market: &Arc<Market>,
    seed: u64,
    people: &[String],
    (before, after): (&str, &str),
    is_there: bool,
) -> Result<(bool, usize), String> {
    let cast = cast(market);
    let sources = Sources::from_prompt(OFFER);
    let runner = runner(&cast, &sources, seed);
    let unseen = Arc::new(Texts::spool(&cast.context.scratch, people).map_err(|error| error.to_string())?);
    let order = order(&unseen, &runner.salt()).map_err(|error| error.to_string())?;
    let size = Size { alpha: ALPHA, expected: GAIN, trials: TRIALS, spare: 0, confirm: 0, precision: None };
    let runtime = tokio::runtime::Builder::new_current_thread().build().map_err(|error| error.to_string())?;
    let verified = runtime.block_on(async {
        let earlier = if is_there { earlier(&cast, before, &unseen).await? } else { Earlier::default() };
        let verified = verify(&runner, (&unseen, &order), (&before.into(), &after.into()), &earlier, size).await;
        verified.map_err(|error| error.to_string())
    })?;
    Ok((verified.decision == rejoinder::compare::sequential::Decision::Better, verified.decided_at))
}

/// What a run of the incumbent leaves: a message to everybody.
async fn earlier(cast: &Cast, prompt: &str, unseen: &Arc<Texts>) -> Result<Earlier, String> {
    let bench = Bench {
        generator: Some(cast.generator.clone()),
        decision_maker: Some(cast.decision_maker.clone()),
        auditing: None,
        prompt: prompt.to_owned(),
        seed: 1,
        label: "run".into(),
    };
    let plan = Plan::write_and_decide(unseen.len(), 1);
    let ran = run::run(&bench, &cast.context, unseen, plan, "run").await.map_err(|error| error.to_string())?;
    let nobody = Arc::new(Texts::new(&cast.context.scratch).map_err(|error| error.to_string())?);
    let people = People::apart(nobody, Arc::clone(unseen)).map_err(|error| error.to_string())?;
    Earlier::of(&ran.entries(BTreeMap::new()), &people, (PEOPLE, "")).map_err(|error| error.to_string())
}

/// Differences between one message of each prompt to every persona.
fn one_each(market: &Arc<Market>, seed: u64, people: &[String], (before, after): (&str, &str)) -> Vec<f64> {
    let cast = cast(market);
    let sources = Sources::from_prompt(OFFER);
    let runner = runner(&cast, &sources, seed);
    let Ok(texts) = Texts::spool(&cast.context.scratch, people).map(Arc::new) else { return Vec::new() };
    let wanted: Vec<Wanted> = (0..people.len() as u32)
        .flat_map(|persona| [before, after].map(|prompt| Wanted { persona, prompt: prompt.into() }))
        .collect();
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().build() else { return Vec::new() };
    let results = runtime.block_on(runner.run("fixed", "fixed", &texts, &wanted)).unwrap_or_default();
    let yes = |at: usize| results.get(at).and_then(|own| own.as_ref()).map(|own| f64::from(u8::from(own.is_yes())));
    (0..people.len()).filter_map(|persona| Some(yes(2 * persona + 1)? - yes(2 * persona)?)).collect()
}
