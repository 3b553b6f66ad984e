//! Files of leads that were sent and not imported yet. They are held in memory only, for half an hour; nothing of them
//! is on the disk before they are imported.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::error::Problem;
use super::secrets;
use super::shelf::lock;
use crate::data::leads::Lead;
use crate::data::leads::import::{self, Field, Options, Report, Source};
use crate::data::{DataFolder, Error, FileName};
use crate::report::leads::PREVIEWED;
use crate::report::words;

/// What people chose for a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    /// Which column is which field.
    pub columns: Options,
    /// The name of the list; none where nobody has typed one.
    pub name: String,
}

/// How long a file is kept that nobody asks for.
const KEPT: Duration = Duration::from_secs(30 * 60);
/// Files that are kept at once; the oldest goes.
const MOST: usize = 4;
/// Files that are received at once: each takes memory before anything is known of it.
const RECEIVED: usize = 2;

/// A file that was sent.
#[derive(Debug)]
pub struct Upload {
    /// What it was called where it came from.
    pub name: String,
    bytes: Vec<u8>,
    /// Its columns, where they could be told.
    pub columns: Vec<String>,
    /// Which column each field was recognised in.
    pub recognised: Vec<(Field, String)>,
}

/// What would be imported.
#[derive(Debug, Default)]
pub struct Preview {
    /// What was found.
    pub report: Report,
    /// The first people.
    pub first: Vec<Lead>,
}

impl Upload {
    /// Looks at a file for the first time.
    #[must_use]
    pub fn new(folder: &DataFolder, name: &str, bytes: Vec<u8>) -> Self {
        let mut upload =
            Upload { name: words::one_line(name, 120), bytes, columns: Vec::new(), recognised: Vec::new() };
        // Without addresses there may be columns all the same, one of which holds them.
        let report = match upload.preview(folder, &Options::default()) {
            Ok(found) => found.report,
            Err(_) => import::columns(upload.source()),
        };
        let mut met = HashSet::new();
        let columns = report.used.iter().map(|(_, column)| column).chain(&report.kept);
        upload.columns = columns.filter(|column| met.insert(column.as_str())).cloned().collect();
        upload.recognised = report.used;
        upload
    }

    /// The column that this field was recognised in.
    #[must_use]
    pub fn column_of(&self, field: Field) -> Option<&str> {
        self.recognised.iter().find(|(own, _)| *own == field).map(|(_, column)| column.as_str())
    }

    /// Reads the file as an import would, with these columns for these fields.
    ///
    /// # Errors
    /// What is wrong with the file, in words for a page.
    pub fn preview(&self, folder: &DataFolder, columns: &Options) -> Result<Preview, Problem> {
        let mut first = Vec::new();
        let report = import::preview(folder, self.source(), columns, &mut |lead| {
            if first.len() < PREVIEWED && lead.blocked.is_none() {
                first.push(lead.clone());
            }
        });
        Ok(Preview { report: report.map_err(in_words)?, first })
    }

    /// Imports it under a name that must be free.
    ///
    /// # Errors
    /// As [`preview`](Self::preview), and where the name is taken.
    pub fn import(&self, folder: &DataFolder, list: &FileName, columns: &Options) -> Result<Report, Problem> {
        import::import(folder, list, import::Mode::New, self.source(), columns).map_err(in_words)
    }

    fn source(&self) -> Source<'_> {
        Source::in_memory(&self.name, &self.bytes)
    }
}

/// What is wrong with a file, for who has no command line.
fn in_words(error: Error) -> Problem {
    if matches!(error, Error::ListExists { .. }) {
        return Problem::new(StatusCode::CONFLICT, "There is a list of that name already. Choose another name.");
    }
    let text = error.to_string().replace("name it: --map email=\"COLUMN\"", "choose it below");
    let text = text
        .replace("name the column that holds them: --map email=\"COLUMN\"", "choose the column that holds them below");
    Problem::input(text.replace("--map ", ""))
}

/// A file and what people said of its columns.
struct Held {
    id: String,
    upload: Arc<Upload>,
    choices: Choices,
    used: Instant,
}

/// All that are kept, the last one at the end.
pub struct Uploads {
    held: Mutex<Vec<Held>>,
    places: Semaphore,
}

