//! A model whose answers a test writes, and what people said in five languages.

use std::sync::{Arc, Mutex};

use futures::future::BoxFuture;

use super::Improver;
use super::codebook::{Codebook, Proposed, Side};
use super::feedback::Reasoning;
use crate::call::{Caller, Shared};
use crate::event::Events;
use crate::model::limits::RateLimits;
use crate::model::limits::permits::{Concurrency, Permits};
use crate::model::{Answer, Failure, Model, Reply, Request, Role, Stop, Usage};

type Script = Box<dyn Fn(&Request, usize) -> String + Send + Sync>;

/// Answers each request by the script, which is told how many came before.
pub struct Scripted {
    asked: Mutex<Vec<Request>>,
    script: Script,
}

impl Scripted {
    pub fn new(script: impl Fn(&Request, usize) -> String + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Scripted { asked: Mutex::default(), script: Box::new(script) })
    }

    /// What it answers to a request, which is not noted.
    pub fn answer(&self, request: &Request, before: usize) -> String {
        (self.script)(request, before)
    }

    /// The user turns of the requests that came.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().iter().map(|request| request.user.clone()).collect()
    }
}

impl Model for Scripted {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Reply, Failure>> {
        let before = {
            let mut asked = self.asked.lock().unwrap();
            asked.push(request.clone());
            asked.len() - 1
        };
        let (text, usage) = ((self.script)(request, before), Usage::default());
        let answer = Answer { text, stop: Stop::EndTurn, usage, request_id: None, ..Answer::default() };
        Box::pin(async move { Ok(Reply { answer, limits: RateLimits::default() }) })
    }

    fn id(&self) -> &'static str {
        "scripted"
    }

    fn host(&self) -> &'static str {
        "test"
    }

    fn settings(&self) -> String {
        String::new()
    }

    fn is_simulated(&self) -> bool {
        false
    }
}

/// An improver that asks this model.
pub fn improver(model: Arc<dyn Model>) -> Improver {
    let permits = Permits::new(Concurrency::Fixed(4));
    let caller = Caller::new(Role::Improver, model, permits, Shared::default(), Events::new(|_| {}));
    Improver::new(caller, 4_000)
}

/// What people said, in German, French, Spanish, Dutch and Japanese, with the groups of [`book`] that it belongs to.
pub const SAID: [(bool, &str, &[&str]); 10] = [
    (false, "Schöne Behauptungen, aber kein einziger Kunde, den ich anrufen könnte.", &["no proof"]),
    (true, "Kurz, und die eine Frage kann ich in einer Zeile beantworten.", &["is brief", "asks for little"]),
    (false, "Une heure de rendez-vous pour un premier contact, non merci.", &["asks for too much"]),
    (true, "Un peu long, mais il parle de mon problème d'étiquettes.", &["is about me"]),
    (false, "El tono es correcto; sencillamente este año no hay presupuesto.", &["no money"]),
    (true, "Seis líneas y ninguna promesa.", &["is brief"]),
    (false, "Wij hebben al een leverancier en zijn tevreden.", &[]),
    (true, "Eén foto sturen, dat lukt me nog wel.", &["asks for little"]),
    (false, "短くて結構ですが、効果の根拠が一つも書かれていません。", &["no proof"]),
    (true, "うちの冷凍庫の話をしている。返事をします。", &["is about me"]),
];

/// The groups of [`SAID`].
pub fn book() -> Codebook {
    let mut book = Codebook::default();
    let groups: [(Side, &[(&str, &str)]); 2] = [
        (
            Side::Against,
            &[
                ("no proof", "A claim comes without anything by which it could be checked."),
                ("asks for too much", "The next step that is asked for is too big."),
                ("no money", "The reader has no budget for it now."),
            ],
        ),
        (
            Side::InFavour,
            &[
                ("is brief", "The message is short."),
                ("asks for little", "The next step is easily taken."),
                ("is about me", "It speaks of the reader's own situation."),
            ],
        ),
    ];
    for (side, groups) in groups {
        book.add(side, groups.iter().filter_map(|(name, definition)| Proposed::new(name, definition)).collect());
    }
    book
}

/// [`SAID`] as it is sorted: one message to each person.
pub fn reasonings() -> Vec<Reasoning<'static>> {
    let reasoning = |(persona, (yes, text, _)): (usize, &(bool, &'static str, &[&str]))| Reasoning {
        persona,
        message: 0,
        yes: *yes,
        text,
    };
    SAID.iter().enumerate().map(reasoning).collect()
}
