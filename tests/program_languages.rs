//! Five languages go through the whole loop: offer, people, messages, claims, reasons, objections, kinds of people, new
//! advice and the proof.

#[path = "support/program.rs"]
mod program;
#[path = "support/scripted.rs"]
mod scripted;

use std::collections::BTreeSet;

use program::{Place, Ran};
use rejoinder::optimize::people::pairing::Key;
use scripted::{Asked, Scripted};
use serde::Deserialize;
use serde_json::{Value, json};

/// People who are written to.
const PEOPLE: usize = 40;

/// An offer, people and what a model says, in one language.
#[derive(Deserialize)]
struct Language {
    /// Lines of the prompt with their parts, in their order.
    prompt: Vec<[String; 2]>,
    /// A person of each kind.
    people: [String; 2],
    /// The kinds: a name and a definition.
    kinds: [[String; 2]; 2],
    opening: String,
    /// A sentence that stands in the facts.
    honest: String,
    /// A sentence with a figure that follows from the facts, and from what it does.
    sum: String,
    support: String,
    derivation: String,
    /// A sentence that nothing supports; every third draft has it.
    lie: String,
    closing: String,
    /// An item of advice that makes people say yes, and the sentence of whoever follows it.
    good: String,
    answer: String,
    /// An item that changes nothing.
    other: String,
    /// An item that asks for a lie, and its words that do.
    bad: [String; 2],
    /// Reasons for a no: group, definition and what people say.
    no: [[String; 3]; 2],
    yes: [String; 3],
}

/// The number in a description: `... (12)`.
fn number(persona: &str) -> usize {
    let (_, rest) = persona.rsplit_once('(').unwrap();
    rest.split_once(')').unwrap().0.parse().unwrap()
}

/// Numbered lines: `3. text`.
fn numbered(lines: &str) -> impl Iterator<Item = (usize, &str)> {
    lines.lines().filter_map(|line| line.split_once(". ")).map(|(number, text)| (number.parse().unwrap(), text))
}

impl Language {
    fn read(name: &str) -> Self {
        let path = format!("{}/tests/data/languages/{name}.toml", env!("CARGO_MANIFEST_DIR"));
        toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
    }

    fn text(&self) -> String {
        let is_item = |line: &str| line.starts_with(['-', '・']);
        let mut text = String::new();
        for (at, [_, line]) in self.prompt.iter().enumerate() {
            let next = self.prompt.get(at + 1).is_some_and(|[_, next]| is_item(line) && is_item(next));
            text.push_str(&format!("{line}{}", if next { "\n" } else { "\n\n" }));
        }
        text.trim_end().to_owned()
    }

    fn person(&self, at: usize) -> String {
        format!("{} ({at})", self.people[at % 2])
    }

    /// Whether somebody answers a message with the question: four of five do.
    fn says_yes(&self, message: &str, at: usize) -> bool {
        message.contains(&self.answer) && !at.is_multiple_of(5)
    }

    /// The reason of one person.
    fn reason(&self, yes: bool, at: usize) -> &[String; 3] {
        if yes { &self.yes } else { &self.no[usize::from(at.is_multiple_of(3))] }
    }

    fn draft(&self, prompt: &str, at: usize) -> String {
        let follows = if prompt.contains(&self.good) { self.answer.as_str() } else { "" };
        let lie = if at.is_multiple_of(3) { self.lie.as_str() } else { "" };
        let lines = [self.opening.as_str(), &self.honest, &self.sum, follows, lie, &self.closing];
        lines.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n\n")
    }

