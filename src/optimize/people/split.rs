//! Who is learned from, and who only verifies.
//!
//! A prompt that was tuned on people looks better on them than it is. So the personas of a lineage are split once: from
//! most of them the improver may learn, on the others nothing is ever tuned, and the figure that counts comes from
//! them.

use std::collections::HashSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::companies::{self, Companies};
use super::near_copies::near_copies;
use super::pairing::Key;
use crate::data::spool::Texts;
use crate::data::{self, DataFolder, FileName, Kind, people, personas};

/// The share of the personas that is held back where no eval file is there: enough to verify on, and the greater part
/// to learn from. A gain is proved on the held back only, so what is taken here is paid back in certainty there.
const SHARE: f64 = 0.4;

/// Below so many personas to verify with, some of the others are held back as well: an exact paired test on fewer can
/// hardly ever tell anything.
const FEWEST: usize = 12;

/// How the personas of a lineage are split. It is made once and kept in every file of the lineage.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Split {
    /// The persona file whose people only verify, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eval_file: Option<String>,
    /// Of the others, those whose number ([`Key::number`]) is below this are held back: about this share of 2^32.
    pub below: u32,
    /// The list of leads that the others come from, `leads/NAME`: they are held back by the numbers of their companies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leads: Option<String>,
}

/// The personas of a cycle.
#[derive(Clone, Debug)]
pub struct People {
    /// Everybody who is written to, the held back included.
    pub all: Arc<Texts>,
    /// Indices among them of those from whom is learned.
    pub learn: Vec<u32>,
    /// Those who only verify: the eval file's, and the held back.
    pub unseen: Arc<Texts>,
    /// Keys of those who only verify, folded.
    held_back: Arc<HashSet<Key>>,
    /// Who is whose colleague, where they are leads, and below which number a company is held back.
    companies: Arc<Companies>,
    below: u32,
    /// How many of those who only verify are described nearly as somebody who is learned from.
    pub near_copies: usize,
    /// Those of them who were generated for this cycle's proof, as more of the same population.
    pub generated: Arc<Vec<String>>,
}

/// Tells of any persona whether it only verifies.
#[derive(Clone, Debug, Default)]
pub struct Unseen {
    of_eval: HashSet<Key>,
    companies: Companies,
    below: u32,
    /// The list of leads that was split, and whether it is there.
    list: Option<(String, IsThere)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum IsThere {
    Yes,
    No,
}

impl Unseen {
    /// Whether this persona only verifies.
    #[must_use]
    pub fn contains(&self, persona: Key) -> bool {
        self.companies.number(persona) < self.below || self.of_eval.contains(&persona)
    }

    /// Whether somebody may be one of those who only verify: by all texts that describe them, now and earlier, and by
    /// the list of leads that they were taken from. Where a list was split, who is in it is kept aside or not; who was
    /// taken from it and is not in it now may have been kept aside, and where it is gone, everybody may.
    #[must_use]
    pub fn may_contain(&self, texts: &[Key], list: &str) -> bool {
        let Some((split, is_there)) = &self.list else { return texts.iter().any(|text| self.contains(*text)) };
        let mut known = texts.iter().filter(|text| self.companies.knows(**text)).peekable();
        if known.peek().is_none() {
            return *is_there == IsThere::No || list_name(split) == list_name(list);
        }
        known.any(|text| self.contains(*text))
    }
}

impl Split {
    /// Splits the personas `all`, which come from this persona file, for a new lineage.
    ///
    /// # Errors
    /// Where a persona file cannot be read.
    pub fn new(folder: &DataFolder, persona_file: Option<&str>, all: &Texts) -> Result<Self, data::Error> {
        let leads = persona_file.filter(|name| people::is_leads(name));
        let companies = leads.map(|list| Companies::read(folder, list)).transpose()?.unwrap_or_default();
        let eval = match persona_file.filter(|_| leads.is_none()).and_then(eval_name) {
            Some(name) => sibling(folder, &name)?,
            None => None,
        };
        let (eval_file, there) = match eval {
            Some((file, people)) => (Some(file.as_str().to_owned()), people.len()),
            None => (None, 0),
        };
        let wanted = if eval_file.is_none() { (SHARE * all.len() as f64).round() as usize } else { 0 };
        // Never more than half: somebody must be left to learn from.
        let held = wanted.max(FEWEST.saturating_sub(there)).min(all.len() / 2);
        let mut numbers = Vec::with_capacity(all.len());
        for persona in all.iter() {
            numbers.push(companies.number(Key::of(&persona?)));
        }
        numbers.sort_unstable();
        if let Some(list) = leads {
            let below = companies::cut(&numbers, held);
            return Ok(Split { eval_file, below, leads: Some(list.to_owned()) });
        }
        // Exactly so many, not only about so many: of sixteen people a share alone might take two or nine.
        let below = if held == 0 { 0 } else { numbers.get(held).copied().unwrap_or(u32::MAX) };
        Ok(Split { eval_file, below, leads: None })
    }

    /// Who only verifies, without anybody's text.
    ///
    /// # Errors
    /// Where the eval file is there and cannot be read.
    pub fn unseen(&self, folder: &DataFolder) -> Result<Unseen, data::Error> {
        let mut of_eval = HashSet::new();
        if let Some(name) = &self.eval_file
            && let Some((_, people)) = sibling(folder, name)?
        {
            for persona in people.iter() {
                of_eval.insert(Key::of(&persona?));
            }
        }
        let (companies, is_there) = match self.companies(folder) {
            // Of a list that is gone nobody's company is known any more; who was learned from is in the files all the
            // same.
            Err(data::Error::NotFound { .. }) => (Companies::default(), IsThere::No),
            found => (found?, IsThere::Yes),
        };
        let list = self.leads.clone().map(|list| (list, is_there));
        Ok(Unseen { of_eval, companies, below: self.below, list })
    }

