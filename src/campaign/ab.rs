//! How a real test of two prompts stands.

use std::collections::HashMap;

use crate::compare::arms::{Arm, ArmsTest, ArmsVerdict};
use crate::compare::{Interval, Rate, Tally};
use crate::data::campaigns::{self, Campaign};
use crate::data::replies::{self, Outcome};
use crate::data::{self, DataFolder, FileName, Kind, results_stream};
use crate::optimize::pairing::Clusters;

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
/// The arms are compared over companies, in the order in which the first of each company was heard of: that does not
/// depend on who replied, since who is new in an import is put in order by a hash.
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
    for written in opened {
        let written = written?;
        companies.extend(written.company_key.map(|company| (written.lead, company)));
    }
    let mut standing = [arm_standing(folder, &arms[0]), arm_standing(folder, &arms[1])];
    let mut order: Vec<(usize, String)> = Vec::new();
    let mut found: HashMap<(usize, String), Company> = HashMap::new();
    for outcome in replies::open(folder, campaign.stem())? {
        let outcome = outcome?;
        let Some(index) = arms.iter().position(|arm| arm.name == outcome.arm) else { continue };
        count(&mut standing[index], &outcome);
        if !outcome.is_delivered() {
            continue;
        }
        // Who works nowhere that is known is a company of one.
        let company = companies.get(&outcome.lead).cloned().unwrap_or_else(|| format!("lead:{}", outcome.lead));
        let unit = found.entry((index, company.clone())).or_insert_with(|| {
            order.push((index, company));
            Company::default()
        });
        unit.people += 1;
        unit.replied += u32::from(outcome.is_replied());
    }
    let mut test = ArmsTest::new();
    for key in &order {
        let unit = found[key];
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
    is_same.then(|| (Rate::of(&decisions.tallies()).marked(is_simulated), file))
}
