//! Where the personas and messages of an audit are from.

use std::collections::BTreeMap;

use super::Options;
use crate::cli::error::Error;
use crate::cli::setup::Setup;
use crate::data::{self, FileName, Kind, Part, personas, results_stream};
use crate::evaluate::audit::Material;
use crate::evaluate::battery::Battery;
use crate::model::digest;

/// The persona file that is taken where none is named and it is there: the sample.
const SAMPLE: &str = "b2b_saas_personas_train";
/// Personas that probes are put to.
const PERSONAS: usize = 12;
/// Messages of a results file that are decided again.
const MESSAGES: usize = 16;

/// Where personas and messages are from.
pub(super) enum Source {
    Personas(FileName, String),
    Results(FileName, String),
    BuiltIn,
}

impl Source {
    /// The file that the options name, else the sample, if it is there.
    ///
    /// # Errors
    /// When a name can be none of a file there.
    pub(super) fn of(setup: &Setup, options: &Options) -> Result<Self, Error> {
        let named = |file: FileName| {
            let name = format!("{}/{file}", file.kind());
            (file, name)
        };
        if let Some(name) = &options.results_file {
            let (file, name) = named(crate::cli::named::results(&setup.folder, name)?);
            return Ok(Source::Results(file, name));
        }
        let file = match &options.persona_file {
            Some(name) => setup.folder.resolve(Kind::Personas, name)?,
            None => match setup.folder.resolve(Kind::Personas, SAMPLE) {
                Ok(file) if setup.folder.exists(&file) => file,
                _ => return Ok(Source::BuiltIn),
            },
        };
        let (file, name) = named(file);
        Ok(Source::Personas(file, name))
    }

    /// As a report says it.
    pub(super) fn name(&self) -> &str {
        match self {
            Source::Personas(_, name) | Source::Results(_, name) => name,
            Source::BuiltIn => "built in",
        }
    }

    /// Hash of the file, by which an interrupted audit is found again.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(super) fn hash(&self, setup: &Setup) -> Result<String, data::Error> {
        match self {
            Source::Personas(file, _) | Source::Results(file, _) => setup.folder.sha256(file),
            Source::BuiltIn => Ok(String::new()),
        }
    }

    /// A sample of the personas and, from a results file, of the messages: those with the least hashes, so that a file
    /// of any size is read in a stream. Without messages of real runs those of the battery are taken.
    ///
    /// # Errors
    /// When the file cannot be read or holds no personas.
    pub(super) fn material(&self, setup: &Setup, battery: &Battery, seed: u64) -> Result<Material, Error> {
        let seed = seed.to_string();
        let mut people: Least<String> = Least::of(PERSONAS);
        let mut messages: Vec<(String, String)> = Vec::new();
        match self {
            Source::BuiltIn => {
                battery.people.iter().for_each(|persona| people.offer(0, &[&seed, persona], persona.clone()));
            }
            Source::Personas(file, _) => {
                for persona in personas::open(&setup.folder, file)?.iter() {
                    let persona = persona?;
                    people.offer(0, &[&seed, &persona], persona.clone());
                }
            }
            Source::Results(file, _) => {
                let start = || (Least::of(PERSONAS), Least::of(MESSAGES));
                let ((some, said), _) = results_stream::fold(&setup.folder, file, start, |(people, said), entry| {
                    if entry.part != Part::Results {
                        return;
                    }
                    let persona = entry.persona.get().into_owned();
                    people.offer(0, &[&seed, &persona], persona.clone());
                    let mut own: Vec<(String, String)> = entry
                        .messages
                        .iter()
                        .map(|said| said.message.get().into_owned())
                        .filter(|message| !message.trim().is_empty())
                        .map(|message| (digest(&[&seed, &persona, &message]), message))
                        .collect();
                    own.sort();
                    // A second message to somebody only where there are not enough people.
                    for (turn, (_, message)) in own.into_iter().enumerate() {
                        said.offer(turn, &[&seed, &persona, &message], (persona.clone(), message.clone()));
                    }
                })?;
                (people, messages) = (some, said.taken().collect());
            }
        }
        let people: Vec<String> = people.taken().collect();
        if people.is_empty() {
            return Err(Error::Usage(format!("{} holds no personas to put the probes to", self.name())));
        }
        if messages.is_empty() {
            messages = people.iter().cycle().cloned().zip(battery.messages.iter().cloned()).collect();
        }
        Ok(Material { people, messages })
    }
}

/// The few with the least hashes among any number, those of an earlier turn first.
struct Least<T> {
    most: usize,
    kept: BTreeMap<(usize, String), T>,
}

impl<T> Least<T> {
    fn of(most: usize) -> Self {
        Least { most, kept: BTreeMap::new() }
    }

    fn offer(&mut self, turn: usize, parts: &[&str], what: T) {
        self.kept.insert((turn, digest(parts)), what);
        if self.kept.len() > self.most {
            self.kept.pop_last();
        }
    }

    fn taken(self) -> impl Iterator<Item = T> {
        self.kept.into_values()
    }
}
