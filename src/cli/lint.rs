//! `rejoinder lint`.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use clap::Args;
use serde_json::json;

use super::error::Error;
use super::options::ModelOptions;
use super::print;
use super::setup::{Clients, Setup, environment, names_auditor};
use crate::campaign::lint::{self, Findings, Footer, Level, Reader, Region, Rules};
use crate::data::campaigns::{Campaign, Written};
use crate::data::spool::Texts;
use crate::data::{self, FileName, Kind};
use crate::event::Event;
use crate::model::{CallKey, Role, Usage};
use crate::report::estimate::{self, Line};
use crate::report::lint::Summary;
use crate::report::screen::Screen;
use crate::report::words;

/// Tokens of one answer, as a plan assumes them.
const ANSWER: u64 = 120;
/// So much of the JSON is printed at a time.
const BLOCK: usize = 64 * 1024;

/// Options of `lint`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Examples:
  rejoinder lint spring --footer @footer.txt
  rejoinder lint spring --region eu --auditor anthropic/claude-sonnet-5-5
  rejoinder lint spring --auditor none --json")]
pub struct Options {
    /// A campaign
    #[arg(value_name = "NAME")]
    name: String,
    /// Region whose rules apply: us, ca, uk or eu
    #[arg(long, value_name = "REGION", default_value_t)]
    region: Region,
    /// Text that the sending tool adds to every message, or @FILE to read it from a file
    #[arg(long, value_name = "TEXT|@FILE")]
    footer: Option<String>,
    /// Print all findings as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    models: ModelOptions,
}

/// Looks at the campaign and prints what it found.
pub async fn run(setup: &Setup, options: &Options) -> Result<(), Error> {
    let file = setup.folder.resolve(Kind::Campaigns, &options.name)?;
    let campaign = Campaign::open(&setup.folder, &file)?;
    let header = campaign.header.clone();
    let footer = options.footer.as_deref().map(text_of).transpose()?;
    let models = models(setup, &options.models, header.auditor.as_deref());
    let (texts, left_out) = lint::gather(&setup.folder, campaign)?;
    let mut clients = setup.audited_doors(&models, &[])?;
    let reader = clients.auditor().map(Reader::new);
    if options.models.dry_run {
        let lines = plan(&clients, reader.as_ref(), &texts)?;
        return print(&estimate::plan(&lines, &clients.context.account));
    }
    let mut seed = 1;
    let begun = match &reader {
        None => None,
        Some(_) => {
            let (sha256, region) = (setup.folder.sha256(&file)?, options.region.to_string());
            let parts = [file.as_str(), &sha256, &region, footer.as_deref().unwrap_or_default()];
            let begun = clients.begin(setup, &models, "lint", &parts, (None, 1))?;
            seed = begun.seed;
            Some(begun)
        }
    };
    let mut not_checked: Vec<String> = options.region.not_shown().into_iter().map(str::to_owned).collect();
    let footer = read_footer(footer.as_deref(), reader.as_ref(), seed, &mut not_checked).await;
    let is_read = reader.is_some();
    let prompts: BTreeMap<String, String> = header.arms.into_iter().map(|arm| (arm.name, arm.prompt)).collect();
    let rules = Rules { region: options.region, footer, reader, prompts: Arc::new(prompts), seed };
    let found = clients.explain(lint::lint(&texts, rules, &clients.context).await)?;
    let mut summary = Summary::default();
    for looked in found.iter() {
        summary.add(looked?);
    }
    if !is_read {
        let what = "opt-out, postal address, sender, and what subjects promise: no model was asked (--auditor MODEL)";
        not_checked.insert(0, what.to_owned());
    } else if let (count @ 1.., Some(reason)) = &summary.unchecked {
        let messages = words::count(*count, "message", "messages");
        let reason = words::one_line(reason, 200);
        not_checked.insert(0, format!("opt-out, postal address and subject of {messages}: {reason}"));
    }
    if is_read && clients.context.account.is_simulated() {
        let what =
            "anything but English: the simulated market reads nothing else (--auditor MODEL reads every language)";
        not_checked.insert(0, what.to_owned());
    }
    if options.json {
        print_json(&file, options.region, (&summary, left_out), &not_checked, &found)?;
    } else {
        let text = summary.text(file.stem(), options.region, left_out, &not_checked);
        let mut screen = Screen::default();
        screen.plain(text.lines().map(str::to_owned));
        super::terminal::show(&screen)?;
    }
    if let Some(begun) = begun {
        clients.end(true, "")?;
        if let Some(why) = clients.context.limit() {
            return Err(Error::Limit(why));
        }
        begun.finish()?;
    }
    match summary.count(Level::Error) {
        0 => {
            let name = words::one_line(file.stem(), 100);
            let next = format!("Next: rejoinder export {name} --for instantly -o {name}.csv");
            setup.events.emit(Event::Note(next));
            setup.events.emit(Event::Note("Other tools: --for smartlead, lemlist or csv".to_owned()));
            Ok(())
        }
        errors => Err(Error::Findings(errors)),
    }
}

