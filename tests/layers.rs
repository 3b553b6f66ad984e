//! Rooms import downwards only, and so do crates.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// From the top. A room may use those below it and itself. Cargo keeps the crates apart; their rooms are in the list so
/// that the program's rooms are kept from what they must not know.
const ROOMS: &[&str] = &[
    "cli", "web", "report", "campaign", "optimize", "improve", "evaluate", "market", "engine", "call", "model",
    "journal", "data", "event", "compare",
];

/// Which crates of ours each crate may use.
const CRATES: &[(&str, &[&str])] = &[
    (".", &["rejoinder-files", "rejoinder-llm", "rejoinder-market", "rejoinder-stats"]),
    ("crates/files", &[]),
    ("crates/llm", &["rejoinder-files"]),
    ("crates/market", &["rejoinder-files", "rejoinder-llm"]),
    ("crates/stats", &[]),
    ("crates/worlds", &["rejoinder-stats"]),
];

/// The Rust files below a folder of the project, by their paths in it, with their texts.
fn sources(folder: &str) -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    find(&root.join(folder), &mut files);
    let relative = |file: &Path| file.strip_prefix(root).unwrap().to_string_lossy().into_owned();
    files.iter().map(|file| (relative(file), std::fs::read_to_string(file).unwrap())).collect()
}

fn find(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            find(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn level(room: &str) -> Option<usize> {
    ROOMS.iter().position(|name| *name == room)
}

/// The rooms that a line of code imports from.
fn imported(line: &str) -> Vec<String> {
    if line.trim_start().starts_with("//") {
        return Vec::new();
    }
    let name = |at: usize| line[at..].chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
    line.match_indices("crate::").map(|(at, found)| name(at + found.len())).collect()
}

/// What each room of the program and of `crates/llm` imports, in the order of the list.
fn imports_of_rooms() -> BTreeMap<String, BTreeSet<usize>> {
    let mut uses: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for (file, text) in sources("src").iter().chain(&sources("crates/llm/src")) {
        let room = room(file);
        let used = text.lines().flat_map(imported).filter(|used| used != room);
        uses.entry(room.to_owned()).or_default().extend(used.filter_map(|used| level(&used)));
    }
    uses
}

/// The crates of ours that a manifest names, without what their names have in common.
fn crates_used_by(folder: &str) -> Vec<String> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder).join("Cargo.toml");
    let manifest: toml::Table = toml::from_str(&std::fs::read_to_string(manifest).unwrap()).unwrap();
    let names = manifest["dependencies"].as_table().unwrap().keys();
    names.filter_map(|name| name.strip_prefix("rejoinder-").map(str::to_owned)).collect()
}

/// The picture in ARCHITECTURE.md: crates, each above those that it uses, with the rooms of two of them.
fn picture() -> String {
    let rooms = imports_of_rooms();
    let in_llm = ["engine", "call", "model", "journal", "event"];
    let in_program = |room: &&&str| Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(room).is_dir();
    let mut text = String::new();
    let mut left: Vec<&str> = CRATES.iter().map(|(folder, _)| *folder).collect();
    while let Some(at) = left.iter().position(|folder| {
        let name = folder.trim_start_matches("crates/");
        !left.iter().any(|other| crates_used_by(other).iter().any(|used| used == name))
    }) {
        let folder = left.remove(at);
        let shown = if folder == "." { "rejoinder (src)" } else { folder };
        text.push_str(format!("{shown:<16}{}", crates_used_by(folder).join(" ")).trim_end());
        text.push('\n');
        let inside: Vec<&&str> = match folder {
            "." => ROOMS.iter().filter(in_program).collect(),
            "crates/llm" => ROOMS.iter().filter(|room| in_llm.contains(room)).collect(),
            _ => Vec::new(),
        };
        for room in inside {
            let used: Vec<&str> = rooms[*room].iter().map(|level| ROOMS[*level]).collect();
            text.push_str(format!("  {room:<14}{}", used.join(" ")).trim_end());
            text.push('\n');
        }
    }
    assert!(left.is_empty(), "these crates use each other: {left:?}");
    text
}

#[test]
fn the_picture_in_the_architecture_page_is_what_the_imports_are() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("ARCHITECTURE.md");
    let text = std::fs::read_to_string(&page).unwrap();
    let (before, rest) = text.split_once("<!-- picture -->\n").expect("a mark where the picture begins");
    let (shown, after) = rest.split_once("<!-- end of picture -->").expect("a mark where it ends");
    let drawn = format!("```text\n{}```\n", picture());
    if std::env::var_os("UPDATE").is_some() {
        let text = format!("{before}<!-- picture -->\n{drawn}<!-- end of picture -->{after}");
        rejoinder::data::whole::replace(&page, |file| file.write_all(text.as_bytes())).unwrap();
    } else {
        assert_eq!(shown, drawn, "UPDATE=1 cargo test --test layers draws it anew");
    }
}

