//! What is asked: reads a request's texts and the properties of its schema.

use serde::{Deserialize, Serialize};

/// A question to a model, in whatever form a product puts it.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The system prompt.
    pub system: &'a str,
    /// The user's turn.
    pub user: &'a str,
    /// The names of the properties that the answer must have; none where it is plain text.
    pub properties: &'a [&'a str],
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case", tag = "ask")]
pub enum Ask {
    /// A message.
    Message {
        /// The prompt.
        prompt: String,
        /// The persona.
        persona: String,
        /// Whether it is told beside the prompt to claim nothing else.
        #[serde(default)]
        rule: bool,
    },
    /// A draft without these passages.
    Revision {
        /// The draft.
        draft: String,
        /// The passages, in whatever list.
        passages: String,
    },
    /// A decision.
    Decision {
        /// The persona.
        persona: String,
        /// The message.
        message: String,
        /// Whether a chance is asked for.
        #[serde(default)]
        score: bool,
    },
    /// The claims of a message.
    Audit {
        /// The message.
        message: String,
        /// The facts.
        facts: String,
        /// Whether support is a list.
        #[serde(default)]
        lists: bool,
    },
    /// A changed prompt, or a list of changes.
    Rewrite {
        /// The prompt, or its advice.
        prompt: String,
        /// What its messages met.
        feedback: String,
        /// What to answer first.
        #[serde(default)]
        focus: String,
        /// How to go about it.
        #[serde(default)]
        manner: Manner,
        /// The form of the answer.
        #[serde(default)]
        form: Form,
    },
    /// One prompt that says what several say.
    Merge {
        /// The prompts to merge.
        prompts: Vec<String>,
    },
    /// Items, sorted into ideas.
    Ideas {
        /// Numbered lines.
        lines: String,
    },
    /// Names for groups of reasonings.
    Codebook {
        /// Numbered lines.
        lines: String,
    },
    /// The groups of each reasoning.
    Codes {
        /// Numbered lines.
        lines: String,
        /// The groups that there are.
        groups: String,
    },
    /// Reasonings in groups, named on the way.
    Groups {
        /// Numbered lines.
        lines: String,
    },
    /// People, sorted into kinds.
    People {
        /// Numbered lines.
        lines: String,
        /// The kinds that there are; empty where they are to be named.
        #[serde(default)]
        kinds: String,
    },
    /// Whether blocks of a prompt are facts, rules or advice.
    Split {
        /// Numbered blocks, with a bar in the margin.
        blocks: String,
    },
    /// Faults of items.
    Faults,
    /// Something that a world knows nothing of.
    Unknown,
}

/// How an improver goes about a rewrite.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Manner {
    /// Two or three items are added.
    #[default]
    Edit,
    /// More are, and more go.
    Rewrite,
    /// Items go.
    Shorten,
}

/// The form of a rewrite.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// The prompt as plain text.
    #[default]
    Plain,
    /// An object with the prompt.
    Whole,
    /// An object with a list of changes.
    Changes,
}

impl Ask {
    /// Reads a request. Never fails.
    #[must_use]
    pub fn read(request: &Request<'_>) -> Self {
        let user = request.user;
        let text = |tag: &str| fence(user, tag).unwrap_or_default().to_owned();
        let has = |property: &str| request.properties.contains(&property);
        if has("decision") || has("score") {
            return Ask::Decision { persona: text("persona"), message: text("message"), score: has("score") };
        }
        if has("claims") {
            let lists = fence(user, "orders").is_some() || fence(user, "hints").is_some();
            return Ask::Audit { message: text("message"), facts: text("facts"), lists };
        }
        if has("changes") || has("prompt") {
            let form = if has("changes") { Form::Changes } else { Form::Whole };
            let prompt = fence(user, "advice").or_else(|| fence(user, "prompt")).unwrap_or_default().to_owned();
            let manner = match user {
                _ if user.contains("Rewrite:") => Manner::Rewrite,
                _ if user.contains("Shorten:") => Manner::Shorten,
                _ => Manner::Edit,
            };
            return Ask::Rewrite { prompt, feedback: text("feedback"), focus: text("focus"), manner, form };
        }
        if has("codes") {
            return Ask::Codes { lines: text("reasonings"), groups: text("against") + "\n" + &text("favour") };
        }
        if has("kinds") {
            return Ask::People { lines: text("people"), kinds: text("kinds") };
        }
        if has("blocks") {
            return Ask::Split { blocks: text("blocks") };
        }
        if has("faults") {
            return Ask::Faults;
        }
        if has("groups") {
            return match (fence(user, "instructions").or_else(|| fence(user, "items")), fence(user, "reasonings")) {
                (Some(lines), _) => Ask::Ideas { lines: lines.to_owned() },
                (None, Some(lines)) if has("definition") => Ask::Codebook { lines: lines.to_owned() },
                (None, lines) => {
                    Ask::Groups { lines: lines.or_else(|| fence(user, "names")).unwrap_or_default().to_owned() }
                }
            };
        }
        if let Some(persona) = fence(user, "persona").filter(|_| request.properties.is_empty()) {
            if let Some(draft) = fence(user, "draft") {
                return Ask::Revision { draft: draft.to_owned(), passages: text("passages") };
            }
            // What stands beside the persona and speaks of claims is the standing rule, or what was wrong with a draft.
            let rule = user.replace(persona, "").to_lowercase().contains("claim");
            return Ask::Message { prompt: request.system.to_owned(), persona: persona.to_owned(), rule };
        }
        Ask::Unknown
    }
}

/// The first text of a kind between tags that it cannot close, `<kind-HEX>` to `</kind-HEX>`.
fn fence<'a>(text: &'a str, kind: &str) -> Option<&'a str> {
    let open = format!("<{kind}-");
    let mut rest = text;
    while let Some(at) = rest.find(&open) {
        let inside = &rest[at + open.len()..];
        let digits = inside.bytes().take_while(u8::is_ascii_hexdigit).count();
        let close = format!("</{kind}-{}>", &inside[..digits]);
        if let Some(text) = inside[digits..].strip_prefix('>')
            && let Some(end) = text.find(&close)
        {
            return Some(text[..end].trim_matches('\n'));
        }
        rest = &rest[at + open.len()..];
    }
    None
}

/// Lines such as `3. text` or `3| text`, by number; a line without a number belongs to the one before.
pub(super) fn numbered(text: &str) -> Vec<(usize, String)> {
    let mut found: Vec<(usize, String)> = Vec::new();
    for line in text.lines() {
        let digits = line.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = line.split_at(digits);
        let mark = rest.starts_with(['.', '|', ':', ')']);
        match number.parse() {
            Ok(number) if mark => found.push((number, rest[1..].strip_prefix(' ').unwrap_or(&rest[1..]).to_owned())),
            _ => {
                if let Some((_, last)) = found.last_mut() {
                    let line = line.strip_prefix('|').map_or(line, |line| line.strip_prefix(' ').unwrap_or(line));
                    last.push('\n');
                    last.push_str(line);
                }
            }
        }
    }
    found
}