/// Who reads: whoever is named. Where nobody is, it is the auditor that read the campaign when it was written.
fn models(setup: &Setup, options: &ModelOptions, auditor: Option<&str>) -> ModelOptions {
    let settings = &setup.settings;
    let is_named = names_auditor(options, settings).is_some()
        || options.model.is_some()
        || options.improver.is_some()
        || ["REJOINDER_MODEL", "REJOINDER_IMPROVER"].into_iter().any(|variable| environment(variable).is_some())
        || settings.model.is_some()
        || settings.improver.is_some();
    let mut options = options.clone();
    if !is_named {
        options.auditor = Some(auditor.unwrap_or("none").to_owned());
    }
    options
}

/// A text, or that of the file after an `@`.
fn text_of(given: &str) -> Result<String, Error> {
    let text = match given.strip_prefix('@') {
        None if Path::new(given).is_file() => {
            let given = words::path(Path::new(given));
            return Err(Error::Usage(format!(
                "--footer {given} is the name of a file; for its text write --footer @{given}"
            )));
        }
        None => given.to_owned(),
        Some(path) => crate::data::encoding::read_text(Path::new(path)).map_err(|source| Error::Read {
            what: "footer file",
            path: words::path(Path::new(path)),
            source,
        })?,
    };
    let text = text.trim_start_matches('\u{feff}').trim().to_owned();
    if text.is_empty() {
        return Err(Error::Usage("the footer is empty; give its text, or @FILE with it".into()));
    }
    Ok(text)
}

/// The footer, and what it holds where somebody has read it.
async fn read_footer(
    footer: Option<&str>,
    reader: Option<&Reader>,
    seed: u64,
    not_checked: &mut Vec<String>,
) -> Footer {
    let (footer, reader) = match (footer, reader) {
        (None, _) => return Footer::None,
        (Some(_), None) => return Footer::Unread,
        (Some(footer), Some(reader)) => (footer, reader),
    };
    let seed = seed.to_string();
    match reader.read("", footer, &[&seed, "lint", "footer"]).await {
        Ok(Ok(seen)) => Footer::Read(seen),
        Ok(Err(reason)) => {
            let reason = words::one_line(&reason, 200);
            not_checked.insert(0, format!("the footer, so messages are checked as if there were none: {reason}"));
            Footer::None
        }
        // What stopped it is said at the end: nothing more is read.
        Err(_) => Footer::Unread,
    }
}

/// The calls that it would take: one for each message.
fn plan(clients: &Clients, reader: Option<&Reader>, texts: &Texts) -> Result<Vec<Line>, Error> {
    let Some(reader) = reader else { return Ok(Vec::new()) };
    let (mut calls, mut usage) = (0, Usage::default());
    for text in texts.iter() {
        let written: Written = serde_json::from_str(&text.map_err(data::Error::from)?)
            .map_err(|error| data::Error::from(texts.unreadable(&error.to_string())))?;
        for step in &written.steps {
            calls += 1;
            usage += estimate::tokens(&reader.request(&step.subject, &step.body, CallKey::from_parts(&[])), ANSWER);
        }
    }
    let cost = clients.context.account.expected(Role::Auditor, &usage);
    Ok(vec![Line { role: Role::Auditor, what: "messages".into(), calls, usage, cost }])
}

/// One object, its findings last: they may be many.
fn print_json(
    file: &FileName,
    region: Region,
    (summary, left_out): (&Summary, u64),
    not_checked: &[String],
    found: &Findings,
) -> Result<(), Error> {
    let head = json!({
        "campaign": file.stem(),
        "region": region.to_string(),
        "leads": summary.leads,
        "messages": summary.messages,
        "failed_sequences": left_out,
        "leads_not_looked_at": summary.not_run,
        "messages_not_read": summary.unchecked.0,
        "errors": summary.count(Level::Error),
        "warnings": summary.count(Level::Warning),
        "not_checked": not_checked,
    });
    let head = head.to_string();
    let mut text = format!("{},\"findings\":[", head.trim_end_matches('}'));
    let mut is_first = true;
    for looked in found.iter() {
        for finding in looked?.unwrap_or_default().findings {
            if !std::mem::take(&mut is_first) {
                text.push(',');
            }
            text.push_str(&json!(finding).to_string());
        }
        if text.len() > BLOCK {
            print(&std::mem::take(&mut text))?;
        }
    }
    print(&format!("{text}]}}\n"))
}
