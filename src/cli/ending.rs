//! How a command that has called models ends.

use super::error::Error;
use super::setup::Clients;
use crate::call::stop::Why;
use crate::model::{Failure, FailureKind};

impl Clients {
    /// Decides how a command ends once its results are saved and printed. It fails if a host refused the account on the
    /// way (the run is then incomplete, whatever it has), if nothing usable came of it, or if most trials failed.
    ///
    /// # Errors
    /// [`Error::Refused`] with the host's words, [`Error::NothingUsable`] with `otherwise`, [`Error::Limit`] where what
    /// stopped the run is why nothing came of it, or [`Error::MostFailed`].
    pub fn end(&self, usable: bool, otherwise: &str) -> Result<(), Error> {
        match self.refusal() {
            Some(failure) if failure.kind == FailureKind::Journal => Err(Error::Unkept(failure.message)),
            Some(refusal) if refusal.kind == FailureKind::Version => {
                Err(Error::Refused(format!("the run is incomplete, a worker refused to go on: {refusal}")))
            }
            Some(refusal) if usable => {
                Err(Error::Refused(format!("the run is incomplete, the host refused to go on: {refusal}")))
            }
            Some(refusal) => Err(Error::Refused(format!("{otherwise}; the host refused: {refusal}"))),
            None => self.end_unrefused(usable, otherwise),
        }
    }

    fn end_unrefused(&self, usable: bool, otherwise: &str) -> Result<(), Error> {
        let limit = self.context.limit();
        if !usable {
            let cause = limit.filter(|why| matches!(why, Why::Unreachable | Why::Unusable | Why::BelowOneCall));
            return Err(cause.map_or_else(|| Error::NothingUsable(otherwise.to_owned()), Error::Limit));
        }
        match self.context.prospects.most_failed().filter(|_| limit.is_none()) {
            Some((failed, all)) => {
                // It has come to its end, for what that is worth.
                if let Some(run) = &self.context.run {
                    run.finish()?;
                }
                Err(Error::MostFailed { failed, all })
            }
            None => Ok(()),
        }
    }

    /// Why a host was closed for good, if one was, and for a refused key, which key.
    fn refusal(&self) -> Option<Failure> {
        let (role, refusal) = self.callers.iter().find_map(|(role, caller)| Some((role, caller.refusal()?)))?;
        match self.variables.get(role).filter(|_| refusal.kind == FailureKind::Unauthorized) {
            Some(variable) => {
                let host = self.callers[role].model().host();
                let host = host.split_once('#').map_or(host, |(address, _)| address);
                let message = format!("the key in {variable} was refused by {host}: {refusal}");
                Some(Failure { message, ..refusal })
            }
            None => Some(refusal),
        }
    }

    /// The result. If a host's refusal stopped the work, its own words replace the error, even if it refused the
    /// account at once and there is no result.
    ///
    /// # Errors
    /// The better of the two errors.
    pub fn explain<T>(&self, result: Result<T, impl Into<Error>>) -> Result<T, Error> {
        let nothing_was_answered = || self.context.account.now().values().all(|used| used.calls == 0);
        match (result, self.refusal()) {
            (_, Some(refusal)) if refusal.kind.is_final_for_host() && nothing_was_answered() => {
                Err(Error::Refused(refusal.message))
            }
            (Ok(result), _) => Ok(result),
            (Err(error), Some(_)) => Err(self.end(true, "").err().unwrap_or_else(|| error.into())),
            (Err(error), None) => Err(error.into()),
        }
    }
}
