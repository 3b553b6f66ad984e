//! The batch runs in this process: every job streams through all its calls on its own, with no barrier between stages.

use std::sync::{Mutex, PoisonError};

use futures::future::BoxFuture;
use futures::stream::{self, StreamExt};
use tokio::task::JoinSet;

use super::{Engine, Jobs, Work};

/// The engine.
#[derive(Clone, Copy, Debug, Default)]
pub struct Local;

impl Engine for Local {
    fn each(&self, jobs: Jobs, width: usize, work: Work) -> BoxFuture<'_, ()> {
        Box::pin(each(jobs, width, move |job| work(job)))
    }
}

/// Does `work` on every job, at most `width` at once. Jobs start in their order, each when its turn comes.
///
/// Each job is a task of its own, so that all processors take part and thousands of ready jobs do not starve the
/// connections that carry their answers. Dropping the future ends all jobs.
///
/// # Panics
/// When a job does.
pub async fn each<J, F, Fut>(jobs: impl IntoIterator<Item = J>, width: usize, work: F)
where
    F: Fn(J) -> Fut,
    Fut: Future<Output = ()> + Send + 'static,
{
    let mut running = JoinSet::new();
    for job in jobs {
        if running.len() >= width.max(1) {
            ended(running.join_next().await);
        }
        running.spawn(work(job));
        // Those that ended meanwhile.
        while let Some(done) = running.try_join_next() {
            ended(Some(done));
        }
    }
    while let Some(done) = running.join_next().await {
        ended(Some(done));
    }
}

fn ended(done: Option<Result<(), tokio::task::JoinError>>) {
    if let Some(Err(error)) = done
        && let Ok(panic) = error.try_into_panic()
    {
        std::panic::resume_unwind(panic);
    }
}

/// The same for a few jobs whose results fit into memory, in one task: returns them in the order of the jobs, whatever
/// the order in which they ended.
pub async fn run<J, T, F, Fut>(jobs: Vec<J>, width: usize, work: F) -> Vec<T>
where
    F: Fn(J) -> Fut,
    Fut: Future<Output = T>,
{
    let ended = Mutex::new(Vec::with_capacity(jobs.len()));
    let (results, work) = (&ended, &work);
    stream::iter(jobs.into_iter().enumerate())
        .for_each_concurrent(width.max(1), |(index, job)| async move {
            let result = work(job).await;
            results.lock().unwrap_or_else(PoisonError::into_inner).push((index, result));
        })
        .await;
    let mut ended = ended.into_inner().unwrap_or_else(PoisonError::into_inner);
    ended.sort_by_key(|(index, _)| *index);
    ended.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::{each, run};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    #[tokio::test(start_paused = true)]
    async fn results_keep_the_order_of_the_jobs_though_they_end_in_another() {
        let results = run((0..50_u64).collect(), 8, |job| async move {
            tokio::time::sleep(Duration::from_millis(1 + (job * 37) % 50)).await;
            job
        })
        .await;
        assert_eq!(results, (0..50).collect::<Vec<_>>());
    }

    #[tokio::test(start_paused = true)]
    async fn no_more_than_the_width_run_at_once_and_the_width_is_used() {
        let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        each(0..100, 7, |_| {
            let (running, most) = (Arc::clone(&running), Arc::clone(&most));
            async move {
                most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(5)).await;
                running.fetch_sub(1, Ordering::SeqCst);
            }
        })
        .await;
        assert_eq!(most.load(Ordering::SeqCst), 7);
    }
}
