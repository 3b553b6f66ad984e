//! Worlds over loopback HTTP: by the Messages API for rejoinder, in a form of their own for other tools. The server
//! counts every call.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Json;
use axum::routing::{get, post};
use rejoinder_worlds::Place;
use rejoinder_worlds::text::{Ask, Request};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::places::Here;
use crate::player::named;
use crate::proof;

/// What is served: worlds as they are asked for, and the calls of each tool in each.
#[derive(Default)]
struct Shelf {
    worlds: Mutex<HashMap<Place, Arc<Here>>>,
    calls: Mutex<HashMap<(Place, String), u64>>,
    /// Requests that no world knows what to make of.
    unknown: Mutex<HashMap<String, u64>>,
}

type Answered = Result<Json<Value>, (StatusCode, String)>;

/// Trials of one prompt.
#[derive(Deserialize)]
struct Trials {
    prompt: String,
    personas: Vec<String>,
    /// Whether the gate for claims is up.
    gated: bool,
}

/// A candidate to prove, and the calls that there are for it.
#[derive(Deserialize)]
struct Candidate {
    prompt: String,
    calls: u64,
}

/// Everything that is served, and what it has been asked.
#[derive(Clone, Default)]
pub struct Served(Arc<Shelf>);

impl Served {
    /// Calls of a tool in a world.
    pub fn calls(&self, place: Place, client: &str) -> u64 {
        self.0.charge(place, client, 0)
    }

    /// The tool begins anew.
    pub fn forget(&self, place: Place, client: &str) {
        self.0.calls.lock().unwrap_or_else(PoisonError::into_inner).remove(&(place, client.to_owned()));
    }
}

/// Serves on a free port of this machine while the work is done in a thread of its own.
pub fn beside<T: Send>(work: impl FnOnce(SocketAddr, Served) -> Result<T, String> + Send) -> Result<T, String> {
    let served = Served::default();
    let (tell, told) = std::sync::mpsc::channel();
    let (end, ended) = tokio::sync::oneshot::channel::<()>();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    std::thread::scope(|scope| {
        let counted = served.clone();
        let worker = scope.spawn(move || {
            let address = told.recv().map_err(|_| "the server did not start".to_owned())?;
            let done = work(address, counted);
            end.send(()).ok();
            done
        });
        runtime.block_on(async {
            tokio::select! {
                served = serve(served.clone(), |address| tell.send(address).unwrap_or_default()) => served,
                _ = ended => Ok(()),
            }
        })?;
        let done = worker.join().map_err(|_| "the work beside the server panicked".to_owned())?;
        let unknown = served.0.unknown.lock().unwrap_or_else(PoisonError::into_inner);
        // What was measured with answers that mean nothing is no figure.
        done.and_then(|done| unknown_to_worlds(&unknown).map_or(Ok(done), Err))
    })
}

/// The requests that no world knew what to make of, a line for each kind; `None` where there were none.
fn unknown_to_worlds(unknown: &HashMap<String, u64>) -> Option<String> {
    let mut lines: Vec<String> = unknown
        .iter()
        .map(|(kind, count)| format!("no world knows this request, asked {count} times: {kind}"))
        .collect();
    lines.sort();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// Serves until the future is dropped; tells the address.
async fn serve(served: Served, tell: impl FnOnce(SocketAddr)) -> Result<(), String> {
    let app = Router::new()
        .route("/v1/messages", post(messages))
        .route("/worlds/{place}", get(about))
        .route("/worlds/{place}/ask/{client}", post(ask))
        .route("/worlds/{place}/trials/{client}", post(trials))
        .route("/worlds/{place}/prove/{client}", post(prove))
        .layer(DefaultBodyLimit::max(64 << 20))
        .with_state(served.0);
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.map_err(|error| error.to_string())?;
    tell(listener.local_addr().map_err(|error| error.to_string())?);
    axum::serve(listener, app).await.map_err(|error| error.to_string())
}

impl Shelf {
    fn here(&self, place: &str) -> Result<(Place, Arc<Here>), (StatusCode, String)> {
        let place: Place = place.parse().map_err(|why| (StatusCode::NOT_FOUND, why))?;
        let mut worlds = self.worlds.lock().unwrap_or_else(PoisonError::into_inner);
        let here = worlds.entry(place).or_insert_with(|| Arc::new(Here::new(place)));
        Ok((place, Arc::clone(here)))
    }

    /// Charges a tool with calls; the number of the first.
    fn charge(&self, place: Place, client: &str, calls: u64) -> u64 {
        let mut all = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        let known = all.entry((place, client.to_owned())).or_default();
        *known += calls;
        *known - calls
    }
}

/// The Messages API: the model's name is the world's, the key is the tool's name, and the same idempotency key gets the
/// same answer.
async fn messages(State(shelf): State<Arc<Shelf>>, headers: HeaderMap, Json(body): Json<Value>) -> Answered {
    let model = body["model"].as_str().unwrap_or_default();
    let (place, here) = shelf.here(model)?;
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let number = shelf.charge(place, header("x-api-key"), 1);
    let (system, user) = (joined(&body["system"]), joined(&body["messages"][0]["content"]));
    let mut properties = Vec::new();
    named(&body["output_config"]["format"]["schema"], &mut properties);
    let request = Request { system: &system, user: &user, properties: &properties };
    let key = match header("idempotency-key") {
        "" => format!("{} {number}", header("x-api-key")),
        key => key.to_owned(),
    };
    let ask = Ask::read(&request);
    if ask == Ask::Unknown {
        let kind = format!("{properties:?} {}", system.chars().take(60).collect::<String>());
        *shelf.unknown.lock().unwrap_or_else(PoisonError::into_inner).entry(kind).or_default() += 1;
    }
    let text = here.told.answer_to(&ask, &key);
    let usage = json!({"input_tokens": (system.len() + user.len()) / 4, "output_tokens": text.len() / 4});
    Ok(Json(json!({
        "id": format!("simulated_{number}"), "type": "message", "role": "assistant", "model": model,
        "content": [{"type": "text", "text": text}], "stop_reason": "end_turn", "usage": usage
    })))
}

/// A text, or the texts of a list of blocks.
fn joined(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(blocks) => blocks.iter().filter_map(|block| block["text"].as_str()).collect(),
        _ => String::new(),
    }
}

