//! Commands that were started from a page: processes of their own, so that nothing is lost with the page, and what they
//! do is what they do in a terminal.

mod key;
mod queue;
mod ticket;

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::{Duration, Instant};

use super::secrets;
use crate::data::whole;
pub use key::Key;
pub use queue::Left;

/// An estimate sends nothing and takes a moment.
const PATIENCE: Duration = Duration::from_secs(60);
/// So much of a log's end is shown.
const SHOWN: u64 = 64 * 1024;
/// Logs are kept so long.
const KEPT: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// Commands that are remembered.
const MOST: usize = 200;
/// The variable that holds the token, which is nobody's business but this process's.
pub const TOKEN_VARIABLE: &str = "REJOINDER_TOKEN";

/// What was started. Cheap to clone.
#[derive(Clone)]
pub struct Children {
    shared: Arc<Shared>,
    at_once: usize,
    /// Signs those that wait, so that a later server knows them for this user's.
    key: Option<Key>,
}

struct Shared {
    folder: PathBuf,
    common: Vec<OsString>,
    all: Mutex<Vec<Child>>,
}

/// One command.
#[derive(Clone, Debug)]
pub struct Child {
    /// Tells it from others.
    pub id: String,
    /// Its process; 0 as long as it waits.
    pub pid: u32,
    /// The command line without the program's name.
    pub arguments: Vec<String>,
    /// When it was started, or asked for.
    pub since: Instant,
    /// When it was asked for, in milliseconds since 1970.
    asked: u64,
    /// Whether it is under way, or how it ended.
    pub state: State,
    /// Whether it waits for its turn, and keeps others from theirs.
    has_turn: bool,
    log: PathBuf,
}

/// Where a command stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Waits for its turn.
    Waiting,
    /// Was taken out before it had its turn.
    TakenOut,
    /// Under way.
    Running,
    /// Ended well.
    Done,
    /// Was asked to stop, and did.
    Stopped,
    /// Reached a limit of its own; what there is was saved.
    Limited,
    /// Ended badly.
    Failed,
}

/// Exit codes of a command that was stopped, and of one that reached a limit; README lists them.
const STOPPED: i32 = 130;
const LIMITED: i32 = 8;

impl State {
    /// How a command ended.
    fn of(status: std::process::ExitStatus) -> Self {
        #[cfg(unix)]
        let signal = std::os::unix::process::ExitStatusExt::signal(&status);
        #[cfg(not(unix))]
        let signal: Option<i32> = None;
        match (status.code(), signal) {
            (Some(0), _) => State::Done,
            (Some(STOPPED), _) | (None, Some(2 | 15)) => State::Stopped,
            (Some(LIMITED), _) => State::Limited,
            _ => State::Failed,
        }
    }
}

/// What a command would take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// Its plan.
    pub plan: String,
    /// What it warns of, each without the word.
    pub warnings: Vec<String>,
}

impl Estimate {
    /// Whether the command would end at once, since a key is missing.
    #[must_use]
    pub fn lacks_key(&self) -> bool {
        self.warnings.iter().any(|warning| warning.starts_with(NO_KEY))
    }
}

/// How the warning of a dry run begins that a key is missing.
pub const NO_KEY: &str = "no key: ";

/// What a command said that was run to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Whether it ended with exit code 0.
    pub success: bool,
    /// What it printed, up to the bytes that were asked for.
    pub out: String,
    /// What it printed beside it, up to as many.
    pub err: String,
}

impl Said {
    /// Why it refused: its error without the word, or the last line that it said.
    #[must_use]
    pub fn refusal(&self) -> &str {
        let error = self.err.lines().find_map(|line| line.strip_prefix("error: "));
        error.or_else(|| self.err.lines().last()).unwrap_or("the command refused without a word")
    }
}

