//! Rows for fine-tuning, in the shapes that trainers take: conversations for supervised tuning, and pairs of a chosen
//! and a rejected message for preference tuning (Rafailov et al. 2023).
//!
//! A row of the first is `{"messages": [system, user, assistant]}`; of the second `{"prompt": [system, user], "chosen":
//! [assistant], "rejected": [assistant]}`, each turn `{"role", "content"}`.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{Exporter, Rows};
use crate::data::entry::{DecidedMessage, Entry, Part};
use crate::event::Grounding;

/// Messages to a persona that got a no elsewhere.
pub type AlsoRejected = dyn Fn(&str) -> Vec<String> + Send + Sync;

/// What the rows need to know beyond the file's entries.
#[derive(Clone)]
pub struct Tuning {
    /// The prompt that wrote the messages.
    pub system: Arc<str>,
    /// What the generator was asked about a persona.
    pub asked: fn(&str) -> String,
    /// What it answered, by the message that was read from it.
    pub answered: fn(&str) -> String,
    /// What is known of a message's claims.
    pub grounding: fn(&DecidedMessage<'_>) -> Grounding,
    /// Messages of earlier runs to a persona that got a no.
    pub also_rejected: Arc<AlsoRejected>,
    /// Accepted messages so far whose claims were not checked; clones count together.
    pub unchecked: Arc<AtomicU64>,
}

/// Writes rows. The prompt stands in each of them, and is put into JSON once.
struct Turns<'o> {
    out: Box<dyn Write + 'o>,
    tuning: Tuning,
    system: Vec<u8>,
}

impl<'o> Turns<'o> {
    fn new(out: Box<dyn Write + 'o>, tuning: &Tuning) -> io::Result<Self> {
        let mut system = Vec::new();
        turn(&mut system, "system", &tuning.system)?;
        Ok(Turns { out, tuning: tuning.clone(), system })
    }

    /// What the generator was asked about a persona: two turns with a comma between them.
    fn asking(&mut self, persona: &str) -> io::Result<()> {
        self.out.write_all(&self.system)?;
        self.out.write_all(b",")?;
        turn(&mut self.out, "user", &(self.tuning.asked)(persona))
    }

    fn answer(&mut self, message: &str) -> io::Result<()> {
        turn(&mut self.out, "assistant", &(self.tuning.answered)(message))
    }
}

/// One turn of a conversation.
fn turn(out: &mut impl Write, role: &str, content: &str) -> io::Result<()> {
    write!(out, "{{\"role\":\"{role}\",\"content\":")?;
    serde_json::to_writer(&mut *out, content)?;
    out.write_all(b"}")
}

/// Messages that were accepted and make nothing up as far as that was checked, one per line.
#[derive(Clone)]
pub struct Sft(pub Tuning);

/// Pairs of an accepted and a rejected message to the same persona, one per line. The accepted one makes nothing up as
/// far as that was checked; each message is in one pair at most.
#[derive(Clone)]
pub struct Dpo(pub Tuning);

impl Exporter for Sft {
    fn begin<'o>(&self, out: Box<dyn Write + 'o>) -> io::Result<Box<dyn Rows + 'o>> {
        Ok(Box::new(SftRows(Turns::new(out, &self.0)?)))
    }
}

impl Exporter for Dpo {
    fn begin<'o>(&self, out: Box<dyn Write + 'o>) -> io::Result<Box<dyn Rows + 'o>> {
        Ok(Box::new(DpoRows(Turns::new(out, &self.0)?)))
    }
}

struct SftRows<'o>(Turns<'o>);

struct DpoRows<'o>(Turns<'o>);

