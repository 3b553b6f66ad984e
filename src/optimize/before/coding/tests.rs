use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};

use super::*;
use crate::improve::objections::OTHER;
use crate::improve::scripted::{SAID, Scripted, context, improver};
use crate::model::Request;

/// The lines of a request: their numbers, whether they are of a yes, and what was said.
fn lines(request: &Request) -> Vec<(usize, bool, String)> {
    let line = |line: &str| {
        let (number, said) = line.split_once(". ")?;
        let (yes, said) = match said.strip_prefix("[yes] ") {
            Some(said) => (true, said),
            None => (false, said.strip_prefix("[no] ").unwrap_or(said)),
        };
        Some((number.parse().ok()?, yes, said.to_owned()))
    };
    request.user.lines().filter_map(line).collect()
}

/// A model that knows what people meant: it names what it is asked about, and sorts by `means`.
fn knowing(means: impl Fn(&str) -> Vec<String> + Send + Sync + 'static) -> Arc<Scripted> {
    Scripted::new(move |request, _| {
        let lines = lines(request);
        if request.user.contains("`definition`") {
            let names: BTreeSet<String> = lines.iter().flat_map(|(_, _, said)| means(said)).collect();
            let groups = names.iter().map(|name| json!({"name": name, "definition": format!("What {name} means.")}));
            return json!({"groups": groups.collect::<Vec<_>>()}).to_string();
        }
        let known = |name: &String| request.user.contains(&format!("- {name}: "));
        let code = |(number, yes, said): &(usize, bool, String)| {
            let groups: Vec<String> = means(said).into_iter().filter(known).collect();
            json!({"number": number, "polarity": Side::from_decision(*yes).as_str(), "groups": groups})
        };
        json!({"codes": lines.iter().map(code).collect::<Vec<Value>>()}).to_string()
    })
}

fn of_five_languages(said: &str) -> Vec<String> {
    let known = SAID.iter().find(|(_, text, _)| *text == said);
    known.map(|(_, _, groups)| groups.iter().map(ToString::to_string).collect()).unwrap_or_default()
}

fn heard(said: impl IntoIterator<Item = (bool, String)>) -> Feedback {
    let mut heard = Feedback::default();
    for (persona, (yes, text)) in said.into_iter().enumerate() {
        heard.record(persona, 0, yes, &text);
    }
    heard
}

const KEY: [&str; 3] = ["1", "cycle 1", "before"];

#[tokio::test]
async fn what_people_said_in_five_languages_is_named_and_sorted() {
    let (context, warnings) = context();
    let model = knowing(of_five_languages);
    let improver = improver(model.clone());
    let reader = Reader { improver: &improver, context: &context, key: KEY };
    let heard = heard(SAID.iter().map(|(yes, text, _)| (*yes, (*text).to_owned())));
    let coding = reader.read(&heard, &Codebook::default()).await.unwrap().unwrap();
    for (persona, (_, _, groups)) in SAID.iter().enumerate() {
        let expected = if groups.is_empty() { vec![OTHER] } else { groups.to_vec() };
        assert_eq!(coding.names(persona, 0).unwrap(), expected);
    }
    let objections = heard.objections().by(&coding);
    assert_eq!((objections.raised[0].name.as_str(), objections.raised[0].personas), ("no proof", 2));
    assert!(objections.raised[0].quote.starts_with("短くて結構です"), "quotes stay in their language");
    assert_eq!((model.asked().len(), coding.coder.as_str()), (3, "scripted"));

    // The groups are known now: what is said next is sorted into them, and nothing is named anew.
    let next = reader.read(&heard, &coding.codebook).await.unwrap().unwrap();
    assert_eq!((next.codebook, model.asked().len()), (coding.codebook, 4));
    assert_eq!(*warnings.lock().unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn without_a_usable_answer_it_is_unsorted_and_one_warning_says_so() {
    let (context, warnings) = context();
    let model = Scripted::new(|_, _| r#"{"groups": []}"#.to_owned());
    let improver = improver(model.clone());
    let reader = Reader { improver: &improver, context: &context, key: KEY };
    let heard = heard([(false, "No.".into()), (true, "Yes.".into())]);
    assert_eq!(reader.read(&heard, &Codebook::default()).await.unwrap(), None);
    let warnings = warnings.lock().unwrap();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].starts_with("what people said stays unsorted: "), "{warnings:?}");
    assert_eq!(model.asked().len(), 3);
}

#[tokio::test]
async fn what_fits_no_group_is_named_once_and_only_that_is_sorted_again() {
    let (context, warnings) = context();
    let model = knowing(|said| vec![if said.contains("Monday") { "bad day" } else { "too dear" }.to_owned()]);
    let improver = improver(model.clone());
    let reader = Reader { improver: &improver, context: &context, key: KEY };
    let said =
        |at: usize| if at.is_multiple_of(2) { format!("Too dear, {at}.") } else { format!("Not on a Monday, {at}.") };
    let heard = heard((0..30).map(|at| (false, said(at))));
    let mut known = Codebook::default();
    known.add(
        Side::Against,
        crate::improve::codebook::Proposed::new("too dear", "It costs too much.").into_iter().collect(),
    );
    let mut coding = reader.read(&heard, &known).await.unwrap().unwrap();
    assert_eq!((coding.names(1, 0).unwrap(), model.asked().len()), (vec![OTHER], 1));

    reader.look_further(&heard, &mut coding).await.unwrap();
    assert_eq!((coding.names(1, 0).unwrap(), coding.names(0, 0).unwrap()), (vec!["bad day"], vec!["too dear"]));
    assert!(coding.codebook.continues(&known) && coding.is_sound());
    let asked = model.asked();
    assert_eq!(asked.len(), 3);
    assert!(
        !asked[1].contains("Too dear, 0") && !asked[2].contains("Too dear, 0"),
        "what has a group is not read again"
    );
    reader.look_further(&heard, &mut coding).await.unwrap();
    assert_eq!(model.asked().len(), 3, "once for each run");
    assert_eq!(warnings.lock().unwrap().len(), 0);
}

#[tokio::test]
async fn answers_that_mostly_do_not_hold_are_nothing_to_keep_and_some_are() {
    for (readable, kept) in [(60, true), (30, false)] {
        let (context, warnings) = context();
        let inner = knowing(|_| vec!["too dear".to_owned()]);
        let model = Scripted::new(move |request, before| {
            let lines = lines(request);
            let is_broken = lines.iter().any(|(_, _, said)| said == &format!("Number {readable}."));
            if is_broken && !request.user.contains("`definition`") {
                "no".to_owned()
            } else {
                inner.answer(request, before)
            }
        });
        let improver = improver(model);
        let reader = Reader { improver: &improver, context: &context, key: KEY };
        // Three calls of forty; the one with that number fails.
        let count = if kept { 120 } else { 60 };
        let heard = heard((0..count).map(|at| (false, format!("Number {at}."))));
        let coding = reader.read(&heard, &Codebook::default()).await.unwrap();
        assert_eq!(coding.is_some(), kept);
        let warnings = warnings.lock().unwrap();
        assert!(warnings.len() == 1 && warnings[0].contains("40 of"), "{warnings:?}");
    }
}
