//! People who are written for a proof: more of the population that the people of the lineage are from.
//!
//! They join those kept aside, never those learned from, and are others in each cycle. What is proved with them holds
//! for people as the model writes them, which the verdict says.

use super::split::People;
use crate::data::{self, DataFolder};
use crate::evaluate::persona_writer::{self, MOST_PEOPLE, Population, Whom};
use crate::evaluate::run::Interrupted;
use crate::event::Event;
use crate::model::digest_number;
use crate::optimize::cast::Cast;
use crate::optimize::error::Error;

/// Writes so many people like those of the lineage, and puts them with those kept aside. `seed` and `step` are those of
/// the cycle. Where fewer can be written the proof does with them.
///
/// # Errors
/// When the run was asked to stop or reached a limit, a persona cannot be read, or there is no room on the disk.
pub async fn join(
    folder: &DataFolder,
    cast: &Cast,
    people: People,
    count: usize,
    (seed, step): (u64, &str),
) -> Result<People, Error> {
    if count == 0 {
        return Ok(people);
    }
    let (events, context) = (&cast.context.events, &cast.context);
    let simulated = context.account.is_simulated();
    let population = Population::new(everybody(&people)?);
    events.emit(Event::BatchStarted { label: "Writing people for the proof".into(), total: count, simulated });
    // Other people in each cycle: nobody is then proved on so often that prompts come to fit them.
    let seed = digest_number(&["fresh people", &seed.to_string(), step]);
    let caller = cast.generator.caller();
    let written = persona_writer::write(caller, Whom::Like(&population), count, seed, context.width).await;
    events.emit(Event::BatchEnded { simulated: context.account.is_simulated() });
    if let Some(why) = context.stop.why() {
        return Err(Interrupted(why).into());
    }
    if written.personas.len() < count {
        let reason = written.failures.first().map_or("the model gave no more that differ", String::as_str);
        events.emit(Event::Warning(format!(
            "{} of {count} people for the proof could be written: {reason}",
            written.personas.len()
        )));
    }
    Ok(people.with_generated(folder, &written.personas)?)
}

fn everybody(people: &People) -> Result<Vec<String>, data::Error> {
    people.all.iter().chain(people.unseen.iter()).take(MOST_PEOPLE).map(|persona| Ok(persona?)).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::data::spool::Texts;

    #[test]
    fn generated_people_only_verify_and_are_counted() {
        let place = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(place.path());
        let texts = |names: &[&str]| Arc::new(Texts::spool(place.path(), names).unwrap());
        let people = People::apart(texts(&["Ann, CTO"]), texts(&["Bo, CFO"])).unwrap();
        assert_eq!(everybody(&people).unwrap(), ["Ann, CTO", "Bo, CFO"]);
        let more = people.with_generated(&folder, &["Cy, COO".to_owned(), "Di, CEO".to_owned()]).unwrap();
        assert_eq!((more.unseen.len(), more.generated.len(), more.learn.len()), (3, 2, 1));
        assert!(more.is_unseen("cy,  coo") && more.is_unseen("Bo, CFO") && !more.is_unseen("Ann, CTO"));
    }
}
