//! Which items of advice ask for the same thing.
//!
//! Improvers propose one idea in many wordings. What an idea is worth is learned faster from all of its wordings together,
//! and a prompt needs each idea once. Only a reader can tell, so the improver's model sorts them; where it gives no usable
//! answer, wordings that are nearly the same to the letter are still taken for one idea by whoever keeps them.

use super::Improver;
use super::codebook::{groups, schema};
use crate::evaluate::ask::{Error, ask};
use crate::evaluate::fence::fence;
use crate::model::{CallKey, Request};

const SYSTEM: &str = include_str!("../../prompts/sorter.md");

/// Names of ideas, each with the places of its instructions among those that were given, from 0.
pub type Ideas = Vec<(String, Vec<usize>)>;

impl Improver {
    /// Sorts instructions by what they ask for. `known`: names that are in use. An instruction that asks for nothing in
    /// particular is in no group.
    ///
    /// # Errors
    /// When the call fails, or no answer could be read.
    pub async fn sort_instructions(
        &self,
        instructions: &[&str],
        known: &[String],
        key: &[&str],
    ) -> Result<Ideas, Error> {
        ask(
            self.caller(),
            key,
            |key| self.sorting_instructions(instructions, known, key),
            |answer| groups(answer, instructions.len()),
        )
        .await
    }

    /// The request; also what a dry run measures.
    #[must_use]
    pub fn sorting_instructions(&self, instructions: &[&str], known: &[String], key: CallKey) -> Request {
        let numbered: Vec<String> = instructions
            .iter()
            .enumerate()
            .map(|(at, item)| format!("{}. {}", at + 1, item.replace('\n', " ")))
            .collect();
        Request {
            key,
            system: SYSTEM.trim().to_owned(),
            user: format!(
                "Names in use:\n\n{}\n\nInstructions:\n\n{}\n\nAnswer with a JSON object: `groups`, a list of objects, each \
                 with `name` (text) and `reasonings` (the numbers of its lines).",
                fence("known", &known.join("\n")),
                fence("instructions", &numbered.join("\n"))
            ),
            schema: Some(schema()),
            max_tokens: self.max_tokens(),
        }
    }
}
