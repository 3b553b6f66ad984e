//! `rejoinder completions` and `rejoinder man`.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::error::Error;
use super::{Cli, write};

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
  rejoinder man > ~/.local/share/man/man1/rejoinder.1")]
pub struct Man {
    /// The page of this command instead of the main one
    #[arg(value_name = "COMMAND")]
    command: Option<String>,
}

/// Prints a completion script.
pub fn completions(options: &Completions) -> Result<(), Error> {
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut Cli::command(), "rejoinder", &mut script);
    write(&String::from_utf8_lossy(&script))
}

/// Prints a manual page in roff.
pub fn man(options: &Man) -> Result<(), Error> {
    let mut command = Cli::command();
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
