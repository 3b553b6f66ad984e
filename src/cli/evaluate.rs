//! `rejoinder evaluate`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use super::error::Error;
use super::examples;
use super::facts::FactsOptions;
use super::options::{ModelOptions, Whom};
use super::print;
use super::roles::model_of;
use super::setup::{Setup, environment};
use super::trial_calls::TrialCalls;
use crate::compare::Mean;
use crate::compare::mean::Outcomes;
use crate::data::entries::Entries;
use crate::data::people;
use crate::data::spool::Texts;
use crate::evaluate::first_run::{self, Desk};
use crate::event::Event;
use crate::model::Role;
use crate::optimize::before::prompt_stats::PromptStats;
use crate::optimize::people::split::People;
use crate::optimize::story::Rates;
use crate::report::estimate;
use crate::report::summary::{self, RULE, Spent};
use crate::report::words::NOT_CHECKED;
use crate::report::{story, words};

/// Options of `evaluate`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Examples:
  rejoinder evaluate --persona-file b2b_saas_personas_train --model market
  rejoinder evaluate --persona-file NAME --prompt-file offer.md --messages-per-persona 1 --dry-run
  rejoinder evaluate --leads spring --prompt-file offer.md")]
pub struct Options {
    #[command(flatten)]
    whom: Whom,
    /// Messages for each persona
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=1000))]
    messages_per_persona: u16,
    /// The prompt: what is offered, and how to write about it [default: prompt_file of the settings; with
    /// the market, a sample offer]
    #[arg(long, value_name = "FILE")]
    prompt_file: Option<PathBuf>,
    /// Seed of the sampling [default: one more than there are runs of these personas]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    #[command(flatten)]
    facts: FactsOptions,
    #[command(flatten)]
    models: ModelOptions,
}

/// Runs and saves the evaluation.
pub async fn run(setup: &Setup, options: &Options) -> Result<(), Error> {
    let file = options.whom.file(setup)?;
    // Read first: nothing is to be said, let alone sent, before it is known that there is somebody to write to.
    let people = Arc::new(people::open(&setup.folder, &file)?);
    let prompt = prompt(setup, options.prompt_file.as_deref(), &options.models)?;
    let facts = options.facts.text()?;
    let mut clients = setup.audited_doors(&options.models, &[Role::Generator, Role::DecisionMaker])?;
    examples::keep_aside_of(&mut clients, setup, &people::name(&file), &people)?;
    let auditing = options.facts.auditing(&prompt, facts.as_deref(), clients.auditor());
    let messages = usize::from(options.messages_per_persona);
    if options.models.dry_run {
        let writer = (&clients.generator(), &auditing);
        let calls = TrialCalls::of(&prompt, &people, writer, Some(&clients.decision_maker()))?;
        let account = &clients.context.account;
        return print(&estimate::plan(&calls.kept(messages as u64, "messages", account), account));
    }
    let facts_text = facts.as_deref().unwrap_or_default();
    let whom = people::name(&file);
    let parts = [whom.as_str(), &people.sha256()?, &prompt, &messages.to_string(), options.facts.choice(), facts_text];
    let seed = (options.seed, first_run::next_seed(&setup.folder, &file)?);
    let begun = clients.begin(setup, &options.models, "evaluate", &parts, seed)?;
    if let Some(written) = clients.context.written(&setup.folder, "run")? {
        begun.finish()?;
        return print(&format!(
            "Results saved to: {}
",
            words::path(&setup.folder.path(&written))
        ));
    }
    let desk = Desk {
        generator: clients.generator(),
        decision_maker: clients.decision_maker(),
        auditing,
        facts,
        context: clients.context.clone(),
    };
    let run = first_run::evaluate(&setup.folder, &file, &people, &prompt, messages, begun.seed, &desk).await;
    let run = clients.explain(run)?;
    let simulated = clients.context.account.is_simulated();
    let metadata = &run.metadata;
    let failures = metadata.rejoinder.as_ref().map(|provenance| provenance.failures.as_slice());
    let partial = metadata.rejoinder.as_ref().and_then(|provenance| provenance.partial.as_deref());
    let nobody = Arc::new(Texts::new(setup.folder.root())?);
    let entries = run.run.entries(BTreeMap::new());
    let stats = PromptStats::of_entries(&entries, &People::apart(Arc::clone(&people), nobody)?)?;
    let stats = Rates::from_stats(&stats, simulated);
    let rate = &stats.response;
    let chances = mean_chance(&entries)?;
    let response = match clients.decision_maker().threshold().filter(|_| chances.is_some()) {
        Some(threshold) => format!("Response rate, a chance of {} or more", threshold.get()),
        None => "Response rate".to_owned(),
    };
    let mut lines = vec![
        RULE.to_owned(),
        summary::heading("EVALUATION", partial, rate.total > 0),
        RULE.to_owned(),
        format!("{response}: {}", words::full_rate(rate)),
        format!(
            "Grounded response rate: {}",
            stats.grounded.as_ref().map_or_else(|| NOT_CHECKED.into(), words::full_rate)
        ),
        format!("Personas: {} of {} with a decision", metadata.successful_personas, metadata.total_personas),
        story::written(&stats, run.run.audits.revised),
        summary::failed_trials(failures.unwrap_or_default().iter().map(|failure| failure.reason.as_str())),
    ];
    if let Some(mean) = chances {
        lines.insert(3, format!("Mean chance of a yes: {}", words::mean_chance(&mean, simulated)));
    }
    lines.extend(summary::spent(&Spent { used: &run.used, cost: run.cost, elapsed: run.elapsed, simulated }));
    lines.push(match &run.file {
        Some(file) => format!("Results saved to: {}", words::path(&setup.folder.path(file))),
        None => "Nothing to save: no message and no decision came of it".to_owned(),
    });
    lines.push(format!("{RULE}\n"));
    print(&lines.join("\n"))?;
    let limit = clients.context.limit();
    clients.end(rate.total > 0 || limit.is_some(), "every trial failed")?;
    if let Some(why) = limit {
        return Err(Error::Limit(why));
    }
    begun.finish()?;
    if let Some(file) = &run.file {
        setup.events.emit(Event::Saved { kind: file.kind().to_string(), name: file.stem().to_owned() });
        let next = format!("Next: rejoinder improve --results-file {}{}", file.stem(), options.models.cast_flags());
        setup.events.emit(Event::Note(next));
        if chances.is_none() && rate.share().is_some_and(|share| share > MOST_YES) {
            let words = "So many yes leave no room to show that a prompt is better: --decision-prompt inbox asks for \
                         the chance of an answer among other mail";
            setup.events.emit(Event::Note(words.to_owned()));
        }
    }
    Ok(())
}

