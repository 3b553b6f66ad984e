//! The form in which a model at a host accepts requests, learned from what it refuses.
//!
//! Hosts with the same wire format differ in what they accept: the name of the token cap, a schema, the system role,
//! how hard to think. A part that a host refuses by name is renamed or left out, once. If that helps, it is remembered
//! for this host and model, and becomes part of the settings in a judge's fingerprint.

mod refusal;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use refusal::{REFUSES, cap_within, nearest, with_setting};
use serde::{Deserialize, Serialize};

use super::http::Effort;
use super::{Failure, FailureKind, Reply, Request};

/// More changes than this go round in circles.
pub(crate) const MOST_CHANGES: usize = 8;

/// What the cap on tokens is called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Cap {
    /// As this host is known to call it.
    #[default]
    Usual,
    /// The other one of `max_tokens` and `max_completion_tokens`.
    Other,
}

/// How JSON is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Json {
    /// By its schema.
    #[default]
    Schema,
    /// As any object.
    Object,
    /// In words alone: the question says it anyway.
    Words,
}

/// Where the system prompt stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Place {
    /// In its own place, in the richest form that the wire format has.
    #[default]
    Usual,
    /// In its own place, as plain text.
    Text,
    /// Before what is asked.
    User,
}

/// How hard the model is told to think.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Thinking {
    /// As it is set.
    #[default]
    AsSet,
    /// By another word, the nearest to the setting.
    Nearest(Effort),
    /// It is not told.
    Unsaid,
}

/// The form of a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Form {
    pub(super) cap: Cap,
    pub(super) json: Json,
    pub(super) place: Place,
    pub(super) thinking: Thinking,
    /// The most tokens of output that may be asked for, if fewer than asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) most: Option<u32>,
}

/// Formats the form for the fingerprint; empty if nothing was refused.
impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut words = Vec::new();
        if self.cap == Cap::Other {
            words.push("cap".to_owned());
        }
        match self.json {
            Json::Schema => {}
            Json::Object => words.push("json-object".to_owned()),
            Json::Words => words.push("no-schema".to_owned()),
        }
        match self.place {
            Place::Usual => {}
            Place::Text => words.push("plain-system".to_owned()),
            Place::User => words.push("no-system".to_owned()),
        }
        match self.thinking {
            Thinking::AsSet => {}
            Thinking::Nearest(effort) => words.push(format!("effort-{effort}")),
            Thinking::Unsaid => words.push("no-effort".to_owned()),
        }
        if let Some(most) = self.most {
            words.push(format!("most-{most}"));
        }
        if words.is_empty() { Ok(()) } else { write!(f, " form={}", words.join(",")) }
    }
}

/// The settings without the form that was learned on the way: a run that learns it resumes as the same run.
#[must_use]
pub fn without_form(settings: &str) -> String {
    settings.split(' ').filter(|word| !word.starts_with("form=")).collect::<Vec<_>>().join(" ")
}

/// The parts of a request that a host can refuse.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each can be refused by itself")]
pub(super) struct Sent {
    pub(super) has_system: bool,
    pub(super) has_schema: bool,
    pub(super) effort: Option<Effort>,
    /// Whether the wire format has a plain form of the system prompt beside its usual one.
    pub(super) has_rich_system: bool,
    /// Whether it has an object without a schema.
    pub(super) has_object: bool,
    /// Whether the cap has two names.
    pub(super) has_cap_names: bool,
    /// The cap on tokens.
    pub(super) max_tokens: u32,
}

impl Sent {
    pub(super) fn chat(request: &Request, effort: Option<Effort>) -> Self {
        let (has_system, has_schema) = (!request.system.is_empty(), request.schema.is_some());
        let max_tokens = request.max_tokens;
        Sent {
            has_system,
            has_schema,
            effort,
            has_rich_system: false,
            has_object: true,
            has_cap_names: true,
            max_tokens,
        }
    }

