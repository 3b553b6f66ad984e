//! What a cycle's file says of it.

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
