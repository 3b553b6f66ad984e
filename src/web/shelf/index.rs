//! Where every trial of a run stands in its file, and how it was decided. Texts stay on the disk.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::{Arc, Mutex, OnceLock};

use super::holding::Kept;
use super::{Shelf, summary};
use crate::compare::Tally;
use crate::compare::mean::{Mean, Outcomes};
use crate::data::results::{Metadata, PersonaResult, Results};
use crate::data::results_stream::Counts;
use crate::data::{self, DataFolder, Entry, FileName, Gather, Kind, Part, results_stream};
use crate::evaluate::grounding::{Audit, Grounding};
use crate::improve::Coding;
use crate::optimize::before::grounded::{Checked, RunTallies};
use crate::optimize::before::judges::{Judge, Judges};
use crate::optimize::before::readings;
use crate::optimize::lineage::Lineage;
use crate::optimize::people::kinds::Kinds;
use crate::optimize::people::pairing::Key;
use crate::optimize::story::Rates;

/// Stands for no entry.
pub const NOBODY: u32 = u32::MAX;

/// All of a run's trials, at some 90 bytes each.
pub struct Index {
    /// The file.
    pub file: FileName,
    /// What it says beside its entries.
    pub metadata: Metadata,
    /// Its decisions, counted.
    pub counts: Counts,
    /// One for each persona.
    pub entries: Vec<Own>,
    /// One for each decided message, in the order of the file.
    pub trials: Vec<Trial>,
    /// The parent's messages, decided again by this run's judge.
    again: Vec<Own>,
    before: OnceLock<Option<Arc<Before>>>,
    measured: OnceLock<Measured>,
    mean_chance: OnceLock<Option<Mean>>,
    coding: OnceLock<Option<Coding>>,
    kinds: OnceLock<Kinds>,
    /// What was looked for in its texts of late.
    pub(super) held: Mutex<Kept>,
}

/// What came of a run's messages, of all people and of each side of the split.
#[derive(Clone, Debug)]
pub struct Measured {
    /// Everybody in the file.
    pub all: Rates,
    /// Those from whom is learned; `None` where the lineage has no split.
    pub learned: Option<Rates>,
    /// Those in the file who are kept aside; `None` where there is nobody.
    pub aside: Option<Rates>,
}

/// An entry.
#[derive(Clone, Copy, Debug)]
pub struct Own {
    /// Where it begins in the file; nowhere for a file that could only be read as a whole.
    start: u64,
    length: u32,
    /// Its first trial.
    pub first: u32,
    /// Who.
    pub key: Key,
    /// Its decisions.
    pub tally: Tally,
    /// Their chances of a yes, where they are that.
    chances: Outcomes,
}

/// A decided message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trial {
    /// Its entry.
    pub entry: u32,
    /// Which message of the entry.
    pub message: u32,
    /// The decision.
    pub yes: bool,
    /// What is known of its message's claims.
    pub grounding: Grounding,
    /// Whether a model audited them.
    pub is_audited: bool,
}

/// The same personas in the run before, where one judge decided on both.
pub struct Before {
    /// Its file, and which of its lists.
    pub file: FileName,
    part: Part,
    others: Vec<Own>,
    /// For every entry the one before, or [`NOBODY`].
    pub of: Vec<u32>,
}

/// What is taken of a file's entries.
#[derive(Clone, Default)]
struct Taken {
    own: Vec<Own>,
    again: Vec<Own>,
    trials: Vec<Trial>,
}

impl Gather for Taken {
    fn gather(&mut self, entry: &Entry<'_>) {
        let place = entry.place.clone().unwrap_or(0..0);
        let mut chances = Outcomes::default();
        entry.messages.iter().filter_map(|said| said.score).for_each(|chance| chances.add(chance));
        let own = Own {
            start: place.start,
            length: u32::try_from(place.end - place.start).unwrap_or(0),
            first: self.trials.len() as u32,
            key: Key::of(&entry.persona.get()),
            tally: Tally::from_decisions(entry.messages.iter().map(|said| said.yes)),
            chances,
        };
        if entry.part == Part::Baseline {
            self.again.push(own);
            return;
        }
        let at = self.own.len() as u32;
        let trial = |(message, said): (usize, &data::entry::DecidedMessage<'_>)| {
            let audit = said.audit::<Audit>().unwrap_or_default();
            let (grounding, is_audited) = (audit.grounding(), audit.auditor.is_some());
            Trial { entry: at, message: message as u32, yes: said.yes, grounding, is_audited }
        };
        self.trials.extend(entry.messages.iter().enumerate().map(trial));
        self.own.push(own);
    }

