use super::*;
use crate::family::{Family, Place, Set};
use crate::feedback::Remark;
use crate::stream::Stream;
use crate::truth::Rule;
use crate::world::Idea;

fn world(family: Family, seed: u64) -> TextWorld {
    TextWorld::new(World::draw(Place { family, set: Set::Tuning, seed }))
}

fn worlds() -> impl Iterator<Item = TextWorld> {
    Family::ALL.into_iter().flat_map(|family| (900..903).map(move |seed| world(family, seed)))
}

fn fenced(tag: &str, text: &str) -> String {
    format!("<{tag}-0011aabb>\n{text}\n</{tag}-0011aabb>")
}

#[test]
fn every_item_is_read_back_from_its_words_and_from_no_others() {
    for told in worlds() {
        for idea in 0..told.world.ideas.len() {
            for wording in 0..WORDINGS {
                let item = Item { idea, wording };
                let text = told.words.item(&told.world, item);
                assert_eq!(told.items(&format!("- {text}")), [item], "{text}");
            }
        }
        assert_eq!(told.items(&told.facts()), [], "{}", told.facts());
        assert_eq!(told.items(&told.start()).len(), told.world.start.len());
        assert!(told.states_offer(&told.start()) && !told.states_offer("Advice:\n- Be effective."));
    }
}

#[test]
fn what_is_said_of_a_topic_in_other_words_is_still_about_it() {
    let told = world(Family::Additive, 900);
    let asked = told.world.ideas.iter().position(|idea| matches!(idea, Idea::Ask(_))).unwrap();
    let Idea::Ask(thing) = told.world.ideas[asked] else { unreachable!("it asks") };
    let name = &told.words.names[thing][1];
    assert_eq!(told.items(&format!("Please dwell on {name} a little.")), [Item { idea: asked, wording: 0 }]);
    assert_eq!(told.items(&format!("Avoid {name}.")), []);
}

#[test]
fn a_message_shows_what_its_draft_shows() {
    for told in worlds() {
        let mut dice = Stream::new(&["messages"]);
        let items: Vec<Item> = (0..told.world.ideas.len()).step_by(2).map(|idea| Item { idea, wording: 1 }).collect();
        let (prompt, mut invented) = (told.prompt(&items), 0);
        for number in 0..40 {
            let persona = told.persona("learn", number);
            let mut uniforms = dice.clone();
            let uniforms: Vec<f64> = (0..told.world.uniforms()).map(|_| uniforms.uniform()).collect();
            let wanted = told.world.draft(&told.world.plan(&items), Rule::None, &uniforms);
            let message = told.write(&prompt, &persona, Rule::None, &mut dice);
            let shown = told.read_message(&message);
            assert_eq!(shown, wanted, "{message}");
            invented += usize::from(shown.invents);
            if shown.invents
                && let Some(accused) = told.accused(&message)
            {
                let mut never = Stream::new(&["x"]);
                while never.clone().uniform() < 0.2 {
                    never.uniform();
                }
                let revised = told.revise(&message, &format!("1. \"{accused}\" - nothing says so"), &mut never);
                assert!(
                    !told.read_message(&revised).invents && told.read_message(&revised).lines == shown.lines,
                    "{revised}"
                );
            }
        }
        assert!(invented > 0, "{}", told.world.place);
    }
}

#[test]
fn a_passage_is_taken_out_whether_or_not_its_full_stop_is_quoted() {
    let told = world(Family::Additive, 900);
    let draft = format!("Dear Nils,\n\n{}\n\nShall we talk?", told.words.inventions[0]);
    let quoted = told.invention(&draft).unwrap();
    for quote in [quoted, quoted.trim_end_matches('.')] {
        // A revision seldom invents something else, so the text that is asked about is what must be gone.
        let revised = told.revise(&draft, &format!("1. \"{quote}\" - nothing says so"), &mut Stream::new(&["x"]));
        assert!(!revised.contains(quoted) && revised.contains("Shall we talk?"), "{revised}");
    }
}

