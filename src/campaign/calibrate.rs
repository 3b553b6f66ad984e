//! A decision maker's decisions on messages that were really sent, held against the replies.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::first_sent::FirstSent;
use crate::compare::prediction_powered::{self, PredictionPowered};
use crate::compare::ranking::{Judged, Ranking, RankingVerdict};
use crate::compare::ranking_paired::{JudgedTwice, RankingChange};
use crate::compare::worth::{Worth, jeffreys};
use crate::compare::{Interval, Tally};
use crate::data::calibrations::{ExamplesVerdict, OfExamples, Part, Predicted, RankVerdict, Ranked, Ratio};
use crate::data::campaigns::Campaign;
use crate::data::judges::Counted;
use crate::data::replies::{self, Outcome};
use crate::data::spool::Texts;
use crate::data::{self, DataFolder, FileName};
use crate::evaluate::DecisionMaker;
use crate::evaluate::plan::Plan;
use crate::evaluate::run::{self, RunContext, Trials};
use crate::evaluate::trial::{Bench, TrialFailure, Verdict};

/// Fewer replies than this, or fewer people without one, say nothing of a part of the messages.
pub const ENOUGH: u64 = 10;

/// What of the messages is judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// Follow-ups too, not the first message alone.
    pub follow_ups: bool,
    /// For so many people who were not written to, what the judge says of the message to them.
    pub predictions: usize,
}

impl Choice {
    /// The choice, as the hash of a run's inputs takes it. It never changes: runs that began before are found by it.
    #[must_use]
    pub fn key(self) -> String {
        format!("Choice {{ follow_ups: {}, predictions: {} }}", self.follow_ups, self.predictions)
    }
}

/// The messages that are to be judged, in order of people.
pub struct Material {
    people: Arc<Texts>,
    texts: Texts,
    asked: Vec<Asked>,
    /// People who were written to, and whose mail did not bounce.
    pub people_sent: u64,
    /// Those of them who replied.
    pub replied: u64,
}

/// One message.
#[derive(Clone, Debug)]
struct Asked {
    person: u32,
    step: u32,
    /// Whether the person replied at all, and whether that was hoped for; none where nothing was sent.
    reply: Option<(bool, bool)>,
    /// Whether the reply was to this step; none where that is not known.
    at_step: Option<bool>,
    segment: Option<Arc<str>>,
}

impl Material {
    /// How many messages there are to be judged.
    #[must_use]
    pub fn len(&self) -> usize {
        self.asked.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.asked.is_empty()
    }

    /// Persona and message of each: what a dry run measures.
    pub fn questions(&self) -> impl Iterator<Item = Result<(String, String), data::Error>> + '_ {
        self.asked
            .iter()
            .zip(self.texts.iter())
            .map(|(asked, text)| Ok((self.people.get(asked.person as usize)?, text?)))
    }

    /// What was sent in these campaigns, and what became of it.
    ///
    /// # Errors
    /// Where a file cannot be read, or there is no room on the disk.
    pub fn of(folder: &DataFolder, campaigns: &[FileName], choice: Choice) -> Result<Self, data::Error> {
        let mut material = Material {
            people: Arc::new(Texts::new(folder.root())?),
            texts: Texts::new(folder.root())?,
            asked: Vec::new(),
            people_sent: 0,
            replied: 0,
        };
        let mut people = Texts::new(folder.root())?;
        let mut segments: HashMap<String, Arc<str>> = HashMap::new();
        let mut predictions = choice.predictions;
        let mut first_sent = FirstSent::gather(folder, campaigns)?;
        for campaign in campaigns {
            let outcomes: HashMap<String, Outcome> = replies::open(folder, campaign.stem())?
                .map(|outcome| outcome.map(|outcome| (outcome.lead.clone(), outcome)))
                .collect::<Result<_, _>>()?;
            for written in Campaign::open(folder, campaign)? {
                let written = written?;
                let outcome = outcomes.get(&written.lead);
                let Some(first) = written.steps.first() else { continue };
                // Somebody whom several campaigns wrote to is one person, and counts once.
                if !first_sent.counts(&written.lead, outcome, campaign.stem()) {
                    continue;
                }
                let steps: Vec<u32> = match outcome {
                    Some(outcome) if !outcome.is_delivered() => continue,
                    Some(outcome) if choice.follow_ups => outcome.sent.iter().map(|sent| sent.step).collect(),
                    Some(outcome) => outcome.sent.iter().map(|sent| sent.step).take(1).collect(),
                    None if predictions > 0 => vec![first.number],
                    None => continue,
                };
                let segment = written.segment.as_deref().map(|name| {
                    Arc::clone(segments.entry(name.to_owned()).or_insert_with_key(|name| Arc::from(name.as_str())))
                });
                let person = people.len() as u32;
                let mut is_asked = false;
                for step in steps {
                    let Some(message) = written.steps.iter().find(|message| message.number == step) else { continue };
                    material.texts.push(&message.text())?;
                    material.asked.push(Asked {
                        person,
                        step,
                        reply: outcome.map(|it| (it.is_replied(), it.positive == Some(true))),
                        at_step: outcome.and_then(|outcome| at_step(outcome, step)),
                        segment: segment.clone(),
                    });
                    is_asked = true;
                }
                if is_asked {
                    people.push(&written.persona)?;
                    predictions -= usize::from(outcome.is_none());
                    first_sent.note(&written.lead, campaign.stem());
                    material.people_sent += u64::from(outcome.is_some());
                    material.replied += u64::from(outcome.is_some_and(Outcome::is_replied));
                }
            }
        }
        material.people = Arc::new(people);
        Ok(material)
    }
}

