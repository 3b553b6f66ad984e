//! What a run under way tells other processes: a small text beside its lock, replaced as a whole.
//!
//! It is for looking at only. The run's lock, not this text, says whether the run is under way.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{FILE, OpenRun, runs, schema};

/// A text is removed some time after its run has ended.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);
/// How its file ends.
const SUFFIX: &str = ".live";
/// Longer ones are not ours.
const LONGEST: u64 = 4 << 20;

/// Where a run's text is.
#[derive(Clone, Debug)]
pub struct LiveFile {
    /// The run's id.
    pub run: String,
    path: PathBuf,
}

impl LiveFile {
    /// Replaces the text. It is not synced: after a power cut there is nothing to follow.
    ///
    /// # Errors
    /// What the file system said. The run does not depend on it.
    pub fn write(&self, text: &str) -> io::Result<()> {
        let draft = self.path.with_extension("live.tmp");
        let mut file = schema::private(fs::OpenOptions::new().create(true).truncate(true).write(true)).open(&draft)?;
        file.write_all(text.as_bytes())?;
        drop(file);
        fs::rename(&draft, &self.path)
    }
}

impl OpenRun {
    /// Where this run's text is to be. Texts of runs that ended long ago are removed on the way.
    #[must_use]
    pub fn live_file(&self) -> LiveFile {
        let folder = self.journal.path().with_file_name(schema::LOCKS);
        let old = |path: &Path| {
            let changed = fs::metadata(path).and_then(|about| about.modified()).ok()?;
            Some(changed.elapsed().ok()? > KEPT)
        };
        for (id, path) in files(&folder) {
            if old(&path) == Some(true) && !is_held(&folder, &id) {
                let _ = fs::remove_file(path);
            }
        }
        LiveFile { run: self.id.clone(), path: folder.join(format!("{}{SUFFIX}", self.id)) }
    }
}

/// Ids and texts of those runs of a data folder that have written one lately.
#[must_use]
pub fn live_texts(folder: &Path) -> Vec<(String, String)> {
    files(&folder.join(schema::LOCKS))
        .into_iter()
        .filter(|(_, path)| fs::metadata(path).is_ok_and(|about| about.is_file() && about.len() <= LONGEST))
        .filter_map(|(id, path)| Some((id, fs::read_to_string(path).ok()?)))
        .collect()
}

/// The text of one run, if it has written one lately.
#[must_use]
pub fn live_text(folder: &Path, id: &str) -> Option<String> {
    if !runs::is_id(id) {
        return None;
    }
    fs::read_to_string(folder.join(schema::LOCKS).join(format!("{id}{SUFFIX}"))).ok()
}

fn files(folder: &Path) -> Vec<(String, PathBuf)> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let of = |path: PathBuf| {
        let id = path.file_name()?.to_str()?.strip_suffix(SUFFIX)?.to_owned();
        runs::is_id(&id).then_some((id, path))
    };
    let mut found: Vec<_> = entries.flatten().filter_map(|entry| of(entry.path())).collect();
    found.sort();
    found
}

/// Whether a process has this run of the data folder under way. Creates nothing.
#[must_use]
pub fn is_under_way(folder: &Path, id: &str) -> bool {
    if !runs::is_id(id) || !folder.join(FILE).is_file() {
        return false;
    }
    // While it is looked, nobody begins a run: who did would find the lock held by who only looks.
    let Ok(_turn) = schema::turn(&folder.join(FILE)) else { return false };
    is_held(&folder.join(schema::LOCKS), id)
}

/// Whether this very process has the run under way. Where the system does not tell who holds a lock, it is enough that
/// somebody does.
#[must_use]
pub fn is_under_way_in(folder: &Path, id: &str, pid: u32) -> bool {
    if !is_under_way(folder, id) {
        return false;
    }
    #[cfg(target_os = "linux")]
    {
        use std::os::unix::fs::MetadataExt;
        let lock = folder.join(schema::LOCKS).join(format!("{id}.lock"));
        let (Ok(about), Ok(locks)) = (fs::metadata(lock), fs::read_to_string("/proc/locks")) else { return true };
        // 1: FLOCK  ADVISORY  WRITE 10271 fe:00:10330909 0 EOF
        let holders = locks.lines().filter_map(|line| {
            let mut words = line.split_whitespace().skip(1).filter(|word| *word != "->");
            let kind = words.next()?;
            let pid: u32 = words.nth(2)?.parse().ok()?;
            let inode: u64 = words.next()?.rsplit(':').next()?.parse().ok()?;
            (kind == "FLOCK" && inode == about.ino()).then_some(pid)
        });
        let holders: Vec<u32> = holders.collect();
        // From within a container, holders outside of it are listed as 0 or not at all.
        holders.is_empty() || holders.contains(&pid)
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = pid;
        true
    }
}

pub(super) fn is_held(folder: &Path, id: &str) -> bool {
    let Ok(file) = fs::File::open(folder.join(format!("{id}.lock"))) else { return false };
    matches!(file.try_lock_shared(), Err(fs::TryLockError::WouldBlock))
}