#[test]
fn people_are_read_back_and_their_shares_are_those_of_the_world() {
    for told in worlds() {
        let people: Vec<Person> = (0..400).map(|number| told.read_persona(&told.persona("truth", number))).collect();
        for (segment, share) in told.world.shares.iter().enumerate() {
            let found = people.iter().filter(|person| person.segment == segment).count() as f64 / 400.0;
            assert!((found - share).abs() < 0.1, "{found} for {share}");
        }
        let mean = people.iter().map(|person| person.taste).sum::<f64>() / 400.0;
        assert!(mean.abs() < 0.25 * told.world.tastes.max(0.5), "{mean}");
        assert_ne!(told.persona("learn", 1), told.persona("aside", 1));
    }
}

#[test]
fn reasonings_are_read_back() {
    let told = world(Family::Segments, 901);
    let mut dice = Stream::new(&["remarks"]);
    for remark in [Remark::Misses(0), Remark::Dislikes(6), Remark::Likes(9)] {
        let said = told.say(&[remark], false, &mut dice);
        assert_eq!(told.remarks_of(&said), [remark], "{said}");
        assert!(told.group(remark).0.len() > 3);
    }
}

#[test]
fn the_same_question_with_the_same_key_has_the_same_answer() {
    let told = world(Family::Tone, 900);
    let persona = fenced("persona", &told.persona("learn", 3));
    let user = format!("Write to\n\n{persona}\n\nClaim nothing else.");
    let prompt = told.start();
    let request = Request { system: &prompt, user: &user, properties: &[] };
    let asked = Ask::read(&request);
    assert!(matches!(&asked, Ask::Message { rule: true, persona, .. } if *persona == told.persona("learn", 3)));
    let answers: Vec<String> = ["a", "b", "a"].map(|key| told.answer(&request, key)).to_vec();
    assert_eq!(answers[0], answers[2]);
    let all: std::collections::BTreeSet<String> = (0..20).map(|key| told.answer(&request, &key.to_string())).collect();
    assert!(all.len() > 5);
    let again = world(Family::Tone, 900);
    assert_eq!(again.answer(&request, "a"), answers[0]);
}

#[test]
fn a_decision_agrees_with_the_truth_in_the_long_run() {
    for told in worlds() {
        let personas: Vec<String> = (0..60).map(|number| told.persona("truth", number)).collect();
        let prompt = told.start();
        let truth = told.true_rates(&prompt, &personas, Sending::Drafted, 40).response;
        let mut yes = 0;
        for (at, persona) in personas.iter().enumerate() {
            for nth in 0..15 {
                let key = format!("{at} {nth}");
                let ask = Ask::Message { prompt: prompt.clone(), persona: persona.clone(), rule: false };
                let message = told.answer_to(&ask, &key);
                let decided = told.answer_to(&Ask::Decision { persona: persona.clone(), message, score: false }, &key);
                yes += usize::from(decided.contains("\"decision\":true"));
            }
        }
        let found = f64::from(yes as u32) / 900.0;
        assert!((found - truth).abs() < 0.06, "{}: {found} for {truth}", told.world.place);
    }
}

#[test]
fn an_improver_answers_in_the_form_that_is_asked_for() {
    let told = world(Family::Additive, 902);
    let feedback = fenced("feedback", "[no] It does not tell me anything.");
    let advice = "1. Be effective.\n2. Write brisk.";
    for (properties, tag, text) in
        [(&["prompt"][..], "prompt", told.start()), (&["changes", "action"], "advice", advice.to_owned())]
    {
        let user = format!("{}\n\n{feedback}\n\nRewrite: anew.", fenced(tag, &text));
        let request = Request { system: "You improve.", user: &user, properties };
        let answers: Vec<String> = (0..10).map(|key| told.answer(&request, &key.to_string())).collect();
        let read = answers.iter().filter_map(|answer| serde_json::from_str::<serde_json::Value>(answer).ok());
        let read: Vec<serde_json::Value> = read.collect();
        assert!(read.len() >= 7, "{answers:?}");
        for answer in read {
            match properties[0] {
                "prompt" => assert!(told.items(answer["prompt"].as_str().unwrap()).len() >= 3, "{answer}"),
                _ => {
                    let changes = answer["changes"].as_array().unwrap();
                    assert!(changes.iter().any(|change| change["action"] == "add"), "{answer}");
                    let texts =
                        changes.iter().filter_map(|change| change["text"].as_str()).filter(|text| !text.is_empty());
                    assert!(texts.clone().count() > 1 && texts.clone().all(|text| told.item(text).is_some()));
                }
            }
        }
    }
}