    fn then(&mut self, later: Self) {
        let (entries, trials) = (self.own.len() as u32, self.trials.len() as u32);
        self.own.extend(later.own.into_iter().map(|own| Own { first: own.first + trials, ..own }));
        self.trials.extend(later.trials.into_iter().map(|own| Trial { entry: own.entry + entries, ..own }));
        self.again.extend(later.again);
    }
}

impl Index {
    /// Reads the file once.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn read(folder: &DataFolder, file: &FileName) -> Result<Self, data::Error> {
        let (taken, metadata, counts) = results_stream::look(folder, file, &Taken::default())?;
        Ok(Index {
            file: file.clone(),
            metadata,
            counts,
            entries: taken.own,
            trials: taken.trials,
            again: taken.again,
            before: OnceLock::new(),
            measured: OnceLock::new(),
            mean_chance: OnceLock::new(),
            coding: OnceLock::new(),
            kinds: OnceLock::new(),
            held: Mutex::default(),
        })
    }

    /// The mean chance of a yes, where decisions are chances.
    #[must_use]
    pub fn mean_chance(&self) -> Option<Mean> {
        *self.mean_chance.get_or_init(|| {
            // The same text is the same decision maker here too.
            let mut found: BTreeMap<Key, Outcomes> = BTreeMap::new();
            for own in self.entries.iter().filter(|own| own.chances.count > 0) {
                let outcomes = found.entry(own.key).or_default();
                outcomes.sum += own.chances.sum;
                outcomes.count += own.chances.count;
            }
            Mean::from_outcomes(&found.into_values().collect::<Vec<_>>())
        })
    }

    /// The mean chance of a yes of a person's entries, where their decisions are chances.
    #[must_use]
    pub fn chance(&self, entries: &[u32]) -> Option<f64> {
        let chances = entries.iter().filter_map(|at| Some(self.entries.get(*at as usize)?.chances));
        let (sum, count) = chances.fold((0.0, 0), |(sum, count), more| (sum + more.sum, count + more.count));
        (count > 0).then(|| sum / count as f64)
    }

    /// What came of its messages: the figures of the report on this run.
    ///
    /// # Errors
    /// Where the file of those who are kept aside cannot be read.
    pub fn measured(&self, folder: &DataFolder) -> Result<&Measured, data::Error> {
        if let Some(known) = self.measured.get() {
            return Ok(known);
        }
        let lineage = Lineage::recorded(&self.metadata);
        let unseen = lineage.map(|lineage| lineage.split.unseen(folder)).transpose()?;
        let (mut learned, mut aside) = (RunTallies::default(), RunTallies::default());
        let mut trials = self.trials.iter().peekable();
        for (at, own) in self.entries.iter().enumerate() {
            let mut said = Vec::new();
            while let Some(trial) = trials.next_if(|trial| trial.entry as usize == at) {
                let is_made_up = trial.grounding == Grounding::MadeUp;
                said.push((trial.yes, Checked { is_checked: trial.is_audited, is_made_up }));
            }
            let is_aside = unseen.as_ref().is_some_and(|unseen| unseen.contains(own.key));
            if is_aside { &mut aside } else { &mut learned }.add_checked(own.key, said);
        }
        let simulated = self.metadata.rejoinder.as_ref().is_some_and(|own| own.simulated);
        let of_aside = aside.rates(simulated);
        let found = Measured {
            all: RunTallies::together([&learned, &aside], simulated),
            learned: unseen.is_some().then(|| learned.rates(simulated)),
            aside: (of_aside.messages > 0).then_some(of_aside),
        };
        Ok(self.measured.get_or_init(|| found))
    }

    /// The texts of an entry.
    ///
    /// # Errors
    /// Where the file has changed since, or cannot be read.
    pub fn entry(&self, folder: &DataFolder, at: u32) -> Result<PersonaResult, data::Error> {
        load(folder, &self.file, Part::Results, (&self.entries, at))
    }

    /// The same personas before: in the file's own baseline, or in its parent. `None` where there is nothing that one
    /// judge decided on.
    ///
    /// # Errors
    /// Where the parent cannot be read.
    pub fn before(&self, shelf: &Shelf, folder: &DataFolder) -> Result<Option<Arc<Before>>, data::Error> {
        if let Some(known) = self.before.get() {
            return Ok(known.clone());
        }
        let found = self.find_before(shelf, folder)?.map(Arc::new);
        Ok(self.before.get_or_init(|| found).clone())
    }

    fn find_before(&self, shelf: &Shelf, folder: &DataFolder) -> Result<Option<Before>, data::Error> {
        let Some(own) = &self.metadata.rejoinder else { return Ok(None) };
        if let Some(baseline) = &own.baseline
            && Some(&baseline.fingerprint) == own.fingerprint.as_ref()
        {
            return Ok(Some(self.pair(self.file.clone(), Part::Baseline, self.again.clone())));
        }
        let Some(parent) = &own.parent else { return Ok(None) };
        let Ok(file) = folder.resolve(Kind::Results, summary::stem(&parent.file)) else { return Ok(None) };
        if file == self.file || !folder.exists(&file) {
            return Ok(None);
        }
        let other = shelf.index(folder, &file)?;
        let judges = Judges::of(Judge::of(&other.metadata), Judge::of(&self.metadata));
        Ok(judges.are_one().then(|| self.pair(file, Part::Results, other.entries.clone())))
    }

    fn pair(&self, file: FileName, part: Part, others: Vec<Own>) -> Before {
        let places: HashMap<Key, u32> = others.iter().enumerate().map(|(at, own)| (own.key, at as u32)).collect();
        let of = self.entries.iter().map(|own| places.get(&own.key).copied().unwrap_or(NOBODY)).collect();
        Before { file, part, others, of }
    }

    /// Which reasoning is in which group; `None` where that is unsorted.
    pub fn coding(&self, folder: &DataFolder) -> Option<&Coding> {
        self.coding.get_or_init(|| readings::coding_of(folder, &self.file, &self.metadata)).as_ref()
    }

    /// The kinds of people that its lineage told apart; none where it told none.
    pub fn kinds(&self) -> &Kinds {
        self.kinds.get_or_init(|| Lineage::recorded(&self.metadata).map(|lineage| lineage.kinds).unwrap_or_default())
    }
}

