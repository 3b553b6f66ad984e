//! What a cycle's file says of it, from the adoption to the end.

use std::collections::BTreeMap;

use jiff::civil::DateTime;

use crate::call::Used;
use crate::compare::Comparison;
use crate::data::folder::DataFolder;
use crate::data::provenance::{Baseline, Parent, Provenance, RealGroup, Redone};
use crate::data::record::{Kept, Metrics, Sealed};
use crate::data::results::Metadata;
use crate::data::{Entries, Map, clock};
use crate::evaluate::account;
use crate::evaluate::run::Run;
use crate::improve::difference::Step;
use crate::improve::{Coding, Objections};
use crate::model::Role;
use crate::optimize::before::incumbent::Incumbent;
use crate::optimize::before::judges::{Judge, Judges, is_simulated};
use crate::optimize::before::older::Older;
use crate::optimize::before::prompt_stats::PromptStats;
use crate::optimize::cast::{Cast, CycleOptions};
use crate::optimize::error::Error;
use crate::optimize::lineage::Lineage;
use crate::optimize::people::pairing::Clusters;
use crate::optimize::people::split::People;
use crate::optimize::record;
use crate::optimize::saving::unwritten;
use crate::optimize::search::Search;
use crate::optimize::search::referee::Opinion;
use crate::optimize::story::Story;
use crate::optimize::trials::trial_runner::TrialRunner;

/// The messages of the adopted prompt.
pub struct After {
    /// The run that wrote them.
    pub run: Run,
    /// Before and after, paired by persona.
    pub comparison: Comparison,
    /// What they met.
    pub stats: PromptStats,
    /// What was said to them, sorted.
    pub coding: Option<Coding>,
}

/// What a cycle came to once its search has ended.
pub struct Outcome<'a> {
    /// Who took part.
    pub cast: &'a Cast,
    /// What the user chose.
    pub options: &'a CycleOptions,
    /// Where prompts were tried.
    pub runner: &'a TrialRunner<'a>,
    /// The file to better.
    pub older: &'a Older,
    /// Whom.
    pub people: &'a People,
    /// The prompt to beat.
    pub incumbent: &'a Incumbent,
    /// What its messages met.
    pub objections: &'a Objections,
    /// What was found.
    pub found: &'a Search,
    /// The prompt that was adopted, where one was.
    pub adopted: Option<&'a str>,
    /// What that changes.
    pub changed: Vec<Step>,
    /// Groups of what real people replied.
    pub real_replies: Vec<RealGroup>,
    /// When the run began.
    pub began: DateTime,
    /// What had been used by then.
    pub used_before: &'a BTreeMap<Role, Used>,
}

