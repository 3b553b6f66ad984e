//! Real files: what the market makes of personas, messages and reasons that language models wrote.
//!
//! Read from `shared/data`, beside the project; skipped where that folder is absent.

use super::*;
use feature::Feature::{Customer, Post, Result as Outcome, SmallAsk, Tie};

/// Persona, message, decision, reasoning.
type Trial = (String, String, bool, String);

fn real_trials() -> Vec<Trial> {
    let shared = std::env::var("REJOINDER_SHARED_DATA").unwrap_or_else(|_| "../../../shared/data".into());
    let folder = std::path::Path::new(&shared).join("results");
    let Ok(entries) = std::fs::read_dir(&folder) else {
        eprintln!("skipped: {} is absent", folder.display());
        return Vec::new();
    };
    let mut trials = Vec::new();
    for entry in entries {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let file: Value = serde_json::from_str(&text).unwrap();
        for result in file["results"].as_array().unwrap() {
            for message in result["messages"].as_array().unwrap() {
                let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
                let decision = &message["decision"];
                trials.push((
                    text(&result["persona"]),
                    text(&message["message"]),
                    decision["decision"].as_bool().unwrap_or_default(),
                    text(&decision["reasoning"]),
                ));
            }
        }
    }
    trials
}

#[test]
fn real_messages_show_what_people_see_in_them() {
    let trials = real_trials();
    let count = |feature: Feature| {
        let shows =
            |(persona, message, ..): &&Trial| detect::detect(message, &Reader::read(persona)).features.has(feature);
        trials.iter().filter(shows).count()
    };
    for feature in Feature::ALL {
        println!("{feature:?}: {} of {}", count(feature), trials.len());
    }
    if !trials.is_empty() {
        for feature in [Tie, SmallAsk, Outcome, Post] {
            assert!(count(feature) * 2 > trials.len(), "{feature:?}");
        }
        assert!(count(Customer) * 5 > trials.len());
    }
}

#[test]
fn almost_every_real_message_claims_something_ungrounded() {
    let trials = real_trials();
    let market = Market::new(1, Mode::Normal);
    let facts = "Company: FlowAI\nValue Proposition: Reduce manual work by 60%\nStage: Series A startup";
    let mut clean = 0;
    for (persona, message, ..) in &trials {
        let claims = market.ungrounded(message, facts, persona);
        if claims.is_empty() {
            println!("clean: {message}\n");
            clean += 1;
        }
    }
    assert!(clean * 5 <= trials.len(), "{clean} of {}", trials.len());
}

#[test]
fn reasons_of_real_refusals_are_understood() {
    for (_, _, decision, reasoning) in real_trials() {
        let tally = feedback::Tally::count(&format!("[{}] {reasoning}", if decision { "yes" } else { "no" }), "");
        if !decision {
            let objects: Vec<Feature> =
                Feature::ALL.into_iter().filter(|feature| tally.objections[feature.index()] > 0.0).collect();
            println!("{objects:?}: {reasoning}\n");
            assert!(!objects.is_empty(), "{reasoning}");
        }
    }
}
