//! What stands in for the simulated market in a program that was built without it.

#![allow(clippy::unused_async, reason = "it has the shape of what it stands in for")]

use std::sync::Arc;

use clap::Args;

use super::error::Error;
use crate::model::Model;

/// Whatever is written there: the answer is the same.
#[derive(Args, Clone, Debug)]
pub struct Options {
    /// Options of a program that was built with the feature `market`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
    rest: Vec<String>,
}

/// One line for whoever asks for it.
fn absent() -> Error {
    Error::Usage(
        "the simulated market is not in this build; build it with: cargo install --path . --features market".into(),
    )
}

/// # Errors
/// Always.
pub fn open(_: &str) -> Result<Arc<dyn Model>, Error> {
    Err(absent())
}

/// # Errors
/// Always.
pub async fn run(_: &Options, _: impl Future<Output = ()>) -> Result<(), Error> {
    Err(absent())
}
