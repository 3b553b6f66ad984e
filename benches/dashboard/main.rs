//! How long the server takes for its largest pages: a lineage with 50 runs, and a run with 100,000 trials.
//!
//! Server time: from the request to the last byte of the answer, without a network. `first` is the first answer about
//! files that nobody has looked into since the server was started: of a long run it may say that the file is being
//! read, and
//! `whole` is when all of the page was there. `warm` is every later answer; a server looks into files by itself soon after it
//! was started, so that this is what people meet.
//!
//! Downloads that read all of a run are given in seconds of processor, of all threads together.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use http_body_util::BodyExt;
use nix::sys::resource::{UsageWho, getrusage};
use rejoinder::data::DataFolder;
use rejoinder::web::guard::Names;
use rejoinder::web::secrets::Secrets;
use rejoinder::web::site::Site;
use serde_json::json;
use tower::ServiceExt;

const RUNS: usize = 50;
const PERSONAS: usize = 40;
const TRIALS: usize = 100_000;
/// Trials of the run whose downloads are made.
const DOWNLOADED: usize = 24_000;
/// Seconds of processor that a download of them may take.
const REACH: f64 = 2.0;
/// Times each page is asked for; the middle one counts.
const TIMES: usize = 9;

fn main() {
    // `cargo test --benches` only wants to know whether it starts.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(measure());
}

async fn measure() {
    let place = tempfile::tempdir().expect("a folder");
    let results = place.path().join("results");
    std::fs::create_dir_all(&results).expect("a folder");
    let mut parent = None;
    for version in 0..RUNS {
        let name = match version {
            0 => "lineage_results_20260101_000000".to_owned(),
            version => format!("lineage_results_improvement_run_v{version}"),
        };
        write(&results.join(format!("{name}.json")), PERSONAS, version, parent.as_deref());
        parent = Some(name);
    }
    let long = results.join("long_results_20260101_000000.json");
    write(&long, TRIALS, 0, None);
    let size = std::fs::metadata(&long).expect("the file").len();
    println!(
        "A lineage with {RUNS} runs of {PERSONAS} personas; a run with {TRIALS} trials in {:.0} MB",
        size as f64 / 1e6
    );
    println!("{:<50} {:>12} {:>10} {:>9} {:>9}", "page", "first, ms", "whole, ms", "warm, ms", "reach");
    row(place.path(), "lineage with 50 runs", "/lineage/lineage_results", Some(100.0)).await;
    row(place.path(), "list of all lineages", "/?q=lineage", None).await;
    row(place.path(), "run with 100,000 trials", "/run/long_results_20260101_000000", Some(200.0)).await;
    row(place.path(), "  its page 2,500", "/run/long_results_20260101_000000?page=2500", Some(200.0)).await;
    row(
        place.path(),
        "  filter: said no, page 1,000",
        "/run/long_results_20260101_000000?said=no&page=1000",
        Some(200.0),
    )
    .await;
    row(place.path(), "  one persona", "/run/long_results_20260101_000000/persona/77777", Some(200.0)).await;
    marked(place.path()).await;
    downloads().await;
}

/// The downloads that read all of a run and of the run before it.
async fn downloads() {
    let place = tempfile::tempdir().expect("a folder");
    let results = place.path().join("results");
    std::fs::create_dir_all(&results).expect("a folder");
    let (first, next) = ("large_results_20260101_000000", "large_results_improvement_run_v1");
    write(&results.join(format!("{first}.json")), DOWNLOADED, 0, None);
    write(&results.join(format!("{next}.json")), DOWNLOADED, 1, Some(first));
    println!("\nDownloads of {DOWNLOADED} trials, seconds of processor");
    println!("{:<50} {:>10} {:>10} {:>9}", "download", "made", "kept", "reach");
    for form in ["report.html", "sft.jsonl", "dpo.jsonl"] {
        let (router, path) = (router(place.path()), format!("/run/{next}/{form}"));
        let mut took = [0.0; 2];
        for took in &mut took {
            let before = processor();
            let (status, _) = ask(&router, &path).await;
            assert_eq!(status, StatusCode::OK, "{path}");
            *took = processor() - before;
        }
        let verdict = if took[0] <= REACH { "<=" } else { "above" };
        println!("{form:<50} {:>10.2} {:>10.2} {:>9}", took[0], took[1], format!("{verdict} {REACH:.0}"));
    }
}

/// Seconds of processor that this process has taken so far.
fn processor() -> f64 {
    let usage = getrusage(UsageWho::RUSAGE_SELF).expect("what this process has taken");
    let seconds = |time: nix::sys::time::TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6;
    seconds(usage.user_time()) + seconds(usage.system_time())
}

