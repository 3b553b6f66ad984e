//! Names for objections that fit no theme.

use super::cycle::{Cast, Error};
use super::lineage::Lineage;
use crate::evaluate::run::Interrupted;
use crate::event::Event;
use crate::improve::{Codebook, Heard, Objections};

/// What people said comes down to; where much of it fits no theme, a model names it.
///
/// # Errors
/// When the run was asked to stop.
pub async fn objections(cast: &Cast, heard: &Heard, lineage: &mut Lineage, key: &[&str]) -> Result<Objections, Error> {
    let objections = heard.objections();
    if !Codebook::is_wanted(&objections) {
        return Ok(objections);
    }
    cast.context.events.emit(Event::Step("Naming what the usual objections do not cover".into()));
    let known = Codebook::names_of(&lineage.codebooks);
    let key: Vec<&str> = key.iter().copied().chain(["names"]).collect();
    match cast.improver.name_groups(heard, &known, &key).await {
        Ok(book) => {
            let named = objections.named(&book);
            lineage.name(book);
            Ok(named)
        }
        Err(error) => match cast.context.stop.why() {
            Some(why) => Err(Interrupted(why).into()),
            // Names are a help, and the search can do without.
            None => {
                cast.context.events.emit(Event::Warning(format!("objections that fit no theme stay unnamed: {error}")));
                Ok(objections)
            }
        },
    }
}
