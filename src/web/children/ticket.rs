//! What is known of a command beyond its server: a file in the data folder, which somebody else may have written.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::key::Key;
use crate::data::whole;

/// Milliseconds after which a confirmation is no longer valid and must be given again.
pub(super) const LASTS: u64 = 24 * 60 * 60 * 1_000;
/// Bytes of a file of it.
const LONGEST: u64 = 1 << 20;

/// A command that waits or has had its turn.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Ticket {
    /// When it was asked for, in milliseconds since 1970.
    pub(super) asked: u64,
    pub(super) arguments: Vec<String>,
    /// Its process, once it has had its turn.
    pub(super) pid: u32,
    /// The signature of all that, of the command's id and of its folder; empty where there was no key.
    #[serde(default)]
    mac: String,
}

/// Whether a command may be started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Validity {
    /// This user has confirmed it within a day.
    Valid,
    /// Its time is over, or has not come.
    Expired,
    /// No server of this user has written it, or pages start no such command.
    Foreign,
}

impl Ticket {
    pub(super) fn new(asked: u64, arguments: &[String], pid: u32) -> Self {
        Ticket { asked, arguments: arguments.to_vec(), pid, mac: String::new() }
    }

    /// The same with the signature of this key, for the command with this id in this folder.
    pub(super) fn signed(self, key: Option<&Key>, folder: &Path, id: &str) -> Self {
        let mac = key.and_then(|key| Some(key.sign(&self.bytes(folder, id)?))).unwrap_or_default();
        Ticket { mac, ..self }
    }

    /// Whether the command with this id in this folder may be started.
    pub(super) fn validity(&self, key: Option<&Key>, folder: &Path, id: &str) -> Validity {
        let now = now();
        if self.asked > now || now - self.asked >= LASTS {
            return Validity::Expired;
        }
        let is_signed = key.zip(self.bytes(folder, id)).is_some_and(|(key, bytes)| key.has_signed(&bytes, &self.mac));
        if is_signed && is_startable(&self.arguments) { Validity::Valid } else { Validity::Foreign }
    }

    /// What is signed. The folder too: a copy of it starts nothing.
    fn bytes(&self, folder: &Path, id: &str) -> Option<Vec<u8>> {
        let folder = fs::canonicalize(folder).ok()?;
        serde_json::to_vec(&(folder.to_string_lossy(), id, self.asked, &self.arguments, self.pid)).ok()
    }
}

/// Whether pages start such commands.
fn is_startable(arguments: &[String]) -> bool {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["personas" | "evaluate" | "improve", flags @ ..] => flags.iter().all(|flag| flag.starts_with("--")),
        ["runs", "resume", run] => !run.is_empty() && run.bytes().all(|byte| byte.is_ascii_alphanumeric()),
        _ => false,
    }
}

/// Milliseconds since 1970.
pub(super) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis() as u64
}

/// Reads it.
///
/// # Errors
/// [`io::ErrorKind::InvalidData`] where it is damaged; otherwise what the system said.
pub(super) fn read(path: &Path) -> io::Result<Ticket> {
    // Before opening: opening a FIFO would wait for a writer for ever.
    if !fs::symlink_metadata(path)?.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(LONGEST).read_to_end(&mut bytes)?;
    serde_json::from_slice(&bytes).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

/// Writes it whole.
///
/// # Errors
/// What the system said.
pub(super) fn write(path: &Path, ticket: &Ticket) -> io::Result<()> {
    whole::replace(path, |out| Ok(serde_json::to_writer(out, ticket)?)).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split(' ').map(ToOwned::to_owned).collect()
    }

    #[test]
    fn only_what_this_user_has_confirmed_within_a_day_is_valid_and_only_as_it_was() {
        let place = tempfile::tempdir().unwrap();
        let (here, elsewhere) = (place.path().join("here"), place.path().join("elsewhere"));
        for folder in [&here, &elsewhere] {
            fs::create_dir(folder).unwrap();
        }
        let key = Key::load_from(&place.path().join("state"), &here).unwrap();
        let other = Key::load_from(&place.path().join("other"), &here).unwrap();
        let signed = |ticket: Ticket| ticket.signed(Some(&key), &here, "a1");
        let validity = |ticket: &Ticket| ticket.validity(Some(&key), &here, "a1");
        let evaluate = words("evaluate --persona-file=x");
        let ticket = signed(Ticket::new(now(), &evaluate, 0));
        assert_eq!(validity(&ticket), Validity::Valid);

        assert_eq!(ticket.validity(Some(&key), &here, "a2"), Validity::Foreign, "copied under another name");
        assert_eq!(ticket.validity(Some(&key), &elsewhere, "a1"), Validity::Foreign, "copied to another folder");
        assert_eq!(ticket.validity(Some(&other), &here, "a1"), Validity::Foreign, "of another user");
        assert_eq!(ticket.validity(None, &here, "a1"), Validity::Foreign, "nobody can tell");
        let changes: [fn(&mut Ticket); 4] = [
            |ticket| ticket.arguments.push("--messages-per-persona=50".into()),
            |ticket| ticket.asked -= 1,
            |ticket| ticket.pid = 7,
            |ticket| ticket.mac.clear(),
        ];
        for change in changes {
            let mut changed = ticket.clone();
            change(&mut changed);
            assert_eq!(validity(&changed), Validity::Foreign, "{changed:?}");
        }
        for asked in [now() - LASTS, 0, now() + 60_000, u64::MAX] {
            assert_eq!(validity(&signed(Ticket::new(asked, &evaluate, 0))), Validity::Expired, "{asked}");
        }
    }

    #[test]
    fn even_a_signed_command_is_one_that_pages_start() {
        let folder = tempfile::tempdir().unwrap();
        let key = Key::load_from(&folder.path().join("state"), &folder.path().join("data")).unwrap();
        let validity = |line: &str| {
            let ticket = Ticket::new(now(), &words(line), 0).signed(Some(&key), folder.path(), "a1");
            ticket.validity(Some(&key), folder.path(), "a1")
        };
        for line in ["personas --domain=x", "evaluate --persona-file=x", "improve --results-file=x", "runs resume a1f"]
        {
            assert_eq!(validity(line), Validity::Valid, "{line}");
        }
        for line in [
            "leads forget ada@example.com",
            "export x -o /tmp/x",
            "evaluate -o",
            "runs prune",
            "runs resume --fresh",
            "runs resume a1f --max-cost=100",
            "runs resume ",
            "",
        ] {
            assert_eq!(validity(line), Validity::Foreign, "{line}");
        }
    }
}
