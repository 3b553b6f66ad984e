//! What a trial of the search costs, and one of the proof: counted on markets, calls of audits and revisions included.

#[path = "../benches/support/cast.rs"]
mod support;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use rejoinder::compare::ledger::Ledger;
use rejoinder::data::spool::Texts;
use rejoinder::evaluate::auditing::{AuditWhen, REVISIONS};
use rejoinder::evaluate::grounding::{Grounding, Sources};
use rejoinder::event::{Event, Events, TrialOutcome};
use rejoinder::model::market::{Market, Mode};
use rejoinder::optimize::Objective;
use rejoinder::optimize::allowance::Allowance;
use rejoinder::optimize::before::judges::Rejudge;
use rejoinder::optimize::trials::audits::Audits;
use rejoinder::optimize::trials::decisions::Decisions;
use rejoinder::optimize::trials::failures::Failures;
use rejoinder::optimize::trials::trial_runner::{TrialResult, TrialRunner, Wanted};
use rejoinder::optimize::{CycleOptions, cycle};

const OFFER: &str = include_str!("../prompts/sample_offer.md");

/// Trials and calls of every batch, by what it is.
#[derive(Clone, Default)]
struct Counted(Arc<Mutex<(String, BTreeMap<String, Batch>)>>);

/// What batches of one kind came to.
#[derive(Clone, Copy, Debug, Default)]
struct Batch {
    trials: usize,
    calls: usize,
    yes: usize,
}

impl Counted {
    fn events(&self) -> Events {
        let own = self.clone();
        Events::new(move |event| {
            let mut state = own.0.lock().unwrap();
            match event {
                Event::BatchStarted { label, total, .. } => {
                    state.1.entry(label.clone()).or_default().trials += total;
                    state.0 = label;
                }
                Event::BatchEnded { .. } => state.0.clear(),
                Event::CallAnswered => {
                    let label = state.0.clone();
                    state.1.entry(label).or_default().calls += 1;
                }
                Event::TrialEnded { outcome: TrialOutcome::Yes, .. } => {
                    let label = state.0.clone();
                    state.1.entry(label).or_default().yes += 1;
                }
                _ => {}
            }
        })
    }

    /// The batches that begin so.
    fn of(&self, beginnings: &[&str]) -> Batch {
        let state = self.0.lock().unwrap();
        let wanted = state.1.iter().filter(|(label, _)| beginnings.iter().any(|own| label.starts_with(own)));
        wanted.fold(Batch::default(), |sum, (_, own)| Batch {
            trials: sum.trials + own.trials,
            calls: sum.calls + own.calls,
            yes: sum.yes + own.yes,
        })
    }
}

fn options(calls: u64) -> CycleOptions {
    CycleOptions {
        messages_per_persona: 1,
        decisions_per_message: Decisions::Fixed(1),
        seed: 5,
        number: 1,
        rejudge: Rejudge::WhereNeeded,
        objective: Objective::Grounded,
        facts: None,
        keep: Vec::new(),
        by_hand: Vec::new(),
        allowance: Allowance::Search(calls),
        challengers: Some(6),
        alpha: Ledger::default().next_level(0.05),
        min_gain: 0.02,
        margin: 0.1,
        confirm: None,
        precision: None,
        longest: 12_000,
        revises: true,
        fresh_people: 0,
    }
}

