//! A simulated host of models on a clock that the tests move: its limits, its strength, its words about them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rejoinder::model::limits::permits::Turn;
use rejoinder::model::limits::{Concurrency, Permits, RateLimits, Window};
use rejoinder::model::retry::{Retry, RetryPolicy};
use rejoinder::model::{Answer, Failure, FailureKind, Reply, Stop, Usage};
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout_at};

/// Time on the way, there and back together.
const WAY: Duration = Duration::from_millis(20);

/// How a limited quantity comes back.
#[derive(Clone, Copy, Debug)]
pub enum Refill {
    /// All the time; the limit is what it holds.
    Bucket,
    /// All at once, whenever so many seconds have passed.
    Window,
}

/// What a host limits.
#[derive(Clone, Copy, Debug)]
pub enum Quantity {
    Requests,
    InputTokens,
    OutputTokens,
}

#[derive(Clone, Debug)]
pub struct Limit {
    pub quantity: Quantity,
    pub refill: Refill,
    /// So much per `seconds`.
    pub amount: f64,
    pub seconds: f64,
}

/// What a host is like.
#[derive(Clone, Debug)]
pub struct Manner {
    pub limits: Vec<Limit>,
    /// Whether it tells of its limits.
    pub tells: bool,
    /// Whether a refusal says how long to wait.
    pub retry_after: bool,
    /// How long an answer takes, in seconds.
    pub latency: f64,
    /// Standard deviation of the latency's logarithm; the median stays.
    pub sigma: f64,
    /// Calls that are worked on at once; the others wait in a queue.
    pub slots: usize,
    /// From when to when it answers 529 to everything, in seconds.
    pub overloaded: Option<(f64, f64)>,
    /// Tokens of every call.
    pub usage: Usage,
}

impl Manner {
    pub fn of(latency: f64) -> Self {
        Manner {
            limits: Vec::new(),
            tells: true,
            retry_after: true,
            latency,
            sigma: 0.0,
            slots: Semaphore::MAX_PERMITS,
            overloaded: None,
            usage: Usage { input_tokens: 900, output_tokens: 200, ..Usage::default() },
        }
    }

    pub fn with(mut self, quantity: Quantity, refill: Refill, amount: f64, seconds: f64) -> Self {
        self.limits.push(Limit { quantity, refill, amount, seconds });
        self
    }
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    pub admitted: u64,
    pub answered: u64,
    pub refused: u64,
    pub overloaded: u64,
    pub in_flight: usize,
    pub in_flight_max: usize,
    /// In every second.
    pub answered_in: Vec<u64>,
    /// At the end of every second.
    pub width_in: Vec<usize>,
}

struct State {
    left: Vec<f64>,
    at: f64,
    chance: ChaCha8Rng,
    counts: Counts,
}

pub struct Host {
    manner: Manner,
    began: Instant,
    slots: Semaphore,
    state: Mutex<State>,
}

impl Host {
    pub fn new(manner: Manner) -> Arc<Self> {
        let left = manner.limits.iter().map(|limit| limit.amount).collect();
        let state = State { left, at: 0.0, chance: ChaCha8Rng::seed_from_u64(7), counts: Counts::default() };
        Arc::new(Host { slots: Semaphore::new(manner.slots), manner, began: Instant::now(), state: Mutex::new(state) })
    }

    fn seconds(&self) -> f64 {
        self.began.elapsed().as_secs_f64()
    }

    fn takes(&self, limit: &Limit) -> f64 {
        match limit.quantity {
            Quantity::Requests => 1.0,
            Quantity::InputTokens => self.manner.usage.input_tokens as f64,
            Quantity::OutputTokens => self.manner.usage.output_tokens as f64,
        }
    }

    fn refill(&self, state: &mut State) {
        let now = self.seconds();
        for (left, limit) in state.left.iter_mut().zip(&self.manner.limits) {
            *left = match limit.refill {
                Refill::Bucket => (*left + (now - state.at) * limit.amount / limit.seconds).min(limit.amount),
                // The first window began before the run, somewhere.
                Refill::Window if part(now, limit) == part(state.at, limit) => *left,
                Refill::Window => limit.amount,
            };
        }
        state.at = now;
    }

    fn tell(&self) -> RateLimits {
        let mut told = RateLimits::default();
        if !self.manner.tells {
            return told;
        }
        let mut state = self.state.lock().unwrap();
        self.refill(&mut state);
        for (left, limit) in state.left.iter().zip(&self.manner.limits) {
            let reset = match limit.refill {
                Refill::Bucket => (limit.amount - left) * limit.seconds / limit.amount,
                Refill::Window => (part(state.at, limit) + 1.0) * limit.seconds - state.at - OFFSET,
            };
            let window = Window {
                limit: Some(limit.amount as u64),
                remaining: Some(left.floor() as u64),
                reset: Some(Duration::from_secs_f64(reset.max(0.0))),
            };
            match limit.quantity {
                Quantity::Requests => told.requests = window,
                Quantity::InputTokens => told.input_tokens = window,
                Quantity::OutputTokens => told.output_tokens = window,
            }
        }
        told
    }