/// Runs a command to its end and keeps so many bytes of what it prints. It is killed where it takes longer than
/// `patience`.
///
/// # Errors
/// Where it cannot be started or is given up.
pub fn run_to_end(mut command: Command, patience: Duration, most: u64) -> Result<Said, String> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(cannot_start)?;
    let out = read_beside(child.stdout.take(), most);
    let err = read_beside(child.stderr.take(), most);
    let until = Instant::now() + patience;
    let status = loop {
        match child.try_wait().map_err(cannot_start)? {
            Some(status) => break status,
            None if Instant::now() < until => std::thread::sleep(Duration::from_millis(10)),
            None => {
                let _ = child.kill();
                let _ = child.wait();
                let seconds = patience.as_secs();
                return Err(format!("the command took longer than {seconds} seconds and was given up"));
            }
        }
    };
    let (out, err) = (out.join().unwrap_or_default(), err.join().unwrap_or_default());
    Ok(Said { success: status.success(), out, err })
}

/// Reads the beginning in a thread of its own, so that neither stream waits for the other.
fn read_beside(from: Option<impl Read + Send + 'static>, most: u64) -> std::thread::JoinHandle<String> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = from.map(|from| from.take(most).read_to_end(&mut bytes));
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

fn cannot_start(error: io::Error) -> String {
    format!("the command cannot be started: {error}")
}

impl Children {
    /// None yet. Logs are kept in this data folder; `common` are options that every command gets.
    #[must_use]
    pub fn new(root: &Path, common: Vec<OsString>) -> Self {
        let folder = root.join(".runs");
        // Logs that a server of long ago has left.
        for path in fs::read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
            let changed = fs::metadata(&path).and_then(|about| about.modified()).ok();
            let is_old = changed.and_then(|at| at.elapsed().ok()).is_some_and(|age| age > KEPT);
            if is_old && path.extension().is_some_and(|ending| ending == "log") {
                let _ = fs::remove_file(path);
            }
        }
        Children { shared: Arc::new(Shared { folder, common, all: Mutex::default() }), at_once: 1, key: None }
    }

    /// So many of those that wait for their turn are under way at once.
    #[must_use]
    pub fn at_once(self, at_once: usize) -> Self {
        Children { at_once: at_once.max(1), ..self }
    }

    /// Those that wait are signed with this key; without one they do not outlive this server.
    #[must_use]
    pub fn signed(self, key: Option<Key>) -> Self {
        Children { key, ..self }
    }

    /// Whether those that wait outlive this server.
    #[must_use]
    pub fn outlive_the_server(&self) -> bool {
        self.key.is_some()
    }

    fn command(&self, arguments: &[String]) -> io::Result<Command> {
        let mut command = Command::new(std::env::current_exe()?);
        let common = &self.shared.common;
        command.args(arguments).args(common).stdin(Stdio::null()).env("NO_COLOR", "1").env_remove(TOKEN_VARIABLE);
        Ok(command)
    }

    /// What a command would take, in its own words: what it prints with `--dry-run`, and what it warns of.
    ///
    /// # Errors
    /// Its own words where it refuses, or those of the system.
    pub fn estimate(&self, arguments: &[String]) -> Result<Estimate, String> {
        let said = self.to_end(&[arguments, &["--dry-run".to_owned()]].concat(), PATIENCE)?;
        if !said.success {
            return Err(said.refusal().to_owned());
        }
        let warnings = said.err.lines().filter_map(|line| line.strip_prefix("warning: ")).map(ToOwned::to_owned);
        let warnings: Vec<String> = warnings.collect();
        Ok(Estimate { plan: said.out, warnings })
    }

    /// What a command says that is run to its end.
    ///
    /// # Errors
    /// Where it cannot be started, or is given up after `patience`.
    pub fn to_end(&self, arguments: &[String], patience: Duration) -> Result<Said, String> {
        run_to_end(self.command(arguments).map_err(cannot_start)?, patience, SHOWN)
    }

    /// Starts a command at once. It goes on whatever becomes of this process.
    ///
    /// # Errors
    /// What the system said.
    pub fn start(&self, arguments: &[String]) -> io::Result<Child> {
        whole::make_folder(&self.shared.folder)?;
        let id = fresh_id()?;
        let log = self.open_log(&id)?;
        queue::try_lock(&log)?;
        self.shared.remember(Child {
            id: id.clone(),
            pid: 0,
            arguments: arguments.to_vec(),
            since: Instant::now(),
            asked: ticket::now(),
            state: State::Running,
            has_turn: false,
            log: self.log_of(&id),
        });
        match self.spawn(&id, arguments, &log) {
            Ok(pid) => self.shared.change(&id, |child| child.pid = pid),
            Err(error) => {
                self.shared.forget(&id);
                return Err(error);
            }
        }
        self.get(&id).ok_or_else(|| io::Error::other("it is not known any more"))
    }

    fn log_of(&self, id: &str) -> PathBuf {
        self.shared.folder.join(format!("{id}.log"))
    }

    fn open_log(&self, id: &str) -> io::Result<File> {
        let mut options = File::options();
        options.create(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let path = self.log_of(id);
        // The data folder may be somebody else's: no link is followed, and no FIFO waited for.
        if fs::symlink_metadata(&path).is_ok_and(|about| !about.is_file()) {
            return Err(io::Error::other(format!("{} is no file", path.display())));
        }
        options.open(path)
    }

    /// Starts the process of a command that is known, and follows it to its end. Its number. The process inherits the
    /// lock with its log and holds it to its end, whatever becomes of this one.
    fn spawn(&self, id: &str, arguments: &[String], log: &File) -> io::Result<u32> {
        let mut command = self.command(arguments)?;
        command.stderr(log.try_clone()?).stdout(log.try_clone()?);
        // A Ctrl-C that ends the server is not meant for it.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let (hand_over, handed_over) = mpsc::channel::<std::process::Child>();
        let (children, id) = (self.clone(), id.to_owned());
        let wait = move || {
            // Nothing comes where it could not be started.
            let Ok(mut process) = handed_over.recv() else { return };
            let state = process.wait().map_or(State::Failed, State::of);
            children.ended(&id, state);
            children.advance();
        };
        // Before the process: where there can be no thread nothing is started.
        std::thread::Builder::new().name("child".into()).spawn(wait)?;
        let process = command.spawn()?;
        let pid = process.id();
        let _ = hand_over.send(process);
        Ok(pid)
    }

    /// The command with this id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<Child> {
        self.shared.lock().iter().find(|child| child.id == id).cloned()
    }

    /// Those that were started here, the latest first.
    #[must_use]
    pub fn all(&self) -> Vec<Child> {
        self.shared.lock().iter().rev().cloned().collect()
    }

    /// How many are under way.
    #[must_use]
    pub fn running(&self) -> usize {
        self.shared.lock().iter().filter(|child| child.state == State::Running).count()
    }
}

