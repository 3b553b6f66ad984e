//! The product in the simulated worlds of `just bench-worlds`: what it measures there is what the worlds call the
//! truth.

#[path = "../benches/support/cast.rs"]
mod cast;
#[path = "../benches/worlds/places.rs"]
mod places;
#[path = "../benches/worlds/player.rs"]
mod player;
#[path = "../benches/worlds/proof.rs"]
mod proof;
#[path = "../benches/worlds/serve.rs"]
mod serve;

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

use cast::cast;
use places::Here;
use player::Player;
use rejoinder::compare::sequential::Decision;
use rejoinder::data::spool::Texts;
use rejoinder::evaluate::grounding::Sources;
use rejoinder::improve::kinds::{A_CALL, Sorted};
use rejoinder::optimize::before::earlier::{Earlier, order};
use rejoinder::optimize::search::verify::{Size, verify};
use rejoinder::optimize::trials::trial_runner::Wanted;
use rejoinder_worlds::truth::Sending;
use rejoinder_worlds::{Family, Item, Place, Set};
use serde_json::json;

fn here(family: Family, seed: u64) -> Arc<Here> {
    Arc::new(Here::new(Place { family, set: Set::Tuning, seed }))
}

/// A good prompt of that world: what helps most on its own.
fn good(here: &Here) -> String {
    with_best(here, 6)
}

/// A prompt with so many of the ideas that help most on their own.
fn with_best(here: &Here, count: usize) -> String {
    let world = &here.told.world;
    let mut ideas: Vec<usize> = (0..world.ideas.len()).collect();
    ideas.sort_by(|one, other| world.worth(*other).total_cmp(&world.worth(*one)));
    let items: Vec<Item> = ideas.into_iter().take(count).map(|idea| Item { idea, wording: 0 }).collect();
    here.told.prompt(&items)
}

/// Messages to each person.
const MESSAGES: u32 = 10;

/// The share of messages to people kept aside that get a yes and are found to make nothing up, as a proof writes them.
fn measured(here: &Arc<Here>, prompt: &str) -> f64 {
    let cast = cast(&Arc::new(Player::new(Arc::clone(here))));
    let sources = Sources::from_prompt(here.told.start());
    let runner = proof::runner(&cast, &sources);
    let aside = Arc::new(Texts::spool(&cast.context.scratch, &here.aside).unwrap());
    let people = here.aside.len() as u32;
    let trial = |at: u32| Wanted { persona: at % people, prompt: prompt.into() };
    let wanted: Vec<Wanted> = (0..people * MESSAGES).map(trial).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let results = runtime.block_on(runner.run("measured", "measured", &aside, &wanted)).unwrap();
    let scores: Vec<f64> = results.iter().map(|result| runner.score(result.as_ref().unwrap())).collect();
    scores.iter().sum::<f64>() / scores.len() as f64
}

#[test]
fn what_the_product_measures_as_sent_is_what_the_world_calls_the_truth() {
    let mut off = Vec::new();
    for family in Family::ALL {
        let here = here(family, 810);
        for prompt in [here.told.start(), good(&here)] {
            let truth = here.told.true_rates(&prompt, &here.aside, Sending::Sent, 60).grounded;
            off.push(measured(&here, &prompt) - truth);
        }
    }
    // Two hundred decisions each have a standard error of at most 3.6 points.
    assert!(off.iter().all(|off| off.abs() < 0.13), "{off:?}");
    assert!((off.iter().sum::<f64>() / off.len() as f64).abs() < 0.04, "{off:?}");
}

#[test]
fn a_good_prompt_gets_past_the_proof_within_its_calls_and_the_start_is_not_even_asked() {
    let here = here(Family::Additive, 811);
    let calls = 300;
    let proved = proof::prove(&here, &good(&here), calls).unwrap();
    assert!(proved.adopts && (20..=calls + calls / 4).contains(&proved.calls), "{} calls", proved.calls);
    let same = proof::prove(&here, &here.told.start(), calls).unwrap();
    assert!(!same.adopts && same.calls == 0);
    assert_eq!([500, 1_000, 2_000, 10_000].map(proof::reserve), [166, 333, 400, 400]);
}

