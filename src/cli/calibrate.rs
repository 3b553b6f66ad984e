//! `rejoinder calibrate`.

use std::sync::Arc;
use std::time::Instant;

use clap::Args;

use super::error::Error;
use super::examples;
use super::named;
use super::options::ModelOptions;
use super::print;
use super::setup::{Clients, Setup};
use super::trial_calls::DECISION_ANSWER;
use crate::campaign::calibrate::{self, Choice, Found, Material};
use crate::data::calibrations::{self, Calibration};
use crate::data::results::sha256;
use crate::data::{FileName, Kind, Map, clock, replies, versions};
use crate::evaluate::DecisionMaker;
use crate::evaluate::decision_maker::Threshold;
use crate::evaluate::examples::Examples;
use crate::event::Event;
use crate::model::{CallKey, Role};
use crate::report::calibration::{self as report, CalibrationSummary};
use crate::report::estimate::{self, Line};
use crate::report::summary::Spent;
use crate::report::words;

/// Options of `calibrate`.
#[derive(Args, Clone, Debug)]
#[command(
    after_help = "It needs a campaign (rejoinder write) whose replies were brought in (rejoinder replies import). A \
                  judge that does not rank your readers ends with exit code 0 all the same: it is a measurement.

Examples:
  rejoinder calibrate b2b_saas_personas_train_results_improvement_run_v1 --dry-run
  rejoinder calibrate NAME --campaign spring --decision-prompt inbox
  rejoinder calibrate NAME --all-steps --predict 500
  rejoinder calibrate NAME --examples spring"
)]
pub struct Options {
    /// A results file, or the name of a lineage, whose judge is held against real replies
    #[arg(value_name = "LINEAGE")]
    lineage: String,
    /// A campaign whose messages are judged; more than once for several [default: all of the lineage with replies]
    #[arg(long, value_name = "NAME")]
    campaign: Vec<String>,
    /// Judge follow-ups too, not the first message to each person alone
    #[arg(long)]
    all_steps: bool,
    /// Also judge the messages to so many people who were not written to, to see whether that makes the real rate surer
    #[arg(long, value_name = "N", default_value_t = 0)]
    predict: u32,
    #[command(flatten)]
    models: ModelOptions,
}

/// Judges, prints and keeps what came of it.
pub async fn run(setup: &Setup, options: &Options) -> Result<(), Error> {
    let results = named::results(&setup.folder, &options.lineage)?;
    // A slip of the pen is to be told from a lineage without replies.
    setup.folder.sha256(&results)?;
    let campaigns = campaigns(setup, options, &results)?;
    let choice = Choice { follow_ups: options.all_steps, predictions: options.predict as usize };
    let material = Material::of(&setup.folder, &campaigns, choice)?;
    if material.people_sent == 0 {
        return Err(Error::Usage(format!(
            "nothing that {} wrote has reached anybody, as far as is known; bring in what was sent: rejoinder replies \
             import FILE --campaign {}",
            names(&campaigns).join(", "),
            names(&campaigns).first().map_or("NAME", String::as_str)
        )));
    }
    // Whether a judge ranks is seen in its decisions: no words are bought for them.
    let models = ModelOptions { reasons: Some("none".into()), ..options.models.clone() };
    let mut clients = setup.clients(&models, &[Role::DecisionMaker])?;
    examples::keep_aside_in(&mut clients, setup, &results)?;
    let mut decision_maker = clients.decision_maker().deciding_only();
    let plain = decision_maker.clone().with_examples(None);
    if let Some(examples) = decision_maker.examples().cloned() {
        let examples = Examples::clone(&examples).knowing(&setup.folder, &campaigns)?.crossed();
        decision_maker = decision_maker.with_examples(Some(Arc::new(examples)));
    }
    let decision_maker = decision_maker;
    if options.models.dry_run {
        return print(&plan(&material, &decision_maker, &plain, &clients)?);
    }
    setup.folder.check_writable(Kind::Calibrations)?;
    let mut parts = vec![versions::lineage_base(results.stem()), choice.key()];
    for campaign in &campaigns {
        parts.extend([campaign.stem().to_owned(), setup.folder.sha256(campaign)?]);
        parts.push(setup.folder.sha256(&replies::file_name(campaign.stem())?)?);
    }
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let begun = clients.begin(setup, &options.models, "calibrate", &parts, (None, 1))?;
    let (started, before) = (Instant::now(), clients.context.account.now());
    let found = clients.explain(calibrate::run(material, &decision_maker, begun.seed, &clients.context).await)?;
    let of_examples = match decision_maker.examples() {
        Some(_) => {
            let material = Material::of(&setup.folder, &campaigns, choice)?;
            let without = clients.explain(calibrate::run(material, &plain, begun.seed, &clients.context).await)?;
            found.over(&without)
        }
        None => None,
    };
    let simulated = clients.context.account.is_simulated();
    let used = clients.context.account.since(&before);
    let limit = clients.context.limit();
    let partial = limit.map(|why| why.to_string());
    let (judged, failures) = (found.judged, reasons(&found));
    let date = clock::iso(clients.context.began()?);
    let calibration = record(found, &results, &campaigns, &decision_maker, (simulated, date));
    let calibration = Calibration { of_examples, ..calibration };
    let summary = CalibrationSummary {
        calibration: &calibration,
        judged,
        failures: &failures,
        partial: partial.as_deref(),
        spent: Spent { used: &used, cost: clients.context.account.cost(&used), elapsed: started.elapsed(), simulated },
    };
    print(&report::block(&summary))?;
    clients.end(judged > 0 || limit.is_some(), "no message came to a decision")?;
    if let Some(why) = limit {
        return Err(Error::Limit(why));
    }
    let file = calibrations::file_name(results.stem())?;
    clients.context.note_output("calibration", &file, &sha256(&calibrations::to_bytes(&calibration)?))?;
    // One that cannot be read is replaced without a word: what was just paid for is worth more.
    let earlier = calibrations::of_lineage(&setup.folder, results.stem()).ok().flatten();
    let replaced = words::replaced(earlier.as_ref().map(|earlier| earlier.date.as_str()));
    let file = calibrations::save(&setup.folder, &calibration)?;
    print(&format!("Kept in: {}\n{replaced}", words::path(&setup.folder.path(&file))))?;
    begun.finish()?;
    Ok(())
}

