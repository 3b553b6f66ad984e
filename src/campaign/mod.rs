//! Campaigns: from leads to messages that can be sent, and from replies back.
//!
//! [`write`](mod@write) has a sequence written for every lead; [`lint`] looks at what law and delivery ask of messages;
//! [`tools`] puts them into the files that sending tools import. What is written is in [`crate::data::campaigns`].
//! [`replies`] brings back what people answered, [`calibrate`] holds a decision maker against it, and [`assign`] and
//! [`ab`] are a real test of two prompts.

pub mod ab;
pub mod assign;
pub mod batch;
pub mod calibrate;
pub mod fields;
pub mod first_sent;
pub mod lint;
pub mod replies;
pub mod tools;
pub mod write;