    pub(super) fn messages(request: &Request, effort: Option<Effort>) -> Self {
        let (has_system, has_schema) = (!request.system.is_empty(), request.schema.is_some());
        let max_tokens = request.max_tokens;
        Sent {
            has_system,
            has_schema,
            effort,
            has_rich_system: true,
            has_object: false,
            has_cap_names: false,
            max_tokens,
        }
    }
}

impl Form {
    /// The cap on tokens of this request.
    pub(super) fn cap_of(self, request: &Request) -> u32 {
        self.most.map_or(request.max_tokens, |most| most.min(request.max_tokens))
    }

    /// The form without the part that this failure refuses, and the name of that part; `None` if it refuses nothing of
    /// the form.
    pub(super) fn without(self, failure: &Failure, sent: Sent) -> Option<(Form, &'static str)> {
        let words = format!("{} {}", failure.param.as_deref().unwrap_or_default(), failure.message).to_lowercase();
        let has = |parts: &[&str]| parts.iter().any(|part| words.contains(part));
        // Some servers say with a 500 that they cannot do what is asked.
        let refuses = match failure.kind {
            FailureKind::Invalid | FailureKind::NotFound => failure.status.is_some(),
            FailureKind::Server => matches!(failure.status, Some(500 | 501)) && has(&REFUSES),
            _ => false,
        };
        if !refuses {
            return None;
        }
        if let Some(most) = cap_within(&words).filter(|most| *most < self.most.unwrap_or(sent.max_tokens)) {
            return Some((Form { most: Some(most), ..self }, "as many tokens of output"));
        }
        if sent.has_cap_names
            && self.cap == Cap::Usual
            && has(&["max_tokens", "max_completion_tokens", "max_new_tokens"])
        {
            return Some((Form { cap: Cap::Other, ..self }, "the cap on tokens by this name"));
        }
        let thinking = sent.effort.is_some() && self.thinking != Thinking::Unsaid;
        if thinking && has(&["effort", "thinking", "reasoning", "think value", "chat_template_kwargs"]) {
            let nearest = sent.effort.and_then(|effort| nearest(effort, &words));
            let thinking = match (self.thinking, nearest) {
                (Thinking::AsSet, Some(nearest)) => Thinking::Nearest(nearest),
                _ => Thinking::Unsaid,
            };
            return Some((Form { thinking, ..self }, "the effort"));
        }
        let schema = sent.has_schema && self.json != Json::Words;
        let names_schema = [
            "response_format",
            "response format",
            "json_schema",
            "json schema",
            "json_object",
            "structured output",
            "structured_output",
            "response_schema",
            "additionalproperties",
            "grammar",
            "guided",
            "output_format",
            "output_config.format",
            "'strict'",
            "\"strict\"",
        ];
        if schema && has(&names_schema) {
            let json = if sent.has_object && self.json == Json::Schema { Json::Object } else { Json::Words };
            return Some((Form { json, ..self }, "the schema of the answer"));
        }
        if has(&["output_config", "output config"]) && (schema || thinking) {
            let form = Form {
                json: if schema { Json::Words } else { self.json },
                thinking: if thinking { Thinking::Unsaid } else { self.thinking },
                ..self
            };
            return Some((form, "output_config"));
        }
        let names_system = [
            "system role",
            "system prompt",
            "system message",
            "system instruction",
            "'system'",
            "\"system\"",
            "`system`",
            "system: ",
            "system.",
            "role: system",
            "developer instruction",
            "developer message",
            "developer role",
            "'developer'",
            "cache_control",
            "roles must alternate",
            "only user and assistant",
            "'user' or 'assistant'",
            "messages[0].role",
            "messages.0.role",
        ];
        if sent.has_system && self.place != Place::User && has(&names_system) {
            let place = if sent.has_rich_system && self.place == Place::Usual { Place::Text } else { Place::User };
            return Some((Form { place, ..self }, "the system prompt in this place"));
        }
        // A gateway for which no host takes everything that is asked, and which does not say what: the least needed
        // part goes first.
        if has(&["handle the requested parameters"]) {
            if thinking {
                return Some((Form { thinking: Thinking::Unsaid, ..self }, "the effort"));
            }
            let json = if sent.has_object && self.json == Json::Schema { Json::Object } else { Json::Words };
            return schema.then_some((Form { json, ..self }, "the schema of the answer"));
        }
        None
    }
}

