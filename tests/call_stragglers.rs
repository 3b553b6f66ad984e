//! What becomes of a call that takes far longer than the others, on a clock that stands still unless everybody waits.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::future::BoxFuture;
use rejoinder::call::budget::{Budget, Limits};
use rejoinder::call::stop::Why;
use rejoinder::call::straggler::{Policy, Remedy};
use rejoinder::call::watch::Watch;
use rejoinder::call::{Caller, Shared};
use rejoinder::event::{Event, Events};
use rejoinder::model::limits::RateLimits;
use rejoinder::model::limits::permits::{Concurrency, Permits};
use rejoinder::model::retry::RetryPolicy;
use rejoinder::model::{Answer, CallKey, Failure, FailureKind, Model, Reply, Request, Role, Stop, Usage};
use tokio::time::{Instant, sleep};

const HOUR: u64 = 3600;

/// How one send ends, and after how many seconds.
type Sent = (u64, Result<&'static str, FailureKind>);

/// Ends each send as its script says; what is not in it is answered after a second.
struct Scripted {
    id: &'static str,
    sends: AtomicUsize,
    dropped: AtomicUsize,
    script: Mutex<VecDeque<Sent>>,
}

/// Counts a send that nobody waited for to the end.
struct Heard<'a>(&'a AtomicUsize, bool);

impl Drop for Heard<'_> {
    fn drop(&mut self) {
        self.0.fetch_add(usize::from(!self.1), Ordering::SeqCst);
    }
}

impl Model for Scripted {
    fn send<'a>(&'a self, _: &'a Request) -> BoxFuture<'a, Result<Reply, Failure>> {
        Box::pin(async move {
            self.sends.fetch_add(1, Ordering::SeqCst);
            let (seconds, outcome) = self.script.lock().unwrap().pop_front().unwrap_or((1, Ok("usual")));
            let mut heard = Heard(&self.dropped, false);
            sleep(Duration::from_secs(seconds)).await;
            heard.1 = true;
            match outcome {
                Ok(text) => {
                    let usage = Usage { output_tokens: 1, ..Usage::default() };
                    let answer = Answer { text: text.into(), stop: Stop::EndTurn, usage, ..Answer::default() };
                    Ok(Reply { answer, limits: RateLimits::default() })
                }
                Err(kind) => Err(Failure::new(kind, format!("after {seconds} s"))),
            }
        })
    }

    fn id(&self) -> &str {
        self.id
    }

    fn host(&self) -> &'static str {
        "here"
    }

    fn settings(&self) -> String {
        String::new()
    }
}

/// A door whose model has answered so many calls after a second each.
struct House {
    caller: Caller,
    model: Arc<Scripted>,
    shared: Shared,
    permits: Permits,
    events: Arc<Mutex<Vec<Event>>>,
    before: usize,
}

struct Plan {
    remedy: Remedy,
    id: &'static str,
    before: usize,
    width: usize,
    limits: Limits,
    retries: u32,
}

impl Plan {
    fn of(remedy: Remedy) -> Self {
        Plan { remedy, id: "openai/x", before: 60, width: 4, limits: Limits::default(), retries: 4 }
    }

    async fn build(self, script: &[Sent]) -> House {
        let model = Arc::new(Scripted {
            id: self.id,
            sends: AtomicUsize::new(0),
            dropped: AtomicUsize::new(0),
            script: Mutex::default(),
        });
        let shared = Shared {
            budget: Budget::new(self.limits),
            watch: Watch::new(Policy { remedy: self.remedy, ..Policy::default() }),
            ..Shared::default()
        };
        let events = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&events);
        let permits = Permits::new(Concurrency::Fixed(self.width));
        let caller = Caller::new(
            Role::Generator,
            Arc::clone(&model) as Arc<dyn Model>,
            permits.clone(),
            shared.clone(),
            Events::new(move |event| sink.lock().unwrap().push(event)),
        )
        .with_retry(RetryPolicy { max_retries: self.retries, ..RetryPolicy::default() });
        let house = House { caller, model, shared, permits, events, before: self.before };
        for _ in 0..self.before {
            house.ask().await.unwrap();
        }
        *house.model.script.lock().unwrap() = script.iter().copied().collect();
        house
    }
}

impl House {
    async fn ask(&self) -> Result<Answer, Failure> {
        let key = CallKey::from_parts(&["a", "call"]);
        let request = Request { key, system: "s".into(), user: "u".into(), schema: None, max_tokens: 10 };
        self.caller.ask(&request).await
    }

    /// The answer's text and after how many whole seconds it came.
    async fn timed(&self) -> (Result<String, Failure>, u64) {
        let start = Instant::now();
        let answer = self.ask().await;
        (answer.map(|answer| answer.text), start.elapsed().as_secs())
    }

    /// Sends since the usual calls.
    fn sends(&self) -> usize {
        self.model.sends.load(Ordering::SeqCst) - self.before
    }

