//! Tells kinds of people apart before a proof, so that a gain on the whole is not paid for by some of them.
//!
//! A model does it once for a lineage, before anything is proved; whoever the record does not know yet is sorted later.
//! Where no model can, a column of the leads does; where there is none either, nobody is of a kind.

use crate::data::DataFolder;
use crate::data::spool::Texts;
use crate::evaluate::ask;
use crate::evaluate::run::Interrupted;
use crate::event::Event;
use crate::improve::kinds::A_CALL;
use crate::optimize::error::Error;
use crate::optimize::people::kinds::{Kinds, MOST_SORTED};
use crate::optimize::people::pairing::Key;
use crate::optimize::trials::trial_runner::TrialRunner;

/// One in so many of the calls that are left may go into it.
const WORTH: u64 = 20;

/// How many people's kinds may be told with so many calls left.
#[must_use]
pub fn affordable(calls: u64) -> usize {
    usize::try_from(calls / WORTH).unwrap_or(usize::MAX).saturating_mul(A_CALL).min(MOST_SORTED)
}

/// Tells the kinds of the people whom a proof is going to ask, first those who are asked first. What is `known` stays.
/// `leads`: the list that they come from. Where neither a model nor a column can, nobody is of a kind.
///
/// # Errors
/// When the run was asked to stop, or a persona or the list cannot be read.
pub async fn tell(
    runner: &TrialRunner<'_>,
    known: &Kinds,
    (unseen, order): (&Texts, &[u32]),
    leads: Option<(&DataFolder, &str)>,
    calls: u64,
) -> Result<Kinds, Error> {
    let mut people: Vec<(Key, String)> = Vec::new();
    for index in order.iter().take(MOST_SORTED) {
        let text = unseen.get(*index as usize)?;
        people.push((Key::of(&text), text));
    }
    let keys: Vec<Key> = people.iter().map(|(key, _)| *key).collect();
    let by_column = || match leads {
        Some((folder, list)) => Kinds::of_leads(folder, list, &keys),
        None => Ok(None),
    };
    if known.column().is_some() {
        return Ok(by_column()?.unwrap_or_else(|| known.clone()));
    }
    people.retain(|(key, _)| !known.knows(*key));
    people.truncate(affordable(calls));
    if people.is_empty() {
        return Ok(if known.is_empty() { by_column()?.unwrap_or_default() } else { known.clone() });
    }
    let events = &runner.cast.context.events;
    events.emit(Event::Step("Telling kinds of people apart, among those kept aside".into()));
    let (new, texts): (Vec<Key>, Vec<String>) = people.into_iter().unzip();
    let seed = runner.seed.to_string();
    let sorted = runner.cast.improver.sort_people(&texts, known.named(), &[&seed, runner.step]).await;
    if let Some(why) = runner.cast.context.stop.why() {
        return Err(Interrupted(why).into());
    }
    match sorted {
        Ok(sorted) => Ok(known.with_sorted(new, sorted)),
        Err(error @ (ask::Error::Call(_) | ask::Error::Unusable { .. })) => {
            let found = if known.is_empty() { by_column()? } else { Some(known.clone()) };
            let instead = match found.as_ref().map(Kinds::column) {
                Some(Some(column)) => format!("the column {column} decides"),
                Some(None) => "new people are left out of them".to_owned(),
                None => "they are not sorted, and none of them can be looked at alone".to_owned(),
            };
            events.emit(Event::Warning(format!("kinds of people could not be told apart ({error}): {instead}")));
            Ok(found.unwrap_or_default())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_call_in_twenty_may_go_into_it() {
        assert_eq!((affordable(19), affordable(20), affordable(45)), (0, 40, 80));
        assert_eq!(affordable(100_000), MOST_SORTED);
    }
}
