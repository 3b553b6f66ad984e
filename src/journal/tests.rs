use super::*;
use crate::event::TrialOutcome;

fn call(number: usize) -> Call {
    Call {
        key: format!("key {number}"),
        asked: format!("asked {number}"),
        role: "generator".into(),
        model: "m".into(),
        request: "{}".into(),
        answer: format!("answer {number}"),
        input_tokens: 3,
        output_tokens: 2,
        cost_usd: Some(0.5),
        request_id: None,
    }
}

fn inputs<'a>(parts: &'a [&'a str]) -> Inputs<'a> {
    Inputs { command: "evaluate", arguments: &[], parts, seed: None, least_seed: 1, fresh: false }
}

#[tokio::test]
async fn an_answer_is_found_again_by_a_later_process_and_only_for_the_same_question() {
    let folder = tempfile::tempdir().unwrap();
    {
        let journal = Journal::open(folder.path()).unwrap();
        let run = journal.begin(&inputs(&["a"])).unwrap();
        assert!(!run.resumed);
        run.calls().record(call(1)).await.unwrap();
    }
    let journal = Journal::open(folder.path()).unwrap();
    let run = journal.begin(&inputs(&["a"])).unwrap();
    assert_eq!((run.resumed, run.found), (true, 1));
    assert_eq!(run.calls().find("key 1", "asked 1").unwrap().as_deref(), Some("answer 1"));
    assert_eq!(run.calls().find("key 1", "asked 2").unwrap(), None);
    assert_eq!(run.calls().find("key 2", "asked 2").unwrap(), None);
}

#[tokio::test]
async fn a_finished_run_is_finished_and_a_dropped_one_is_not_found() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path()).unwrap();
    let first = journal.begin(&inputs(&["a"])).unwrap();
    let id = first.id.clone();
    first.finish().unwrap();
    let second = journal.begin(&inputs(&["a"])).unwrap();
    assert!(!second.resumed && second.id != id);
    let second_id = second.id.clone();
    drop(second);
    let third = journal.begin(&Inputs { fresh: true, ..inputs(&["a"]) }).unwrap();
    assert!(!third.resumed);
    let states: Vec<(String, RunState)> = journal.runs().unwrap().into_iter().map(|row| (row.id, row.state)).collect();
    assert!(states.contains(&(id, RunState::Finished)) && states.contains(&(second_id, RunState::Dropped)));
}

#[test]
fn other_inputs_are_another_run() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path()).unwrap();
    drop(journal.begin(&inputs(&["a"])).unwrap());
    assert!(!journal.begin(&inputs(&["b"])).unwrap().resumed);
    assert!(journal.begin(&inputs(&["a"])).unwrap().resumed);
}

#[test]
fn a_run_under_way_is_left_alone_and_the_next_takes_another_seed() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path()).unwrap();
    let first = journal.begin(&inputs(&["a"])).unwrap();
    let second = Journal::open(folder.path()).unwrap().begin(&inputs(&["a"])).unwrap();
    assert_eq!((first.seed, second.seed, second.resumed), (1, 2, false));
    let same_seed = Inputs { seed: Some(1), ..inputs(&["a"]) };
    assert!(matches!(journal.begin(&same_seed), Err(Error::UnderWay(_))));
    assert!(journal.is_under_way(&first.id).unwrap());
    drop(first);
    assert_eq!(journal.begin(&same_seed).unwrap().seed, 1);
}

#[tokio::test]
async fn what_a_run_cost_is_added_up_and_pruning_deletes_it() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path()).unwrap();
    let run = journal.begin(&inputs(&["a"])).unwrap();
    let log = run.calls();
    futures::future::try_join_all((0..50).map(|number| log.record(call(number)))).await.unwrap();
    let row = journal.run(&run.id[..6]).unwrap();
    assert_eq!((row.calls, row.tokens, row.cost_usd), (50, (150, 100), Some(25.0)));
    let id = run.id.clone();
    assert_eq!(Journal::open(folder.path()).unwrap().prune(std::slice::from_ref(&id)).unwrap(), 0, "it is under way");
    drop(run);
    assert_eq!(journal.prune(std::slice::from_ref(&id)).unwrap(), 1);
    assert!(matches!(journal.run(&id), Err(Error::NoRun(_))));
}

#[test]
fn a_newer_a_damaged_and_a_foreign_file_are_told_apart_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE);
    drop(Journal::open(folder.path()).unwrap());
    rusqlite::Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    assert!(matches!(Journal::open(folder.path()), Err(Error::Newer { found: 99, .. })));

    let foreign = tempfile::tempdir().unwrap();
    let path = foreign.path().join(FILE);
    std::io::Write::write_all(&mut std::fs::File::create(&path).unwrap(), &[b'x'; 5_000]).unwrap();
    assert!(matches!(Journal::open(foreign.path()), Err(Error::Damaged { .. })));
    assert_eq!(std::fs::read(&path).unwrap(), vec![b'x'; 5_000]);
}

#[cfg(unix)]
#[test]
fn the_file_is_readable_by_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    drop(Journal::open(folder.path()).unwrap());
    let mode = std::fs::metadata(folder.path().join(FILE)).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

fn trial(message: u32, outcome: TrialOutcome, reason: Option<&str>) -> TrialRow {
    let reason = reason.map(str::to_owned);
    TrialRow { batch: "cycle 1 challenger".into(), persona: 3, message, outcome, reason }
}

#[test]
fn what_is_ordered_of_trials_is_there_after_the_journal_is_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let id = {
        let run = Journal::open(folder.path()).unwrap().begin(&inputs(&["a"])).unwrap();
        run.trial_ended(trial(1, TrialOutcome::Yes, None));
        run.trial_ended(trial(0, TrialOutcome::Written, None));
        run.trial_ended(trial(2, TrialOutcome::Failed, Some("no answer")));
        run.id.clone()
    };
    let journal = Journal::open(folder.path()).unwrap();
    let run = journal.begin(&inputs(&["a"])).unwrap();
    assert_eq!(run.id, id);
    assert_eq!(run.ended_trials("cycle 1 challenger").unwrap(), [(3, 0), (3, 1)]);
    assert_eq!(run.ended_trials("another").unwrap(), []);

    // Tried again, it is decided; what was noted before gives way.
    run.trial_ended(trial(2, TrialOutcome::No, None));
    run.trial_ended(trial(4, TrialOutcome::Failed, Some("no answer")));
    assert_eq!(run.ended_trials("cycle 1 challenger").unwrap(), [(3, 0), (3, 1), (3, 2)]);
    let batch = BatchRow { batch: "cycle 1 challenger".into(), yes: 1, no: 1, written: 1, failed: 1 };
    let reasons = vec![("no answer".to_owned(), 1)];
    assert_eq!(journal.trials(&id).unwrap(), Trials { batches: vec![batch], reasons });
    drop(run);
    journal.prune(std::slice::from_ref(&id)).unwrap();
    assert_eq!(journal.trials(&id).unwrap(), Trials::default());
}

#[tokio::test]
async fn trials_and_calls_that_come_together_are_all_written() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path()).unwrap();
    let run = journal.begin(&inputs(&["a"])).unwrap();
    let log = run.calls();
    futures::future::try_join_all((0..200).map(|number| {
        run.trial_ended(trial(number as u32, TrialOutcome::Yes, None));
        log.record(call(number))
    }))
    .await
    .unwrap();
    assert_eq!(run.ended_trials("cycle 1 challenger").unwrap().len(), 200);
    assert_eq!(journal.run(&run.id).unwrap().calls, 200);
}
