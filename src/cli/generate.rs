//! `rejoinder generate`.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use super::error::Error;
use super::evaluate::prompt;
use super::facts::FactsOptions;
use super::options::{ModelOptions, Whom};
use super::outputs;
use super::print;
use super::setup::Setup;
use super::trial_calls::TrialCalls;
use crate::data::{Kind, messages, people};
use crate::evaluate::messages::{STEP, generate};
use crate::evaluate::trial::Bench;
use crate::event::Event;
use crate::model::Role;
use crate::report::estimate;
use crate::report::{story, words};

/// Options of `generate`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Examples:
  rejoinder generate --persona-file b2b_saas_personas_eval --model market
  rejoinder generate --persona-file NAME --prompt-file offer.md --messages-per-persona 1")]
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
    /// Replace the messages file if there is one
    #[arg(long)]
    force: bool,
    /// Seed of the sampling [default: one that no earlier run of the same inputs had]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    #[command(flatten)]
    facts: FactsOptions,
    #[command(flatten)]
    models: ModelOptions,
}

/// Writes and saves the messages.
pub async fn run(setup: &Setup, options: &Options) -> Result<(), Error> {
    let persona_file = options.whom.file(setup)?;
    let people = Arc::new(people::open(&setup.folder, &persona_file)?);
    let prompt = prompt(setup, options.prompt_file.as_deref(), &options.models)?;
    let facts = options.facts.text()?;
    let mut clients = setup.audited_doors(&options.models, &[Role::Generator])?;
    let auditing = options.facts.auditing(&prompt, facts.as_deref(), clients.auditor());
    let (generator, count) = (clients.generator(), usize::from(options.messages_per_persona));
    if options.models.dry_run {
        let calls = TrialCalls::of(&prompt, &people, (&generator, &auditing), None)?;
        let account = &clients.context.account;
        return print(&estimate::plan(&calls.kept(count as u64, "messages", account), account));
    }
    let file = messages::file_name(persona_file.stem())?;
    // Before anything is paid for.
    if !options.force {
        outputs::check_free(setup, "generate", &file)?;
    }
    setup.folder.check_writable(Kind::Messages)?;
    let facts = facts.unwrap_or_default();
    let parts = [file.as_str(), &people.sha256()?, &prompt, &count.to_string(), options.facts.choice(), &facts];
    let mut begun = clients.begin(setup, &options.models, "generate", &parts, (options.seed, 1))?;
    if !options.force {
        (clients, begun) = outputs::check_own(setup, clients, begun, &[(STEP, &file)])?;
    }
    if outputs::is_written(setup, &begun, STEP, &file)? {
        begun.finish()?;
        return print(&format!("Messages saved to: {}\n", setup.folder.path(&file).display()));
    }
    let bench = Bench {
        generator: Some(generator),
        decision_maker: None,
        auditing: Some(auditing),
        prompt: prompt.clone(),
        seed: begun.seed,
        label: "first".into(),
    };
    let target = (&file, options.force);
    let messages = generate(&setup.folder, target, &people, count, &bench, &clients.context).await;
    let messages = clients.explain(messages)?;
    let mark = if clients.context.account.is_simulated() { " (simulated)" } else { "" };
    let written = words::count(messages.count as u64, "message", "messages");
    let claims = story::claims_of_written(&messages.audits);
    let mut text = format!("Written: {written}{mark}\n{claims}\n{}\n", super::failures(&messages.failures));
    let Some(saved) = messages.file else {
        print(&text)?;
        return clients.end(false, "no message could be written; nothing was saved");
    };
    if saved != file {
        setup.events.emit(Event::Warning(format!("{file} was made by someone else meanwhile and was left as it is")));
    }
    setup.events.emit(Event::Saved { kind: saved.kind().to_string(), name: saved.stem().to_owned() });
    text.push_str(&format!("Messages saved to: {}\n", setup.folder.path(&saved).display()));
    print(&text)?;
    clients.end(true, "")?;
    begun.finish()?;
    Ok(())
}
