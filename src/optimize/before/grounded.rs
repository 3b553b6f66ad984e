//! How often a yes was a grounded one, as far as claims were checked.
//!
//! A no is no grounded yes whatever its message claims, so where only messages that got a yes were audited everything
//! is known that the rate needs. Where some of those were not, the rate is over what was checked; where nothing was,
//! there is none.

use std::collections::BTreeMap;

use super::rates::Rates;
use crate::compare::mean::Mean;
use crate::compare::{Rate, Tally};
use crate::evaluate::grounding::{Audit, ClaimKind, Grounding};
use crate::optimize::people::pairing::{Clusters, Key};

/// Messages by what is known of their claims.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClaimCounts {
    /// Messages.
    pub messages: u64,
    /// Those that a model audited.
    pub checked: u64,
    /// Of these, those that make something up.
    pub made_up: u64,
    /// Those that no model audited and in which a blank was never filled in.
    pub blanks: u64,
    /// Claims in them that nothing supports, by kind.
    pub claims: BTreeMap<ClaimKind, u64>,
    /// Messages with a yes that nobody has checked.
    unchecked_yes: u64,
    /// Messages with none that were checked all the same.
    checked_no: u64,
}

/// The decisions on some messages to one persona.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GroundedTally {
    /// On messages that were checked; a yes counts where nothing is made up.
    checked: Tally,
    /// On messages that were not, and got no yes.
    unchecked_no: Tally,
}

/// What is known of a message's claims, without the claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Whether a model audited it.
    pub is_checked: bool,
    /// Whether it makes something up, as far as is known.
    pub is_made_up: bool,
}

impl Checked {
    /// What an audit says.
    #[must_use]
    pub fn from_audit(audit: &Audit) -> Self {
        Checked { is_checked: audit.auditor.is_some(), is_made_up: audit.grounding() == Grounding::MadeUp }
    }
}

impl ClaimCounts {
    /// Counts a message with its decisions, and adds them to those of its persona.
    pub fn add(&mut self, tally: &mut GroundedTally, decisions: &[bool], audit: &Audit) {
        let checked = Checked::from_audit(audit);
        for claim in audit.made_up().filter(|_| checked.is_checked) {
            *self.claims.entry(claim.kind).or_default() += 1;
        }
        self.add_checked(tally, decisions, checked);
    }

    /// The same where the kinds of the claims are not wanted.
    pub fn add_checked(&mut self, tally: &mut GroundedTally, decisions: &[bool], checked: Checked) {
        let (Checked { is_checked, is_made_up }, got_yes) = (checked, decisions.contains(&true));
        self.messages += 1;
        self.checked += u64::from(is_checked);
        self.made_up += u64::from(is_checked && is_made_up);
        self.blanks += u64::from(!is_checked && is_made_up);
        match (is_checked, got_yes) {
            (true, _) => {
                self.checked_no += u64::from(!got_yes);
                tally.checked += Tally::from_decisions(decisions.iter().map(|yes| *yes && !is_made_up));
            }
            (false, true) => self.unchecked_yes += 1,
            (false, false) => tally.unchecked_no += Tally::from_decisions(decisions.iter().copied()),
        }
    }

    /// Adds the counts of later messages.
    pub fn then(&mut self, later: Self) {
        self.messages += later.messages;
        self.checked += later.checked;
        self.made_up += later.made_up;
        self.blanks += later.blanks;
        self.unchecked_yes += later.unchecked_yes;
        self.checked_no += later.checked_no;
        for (kind, count) in later.claims {
            *self.claims.entry(kind).or_default() += count;
        }
    }

    /// The tallies of grounded yes, one for each persona; `None` where no message was checked.
    #[must_use]
    pub fn grounded(&self, tallies: impl IntoIterator<Item = GroundedTally>) -> Option<Vec<Tally>> {
        (self.checked > 0).then(|| self.known(tallies))
    }

    /// What is known of grounded yes, for each persona.
    fn known(&self, tallies: impl IntoIterator<Item = GroundedTally>) -> Vec<Tally> {
        // Where some audits failed, those with a yes are missing: only if all audits were to be of messages with a yes
        // does a no that was not audited still stand for itself.
        let with_noes = self.unchecked_yes == 0 || self.checked_no == 0;
        let known = |own: GroundedTally| {
            let mut known = own.checked;
            if with_noes {
                known += own.unchecked_no;
            }
            known
        };
        tallies.into_iter().map(known).collect()
    }
}

