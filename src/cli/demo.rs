//! `rejoinder demo`: the main job once, on the simulated market, with data and a folder of its own.

use std::path::{Path, PathBuf};

use clap::Args;

use super::error::Error;
use super::options::Global;
use super::{again, print};
use crate::call::stop::Stop;
use crate::data::whole;
use crate::report::words;

/// Options of `demo`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Needs no key and no network: people, messages and decisions are simulated.

Examples:
  rejoinder demo
  rejoinder demo --folder /tmp/demo")]
pub struct Options {
    /// A new folder for its data
    #[arg(long, value_name = "DIR", default_value = "rejoinder-demo")]
    folder: PathBuf,
}

/// The first run that is improved.
const FIRST_RUN: &str = "b2b_saas_personas_train_results_20250802_144126";
/// The files, each with its text.
const FILES: [(&str, &str); 4] = [
    ("data/personas/b2b_saas_personas_train.json", include_str!("../../data/personas/b2b_saas_personas_train.json")),
    ("data/personas/b2b_saas_personas_eval.json", include_str!("../../data/personas/b2b_saas_personas_eval.json")),
    (
        "data/results/b2b_saas_personas_train_results_20250802_144126.json",
        include_str!("../../data/results/b2b_saas_personas_train_results_20250802_144126.json"),
    ),
    (
        "rejoinder.toml",
        "# Made by rejoinder demo: everything here is simulated.\ndata_dir = \"data\"\nmodel = \"market\"\n",
    ),
];

/// Makes the folder and runs a cycle in it.
pub async fn run(options: &Options, global: Global, stop: Stop) -> Result<(), Error> {
    let folder = &options.folder;
    if std::fs::symlink_metadata(folder).is_ok() {
        return Err(Error::Usage(format!(
            "{} is there already and was left as it is; name a new folder with --folder",
            words::path(folder)
        )));
    }
    for (path, text) in FILES {
        let path = folder.join(path);
        let parent = path.parent().unwrap_or(folder);
        std::fs::create_dir_all(parent)
            .map_err(|source| Error::Io { what: format!("cannot create {}", words::path(parent)), source })?;
        whole::create_new(&path, |out| out.write_all(text.as_bytes()))?;
    }
    let improve = ["improve", "--results-file", FIRST_RUN, "--model", "market"].map(str::to_owned);
    let global = Global { data_dir: Some(folder.join("data")), config: Some(folder.join("rejoinder.toml")), ..global };
    again::run(improve.to_vec(), global, stop).await?;
    print(&farewell(folder))
}

fn farewell(folder: &Path) -> String {
    format!(
        "\nThat was a demo: the people, the messages and the decisions were simulated.\nLook around in its folder, \
         where the commands above work as they stand:\n  cd {}\n  rejoinder show\n  rejoinder serve\nWith an offer of \
         your own: rejoinder init\n",
        words::path(folder)
    )
}
