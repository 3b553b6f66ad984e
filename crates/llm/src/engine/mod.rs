//! Where a batch of trials runs.
//!
//! What a job is and what comes of it is known only to the code that starts it. An engine knows how many jobs there
//! are, that a job calls models through [`crate::call`], and that it may be worked on again.

pub mod batches;
pub mod local;
#[cfg(feature = "restate")]
pub mod restate;

use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};

use futures::future::BoxFuture;

/// The jobs of a batch by number, each made when its turn comes.
pub type Jobs = Box<dyn Iterator<Item = usize> + Send>;

/// Does the job of this number. It may be called more than once for the same job: the last time counts, and by then
/// every answer that the job had before is in the journal.
pub type Work = Arc<dyn Fn(usize) -> BoxFuture<'static, ()> + Send + Sync>;

/// Where a batch of trials runs.
pub trait Engine: Send + Sync {
    /// Does `work` on every job, at most `width` at once. Jobs start in their order. Returns when every job has ended,
    /// or has been skipped because the run is to stop.
    fn each(&self, jobs: Jobs, width: usize, work: Work) -> BoxFuture<'_, ()>;
}

/// Runs these few jobs on an engine and returns their results, which must fit into memory, in the order of the jobs.
/// `None` stands for a job that was not worked on.
pub async fn collect<J, T, F, Fut>(engine: &dyn Engine, jobs: Vec<J>, width: usize, work: F) -> Vec<Option<T>>
where
    J: Clone + Send + Sync + 'static,
    T: Send + 'static,
    F: Fn(J) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = T> + Send + 'static,
{
    let ended: Arc<Mutex<Vec<Option<T>>>> = Arc::new(Mutex::new((0..jobs.len()).map(|_| None).collect()));
    let (results, numbers) = (Arc::clone(&ended), 0..jobs.len());
    let work: Work = Arc::new(move |number| {
        let (work, results) = (work(jobs[number].clone()), Arc::clone(&results));
        Box::pin(async move {
            let result = work.await;
            results.lock().unwrap_or_else(PoisonError::into_inner)[number] = Some(result);
        })
    });
    engine.each(Box::new(numbers), width, work).await;
    std::mem::take(&mut *ended.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Which engine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// This process, which sends every call by itself.
    #[default]
    Local,
    /// This process, which has calls answered by message batches.
    Batches,
    /// Workers, by way of Restate.
    Restate,
}

impl Kind {
    /// All of them.
    const ALL: [Kind; 3] = [Kind::Local, Kind::Batches, Kind::Restate];
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Local => "local",
            Kind::Batches => "batches",
            Kind::Restate => "restate",
        })
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Kind::ALL
            .into_iter()
            .find(|kind| kind.to_string() == text)
            .ok_or_else(|| format!("{text:?} is not where trials can run: write local, batches or restate"))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::local::Local;
    use super::{Kind, collect};

    #[tokio::test(start_paused = true)]
    async fn results_keep_the_order_of_the_jobs_though_they_end_in_another() {
        let results = collect(&Local, (0..50_u64).collect(), 8, |job| async move {
            tokio::time::sleep(Duration::from_millis(1 + (job * 37) % 50)).await;
            job
        })
        .await;
        assert_eq!(results, (0..50).map(Some).collect::<Vec<_>>());
    }

    #[test]
    fn every_engine_is_read_as_it_is_written() {
        for kind in Kind::ALL {
            assert_eq!(kind.to_string().parse(), Ok(kind));
        }
        assert!("cloud".parse::<Kind>().unwrap_err().contains("local, batches or restate"));
    }
}
