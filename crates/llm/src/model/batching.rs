//! Message batches: many requests handed in at once, answered within a day, at half the price.

use std::io;

use futures::future::BoxFuture;
use futures::stream::BoxStream;

use super::form::Form;
use super::{Answer, Failure, Request};

/// The most requests of one batch.
pub const MOST_REQUESTS: usize = 100_000;

/// The most bytes of one batch: 256 MB, less room for what stands between the requests.
pub const MOST_BYTES: u64 = 256_000_000 - 1_000_000;

/// The days for which a host keeps the results of a batch.
pub const DAYS_KEPT: u32 = 29;

/// A batch as its host tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// The host's name for it: letters, digits, `_` and `-`.
    pub id: String,
    /// How far it is.
    pub status: Status,
    /// What became of its requests.
    pub counts: Counts,
    /// Where its results are, once it has ended. The host's word: it is checked before anything is sent there.
    pub results: Option<String>,
    /// Whether its results are gone.
    pub archived: bool,
}

/// How far a batch is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Under way.
    InProgress,
    /// It was cancelled and has not ended yet.
    Canceling,
    /// Its results are there.
    Ended,
}

/// Requests of a batch. All of them count as being processed until the whole batch has ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Under way.
    pub processing: u64,
    /// Answered.
    pub succeeded: u64,
    /// Failed.
    pub errored: u64,
    /// Cancelled before they were begun.
    pub canceled: u64,
    /// Not begun within a day.
    pub expired: u64,
}

impl Counts {
    /// All of them.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.processing + self.succeeded + self.errored + self.canceled + self.expired
    }
}

/// What became of one request.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Which: the key of its call.
    pub custom_id: String,
    /// What.
    pub outcome: Outcome,
}

/// How a request of a batch ended.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// With an answer.
    Answered(Answer),
    /// Without one.
    Failed(Failure),
    /// The batch's day was over before its turn came.
    Expired,
    /// The batch was cancelled before its turn came.
    Canceled,
}

/// The requests of a batch on their way to the host, each as [`Batching::line`] gave it.
pub struct Lines {
    /// How many.
    pub count: usize,
    /// Bytes of all of them.
    pub bytes: u64,
    /// The requests, read when their turn comes.
    pub lines: Box<dyn Iterator<Item = io::Result<Vec<u8>>> + Send>,
}

/// The form in which a host takes requests, as far as it is known; the usual one by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LineForm(pub(super) Form);

/// Results as they come in, in any order.
pub type Entries = BoxStream<'static, Result<Entry, Failure>>;

/// A host that takes batches. Each of these is one exchange, sent once.
pub trait Batching: Send + Sync {
    /// The request as a batch has it, in this form.
    fn line(&self, request: &Request, form: LineForm) -> Vec<u8>;

    /// The form for the next batch.
    fn form(&self) -> LineForm {
        LineForm::default()
    }

    /// Notes that a request in this form failed in this way. Returns whether the host refused a part that can be left
    /// out or put in another way; the next form is then one without it, and the request is to be asked again.
    fn refused(&self, _form: LineForm, _request: &Request, _failure: &Failure) -> bool {
        false
    }

    /// Notes that a request in this form was answered.
    fn accepted(&self, _form: LineForm) {}

    /// Hands in a batch. Where the failure is the connection's or the server's own, the batch may be there all the
    /// same: look at [`Batching::newest`] before it is handed in again.
    fn create(&self, lines: Lines) -> BoxFuture<'_, Result<Batch, Failure>>;

    /// The account's newest batches, the newest first: those that came after the batch `after`, or a hundred.
    fn newest<'a>(&'a self, after: Option<&'a str>) -> BoxFuture<'a, Result<Vec<Batch>, Failure>>;

    /// How far a batch is.
    fn look<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<Batch, Failure>>;

    /// Asks that what has not been begun of a batch is left undone.
    fn cancel<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<Batch, Failure>>;

    /// The results of a batch that has ended, from their beginning.
    fn results<'a>(&'a self, batch: &'a Batch) -> BoxFuture<'a, Result<Entries, Failure>>;
}
