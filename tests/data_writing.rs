//! Files appear whole or not at all, and a name is claimed by one run only.
#![allow(clippy::disallowed_methods, reason = "these tests lay out files that are in the way")]

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Barrier;

use jiff::civil::date;
use rejoinder::data::versions::{lineage_base, next_version, save_next_version, save_timestamped_results};
use rejoinder::data::{DataFolder, Error, FileError, FileName, Kind, messages, personas, whole};

fn bench() -> (tempfile::TempDir, DataFolder) {
    let root = tempfile::Builder::new().prefix("rejoinder-").tempdir().unwrap();
    let folder = DataFolder::open(root.path());
    (root, folder)
}

fn names_in(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn silent(_: &FileName, _: &str) -> Result<(), Error> {
    Ok(())
}

fn next_empty(folder: &DataFolder, parent: &str) -> Result<FileName, Error> {
    save_next_version(folder, parent, |_, out| out.write_all(b"{}"), silent)
}

#[test]
fn a_failing_writer_leaves_the_old_file_and_nothing_else() {
    let (root, _) = bench();
    let path = root.path().join("x.json");
    fs::write(&path, "old").unwrap();
    for kind in [
        io::ErrorKind::StorageFull,
        io::ErrorKind::QuotaExceeded,
        io::ErrorKind::ReadOnlyFilesystem,
        io::ErrorKind::Other,
    ] {
        for bytes_before in [0, 1, 8 * 1024, 1 << 20] {
            let half = |out: &mut dyn io::Write| {
                out.write_all(&vec![b'n'; bytes_before])?;
                Err(io::Error::from(kind))
            };
            let error = whole::replace(&path, half).unwrap_err();
            assert_eq!(fs::read_to_string(&path).unwrap(), "old");
            let told_apart = match kind {
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                    matches!(error, FileError::DiskFull { .. })
                }
                io::ErrorKind::ReadOnlyFilesystem => matches!(error, FileError::ReadOnly { .. }),
                _ => matches!(error, FileError::Write { .. }),
            };
            assert!(told_apart, "{kind:?}: {error:?}");
            whole::create_new(&root.path().join("new.json"), half).unwrap_err();
            assert_eq!(names_in(root.path()), ["x.json"], "no half file, no temporary file");
        }
    }
}

#[test]
fn a_panicking_writer_leaves_nothing_either() {
    let (root, _) = bench();
    let path = root.path().join("x.json");
    let outcome = std::panic::catch_unwind(|| whole::create_new(&path, |_| panic!("a test")));
    assert!(outcome.is_err());
    assert_eq!(names_in(root.path()), Vec::<String>::new());
}

#[test]
fn a_reader_sees_the_old_file_or_the_new_one() {
    let (root, _) = bench();
    let path = root.path().join("x.json");
    let contents = ["a".repeat(300_000), "b".repeat(200_000)];
    fs::write(&path, &contents[0]).unwrap();
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for round in 0..30 {
                whole::replace(&path, |out| out.write_all(contents[round % 2].as_bytes())).unwrap();
            }
        });
        while !writer.is_finished() {
            let seen = fs::read_to_string(&path).unwrap();
            assert!(contents.contains(&seen), "{} bytes", seen.len());
        }
    });
}

