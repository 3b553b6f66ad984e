//! `rejoinder check`: one small call for each role, and what it shows.

use clap::Args;
use serde_json::{Value, json};

use super::error::Error;
use super::options::ModelOptions;
use super::setup::{Clients, Setup};
use super::{connect, print};
use crate::call::Caller;
use crate::evaluate::reading;
use crate::model::price::Prices;
use crate::model::{Answer, CallKey, FailureKind, Request, Role, Schema};
use crate::report::check::{Checked, Form};
use crate::report::{estimate, words};

/// The roles that are checked; the auditor too, unless there is to be none, and a model that gives reasons where there
/// is one.
const ROLES: [Role; 3] = [Role::Generator, Role::DecisionMaker, Role::Improver];

/// Whom the sample question is about, and a message to that person.
const PERSONA: &str =
    "Ada Example, 44, head of purchasing at a bakery with 30 employees. Buys flour twice a month, by phone.";
const MESSAGE: &str =
    "Hello Ada,\n\nour mill delivers flour on the day after an order by e-mail. May I send you the price list?";

/// Options of `check`.
#[derive(Args, Clone, Debug)]
#[command(
    after_help = "Sends one small call for each role (generator, decision maker, improver, auditor), and asks each \
                        host what it says about the model. It costs a few hundred tokens; --dry-run sends \
                        nothing.

Examples:
  rejoinder check --model ollama/qwen2.5:7b
  rejoinder check --generator groq/MODEL --decision-maker openai-decisions/gpt-6-luna
  rejoinder check --hosts"
)]
pub struct Options {
    /// List the known hosts with their addresses and key variables, and send nothing
    #[arg(long)]
    hosts: bool,
    /// Print as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    models: ModelOptions,
}

/// Checks and prints.
pub async fn run(setup: &Setup, options: &Options) -> Result<(), Error> {
    if options.hosts {
        let hosts = connect::known(&options.models, &setup.settings)?;
        return print(&if options.json { json_text(&hosts) } else { connect::table(&hosts) });
    }
    let clients = setup.audited_doors(&options.models, &ROLES)?;
    let also = [Role::Auditor, Role::Reasoner];
    let roles: Vec<Role> = ROLES.into_iter().chain(also).filter(|role| clients.has(*role)).collect();
    if options.models.dry_run {
        let line = |role: &Role| {
            let usage = estimate::tokens(&question(&clients, *role), 100);
            estimate::Line::for_calls(*role, "one small call", &[usage], 1, &clients.context.account)
        };
        return print(&estimate::plan(&roles.iter().map(line).collect::<Vec<_>>(), &clients.context.account));
    }
    let mut all = Vec::new();
    let mut worst = None;
    for role in roles {
        let (checked, failure) = check(&clients, role).await;
        if failure == Some(FailureKind::Stopped) {
            return Err(Error::Stopped);
        }
        worst = worst.max(failure.map(|kind| if kind.is_refusal() { Worst::Account } else { Worst::Model }));
        if !options.json {
            print(&format!("{}\n", checked.text()))?;
        }
        all.push(checked);
    }
    if options.json {
        super::write(&json_text(&all))?;
    }
    let failed: Vec<&str> = all.iter().filter(|one| one.failure.is_some()).map(|one| one.role.as_str()).collect();
    match worst {
        None => Ok(()),
        Some(Worst::Model) => Err(Error::NothingUsable(format!("no answer for the {}", failed.join(", the ")))),
        Some(Worst::Account) => Err(Error::Refused(format!("refused for the {}", failed.join(", the ")))),
    }
}

fn json_text<T: serde::Serialize>(of: &T) -> String {
    format!("{}\n", serde_json::to_string_pretty(of).unwrap_or_default())
}

/// From mildest to worst.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Worst {
    Model,
    Account,
}

async fn check(clients: &Clients, role: Role) -> (Checked, Option<FailureKind>) {
    let caller = clients.caller(role);
    let request = question(clients, role);
    let most = request.max_tokens;
    let (probed, about) = tokio::join!(caller.probe(&request), caller.about());
    // Read after the call: by then it is known what the host refuses.
    let (id, settings) = (caller.model().id().to_owned(), caller.model().settings());
    let mut checked = Checked::new(role.to_string(), id.clone(), place(&caller), settings);
    checked.simulated = caller.model().is_simulated();
    let failure = match &probed {
        Ok(probed) => {
            checked.answered(&probed.answer, probed.took, form(&request, &probed.answer));
            checked.limited(&probed.limits);
            checked.thinking = checked.thinking.or_else(|| thought_aloud(&probed.answer));
            None
        }
        Err(failure) => {
            checked.failure = Some(failure.message.clone());
            if let Some(variable) = clients.variables.get(&role).filter(|_| failure.kind == FailureKind::Unauthorized) {
                checked.todo.push(format!("its host refused the key: check {variable} in the environment or in .env"));
            }
            checked.limited(&failure.limits);
            Some(failure.kind)
        }
    };
    let about = about.unwrap_or_default();
    if about.listed == Some(false) && !about.others.is_empty() {
        let names: Vec<String> = about.others.iter().map(|name| words::one_line(name, 80)).collect();
        checked.todo.push(format!("the host does not list this model; it has {}", names.join(", ")));
    }
    let prices: &Prices = clients.prices();
    let listed = prices.context(&id).map(|context| (context, "built-in table".to_owned()));
    checked.context = about.context.map(|context| (context, "the host says so".to_owned())).or(listed);
    if let Some((context, _)) = checked.context.as_ref().filter(|(context, _)| *context <= u64::from(most)) {
        checked.todo.push(too_short(*context, most, &checked.role));
    }
    checked.conclude(prices.find(&id), prices.date(), about.price, caller.model().only_decides());
    (checked, failure)
}

