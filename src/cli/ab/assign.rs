//! `rejoinder ab assign`: writes a campaign with two prompts.

use clap::Args;

use crate::campaign::assign::{Assignment, Divide, Side};
use crate::campaign::write::{Recipient, Recipients, Writer};
use crate::cli::error::Error;
use crate::cli::facts::FactsOptions;
use crate::cli::options::ModelOptions;
use crate::cli::print;
use crate::cli::setup::Setup;
use crate::cli::write::prompt::{self, Chosen};
use crate::cli::write::{self, Job, calls};
use crate::data::campaigns::Arm;
use crate::data::leads::{self, Writable};
use crate::data::{FileName, Kind};
use crate::evaluate::auditing::Auditing;
use crate::evaluate::sequence::{MOST_STEPS, SequenceWriter};
use crate::event::Event;
use crate::model::Role;
use crate::report::estimate::{self, Line};
use crate::report::words;

/// Options of `ab assign`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Who gets which prompt is drawn by a hash of the campaign's name: colleagues share an arm, and every kind of people (by \
industry) is
divided evenly. The same command completes a campaign that a limit cut short; rejoinder export writes an arm column.

Examples:
  rejoinder ab assign --leads spring --a offer.md --b b2b_results_improvement_run_v3 --model market
  rejoinder ab assign --leads spring --a NAME --b NAME --name spring_test --steps 1 --dry-run")]
pub struct Options {
    /// The list of leads, as `leads list` names it
    #[arg(long, value_name = "NAME")]
    leads: String,
    /// The prompt in use: a results file, whose prompt it is, or a text file
    #[arg(long, value_name = "PROMPT")]
    a: String,
    /// The prompt that is to be shown to be better
    #[arg(long, value_name = "PROMPT")]
    b: String,
    /// What the campaign is called [default: the list of leads with _ab]
    #[arg(long, value_name = "CAMPAIGN")]
    name: Option<String>,
    /// Messages of each sequence: the first and its follow-ups
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_STEPS)))]
    steps: u32,
    /// Seed of the sampling [default: one that no earlier run of the same inputs had]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    #[command(flatten)]
    facts: FactsOptions,
    #[command(flatten)]
    models: ModelOptions,
}

/// Draws the arms and writes the campaign.
pub async fn run(setup: &Setup, options: &Options) -> Result<(), Error> {
    let list = leads::file(&setup.folder, &options.leads)?;
    let facts = options.facts.text()?;
    let (a, b) = (prompt::named(setup, &options.a)?, prompt::named(setup, &options.b)?);
    if a.prompt.trim() == b.prompt.trim() {
        return Err(Error::Usage("--a and --b are the same prompt; a test takes two".into()));
    }
    let (_, barred) = write::recipients(setup, &list)?;
    let name = options.name.clone().unwrap_or_else(|| format!("{}_ab", list.stem()));
    let file = setup.folder.resolve(Kind::Campaigns, &name)?;
    let assignment = divide(setup, &list)?.draw(file.stem());
    let clients = setup.audited_doors(&options.models, &[Role::Generator])?;
    let writer = |side: Side, chosen: &Chosen| -> Result<Writer, Error> {
        let plain = options.facts.auditing(&chosen.prompt, facts.as_deref(), clients.auditor());
        let auditing = Auditing { sources: chosen.sources(setup, facts.as_deref())?, ..plain };
        let sequences = SequenceWriter { generator: clients.generator(), auditing, steps: options.steps };
        let (prompt, prompt_file_or_run) = (chosen.prompt.clone(), chosen.from.clone());
        Ok(Writer { arm: Arm { name: side.name().to_owned(), prompt, prompt_file_or_run }, sequences })
    };
    let writers = vec![writer(Side::A, &a)?, writer(Side::B, &b)?];
    let sides = [Side::A, Side::B].map(|side| recipients(setup, &list, &assignment, Some(side)));
    let [to_a, to_b] = sides;
    let (to_a, to_b) = (to_a?, to_b?);
    if to_a.is_empty() || to_b.is_empty() {
        return Err(Error::Usage(format!(
            "all leads of {} that may be written to are of one company; a test takes people of several",
            words::one_line(list.stem(), 80)
        )));
    }
    setup.events.emit(Event::Note(format!(
        "Prompt a goes to {}, prompt b to {}",
        words::count(to_a.len() as u64, "lead", "leads"),
        words::count(to_b.len() as u64, "lead", "leads")
    )));
    if options.models.dry_run {
        let account = &clients.context.account;
        let mut lines: Vec<Line> = Vec::new();
        for (writer, recipients) in writers.iter().zip([&to_a, &to_b]) {
            let plan = calls::plan(&writer.sequences, &writer.arm.prompt, recipients, account)?;
            lines.extend(
                plan.into_iter().map(|line| Line { what: format!("{}, {}", writer.arm.name, line.what), ..line }),
            );
        }
        return print(&estimate::plan(&lines, account));
    }
    drop((to_a, to_b));
    let job = Job {
        file,
        recipients: recipients(setup, &list, &assignment, None)?,
        leads: list,
        lineage: b.lineage.clone().or(a.lineage.clone()),
        barred,
        writers,
        choice: format!("{} {}", options.facts.choice(), facts.as_deref().unwrap_or_default()),
        facts,
        seed: options.seed,
    };
    write::carry_out(setup, clients, &options.models, job).await
}

/// The leads of a list who may be written to, as they are to be divided.
fn divide(setup: &Setup, list: &FileName) -> Result<Divide, Error> {
    let mut divide = Divide::default();
    for lead in Writable::open(&setup.folder, list)? {
        let lead = lead?;
        divide.add(&lead.id, lead.company_key().as_deref(), lead.industry.as_deref());
    }
    Ok(divide)
}

/// The same, each with the arm; those of one side alone, where one is named.
fn recipients(
    setup: &Setup,
    list: &FileName,
    assignment: &Assignment,
    only: Option<Side>,
) -> Result<Recipients, Error> {
    let leads = Writable::open(&setup.folder, list)?.map(|lead| {
        let lead = lead?;
        let side = assignment.side(&lead.id, lead.company_key().as_deref());
        Ok((side, Recipient { arm: usize::from(side == Side::B), lead }))
    });
    let wanted = leads.filter_map(|found| match found {
        Ok((side, recipient)) => only.is_none_or(|only| only == side).then_some(Ok(recipient)),
        Err(error) => Some(Err(error)),
    });
    Ok(Recipients::gather(&setup.folder, wanted)?)
}