impl Shared {
    fn remember(&self, child: Child) {
        let mut all = self.lock();
        all.push(child);
        while all.len() > MOST {
            let is_over = |child: &Child| !matches!(child.state, State::Waiting | State::Running);
            let Some(at) = all.iter().position(is_over) else { return };
            let _ = fs::remove_file(all.remove(at).log);
        }
    }

    fn change(&self, id: &str, change: impl FnOnce(&mut Child)) {
        if let Some(child) = self.lock().iter_mut().find(|child| child.id == id) {
            change(child);
        }
    }

    /// Changes the state of a command if it is this one. Whether it was.
    fn replace(&self, id: &str, state: State, by: State) -> bool {
        let mut all = self.lock();
        let child = all.iter_mut().find(|child| child.id == id && child.state == state);
        child.map(|child| child.state = by).is_some()
    }

    fn forget(&self, id: &str) {
        self.lock().retain(|child| child.id != id);
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Child>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn fresh_id() -> io::Result<String> {
    Ok(secrets::random().map_err(|error| io::Error::other(error.to_string()))?[..12].to_owned())
}

impl Child {
    /// The end of what it has printed.
    #[must_use]
    pub fn log(&self) -> String {
        let read = || -> io::Result<Vec<u8>> {
            let mut file = File::open(&self.log)?;
            let length = file.metadata()?.len();
            file.seek(SeekFrom::Start(length.saturating_sub(SHOWN)))?;
            let mut bytes = Vec::new();
            file.take(SHOWN).read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        read().map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
    }
}
