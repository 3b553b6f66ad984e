use std::sync::{Arc, Mutex};

use futures::future::BoxFuture;

use super::*;
use crate::call::{Caller, Shared};
use crate::event::Events;
use crate::model::limits::RateLimits;
use crate::model::limits::permits::{Concurrency, Permits};
use crate::model::market::{Market, Mode};
use crate::model::retry::RetryPolicy;
use crate::model::{Failure, Model, Reply, Role, Stop, Usage};

/// Sorts lines by their last word, in words of its own for every chunk, and merges names that end alike.
struct Sorter {
    asked: Mutex<Vec<Request>>,
    /// What it says in place of an answer to reasonings, if anything.
    says: Option<&'static str>,
}

impl Sorter {
    fn answer(&self, request: &Request) -> String {
        let mut asked = self.asked.lock().unwrap();
        asked.push(request.clone());
        let is_names = request.user.contains("<names-");
        if let (false, Some(says)) = (is_names, self.says) {
            return says.to_owned();
        }
        let mut groups: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for line in request.user.lines() {
            let Some((number, said)) = line.split_once(". ") else { continue };
            let Ok(number) = number.parse::<usize>() else { continue };
            let words: Vec<&str> = said.trim_end_matches('.').split(' ').collect();
            let last = words.iter().rev().find(|word| !word.starts_with('(')).unwrap();
            let name = if is_names {
                format!("all {last}")
            } else {
                format!("{} {last}", ["about", "on", "of", "with"][asked.len() % 4])
            };
            groups.entry(name).or_default().push(number);
        }
        let groups: Vec<Value> = groups.iter().map(|(name, own)| json!({"name": name, "reasonings": own})).collect();
        json!({ "groups": groups }).to_string()
    }
}

impl Model for Sorter {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Reply, Failure>> {
        let answer = Answer {
            text: self.answer(request),
            stop: Stop::EndTurn,
            usage: Usage::default(),
            request_id: None,
            ..Answer::default()
        };
        Box::pin(async move { Ok(Reply { answer, limits: RateLimits::default() }) })
    }