async fn about(State(shelf): State<Arc<Shelf>>, Path(place): Path<String>) -> Answered {
    let (_, here) = shelf.here(&place)?;
    Ok(Json(json!({"offer": here.told.start(), "learn": here.learn, "aside": here.aside})))
}

async fn ask(
    State(shelf): State<Arc<Shelf>>,
    Path((place, client)): Path<(String, String)>,
    Json(asked): Json<Ask>,
) -> Answered {
    let (place, here) = shelf.here(&place)?;
    let number = shelf.charge(place, &client, 1);
    let text = here.told.answer_to(&with_facts(asked, &here), &format!("{client} {number}"));
    Ok(Json(json!({"calls": number + 1, "text": text})))
}

/// An audit is held against the facts of the offer, whoever asks.
fn with_facts(asked: Ask, here: &Here) -> Ask {
    match asked {
        Ask::Audit { message, lists, .. } => Ask::Audit { message, facts: here.told.facts(), lists },
        other => other,
    }
}

async fn trials(
    State(shelf): State<Arc<Shelf>>,
    Path((place, client)): Path<(String, String)>,
    Json(asked): Json<Trials>,
) -> Answered {
    let (place, here) = shelf.here(&place)?;
    let mut found = Vec::with_capacity(asked.personas.len());
    for persona in asked.personas {
        let number = shelf.charge(place, &client, 2);
        let answer = |ask: &Ask, nth: u64| here.told.answer_to(ask, &format!("{client} {}", number + nth));
        let (prompt, rule) = (asked.prompt.clone(), asked.gated);
        let message = answer(&Ask::Message { prompt, persona: persona.clone(), rule }, 0);
        let decision = answer(&Ask::Decision { persona, message: message.clone(), score: false }, 1);
        let decision: Value = serde_json::from_str(&decision).unwrap_or_default();
        let yes = decision["decision"] == true;
        let accused = asked.gated && yes && {
            shelf.charge(place, &client, 1);
            here.told.accused(&message).is_some()
        };
        found.push(json!({"message": message, "yes": yes, "reasoning": decision["reasoning"], "accused": accused}));
    }
    let calls = shelf.charge(place, &client, 0);
    Ok(Json(json!({"calls": calls, "trials": found})))
}

async fn prove(
    State(shelf): State<Arc<Shelf>>,
    Path((place, client)): Path<(String, String)>,
    Json(asked): Json<Candidate>,
) -> Answered {
    let (place, here) = shelf.here(&place)?;
    let wrong = |why: String| (StatusCode::INTERNAL_SERVER_ERROR, why);
    let proving = tokio::task::spawn_blocking(move || proof::prove(&here, &asked.prompt, asked.calls));
    let proved = proving.await.map_err(|error| wrong(error.to_string()))?.map_err(wrong)?;
    let before = shelf.charge(place, &client, proved.calls);
    Ok(Json(json!({"calls": before + proved.calls, "adopts": proved.adopts})))
}
