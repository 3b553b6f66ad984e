//! Rows for fine-tuning, in the shapes that trainers take: conversations for supervised tuning, and pairs of a chosen and a
//! rejected message for preference tuning (Rafailov et al. 2023).
//!
//! A row of the first is `{"messages": [system, user, assistant]}`; of the second `{"prompt": [system, user], "chosen":
//! [assistant], "rejected": [assistant]}`, each turn `{"role", "content"}`.

use std::io::{self, Write};
use std::sync::Arc;

use serde_json::{Value, json};

use super::{Exporter, Rows};
use crate::data::entry::{Entry, Part};

/// Whether a message to a persona claims nothing that nothing supports.
pub type IsGrounded = dyn Fn(&str, &str) -> bool + Send + Sync;
/// Messages to a persona that got a no elsewhere.
pub type AlsoRejected = dyn Fn(&str) -> Vec<String> + Send + Sync;

/// What the rows need to know beyond the file's entries.
#[derive(Clone)]
pub struct Tuning {
    /// The prompt that wrote the messages.
    pub system: Arc<str>,
    /// What the generator was asked about a persona.
    pub asked: fn(&str) -> String,
    /// Whether a message to a persona claims nothing that nothing supports.
    pub is_grounded: Arc<IsGrounded>,
    /// Messages of earlier runs to a persona that got a no.
    pub also_rejected: Arc<AlsoRejected>,
}

impl Tuning {
    fn asking(&self, persona: &str) -> [Value; 2] {
        [json!({"role": "system", "content": &*self.system}), json!({"role": "user", "content": (self.asked)(persona)})]
    }
}

fn answer(message: &str) -> Value {
    json!({"role": "assistant", "content": message})
}

/// Messages that were accepted and claim nothing that nothing supports, one per line.
#[derive(Clone)]
pub struct Sft(pub Tuning);

/// Pairs of an accepted and a rejected message to the same persona, one per line. The accepted one claims nothing that
/// nothing supports; each message is in one pair at most.
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

/// The entry's messages that were accepted and are grounded.
fn accepted(entry: &Entry<'_>, persona: &str, tuning: &Tuning) -> Vec<String> {
    let yes = entry.messages.iter().filter(|said| said.yes).map(|said| said.message.get().into_owned());
    yes.filter(|message| (tuning.is_grounded)(message, persona)).collect()
}

impl Rows for SftRows<'_> {
    fn add(&mut self, entry: &Entry<'_>) -> io::Result<()> {
        if entry.part != Part::Results {
            return Ok(());
        }
        let persona = entry.persona.get();
        for message in accepted(entry, &persona, &self.tuning) {
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
        let chosen = accepted(entry, &persona, &self.tuning);
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
            is_grounded: Arc::new(|message, _| !message.contains("99%")),
            also_rejected: Arc::new(|persona| if persona == "Ann" { vec!["an old one".into()] } else { Vec::new() }),
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
        insta::assert_snapshot!(exported(&Sft(tuning())));
    }

    #[test]
    fn accepted_and_rejected_messages_to_one_persona_become_pairs_each_message_once() {
        insta::assert_snapshot!(exported(&Dpo(tuning())));
    }
}
