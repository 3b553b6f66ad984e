//! What a run may spend. The most that a call can cost is reserved before it is sent, and settled when it returns, so
//! that concurrent calls cannot exceed a limit either.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

use super::stop::Why;

/// The limits of a run. Answers from the journal are free.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Limits {
    /// The most calls that may be answered.
    pub calls: Option<u64>,
    /// The most dollars that may be spent.
    pub cost_usd: Option<f64>,
}

/// A run's budget, shared by its callers. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Budget(Arc<Purse>);

#[derive(Debug, Default)]
struct Purse {
    limits: Limits,
    state: Mutex<State>,
    settled: Notify,
}

#[derive(Debug, Default)]
struct State {
    calls: u64,
    cost_usd: f64,
    calls_reserved: u64,
    cost_reserved: f64,
}

/// Room for one call; given back when dropped unsettled.
#[derive(Debug)]
pub struct Reserved {
    purse: Arc<Purse>,
    cost_usd: f64,
    settled: bool,
}

impl Budget {
    /// A budget of these limits, nothing of it spent.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Budget(Arc::new(Purse { limits, ..Purse::default() }))
    }

    /// Counts what the run spent before it was interrupted: limits hold for a run, however often it is resumed.
    pub fn has_spent(&self, calls: u64, cost_usd: f64) {
        self.0.with(|state| {
            state.calls += calls;
            state.cost_usd += cost_usd;
        });
    }

    /// The limits.
    #[must_use]
    pub fn limits(&self) -> Limits {
        self.0.limits
    }

    /// Reserves room for one call that costs at most `most_usd`. Waits while calls in flight may still leave room.
    ///
    /// # Errors
    /// The limit that is reached, when nothing in flight can make room any more.
    pub async fn reserve(&self, most_usd: f64) -> Result<Reserved, Why> {
        loop {
            let changed = self.0.settled.notified();
            tokio::pin!(changed);
            // Registered before looking, so that no change is missed in between.
            changed.as_mut().enable();
            match self.0.try_reserve(most_usd) {
                Ok(true) => return Ok(Reserved { purse: Arc::clone(&self.0), cost_usd: most_usd, settled: false }),
                Ok(false) => changed.await,
                Err(why) => return Err(why),
            }
        }
    }
}

impl Budget {
    /// Reserves room where there is room at once; `None` where calls in flight may still make room.
    ///
    /// # Errors
    /// The limit that is reached, when nothing in flight can make room any more.
    pub fn reserve_now(&self, most_usd: f64) -> Result<Option<Reserved>, Why> {
        let room = self.0.try_reserve(most_usd)?;
        Ok(room.then(|| Reserved { purse: Arc::clone(&self.0), cost_usd: most_usd, settled: false }))
    }

    /// Reserves room where there is room at once.
    #[must_use]
    pub fn try_reserve(&self, most_usd: f64) -> Option<Reserved> {
        matches!(self.0.try_reserve(most_usd), Ok(true)).then(|| Reserved {
            purse: Arc::clone(&self.0),
            cost_usd: most_usd,
            settled: false,
        })
    }
}

