//! The gate in front of a host, on a clock that the tests move.
#![allow(clippy::result_large_err, reason = "outcomes are made by hand here")]

use std::time::Duration;

use futures::stream::{FuturesUnordered, StreamExt};
use futures::{FutureExt, poll};
use proptest::prelude::*;
use rejoinder::model::limits::permits::{Demand, Loan, Turn};
use rejoinder::model::limits::{Concurrency, Permit, Permits, RateLimits, Window};
use rejoinder::model::{Answer, Failure, FailureKind, Reply, Stop, Usage};
use tokio::task::unconstrained;
use tokio::time::{Instant, advance, timeout};

fn success() -> Result<Reply, Failure> {
    let answer = Answer { text: String::new(), stop: Stop::EndTurn, usage: Usage::default(), ..Answer::default() };
    Ok(Reply { answer, limits: RateLimits::default() })
}

fn failure(kind: FailureKind) -> Result<Reply, Failure> {
    Err(Failure::new(kind, "x"))
}

fn wait_for(seconds: u64) -> Result<Reply, Failure> {
    Err(Failure { retry_after: Some(Duration::from_secs(seconds)), ..Failure::new(FailureKind::RateLimited, "x") })
}

/// Takes every permit that can be had at once. Unconstrained, since tokio makes a task that polls often pause.
fn fill(permits: &Permits) -> Vec<Permit> {
    std::iter::from_fn(|| unconstrained(permits.acquire()).now_or_never()).map(Result::unwrap).collect()
}

/// Takes every permit that can be had in time, since many are not given at once.
async fn fill_in_time(permits: &Permits) -> Vec<Permit> {
    let mut held = Vec::new();
    while let Ok(permit) = unconstrained(timeout(Duration::from_secs(60), permits.acquire())).await {
        held.push(permit.unwrap());
    }
    held
}

/// Fills the gate and answers every call well.
async fn full_window(permits: &Permits) {
    let held = fill_in_time(permits).await;
    held.iter().for_each(|_| permits.observe(&success()));
}

#[tokio::test(start_paused = true)]
async fn a_fixed_gate_has_its_width_and_keeps_it() {
    let permits = Permits::new(Concurrency::Fixed(3));
    full_window(&permits).await;
    permits.observe(&failure(FailureKind::RateLimited));
    assert_eq!((fill(&permits).len(), permits.width()), (3, 3));
    assert_eq!(Permits::new(Concurrency::Fixed(0)).width(), 1);
    assert!(Permits::new(Concurrency::Fixed(usize::MAX)).width() > 1_000_000);
}

