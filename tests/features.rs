//! Who does not want Restate, or the market, gets nothing of it.

use std::collections::BTreeSet;
use std::process::Command;

/// Names and versions of the crates that the program would be linked with, such as `serde v1.0.0`.
fn crates(more: &[&str]) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--locked", "--edges", "normal,build", "--prefix", "none", "--format", "{p}"])
        .args(more)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    // What follows is where it is from.
    text.lines().map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn a_build_without_the_feature_pulls_in_nothing_of_restate() {
    let (without, with) = (crates(&[]), crates(&["--features", "restate"]));
    assert!(without.len() > 100, "{without:?}");
    assert!(!without.iter().any(|name| name.contains("restate")), "{without:?}");
    let added: Vec<&String> = with.difference(&without).collect();
    assert!(added.iter().any(|name| *name == "restate-sdk v0.13.0"), "{added:?}");
    assert!(added.len() > 20, "the list of what it would pull in is too short to be true: {added:?}");
}

#[test]
fn a_build_without_the_market_links_nothing_of_it() {
    let (with, without) = (crates(&[]), crates(&["--no-default-features"]));
    let market = |crates: &BTreeSet<String>| crates.iter().any(|name| name.starts_with("rejoinder-market "));
    assert!(market(&with) && !market(&without), "{without:?}");
}

#[cfg(not(feature = "restate"))]
#[test]
fn a_program_without_the_feature_says_so_in_one_line() {
    let run = |arguments: &[&str]| {
        let folder = tempfile::tempdir().unwrap();
        let output =
            Command::new(env!("CARGO_BIN_EXE_rejoinder")).args(arguments).current_dir(folder.path()).output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let line = "error: this program was built without the feature `restate`; build it with: cargo install --path . \
                --features restate\n";
    let worker = run(&["worker", "--listen", "127.0.0.1:0", "--register", "http://127.0.0.1:9070"]);
    assert_eq!(worker, (Some(2), line.to_owned()));
    assert_eq!(run(&["runs", "attach", "3f9a", "--restate", "http://127.0.0.1:8080"]), (Some(2), line.to_owned()));
    let personas = ["personas", "--domain", "x", "--count", "10", "--name", "x", "--model", "ollama/small"];
    let (code, error) = run(&[&personas[..], &["--engine", "restate", "--restate", "http://127.0.0.1:8080"]].concat());
    assert!(code == Some(2) && error.ends_with(line), "{error}");
}

#[cfg(not(feature = "market"))]
#[test]
fn a_program_without_the_market_says_so_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("data/personas")).unwrap();
    std::fs::write(folder.path().join("data/personas/two.json"), r#"["Ann, a buyer", "Bo, a planner"]"#).unwrap();
    std::fs::write(folder.path().join("offer.md"), "We sell tea.").unwrap();
    let evaluate = ["evaluate", "--persona-file", "two", "--prompt-file", "offer.md", "--model", "market"];
    for arguments in [&["market", "--port", "0"][..], &evaluate] {
        let output =
            Command::new(env!("CARGO_BIN_EXE_rejoinder")).args(arguments).current_dir(folder.path()).output().unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), output.stdout.is_empty()), (Some(2), true), "{error}");
        assert!(error.lines().count() == 1 && error.contains("the simulated market is not in this build"), "{error}");
    }
}