    fn id(&self) -> &'static str {
        "sorter"
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

fn improver(model: Arc<dyn Model>) -> Improver {
    let permits = Permits::new(Concurrency::Fixed(4));
    let caller =
        Caller::new(Role::Improver, model, permits, RetryPolicy::default(), Shared::default(), Events::new(|_| {}));
    Improver::new(caller, 4_000)
}

const WHY: [&str; 4] =
    ["We are closed on Mondays", "Nobody here eats bananas", "I never answer on Mondays", "My dog chews cables"];

fn heard(count: usize) -> Heard {
    let mut heard = Heard::default();
    for number in 0..count {
        heard.hear(number, 0, false, &format!("Case {number}. {}.", WHY[number % WHY.len()]));
    }
    heard
}

fn counts(book: &Codebook) -> Vec<(&str, usize)> {
    book.groups.iter().map(|group| (group.name.as_str(), group.count)).collect()
}

#[tokio::test]
async fn sixteen_reasonings_are_sorted_in_one_request() {
    let sorter = Arc::new(Sorter { asked: Mutex::default(), says: None });
    let heard = heard(16);
    assert!(Codebook::is_wanted(&heard.objections()));
    let known = ["On Mondays".to_owned()];
    let book = improver(sorter.clone()).name_groups(&heard, &known, &["seed"]).await.unwrap();
    assert_eq!(counts(&book), [("on Mondays", 8), ("on bananas", 4), ("on cables", 4)]);
    assert_eq!((book.sampled, book.of, book.unnamed), (16, 16, 0));
    let asked = sorter.asked.lock().unwrap();
    assert_eq!(asked.len(), 1);
    insta::assert_snapshot!(asked[0].user);

    let named = heard.objections().named(&book);
    let groups: Vec<_> =
        named.raised.iter().map(|own| (own.name.as_ref(), own.count, own.personas, own.is_estimate)).collect();
    assert_eq!(groups, [("on Mondays", 8, 8, false), ("on bananas", 4, 4, false), ("on cables", 4, 4, false)]);
    let again: Codebook = serde_json::from_str(&serde_json::to_string(&book).unwrap()).unwrap();
    assert_eq!(again, book);
}

#[tokio::test]
async fn two_hundred_thousand_reasonings_are_sampled_sorted_in_chunks_and_merged() {
    let sorter = Arc::new(Sorter { asked: Mutex::default(), says: None });
    let heard = heard(200_000);
    let book = improver(sorter.clone()).name_groups(&heard, &[], &["seed"]).await.unwrap();
    let asked = sorter.asked.lock().unwrap();
    assert!((5..=9).contains(&asked.len()), "{} requests", asked.len());
    assert!(asked.iter().all(|request| request.user.len() < CHUNK + 2_000));
    assert_eq!(
        book.groups.iter().map(|group| group.name.as_str()).collect::<BTreeSet<_>>(),
        BTreeSet::from(["all Mondays", "all bananas", "all cables"])
    );
    assert_eq!(book.of, 200_000);
    let named = heard.objections().named(&book);
    let mondays = &named.raised[0];
    assert!(mondays.is_estimate && (95_000..=105_000).contains(&mondays.count), "{mondays:?}");
}

#[tokio::test]
async fn what_cannot_be_read_is_asked_again_and_is_then_an_error() {
    for says in ["no", "{\"groups\": 3}", "{\"groups\": [{\"name\": \"a\", \"reasonings\": [0, 99, \"1\"]}]}"] {
        let sorter = Arc::new(Sorter { asked: Mutex::default(), says: Some(says) });
        let error = improver(sorter.clone()).name_groups(&heard(16), &[], &["seed"]).await.unwrap_err();
        assert!(matches!(error, Error::Unusable { .. }), "{error}");
        assert_eq!(sorter.asked.lock().unwrap().len(), 3);
    }
}

#[tokio::test]
async fn a_line_in_two_groups_is_in_the_first_and_one_in_none_stays_something_else() {
    let says = "{\"groups\": [{\"name\": \"Mondays\", \"reasonings\": [1, 2, 3]}, {\"name\": \"Dogs\", \"reasonings\": [3, 4]}, \
                {\"name\": \"Other\", \"reasonings\": [5]}, {\"name\": \"too long\", \"reasonings\": [6]}]}";
    let mut heard = heard(16);
    heard.hear(16, 0, false, "Too long.");
    let sorter = Arc::new(Sorter { asked: Mutex::default(), says: Some(says) });
    let book = improver(sorter).name_groups(&heard, &[], &["seed"]).await.unwrap();
    assert_eq!(counts(&book), [("mondays", 3), ("dogs", 1), ("too long", 1)]);
    let named = heard.objections().named(&book);
    let groups: Vec<_> = named.raised.iter().map(|own| (own.name.as_ref(), own.count)).collect();
    assert_eq!(groups, [(OTHER, 11), ("mondays", 3), ("too long", 2), ("dogs", 1)]);
}

#[tokio::test]
async fn the_market_sorts_reasonings_too() {
    let market: Arc<dyn Model> = Arc::new(Market::new(1, Mode::Normal));
    let mut heard = Heard::default();
    for number in 0..40 {
        let why = [
            "It begins with the sender.",
            "I will pass.",
            "The mechanism is left out.",
            "It has methodology problems.",
        ][number % 4];
        heard.hear(number, 0, false, why);
    }
    let (unsorted, of) = heard.unsorted();
    assert!(unsorted.len() == of && of >= 20, "{of}");
    let book = improver(market).name_groups(&heard, &[], &["seed"]).await.unwrap();
    assert!(book.groups.len() >= 2 && book.unnamed < of, "{book:?}");
}

#[test]
fn it_is_wanted_where_enough_fits_no_theme() {
    let said = |others: usize, known: usize| {
        let mut heard = Heard::default();
        (0..others).for_each(|n| heard.hear(n, 0, false, "Mondays."));
        (0..known).for_each(|n| heard.hear(others + n, 0, false, "Too long."));
        Codebook::is_wanted(&heard.objections())
    };
    assert!(said(8, 0) && said(12, 100) && !said(7, 0) && !said(10, 90) && !said(0, 0));
}

#[test]
fn names_are_tidied_and_empty_ones_are_none() {
    assert_eq!(name(" **No local\npresence.** (12)"), Some("no local presence".to_owned()));
    assert_eq!(name("GDPR"), Some("GDPR".to_owned()));
    assert_eq!(name("\u{1b}[31mred"), Some("[31mred".to_owned()));
    assert!(["", "Other", "Something else", "N/A", "--"].iter().all(|text| name(text).is_none()));
    let book = |names: &[&str]| Codebook {
        groups: names
            .iter()
            .map(|name| NamedGroup { name: (*name).into(), count: 1, personas: 1, quote: String::new() })
            .collect(),
        ..Codebook::default()
    };
    assert_eq!(Codebook::names_of([&book(&["a", "b"]), &book(&["c", "A"])]), ["b", "c", "A"]);
}
