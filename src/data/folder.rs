//! The data folder: `personas/`, `results/` and `messages/` under one root, and nothing outside it.

mod lock;

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

pub use lock::Lock;
use sha2::{Digest, Sha256};

use super::file_name::{FileName, Kind, shortened};
use super::{Error, FileError, leads, personas, whole};
use rejoinder_files::hex;

/// The most bytes of one file that are read into memory: 2 GiB.
pub const LARGEST_FILE: u64 = 2 << 30;

/// The most bytes of one file that are read in a stream: 1 TiB.
pub const LARGEST_STREAM: u64 = 1 << 40;

/// The hidden file whose lock is held while files of a subfolder are read and replaced in one go.
const LOCK_FILE: &str = ".rejoinder.lock";

/// How long another process's lock is waited for. It is held for one reading and writing of a file.
const LOCK_WAIT: Duration = Duration::from_secs(60);

/// A root folder whose files are reached by name only.
#[derive(Clone, Debug)]
pub struct DataFolder {
    root: PathBuf,
}

impl DataFolder {
    /// The folder at `root`. Nothing is read or created yet.
    #[must_use]
    pub fn open(root: &Path) -> Self {
        DataFolder { root: root.to_owned() }
    }

    /// The root as given.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The subfolder of a kind.
    #[must_use]
    pub fn subfolder(&self, kind: Kind) -> PathBuf {
        self.root.join(kind.subfolder())
    }

    /// Where a file lives, whether or not it exists.
    #[must_use]
    pub fn path(&self, file: &FileName) -> PathBuf {
        self.subfolder(file.kind()).join(file.as_str())
    }

    /// Whether something already has this name, be it a file or anything else.
    #[must_use]
    pub fn exists(&self, file: &FileName) -> bool {
        fs::symlink_metadata(self.path(file)).is_ok()
    }

    /// Turns what a person (or a file) wrote into a file name: `x`, `x.json`, `results/x.json`, `data/results/x.json`
    /// or a full path, as long as it points into the subfolder. The file need not exist; if it does, it must be one.
    ///
    /// # Errors
    ///
    /// [`Error::Name`] for what can be no name here, [`Error::Outside`] for a symbolic link out of the folder,
    /// [`Error::NotAFile`] for anything but a regular file.
    pub fn resolve(&self, kind: Kind, name: &str) -> Result<FileName, Error> {
        let file = FileName::new(kind, self.bare(kind, name)?)?;
        self.check(&file)?;
        Ok(file)
    }

