//! Campaigns: from leads to messages that can be sent.
//!
//! [`write`](mod@write) has a sequence written for every lead; [`lint`] looks at what law and delivery ask of messages;
//! [`tools`] puts them into the files that sending tools import. What is written is in [`crate::data::campaigns`].

pub mod batch;
pub mod fields;
pub mod lint;
pub mod tools;
pub mod write;
