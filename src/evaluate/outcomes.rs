//! How the trials of a batch ended, on disk: in memory there are 8 bytes for each.

use std::borrow::Cow;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use super::auditing::Message;
use super::plan::Plan;
use super::trial::{Stage, TrialFailure, Verdict};
use crate::data::Error;
use crate::data::results::Decision;
use crate::data::spool::{Place, Spool};

/// Filled while a batch runs, in any order; read afterwards in the order of the plan, as often as need be.
#[derive(Debug)]
pub struct Outcomes {
    plan: Plan,
    spool: Spool,
    /// By index of the trial; none for what has not ended.
    places: Mutex<Vec<Option<Place>>>,
}

/// A verdict as the spool keeps it.
#[derive(Serialize, Deserialize)]
enum Kept<'a> {
    Decided(Cow<'a, Message>, Cow<'a, Decision>),
    Written(Cow<'a, Message>),
    Failed(Stage, #[serde(borrow)] Cow<'a, str>, #[serde(borrow)] Option<Cow<'a, str>>),
}

impl Outcomes {
    /// The outcomes of a batch in which nothing has ended yet; the spool is on the disk of `folder`.
    ///
    /// # Errors
    /// As [`Spool::new`].
    pub fn new(plan: Plan, folder: &Path) -> Result<Self, Error> {
        let places = Mutex::new(vec![None; plan.len()]);
        Ok(Outcomes { plan, spool: Spool::new(folder)?, places })
    }

    /// Keeps how the trial of this index ended.
    ///
    /// # Errors
    /// As [`Spool::put`].
    pub fn put(&self, index: usize, verdict: &Verdict) -> Result<(), Error> {
        let kept = match verdict {
            Verdict::Decided { message, decision } => Kept::Decided(Cow::Borrowed(message), Cow::Borrowed(decision)),
            Verdict::Written(message) => Kept::Written(Cow::Borrowed(message)),
            Verdict::Failed(TrialFailure { stage, reason, message }) => {
                Kept::Failed(*stage, reason.into(), message.as_deref().map(Cow::Borrowed))
            }
            Verdict::NotRun => return Ok(()),
        };
        let text = serde_json::to_string(&kept).map_err(|error| self.spool.unreadable(&error.to_string()))?;
        let place = self.spool.put(&text)?;
        self.places()[index] = Some(place);
        Ok(())
    }

    /// Shows every trial's persona, number of the message and verdict, in the order of the plan, until `see` has seen
    /// enough and says `false`.
    ///
    /// # Errors
    /// As [`Spool::get`].
    pub fn each(&self, see: &mut dyn FnMut(usize, usize, Verdict) -> bool) -> Result<(), Error> {
        for index in 0..self.plan.len() {
            let (persona, message) = self.plan.whom(index);
            let place = self.places()[index];
            let verdict = match place {
                Some(place) => self.read(&self.spool.get(place)?)?,
                None => Verdict::NotRun,
            };
            if !see(persona, message, verdict) {
                break;
            }
        }
        Ok(())
    }

    fn read(&self, text: &str) -> Result<Verdict, Error> {
        let kept: Kept<'_> = serde_json::from_str(text).map_err(|error| self.spool.unreadable(&error.to_string()))?;
        Ok(match kept {
            Kept::Decided(message, decision) => {
                Verdict::Decided { message: message.into_owned(), decision: decision.into_owned() }
            }
            Kept::Written(message) => Verdict::Written(message.into_owned()),
            Kept::Failed(stage, reason, message) => Verdict::Failed(TrialFailure {
                stage,
                reason: reason.into_owned(),
                message: message.map(Cow::into_owned),
            }),
        })
    }

    fn places(&self) -> MutexGuard<'_, Vec<Option<Place>>> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Map;
    use crate::evaluate::grounding::{Audit, Claim, ClaimKind, ClaimVerdict as Found};

    #[test]
    fn verdicts_come_back_in_the_order_of_the_plan_whatever_the_order_in_which_they_came() {
        let folder = tempfile::tempdir().unwrap();
        let outcomes = Outcomes::new(Plan::write_and_decide(2, 2), folder.path()).unwrap();
        let claim = Claim {
            start: 0,
            end: 4,
            kind: ClaimKind::Figure,
            verdict: Found::Supported,
            support: vec!["150 kWp".into()],
            derivation: Some("150 * 930".into()),
            note: None,
        };
        let decided = Verdict::Decided {
            message: Message {
                text: "Dear \"Ada\"\n\u{1b}[2J".into(),
                audit: Audit { auditor: Some("00ff".into()), claims: vec![claim] },
                revisions: 1,
                audit_failure: Some("cut off".into()),
                extra: Map::from_iter([("own".to_owned(), 1.into())]),
                note_extra: Map::new(),
            },
            decision: Decision {
                decision: true,
                reasoning: "Größe".into(),
                extra: Map::from_iter([("score".to_owned(), 0.7.into())]),
            },
        };
        let failed = Verdict::Failed(TrialFailure {
            stage: Stage::Decide,
            reason: "reset".into(),
            message: Some("Dear Bo".into()),
        });
        outcomes.put(3, &decided).unwrap();
        outcomes.put(2, &Verdict::Written(Message::unchecked("Hello"))).unwrap();
        outcomes.put(0, &failed).unwrap();
        let mut seen = Vec::new();
        outcomes
            .each(&mut |persona, message, verdict| {
                seen.push(format!("{persona} {message} {verdict:?}"));
                true
            })
            .unwrap();
        assert_eq!(
            seen,
            [
                format!("0 0 {failed:?}"),
                format!("0 1 {:?}", Verdict::NotRun),
                format!("1 0 {:?}", Verdict::Written(Message::unchecked("Hello"))),
                format!("1 1 {decided:?}"),
            ]
        );
    }
}
