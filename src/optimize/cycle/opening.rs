//! The steps of a cycle up to the search: who takes part, what is known, what may be spent.

use std::sync::{Arc, OnceLock};

use jiff::civil::DateTime;

use crate::data::FileName;
use crate::data::clock;
use crate::data::folder::DataFolder;
use crate::evaluate::Auditor;
use crate::evaluate::auditing::{AuditWhen, REVISIONS};
use crate::evaluate::grounding::Sources;
use crate::event::Event;
use crate::improve::{Details, Objections};
use crate::model::digest;
use crate::optimize::allowance::{NewMessages, Prospects};
use crate::optimize::before::coding::Reader;
use crate::optimize::before::earlier::Earlier;
use crate::optimize::before::incumbent::{self, Ask, Incumbent};
use crate::optimize::before::older::Older;
use crate::optimize::before::{marking, personas};
use crate::optimize::cast::{Cast, CycleOptions};
use crate::optimize::error::Error;
use crate::optimize::lineage::Lineage;
use crate::optimize::lineage::attempts::Attempts;
use crate::optimize::lineage::family::Family;
use crate::optimize::lineage::memory;
use crate::optimize::people::fresh_people;
use crate::optimize::people::split::People;
use crate::optimize::search::propose::Proposer;
use crate::optimize::search::{Aim, Known, Search, explore, search};
use crate::optimize::trials::audits::Audits;
use crate::optimize::trials::failures::Failures;
use crate::optimize::trials::trial_runner::TrialRunner;

/// The most pairs that are asked after a challenger was found better, unless the user says how many.
const CONFIRMED: usize = 40;

/// What a cycle was started with.
#[derive(Clone, Copy)]
pub struct Opening<'a> {
    /// Where its files are.
    pub folder: &'a DataFolder,
    /// The file to better.
    pub parent: &'a FileName,
    /// Who takes part.
    pub cast: &'a Cast,
    /// What the user chose.
    pub options: &'a CycleOptions,
    /// What the journal calls the cycle.
    pub step: &'a str,
    /// The seed, in figures.
    pub seed: &'a str,
}

/// What a search starts from.
#[derive(Clone, Copy)]
pub struct SearchInputs<'a> {
    /// The file to better.
    pub older: &'a Older,
    /// Whom.
    pub people: &'a People,
    /// What the lineage remembers.
    pub lineage: &'a Lineage,
    /// The prompt to beat.
    pub incumbent: &'a Incumbent,
    /// What its messages met.
    pub objections: &'a Objections,
    /// What real people replied, in words.
    pub replies: &'a [String],
    /// Earlier attempts.
    pub attempts: &'a Attempts,
    /// The level of the next one.
    pub level: f64,
    /// See [`scale`].
    pub scale: &'a str,
    /// When the run began.
    pub began: DateTime,
}

impl<'a> Opening<'a> {
    /// The people of the file, split, and the lineage with its first prompt taken apart.
    ///
    /// # Errors
    /// Where there is nothing or nobody to learn from, a file cannot be read, or the run was asked to stop.
    pub async fn people_and_lineage(&self, older: &Older) -> Result<(People, Lineage), Error> {
        let Opening { folder, parent, cast, options, step, seed } = *self;
        if older.head.counts.total == 0 {
            return Err(Error::NoFeedback(parent.to_string()));
        }
        let chosen = personas::choose(folder, older)?;
        if let Some(note) = chosen.note {
            cast.context.events.emit(Event::Note(note));
        }
        let resumed = Lineage::resume(folder, &older.head, &chosen.people, options.facts.as_deref(), &options.keep)?;
        let people = resumed.lineage.split.people(folder, &chosen.people)?;
        if let Some(warning) = people.warning() {
            cast.context.events.emit(Event::Warning(warning));
        }
        if people.learn.is_empty() {
            return Err(Error::NobodyToLearnFrom);
        }
        let people = fresh_people::join(folder, cast, people, options.fresh_people, (options.seed, step)).await?;
        let lineage = marking::marked(cast, resumed, &options.keep, &[seed, step]).await?;
        Ok((people, lineage))
    }

