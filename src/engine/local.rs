//! The batch runs in this process: every job streams through all its calls on its own, with no barrier between stages.

use futures::stream::{self, StreamExt};

/// Runs `work` on every job, at most `width` at once, and returns the results in the order of the jobs, whatever the
/// order in which they ended.
pub async fn run<J, T, F, Fut>(jobs: Vec<J>, width: usize, work: F) -> Vec<T>
where
    F: Fn(J) -> Fut,
    Fut: Future<Output = T>,
{
    let mut ended: Vec<(usize, T)> = stream::iter(jobs.into_iter().enumerate())
        .map(|(index, job)| {
            let running = work(job);
            async move { (index, running.await) }
        })
        .buffer_unordered(width.max(1))
        .collect()
        .await;
    ended.sort_by_key(|(index, _)| *index);
    ended.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::run;
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
        let (running, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        run((0..100).collect(), 7, |_| async {
            most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(5)).await;
            running.fetch_sub(1, Ordering::SeqCst);
        })
        .await;
        assert_eq!(most.load(Ordering::SeqCst), 7);
    }
}
