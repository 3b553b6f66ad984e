//! Facts, rules and variables stand in every prompt that is tried, proved, adopted and exported, word for word.

#[path = "program_parts/languages.rs"]
mod languages;
#[path = "support/program.rs"]
mod program;
#[path = "support/scripted.rs"]
mod scripted;

use languages::LANGUAGES;
use program::{Place, Ran};
use rejoinder::model::market::{Market, Mode};
use rejoinder::model::{CallKey, Request, Schema};
use scripted::{Asked, Scripted};
use serde_json::{Value, json};

fn command(place: &Place, server: &Scripted, arguments: &[&str]) -> Ran {
    let mut command = place.command(arguments);
    Ran::of(&command.env("OPENAI_BASE_URL", &server.url).env("OPENAI_API_KEY", "k").output().unwrap())
}

fn ok(place: &Place, server: &Scripted, arguments: &[&str]) -> Ran {
    let ran = command(place, server, arguments);
    assert_eq!(ran.code, Some(0), "{arguments:?}\n{}\n{}", ran.out, ran.err);
    ran
}

/// A first run of a prompt for so many people; the name of its file.
fn first_run(place: &Place, server: &Scripted, prompt: &str, persona: &str) -> String {
    let people: Vec<String> = (0..24).map(|at| format!("{persona} ({at})")).collect();
    place.write("data/personas/some.json", &json!(people).to_string());
    place.write("offer.md", prompt);
    let arguments = ["evaluate", "--persona-file", "some", "--prompt-file", "offer.md", "--messages-per-persona", "1"];
    ok(place, server, &[&arguments[..], &["--model", "openai/m", "--ungrounded", "keep"]].concat());
    place.files("results").remove(0)
}

fn improve(place: &Place, server: &Scripted, file: &str, more: &[&str]) -> Ran {
    let arguments = ["improve", "--results-file", file, "--model", "openai/m", "--challengers", "3", "--seed", "1"];
    let calls: &[&str] = if more.contains(&"--calls") { &[] } else { &["--calls", "260"] };
    // What messages claim is another matter.
    let claims = ["--objective", "response", "--ungrounded", "keep"];
    ok(place, server, &[&arguments[..], &claims, calls, more].concat())
}

fn prompt_of(place: &Place, file: &str) -> String {
    place.json(&format!("results/{file}"))["metadata"]["system_prompt"].as_str().unwrap().to_owned()
}

#[test]
fn facts_rules_and_variables_stand_in_every_prompt_in_five_languages() {
    for language in LANGUAGES {
        let server = Scripted::start(|asked| language.answer(asked));
        let place = Place::empty();
        let file = first_run(&place, &server, &language.text(), language.persona);
        let ran = improve(&place, &server, &file, &["--verbose"]);
        let tried = server.prompts();
        assert!(tried.len() > 2, "{}: {tried:#?}", language.name);
        let adopted = prompt_of(&place, "some_results_improvement_run_v1.json");
        let exported = ok(&place, &server, &["export", "some_results_improvement_run_v1", "--format", "prompt"]).out;
        for prompt in tried.iter().chain([&adopted, &exported]) {
            for line in language.fixed() {
                assert!(prompt.contains(line), "{}: no {line:?} in\n{prompt}", language.name);
            }
            assert!(
                !prompt.contains(language.lie.0) && !prompt.contains(language.message),
                "{}: {prompt}",
                language.name
            );
        }
        assert!(adopted.contains(&format!("\n- {}", language.good)), "{}: {}", language.name, ran.out);
        // What has changed is told, and what is gone is named.
        assert!(ran.out.contains(&format!("  + {}", language.good)), "{}: {}", language.name, ran.out);
        let gone = language
            .prompt
            .iter()
            .filter(|(part, _)| *part == "advice")
            .map(|(_, line)| line.trim_start_matches(['-', '・', ' ']));
        for item in gone.filter(|item| !adopted.contains(item)) {
            assert!(ran.out.contains(item), "{}: {item:?} went without a word\n{}", language.name, ran.out);
        }
        assert!(ran.err.contains("  rule   ") && ran.err.contains("  advice "), "{}: {}", language.name, ran.err);
        assert_eq!(server.asked().iter().filter(|asked| asked.schema == "split").count(), 1, "{}", language.name);
        // The next cycle has the parts on record.
        improve(&place, &server, "some_results_improvement_run_v1", &[]);
        assert_eq!(server.asked().iter().filter(|asked| asked.schema == "split").count(), 1, "{}", language.name);
    }
}

