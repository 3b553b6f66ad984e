//! Files of leads that were sent and not imported yet. They are held in memory only, for half an hour; a file on the
//! disk is there only while it is read.

use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::http::StatusCode;

use super::error::Problem;
use super::secrets;
use super::shelf::lock;
use crate::data::leads::Lead;
use crate::data::leads::import::{self, Field, Options, Report};
use crate::data::{DataFolder, Error, FileName};
use crate::report::leads::PREVIEWED;
use crate::report::words;

/// A file that was sent, and which column was chosen for which field.
type Mapped = (Arc<Upload>, Vec<(Field, String)>);

/// How long a file is kept that nobody asks for.
const KEPT: Duration = Duration::from_secs(30 * 60);
/// Files that are kept at once; the oldest goes.
const MOST: usize = 4;

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
        match upload.preview(folder, &[]) {
            Ok(Preview { report, .. }) => {
                let used = report.used.iter().map(|(_, column)| column.clone());
                for column in used.chain(report.kept) {
                    if !upload.columns.contains(&column) {
                        upload.columns.push(column);
                    }
                }
                upload.recognised = report.used;
            }
            // Without addresses there may be columns all the same, one of which holds them.
            Err(_) => upload.columns = upload.names(),
        }
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
    pub fn preview(&self, folder: &DataFolder, map: &[(Field, String)]) -> Result<Preview, Problem> {
        self.read(|path| {
            let mut first = Vec::new();
            let report = import::preview(folder, path, &Options { map: map.to_vec() }, &mut |lead| {
                if first.len() < PREVIEWED && lead.blocked.is_none() {
                    first.push(lead.clone());
                }
            })?;
            Ok(Preview { report, first })
        })
    }

    /// Imports it under a name that must be free.
    ///
    /// # Errors
    /// As [`preview`](Self::preview), and where the name is taken.
    pub fn import(&self, folder: &DataFolder, list: &FileName, map: &[(Field, String)]) -> Result<Report, Problem> {
        self.read(|path| import::import(folder, list, import::Mode::New, path, &Options { map: map.to_vec() }))
    }

    fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        // What was found before a row that cannot be read is enough.
        let _ = self.read(|path| {
            import::rows(path, &Options::default(), &mut |_, cells| {
                for (name, _) in cells {
                    if !names.contains(&name) {
                        names.push(name);
                    }
                }
                Ok(())
            })
        });
        names
    }

    fn read<T>(&self, read: impl FnOnce(&Path) -> Result<T, Error>) -> Result<T, Problem> {
        let no_room = |error: std::io::Error| {
            Problem::new(StatusCode::INSUFFICIENT_STORAGE, format!("The file cannot be read here: {error}."))
        };
        // Readable by its owner only, and gone at the end of this function.
        let mut file = tempfile::NamedTempFile::new().map_err(no_room)?;
        file.write_all(&self.bytes).and_then(|()| file.flush()).map_err(no_room)?;
        read(file.path()).map_err(|error| match error {
            Error::ListExists { .. } => {
                Problem::new(StatusCode::CONFLICT, "There is a list of that name already. Choose another name.")
            }
            error => {
                let text = error.to_string().replace(&words::path(file.path()), &self.name);
                let text = text.replace("name it: --map email=\"COLUMN\"", "choose it below");
                let text = text.replace(
                    "name the column that holds them: --map email=\"COLUMN\"",
                    "choose the column that holds them below",
                );
                Problem::input(text.replace("--map ", ""))
            }
        })
    }
}

/// A file and what people said of its columns.
struct Held {
    id: String,
    upload: Arc<Upload>,
    map: Vec<(Field, String)>,
    used: Instant,
}

/// All that are kept, the last one at the end.
#[derive(Default)]
pub struct Uploads(Mutex<Vec<Held>>);

impl Uploads {
    /// Keeps a file, and gives what it is asked for by.
    ///
    /// # Errors
    /// Where the system has no randomness to give.
    pub fn keep(&self, upload: Upload) -> Result<String, Problem> {
        let id = secrets::random()
            .map_err(|error| Problem::new(StatusCode::SERVICE_UNAVAILABLE, format!("No random number: {error}.")))?;
        let mut held = lock(&self.0);
        held.retain(|held| held.used.elapsed() < KEPT);
        held.push(Held { id: id.clone(), upload: Arc::new(upload), map: Vec::new(), used: Instant::now() });
        if held.len() > MOST {
            held.remove(0);
        }
        Ok(id)
    }

    /// The file of this name, with the columns that people chose.
    ///
    /// # Errors
    /// Where it was imported, or forgotten.
    pub fn get(&self, id: &str) -> Result<Mapped, Problem> {
        let mut held = lock(&self.0);
        held.retain(|held| held.used.elapsed() < KEPT);
        let found = held.iter_mut().find(|held| held.id == id).ok_or_else(|| {
            Problem::missing(
                "The file is not kept any more: it was imported, or half an hour has passed. Send it again.",
            )
        })?;
        found.used = Instant::now();
        Ok((Arc::clone(&found.upload), found.map.clone()))
    }

    /// Keeps what people say of its columns.
    pub fn choose(&self, id: &str, map: &[(Field, String)]) {
        if let Some(held) = lock(&self.0).iter_mut().find(|held| held.id == id) {
            held.map = map.to_vec();
        }
    }

    /// Forgets a file.
    pub fn forget(&self, id: &str) {
        lock(&self.0).retain(|held| held.id != id);
    }
}
