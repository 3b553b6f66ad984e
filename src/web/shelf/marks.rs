//! What has to be read out of the texts of a run: segments, and flagged claims. It takes longer than looking at where they
//! are, the claims most of all, and is done on a thread of its own.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::index::Index;
use crate::data::{self, DataFolder, Entry, Gather, Part, results_stream};
use crate::evaluate::claims::{Facts, audit};
use crate::optimize::segments;

/// Who people are.
#[derive(Clone, Default)]
pub struct Marks {
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

    /// Personas whose messages have been audited.
    #[must_use]
    pub fn done(&self) -> usize {
        self.done.load(Ordering::Relaxed)
    }
}

impl Marks {
    pub(super) fn read(index: &Index, folder: &DataFolder) -> Result<Self, data::Error> {
        Ok(results_stream::look(folder, &index.file, &Marks::default())?.0)
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

impl Gather for Marks {
    fn take(&mut self, entry: &Entry<'_>) {
        if entry.part != Part::Results {
            return;
        }
        let mut places = [0; 2];
        for (place, name) in places.iter_mut().zip(segments::of(&entry.persona.get())) {
            *place = self.segment(name);
        }
        self.segments.push(places);
    }

    fn then(&mut self, later: Self) {
        let places: Vec<u8> = later.names.iter().map(|name| self.segment(name)).collect();
        let here = |place: u8| if place == 0 { 0 } else { places[usize::from(place) - 1] };
        self.segments.extend(later.segments.into_iter().map(|own| own.map(here)));
    }
}

/// Ungrounded claims, for every trial; at most 255.
pub(super) fn flagged(
    index: &Index,
    folder: &DataFolder,
    facts: &Facts,
    progress: &Progress,
) -> Result<Vec<u8>, data::Error> {
    let start = || {
        progress.done.store(0, Ordering::Relaxed);
        Vec::with_capacity(index.trials.len())
    };
    let (flagged, _) = results_stream::fold(folder, &index.file, start, |flagged, entry| {
        if entry.part == Part::Results {
            let persona = entry.persona.get();
            flagged.extend(entry.messages.iter().map(|said| {
                let claims = audit(&said.message.get(), facts, &persona).ungrounded().count();
                claims.min(255) as u8
            }));
            progress.done.fetch_add(1, Ordering::Relaxed);
        }
    })?;
    Ok(flagged)
}
