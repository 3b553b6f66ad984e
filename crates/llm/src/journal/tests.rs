mod storage;

use super::*;
use crate::event::{Grounding, TrialOutcome};
use rejoinder_files::sha256;

fn call(number: usize) -> Call {
    Call {
        key: format!("key {number}"),
        asked: format!("asked {number}"),
        role: "generator".into(),
        model: "m".into(),
        request: "{}".into(),
        shared: Vec::new(),
        answer: format!("answer {number}"),
        input_tokens: 3,
        output_tokens: 2,
        cost_usd: Some(0.5),
        request_id: None,
    }
}

/// A call whose key and hash are what the program makes them of, and whose system prompt others have too.
fn realistic(number: usize) -> Call {
    let system = serde_json::to_string(&"You are a \"buyer\".\n".repeat(10)).unwrap();
    Call {
        key: sha256(format!("key {number}").as_bytes())[..32].to_owned(),
        asked: sha256(format!("asked {number}").as_bytes()),
        request: format!(r#"{{"system":{system},"user":"{number}","schema":null}}"#),
        shared: vec![system],
        ..call(number)
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

#[tokio::test]
async fn other_inputs_are_another_run() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path()).unwrap();
    let run = journal.begin(&inputs(&["a"])).unwrap();
    run.calls().record(call(1)).await.unwrap();
    drop(run);
    assert!(!journal.begin(&inputs(&["b"])).unwrap().resumed);
    assert!(journal.begin(&inputs(&["a"])).unwrap().resumed);
}

#[test]
fn a_run_under_way_is_left_alone_and_a_fresh_one_beside_it_takes_another_seed() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path()).unwrap();
    let first = journal.begin(&inputs(&["a"])).unwrap();
    let elsewhere = Journal::open(folder.path()).unwrap();
    assert!(matches!(elsewhere.begin(&inputs(&["a"])), Err(Error::UnderWay(id)) if id == first.id));
    let second = elsewhere.begin(&Inputs { fresh: true, ..inputs(&["a"]) }).unwrap();
    assert_eq!((first.seed, second.seed, second.resumed), (1, 2, false));
    assert_eq!(elsewhere.begin(&Inputs { seed: Some(9), ..inputs(&["a"]) }).unwrap().seed, 9);
    let same_seed = Inputs { seed: Some(1), ..inputs(&["a"]) };
    assert!(matches!(journal.begin(&same_seed), Err(Error::UnderWay(_))));
    assert!(journal.is_under_way(&first.id).unwrap());
    drop(first);
    assert_eq!(journal.begin(&same_seed).unwrap().seed, 1);
}

#[tokio::test]
async fn a_run_is_resumed_by_its_name_and_no_other_in_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path()).unwrap();
    let first = journal.begin(&inputs(&["a"])).unwrap();
    let second = journal.begin(&Inputs { fresh: true, ..inputs(&["a"]) }).unwrap();
    for run in [&first, &second] {
        run.calls().record(call(1)).await.unwrap();
    }
    let (first, id) = (first.id.clone(), second.id.clone());
    assert!(matches!(journal.resume(&inputs(&["a"]), &id), Err(Error::UnderWay(_))));
    drop(second);
    assert_eq!(journal.resume(&inputs(&["a"]), &id).unwrap().id, id);
    assert!(matches!(journal.resume(&inputs(&["b"]), &id), Err(Error::Changed(_))));
    assert_eq!(journal.parts(&id).unwrap(), ["a"]);
    assert_eq!(journal.run(&first).unwrap().state, RunState::Open);
}

#[tokio::test]
async fn what_a_run_has_spent_is_told_by_model() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path()).unwrap();
    let run = journal.begin(&inputs(&["a"])).unwrap();
    for (number, model, cost_usd) in [(1, "m", Some(0.5)), (2, "m", None), (3, "n", Some(0.0)), (4, "m", Some(0.25))] {
        run.calls().record(Call { model: model.into(), cost_usd, ..call(number) }).await.unwrap();
    }
    let spending = journal.spending(&run.id).unwrap();
    let of = |model: &str, cost_usd, free_tokens| Spending { model: model.into(), cost_usd, free_tokens };
    assert_eq!(spending, [of("m", 0.75, (3, 2)), of("n", 0.0, (3, 2))]);
}

