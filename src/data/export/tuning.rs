//! Rows for fine-tuning, in the shapes that trainers take: conversations for supervised tuning, and pairs of a chosen and a
//! rejected message for preference tuning (Rafailov et al. 2023).
//!
//! A row of the first is `{"messages": [system, user, assistant]}`; of the second `{"prompt": [system, user], "chosen":
//! [assistant], "rejected": [assistant]}`, each turn `{"role", "content"}`.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};

use super::{Exporter, Rows};
use crate::data::entry::{Entry, Part, Said};
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
    /// What is known of a message's claims.
    pub grounding: fn(&Said<'_>) -> Grounding,
    /// Messages of earlier runs to a persona that got a no.
    pub also_rejected: Arc<AlsoRejected>,
    /// Accepted messages so far whose claims were not checked; clones count together.
    pub unchecked: Arc<AtomicU64>,
}

impl Tuning {
    fn asking(&self, persona: &str) -> [Value; 2] {
        [json!({"role": "system", "content": &*self.system}), json!({"role": "user", "content": (self.asked)(persona)})]
    }
}

fn answer(message: &str) -> Value {
    json!({"role": "assistant", "content": message})
}

/// Messages that were accepted and make nothing up as far as that was checked, one per line.
#[derive(Clone)]
pub struct Sft(pub Tuning);

/// Pairs of an accepted and a rejected message to the same persona, one per line. The accepted one makes nothing up as far
/// as that was checked; each message is in one pair at most.
#[derive(Clone)]
pub struct Dpo(pub Tuning);

impl Exporter for Sft {
    fn begin<'o>(&self, out: Box<dyn Write + 'o>) -> io::Result<Box<dyn Rows + 'o>> {
        Ok(Box::new(SftRows { out, tuning: self.0.clone() }))
    }
}

impl Exporter for Dpo {
    fn begin<'o>(&self, out: Box<dyn Write + 'o>) -> io::Result<Box<dyn Rows + 'o>> {
        Ok(Box::new(DpoRows { out, tuning: self.0.clone() }))
    }
}

struct SftRows<'o> {
    out: Box<dyn Write + 'o>,
    tuning: Tuning,
}

struct DpoRows<'o> {
    out: Box<dyn Write + 'o>,
    tuning: Tuning,
}

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
        for message in accepted(entry, &self.tuning) {
            let [system, user] = self.tuning.asking(&persona);
            line(&mut self.out, &json!({"messages": [system, user, answer(&message)]}))?;
        }
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl Rows for DpoRows<'_> {
    fn add(&mut self, entry: &Entry<'_>) -> io::Result<()> {
        if entry.part != Part::Results {
            return Ok(());
        }
        let persona = entry.persona.get();
        let chosen = accepted(entry, &self.tuning);
        if chosen.is_empty() {
            return Ok(());
        }
        let own = entry.messages.iter().filter(|said| !said.yes).map(|said| said.message.get().into_owned());
        let rejected = own.chain((self.tuning.also_rejected)(&persona));
        for (chosen, rejected) in chosen.iter().zip(rejected) {
            let pair = json!({
                "prompt": self.tuning.asking(&persona),
                "chosen": [answer(chosen)],
                "rejected": [answer(&rejected)],
            });
            line(&mut self.out, &pair)?;
        }
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

fn line(out: &mut impl Write, row: &Value) -> io::Result<()> {
    serde_json::to_writer(&mut *out, row)?;
    out.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Results;

    fn tuning() -> Tuning {
        Tuning {
            system: "Sell tea.".into(),
            asked: |persona| format!("Write to {persona}"),
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
                rows.add(&Entry::of(Part::Results, index, result)).unwrap();
                rows.add(&Entry::of(Part::Baseline, index, result)).unwrap();
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
