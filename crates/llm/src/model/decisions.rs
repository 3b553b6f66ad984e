//! Models that answer with probabilities and write nothing: `POST {base}/decisions` as OpenAI has it, and `POST
//! {base}/v1/systemone` as Ollama and others serve it.
//!
//! The reference for the first is the official SDK (PyPI `openai` 3.57, `types/decision*.py`), for the second PyPI
//! `litellm` 1.110 (`types/decisions.py`, `llms/base_llm/decisions`). A request's schema is one of
//! [`chances`](super::chances); its answer is a JSON object with a probability for each statement, `null` where the
//! model declined that one.

mod reading;

use futures::future::BoxFuture;
use secrecy::SecretString;
use serde_json::{Map, Value, json};
use url::Url;

use super::chances::{MOST, Statement, statements};
use super::http::{BaseUrl, Http, KeyHeader, Settings, SetupError};
use super::id::ModelId;
use super::local_server::{self, Greeting};
use super::{Failure, FailureKind, Model, Reply, Request};

/// What a decision model speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `POST {base}/decisions`
    Decisions,
    /// `POST {base}/v1/systemone`
    SystemOne,
}

impl Form {
    fn as_str(self) -> &'static str {
        match self {
            Form::Decisions => "decisions",
            Form::SystemOne => "systemone",
        }
    }
}

/// One decision model.
#[derive(Debug)]
pub struct Decisions {
    form: Form,
    id: String,
    name: String,
    host: String,
    origin: String,
    http: Http,
    models: Url,
}

impl Decisions {
    /// A model at `base_url`: for [`Form::Decisions`] with the `/v1` at its end, for the other with or without it.
    ///
    /// # Errors
    /// [`SetupError`] for a base URL that a key must not be sent to, a key that cannot be sent, or a timeout of zero.
    pub fn new(
        form: Form,
        id: &ModelId,
        base_url: &str,
        key: Option<SecretString>,
        settings: &Settings,
    ) -> Result<Self, SetupError> {
        let base = BaseUrl::parse_with(base_url, settings.route.plain)?;
        let url = match form {
            Form::Decisions => base.join("decisions"),
            Form::SystemOne => base.join("v1/systemone"),
        };
        let http = Http::new(&base, url, KeyHeader::Bearer, key, settings)?;
        let models = match form {
            Form::Decisions => base.join("models"),
            Form::SystemOne => base.join("v1/models"),
        };
        let (host, origin) = (http.account(), base.origin());
        Ok(Decisions { form, id: id.to_string(), name: id.name().to_owned(), host, origin, http, models })
    }

    fn body(&self, request: &Request, statements: &[Statement]) -> Value {
        match self.form {
            Form::Decisions => {
                let user = json!({ "role": "user", "content": request.user });
                let input = match request.system.as_str() {
                    "" => json!([user]),
                    system => json!([{ "role": "system", "content": system }, user]),
                };
                let question = |statement: &Statement| {
                    json!({
                        "type": "predicate",
                        "name": statement.name,
                        "instructions": statement.text,
                    })
                };
                let questions: Vec<Value> = statements.iter().map(question).collect();
                json!({ "model": self.name, "input": input, "questions": questions })
            }
            Form::SystemOne => {
                let question = |statement: &Statement| {
                    let question = json!({ "type": "noul", "instructions": statement.text });
                    (statement.name.clone(), question)
                };
                let questions: Map<String, Value> = statements.iter().map(question).collect();
                let state = [request.system.as_str(), request.user.as_str()];
                let state: Vec<&str> = state.into_iter().filter(|text| !text.is_empty()).collect();
                json!({ "model": self.name, "state": state.join("\n\n"), "questions": questions })
            }
        }
    }
}

impl Model for Decisions {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Reply, Failure>> {
        Box::pin(async move {
            let asked = request.schema.as_ref().and_then(statements);
            let Some(asked) = asked.filter(|asked| asked.len() <= MOST) else {
                let message = format!("{} answers with probabilities and writes no text", self.id);
                return Err(Failure::new(FailureKind::Invalid, message));
            };
            let response = self.http.post(&request.key, &self.body(request, &asked)).await?;
            reading::read(self.form, &self.http, &response, &asked)
        })
    }

    fn id(&self) -> &str {
        &self.id
    }

    fn host(&self) -> &str {
        &self.host
    }

    fn settings(&self) -> String {
        format!("{} at={}", self.form.as_str(), self.origin)
    }

    fn greet(&self, who: bool) -> BoxFuture<'_, Greeting> {
        Box::pin(local_server::greet(&self.http, self.models.clone(), who))
    }

    fn only_decides(&self) -> bool {
        true
    }
}
