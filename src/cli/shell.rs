//! `rejoinder completions` and `rejoinder man`.

use std::path::PathBuf;

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::error::Error;
use super::{Cli, write};
use crate::report::words;

/// Options of `completions`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Example:
  rejoinder completions bash > ~/.local/share/bash-completion/completions/rejoinder")]
pub struct Completions {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Options of `man`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Example:
  rejoinder man > ~/.local/share/man/man1/rejoinder.1
  rejoinder man --all ~/.local/share/man/man1")]
pub struct Man {
    /// The page of this command instead of the main one
    #[arg(value_name = "COMMAND")]
    command: Option<String>,
    /// Write the pages of all commands to this folder
    #[arg(long, value_name = "FOLDER", conflicts_with = "command")]
    all: Option<PathBuf>,
}

/// Prints a completion script.
pub fn completions(options: &Completions) -> Result<(), Error> {
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut Cli::command(), "rejoinder", &mut script);
    write(&String::from_utf8_lossy(&script))
}

/// Prints a manual page in roff, or writes all of them.
pub fn man(options: &Man) -> Result<(), Error> {
    let mut command = Cli::command();
    if let Some(folder) = &options.all {
        let what = || format!("cannot write manual pages to {}", words::path(folder));
        return clap_mangen::generate_to(command, folder).map_err(|source| Error::Io { what: what(), source });
    }
    command.build();
    if let Some(name) = &options.command {
        command = command
            .find_subcommand(name)
            .ok_or_else(|| Error::Usage(format!("there is no command {name:?}; see rejoinder --help")))?
            .clone()
            .name(clap::builder::Str::from(Box::leak(format!("rejoinder-{name}").into_boxed_str()) as &'static str));
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(command)
        .render(&mut page)
        .map_err(|source| Error::Io { what: "cannot render the manual page".into(), source })?;
    write(&String::from_utf8_lossy(&page))
}
