//! `rejoinder decide`.

use clap::Args;

use super::error::Error;
use super::improve::DECISION_ANSWER;
use super::options::ModelOptions;
use super::print;
use super::setup::Setup;
use crate::compare::{Rate, Tally};
use crate::data::{Kind, messages};
use crate::evaluate::messages::decide;
use crate::evaluate::trial::Bench;
use crate::model::{CallKey, Role};
use crate::report::estimate::{self, Line};
use crate::report::words;

/// Options of `decide`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Examples:
  rejoinder decide --messages-file b2b_saas_personas_eval_messages --model market
  rejoinder decide --messages-file NAME --decision-prompt lenient --again")]
pub struct Options {
    /// Messages file in data/messages, with or without .json
    #[arg(long, value_name = "NAME")]
    messages_file: String,
    /// Decide also on rows that have a decision, and replace it
    #[arg(long)]
    again: bool,
    /// Seed of the sampling
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    #[command(flatten)]
    models: ModelOptions,
}

/// Decides and saves.
pub async fn run(setup: &Setup, options: &Options) -> Result<(), Error> {
    let file = setup.folder.resolve(Kind::Messages, &options.messages_file)?;
    let doors = setup.doors(&options.models, &[Role::DecisionMaker])?;
    let decision_maker = doors.decision_maker();
    if options.models.dry_run {
        let rows = messages::load(&setup.folder, &file)?;
        let key = CallKey::of(&[]);
        let open = rows.iter().filter(|row| options.again || !row.is_decided());
        let decide = open.map(|row| {
            estimate::tokens(&decision_maker.request(&row.persona, &row.message, key.clone()), DECISION_ANSWER)
        });
        let line = Line::of(Role::DecisionMaker, "decisions", &decide.collect::<Vec<_>>(), 1, &doors.context.account);
        return print(&estimate::plan(&[line], doors.context.account.is_simulated()));
    }
    let bench = Bench {
        generator: None,
        decision_maker: Some(&decision_maker),
        prompt: "",
        seed: options.seed,
        label: "messages",
    };
    let batch = decide(&setup.folder, &file, options.again, &bench, &doors.context).await?;
    let simulated = doors.context.account.is_simulated();
    if batch.done == 0 && !batch.failures.is_empty() {
        print(&format!("{}\n", super::failures(&batch.failures)))?;
        return doors.end(false, "nothing could be decided; the file is as it was");
    }
    let mut text = String::new();
    if batch.kept > 0 {
        let kept = words::count(batch.kept as u64, "row", "rows");
        text.push_str(&format!("Kept: {kept} with a decision (decide them anew with --again)\n"));
    }
    // Rows of one persona cannot be told from rows of its neighbours here: each is its own cluster.
    let tallies: Vec<Tally> =
        (0..batch.done).map(|index| Tally { yes: u64::from(index < batch.yes), total: 1 }).collect();
    text.push_str(&format!(
        "Decided now: {}\n{}\nDecisions saved to: {}\n",
        words::full_rate(&Rate::of(&tallies).marked(simulated)),
        super::failures(&batch.failures),
        setup.folder.path(&file).display()
    ));
    print(&text)?;
    doors.end(true, "")
}
