//! Whether a judge's yes has to do with real replies, in words.

use super::summary::{self, RULE, Spent};
use super::words;
use crate::data::calibrations::{Calibration, ExamplesVerdict, OfExamples, Predicted, RankVerdict, Ranked, Ratio};
use crate::data::judges::Counted;

/// What a calibration says before the one sentence that matters is forgotten.
#[derive(Clone, Debug)]
pub struct CalibrationSummary<'a> {
    /// What was found.
    pub calibration: &'a Calibration,
    /// Messages that were judged.
    pub judged: usize,
    /// Reasons of the trials that failed.
    pub failures: &'a [String],
    /// The limit that was reached before the end, if any.
    pub partial: Option<&'a str>,
    /// What it took.
    pub spent: Spent<'a>,
}

/// The block of a calibration, without the line that says where it is kept.
#[must_use]
pub fn block(summary: &CalibrationSummary<'_>) -> String {
    let calibration = summary.calibration;
    let mut lines = vec![
        RULE.to_owned(),
        summary::heading("CALIBRATION", summary.partial, summary.judged > 0),
        RULE.to_owned(),
        sentence(calibration),
    ];
    lines.extend(calibration.of_examples.as_ref().map(of_examples));
    lines.push(String::new());
    lines.push(format!("Real replies: {}, of which {} positive", counted(&calibration.replies), calibration.positive));
    lines.push(format!("Ranks replies: {}", calibration.ranked.as_ref().map_or_else(nothing, ranked)));
    lines.push(match &calibration.ranked_positive {
        Some(found) => format!("Ranks positive replies: {}", ranked(found)),
        None => format!(
            "Ranks positive replies: too few to say ({}; it takes {})",
            calibration.positive,
            crate::campaign::calibrate::ENOUGH
        ),
    });
    lines.push(format!("Replies after its yes: {}", counted(&calibration.after_yes)));
    lines.push(format!("Replies after its no: {}", counted(&calibration.after_no)));
    lines.push(format!("A yes compared with a no: {}", worth(calibration)));
    lines.extend(parts(calibration));
    lines.push(narrower(calibration));
    let judge = format!(
        "Judge: {}, decision prompt {}, fingerprint {}{}",
        words::one_line(&calibration.model, 100),
        words::one_line(&calibration.decision_prompt, 100),
        words::one_line(&calibration.fingerprint, 16),
        if calibration.simulated { " (simulated)" } else { "" }
    );
    lines.push(judge);
    lines.extend(calibration.examples.as_ref().map(|examples| {
        let (campaign, hash) = (words::one_line(&examples.campaign, 60), words::one_line(&examples.sha256, 16));
        format!("Examples: of campaign {campaign}, {hash}; each person is judged by those of other companies")
    }));
    let campaigns: Vec<String> = calibration.campaigns.iter().map(|name| words::one_line(name, 60)).collect();
    lines.push(format!("Campaigns: {}", campaigns.join(", ")));
    lines.push(summary::failed_trials(summary.failures.iter().map(String::as_str)));
    lines.extend(summary::spent(&summary.spent));
    lines.push(format!("{RULE}\n"));
    lines.join("\n")
}

/// Whether examples help.
fn of_examples(found: &OfExamples) -> String {
    let areas = format!("AUC {:.2} without them, {:.2} with them", found.without, found.with);
    let difference = match (found.low, found.high) {
        (Some(low), Some(high)) => {
            format!("{areas}; difference {:+.2}, {low:+.2} to {high:+.2}", found.with - found.without)
        }
        _ => areas,
    };
    match found.verdict {
        ExamplesVerdict::Better => format!("The examples made it rank your readers better ({difference})."),
        ExamplesVerdict::Worse => {
            format!("The examples made it rank your readers worse ({difference}). Judge without them.")
        }
        ExamplesVerdict::NotShown => {
            format!("Whether the examples made it rank your readers better is not shown ({difference}).")
        }
        ExamplesVerdict::TooFew => format!(
            "Whether the examples made it rank your readers better cannot be said: too few ({} replied, {} did not; it \
             takes {} of each).",
            found.replied,
            found.silent,
            crate::campaign::calibrate::ENOUGH
        ),
    }
}

