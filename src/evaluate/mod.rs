//! One message for one persona and its decision: the generator, the decision maker, the trial, the run.

pub mod account;
pub mod ask;
pub mod attack;
pub mod audit;
pub mod auditing;
pub mod auditor_battery;
pub mod battery;
pub mod decision_maker;
pub mod decision_prompt;
pub mod examples;
pub mod fence;
pub mod first_run;
pub mod formats;
pub mod generator;
pub mod grounding;
#[cfg(test)]
pub(crate) mod growth;
pub mod lead_describer;
pub mod messages;
pub mod near_copies;
pub mod outcomes;
pub mod persona_writer;
pub mod plan;
pub mod prospects;
pub mod reading;
pub mod run;
pub mod sequence;
pub mod trial;

pub use decision_maker::DecisionMaker;
pub use generator::Generator;
pub use grounding::Auditor;
pub use trial::{Trial, TrialFailure, Verdict};