#[test]
fn a_reader_of_numbered_groups_alone_leaves_the_prompt_as_it_is_and_whole_rewrites_are_taken_apart() {
    let prompt = "We sell Harbourline Desk for 400 dollars a month.\n\nWrite one short e-mail.\n\nLanguage: {{language}}. Sign as {{sender_name}}.";
    let server = Scripted::start(|asked| {
        if asked.is_decision() {
            let yes = asked.user.contains("GOOD");
            json!({"reasoning": "It is about my problem.", "decision": yes}).to_string()
        } else if asked.is_message() {
            if asked.system.contains("one-line reply") { "GOOD".into() } else { "BAD".into() }
        } else if asked.schema == "rewrite" {
            json!({"prompt": "We sell Harbourline Desk for 400 dollars a month.  Write one short e-mail.  Ask for a one-line reply and nothing else."}).to_string()
        } else {
            json!({"groups": []}).to_string()
        }
    });
    let place = Place::empty();
    let file = first_run(&place, &server, prompt, "Ann, CTO.");
    let ran = improve(&place, &server, &file, &[]);
    assert_eq!(
        ran.err.matches("nobody could tell facts, rules and advice of the prompt apart").count(),
        1,
        "{}",
        ran.err
    );
    assert_eq!(ran.err.matches("new advice is not checked").count(), 1, "{}", ran.err);
    let adopted = prompt_of(&place, "some_results_improvement_run_v1.json");
    assert_eq!(adopted, format!("{prompt}\n\n## Advice\n- Ask for a one-line reply and nothing else."));
    assert!(server.prompts().iter().all(|tried| tried.starts_with(prompt)));
}

/// A long offer in single lines with a paragraph of rules, where it is at hand.
#[test]
fn the_solar_prompts_facts_rules_and_opt_out_stand_in_every_prompt() {
    let shared = std::env::var("REJOINDER_SHARED_DATA").unwrap_or_else(|_| "../shared/data".into());
    let Ok(prompt) = std::fs::read_to_string(format!("{shared}/solar/offer.md")) else {
        println!("skipped: there is no {shared}/solar/offer.md");
        return;
    };
    let server = Scripted::start(|asked| {
        let blocks = || asked.fenced("blocks").unwrap().lines().filter_map(|line| line.split_once("| "));
        if asked.is_decision() {
            json!({"reasoning": "What about the roof?", "decision": asked.user.contains("GOOD")}).to_string()
        } else if asked.is_message() {
            if asked.system.contains("- Answer the question about the roof.") { "GOOD".into() } else { "BAD".into() }
        } else if asked.schema == "split" {
            let part = |text: &str| if text.starts_with("Write a short") { "rule" } else { "fact" };
            let block = |(number, text): (&str, &str)| {
                json!({"number": number.parse::<u64>().unwrap(),
                "part": part(text), "needs_heading": false, "pieces": []})
            };
            json!({"blocks": blocks().map(block).collect::<Vec<_>>()}).to_string()
        } else if asked.schema == "rewrite" {
            let add = |text: &str| json!({"action": "add", "item": 0, "text": text, "name": "", "objection": ""});
            json!({"changes": [add("Answer the question about the roof."), add("Not interested? Reply STOP and I will not write again.")]}).to_string()
        } else if asked.schema == "item_check" {
            json!({"faults": []}).to_string()
        } else {
            json!({"groups": []}).to_string()
        }
    });
    let place = Place::empty();
    let file = first_run(&place, &server, &prompt, "Ann Lowe, owner of a farm near Ely.");
    let ran = improve(&place, &server, &file, &[]);
    assert!(
        ran.err.contains("Word for word in every prompt: 12 facts and 1 rule; advice is added below"),
        "{}",
        ran.err
    );
    let adopted = prompt_of(&place, "some_results_improvement_run_v1.json");
    assert_eq!(adopted, format!("{}\n\n## Advice\n- Answer the question about the roof.", prompt.trim_end()));
    assert!(server.prompts().iter().all(|tried| tried.starts_with(prompt.trim_end())));
}

