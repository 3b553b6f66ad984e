//! What an audit of an auditor puts to it: labelled messages in several languages, half of them honest.

use std::collections::HashMap;

use serde::Deserialize;

use super::grounding::Sources;
use crate::model::digest;

/// Labelled messages with what they are held against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditorBattery {
    /// The messages, in the order of the file.
    pub cases: Vec<Case>,
}

/// One labelled message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// A short name.
    pub id: String,
    /// The language of offer, persona and message, as BCP 47 has it.
    pub lang: String,
    /// What the sender trades in.
    pub trade: String,
    /// What the message is held against.
    pub sources: Sources,
    /// To whom it is addressed.
    pub persona: String,
    /// The message.
    pub message: String,
    /// The passages that are made up, in characters: the first, and one past the last. Empty where it is honest.
    pub made_up: Vec<(usize, usize)>,
    /// What makes it hard, in a few words.
    pub hard: String,
}

/// Why a battery cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file is not what it should be.
    #[error("{0}")]
    Toml(#[from] toml::de::Error),
    /// A message names an offer or a persona that is not there.
    #[error("message {message} names {what}, which is not there")]
    Unknown {
        /// The message.
        message: String,
        /// What it names.
        what: String,
    },
    /// A labelled passage does not stand in its message.
    #[error("message {message} does not hold the passage {passage:?}")]
    Passage {
        /// The message.
        message: String,
        /// The passage.
        passage: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    offer: Vec<Offer>,
    message: Vec<Message>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Offer {
    id: String,
    lang: String,
    trade: String,
    facts: String,
    orders: String,
    persona: Vec<Persona>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Persona {
    id: String,
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Message {
    id: String,
    offer: String,
    persona: String,
    text: String,
    made_up: Vec<String>,
    hard: String,
}

/// The battery that is compiled in, as text.
const BUILT_IN: &str = include_str!("../../prompts/auditor_battery.toml");

/// The messages of the battery that is compiled in, trimmed, each with its passages that are made up.
#[must_use]
pub fn labels() -> HashMap<String, Vec<String>> {
    let messages = toml::from_str::<File>(BUILT_IN).map(|file| file.message).unwrap_or_default();
    messages.into_iter().map(|message| (message.text.trim().to_owned(), message.made_up)).collect()
}

impl AuditorBattery {
    /// The battery that is compiled in.
    ///
    /// # Errors
    /// When its file is damaged: a defect of the program, which a test rules out.
    pub fn built_in() -> Result<Self, Error> {
        AuditorBattery::parse(BUILT_IN)
    }

    /// Reads a battery.
    ///
    /// # Errors
    /// Where it is no TOML of this shape, or a name or a passage in it leads nowhere.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let File { offer, message } = toml::from_str(text)?;
        let offers: HashMap<&str, &Offer> = offer.iter().map(|offer| (offer.id.as_str(), offer)).collect();
        let cases: Result<Vec<Case>, Error> = message.iter().map(|message| Case::new(message, &offers)).collect();
        Ok(AuditorBattery { cases: cases? })
    }

    /// Hash of the whole battery, 16 hexadecimal digits: two audits asked the same only if it is the same.
    #[must_use]
    pub fn hash(&self) -> String {
        let parts = self.cases.iter().flat_map(|case| {
            let spans = format!("{:?}", case.made_up);
            [
                case.sources.facts.to_string(),
                case.sources.orders.to_string(),
                case.persona.clone(),
                case.message.clone(),
                spans,
            ]
        });
        let parts: Vec<String> = parts.collect();
        digest(&parts.iter().map(String::as_str).collect::<Vec<_>>())[..16].to_owned()
    }
}

impl Case {
    fn new(message: &Message, offers: &HashMap<&str, &Offer>) -> Result<Self, Error> {
        let unknown = |what: String| Error::Unknown { message: message.id.clone(), what };
        let offer =
            offers.get(message.offer.as_str()).ok_or_else(|| unknown(format!("the offer {}", message.offer)))?;
        let persona = offer.persona.iter().find(|persona| persona.id == message.persona);
        let persona = persona.ok_or_else(|| unknown(format!("the persona {}", message.persona)))?;
        let text = message.text.trim();
        let span = |passage: &String| {
            let lost = || Error::Passage { message: message.id.clone(), passage: passage.clone() };
            let at = text.find(passage.trim()).filter(|_| !passage.trim().is_empty()).ok_or_else(lost)?;
            let start = text[..at].chars().count();
            Ok((start, start + passage.trim().chars().count()))
        };
        let made_up: Result<Vec<(usize, usize)>, Error> = message.made_up.iter().map(span).collect();
        Ok(Case {
            id: message.id.clone(),
            lang: offer.lang.clone(),
            trade: offer.trade.clone(),
            sources: Sources::new(offer.facts.trim(), offer.orders.trim()),
            persona: persona.text.trim().to_owned(),
            message: text.to_owned(),
            made_up: made_up?,
            hard: message.hard.clone(),
        })
    }

    /// Whether nothing in it is made up.
    #[must_use]
    pub fn is_honest(&self) -> bool {
        self.made_up.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::evaluate::fence::fence;
    use crate::evaluate::grounding::audit_without_model;

    const SMALL: &str = include_str!("../../tests/data/auditor_battery.toml");

    #[test]
    fn the_battery_is_whole() {
        let battery = AuditorBattery::built_in().unwrap();
        let honest = battery.cases.iter().filter(|case| case.is_honest()).count();
        let languages: BTreeSet<&str> = battery.cases.iter().map(|case| case.lang.as_str()).collect();
        assert!(battery.cases.len() >= 80 && languages.len() >= 5, "{} in {languages:?}", battery.cases.len());
        assert!(honest * 5 >= battery.cases.len() * 2 && honest * 5 <= battery.cases.len() * 3, "{honest} are honest");
        let ids: BTreeSet<&str> = battery.cases.iter().map(|case| case.id.as_str()).collect();
        let texts: BTreeSet<&str> = battery.cases.iter().map(|case| case.message.as_str()).collect();
        assert_eq!((ids.len(), texts.len()), (battery.cases.len(), battery.cases.len()), "something stands twice");
    }

    #[test]
    fn no_message_closes_the_delimiters_that_it_is_put_between() {
        for case in AuditorBattery::built_in().unwrap().cases {
            let fenced = fence("message", &case.message);
            let mark = &fenced[1..fenced.find('>').unwrap()];
            assert_eq!(fenced.matches(mark).count(), 2, "{}", case.id);
        }
    }

    #[test]
    fn no_honest_message_is_accused_without_a_model() {
        for case in AuditorBattery::built_in().unwrap().cases {
            let audit = audit_without_model(&case.message, &case.sources, &case.persona);
            let quotes: Vec<&str> = audit.claims.iter().map(|claim| claim.quote(&case.message)).collect();
            let labelled = audit
                .claims
                .iter()
                .all(|claim| case.made_up.iter().any(|(start, end)| claim.start < *end && *start < claim.end));
            assert!(labelled, "{}: {quotes:?}", case.id);
        }
    }

    #[test]
    fn passages_are_counted_in_characters_and_what_leads_nowhere_is_said() {
        let battery = AuditorBattery::parse(SMALL).unwrap();
        let case = &battery.cases[1];
        let (start, end) = case.made_up[0];
        assert_eq!(case.message.chars().skip(start).take(end - start).collect::<String>(), "für 400 Höfe");
        assert_eq!((case.lang.as_str(), case.is_honest(), battery.cases[0].is_honest()), ("de", false, true));
        let error = |from: &str, to: &str| AuditorBattery::parse(&SMALL.replacen(from, to, 1)).unwrap_err().to_string();
        assert_eq!(
            error("persona = \"p1\"", "persona = \"p9\""),
            "message dairy-01 names the persona p9, which is not there"
        );
        assert_eq!(
            error("offer = \"dairy\"", "offer = \"x\""),
            "message dairy-01 names the offer x, which is not there"
        );
        assert!(error("[\"für 400 Höfe", "[\"für 500 Höfe").contains("does not hold the passage"));
        assert!(AuditorBattery::parse("offer = 1").is_err());
    }

    #[test]
    fn the_hash_tells_batteries_apart() {
        let (battery, other) =
            (AuditorBattery::parse(SMALL).unwrap(), AuditorBattery::parse(&SMALL.replacen("400", "500", 9)).unwrap());
        assert_eq!((battery.hash().len(), battery.hash() == other.hash()), (16, false));
        assert_eq!(battery.hash(), battery.clone().hash());
    }
}
