//! Rooms import downwards only.

use std::path::{Path, PathBuf};

/// From the top. A room may use those below it and itself.
const ROOMS: &[&str] = &[
    "cli", "web", "report", "campaign", "optimize", "compare", "improve", "evaluate", "engine", "call", "model",
    "journal", "data", "event",
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn level(room: &str) -> Option<usize> {
    ROOMS.iter().position(|name| *name == room)
}

#[test]
fn every_import_points_down_the_list_of_rooms() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    assert!(files.len() > 40, "only {} files were found", files.len());
    let mut upward = Vec::new();
    for file in files {
        let relative = file.strip_prefix(&root).unwrap();
        let own = relative.components().next().unwrap().as_os_str().to_string_lossy().into_owned();
        let own = own.trim_end_matches(".rs");
        if matches!(own, "main" | "lib") {
            continue;
        }
        let own_level = level(own).unwrap_or_else(|| panic!("{own} is not in the list of rooms"));
        let text = std::fs::read_to_string(&file).unwrap();
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//")) {
            assert!(!line.contains("crate::{"), "src/{}: import room by room", relative.display());
            for (at, _) in line.match_indices("crate::") {
                let room: String =
                    line[at + 7..].chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
                if level(&room).is_some_and(|level| level < own_level) {
                    upward.push(format!("src/{}:{}: {}", relative.display(), number + 1, line.trim()));
                }
            }
        }
    }
    assert!(upward.is_empty(), "imports that point up:\n{}", upward.join("\n"));
}

#[test]
fn statistics_are_pure() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/stats");
    let manifest = std::fs::read_to_string(root.join("Cargo.toml")).unwrap();
    assert!(!manifest.contains("path = \"../"), "crates/stats uses no other crate of ours");
    let mut files = Vec::new();
    sources(&root.join("src"), &mut files);
    assert!(files.len() > 10, "only {} files were found", files.len());
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        for door in ["std::fs", "std::net", "std::env", "std::process", "std::time", "std::io"] {
            assert!(!text.contains(door), "{} uses {door}", file.display());
        }
    }
}

#[test]
fn models_are_called_through_one_door_only() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    for file in files {
        let relative = file.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&file).unwrap();
        if !relative.starts_with("model") {
            assert!(!text.contains("reqwest"), "{relative} knows HTTP");
            assert!(relative.starts_with("call") || !text.contains("model.send("), "{relative} sends past the door");
        }
    }
}