impl Before {
    /// The decisions on a persona's messages before.
    #[must_use]
    pub fn tally(&self, entry: u32) -> Tally {
        let other = self.of.get(entry as usize).copied().unwrap_or(NOBODY);
        self.others.get(other as usize).map_or_else(Tally::default, |own| own.tally)
    }

    /// Whether a persona says yes now and no before (`Some(true)`), or the other way round. What more than half of its
    /// messages got is what it says.
    #[must_use]
    pub fn flipped(&self, entry: u32, now: Tally) -> Option<bool> {
        let before = self.tally(entry);
        let flipped = before.total > 0 && now.total > 0 && before.majority() != now.majority();
        flipped.then(|| now.majority())
    }

    /// The texts of a persona's entry before.
    ///
    /// # Errors
    /// Where the file has changed since, or cannot be read.
    pub fn entry(&self, folder: &DataFolder, entry: u32) -> Result<Option<PersonaResult>, data::Error> {
        match self.of.get(entry as usize) {
            Some(at) if *at != NOBODY => load(folder, &self.file, self.part, (&self.others, *at)).map(Some),
            _ => Ok(None),
        }
    }
}

fn load(
    folder: &DataFolder,
    file: &FileName,
    part: Part,
    (all, at): (&[Own], u32),
) -> Result<PersonaResult, data::Error> {
    let changed = || data::Error::Changed { path: folder.path(file) };
    let own = all.get(at as usize).ok_or_else(changed)?;
    if own.length > 0 {
        let place: Range<u64> = own.start..own.start + u64::from(own.length);
        return results_stream::entry(folder, file, (part, at as usize), place);
    }
    // A file that only the reader of whole files understands.
    let (Results { metadata, results, .. }, _) = Results::load(folder, file)?;
    let mut found = None;
    let mut count = 0;
    let mut see = |entry: &PersonaResult| {
        found = (count == at).then(|| entry.clone());
        count += 1;
        found.is_none()
    };
    match part {
        Part::Results => {
            let _ = results.iter().all(&mut see);
        }
        Part::Baseline => {
            if let Some(baseline) = metadata.rejoinder.and_then(|own| own.baseline) {
                baseline.results.each(&mut see)?;
            }
        }
    }
    found.ok_or_else(changed)
}