impl Outcome<'_> {
    /// The prompt that the lineage stands on now.
    pub fn prompt(&self) -> String {
        self.adopted.unwrap_or(&self.older.head.metadata.system_prompt).to_owned()
    }

    /// Who judged the two runs. Over HTTP the market is known only by its answers, so what was taken for one judge may
    /// turn out to be two.
    pub fn judges(&self) -> Judges {
        match self.incumbent.judges.clone() {
            judges @ Judges::DecidedAgain { .. } => judges,
            _ => {
                let fingerprint = self.cast.decision_maker.fingerprint();
                let today = Judge { fingerprint: &fingerprint, simulated: self.is_simulated() };
                Judges::of(Judge::of(&self.older.head), Some(today))
            }
        }
    }

    /// Before and after, paired by persona.
    ///
    /// # Errors
    /// Where a persona cannot be read.
    pub fn comparison(&self, run: &Run) -> Result<Comparison, Error> {
        let pairs = Clusters::paired(&self.incumbent.stats.response, &Clusters::of_run(run)?);
        Ok(Comparison::from_pairs(&pairs).marked(self.was_simulated(), self.is_simulated()))
    }

    /// What the messages of the adopted prompt met.
    ///
    /// # Errors
    /// Where a persona cannot be read.
    pub fn stats_after(&self, run: &Run) -> Result<PromptStats, Error> {
        Ok(PromptStats::of_entries(&run.entries(BTreeMap::new()), self.people)?)
    }

    /// What happened, for a reader.
    pub fn story(&self, referee: Option<Opinion>, after: Option<&After>) -> Story {
        let new_objections = after.map(|after| after.stats.objections(after.coding.as_ref()));
        Story::of(
            self.found,
            (self.objections, new_objections.as_ref()),
            (&self.incumbent.stats, after.map(|after| &after.stats)),
            (self.people, self.options),
            (referee, self.changed.clone()),
            (self.was_simulated(), self.is_simulated()),
        )
    }

    /// What the file says at the moment of the adoption, before any message is written with the prompt.
    ///
    /// # Errors
    /// Where an entry cannot be read.
    pub fn adopted_at_once(&self, entries: &Entries, lineage: &Lineage) -> Result<Metadata, Error> {
        let partial = Some("adopted; the new messages are not written yet".to_owned());
        self.metadata(entries, Provenance { partial, ..self.provenance(&self.story(None, None), None, lineage) })
    }

    /// What the file says of the run at its end.
    pub fn provenance_at_the_end(
        &self,
        story: &Story,
        after: Option<&After>,
        coding: Option<&Coding>,
        lineage: &Lineage,
    ) -> Provenance {
        let (judges, adopted) = (self.judges(), self.adopted.is_some());
        let judges_today = judges.are_one() || adopted;
        let examples = self.cast.decision_maker.examples().filter(|_| judges_today);
        let not_run = match after {
            None if adopted => self.people.all.len() * self.options.messages_per_persona,
            after => after.map_or(0, |after| after.run.not_run),
        };
        // If the incumbent stays, so do its messages and what was said to them.
        let said = if adopted { after.and_then(|after| after.coding.as_ref()) } else { coding };
        Provenance {
            fingerprint: judges_today.then(|| self.cast.decision_maker.fingerprint()),
            examples: examples.map(|examples| examples.record().clone()),
            failures: after.map(|after| after.run.failures.clone()).unwrap_or_default(),
            coding: said.and_then(Sealed::seal),
            partial: self.cast.context.limit().map(|why| format!("{why}; {not_run} trials were not run")),
            baseline: self.baseline(coding),
            ..self.provenance(story, after.map(|after| &after.comparison), lineage)
        }
    }

    /// The head of the file.
    ///
    /// # Errors
    /// Where an entry cannot be read.
    pub fn metadata(&self, entries: &Entries, provenance: Provenance) -> Result<Metadata, Error> {
        let counts = record::Counts::of(entries)?;
        let sizes = (&counts, self.people.all.len() as u64, self.options.messages_per_persona);
        let (before, began) = (self.older.head.metadata.clone(), clock::iso(self.began));
        Ok(record::metadata(before, self.prompt(), sizes, began, provenance))
    }

    /// The entries of the file: the new messages, or those of the incumbent as they are known today.
    ///
    /// # Errors
    /// Where the older file cannot be read.
    pub fn entries(&self, after: Option<&After>, folder: &DataFolder) -> Result<Entries, Error> {
        Ok(match (after, &self.incumbent.again) {
            (Some(after), _) => after.run.entries(self.older.extras_for(&after.run.people)?),
            (None, _) if self.adopted.is_some() => unwritten(&self.people.all, self.older)?,
            (None, Some((_, again))) => again.clone(),
            (None, None) => self.older.entries(folder),
        })
    }

    /// What the file says of the run, whatever its messages came to.
    fn provenance(&self, story: &Story, comparison: Option<&Comparison>, lineage: &Lineage) -> Provenance {
        let account = &self.cast.context.account;
        let used = account.since(self.used_before);
        let head = &self.older.head;
        // If the incumbent stays, so do its messages.
        let generator = &self.cast.generator;
        let (writer, form) = match (self.adopted, &head.metadata.rejoinder) {
            (Some(_), _) => (Some(generator.fingerprint(Some(&self.runner.auditing()))), generator.form()),
            (None, Some(before)) => (before.writer.clone(), before.form),
            (None, None) => Default::default(),
        };
        Provenance {
            parent: Some(Parent { file: self.older.file.to_string(), sha256: head.sha256.clone(), extra: Map::new() }),
            models: Some(account.models()),
            writer,
            form,
            usage: account::listed(&used),
            cost_usd: account.cost(&used),
            search_failures: self.runner.failures.all(),
            metrics: Some(Kept::new(Metrics::new(comparison, self.judges().are_one(), story.record()))),
            lineage: Sealed::seal(lineage),
            real_replies: self.real_replies.clone(),
            ..Provenance::new("", self.options.seed, self.is_simulated() || self.was_simulated())
        }
    }

    /// Today's decisions and audits of the parent's messages, which are kept in any case, so that the two files can be
    /// compared and nobody asks for them again.
    fn baseline(&self, coding: Option<&Coding>) -> Option<Baseline> {
        let head = &self.older.head;
        let recorded = Judge::of(head).map(|judge| judge.fingerprint.to_owned());
        let today = self.cast.decision_maker.fingerprint();
        self.incumbent.again.clone().map(|(redone, results)| Baseline {
            file: self.older.file.to_string(),
            sha256: head.sha256.clone(),
            fingerprint: if redone == Redone::Decisions { today } else { recorded.unwrap_or_default() },
            form: head.metadata.rejoinder.as_ref().map(|before| before.form).unwrap_or_default(),
            redone,
            coding: coding.and_then(Sealed::seal),
            results,
        })
    }

    /// Whether the market takes part.
    fn is_simulated(&self) -> bool {
        self.cast.context.account.is_simulated()
    }

    /// Whether what is known of the older messages comes from the market.
    fn was_simulated(&self) -> bool {
        let decided_again = matches!(self.incumbent.again, Some((Redone::Decisions, _)));
        is_simulated(&self.older.head) || (decided_again && self.is_simulated())
    }
}