/// Says beside the rates that are about to be made what real readers had to say about this judge, where that is known.
pub fn advise(setup: &Setup, results: &FileName, clients: &Clients) {
    let text = match calibrations::of_lineage(&setup.folder, results.stem()) {
        Ok(None) => return,
        Ok(Some(found)) => {
            let line = report::line(&found, Some(&clients.decision_maker().fingerprint()));
            if !report::is_warning(&found) {
                setup.events.emit(Event::Note(line));
                return;
            }
            line
        }
        Err(error) => {
            format!("what real readers said of this judge cannot be read: {error}; rejoinder calibrate does it again")
        }
    };
    setup.events.emit(Event::Warning(text));
}

/// The campaigns that are meant.
fn campaigns(setup: &Setup, options: &Options, results: &FileName) -> Result<Vec<FileName>, Error> {
    if options.campaign.is_empty() {
        let found = replies::campaigns_of(&setup.folder, results)?;
        if found.is_empty() {
            return Err(Error::Usage(format!(
                "no campaign of the lineage {} has replies; bring them in with rejoinder replies import FILE \
                 --campaign NAME, or name one with --campaign",
                words::one_line(&versions::lineage_base(results.stem()), 100)
            )));
        }
        return Ok(found);
    }
    let named = options.campaign.iter().map(|name| {
        let file = setup.folder.resolve(Kind::Campaigns, name)?;
        // Each of them must be there, with its replies: the error says which is not, and what is.
        setup.folder.sha256(&file)?;
        setup.folder.sha256(&replies::file_name(file.stem())?)?;
        Ok(file)
    });
    let mut named: Vec<FileName> = named.collect::<Result<_, Error>>()?;
    named.sort();
    named.dedup();
    Ok(named)
}

fn names(campaigns: &[FileName]) -> Vec<String> {
    campaigns.iter().map(|campaign| words::one_line(campaign.stem(), 80)).collect()
}

fn reasons(found: &Found) -> Vec<String> {
    found.failures.iter().map(|failure| failure.reason.clone()).collect()
}

fn record(
    found: Found,
    results: &FileName,
    campaigns: &[FileName],
    decision_maker: &DecisionMaker,
    (simulated, date): (bool, String),
) -> Calibration {
    Calibration {
        lineage: versions::lineage_base(results.stem()),
        campaigns: campaigns.iter().map(|campaign| campaign.stem().to_owned()).collect(),
        fingerprint: decision_maker.fingerprint(),
        model: decision_maker.caller().model().id().to_owned(),
        decision_prompt: decision_maker.prompt().name.clone(),
        threshold: decision_maker.threshold().map(Threshold::get),
        simulated,
        date,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        replies: found.replies,
        positive: found.positive,
        failed_trials: found.failures.len() as u64,
        ranked: found.ranked,
        ranked_positive: found.ranked_positive,
        after_yes: found.after_yes,
        after_no: found.after_no,
        ratio: found.ratio,
        parts: found.parts,
        predicted: found.predicted,
        correlation: found.correlation,
        examples: decision_maker.examples().map(|examples| examples.record().clone()),
        of_examples: None,
        extra: Map::new(),
    }
}

fn plan(
    material: &Material,
    decision_maker: &DecisionMaker,
    plain: &DecisionMaker,
    clients: &Clients,
) -> Result<String, Error> {
    let key = CallKey::from_parts(&[]);
    let account = &clients.context.account;
    let line = |what, judge: &DecisionMaker| {
        let mut calls = Vec::with_capacity(material.len());
        for question in material.questions() {
            let (persona, text) = question?;
            calls.push(estimate::tokens(&judge.request(&persona, &text, key.clone()), DECISION_ANSWER));
        }
        Ok::<_, Error>(Line::for_calls(Role::DecisionMaker, what, &calls, 1, account))
    };
    let mut lines = vec![line("messages that were sent", decision_maker)?];
    if decision_maker.examples().is_some() {
        lines.push(line("the same without examples", plain)?);
    }
    Ok(format!(
        "{} written to, {} of them replied.\n{}",
        words::count(material.people_sent, "person", "people"),
        words::thousands(material.replied),
        estimate::plan(&lines, account)
    ))
}
