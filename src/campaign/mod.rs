//! Campaigns: from leads to messages that can be sent.

pub mod ab;
pub mod assign;
pub mod calibrate;
pub mod replies;