/// The filter that needs the texts, once they have been read, and how long that took.
async fn marked(root: &Path) {
    let path = "/run/long_results_20260101_000000?flagged=1&page=3";
    let router = router(root);
    let began = Instant::now();
    while ask(&router, path).await.1.contains("The texts are being read") {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let read = began.elapsed();
    println!("{:<50} {:>12} {:>10} {:>9.1}", "  filter: flagged claim, page 3", "", "", middle(&router, path).await);
    println!("The texts were read for that filter in {:.1} s, beside the pages", read.as_secs_f64());
}

async fn row(root: &Path, what: &str, path: &str, reach: Option<f64>) {
    let router = router(root);
    let began = Instant::now();
    let (status, mut text) = ask(&router, path).await;
    let first = began.elapsed().as_secs_f64() * 1e3;
    assert_eq!(status, StatusCode::OK, "{path}");
    while text.contains("looks again in a moment") {
        tokio::time::sleep(Duration::from_millis(5)).await;
        text = ask(&router, path).await.1;
    }
    let whole = began.elapsed().as_secs_f64() * 1e3;
    let warm = middle(&router, path).await;
    let verdict = reach.map_or_else(String::new, |reach| {
        format!("{} {reach:.0}", if warm.max(first) <= reach { "<=" } else { "above" })
    });
    println!("{what:<50} {first:>12.1} {whole:>10.1} {warm:>9.1} {verdict:>9}");
}

async fn middle(router: &Router, path: &str) -> f64 {
    let mut times = Vec::new();
    for _ in 0..TIMES {
        let began = Instant::now();
        ask(router, path).await;
        times.push(began.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    times[TIMES / 2]
}

fn router(root: &Path) -> Router {
    let secrets = Secrets::new(None).expect("secrets");
    let site = Site::new(DataFolder::open(root), Vec::new(), Names::default(), secrets);
    rejoinder::web::router(Arc::new(site))
}

async fn ask(router: &Router, path: &str) -> (StatusCode, String) {
    let request = Request::get(path).header("host", "localhost").body(Body::empty()).expect("a request");
    let response = router.clone().oneshot(request).await.expect("an answer");
    let status = response.status();
    let bytes = response.into_body().collect().await.expect("its body").to_bytes();
    (status, String::from_utf8_lossy(&bytes).into_owned())
}

/// A results file with so many personas, one message of the usual length to each.
fn write(path: &Path, personas: usize, version: usize, parent: Option<&str>) {
    let mut own = json!({"schema_version": 1, "run_id": version.to_string(), "simulated": true, "seed": 1, "fingerprint": "f", "cost_usd": 0.1});
    if let Some(parent) = parent {
        own["parent"] = json!({"file": format!("{parent}.json"), "sha256": "0"});
        own["metrics"] = json!({"cycle": {"verdict": {"verdict": "adopted"},
            "objections": [{"name": "hype", "share_of_personas": 30.0}, {"name": "no evidence", "share_of_personas": 20.0}],
            "proof": {"gain": 3.0, "interval_95": [1.0, 5.0]}}});
    }
    let metadata = json!({
        "messages_per_persona": 1, "total_personas": personas, "total_messages": personas,
        "processing_date": format!("2026-01-{:02}T00:00:00", version % 28 + 1),
        "system_prompt": format!("{}\n- Version {version}.", include_str!("../../prompts/sample_offer.md")), "rejoinder": own,
    });
    let mut out = std::io::BufWriter::new(std::fs::File::create(path).expect("a file"));
    write!(out, "{{\"metadata\": {metadata}, \"results\": [").expect("room");
    for number in 0..personas {
        let yes = (number * 7 + version * 13) % 100 < 20 + version;
        let claim = if number.is_multiple_of(5) { "Our customers cut costs by 87% in a week. " } else { "" };
        let entry = json!({
            "persona": format!("Person {number}, {} of operations at a {}-person company that makes parts. {}", 30 + number % 30, 10 + number % 900, "She has seen many tools and bought few of them. ".repeat(6)),
            "messages": [{
                "message": format!("Hello {number},\n\n{claim}{}\n\nBest, Ann", "we turn recurring manual work into \
                                                                                 automated workflows. ".repeat(10)),
                "decision": {"decision": yes, "reasoning": format!("Number {number}: {}", "It is generic and shows no \
                                                                                           evidence for what it \
                                                                                           promises me. ".repeat(3))},
            }],
        });
        let comma = if number == 0 { "" } else { "," };
        write!(out, "{comma}\n{entry}").expect("room");
    }
    write!(out, "\n]}}").expect("room");
    out.flush().expect("room");
}