/// Whether a step was replied to; none where that is not known, or the reply came before.
fn at_step(outcome: &Outcome, step: u32) -> Option<bool> {
    match &outcome.reply {
        None => Some(false),
        Some(reply) => reply.step.filter(|replied| *replied >= step).map(|replied| replied == step),
    }
}

/// What the judge said of one message.
#[derive(Clone, Copy, Debug)]
struct Said {
    chance: f64,
    is_yes: bool,
}

/// What came of a calibration.
#[derive(Debug, Default)]
pub struct Found {
    /// Real replies of those who were judged.
    pub replies: Counted,
    /// Those that were hoped for.
    pub positive: u64,
    /// Whether it ranks.
    pub ranked: Option<Ranked>,
    /// The same for replies that were hoped for.
    pub ranked_positive: Option<Ranked>,
    /// Replies after a yes.
    pub after_yes: Counted,
    /// Replies after a no.
    pub after_no: Counted,
    /// Their ratio.
    pub ratio: Option<Ratio>,
    /// By step and segment.
    pub parts: Vec<Part>,
    /// With predictions.
    pub predicted: Option<Predicted>,
    /// The correlation of what it said with the replies.
    pub correlation: Option<f64>,
    /// The trials that failed.
    pub failures: Vec<TrialFailure>,
    /// Messages that were judged.
    pub judged: usize,
    /// For each person who was written to and judged, the chance of a yes to the first message, and whether they
    /// replied.
    people: HashMap<u32, (f64, bool)>,
}

impl Found {
    /// Whether examples made the judge rank better, which is what this found with them: by everybody whom both judged.
    /// `None` where nobody, or everybody, replied.
    #[must_use]
    pub fn over(&self, without: &Found) -> Option<OfExamples> {
        let both = self.people.iter().filter_map(|(person, (after, is_reply))| {
            let (before, _) = without.people.get(person)?;
            Some(JudgedTwice { before: *before, after: *after, is_reply: *is_reply })
        });
        let change = RankingChange::from_judged(&both.collect::<Vec<_>>())?;
        let verdict = match change.interval {
            _ if change.replied.min(change.silent) < ENOUGH => ExamplesVerdict::TooFew,
            Some(interval) if interval.low > 0.0 => ExamplesVerdict::Better,
            Some(interval) if interval.high < 0.0 => ExamplesVerdict::Worse,
            _ => ExamplesVerdict::NotShown,
        };
        Some(OfExamples {
            without: change.before,
            with: change.after,
            low: change.interval.map(|interval| interval.low),
            high: change.interval.map(|interval| interval.high),
            replied: change.replied,
            silent: change.silent,
            verdict,
        })
    }
}

/// Has the decision maker judge all of it, and holds that against the replies.
///
/// # Errors
/// When the run was asked to stop, or there is no room on the disk.
pub async fn run(
    material: Material,
    decision_maker: &DecisionMaker,
    seed: u64,
    context: &RunContext,
) -> Result<Found, run::Error> {
    let bench = Bench {
        generator: None,
        decision_maker: Some(decision_maker.clone()),
        auditing: None,
        prompt: String::new(),
        seed,
        label: if decision_maker.examples().is_some() { "calibrate with examples" } else { "calibrate" }.into(),
    };
    let Material { people, texts, asked, .. } = material;
    let whom = asked.iter().map(|asked| (asked.person, asked.step.saturating_sub(1))).collect();
    let plan = Plan::decide(whom, texts);
    let trials = Trials { people: &people, plan, label: "Judging what was sent" };
    let outcomes = run::outcomes(&bench, context, trials, |_, _| {}).await?;
    context.go_on()?;
    let mut failures = Vec::new();
    let mut said: Vec<(Asked, Said)> = Vec::new();
    let mut asked = asked.into_iter();
    outcomes.each(&mut |_, _, verdict| {
        let asked = asked.next();
        match (verdict, asked) {
            (Verdict::Decided { decision, .. }, Some(asked)) => {
                said.push((asked, Said { chance: decision.chance(), is_yes: decision.decision }));
            }
            (Verdict::Failed(failure), _) => failures.push(failure),
            _ => {}
        }
        true
    })?;
    Ok(Found { failures, ..found(&said) })
}

