//! The calls of a run, answered by workers on other machines, by way of Restate.
//!
//! The loop, the journal and the budget stay with the process that submits: [`Caller`](crate::call::Caller) remains the
//! door, and what stands behind it is a [`Remote`] model. It hands the request to Restate, which has a worker answer it
//! and keeps the answer under the call's own key: whoever of the three dies, a call that was answered is not sent
//! again.
//!
//! - `wire.rs`: what is said between them, and which versions understand each other
//! - `session.rs`, `remote.rs`: the side that submits
//! - `calls.rs`, `hosts.rs`, `runs.rs`: the three services, as Restate knows them
//! - `shares.rs`: how a host's limit is divided among workers
//! - `worker/`: the process that serves them
//! - `ingress.rs`, `admin.rs`: Restate's two doors

pub mod admin;
mod calls;
mod hosts;
pub mod ingress;
pub mod remote;
pub mod runs;
pub mod session;
pub mod shares;
pub mod wire;
pub mod worker;

pub use remote::Remote;
pub use session::Session;
