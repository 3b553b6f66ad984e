//! The wish to stop: no new call is sent, calls in flight may still return.

use std::fmt;
use std::sync::Arc;

use tokio::sync::watch;

/// Why a run stops before its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Ctrl-C or SIGTERM.
    Asked,
    /// `rejoinder runs cancel`, from wherever.
    Cancelled,
    /// `--max-calls`.
    Calls,
    /// `--max-cost`.
    Cost,
    /// `--max-time`.
    Time,
    /// One call alone may cost more than `--max-cost`.
    BelowOneCall,
    /// The host refuses the account.
    Refused,
    /// The host was down for longer than `--patience`.
    Unreachable,
    /// A dozen trials failed for one reason, and none succeeded.
    Unusable,
    /// The journal cannot be written.
    Journal,
    /// There is no room on the disk for what the run holds there.
    Disk,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Why::Asked => "it was asked to stop",
            Why::Cancelled => "it was cancelled",
            Why::Calls => "--max-calls is reached",
            Why::Cost => "--max-cost is reached",
            Why::Time => "--max-time is reached",
            Why::BelowOneCall => "--max-cost is less than what one call may cost",
            Why::Refused => "the host refuses to go on",
            Why::Unreachable => "the host did not come back within --patience",
            Why::Unusable => "every trial so far failed for one reason",
            Why::Journal => "the journal cannot be written",
            Why::Disk => "the disk cannot be written",
        })
    }
}

/// Shared by everything that takes part in a run. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Stop(Arc<watch::Sender<Option<Why>>>);

impl Default for Stop {
    fn default() -> Self {
        Stop(Arc::new(watch::Sender::new(None)))
    }
}

impl Stop {
    /// Asks everything to stop. The first reason counts.
    pub fn ask(&self, why: Why) {
        self.0.send_if_modified(|reason| reason.is_none() && reason.replace(why).is_none());
    }

    /// The reason, once there is one.
    #[must_use]
    pub fn why(&self) -> Option<Why> {
        *self.0.borrow()
    }

    /// Whether both are the same wish.
    #[must_use]
    pub fn is(&self, other: &Stop) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Returns when it is asked to stop.
    pub async fn asked(&self) {
        let mut reason = self.0.subscribe();
        // An error would mean that the sender is gone, and it is here.
        let _ = reason.wait_for(Option::is_some).await;
    }
}
