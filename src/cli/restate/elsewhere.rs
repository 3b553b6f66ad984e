//! Runs that were started elsewhere: listed, followed, cancelled.

use std::time::Duration;

use comfy_table::Table;
use comfy_table::presets::UTF8_FULL_CONDENSED;
use tokio::time::sleep;

use super::super::error::Error;
use super::super::setup::Setup;
use super::super::{print, progress};
use super::{ingress, who};
use crate::call::stop::Why;
use crate::engine::restate::ingress::{self, Ingress};
use crate::engine::restate::runs::RunStatus;
use crate::engine::restate::wire::{ALL, RUN, RUNS};
use crate::evaluate::run::Interrupted;
use crate::report::live::Live;
use crate::report::words;

/// How often a run is looked at.
const LOOK: Duration = Duration::from_secs(1);
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// After so many looks at which nothing has moved, its process is probably gone.
const QUIET: u32 = 10;

/// All runs that Restate knows of.
pub async fn list(setup: &Setup, address: Option<&str>) -> Result<(), Error> {
    let ingress = door(setup, address)?;
    let ids: Vec<String> = ask(ingress.invoke((RUNS, Some(ALL), "list"), None, None::<&()>, PATIENCE).await)?;
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED);
    table.set_header(["run", "who", "version", "command", "began", "state", "calls"]);
    let mut seen = Vec::new();
    for id in ids {
        seen.extend(look(&ingress, &id).await?);
    }
    if seen.is_empty() {
        return print("No runs yet.\n");
    }
    for run in seen {
        let live = live(&run);
        let version = run.about.version.as_ref().map(|version| version.program.clone()).unwrap_or_default();
        table.add_row([
            words::one_line(&run.about.run, 40),
            words::one_line(&run.about.who, 60),
            words::one_line(&version, 20),
            words::one_line(&run.about.command, 60),
            words::minute(&run.about.began),
            state(&run),
            words::thousands(live.spent.calls),
        ]);
    }
    print(&format!("{table}\n"))
}

/// Follows a run until it ends, and ends as it does.
pub async fn attach(setup: &Setup, address: Option<&str>, id: &str) -> Result<(), Error> {
    let ingress = door(setup, address)?;
    let id = whole(&ingress, id).await?;
    let (mut line, mut told, mut beats, mut quiet) = (String::new(), 0, None, 0);
    loop {
        let seen = match look(&ingress, &id).await {
            Ok(Some(seen)) => seen,
            Ok(None) => return Err(unknown(&id)),
            // Restate may be back in a moment.
            Err(Error::NothingUsable(why)) => {
                if quiet == 0 {
                    progress::say(&format!("{why}; it is asked again"));
                }
                quiet += 1;
                sleep(LOOK).await;
                continue;
            }
            Err(error) => return Err(error),
        };
        if beats.is_none() {
            print(&format!("{}\n", heading(&seen)))?;
        }
        let live = live(&seen);
        for note in live.told.iter().skip(told) {
            print(&format!("{}\n", words::one_line(&note.text, 300)))?;
        }
        told = live.told.len().max(told);
        let now = progress_line(&live);
        if now != line {
            print(&format!("{now}\n"))?;
            line = now;
        }
        if let Some(ended) = &seen.ended {
            print(&format!("The run is over: {}\n", state(&seen)))?;
            return match &ended.why {
                _ if ended.well => Ok(()),
                _ if seen.cancelled.is_some() => Err(Interrupted(Why::Cancelled).into()),
                why => Err(Error::NothingUsable(words::one_line(why.as_deref().unwrap_or("it failed"), 300))),
            };
        }
        quiet = if beats == Some(seen.beats) { quiet + 1 } else { 0 };
        if quiet == QUIET {
            progress::say(
                "Its process has not told anything for a while: it may be gone. The same command there goes on.",
            );
        }
        beats = Some(seen.beats);
        tokio::select! {
            () = sleep(LOOK) => {}
            () = setup.stop.asked() => {
                progress::say("The run goes on; it is just not followed any more.");
                return Ok(());
            }
        }
    }
}

/// Asks a run to stop.
pub async fn cancel(setup: &Setup, address: Option<&str>, id: &str) -> Result<(), Error> {
    let ingress = door(setup, address)?;
    let id = whole(&ingress, id).await?;
    let cancelled: Option<RunStatus> =
        ask(ingress.invoke((RUN, Some(&id), "cancel"), None, Some(&who()), PATIENCE).await)?;
    match cancelled {
        None => Err(unknown(&id)),
        Some(seen) if seen.ended.is_some() => Err(Error::Usage(format!("run {id} is over already: {}", state(&seen)))),
        Some(seen) => print(&format!(
            "Run {id} is to stop: nothing new is sent, what is in flight is kept. It goes on where {} gives the same \
             command again.\n",
            words::one_line(&seen.about.who, 60)
        )),
    }
}

fn door(setup: &Setup, address: Option<&str>) -> Result<Ingress, Error> {
    Ingress::new(&ingress(address, setup)?).map_err(Error::Usage)
}

fn ask<T>(answer: Result<T, ingress::Error>) -> Result<T, Error> {
    answer.map_err(|error| match error {
        ingress::Error::Away(why) => Error::NothingUsable(why),
        error => Error::Usage(error.to_string()),
    })
}

async fn look(ingress: &Ingress, id: &str) -> Result<Option<RunStatus>, Error> {
    ask(ingress.invoke((RUN, Some(id), "see"), None, None::<&()>, PATIENCE).await)
}

/// The id of the one run that begins so.
async fn whole(ingress: &Ingress, id: &str) -> Result<String, Error> {
    let ids: Vec<String> = ask(ingress.invoke((RUNS, Some(ALL), "list"), None, None::<&()>, PATIENCE).await)?;
    let mut found = ids.into_iter().filter(|known| !id.is_empty() && known.starts_with(id));
    match (found.next(), found.next()) {
        (Some(id), None) => Ok(id),
        _ => Err(unknown(id)),
    }
}

fn unknown(id: &str) -> Error {
    Error::Usage(format!(
        "Restate knows no run, or more than one, that begins with {:?}: rejoinder runs list",
        words::one_line(id, 40)
    ))
}

fn live(seen: &RunStatus) -> Live {
    serde_json::from_str(&seen.live).unwrap_or_default()
}

fn state(seen: &RunStatus) -> String {
    match (&seen.ended, &seen.cancelled) {
        (Some(ended), _) if ended.well => "done".to_owned(),
        (Some(_), Some(by)) => format!("cancelled by {}", words::one_line(by, 60)),
        (Some(ended), None) => words::one_line(ended.why.as_deref().unwrap_or("failed"), 120),
        (None, Some(by)) => format!("stops: cancelled by {}", words::one_line(by, 60)),
        (None, None) => "under way".to_owned(),
    }
}

fn heading(seen: &RunStatus) -> String {
    let about = &seen.about;
    format!(
        "Run {} of {}, begun {}: rejoinder {}",
        words::one_line(&about.run, 40),
        words::one_line(&about.who, 60),
        words::minute(&about.began),
        words::one_line(&about.command, 300)
    )
}

fn progress_line(live: &Live) -> String {
    let batch = live.batch.as_ref().map(|batch| {
        format!(
            "{}: {} of {}, {} yes, {} failed; ",
            words::one_line(&batch.label, 60),
            batch.done,
            batch.total,
            batch.yes,
            batch.failed
        )
    });
    format!("{}{}", batch.unwrap_or_default(), words::count(live.spent.calls, "call", "calls"))
}
