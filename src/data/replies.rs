//! What real people answered to a campaign: `replies/{campaign}.jsonl`, one [`Outcome`] for each lead that was sent to.
//!
//! The file is what is known today, not a log: importing another export merges into it ([`Outcome::merge`]).

use serde::{Deserialize, Serialize};

use super::campaigns::Campaign;
use super::file_name::{FileName, Kind};
use super::folder::DataFolder;
use super::lines::{self, Lines};
use super::moment::{earlier, is_same, moment};
use super::{Error, Map, versions};

/// What became of the messages to one lead.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(expecting = "an object with `lead`, `email` and `arm`")]
pub struct Outcome {
    /// The lead's id.
    pub lead: String,
    /// Its address, folded.
    pub email: String,
    /// The arm whose message was sent.
    pub arm: String,
    /// The messages that were sent, by step; at least one, but in what an import says of somebody to whom they were
    /// sent according to an earlier one.
    #[serde(default)]
    pub sent: Vec<Sent>,
    /// The first reply by a person. An out-of-office note or a bounce is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<Reply>,
    /// Whether the reply, which an earlier import may have, is one that was hoped for; `None` without a reply, or where
    /// nobody has said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub positive: Option<bool>,
    /// Whether a message could not be delivered.
    #[serde(default)]
    pub bounced: bool,
    /// Whether the person asked not to be written to again.
    #[serde(default)]
    pub unsubscribed: bool,
    /// Whether a machine answered that the person is away.
    #[serde(default)]
    pub out_of_office: bool,
    /// When it answered, in the form of the other times: a reply of the same time is that answer, and none by a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub away_at: Option<String>,
    /// Keys that this version does not know.
    #[serde(flatten)]
    pub extra: Map,
}

/// A message that was sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(expecting = "an object with `step`")]
pub struct Sent {
    /// Which step of the sequence, from 1.
    pub step: u32,
    /// When, as the sending tool wrote it, with year, month and day in this order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
}

/// A reply.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(expecting = "an object with `text`, `category`, `step` and `at`, or some of them")]
pub struct Reply {
    /// The step that it answers, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<u32>,
    /// When, in the same form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// What the person wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// What the sending tool, or who works with it, made of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
}

impl Outcome {
    /// Whether somebody could have read it: sent, and not bounced. Rates are over these.
    #[must_use]
    pub fn is_delivered(&self) -> bool {
        !self.sent.is_empty() && !self.bounced
    }

    /// Whether a person replied.
    #[must_use]
    pub fn is_replied(&self) -> bool {
        self.reply.is_some()
    }

    /// Adds what another export says of the same lead. Nothing that is known is lost; of two replies the earlier stays,
    /// with what the other knows in addition, and a later judgement of it wins: a reply that nobody had judged is none
    /// once the other says that a machine has answered. Merging the same again changes nothing.
    pub fn merge(&mut self, mut other: Outcome) {
        let is_unjudged = |reply: &Reply| reply.category.is_none() && self.positive.is_none();
        if other.out_of_office && other.away_at.is_none() && other.reply.is_none() {
            let reply = self.reply.take_if(|reply| is_unjudged(reply));
            self.away_at = self.away_at.take().or(reply.and_then(|reply| reply.at));
        }
        let away = [self.away_at.take(), other.away_at.take()];
        for outcome in [&mut *self, &mut other] {
            let is_away = |reply: &Reply| {
                let mut times = away.iter().filter_map(Option::as_deref);
                times.any(|at| is_same(Some(at), reply.at.as_deref()))
            };
            outcome.reply.take_if(|reply| is_away(reply));
        }
        let [one, another] = away;
        self.away_at = earlier(one, another);
        for sent in other.sent {
            match self.sent.iter_mut().find(|known| known.step == sent.step) {
                Some(known) => known.at = earlier(known.at.take(), sent.at),
                None => self.sent.push(sent),
            }
        }
        self.sent.sort();
        self.reply = match (self.reply.take(), other.reply) {
            (Some(known), Some(new)) => Some(known.merged(new)),
            (known, new) => known.or(new),
        };
        self.positive = other.positive.or(self.positive).filter(|_| self.reply.is_some());
        self.bounced |= other.bounced;
        self.unsubscribed |= other.unsubscribed;
        self.out_of_office |= other.out_of_office;
        self.extra.extend(other.extra);
    }
}

impl Reply {
    fn merged(self, new: Reply) -> Reply {
        let at = |reply: &Reply| reply.at.as_deref().and_then(moment);
        let is_later = matches!((at(&self), at(&new)), (Some(known), Some(new)) if new > known);
        let (first, second) = if is_later || at(&new).is_none() { (&self, &new) } else { (&new, &self) };
        Reply {
            step: first.step.or(second.step),
            at: earlier(self.at.clone(), new.at.clone()),
            text: first.text.clone().or_else(|| second.text.clone()),
            // A category is set, and changed, after the reply has come.
            category: new.category.or(self.category),
        }
    }
}

/// How many people something happened to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, expecting = "an object of counts")]
pub struct Counts {
    /// Who were written to.
    pub sent: u64,
    /// Who replied.
    pub replied: u64,
    /// Whose reply was hoped for.
    pub positive: u64,
    /// Whose mail bounced.
    pub bounced: u64,
    /// Who do not want to be written to again.
    pub unsubscribed: u64,
    /// Who were away.
    pub out_of_office: u64,
}