/// The sentence that matters.
#[must_use]
pub fn sentence(calibration: &Calibration) -> String {
    let Some(found) = &calibration.ranked else {
        return if calibration.replies.yes == 0 {
            format!(
                "None of {} has replied: nothing can be said about this judge yet.",
                words::count(calibration.replies.total, "reader", "readers")
            )
        } else {
            "Everybody has replied: nothing can be said about this judge.".to_owned()
        };
    };
    let area = area(found);
    match found.verdict {
        RankVerdict::Ranks => format!(
            "This judge tells your readers apart (AUC {area}): it said yes more readily to those who replied. {}",
            how_much(calibration)
        ),
        RankVerdict::Reversed => format!(
            "This judge has your readers the wrong way round (AUC {area}): it said yes less readily to those who \
             replied. Do not go by its yes-rate."
        ),
        RankVerdict::NotShown if found.replied < crate::campaign::calibrate::ENOUGH => format!(
            "Too few replies to say whether this judge tells your readers apart ({}; AUC {area}): its yes-rate is not \
             shown to say anything about your replies.",
            words::count(found.replied, "reply", "replies")
        ),
        RankVerdict::NotShown => format!(
            "This judge does not tell your readers apart (AUC {area}): its yes-rate says nothing about your replies."
        ),
    }
}

/// How much a yes is worth, where it is known to be worth something.
fn how_much(calibration: &Calibration) -> String {
    match &calibration.ratio {
        Some(Ratio { ratio: Some(ratio), low, high }) => {
            let high = high.map_or_else(|| "more".to_owned(), times);
            format!("Its yes means {} times the replies of its no ({} to {high}).", times(*ratio), times(*low))
        }
        _ => "What its yes is worth cannot be said yet.".to_owned(),
    }
}

/// One line to stand beside a rate; `fingerprint` is the judge of that rate, if it is known.
#[must_use]
pub fn line(calibration: &Calibration, fingerprint: Option<&str>) -> String {
    let date = words::one_line(calibration.date.get(..10).unwrap_or(&calibration.date), 10);
    let other = match fingerprint {
        Some(fingerprint) if fingerprint != calibration.fingerprint => " (for another judge than this rate's)",
        _ => "",
    };
    format!("Real readers, {date}{other}: {}", sentence(calibration))
}

/// Whether the line is a warning: the yes-rate of this judge was not shown to have to do with replies.
#[must_use]
pub fn is_warning(calibration: &Calibration) -> bool {
    calibration.ranked.as_ref().is_some_and(|found| found.verdict != RankVerdict::Ranks)
}

fn nothing() -> String {
    "unknown, since all readers did the same".to_owned()
}

fn ranked(found: &Ranked) -> String {
    let shown = match found.verdict {
        RankVerdict::Ranks => "shown",
        RankVerdict::Reversed => "the wrong way round",
        RankVerdict::NotShown => "not shown",
    };
    format!(
        "{shown}; AUC {}, exact test p {} ({} replied, {} did not; 0.5 is what chance gives)",
        area(found),
        words::probability(found.p),
        words::thousands(found.replied),
        words::thousands(found.silent)
    )
}

fn area(found: &Ranked) -> String {
    match (found.low, found.high) {
        (Some(low), Some(high)) => format!("{:.2}, {low:.2} to {high:.2}", found.auc),
        _ => format!("{:.2}, since it says the same about everybody", found.auc),
    }
}

fn counted(rate: &Counted) -> String {
    let share = if rate.total > 0 { 100.0 * rate.yes as f64 / rate.total as f64 } else { f64::NAN };
    let interval = match (rate.low, rate.high) {
        (Some(low), Some(high)) => format!(" ({:.1} to {:.1}%)", 100.0 * low, 100.0 * high),
        _ => String::new(),
    };
    if rate.total == 0 {
        return "it never said so".to_owned();
    }
    format!("{} of {}, {share:.1}%{interval}", words::thousands(rate.yes), words::thousands(rate.total))
}

fn times(ratio: f64) -> String {
    if ratio >= 100.0 { format!("{ratio:.0}") } else { format!("{ratio:.1}") }
}

fn worth(calibration: &Calibration) -> String {
    match &calibration.ratio {
        None => "unknown: it said the same about everybody, or nobody replied".to_owned(),
        Some(Ratio { ratio, low, high }) => {
            let ratio =
                ratio.map_or_else(|| "no reply after a no".to_owned(), |ratio| format!("{} times", times(ratio)));
            let high = high.map_or_else(|| "no upper end".to_owned(), times);
            format!("{ratio} (95%: {} to {high})", times(*low))
        }
    }
}

