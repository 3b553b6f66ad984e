//! `rejoinder plan`.

use clap::Args;

use super::error::Error;
use super::named;
use super::print;
use super::setup::Setup;
use crate::compare::ledger::Ledger;
use crate::compare::needed::{Answers, Expected};
use crate::compare::variance::{Components, Outcomes};
use crate::data::entry::DecidedMessage;
use crate::data::folder::DataFolder;
use crate::data::{Entry, FileName, Part, results_stream};
use crate::optimize::before::older::Older;
use crate::optimize::before::personas;
use crate::optimize::lineage::Lineage;
use crate::optimize::lineage::family::Family;
use crate::optimize::people::split::Split;
use crate::report::plan::{self, Plan};

/// Options of `plan`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Examples:
  rejoinder plan --personas 40
  rejoinder plan --results-file NAME --messages-per-persona 3
  rejoinder plan --personas 100 --rate 10 --gain 5
  rejoinder plan --personas 40 --chances")]
pub struct Options {
    /// Results file in data/results, for its people kept aside and the scatter of its decisions
    #[arg(long, value_name = "NAME")]
    results_file: Option<String>,
    /// People kept aside [default: those of the results file, else 40]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(2..=10_000_000))]
    personas: Option<u32>,
    /// Messages of each prompt to each person
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
    messages_per_persona: u32,
    /// Share of yes today, or mean chance of a yes, in percent [default: that of the results file, else 30]
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    rate: Option<f64>,
    /// The gain to plan for, in percentage points
    #[arg(long, value_name = "POINTS", default_value_t = 15.0, value_parser = percent)]
    gain: f64,
    /// The decision maker answers with chances (a decision model, or --scored), which scatter less than yes or no: this
    /// percentage of their scatter [default: what the decisions of the results file show, else 70]
    #[arg(long, value_name = "PERCENT", num_args = 0..=1, value_parser = percent)]
    #[expect(clippy::option_option, reason = "absent, without a value, with one")]
    chances: Option<Option<f64>>,
    /// The chance that the lineage ever adopts a prompt that is no better
    #[arg(long, value_name = "P", default_value_t = 0.05)]
    alpha: f64,
}

impl Options {
    /// Whether it is about a results file that must be there.
    pub fn only_reads(&self) -> bool {
        self.results_file.is_some()
    }
}

fn percent(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|p| *p > 0.0 && *p < 100.0).ok_or_else(|| "a number above 0 and below 100".to_owned())
}

/// Where nothing is known: a third of a message's scatter is its persona's, and the persona takes to both prompts half
/// alike.
const PERSONA_SHARE: f64 = 0.3;
/// See [`PERSONA_SHARE`].
const ALIKE: f64 = 0.5;
/// Where nothing is known: the share of yes.
const RATE: f64 = 0.3;

/// The scatter of chances where nothing is known of it, as a share of that of yes or no. In the market it is 0.7.
const SCATTER_OF_CHANCES: f64 = 0.7;

/// Prints what so many people can tell.
pub fn run(setup: &Setup, options: &Options) -> Result<(), Error> {
    if !(options.alpha > 0.0 && options.alpha < 0.5) {
        return Err(Error::Usage("--alpha is a chance above 0 and below 0.5".into()));
    }
    let known = match &options.results_file {
        Some(name) => Some(of_file(&setup.folder, &named::results(&setup.folder, name)?, options.alpha)?),
        None => None,
    };
    let rate = options.rate.map(|rate| rate / 100.0).or(known.as_ref().and_then(|known| known.rate)).unwrap_or(RATE);
    let seen = known.as_ref().and_then(|known| known.scatter);
    let scatter = match options.chances {
        Some(given) => given.map(|percent| percent / 100.0).or(seen).or(Some(SCATTER_OF_CHANCES)),
        None => seen,
    };
    let expected = Expected {
        rate,
        answers: if scatter.is_some() { Answers::Chances } else { Answers::YesOrNo },
        scatter: scatter.unwrap_or(1.0),
        of_persona: known.as_ref().and_then(|known| known.persona_share).unwrap_or(PERSONA_SHARE),
        alike: ALIKE,
    };
    print(&plan::text(&Plan {
        personas: options.personas.or(known.as_ref().map(|known| known.unseen)).unwrap_or(40),
        messages: options.messages_per_persona,
        expected,
        gain: options.gain / 100.0,
        level: known.as_ref().map_or_else(|| Ledger::default().next_level(options.alpha), |known| known.level),
        attempts: known.as_ref().map_or(0, |known| known.attempts),
    }))
}

/// What a results file tells for a plan.
pub(super) struct OfFile {
    /// Personas that only verify.
    pub(super) unseen: u32,
    /// The share of yes, or the mean chance of one where decisions are chances; `None` where it is none or all.
    rate: Option<f64>,
    /// Where decisions are chances: their scatter, as a share of that of yes or no of the same mean.
    scatter: Option<f64>,
    /// The share of a decision's scatter that is its persona's; `None` with one message per persona, which cannot tell.
    persona_share: Option<f64>,
    /// Attempts on its root so far, and the level of the next.
    attempts: usize,
    /// See `attempts`.
    pub(super) level: f64,
}

impl OfFile {
    /// What the next test is expected to meet.
    pub(super) fn expected(&self) -> Expected {
        Expected {
            rate: self.rate.unwrap_or(RATE),
            answers: if self.scatter.is_some() { Answers::Chances } else { Answers::YesOrNo },
            scatter: self.scatter.unwrap_or(1.0),
            of_persona: self.persona_share.unwrap_or(PERSONA_SHARE),
            alike: ALIKE,
        }
    }
}

pub(super) fn of_file(folder: &DataFolder, file: &FileName, alpha: f64) -> Result<OfFile, Error> {
    let older = Older::read(folder, file)?;
    let chosen = personas::choose(folder, &older)?.people;
    let lineage = Lineage::of(&older.head);
    let split = match &lineage {
        Some(lineage) => lineage.split.clone(),
        None => Split::new(folder, older.head.metadata.persona_file.as_deref(), &chosen)?,
    };
    let see = |(outcomes, chances): &mut (Vec<Outcomes>, bool), entry: &Entry<'_>| {
        if entry.part == Part::Results {
            *chances |= entry.messages.iter().any(|said| said.score.is_some());
            let worth = |said: &DecidedMessage<'_>| vec![said.score.unwrap_or(f64::from(u8::from(said.yes)))];
            outcomes.push(entry.messages.iter().map(worth).collect());
        }
    };
    let ((outcomes, has_chances), _) = results_stream::fold(folder, file, Default::default, see)?;
    let components = Components::estimate(&outcomes);
    let scatter = components.filter(|_| has_chances).and_then(|own| {
        let of_yes_or_no = own.mean * (1.0 - own.mean);
        (of_yes_or_no > 0.0).then(|| (own.of_mean(1.0, 1.0, 1.0) / of_yes_or_no).min(1.0))
    });
    let persona_share = components.and_then(|own| {
        let message = own.message?;
        let all = own.persona + message;
        (all > 0.0).then_some(own.persona / all)
    });
    let (attempts, level) = Family::read(folder, file, &older.head)?.next(alpha);
    Ok(OfFile {
        unseen: split.people(folder, &chosen)?.unseen.len() as u32,
        rate: components.map(|own| own.mean).filter(|rate| *rate > 0.0 && *rate < 1.0),
        scatter,
        persona_share,
        attempts,
        level,
    })
}
