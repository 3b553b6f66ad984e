use serde_json::json;

use super::super::family::Family;
use super::*;
use crate::data::results_stream;
use crate::data::{DataFolder, FileName, Kind};
use crate::journal::{Inputs, Journal};

struct Place {
    kept: tempfile::TempDir,
    folder: DataFolder,
}

impl Place {
    fn new() -> Self {
        let kept = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(kept.path());
        Place { kept, folder }
    }

    /// A results file with this record of its lineage, made from that file.
    fn save(&self, stem: &str, parent: Option<&str>, lineage: Option<serde_json::Value>) -> FileName {
        let mut provenance = json!({"schema_version": 1, "run_id": stem, "simulated": true, "seed": 1});
        if let Some(lineage) = lineage {
            provenance["lineage"] = lineage;
        }
        if let Some(parent) = parent {
            provenance["parent"] = json!({"file": format!("{parent}.json"), "sha256": "0"});
        }
        let text = json!({"metadata": {"system_prompt": "We sell tea.", "rejoinder": provenance}, "results": []});
        let file = FileName::new(Kind::Results, stem).unwrap();
        self.folder.replace(&file, text.to_string().as_bytes()).unwrap();
        file
    }

    fn family(&self, file: &FileName) -> Family {
        let ((), head) = results_stream::gather(&self.folder, file, &()).unwrap();
        Family::read(&self.folder, file, &head).unwrap()
    }
}

/// The levels of attempts that adopt nothing, of 0.06 in all: what is left by k of them, over k + 4/3.
const FIRST: f64 = 0.06 / (1.0 / 0.75);
const SECOND: f64 = 0.015 * 3.0 / 7.0;
const THIRD: f64 = (0.015 - SECOND) * 0.3;

fn is_near(level: f64, wanted: f64) -> bool {
    (level - wanted).abs() < 1e-12
}

fn older(attempts: &[bool]) -> serde_json::Value {
    json!({"facts": "We sell tea.", "offer": "We sell tea.", "split": {"below": 7}, "attempts": attempts})
}

fn recorded(root: &str, proofs: &[(&str, f64)]) -> serde_json::Value {
    let proofs: Vec<serde_json::Value> =
        proofs.iter().map(|(id, level)| json!({"id": id, "level": level, "adopted": false})).collect();
    json!({"facts": "We sell tea.", "split": {"below": 7}, "root": root, "proofs": proofs})
}

#[test]
fn reruns_of_one_first_run_share_its_level_and_those_of_another_do_not() {
    let place = Place::new();
    let first = place.save("tea_results_20250101_120000", None, None);
    let other = place.save("tea_results_20250202_120000", None, None);
    assert_eq!(place.family(&first).next(0.06), (0, FIRST));
    // Records of earlier versions: two cycles one after the other, a rerun of the first file, and a cycle of another.
    let name = |file: &FileName| file.stem().to_owned();
    place.save("tea_results_improvement_run_v1", Some(&name(&first)), Some(older(&[false])));
    place.save("tea_results_improvement_run_v2", Some("tea_results_improvement_run_v1"), Some(older(&[false, false])));
    place.save("tea_results_improvement_run_v3", Some(&name(&first)), Some(older(&[false])));
    place.save("tea_results_improvement_run_v4", Some(&name(&other)), Some(older(&[false])));
    let (count, level) = place.family(&first).next(0.06);
    // 0.03 + 0.01 + 0.03 were spent: more than there was, as earlier versions did.
    assert_eq!((count, level), (3, 0.0));
    let (count, level) = place.family(&other).next(0.06);
    assert!(count == 1 && is_near(level, 0.03 * 3.0 / 7.0), "{level}");
}

