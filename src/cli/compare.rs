//! `rejoinder compare`.

use clap::Args;

use super::error::Error;
use super::named;
use super::print;
use super::setup::Setup;
use crate::data::FileName;
use crate::optimize::compare_runs::{self, Run};
use crate::report::summary::{self, Names, RULE};
use crate::report::{chances, words};

/// Options of `compare`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Example:
  rejoinder compare b2b_saas_personas_train_results_20250802_144126 b2b_saas_personas_train_results_improvement_run_v1")]
pub struct Options {
    /// The earlier results file
    #[arg(value_name = "A")]
    before: String,
    /// The later results file
    #[arg(value_name = "B")]
    after: String,
}

/// Prints the comparison of two files as they are; no model is called.
pub fn run(setup: &Setup, options: &Options) -> Result<(), Error> {
    let load = |name: &str| -> Result<_, Error> {
        let file = named::results(&setup.folder, name)?;
        let run = Run::load(&setup.folder, &file)?;
        Ok((file, run))
    };
    let (before_file, before) = load(&options.before)?;
    let (after_file, after) = load(&options.after)?;
    let (comparison, judges) = compare_runs::compare(&before, &after);
    let name = |file: &FileName| words::one_line(file.stem(), 200);
    let (a, b) = (name(&before_file), name(&after_file));
    let mut lines = vec![
        format!("A: {}", words::one_line(before_file.as_str(), 200)),
        format!("B: {}", words::one_line(after_file.as_str(), 200)),
        RULE.to_owned(),
    ];
    lines.extend(compare_runs::chances(&before, &after).iter().flat_map(chances::lines));
    lines.extend(summary::before_after(&comparison, &judges, Names::AnyTwo { a: &a, b: &b }));
    print(&format!("{}\n", lines.join("\n")))
}