/// The forms that are remembered for hosts and models, in a file if there is one. Cheap to clone.
#[derive(Clone, Default)]
pub struct Forms(Arc<Memory>);

/// Receives what a host does not accept, for the user.
type Say = Box<dyn Fn(String) + Send + Sync>;

#[derive(Default)]
struct Memory {
    file: Option<PathBuf>,
    known: Mutex<BTreeMap<String, Arc<Mutex<Form>>>>,
    say: Option<Say>,
}

impl fmt::Debug for Forms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Forms").field("file", &self.0.file).finish_non_exhaustive()
    }
}

impl Forms {
    /// Reads the forms of this file; starts empty if it is missing or unreadable. `say` is called with whatever is
    /// learned.
    #[must_use]
    pub fn in_file(file: &Path, say: impl Fn(String) + Send + Sync + 'static) -> Self {
        let read = || serde_json::from_slice::<BTreeMap<String, Form>>(&std::fs::read(file).ok()?).ok();
        let known = read().unwrap_or_default().into_iter().map(|(key, form)| (key, Arc::new(Mutex::new(form))));
        Forms(Arc::new(Memory {
            file: Some(file.to_owned()),
            known: Mutex::new(known.collect()),
            say: Some(Box::new(say)),
        }))
    }

    /// The form of this model at this host, shared by all who ask it.
    pub(super) fn learned(&self, host: &str, model: &str) -> Learned {
        let form = Arc::clone(locked(&self.0.known).entry(format!("{host} {model}")).or_default());
        Learned { forms: self.clone(), form, host: host.to_owned(), model: model.to_owned() }
    }

    fn save(&self) {
        let all: BTreeMap<String, Form> =
            locked(&self.0.known).iter().map(|(key, form)| (key.clone(), *locked(form))).collect();
        let learned: BTreeMap<_, _> = all.into_iter().filter(|(_, form)| *form != Form::default()).collect();
        // If the file cannot be written, the form is learned again another time.
        if let (Some(file), Ok(text)) = (&self.0.file, serde_json::to_vec_pretty(&learned)) {
            let _ = rejoinder_files::whole::replace(file, |out| out.write_all(&text));
        }
    }
}

/// The form of one model at one host.
#[derive(Clone, Debug)]
pub(super) struct Learned {
    forms: Forms,
    form: Arc<Mutex<Form>>,
    host: String,
    model: String,
}

impl Learned {
    pub(super) fn get(&self) -> Form {
        *locked(&self.form)
    }

    /// Sends a request in the form that is known. If the host refuses that form, tries others until one is accepted,
    /// and remembers it.
    pub(super) async fn send<F: Future<Output = Result<Reply, Failure>>>(
        &self,
        sent: Sent,
        send: impl Fn(Form) -> F,
    ) -> Result<Reply, Failure> {
        let known = self.get();
        let (mut form, mut refused) = (known, Vec::new());
        loop {
            let failure = match send(form).await {
                Ok(reply) => {
                    if form != known {
                        self.learn(form, &refused);
                    }
                    return Ok(reply);
                }
                Err(failure) => failure,
            };
            match form.without(&failure, sent) {
                Some((next, what)) if refused.len() < MOST_CHANGES => {
                    refused.push((what, failure.message));
                    form = next;
                }
                _ => return Err(with_setting(failure)),
            }
        }
    }

    /// The host took this form after refusing others, for these reasons.
    pub(super) fn learn(&self, form: Form, refused: &[(&'static str, String)]) {
        if std::mem::replace(&mut *locked(&self.form), form) == form {
            return;
        }
        if let Some(say) = &self.forms.0.say {
            for (what, why) in refused {
                say(format!(
                    "{} at {} does not take {what}: it is asked in another way from now on ({why})",
                    self.model, self.host
                ));
            }
        }
        self.forms.save();
    }
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
#[path = "form_tests.rs"]
mod tests;
