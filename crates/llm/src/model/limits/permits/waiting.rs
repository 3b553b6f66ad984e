//! Who stands first in the line, and what it waits for.

use tokio::time::Instant;

use super::gate::{Door, Gate};
use crate::model::Failure;
use crate::model::limits::trouble::Look;

/// The caller at the door. Leaves no trace there, however its wait ends.
pub(super) struct Waiting<'a> {
    pub(super) gate: &'a Gate,
    pub(super) waited: bool,
    pub(super) is_probe: bool,
}

impl Waiting<'_> {
    /// What the caller has to wait for; nothing if it may pass, and then it counts as in flight. Fails for a caller
    /// that has waited too long for a host that is down.
    #[allow(clippy::result_large_err, reason = "one per run")]
    pub(super) fn look(&mut self, now: Instant) -> Result<Door, Failure> {
        let mut state = self.gate.lock();
        let paused = state.paused_until.filter(|until| *until > now);
        let is_lent = state.loan.as_ref().is_none_or(|loan| loan.allows(state.in_flight, now));
        let health = state.health.look(now, paused);
        let blocked = match health {
            Look::TooLong => {
                let failure = state.health.give_up();
                let over = std::mem::take(&mut state.has_told);
                drop(state);
                self.gate.say(over.then_some(None));
                return Err(failure.unwrap_or_else(|| self.gate.reason()));
            }
            Look::Not(until) | Look::Probing(until) => Door::Until(until),
            Look::Up | Look::Probe if state.in_flight >= state.flow.width() || !is_lent => Door::Room,
            Look::Probe => Door::Nobody,
            Look::Up => paused.or_else(|| state.flow.earliest(now)).map_or(Door::Nobody, Door::Until),
        };
        state.door = blocked;
        let mut over = false;
        if blocked == Door::Nobody {
            state.pass();
            state.flow.sent(now, self.waited);
            self.is_probe = health == Look::Probe;
            if self.is_probe {
                state.health.probe();
            } else {
                // The reported wait has passed by itself.
                over = std::mem::take(&mut state.has_told);
            }
        }
        self.waited = true;
        drop(state);
        self.gate.say(over.then_some(None));
        Ok(blocked)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.gate.lock().door = Door::Nobody;
    }
}