fn parts(calibration: &Calibration) -> Vec<String> {
    calibration
        .parts
        .iter()
        .map(|part| {
            let name = words::one_line(&part.name, 60);
            let found = part.ranked.as_ref().map_or_else(
                || "too few replies to say".to_owned(),
                |found| {
                    format!(
                        "AUC {}, {}",
                        area(found),
                        match found.verdict {
                            RankVerdict::Ranks => "shown to rank",
                            RankVerdict::Reversed => "the wrong way round",
                            RankVerdict::NotShown => "not shown to rank",
                        }
                    )
                },
            );
            format!("  {} {name}: {}; {found}", words::one_line(&part.kind, 20), counted(&part.replies))
        })
        .collect()
}

/// Whether predictions make the rate of replies any surer.
fn narrower(calibration: &Calibration) -> String {
    let correlation = calibration.correlation.map_or_else(|| "none".to_owned(), |found| format!("{found:.2}"));
    let Some(Predicted { people, rate, low, high, plain_low, plain_high, narrower, is_worth_it }) =
        calibration.predicted
    else {
        return format!(
            "Predictions for people who were not written to: not asked for (--predict N); its correlation with replies \
             is {correlation}"
        );
    };
    let range = |low: f64, high: f64| format!("{:.1} to {:.1}%", 100.0 * low, 100.0 * high);
    let of = words::count(people, "person who was not written to", "people who were not written to");
    if is_worth_it {
        return format!(
            "With its predictions for {of} the real rate is {:.1}% ({}) instead of {}: {:.0}% narrower (PPI++; \
             correlation {correlation})",
            100.0 * rate,
            range(low, high),
            range(plain_low, plain_high),
            100.0 * narrower
        );
    }
    format!(
        "Its predictions for {of} do not make the real rate more precise ({} with them, {} without; correlation \
         {correlation})",
        range(low, high),
        range(plain_low, plain_high)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Map;

    fn some(verdict: RankVerdict, auc: f64, replied: u64) -> Calibration {
        let counted = |yes, total| Counted { yes, total, low: Some(0.031), high: Some(0.078) };
        Calibration {
            lineage: "b2b_results".into(),
            campaigns: vec!["spring".into()],
            fingerprint: "00ff00ff00ff00ff".into(),
            model: "anthropic/claude-haiku-5-5".into(),
            decision_prompt: "inbox".into(),
            threshold: Some(0.1),
            simulated: false,
            date: "2026-11-30T01:00:00".into(),
            version: "0.1.0".into(),
            replies: counted(replied, 400),
            positive: 4,
            failed_trials: 0,
            ranked: Some(Ranked {
                auc,
                low: Some(0.41),
                high: Some(0.63),
                p: 0.72,
                replied,
                silent: 400 - replied,
                verdict,
            }),
            ranked_positive: None,
            after_yes: counted(10, 120),
            after_no: counted(10, 280),
            ratio: Some(Ratio { ratio: Some(2.333), low: 1.003, high: Some(5.39) }),
            parts: Vec::new(),
            predicted: None,
            correlation: Some(0.09),
            examples: None,
            of_examples: None,
            extra: Map::new(),
        }
    }

    #[test]
    fn the_sentence_says_what_the_judge_is_worth_before_any_figure_does() {
        let nobody = Calibration {
            ranked: None,
            replies: Counted { total: 40, ..Counted::default() },
            ..some(RankVerdict::NotShown, 0.5, 0)
        };
        insta::assert_snapshot!(
            [
                sentence(&some(RankVerdict::NotShown, 0.52, 20)),
                sentence(&some(RankVerdict::NotShown, 0.52, 4)),
                sentence(&some(RankVerdict::Ranks, 0.71, 20)),
                sentence(&some(RankVerdict::Reversed, 0.31, 20)),
                sentence(&nobody),
                line(&some(RankVerdict::NotShown, 0.52, 20), Some("1111")),
            ]
            .join("\n")
        );
        assert!(
            is_warning(&some(RankVerdict::NotShown, 0.52, 20)) && is_warning(&some(RankVerdict::Reversed, 0.3, 20))
        );
        assert!(!is_warning(&some(RankVerdict::Ranks, 0.71, 20)) && !is_warning(&nobody));
    }

    #[test]
    fn predictions_promise_nothing_where_they_do_nothing() {
        let predicted = |narrower, is_worth_it| Predicted {
            people: 2_000,
            rate: 0.05,
            low: 0.03,
            high: 0.07,
            plain_low: 0.028,
            plain_high: 0.072,
            narrower,
            is_worth_it,
        };
        let with = |predicted| Calibration { predicted: Some(predicted), ..some(RankVerdict::Ranks, 0.7, 20) };
        insta::assert_snapshot!(
            [narrower(&with(predicted(0.09, true))), narrower(&with(predicted(0.004, false)))].join("\n")
        );
    }
}