fn found(said: &[(Asked, Said)]) -> Found {
    // People count once, by the first message that they got: which later ones they got depends on what they did.
    let mut first: Vec<(&Asked, Said, bool, bool)> = Vec::new();
    let mut predictions = Vec::new();
    let mut last = None;
    for (asked, it) in said {
        if last.replace(asked.person) == Some(asked.person) {
            continue;
        }
        match asked.reply {
            Some((is_reply, is_positive)) => first.push((asked, *it, is_reply, is_positive)),
            None => predictions.push(it.chance),
        }
    }
    let all: Vec<Judged> = first.iter().map(|(_, it, reply, _)| judged(it, *reply)).collect();
    let positive: Vec<Judged> = first.iter().map(|(_, it, _, hoped)| judged(it, *hoped)).collect();
    let hoped = positive.iter().filter(|judged| judged.is_reply).count() as u64;
    let tally = |yes: bool| {
        Tally::from_decisions(first.iter().filter(|(_, it, ..)| it.is_yes == yes).map(|(_, _, reply, _)| *reply))
    };
    let worth = Worth::from_tallies(tally(true), tally(false));
    let counted: Vec<prediction_powered::Counted> = all
        .iter()
        .map(|judged| prediction_powered::Counted {
            outcome: f64::from(u8::from(judged.is_reply)),
            prediction: judged.score,
        })
        .collect();
    let powered = PredictionPowered::estimate(&counted, &predictions);
    let correlation = prediction_powered::correlation(&counted);
    Found {
        replies: share(Tally::from_decisions(all.iter().map(|judged| judged.is_reply))),
        positive: hoped,
        ranked: Ranking::from_judged(&all).map(|ranking| ranked(&ranking)),
        ranked_positive: (hoped >= ENOUGH)
            .then(|| Ranking::from_judged(&positive))
            .flatten()
            .map(|ranking| ranked(&ranking)),
        after_yes: share(worth.of_yes),
        after_no: share(worth.of_no),
        ratio: worth.ratio_interval.map(|interval| Ratio {
            ratio: worth.ratio,
            low: interval.low,
            high: Some(interval.high).filter(|high| high.is_finite()),
        }),
        parts: parts(said, &first),
        predicted: powered.map(|powered| predicted(&powered)),
        correlation,
        failures: Vec::new(),
        judged: said.len(),
        people: first.iter().map(|(asked, it, is_reply, _)| (asked.person, (it.chance, *is_reply))).collect(),
    }
}

fn judged(said: &Said, is_reply: bool) -> Judged {
    Judged { score: said.chance, is_reply }
}

/// By segment of people, and by step, where there are several.
fn parts(said: &[(Asked, Said)], first: &[(&Asked, Said, bool, bool)]) -> Vec<Part> {
    let mut segments: BTreeMap<&str, Vec<Judged>> = BTreeMap::new();
    for (asked, it, is_reply, _) in first {
        if let Some(segment) = &asked.segment {
            segments.entry(segment).or_default().push(judged(it, *is_reply));
        }
    }
    let mut steps: BTreeMap<u32, Vec<Judged>> = BTreeMap::new();
    for (asked, it) in said {
        if let Some(is_reply) = asked.at_step {
            steps.entry(asked.step).or_default().push(judged(it, is_reply));
        }
    }
    let part = |kind: &str, name: String, judged: &[Judged]| {
        let tally = Tally::from_decisions(judged.iter().map(|judged| judged.is_reply));
        let is_enough = tally.yes >= ENOUGH && tally.total - tally.yes >= ENOUGH;
        let ranked = is_enough.then(|| Ranking::from_judged(judged)).flatten().map(|ranking| ranked(&ranking));
        Part { kind: kind.to_owned(), name, replies: share(tally), ranked }
    };
    let mut parts = Vec::new();
    if steps.len() > 1 {
        parts.extend(steps.iter().map(|(step, judged)| part("step", step.to_string(), judged)));
    }
    if segments.len() > 1 {
        parts.extend(segments.iter().map(|(name, judged)| part("segment", (*name).to_owned(), judged)));
    }
    parts
}

fn ranked(ranking: &Ranking) -> Ranked {
    Ranked {
        auc: ranking.auc,
        low: ranking.interval.map(|interval| interval.low),
        high: ranking.interval.map(|interval| interval.high),
        p: ranking.p_value(),
        replied: ranking.replied,
        silent: ranking.silent,
        verdict: match ranking.verdict() {
            RankingVerdict::Ranks => RankVerdict::Ranks,
            RankingVerdict::Reversed => RankVerdict::Reversed,
            RankingVerdict::NotShown => RankVerdict::NotShown,
        },
    }
}

fn share(tally: Tally) -> Counted {
    let interval: Option<Interval> = jeffreys(tally);
    let (low, high) = (interval.map(|interval| interval.low), interval.map(|interval| interval.high));
    Counted { yes: tally.yes, total: tally.total, low, high }
}

fn predicted(powered: &PredictionPowered) -> Predicted {
    let (plain, with) = (powered.plain.interval(), powered.powered.interval());
    Predicted {
        people: powered.predicted as u64,
        rate: powered.powered.mean,
        low: with.low.max(0.0),
        high: with.high.min(1.0),
        plain_low: plain.low.max(0.0),
        plain_high: plain.high.min(1.0),
        narrower: powered.narrower(),
        is_worth_it: powered.is_worth_it(),
    }
}

#[cfg(test)]
mod tests;
