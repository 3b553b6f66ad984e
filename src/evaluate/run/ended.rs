//! What became of a run that has ended, entry by entry.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::data::entries::Source;
use crate::data::results::PersonaResult;
use crate::data::spool::Texts;
use crate::data::{self, Map};
use crate::evaluate::outcomes::Outcomes;
use crate::evaluate::trial::Verdict;

/// The entries of a run that has ended.
pub(super) struct Ended {
    pub people: Arc<Texts>,
    pub outcomes: Arc<Outcomes>,
    pub extras: BTreeMap<usize, Map>,
}

impl Ended {
    fn entry(&self, index: usize) -> Result<PersonaResult, data::Error> {
        let extra = self.extras.get(&index).cloned().unwrap_or_default();
        Ok(PersonaResult { persona: self.people.get(index)?, messages: Vec::new(), extra })
    }
}

impl Source for Ended {
    fn each(&self, see: &mut dyn FnMut(&PersonaResult) -> bool) -> Result<(), data::Error> {
        if self.people.is_empty() {
            return Ok(());
        }
        let (mut entry, mut index) = (self.entry(0)?, 0);
        let mut walked = Ok(true);
        // The plan is in order of personas; one for whom it has no trial has an entry all the same.
        self.outcomes.each(&mut |persona, _, verdict| {
            while index < persona && matches!(walked, Ok(true)) {
                walked = Ok(see(&entry));
                index += 1;
                match self.entry(index) {
                    Ok(next) => entry = next,
                    Err(error) => walked = Err(error),
                }
            }
            if let Verdict::Decided { message, decision } = verdict {
                entry.messages.push(message.into_judged(decision));
            }
            matches!(walked, Ok(true))
        })?;
        while walked? {
            walked = Ok(see(&entry));
            index += 1;
            if index == self.people.len() {
                break;
            }
            entry = self.entry(index)?;
        }
        Ok(())
    }
}