impl Counts {
    /// Counts one more.
    pub fn add(&mut self, outcome: &Outcome) {
        self.sent += u64::from(!outcome.sent.is_empty());
        self.replied += u64::from(outcome.is_replied());
        self.positive += u64::from(outcome.positive == Some(true));
        self.bounced += u64::from(outcome.bounced);
        self.unsubscribed += u64::from(outcome.unsubscribed);
        self.out_of_office += u64::from(outcome.out_of_office);
    }
}

/// The file of a campaign's replies.
///
/// # Errors
///
/// As [`FileName::new`].
pub fn file_name(campaign: &str) -> Result<FileName, Error> {
    FileName::new(Kind::Replies, campaign)
}

/// Opens what is known of a campaign's replies.
///
/// # Errors
///
/// As [`lines::open`].
pub fn open(folder: &DataFolder, campaign: &str) -> Result<Lines<Outcome>, Error> {
    lines::open(folder, &file_name(campaign)?)
}

/// Writes what is known, in place of what was known before.
///
/// # Errors
///
/// As [`lines::replace`].
pub fn replace(
    folder: &DataFolder,
    campaign: &str,
    outcomes: impl IntoIterator<Item = Result<Outcome, Error>>,
) -> Result<FileName, Error> {
    let file = file_name(campaign)?;
    lines::replace(folder, &file, outcomes)?;
    Ok(file)
}

/// The campaigns with replies whose prompt is of the lineage that a results file belongs to, by their names.
///
/// # Errors
///
/// Where the folder cannot be listed. A campaign that cannot be read is not of the lineage.
pub fn campaigns_of(folder: &DataFolder, results: &FileName) -> Result<Vec<FileName>, Error> {
    let base = versions::lineage_base(results.stem());
    let mut found = Vec::new();
    for campaign in folder.list(Kind::Campaigns)? {
        let Ok(opened) = Campaign::open(folder, &campaign) else { continue };
        let is_ours = opened.header.lineage.as_deref().is_some_and(|file| {
            FileName::new(Kind::Results, file).is_ok_and(|file| versions::lineage_base(file.stem()) == base)
        });
        if is_ours && folder.exists(&file_name(campaign.stem())?) {
            found.push(campaign);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn outcome() -> impl Strategy<Value = Outcome> {
        let at = || prop::option::of("2026-1[0-2]-0[1-9]T00:00:00");
        let reply = (prop::option::of(1_u32..4), at(), prop::option::of("[a-z]{1,5}"), prop::option::of("[A-Z]{1,3}"))
            .prop_map(|(step, at, text, category)| Reply { step, at, text, category });
        let sent = prop::collection::btree_map(1_u32..4, at(), 1..4)
            .prop_map(|sent| sent.into_iter().map(|(step, at)| Sent { step, at }).collect::<Vec<_>>());
        (sent, prop::option::of(reply), prop::option::of(any::<bool>()), any::<[bool; 3]>()).prop_map(
            |(sent, reply, positive, [bounced, unsubscribed, out_of_office])| Outcome {
                lead: "l_0123456789abcdef".into(),
                email: "ana@example.com".into(),
                arm: "a".into(),
                positive: positive.filter(|_| reply.is_some()),
                sent,
                reply,
                bounced,
                unsubscribed,
                out_of_office,
                away_at: None,
                extra: Map::new(),
            },
        )
    }

    proptest! {
        #[test]
        fn merging_the_same_again_changes_nothing_and_loses_nothing(one in outcome(), other in outcome()) {
            let mut once = one.clone();
            once.merge(other.clone());
            let mut twice = once.clone();
            twice.merge(other.clone());
            prop_assert_eq!(&twice, &once);
            let is_away = other.out_of_office && other.reply.is_none();
            let is_judged = one.positive.is_some() || one.reply.as_ref().is_some_and(|reply| reply.category.is_some());
            let has_replied = one.reply.is_some() && (!is_away || is_judged);
            prop_assert_eq!(once.reply.is_some(), has_replied || other.reply.is_some());
            let steps = |outcome: &Outcome| outcome.sent.iter().map(|sent| sent.step).collect::<Vec<_>>();
            prop_assert!(steps(&one).iter().chain(&steps(&other)).all(|step| steps(&once).contains(step)));
            let mut alone = one.clone();
            alone.merge(one.clone());
            prop_assert_eq!(alone, one);
        }

        #[test]
        fn outcomes_come_back_as_they_were(outcomes in prop::collection::vec(outcome(), 0..5)) {
            let root = tempfile::tempdir().unwrap();
            let folder = DataFolder::open(root.path());
            replace(&folder, "spring", outcomes.iter().cloned().map(Ok)).unwrap();
            let back: Vec<Outcome> = open(&folder, "spring").unwrap().collect::<Result<_, _>>().unwrap();
            prop_assert_eq!(back, outcomes);
        }
    }

    #[test]
    fn the_first_reply_stays_with_the_latest_judgement_of_it() {
        let reply = |at: &str, text: &str, category: &str| Reply {
            step: None,
            at: Some(at.into()),
            text: Some(text.into()),
            category: Some(category.into()),
        };
        let outcome = |reply, positive| Outcome { reply: Some(reply), positive: Some(positive), ..Outcome::default() };
        let mut known = outcome(reply("2026-11-02", "Later?", "Information Request"), true);
        known.merge(outcome(reply("2026-11-09", "No, thanks.", "Not Interested"), false));
        assert_eq!(known.reply, Some(reply("2026-11-02", "Later?", "Not Interested")));
        assert_eq!(known.positive, Some(false));
    }
}