#[test]
fn a_long_part_is_kept_by_its_hash() {
    assert_eq!(kept("generator: m 9"), "generator: m 9");
    assert_eq!(kept(&"x".repeat(161)).len(), "sha256:".len() + 16);
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
    let grounding = if outcome == TrialOutcome::Yes { Grounding::MadeUp } else { Grounding::NotChecked };
    let audit = (outcome == TrialOutcome::Yes).then(|| "{}".to_owned());
    TrialRow { batch: "cycle 1 challenger".into(), persona: 3, message, outcome, reason, grounding, audit }
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
    let batch = "cycle 1 challenger".into();
    let batch = BatchRow { batch, yes: 1, no: 1, written: 1, failed: 1, checked: 1, made_up: 1 };
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

#[tokio::test]
async fn a_clock_that_was_set_back_or_forth_changes_nothing_but_what_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path()).unwrap();
    let first = journal.begin(&inputs(&["a"])).unwrap();
    let second = journal.begin(&Inputs { fresh: true, ..inputs(&["a"]) }).unwrap();
    for run in [&first, &second] {
        run.calls().record(realistic(1)).await.unwrap();
    }
    let ids = (first.id.clone(), second.id.clone());
    drop((first, second));
    let (first, second) = ids;
    for (id, time) in [(&first, "2099-01-01T00:00:00Z"), (&second, "1971-01-01T00:00:00Z")] {
        journal.with(|it| it.execute("UPDATE runs SET started = ? WHERE id = ?", [time, id])).unwrap();
        journal.with(|it| it.execute("UPDATE calls SET answered = ?", [time])).unwrap();
    }
    let listed: Vec<String> = journal.runs().unwrap().into_iter().map(|row| row.id).collect();
    assert_eq!(listed, [second.clone(), first.clone()]);
    let again = journal.begin(&inputs(&["a"])).unwrap();
    assert_eq!((&again.id, again.seed, again.found), (&first, 1, 1));
    let beside = journal.resume(&inputs(&["a"]), &second).unwrap();
    assert_eq!((&beside.id, beside.seed, beside.found), (&second, 2, 1));
    again.finish().unwrap();
    beside.finish().unwrap();
    assert_eq!(journal.begin(&inputs(&["a"])).unwrap().seed, 3);
}

#[test]
fn a_run_that_was_interrupted_before_it_had_anything_is_not_listed_and_does_not_stay() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path()).unwrap();
    let run = journal.begin(&inputs(&["a"])).unwrap();
    assert_eq!(journal.runs().unwrap().len(), 1, "under way");
    let id = run.id.clone();
    drop(run);
    assert_eq!(journal.runs().unwrap().len(), 0);
    let _other = journal.begin(&inputs(&["b"])).unwrap();
    assert!(matches!(journal.run(&id), Err(Error::NoRun(_))));
}

#[tokio::test]
async fn a_journal_that_is_closed_leaves_no_log_behind() {
    let folder = tempfile::tempdir().unwrap();
    {
        let run = Journal::open(folder.path()).unwrap().begin(&inputs(&["a"])).unwrap();
        run.calls().record(realistic(1)).await.unwrap();
    }
    let mut names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, [schema::LOCKS, FILE]);
}

#[test]
fn a_run_tells_other_processes_what_it_does_as_long_as_it_is_under_way() {
    let folder = tempfile::tempdir().unwrap();
    assert!(!is_under_way(folder.path(), "0123456789ab"));
    assert!(!folder.path().join(".runs").exists(), "who only looks makes nothing");
    let journal = Journal::open(folder.path()).unwrap();
    let begun = journal.begin(&inputs(&["a"])).unwrap();
    let file = begun.live_file();
    file.write("one").unwrap();
    file.write("two").unwrap();
    assert_eq!(live_texts(folder.path()), [(begun.id.clone(), "two".to_owned())]);
    assert_eq!(live_text(folder.path(), &begun.id).as_deref(), Some("two"));
    assert_eq!(live_text(folder.path(), "../../../etc"), None);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let path = folder.path().join(".runs").join(format!("{}.live", begun.id));
        assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert!(is_under_way(folder.path(), &begun.id) && journal.is_under_way(&begun.id).unwrap());
    assert!(is_under_way_in(folder.path(), &begun.id, std::process::id()));
    if cfg!(target_os = "linux") {
        assert!(!is_under_way_in(folder.path(), &begun.id, 1));
    }
    let id = begun.id.clone();
    drop(begun);
    assert!(!is_under_way(folder.path(), &id));
    journal.prune(&[id]).unwrap();
    assert!(live_texts(folder.path()).is_empty());
}

#[tokio::test]
async fn a_batch_that_was_handed_in_is_found_by_who_goes_on_with_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let keys = [[1_u8; 16], [2; 16], [255; 16]];
    {
        let run = Journal::open(folder.path()).unwrap().begin(&inputs(&["a"])).unwrap();
        let log = run.calls();
        let first = log.batch_begun("host", Some("b0"), &keys).unwrap();
        let second = log.batch_begun("host", None, &keys[..1]).unwrap();
        let third = log.batch_begun("host", None, &keys[..2]).unwrap();
        log.batch_named(first, "b1").unwrap();
        log.batch_ended(second, BatchEnd::Collected).unwrap();
        log.batch_ended(third, BatchEnd::Gone).unwrap();
        assert!(log.knows_batch("b1").unwrap() && !log.knows_batch("b0").unwrap());
    }
    // Without a single answer, it is a run that is gone on with.
    let journal = Journal::open(folder.path()).unwrap();
    drop(journal.begin(&inputs(&["b"])).unwrap());
    assert_eq!(journal.runs().unwrap().len(), 1);
    let run = journal.begin(&inputs(&["a"])).unwrap();
    assert!(run.resumed);
    let open = run.calls().open_batches().unwrap();
    let [batch] = &open[..] else { panic!("{open:?}") };
    assert_eq!((batch.id.as_deref(), batch.after.as_deref(), batch.host.as_str()), (Some("b1"), Some("b0"), "host"));
    assert_eq!(batch.keys, keys);
    assert_eq!(journal.batches_open(&run.id).unwrap(), (1, 3));
    let id = run.id.clone();
    drop(run);
    assert_eq!(journal.prune(std::slice::from_ref(&id)).unwrap(), 1);
    assert_eq!(journal.batches_open(&id).unwrap(), (0, 0));
}
