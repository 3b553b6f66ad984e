//! Labelled texts: our own battery, and those beside the project, where they are there.

use std::path::{Path, PathBuf};

use rejoinder::evaluate::grounding::Sources;
use serde_json::Value;

/// A message of which somebody has said what in it is made up.
pub struct Message {
    pub id: String,
    pub lang: String,
    pub sources: Sources,
    pub persona: String,
    pub text: String,
    /// The passages that nothing supports, as characters of the text; none for an honest message.
    pub made_up: Vec<(usize, usize)>,
}

/// A passage of a message with a label of its own.
pub struct Passage {
    pub span: (usize, usize),
    /// `supported`, `unsupported` or `arguable`.
    pub label: String,
}

/// A message with labelled passages.
pub struct Draft {
    pub message: Message,
    pub passages: Vec<Passage>,
}

/// A reasoning with the groups that it raises, the main one first.
pub struct Reasoning {
    pub id: String,
    pub lang: String,
    pub source: String,
    pub yes: bool,
    pub text: String,
    pub labels: Vec<String>,
}

/// Where the labelled texts beside the project are; `None`, said on standard error, where they are absent.
pub fn shared() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = std::env::var_os("REJOINDER_SHARED_DATA").map_or_else(|| root.join("../shared/data"), PathBuf::from);
    if folder.join("labelled").is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: there are no labelled texts in {}", folder.display());
    None
}

fn json(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn text(value: &Value, field: &str) -> String {
    value[field].as_str().unwrap_or_else(|| panic!("no text {field} in {value}")).to_owned()
}

fn list<'v>(value: &'v Value, field: &str) -> &'v [Value] {
    value[field].as_array().map_or(&[], Vec::as_slice)
}

/// Where a passage stands in a text, in characters.
fn span(message: &str, passage: &str) -> (usize, usize) {
    let at = message.find(passage).unwrap_or_else(|| panic!("{passage:?} is not in {message:?}"));
    let start = message[..at].chars().count();
    (start, start + passage.chars().count())
}

/// The messages of `labelled/claims.json`.
pub fn claims(folder: &Path) -> Vec<Message> {
    let all = json(&folder.join("labelled/claims.json"));
    let message = |row: &Value| {
        let offer = &all["offers"][text(row, "offer")];
        let spans = list(row, "spans").iter();
        Message {
            id: text(row, "id"),
            lang: text(row, "lang"),
            sources: Sources::from_prompt(text(offer, "facts")),
            persona: text(&offer["personas"], row["persona"].as_str().expect("a persona")),
            text: text(row, "message"),
            made_up: spans
                .map(|span| {
                    let at = |field: &str| span[field].as_u64().expect("a place") as usize;
                    (at("start"), at("end"))
                })
                .collect(),
        }
    };
    list(&all, "messages").iter().map(message).collect()
}

/// The drafts of a recorded loop whose passages were sent back, each with the passages' labels.
pub fn accused(folder: &Path) -> Vec<Draft> {
    let rows = json(&folder.join("solar/accused.json"));
    let offer = std::fs::read_to_string(folder.join("solar/offer.md")).expect("the offer");
    let (facts, orders) = offer.trim().split_once("\n\n").expect("facts, then orders");
    let sources = Sources::new(facts, orders);
    let mut drafts: Vec<Draft> = Vec::new();
    for row in rows.as_array().expect("a list") {
        let (draft, persona) = (text(row, "draft"), text(row, "persona"));
        let passage = Passage { span: span(&draft, &text(row, "passage")), label: text(row, "label") };
        match drafts.iter_mut().find(|known| known.message.text == draft && known.message.persona == persona) {
            Some(known) => known.passages.push(passage),
            None => {
                let message = Message {
                    id: format!("solar-{}", text(row, "request")),
                    lang: "en".into(),
                    sources: sources.clone(),
                    persona,
                    text: draft,
                    made_up: Vec::new(),
                };
                drafts.push(Draft { message, passages: vec![passage] });
            }
        }
    }
    drafts
}

/// The messages of the battery that `audit-auditor` puts to an auditor.
pub fn battery() -> Vec<Message> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("prompts/auditor_battery.toml");
    let text_of_file = std::fs::read_to_string(path).expect("the battery");
    let all: toml::Value = toml::from_str(&text_of_file).expect("a battery");
    let all = serde_json::to_value(all).expect("the same as JSON");
    let named = |rows: &'static str, of: &Value, id: &str| {
        list(of, rows).iter().find(|row| row["id"] == id).cloned().unwrap_or_else(|| panic!("no {rows} {id}"))
    };
    let message = |row: &Value| {
        let offer = named("offer", &all, &text(row, "offer"));
        let persona = named("persona", &offer, &text(row, "persona"));
        let message = text(row, "text");
        let passages = list(row, "made_up").iter().map(|passage| passage.as_str().expect("a passage"));
        Message {
            id: text(row, "id"),
            lang: text(&offer, "lang"),
            sources: Sources::new(text(&offer, "facts"), text(&offer, "orders")),
            persona: text(&persona, "text"),
            made_up: passages.map(|passage| span(&message, passage)).collect(),
            text: message,
        }
    };
    list(&all, "message").iter().map(message).collect()
}

/// Messages of which half hold text that is no part of them, which is what counts as made up here.
pub fn remarks() -> Vec<Message> {
    let text_of_file = std::fs::read_to_string(super::folder().join("remarks.toml")).expect("the messages");
    let all: toml::Value = toml::from_str(&text_of_file).expect("messages");
    let all = serde_json::to_value(all).expect("the same as JSON");
    let message = |row: &Value| {
        let message = text(row, "text").trim().to_owned();
        let remarks = list(row, "remarks").iter().map(|passage| passage.as_str().expect("a passage"));
        Message {
            id: text(row, "id"),
            lang: text(row, "lang"),
            sources: Sources::from_prompt(text(row, "facts")),
            persona: text(row, "persona"),
            made_up: remarks.map(|passage| span(&message, passage)).collect(),
            text: message,
        }
    };
    list(&all, "message").iter().map(message).collect()
}

/// The reasonings of `labelled/reasonings.json`.
pub fn reasonings(folder: &Path) -> Vec<Reasoning> {
    let all = json(&folder.join("labelled/reasonings.json"));
    let reasoning = |row: &Value| Reasoning {
        id: text(row, "id"),
        lang: text(row, "lang"),
        source: text(row, "source"),
        yes: row["yes"].as_bool().expect("a decision"),
        text: text(row, "reasoning"),
        labels: {
            let main = text(row, "main");
            let rest = list(row, "labels").iter().filter_map(Value::as_str).filter(|label| *label != main);
            std::iter::once(main.as_str()).chain(rest).map(str::to_owned).collect()
        },
    };
    list(&all, "reasonings").iter().map(reasoning).collect()
}