    /// Files of a kind, sorted by name. Hidden files, other extensions, and whatever [`resolve`](Self::resolve) would
    /// refuse are left out; a missing subfolder is an empty one.
    ///
    /// # Errors
    ///
    /// [`FileError::Read`] if the subfolder cannot be listed.
    pub fn list(&self, kind: Kind) -> Result<Vec<FileName>, Error> {
        let folder = self.subfolder(kind);
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(Error::read(&folder, error)),
        };
        let mut files = Vec::new();
        for entry in entries {
            let name = entry.map_err(|error| Error::read(&folder, error))?.file_name();
            let Some(name) = name.to_str().filter(|name| kind.stem_of(name).is_some()) else { continue };
            if let Ok(file) = FileName::new(kind, name)
                && self.check(&file).is_ok()
            {
                files.push(file);
            }
        }
        files.sort();
        Ok(files)
    }

    /// All bytes of a file, read once.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] with what there is instead, [`Error::TooLarge`], or as [`resolve`](Self::resolve).
    pub fn read(&self, file: &FileName) -> Result<Vec<u8>, Error> {
        self.read_at_most(file, LARGEST_FILE)
    }

    /// SHA-256 of a file of any size, 64 hexadecimal digits.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read).
    pub fn sha256(&self, file: &FileName) -> Result<String, Error> {
        self.check(file)?;
        let path = self.path(file);
        let mut hash = Sha256::new();
        let hashed = fs::File::open(&path).and_then(|mut opened| {
            let mut block = vec![0; 128 * 1024];
            loop {
                match opened.read(&mut block)? {
                    0 => return Ok(()),
                    count => hash.update(&block[..count]),
                }
            }
        });
        hashed.map_err(|error| Error::read(&path, error))?;
        Ok(hex(&hash.finalize()))
    }

    fn read_at_most(&self, file: &FileName, limit: u64) -> Result<Vec<u8>, Error> {
        let path = self.path(file);
        let mut bytes = Vec::new();
        self.opened(file)?.take(limit + 1).read_to_end(&mut bytes).map_err(|error| Error::read(&path, error))?;
        if bytes.len() as u64 > limit {
            return Err(Error::TooLarge { path, limit });
        }
        Ok(bytes)
    }

    /// A file, opened to be read.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read), but for the file's size.
    pub(super) fn opened(&self, file: &FileName) -> Result<fs::File, Error> {
        // Before opening: opening a FIFO would wait for a writer for ever.
        self.check(file)?;
        let path = self.path(file);
        fs::File::open(&path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Error::NotFound { kind: file.kind(), hint: self.hint(file), path },
            _ => Error::read(&path, error),
        })
    }

    /// Writes a file, whole or not at all, in place of any file of that name.
    ///
    /// # Errors
    ///
    /// Says whether the disk is full or the folder read-only; the file that was there is then still there.
    pub fn replace(&self, file: &FileName, bytes: &[u8]) -> Result<(), Error> {
        let path = self.path_to_write(file)?;
        Ok(whole::replace(&path, |out| out.write_all(bytes))?)
    }

    /// Writes a file whose name must be free.
    ///
    /// # Errors
    ///
    /// [`FileError::Exists`] if the name is taken; otherwise as [`replace`](Self::replace).
    pub fn create_new(&self, file: &FileName, bytes: &[u8]) -> Result<(), Error> {
        let path = self.path_to_create(file)?;
        Ok(whole::create_new(&path, |out| out.write_all(bytes))?)
    }

    /// Writes a companion of a file beside it, whole or not at all: the same name with another ending, such as `html`.
    /// It is no file of the kind, and [`list`](Self::list) does not list it. Returns its path.
    ///
    /// # Errors
    ///
    /// As [`replace`](Self::replace).
    pub fn write_beside(&self, file: &FileName, ending: &str, bytes: &[u8]) -> Result<PathBuf, Error> {
        let path = self.writable_subfolder(file.kind())?.join(format!("{}.{ending}", file.stem()));
        match fs::symlink_metadata(&path) {
            // What is no file is not replaced by one.
            Ok(there) if there.is_symlink() => Err(Error::NotAFile { path, what: "a symbolic link" }),
            Ok(there) if !there.is_file() => Err(Error::NotAFile { path, what: describe(there.file_type()) }),
            _ => Ok(whole::replace(&path, |out| out.write_all(bytes)).map(|()| path)?),
        }
    }

    /// Removes a file; one that is not there is removed already.
    ///
    /// # Errors
    ///
    /// As [`replace`](Self::replace).
    pub fn remove(&self, file: &FileName) -> Result<(), Error> {
        let path = self.path_to_write(file)?;
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::write(&path, error)),
            _ => Ok(()),
        }
    }

    /// Proves that a file can be created in a subfolder, which is made if need be, and leaves nothing else behind.
    /// Asked before anything is paid for whose result is to be saved there.
    ///
    /// # Errors
    ///
    /// As [`create_new`](Self::create_new).
    pub fn check_writable(&self, kind: Kind) -> Result<(), Error> {
        Ok(whole::probe(&self.writable_subfolder(kind)?)?)
    }

    /// Keeps other processes that ask for the lock out of a subfolder until it is dropped: for reading a file and
    /// replacing it as if in one step.
    ///
    /// # Errors
    ///
    /// [`FileError::Write`] if another process does not let go of it for a minute; otherwise as
    /// [`create_new`](Self::create_new).
    pub fn lock(&self, kind: Kind) -> Result<Lock, Error> {
        let path = self.writable_subfolder(kind)?.join(LOCK_FILE);
        let until = Instant::now() + LOCK_WAIT;
        loop {
            match Lock::attempt(&path) {
                Ok(Some(lock)) => return Ok(lock),
                Ok(None) if Instant::now() < until => std::thread::sleep(Duration::from_millis(10)),
                Ok(None) => {
                    let held = io::Error::new(io::ErrorKind::TimedOut, "another process holds it for a minute already");
                    return Err(Error::write(&path, held));
                }
                Err(error) => return Err(Error::write(&path, error)),
            }
        }
    }

    /// The path of a file that is to be replaced: as [`path_to_create`](Self::path_to_create), and what is there now,
    /// if anything, is a file.
    pub(super) fn path_to_write(&self, file: &FileName) -> Result<PathBuf, Error> {
        let path = self.path_to_create(file)?;
        self.check(file)?;
        Ok(path)
    }

    /// The path of a file that is to be created, its subfolder made if need be and known to lie inside the root.
    pub(super) fn path_to_create(&self, file: &FileName) -> Result<PathBuf, Error> {
        let path = self.path(file);
        self.writable_subfolder(file.kind()).map_err(|error| match error {
            Error::File(FileError::Write { source, .. } | FileError::ReadOnly { source, .. }) => {
                Error::write(&path, source)
            }
            other => other,
        })?;
        Ok(path)
    }

    /// A subfolder, made if need be and known to lie inside the root.
    fn writable_subfolder(&self, kind: Kind) -> Result<PathBuf, Error> {
        let folder = self.subfolder(kind);
        whole::make_folder(&folder).map_err(|error| Error::write(&folder, error))?;
        self.check_inside(&folder)?;
        Ok(folder)
    }

    /// Strips what may stand before the name, if it leads to the right subfolder.
    fn bare<'n>(&self, kind: Kind, name: &'n str) -> Result<&'n str, Error> {
        let Some((parent, bare)) = name.rsplit_once('/') else { return Ok(name) };
        let refuse = |why: String| Err(Error::Name { kind, name: shortened(name), why });
        let folder = self.subfolder(kind);
        if name.contains('\0') {
            return refuse("it holds control characters; use plain ones".to_owned());
        }
        if name.split('/').any(|part| part == "..") {
            return refuse(format!("`..` is not followed; name a file in {}", folder.display()));
        }
        let parts: Vec<&str> = parent.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
        let is_absolute = name.starts_with('/');
        let root_name = self.root.file_name().and_then(|name| name.to_str());
        let leads_here = match parts[..] {
            [subfolder] if !is_absolute => subfolder == kind.subfolder(),
            [root, subfolder] if !is_absolute && Some(root) == root_name => subfolder == kind.subfolder(),
            _ => false,
        };
        if leads_here || Path::new(parent) == folder || is_same_folder(Path::new(parent), &folder) {
            return Ok(bare);
        }
        refuse(format!("it does not lead into {}; {kind} files live there", folder.display()))
    }

    /// Refuses what is there but is no regular file inside the root. What is not there passes.
    fn check(&self, file: &FileName) -> Result<(), Error> {
        let path = self.path(file);
        match fs::symlink_metadata(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(Error::read(&path, error)),
            Ok(_) => self.check_inside(&path)?,
        }
        let kind = fs::metadata(&path).map_err(|error| Error::read(&path, error))?.file_type();
        if kind.is_file() {
            return Ok(());
        }
        Err(Error::NotAFile { path, what: describe(kind) })
    }

    /// Follows all links and refuses to end up outside the root.
    fn check_inside(&self, path: &Path) -> Result<(), Error> {
        let real = match path.canonicalize() {
            Ok(real) => real,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(Error::NotAFile { path: path.to_owned(), what: "a symbolic link to nothing" });
            }
            Err(error) => return Err(Error::read(path, error)),
        };
        let root = self.root.canonicalize().map_err(|error| Error::read(&self.root, error))?;
        if real.starts_with(&root) {
            return Ok(());
        }
        Err(Error::Outside { path: path.to_owned(), root: self.root.clone() })
    }

    /// What a person who mistyped a name may have meant.
    fn hint(&self, file: &FileName) -> String {
        const SHOWN: usize = 5;
        let kind = file.kind();
        let other =
            Some(file.stem()).filter(|name| kind == Kind::Personas && self.subfolder(kind).join(name).is_file());
        if let Some(conversion) = other.and_then(personas::conversion) {
            return conversion;
        }
        let mut files = self.list(kind).unwrap_or_default();
        files.retain(|file| kind != Kind::Leads || !file.stem().eq_ignore_ascii_case(leads::SUPPRESSED));
        if files.is_empty() {
            return format!("{} holds none yet", self.subfolder(kind).display());
        }
        let names: Vec<&str> = files.iter().take(SHOWN).map(FileName::stem).collect();
        let more = if files.len() > SHOWN { format!(" and {} more", files.len() - SHOWN) } else { String::new() };
        let verb = if files.len() == 1 { "is" } else { "are" };
        format!("there {verb} {}{more}", names.join(", "))
    }
}

fn is_same_folder(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}

#[cfg(unix)]
pub(super) fn describe(kind: fs::FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    match kind {
        _ if kind.is_dir() => "a directory",
        _ if kind.is_fifo() => "a FIFO",
        _ if kind.is_socket() => "a socket",
        _ => "a device",
    }
}

#[cfg(not(unix))]
pub(super) fn describe(kind: fs::FileType) -> &'static str {
    if kind.is_dir() { "a directory" } else { "something else" }
}

#[cfg(test)]
mod tests;
