//! What happened, as data. Rooms emit events; only a terminal, page or log renders them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

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
    TrialEnded {
        /// Index of the persona in its batch: messages to one persona are one cluster.
        persona: u32,
        /// How.
        outcome: TrialOutcome,
        /// What is known of the claims of its message.
        grounding: Grounding,
        /// Why, where it failed.
        reason: Option<String>,
    },
    /// A round of exploring is over.
    Explored(Exploring),
    /// The race as it stands.
    Raced(Standings),
    /// A look at the proof was taken.
    Looked(Look),
    /// What the command has used so far.
    Spent(Spent),
    /// A challenger was adopted, or not.
    Concluded {
        /// Why, in one sentence.
        words: String,
        /// Whether it took the incumbent's place.
        adopted: bool,
    },
    /// A file was saved.
    Saved {
        /// Where it belongs: `results`, `personas` or `messages`.
        kind: String,
        /// Its name without `.json`.
        name: String,
    },
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
    /// Nothing is sent to a host for a while, or that is over.
    HostWaits {
        /// Its address.
        host: String,
        /// What is waited for; `None` once it is over.
        wait: Option<HostWait>,
    },
    /// Message batches are under way, or not any more.
    MessageBatches {
        /// How many.
        open: usize,
        /// Requests in these batches, and in those that were handed in with them.
        requests: usize,
        /// How many of these requests have come to an end.
        answered: usize,
        /// Since when they have been waited for; `None` once they no longer are.
        since: Option<Instant>,
    },
    /// Which of a role's calls are taking far longer than the others has changed.
    Stragglers {
        /// Who called.
        role: String,
        /// How many they are now.
        calls: usize,
        /// Since when all of them have been under way; `None` if there are none.
        since: Option<Instant>,
    },
}

/// Why nothing is sent to a host.
#[derive(Clone, Debug, PartialEq)]
pub struct HostWait {
    /// In a few words, the host's own among them.
    pub reason: String,
    /// Since when.
    pub since: Instant,
    /// When something is sent again.
    pub until: Instant,
}

/// How far exploring has come.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Exploring {
    /// Rounds so far.
    pub rounds: usize,
    /// Trials so far.
    pub trials: usize,
    /// Challengers that were asked for.
    pub challengers: usize,
    /// Instructions in the pool, including those of the incumbent.
    pub instructions: usize,
    /// Share of successes that is expected of the best prompt so far, with an average persona, and of the incumbent.
    pub expected: (f64, f64),
}

/// The finalists of a race.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Standings {
    /// Personas so far.
    pub personas: usize,
    /// The finalists, in the order in which they entered.
    pub finalists: Vec<Finalist>,
    /// The incumbent's successes and trials on people who are learned from, from earlier messages.
    pub incumbent: (f64, u64),
    /// Whether it is over.
    pub over: bool,
}

/// One finalist.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Finalist {
    /// What it is, in a few words.
    pub name: String,
    /// Sum of its scores, each from 0 to 1.
    pub successes: f64,
    /// Messages.
    pub trials: usize,
    /// After how many personas it was dropped; `None` if it was not.
    pub dropped_after: Option<usize>,
    /// Whether it goes on to the proof.
    pub won: bool,
}

/// What a look at the proof showed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Look {
    /// Which look, from 1.
    pub number: usize,
    /// How many there are at most.
    pub of: usize,
    /// Whether it was decided already, and only the size of the gain was measured.
    #[serde(default)]
    pub measured: bool,
    /// The incumbent.
    pub before: Share,
    /// The challenger.
    pub after: Share,
    /// The gain with its 95% interval, as it would be reported if this look were the last. Shares, not percentage
    /// points.
    pub gain: Option<(f64, f64, f64)>,
    /// What follows from it.
    pub decision: Decision,
}

/// What follows from a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// The challenger is better.
    Better,
    /// It was not shown to be.
    NotShown,
    /// Neither yet.
    GoOn,
}

/// A share of successes with its 95 % interval.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Share {
    /// Successes.
    pub yes: u64,
    /// Trials in all.
    pub total: u64,
    /// Lower and upper end, from 0 to 1; `None` where nothing was decided.
    pub interval: Option<(f64, f64)>,
}

/// What a command has used so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Spent {
    /// Answered calls, including those answered from the journal.
    pub calls: u64,
    /// How many of these were answered from the journal.
    pub replayed: u64,
    /// Tokens in, cached ones included, and out.
    pub tokens: (u64, u64),
    /// Dollars, where all prices are known.
    pub cost_usd: Option<f64>,
    /// Whether any answer was simulated.
    pub simulated: bool,
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

/// What the audit of a message's claims comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grounding {
    /// A model has audited, and every claim is supported.
    Grounded,
    /// At least one claim is not.
    MadeUp,
    /// No model has audited, and no blank was left open.
    #[default]
    NotChecked,
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
