//! How well the claims audit tells lying messages from truthful ones: `cargo test --test claims_audit -- --nocapture`
//! prints the table.

#[path = "support/served.rs"]
mod served;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use rejoinder::call::{Caller, Shared};
use rejoinder::evaluate::Auditor;
use rejoinder::evaluate::auditor::AUDIT_TOKENS;
use rejoinder::evaluate::claims::{Audit, Facts, Kind, Why, audit, prompt_faults};
use rejoinder::event::Events;
use rejoinder::model::http::Settings;
use rejoinder::model::limits::permits::{Concurrency, Permits};
use rejoinder::model::market::{Market, Mode};
use rejoinder::model::messages_api::MessagesApi;
use rejoinder::model::retry::RetryPolicy;
use rejoinder::model::{CallKey, Model, Request, Role};
use serde_json::Value;
use served::Served;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/claims")
}

fn read(name: &str) -> String {
    std::fs::read_to_string(folder().join(name)).unwrap()
}

/// A labelled message.
struct Row {
    facts: Arc<Facts>,
    persona: String,
    message: String,
    lying: bool,
    passages: Vec<String>,
}

fn rows(name: &str) -> Vec<Row> {
    let texts = |name: &str| serde_json::from_str::<HashMap<String, String>>(&read(name)).unwrap();
    let (offers, personas) = (texts("offers.json"), texts("personas.json"));
    let facts: HashMap<&str, Arc<Facts>> =
        offers.iter().map(|(name, text)| (name.as_str(), Arc::new(Facts::of(text)))).collect();
    let row = |line: &str| {
        let value: Value = serde_json::from_str(line).unwrap();
        let text = |field: &str| value[field].as_str().unwrap().to_owned();
        let passages = value["passages"].as_array().unwrap().iter().map(|passage| passage.as_str().unwrap().to_owned());
        Row {
            facts: Arc::clone(&facts[text("offer").as_str()]),
            persona: personas[&text("persona")].clone(),
            message: text("message"),
            lying: value["lying"].as_bool().unwrap(),
            passages: passages.collect(),
        }
    };
    read(name).lines().map(row).collect()
}

/// Messages by what they are and what they were taken for.
#[derive(Clone, Copy, Debug, Default)]
struct Score {
    caught: u32,
    suspected: u32,
    missed: u32,
    clean: u32,
    passages: (u32, u32),
}

impl Score {
    fn add(&mut self, row: &Row, found: &Audit) {
        match (row.lying, found.is_grounded()) {
            (true, false) => self.caught += 1,
            (false, false) => self.suspected += 1,
            (true, true) => self.missed += 1,
            (false, true) => self.clean += 1,
        }
        for passage in &row.passages {
            let at = row.message.find(passage.as_str()).unwrap();
            let start = row.message[..at].chars().count();
            let end = start + passage.chars().count();
            self.passages.1 += 1;
            self.passages.0 += u32::from(found.ungrounded().any(|claim| claim.start < end && start < claim.end));
        }
    }

    fn precision(&self) -> f64 {
        f64::from(self.caught) / f64::from(self.caught + self.suspected)
    }

    fn recall(&self) -> f64 {
        f64::from(self.caught) / f64::from(self.caught + self.missed)
    }

    fn line(&self, name: &str) -> String {
        let Score { caught, suspected, missed, clean, passages } = self;
        format!(
            "{name:<34} {:>4}  precision {:.3}  recall {:.3}  (caught {caught}, missed {missed}, suspected {suspected}, clean \
             {clean}; lying passages found {}/{})",
            caught + suspected + missed + clean,
            self.precision(),
            self.recall(),
            passages.0,
            passages.1
        )
    }
}

