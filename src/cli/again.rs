//! A command of ours that another one gives: the same arguments as a person would type, in the same process.

use clap::Parser;
use futures::future::BoxFuture;

use super::error::Error;
use super::options::Global;
use super::{Cli, progress};
use crate::call::stop::Stop;
use crate::report::words;

/// Runs a command line without the program's name, after saying it, with these general options.
pub fn run(arguments: Vec<String>, global: Global, stop: Stop) -> BoxFuture<'static, Result<(), Error>> {
    Box::pin(async move {
        let line: Vec<String> = arguments.iter().map(|word| words::one_line(word, 200)).collect();
        progress::say(&format!("rejoinder {}", line.join(" ")));
        let typed = std::iter::once("rejoinder".to_owned()).chain(arguments.iter().cloned());
        let mut cli =
            Cli::try_parse_from(typed).map_err(|error| Error::Usage(words::one_line(&error.to_string(), 300)))?;
        cli.global = global;
        cli.dispatch(stop, arguments).await
    })
}
