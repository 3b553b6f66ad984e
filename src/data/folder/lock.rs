//! One writer at a time in a subfolder.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A held lock on a subfolder; released when dropped, or when the process ends in any way.
#[derive(Debug)]
pub struct Lock {
    path: PathBuf,
    file: fs::File,
}

impl Lock {
    /// The lock, unless another holds it.
    pub(super) fn attempt(path: &Path) -> io::Result<Option<Self>> {
        let file = fs::File::options().write(true).create(true).truncate(false).open(path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => return Ok(None),
            // Some network file systems know no locks. Files are whole there all the same.
            Err(fs::TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {}
            Err(fs::TryLockError::Error(error)) => return Err(error),
        }
        // Whoever held it before has removed the file; a lock on what has no name any more keeps nobody out.
        Ok(has_name(&file, path)?.then(|| Lock { path: path.to_owned(), file }))
    }
}

#[cfg(unix)]
fn has_name(file: &fs::File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let opened = file.metadata()?;
    match fs::symlink_metadata(path) {
        Ok(named) => Ok((named.dev(), named.ino()) == (opened.dev(), opened.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(not(unix))]
fn has_name(_file: &fs::File, _path: &Path) -> io::Result<bool> {
    Ok(true)
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Removed while it is held, so that it is never another's file.
        if cfg!(unix) {
            let _ = fs::remove_file(&self.path);
        }
        let _ = self.file.unlock();
    }
}
