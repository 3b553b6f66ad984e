//! How answers are stored: versions of the file, what requests have in common, damage, a full disk.

use super::*;

/// A journal of the first version with one finished and one open run of three calls, as the program of then wrote it.
fn of_the_first_version(folder: &std::path::Path, inputs: &str) {
    let old = rusqlite::Connection::open(folder.join(FILE)).unwrap();
    old.execute_batch(schema::MIGRATIONS[0]).unwrap();
    old.pragma_update(None, "user_version", 1).unwrap();
    for (id, state) in [("aaaaaaaaaaaa", "finished"), ("bbbbbbbbbbbb", "open")] {
        old.execute(
            "INSERT INTO runs (id, inputs, command, arguments, seed, state, started) VALUES (?, ?, 'evaluate', '[]', \
             1, ?, \
             '2026-11-01T00:00:00Z')",
            [id, inputs, state],
        )
        .unwrap();
        for number in 0..3 {
            let call = realistic(number);
            old.execute(
                "INSERT INTO calls VALUES (?, ?, ?, ?, ?, ?, ?, 3, 2, 0.5, 'req_1', '2026-11-01T00:00:01Z')",
                [id, &call.key, &call.role, &call.model, &call.asked, &call.request, &call.answer],
            )
            .unwrap();
        }
    }
}

#[test]
fn a_journal_of_the_first_version_is_read_and_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    of_the_first_version(folder.path(), &runs::hash(&["evaluate", "a"]));
    let journal = Journal::open(folder.path()).unwrap();
    let run = journal.begin(&inputs(&["a"])).unwrap();
    assert_eq!((run.id.as_str(), run.found), ("bbbbbbbbbbbb", 3));
    for number in 0..3 {
        let call = realistic(number);
        assert_eq!(run.calls().find(&call.key, &call.asked).unwrap(), Some(call.answer));
    }
    for row in journal.runs().unwrap() {
        assert_eq!((row.calls, row.tokens, row.cost_usd), (3, (9, 6), Some(1.5)));
        let read = journal.calls(&row.id, 0, 9).unwrap();
        assert_eq!(read.len(), 3);
        for (number, read) in read.into_iter().enumerate() {
            let expected = Call { shared: vec![], request_id: Some("req_1".into()), ..realistic(number) };
            assert_eq!(read.call, expected);
        }
    }
}

#[test]
fn migrations_that_files_were_made_with_are_never_changed() {
    let hashes: Vec<String> = schema::MIGRATIONS.iter().map(|text| sha256(text.as_bytes())[..16].to_owned()).collect();
    let known = [
        "a4bbfbf77c362db6",
        "4a4a9634ba1f4f47",
        "4a6a93ad9006654a",
        "d9b8efaf8377fbd9",
        "34582ede19d1544f",
        "c2f016890ad5c2f6",
        "90dc3ffbb0f5278c",
    ];
    assert_eq!(hashes, known);
}

#[tokio::test]
async fn what_requests_have_in_common_is_stored_once_and_each_is_read_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path()).unwrap();
    let run = journal.begin(&inputs(&["a"])).unwrap();
    let other = journal.begin(&inputs(&["b"])).unwrap();
    for number in 0..20 {
        run.calls().record(realistic(number)).await.unwrap();
        other.calls().record(realistic(number)).await.unwrap();
    }
    let texts: i64 = journal.with(|it| it.query_row("SELECT count(*) FROM texts", [], |row| row.get(0))).unwrap();
    assert_eq!(texts, 2, "one for each run");
    let first = journal.calls(&run.id, 0, 12).unwrap();
    let rest = journal.calls(&run.id, first.last().unwrap().number, 12).unwrap();
    let read: Vec<Call> = first.into_iter().chain(rest).map(|read| read.call).collect();
    let recorded: Vec<Call> = (0..20).map(|number| Call { shared: vec![], ..realistic(number) }).collect();
    assert_eq!(read, recorded);
    assert!(journal.run(&run.id).unwrap().bytes < read.iter().map(|call| call.request.len() as u64).sum());

    // A run's texts go with it, and nobody else's do.
    let id = other.id.clone();
    drop(other);
    journal.prune(&[id]).unwrap();
    assert_eq!(journal.calls(&run.id, 0, 99).unwrap().len(), 20);
}

#[tokio::test]
async fn of_two_answers_under_one_key_the_later_is_found() {
    let folder = tempfile::tempdir().unwrap();
    {
        let run = Journal::open(folder.path()).unwrap().begin(&inputs(&["a"])).unwrap();
        for answer in ["first", "second"] {
            run.calls().record(Call { answer: answer.into(), ..realistic(1) }).await.unwrap();
            run.calls().record(realistic(2)).await.unwrap();
        }
    }
    let run = Journal::open(folder.path()).unwrap().begin(&inputs(&["a"])).unwrap();
    assert_eq!(run.found, 2);
    let call = realistic(1);
    assert_eq!(run.calls().find(&call.key, &call.asked).unwrap().as_deref(), Some("second"));
}

#[tokio::test]
async fn an_answer_that_is_not_what_was_written_is_damage() {
    let folder = tempfile::tempdir().unwrap();
    {
        let run = Journal::open(folder.path()).unwrap().begin(&inputs(&["a"])).unwrap();
        run.calls().record(realistic(1)).await.unwrap();
    }
    let file = rusqlite::Connection::open(folder.path().join(FILE)).unwrap();
    file.execute("UPDATE calls SET answer = replace(answer, '1', '2')", []).unwrap();
    let run = Journal::open(folder.path()).unwrap().begin(&inputs(&["a"])).unwrap();
    let call = realistic(1);
    assert!(matches!(run.calls().find(&call.key, &call.asked), Err(Error::Damaged { .. })));
}

#[tokio::test]
async fn a_full_disk_fails_the_call_keeps_what_there_is_and_may_be_mended() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path()).unwrap();
    let run = journal.begin(&inputs(&["a"])).unwrap();
    run.calls().record(realistic(0)).await.unwrap();
    // Another connection's limit is its own: the writer's is reached through its own door.
    journal.0.writer.limit_pages(1);
    let large = Call { answer: "x".repeat(100_000), ..realistic(1) };
    assert!(matches!(run.calls().record(large.clone()).await, Err(Error::DiskFull(_))));
    assert_eq!(journal.calls(&run.id, 0, 9).unwrap().len(), 1);
    journal.0.writer.limit_pages(1_000_000);
    run.calls().record(large.clone()).await.unwrap();
    let read: Vec<String> = journal.calls(&run.id, 0, 9).unwrap().into_iter().map(|it| it.call.answer).collect();
    assert_eq!(read, [realistic(0).answer, large.answer]);
    assert_eq!(journal.run(&run.id).unwrap().calls, 2);
}