/// What the rules were written against at first: a first half, and a second one that they met when the first was perfect
/// (precision 0.82, recall 0.75 then), and a last one (0.93 and 0.76).
const TUNED: [&str; 6] = [
    "dev_hand.jsonl",
    "dev_script.jsonl",
    "held_hand.jsonl",
    "held_script.jsonl",
    "last_hand.jsonl",
    "last_script.jsonl",
];
/// What was written later, each before any rule that followed, in other hands and for other offers; with the precision and
/// the recall with which the rules met it. They have learnt from it since.
const MET: [(&str, f64, f64); 6] = [
    ("fresh_first.jsonl", 0.775, 0.902),
    ("fresh_second.jsonl", 0.857, 0.840),
    ("fresh_third.jsonl", 0.804, 1.000),
    ("fresh_fourth.jsonl", 0.882, 1.000),
    ("fresh_fifth.jsonl", 0.833, 0.938),
    ("fresh_sixth.jsonl", 0.824, 1.000),
];

fn files() -> impl Iterator<Item = &'static str> {
    TUNED.into_iter().chain(MET.map(|(name, ..)| name))
}

fn by_rules(name: &str) -> Score {
    let mut score = Score::default();
    for row in rows(name) {
        score.add(&row, &audit(&row.message, &row.facts, &row.persona));
    }
    score
}

fn sum(scores: &[Score]) -> Score {
    scores.iter().fold(Score::default(), |all, one| Score {
        caught: all.caught + one.caught,
        suspected: all.suspected + one.suspected,
        missed: all.missed + one.missed,
        clean: all.clean + one.clean,
        passages: (all.passages.0 + one.passages.0, all.passages.1 + one.passages.1),
    })
}

#[test]
fn the_rules_tell_lying_messages_from_truthful_ones() {
    let started = Instant::now();
    println!("RULES ALONE");
    let scores: Vec<Score> = files().map(by_rules).collect();
    for (name, score) in files().zip(&scores) {
        let met = MET.iter().find(|(other, ..)| *other == name);
        let met = met.map_or(String::new(), |(_, precision, recall)| {
            format!("; at first sight precision {precision:.3}, recall {recall:.3}")
        });
        println!("{}{met}", score.line(name));
    }
    let all = sum(&scores);
    let messages = all.caught + all.missed + all.suspected + all.clean;
    println!("{}\n{:?} a message, patterns compiled once", all.line("all"), started.elapsed() / messages);
    assert!(messages >= 300 && (all.caught + all.missed) * 10 >= messages * 4, "half of them lie: {all:?}");
    assert!(all.precision() >= 0.95 && all.recall() >= 0.95, "{all:?}");
}

/// An auditor that reaches the market over HTTP.
fn auditor(served: &Served) -> Auditor {
    let model = MessagesApi::new(&"anthropic/x".parse().unwrap(), &served.url, None, Settings::default()).unwrap();
    let permits = Permits::new(Concurrency::Fixed(6));
    let shared = Shared::default();
    let caller =
        Caller::new(Role::Auditor, Arc::new(model), permits, RetryPolicy::default(), shared, Events::new(|_| ()));
    Auditor::new(caller, AUDIT_TOKENS)
}

#[test]
fn the_market_as_auditor_adds_what_it_finds_and_takes_nothing_away() {
    let served = Served::with_faults("");
    let auditor = auditor(&served);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    println!("RULES AND THE MARKET AS AUDITOR (simulated)");
    let mut scores = Vec::new();
    for name in files() {
        let (mut score, mut rules) = (Score::default(), Score::default());
        for (index, row) in rows(name).iter().enumerate() {
            let key = [name, &index.to_string()];
            let found = runtime.block_on(auditor.audit(&row.message, &row.facts, &row.persona, &key)).unwrap();
            let alone = audit(&row.message, &row.facts, &row.persona);
            if !row.lying && !found.is_grounded() {
                let doubted: Vec<&str> = found.ungrounded().map(|claim| claim.quote(&row.message)).collect();
                println!("  suspected {name}:{}: {doubted:?}", index + 1);
            }
            score.add(row, &found);
            rules.add(row, &alone);
        }
        println!("{}", score.line(name));
        // Everything that it says is grounded must be proven by a quotation, so it can free nobody who lies.
        assert!(score.caught >= rules.caught, "{name}: {score:?} {rules:?}");
        scores.push(score);
    }
    let all = sum(&scores);
    println!("{}", all.line("all"));
    assert!(all.precision() >= 0.95 && all.recall() >= 0.95, "{all:?}");
    assert!(served.stats().tasks["auditor"] >= 300);
}

