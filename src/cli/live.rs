//! Lets other processes see what a command is doing: its state, beside its run's lock, at most twice a second.

use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::error::Error;
use crate::evaluate::account::Account;
use crate::event::{Event, Spent};
use crate::journal::{LiveFile, OpenRun};
use crate::report::live::{Live, RunEnd};

/// How often the state is written, where it has changed.
const EVERY: Duration = Duration::from_millis(500);

/// The state of this process's command. Cheap to clone.
#[derive(Clone)]
pub struct Follower(Arc<Shared>);

struct Shared {
    since: Instant,
    live: Mutex<Live>,
    /// The state as it was written last.
    written: Mutex<String>,
    writer: Mutex<Option<Writer>>,
}

/// The thread that writes: the one in which something happens does not wait for a disk.
struct Writer {
    stop: Sender<()>,
    thread: JoinHandle<()>,
}

impl Default for Follower {
    fn default() -> Self {
        let live = Mutex::new(Live::default());
        Follower(Arc::new(Shared { since: Instant::now(), live, written: Mutex::default(), writer: Mutex::new(None) }))
    }
}

impl Follower {
    /// Takes note of what happened.
    pub fn hear(&self, event: &Event) {
        // Of calls the meter tells.
        if *event != Event::CallAnswered {
            self.lock().record(event, self.0.since.elapsed());
        }
    }

    /// From now on the state is written beside the lock of this run, until [`Follower::end`]. Where it cannot be
    /// written, nobody can follow, and that is all.
    pub fn follow(&self, run: &OpenRun, command: &str, account: &Account) {
        {
            let mut live = self.lock();
            live.run.clone_from(&run.id);
            command.clone_into(&mut live.command);
            live.began.clone_from(&run.started);
            live.pid = std::process::id();
        }
        let (stop, stopped) = mpsc::channel();
        let (own, file, account) = (self.clone(), run.live_file(), account.clone());
        own.write(&file, &account);
        let work = move || {
            while stopped.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
                own.write(&file, &account);
            }
            own.write(&file, &account);
        };
        let thread = std::thread::Builder::new().name("live".into()).spawn(work).ok();
        let writer = thread.map(|thread| Writer { stop, thread });
        // A command that gives up its run and begins another has the state of the latter.
        let former = std::mem::replace(&mut *self.writer(), writer);
        drop(former.map(|former| former.stop));
    }

    /// Writes the last state.
    pub fn end(&self, result: Result<(), &Error>) {
        self.lock().ended = Some(RunEnd { well: result.is_ok(), why: result.err().map(ToString::to_string) });
        if let Some(Writer { stop, thread }) = self.writer().take() {
            drop(stop);
            let _ = thread.join();
        }
    }

    /// The state as it was written last; empty before.
    #[cfg_attr(not(feature = "restate"), allow(dead_code, reason = "only runs with workers elsewhere tell of it"))]
    pub fn text(&self) -> String {
        self.0.written.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn write(&self, file: &LiveFile, account: &Account) {
        let used = account.now();
        let sum = |of: fn(&crate::call::Used) -> u64| used.values().map(of).sum();
        let spent = Spent {
            calls: sum(|used| used.calls),
            replayed: sum(|used| used.replayed),
            tokens: (
                sum(|used| used.usage.input_tokens + used.usage.cache_read_tokens + used.usage.cache_write_tokens),
                sum(|used| used.usage.output_tokens),
            ),
            cost_usd: account.cost(&used),
            simulated: account.is_simulated(),
        };
        let text = {
            let mut live = self.lock();
            // The command has given up this run and begun another.
            if live.run != file.run {
                return;
            }
            live.record(&Event::Spent(spent), self.0.since.elapsed());
            serde_json::to_string(&*live)
        };
        if let Ok(text) = text {
            let _ = file.write(&text);
            *self.0.written.lock().unwrap_or_else(PoisonError::into_inner) = text;
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Live> {
        self.0.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn writer(&self) -> std::sync::MutexGuard<'_, Option<Writer>> {
        self.0.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