    /// Answered calls and hedged ones since the usual calls.
    fn counted(&self) -> (u64, u64) {
        let used = self.shared.meter.read()[&Role::Generator];
        (used.calls - self.before as u64, used.hedged)
    }

    fn is_at_rest(&self) -> bool {
        let held: Vec<_> = std::iter::from_fn(|| self.permits.try_acquire()).collect();
        held.len() == self.permits.width()
    }
}

#[tokio::test(start_paused = true)]
async fn a_straggler_is_asked_a_second_time_and_the_first_answer_counts_once() {
    for remedy in [Remedy::Hedge, Remedy::Auto] {
        let house = Plan::of(remedy).build(&[(HOUR, Ok("late")), (2, Ok("second"))]).await;
        // Sent again after the usual second and five more, and answered two seconds later.
        let (answer, seconds) = house.timed().await;
        assert_eq!((answer.unwrap().as_str(), seconds), ("second", 8), "{remedy}");
        assert_eq!((house.sends(), house.counted()), (2, (1, 1)), "{remedy}");
        assert_eq!(house.model.dropped.load(Ordering::SeqCst), 1);
        assert!(house.is_at_rest());
    }
}

#[tokio::test(start_paused = true)]
async fn the_second_send_is_dropped_where_the_first_one_is_answered_after_all() {
    let house = Plan::of(Remedy::Hedge).build(&[(9, Ok("late")), (HOUR, Ok("second"))]).await;
    assert_eq!(house.timed().await.0.unwrap(), "late");
    assert_eq!((house.sends(), house.counted(), house.is_at_rest()), (2, (1, 1), true));
}

