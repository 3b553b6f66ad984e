//! A real test of two prompts, in words: what it takes, and how it stands.

use super::words;
use crate::campaign::ab::Standing;
use crate::compare::Tally;
use crate::compare::arms::{self, ArmsVerdict, Rates};
use crate::compare::worth::jeffreys;

/// A test that is planned.
#[derive(Clone, Copy, Debug)]
pub struct AbPlan {
    /// Both rates, from 0 to 1.
    pub rates: Rates,
    /// The chance of naming the better-looking prompt though it is no better.
    pub alpha: f64,
    /// The chance of finding the gain.
    pub power: f64,
    /// Sends a day, over both arms.
    pub per_day: Option<u32>,
}

/// The plan.
#[must_use]
pub fn plan(plan: &AbPlan) -> String {
    let percent = |share: f64| format!("{}%", trimmed(100.0 * share));
    let Rates { now, later } = plan.rates;
    let mut lines = vec![format!(
        "To tell a reply rate of {} from {} (one-sided {}, found with {} chance):",
        percent(later),
        percent(now),
        percent(plan.alpha),
        percent(plan.power)
    )];
    let (one, any) = (
        arms::sends(plan.rates, plan.alpha, plan.power),
        arms::sends_with_looks(plan.rates, plan.alpha / 2.0, plan.power),
    );
    let days = |sends: u64| {
        plan.per_day.map_or_else(String::new, |per_day| {
            let days = (2 * sends).div_ceil(u64::from(per_day));
            format!(", {} at {} a day", words::count(days, "day", "days"), words::thousands(u64::from(per_day)))
        })
    };
    let sends = |sends: Option<u64>| {
        sends.map_or_else(
            || format!("more than {} sends for each arm", words::thousands(arms::MOST_SENDS)),
            |sends| format!("{} sends for each arm{}", words::thousands(sends), days(sends)),
        )
    };
    lines.push(format!("  looked at once, at the end: {}", sends(one)));
    lines.push(format!(
        "  with looks whenever you like, either one may win (rejoinder ab result): {}; it may end much earlier",
        sends(any)
    ));
    lines.push(String::new());
    lines.push(format!("What smaller numbers can show, from {} on, with one look:", percent(now)));
    for part in [10, 4, 2] {
        let Some(sends) = one.map(|sends| sends / part).filter(|sends| *sends > 0) else { continue };
        let gain = arms::least_gain(now, sends, plan.alpha, plan.power);
        let gain = gain.map_or_else(
            || "no gain at all".to_owned(),
            |gain| format!("a gain of {} points or more", trimmed(100.0 * gain)),
        );
        let chance = arms::power(plan.rates, sends, plan.alpha);
        lines.push(format!(
            "  {} an arm{}: {gain}; this gain is found with a chance of {:.0}%",
            words::thousands(sends),
            days(sends),
            100.0 * chance
        ));
    }
    lines.push(String::new());
    lines.push("Allow for bounces: undelivered messages count in neither arm.".to_owned());
    lines.join("\n") + "\n"
}