#[test]
fn people_are_asked_after_the_decision_though_the_test_took_trials_that_were_kept_for_something_else() {
    let here = here(Family::Additive, 811);
    let size = Size { alpha: 0.05, expected: 0.1, trials: 32, spare: 88, confirm: 8, precision: None };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut longer = 0;
    for count in 1..=6 {
        let cast = cast(&Arc::new(Player::new(Arc::clone(&here))));
        let sources = Sources::from_prompt(here.told.start());
        let runner = proof::runner(&cast, &sources);
        let aside = Arc::new(Texts::spool(&cast.context.scratch, &here.aside).unwrap());
        let order = order(&aside, &runner.salt()).unwrap();
        let prompts = (&Arc::from(here.told.start()), &Arc::from(with_best(&here, count)));
        let earlier = Earlier::default();
        let verified = runtime.block_on(verify(&runner, (&aside, &order), prompts, &earlier, size)).unwrap();
        if verified.decision == Decision::Better && verified.decided_at > size.trials {
            longer += 1;
            assert_eq!(verified.later.map(|later| later.pairs), Some(2), "an eighth of sixteen pairs is kept");
        }
        assert!(verified.trials <= size.trials + size.spare);
    }
    assert!(longer > 0, "no proof took longer than was planned");
}

#[test]
fn nobody_is_both_learned_from_and_kept_aside_or_asked_about_the_truth() {
    let here = here(Family::Segments, 812);
    let groups = [&here.learn, &here.aside, &here.everybody];
    let all: BTreeSet<&String> = groups.into_iter().flatten().collect();
    assert_eq!(all.len(), groups.iter().map(|group| group.len()).sum::<usize>());
}

#[test]
fn a_world_tells_kinds_of_people_apart_as_the_product_asks_for_them() {
    let here = here(Family::Segments, 812);
    let cast = cast(&Arc::new(Player::new(Arc::clone(&here))));
    let people: Vec<String> = here.learn.iter().chain(&here.aside).cloned().collect();
    assert!(people.len() > A_CALL, "some are sorted into kinds that others were named for");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let sorted = runtime.block_on(cast.improver.sort_people(&people, &[], &["1"])).unwrap();
    let is_right =
        |(person, place): &(&String, &Sorted)| **place == Sorted::Kind(here.told.read_persona(person).segment);
    let right = people.iter().zip(&sorted.people).filter(is_right).count() as f64 / people.len() as f64;
    assert!((0.75..=1.0).contains(&right), "{right}: {:?}", sorted.kinds);
}

/// Runs a server of worlds that is asked one thing in a schema with this property.
fn served(property: &str) -> Result<(), String> {
    let place = Place { family: Family::Segments, set: Set::Tuning, seed: 813 };
    serve::beside(|address, served| {
        let schema = json!({"properties": {property: {"type": "array"}}});
        let body = json!({
            "model": place.to_string(), "system": "Answer.", "messages": [{"role": "user", "content": "Hello"}],
            "output_config": {"format": {"schema": schema}}
        })
        .to_string();
        let mut stream = TcpStream::connect(address).unwrap();
        write!(
            stream,
            "POST /v1/messages HTTP/1.1\r\nhost: worlds\r\nx-api-key: tool\r\ncontent-type: application/json\r\n\
             content-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        assert_eq!(served.calls(place, "tool"), 1);
        served.forget(place, "tool");
        assert_eq!(served.calls(place, "tool"), 0);
        Ok(())
    })
}

#[test]
fn figures_with_answers_to_requests_that_no_world_knows_are_an_error() {
    assert_eq!(served("kinds"), Ok(()));
    let said = served("poems").unwrap_err();
    assert!(said.starts_with("no world knows this request") && said.contains("poems"), "{said}");
}
