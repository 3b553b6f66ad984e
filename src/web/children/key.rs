//! What tells the commands that this user has confirmed from those that somebody else wrote into the data folder: each
//! is signed with a key that lies outside of it.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::data::whole;
use crate::web::secrets;
use rejoinder_files::hex;

/// The key's file, in the folder where this user's programs keep their state.
const FILE: &str = "rejoinder/queue.key";
/// Characters of a key: 256 bits as hexadecimal digits.
const LENGTH: usize = 64;

/// The key of this user.
#[derive(Clone)]
pub struct Key(Hmac<Sha256>);

impl Key {
    /// This user's key, made the first time. It must not lie in the data folder, whose files others may have made.
    ///
    /// # Errors
    /// Where there is no place for it, or others can read it.
    pub fn load(data: &Path) -> io::Result<Self> {
        let variable = |name: &str| std::env::var_os(name);
        let state = state_folder(variable("XDG_STATE_HOME"), variable("HOME"));
        Self::load_from(&state.ok_or_else(|| io::Error::other("HOME is not set"))?, data)
    }

    /// The same in this folder.
    pub(super) fn load_from(state: &Path, data: &Path) -> io::Result<Self> {
        let path = state.join(FILE);
        let folder = path.parent().unwrap_or(state);
        whole::make_folder(folder)?;
        let real = fs::canonicalize(folder)?;
        if fs::canonicalize(data).is_ok_and(|data| real.starts_with(data)) {
            return Err(io::Error::other(format!("{} lies in the data folder", folder.display())));
        }
        if !path.try_exists()? {
            let random = || secrets::random().map_err(|error| io::Error::other(error.to_string()));
            let key = format!("{}{}", random()?, random()?);
            match whole::create_new(&path, |out| out.write_all(key.as_bytes())) {
                // Another server was faster.
                Ok(()) | Err(rejoinder_files::Error::Exists { .. }) => {}
                Err(error) => return Err(io::Error::other(error)),
            }
        }
        let file = File::open(&path)?;
        if !is_private(&file.metadata()?) {
            return Err(io::Error::other(format!("others may read or change {}; delete it", path.display())));
        }
        let mut key = String::new();
        file.take(LENGTH as u64 + 1).read_to_string(&mut key)?;
        let is_whole = key.len() == LENGTH && key.bytes().all(|byte| byte.is_ascii_hexdigit());
        let damaged = || io::Error::other(format!("{} is damaged; delete it", path.display()));
        let key = Hmac::new_from_slice(key.as_bytes()).ok().filter(|_| is_whole);
        key.map(Key).ok_or_else(damaged)
    }

    /// HMAC-SHA256 (RFC 2104) of these bytes, as hexadecimal digits.
    pub(super) fn sign(&self, bytes: &[u8]) -> String {
        let mut mac = self.0.clone();
        mac.update(bytes);
        hex(&mac.finalize().into_bytes())
    }

    /// Whether this is what [`sign`](Self::sign) makes of these bytes.
    pub(super) fn has_signed(&self, bytes: &[u8], signature: &str) -> bool {
        secrets::is_same(self.sign(bytes).as_bytes(), signature.as_bytes())
    }
}

/// Where this user's programs keep their state (XDG Base Directory Specification): a relative path counts as none.
fn state_folder(state: Option<OsString>, home: Option<OsString>) -> Option<PathBuf> {
    let folder = |path: Option<OsString>| path.map(PathBuf::from).filter(|path| path.is_absolute());
    folder(state).or_else(|| folder(home).map(|home| home.join(".local/state")))
}

/// Whether nobody but this user can read or change a file.
fn is_private(about: &fs::Metadata) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let for_others = about.mode() & 0o077;
        about.is_file() && for_others == 0 && about.uid() == rustix::process::geteuid().as_raw()
    }
    #[cfg(not(unix))]
    about.is_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_for_its_owner_alone_and_outside_of_the_data_folder() {
        let place = tempfile::tempdir().unwrap();
        let (state, data) = (place.path().join("state"), place.path().join("data"));
        fs::create_dir(&data).unwrap();
        let key = Key::load_from(&state, &data).unwrap();
        let signature = key.sign(b"one");
        let again = Key::load_from(&state, &data).unwrap();
        assert!(again.has_signed(b"one", &signature), "the same after a restart");
        assert!(!again.has_signed(b"two", &signature) && !again.has_signed(b"one", ""));
        let other = Key::load_from(&place.path().join("other"), &data).unwrap();
        assert!(!other.has_signed(b"one", &signature), "another user's");
        assert!(is_private(&fs::metadata(state.join(FILE)).unwrap()));

        for inside in [data.clone(), data.join("state")] {
            let refused = Key::load_from(&inside, &data).err().unwrap().to_string();
            assert!(refused.contains("lies in the data folder"), "{refused}");
        }
        whole::replace(&state.join(FILE), |out| out.write_all(b"short")).unwrap();
        let refused = Key::load_from(&state, &data).err().unwrap().to_string();
        assert!(refused.contains("is damaged"), "{refused}");
    }

    #[cfg(unix)]
    #[test]
    fn a_key_that_others_can_read_is_none() {
        use std::os::unix::fs::PermissionsExt;
        let place = tempfile::tempdir().unwrap();
        let data = place.path().join("data");
        Key::load_from(place.path(), &data).unwrap();
        fs::set_permissions(place.path().join(FILE), fs::Permissions::from_mode(0o640)).unwrap();
        let refused = Key::load_from(place.path(), &data).err().unwrap().to_string();
        assert!(refused.contains("others may read"), "{refused}");
    }

    #[test]
    fn the_state_folder_is_the_one_of_the_user_and_never_a_relative_one() {
        let some = |path: &str| Some(OsString::from(path));
        assert_eq!(state_folder(some("/state"), some("/home/a")), Some("/state".into()));
        assert_eq!(state_folder(some("state"), some("/home/a")), Some("/home/a/.local/state".into()));
        assert_eq!(state_folder(None, some("home")), None);
    }
}