#[test]
fn what_any_file_of_the_root_records_counts_once_and_under_whatever_name_the_root_goes() {
    let place = Place::new();
    let first = place.save("tea_results_20250101_120000", None, None);
    let root = place.folder.sha256(&first).unwrap();
    place.save("tea_results_improvement_run_v1", Some(first.stem()), Some(recorded(&root, &[("a", 0.03)])));
    let last = place.save(
        "tea_results_improvement_run_v2",
        Some("gone_results_20250101_120000"),
        Some(recorded(&root, &[("a", 0.03), ("b", 0.01)])),
    );
    place.save("tea_results_improvement_run_v3", Some(first.stem()), Some(recorded("another", &[("c", 0.03)])));
    for file in [&first, &last] {
        let family = place.family(file);
        assert_eq!(family.root(), root);
        let (count, level) = family.next(0.06);
        assert_eq!(count, 2);
        assert!(is_near(level, 0.02 * 0.3), "{level}");
    }
}

/// The attempts of a run as a cycle would see them.
fn attempts(run: &Arc<OpenRun>, seed: u64) -> Attempts {
    let rows = run.attempts("root", "cycle 1").unwrap();
    Attempts {
        alpha: 0.06,
        root: "root".into(),
        step: "cycle 1".into(),
        name: format!("{seed}"),
        run: Some(Arc::clone(run)),
        state: Mutex::new(State { ledger: Ledger::new(rows.iter().map(from_row)), made: 0 }),
    }
}

fn begin(journal: &Journal, fresh: bool, part: &str) -> Arc<OpenRun> {
    let inputs = Inputs { command: "improve", arguments: &[], parts: &[part], seed: None, least_seed: 1, fresh };
    Arc::new(journal.begin(&inputs).unwrap())
}

#[test]
fn the_journal_keeps_what_a_run_took_also_when_it_never_wrote_a_file() {
    let place = Place::new();
    let journal = Journal::open(place.kept.path()).unwrap();
    let run = begin(&journal, false, "x");
    let first = attempts(&run, 1);
    assert_eq!(first.planned_level().unwrap(), FIRST);
    let begun = first.begin(&[]).unwrap();
    assert_eq!(begun.level, FIRST);
    // Another run meanwhile has what is left; the first one, gone on with after a kill, has what it had.
    let beside = begin(&journal, false, "y");
    let second = attempts(&beside, 2);
    let begun_beside = second.begin(&[]).unwrap();
    assert!(is_near(begun_beside.level, SECOND), "{begun_beside:?}");
    second.end(&begun_beside, true, vec!["m".into()]).unwrap();
    let again = attempts(&run, 1);
    assert_eq!((again.planned_level().unwrap(), again.begin(&[]).unwrap()), (FIRST, begun.clone()));
    again.end(&begun, false, Vec::new()).unwrap();
    // A second proof of the same cycle, and one of a run that comes later; what adopted gave its level back.
    let next = again.begin(&[]).unwrap();
    assert!(is_near(next.level, SECOND), "{next:?}");
    let later = begin(&journal, false, "z");
    let third = attempts(&later, 3);
    assert_eq!((third.count(), third.used()), (3, BTreeSet::from(["m".to_owned()])));
    assert!(is_near(third.planned_level().unwrap(), THIRD));
    let ids: BTreeSet<String> = third.records().into_iter().map(|record| record.id).collect();
    assert_eq!(ids.len(), 3);
}

#[test]
fn a_level_that_was_only_planned_takes_nothing_and_is_never_raised() {
    let place = Place::new();
    let journal = Journal::open(place.kept.path()).unwrap();
    let (one, two) = (begin(&journal, false, "x"), begin(&journal, false, "y"));
    let (first, second) = (attempts(&one, 1), attempts(&two, 2));
    assert_eq!((first.planned_level().unwrap(), second.planned_level().unwrap()), (FIRST, FIRST));
    let begun = first.begin(&[]).unwrap();
    assert!(is_near(second.begin(&[]).unwrap().level, SECOND));
    first.end(&begun, true, Vec::new()).unwrap();
    assert!(is_near(attempts(&two, 2).begin(&[]).unwrap().level, SECOND));
}
