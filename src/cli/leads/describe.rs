//! `rejoinder leads describe`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use clap::Args;

use super::super::error::Error;
use super::super::options::ModelOptions;
use super::super::print;
use super::super::setup::{Setup, names_auditor};
use crate::data::leads::{self, AddressKey, Lead, LeadList, Writable, list as lead_list};
use crate::data::spool::{Spool, Texts};
use crate::data::{FileName, Kind};
use crate::engine::local;
use crate::evaluate::generator::MESSAGE_TOKENS;
use crate::evaluate::lead_describer::{Describer, Description};
use crate::event::{Event, Grounding, TrialOutcome};
use crate::model::Role;
use crate::report::estimate::{self, Line};
use crate::report::words;

/// Tokens of one description and of one audit, as a plan assumes them.
const ANSWER: u64 = 120;
const AUDIT: u64 = 500;

/// Options of `leads describe`.
#[derive(Args, Clone, Debug)]
pub struct Options {
    /// The list
    name: String,
    /// Seed of the sampling [default: one that no earlier run of the same inputs had]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    #[command(flatten)]
    models: ModelOptions,
}

/// Has the personas of a list written.
pub async fn run(setup: &Setup, options: &Options) -> Result<(), Error> {
    let file = leads::file(&setup.folder, &options.name)?;
    list(setup, &file, &options.models, options.seed).await
}

/// Refuses what could not be audited, before anything is done or written.
pub fn check(setup: &Setup, models: &ModelOptions) -> Result<(), Error> {
    if names_auditor(models, &setup.settings) == Some(false) {
        return Err(Error::Usage(
            "without an auditor nobody would see what a description makes up; leave out --auditor none, or use the \
             leads without --describe"
                .into(),
        ));
    }
    Ok(())
}

/// The same for a list that has just been imported.
pub async fn list(setup: &Setup, file: &FileName, models: &ModelOptions, seed: Option<u64>) -> Result<(), Error> {
    check(setup, models)?;
    let (texts, keys) = columns(setup, file)?;
    let mut clients = setup.clients(models, &[Role::Generator, Role::Auditor])?;
    let Some(auditor) = clients.auditor() else {
        return Err(Error::Usage("no auditor is named; see --auditor".into()));
    };
    let describer = Describer::new(clients.caller(Role::Generator), auditor, MESSAGE_TOKENS);
    let account = clients.context.account.clone();
    if models.dry_run {
        let (mut writing, mut auditing) = (Vec::new(), Vec::new());
        for text in texts.iter() {
            let text = text?;
            writing.push(estimate::tokens(&describer.request(&text), ANSWER));
            auditing.push(estimate::tokens(&describer.audit_request(&text), AUDIT));
        }
        let lines = [
            Line::for_calls(Role::Generator, "descriptions", &writing, 1, &account),
            Line::for_calls(Role::Auditor, "audits", &auditing, 1, &account),
        ];
        return print(&estimate::plan(&lines, &account));
    }
    let name = crate::data::people::name(file);
    let begun = clients.begin(setup, models, "leads describe", &[&name, &texts.sha256()?], (seed, 1))?;
    let simulated = account.is_simulated();
    setup.events.emit(Event::BatchStarted { label: "Describing leads".into(), total: texts.len(), simulated });
    let found = Arc::new(Mutex::new(Found::new(Spool::new(setup.folder.root())?)));
    let shared = Arc::new((texts, keys, begun.seed.to_string(), describer));
    let jobs = 0..shared.0.len();
    local::each(jobs, clients.context.width, |index| {
        let (shared, found, events) = (Arc::clone(&shared), Arc::clone(&found), setup.events.clone());
        async move {
            let (texts, keys, seed, describer) = &*shared;
            let described = match texts.get(index) {
                Ok(columns) => describer.describe(&columns, &[seed, "lead", &keys[index].lead_id()]).await,
                Err(error) => Description::Failed { reason: error.to_string() },
            };
            let outcome = match &described {
                Description::Grounded { .. } | Description::MadeUp { .. } => TrialOutcome::Written,
                Description::Failed { .. } => TrialOutcome::Failed,
                Description::Stopped => return,
            };
            let reason = match &described {
                Description::Failed { reason } => Some(reason.clone()),
                _ => None,
            };
            found.lock().unwrap_or_else(PoisonError::into_inner).add(keys[index], described);
            events.emit(Event::TrialEnded { persona: index as u32, outcome, grounding: Grounding::NotChecked, reason });
        }
    })
    .await;
    setup.events.emit(Event::BatchEnded { simulated });
    let found = std::mem::take(&mut *found.lock().unwrap_or_else(PoisonError::into_inner));
    found.save(setup, file)?;
    print(&found.tell(&setup.folder.path(file), simulated))?;
    setup.events.emit(Event::Saved { kind: Kind::Leads.to_string(), name: file.stem().to_owned() });
    if let Some(why) = setup.stop.why() {
        return clients.explain(Err(crate::evaluate::run::Interrupted(why)));
    }
    clients.end(
        !found.places.is_empty() || found.made_up > 0,
        "no lead could be described; the columns stay the personas",
    )?;
    begun.finish()?;
    Ok(())
}

