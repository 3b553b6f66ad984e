//! What a cycle's file says of it.

use serde_json::json;

use super::judges::Judges;
use super::story::Story;
use crate::compare::{Comparison, Rate};
use crate::data::provenance::Provenance;
use crate::data::results::Metadata;
use crate::data::{self, Entries};

/// What the metadata count.
pub struct Counts {
    /// Messages.
    pub messages: u64,
    /// Personas with a message.
    pub personas: u64,
}

impl Counts {
    /// Of these entries.
    ///
    /// # Errors
    /// Where an entry cannot be had.
    pub fn of(entries: &Entries) -> Result<Self, data::Error> {
        let mut counts = Counts { messages: 0, personas: 0 };
        entries.each(&mut |entry| {
            counts.messages += entry.messages.len() as u64;
            counts.personas += u64::from(!entry.messages.is_empty());
            true
        })?;
        Ok(counts)
    }
}

/// What the file says about the run. What an older file says beside what we know is kept.
pub fn metadata(
    older: Metadata,
    prompt: String,
    (counts, personas, messages_per_persona): (&Counts, u64, usize),
    processing_date: String,
    mut provenance: Provenance,
) -> Metadata {
    if let Some(earlier) = older.rejoinder {
        provenance.extra = earlier.extra;
    }
    Metadata {
        persona_file: older.persona_file,
        messages_per_persona: messages_per_persona as u64,
        total_personas: personas,
        total_messages: counts.messages,
        processing_date,
        system_prompt: prompt,
        successful_personas: counts.personas,
        improvement_run: Some(true),
        rejoinder: Some(provenance),
        extra: older.extra,
    }
}

/// The comparison as the file keeps it: the original service's names, and what it lacked.
#[must_use]
pub fn metrics(comparison: Option<&Comparison>, judges: &Judges, story: &Story) -> serde_json::Value {
    let rate = |rate: &Rate| {
        json!({
            "positive_responses": rate.yes,
            "total_messages": rate.total,
            "response_rate": rate.share().map(percent),
            "interval_95": rate.interval.map(|interval| [percent(interval.low), percent(interval.high)]),
        })
    };
    let mut metrics = json!({"one_judge": judges.are_one(), "cycle": story.to_json()});
    if let Some(comparison) = comparison {
        metrics["original"] = rate(&comparison.original);
        metrics["improved"] = rate(&comparison.improved);
        metrics["improvement"] = json!({
            "absolute_improvement": comparison.absolute().map(percent),
            "relative_improvement": comparison.relative().map(percent),
            "paired_personas": comparison.personas,
            "paired_difference": comparison.difference.map(percent),
            "interval_95": comparison.interval.map(|interval| [percent(interval.low), percent(interval.high)]),
            "flipped_to_yes": comparison.flipped_to_yes,
            "flipped_to_no": comparison.flipped_to_no,
            "sign_test_p": comparison.p_value,
        });
    }
    metrics
}

/// Percentage points, rounded so that the last digits of a floating-point sum do not differ between machines.
pub(super) fn percent(share: f64) -> f64 {
    (share * 1e8).round() / 1e6
}
