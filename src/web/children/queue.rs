//! Runs in turn the commands that were started from pages: so many at once, and the rest wait. Each that waits has a
//! file of its own, so that a restarted server still runs it, and of two servers on one folder only one starts it.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::{Child, Children, State};
use crate::data::whole;

/// How the name of a file ends that says who waits.
const WAITS: &str = "waits";
/// How it ends once its command has had its turn, until that is over.
const STARTED: &str = "started";

/// Milliseconds after which a confirmation is no longer valid and must be given again.
const LASTS: u64 = 24 * 60 * 60 * 1_000;

/// What is known of a command beyond its server.
#[derive(Debug, Serialize, Deserialize)]
struct Ticket {
    /// When it was asked for, in milliseconds since 1970.
    asked: u64,
    arguments: Vec<String>,
    /// Its process, once it has had its turn.
    pid: u32,
}

impl Children {
    /// Starts a command as soon as fewer than `at_once` of those that were started so are under way.
    ///
    /// # Errors
    /// What the system said.
    pub fn submit(&self, arguments: &[String]) -> io::Result<Child> {
        let shared = &self.shared;
        whole::make_folder(&shared.folder)?;
        let id = super::fresh_id()?;
        let ticket = Ticket { asked: now(), arguments: arguments.to_vec(), pid: 0 };
        write(&shared.folder.join(&id).with_extension(WAITS), &ticket)?;
        self.shared.remember(self.waiting(&id, &ticket));
        self.advance();
        self.get(&id).ok_or_else(|| io::Error::other("another server has taken it"))
    }

    /// Takes a command out that waits. Whether it still did.
    #[must_use]
    pub fn withdraw(&self, id: &str) -> bool {
        let is_waiting = self.get(id).is_some_and(|child| child.state == State::Waiting);
        let is_ours = is_waiting && fs::remove_file(self.shared.folder.join(id).with_extension(WAITS)).is_ok();
        if is_ours {
            self.shared.change(id, |child| child.state = State::TakenOut);
        }
        is_ours
    }

    /// Those that wait, the next one first.
    #[must_use]
    pub fn in_line(&self) -> Vec<Child> {
        self.shared.lock().iter().filter(|child| child.state == State::Waiting).cloned().collect()
    }

