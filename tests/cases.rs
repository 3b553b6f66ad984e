//! `scripts/cases` holds what public failing cases print against `tests/cases.toml`.
#![allow(clippy::disallowed_methods, reason = "these tests lay out files as others may have written them")]

use std::path::Path;
use std::process::Command;

/// A folder of cases whose commands print what is given.
fn cases(folder: &Path, prints: &[(&str, &str)]) {
    let run = "#!/bin/bash\n\"$REJOINDER\"; bash \"$1/cmd.sh\"\n";
    std::fs::create_dir_all(folder.join("common")).unwrap();
    for (path, text) in [("common/run.sh", run), ("program", "#!/bin/bash\necho The program ran.\n")] {
        std::fs::write(folder.join(path), text).unwrap();
        assert!(Command::new("chmod").arg("+x").arg(folder.join(path)).status().unwrap().success());
    }
    for (name, text) in prints {
        std::fs::create_dir_all(folder.join(name)).unwrap();
        std::fs::write(folder.join(name).join("cmd.sh"), format!("cat <<'END'\n{text}\nEND\n")).unwrap();
    }
}

/// The exit code and what was printed.
fn run(folder: &Path, expected: &str, names: &[&str]) -> (Option<i32>, String) {
    std::fs::write(folder.join("expected.toml"), expected).unwrap();
    let output = Command::new("python3")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/cases"))
        .args(names)
        .env("REJOINDER_CASES", folder)
        .env("REJOINDER", folder.join("program"))
        .env("REJOINDER_EXPECTED", folder.join("expected.toml"))
        .output()
        .unwrap();
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether there is a Python that reads TOML.
fn has_python() -> bool {
    Command::new("python3").args(["-c", "import tomllib"]).output().is_ok_and(|output| output.status.success())
}

#[test]
fn cases_that_do_not_end_as_they_should_are_listed_and_end_with_a_failure() {
    if !has_python() {
        eprintln!("skipped: there is no python3 with tomllib");
        return;
    }
    let place = tempfile::tempdir().unwrap();
    let (good, bad) = ("Response rate: 100%\nrc=0 calls=6", "Response rate: none\nrc=5 calls=42");
    cases(place.path(), &[("good", good), ("bad", bad), ("new", bad)]);
    let expected = "[good]\nexit = 0\nsays = ['^The program ran', '^Response rate: \\d+%$']\nsays_not = ['none']\n\
                    [bad]\nexit = 0\nsays = ['100%']\nsays_not = ['calls=4\\d$']\n";
    let (code, out) = run(place.path(), expected, &[]);
    assert_eq!(code, Some(1), "{out}");
    assert!(out.contains("1 of 3 cases ended as they should") && !out.contains("FAILED good"), "{out}");
    let failed = "FAILED bad: exit code 5, not 0; nothing says /100%/; something says /calls=4\\d$/";
    assert!(out.contains(failed) && out.contains("does not know them: new"), "{out}");
    let (code, out) = run(place.path(), expected, &["good", "new"]);
    assert_eq!(code, Some(0), "{out}");
    let (code, out) = run(place.path(), expected, &["absent"]);
    assert!(code == Some(1) && out.contains("FAILED absent: there is no case"), "{out}");
}

#[test]
fn every_expectation_says_something_and_its_patterns_can_be_read() {
    if !has_python() {
        eprintln!("skipped: there is no python3 with tomllib");
        return;
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases.toml");
    let expected: toml::Table = std::fs::read_to_string(&file).unwrap().parse().unwrap();
    assert!(expected.len() > 50);
    for (name, wanted) in &expected {
        let keys: Vec<&String> = wanted.as_table().unwrap().keys().collect();
        assert!(keys.iter().all(|key| ["exit", "says", "says_not"].contains(&key.as_str())), "{name}: {keys:?}");
        assert!(wanted.get("says").is_some(), "{name} is true of anything");
    }
    // A pattern that any output has says nothing.
    let checks = "import re,sys,tomllib\nany_output = 'Response rate: 1\\nVerdict: x\\n00000000: 0000\\nrc=0 \
                  calls=1\\n'\nfor name, e in tomllib.load(open(sys.argv[1],'rb')).items():\n for k in \
                  ('says','says_not'):\n  found = [bool(re.search(p, any_output, re.M)) for p in e.get(k,[])]\n  \
                  assert k == 'says_not' or not all(found) or e.get('says_not'), name";
    assert!(Command::new("python3").args(["-c", checks]).arg(&file).status().unwrap().success());
}
