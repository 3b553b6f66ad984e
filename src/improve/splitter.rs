//! Has the improver's model mark the blocks of a lineage's first prompt.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::Improver;
use super::parts::{Mark, Marking, Part};
use crate::evaluate::ask::{Error, ask};
use crate::evaluate::fence::fence;
use crate::evaluate::reading::{self, Unusable};
use crate::model::{Answer, CallKey, Request, Schema};

const SYSTEM: &str = include_str!("../../prompts/splitter.md");

/// What an answer says of one block.
#[derive(Clone, Debug, PartialEq, Eq)]
enum BlockAnswer {
    Mark(Mark),
    /// Its pieces, laid end to end, are not the block.
    NotTheBlock,
}

impl Improver {
    /// Marks the open blocks. Every number must be there once; a block whose pieces are not the block is asked about
    /// once more, and is a rule after that.
    ///
    /// # Errors
    /// When the call fails, or no answer gave every number once.
    pub async fn split_prompt(&self, marking: &mut Marking<'_>, key: &[&str]) -> Result<(), Error> {
        let blocks: Vec<String> = marking.open().map(str::to_owned).collect();
        if blocks.is_empty() {
            return Ok(());
        }
        let numbered = marking.numbered();
        let mut said = ask(
            self.caller(),
            key,
            |key| self.splitting(&numbered, key),
            |answer| read(answer, &blocks.iter().map(String::as_str).enumerate().collect()),
        )
        .await?;
        let wrong: BTreeMap<usize, &str> = said
            .iter()
            .filter(|(_, said)| **said == BlockAnswer::NotTheBlock)
            .map(|(place, _)| (*place, blocks[*place].as_str()))
            .collect();
        if !wrong.is_empty() {
            let key: Vec<&str> = key.iter().copied().chain(["again"]).collect();
            let again =
                ask(self.caller(), &key, |key| self.splitting_again(&wrong, key), |answer| read(answer, &wrong)).await;
            match again {
                Ok(again) => said.extend(again),
                Err(Error::Unusable { .. }) => {}
                Err(error @ Error::Call(_)) => return Err(error),
            }
        }
        let rule = || Mark::Whole { part: Part::Rule, needs_heading: false };
        marking.mark(
            said.into_values().map(|said| if let BlockAnswer::Mark(mark) = said { mark } else { rule() }).collect(),
        );
        Ok(())
    }

    /// The request for the marks of a prompt, given with its numbers.
    #[must_use]
    pub fn splitting(&self, numbered: &str, key: CallKey) -> Request {
        self.split_request(format!("The prompt, its blocks numbered:\n\n{}", fence("blocks", numbered)), key)
    }

    fn splitting_again(&self, wrong: &BTreeMap<usize, &str>, key: CallKey) -> Request {
        let mut numbered = String::new();
        for (place, block) in wrong {
            for line in block.lines() {
                numbered.push_str(&format!("{}| {line}\n", place + 1));
            }
        }
        let text = format!(
            "Some blocks of a prompt. Each was cut into pieces before which, laid end to end, were not the block: \
             something was left out, added or changed, if only a space. Cut them anew to the character, or give each \
             as one part:\n\n{}",
            fence("blocks", &numbered)
        );
        self.split_request(text, key)
    }

    fn split_request(&self, text: String, key: CallKey) -> Request {
        Request {
            key,
            system: SYSTEM.trim().to_owned(),
            user: format!(
                "{text}\n\nAnswer with a JSON object: `blocks`, a list with one object for every number, each with \
                 `number`, `part` (\"fact\", \"rule\", \"advice\" or \"mixed\"), `needs_heading` (true or false) and \
                 `pieces` (a list of objects with `part` and `text`)."
            ),
            schema: Some(schema()),
            max_tokens: self.max_tokens(),
        }
    }
}

fn schema() -> Schema {
    Schema {
        name: "split".into(),
        json: json!({
            "type": "object",
            "properties": {"blocks": {"type": "array", "items": {
                "type": "object",
                "properties": {
                    "number": {"type": "integer"},
                    "part": {"type": "string", "enum": ["fact", "rule", "advice", "mixed"]},
                    "needs_heading": {"type": "boolean"},
                    "pieces": {"type": "array", "items": {
                        "type": "object",
                        "properties": {
                            "part": {"type": "string", "enum": ["fact", "rule", "advice"]},
                            "text": {"type": "string"}
                        },
                        "required": ["part", "text"],
                        "additionalProperties": false
                    }}
                },
                "required": ["number", "part", "needs_heading", "pieces"],
                "additionalProperties": false
            }}},
            "required": ["blocks"],
            "additionalProperties": false
        }),
    }
}

