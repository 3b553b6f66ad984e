//! Has what people said read by a model: groups are named where there are none, and every reasoning is sorted into
//! them.
//!
//! The groups are a help and no condition: where no answer can be used, what was said stays unsorted, one warning says
//! so, and whoever asked goes on.

use std::collections::BTreeMap;

use super::incumbent::Incumbent;
use super::older::Older;
use super::readings;
use super::replies::RealReply;
use crate::data::provenance::{RealGroup, Redone};
use crate::data::{DataFolder, FileName};
use crate::evaluate::ask;
use crate::evaluate::run::{Interrupted, RunContext};
use crate::event::Event;
use crate::improve::codebook::Side;
use crate::improve::feedback::Reasoning;
use crate::improve::naming::NAMED_FROM;
use crate::improve::objections::OTHER;
use crate::improve::sorting::Sorting;
use crate::improve::{Codebook, Coding, Feedback, Improver};
use crate::optimize::error::Error;
use crate::optimize::lineage::Lineage;

/// The share of the noes in no group above which further groups are looked for ...
const WORTH_NAMING: f64 = 0.1;
/// ... if there are as many of them.
const FEWEST: usize = 8;

/// Who reads, and under which name in the journal.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    /// The model.
    pub improver: &'a Improver,
    /// Where it runs.
    pub context: &'a RunContext,
    /// What tells its calls from others of the run.
    pub key: [&'a str; 3],
}