#[tokio::test(start_paused = true)]
async fn a_permit_is_given_back_when_dropped_and_goes_to_who_waited_longest() {
    let permits = Permits::new(Concurrency::Fixed(1));
    let held = permits.acquire().await.unwrap();
    let (mut first, mut second) = (Box::pin(permits.acquire()), Box::pin(permits.acquire()));
    assert!(poll!(&mut first).is_pending() && poll!(&mut second).is_pending());
    drop(held);
    assert!(poll!(&mut second).is_pending());
    drop(first.await.unwrap());
    second.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn full_windows_of_successes_double_the_width() {
    let permits = Permits::new(Concurrency::Auto);
    let mut widths = vec![permits.width()];
    for _ in 0..4 {
        full_window(&permits).await;
        widths.push(permits.width());
    }
    assert_eq!(widths, [6, 12, 24, 48, 96]);
    assert_eq!(fill_in_time(&permits).await.len(), 96);
}

#[tokio::test(start_paused = true)]
async fn the_gate_never_gets_wider_than_2048() {
    let permits = Permits::new(Concurrency::Auto);
    for _ in 0..12 {
        full_window(&permits).await;
    }
    assert_eq!((permits.width(), fill_in_time(&permits).await.len()), (2048, 2048));
}

#[tokio::test(start_paused = true)]
async fn a_width_that_is_not_used_is_not_widened() {
    let permits = Permits::new(Concurrency::Auto);
    for _ in 0..1000 {
        let _permit = permits.acquire().await.unwrap();
        permits.observe(&success());
    }
    assert_eq!(permits.width(), 6);
}

#[tokio::test(start_paused = true)]
async fn a_sign_of_overload_narrows_the_gate_at_most_once_a_second() {
    let permits = Permits::new(Concurrency::Auto);
    for _ in 0..4 {
        full_window(&permits).await;
    }
    assert_eq!(permits.width(), 96);
    for _ in 0..50 {
        permits.observe(&failure(FailureKind::RateLimited));
    }
    assert_eq!(permits.width(), 67);
    advance(Duration::from_millis(999)).await;
    permits.observe(&failure(FailureKind::Overloaded));
    assert_eq!(permits.width(), 67);
    advance(Duration::from_millis(1)).await;
    permits.observe(&failure(FailureKind::Overloaded));
    assert_eq!((permits.width(), fill_in_time(&permits).await.len()), (46, 46));
}

#[tokio::test(start_paused = true)]
async fn the_gate_never_gets_narrower_than_one() {
    let permits = Permits::new(Concurrency::Auto);
    for _ in 0..20 {
        permits.observe(&failure(FailureKind::Overloaded));
        advance(Duration::from_secs(2)).await;
    }
    assert_eq!((permits.width(), fill_in_time(&permits).await.len()), (1, 1));
    full_window(&permits).await;
    assert_eq!(permits.width(), 2);
}

#[tokio::test(start_paused = true)]
async fn other_failures_leave_the_width_alone() {
    let permits = Permits::new(Concurrency::Auto);
    for kind in [FailureKind::Timeout, FailureKind::Connection, FailureKind::Server, FailureKind::Malformed] {
        permits.observe(&failure(kind));
    }
    assert_eq!(permits.width(), 6);
}

#[tokio::test(start_paused = true)]
async fn calls_in_flight_count_when_the_gate_narrows() {
    let permits = Permits::new(Concurrency::Auto);
    let mut held = fill(&permits);
    permits.observe(&failure(FailureKind::RateLimited));
    assert_eq!(permits.width(), 4);
    held.pop();
    held.pop();
    assert!(fill(&permits).is_empty(), "two returned, and two were given up");
    held.pop();
    assert_eq!(fill_in_time(&permits).await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_the_host_asks_for_holds_everyone() {
    let permits = Permits::new(Concurrency::Fixed(4));
    let begin = Instant::now();
    permits.observe(&wait_for(20));
    permits.observe(&wait_for(5));
    assert_eq!(permits.pause_until(), Some(begin + Duration::from_secs(20)));
    let all: FuturesUnordered<_> = (0..4).map(|_| permits.acquire()).collect();
    assert_eq!(all.filter(|permit| std::future::ready(permit.is_ok())).count().await, 4);
    assert_eq!(begin.elapsed().as_secs(), 20);
    assert_eq!(permits.pause_until(), None);
}

#[tokio::test(start_paused = true)]
async fn a_pause_can_be_prolonged_while_it_lasts_but_not_beyond_ten_minutes() {
    let permits = Permits::new(Concurrency::Fixed(4));
    let begin = Instant::now();
    permits.observe(&wait_for(10));
    let mut waiting = Box::pin(permits.acquire());
    assert!(poll!(&mut waiting).is_pending());
    advance(Duration::from_secs(6)).await;
    permits.observe(&wait_for(10));
    waiting.await.unwrap();
    assert_eq!(begin.elapsed().as_secs(), 16);
    permits.observe(&wait_for(u64::MAX));
    permits.acquire().await.unwrap();
    assert_eq!(begin.elapsed().as_secs(), 616);
}

#[tokio::test(start_paused = true)]
async fn a_used_up_limit_holds_everyone_until_it_is_full_again() {
    let used_up = |seconds| Window { remaining: Some(0), reset: Some(Duration::from_secs(seconds)), limit: None };
    let answered = |limits| success().map(|reply| Reply { limits, ..reply });
    let permits = Permits::new(Concurrency::Auto);
    let begin = Instant::now();
    permits.observe(&answered(RateLimits {
        requests: used_up(3),
        output_tokens: used_up(12),
        ..RateLimits::default()
    }));
    permits.acquire().await.unwrap();
    assert_eq!(begin.elapsed().as_secs(), 12);
    let left = Window { remaining: Some(1), reset: Some(Duration::from_secs(99)), limit: None };
    let unknown = Window { remaining: Some(0), reset: None, limit: None };
    permits.observe(&answered(RateLimits { requests: left, input_tokens: unknown, ..RateLimits::default() }));
    permits.acquire().await.unwrap();
    assert_eq!(begin.elapsed().as_secs(), 12);
}

#[tokio::test(start_paused = true)]
async fn a_closed_gate_turns_everyone_away_at_once() {
    let permits = Permits::new(Concurrency::Fixed(1));
    let held = permits.acquire().await.unwrap();
    let mut queued = Box::pin(permits.acquire());
    assert!(poll!(&mut queued).is_pending());
    permits.close(Failure::new(FailureKind::Unauthorized, "401: key revoked"));
    permits.close(Failure::new(FailureKind::Billing, "later"));
    assert_eq!(queued.await.unwrap_err().message, "401: key revoked");
    drop(held);
    assert_eq!(permits.acquire().await.unwrap_err().kind, FailureKind::Unauthorized);
    assert_eq!(permits.clone().acquire().await.unwrap_err().kind, FailureKind::Unauthorized);
}

#[tokio::test(start_paused = true)]
async fn closing_the_gate_ends_a_pause() {
    let permits = Permits::new(Concurrency::Fixed(1));
    permits.observe(&wait_for(300));
    let mut paused = Box::pin(permits.acquire());
    assert!(poll!(&mut paused).is_pending());
    let begin = Instant::now();
    permits.close(Failure::new(FailureKind::SpendLimit, "spent"));
    assert_eq!(paused.await.unwrap_err().kind, FailureKind::SpendLimit);
    assert_eq!(begin.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_sent_again_does_not_wait_behind_all_who_came_since() {
    let permits = Permits::new(Concurrency::Fixed(1));
    let held = permits.acquire().await.unwrap();
    let mut waiting: Vec<_> = (0..100).map(|_| Box::pin(permits.acquire_for(Turn::New))).collect();
    for one in &mut waiting {
        assert!(poll!(one).is_pending());
    }
    let mut again = Box::pin(permits.acquire_for(Turn::Begun));
    assert!(poll!(&mut again).is_pending());
    drop(held);
    drop(waiting.remove(0).await.unwrap());
    assert!(poll!(&mut waiting[0]).is_pending());
    drop(again.await.unwrap());
    waiting.remove(0).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_wait_for_the_pace_that_is_given_up_costs_no_one_anything() {
    let permits = Permits::new(Concurrency::Auto);
    let held = fill(&permits);
    assert_eq!(held.len(), 6);
    drop(held);
    permits.observe(&failure(FailureKind::RateLimited));
    for _ in 0..1000 {
        let mut gone = Box::pin(permits.acquire());
        assert!(poll!(&mut gone).is_pending());
    }
    let begin = Instant::now();
    drop(permits.acquire().await.unwrap());
    assert!(begin.elapsed() < Duration::from_secs(1), "{:?}", begin.elapsed());
}

#[tokio::test(start_paused = true)]
async fn whoever_stops_waiting_leaves_no_trace() {
    let permits = Permits::new(Concurrency::Fixed(2));
    let held = fill(&permits);
    let mut gone = Box::pin(permits.acquire());
    assert!(poll!(&mut gone).is_pending());
    drop(gone);
    drop(held);
    permits.observe(&wait_for(1));
    let mut gone = Box::pin(permits.acquire());
    assert!(poll!(&mut gone).is_pending());
    drop(gone);
    advance(Duration::from_secs(2)).await;
    assert_eq!(fill(&permits).len(), 2);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn whatever_happens_exactly_the_width_can_be_in_flight(steps in proptest::collection::vec(0..6_u8, 0..200)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let permits = Permits::new(Concurrency::Auto);
            let mut held = Vec::new();
            for step in steps {
                match step {
                    0 => held.extend(fill(&permits)),
                    1 => drop(held.pop()),
                    2 => held.clear(),
                    3 => (0..40).for_each(|_| permits.observe(&success())),
                    4 => permits.observe(&failure(FailureKind::RateLimited)),
                    _ => advance(Duration::from_secs(1)).await,
                }
                assert!((1..=2048).contains(&permits.width()));
            }
            held.clear();
            assert_eq!(fill_in_time(&permits).await.len(), permits.width());
        });
    }
}

fn loan(calls: Option<u32>, slots: Option<u32>) -> Option<Loan> {
    Some(Loan { calls, slots, until: Instant::now() + Duration::from_secs(3) })
}

#[tokio::test(start_paused = true)]
async fn no_more_passes_than_is_lent_and_what_is_lent_lapses() {
    let permits = Permits::new(Concurrency::Fixed(10));
    permits.lend(loan(Some(4), None));
    assert_eq!(fill(&permits).len(), 4);
    // What is left of one block is added to the next; what has lapsed is not.
    permits.lend(loan(Some(3), None));
    permits.lend(loan(Some(2), None));
    assert_eq!(permits.demand(), Demand { in_flight: 0, waiting: 0, left: 5, sent: 4 });
    advance(Duration::from_secs(4)).await;
    assert_eq!((fill(&permits).len(), permits.demand().left), (0, 0));
    permits.lend(loan(Some(1), None));
    assert_eq!(fill(&permits).len(), 1);
    permits.lend(loan(None, Some(6)));
    assert_eq!(fill(&permits).len(), 6);
    permits.lend(None);
    assert_eq!(fill(&permits).len(), 10);
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_a_loan_passes_once_there_is_one_and_is_counted_until_then() {
    let permits = Permits::new(Concurrency::Fixed(10));
    permits.lend(loan(Some(0), None));
    let (mut first, mut second) = (Box::pin(permits.acquire()), Box::pin(permits.acquire()));
    assert!(poll!(&mut first).is_pending() && poll!(&mut second).is_pending());
    assert_eq!(permits.demand().waiting, 2);
    permits.lend(loan(Some(1), None));
    let _held = first.await.unwrap();
    assert!(poll!(&mut second).is_pending());
    assert_eq!(permits.demand(), Demand { in_flight: 1, waiting: 1, left: 0, sent: 1 });
    drop(second);
    assert_eq!(permits.demand().waiting, 0);
    assert!(permits.try_acquire().is_none(), "what is lent is not for second sends");
}