/// Messages of the market itself, whose truth it knows.
#[test]
fn the_rules_agree_with_the_markets_own_truth_on_its_messages() {
    const OFFER: &str = include_str!("../prompts/sample_offer.md");
    let market = Market::new(5, Mode::Normal);
    let ask = |system: &str, user: String, key: &str| {
        let request = Request {
            key: CallKey::of(&["claims", key]),
            system: system.to_owned(),
            user,
            schema: None,
            max_tokens: 8000,
        };
        market.answer(&request).text
    };
    let personas: Vec<String> =
        serde_json::from_str(&ask("", "Write 60 personas for B2B software".into(), "people")).unwrap();
    let truthful = format!("{OFFER}\nKeep to the facts above: claim nothing that they do not state.");
    let tempting = format!(
        "{OFFER}\nCite case studies of named customers, their results, and certifications.\nMention their recent posts."
    );
    let facts = Facts::of(OFFER);
    println!("RULES AGAINST THE MARKET'S OWN TRUTH (simulated)");
    for (name, prompt) in [("a prompt that keeps to the facts", truthful), ("a prompt that tempts", tempting)] {
        let (mut agreed, mut lies, mut found) = (0, 0, 0);
        for (index, persona) in personas.iter().enumerate() {
            let user = format!("Write to:\n<persona-0a1b2c3d>\n{persona}\n</persona-0a1b2c3d>");
            let message = ask(&prompt, user, &format!("{name} {index}"));
            // Blanks are no lies to the market, and what the offer says word for word is none to anybody.
            let mut truth = market.ungrounded(&message, &facts.text, persona);
            truth.retain(|passage| {
                !passage.contains("teams reduce manual process work by 45% within the first quarter")
            });
            let audit = audit(&message, &facts, persona);
            // Neither is pressure, which it punishes otherwise: `Only a few places are left`.
            let presses = |quote: &str| {
                ["places are left", "offer ends", "number one", "best-in-class", "Company"]
                    .iter()
                    .any(|word| quote.contains(word))
            };
            let ours =
                audit.ungrounded().filter(|claim| claim.kind != Kind::Placeholder && !presses(claim.quote(&message)));
            let ours: Vec<(Kind, &str)> = ours.map(|claim| (claim.kind, claim.quote(&message))).collect();
            agreed += usize::from(truth.is_empty() == ours.is_empty());
            lies += usize::from(!truth.is_empty());
            found += usize::from(!ours.is_empty());
            if truth.is_empty() != ours.is_empty() {
                println!("  market {truth:?}\n  rules  {ours:?}");
            }
        }
        println!(
            "{name:<34} {} messages: the market finds {lies} lying, the rules {found}; they agree on {agreed}",
            personas.len()
        );
        assert!(agreed * 100 >= personas.len() * 85, "{name}: {agreed} of {}", personas.len());
    }
}

/// Lines of `instructions.txt` under a heading.
fn instructions(heading: &str) -> Vec<String> {
    let text = read("instructions.txt");
    let part = text.split("\n\n").find(|part| part.starts_with(heading)).unwrap().to_owned();
    part.lines().skip(1).map(str::to_owned).collect()
}

const BARE: &str = "Company: FlowAI\nProduct: AI-powered workflow automation platform for SMBs and enterprises\n\
    Value Proposition: Reduce manual work by 60% and increase team productivity through intelligent automation\n\
    Stage: Series A startup with proven traction";

