//! With which prompt a campaign is written, and what its messages may claim.

use std::path::{Path, PathBuf};

use crate::cli::error::Error;
use crate::cli::options::ModelOptions;
use crate::cli::setup::{Setup, environment};
use crate::cli::{evaluate, named};
use crate::data::{FileName, Head, Kind, results_stream};
use crate::evaluate::grounding::Sources;
use crate::event::Event;
use crate::optimize::lineage::root::{self, Root};
use crate::optimize::lineage::{self, Lineage};
use crate::report::words;

/// A prompt.
pub struct Chosen {
    /// The text.
    pub prompt: String,
    /// The prompt file, or the run that it was taken from.
    pub from: Option<String>,
    /// The run that it was taken from.
    pub lineage: Option<FileName>,
    /// What that run's file says about it.
    head: Option<Head>,
}

impl Chosen {
    /// What messages are held against: facts that are given, else those of the lineage, else the prompt.
    ///
    /// # Errors
    /// Where a file of the lineage cannot be read.
    pub fn sources(&self, setup: &Setup, facts: Option<&str>) -> Result<Sources, Error> {
        let Some(head) = &self.head else { return Ok(root::sources(&self.prompt, facts)) };
        match (Lineage::of(head), facts) {
            (Some(mut lineage), facts) => {
                if let Some(facts) = facts {
                    facts.trim().clone_into(&mut lineage.facts);
                }
                Ok(lineage.sources())
            }
            (None, facts) => Ok(Root::of(&setup.folder, head)?.sources(facts)),
        }
    }
}

/// The prompt that is named, by option or in the environment. Where none is: the best of the newest run of these leads,
/// else that of the settings, else, with the market, the sample offer.
///
/// # Errors
/// Where a file cannot be read.
pub fn choose(
    setup: &Setup,
    (lineage, file): (Option<&str>, Option<&Path>),
    leads: &FileName,
    models: &ModelOptions,
) -> Result<Chosen, Error> {
    if let Some(name) = lineage {
        return of_lineage(setup, &named::results(&setup.folder, name)?);
    }
    // What was proved for these leads goes before the prompt that everything began with.
    if file.is_none()
        && environment("REJOINDER_PROMPT_FILE").is_none()
        && let Some(run) = newest_run(setup, leads)?
    {
        let chosen = of_lineage(setup, &run)?;
        let from = chosen.from.as_deref().unwrap_or_default();
        setup.events.emit(Event::Note(format!("Writing with the best prompt of these leads' lineage, that of {from}")));
        return Ok(chosen);
    }
    let prompt = evaluate::prompt(setup, file, models)?;
    let set = environment("REJOINDER_PROMPT_FILE").map(PathBuf::from).or_else(|| setup.settings.prompt_file.clone());
    let from = file.map(Path::to_owned).or(set).map(|path| words::path(&path));
    if let Some(from) = &from {
        setup.events.emit(Event::Note(format!("Writing with the prompt in {from}")));
    }
    Ok(Chosen { prompt, from, lineage: None, head: None })
}

/// The prompt of a run, where a results file or a lineage has this name, else that in a text file.
///
/// # Errors
/// Where neither can be read.
pub fn named(setup: &Setup, name: &str) -> Result<Chosen, Error> {
    let run = match setup.folder.resolve(Kind::Results, name) {
        Ok(_) => Some(named::results(&setup.folder, name)?),
        Err(_) => None,
    };
    if let Some(file) = run
        && setup.folder.exists(&file)
    {
        let ((), head) = results_stream::gather(&setup.folder, &file, &())?;
        let (prompt, from) = (head.metadata.system_prompt.clone(), Some(file.stem().to_owned()));
        return Ok(Chosen { prompt, from, lineage: Some(file), head: Some(head) });
    }
    let path = Path::new(name);
    let prompt = evaluate::text_of(path)?;
    Ok(Chosen { prompt, from: Some(words::path(path)), lineage: None, head: None })
}

fn of_lineage(setup: &Setup, file: &FileName) -> Result<Chosen, Error> {
    let ((), head) = results_stream::gather(&setup.folder, file, &())?;
    let (best, prompt) = lineage::best(&setup.folder, file, &head)?;
    let head = if best == *file { head } else { results_stream::gather(&setup.folder, &best, &())?.1 };
    Ok(Chosen { prompt, from: Some(best.stem().to_owned()), lineage: Some(best), head: Some(head) })
}

/// The newest first run of these leads, by its name.
fn newest_run(setup: &Setup, leads: &FileName) -> Result<Option<FileName>, Error> {
    let prefix = format!("{}_results_", leads.stem());
    let runs = setup.folder.list(Kind::Results)?.into_iter();
    // Names do not tell: the versions of a lineage have no date in theirs.
    let written = |file: &FileName| std::fs::metadata(setup.folder.path(file)).and_then(|file| file.modified()).ok();
    Ok(runs.filter(|file| file.stem().starts_with(&prefix)).max_by_key(|file| (written(file), file.stem().to_owned())))
}
