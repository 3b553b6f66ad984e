//! The object that divides a host's limits among workers: one per host and account, named by a hash of both.

use std::time::{SystemTime, UNIX_EPOCH};

use restate_sdk::prelude::*;

use super::shares::Shares;
use super::wire::{Block, Wish};

/// The object. See [`super::wire::HOSTS`] for its name.
pub struct Hosts;

/// Under which its state is kept.
const SHARES: &str = "shares";

#[restate_sdk::object(
    name = "RejoinderHosts",
    client_visibility = "pub(super)",
    journal_retention = "0s",
    invocation_retry_policy(initial_interval = "50ms", factor = 2.0, max_interval = "1s", max_attempts = 1000000)
)]
impl Hosts {
    #[handler]
    async fn grant(&self, ctx: ObjectContext<'_>, wish: Json<Wish>) -> Result<Json<Block>, HandlerError> {
        let mut shares: Shares = ctx.get::<Json<Shares>>(SHARES).await?.map(Json::into_inner).unwrap_or_default();
        let now: u64 = ctx.run(|| async { Ok(now_ms()) }).name("now").await?;
        let block = shares.grant(&wish.into_inner(), now);
        ctx.set(SHARES, Json(shares));
        Ok(Json(block))
    }
}

fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64)
}
