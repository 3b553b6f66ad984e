//! Runs in turn the commands that were started from pages: so many at once, and the rest wait. Each that waits has a
//! file of its own, so that a restarted server still runs it, and of two servers on one folder only one starts it.
//!
//! A command's log is locked from before its file says that it has had its turn until it is over. So a file that says
//! so while nobody holds the log is left over. The folder is locked while a server looks at what is under way and gives
//! the next ones their turn: two servers together run no more at once than one.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::ticket::{self, Ticket, Validity};
use super::{Child, Children, State};
use crate::data::whole;

/// How the name of a file ends that says who waits.
const WAITS: &str = "waits";
/// How it ends once its command has had its turn, until that is over.
const STARTED: &str = "started";

/// How often it is looked whether another server has said which process it has started.
const LOOK: Duration = Duration::from_millis(200);
/// A server gives turns in a moment. One that has the folder for longer hangs, and is not waited for.
const MOMENT: Duration = Duration::from_secs(30);

/// What a server before this one has left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Left {
    /// Commands that wait for their turn.
    pub waiting: usize,
    /// Commands whose confirmation is no longer valid or whose files are damaged; they are gone.
    pub forgotten: usize,
    /// Files that no server of this user has written, or that cannot be read; they stay, and start nothing.
    pub refused: usize,
}

/// What came of taking a command that waits.
enum Taken {
    /// It is this server's to start, with its locked log.
    Here(File),
    /// Another server has it, and its log.
    Elsewhere(File),
    /// It is over, or somebody took it out.
    Nowhere,
}

impl Children {
    /// Starts a command as soon as fewer than `at_once` of those that were started so are under way.
    ///
    /// # Errors
    /// What the system said.
    pub fn submit(&self, arguments: &[String]) -> io::Result<Child> {
        whole::make_folder(&self.shared.folder)?;
        let id = super::fresh_id()?;
        let ticket = Ticket::new(ticket::now(), arguments, 0);
        self.write(&self.place(&id, WAITS), &id, &ticket)?;
        let child = self.waiting(&id, &ticket);
        self.shared.remember(child.clone());
        self.advance();
        // Another server may have started it, and it may be over.
        Ok(self.get(&id).unwrap_or(child))
    }

    /// Takes a command out that waits. Whether it still did.
    #[must_use]
    pub fn withdraw(&self, id: &str) -> bool {
        // From here on it is not given its turn.
        if !self.shared.replace(id, State::Waiting, State::TakenOut) {
            return false;
        }
        let is_ours = fs::remove_file(self.place(id, WAITS)).is_ok();
        if !is_ours {
            self.shared.replace(id, State::TakenOut, State::Waiting);
            self.advance();
        }
        is_ours
    }

    /// Those that wait, the next one first.
    #[must_use]
    pub fn waiting_in_order(&self) -> Vec<Child> {
        self.shared.lock().iter().filter(|child| child.state == State::Waiting).cloned().collect()
    }

    /// Goes on with what a server before this one has left: what waits keeps waiting, and what is still under way keeps
    /// its turn.
    pub fn take_over(&self) -> Left {
        let mut left = Left::default();
        let mut waiting: Vec<(Ticket, String)> = Vec::new();
        let folder = self.lock_folder();
        let files = fs::read_dir(&self.shared.folder).into_iter().flatten().flatten().map(|entry| entry.path());
        // All of them before one of them gets another name.
        for path in files.collect::<Vec<PathBuf>>() {
            let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
            let Some(id) = path.file_stem().and_then(|id| id.to_str()) else { continue };
            let read = match ending {
                WAITS => ticket::read(&path),
                STARTED => match self.follow_started(id) {
                    Ok(true) => ticket::read(&self.place(id, WAITS)),
                    Ok(false) => continue,
                    Err(error) => Err(error),
                },
                _ => continue,
            };
            let validity = match &read {
                Ok(ticket) => ticket.validity(self.key.as_ref(), &self.shared.folder, id),
                Err(error) if error.kind() == io::ErrorKind::InvalidData => Validity::Expired,
                // Another server has taken it.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(_) => Validity::Foreign,
            };
            match (validity, read) {
                (Validity::Valid, Ok(ticket)) => waiting.push((ticket, id.to_owned())),
                (Validity::Expired, _) => {
                    left.forgotten += 1;
                    let _ = fs::remove_file(&path);
                    let _ = fs::remove_file(self.place(id, WAITS));
                }
                _ => left.refused += 1,
            }
        }
        waiting.sort_by(|a, b| (a.0.asked, &a.1).cmp(&(b.0.asked, &b.1)));
        for (ticket, id) in waiting {
            self.shared.remember(self.waiting(&id, &ticket));
        }
        left.waiting = self.waiting_in_order().len();
        drop(folder);
        self.advance();
        left
    }

