//! What was made of results files for download, kept as long as they are as they were.

use std::fs::File;
use std::sync::{Arc, Mutex};

use axum::body::Bytes;

use super::shelf::{Stamp, lock};
use crate::data::{DataFolder, FileName};

/// Downloads that are kept.
const MOST: usize = 48;
/// Bytes of those that are kept on the disk.
const MOST_BYTES: u64 = 1 << 30;

/// What a download was made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// The run.
    pub file: FileName,
    /// Its form, such as `report.html`.
    pub form: String,
    /// Every file that was read for it, as it was then.
    pub from: Vec<(FileName, Stamp)>,
    /// What else it tells: the journal's word on these files.
    pub beside: String,
}

impl Made {
    /// What it would be made of now.
    #[must_use]
    pub fn now(folder: &DataFolder, (file, form): (&FileName, &str), read: &[FileName], beside: String) -> Self {
        let from = read.iter().map(|file| (file.clone(), Stamp::of(folder, file))).collect();
        Made { file: file.clone(), form: form.to_owned(), from, beside }
    }
}

/// A download.
#[derive(Clone, Debug)]
pub enum Body {
    /// In memory.
    Text(Bytes),
    /// In a nameless file of so many bytes.
    Disk(Arc<File>, u64),
}

/// All that are kept; what was asked for last stands at the end.
#[derive(Default)]
pub struct Kept(Mutex<Vec<(Made, Body)>>);

impl Kept {
    /// What was made of the same.
    #[must_use]
    pub fn get(&self, made: &Made) -> Option<Body> {
        let mut kept = lock(&self.0);
        let at = kept.iter().position(|(known, _)| known == made)?;
        let found = kept.remove(at);
        let body = found.1.clone();
        kept.push(found);
        Some(body)
    }

    /// Keeps it, in place of what was made of the same run in the same form; what nobody asked for longest goes.
    pub fn keep(&self, made: Made, body: Body) {
        let mut kept = lock(&self.0);
        kept.retain(|(known, _)| known.file != made.file || known.form != made.form);
        kept.push((made, body));
        let on_disk = |body: &Body| if let Body::Disk(_, bytes) = body { *bytes } else { 0 };
        while kept.len() > MOST || kept.iter().map(|(_, body)| on_disk(body)).sum::<u64>() > MOST_BYTES {
            kept.remove(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Kind;

    fn made(name: &str, beside: &str) -> Made {
        let file = FileName::new(Kind::Results, name).unwrap();
        Made { file, form: "report.html".into(), from: Vec::new(), beside: beside.into() }
    }

    #[test]
    fn what_was_made_of_something_else_is_made_again_and_the_oldest_goes() {
        let kept = Kept::default();
        kept.keep(made("a", "1"), Body::Text(Bytes::from_static(b"old")));
        assert!(kept.get(&made("a", "2")).is_none());
        kept.keep(made("a", "2"), Body::Text(Bytes::from_static(b"new")));
        assert!(kept.get(&made("a", "1")).is_none());
        assert!(matches!(kept.get(&made("a", "2")), Some(Body::Text(text)) if text == "new"));
        for number in 0..MOST {
            kept.keep(made(&format!("b{number}"), ""), Body::Text(Bytes::new()));
        }
        assert!(kept.get(&made("a", "2")).is_none() && kept.get(&made("b0", "")).is_some());
    }
}