impl Default for Uploads {
    fn default() -> Self {
        Uploads { held: Mutex::default(), places: Semaphore::new(RECEIVED) }
    }
}

impl Uploads {
    /// A place for a file that is about to be received. Whoever has it holds it until the file is kept.
    ///
    /// # Errors
    /// Where others have all of them.
    pub fn place(&self) -> Result<SemaphorePermit<'_>, Problem> {
        self.places.try_acquire().map_err(|_| {
            Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "Other files are being received. Wait a moment, and send the file again.",
            )
        })
    }

    /// Keeps a file, and gives what it is asked for by.
    ///
    /// # Errors
    /// Where the system has no randomness to give.
    pub fn keep(&self, upload: Upload) -> Result<String, Problem> {
        let id = secrets::random()
            .map_err(|error| Problem::new(StatusCode::SERVICE_UNAVAILABLE, format!("No random number: {error}.")))?;
        self.forget_old(Instant::now());
        let mut held = lock(&self.held);
        let upload = Arc::new(upload);
        held.push(Held { id: id.clone(), upload, choices: Choices::default(), used: Instant::now() });
        if held.len() > MOST {
            held.remove(0);
        }
        Ok(id)
    }

    /// The file of this name, with what people chose.
    ///
    /// # Errors
    /// Where it was imported, or forgotten.
    pub fn get(&self, id: &str) -> Result<(Arc<Upload>, Choices), Problem> {
        self.forget_old(Instant::now());
        let mut held = lock(&self.held);
        let found = held.iter_mut().find(|held| held.id == id).ok_or_else(|| {
            Problem::missing("The file is no longer kept: it was imported, or half an hour has passed. Send it again.")
        })?;
        found.used = Instant::now();
        Ok((Arc::clone(&found.upload), found.choices.clone()))
    }

    /// Keeps what people chose.
    pub fn choose(&self, id: &str, choices: Choices) {
        if let Some(held) = lock(&self.held).iter_mut().find(|held| held.id == id) {
            held.choices = choices;
        }
    }

    /// Forgets a file.
    pub fn forget(&self, id: &str) {
        lock(&self.held).retain(|held| held.id != id);
    }

    /// Forgets the files that nobody has asked for in the half hour before `now`.
    pub fn forget_old(&self, now: Instant) {
        lock(&self.held).retain(|held| now.saturating_duration_since(held.used) < KEPT);
    }

    /// Forgets all files.
    pub fn forget_all(&self) {
        lock(&self.held).clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept() -> (tempfile::TempDir, Uploads, String) {
        let root = tempfile::tempdir().unwrap();
        let uploads = Uploads::default();
        let upload = Upload::new(&DataFolder::open(root.path()), "x.csv", b"email\nada@x.example\n".to_vec());
        let id = uploads.keep(upload).unwrap();
        (root, uploads, id)
    }

    #[test]
    fn a_file_is_forgotten_after_half_an_hour_though_nobody_asks_for_another() {
        let (_root, uploads, _) = kept();
        uploads.forget_old(Instant::now() + KEPT / 2);
        assert_eq!(lock(&uploads.held).len(), 1);
        uploads.forget_old(Instant::now() + KEPT);
        assert!(lock(&uploads.held).is_empty());
    }

    #[test]
    fn a_server_that_stops_forgets_all_files() {
        let (_root, uploads, id) = kept();
        uploads.forget_all();
        assert!(uploads.get(&id).is_err());
    }

    #[test]
    fn a_file_is_read_from_memory_and_leaves_nothing_on_the_disk_before_it_is_imported() {
        let (root, uploads, id) = kept();
        let (upload, choices) = uploads.get(&id).unwrap();
        let folder = DataFolder::open(root.path());
        assert_eq!(upload.preview(&folder, &choices.columns).unwrap().report.rows, 1);
        assert_eq!(std::fs::read_dir(root.path()).unwrap().count(), 0);
        let unread = Upload::new(&folder, "x.csv", b"a,b\n\"never closed".to_vec());
        let said = unread.preview(&folder, &Options::default()).unwrap_err().to_string();
        assert!(said.starts_with("x.csv"), "{said}");
    }
}