    /// Locks the folder, as every server does that gives turns. `None` where it cannot be locked.
    fn lock_folder(&self) -> Option<File> {
        let folder = File::open(&self.shared.folder).ok()?;
        let until = Instant::now() + MOMENT;
        while !try_lock(&folder).ok()? {
            if Instant::now() > until {
                return None;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Some(folder)
    }

    /// Follows what other servers on this folder have started meanwhile.
    fn follow_others(&self) {
        // Elsewhere nothing tells what is under way.
        let files = fs::read_dir(&self.shared.folder).ok().filter(|_| cfg!(unix));
        for path in files.into_iter().flatten().flatten().map(|entry| entry.path()) {
            let is_started = path.extension().is_some_and(|ending| ending == STARTED);
            let Some(id) = path.file_stem().and_then(|id| id.to_str()).filter(|_| is_started) else { continue };
            let is_open = self.get(id).is_none_or(|child| child.state == State::Waiting);
            if is_open && self.follow_started(id).unwrap_or(false) {
                self.wait_again(id);
            }
        }
    }

    /// Follows a command that has had its turn, if it is still under way. Whether it waits again.
    fn follow_started(&self, id: &str) -> io::Result<bool> {
        let log = self.open_log(id)?;
        if try_lock(&log)? {
            return self.settle(id, &log);
        }
        let ticket = ticket::read(&self.place(id, STARTED))?;
        if !self.shared.replace(id, State::Waiting, State::Running) {
            self.shared.remember(Child { state: State::Running, pid: ticket.pid, ..self.waiting(id, &ticket) });
        }
        self.follow(id.to_owned(), log);
        Ok(false)
    }

    /// Puts a command whose log is locked here, so that it is not under way, back among those that wait if it was taken
    /// and never started; else its file is removed. Whether it waits.
    fn settle(&self, id: &str, log: &File) -> io::Result<bool> {
        let (waits, started) = (self.place(id, WAITS), self.place(id, STARTED));
        let is_silent = log.metadata()?.len() == 0;
        let ticket = match ticket::read(&started) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return waits.try_exists(),
            ticket => ticket?,
        };
        if ticket.pid == 0 && is_silent && cfg!(unix) {
            fs::rename(&started, &waits)?;
            return Ok(true);
        }
        if is_silent {
            let _ = fs::remove_file(self.log_of(id));
        }
        fs::remove_file(&started)?;
        Ok(false)
    }

    /// Gives a command back its place among those that wait, if this user has confirmed it.
    fn wait_again(&self, id: &str) {
        let valid = |ticket: &Ticket| ticket.validity(self.key.as_ref(), &self.shared.folder, id) == Validity::Valid;
        match ticket::read(&self.place(id, WAITS)) {
            Ok(ticket) if valid(&ticket) => {
                if self.get(id).is_none() {
                    self.shared.remember(self.waiting(id, &ticket));
                }
                self.shared.replace(id, State::Running, State::Waiting);
            }
            _ => self.shared.forget(id),
        }
    }

    fn waiting(&self, id: &str, ticket: &Ticket) -> Child {
        Child {
            id: id.to_owned(),
            pid: 0,
            arguments: ticket.arguments.clone(),
            since: Instant::now(),
            asked: ticket.asked,
            state: State::Waiting,
            has_turn: true,
            log: self.log_of(id),
        }
    }

    /// Keeps the turn of a command that another server has started until that is over.
    fn follow(&self, id: String, log: File) {
        let children = self.clone();
        let wait = {
            let id = id.clone();
            move || {
                let started = children.place(&id, STARTED);
                // Its number is known a moment after it has begun.
                while children.get(&id).is_some_and(|child| child.pid == 0) && matches!(try_lock(&log), Ok(false)) {
                    std::thread::sleep(LOOK);
                    let pid = ticket::read(&started).map_or(0, |ticket| ticket.pid);
                    children.shared.change(&id, |child| child.pid = pid);
                }
                // Where it is locked by now this changes nothing.
                let _ = log.lock();
                match children.settle(&id, &log) {
                    Ok(true) => children.wait_again(&id),
                    // How it ended is in the journal and not known here.
                    _ => children.shared.forget(&id),
                }
                drop(log);
                children.advance();
            }
        };
        if std::thread::Builder::new().name("child".into()).spawn(wait).is_err() {
            self.shared.forget(&id);
        }
    }

    /// Gives the next ones their turn.
    pub(super) fn advance(&self) {
        let _folder = self.lock_folder();
        self.follow_others();
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
            match self.take(&next.id) {
                Ok(Taken::Here(log)) => self.start_taken(&next, &log),
                Ok(Taken::Elsewhere(log)) => self.follow(next.id, log),
                Ok(Taken::Nowhere) => self.shared.forget(&next.id),
                Err(error) => self.cannot_start(&next, &error),
            }
        }
    }

