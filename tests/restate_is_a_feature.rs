//! Who does not want Restate gets nothing of it. What such a program says is tried by `scripts/without-restate`.

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
