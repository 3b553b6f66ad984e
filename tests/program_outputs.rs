//! A run that was killed between writing its files and noting that it is finished.
//!
//! No signal can be timed to that moment, so the moment is made: the run is finished, and then the journal is told that
//! it is not.

#[path = "support/program.rs"]
mod program;

use program::Place;

const GENERATE: [&str; 7] =
    ["generate", "--persona-file", "b2b_saas_personas_eval", "--messages-per-persona", "1", "--model", "market"];
const PERSONAS: [&str; 9] =
    ["personas", "--domain", "logistics in Europe", "--count", "20", "--name", "log", "--model", "market"];

/// The last run has written its files and has not come to say that it is finished.
fn reopen(place: &Place) {
    let journal = rusqlite::Connection::open(place.data().join("journal.db")).unwrap();
    assert_eq!(journal.execute("UPDATE runs SET state = 'open', ended = NULL", []).unwrap(), 1);
}

fn read(place: &Place, path: &str) -> String {
    std::fs::read_to_string(place.data().join(path)).unwrap()
}

#[test]
fn messages_that_an_interrupted_run_wrote_are_not_in_its_way() {
    let place = Place::with_samples();
    place.ok(&GENERATE);
    let path = "messages/b2b_saas_personas_eval_messages.json";
    let written = read(&place, path);
    reopen(&place);
    let ran = place.ok(&GENERATE);
    assert!(ran.out.contains(path), "{}", ran.out);
    assert_eq!((read(&place, path), place.files("messages").len()), (written, 1));
    assert!(place.ok(&["runs"]).out.contains("finished"));
    // Now it is anybody's file again.
    assert_eq!(place.run(&GENERATE).code, Some(6));
}

#[test]
fn messages_that_were_changed_after_the_interruption_are_left_as_they_are() {
    let place = Place::with_samples();
    place.ok(&GENERATE);
    reopen(&place);
    let path = "data/messages/b2b_saas_personas_eval_messages.json";
    place.write(path, "[]");
    assert_eq!(place.run(&GENERATE).code, Some(6));
    assert_eq!(std::fs::read_to_string(place.root().join(path)).unwrap(), "[]");
    assert!(place.ok(&["runs"]).out.contains("interrupted"), "its answers are kept");
    // Another command on the same file is no better off, and leaves no run behind.
    let other: Vec<&str> = GENERATE.iter().copied().chain(["--seed", "9"]).collect();
    assert_eq!(place.run(&other).code, Some(6));
    assert_eq!(place.ok(&["runs"]).out.matches("generate").count(), 1);
    let forced: Vec<&str> = GENERATE.iter().copied().chain(["--force"]).collect();
    place.ok(&forced);
    assert_eq!(place.json("messages/b2b_saas_personas_eval_messages.json").as_array().unwrap().len(), 10);
}

#[test]
fn personas_that_an_interrupted_run_wrote_are_not_in_its_way() {
    for lost in [None, Some("log_eval.json"), Some("log_train.json")] {
        let place = Place::empty();
        place.ok(&PERSONAS);
        let both = || (read(&place, "personas/log_train.json"), read(&place, "personas/log_eval.json"));
        let written = both();
        reopen(&place);
        if let Some(lost) = lost {
            std::fs::remove_file(place.data().join("personas").join(lost)).unwrap();
        }
        place.ok(&PERSONAS);
        assert_eq!(both(), written, "{lost:?}");
        assert!(place.ok(&["runs"]).out.contains("finished"));
        assert_eq!(place.run(&PERSONAS).code, Some(6));
    }
}
