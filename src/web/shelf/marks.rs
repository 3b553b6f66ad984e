//! What has to be read out of the texts of a run: flagged claims, objections, segments. It takes longer than looking at
//! where they are, and is done on a thread of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::index::Index;
use crate::data::{DataFolder, Part, results_stream};
use crate::evaluate::claims::{Facts, audit};
use crate::improve::objections;
use crate::optimize::segments;

/// What is marked.
pub struct Marks {
    /// What may be claimed.
    pub facts: Arc<Facts>,
    /// Ungrounded claims, for every trial; at most 255.
    pub flagged: Vec<u8>,
    /// Groups of the reasoning, for every trial: bits of [`objections::group_names`].
    pub groups: Vec<u32>,
    /// How many reasonings of a no are in each of those groups.
    pub raised: Vec<u64>,
    /// Segments, for every entry: places in `names`, plus 1, or 0.
    pub segments: Vec<[u8; 2]>,
    /// Names of segments.
    pub names: Vec<&'static str>,
}

/// How far the work is.
#[derive(Default)]
pub struct Progress {
    begun: AtomicBool,
    done: AtomicUsize,
}

impl Progress {
    /// Whether it is for the caller to do.
    pub(super) fn begin(&self) -> bool {
        !self.begun.swap(true, Ordering::AcqRel)
    }

    pub(super) fn give_up(&self) {
        self.begun.store(false, Ordering::Release);
    }

    /// Entries that have been read.
    #[must_use]
    pub fn done(&self) -> usize {
        self.done.load(Ordering::Relaxed)
    }
}

impl Marks {
    pub(super) fn work_out(
        index: &Index,
        folder: &DataFolder,
        progress: &Progress,
    ) -> Result<Self, crate::data::Error> {
        let facts = index.facts(folder)?;
        let start = || Marks {
            facts: Arc::clone(&facts),
            flagged: Vec::with_capacity(index.trials.len()),
            groups: Vec::with_capacity(index.trials.len()),
            raised: vec![0; objections::group_names(false).len()],
            segments: Vec::with_capacity(index.entries.len()),
            names: Vec::new(),
        };
        let (marks, _) = results_stream::fold(folder, &index.file, start, |marks, entry| {
            if entry.part != Part::Results {
                return;
            }
            let persona = entry.persona.get();
            for said in &entry.messages {
                let claims = audit(&said.message.get(), &marks.facts, &persona).ungrounded().count();
                marks.flagged.push(claims.min(255) as u8);
                let groups = objections::groups_of(&said.reasoning.get());
                marks.groups.push(groups);
                if !said.yes {
                    let raised = marks.raised.iter_mut().enumerate();
                    raised.for_each(|(at, count)| *count += u64::from(groups >> at & 1));
                }
            }
            let mut places = [0; 2];
            for (place, name) in places.iter_mut().zip(segments::of(&persona)) {
                *place = marks.segment(name);
            }
            marks.segments.push(places);
            progress.done.fetch_add(1, Ordering::Relaxed);
        })?;
        Ok(marks)
    }

    /// The segment's place among the names, plus 1.
    fn segment(&mut self, name: &'static str) -> u8 {
        let at = self.names.iter().position(|own| *own == name).unwrap_or_else(|| {
            self.names.push(name);
            self.names.len() - 1
        });
        at as u8 + 1
    }
}
