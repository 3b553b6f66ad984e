//! The rates of some messages: how many said yes, and how many of these to messages that make nothing up.

use std::collections::BTreeMap;

use super::grounded::RunTallies;
use super::prompt_stats::PromptStats;
use crate::compare::Rate;
use crate::compare::mean::Mean;
use crate::data::record::RatesRecord;
use crate::evaluate::grounding::ClaimKind;
use crate::optimize::objective::Objective;

/// The two rates of some messages, and their claims.
#[derive(Clone, Debug, PartialEq)]
pub struct Rates {
    /// Share of yes.
    pub response: Rate,
    /// Where decisions are chances: the mean chance of a yes.
    pub chance: Option<Mean>,
    /// Share of yes to messages that make nothing up, as far as claims were checked; `None` where none were.
    pub grounded: Option<Rate>,
    /// Messages.
    pub messages: u64,
    /// Messages whose claims were checked.
    pub checked: u64,
    /// Of these, messages that make something up.
    pub made_up: u64,
    /// Messages whose claims were not checked, and in which a blank was never filled in.
    pub blanks: u64,
    /// Claims that nothing supports, by kind.
    pub claims: BTreeMap<ClaimKind, u64>,
}

impl Rates {
    /// The rates of what is known of a prompt.
    #[must_use]
    pub fn from_stats(stats: &PromptStats, simulated: bool) -> Self {
        let response = Rate::from_tallies(&stats.response.tallies()).marked(simulated);
        Rates { response, ..RunTallies::together([&stats.learned, &stats.unseen], simulated) }
    }

    /// What a file says of them.
    #[must_use]
    pub fn record(&self) -> RatesRecord {
        RatesRecord {
            response: Some((&self.response).into()),
            grounded_response: self.grounded.as_ref().map(Into::into),
            messages: self.messages,
            checked_messages: self.checked,
            made_up_messages: self.made_up,
            open_blanks: self.blanks,
            made_up_claims: self.claims.clone(),
            mean_chance_of_yes: self.chance.as_ref().map(Into::into),
        }
    }
}

/// Two sides by the rate that counts: before, after, and what that rate is called. Where the claims of a side were not
/// checked, it is how many said yes.
#[must_use]
pub fn by<'a>(objective: Objective, before: &'a Rates, after: &'a Rates) -> (&'a Rate, &'a Rate, &'static str) {
    match (objective, &before.grounded, &after.grounded) {
        (Objective::Grounded, Some(before), Some(after)) => (before, after, Objective::Grounded.rate()),
        (Objective::Grounded, ..) => (&before.response, &after.response, "response rate, claims not checked,"),
        (Objective::Response, ..) => (&before.response, &after.response, Objective::Response.rate()),
    }
}