/// The decisions on the messages of a run, by persona, with what is known of their claims.
#[derive(Clone, Debug, Default)]
pub struct RunTallies {
    /// Yes, per persona.
    pub response: Clusters,
    /// What is known of the claims.
    pub counts: ClaimCounts,
    checked: Clusters,
    unchecked_no: Clusters,
}

/// What is known of one message.
#[derive(Clone, Copy, Debug)]
pub struct Judgement<'a> {
    /// Whether it got a yes.
    pub yes: bool,
    /// How likely a yes was, where the decision is that.
    pub chance: Option<f64>,
    /// What it claims.
    pub audit: &'a Audit,
}

impl RunTallies {
    /// Adds the messages of one entry.
    pub fn add<'a>(&mut self, persona: &str, messages: impl IntoIterator<Item = Judgement<'a>>) {
        let (mut response, mut grounded) = (Tally::default(), GroundedTally::default());
        let mut chances = Vec::new();
        for Judgement { yes, chance, audit } in messages {
            response += Tally::from_decisions([yes]);
            chances.extend(chance);
            self.counts.add(&mut grounded, &[yes], audit);
        }
        self.response.add(persona, response);
        self.response.add_chances(persona, chances);
        self.checked.add(persona, grounded.checked);
        self.unchecked_no.add(persona, grounded.unchecked_no);
    }

    /// The same of an entry of which only the persona's key is known, and of its messages what was decided and found.
    pub fn add_checked(&mut self, persona: Key, messages: impl IntoIterator<Item = (bool, Checked)>) {
        let (mut response, mut grounded) = (Tally::default(), GroundedTally::default());
        for (yes, checked) in messages {
            response += Tally::from_decisions([yes]);
            self.counts.add_checked(&mut grounded, &[yes], checked);
        }
        self.response.add_to(persona, response);
        self.checked.add_to(persona, grounded.checked);
        self.unchecked_no.add_to(persona, grounded.unchecked_no);
    }

    /// Adds those of later entries.
    pub fn then(&mut self, later: Self) {
        use crate::data::Gather;
        self.response.then(later.response);
        self.checked.then(later.checked);
        self.unchecked_no.then(later.unchecked_no);
        self.counts.then(later.counts);
    }

    /// The rates.
    #[must_use]
    pub fn rates(&self, simulated: bool) -> Rates {
        RunTallies::together([self], simulated)
    }

    /// The rates of several groups of people. Whose claims were checked when may differ between them, so what is known
    /// is found for each.
    #[must_use]
    pub fn together<'a>(groups: impl IntoIterator<Item = &'a Self>, simulated: bool) -> Rates {
        let (mut response, mut counts, mut grounded) = (Vec::new(), ClaimCounts::default(), Vec::new());
        let mut chances = Vec::new();
        for group in groups {
            response.extend(group.response.tallies());
            chances.extend(group.response.chances().map(|(_, outcomes)| outcomes));
            counts.then(group.counts.clone());
            // A group of which nothing was checked, though somebody said yes, tells nothing.
            if group.counts.checked > 0 || group.counts.unchecked_yes == 0 {
                let pairs = group.checked.tallies().into_iter().zip(group.unchecked_no.tallies());
                let tallies = pairs.map(|(checked, unchecked_no)| GroundedTally { checked, unchecked_no });
                grounded.extend(group.counts.known(tallies));
            }
        }
        let rates = Rates::of(&response, &counts, (counts.checked > 0).then_some(grounded.as_slice()), simulated);
        Rates { chance: Mean::from_outcomes(&chances), ..rates }
    }
}