    /// What a careful model answers.
    fn answer(&self, asked: &Asked) -> String {
        let fenced = |kind: &str| asked.fenced(kind).unwrap_or_default();
        if asked.is_decision() {
            let at = number(fenced("persona"));
            let yes = self.says_yes(fenced("message"), at);
            return json!({"reasoning": self.reason(yes, at)[2], "decision": yes}).to_string();
        }
        if asked.is_message() {
            return match asked.fenced("draft") {
                Some(draft) => draft.replace(&format!("{}\n\n", self.lie), ""),
                None => self.draft(&asked.system, number(fenced("persona"))),
            };
        }
        match asked.schema.as_str() {
            "audit" => {
                let claim = |quote: &str, kind: &str, support: &[&str], derivation: &str| {
                    let verdict = if support.is_empty() { "unsupported" } else { "supported" };
                    json!({"quote": quote, "kind": kind, "support": support, "derivation": derivation,
                        "verdict": verdict})
                };
                let claims = [
                    (&self.honest, claim(&self.honest, "other", &[&self.honest], "")),
                    (&self.sum, claim(&self.sum, "price", &[&self.support], &self.derivation)),
                    (&self.lie, claim(&self.lie, "customer", &[], "")),
                ];
                let said = claims.into_iter().filter(|(quote, _)| fenced("message").contains(*quote));
                json!({"claims": said.map(|(_, claim)| claim).collect::<Vec<_>>()}).to_string()
            }
            "split" => {
                let blocks = fenced("blocks").lines().filter_map(|line| line.split_once("| "));
                let block = |(number, text): (&str, &str)| {
                    let part = self.prompt.iter().find(|[_, line]| line == text).map(|[part, _]| part);
                    json!({"number": number.parse::<u64>().unwrap(), "part": part, "needs_heading": false,
                        "pieces": []})
                };
                let blocks = blocks.filter(|(number, _)| !number.is_empty()).map(block);
                json!({"blocks": blocks.collect::<Vec<_>>()}).to_string()
            }
            "rewrite" => {
                let add = |text: &str| {
                    json!({"action": "add", "item": 0, "text": text, "name": "",
                    "objection": self.no[0][0]})
                };
                json!({"changes": [add(&self.good), add(&self.other), add(&self.bad[0])]}).to_string()
            }
            "item_check" => {
                let at = fenced("items").lines().position(|line| line.contains(&self.bad[0]));
                let fault =
                    |at| json!({"item": at + 1, "kind": "claims", "quote": self.bad[1], "reason": "no fact says so"});
                json!({"faults": at.map(fault).into_iter().collect::<Vec<Value>>()}).to_string()
            }
            "codebook" => {
                let group = |[name, definition, _]: &[String; 3]| json!({"name": name, "definition": definition});
                let all = if asked.user.contains("said no") {
                    self.no.iter().map(group).collect()
                } else {
                    vec![group(&self.yes)]
                };
                json!({"groups": all}).to_string()
            }
            "codes" => {
                let code = |(number, line): (usize, &str)| {
                    let said = self.no.iter().chain([&self.yes]).find(|reason| line.ends_with(&reason[2])).unwrap();
                    let polarity = if line.starts_with("[yes]") { "in_favour" } else { "against" };
                    json!({"number": number, "polarity": polarity, "groups": [said[0]]})
                };
                json!({"codes": numbered(fenced("reasonings")).map(code).collect::<Vec<_>>()}).to_string()
            }
            "kinds" => {
                let of_kind = |at: usize| {
                    let lines = numbered(fenced("people"));
                    lines
                        .filter(|(_, text)| text.starts_with(&self.people[at]))
                        .map(|(number, _)| number)
                        .collect::<Vec<_>>()
                };
                let kind = |at: usize| {
                    json!({"name": self.kinds[at][0], "definition": self.kinds[at][1],
                    "people": of_kind(at)})
                };
                json!({"kinds": [kind(0), kind(1)]}).to_string()
            }
            _ => json!({"groups": []}).to_string(),
        }
    }
}

fn ok(place: &Place, server: &Scripted, arguments: &[&str]) -> Ran {
    let mut command = place.command(arguments);
    let ran = Ran::of(&command.env("OPENAI_BASE_URL", &server.url).env("OPENAI_API_KEY", "k").output().unwrap());
    assert_eq!(ran.code, Some(0), "{arguments:?}\n{}\n{}", ran.out, ran.err);
    ran
}

/// All messages of a file, with the number of their person.
fn messages(file: &Value) -> Vec<(usize, &Value)> {
    let entries = file["results"].as_array().unwrap();
    entries.iter().map(|entry| (number(entry["persona"].as_str().unwrap()), &entry["messages"][0])).collect()
}

/// What a file says of its messages is what they are: honest ones supported, no lie left, figures that add up.
fn is_right(language: &Language, file: &Value) {
    let messages = messages(file);
    assert_eq!(messages.len(), PEOPLE);
    for (at, message) in messages {
        let text = message["message"].as_str().unwrap();
        assert!(!text.contains(&language.lie) && text.ends_with(&language.closing), "{text}");
        assert_eq!(message["decision"]["decision"], language.says_yes(text, at), "{text}");
        let audit = &message["rejoinder"]["audit"];
        let claims = audit["claims"].as_array().unwrap();
        assert_eq!(claims.len(), 2, "{audit}");
        assert!(claims.iter().all(|claim| claim["verdict"] == "supported"), "{audit}");
    }
}