    /// Where prompts are tried. What is written to be kept is audited before it is decided on; the search has its own
    /// way.
    pub fn runner(&self, sources: &'a Sources) -> TrialRunner<'a> {
        TrialRunner {
            cast: self.cast,
            learns_by: self.cast.decision_maker.clone(),
            sources,
            audit_when: AuditWhen::BeforeDecision,
            revisions: if self.options.revises { REVISIONS } else { 0 },
            objective: self.options.objective,
            decisions: self.options.decisions_per_message.at_first(),
            seed: self.options.seed,
            step: self.step,
            failures: Failures::default(),
            audits: Audits::default(),
        }
    }

    /// Every attempt on the root of the lineage, and the level that is left for the next.
    ///
    /// # Errors
    /// Where none is left, or a file or the journal cannot be read.
    pub fn attempts(&self, older: &Older, lineage: &mut Lineage) -> Result<(Attempts, f64), Error> {
        let Opening { folder, parent, cast, options, step, .. } = *self;
        let family = Family::read(folder, parent, &older.head)?;
        if lineage.root.is_empty() {
            family.root().clone_into(&mut lineage.root);
        }
        let spends = (options.alpha, options.seed, step);
        let attempts = Attempts::gather(&family, (&older.head, lineage), &cast.context, spends)?;
        let level = attempts.planned_level()?;
        if level <= 0.0 {
            return Err(Error::LevelSpent { attempts: attempts.count(), alpha: options.alpha });
        }
        Ok((attempts, level))
    }

    /// The incumbent as today's judge and auditor see it.
    ///
    /// # Errors
    /// Where a file cannot be read, or the run was asked to stop.
    pub async fn incumbent(
        &self,
        runner: &TrialRunner<'_>,
        older: &Older,
        (people, lineage): (&People, &Lineage),
        attempts: &Attempts,
    ) -> Result<Incumbent, Error> {
        let may_prove = !lineage.earlier_used && Earlier::has_unused((self.folder, older), people, &attempts.used())?;
        let ask = Ask { rejudge: self.options.rejudge, may_prove };
        incumbent::incumbent(self.folder, runner, older, people, ask).await
    }

    /// Has what people said read by a model; `which` tells its calls from others of the cycle.
    pub fn reader(&self, which: &'a str) -> Reader<'a> {
        Reader { improver: &self.cast.improver, context: &self.cast.context, key: [self.seed, self.step, which] }
    }

    /// Searches for a better prompt, and proves it.
    ///
    /// # Errors
    /// See [`search`].
    pub async fn search(&self, runner: &TrialRunner<'_>, start: SearchInputs<'_>) -> Result<Search, Error> {
        let Opening { folder, parent, cast, options, step, seed } = *self;
        let SearchInputs { older, people, lineage, incumbent, .. } = start;
        let proposer = Proposer {
            cast,
            facts: &lineage.facts,
            details: Details::new(vec![Arc::clone(&people.all), Arc::clone(&people.unseen)]),
            replies: start.replies,
            tried: &lineage.tried,
            by_hand: &options.by_hand,
            longest: options.longest,
            key: [seed, step],
            unchecked: OnceLock::new(),
        };
        let new_messages = self.new_messages(people).calls();
        let calls = options.allowance.for_search(runner.calls(), new_messages);
        let aim = Aim {
            calls,
            spare: options.allowance.for_a_longer_proof(runner.calls(), new_messages),
            decisions: options.decisions_per_message,
            challengers: options.challengers.unwrap_or_else(|| explore::first_wave(calls)),
            alpha: start.level,
            min_gain: options.min_gain,
            margin: options.margin,
            confirm: options.confirm.unwrap_or_else(|| people.unseen.len().min(CONFIRMED)),
            precision: options.precision,
        };
        let earlier = if lineage.earlier_used {
            Earlier::default()
        } else {
            // A pair takes two calls at least.
            let most = calls as usize / 2;
            incumbent.earlier((folder, older), people, (most, &runner.salt()))?.without(&start.attempts.used())
        };
        let known = Known {
            people,
            parts: &lineage.parts,
            incumbent: &older.head.metadata.system_prompt,
            heard: &incumbent.stats.heard,
            objections: start.objections,
            codebook: &lineage.codebook,
            memory: memory::of_lineage(folder, (parent, lineage), start.scale, &clock::iso(start.began))?,
            scores: incumbent.stats.known(people, options.objective)?,
            earlier,
            attempts: start.attempts,
            kinds: &lineage.kinds,
            leads: lineage.split.leads.as_deref().map(|list| (folder, list)),
        };
        search(runner, &proposer, known, aim).await
    }

    /// The chance that another cycle gains what is worth having; `None` where that is not known.
    pub fn chance_of_more(&self, runner: &TrialRunner<'_>, people: &People, gains: &[f64], alpha: f64) -> Option<f64> {
        let prospects = Prospects { gains, alpha, min_gain: self.options.min_gain, unseen: people.unseen.len() };
        self.options.allowance.chance_of_more(runner.calls(), self.new_messages(people).calls(), prospects)
    }

    /// What writing to everybody with an adopted prompt will take.
    fn new_messages(&self, people: &People) -> NewMessages {
        NewMessages {
            messages: people.all.len() * self.options.messages_per_persona,
            audited: self.cast.auditor.is_some(),
            revised: self.options.revises,
            refereed: self.cast.referee.is_some(),
        }
    }
}

/// The scale of a search's scores: who writes, decides and audits, what counts, and which facts and rules apply.
pub fn scale(runner: &TrialRunner<'_>, lineage: &Lineage) -> String {
    let cast = runner.cast;
    let auditor = cast.auditor.as_ref().map(Auditor::fingerprint).unwrap_or_default();
    let (writer, judge) = (cast.generator.fingerprint(None), cast.decision_maker.fingerprint());
    digest(&[&writer, &judge, &auditor, runner.objective.key(), &lineage.facts, lineage.parts.fixed()])[..16].to_owned()
}
