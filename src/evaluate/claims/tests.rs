use std::path::PathBuf;

use super::*;

/// The original service's results: messages that a strong model wrote for an offer that states very little.
fn originals() -> Option<Vec<serde_json::Value>> {
    let shared =
        std::env::var_os("REJOINDER_SHARED_DATA").map_or_else(|| PathBuf::from("../shared/data"), PathBuf::from);
    let folder = std::fs::read_dir(shared.join("results")).ok()?;
    let mut paths: Vec<PathBuf> = folder.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    Some(paths.iter().map(|path| serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()).collect())
}

#[test]
fn nearly_every_message_that_a_strong_model_wrote_for_a_bare_offer_is_caught() {
    let Some(files) = originals() else {
        eprintln!("skipped: the original service's files are absent");
        return;
    };
    let facts = Facts::of(files[0]["metadata"]["system_prompt"].as_str().unwrap());
    let (mut caught, mut all, mut claims) = (0, 0, 0);
    let started = std::time::Instant::now();
    for result in files.iter().flat_map(|file| file["results"].as_array().unwrap()) {
        let persona = result["persona"].as_str().unwrap();
        for message in result["messages"].as_array().unwrap() {
            let message = message["message"].as_str().unwrap();
            let audit = audit(message, &facts, persona);
            all += 1;
            caught += usize::from(!audit.is_grounded());
            println!("--- {message}\n");
            for claim in &audit.claims {
                println!("  {:?} {} <{}> {:?}", claim.kind, claim.grounded, claim.quote(message), claim.support);
            }
            claims += audit.ungrounded().count();
        }
    }
    println!("{caught} of {all} caught, {claims} unsupported claims, {:?} a message", started.elapsed() / all);
    assert!(all >= 40 && caught as u32 == all, "{caught} of {all}");
}
