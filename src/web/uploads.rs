//! Files of leads that were sent and not imported yet. They are held in memory only, for half an hour; nothing of them
//! is on the disk before they are imported.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::http::StatusCode;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::error::Problem;
use super::multipart::Received;
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
    bytes: Bytes,
    /// Its columns, where they could be told.
    pub columns: Vec<String>,
    /// Which column each field was recognised in.
    pub recognised: Vec<(Field, String)>,
    /// What was found when it arrived, and with which options, until it is shown.
    first: Mutex<Option<(Options, Result<Preview, Problem>)>>,
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
    pub fn new(folder: &DataFolder, received: Received) -> Self {
        let mut upload = Upload {
            name: words::one_line(&received.name, 120),
            bytes: received.bytes,
            columns: Vec::new(),
            recognised: Vec::new(),
            first: Mutex::default(),
        };
        let options = Options::default();
        let found = upload.read(folder, &options);
        // Without addresses there may be columns all the same, one of which holds them.
        let (used, kept) = match &found {
            Ok(found) => (found.report.used.clone(), found.report.kept.clone()),
            Err(_) => {
                let report = import::columns(upload.source());
                (report.used, report.kept)
            }
        };
        let mut met = HashSet::new();
        let columns = used.iter().map(|(_, column)| column).chain(&kept);
        upload.columns = columns.filter(|column| met.insert(column.as_str())).cloned().collect();
        upload.recognised = used;
        upload.first = Mutex::new(Some((options, found)));
        upload
    }

    /// The column that this field was recognised in.
    #[must_use]
    pub fn column_of(&self, field: Field) -> Option<&str> {
        self.recognised.iter().find(|(own, _)| *own == field).map(|(_, column)| column.as_str())
    }

    /// What an import would do, with these columns for these fields. The first preview is what was found when the file
    /// arrived; each later one reads the file again, as the suppression list may have changed.
    ///
    /// # Errors
    /// What is wrong with the file, in words for a page.
    pub fn preview(&self, folder: &DataFolder, columns: &Options) -> Result<Preview, Problem> {
        match lock(&self.first).take() {
            Some((options, found)) if options == *columns => found,
            _ => self.read(folder, columns),
        }
    }

    fn read(&self, folder: &DataFolder, columns: &Options) -> Result<Preview, Problem> {
        let mut first = Vec::new();
        let report = import::preview(folder, self.source(), columns, &mut |lead| {
            if first.len() < PREVIEWED && lead.blocked.is_none() {
                first.push(lead.clone());
            }
        });
        Ok(Preview { report: report.map_err(|error| in_words(&error))?, first })
    }

    /// Imports it under a name that must be free.
    ///
    /// # Errors
    /// As [`preview`](Self::preview), and where the name is taken.
    pub fn import(&self, folder: &DataFolder, list: &FileName, columns: &Options) -> Result<Report, Problem> {
        import::import(folder, list, import::Mode::New, self.source(), columns).map_err(|error| in_words(&error))
    }

    fn source(&self) -> Source<'_> {
        Source::in_memory(&self.name, &self.bytes)
    }
}

/// What is wrong with a file, for who has no command line.
fn in_words(error: &Error) -> Problem {
    match error {
        Error::ListExists { .. } => {
            Problem::new(StatusCode::CONFLICT, "There is a list of that name already. Choose another name.")
        }
        Error::NoAddressColumn { path, fault, columns } => {
            Problem::input(format!("{}: {fault}; choose it below; the columns are {columns}", path.display()))
        }
        Error::NobodyHasAnAddress { path, why } => Problem::input(format!(
            "{}: {why}; have addresses added, or choose the column that holds them below",
            path.display()
        )),
        other => Problem::input(other.to_string()),
    }
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
            Problem::missing(
                "The file is no longer kept: it was imported, nobody looked at it for half an hour, or \
                 newer files took its place. Send it again.",
            )
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
    use crate::data::leads::{Suppressed, Suppression};

    fn upload(folder: &DataFolder, bytes: &'static [u8]) -> Upload {
        Upload::new(folder, Received { name: "x.csv".into(), bytes: Bytes::from_static(bytes) })
    }

    fn kept() -> (tempfile::TempDir, Uploads, String) {
        let root = tempfile::tempdir().unwrap();
        let uploads = Uploads::default();
        let id = uploads.keep(upload(&DataFolder::open(root.path()), b"email\nada@x.example\n")).unwrap();
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
        let unread = self::upload(&folder, b"a,b\n\"never closed");
        let said = unread.preview(&folder, &Options::default()).unwrap_err().to_string();
        assert!(said.starts_with("x.csv"), "{said}");
    }

    #[test]
    fn the_first_preview_is_what_was_found_at_arrival_and_later_ones_see_who_was_suppressed_meanwhile() {
        let (root, uploads, id) = kept();
        let (upload, choices) = uploads.get(&id).unwrap();
        let folder = DataFolder::open(root.path());
        let suppressed = || upload.preview(&folder, &choices.columns).unwrap().report.suppressed;
        let entry = Suppressed::of_address("ada@x.example", "asked", "2026-11-30").unwrap();
        Suppression::add(&folder, [entry]).unwrap();
        assert_eq!((suppressed(), suppressed()), (0, 1));
        let other = self::upload(&folder, b"who,email\nada,ada@x.example\n");
        let options = Options { none: vec![Field::Email], ..Options::default() };
        assert!(other.preview(&folder, &options).is_err(), "other options than those it was read with");
    }

    #[test]
    fn a_page_asks_for_a_choice_and_not_for_an_option() {
        let root = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(root.path());
        let said = |bytes| upload(&folder, bytes).preview(&folder, &Options::default()).unwrap_err().to_string();
        assert_eq!(
            said(b"who,where\nada,x\n"),
            "x.csv: line 1, column 1: no column is known to hold e-mail addresses; choose it below; the columns are \
             who, where"
        );
        assert_eq!(
            said(b"email,where\nada,x\n"),
            "x.csv: none of its 1 rows has an e-mail address; have addresses added, or choose the column that holds \
             them below"
        );
    }
}
