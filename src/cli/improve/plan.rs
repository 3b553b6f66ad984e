//! Plans the calls of a whole run.

use clap::Parser;

use super::{Cycles, Options, calls};
use crate::cli::{Cli, Command};
use crate::journal::OpenRun;
use crate::optimize::allowance::Allowance;

/// What the cycles of a run may spend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    cycles: Cycles,
    /// Calls that a cycle may spend on finding and proving, if the user said so.
    asked: Option<u64>,
    /// Calls in all, where there is a limit.
    all: Option<u64>,
}

impl Plan {
    /// The plan of a run. It follows the command that the run began with, so that resuming with a higher limit changes
    /// nothing that was already found.
    pub fn new(options: &Options, run: &OpenRun) -> Self {
        let first = run.resumed.then(|| run.arguments().ok()).flatten();
        let limit = first.and_then(|arguments| limit_in(&arguments)).unwrap_or(options.models.max_calls);
        Plan { cycles: options.cycles, asked: options.calls, all: limit }
    }

    /// What the cycle of this number may spend, with so many personas.
    pub fn allowance(self, options: &Options, number: u32, personas: usize) -> Allowance {
        let usual = calls(options, personas);
        match (self.cycles, self.all) {
            (_, None) => Allowance::Search(usual),
            // The user's figure holds, and the limit stops the run wherever it is reached.
            (Cycles::Number(_), Some(_)) if self.asked.is_some() => Allowance::Search(usual),
            // All that there is, unless the user said how much.
            (Cycles::Auto, Some(calls)) => Allowance::Run { calls, cycles: 1, most: self.asked.unwrap_or(u64::MAX) },
            (Cycles::Number(cycles), Some(calls)) => {
                Allowance::Run { calls, cycles: u64::from((cycles + 1).saturating_sub(number)), most: usual }
            }
        }
    }

    /// What follows a cycle with this outcome.
    pub fn goes_on(self, adopted: bool, chance_of_more: Option<f64>) -> GoesOn {
        use crate::optimize::allowance::WORTH_GOING_ON;
        match (self.cycles, chance_of_more) {
            (Cycles::Number(_), _) => GoesOn::Cycle,
            (Cycles::Auto, Some(chance)) if chance >= WORTH_GOING_ON => GoesOn::Cycle,
            (Cycles::Auto, Some(_)) => GoesOn::NothingLeft,
            (Cycles::Auto, None) if adopted => GoesOn::Cycle,
            (Cycles::Auto, None) => GoesOn::NothingFound,
        }
    }
}

/// What follows a cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GoesOn {
    /// Another, if there is one to come.
    Cycle,
    /// None: nothing better was found, and there is no plan.
    NothingFound,
    /// None: what is left of the plan is hardly worth it.
    NothingLeft,
}

/// The limit on calls in a command line without the program's name; `None` if it is not one of our commands.
#[expect(clippy::option_option, reason = "no command of ours, and one of ours without a limit, are two things")]
fn limit_in(arguments: &[String]) -> Option<Option<u64>> {
    let typed = std::iter::once("rejoinder").chain(arguments.iter().map(String::as_str));
    match Cli::try_parse_from(typed).ok()?.command {
        Command::Improve(options) => Some(options.models.max_calls),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(line: &str) -> Options {
        let typed = std::iter::once("rejoinder").chain(line.split(' '));
        match Cli::try_parse_from(typed).unwrap().command {
            Command::Improve(options) => options,
            other => panic!("{other:?}"),
        }
    }

    fn plan(line: &str) -> (Plan, Options) {
        let options = options(line);
        (Plan { cycles: options.cycles, asked: options.calls, all: options.models.max_calls }, options)
    }

    #[test]
    fn the_calls_of_a_run_are_one_plan_where_there_is_a_limit() {
        let allowance = |line: &str, number| {
            let (plan, options) = plan(line);
            plan.allowance(&options, number, 40)
        };
        let run = |calls, cycles, most| Allowance::Run { calls, cycles, most };
        assert_eq!(allowance("improve --results-file x", 1), Allowance::Search(800));
        assert_eq!(allowance("improve --results-file x --cycles auto --max-calls 3000", 1), run(3000, 1, u64::MAX));
        assert_eq!(allowance("improve --results-file x --cycles 3 --max-calls 3000", 2), run(3000, 2, 800));
        assert_eq!(allowance("improve --results-file x --calls 99 --max-calls 300", 1), Allowance::Search(99));
        assert_eq!(
            allowance("improve --results-file x --cycles auto --calls 99 --max-calls 3000", 9),
            run(3000, 1, 99)
        );
    }

    #[test]
    fn a_proof_that_fails_ends_nothing_that_has_a_chance() {
        let (auto, _) = plan("improve --results-file x --cycles auto");
        assert_eq!(auto.goes_on(false, Some(0.3)), GoesOn::Cycle);
        assert_eq!(auto.goes_on(true, Some(0.01)), GoesOn::NothingLeft);
        assert_eq!((auto.goes_on(true, None), auto.goes_on(false, None)), (GoesOn::Cycle, GoesOn::NothingFound));
    }

    #[test]
    fn the_limit_of_a_command_line_is_found() {
        let line = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(limit_in(&line("improve --results-file x --max-calls 7")), Some(Some(7)));
        assert_eq!(limit_in(&line("improve --results-file x")), Some(None));
        assert_eq!(limit_in(&line("runs")), None);
        assert_eq!(limit_in(&line("no such command")), None);
    }
}