fn goes_through_the_whole_loop(name: &'static str) {
    let language: &'static Language = Box::leak(Box::new(Language::read(name)));
    let server = Scripted::start(|asked| language.answer(asked));
    let place = Place::empty();
    let people: Vec<String> = (0..PEOPLE).map(|at| language.person(at)).collect();
    place.write("data/personas/some.json", &json!(people).to_string());
    place.write("offer.md", &language.text());
    let evaluate = ["evaluate", "--persona-file", "some", "--prompt-file", "offer.md", "--messages-per-persona", "1"];
    let ran = ok(&place, &server, &[&evaluate[..], &["--model", "openai/m"]].concat());
    // Every third draft lies, which is caught and revised; nobody else is accused.
    let lies = (0..PEOPLE).filter(|at| at.is_multiple_of(3)).count();
    let claims = format!("Claims: 0.0% of messages with a made-up claim (0 of {PEOPLE}); {lies} revised");
    assert!(ran.out.contains(&claims) && ran.out.contains(&format!("(0 of {PEOPLE})")), "{}", ran.out);
    let first = place.files("results").remove(0);
    is_right(language, &place.json(&format!("results/{first}")));

    let improve = ["improve", "--results-file", &first, "--model", "openai/m", "--challengers", "3", "--seed", "1"];
    let ran = ok(&place, &server, &[&improve[..], &["--max-calls", "1500", "--verbose"]].concat());
    let file = place.json("results/some_results_improvement_run_v1.json");
    is_right(language, &file);
    let (metadata, provenance) = (&file["metadata"], &file["metadata"]["rejoinder"]);
    let (cycle, lineage) = (&provenance["metrics"]["cycle"], &provenance["lineage"]);

    // The question is adopted, and the figures are those of the people.
    assert_eq!(cycle["verdict"]["verdict"], "adopted", "{}", ran.out);
    let adopted = metadata["system_prompt"].as_str().unwrap();
    assert!(adopted.contains(&language.good), "{adopted}");
    let says_yes = (0..PEOPLE).filter(|at| !at.is_multiple_of(5)).count();
    for rate in ["response", "grounded_response"] {
        assert_eq!((&cycle["before"][rate]["yes"], &cycle["before"][rate]["total"]), (&json!(0), &json!(PEOPLE)));
        let after = &cycle["after"][rate];
        assert_eq!((&after["yes"], &after["total"]), (&json!(says_yes), &json!(PEOPLE)), "{rate}");
    }
    assert_eq!(
        (&cycle["proof"]["before"]["made_up_messages"], &cycle["proof"]["after"]["made_up_messages"]),
        (&json!(0), &json!(0))
    );
    let proved = cycle["proof"]["after"]["response"].clone();
    let share = 100.0 * proved["yes"].as_f64().unwrap() / proved["total"].as_f64().unwrap();
    assert!((proved["rate"].as_f64().unwrap() - share).abs() < 1e-5 && proved["yes"].as_u64() > Some(0), "{proved}");

    // Facts, rules, variables and the opt-out stand in every prompt, and no prompt asks for the lie.
    let exported = ok(&place, &server, &["export", "some_results_improvement_run_v1", "--format", "prompt"]).out;
    let tried = server.prompts();
    assert!(tried.len() > 2, "{tried:#?}");
    for prompt in tried.iter().map(String::as_str).chain([adopted, &exported]) {
        for [_, line] in language.prompt.iter().filter(|[part, _]| part != "advice") {
            assert!(prompt.contains(line.as_str()), "no {line:?} in\n{prompt}");
        }
        assert!(!prompt.contains(&language.bad[0]), "{prompt}");
    }
    // What was proposed is tried: only what was proposed before is refused, and only the lie is cut.
    for refused in cycle["challengers"]["refused"].as_array().into_iter().flatten() {
        let why = refused["why"].as_str().unwrap();
        assert!(why.starts_with("its advice is that of ") && why.matches("cut \"").count() == 1, "{why}");
        assert!(why.contains(&language.bad[0]), "{why}");
    }
    assert!(tried.iter().any(|prompt| prompt.contains(&language.other)), "{tried:#?}");

    // Everything that was said is sorted, before and after.
    let sorted = &cycle["sorted_reasonings"];
    assert!(sorted["sorted"].as_u64() > Some(0) && sorted["sorted"] == sorted["of"], "{sorted}");
    let names: BTreeSet<&str> =
        cycle["objections"].as_array().unwrap().iter().map(|group| group["name"].as_str().unwrap()).collect();
    assert_eq!(names, language.no.iter().map(|reason| reason[0].as_str()).collect());
    assert!(ran.out.contains(&language.no[0][0]), "{}", ran.out);

    // Everybody kept aside is of their kind, which was told apart in one call.
    let told = &lineage["kinds"]["people"];
    let aside = cycle["personas"]["unseen"].as_u64().unwrap() as usize;
    assert_eq!(told.as_object().unwrap().len(), aside);
    for (at, person) in people.iter().enumerate() {
        let place = &told[String::from(Key::of(person))];
        assert!(place.is_null() || *place == json!(at % 2), "{person}: {place}");
    }
    let asked = server.asked();
    assert_eq!(asked.iter().filter(|asked| asked.schema == "kinds").count(), 1);
    // Nobody was asked twice about an honest claim, nor shown a made-up one once messages are kept.
    assert!(!asked.iter().any(|asked| asked.schema == "audit" && asked.user.contains("was audited already")));
}

