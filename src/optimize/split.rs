//! Who is learned from, and who only verifies.
//!
//! A prompt that was tuned on people looks better on them than it is. So the personas of a lineage are split once: from
//! most of them the improver may learn, on the others nothing is ever tuned, and the figure that counts comes from them.

use std::collections::HashSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::companies::{self, Companies};
use super::near_copies::near_copies;
use super::pairing::Key;
use crate::data::spool::Texts;
use crate::data::{self, DataFolder, FileName, Kind, people, personas};

/// The share of the personas that is held back where no eval file is there: enough to verify on, and the greater part to
/// learn from. A gain is proved on the held back only, so what is taken here is paid back in certainty there.
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
}

impl Unseen {
    /// Whether this persona only verifies.
    #[must_use]
    pub fn contains(&self, persona: Key) -> bool {
        self.companies.number(persona) < self.below || self.of_eval.contains(&persona)
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
        let companies = match self.companies(folder) {
            // Of a list that is gone nobody's company is known any more; who was learned from is in the files all the same.
            Err(data::Error::NotFound { .. }) => Companies::default(),
            found => found?,
        };
        Ok(Unseen { of_eval, companies, below: self.below })
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
mod tests {
    use super::*;
    use crate::data::leads::{self, Lead, LeadList};
    use proptest::prelude::*;
    use unicode_normalization::UnicodeNormalization;

    fn folder_with(files: &[(&str, &[String])]) -> (tempfile::TempDir, DataFolder) {
        let place = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(place.path());
        for (name, people) in files {
            personas::save(&folder, &FileName::new(Kind::Personas, name).unwrap(), people).unwrap();
        }
        (place, folder)
    }

    fn names(prefix: &str, count: usize) -> Vec<String> {
        (0..count).map(|number| format!("{prefix} {number}, CTO.")).collect()
    }

    fn split(folder: &DataFolder, file: &str, all: &[String]) -> (Split, People) {
        let all = Arc::new(Texts::of(folder.root(), all).unwrap());
        let split = Split::new(folder, Some(file), &all).unwrap();
        let people = split.people(folder, &all).unwrap();
        (split, people)
    }

    #[test]
    fn an_eval_file_beside_the_personas_verifies_and_everybody_else_is_learned_from() {
        let (train, eval) = (names("Ann", 40), names("Bo", 20));
        let (_place, folder) = folder_with(&[("x_eval", &eval)]);
        let (split, people) = self::split(&folder, "x_train.json", &train);
        assert_eq!(split, Split { eval_file: Some("x_eval.json".into()), ..Split::default() });
        assert_eq!((people.learn.len(), people.unseen.len()), (40, 20));
        assert!(people.is_unseen(&eval[3]) && !people.is_unseen(&train[3]));
    }

    #[test]
    fn an_eval_file_that_is_too_small_to_prove_anything_is_filled_up_from_the_others() {
        let (train, eval) = (names("Ann", 16), names("Bo", 4));
        let (_place, folder) = folder_with(&[("x_eval", &eval)]);
        let (_, people) = self::split(&folder, "x_train", &train);
        assert_eq!((people.learn.len(), people.unseen.len()), (8, 12));
    }

    #[test]
    fn who_stands_in_both_files_is_unseen() {
        let (train, eval) = (names("Ann", 40), names("Ann", 15));
        let (_place, folder) = folder_with(&[("x_eval", &eval)]);
        let (_, people) = self::split(&folder, "x_train", &train);
        assert_eq!((people.learn.len(), people.unseen.len()), (25, 15));
        assert!(people.learn.iter().all(|index| *index >= 15));
    }

    #[test]
    fn the_same_people_in_other_letters_spaces_or_forms_of_unicode_are_unseen() {
        let train: Vec<String> = names("Zoë Müller", 40);
        let decomposed: String = UnicodeNormalization::nfd(train[2].as_str()).collect();
        let eval = [
            train[0].to_uppercase(),
            train[1].replace(' ', "  \u{a0}"),
            decomposed,
            train[3].replace("CTO", "\u{ff23}\u{ff34}\u{ff2f}"),
        ];
        let (_place, folder) = folder_with(&[("x_eval", &eval)]);
        let (_, people) = self::split(&folder, "x_train", &train);
        assert!(people.learn.iter().all(|index| *index >= 4), "{:?}", people.learn);
        assert!(people.is_unseen(&train[0]) && people.is_unseen(&eval[0]));
    }

    #[test]
    fn near_copies_among_the_unseen_are_counted_and_distinct_people_are_none() {
        let text = |name: &str, site: usize| {
            format!(
                "{name}, head of IT at a bank of 400 people in Oslo, wants few words and no hype at all. Site {site}."
            )
        };
        let train: Vec<String> = (0..20).map(|site| text("Ada", site)).collect();
        let eval: Vec<String> = (0..15).map(|site| text("Ada", site + 100)).collect();
        let (_place, folder) = folder_with(&[("x_eval", &eval)]);
        let (_, people) = self::split(&folder, "x_train", &train);
        assert_eq!(people.near_copies, 15);
        assert!(people.warning().unwrap().starts_with("15 of the 15 people who only verify"));
        let others: Vec<String> =
            (0..15).map(|n| format!("Bo {n} sells {n} boats a year and reads {n} papers.")).collect();
        let (_place, folder) = folder_with(&[("x_eval", &others)]);
        assert_eq!(self::split(&folder, "x_train", &train).1.warning(), None);
    }

    #[test]
    fn names_of_eval_files_follow_the_original_services() {
        assert_eq!(eval_name("b2b_train.json").as_deref(), Some("b2b_eval"));
        assert_eq!(eval_name("b2b").as_deref(), Some("b2b_eval"));
        assert_eq!(eval_name("b2b_eval.json"), None);
        let (_place, folder) = folder_with(&[]);
        // A name from a file that fights back leads nowhere.
        let (split, _) = self::split(&folder, "../../etc/passwd", &names("Ann", 10));
        assert_eq!(split.eval_file, None);
    }

    fn lead(name: &str, number: usize, company: &str) -> Lead {
        let mut lead = Lead::new(&format!("{name}{number}@mail{number}.example")).unwrap();
        lead.first_name = Some(format!("{name}{number}"));
        lead.company = Some(company.to_owned());
        lead
    }

    #[test]
    fn colleagues_are_never_on_both_sides_also_once_they_are_described_otherwise() {
        let mut leads: Vec<Lead> = (0..60).map(|n| lead("Ann", n, &format!("Firm {}", n % 20))).collect();
        let (_place, folder) = folder_with(&[]);
        let file = leads::file(&folder, "spring").unwrap();
        LeadList::create(&folder, &file, leads.iter().cloned().map(Ok)).unwrap();
        let texts = |leads: &[Lead]| -> Vec<String> { leads.iter().map(Lead::persona_text).collect() };
        let before = texts(&leads);
        let (split, people) = self::split(&folder, "leads/spring", &before);
        assert_eq!((split.leads.as_deref(), people.unseen.len(), people.learn.len()), (Some("leads/spring"), 24, 36));
        let firm = |index: usize| index % 20;
        let learned: HashSet<usize> = people.learn.iter().map(|index| firm(*index as usize)).collect();
        for (index, text) in before.iter().enumerate() {
            assert_eq!(people.is_unseen(text), !learned.contains(&firm(index)));
        }
        for (number, lead) in leads.iter_mut().enumerate().filter(|(number, _)| number % 2 == 0) {
            lead.describe(Some(format!("Somebody else {number}.")));
        }
        std::fs::remove_file(folder.path(&file)).unwrap();
        LeadList::create(&folder, &file, leads.iter().cloned().map(Ok)).unwrap();
        let all = Arc::new(Texts::of(folder.root(), texts(&leads)).unwrap());
        let later = split.people(&folder, &all).unwrap();
        assert_eq!(later.learn, people.learn);
        let unseen = split.unseen(&folder).unwrap();
        for (index, text) in before.iter().enumerate() {
            assert_eq!(later.is_unseen(text), !learned.contains(&firm(index)), "as they were described before");
            assert_eq!(unseen.contains(Key::of(text)), !learned.contains(&firm(index)));
        }
    }

    proptest! {
        /// Everybody is on one side, and a split that is kept gives the same sides again, in whatever order people come.
        #[test]
        fn nobody_is_on_both_sides_and_the_split_is_stable(count in 1_usize..80) {
            let all = names("Cy", count);
            let (_place, folder) = folder_with(&[]);
            let (split, people) = self::split(&folder, "x", &all);
            prop_assert_eq!(people.learn.len() + people.unseen.len(), count);
            prop_assert!(people.unseen.len() <= count / 2);
            for index in &people.learn {
                prop_assert!(!people.is_unseen(&all[*index as usize]));
            }
            let mut turned = all.clone();
            turned.reverse();
            let turned = Arc::new(Texts::of(folder.root(), &turned).unwrap());
            let again = split.people(&folder, &turned).unwrap();
            prop_assert!(all.iter().all(|persona| again.is_unseen(persona) == people.is_unseen(persona)));
        }
    }
}
