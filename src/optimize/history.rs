//! The history of a lineage, read from its files: what every version was, what people said to it, and who changed their
//! minds. It is what a report tells; how it looks is for others to say.
//!
//! Files pass in streams: of a run's texts none is held but those of the few personas that are shown ([`pairs`]).

pub mod line;
pub mod measured;
pub mod pairs;
pub mod told;

use std::sync::Arc;

use crate::data::calibrations::{self, Calibration};
use crate::data::provenance::Redone;
use crate::data::results::Metadata;
use crate::data::titles::Titles;
use crate::data::{self, DataFolder, FileName, Kind, versions};
use crate::journal::RunRow;
use crate::optimize::before::judges::Judge;
use crate::optimize::lineage::Lineage;
use crate::optimize::story::Rates;

pub use line::Link;
pub use measured::Measured;
pub use pairs::{Course, Pair, Pairs, Said};
pub use told::{Told, ToldProof};

/// A lineage up to one of its files.
#[derive(Clone, Debug)]
pub struct History {
    /// What the names of its files have in common.
    pub name: String,
    /// What people call it; its name where they call it nothing else.
    pub title: String,
    /// The first run first, the file in question last; never empty.
    pub versions: Vec<Version>,
    /// What the offer may claim.
    pub facts: Arc<str>,
    /// What the lineage remembers; `None` where no cycle of ours belongs to it.
    pub memory: Option<Lineage>,
    /// Files of the same lineage that are not between the first run and the file in question.
    pub aside: Vec<FileName>,
    /// Who was written to, before and after.
    pub pairs: Pairs,
    /// What real replies had to say about its judge, where that is known.
    pub calibration: Option<Calibration>,
}

/// One run of a lineage.
#[derive(Clone, Debug)]
pub struct Version {
    /// Its file.
    pub file: FileName,
    /// How it hangs together with the version before it.
    pub link: Link,
    /// What the file says; its entries have passed.
    pub metadata: Metadata,
    /// SHA-256 of the file.
    pub sha256: String,
    /// Its messages, as its own judge decided on them.
    pub recorded: Measured,
    /// The same messages, as the next version's judge decided on them, where it did.
    pub again: Option<Again>,
    /// What its cycle found, where it was one of ours.
    pub told: Option<Told>,
    /// The command that made it, where the journal knows.
    pub command: Option<RunRow>,
}

/// Messages about which the next version's cycle has found something out.
#[derive(Clone, Debug)]
pub struct Again {
    /// What came of it.
    pub measured: Measured,
    /// Whether they were decided on again, or only their claims checked.
    pub redone: Redone,
    /// Who decided.
    pub fingerprint: String,
    /// Whether the market did.
    pub simulated: bool,
}

impl Version {
    /// `first`, `v3`.
    #[must_use]
    pub fn label(&self) -> String {
        versions::version_of(self.file.stem()).map_or_else(|| "first".to_owned(), |version| format!("v{version}"))
    }

    /// Whether its messages were decided on again.
    #[must_use]
    pub fn is_decided_again(&self) -> bool {
        self.again.as_ref().is_some_and(|again| again.redone == Redone::Decisions)
    }

    /// What counts: what the next version's judge says, where there is that, else what the file records.
    #[must_use]
    pub fn measured(&self) -> &Measured {
        self.again.as_ref().map_or(&self.recorded, |again| &again.measured)
    }

    /// Who gave [`measured`](Self::measured); `None` where nobody knows.
    #[must_use]
    pub fn judge(&self) -> Option<Judge<'_>> {
        match self.again.as_ref().filter(|again| again.redone == Redone::Decisions) {
            Some(again) => Some(Judge { fingerprint: &again.fingerprint, simulated: again.simulated }),
            None => Judge::of(&self.metadata),
        }
    }

    /// Whether its cycle adopted its prompt.
    #[must_use]
    pub fn is_adopted(&self) -> bool {
        self.told.as_ref().and_then(|told| told.verdict.as_ref()).is_some_and(super::CycleVerdict::adopts)
    }

    /// Its prompt on unseen people, with fresh messages: the side of its own proof that has its prompt.
    fn proved(&self) -> Option<&Rates> {
        let proof = self.told.as_ref()?.proof.as_ref()?;
        Some(if self.is_adopted() { &proof.after } else { &proof.before })
    }
}

impl History {
    /// The history that leads to a file. `runs` are those of the journal, the newest first, by which the commands are
    /// known.
    ///
    /// # Errors
    /// Where a file of the line cannot be read.
    pub fn load(folder: &DataFolder, focus: &FileName, runs: &[RunRow]) -> Result<Self, data::Error> {
        let (versions, facts, memory) = line::load(folder, focus, runs)?;
        let name = versions::lineage_base(focus.stem());
        let is_aside = |file: &FileName| {
            versions::lineage_base(file.stem()) == name && !versions.iter().any(|version| version.file == *file)
        };
        let aside = folder.list(Kind::Results)?.into_iter().filter(is_aside).collect();
        let unseen = memory.as_ref().map(|memory| memory.split.unseen(folder)).transpose()?;
        let pairs = Pairs::of(folder, &versions, unseen.as_ref())?;
        // A calibration that cannot be read takes nothing from what the files say.
        let calibration = calibrations::of_lineage(folder, focus.stem()).ok().flatten();
        let title = Titles::load(folder).of_lineage(&name).to_owned();
        Ok(History { name, title, versions, facts, memory, aside, pairs, calibration })
    }

    /// The file that a name means: a results file, or the latest version of the lineage that is called so.
    ///
    /// # Errors
    /// As [`DataFolder::resolve`].
    pub fn named(folder: &DataFolder, name: &str) -> Result<FileName, data::Error> {
        let file = folder.resolve(Kind::Results, name)?;
        if folder.exists(&file) {
            return Ok(file);
        }
        let of_lineage = |other: &FileName| versions::lineage_base(other.stem()) == file.stem();
        let latest = folder
            .list(Kind::Results)?
            .into_iter()
            .filter(of_lineage)
            .max_by_key(|other| (versions::version_of(other.stem()), other.stem().to_owned()));
        Ok(latest.unwrap_or(file))
    }

    /// The file in question.
    ///
    /// # Panics
    /// Never: a history has a version.
    #[must_use]
    pub fn focus(&self) -> &Version {
        &self.versions[self.versions.len() - 1]
    }

    /// The last version whose prompt was adopted, with its place.
    #[must_use]
    pub fn adopted(&self) -> Option<(usize, &Version)> {
        self.versions.iter().enumerate().rev().find(|(_, version)| version.is_adopted())
    }

    /// A version's prompt on unseen people, and whose fingerprint judged there: by its own proof, or by that of the
    /// next one, in which it was the incumbent.
    #[must_use]
    pub fn on_unseen(&self, at: usize) -> Option<(&Rates, Option<Judge<'_>>)> {
        let judge = |version| Judge::of(&self.versions.get::<usize>(version)?.metadata);
        if let Some(rates) = self.versions.get(at)?.proved() {
            return Some((rates, judge(at)));
        }
        let next = self.versions.get(at + 1)?;
        let proof = next.told.as_ref()?.proof.as_ref()?;
        Some((&proof.before, judge(at + 1)))
    }

    /// Whether anything of it is simulated.
    #[must_use]
    pub fn is_simulated(&self) -> bool {
        self.versions.iter().any(|version| crate::optimize::before::judges::is_simulated(&version.metadata))
    }
}
