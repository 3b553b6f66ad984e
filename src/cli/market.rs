//! `rejoinder market`.
use super::error::Error;
use clap::Args;
/// Options of `market`.
#[derive(Args, Clone, Debug)]
pub struct Options {}
/// Serves.
pub async fn run(_options: &Options) -> Result<(), Error> {
    Ok(())
}
