//! Rounds on a host that is made up.

mod host;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use proptest::prelude::*;

use super::{Batches, Manner, Question};
use crate::call::budget::{Budget, Limits};
use crate::call::stop::Why;
use crate::call::{Caller, Shared};
use crate::engine::{Engine, Work};
use crate::event::Events;
use crate::model::limits::permits::{Concurrency, Permits};
use crate::model::price::Prices;
use crate::model::retry::RetryPolicy;
use crate::model::{CallKey, FailureKind, Model, Request, Role};
use host::{Host, Manners, Mock};

/// For each job, how each of its runs ended.
type Ended = Vec<Vec<Result<Vec<String>, String>>>;

/// What came of a batch of trials.
struct Done {
    /// For each job, how each of the runs that came to an end did so: the texts of its answers, or why there are none.
    ended: Ended,
    host: Arc<Host>,
    shared: Shared,
}

/// Runs jobs that make this many calls each, one after the other.
async fn run(host: Host, calls: &[usize], manner: Manner, limits: Limits) -> Done {
    run_until(host, calls, (manner, limits), None).await
}

/// The same; with a question a person presses Ctrl-C after a second, and is asked it.
async fn run_until(host: Host, calls: &[usize], (manner, limits): (Manner, Limits), asked: Option<Question>) -> Done {
    let host = Arc::new(host);
    let prices = Prices::built_in();
    let shared = Shared { budget: Budget::new(limits), prices, ..Shared::default() };
    let events = Events::new(|_| {});
    let model: Arc<dyn Model> = Arc::new(Mock(Arc::clone(&host)));
    let permits = Permits::new(Concurrency::Fixed(4));
    let caller = Caller::new(Role::Generator, model, permits, shared.clone(), events.clone());
    if asked.is_some() {
        let stop = shared.stop.clone();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_secs(1)).await;
            stop.ask(Why::Asked);
        });
    }
    let engine = Batches::new(manner, std::env::temp_dir(), events, shared.stop.clone(), asked);
    let ended: Arc<Mutex<Ended>> = Arc::new(Mutex::new(vec![Vec::new(); calls.len()]));
    let (results, calls) = (Arc::clone(&ended), calls.to_vec());
    let count = calls.len();
    let work: Work = Arc::new(move |job| {
        let (caller, ended, calls) = (caller.clone(), Arc::clone(&results), calls[job]);
        Box::pin(async move {
            let mut texts = Vec::new();
            for call in 0..calls {
                match caller.ask(&request(job, call)).await {
                    Ok(answer) => texts.push(answer.text),
                    Err(failure) if failure.kind == FailureKind::Stopped => return,
                    Err(failure) => {
                        ended.lock().unwrap()[job].push(Err(failure.message));
                        return;
                    }
                }
            }
            ended.lock().unwrap()[job].push(Ok(texts));
        })
    });
    engine.each(Box::new(0..count), 8, work).await;
    let ended = ended.lock().unwrap().clone();
    Done { ended, host, shared }
}

fn request(job: usize, call: usize) -> Request {
    let key = CallKey::from_parts(&["job", &job.to_string(), &call.to_string()]);
    Request { key, system: String::new(), user: format!("{job} {call}"), schema: None, max_tokens: 10 }
}

fn manner() -> Manner {
    let (first_look, longest_look) = (Duration::from_millis(1), Duration::from_millis(20));
    Manner { first_look, longest_look, most_requests: 7, ..Manner::default() }
}

/// Whether each job has ended once, with the answers to its own calls where it has any.
fn assert_in_order(done: &Done, calls: &[usize]) {
    for (job, ended) in done.ended.iter().enumerate() {
        assert_eq!(ended.len(), 1, "job {job} ended {} times", ended.len());
        if let Ok(texts) = &ended[0] {
            let expected: Vec<String> =
                (0..calls[job]).map(|call| request(job, call).key.as_str().to_owned()).collect();
            assert_eq!(*texts, expected, "job {job}");
        }
    }
    for (id, times) in &done.host.state.lock().unwrap().asked {
        assert!(*times <= RetryPolicy::default().max_retries + 1, "{id} was asked {times} times");
    }
}

#[tokio::test(start_paused = true)]
async fn stages_come_about_by_themselves_and_each_call_is_asked_once() {
    let calls = [2; 20];
    let done = run(Host::default(), &calls, manner(), Limits::default()).await;
    assert_in_order(&done, &calls);
    assert!(done.ended.iter().all(|ended| ended[0].is_ok()));
    let state = done.host.state.lock().unwrap();
    // Twice twenty requests in batches of seven.
    assert_eq!(state.batches.iter().map(Vec::len).collect::<Vec<_>>(), [7, 7, 6, 7, 7, 6]);
    assert!(state.asked.values().all(|times| *times == 1) && state.online == 0);
    let used = done.shared.meter.read()[&Role::Generator];
    assert_eq!((used.calls, used.replayed, used.usage), (40, 0, used.batched));
}

