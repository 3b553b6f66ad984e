//! `rejoinder ab`: a real test of two prompts.

mod assign;

use clap::{Args, Subcommand};

use super::error::Error;
use super::print;
use super::setup::Setup;
use crate::campaign::ab;
use crate::compare::arms::Rates;
use crate::data::Kind;
use crate::report::ab::{self as report, AbPlan};
use crate::report::words;

/// Options of `ab`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Examples:
  rejoinder ab plan --rate 5 --gain 3 --per-day 60
  rejoinder ab assign --leads spring --a offer.md --b b2b_results_improvement_run_v3
  rejoinder ab result spring_ab")]
pub struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Clone, Debug)]
enum Command {
    /// How many sends a test needs, and what fewer can show
    Plan(Plan),
    /// Draw who gets which of two prompts, and write to both
    Assign(Box<assign::Options>),
    /// Which of a campaign's two prompts gets more replies: valid however often you look
    Result(Standing),
}

impl Options {
    /// Whether it is about a campaign that must be there.
    pub fn only_reads(&self) -> bool {
        matches!(self.command, Command::Result(_))
    }
}

#[derive(Args, Clone, Debug)]
struct Plan {
    /// Replies per delivered message today, in percent
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    rate: f64,
    /// The gain to find, in percentage points
    #[arg(long, value_name = "POINTS", value_parser = percent)]
    gain: f64,
    /// Sends a day, over both arms
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    per_day: Option<u32>,
    /// The chance of calling a prompt better that is not
    #[arg(long, value_name = "P", default_value_t = 0.05, value_parser = chance)]
    alpha: f64,
    /// The chance of finding the gain if it is there
    #[arg(long, value_name = "P", default_value_t = 0.8, value_parser = chance)]
    power: f64,
}

#[derive(Args, Clone, Debug)]
struct Standing {
    /// The campaign
    #[arg(value_name = "CAMPAIGN")]
    campaign: String,
    /// The chance of ever naming a winner where there is none
    #[arg(long, value_name = "P", default_value_t = 0.05, value_parser = chance)]
    alpha: f64,
}

fn percent(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|p| *p > 0.0 && *p < 100.0).ok_or_else(|| "a number above 0 and below 100".to_owned())
}

fn chance(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|p| *p > 0.0 && *p < 1.0).ok_or_else(|| "a chance above 0 and below 1".to_owned())
}

/// Runs the subcommand.
pub async fn run(setup: &Setup, options: &Options) -> Result<(), Error> {
    match &options.command {
        Command::Plan(options) => plan(options),
        Command::Assign(options) => assign::run(setup, options).await,
        Command::Result(options) => {
            let campaign = setup.folder.resolve(Kind::Campaigns, &options.campaign)?;
            let replies = setup.folder.resolve(Kind::Replies, campaign.stem())?;
            let standing = match ab::standing(&setup.folder, &campaign, options.alpha) {
                Err(_) if setup.folder.exists(&campaign) && !setup.folder.exists(&replies) => {
                    return Err(Error::NoReplies(words::one_line(campaign.stem(), 100)));
                }
                standing => standing?,
            };
            let standing = standing.map_err(|why| Error::Usage(why.to_string()))?;
            print(&report::result(&standing))
        }
    }
}

fn plan(options: &Plan) -> Result<(), Error> {
    let rates = Rates { now: options.rate / 100.0, later: (options.rate + options.gain) / 100.0 };
    if rates.later >= 1.0 {
        return Err(Error::Usage(format!(
            "--rate {} and --gain {} are more than all replies",
            options.rate, options.gain
        )));
    }
    print(&report::plan(&AbPlan { rates, alpha: options.alpha, power: options.power, per_day: options.per_day }))
}
