//! `--concurrency auto` against hosts of many kinds, on a clock that the tests move: what share of the allowance is used,
//! how many calls are refused, how many are in flight.
#![allow(clippy::result_large_err, reason = "the simulated host answers as a model does")]

#[path = "support/host.rs"]
mod host;

use host::{Counts, Manner, Quantity, Refill, run};

/// More than can be in flight, so that someone always waits.
const CALLERS: usize = 2_500;

fn per_thousand(counts: &Counts) -> f64 {
    counts.refused as f64 * 1_000.0 / counts.admitted as f64
}

fn fifty_a_second(latency: f64, sigma: f64, tells: bool) -> Manner {
    Manner { tells, sigma, ..Manner::of(latency) }.with(Quantity::Requests, Refill::Bucket, 50.0, 1.0)
}

#[tokio::test(start_paused = true)]
async fn fifty_calls_a_second_are_used_from_cold_whatever_the_latency_and_seldom_refused() {
    for latency in [0.05, 0.2, 0.5, 1.0, 2.0] {
        for (sigma, tells, retry_after) in
            [(0.0, true, true), (0.5, true, true), (0.0, false, true), (0.5, false, true), (0.5, false, false)]
        {
            let manner = Manner { retry_after, ..fifty_a_second(latency, sigma, tells) };
            let counts = run(manner, CALLERS, 60.0).await;
            let share = counts.admitted as f64 / 3_000.0;
            let case =
                format!("latency {latency}, sigma {sigma}, tells {tells}: {share:.3}, {:.1}", per_thousand(&counts));
            assert!(share >= 0.93, "{case}");
            assert!(per_thousand(&counts) <= 10.0, "{case}");
            if tells {
                assert_eq!(counts.refused, 0, "{case}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_host_s_rate_is_reached_later_and_then_kept() {
    for (sigma, tells) in [(0.0, true), (0.5, true), (0.0, false), (0.5, false)] {
        let counts = run(fifty_a_second(5.0, sigma, tells), CALLERS, 240.0).await;
        let late: u64 = counts.answered_in[120..240].iter().sum();
        assert!(late as f64 >= 0.95 * 120.0 * 50.0, "sigma {sigma}, tells {tells}: {late}");
        assert!(per_thousand(&counts) <= 10.0, "sigma {sigma}, tells {tells}: {}", counts.refused);
    }
}

#[tokio::test(start_paused = true)]
async fn limits_per_minute_are_used_up_and_hardly_ever_met_where_the_host_tells_them() {
    for refill in [Refill::Window, Refill::Bucket] {
        for (limit, latency) in [(50.0, 2.0), (4_000.0, 0.3), (4_000.0, 2.0)] {
            let manner = Manner { sigma: 0.4, ..Manner::of(latency) }.with(Quantity::Requests, refill, limit, 60.0);
            // Windows begin 53, 113 and 173 seconds into the run: three whole ones, from there to there.
            let counts = run(manner, CALLERS, 233.0).await;
            let used: u64 = counts.answered_in[53..233].iter().sum();
            let case = format!("{refill:?} of {limit}, latency {latency}: {used} used, {} refused", counts.refused);
            assert!(used as f64 >= 0.93 * 3.0 * limit, "{case}");
            assert!(per_thousand(&counts) <= 10.0, "{case}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn limits_per_minute_that_are_not_told_are_learnt_from_refusals() {
    for refill in [Refill::Window, Refill::Bucket] {
        let manner = Manner { sigma: 0.4, tells: false, ..Manner::of(1.0) };
        let counts = run(manner.with(Quantity::Requests, refill, 4_000.0, 60.0), CALLERS, 233.0).await;
        let used: u64 = counts.answered_in[53..233].iter().sum();
        let case = format!("{refill:?}: {used} used, {} refused of {}", counts.refused, counts.admitted);
        assert!(used as f64 >= 0.9 * 12_000.0, "{case}");
        assert!(per_thousand(&counts) <= 15.0, "{case}");
    }
}

#[tokio::test(start_paused = true)]
async fn limits_on_tokens_hold_the_calls_that_would_exceed_them() {
    let of = |tells| {
        Manner { sigma: 0.4, tells, ..Manner::of(1.0) }
            .with(Quantity::InputTokens, Refill::Bucket, 900_000.0, 60.0)
            .with(Quantity::OutputTokens, Refill::Bucket, 100_000.0, 60.0)
    };
    // 200 tokens a call: 500 calls a minute.
    let counts = run(of(true), CALLERS, 180.0).await;
    assert!(
        counts.answered >= 1_400 && counts.refused == 0,
        "{} answered, {} refused",
        counts.answered,
        counts.refused
    );
    let counts = run(of(false), CALLERS, 180.0).await;
    assert!(counts.answered >= 1_400, "{}", counts.answered);
    assert!(per_thousand(&counts) <= 30.0, "{} refused", counts.refused);
}

#[tokio::test(start_paused = true)]
async fn a_host_that_does_few_calls_at_once_is_kept_busy_and_not_queued_at() {
    // Slots, latency, the most in flight once it is known, the most before.
    for (slots, latency, most, at_first) in [(1, 5.0, 4, 60), (2, 5.0, 8, 60), (2, 1.0, 10, 60), (40, 2.0, 110, 450)] {
        for sigma in [0.0, 0.5] {
            let counts = run(Manner { sigma, slots, ..Manner::of(latency) }, CALLERS, 400.0).await;
            let case = format!("{slots} slots, latency {latency}, sigma {sigma}: {counts:?}");
            assert!(counts.in_flight_max <= at_first, "{case}");
            assert!(counts.width_in[200..].iter().all(|width| *width <= most), "{case}");
            // The mean of these latencies is above their median.
            let possible = slots as f64 / (latency * (sigma * sigma / 2.0_f64).exp());
            let late: u64 = counts.answered_in[100..400].iter().sum();
            assert!(late as f64 >= 0.85 * 300.0 * possible, "{case}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_host_that_is_overloaded_for_a_while_is_spared_and_then_used_again() {
    let manner = Manner { overloaded: Some((20.0, 30.0)), sigma: 0.4, ..Manner::of(1.0) };
    let counts = run(manner, 300, 60.0).await;
    assert!((20..29).all(|second| counts.width_in[second + 1] <= counts.width_in[second]), "{:?}", counts.width_in);
    assert!(counts.width_in[29] < counts.width_in[19] / 10, "{:?}", counts.width_in);
    let mean = |seconds: std::ops::Range<usize>| {
        counts.answered_in[seconds.clone()].iter().sum::<u64>() as f64 / seconds.len() as f64
    };
    assert!(mean(45..60) >= 0.95 * mean(12..20), "{:?}", counts.answered_in);
}

#[tokio::test(start_paused = true)]
async fn a_host_without_limits_gets_two_thousand_calls_in_flight_within_ten_seconds() {
    for sigma in [0.0, 0.5, 0.8] {
        let counts = run(Manner { sigma, ..Manner::of(0.3) }, CALLERS, 10.0).await;
        assert!((2_000..=2_048).contains(&counts.in_flight_max), "sigma {sigma}: {}", counts.in_flight_max);
        // Gently: never more than about twice the second before.
        let answered = &counts.answered_in[..10];
        assert!(answered.windows(2).skip(1).all(|pair| pair[1] as f64 <= 2.6 * pair[0] as f64), "{answered:?}");
    }
}
