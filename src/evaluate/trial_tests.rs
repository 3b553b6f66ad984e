//! What becomes of a trial, call by call, with a model that says what a test tells it to.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use futures::future::BoxFuture;
use serde_json::json;

use super::*;
use crate::call::{Caller, Shared};
use crate::data::Map;
use crate::evaluate::auditing::AuditedBy;
use crate::evaluate::decision_prompt::DecisionPrompt;
use crate::evaluate::grounding::{Auditor, Grounding, Sources};
use crate::event::Events;
use crate::model::limits::RateLimits;
use crate::model::limits::permits::{Concurrency, Permits};
use crate::model::retry::RetryPolicy;
use crate::model::{Answer, Failure, Model, Reply, Request, Role, Stop, Usage};

/// Says its lines one after the other, and keeps what it was asked.
#[derive(Default)]
struct Actor {
    lines: Mutex<VecDeque<Result<String, Failure>>>,
    asked: Mutex<Vec<(&'static str, Request)>>,
}

/// What a request is, by its form.
fn what(request: &Request) -> &'static str {
    match request.schema.as_ref().map(|schema| schema.name.as_str()) {
        Some("audit") => "audit",
        Some(_) => "decide",
        None if request.user.contains("This is your draft:") => "revise",
        None => "write",
    }
}

impl Model for Actor {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Reply, Failure>> {
        self.asked.lock().unwrap().push((what(request), request.clone()));
        let line = self.lines.lock().unwrap().pop_front().expect("a line for every question");
        Box::pin(async {
            let text = line?;
            let answer =
                Answer { text, stop: Stop::EndTurn, usage: Usage::default(), request_id: None, ..Answer::default() };
            Ok(Reply { answer, limits: RateLimits::default() })
        })
    }

    #[expect(clippy::unnecessary_literal_bound, reason = "the trait's signature")]
    fn id(&self) -> &str {
        "openai/actor"
    }

    #[expect(clippy::unnecessary_literal_bound, reason = "the trait's signature")]
    fn host(&self) -> &str {
        "actor"
    }

    fn settings(&self) -> String {
        String::new()
    }
}

const HONEST: &str = "Hello Ann, we sell tea. Shall we talk?";
const LIE: &str = "Hello Ann, we sell tea to Stripe. Shall we talk?";

/// An audit that finds this passage unsupported, or nothing.
fn finds(passage: Option<&str>) -> String {
    let claim = |quote: &str| {
        let (support, derivation) = (Vec::<String>::new(), "");
        json!({"quote": quote, "kind": "customer", "support": support, "derivation": derivation, "verdict": "unsupported"})
    };
    json!({ "claims": passage.map(claim).into_iter().collect::<Vec<_>>() }).to_string()
}

fn decides(yes: bool) -> String {
    json!({ "reasoning": "so", "decision": yes }).to_string()
}

/// What a trial came to, and what was asked.
struct Ran {
    verdict: Verdict,
    asked: Vec<(&'static str, Request)>,
}

impl Ran {
    fn steps(&self) -> Vec<&'static str> {
        self.asked.iter().map(|(what, _)| *what).collect()
    }

    fn message(&self) -> &Message {
        self.verdict.message().expect("a message")
    }
}

async fn run(when: AuditWhen, work: Work, lines: Vec<Result<String, Failure>>) -> Ran {
    let actor = Arc::new(Actor { lines: Mutex::new(lines.into()), ..Actor::default() });
    let door = |role| {
        let (model, permits): (Arc<dyn Model>, _) = (Arc::<Actor>::clone(&actor), Permits::new(Concurrency::Fixed(1)));
        let retry = RetryPolicy { max_retries: 0, ..RetryPolicy::default() };
        Caller::new(role, model, permits, Shared::default(), Events::new(|_| {})).with_retry(retry)
    };
    let auditing = Auditing {
        by: AuditedBy::Model(Auditor::new(door(Role::Auditor), 1_000)),
        sources: Sources::from_prompt("We sell tea."),
        when,
        revisions: if when == AuditWhen::BeforeDecision { 2 } else { 0 },
    };
    let bench = Bench {
        generator: Some(Generator::new(door(Role::Generator), 1_000)),
        decision_maker: Some(DecisionMaker::new(door(Role::DecisionMaker), DecisionPrompt::strict(), 1_000)),
        auditing: Some(auditing),
        prompt: "We sell tea.".into(),
        seed: 1,
        label: "test".into(),
    };
    let verdict = bench.run("Ann, buyer", Trial { persona: 0, message: 0, work }).await;
    assert!(actor.lines.lock().unwrap().is_empty(), "not everything was asked");
    let asked = std::mem::take(&mut *actor.asked.lock().unwrap());
    Ran { verdict, asked }
}

fn said(lines: &[&str]) -> Vec<Result<String, Failure>> {
    lines.iter().map(|line| Ok((*line).to_owned())).collect()
}

#[tokio::test]
async fn a_message_that_makes_something_up_is_revised_before_it_is_decided_on() {
    let lines = [LIE, &finds(Some("to Stripe")), HONEST, &finds(None), &decides(true)];
    let ran = run(AuditWhen::BeforeDecision, Work::WriteAndDecide, said(&lines)).await;
    assert_eq!(ran.steps(), ["write", "audit", "revise", "audit", "decide"]);
    // The writer sees its own draft, the passage and why; the decision maker sees what came of it.
    let revision = &ran.asked[2].1.user;
    assert!(revision.contains(LIE) && revision.contains("1. \"to Stripe\" - "), "{revision}");
    assert!(ran.asked[4].1.user.contains(HONEST) && !ran.asked[4].1.user.contains("Stripe"));
    let message = ran.message();
    assert_eq!((message.text.as_str(), message.revisions), (HONEST, 1));
    assert_eq!(message.audit.grounding(), Grounding::Grounded);
    assert!(matches!(ran.verdict, Verdict::Decided { ref decision, .. } if decision.decision));
}