#[tokio::test(start_paused = true)]
async fn a_call_is_hedged_once_however_long_both_take() {
    let house = Plan::of(Remedy::Hedge).build(&[(HOUR, Ok("late")), (2 * HOUR, Ok("second"))]).await;
    assert_eq!(house.timed().await.0.unwrap(), "late");
    assert_eq!(house.sends(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_failure_of_one_of_the_two_leaves_the_other_to_be_waited_for() {
    let house = Plan::of(Remedy::Hedge).build(&[(10, Err(FailureKind::Server)), (60, Ok("second"))]).await;
    assert_eq!(house.timed().await.0.unwrap(), "second");
    assert_eq!((house.sends(), house.is_at_rest()), (2, true));
    let house = Plan::of(Remedy::Hedge).build(&[(60, Ok("first")), (1, Err(FailureKind::RateLimited))]).await;
    assert_eq!(house.timed().await.0.unwrap(), "first");
    assert_eq!((house.sends(), house.is_at_rest()), (2, true));
}

#[tokio::test(start_paused = true)]
async fn where_both_fail_the_first_ones_failure_decides_and_the_hosts_last_word_goes_before_it() {
    let script = [(60, Err(FailureKind::Server)), (10, Err(FailureKind::Invalid))];
    // A server's fault is worth repeating, a request that is not acceptable would not be.
    let house = Plan::of(Remedy::Hedge).build(&script).await;
    assert_eq!(house.timed().await.0.unwrap(), "usual");
    assert_eq!(house.sends(), 3);
    let script = [(60, Err(FailureKind::Server)), (10, Err(FailureKind::Unauthorized))];
    let house = Plan::of(Remedy::Hedge).build(&script).await;
    assert_eq!(house.timed().await.0.unwrap_err().kind, FailureKind::Unauthorized);
    assert!(house.caller.refusal().is_some());
}

#[tokio::test(start_paused = true)]
async fn no_second_send_takes_a_permit_from_a_first_one() {
    let plan = Plan { width: 1, ..Plan::of(Remedy::Hedge) };
    let house = plan.build(&[(HOUR, Ok("late"))]).await;
    let (late, other) = tokio::join!(house.timed(), house.timed());
    assert_eq!((late.0.unwrap().as_str(), other.0.unwrap().as_str()), ("late", "usual"));
    assert_eq!(house.sends(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_second_send_needs_room_in_the_budget_and_counts_in_it() {
    let limits = |calls| Limits { calls: Some(calls), cost_usd: None };
    let script = [(HOUR, Ok("late")), (2, Ok("second"))];
    let house = Plan { limits: limits(61), ..Plan::of(Remedy::Hedge) }.build(&script).await;
    assert_eq!((house.timed().await.0.unwrap().as_str(), house.sends()), ("late", 1));
    let house = Plan { limits: limits(62), ..Plan::of(Remedy::Hedge) }.build(&script).await;
    assert_eq!((house.timed().await.0.unwrap().as_str(), house.sends()), ("second", 2));
    // The one that was dropped may have been answered unheard: it is the sixty-second.
    assert_eq!(house.ask().await.unwrap_err().kind, FailureKind::Stopped);
    assert_eq!((house.sends(), house.shared.stop.why()), (2, Some(Why::Calls)));
}

#[tokio::test(start_paused = true)]
async fn of_all_calls_only_one_in_twenty_is_hedged() {
    let plan = Plan { before: 20, ..Plan::of(Remedy::Hedge) };
    let house = plan.build(&[(HOUR, Ok("late")), (1, Ok("second")), (HOUR, Ok("late again"))]).await;
    assert_eq!(house.timed().await.0.unwrap(), "second");
    assert_eq!((house.timed().await.0.unwrap().as_str(), house.sends()), ("late again", 3));
}

#[tokio::test(start_paused = true)]
async fn auto_asks_a_second_time_only_once_the_run_waits_for_nothing_else() {
    for (remedy, expected) in [(Remedy::Hedge, 7), (Remedy::Auto, 13)] {
        // The straggler, and three others one after the other, until the twelfth second.
        let script = [(HOUR, Ok("late")), (4, Ok("other"))];
        let house = Plan::of(remedy).build(&script).await;
        let others = async {
            house.ask().await.unwrap();
            for _ in 0..2 {
                house.model.script.lock().unwrap().push_front((4, Ok("other")));
                house.ask().await.unwrap();
            }
        };
        let (late, ()) = tokio::join!(house.timed(), others);
        assert_eq!((late.0.unwrap().as_str(), house.counted().1), ("usual", 1), "{remedy}");
        assert!((expected..expected + 2).contains(&late.1), "{remedy}: {}", late.1);
    }
}

#[tokio::test(start_paused = true)]
async fn auto_never_asks_a_server_twice_that_costs_nothing() {
    let script = [(HOUR, Ok("late")), (2, Ok("second"))];
    let plan = |remedy| Plan { id: "ollama/x", ..Plan::of(remedy) };
    assert_eq!(plan(Remedy::Auto).build(&script).await.timed().await.0.unwrap(), "late");
    assert_eq!(plan(Remedy::Hedge).build(&script).await.timed().await.0.unwrap(), "second");
}

#[tokio::test(start_paused = true)]
async fn what_is_cut_is_sent_again_as_after_a_timeout_and_never_on_the_last_attempt() {
    let script = [(HOUR, Ok("late")), (2, Ok("again"))];
    let house = Plan::of(Remedy::Cut).build(&script).await;
    assert_eq!(house.timed().await.0.unwrap(), "again");
    let used = house.shared.meter.read()[&Role::Generator];
    assert_eq!((house.sends(), used.retries, house.is_at_rest()), (2, 1, true));
    let script = [(HOUR, Ok("late")), (HOUR, Ok("again"))];
    let house = Plan { retries: 1, ..Plan::of(Remedy::Cut) }.build(&script).await;
    assert_eq!((house.timed().await.0.unwrap().as_str(), house.sends()), ("again", 2));
    // Where there is no room for the next attempt, the answer under way is all that there can be.
    let limits = Limits { calls: Some(61), cost_usd: None };
    let house = Plan { limits, ..Plan::of(Remedy::Cut) }.build(&[(HOUR, Ok("late"))]).await;
    assert_eq!((house.timed().await.0.unwrap().as_str(), house.sends()), ("late", 1));
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_to_stop_sends_nothing_a_second_time_and_cuts_nothing() {
    for remedy in [Remedy::Hedge, Remedy::Auto, Remedy::Cut] {
        let house = Plan::of(remedy).build(&[(HOUR, Ok("late"))]).await;
        let stop = async {
            sleep(Duration::from_secs(3)).await;
            house.shared.stop.ask(Why::Asked);
        };
        let (late, ()) = tokio::join!(house.timed(), stop);
        assert_eq!((late.0.unwrap().as_str(), house.sends()), ("late", 1), "{remedy}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_straggler_is_named_when_it_becomes_one_and_no_more_when_it_is_over() {
    let house = Plan::of(Remedy::Wait).build(&[(30, Ok("late"))]).await;
    let start = Instant::now().into_std();
    assert_eq!(house.timed().await.0.unwrap(), "late");
    let named: Vec<_> = house
        .events
        .lock()
        .unwrap()
        .iter()
        .filter_map(|event| match event {
            Event::Stragglers { role, calls, since } => Some((role.clone(), *calls, *since)),
            _ => None,
        })
        .collect();
    assert_eq!(named, [("generator".to_owned(), 1, Some(start)), ("generator".to_owned(), 0, None)]);
}

#[tokio::test(start_paused = true)]
async fn where_every_call_is_slow_none_is_a_straggler() {
    let house = Plan { before: 0, ..Plan::of(Remedy::Hedge) }.build(&[(600, Ok("slow")); 40]).await;
    for _ in 0..40 {
        house.ask().await.unwrap();
    }
    assert_eq!(house.sends(), 40);
    assert!(!house.events.lock().unwrap().iter().any(|event| matches!(event, Event::Stragglers { .. })));
}