#[test]
fn a_sorter_puts_most_wordings_of_an_idea_together() {
    let told = world(Family::Saturation, 900);
    let lines: Vec<String> = (0..told.world.ideas.len())
        .flat_map(|idea| (0..WORDINGS).map(move |wording| Item { idea, wording }))
        .enumerate()
        .map(|(at, item)| format!("{}. {}", at + 1, told.words.item(&told.world, item)))
        .collect();
    let user = fenced("instructions", &lines.join("\n"));
    let request = Request { system: "You sort.", user: &user, properties: &["groups", "name", "reasonings"] };
    let answer: serde_json::Value = serde_json::from_str(&told.answer(&request, "k")).unwrap();
    let groups = answer["groups"].as_array().unwrap();
    let large = groups.iter().filter(|group| group["reasonings"].as_array().unwrap().len() >= 3).count();
    assert!(large > told.world.ideas.len() / 2, "{answer}");
}

#[test]
fn blocks_of_a_prompt_are_told_apart_and_cut_to_the_letter() {
    let told = world(Family::Additive, 903);
    let items = [Item { idea: 5, wording: 0 }, Item { idea: 6, wording: 1 }];
    let prompt = told.prompt(&items);
    let blocks: Vec<String> = prompt.split("\n\n").map(|block| block.replace('\n', "\n| ")).collect();
    let numbered: Vec<String> = blocks.iter().enumerate().map(|(at, block)| format!("{}| {block}", at + 1)).collect();
    let user = fenced("blocks", &numbered.join("\n"));
    let request = Request { system: "You mark.", user: &user, properties: &["blocks"] };
    let answer: serde_json::Value = serde_json::from_str(&told.answer(&request, "k")).unwrap();
    let found = answer["blocks"].as_array().unwrap();
    let parts: Vec<&str> = found.iter().map(|block| block["part"].as_str().unwrap()).collect();
    assert_eq!(parts, ["fact", "rule", "mixed"]);
    let pieces = found[2]["pieces"].as_array().unwrap();
    let whole: String = pieces.iter().map(|piece| piece["text"].as_str().unwrap()).collect();
    assert_eq!(whole, prompt.split("\n\n").nth(2).unwrap());
}

#[test]
fn people_are_sorted_by_their_segments_but_for_those_of_whom_a_sorter_errs() {
    let mut told = world(Family::Segments, 904);
    let lines: Vec<String> = (1..=400).map(|at| format!("{at}. {}", told.persona("aside", at))).collect();
    for errs in [0.0, 0.1] {
        told.world.sorter_errs = errs;
        let user = fenced("people", &lines.join("\n"));
        let request = Request { system: "You sort.", user: &user, properties: &["kinds", "name", "people"] };
        let answer: serde_json::Value = serde_json::from_str(&told.answer(&request, "k")).unwrap();
        let kinds = answer["kinds"].as_array().unwrap();
        assert!(kinds.iter().all(|kind| kind["definition"].is_string()));
        let mut right = 0;
        for (segment, kind) in kinds.iter().enumerate() {
            for number in kind["people"].as_array().unwrap() {
                let person = told.read_persona(&told.persona("aside", number.as_u64().unwrap()));
                right += usize::from(person.segment == segment);
            }
        }
        let wrong = (400 - right) as f64 / 400.0;
        assert!((wrong - errs).abs() < 0.05, "{wrong} for {errs}");
    }
}