#[test]
fn an_existing_file_is_not_created_again() {
    let (root, folder) = bench();
    let file = FileName::new(Kind::Personas, "x").unwrap();
    let (one, two) = (vec!["Ann".to_owned()], vec!["Bo".to_owned()]);
    personas::create(&folder, &file, &one).unwrap();
    assert!(matches!(personas::create(&folder, &file, &two), Err(Error::File(FileError::Exists { .. }))));
    assert_eq!(personas::load(&folder, &file).unwrap(), one);
    personas::save(&folder, &file, &two).unwrap();
    assert_eq!(personas::load(&folder, &file).unwrap(), two);
    assert!(personas::save(&folder, &file, &[]).is_err(), "what could not be read again is not written");
    assert!(personas::save(&folder, &file, &[" ".to_owned()]).is_err());
    assert_eq!(names_in(&root.path().join("personas")), ["x.json"]);
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[cfg(unix)]
#[test]
fn a_new_file_and_a_new_folder_are_their_owners_alone() {
    let (root, folder) = bench();
    let file = FileName::new(Kind::Personas, "x").unwrap();
    personas::save(&folder, &file, &["Ann".to_owned()]).unwrap();
    next_empty(&folder, "x_results").unwrap();
    whole::create_new(&root.path().join("x.csv"), |out| out.write_all(b"x")).unwrap();
    for file in ["personas/x.json", "results/x_improvement_run_v1.json", "x.csv"] {
        assert_eq!(mode(&root.path().join(file)), 0o600, "{file}");
    }
    for folder in ["personas", "results"] {
        assert_eq!(mode(&root.path().join(folder)), 0o700, "{folder}");
    }
    let deep = DataFolder::open(&root.path().join("a/b"));
    personas::save(&deep, &file, &["Ann".to_owned()]).unwrap();
    assert_eq!((mode(&root.path().join("a")), mode(&root.path().join("a/b"))), (0o700, 0o700));
}

#[cfg(unix)]
#[test]
fn a_file_that_is_replaced_keeps_the_rights_that_its_owner_gave_it() {
    use std::os::unix::fs::PermissionsExt;
    let (root, folder) = bench();
    let file = FileName::new(Kind::Personas, "x").unwrap();
    personas::save(&folder, &file, &["Ann".to_owned()]).unwrap();
    let path = folder.path(&file);
    for rights in [0o644, 0o640, 0o600, 0o666] {
        fs::set_permissions(&path, fs::Permissions::from_mode(rights)).unwrap();
        personas::save(&folder, &file, &["Bo".to_owned()]).unwrap();
        assert_eq!(mode(&path), rights);
    }
    fs::set_permissions(folder.subfolder(Kind::Personas), fs::Permissions::from_mode(0o755)).unwrap();
    personas::save(&folder, &file, &["Cy".to_owned()]).unwrap();
    assert_eq!(mode(&folder.subfolder(Kind::Personas)), 0o755, "a folder that was there stays as it was");
    drop(root);
}

#[cfg(unix)]
#[test]
fn a_read_only_folder_is_named_as_such() {
    use std::os::unix::fs::PermissionsExt;
    let (root, folder) = bench();
    let results = folder.subfolder(Kind::Results);
    fs::create_dir(&results).unwrap();
    fs::set_permissions(&results, fs::Permissions::from_mode(0o555)).unwrap();
    if fs::write(results.join("probe"), "").is_ok() {
        println!("skipped: this user may write to any folder");
        return;
    }
    let error = next_empty(&folder, "x_results").unwrap_err();
    assert!(matches!(error, Error::File(FileError::ReadOnly { .. })), "{error}");
    drop(root);
}

#[test]
fn an_error_names_the_file_and_not_the_temporary_one() {
    let (root, _) = bench();
    let path = root.path().join("missing/x.json");
    let error = whole::replace(&path, |_| Ok(())).unwrap_err().to_string();
    assert!(error.contains("missing/x.json: ") && !error.contains(".rejoinder-"), "{error}");
}

#[test]
fn a_file_in_place_of_a_folder_is_an_error() {
    let (root, folder) = bench();
    fs::write(root.path().join("results"), "").unwrap();
    let error = next_empty(&folder, "x_results").unwrap_err();
    assert!(error.to_string().contains("results: Not a directory"), "{error}");
    let file = FileName::new(Kind::Results, "x").unwrap();
    let error = folder.replace(&file, b"{}").unwrap_err();
    assert!(error.to_string().starts_with("cannot write "), "{error}");
}

#[test]
fn a_lineage_has_one_base() {
    for (stem, base) in [
        ("X_results_20250802_144126", "X_results"),
        ("X_results", "X"),
        ("X_results_improvement_run_v1", "X_results"),
        ("X_results_improvement_run_v12", "X_results"),
        ("X_improvement_run_v1", "X"),
        ("X", "X"),
        ("_results", "_results"),
        ("_improvement_run_v1", "_improvement_run_v1"),
        ("X_20250802_144126", "X_20250802_144126"),
        ("X_results_2025_144126", "X_results_2025_144126"),
        ("X_improvement_run_v", "X_improvement_run_v"),
        ("X_improvement_run_v0", "X_improvement_run_v0"),
        ("X_improvement_run_v01", "X_improvement_run_v01"),
        ("X_improvement_run_v+1", "X_improvement_run_v+1"),
        ("X_improvement_run_v99999999999", "X_improvement_run_v99999999999"),
        ("X_improvement_run_v1_improvement_run_v2", "X_improvement_run_v1"),
        ("名前_results", "名前"),
    ] {
        assert_eq!(lineage_base(stem), base, "{stem}");
    }
}

#[test]
fn the_next_version_is_free_and_later_than_its_parent() {
    let files = |names: &[&str]| -> Vec<FileName> {
        names.iter().map(|name| FileName::new(Kind::Results, name).unwrap()).collect()
    };
    let none = files(&[]);
    assert_eq!(next_version("X_results_20250802_144126", &none), 1);
    assert_eq!(next_version("X_results_improvement_run_v1", &none), 2);
    let some = files(&[
        "X_results_improvement_run_v1",
        "X_results_improvement_run_v2",
        "X_results_improvement_run_v4",
        "X_improvement_run_v3",
        "Y_results_improvement_run_v3",
    ]);
    assert_eq!(next_version("X_results_20250802_144126", &some), 3, "a gap is free");
    assert_eq!(next_version("X_results_20250803_000000", &some), 3, "another first run of the same personas");
    assert_eq!(next_version("X_results_improvement_run_v1", &some), 3);
    assert_eq!(next_version("X_results_improvement_run_v4", &some), 5, "never earlier than its parent");
    assert_eq!(next_version("X_results", &some), 1, "of X, not of X_results");
}

#[test]
fn fifty_runs_at_once_get_fifty_versions() {
    let (_root, folder) = bench();
    let barrier = Barrier::new(50);
    let claimed: Vec<(String, usize)> = std::thread::scope(|scope| {
        let runs: Vec<_> = (0..50)
            .map(|run| {
                let (folder, barrier) = (&folder, &barrier);
                scope.spawn(move || {
                    barrier.wait();
                    let contents = |version, out: &mut dyn Write| write!(out, "{run} as v{version}");
                    let file = save_next_version(folder, "X_results_20250802_144126", contents, silent).unwrap();
                    (file.stem().to_owned(), run)
                })
            })
            .collect();
        runs.into_iter().map(|run| run.join().unwrap()).collect()
    });
    let names: BTreeSet<&str> = claimed.iter().map(|(stem, _)| stem.as_str()).collect();
    let expected: Vec<String> = (1..=50).map(|version| format!("X_results_improvement_run_v{version}")).collect();
    assert_eq!(names, expected.iter().map(String::as_str).collect());
    for (stem, run) in &claimed {
        let version = stem.rsplit_once('v').unwrap().1;
        let content = folder.read(&FileName::new(Kind::Results, stem).unwrap()).unwrap();
        assert_eq!(String::from_utf8(content).unwrap(), format!("{run} as v{version}"), "each file is its claimant's");
    }
    assert_eq!(names_in(&folder.subfolder(Kind::Results)).len(), 50, "no temporary files");
}

#[test]
fn whatever_has_the_name_already_is_stepped_over() {
    let (_root, folder) = bench();
    let results = folder.subfolder(Kind::Results);
    fs::create_dir_all(results.join("X_improvement_run_v1.json")).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("nothing", results.join("X_improvement_run_v2.json")).unwrap();
    let file = next_empty(&folder, "X_results").unwrap();
    assert_eq!(file.as_str(), if cfg!(unix) { "X_improvement_run_v3.json" } else { "X_improvement_run_v2.json" });
}

#[test]
fn contents_that_fail_claim_no_version() {
    let (_root, folder) = bench();
    let failing = |_, _: &mut dyn Write| Err(std::io::Error::other("a test"));
    assert!(matches!(save_next_version(&folder, "X", failing, silent), Err(Error::File(FileError::Write { .. }))));
    // The same for whoever is told of the name beforehand, such as a journal that cannot be written.
    let refusing = |_: &FileName, _: &str| Err(Error::Clock { value: "a test".to_owned() });
    let empty = |_, out: &mut dyn Write| out.write_all(b"{}");
    assert!(matches!(save_next_version(&folder, "X", empty, refusing), Err(Error::Clock { .. })));
    assert_eq!(folder.list(Kind::Results).unwrap(), []);
}

#[test]
fn first_runs_of_the_same_second_are_filed_under_the_next_free_ones() {
    let (_root, folder) = bench();
    let at = date(2025, 12, 31).at(23, 59, 58, 0);
    let told = std::sync::Mutex::new(Vec::new());
    let save = || {
        let tell = |file: &FileName, sha256: &str| {
            assert_eq!(sha256, rejoinder::data::results::sha256(b"{}"));
            told.lock().unwrap().push(file.to_string());
            Ok::<(), Error>(())
        };
        save_timestamped_results(&folder, "b2b", at, |out| out.write_all(b"{}"), tell).unwrap().to_string()
    };
    let names: BTreeSet<String> = std::thread::scope(|scope| {
        let runs: Vec<_> = (0..4).map(|_| scope.spawn(save)).collect();
        runs.into_iter().map(|run| run.join().unwrap()).collect()
    });
    let expected = ["20251231_235958", "20251231_235959", "20260101_000000", "20260101_000001"];
    assert_eq!(names, expected.iter().map(|stamp| format!("b2b_results_{stamp}.json")).collect());
    assert_eq!(names_in(&folder.subfolder(Kind::Results)).len(), 4);
    // Each is told of every name that it tries, the one that it gets in the end included.
    let told: BTreeSet<String> = told.into_inner().unwrap().into_iter().collect();
    assert_eq!(told, names);
}

#[test]
fn an_over_long_name_is_refused_before_anything_is_written() {
    let (root, folder) = bench();
    let error = next_empty(&folder, &"x".repeat(240)).unwrap_err();
    assert!(matches!(error, Error::Name { .. }));
    assert_eq!(names_in(root.path()), Vec::<String>::new());
}

#[test]
fn a_messages_file_is_named_once() {
    for name in ["b2b", "b2b.json", "b2b_messages", "b2b_messages.json"] {
        assert_eq!(messages::file_name(name).unwrap().as_str(), "b2b_messages.json");
    }
}

#[test]
fn a_folder_is_proved_writable_without_a_trace() {
    let (root, folder) = bench();
    folder.check_writable(Kind::Messages).unwrap();
    assert_eq!(names_in(&root.path().join("messages")), Vec::<String>::new());
    fs::write(root.path().join("results"), "").unwrap();
    let error = folder.check_writable(Kind::Results).unwrap_err().to_string();
    assert!(error.starts_with("cannot write ") && error.contains("results: "), "{error}");
}

#[test]
fn a_lock_lets_one_in_at_a_time_and_leaves_nothing() {
    let (root, folder) = bench();
    let path = root.path().join("count");
    fs::write(&path, "0").unwrap();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..10 {
                    let _lock = folder.lock(Kind::Messages).unwrap();
                    let count: u32 = fs::read_to_string(&path).unwrap().parse().unwrap();
                    fs::write(&path, (count + 1).to_string()).unwrap();
                }
            });
        }
    });
    assert_eq!(fs::read_to_string(&path).unwrap(), "80");
    assert_eq!(names_in(&root.path().join("messages")), Vec::<String>::new());
}

#[test]
fn messages_that_were_paid_for_find_a_free_name() {
    let (_root, folder) = bench();
    let file = messages::file_name("b2b").unwrap();
    let rows = [messages::Row::new("Ann", "Hi", "p")];
    let names: Vec<String> = (0..3).map(|_| messages::save_new(&folder, &file, &rows).unwrap().to_string()).collect();
    assert_eq!(names, ["b2b_messages.json", "b2b_2_messages.json", "b2b_3_messages.json"]);
}