impl Purse {
    fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        work(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether there is room now; if not, whether there never will be.
    fn try_reserve(&self, most_usd: f64) -> Result<bool, Why> {
        self.with(|state| {
            let calls_full = self.limits.calls.is_some_and(|most| state.calls + state.calls_reserved >= most);
            let cost_full =
                self.limits.cost_usd.is_some_and(|most| state.cost_usd + state.cost_reserved + most_usd > most);
            match (calls_full, cost_full) {
                (false, false) => {
                    state.calls_reserved += 1;
                    state.cost_reserved += most_usd;
                    Ok(true)
                }
                _ if state.calls_reserved > 0 => Ok(false),
                (true, _) => Err(Why::Calls),
                // Nothing is reached where nothing was spent.
                (false, true) if state.calls == 0 => Err(Why::BelowOneCall),
                (false, true) => Err(Why::Cost),
            }
        })
    }

    fn release(&self, reserved_usd: f64, spent: Option<f64>) {
        self.with(|state| {
            state.calls_reserved -= 1;
            // Sums of floating-point numbers need not come back to zero by themselves.
            state.cost_reserved = if state.calls_reserved == 0 { 0.0 } else { state.cost_reserved - reserved_usd };
            if let Some(spent) = spent {
                state.calls += 1;
                state.cost_usd += spent;
            }
        });
        self.settled.notify_waiters();
    }
}

impl Reserved {
    /// The call was answered and cost this much.
    pub fn settle(mut self, cost_usd: f64) {
        self.settled = true;
        self.purse.release(self.cost_usd, Some(cost_usd));
    }
}

impl Reserved {
    /// No answer was received, and it may be billed all the same: it counts as one of the highest price.
    pub fn forfeit(self) {
        let most = self.cost_usd;
        self.settle(most);
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        if !self.settled {
            self.purse.release(self.cost_usd, None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::stream::{self, StreamExt};
    use proptest::prelude::*;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::Duration;

    #[tokio::test(start_paused = true)]
    async fn a_limit_on_calls_is_reached_exactly_whatever_the_concurrency() {
        let budget = Budget::new(Limits { calls: Some(10), cost_usd: None });
        let answered = AtomicU64::new(0);
        stream::iter(0..100)
            .for_each_concurrent(8, |number: u64| {
                let (budget, answered) = (&budget, &answered);
                async move {
                    let Ok(reserved) = budget.reserve(0.0).await else { return };
                    tokio::time::sleep(Duration::from_millis(number % 7)).await;
                    // A third of the sends fail, and make room again.
                    if !number.is_multiple_of(3) {
                        answered.fetch_add(1, Ordering::SeqCst);
                        reserved.settle(0.0);
                    }
                }
            })
            .await;
        assert_eq!(answered.load(Ordering::SeqCst), 10);
    }

    #[tokio::test]
    async fn a_limit_below_one_call_is_told_from_one_that_is_reached() {
        let budget = Budget::new(Limits { calls: None, cost_usd: Some(0.05) });
        assert_eq!(budget.reserve(0.08).await.unwrap_err(), Why::BelowOneCall);
        budget.reserve(0.04).await.unwrap().settle(0.01);
        assert_eq!(budget.reserve(0.08).await.unwrap_err(), Why::Cost);
    }

    #[tokio::test]
    async fn what_a_run_spent_before_it_was_interrupted_counts() {
        let budget = Budget::new(Limits { calls: Some(5), cost_usd: Some(1.0) });
        budget.has_spent(3, 0.5);
        assert!(budget.try_reserve(0.6).is_none());
        budget.reserve(0.1).await.unwrap().settle(0.1);
        budget.reserve(0.1).await.unwrap().settle(0.1);
        assert_eq!(budget.reserve(0.1).await.unwrap_err(), Why::Calls);
    }

    #[tokio::test]
    async fn nothing_in_flight_and_no_room_means_that_the_limit_is_reached() {
        let budget = Budget::new(Limits { calls: None, cost_usd: Some(1.0) });
        budget.reserve(0.9).await.unwrap().settle(0.3);
        assert_eq!(budget.reserve(0.8).await.unwrap_err(), Why::Cost);
        budget.reserve(0.6).await.unwrap().settle(0.6);
        assert_eq!(budget.reserve(0.2).await.unwrap_err(), Why::Cost);
    }

    #[tokio::test]
    async fn what_is_dropped_counts_as_the_most_that_it_can_cost() {
        let budget = Budget::new(Limits { calls: Some(3), cost_usd: Some(1.0) });
        budget.try_reserve(0.6).unwrap().forfeit();
        assert!(budget.try_reserve(0.6).is_none());
        budget.try_reserve(0.4).unwrap().settle(0.1);
        let last = budget.try_reserve(0.1).unwrap();
        assert!(budget.try_reserve(0.1).is_none(), "the limit on calls was exceeded");
        last.forfeit();
        assert_eq!(budget.reserve(0.0).await.unwrap_err(), Why::Calls);
    }

    proptest! {
        #[test]
        fn no_order_of_calls_spends_more_than_the_limit(
            calls in prop::collection::vec((0.0_f64..0.4, 0.0_f64..=1.0, any::<bool>()), 1..60),
            limit in 0.1_f64..2.0,
            width in 1_usize..9,
        ) {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let budget = Budget::new(Limits { calls: None, cost_usd: Some(limit) });
            runtime.block_on(stream::iter(calls).for_each_concurrent(width, |(most, share, fails)| {
                let budget = &budget;
                async move {
                    let Ok(reserved) = budget.reserve(most).await else { return };
                    tokio::task::yield_now().await;
                    if !fails {
                        reserved.settle(most * share);
                    }
                }
            }));
            let spent = budget.0.with(|state| state.cost_usd);
            prop_assert!(spent <= limit + 1e-9, "{spent} of {limit}");
        }
    }
}
