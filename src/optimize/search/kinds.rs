//! Tells kinds of people apart before a proof, so that a gain on the whole is not paid for by some of them.
//!
//! A model does it once for a lineage, before anything is proved; whoever the record does not know yet is sorted later.
//! Where no model can, a column of the leads does; where there is none either, nobody is of a kind.

use crate::data::DataFolder;
use crate::data::spool::Texts;
use crate::evaluate::run::{Interrupted, RunContext};
use crate::event::Event;
use crate::improve::Improver;
use crate::improve::kinds::{A_CALL, Sorted};
use crate::optimize::before::earlier::Aside;
use crate::optimize::error::Error;
use crate::optimize::people::kinds::{Kinds, MOST_SORTED};
use crate::optimize::people::pairing::Key;

/// One in so many of the calls that are left may go into it.
const WORTH: u64 = 20;

/// How many people's kinds may be told with so many calls left.
#[must_use]
pub fn affordable(calls: u64) -> usize {
    usize::try_from(calls / WORTH).unwrap_or(usize::MAX).saturating_mul(A_CALL).min(MOST_SORTED)
}

/// Who sorts people into kinds.
#[derive(Clone, Copy)]
pub struct Sorter<'a> {
    /// The model that is asked.
    pub improver: &'a Improver,
    /// Where it runs.
    pub context: &'a RunContext,
    /// What its calls are named after: the seed and the cycle.
    pub key: [&'a str; 2],
}

impl Sorter<'_> {
    /// Sorts the people whom a proof is going to ask, first those who are asked first. What is `known` stays. `leads`:
    /// the list that they come from. Where neither a model nor a column can, nobody is of a kind.
    ///
    /// # Errors
    /// When the run was asked to stop, or a persona or the list cannot be read.
    pub async fn sort(
        self,
        known: &Kinds,
        (unseen, order): (&Texts, &[Aside]),
        leads: Option<(&DataFolder, &str)>,
        calls: u64,
    ) -> Result<Kinds, Error> {
        let first = &order[..order.len().min(MOST_SORTED)];
        let keys: Vec<Key> = first.iter().map(|one| one.key).collect();
        let by_column = || match leads {
            Some((folder, list)) => known.from_leads(folder, list, &keys),
            None => Ok(None),
        };
        if known.column().is_some() {
            return Ok(by_column()?.unwrap_or_else(|| known.clone()));
        }
        let open: Vec<&Aside> = first.iter().filter(|one| !known.knows(one.key)).take(affordable(calls)).collect();
        if open.is_empty() {
            return Ok(if known.is_empty() { by_column()?.unwrap_or_default() } else { known.clone() });
        }
        let Sorter { improver, context, key } = self;
        context.events.emit(Event::Step("Telling kinds of people apart, among those kept aside".into()));
        let mut texts = Vec::with_capacity(open.len());
        for one in &open {
            texts.push(unseen.get(one.index as usize)?);
        }
        let sorted = improver.sort_people(&texts, known.named(), &key).await;
        if let Some(why) = context.stop.why() {
            return Err(Interrupted(why).into());
        }
        match sorted {
            Ok(sorted) => {
                if let Some(why) = &sorted.trouble {
                    let left = sorted.people.iter().filter(|person| **person == Sorted::Open).count();
                    context.events.emit(Event::Warning(format!(
                        "the kinds of {left} of {} people could not be told ({why}): they are left out, and asked \
                         about in the next cycle",
                        texts.len()
                    )));
                }
                Ok(known.with_sorted(open.iter().map(|one| one.key).collect(), sorted))
            }
            Err(error) => {
                let found = by_column()?;
                let instead = match found.as_ref().and_then(Kinds::column) {
                    Some(column) => format!("the column {column} decides"),
                    None => "they are not sorted, and none of them can be looked at alone".to_owned(),
                };
                let words = format!("kinds of people could not be told apart ({error}): {instead}");
                context.events.emit(Event::Warning(words));
                Ok(found.unwrap_or_default())
            }
        }
    }
}

#[cfg(test)]
mod tests;
