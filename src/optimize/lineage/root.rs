//! The first run of a lineage: what it offered, and what it may claim.

use crate::data::results::Metadata;
use crate::data::{self, DataFolder, FileName, Head, Kind, results_stream};
use crate::evaluate::grounding::Sources;

/// Parents that are followed on the way to the first run of a lineage.
const MOST_PARENTS: usize = 1_000;

/// The first run that a results file descends from, as far as its parents are there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root {
    /// Its file; `None` where it is the one that the search began with.
    pub file: Option<FileName>,
    /// Its prompt.
    pub prompt: String,
    /// The facts that it was given apart from the prompt.
    pub facts: Option<String>,
    /// The file that it descends from, where that is not there.
    pub missing: Option<String>,
}

impl Root {
    /// The root of the lineage of this file.
    ///
    /// # Errors
    /// Where a parent is there and cannot be read.
    pub fn of(folder: &DataFolder, head: &Head) -> Result<Self, data::Error> {
        let (mut root, mut parent) = (Root::at(None, &head.metadata), parent_of(&head.metadata));
        for _ in 0..MOST_PARENTS {
            let Some(name) = parent.take() else { break };
            // What a results file says is a hint: a name that leads nowhere ends the search.
            let Some(file) = folder.resolve(Kind::Results, &name).ok().filter(|file| folder.exists(file)) else {
                root.missing = Some(name);
                break;
            };
            let ((), head) = results_stream::gather(folder, &file, &())?;
            parent = parent_of(&head.metadata);
            root = Root::at(Some(file), &head.metadata);
        }
        Ok(root)
    }

    fn at(file: Option<FileName>, metadata: &Metadata) -> Self {
        let facts = metadata.rejoinder.as_ref().and_then(|own| own.facts.clone());
        Root { file, prompt: metadata.system_prompt.clone(), facts, missing: None }
    }

    /// What the messages of its lineage are held against: these facts where they are given, else its own, else what its
    /// prompt says. A rewritten prompt orders nothing, for it may state more than is true.
    #[must_use]
    pub fn sources(&self, given: Option<&str>) -> Sources {
        match given.or(self.facts.as_deref()) {
            Some(facts) if self.missing.is_some() => Sources::new(facts, ""),
            Some(facts) => sources(&self.prompt, Some(facts)),
            None => sources(&self.prompt, None),
        }
    }
}

/// What messages are held against that are written with this first prompt, and with these facts where they are given.
#[must_use]
pub fn sources(first: &str, facts: Option<&str>) -> Sources {
    match facts.filter(|facts| facts.trim() != first.trim()) {
        Some(facts) => Sources::new(facts, first),
        None => Sources::from_prompt(first),
    }
}

fn parent_of(metadata: &Metadata) -> Option<String> {
    Some(metadata.rejoinder.as_ref()?.parent.as_ref()?.file.clone())
}