    /// Takes a command that waits: whoever renames its file starts it, so that no command is started by two servers.
    fn take(&self, id: &str) -> io::Result<Taken> {
        let (waits, started) = (self.place(id, WAITS), self.place(id, STARTED));
        let log = self.open_log(id)?;
        if !try_lock(&log)? {
            return Ok(Taken::Elsewhere(log));
        }
        let is_missing = |error: &io::Error| error.kind() == io::ErrorKind::NotFound;
        let renamed = match fs::rename(&waits, &started) {
            Err(error) if is_missing(&error) && self.settle(id, &log)? => fs::rename(&waits, &started),
            renamed => renamed,
        };
        match renamed {
            Ok(()) => Ok(Taken::Here(log)),
            Err(error) if is_missing(&error) => {
                if log.metadata()?.len() == 0 {
                    let _ = fs::remove_file(self.log_of(id));
                }
                Ok(Taken::Nowhere)
            }
            Err(error) => Err(error),
        }
    }

    /// Starts a command that this server has taken.
    fn start_taken(&self, next: &Child, log: &File) {
        let pid = match self.spawn(&next.id, &next.arguments, log) {
            Ok(pid) => pid,
            Err(error) => return self.cannot_start(next, &error),
        };
        self.shared.change(&next.id, |child| child.pid = pid);
        // The log is locked here too until the process is known to later servers.
        let started = self.place(&next.id, STARTED);
        let is_known = self.write(&started, &next.id, &Ticket::new(next.asked, &next.arguments, pid)).is_ok();
        // Where it is over already there is nothing to tell them.
        let is_under_way = self.get(&next.id).is_some_and(|child| child.state == State::Running);
        if !is_known || !is_under_way {
            let _ = fs::remove_file(&started);
        }
    }

    fn cannot_start(&self, next: &Child, error: &io::Error) {
        let said = |out: &mut dyn io::Write| writeln!(out, "error: it cannot be started: {error}");
        let _ = whole::replace(&next.log, said);
        let _ = fs::remove_file(self.place(&next.id, WAITS));
        self.ended(&next.id, State::Failed);
    }

    /// A command is over.
    pub(super) fn ended(&self, id: &str, state: State) {
        self.shared.change(id, |child| child.state = state);
        let _ = fs::remove_file(self.place(id, STARTED));
    }

    fn place(&self, id: &str, ending: &str) -> PathBuf {
        self.shared.folder.join(format!("{id}.{ending}"))
    }

    fn write(&self, path: &Path, id: &str, ticket: &Ticket) -> io::Result<()> {
        ticket::write(path, &ticket.clone().signed(self.key.as_ref(), &self.shared.folder, id))
    }
}

/// Locks a log, unless another process or a command has it. Whether it is locked now.
pub(super) fn try_lock(log: &File) -> io::Result<bool> {
    // Elsewhere a lock would keep the command itself from its log.
    if !cfg!(unix) {
        return Ok(true);
    }
    match log.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

#[cfg(test)]
mod tests;
