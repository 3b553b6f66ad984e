//! A model whose answers a test writes, and what people said in five languages.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use futures::future::BoxFuture;

use super::Improver;
use super::codebook::{Codebook, Proposed, Side};
use super::feedback::Reasoning;
use crate::call::{Caller, Meter, Shared};
use crate::engine::local::Local;
use crate::evaluate::account::Account;
use crate::evaluate::prospects::Prospects;
use crate::evaluate::run::RunContext;
use crate::event::{Event, Events};
use crate::model::limits::RateLimits;
use crate::model::limits::permits::{Concurrency, Permits};
use crate::model::price::Prices;
use crate::model::{Answer, Failure, FailureKind, Model, Reply, Request, Role, Stop, Usage};

type Script = Box<dyn Fn(&Request, usize) -> String + Send + Sync>;
type Refusal = Box<dyn Fn(&Request) -> bool + Send + Sync>;

/// Answers each request by the script, which is told how many came before.
pub struct Scripted {
    asked: Mutex<Vec<Request>>,
    script: Script,
    refuses: Refusal,
}

impl Scripted {
    pub fn new(script: impl Fn(&Request, usize) -> String + Send + Sync + 'static) -> Arc<Self> {
        Scripted::failing(|_| false, script)
    }

    /// The same, but the calls of these requests fail.
    pub fn failing(
        refuses: impl Fn(&Request) -> bool + Send + Sync + 'static,
        script: impl Fn(&Request, usize) -> String + Send + Sync + 'static,
    ) -> Arc<Self> {
        Arc::new(Scripted { asked: Mutex::default(), script: Box::new(script), refuses: Box::new(refuses) })
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
        if (self.refuses)(request) {
            let refused = Failure { status: Some(400), ..Failure::new(FailureKind::Invalid, "not acceptable") };
            return Box::pin(async move { Err(refused) });
        }
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

/// Where it runs, and the warnings that it gives.
pub fn context() -> (RunContext, Arc<Mutex<Vec<String>>>) {
    let warnings = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&warnings);
    let events = Events::new(move |event| {
        if let Event::Warning(words) = event {
            told.lock().unwrap().push(words);
        }
    });
    let prices = Prices::with_overrides(&BTreeMap::new()).unwrap();
    let account = Account::new(Meter::default(), prices, BTreeMap::new(), BTreeSet::new());
    let stop = Shared::default().stop;
    let context = RunContext {
        account,
        width: 4,
        engine: Arc::new(Local),
        events,
        stop,
        run: None,
        prospects: Prospects::default(),
        scratch: std::env::temp_dir(),
    };
    (context, warnings)
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