    /// One call.
    pub async fn send(&self) -> Result<Reply, Failure> {
        sleep(WAY / 2).await;
        let now = self.seconds();
        if self.manner.overloaded.is_some_and(|(from, to)| (from..to).contains(&now)) {
            self.state.lock().unwrap().counts.overloaded += 1;
            sleep(WAY / 2).await;
            return Err(Failure::new(FailureKind::Overloaded, "529"));
        }
        if let Some(wait) = self.admit() {
            sleep(WAY / 2).await;
            let retry_after = self.manner.retry_after.then_some(wait);
            return Err(Failure { retry_after, limits: self.tell(), ..Failure::new(FailureKind::RateLimited, "429") });
        }
        let seconds = {
            let mut state = self.state.lock().unwrap();
            let normal = (0..12).map(|_| state.chance.random::<f64>()).sum::<f64>() - 6.0;
            self.manner.latency * (normal * self.manner.sigma).exp()
        };
        let slot = self.slots.acquire().await.unwrap();
        sleep(Duration::from_secs_f64(seconds)).await;
        drop(slot);
        let limits = self.tell();
        sleep(WAY / 2).await;
        let mut state = self.state.lock().unwrap();
        state.counts.answered += 1;
        let second = self.seconds() as usize;
        if state.counts.answered_in.len() <= second {
            state.counts.answered_in.resize(second + 1, 0);
        }
        state.counts.answered_in[second] += 1;
        let answer = Answer {
            text: String::new(),
            stop: Stop::EndTurn,
            usage: self.manner.usage,
            request_id: None,
            ..Answer::default()
        };
        Ok(Reply { answer, limits })
    }

    /// How long to wait, where it is not admitted.
    fn admit(&self) -> Option<Duration> {
        let mut state = self.state.lock().unwrap();
        self.refill(&mut state);
        let wait = self
            .manner
            .limits
            .iter()
            .zip(&state.left)
            .filter(|(limit, left)| **left < self.takes(limit))
            .map(|(limit, left)| match limit.refill {
                Refill::Bucket => (self.takes(limit) - left) * limit.seconds / limit.amount,
                Refill::Window => (part(state.at, limit) + 1.0) * limit.seconds - state.at - OFFSET,
            })
            .fold(None, |most: Option<f64>, wait| Some(most.map_or(wait, |most| most.max(wait))));
        let state = &mut *state;
        if let Some(wait) = wait {
            state.counts.refused += 1;
            return Some(Duration::from_secs_f64(wait.max(0.001)));
        }
        for (limit, left) in self.manner.limits.iter().zip(&mut state.left) {
            *left -= self.takes(limit);
        }
        state.counts.admitted += 1;
        None
    }

    fn enter(&self) -> InFlight<'_> {
        let counts = &mut self.state.lock().unwrap().counts;
        counts.in_flight += 1;
        counts.in_flight_max = counts.in_flight_max.max(counts.in_flight);
        InFlight(self)
    }
}

struct InFlight<'a>(&'a Host);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.state.lock().unwrap().counts.in_flight -= 1;
    }
}

/// How far the first window is gone when the run begins.
const OFFSET: f64 = 7.0;

/// Which window of the limit a moment is in.
fn part(now: f64, limit: &Limit) -> f64 {
    ((now + OFFSET) / limit.seconds).floor()
}

/// Runs so many seconds of calls from so many callers, each of which has always another to make.
pub async fn run(manner: Manner, callers: usize, seconds: f64) -> Counts {
    let host = Host::new(manner);
    let permits = Permits::new(Concurrency::Auto);
    let end = host.began + Duration::from_secs_f64(seconds);
    let calling: Vec<_> = (0..callers)
        .map(|caller| tokio::spawn(timeout_at(end, call_on(Arc::clone(&host), permits.clone(), caller as f64))))
        .collect();
    let mut widths = Vec::new();
    for second in 1..=seconds as u64 {
        tokio::time::sleep_until(host.began + Duration::from_secs(second)).await;
        widths.push(permits.width());
    }
    for call in calling {
        let _ = call.await.unwrap();
    }
    let mut counts = host.state.lock().unwrap().counts.clone();
    counts.width_in = widths;
    counts.answered_in.resize(seconds as usize + 1, 0);
    counts
}

/// Calls without end, as the door to a model does.
async fn call_on(host: Arc<Host>, permits: Permits, caller: f64) {
    let policy = RetryPolicy::default();
    let mut attempt = 0;
    loop {
        let permit = permits.acquire_for(if attempt > 0 { Turn::Begun } else { Turn::New }).await.unwrap();
        let in_flight = host.enter();
        let result = host.send().await;
        drop(in_flight);
        permit.observe(&result);
        drop(permit);
        attempt = match result.map_err(|failure| policy.decide(&failure, attempt, (caller * 0.618).fract())) {
            Err(Retry::After(wait)) => {
                sleep(wait).await;
                attempt + 1
            }
            Ok(_) | Err(Retry::GiveUp) => 0,
        };
    }
}
