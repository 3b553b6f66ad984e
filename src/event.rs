//! What happened, as data. Rooms emit events; only a terminal, page or log renders them.

use std::sync::Arc;
use std::time::{Duration, Instant};

/// One thing that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A line for the person, in plain words.
    Note(String),
    /// Something that the person should act on or know before trusting the result.
    Warning(String),
    /// A step of a cycle began.
    Step(String),
    /// A batch of trials began.
    BatchStarted {
        /// What the batch is, in a word or two.
        label: String,
        /// How many trials.
        total: usize,
        /// Whether the answers are simulated.
        simulated: bool,
    },
    /// A trial of the batch ended.
    TrialEnded(TrialOutcome),
    /// The batch is over.
    BatchEnded {
        /// Whether any answer was simulated: over HTTP that is known only once there are answers.
        simulated: bool,
    },
    /// A call was answered.
    CallAnswered,
    /// A call failed and is sent again after a wait.
    CallRetried {
        /// Who called, such as `decision maker`.
        role: String,
        /// Why.
        reason: String,
        /// How long it waits.
        wait: Duration,
    },
    /// A call took far longer than the others and was sent a second time.
    CallHedged {
        /// Who called.
        role: String,
        /// After how long.
        after: Duration,
    },
    /// Which of a role's calls are taking far longer than the others has changed.
    Stragglers {
        /// Who called.
        role: String,
        /// How many they are now.
        calls: usize,
        /// Since when all of them have been under way, where there are any.
        since: Option<Instant>,
    },
}

/// How a trial ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrialOutcome {
    /// Decided: yes.
    Yes,
    /// Decided: no.
    No,
    /// A message was written; no decision was asked for.
    Written,
    /// Failed; listed with its reason.
    Failed,
}

/// Where events go. Cheap to clone; safe from any thread.
#[derive(Clone)]
pub struct Events(Arc<dyn Fn(Event) + Send + Sync>);

impl Events {
    /// Events go to this function, which must not block.
    pub fn new(sink: impl Fn(Event) + Send + Sync + 'static) -> Self {
        Events(Arc::new(sink))
    }

    /// Tells what happened.
    pub fn emit(&self, event: Event) {
        (self.0)(event);
    }
}