#[tokio::test]
async fn a_grounded_trial_of_a_search_takes_at_most_two_and_six_tenths_calls_on_average() {
    let samples = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    let (mut trials, mut calls) = (0, 0);
    for seed in [1, 2, 3] {
        let place = tempfile::tempdir().unwrap();
        // What the project ships, and nothing that runs have left beside it.
        for file in [
            "personas/b2b_saas_personas_train.json",
            "personas/b2b_saas_personas_eval.json",
            "results/b2b_saas_personas_train_results_20250802_144126.json",
        ] {
            let to = place.path().join(file);
            std::fs::create_dir_all(to.parent().unwrap()).unwrap();
            std::fs::copy(samples.join(file), to).unwrap();
        }
        let folder = rejoinder::data::DataFolder::open(place.path());
        let file =
            folder.resolve(rejoinder::data::Kind::Results, "b2b_saas_personas_train_results_20250802_144126").unwrap();
        let (market, counted) = (Arc::new(Market::new(seed, Mode::Normal)), Counted::default());
        let cast = support::cast_in(&market, 4, &counted.events(), place.path().to_owned());
        let cycle = Box::pin(cycle::run(&folder, &file, &cast, &options(900))).await.unwrap();
        let (searched, proved) =
            (counted.of(&["Trying instructions", "Racing"]), counted.of(&["Verifying", "Measuring"]));
        println!(
            "market {seed}: {searched:?}, proof {proved:?}, {} in all; {:?}",
            cycle.story.calls, cycle.story.verdict
        );
        assert!(searched.trials > 100, "{searched:?}");
        assert!(cycle.story.calls < 1_000, "{} calls of 900", cycle.story.calls);
        (trials, calls) = (trials + searched.trials, calls + searched.calls);
    }
    let a_trial = calls as f64 / trials as f64;
    println!("{a_trial:.2} calls a trial");
    assert!((2.0..=2.6).contains(&a_trial), "{a_trial}");
}

/// Runs the sample offer once for each of some personas.
async fn results(when: AuditWhen, objective: Objective) -> (Vec<TrialResult>, f64) {
    let (market, counted, place) =
        (Arc::new(Market::new(1, Mode::Normal)), Counted::default(), tempfile::tempdir().unwrap());
    let cast = support::cast_in(&market, 4, &counted.events(), place.path().to_owned());
    let text = std::fs::read_to_string(
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("data/personas/b2b_saas_personas_train.json"),
    );
    let personas: Vec<String> = serde_json::from_str(&text.unwrap()).unwrap();
    let people = Arc::new(Texts::spool(place.path(), &personas).unwrap());
    let sources = Sources::from_prompt(OFFER);
    let runner = TrialRunner {
        cast: &cast,
        learns_by: cast.decision_maker.clone(),
        sources: &sources,
        audit_when: when,
        revisions: if when == AuditWhen::BeforeDecision { REVISIONS } else { 0 },
        objective,
        decisions: 1,
        seed: 1,
        step: "cycle 1",
        failures: Failures::default(),
        audits: Audits::default(),
    };
    let wanted: Vec<Wanted> =
        (0..people.len() as u32).map(|persona| Wanted { persona, prompt: OFFER.trim().into() }).collect();
    let results: Vec<TrialResult> =
        runner.run("try", "Trying", &people, &wanted).await.unwrap().into_iter().flatten().collect();
    (results, runner.calls() as f64 / personas.len() as f64)
}

#[tokio::test]
async fn while_searching_only_messages_with_a_yes_are_audited_and_in_a_proof_every_one() {
    let (searched, calls) = results(AuditWhen::AfterYes, Objective::Grounded).await;
    let yes = searched.iter().filter(|result| result.is_yes()).count();
    for result in &searched {
        assert_eq!(result.audit.auditor.is_some(), result.is_yes(), "{result:?}");
    }
    assert!((calls - 2.0 - yes as f64 / searched.len() as f64).abs() < 0.1, "{calls} {yes}");

    let (proved, _) = results(AuditWhen::BeforeDecision, Objective::Grounded).await;
    assert!(proved.iter().all(|result| result.audit.auditor.is_some()));
    let made_up = |results: &[TrialResult]| {
        let audited = results.iter().filter(|result| result.audit.auditor.is_some()).count();
        let made_up = results.iter().filter(|result| result.grounding() == Grounding::MadeUp).count();
        made_up as f64 / audited.max(1) as f64
    };
    assert!(
        made_up(&proved) < 0.1 && made_up(&searched) > made_up(&proved),
        "{} {}",
        made_up(&searched),
        made_up(&proved)
    );

    // Where claims count for nothing, nobody is asked about them.
    let (searched, calls) = results(AuditWhen::AfterYes, Objective::Response).await;
    assert!(calls < 2.01 && searched.iter().all(|result| result.audit.auditor.is_none()), "{calls}");
}