/// The market, answering as it would over HTTP, on a prompt with rules of its own.
#[test]
fn facts_rules_and_variables_stand_in_every_prompt_of_two_market_cycles() {
    let market = Market::new(3, Mode::Normal);
    let server = Scripted::start(move |asked| {
        let schema =
            (!asked.schema.is_empty()).then(|| Schema { name: asked.schema.clone(), json: asked.form.clone() });
        let (system, user) = (asked.system.clone(), asked.user.clone());
        market
            .answer(&Request { key: CallKey::from_parts(&[&asked.key]), system, user, schema, max_tokens: 16_000 })
            .text
    });
    let fixed = [
        "Company: Brackwater",
        "Product: Brackwater Flow, a platform that turns recurring manual work into automated workflows",
        "Value proposition: teams reduce manual process work by 45% within the first quarter",
        "- Sign as {{sender_name}}.",
        "- Never mention competitors.",
        "Always end with the line: Not interested? Reply STOP and I will not write again.",
    ];
    let advice =
        ["- Compliment the reader on their achievements.", "- Be authentic and make the reader feel understood."];
    let prompt = format!(
        "{}\n\nHow to write:\n{}\n{}\n{}\n\n{}",
        fixed[..3].join("\n"),
        fixed[3],
        advice.join("\n"),
        fixed[4],
        fixed[5]
    );
    let place = Place::empty();
    let people: Vec<String> =
        serde_json::from_str(include_str!("../data/personas/b2b_saas_personas_train.json")).unwrap();
    place.write("data/personas/some.json", &json!(people[..30]).to_string());
    place.write("offer.md", &prompt);
    let arguments = ["evaluate", "--persona-file", "some", "--prompt-file", "offer.md", "--messages-per-persona", "1"];
    ok(&place, &server, &[&arguments[..], &["--model", "openai/m"]].concat());
    let by_hand = "Company: Brackwater\n\nName one problem of the reader.\nAsk for 10 minutes at most.";
    place.write("own.md", by_hand);
    let file = place.files("results").remove(0);
    improve(&place, &server, &file, &["--cycles", "2", "--calls", "400", "--challenger", "own.md"]);
    let tried = server.prompts();
    assert!(tried.len() > 20, "{}", tried.len());
    for prompt in &tried {
        for line in fixed {
            assert!(prompt.contains(line), "no {line:?} in\n{prompt}");
        }
    }
    assert!(
        tried
            .iter()
            .any(|prompt| prompt.contains("\n- Name one problem of the reader.\n- Ask for 10 minutes at most."))
    );
}

#[test]
fn a_dry_run_shows_what_may_change_and_asks_nobody() {
    let place = Place::with_samples();
    const FIRST: &str = "b2b_saas_personas_train_results_20250802_144126.json";
    let dry = |place: &Place, more: &[&str]| {
        place.ok(&[&["improve", "--results-file", FIRST, "--model", "market", "--dry-run"], more].concat()).out
    };
    let out = dry(&place, &[]);
    assert!(
        out.contains("10 lines of the prompt will first be marked") && out.contains("the parts of the prompt, once"),
        "{out}"
    );
    let out = dry(&place, &["--keep", "price: from"]);
    assert!(out.contains("9 lines of the prompt will first be marked"), "{out}");
    let refused = place.run(&["improve", "--results-file", FIRST, "--model", "market", "--keep", "coffee"]);
    assert_eq!(refused.code, Some(2), "{}", refused.err);
    assert!(refused.err.contains("\"coffee\" stands nowhere in the prompt"), "{}", refused.err);
    let mut file = place.json(&format!("results/{FIRST}"));
    file["metadata"]["system_prompt"] = "We sell tea.\n\n## Rules\n- Sign as Tom.\n\n## Advice\n- Be brief.".into();
    place.write(&format!("data/results/{FIRST}"), &file.to_string());
    let out = dry(&place, &[]);
    assert!(
        out.contains("  rule   - Sign as Tom.")
            && out.contains("  advice Be brief.")
            && !out.contains("the parts of the prompt, once"),
        "{out}"
    );
}

#[test]
fn a_text_that_is_to_be_kept_is_a_rule_in_every_prompt() {
    let language = &LANGUAGES[0];
    let server = Scripted::start(|asked| language.answer(asked));
    let place = Place::empty();
    let file = first_run(&place, &server, &language.text(), language.persona);
    improve(&place, &server, &file, &["--keep", "Lobe die  firma"]);
    assert!(server.prompts().iter().all(|prompt| prompt.contains("- Lobe die Firma.")));
}