/// The entry's messages that were accepted and make nothing up as far as is known.
fn accepted(entry: &Entry<'_>, tuning: &Tuning) -> Vec<String> {
    let mut accepted = Vec::new();
    for said in entry.messages.iter().filter(|said| said.yes) {
        match (tuning.grounding)(said) {
            Grounding::MadeUp => continue,
            Grounding::NotChecked => drop(tuning.unchecked.fetch_add(1, Ordering::Relaxed)),
            Grounding::Grounded => {}
        }
        accepted.push(said.message.get().into_owned());
    }
    accepted
}

impl Rows for SftRows<'_> {
    fn add(&mut self, entry: &Entry<'_>) -> io::Result<()> {
        if entry.part != Part::Results {
            return Ok(());
        }
        let persona = entry.persona.get();
        for message in accepted(entry, &self.0.tuning) {
            self.0.out.write_all(b"{\"messages\":[")?;
            self.0.asking(&persona)?;
            self.0.out.write_all(b",")?;
            self.0.answer(&message)?;
            self.0.out.write_all(b"]}\n")?;
        }
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        self.0.out.flush()
    }
}

impl Rows for DpoRows<'_> {
    fn add(&mut self, entry: &Entry<'_>) -> io::Result<()> {
        if entry.part != Part::Results {
            return Ok(());
        }
        let persona = entry.persona.get();
        let chosen = accepted(entry, &self.0.tuning);
        if chosen.is_empty() {
            return Ok(());
        }
        let refused = entry.messages.iter().filter(|said| !said.yes).map(|said| said.message.get().into_owned());
        let rejected = refused.chain((self.0.tuning.also_rejected)(&persona));
        for (chosen, rejected) in chosen.iter().zip(rejected) {
            self.0.out.write_all(b"{\"prompt\":[")?;
            self.0.asking(&persona)?;
            self.0.out.write_all(b"],\"chosen\":[")?;
            self.0.answer(chosen)?;
            self.0.out.write_all(b"],\"rejected\":[")?;
            self.0.answer(&rejected)?;
            self.0.out.write_all(b"]}\n")?;
        }
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        self.0.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::data::Results;

    fn tuning() -> Tuning {
        Tuning {
            system: "Sell tea.".into(),
            asked: |persona| format!("Write to {persona}"),
            answered: str::to_owned,
            grounding: |said| match &*said.message.get() {
                "yes 1" => Grounding::NotChecked,
                message if message.contains("99%") => Grounding::MadeUp,
                _ => Grounding::Grounded,
            },
            also_rejected: Arc::new(|persona| if persona == "Ann" { vec!["an old one".into()] } else { Vec::new() }),
            unchecked: Arc::default(),
        }
    }

    fn exported(exporter: &dyn Exporter) -> String {
        let judged =
            |text: &str, yes: bool| json!({"message": text, "decision": {"decision": yes, "reasoning": "why"}});
        let results: Results = serde_json::from_value(json!({"metadata": {"system_prompt": "p"}, "results": [
            {"persona": "Ann", "messages": [judged("yes 1", true), judged("no 1", false), judged("yes 2", true),
                judged("yes 3", true), judged("99% yes", true)]},
            {"persona": "Bo", "messages": [judged("99% yes", true), judged("no", false)]},
            {"persona": "Cy\n\"x\"", "messages": [judged("yes", true)]},
        ]}))
        .unwrap();
        let mut out = Vec::new();
        {
            let mut rows = exporter.begin(Box::new(&mut out)).unwrap();
            for (index, result) in results.results.iter().enumerate() {
                rows.add(&Entry::from_result(Part::Results, index, result)).unwrap();
                rows.add(&Entry::from_result(Part::Baseline, index, result)).unwrap();
            }
            rows.finish().unwrap();
        }
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_was_accepted_and_is_grounded_becomes_a_conversation() {
        let tuning = tuning();
        insta::assert_snapshot!(exported(&Sft(tuning.clone())));
        assert_eq!(tuning.unchecked.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn accepted_and_rejected_messages_to_one_persona_become_pairs_each_message_once() {
        insta::assert_snapshot!(exported(&Dpo(tuning())));
    }
}
