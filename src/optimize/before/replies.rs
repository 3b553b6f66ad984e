//! What real people replied to the lineage's messages, for the improver to see before what simulated ones said.

use std::collections::HashMap;

use crate::data::campaigns::Campaign;
use crate::data::leads::address::without_addresses;
use crate::data::replies::{self, Outcome};
use crate::data::{self, DataFolder, FileName};
use crate::improve::feedback::shortened;
use crate::optimize::people::split::People;

/// Characters of one reply that are passed on: mail quotes what it answers.
const LONGEST: usize = 400;
/// Characters of all of them, the latest first.
const MOST: usize = 24_000;

/// What somebody replied.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RealReply {
    /// What it is, and what was made of it.
    pub sign: &'static str,
    /// Whether it was hoped for.
    pub is_hoped: bool,
    /// The text, on one line.
    pub text: String,
}

impl RealReply {
    /// As a line, with the names of the groups that it is in.
    #[must_use]
    pub fn line(&self, groups: &[&str]) -> String {
        let about = if groups.is_empty() { String::new() } else { format!("; about: {}", groups.join(", ")) };
        format!("[{}{about}] {}", self.sign, self.text)
    }
}

/// The replies whose text is known, the latest first. Who only verifies is not heard.
///
/// # Errors
/// Where a campaign of the lineage, or what is known of it, cannot be read.
pub fn read(folder: &DataFolder, results: &FileName, people: &People) -> Result<Vec<RealReply>, data::Error> {
    let mut found: Vec<(String, RealReply)> = Vec::new();
    for campaign in replies::campaigns_of(folder, results)? {
        let mut texts: HashMap<String, (String, RealReply)> = HashMap::new();
        for outcome in replies::open(folder, campaign.stem())? {
            let outcome = outcome?;
            if let Some((at, reply)) = reply(&outcome) {
                texts.insert(outcome.lead, (at, reply));
            }
        }
        if texts.is_empty() {
            continue;
        }
        for written in Campaign::open(folder, &campaign)? {
            let written = written?;
            if let Some(reply) = texts.remove(&written.lead).filter(|_| !people.is_unseen(&written.persona)) {
                found.push(reply);
            }
        }
    }
    found.sort_by(|one, other| other.cmp(one));
    let mut room = MOST;
    let fits = |reply: &RealReply| {
        let length = reply.line(&[]).chars().count() + 1;
        let fits = length <= room;
        room = room.saturating_sub(length);
        fits
    };
    Ok(found.into_iter().map(|(_, reply)| reply).take_while(fits).collect())
}

/// When somebody replied, and what, marked as real and with what was made of it.
fn reply(outcome: &Outcome) -> Option<(String, RealReply)> {
    let reply = outcome.reply.as_ref()?;
    // Whoever signs with an address, or quotes one, does not hand it to a model.
    let text = shortened(&without_addresses(reply.text.as_deref()?), LONGEST);
    let sign = match outcome.positive {
        _ if outcome.unsubscribed => "real reply, asked not to be written to again",
        Some(true) => "real reply, as hoped",
        Some(false) => "real reply, declined",
        None => "real reply",
    };
    let is_hoped = outcome.positive == Some(true) && !outcome.unsubscribed;
    (!text.is_empty()).then(|| (reply.at.clone().unwrap_or_default(), RealReply { sign, is_hoped, text }))
}

/// What the user is told of it.
#[must_use]
pub fn note(count: usize) -> String {
    match count {
        1 => "The improver is shown what one real person replied, before what simulated ones said".to_owned(),
        _ => format!("The improver is shown what {count} real people replied, before what simulated ones said"),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::data::Kind;
    use crate::data::campaigns::{self, Arm, CampaignHeader, Written};
    use crate::data::replies::Reply;
    use crate::data::spool::Texts;

    #[test]
    fn replies_are_heard_the_latest_first_and_none_of_those_who_only_verify() {
        let root = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(root.path());
        let file = FileName::new(Kind::Campaigns, "spring").unwrap();
        let header = CampaignHeader {
            schema_version: campaigns::SCHEMA_VERSION,
            name: "spring".into(),
            lineage: Some("b2b_results_improvement_run_v2.json".into()),
            arms: vec![Arm::default()],
            ..CampaignHeader::default()
        };
        let names = ["ana", "ben", "cleo", "dora"];
        let written =
            |name: &str| Written { lead: name.into(), persona: format!("{name}, controller"), ..Written::default() };
        let all = names.iter().map(|name| Ok(written(name)));
        let draft = campaigns::draft(&folder, &file, &header, all).unwrap();
        campaigns::name_new(&folder, &file, draft).unwrap();
        let outcome = |name: &str, at: &str, text: Option<&str>, positive| Outcome {
            lead: name.into(),
            reply: Some(Reply { at: Some(at.into()), text: text.map(Into::into), ..Reply::default() }),
            positive,
            ..Outcome::default()
        };
        let outcomes = [
            outcome("ana", "2026-11-02", Some("We have\na vendor. ana@x.example."), Some(false)),
            outcome("ben", "2026-11-05", Some("Who are you?"), None),
            outcome("cleo", "2026-11-06", Some("Yes, send it."), Some(true)),
            outcome("dora", "2026-11-07", None, None),
        ];
        replies::replace(&folder, "spring", outcomes.into_iter().map(Ok)).unwrap();
        let texts = |names: &[&str]| {
            Arc::new(Texts::spool(root.path(), names.iter().map(|name| format!("{name}, controller"))).unwrap())
        };
        // Cleo only verifies.
        let people = People::apart(texts(&["ana", "ben"]), texts(&["cleo"])).unwrap();
        let of = |name: &str| {
            let heard = read(&folder, &FileName::new(Kind::Results, name).unwrap(), &people).unwrap();
            heard.iter().map(|reply| reply.line(&[])).collect::<Vec<_>>()
        };
        assert_eq!(
            of("b2b_results_20260802_144126"),
            ["[real reply] Who are you?", "[real reply, declined] We have a vendor."]
        );
        assert_eq!(of("other_results_20260802_144126"), Vec::<String>::new());
        let reply = RealReply { sign: "real reply", is_hoped: false, text: "Who?".into() };
        assert_eq!(reply.line(&["unknown sender", "hype"]), "[real reply; about: unknown sender, hype] Who?");
    }
}
