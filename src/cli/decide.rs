//! `rejoinder decide`.

use clap::Args;

use super::error::Error;
use super::options::ModelOptions;
use super::print;
use super::setup::Setup;
use super::trial_calls::DECISION_ANSWER;
use crate::data::{Kind, messages};
use crate::evaluate::messages::{RowDecision, decide, open};
use crate::event::Event;
use crate::model::{CallKey, Role, digest};
use crate::optimize::before::grounded::{Judgement, RunTallies};
use crate::optimize::story::Rates;
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
    /// Also decide rows that have a decision, and replace it
    #[arg(long)]
    again: bool,
    /// Seed of the sampling [default: one that no earlier run of the same inputs had]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    #[command(flatten)]
    models: ModelOptions,
}

/// Decides and saves.
pub async fn run(setup: &Setup, options: &Options) -> Result<(), Error> {
    let file = setup.folder.resolve(Kind::Messages, &options.messages_file)?;
    let rows = messages::load(&setup.folder, &file)?;
    let open = open(&rows, options.again);
    let kept = match rows.len() - open.len() {
        0 => String::new(),
        kept => {
            let kept = words::count(kept as u64, "row", "rows");
            format!("Kept: {kept} with a decision (decide them anew with --again)\n")
        }
    };
    // Before a key is asked for that nothing would be done with.
    if open.is_empty() {
        let why = if rows.is_empty() { "the file holds no rows" } else { "every row has a decision" };
        return print(&format!("Nothing to decide: {why}\n{kept}"));
    }
    let mut clients = setup.clients(&options.models, &[Role::DecisionMaker])?;
    let decision_maker = clients.decision_maker();
    if options.models.dry_run {
        let key = CallKey::from_parts(&[]);
        let decide = open.iter().map(|&row| {
            let row = &rows[row];
            estimate::tokens(&decision_maker.request(&row.persona, &row.message, key.clone()), DECISION_ANSWER)
        });
        let line =
            Line::for_calls(Role::DecisionMaker, "decisions", &decide.collect::<Vec<_>>(), 1, &clients.context.account);
        return print(&estimate::plan(&[line], &clients.context.account));
    }
    setup.folder.check_writable(Kind::Messages)?;
    // Not the file's hash: it changes as decisions are saved on the way.
    let texts: Vec<&str> = rows.iter().flat_map(|row| [row.persona.as_str(), row.message.as_str()]).collect();
    let parts = [file.as_str(), &digest(&texts), &options.again.to_string()];
    let begun = clients.begin(setup, &options.models, "decide", &parts, (options.seed, 1))?;
    let decided =
        decide(&setup.folder, &file, rows, options.again, &decision_maker, begun.seed, &clients.context).await;
    let decided = clients.explain(decided)?;
    if decided.decisions.is_empty() {
        print(&format!("{kept}{}\n", super::failures(&decided.failures)))?;
        return clients.end(false, "nothing could be decided; the rows of the file say why");
    }
    setup.events.emit(Event::Saved { kind: decided.file.kind().to_string(), name: decided.file.stem().to_owned() });
    let rates = rates(&decided.decisions, decided.simulated);
    let grounded = rates.grounded.as_ref().map_or_else(|| words::NOT_CHECKED.to_owned(), words::full_rate);
    print(&format!(
        "{kept}Decided now: {}\nGrounded: {grounded}\n{}\nDecisions saved to: {}\n",
        words::full_rate(&rates.response),
        super::failures(&decided.failures),
        setup.folder.path(&decided.file).display()
    ))?;
    clients.end(true, "")?;
    if let Some(why) = clients.context.limit() {
        return Err(Error::Limit(why));
    }
    begun.finish()?;
    Ok(())
}

/// The rates, with the persona as the cluster wherever its rows are.
fn rates(decisions: &[RowDecision], simulated: bool) -> Rates {
    let mut tallies = RunTallies::default();
    for RowDecision { persona, decision, audit, .. } in decisions {
        tallies.add(persona, [Judgement { yes: *decision, chance: None, audit }]);
    }
    tallies.rates(simulated)
}