/// Reads what is said of these blocks, by their places from 0. Every one of them must be there once, and no other.
fn read(answer: &Answer, blocks: &BTreeMap<usize, &str>) -> Result<BTreeMap<usize, BlockAnswer>, Unusable> {
    let unusable = || Unusable::WrongField { field: "blocks", kind: "list with every number once" };
    let object = reading::object(answer)?;
    let list = object.get("blocks").and_then(Value::as_array).ok_or_else(unusable)?;
    let mut found = BTreeMap::new();
    for block in list {
        let block = block.as_object().ok_or_else(unusable)?;
        let number = block.get("number").and_then(Value::as_u64).ok_or_else(unusable)?;
        let place = usize::try_from(number).ok().and_then(|number| number.checked_sub(1)).ok_or_else(unusable)?;
        let text = blocks.get(&place).ok_or_else(unusable)?;
        let said = said(block, text).ok_or_else(unusable)?;
        if found.insert(place, said).is_some() {
            return Err(unusable());
        }
    }
    if found.len() == blocks.len() { Ok(found) } else { Err(unusable()) }
}

/// What an object says of a block; `None` where it names no part.
fn said(block: &Map<String, Value>, text: &str) -> Option<BlockAnswer> {
    let name = block.get("part")?.as_str()?;
    let needs_heading = block.get("needs_heading").and_then(Value::as_bool).unwrap_or(true);
    if let Some(part) = part(name) {
        return Some(BlockAnswer::Mark(Mark::Whole { part, needs_heading }));
    }
    if !name.trim().eq_ignore_ascii_case("mixed") {
        return None;
    }
    let pieces = block.get("pieces").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let piece = |piece: &Value| {
        let quote = piece.get("text")?.as_str()?;
        // A model sees no difference between the ends of lines.
        let quote =
            if text.contains("\r\n") { quote.replace("\r\n", "\n").replace('\n', "\r\n") } else { quote.to_owned() };
        Some((part(piece.get("part")?.as_str()?)?, quote))
    };
    let cut: Option<Vec<(Part, String)>> = pieces.iter().map(piece).collect();
    Some(match cut {
        Some(cut) if cut.iter().map(|(_, quote)| quote.as_str()).collect::<String>() == text => {
            BlockAnswer::Mark(Mark::Cut(cut))
        }
        _ => BlockAnswer::NotTheBlock,
    })
}

fn part(name: &str) -> Option<Part> {
    match name.trim().to_ascii_lowercase().as_str() {
        "fact" => Some(Part::Fact),
        "rule" => Some(Part::Rule),
        "advice" => Some(Part::Advice),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Stop, Usage};

    const BLOCKS: [&str; 2] = ["We sell tea.\r\nBe brief.", "Sign as Tom."];

    fn read(text: &str) -> Result<Vec<BlockAnswer>, Unusable> {
        let answer = Answer {
            text: text.into(),
            stop: Stop::EndTurn,
            usage: Usage::default(),
            request_id: None,
            ..Answer::default()
        };
        Ok(super::read(&answer, &BLOCKS.into_iter().enumerate().collect())?.into_values().collect())
    }

    #[test]
    fn every_number_must_be_there_once() {
        let block = |number: u64| json!({"number": number, "part": "Rule", "needs_heading": false, "pieces": []});
        let read = |numbers: &[u64]| {
            read(&json!({"blocks": numbers.iter().map(|number| block(*number)).collect::<Vec<_>>()}).to_string())
        };
        let rule = BlockAnswer::Mark(Mark::Whole { part: Part::Rule, needs_heading: false });
        assert_eq!(read(&[2, 1]).unwrap(), [rule.clone(), rule]);
        for numbers in [&[1][..], &[1, 1], &[1, 2, 2], &[1, 2, 3], &[0, 1, 2], &[]] {
            assert!(read(numbers).is_err(), "{numbers:?}");
        }
        assert!(self::read("{\"groups\": []}").is_err());
    }

    #[test]
    fn pieces_count_only_where_they_are_the_block_to_the_character() {
        let read = |pieces: &[(&str, &str)]| {
            let pieces: Vec<Value> = pieces.iter().map(|(part, text)| json!({"part": part, "text": text})).collect();
            let blocks = json!([
                {"number": 1, "part": "mixed", "needs_heading": false, "pieces": pieces},
                {"number": 2, "part": "rule"},
            ]);
            read(&json!({ "blocks": blocks }).to_string()).unwrap().remove(0)
        };
        let (fact, advice) = ((Part::Fact, "We sell tea.\r\n".to_owned()), (Part::Advice, "Be brief.".to_owned()));
        assert_eq!(
            read(&[("fact", "We sell tea.\n"), ("advice", "Be brief.")]),
            BlockAnswer::Mark(Mark::Cut(vec![fact, advice]))
        );
        for pieces in [
            &[("fact", "We sell tea."), ("advice", "Be brief.")][..],
            &[("fact", "We sell tea.\n"), ("advice", "Be short.")],
            &[("fact", "We sell tea.\n"), ("slogan", "Be brief.")],
            &[],
        ] {
            assert_eq!(read(pieces), BlockAnswer::NotTheBlock, "{pieces:?}");
        }
    }
}
