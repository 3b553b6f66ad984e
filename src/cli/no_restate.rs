//! What stands in for `--engine restate` in a program that was built without it.

#![allow(clippy::unused_async, reason = "it has the shape of what it stands in for")]

use std::convert::Infallible;
use std::sync::Arc;

use super::error::Error;
use super::setup::Setup;
use crate::journal::OpenRun;
use crate::model::http::Effort;
use crate::model::{Model, Role};

/// There is none.
#[derive(Clone)]
pub struct Link(Infallible);

/// One line for whoever asks for it.
fn absent() -> Error {
    Error::Usage(
        "this program was built without the feature `restate`; build it with: cargo install --path . --features restate"
            .into(),
    )
}

impl Link {
    /// # Errors
    /// Always.
    pub fn open(_: Option<&str>, _: &Setup) -> Result<Self, Error> {
        Err(absent())
    }

    /// Never called.
    pub fn remote(&self, _: Arc<dyn Model>, _: Role, _: (Option<Effort>, u64, u32)) -> Arc<dyn Model> {
        match self.0 {}
    }

    /// Never called.
    ///
    /// # Errors
    /// Never.
    pub fn check(&self) -> Result<(), Error> {
        match self.0 {}
    }

    /// Never called.
    pub fn begin(&self, _: &OpenRun, _: &Setup) {
        match self.0 {}
    }

    /// Never called.
    pub async fn end(&self, _: Result<(), &Error>) {
        match self.0 {}
    }
}

pub mod elsewhere {
    //! Runs on other machines.

    use super::{Error, Setup, absent};

    /// # Errors
    /// Always.
    pub async fn list(_: &Setup, _: Option<&str>) -> Result<(), Error> {
        Err(absent())
    }

    /// # Errors
    /// Always.
    pub async fn attach(_: &Setup, _: Option<&str>, _: &str) -> Result<(), Error> {
        Err(absent())
    }

    /// # Errors
    /// Always.
    pub async fn cancel(_: &Setup, _: Option<&str>, _: &str) -> Result<(), Error> {
        Err(absent())
    }
}

pub mod worker {
    //! `rejoinder worker`.

    use clap::Args;

    use super::super::Signals;
    use super::{Error, absent};
    use crate::cli::options::Global;

    /// Whatever is written there: the answer is the same.
    #[derive(Args, Clone, Debug)]
    pub struct Options {
        /// Options of a program that was built with the feature `restate`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
        rest: Vec<String>,
    }

    /// # Errors
    /// Always.
    pub async fn run(_: &Global, _: &Options, _: Signals) -> Result<(), Error> {
        Err(absent())
    }
}