#[tokio::test(start_paused = true)]
async fn a_batch_whose_name_was_lost_is_found_again_and_one_that_never_came_is_handed_in_again() {
    for there in [true, false] {
        let host = Host { manners: Manners { lost: Some((2, there)), ..Manners::default() }, ..Host::default() };
        let done = run(host, &[1; 20], manner(), Limits::default()).await;
        assert_in_order(&done, &[1; 20]);
        let state = done.host.state.lock().unwrap();
        assert!(state.asked.values().all(|times| *times == 1), "there: {there}");
        assert_eq!(state.batches.len(), 3);
    }
}

#[tokio::test(start_paused = true)]
async fn a_person_who_stops_a_run_is_asked_and_only_a_yes_cancels_what_is_under_way() {
    for says in [true, false] {
        let host = Host { manners: Manners { endless: true, ..Manners::default() }, ..Host::default() };
        let heard = Arc::new(Mutex::new(Vec::new()));
        let questions = Arc::clone(&heard);
        let question: Question = Arc::new(move |text| {
            questions.lock().unwrap().push(text);
            Box::pin(async move { says })
        });
        let done = run_until(host, &[1; 10], (manner(), Limits::default()), Some(question)).await;
        assert!(done.ended.iter().all(Vec::is_empty));
        let heard = heard.lock().unwrap();
        assert!(
            heard.len() == 1 && heard[0].starts_with("2 message batches with 10 requests under way (b"),
            "{heard:?}"
        );
        let mut cancelled = done.host.state.lock().unwrap().cancelled.clone();
        cancelled.sort();
        assert_eq!(cancelled, if says { vec!["b0", "b1"] } else { Vec::new() });
    }
}

#[tokio::test(start_paused = true)]
async fn an_urgent_run_sends_its_tail_online() {
    let manners = Manners { failing: 20, ..Manners::default() };
    let manner = Manner { urgent_below: Some(10), ..manner() };
    let mut calls = [1; 40];
    calls[..5].fill(2);
    let done = run(Host { manners, ..Host::default() }, &calls, manner, Limits::default()).await;
    assert_in_order(&done, &calls);
    assert!(done.ended.iter().all(|ended| ended[0].is_ok()));
    let state = done.host.state.lock().unwrap();
    // What failed, and what the few that go on ask after it.
    assert!(state.online >= 5 && state.asked.values().all(|times| *times == 1), "{}", state.online);
}

#[tokio::test(start_paused = true)]
async fn no_more_is_handed_in_than_a_limit_allows_and_the_run_stops_cleanly() {
    let limits = Limits { calls: Some(25), cost_usd: None };
    let done = run(Host::default(), &[1; 40], manner(), limits).await;
    assert_eq!(done.shared.stop.why(), Some(Why::Calls));
    assert_eq!(done.host.state.lock().unwrap().asked.len(), 25);
    assert_eq!(done.ended.iter().filter(|ended| !ended.is_empty()).count(), 25);
    // The most that a call can cost is reserved at half the price.
    let caller_cost = |calls: f64| Limits { calls: None, cost_usd: Some(calls * most()) };
    let done = run(Host::default(), &[1; 3], manner(), caller_cost(2.5)).await;
    assert_eq!(done.ended.iter().filter(|ended| !ended.is_empty()).count(), 3, "what was not spent is there again");
    let done = run(Host::default(), &[1; 3], manner(), caller_cost(0.9)).await;
    let batches = done.host.state.lock().unwrap().batches.len();
    assert_eq!((done.shared.stop.why(), batches), (Some(Why::BelowOneCall), 0), "not one call is within the limit");
}

/// The most that a request of these tests can cost with a batch, in dollars.
fn most() -> f64 {
    let model: Arc<dyn Model> = Arc::new(Mock(Arc::default()));
    let (permits, events) = (Permits::new(Concurrency::Fixed(1)), Events::new(|_| {}));
    let shared = Shared { prices: Prices::built_in(), ..Shared::default() };
    let caller = Caller::new(Role::Generator, model, permits, shared, events);
    caller.most_batched(&request(0, 0))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_job_ends_once_whatever_the_host_does_and_nothing_is_asked_more_often_than_retries_allow(
        calls in prop::collection::vec(0_usize..4, 0..30),
        seed in any::<u64>(),
        (failing, invalid, missing) in (0_u32..60, 0_u32..20, 0_u32..20),
        (twice, torn, blind) in any::<(bool, bool, bool)>(),
        lost in prop::option::of((2_usize..5, any::<bool>())),
        (most_requests, most_bytes) in (1_usize..20, 40_u64..2000),
        urgent_below in prop::option::of(0_usize..12),
    ) {
        let manners = Manners { failing, invalid, missing, twice, lost, torn, blind, endless: false };
        let host = Host { manners, seed, state: Mutex::default() };
        let manner = Manner { most_requests, most_bytes, urgent_below, ..manner() };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        let done = runtime.block_on(run(host, &calls, manner, Limits::default()));
        assert_in_order(&done, &calls);
        prop_assert_eq!(done.shared.stop.why(), None);
        let used = done.shared.meter.read().get(&Role::Generator).copied().unwrap_or_default();
        let answered: usize = done.ended.iter().filter_map(|ended| ended[0].as_ref().ok()).map(Vec::len).sum();
        // Of jobs that failed some calls were answered as well; none counts twice.
        prop_assert!(used.calls as usize >= answered && used.replayed == 0);
        prop_assert!(used.calls as usize <= calls.iter().sum::<usize>());
    }
}