#[test]
fn german_goes_through_the_whole_loop() {
    goes_through_the_whole_loop("german");
}

#[test]
fn french_goes_through_the_whole_loop() {
    goes_through_the_whole_loop("french");
}

#[test]
fn spanish_goes_through_the_whole_loop() {
    goes_through_the_whole_loop("spanish");
}

#[test]
fn dutch_goes_through_the_whole_loop() {
    goes_through_the_whole_loop("dutch");
}

#[test]
fn japanese_goes_through_the_whole_loop() {
    goes_through_the_whole_loop("japanese");
}

#[test]
fn kinds_that_no_model_can_tell_are_those_of_a_column_of_the_leads_or_not_sorted() {
    let language: &'static Language = Box::leak(Box::new(Language::read("german")));
    let server = Scripted::start(move |asked| {
        if asked.schema == "kinds" { "I would rather not.".to_owned() } else { language.answer(asked) }
    });
    let place = Place::empty();
    place.write("offer.md", &language.text());
    let row = |at: usize| {
        let segment = ["Handwerk", "Handel"][at % 2];
        format!("p{at}@firm{at}.example,Leitung ({at}),Firma {at},{segment}\n")
    };
    let rows: String = (0..PEOPLE).map(row).collect();
    place.write("leads.csv", &format!("email,title,company,Segment\n{rows}"));
    place.ok(&["leads", "import", "leads.csv", "--name", "spring"]);
    let people: Vec<String> = (0..PEOPLE).map(|at| language.person(at)).collect();
    place.write("data/personas/some.json", &json!(people).to_string());
    for (personas, base) in [("leads/spring", "spring"), ("some", "some")] {
        let evaluate = ["evaluate", "--persona-file", personas, "--prompt-file", "offer.md"];
        ok(&place, &server, &[&evaluate[..], &["--messages-per-persona", "1", "--model", "openai/m"]].concat());
        let first = place.files("results").into_iter().find(|name| name.starts_with(base)).unwrap();
        let improve = ["improve", "--results-file", &first, "--model", "openai/m", "--challengers", "3", "--seed", "1"];
        let ran = ok(&place, &server, &[&improve[..], &["--max-calls", "1500", "--verbose"]].concat());
        assert!(ran.err.contains("kinds of people could not be told apart"), "{}", ran.err);
        let file = place.json(&format!("results/{base}_results_improvement_run_v1.json"));
        let kinds = &file["metadata"]["rejoinder"]["lineage"]["kinds"];
        if base == "some" {
            assert!(kinds.is_null() && ran.out.contains("Kinds of people: not sorted"), "{kinds}\n{}", ran.out);
            continue;
        }
        let names: Vec<&Value> = kinds["kinds"].as_array().unwrap().iter().map(|kind| &kind["name"]).collect();
        assert_eq!((&kinds["column"], names), (&json!("segment"), vec![&json!("Handel"), &json!("Handwerk")]));
        let aside = file["metadata"]["rejoinder"]["metrics"]["cycle"]["personas"]["unseen"].as_u64().unwrap();
        assert_eq!(kinds["people"].as_object().unwrap().len() as u64, aside);
        assert!(ran.err.contains("the column segment decides") && !ran.out.contains("not sorted"), "{}", ran.out);
    }
}
