//! The gate for everybody: the product's paired test of a candidate against the start, with people kept aside.

use std::sync::Arc;

use rejoinder::compare::sequential::Decision;
use rejoinder::data::spool::Texts;
use rejoinder::evaluate::auditing::{AuditWhen, REVISIONS};
use rejoinder::evaluate::grounding::Sources;
use rejoinder::optimize::before::earlier::{Earlier, order};
use rejoinder::optimize::search::verify::{Size, verify};
use rejoinder::optimize::trials::audits::Audits;
use rejoinder::optimize::trials::failures::Failures;
use rejoinder::optimize::trials::trial_runner::TrialRunner;
use rejoinder::optimize::{Cast, Objective};

use crate::cast::cast;
use crate::places::Here;
use crate::player::Player;

/// The chance of adopting a prompt that is no better. A tool is proved once, so it has the whole level; rejoinder keeps
/// some of it for further attempts.
const ALPHA: f64 = 0.05;
/// The gain that the test does not give up on early.
const EXPECTED: f64 = 0.1;
/// Calls of a trial at most, as far as the number of trials is concerned: a message, a decision, an audit, and a
/// revision with another audit where something was made up.
const CALLS_A_TRIAL: f64 = 3.3;

/// Calls of a budget that an arm without a plan of its own leaves for its proof.
pub fn reserve(budget: u64) -> u64 {
    (budget / 3).min(400)
}

/// What a proof came to.
pub struct Proved {
    pub adopts: bool,
    pub calls: u64,
}

/// Proves a candidate within so many calls.
pub fn prove(here: &Arc<Here>, candidate: &str, calls: u64) -> Result<Proved, String> {
    let start = here.told.start();
    let trials = (calls as f64 / CALLS_A_TRIAL) as usize;
    if candidate == start || trials < 2 {
        return Ok(Proved { adopts: false, calls: 0 });
    }
    let player = Arc::new(Player::new(Arc::clone(here)));
    let cast = cast(&player);
    let sources = Sources::from_prompt(start.as_str());
    let runner = runner(&cast, &sources);
    let failed = |error: &dyn std::fmt::Display| error.to_string();
    let aside = Arc::new(Texts::spool(&cast.context.scratch, &here.aside).map_err(|error| failed(&error))?);
    let order = order(&aside, &runner.salt()).map_err(|error| failed(&error))?;
    let size = Size { alpha: ALPHA, expected: EXPECTED, trials, confirm: 0, precision: None, spare: 0 };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| failed(&error))?;
    let prompts = (&Arc::from(start.as_str()), &Arc::from(candidate));
    let verified = runtime.block_on(verify(&runner, (&aside, &order), prompts, &Earlier::default(), size));
    let adopts = verified.map_err(|error| failed(&error))?.decision == Decision::Better;
    Ok(Proved { adopts, calls: player.calls() })
}

/// Trials as a proof runs them: audited before they are decided on, and revised where the audit finds something.
pub fn runner<'a>(cast: &'a Cast, sources: &'a Sources) -> TrialRunner<'a> {
    TrialRunner {
        learns_by: cast.decision_maker.clone(),
        cast,
        sources,
        audit_when: AuditWhen::BeforeDecision,
        revisions: REVISIONS,
        objective: Objective::Grounded,
        decisions: 1,
        seed: 0,
        step: "proof",
        failures: Failures::default(),
        audits: Audits::default(),
    }
}