    /// Goes on with what a server before this one has left: what waits keeps waiting, and what is still under way keeps
    /// its turn. The number of commands that wait.
    pub fn take_over(&self) -> usize {
        let folder = &self.shared.folder;
        let mut left: Vec<(Ticket, String, bool)> = Vec::new();
        for path in fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
            let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
            let Some(id) = path.file_stem().and_then(|id| id.to_str()).map(ToOwned::to_owned) else { continue };
            if ending != WAITS && ending != STARTED {
                continue;
            }
            let read = fs::read(&path).ok().and_then(|bytes| serde_json::from_slice::<Ticket>(&bytes).ok());
            match read {
                Some(ticket) if ending == STARTED || now().saturating_sub(ticket.asked) < LASTS => {
                    left.push((ticket, id, ending == WAITS));
                }
                _ => drop(fs::remove_file(&path)),
            }
        }
        left.sort_by(|a, b| (a.0.asked, &a.1).cmp(&(b.0.asked, &b.1)));
        for (ticket, id, waits) in left {
            if waits {
                self.shared.remember(self.waiting(&id, &ticket));
            } else {
                self.follow(id, &ticket);
            }
        }
        let waiting = self.in_line().len();
        self.advance();
        waiting
    }

    fn waiting(&self, id: &str, ticket: &Ticket) -> Child {
        Child {
            id: id.to_owned(),
            pid: 0,
            arguments: ticket.arguments.clone(),
            since: Instant::now(),
            state: State::Waiting,
            has_turn: true,
            log: self.shared.folder.join(format!("{id}.log")),
        }
    }

    /// A command of a server before this one, which is under way as long as its log is locked.
    fn follow(&self, id: String, ticket: &Ticket) {
        let child = Child { pid: ticket.pid, state: State::Running, ..self.waiting(&id, ticket) };
        let started = self.shared.folder.join(&id).with_extension(STARTED);
        let Some(log) = File::open(&child.log).ok().filter(|log| log.try_lock().is_err()) else {
            let _ = fs::remove_file(started);
            return;
        };
        self.shared.remember(child);
        let children = self.clone();
        let wait = move || {
            let _ = log.lock();
            drop(log);
            let _ = fs::remove_file(started);
            // How it ended is in the journal and not known here.
            children.shared.lock().retain(|child| child.id != id);
            children.advance();
        };
        let _ = std::thread::Builder::new().name("child".into()).spawn(wait);
    }

    /// Gives the next ones their turn.
    pub(super) fn advance(&self) {
        loop {
            let next = {
                let mut all = self.shared.lock();
                let busy = all.iter().filter(|child| child.has_turn && child.state == State::Running).count();
                let next = all.iter_mut().find(|child| child.state == State::Waiting);
                let Some(next) = next.filter(|_| busy < self.at_once) else { return };
                // Nobody else gives it its turn while it is started.
                next.state = State::Running;
                next.since = Instant::now();
                next.clone()
            };
            let place = self.shared.folder.join(&next.id);
            let (waits, started) = (place.with_extension(WAITS), place.with_extension(STARTED));
            // Whoever renames the file starts it: no command is started by two servers.
            if fs::rename(&waits, &started).is_err() {
                self.shared.lock().retain(|child| child.id != next.id);
                continue;
            }
            match self.spawn(&next.id, &next.arguments) {
                Ok(pid) => {
                    self.shared.change(&next.id, |child| child.pid = pid);
                    let asked = read(&started).map_or(0, |ticket| ticket.asked);
                    let ticket = Ticket { asked, arguments: next.arguments.clone(), pid };
                    // Where it is over already there is nothing to tell a later server.
                    let is_under_way = self.get(&next.id).is_some_and(|child| child.state == State::Running);
                    if !is_under_way || write(&started, &ticket).is_err() {
                        let _ = fs::remove_file(&started);
                    }
                }
                Err(error) => {
                    let said = |out: &mut dyn io::Write| writeln!(out, "error: it cannot be started: {error}");
                    let _ = whole::replace(&next.log, said);
                    self.ended(&next.id, State::Failed);
                }
            }
        }
    }

    /// A command is over.
    pub(super) fn ended(&self, id: &str, state: State) {
        let _ = fs::remove_file(self.shared.folder.join(id).with_extension(STARTED));
        self.shared.change(id, |child| child.state = state);
    }
}

/// Milliseconds since 1970.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis() as u64
}

fn read(path: &Path) -> Option<Ticket> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

fn write(path: &Path, ticket: &Ticket) -> io::Result<()> {
    whole::replace(path, |out| Ok(serde_json::to_writer(out, ticket)?)).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_yes_of_yesterday_starts_nothing_and_files_of_others_are_left_alone() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join(".runs");
        whole::make_folder(&folder).unwrap();
        let old = Ticket { asked: now() - LASTS - 1, arguments: vec!["runs".into()], pid: 0 };
        let place = |name: &str| folder.join(name);
        write(&place("old.waits"), &old).unwrap();
        // Its process is gone: nobody holds its log.
        write(&place("over.started"), &Ticket { asked: now(), ..old }).unwrap();
        whole::replace(&place("broken.waits"), |out| out.write_all(b"{")).unwrap();
        whole::replace(&place("run.lock"), |out| out.write_all(b"x")).unwrap();
        let children = Children::new(root.path(), Vec::new());
        assert_eq!(children.take_over(), 0);
        assert!(children.all().is_empty());
        let left: Vec<_> = fs::read_dir(&folder).unwrap().flatten().map(|entry| entry.file_name()).collect();
        assert_eq!(left, ["run.lock"]);
    }
}
