//! How a real test of two prompts stands.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::compare::arms::{Arm, ArmsTest, ArmsVerdict};
use crate::compare::{Interval, Rate, Tally};
use crate::data::campaigns::{self, Campaign};
use crate::data::replies::{self, Outcome};
use crate::data::{self, DataFolder, FileName, Kind, results_stream};
use crate::optimize::people::pairing::Clusters;

/// One arm of a test.
#[derive(Clone, Debug, Default)]
pub struct ArmStanding {
    /// Its name.
    pub name: String,
    /// People who were written to, and whose mail did not bounce; `yes` counts those who replied.
    pub replies: Tally,
    /// The same, counting replies that were hoped for.
    pub positive: Tally,
    /// People whose mail bounced, of all.
    pub bounced: Tally,
    /// People who do not want to be written to again, of those with whom mail arrived.
    pub unsubscribed: Tally,
    /// What simulated people had said to its prompt, and in which run, where that is known.
    pub simulated: Option<(Rate, FileName)>,
}

/// How a test stands.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The arms, the first one first.
    pub arms: [ArmStanding; 2],
    /// Who has been shown to be better.
    pub verdict: ArmsVerdict,
    /// How much the second is above the first, where there is a pair.
    pub interval: Option<Interval>,
    /// Pairs of companies.
    pub pairs: usize,
    /// How often the wrong one is named at most.
    pub alpha: f64,
}

/// A campaign that is no test, since it has another number of arms than two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a test takes two prompts, and this campaign was written with {0}; rejoinder ab assign writes with two")]
pub struct NoTest(pub usize);

/// People of one company, who are one observation: they share an arm, and talk.
#[derive(Clone, Copy, Debug, Default)]
struct Company {
    replied: u32,
    people: u32,
}

/// How a campaign with two arms stands. The inner error says why it is no test.
///
/// The arms are compared over companies, in the order of the campaign: that was there before anybody replied. The order
/// in which people were heard of is none to rely on, since an export of replies alone names those who replied first.
///
/// # Errors
/// Where the campaign, or its replies, cannot be read.
pub fn standing(folder: &DataFolder, campaign: &FileName, alpha: f64) -> Result<Result<Standing, NoTest>, data::Error> {
    let opened = Campaign::open(folder, campaign)?;
    let [a, b] = &opened.header.arms[..] else {
        return Ok(Err(NoTest(opened.header.arms.len())));
    };
    let arms = [a.clone(), b.clone()];
    let mut companies: HashMap<String, String> = HashMap::new();
    let mut order: Vec<(usize, String)> = Vec::new();
    let mut found: HashMap<(usize, String), Company> = HashMap::new();
    for written in opened {
        let written = written?;
        let Some(index) = arms.iter().position(|arm| arm.name == written.arm) else { continue };
        // Who works nowhere that is known is a company of one.
        let company = written.company_key.unwrap_or_else(|| format!("lead:{}", written.lead));
        if let Entry::Vacant(place) = found.entry((index, company.clone())) {
            order.push(place.key().clone());
            place.insert(Company::default());
        }
        companies.insert(written.lead, company);
    }
    let mut standing = [arm_standing(folder, &arms[0]), arm_standing(folder, &arms[1])];
    for outcome in replies::open(folder, campaign.stem())? {
        let outcome = outcome?;
        let Some(index) = arms.iter().position(|arm| arm.name == outcome.arm) else { continue };
        count(&mut standing[index], &outcome);
        if !outcome.is_delivered() {
            continue;
        }
        let Some(unit) = companies.get(&outcome.lead).and_then(|company| found.get_mut(&(index, company.clone())))
        else {
            continue;
        };
        unit.people += 1;
        unit.replied += u32::from(outcome.is_replied());
    }
    let mut test = ArmsTest::new();
    for key in &order {
        let unit = found[key];
        if unit.people == 0 {
            continue;
        }
        let arm = if key.0 == 0 { Arm::A } else { Arm::B };
        test.add(arm, f64::from(unit.replied) / f64::from(unit.people));
    }
    let (verdict, interval, pairs) = (test.verdict(alpha), test.interval(alpha), test.pairs());
    Ok(Ok(Standing { arms: standing, verdict, interval, pairs, alpha }))
}

fn count(standing: &mut ArmStanding, outcome: &Outcome) {
    let add = |tally: &mut Tally, yes: bool| *tally += Tally { yes: u64::from(yes), total: 1 };
    if !outcome.sent.is_empty() {
        add(&mut standing.bounced, outcome.bounced);
    }
    if outcome.is_delivered() {
        add(&mut standing.replies, outcome.is_replied());
        add(&mut standing.positive, outcome.positive == Some(true));
        add(&mut standing.unsubscribed, outcome.unsubscribed);
    }
}

fn arm_standing(folder: &DataFolder, arm: &campaigns::Arm) -> ArmStanding {
    ArmStanding { name: arm.name.clone(), simulated: simulated(folder, arm), ..ArmStanding::default() }
}

/// What simulated people said to an arm's prompt, where it is that of a run.
fn simulated(folder: &DataFolder, arm: &campaigns::Arm) -> Option<(Rate, FileName)> {
    let file = folder.resolve(Kind::Results, arm.prompt_file_or_run.as_deref()?).ok()?;
    let (decisions, metadata, _) = results_stream::look(folder, &file, &Clusters::default()).ok()?;
    let is_simulated = metadata.rejoinder.as_ref().is_some_and(|provenance| provenance.simulated);
    // A file of that name with another prompt says nothing of this one.
    let is_same = metadata.system_prompt.trim() == arm.prompt.trim();
    is_same.then(|| (Rate::from_tallies(&decisions.tallies()).marked(is_simulated), file))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::campaigns::{CampaignHeader, Written};
    use crate::data::replies::{Reply, Sent};

    #[test]
    fn who_was_heard_of_first_decides_nothing() {
        let root = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(root.path());
        let file = FileName::new(Kind::Campaigns, "spring").unwrap();
        let arm = |name: &str| campaigns::Arm { name: name.into(), ..campaigns::Arm::default() };
        let header = CampaignHeader {
            schema_version: campaigns::SCHEMA_VERSION,
            arms: vec![arm("a"), arm("b")],
            ..CampaignHeader::default()
        };
        let arm_of = |at: usize| if at.is_multiple_of(2) { "a" } else { "b" };
        let written =
            (0..200).map(|at| Ok(Written { lead: format!("l_{at}"), arm: arm_of(at).into(), ..Written::default() }));
        let draft = campaigns::draft(&folder, &file, &header, written).unwrap();
        campaigns::name_new(&folder, &file, draft).unwrap();
        let mut outcomes: Vec<Outcome> = (0..200)
            .map(|at| Outcome {
                lead: format!("l_{at}"),
                arm: arm_of(at).into(),
                sent: vec![Sent { step: 1, at: None }],
                // A tenth of the first arm, a fifth of the second.
                reply: (at % 20 == 0 || at % 10 == 7).then(Reply::default),
                ..Outcome::default()
            })
            .collect();
        let look = |outcomes: &[Outcome]| {
            replies::replace(&folder, "spring", outcomes.iter().cloned().map(Ok)).unwrap();
            let standing = standing(&folder, &file, 0.05).unwrap().unwrap();
            (standing.verdict, standing.interval, standing.pairs)
        };
        let in_order = look(&outcomes);
        outcomes.sort_by_key(|outcome| outcome.reply.is_none());
        assert_eq!(look(&outcomes), in_order);
        assert_eq!((in_order.0, in_order.2), (ArmsVerdict::Open, 100));
    }
}
