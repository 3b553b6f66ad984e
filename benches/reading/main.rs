//! How well models read for us: claims in messages, objections in reasonings, the parts of a prompt.
//!
//! `cargo bench --bench reading` replays recorded answers and prints the figures of docs/benchmarks.md. `-- claims` prints one
//! section. `-- --record anthropic/NAME` asks a model for the answers that are missing (at `ANTHROPIC_BASE_URL`, with
//! `ANTHROPIC_API_KEY`) and adds them to `tests/data/reading`.

#[path = "../../tests/support/reading/mod.rs"]
mod reading;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use reading::labelled::{self, Draft, Message};
use reading::recorded::Recorded;
use reading::score::{Score, Share, touches};
use rejoinder::improve::codebook::Side;
use rejoinder::model::Model;
use rejoinder::model::http::Settings;
use rejoinder::model::messages_api::MessagesApi;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let record = arguments.iter().position(|argument| argument == "--record");
    let live = record.map(|at| live(arguments.get(at + 1).expect("--record needs a model, such as anthropic/NAME")));
    let name = record.map(|at| at + 1);
    let wanted: Vec<&String> = arguments
        .iter()
        .enumerate()
        .filter(|(at, argument)| Some(*at) != name && !argument.starts_with("--"))
        .map(|(_, argument)| argument)
        .collect();
    let is_wanted = |section: &str| wanted.is_empty() || wanted.iter().any(|name| *name == section);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        if is_wanted("claims") {
            claims(live.as_ref()).await;
        }
        if is_wanted("accused") {
            accused(live.as_ref()).await;
        }
        if is_wanted("battery") {
            battery(live.as_ref()).await;
        }
        if is_wanted("remarks") {
            println!("## Text that is no part of the message\n");
            messages("remarks", &labelled::remarks(), live.as_ref()).await;
        }
        if is_wanted("objections") {
            objections(live.as_ref()).await;
        }
    });
}

fn live(id: &str) -> Arc<dyn Model> {
    let base = std::env::var("ANTHROPIC_BASE_URL").expect("ANTHROPIC_BASE_URL");
    let key = std::env::var("ANTHROPIC_API_KEY").ok().map(secrecy::SecretString::from);
    let settings = Settings { timeout: Duration::from_secs(7_200), ..Settings::default() };
    Arc::new(MessagesApi::new(&id.parse().expect("a model"), &base, key, settings).expect("a host"))
}

async fn claims(live: Option<&Arc<dyn Model>>) {
    let Some(folder) = labelled::shared() else { return };
    println!("## Claims: labelled messages beside the project\n");
    messages("claims", &labelled::claims(&folder), live).await;
}

async fn battery(live: Option<&Arc<dyn Model>>) {
    println!("## Claims: the battery of `audit-auditor`\n");
    messages("battery", &labelled::battery(), live).await;
}

async fn messages(name: &str, all: &[Message], live: Option<&Arc<dyn Model>>) {
    let model = reading::recorded(name, live);
    let audits = reading::audit(&model, &all.iter().collect::<Vec<_>>()).await;
    let (mut total, mut by_lang, mut by_code) = (Score::default(), BTreeMap::<&str, Score>::new(), Score::default());
    for (message, audit) in all.iter().zip(&audits) {
        total.add(message, audit.as_ref());
        by_lang.entry(&message.lang).or_default().add(message, audit.as_ref());
        by_code.add(message, Some(&reading::audit_by_code(message)));
        wrong(message, audit.as_ref());
    }
    println!("- all: {total}");
    for (lang, score) in by_lang {
        println!("- {lang}: {score}");
    }
    println!("- without a model: {by_code}\n");
    missing(&model);
}

/// What the auditor got wrong, for whoever wants to know why.
fn wrong(message: &Message, audit: Option<&rejoinder::evaluate::grounding::Audit>) {
    let Some(audit) = audit else { return eprintln!("{}: no usable answer", message.id) };
    for passage in message.made_up.iter().filter(|passage| !touches(audit, **passage)) {
        let text: String = message.text.chars().skip(passage.0).take(passage.1 - passage.0).collect();
        eprintln!("{}: missed {text:?}", message.id);
    }
    let is_honest = |claim: &rejoinder::evaluate::grounding::Claim| {
        message.made_up.iter().all(|passage| claim.end <= passage.0 || passage.1 <= claim.start)
    };
    for claim in audit.made_up().filter(|claim| is_honest(claim)) {
        eprintln!(
            "{}: accused {:?} ({:?}; {}) {:?} {:?}",
            message.id,
            claim.quote(&message.text),
            claim.verdict,
            claim.note.as_deref().unwrap_or("by the auditor"),
            claim.support,
            claim.derivation
        );
    }
}

async fn accused(live: Option<&Arc<dyn Model>>) {
    let Some(folder) = labelled::shared() else { return };
    println!("## Claims: passages of a recorded loop that an older version sent back\n");
    let drafts = labelled::accused(&folder);
    let model = reading::recorded("accused", live);
    let audits = reading::audit(&model, &drafts.iter().map(|draft| &draft.message).collect::<Vec<_>>()).await;
    let (mut supported, mut unsupported) = (Share::default(), Share::default());
    for (Draft { message, passages }, audit) in drafts.iter().zip(&audits) {
        let Some(audit) = audit else {
            eprintln!("{}: no usable answer", message.id);
            continue;
        };
        for passage in passages {
            let is_found = touches(audit, passage.span);
            match passage.label.as_str() {
                "supported" => supported.0.push(is_found),
                "unsupported" => unsupported.0.push(is_found),
                _ => {}
            }
            if is_found == (passage.label == "supported") {
                let (start, end) = passage.span;
                let text: String = message.text.chars().skip(start).take(end - start).collect();
                eprintln!("{}: {} passage {text:?}, called made up: {is_found}", message.id, passage.label);
            }
        }
    }
    println!("- supported passages accused {supported}\n- unsupported passages found {unsupported}\n");
    missing(&model);
}

async fn objections(live: Option<&Arc<dyn Model>>) {
    let Some(folder) = labelled::shared() else { return };
    println!("## Objections: labelled reasonings beside the project\n");
    let reasonings = labelled::reasonings(&folder);
    let model = reading::recorded("objections", live);
    let sorted = reading::objections::sort(&model, &reasonings).await;
    println!("- all: {}; unsorted {}", sorted.score, sorted.unsorted);
    for (lang, score) in &sorted.by_lang {
        println!("- {lang}: {score}");
    }
    for side in [Side::Against, Side::InFavour] {
        eprintln!("{}:\n{}", side.as_str(), sorted.book.lines(side));
    }
    for (reasoning, found) in
        reasonings.iter().zip(&sorted.found).filter(|(reasoning, found)| reasoning.labels != **found)
    {
        eprintln!("{}: labelled {:?}, found {found:?}: {}", reasoning.id, reasoning.labels, reasoning.text);
    }
    println!();
    missing(&model);
}

fn missing(model: &Recorded) {
    let missing = model.missing();
    if !missing.is_empty() {
        println!("{} requests have no recorded answer; the first: {}\n", missing.len(), missing[0]);
    }
    let stale = model.stale();
    if !stale.is_empty() {
        println!("{} recorded answers belong to no request: {}\n", stale.len(), stale.join(" "));
    }
}
