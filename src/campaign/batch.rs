//! One job for every text of a list, whatever the engine; what comes of each is kept on disk.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use futures::future::BoxFuture;

use crate::call::stop::Why;
use crate::data;
use crate::data::spool::{Place, Spool, Texts};
use crate::engine::Work;
use crate::evaluate::auditing::Stopped;
use crate::evaluate::plan::{Order, Plan};
use crate::evaluate::run::{Error, Interrupted, RunContext};
use crate::event::{Event, Grounding, TrialOutcome};
use crate::journal::TrialRow;

/// What came of a job.
#[derive(Clone, Debug)]
pub struct Done {
    /// What is kept of it.
    pub kept: String,
    /// What is known of the claims of its messages.
    pub grounding: Grounding,
    /// Why it failed, if it did; one line.
    pub failed: Option<String>,
}

/// Does the job of a text. It may be done more than once for the same text: the last time counts.
pub type Job = Arc<dyn Fn(String) -> BoxFuture<'static, Result<Done, Stopped>> + Send + Sync>;

/// What a batch is called: by people, and by the journal.
#[derive(Clone, Copy, Debug)]
pub struct Names {
    /// For people, in a word or two.
    pub label: &'static str,
    /// For the journal.
    pub batch: &'static str,
}

/// What came of the jobs, on disk: in memory there are 8 bytes for each.
#[derive(Debug)]
pub struct Kept {
    spool: Spool,
    /// By number of the job; none where it was not done.
    places: Mutex<Vec<Option<Place>>>,
}

impl Kept {
    /// What is kept of each job, in order; none where it was not done.
    pub fn iter(&self) -> impl Iterator<Item = Result<Option<String>, data::Error>> + '_ {
        let places = self.places.lock().unwrap_or_else(PoisonError::into_inner).clone();
        places.into_iter().map(|place| Ok(place.map(|place| self.spool.get(place)).transpose()?))
    }

    /// The error for a text that is not what was kept.
    #[must_use]
    pub fn unreadable(&self, why: &str) -> data::Error {
        self.spool.unreadable(why).into()
    }

    fn put(&self, number: usize, text: &str) -> Result<(), data::Error> {
        let place = self.spool.put(text)?;
        self.places.lock().unwrap_or_else(PoisonError::into_inner)[number] = Some(place);
        Ok(())
    }
}

/// Does a job for every text, telling the context's events about each. A limit leaves jobs undone.
///
/// # Errors
/// When the run was asked to stop, or there is no room on the disk; what was answered is in the journal.
pub async fn each(context: &RunContext, texts: &Arc<Texts>, names: Names, job: Job) -> Result<Kept, Error> {
    let ended = context.run.as_ref().map_or(Ok(Vec::new()), |run| run.ended_trials(names.batch))?;
    let simulated = context.account.is_simulated();
    context.events.emit(Event::BatchStarted { label: names.label.to_owned(), total: texts.len(), simulated });
    let batch = Arc::new(Batch {
        context: context.clone(),
        texts: Arc::clone(texts),
        kept: Kept {
            spool: Spool::new(&context.scratch).map_err(data::Error::from)?,
            places: Mutex::new(vec![None; texts.len()]),
        },
        order: Plan::write(texts.len(), 1).order(ended),
        broken: OnceLock::new(),
        name: names.batch,
        job,
    });
    let (shared, numbers) = (Arc::clone(&batch), batch.order.indices());
    let work: Work = Arc::new(move |number| {
        let batch = Arc::clone(&shared);
        Box::pin(async move { batch.job(number).await })
    });
    context.engine.each(Box::new(numbers), context.width, work).await;
    context.events.emit(Event::BatchEnded { simulated: context.account.is_simulated() });
    context.go_on()?;
    // All jobs have ended and let go of it.
    let Some(Batch { kept, broken, .. }) = Arc::into_inner(batch) else {
        return Err(Interrupted(Why::Asked).into());
    };
    match broken.into_inner() {
        Some(error) => Err(error.into()),
        None => Ok(kept),
    }
}

struct Batch {
    context: RunContext,
    texts: Arc<Texts>,
    kept: Kept,
    /// Which had ended before.
    order: Order,
    /// Why the results could not be kept.
    broken: OnceLock<data::Error>,
    name: &'static str,
    job: Job,
}

impl Batch {
    async fn job(&self, number: usize) {
        let (stop, has_ended) = (&self.context.stop, self.order.has_ended(number));
        // As with trials: what the journal has belongs into what a limit leaves, and nothing else is begun any more.
        match stop.why() {
            None => {}
            Some(Why::Asked | Why::Disk) => return,
            Some(_) if has_ended => {}
            Some(_) => return,
        }
        match self.run(number).await {
            Ok(Some(done)) => self.tell(number, &done, has_ended),
            Ok(None) => {}
            // Nothing is lost: what was answered is in the journal.
            Err(error) => {
                let _ = self.broken.set(error);
                stop.ask(Why::Disk);
            }
        }
    }

    async fn run(&self, number: usize) -> Result<Option<Done>, data::Error> {
        let Ok(done) = (self.job)(self.texts.get(number)?).await else { return Ok(None) };
        self.kept.put(number, &done.kept)?;
        Ok(Some(done))
    }

    fn tell(&self, number: usize, done: &Done, has_ended: bool) {
        let RunContext { stop, events, prospects, run, .. } = &self.context;
        let (persona, reason, grounding) = (number as u32, done.failed.clone(), done.grounding);
        if let Some(words) = prospects.after(reason.as_deref()).filter(|_| stop.why().is_none()) {
            events.emit(Event::Warning(words));
            stop.ask(Why::Unusable);
        }
        let outcome = if reason.is_some() { TrialOutcome::Failed } else { TrialOutcome::Written };
        events.emit(Event::TrialEnded { persona, outcome, grounding, reason: reason.clone() });
        // Nothing more goes into a journal that has failed.
        if let Some(run) = run.as_ref().filter(|_| !has_ended && stop.why() != Some(Why::Journal)) {
            let batch = self.name.to_owned();
            run.trial_ended(TrialRow { batch, persona, message: 0, outcome, reason, grounding, audit: None });
        }
    }
}