fn trimmed(number: f64) -> String {
    let text = format!("{number:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

/// How a test stands, verdict first.
#[must_use]
pub fn result(standing: &Standing) -> String {
    let [a, b] = &standing.arms;
    let mut lines = vec![verdict(standing), String::new()];
    for arm in [a, b] {
        lines.push(format!("Prompt {}", words::one_line(&arm.name, 40)));
        lines.push(format!("  replied: {}", share(arm.replies)));
        lines.push(format!("  positive replies: {}", share(arm.positive)));
        lines.push(format!("  unsubscribed: {}", share(arm.unsubscribed)));
        lines.push(format!("  bounced: {}", share(arm.bounced)));
        lines.push(format!(
            "  simulated people: {}",
            arm.simulated.as_ref().map_or_else(
                || "nothing known".to_owned(),
                |(rate, file)| format!("yes from {}, in {}", words::full_rate(rate), words::one_line(file.stem(), 100))
            )
        ));
    }
    if let Some(interval) = standing.interval {
        lines.push(format!(
            "Difference, {} less {}: {} ({:.0}%, holds however often you look; {} compared, colleagues as one)",
            words::one_line(&b.name, 40),
            words::one_line(&a.name, 40),
            words::interval(interval),
            100.0 * (1.0 - standing.alpha),
            words::count(standing.pairs as u64, "pair of companies", "pairs of companies")
        ));
    }
    lines.extend(caution(standing));
    lines.join("\n") + "\n"
}

fn verdict(standing: &Standing) -> String {
    let [a, b] = &standing.arms;
    let (a_name, b_name) = (words::one_line(&a.name, 40), words::one_line(&b.name, 40));
    let better = |winner: &str, loser: &str| format!("Prompt {winner} gets more replies than prompt {loser}: proved.");
    match standing.verdict {
        ArmsVerdict::A => better(&a_name, &b_name),
        ArmsVerdict::B => better(&b_name, &a_name),
        ArmsVerdict::Open if standing.pairs == 0 => {
            "Nothing can be said yet: each arm needs at least one delivered message.".to_owned()
        }
        ArmsVerdict::Open => {
            "Not decided: neither prompt has been shown to get more replies. Go on sending, and look again.".to_owned()
        }
    }
}

/// The reservation about a winner, if there is one: a prompt that gains replies and loses readers is not better.
fn caution(standing: &Standing) -> Option<String> {
    let [a, b] = &standing.arms;
    let (winner, loser) = match standing.verdict {
        ArmsVerdict::A => (a, b),
        ArmsVerdict::B => (b, a),
        ArmsVerdict::Open => return None,
    };
    let rate = |tally: Tally| tally.share().unwrap_or(0.0);
    let lost = (winner.unsubscribed.yes >= 5 && rate(winner.unsubscribed) > 1.5 * rate(loser.unsubscribed))
        .then_some("unsubscribed");
    let bounced = (winner.bounced.yes >= 5 && rate(winner.bounced) > 1.5 * rate(loser.bounced)).then_some("bounced");
    let what: Vec<&str> = [lost, bounced].into_iter().flatten().collect();
    (!what.is_empty()).then(|| {
        format!(
            "Caution: more of its people {} as well. A prompt that gains replies and loses readers is not better.",
            what.join(" and ")
        )
    })
}

fn share(tally: Tally) -> String {
    let Some(share) = tally.share() else { return "nobody yet".to_owned() };
    let interval = jeffreys(tally).map(|of| format!(" ({:.1} to {:.1}%)", 100.0 * of.low, 100.0 * of.high));
    format!(
        "{} of {}, {:.1}%{}",
        words::thousands(tally.yes),
        words::thousands(tally.total),
        100.0 * share,
        interval.unwrap_or_default()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaign::ab::ArmStanding;
    use crate::compare::{Interval, Rate};
    use crate::data::{FileName, Kind};

    #[test]
    fn a_plan_says_what_it_takes_and_what_less_can_show() {
        let rates = Rates { now: 0.05, later: 0.08 };
        insta::assert_snapshot!(plan(&AbPlan { rates, alpha: 0.05, power: 0.8, per_day: Some(60) }));
    }

    fn standing(verdict: ArmsVerdict, unsubscribed: u64) -> Standing {
        let tally = |yes, total| Tally { yes, total };
        let arm = |name: &str, replies, unsubscribed| ArmStanding {
            name: name.into(),
            replies: tally(replies, 800),
            positive: tally(6, 800),
            bounced: tally(9, 809),
            unsubscribed: tally(unsubscribed, 800),
            simulated: Some((
                Rate::from_tallies(&[tally(1, 1), tally(0, 1)]).marked(true),
                FileName::new(Kind::Results, "b2b_results_improvement_run_v1").unwrap(),
            )),
        };
        Standing {
            arms: [arm("a", 38, 4), arm("b", 70, unsubscribed)],
            verdict,
            interval: Some(Interval { low: 0.004, high: 0.071 }),
            pairs: 640,
            alpha: 0.05,
        }
    }

    #[test]
    fn the_verdict_comes_first_and_what_speaks_against_it_last() {
        insta::assert_snapshot!(result(&standing(ArmsVerdict::B, 12)));
        assert!(!result(&standing(ArmsVerdict::B, 5)).contains("Caution"));
        assert!(result(&standing(ArmsVerdict::Open, 12)).starts_with("Not decided"));
        assert!(result(&standing(ArmsVerdict::A, 12)).starts_with("Prompt a gets more"));
    }
}
