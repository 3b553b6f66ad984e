//! Which campaign reached a person first, where several wrote to the same people.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::data::moment::moment;
use crate::data::replies::{self, Outcome};
use crate::data::{DataFolder, Error, FileName};

/// For each person whom one of the campaigns reached, which was the first.
#[derive(Debug, Default)]
pub struct FirstSent {
    by_lead: HashMap<String, First>,
}

#[derive(Debug)]
struct First {
    campaign: String,
    /// `None` where no time is known, or none can be read.
    at: Option<Timestamp>,
    /// Whether it is certain that the person could read it.
    is_delivered: bool,
}

impl FirstSent {
    /// Reads what became of the messages of these campaigns. Where the times are not known, the campaign that is named
    /// first is taken for the earlier one.
    ///
    /// # Errors
    /// Where a file cannot be read.
    pub fn gather(folder: &DataFolder, campaigns: &[FileName]) -> Result<Self, Error> {
        let mut first = FirstSent::default();
        for campaign in campaigns {
            for outcome in replies::open(folder, campaign.stem())? {
                first.add(&outcome?, campaign.stem());
            }
        }
        Ok(first)
    }

    fn add(&mut self, outcome: &Outcome, campaign: &str) {
        let new = First {
            campaign: campaign.to_owned(),
            at: outcome.sent.iter().filter_map(|sent| moment(sent.at.as_deref()?)).min(),
            is_delivered: outcome.is_delivered(),
        };
        let rank = |first: &First| (!first.is_delivered, first.at.is_none(), first.at);
        match self.by_lead.get_mut(&outcome.lead) {
            Some(known) if rank(&new) < rank(known) => *known = new,
            Some(_) => {}
            None => drop(self.by_lead.insert(outcome.lead.clone(), new)),
        }
    }

    /// Whether what a campaign says of this person counts: it reached them first, or nobody has written to them.
    #[must_use]
    pub fn counts(&self, lead: &str, outcome: Option<&Outcome>, campaign: &str) -> bool {
        match self.by_lead.get(lead) {
            Some(first) => outcome.is_some() && first.campaign == campaign,
            None => true,
        }
    }

    /// Notes that somebody is counted in this campaign, and in no other.
    pub fn note(&mut self, lead: &str, campaign: &str) {
        self.by_lead.entry(lead.to_owned()).or_insert_with(|| First {
            campaign: campaign.to_owned(),
            at: None,
            is_delivered: false,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::replies::Sent;

    fn outcome(lead: &str, at: Option<&str>, bounced: bool) -> Outcome {
        let sent = vec![Sent { step: 1, at: at.map(str::to_owned) }];
        Outcome { lead: lead.into(), sent, bounced, ..Outcome::default() }
    }

    #[test]
    fn somebody_whom_two_campaigns_wrote_to_counts_in_the_one_that_reached_them_first() {
        let root = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(root.path());
        let spring = [
            outcome("both", Some("2026-05-02"), false),
            outcome("untimed", None, false),
            outcome("bounced", Some("2026-05-01"), true),
            outcome("offset", Some("2026-05-01T09:30:00Z"), false),
            outcome("worded", Some("Apr 2, 2026"), false),
            outcome("unread", Some("someday"), false),
        ];
        let autumn = [
            outcome("both", Some("2026-04-01"), false),
            outcome("untimed", None, false),
            outcome("bounced", None, false),
            // In Berlin, an hour before the one in spring; and a month later.
            outcome("offset", Some("2026-05-01T10:30:00+02:00"), false),
            outcome("worded", Some("2026-05-02 08:00"), false),
            outcome("unread", Some("2026-06-01"), false),
        ];
        let campaigns = [("spring", &spring), ("autumn", &autumn)].map(|(name, outcomes)| {
            replies::replace(&folder, name, outcomes.iter().cloned().map(Ok)).unwrap();
            FileName::new(crate::data::Kind::Campaigns, name).unwrap()
        });
        let mut first = FirstSent::gather(&folder, &campaigns).unwrap();
        let counted = |outcomes: &[Outcome], name: &str| -> Vec<String> {
            let those = outcomes.iter().filter(|outcome| first.counts(&outcome.lead, Some(outcome), name));
            those.map(|outcome| outcome.lead.clone()).collect()
        };
        assert_eq!(counted(&spring, "spring"), ["untimed", "worded"]);
        assert_eq!(counted(&autumn, "autumn"), ["both", "bounced", "offset", "unread"]);
        // Nobody is foretold whom another campaign reached, nor twice.
        assert!(!first.counts("both", None, "spring") && first.counts("new", None, "spring"));
        first.note("new", "spring");
        assert!(!first.counts("new", None, "autumn"));
    }
}