    /// The personas on both sides.
    ///
    /// # Errors
    /// Where a persona file cannot be read, or there is no room on the disk.
    pub fn people(&self, folder: &DataFolder, all: &Arc<Texts>) -> Result<People, data::Error> {
        let (mut unseen, mut held_back) = (Texts::new(folder.root())?, HashSet::new());
        if let Some(name) = &self.eval_file
            && let Some((_, people)) = sibling(folder, name)?
        {
            for persona in people.iter() {
                let persona = persona?;
                if held_back.insert(Key::folded(&persona)) {
                    unseen.push(&persona)?;
                }
            }
        }
        let companies = self.companies(folder)?;
        let mut others: Vec<(u32, Key)> = Vec::with_capacity(all.len());
        for (index, persona) in all.iter().enumerate() {
            let persona = persona?;
            let key = Key::folded(&persona);
            if companies.number(Key::of(&persona)) < self.below && held_back.insert(key) {
                unseen.push(&persona)?;
            }
            others.push((index as u32, key));
        }
        // A person on both sides, however spelled, stays unseen, or would not be unseen at all.
        let learn = others.into_iter().filter(|(_, key)| !held_back.contains(key)).map(|(index, _)| index);
        let learn: Vec<u32> = learn.collect();
        let near_copies = near_copies(all, &learn, &unseen)?;
        Ok(People {
            all: Arc::clone(all),
            learn,
            unseen: Arc::new(unseen),
            held_back: Arc::new(held_back),
            companies: Arc::new(companies),
            below: self.below,
            near_copies,
            generated: Arc::default(),
        })
    }

    fn companies(&self, folder: &DataFolder) -> Result<Companies, data::Error> {
        self.leads.as_ref().map(|list| Companies::read(folder, list)).transpose().map(Option::unwrap_or_default)
    }
}

impl People {
    /// Everybody of `learn` is learned from, everybody of `unseen` only verifies.
    ///
    /// # Errors
    /// Where a persona cannot be read.
    pub fn apart(learn: Arc<Texts>, unseen: Arc<Texts>) -> Result<Self, data::Error> {
        let held_back = unseen.iter().map(|persona| Ok(Key::folded(&persona?))).collect::<Result<_, data::Error>>()?;
        let all = (0..learn.len() as u32).collect();
        Ok(People {
            all: learn,
            learn: all,
            unseen,
            held_back: Arc::new(held_back),
            companies: Arc::default(),
            below: 0,
            near_copies: 0,
            generated: Arc::default(),
        })
    }

    /// The same, with these people among those who only verify: more of the population, generated for this.
    ///
    /// # Errors
    /// Where a persona cannot be read, or there is no room on the disk.
    pub fn with_generated(self, folder: &DataFolder, generated: &[String]) -> Result<Self, data::Error> {
        let (mut unseen, mut held_back) = (Texts::new(folder.root())?, (*self.held_back).clone());
        for persona in self.unseen.iter() {
            unseen.push(&persona?)?;
        }
        for persona in generated {
            held_back.insert(Key::folded(persona));
            unseen.push(persona)?;
        }
        let (unseen, generated) = (Arc::new(unseen), Arc::new(generated.to_vec()));
        Ok(People { unseen, held_back: Arc::new(held_back), generated, ..self })
    }

    /// The warning if unseen people are less unseen than they should be.
    #[must_use]
    pub fn warning(&self) -> Option<String> {
        (self.near_copies > 0).then(|| {
            format!(
                "{} of the {} people who only verify are described nearly as somebody who is learned from: a gain on \
                 them is partly one on people who were seen; leave such copies out of the persona files",
                self.near_copies,
                self.unseen.len()
            )
        })
    }

    /// Whether this persona only verifies, so that nothing may be learned from what it said.
    #[must_use]
    pub fn is_unseen(&self, persona: &str) -> bool {
        let key = Key::of(persona);
        // A lead who is described otherwise by now, or may not be written to any more, is still somebody's colleague.
        let is_colleague = self.companies.knows(key) && self.companies.number(key) < self.below;
        is_colleague || self.held_back.contains(&Key::folded(persona))
    }
}

/// A list's name, however it is given: `spring`, `leads/spring`, `spring.jsonl`.
fn list_name(list: &str) -> &str {
    let name = list.rsplit('/').next().unwrap_or(list);
    name.strip_suffix(".jsonl").unwrap_or(name)
}

/// The name of the eval file beside a persona file: `x_train` has `x_eval`, any other `x` has `x_eval`.
fn eval_name(name: &str) -> Option<String> {
    let stem = name.trim().strip_suffix(".json").unwrap_or(name.trim());
    if stem.is_empty() || stem.ends_with("_eval") {
        return None;
    }
    Some(format!("{}_eval", stem.strip_suffix("_train").unwrap_or(stem)))
}

/// A persona file that may be there or not. What a results file says is a hint: a name that leads nowhere is none.
fn sibling(folder: &DataFolder, name: &str) -> Result<Option<(FileName, Texts)>, data::Error> {
    match folder.resolve(Kind::Personas, name).and_then(|file| Ok((personas::open(folder, &file)?, file))) {
        Ok((people, file)) => Ok(Some((file, people))),
        Err(
            data::Error::NotFound { .. }
            | data::Error::Name { .. }
            | data::Error::Outside { .. }
            | data::Error::NotAFile { .. },
        ) => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests;
