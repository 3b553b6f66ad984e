//! Names lead into the data folder and nowhere else.
#![allow(clippy::disallowed_methods, reason = "these tests lay out hostile files; nothing else reads them")]

use std::fmt::Write;
use std::fs;
use std::path::Path;

use rejoinder::data::{DataFolder, Error, FileError, FileName, Kind, Results, personas};

const RESULTS: &[u8] = br#"{"metadata": {"system_prompt": "p"}, "results": []}"#;

fn bench() -> (tempfile::TempDir, DataFolder) {
    let root = tempfile::tempdir().unwrap();
    let folder = DataFolder::open(&root.path().join("data"));
    for kind in [Kind::Personas, Kind::Results, Kind::Messages] {
        fs::create_dir_all(folder.subfolder(kind)).unwrap();
    }
    fs::write(folder.subfolder(Kind::Results).join("x.json"), RESULTS).unwrap();
    (root, folder)
}

fn line(root: &Path, error: &Error) -> String {
    let line = error.to_string();
    assert!(!line.contains('\n') && !line.contains('\u{1b}') && !line.contains('\0'), "one clean line: {line:?}");
    line.replace(&format!("{}/", root.display()), "~/")
}

#[test]
fn a_name_is_accepted_however_it_leads_into_the_folder() {
    let (root, folder) = bench();
    let absolute = folder.subfolder(Kind::Results).join("x.json");
    let roundabout = root.path().join("./data//results/x");
    for name in [
        "x",
        "x.json",
        "results/x",
        "./results/x.json",
        "data/results/x.json",
        "./data/results//x",
        absolute.to_str().unwrap(),
        roundabout.to_str().unwrap(),
    ] {
        let file = folder.resolve(Kind::Results, name).unwrap();
        assert_eq!(file.as_str(), "x.json", "{name}");
        assert_eq!(folder.path(&file), absolute, "{name}");
    }
    for name in ["new", "v1.2", "x.JSON", "Ünïcode 名前", "results", "-rf", "a b", "..x", "$(x)"] {
        let resolved = folder.resolve(Kind::Results, name);
        assert_eq!(resolved.is_ok(), name != "..x", "{name}");
    }
    assert_eq!(folder.resolve(Kind::Results, "v1.2").unwrap().stem(), "v1.2");
}