/// Where the model is, without the trace of the account.
fn place(caller: &Caller) -> String {
    let host = caller.model().host();
    words::one_line(host.split('#').next().unwrap_or(host), 100)
}

/// About how many tokens of the text are thinking, if it holds much of it.
fn thought_aloud(answer: &Answer) -> Option<u64> {
    const LEAST: u64 = 40;
    let count = |text: &str| text.chars().count().div_ceil(estimate::CHARACTERS_PER_TOKEN) as u64;
    let beyond = count(&answer.text).saturating_sub(count(&reading::text(answer).ok()?));
    Some(beyond).filter(|tokens| *tokens > LEAST)
}

/// What is to be done where one answer may be longer than the whole context.
fn too_short(context: u64, most: u32, role: &str) -> String {
    let (context, half) = (words::thousands(context), context / 2);
    format!(
        "its context of {context} tokens has no room for an answer of up to {}: servers refuse such calls. Give it a \
         longer one, or set {} = {half} under [max_tokens] in rejoinder.toml",
        words::thousands(u64::from(most)),
        role.replace(' ', "_")
    )
}

/// A small question of the kind that the role gets.
fn question(clients: &Clients, role: Role) -> Request {
    let key = CallKey::from_parts(&["check", &role.to_string()]);
    match role {
        Role::Generator => Request {
            key,
            system: "You write for a mill that delivers flour to bakeries on the day after an order by e-mail.".into(),
            user: format!("Write one cold outreach message of one sentence to this person:\n\n{PERSONA}"),
            schema: None,
            max_tokens: clients.most_tokens(role),
        },
        Role::DecisionMaker => clients.decision_maker().request(PERSONA, MESSAGE, key),
        Role::Improver | Role::Auditor | Role::Referee | Role::Reasoner => Request {
            key,
            system: "You answer in JSON.".into(),
            user: format!(
                "Name what the person buys. Answer with a JSON object: `what` (text), then `times` (how often a month, \
                 a number).\n\n{PERSONA}"
            ),
            schema: Some(Schema {
                name: "purchase".into(),
                json: json!({
                    "type": "object",
                    "properties": {"what": {"type": "string"}, "times": {"type": "number"}},
                    "required": ["what", "times"],
                    "additionalProperties": false
                }),
            }),
            max_tokens: clients.most_tokens(role),
        },
    }
}

/// Whether the answer has the form that was asked for.
fn form(request: &Request, answer: &Answer) -> Form {
    let Some(schema) = &request.schema else { return Form::NotAsked };
    let Some(wanted) = schema.json.get("properties").and_then(Value::as_object) else { return Form::NotAsked };
    let fits = |object: &serde_json::Map<String, Value>| {
        wanted.iter().all(|(name, kind)| match (kind["type"].as_str(), object.get(name)) {
            (Some("string"), Some(value)) => value.is_string(),
            (Some("number"), Some(value)) => value.is_number(),
            (Some("boolean"), Some(value)) => value.is_boolean(),
            (_, value) => value.is_some(),
        })
    };
    if let Ok(Value::Object(object)) = serde_json::from_str(answer.text.trim())
        && object.len() == wanted.len()
        && fits(&object)
    {
        return Form::Obeyed;
    }
    match reading::object(answer) {
        Ok(object) if fits(&object) => Form::Readable,
        _ => Form::NotObeyed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Stop, Usage};

    #[test]
    fn thinking_in_the_text_is_seen_and_a_context_shorter_than_an_answer_names_the_setting() {
        let answer = |text: &str| Answer { text: text.into(), stop: Stop::EndTurn, ..Answer::default() };
        let aloud = format!("<think>{}</think>Hello Ada", "so it goes ".repeat(40));
        assert!(thought_aloud(&answer(&aloud)).is_some_and(|tokens| (80..200).contains(&tokens)));
        assert_eq!(thought_aloud(&answer("Hello Ada")), None);
        let said = too_short(4_096, 8_192, "decision maker");
        assert!(said.starts_with("its context of 4,096 tokens has no room for an answer of up to 8,192"), "{said}");
        assert!(said.ends_with("set decision_maker = 2048 under [max_tokens] in rejoinder.toml"), "{said}");
    }

    #[test]
    fn the_form_of_an_answer_is_obeyed_readable_or_neither() {
        let json = json!({ "properties": { "what": { "type": "string" }, "times": { "type": "number" } } });
        let request = Request {
            key: CallKey::from_parts(&[]),
            system: String::new(),
            user: String::new(),
            schema: Some(Schema { name: "x".into(), json }),
            max_tokens: 9,
        };
        let answer = |text: &str| Answer {
            text: text.into(),
            stop: Stop::EndTurn,
            usage: Usage::default(),
            ..Answer::default()
        };
        for (text, expected) in [
            (r#"{"what": "flour", "times": 2}"#, Form::Obeyed),
            ("Here:\n```json\n{\"what\": \"flour\", \"times\": 2}\n```", Form::Readable),
            (r#"{"what": "flour", "times": 2, "more": 1}"#, Form::Readable),
            (r#"{"what": "flour", "times": "twice"}"#, Form::NotObeyed),
            (r#"{"groups": []}"#, Form::NotObeyed),
            ("flour", Form::NotObeyed),
        ] {
            assert_eq!(form(&request, &answer(text)), expected, "{text}");
        }
    }
}
