//! Where rejoinder arrives: a first run of the offer, and one search for a better prompt.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use rejoinder::call::{Caller, Shared};
use rejoinder::compare::ledger::Ledger;
use rejoinder::data::entries::Entries;
use rejoinder::data::spool::Texts;
use rejoinder::evaluate::auditing::{AuditWhen, REVISIONS};
use rejoinder::evaluate::decision_maker::{DECISION_TOKENS, DecisionMaker};
use rejoinder::evaluate::decision_prompt::DecisionPrompt;
use rejoinder::evaluate::grounding::Sources;
use rejoinder::evaluate::plan::Plan;
use rejoinder::evaluate::run;
use rejoinder::evaluate::trial::Bench;
use rejoinder::event::Events;
use rejoinder::improve::Details;
use rejoinder::improve::parts::Marking;
use rejoinder::model::limits::{Concurrency, Permits};
use rejoinder::model::market::{Market, Speech};
use rejoinder::model::{Model, Role};
use rejoinder::optimize::Objective;
use rejoinder::optimize::before::coding::Reader;
use rejoinder::optimize::before::earlier::Earlier;
use rejoinder::optimize::before::prompt_stats::PromptStats;
use rejoinder::optimize::lineage::Lineage;
use rejoinder::optimize::lineage::attempts::Attempts;
use rejoinder::optimize::lineage::memory::Memory;
use rejoinder::optimize::people::kinds::Kinds;
use rejoinder::optimize::people::split::{People, Split};
use rejoinder::optimize::search::explore;
use rejoinder::optimize::search::propose::Proposer;
use rejoinder::optimize::search::{Aim, Known, Search, search};
use rejoinder::optimize::trials::audits::Audits;
use rejoinder::optimize::trials::decisions::Decisions;
use rejoinder::optimize::trials::failures::Failures;
use rejoinder::optimize::trials::trial_runner::TrialRunner;

use crate::cast::cast;

/// The people of a market as a decision model plays them: they answer with the chance of a yes.
pub fn decides_by_chances(market: Market) -> DecisionMaker {
    let permits = Permits::new(Concurrency::Fixed(1));
    let model: Arc<dyn Model> = Arc::new(market.speaking(Speech::Chances));
    let door = Caller::new(Role::DecisionMaker, model, permits, Shared::default(), Events::new(|_| {}));
    DecisionMaker::new(door, DecisionPrompt::strict(), DECISION_TOKENS)
}

/// What a search is given.
pub struct Setting<'a> {
    pub market: &'a Arc<Market>,
    pub seed: u64,
    pub offer: &'a str,
    pub learn: &'a [String],
    pub unseen: &'a [String],
    pub objective: Objective,
    /// Whether messages that make claims up are revised.
    pub revises: bool,
    /// Whether the first run has written to unseen people as well, so that its messages prove.
    pub reuses: bool,
    /// Calls in all, those of the first run included.
    pub calls: u64,
}

/// A search, and the calls that it took, those of the first run included.
pub struct Done {
    pub search: Search,
    pub calls: u64,
}

impl Done {
    /// The prompt that stands.
    pub fn prompt<'a>(&'a self, offer: &'a str) -> &'a str {
        match &self.search.challenger {
            Some(challenger) if self.search.verdict.adopts() => challenger,
            _ => offer,
        }
    }
}

/// Runs the offer once for everybody, and then the search.
pub fn run(setting: &Setting<'_>) -> Result<Done, String> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
    runtime.block_on(searched(setting)).map_err(|error| error.to_string())
}

