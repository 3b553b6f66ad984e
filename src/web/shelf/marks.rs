//! What has to be read out of the texts of a run: segments. It takes longer than looking at where they are, and is done
//! on a thread of its own.

use std::sync::atomic::{AtomicBool, Ordering};

use super::index::Index;
use crate::data::{self, DataFolder, Entry, Gather, Part, results_stream};
use crate::optimize::search::segments;

/// Who people are.
#[derive(Clone, Default)]
pub struct Marks {
    /// Segments, for every entry: places in `names`, plus 1, or 0.
    pub segments: Vec<[u8; 2]>,
    /// Names of segments.
    pub names: Vec<&'static str>,
}

/// Whether the work is being done.
#[derive(Default)]
pub(super) struct Progress {
    begun: AtomicBool,
}

impl Progress {
    /// Whether it is for the caller to do.
    pub(super) fn begin(&self) -> bool {
        !self.begun.swap(true, Ordering::AcqRel)
    }

    pub(super) fn give_up(&self) {
        self.begun.store(false, Ordering::Release);
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