/// The columns of everybody who may be written to, and who that is.
fn columns(setup: &Setup, file: &FileName) -> Result<(Texts, Vec<AddressKey>), Error> {
    let mut texts = Texts::new(setup.folder.root())?;
    let mut keys = Vec::new();
    for lead in Writable::open(&setup.folder, file)? {
        let lead = lead?;
        texts.push(&lead.column_text())?;
        keys.push(lead.key());
    }
    if keys.is_empty() {
        return Err(Error::Usage(format!(
            "nobody in {} may be written to; there is nobody to describe",
            words::path(&setup.folder.path(file))
        )));
    }
    Ok((texts, keys))
}

/// Descriptions so far: texts on the disk, 24 bytes of memory for each.
#[derive(Default)]
struct Found {
    spool: Option<Spool>,
    places: HashMap<AddressKey, crate::data::spool::Place>,
    revised: u64,
    made_up: u64,
    failed: u64,
    first_failure: Option<String>,
}

impl Found {
    fn new(spool: Spool) -> Self {
        Found { spool: Some(spool), ..Found::default() }
    }

    fn add(&mut self, key: AddressKey, described: Description) {
        match described {
            Description::Grounded { text, revisions } => match self.spool.as_ref().map(|spool| spool.put(&text)) {
                Some(Ok(place)) => {
                    self.places.insert(key, place);
                    self.revised += u64::from(revisions > 0);
                }
                Some(Err(error)) => self.fail(error.to_string()),
                None => {}
            },
            Description::MadeUp { .. } => self.made_up += 1,
            Description::Failed { reason } => self.fail(reason),
            Description::Stopped => {}
        }
    }

    fn fail(&mut self, reason: String) {
        self.failed += 1;
        self.first_failure.get_or_insert(reason);
    }

    /// Puts the descriptions into the list as it is now: somebody may have been removed from it meanwhile.
    fn save(&self, setup: &Setup, file: &FileName) -> Result<(), Error> {
        let Some(spool) = self.spool.as_ref().filter(|_| !self.places.is_empty()) else { return Ok(()) };
        let _lock = setup.folder.lock(Kind::Leads)?;
        lead_list::write(&setup.folder, file, lead_list::Place::Instead, |out| {
            for lead in LeadList::open(&setup.folder, file)? {
                let mut lead: Lead = lead?;
                if let Some(place) = self.places.get(&lead.key()) {
                    lead.describe(Some(spool.get(*place)?));
                }
                out.put(&lead)?;
            }
            Ok(())
        })?;
        Ok(())
    }

    fn tell(&self, path: &std::path::Path, simulated: bool) -> String {
        let mark = if simulated { " (simulated)" } else { "" };
        let mut text = format!("Described: {}{mark}", words::count(self.places.len() as u64, "lead", "leads"));
        if self.revised > 0 {
            text.push_str(&format!(", {} of them revised", self.revised));
        }
        if self.made_up > 0 {
            text.push_str(&format!(
                "\nMade something up to the last, so that the columns stay the persona: {}",
                self.made_up
            ));
        }
        if let Some(reason) = &self.first_failure {
            text.push_str(&format!(
                "\nFailed, so that the columns stay the persona: {}; the first: {}",
                self.failed,
                words::one_line(reason, 300)
            ));
        }
        format!("{text}\nSaved to: {}\n", words::path(path))
    }
}