impl Reader<'_> {
    /// Reads what people said to one run, by the groups that are known. `None`: it stays unsorted.
    ///
    /// # Errors
    /// When the run was asked to stop.
    pub async fn read(&self, heard: &Feedback, known: &Codebook) -> Result<Option<Coding>, Error> {
        let reasonings = heard.reasonings();
        if reasonings.is_empty() {
            return Ok(None);
        }
        self.context.events.emit(Event::Step(format!("Sorting what people said, {} reasons", reasonings.len())));
        let mut book = known.clone();
        for side in Side::ALL.into_iter().filter(|side| known.lacks(*side)) {
            let said: Vec<Reasoning<'_>> =
                reasonings.iter().filter(|said| Side::from_decision(said.yes) == side).copied().collect();
            if let Err(error) = self.name(&said, side, &mut book, "first").await {
                self.go_on()?;
                self.warn(format!("what people said stays unsorted: {error}"));
                // Who cannot name the reasons for a no will not name those for a yes either.
                break;
            }
        }
        let sortable: Vec<Reasoning<'_>> =
            reasonings.iter().filter(|said| !book.lacks(Side::from_decision(said.yes))).copied().collect();
        if sortable.is_empty() {
            return Ok(None);
        }
        let Sorting { codes, trouble } = self.sort(&sortable, &book, "all").await;
        self.go_on()?;
        let (missing, all) = (sortable.len() - codes.len(), sortable.len());
        if missing > 0 {
            let why = trouble.map_or_else(|| "the model's answers did not hold".to_owned(), |error| error.to_string());
            self.warn(format!("{missing} of {all} reasonings stay unsorted: {why}"));
        }
        // What mostly failed is tried again the next time.
        if codes.len() * 2 < all {
            return Ok(None);
        }
        let mut coding = Coding::new(self.improver.caller().model().id(), book, reasonings.len(), heard.len());
        coding.add(codes, &reasonings);
        Ok(Some(coding))
    }

    /// Looks for further groups in what fits none, and sorts that into them; once for each run.
    ///
    /// # Errors
    /// When the run was asked to stop.
    pub async fn look_further(&self, heard: &Feedback, coding: &mut Coding) -> Result<(), Error> {
        if coding.looked_further {
            return Ok(());
        }
        let reasonings = heard.reasonings();
        let is_left = |said: &&Reasoning<'_>| {
            !said.yes && coding.code(said.persona, said.message).is_some_and(|code| code.groups.is_empty())
        };
        let left: Vec<Reasoning<'_>> = reasonings.iter().filter(is_left).copied().collect();
        let noes = coding.codes().iter().filter(|code| !code.yes).count();
        if left.len() >= FEWEST && left.len() as f64 > WORTH_NAMING * noes as f64 {
            self.context.events.emit(Event::Step("Naming what fits no group yet".into()));
            let mut book = coding.codebook.clone();
            if let Err(error) = self.name(&left, Side::Against, &mut book, "further").await {
                self.go_on()?;
                self.warn(format!("what fits no group stays without one: {error}"));
                return Ok(());
            }
            if book != coding.codebook {
                let Sorting { codes, .. } = self.sort(&left, &book, "further").await;
                self.go_on()?;
                coding.codebook = book;
                coding.add(codes, &reasonings);
            }
        }
        coding.looked_further = true;
        Ok(())
    }

    /// The groups of what people said to the incumbent: as they were read before, or read now and kept.
    ///
    /// # Errors
    /// When the run was asked to stop.
    pub async fn read_incumbent(
        &self,
        folder: &DataFolder,
        older: &Older,
        incumbent: &Incumbent,
        lineage: &mut Lineage,
    ) -> Result<Option<Coding>, Error> {
        let (heard, head) = (&incumbent.stats.heard, &older.head);
        // Where it was decided again, today's reasons are not those of then.
        let is_decided_again = matches!(incumbent.again, Some((Redone::Decisions, _)));
        let known = if is_decided_again {
            None
        } else {
            readings::coding_before(folder, &older.file, (&head.metadata, &head.sha256), self.run())
        };
        let mut coding = match known.clone() {
            Some(coding) => coding,
            None => match self.read(heard, &lineage.codebook).await? {
                Some(coding) => coding,
                None => return Ok(None),
            },
        };
        self.look_further(heard, &mut coding).await?;
        lineage.codebook.clone_from(&coding.codebook);
        if !is_decided_again && known.as_ref() != Some(&coding) {
            // What another run had read and this one only added to stays that run's.
            let is_own = known.is_none() || known == readings::recorded(&head.metadata);
            self.keep(folder, (&older.file, &head.sha256), &coding, self.run().filter(|_| is_own));
        }
        Ok(Some(coding))
    }

    /// The groups of what people said to the prompt that was adopted, by those of the incumbent. Where a limit is
    /// reached on the way it stays unsorted: what was adopted is saved in any case.
    ///
    /// # Errors
    /// When the run was asked to stop.
    pub async fn read_adopted(&self, heard: &Feedback, lineage: &mut Lineage) -> Result<Option<Coding>, Error> {
        let read = match self.read(heard, &lineage.codebook).await {
            Err(Error::Interrupted(_)) if self.context.limit().is_some() => None,
            read => read?,
        };
        if let Some(coding) = &read {
            lineage.codebook.clone_from(&coding.codebook);
        }
        Ok(read)
    }

    /// Sorts what real people replied into the groups that are known, as reasonings are. Gives the replies as lines,
    /// first how many are in which group, and these groups. What no model has sorted is a line without a group.
    ///
    /// # Errors
    /// When the run was asked to stop.
    pub async fn read_real(
        &self,
        replies: &[RealReply],
        book: &Codebook,
    ) -> Result<(Vec<String>, Vec<RealGroup>), Error> {
        let said: Vec<Reasoning<'_>> = replies
            .iter()
            .enumerate()
            .map(|(at, reply)| Reasoning { persona: at, message: 0, yes: reply.is_hoped, text: &reply.text })
            .filter(|said| !book.lacks(Side::from_decision(said.yes)))
            .collect();
        let codes = if said.is_empty() { Vec::new() } else { self.sort(&said, book, "all").await.codes };
        self.go_on()?;
        let mut counts: BTreeMap<(Side, &str), u64> = BTreeMap::new();
        let mut lines: Vec<String> = replies.iter().map(|reply| reply.line(&[])).collect();
        for code in &codes {
            let groups = code.groups.iter().filter_map(|place| book.groups().get(usize::from(*place)));
            let names: Vec<&str> = groups.map(|group| group.name.as_str()).collect();
            let Some(reply) = replies.get(code.persona as usize) else { continue };
            lines[code.persona as usize] = reply.line(&names);
            for name in if names.is_empty() { vec![OTHER] } else { names } {
                *counts.entry((Side::from_decision(code.yes), name)).or_default() += 1;
            }
        }
        let of = codes.len() as u64;
        let group = |((side, name), replies): ((Side, &str), u64)| RealGroup {
            name: name.to_owned(),
            side: side.as_str().to_owned(),
            replies,
            of,
            ..RealGroup::default()
        };
        let mut groups: Vec<RealGroup> = counts.into_iter().map(group).collect();
        groups.sort_by(|one, other| other.replies.cmp(&one.replies).then_with(|| one.name.cmp(&other.name)));
        let counted = |group: &RealGroup| {
            format!("[real, {}] {}: {} of {of} replies", group.side.replace('_', " "), group.name, group.replies)
        };
        Ok((groups.iter().map(counted).chain(lines).collect(), groups))
    }

    /// Keeps what was read of a file with this hash beside it, as that of a run.
    pub fn keep(&self, folder: &DataFolder, file: (&FileName, &str), coding: &Coding, run: Option<&str>) {
        if let Err(error) = readings::keep(folder, file, coding, run) {
            self.warn(format!("what was read of {} could not be kept: {error}", file.0));
        }
    }

    /// The run in the journal.
    #[must_use]
    pub fn run(&self) -> Option<&str> {
        self.context.run.as_ref().map(|run| run.id.as_str())
    }

    /// Has groups named, from an even sample.
    async fn name(
        &self,
        said: &[Reasoning<'_>],
        side: Side,
        book: &mut Codebook,
        step: &str,
    ) -> Result<(), ask::Error> {
        if said.is_empty() {
            return Ok(());
        }
        let count = said.len().min(NAMED_FROM);
        let texts: Vec<&str> = (0..count).map(|at| said[at * said.len() / count].text).collect();
        let key: Vec<&str> = self.key.iter().copied().chain(["groups", step]).collect();
        let proposed = self.improver.name_groups(side, &texts, book, &key).await?;
        book.add(side, proposed);
        Ok(())
    }

    async fn sort(&self, said: &[Reasoning<'_>], book: &Codebook, step: &str) -> Sorting {
        let key: Vec<&str> = self.key.iter().copied().chain(["groups", step]).collect();
        self.improver.sort(said, book, &key).await
    }

    fn warn(&self, what: String) {
        self.context.events.emit(Event::Warning(what));
    }

    fn go_on(&self) -> Result<(), Error> {
        match self.context.stop.why() {
            Some(why) => Err(Interrupted(why).into()),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
