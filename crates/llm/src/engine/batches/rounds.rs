//! Rounds: work on all that can be worked on, then have the calls answered that were put aside.

use std::sync::{Arc, Mutex, PoisonError};

use super::Batches;
use super::desk::Desk;
use crate::call::aside::{self, Aside, Trace};
use crate::call::stop::Why;
use crate::engine::{Jobs, Work, local};
use crate::event::Event;

/// Jobs that are worked on at once where nothing is sent: they wait for nothing but the disk.
const AT_ONCE: usize = 32;

/// A job that waits for the answer to one of its calls.
#[derive(Clone, Copy, Debug)]
struct Waiting {
    job: usize,
    /// What it has left behind.
    trace: Trace,
}

impl Batches {
    pub(super) async fn rounds(&self, jobs: Jobs, width: usize, work: Work) {
        let desk = match Desk::new(&self.scratch, self.stop.clone()) {
            Ok(desk) => Arc::new(desk),
            Err(error) => {
                self.events.emit(Event::Warning(error.to_string()));
                self.stop.ask(Why::Disk);
                return;
            }
        };
        let jobs = jobs.map(|job| Waiting { job, trace: Trace::default() });
        let mut waiting = pass(&desk, jobs, width.min(AT_ONCE), &work).await;
        while !waiting.is_empty() && self.stop.why().is_none() {
            self.exchange(&desk).await;
            // Calls that are sent have permits of their own; those that are put aside take none.
            let width = if desk.sends() { width } else { width.min(AT_ONCE) };
            waiting = pass(&desk, waiting.into_iter(), width, &work).await;
        }
    }
}

/// Works on these jobs and returns those that wait, in their order.
async fn pass(desk: &Arc<Desk>, jobs: impl Iterator<Item = Waiting> + Send, width: usize, work: &Work) -> Vec<Waiting> {
    let waiting = Arc::new(Mutex::new(Vec::new()));
    local::each(jobs, width, |Waiting { job, trace }| {
        let aside: Arc<dyn Aside> = Arc::<Desk>::clone(desk);
        let (work, waiting) = (Arc::clone(work), Arc::clone(&waiting));
        async move {
            let ended = aside::within(aside, trace, work(job)).await;
            if ended.waits {
                let entry = Waiting { job, trace: ended.trace };
                waiting.lock().unwrap_or_else(PoisonError::into_inner).push(entry);
            }
        }
    })
    .await;
    let mut waiting = std::mem::take(&mut *waiting.lock().unwrap_or_else(PoisonError::into_inner));
    waiting.sort_unstable_by_key(|waiting| waiting.job);
    waiting
}