/// Above this share of yes there is hardly room for a better prompt to show.
const MOST_YES: f64 = 0.7;

/// How likely a yes was on average, where the decisions say that.
fn mean_chance(entries: &Entries) -> Result<Option<Mean>, Error> {
    let mut people: BTreeMap<String, Outcomes> = BTreeMap::new();
    entries.each(&mut |entry| {
        let outcomes = people.entry(entry.persona.clone()).or_default();
        entry.messages.iter().filter_map(|judged| judged.decision.score()).for_each(|chance| outcomes.add(chance));
        true
    })?;
    Ok(Mean::from_outcomes(&people.into_values().collect::<Vec<_>>()))
}

/// The prompt of that file, else the one of the settings, else, where nobody is written to, the sample offer, which is
/// said aloud.
pub fn prompt(setup: &Setup, file: Option<&Path>, models: &ModelOptions) -> Result<String, Error> {
    let file = file.map(Path::to_owned).or_else(|| environment("REJOINDER_PROMPT_FILE").map(PathBuf::from));
    let Some(path) = file.or_else(|| setup.settings.prompt_file.clone()) else {
        let writer = model_of(Role::Generator, &[Role::Generator], models, &setup.settings)?;
        if !writer.is_market() && !models.dry_run {
            return Err(Error::Usage(format!(
                "no prompt: {writer} would write about somebody else's offer. Put what you offer into a text file and \
                 name it with --prompt-file FILE (or prompt_file in rejoinder.toml); rejoinder init writes one to \
                 begin with"
            )));
        }
        setup.events.emit(Event::Note(
            "No --prompt-file: using the built-in sample offer (Brackwater, an invented company).".into(),
        ));
        return Ok(include_str!("../../prompts/sample_offer.md").trim().to_owned());
    };
    text_of(&path)
}

/// The text of a prompt file.
pub fn text_of(path: &Path) -> Result<String, Error> {
    let path_text = path.display().to_string();
    let text = crate::data::encoding::read_text(path).map_err(|source| Error::Read {
        what: "prompt file",
        path: path_text.clone(),
        source,
    })?;
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        return Err(Error::Usage(format!("prompt file {path_text} is empty; write into it what you offer")));
    }
    // As `init` left it, it is an offer of nobody.
    if text.contains(super::init::UNWRITTEN) {
        return Err(Error::Usage(format!(
            "prompt file {path_text} still holds {:?}; write what you offer in its place",
            super::init::UNWRITTEN
        )));
    }
    Ok(text.to_owned())
}