async fn searched(setting: &Setting<'_>) -> Result<Done, Box<dyn std::error::Error>> {
    let cast = cast(setting.market);
    let scratch = cast.context.scratch.clone();
    let texts = |of: &[String]| Texts::spool(&scratch, of).map(Arc::new);
    let people = People::apart(texts(setting.learn)?, texts(setting.unseen)?)?;
    let first = Bench {
        generator: Some(cast.generator.clone()),
        decision_maker: Some(cast.decision_maker.clone()),
        auditing: None,
        prompt: setting.offer.to_owned(),
        seed: setting.seed,
        label: "first".into(),
    };
    let plan = Plan::write_and_decide(setting.learn.len(), 1);
    let ran = run::run(&first, &cast.context, &people.all, plan, "first").await?;
    let entries: Entries = ran.entries(BTreeMap::new());
    let mut marking = Marking::new(setting.offer, &[])?;
    cast.improver.split_prompt(&mut marking, &[&setting.seed.to_string(), "split"]).await?;
    let lineage = Lineage::new(marking.parts(), None, Split::default());
    let sources = Sources::from_prompt(setting.offer);
    let stats = PromptStats::of_entries(&entries, &people)?;
    let runner = TrialRunner {
        cast: &cast,
        sources: &sources,
        audit_when: AuditWhen::BeforeDecision,
        revisions: if setting.revises { REVISIONS } else { 0 },
        objective: setting.objective,
        decisions: 1,
        seed: setting.seed,
        step: "cycle 1",
        failures: Failures::default(),
        audits: Audits::default(),
        learns_by: cast.decision_maker.clone(),
    };
    let seed = setting.seed.to_string();
    let proposer = Proposer {
        by_hand: &[],
        cast: &cast,
        facts: &lineage.facts,
        details: Details::new(vec![Arc::clone(&people.all), Arc::clone(&people.unseen)]),
        replies: &[],
        tried: &[],
        longest: 12_000,
        key: [&seed, "cycle 1"],
        unchecked: OnceLock::new(),
    };
    let reader = Reader { improver: &cast.improver, context: &cast.context, key: [&seed, "cycle 1", "before"] };
    let coding = reader.read(&stats.heard, &lineage.codebook).await?;
    let objections = stats.objections(coding.as_ref());
    let codebook = coding.map(|coding| coding.codebook).unwrap_or_default();
    let earlier = if setting.reuses { earlier(&runner, setting.offer, &people).await? } else { Earlier::default() };
    let before = runner.calls();
    let calls = setting.calls.saturating_sub(before);
    let aim = Aim {
        calls,
        spare: 0,
        decisions: Decisions::Fixed(1),
        challengers: explore::first_wave(calls),
        alpha: Ledger::default().next_level(0.05),
        min_gain: 0.02,
        margin: 0.1,
        confirm: 0,
        precision: None,
    };
    let known = Known {
        people: &people,
        parts: &lineage.parts,
        incumbent: setting.offer,
        heard: &stats.heard,
        objections: &objections,
        codebook: &codebook,
        memory: Memory::default(),
        scores: stats.known(&people, setting.objective)?,
        earlier,
        attempts: &Attempts::first(0.05),
        kinds: &Kinds::default(),
        leads: None,
    };
    let search = search(&runner, &proposer, known, aim).await?;
    Ok(Done { search, calls: runner.calls() })
}

/// What the first run would have left of unseen people: written and audited as the proof writes.
async fn earlier(
    runner: &TrialRunner<'_>,
    offer: &str,
    people: &People,
) -> Result<Earlier, Box<dyn std::error::Error>> {
    let bench = Bench {
        generator: Some(runner.cast.generator.clone()),
        decision_maker: Some(runner.cast.decision_maker.clone()),
        auditing: Some(runner.auditing()),
        prompt: offer.to_owned(),
        seed: runner.seed,
        label: "first, unseen".into(),
    };
    let plan = Plan::write_and_decide(people.unseen.len(), 1);
    let ran = run::run(&bench, &runner.cast.context, &people.unseen, plan, "first").await?;
    let salt = runner.salt();
    Ok(Earlier::of(&ran.entries(BTreeMap::new()), people, (people.unseen.len(), &salt))?)
}