#[test]
fn a_name_that_leads_elsewhere_is_refused() {
    let (root, folder) = bench();
    let over_long = "x".repeat(251);
    assert!(folder.resolve(Kind::Results, &over_long[1..]).is_ok(), "255 bytes with .json still fit");
    let elsewhere = root.path().join("x.json");
    let names = [
        "",
        ".",
        "..",
        "/",
        "x/",
        ".json",
        ".hidden",
        "results/.hidden",
        "../x",
        "../../etc/passwd",
        "results/../x",
        "results/../../x.json",
        "data/results/../../x",
        "/etc/passwd",
        "/results/x",
        "/data/results/x",
        "etc/passwd",
        "personas/x",
        "data/personas/x",
        "other/results/x",
        "results/deeper/x",
        "results/results/x",
        "..\\x",
        "C:\\x",
        "x\0.json",
        "results/x\0",
        "a/\0/x",
        "x\ny",
        "x\u{1b}[31m",
        "x\u{202e}nosj.",
        "x\u{200b}",
        &over_long,
        elsewhere.to_str().unwrap(),
    ];
    let lines = names.iter().fold(String::new(), |mut lines, name| {
        let error = folder.resolve(Kind::Results, name).unwrap_err();
        writeln!(lines, "{}", line(root.path(), &error)).unwrap();
        lines
    });
    insta::assert_snapshot!(lines, @r##"
    "" cannot name a results file: it is empty; give a file name such as mine.json
    "." cannot name a results file: it begins with a dot; hidden files are not used
    ".." cannot name a results file: it begins with a dot; hidden files are not used
    "/" cannot name a results file: it does not lead into ~/data/results; results files live there
    "x/" cannot name a results file: it does not lead into ~/data/results; results files live there
    ".json" cannot name a results file: it begins with a dot; hidden files are not used
    ".hidden" cannot name a results file: it begins with a dot; hidden files are not used
    ".hidden" cannot name a results file: it begins with a dot; hidden files are not used
    "../x" cannot name a results file: `..` is not followed; name a file in ~/data/results
    "../../etc/passwd" cannot name a results file: `..` is not followed; name a file in ~/data/results
    "results/../x" cannot name a results file: `..` is not followed; name a file in ~/data/results
    "results/../../x.json" cannot name a results file: `..` is not followed; name a file in ~/data/results
    "data/results/../../x" cannot name a results file: `..` is not followed; name a file in ~/data/results
    "/etc/passwd" cannot name a results file: it does not lead into ~/data/results; results files live there
    "/results/x" cannot name a results file: it does not lead into ~/data/results; results files live there
    "/data/results/x" cannot name a results file: it does not lead into ~/data/results; results files live there
    "etc/passwd" cannot name a results file: it does not lead into ~/data/results; results files live there
    "personas/x" cannot name a results file: it does not lead into ~/data/results; results files live there
    "data/personas/x" cannot name a results file: it does not lead into ~/data/results; results files live there
    "other/results/x" cannot name a results file: it does not lead into ~/data/results; results files live there
    "results/deeper/x" cannot name a results file: it does not lead into ~/data/results; results files live there
    "results/results/x" cannot name a results file: it does not lead into ~/data/results; results files live there
    "..\\x" cannot name a results file: it holds a slash or backslash; give a plain file name
    "C:\\x" cannot name a results file: it holds a slash or backslash; give a plain file name
    "x\0.json" cannot name a results file: it holds control characters; use plain ones
    "results/x\0" cannot name a results file: it holds control characters; use plain ones
    "a/\0/x" cannot name a results file: it holds control characters; use plain ones
    "x\ny" cannot name a results file: it holds control characters; use plain ones
    "x\u{1b}[31m" cannot name a results file: it holds control characters; use plain ones
    "x\u{202e}nosj." cannot name a results file: it holds control characters; use plain ones
    "x\u{200b}" cannot name a results file: it holds control characters; use plain ones
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…" cannot name a results file: it is longer than 255 bytes; choose a shorter one
    "~/x.json" cannot name a results file: it does not lead into ~/data/results; results files live there
    "##);
}

#[test]
fn a_file_that_is_not_there_says_what_is() {
    let (root, folder) = bench();
    let missing = FileName::new(Kind::Results, "y").unwrap();
    let mut lines = String::new();
    writeln!(lines, "{}", line(root.path(), &folder.read(&missing).unwrap_err())).unwrap();
    for number in 0..7 {
        fs::write(folder.subfolder(Kind::Results).join(format!("z{number}.json")), RESULTS).unwrap();
    }
    writeln!(lines, "{}", line(root.path(), &folder.read(&missing).unwrap_err())).unwrap();
    let personas_file = FileName::new(Kind::Personas, "y").unwrap();
    writeln!(lines, "{}", line(root.path(), &personas::load(&folder, &personas_file).unwrap_err())).unwrap();
    let nowhere = DataFolder::open(&root.path().join("nowhere"));
    writeln!(lines, "{}", line(root.path(), &nowhere.read(&missing).unwrap_err())).unwrap();
    assert_eq!(nowhere.list(Kind::Results).unwrap(), []);
    insta::assert_snapshot!(lines, @r##"
    there is no results file ~/data/results/y.json; there is x
    there is no results file ~/data/results/y.json; there are x, z0, z1, z2, z3 and 3 more
    there is no personas file ~/data/personas/y.json; ~/data/personas holds none yet
    there is no results file ~/nowhere/results/y.json; ~/nowhere/results holds none yet
    "##);
}

#[cfg(unix)]
#[test]
fn what_is_no_file_of_the_folder_is_refused_and_never_waited_for() {
    use std::os::unix::{fs::symlink, net::UnixListener};
    let (root, folder) = bench();
    let results = folder.subfolder(Kind::Results);
    let at = |name: &str| results.join(name);
    fs::write(root.path().join("secret.json"), RESULTS).unwrap();
    symlink(root.path().join("secret.json"), at("out.json")).unwrap();
    symlink("../../secret.json", at("out_relative.json")).unwrap();
    symlink("/etc/passwd", at("passwd.json")).unwrap();
    symlink("/dev/zero", at("zero.json")).unwrap();
    symlink("nothing", at("dangling.json")).unwrap();
    symlink("loop.json", at("loop.json")).unwrap();
    symlink("x.json", at("inside.json")).unwrap();
    symlink("../personas", at("folder_link.json")).unwrap();
    fs::create_dir(at("folder.json")).unwrap();
    let _listener = UnixListener::bind(at("socket.json")).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(at("fifo.json")).status().unwrap().success());
    fs::write(at(".hidden.json"), RESULTS).unwrap();
    fs::write(at("note.txt"), "").unwrap();

    let names =
        ["out", "out_relative", "passwd", "zero", "dangling", "loop", "folder_link", "folder", "socket", "fifo"];
    let lines = names.iter().fold(String::new(), |mut lines, name| {
        let resolved = line(root.path(), &folder.resolve(Kind::Results, name).unwrap_err());
        // What is resolved now may be replaced before it is read, so reading looks again.
        let file = FileName::new(Kind::Results, name).unwrap();
        assert_eq!(line(root.path(), &Results::load(&folder, &file).unwrap_err()), resolved);
        assert_eq!(line(root.path(), &folder.replace(&file, b"[]").unwrap_err()), resolved);
        assert!(matches!(folder.create_new(&file, b"[]"), Err(Error::File(FileError::Exists { .. }))), "{name}");
        writeln!(lines, "{resolved}").unwrap();
        lines
    });
    insta::assert_snapshot!(lines, @r##"
    ~/data/results/out.json leads out of the data folder ~/data; put the file itself into the folder
    ~/data/results/out_relative.json leads out of the data folder ~/data; put the file itself into the folder
    ~/data/results/passwd.json leads out of the data folder ~/data; put the file itself into the folder
    ~/data/results/zero.json leads out of the data folder ~/data; put the file itself into the folder
    ~/data/results/dangling.json is a symbolic link to nothing, not a file; move it away or name another
    cannot read ~/data/results/loop.json: Too many levels of symbolic links (os error 40)
    ~/data/results/folder_link.json is a directory, not a file; move it away or name another
    ~/data/results/folder.json is a directory, not a file; move it away or name another
    ~/data/results/socket.json is a socket, not a file; move it away or name another
    ~/data/results/fifo.json is a FIFO, not a file; move it away or name another
    "##);

    let listed: Vec<String> = folder.list(Kind::Results).unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(listed, ["inside.json", "x.json"], "sorted, and only what can be read");
    assert_eq!(fs::read(root.path().join("secret.json")).unwrap(), RESULTS);
}

#[cfg(unix)]
#[test]
fn a_subfolder_that_leads_out_is_neither_read_nor_written() {
    let (root, folder) = bench();
    let outside = root.path().join("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("x.json"), RESULTS).unwrap();
    fs::remove_dir(folder.subfolder(Kind::Messages)).unwrap();
    std::os::unix::fs::symlink(&outside, folder.subfolder(Kind::Messages)).unwrap();
    let there = FileName::new(Kind::Messages, "x").unwrap();
    let new = FileName::new(Kind::Messages, "new").unwrap();
    assert!(matches!(folder.read(&there), Err(Error::Outside { .. })));
    assert!(matches!(folder.replace(&there, b"[]"), Err(Error::Outside { .. })));
    assert!(matches!(folder.create_new(&new, b"[]"), Err(Error::Outside { .. })));
    assert_eq!(folder.list(Kind::Messages).unwrap(), []);
    assert_eq!(fs::read(outside.join("x.json")).unwrap(), RESULTS);
}

#[cfg(unix)]
#[test]
fn the_root_itself_may_be_a_link() {
    let (root, folder) = bench();
    let link = root.path().join("link");
    std::os::unix::fs::symlink(folder.root(), &link).unwrap();
    let linked = DataFolder::open(&link);
    let file =
        linked.resolve(Kind::Results, folder.path(&linked.resolve(Kind::Results, "x").unwrap()).to_str().unwrap());
    assert_eq!(linked.read(&file.unwrap()).unwrap(), RESULTS);
}