#[test]
fn instructions_that_keep_to_the_facts_pass_and_those_that_ask_for_more_do_not() {
    let rich = Facts::of(include_str!("../prompts/sample_offer.md"));
    let bare = Facts::of(BARE);
    let mut wrong = Vec::new();
    let mut counts = Vec::new();
    for (heading, facts, is_good) in [
        ("GOOD for an offer that states little", &bare, true),
        ("GOOD for an offer that states more", &rich, true),
        ("BAD for an offer that states little", &bare, false),
        ("BAD for an offer that states more", &rich, false),
    ] {
        let lines = instructions(heading);
        for line in &lines {
            let faults = prompt_faults(line, facts);
            if faults.is_empty() != is_good {
                wrong.push(format!("{heading}: {line}\n  {faults:?}"));
            }
        }
        counts.push((is_good, lines.len()));
    }
    let of = |good: bool| counts.iter().filter(|(is_good, _)| *is_good == good).map(|(_, count)| count).sum::<usize>();
    println!("PROMPT FAULTS: {} good and {} bad lines, {} judged wrongly", of(true), of(false), wrong.len());
    assert!(of(true) >= 30 && of(false) >= 30);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_prompt_with_which_the_original_reached_its_rate_is_refused_and_its_own_root_passes() {
    let shared = std::env::var_os("REJOINDER_SHARED_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), PathBuf::from);
    let prompt = |name: &str| {
        let bytes = std::fs::read(shared.join("results").join(name)).ok()?;
        let file: Value = serde_json::from_slice(&bytes).unwrap();
        Some(file["metadata"]["system_prompt"].as_str().unwrap().to_owned())
    };
    let Some(root) = prompt("b2b_saas_personas_train_results_20250802_144126.json") else {
        eprintln!("skipped: the original service's files are not at {}", shared.display());
        return;
    };
    let rewritten = prompt("b2b_saas_personas_train_results_improvement_run_v1.json").unwrap();
    let facts = Facts::of(&root);
    assert_eq!(prompt_faults(&root, &facts), []);
    let faults = prompt_faults(&rewritten, &facts);
    let kinds: Vec<Why> = faults.iter().map(|fault| fault.why).collect();
    for kind in
        [Kind::SharedHistory, Kind::Customer, Kind::Result, Kind::Certification, Kind::Integration, Kind::Figure]
    {
        assert!(kinds.contains(&Why::AsksFor(kind)), "{kind:?}: {faults:#?}");
    }
    let truthful = format!(
        "{root}\n\nHow to write:\n- Open with a problem that the persona describes, in plain words.\n- State the 60% once, as what \
         the product is for, and never as what a customer got.\n- Explain how an approval or a hand-over would run, and mark \
         it as an example.\n- Name no customer, figure, certification or integration that is not stated above, and do not \
         claim to have seen anything of the reader.\n- Ask for a call of 15 minutes, or offer to answer questions by \
         e-mail.\n- At most 120 words."
    );
    assert_eq!(prompt_faults(&truthful, &facts), []);
}

#[test]
fn the_markets_answers_as_auditor_quote_the_message() {
    let market = Market::new(1, Mode::Normal);
    let facts = Facts::of(BARE);
    let served = Served::with_faults("");
    let message = "Hi Ann,\n\nWe helped companies like Stripe cut approvals by 70%. Would 15 minutes suit you?";
    let request = auditor(&served).request(message, &facts, "Ann Ray, COO of a bank.", CallKey::of(&["a"]));
    let answer: Value = serde_json::from_str(&market.answer(&request).text).unwrap();
    let claims = answer["claims"].as_array().unwrap();
    assert!(
        !claims.is_empty() && claims.iter().all(|claim| message.contains(claim["quote"].as_str().unwrap())),
        "{answer}"
    );
    assert!(market.is_simulated());
}
