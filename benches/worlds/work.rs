//! Worlds side by side.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use rejoinder_worlds::Place;

use crate::options::Options;

/// Does something in every world, several at once, until the time is over. The first failure ends it.
pub fn each(options: &Options, name: &str, work: impl Fn(Place) -> Result<(), String> + Sync) -> Result<(), String> {
    let places = options.places();
    let (next, done, failed) = (AtomicUsize::new(0), AtomicUsize::new(0), Mutex::new(None));
    std::thread::scope(|scope| {
        for _ in 0..options.workers.max(1) {
            scope.spawn(|| {
                while !options.is_over() && failed.lock().expect("no thread panics").is_none() {
                    let Some(place) = places.get(next.fetch_add(1, Ordering::Relaxed)) else { return };
                    match work(*place) {
                        Ok(()) => {
                            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
                            let seconds = options.began.elapsed().as_secs();
                            eprintln!("{name}: {done} of {} worlds, {seconds} s", places.len());
                        }
                        Err(why) => *failed.lock().expect("no thread panics") = Some(format!("{name}, {place}: {why}")),
                    }
                }
            });
        }
    });
    failed.into_inner().expect("no thread panicked").map_or(Ok(()), Err)
}