impl Rates {
    /// Of these tallies, one for each persona; the mean chance is not in them.
    #[must_use]
    pub fn of(response: &[Tally], counts: &ClaimCounts, grounded: Option<&[Tally]>, simulated: bool) -> Self {
        Rates {
            response: Rate::from_tallies(response).marked(simulated),
            chance: None,
            grounded: grounded.map(|tallies| Rate::from_tallies(tallies).marked(simulated)),
            messages: counts.messages,
            checked: counts.checked,
            made_up: counts.made_up,
            blanks: counts.blanks,
            claims: counts.claims.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::grounding::{Claim, ClaimVerdict};

    fn audit(checked: bool, made_up: bool) -> Audit {
        let claim = Claim {
            start: 0,
            end: 1,
            kind: ClaimKind::Price,
            verdict: ClaimVerdict::Unsupported,
            support: vec![],
            derivation: None,
            note: None,
        };
        Audit { auditor: checked.then(|| "00".into()), claims: if made_up { vec![claim] } else { vec![] } }
    }

    /// Grounded yes of all that counts, for messages to one persona each: decision, whether checked, whether made up.
    fn rate(messages: &[(bool, bool, bool)]) -> Option<(u64, u64)> {
        let mut tallies = RunTallies::default();
        for (at, (yes, checked, made_up)) in messages.iter().enumerate() {
            let audit = audit(*checked, *made_up);
            tallies.add(&at.to_string(), [Judgement { yes: *yes, chance: None, audit: &audit }]);
        }
        tallies.rates(false).grounded.map(|rate| (rate.yes, rate.total))
    }

    const GROUNDED_YES: (bool, bool, bool) = (true, true, false);
    const MADE_UP_YES: (bool, bool, bool) = (true, true, true);
    const CHECKED_NO: (bool, bool, bool) = (false, true, false);
    const YES: (bool, bool, bool) = (true, false, false);
    const NO: (bool, bool, bool) = (false, false, false);

    #[test]
    fn where_nothing_was_checked_there_is_no_rate() {
        assert_eq!(rate(&[YES, NO]), None);
        assert_eq!(rate(&[NO, NO]), None);
        assert_eq!(rate(&[]), None);
    }

    #[test]
    fn where_every_message_or_every_yes_was_checked_all_of_them_count() {
        assert_eq!(rate(&[GROUNDED_YES, MADE_UP_YES, CHECKED_NO]), Some((1, 3)));
        assert_eq!(rate(&[GROUNDED_YES, MADE_UP_YES, NO, NO]), Some((1, 4)));
        assert_eq!(rate(&[GROUNDED_YES, CHECKED_NO, NO]), Some((1, 3)));
    }

    #[test]
    fn where_some_were_not_the_rate_is_over_what_was_checked() {
        // All were to be audited: the failures are as likely among yes and no.
        assert_eq!(rate(&[GROUNDED_YES, CHECKED_NO, YES, NO]), Some((1, 2)));
        // Only those with a yes were: a no stands for itself.
        assert_eq!(rate(&[GROUNDED_YES, YES, NO, NO]), Some((1, 3)));
    }

    #[test]
    fn groups_of_which_different_things_were_checked_are_put_together_by_what_is_known_of_each() {
        let group = |messages: &[(bool, bool, bool)]| {
            let mut tallies = RunTallies::default();
            for (at, (yes, checked, made_up)) in messages.iter().enumerate() {
                let audit = audit(*checked, *made_up);
                tallies.add(&at.to_string(), [Judgement { yes: *yes, chance: None, audit: &audit }]);
            }
            tallies
        };
        let rate = |groups: &[&[(bool, bool, bool)]]| {
            let groups: Vec<RunTallies> = groups.iter().map(|messages| group(messages)).collect();
            RunTallies::together(&groups, false).grounded.map(|rate| (rate.yes, rate.total))
        };
        assert_eq!(rate(&[&[GROUNDED_YES, NO], &[NO, NO]]), Some((1, 4)));
        assert_eq!(rate(&[&[GROUNDED_YES, NO], &[YES, NO]]), Some((1, 2)));
        assert_eq!(rate(&[&[NO], &[YES, NO]]), None);
    }

    #[test]
    fn several_decisions_on_one_message_are_counted_each() {
        let (mut counts, mut tally) = (ClaimCounts::default(), GroundedTally::default());
        counts.add(&mut tally, &[true, false, true], &audit(true, false));
        counts.add(&mut tally, &[true, false, true], &audit(true, true));
        let tallies = counts.grounded([tally]).unwrap();
        assert_eq!((tallies[0].yes, tallies[0].total, counts.messages, counts.made_up), (2, 6, 2, 1));
    }
}