#[test]
fn every_file_that_the_architecture_page_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(root.join("ARCHITECTURE.md")).unwrap();
    assert!(page.lines().count() <= 120, "the page has {} lines", page.lines().count());
    let quoted = page
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|name| name.contains('/') && !name.contains("NAME") && !name.contains('\n'));
    let absent: Vec<&str> =
        quoted.filter(|name| !root.join(name).exists() && !root.join("src").join(name).exists()).collect();
    assert!(absent.is_empty(), "not there: {absent:?}");
}

/// The room of a file: the folder or the file right below `src`.
fn room(file: &str) -> &str {
    let inside = file.split_once("src/").unwrap().1;
    inside.split('/').next().unwrap().trim_end_matches(".rs")
}

#[test]
fn every_import_points_down_the_list_of_rooms() {
    let (program, llm) = (sources("src"), sources("crates/llm/src"));
    assert!(program.len() > 40 && llm.len() > 40, "only {} and {} files were found", program.len(), llm.len());
    let mut upward = Vec::new();
    for (file, text) in program.iter().chain(&llm) {
        let room = room(file);
        if matches!(room, "main" | "lib") {
            continue;
        }
        let room_level = level(room).unwrap_or_else(|| panic!("{room} is not in the list of rooms"));
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//")) {
            assert!(!line.contains("crate::{"), "{file}: import room by room");
            for used in imported(line) {
                if level(&used).is_some_and(|level| level < room_level) {
                    upward.push(format!("{file}:{}: {}", number + 1, line.trim()));
                }
            }
        }
    }
    assert!(upward.is_empty(), "imports that point up:\n{}", upward.join("\n"));
}

/// The rooms of a cycle, from the top; what lies beside them says only what all of them share.
const ROOMS_OF_A_CYCLE: &[&str] = &["search", "before", "lineage", "trials", "people"];
/// What tells the story of a whole cycle: no room of it may know them.
const ABOVE_THE_ROOMS: &[&str] = &["cycle", "story", "saving", "fresh", "history", "compare_runs", "tuning", "record"];

#[test]
fn every_import_points_down_the_rooms_of_a_cycle() {
    let (mut upward, mut found) = (Vec::new(), BTreeSet::new());
    for (file, text) in sources("src/optimize") {
        let inside = file.split_once("src/optimize/").unwrap().1.to_owned();
        let Some(level) = inside.split_once('/').and_then(|(room, _)| ROOMS_OF_A_CYCLE.iter().position(|r| *r == room))
        else {
            continue;
        };
        found.insert(level);
        for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
            for (at, start) in line.match_indices("crate::optimize::") {
                let rest = &line[at + start.len()..];
                let used: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
                let is_above = ROOMS_OF_A_CYCLE[..level].contains(&&*used) || ABOVE_THE_ROOMS.contains(&&*used);
                if is_above || used.is_empty() {
                    upward.push(format!("{file}: {}", line.trim()));
                }
            }
        }
    }
    assert_eq!(found.len(), ROOMS_OF_A_CYCLE.len(), "a room of the list is empty");
    assert!(upward.is_empty(), "imports that point up:\n{}", upward.join("\n"));
}

#[test]
fn every_crate_uses_only_those_below_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = std::fs::read_dir(root.join("crates")).unwrap();
    let there: BTreeSet<String> =
        folders.map(|folder| format!("crates/{}", folder.unwrap().file_name().to_string_lossy())).collect();
    let listed: BTreeSet<String> = CRATES.iter().map(|(folder, _)| (*folder).to_owned()).collect();
    assert_eq!(listed.iter().filter(|folder| *folder != ".").cloned().collect::<BTreeSet<_>>(), there);
    for (folder, allowed) in CRATES {
        let manifest = std::fs::read_to_string(root.join(folder).join("Cargo.toml")).unwrap();
        let manifest: toml::Table = toml::from_str(&manifest).unwrap();
        let used = manifest["dependencies"].as_table().unwrap().keys().filter(|name| name.starts_with("rejoinder"));
        assert_eq!(used.collect::<Vec<_>>(), *allowed, "{folder}");
    }
}

#[test]
fn statistics_are_pure() {
    let files = sources("crates/stats/src");
    assert!(files.len() > 10, "only {} files were found", files.len());
    for (file, text) in files {
        for door in ["std::fs", "std::net", "std::env", "std::process", "std::time", "std::io"] {
            assert!(!text.contains(door), "{file} uses {door}");
        }
    }
}

#[test]
fn models_are_called_through_one_door_only() {
    let (model, door) = ("crates/llm/src/model/", "crates/llm/src/call");
    let files: BTreeMap<String, String> =
        ["src", "crates"].into_iter().flat_map(sources).filter(|(file, _)| file.contains("src/")).collect();
    assert!(files.keys().any(|file| file.starts_with(model)) && files.keys().any(|file| file.starts_with(door)));
    for (file, text) in files.iter().filter(|(file, _)| !file.starts_with(model)) {
        assert!(!text.contains("reqwest"), "{file} knows HTTP");
        assert!(file.starts_with(door) || !text.contains("model.send("), "{file} sends past the door");
    }
}
