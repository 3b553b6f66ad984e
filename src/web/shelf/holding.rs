//! Trials whose texts hold what somebody looks for.

use std::sync::Arc;

use super::index::Index;
use crate::data::{self, DataFolder, Entry, Gather, Part, results_stream};

/// Searches whose outcome is kept: who leafs through the pages of one asks for it again.
const MOST_KEPT: usize = 4;

/// What was looked for, and the places of the trials that hold it, in order.
pub(super) type Kept = Vec<(String, Arc<Vec<u32>>)>;

/// Numbers of trials within what was read, and how many were read.
#[derive(Clone, Default)]
struct Holding {
    wanted: String,
    read: u32,
    found: Vec<u32>,
}

impl Gather for Holding {
    fn gather(&mut self, entry: &Entry<'_>) {
        if entry.part != Part::Results {
            return;
        }
        let holds = |text: &str| text.to_lowercase().contains(&self.wanted);
        let is_persona = holds(&entry.persona.get());
        for said in &entry.messages {
            if is_persona || holds(&said.message.get()) || holds(&said.reasoning.get()) {
                self.found.push(self.read);
            }
            self.read += 1;
        }
    }

    fn then(&mut self, later: Self) {
        self.found.extend(later.found.into_iter().map(|at| at + self.read));
        self.read += later.read;
    }
}

impl Index {
    /// The places of the trials whose persona, message or reasoning holds this text, in whatever case; `None` where
    /// nothing is looked for. The file is read once for it.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn holding(&self, folder: &DataFolder, text: &str) -> Result<Option<Arc<Vec<u32>>>, data::Error> {
        let wanted = text.trim().to_lowercase();
        if wanted.is_empty() {
            return Ok(None);
        }
        if let Some((_, known)) = super::lock(&self.held).iter().find(|(own, _)| *own == wanted) {
            return Ok(Some(Arc::clone(known)));
        }
        let empty = Holding { wanted: wanted.clone(), ..Holding::default() };
        let found = Arc::new(results_stream::look(folder, &self.file, &empty)?.0.found);
        let mut held = super::lock(&self.held);
        held.push((wanted, Arc::clone(&found)));
        let long_ago = held.len().saturating_sub(MOST_KEPT);
        held.drain(..long_ago);
        Ok(Some(found))
    }
}