#[tokio::test]
async fn a_message_is_revised_twice_at_most_and_then_counts_as_it_is() {
    let (again, last) = ("Ann, we sell tea to Stripe.", "We sell tea to Stripe, Ann.");
    let found = finds(Some("to Stripe"));
    let lines = [LIE, &found, again, &found, last, &found, &decides(false)];
    let ran = run(AuditWhen::BeforeDecision, Work::WriteAndDecide, said(&lines)).await;
    assert_eq!(ran.steps(), ["write", "audit", "revise", "audit", "revise", "audit", "decide"]);
    assert_eq!((ran.message().text.as_str(), ran.message().revisions), (last, 2));
    assert_eq!(ran.message().audit.grounding(), Grounding::MadeUp);

    // A draft that comes back unchanged is not asked for once more.
    let ran = run(AuditWhen::BeforeDecision, Work::Write, said(&[LIE, &found, LIE])).await;
    assert_eq!((ran.steps().len(), ran.message().revisions), (3, 0));
    assert_eq!(ran.message().audit.grounding(), Grounding::MadeUp);
}

#[tokio::test]
async fn while_searching_a_yes_is_audited_and_a_no_is_not_and_nothing_is_revised() {
    let lines = [LIE, &decides(true), &finds(Some("to Stripe"))];
    let ran = run(AuditWhen::AfterYes, Work::WriteAndDecide, said(&lines)).await;
    assert_eq!(ran.steps(), ["write", "decide", "audit"]);
    assert_eq!((ran.message().text.as_str(), ran.message().audit.grounding()), (LIE, Grounding::MadeUp));
    let ran = run(AuditWhen::AfterYes, Work::WriteAndDecide, said(&[LIE, &decides(false)])).await;
    assert_eq!((ran.steps().len(), ran.message().audit.grounding()), (2, Grounding::NotChecked));
}

#[tokio::test]
async fn an_audit_without_a_usable_answer_leaves_the_message_not_checked_and_the_trial_decided() {
    let unusable = r#"{"groups": []}"#;
    let lines = [HONEST, unusable, unusable, unusable, &decides(true)];
    let ran = run(AuditWhen::BeforeDecision, Work::WriteAndDecide, said(&lines)).await;
    assert!(matches!(ran.verdict, Verdict::Decided { .. }), "{:?}", ran.verdict);
    assert_eq!(ran.message().audit.grounding(), Grounding::NotChecked);
    assert!(ran.message().audit_failure.as_deref().is_some_and(|reason| reason.contains("claims")));
    let decision = Decision { decision: true, reasoning: String::new(), extra: Map::new() };
    assert_eq!(ran.message().clone().into_judged(decision).rejoinder, None);

    let broken = Failure::new(FailureKind::Server, "HTTP 500");
    let lines = vec![Ok(HONEST.to_owned()), Ok(decides(true)), Err(broken)];
    let ran = run(AuditWhen::AfterYes, Work::WriteAndDecide, lines).await;
    assert!(matches!(ran.verdict, Verdict::Decided { .. }), "{:?}", ran.verdict);
    assert!(ran.message().audit_failure.as_deref().is_some_and(|reason| reason.contains("HTTP 500")));

    // Only where the run is to stop has the trial not come to its end.
    let stopped = Failure::new(FailureKind::Stopped, "stopped");
    let lines = vec![Ok(HONEST.to_owned()), Ok(decides(true)), Err(stopped)];
    let ran = run(AuditWhen::AfterYes, Work::WriteAndDecide, lines).await;
    assert!(matches!(ran.verdict, Verdict::NotRun), "{:?}", ran.verdict);
}

#[tokio::test]
async fn of_a_message_that_is_there_only_what_is_missing_is_asked_for() {
    let review = |decision: Option<bool>, audit| {
        let of = |yes| Decision { decision: yes, reasoning: "so".into(), extra: Map::new() };
        let message = Message::unchecked(LIE);
        Work::Review(Box::new(Review { message, decision: decision.map(of), audit }))
    };
    let (yes, no, found) = (decides(true), decides(false), finds(Some("to Stripe")));
    for (work, lines, steps) in [
        (review(Some(true), ReviewAudit::AfterYes), vec![&found], vec!["audit"]),
        (review(Some(false), ReviewAudit::AfterYes), vec![], vec![]),
        (review(Some(false), ReviewAudit::Always), vec![&found], vec!["audit"]),
        (review(Some(true), ReviewAudit::Never), vec![], vec![]),
        (review(None, ReviewAudit::AfterYes), vec![&yes, &found], vec!["decide", "audit"]),
        (review(None, ReviewAudit::AfterYes), vec![&no], vec!["decide"]),
    ] {
        let lines: Vec<&str> = lines.into_iter().map(String::as_str).collect();
        // A message that is there already is never revised.
        let ran = run(AuditWhen::BeforeDecision, work, said(&lines)).await;
        assert_eq!(ran.steps(), steps);
        let made_up = ran.message().audit.grounding() == Grounding::MadeUp;
        assert_eq!(made_up, steps.contains(&"audit"));
    }
}
