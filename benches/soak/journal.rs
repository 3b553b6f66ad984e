//! What the journal of a dead process holds.

use std::collections::BTreeMap;

use rusqlite::Connection;

use crate::program::Place;

/// The journal at one moment.
#[derive(Default)]
pub struct Held {
    /// Of every call, by run and key, when its answer was recorded.
    pub calls: BTreeMap<(String, String), String>,
    /// Whether its runs are finished, and there are any.
    pub finished: bool,
}

/// Reads a copy: to open the journal itself would mend and tidy what the next process is to find as it was left.
pub fn held(place: &Place) -> Held {
    let copy = tempfile::tempdir().unwrap();
    for name in ["journal.db", "journal.db-wal"] {
        // There may be none yet.
        let _ = std::fs::copy(place.data().join(name), copy.path().join(name));
    }
    let path = copy.path().join("journal.db");
    if !path.exists() {
        return Held::default();
    }
    let journal = Connection::open(path).unwrap();
    let rows = |query: &str| -> Vec<(String, String, String)> {
        journal
            .prepare(query)
            .unwrap()
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap()
    };
    let made: i64 = journal.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
    if made == 0 {
        // Its tables are not made yet.
        return Held::default();
    }
    let calls = rows("SELECT r.id, hex(c.key), c.answered FROM calls c JOIN runs r ON r.number = c.run");
    let calls = calls.into_iter().map(|(run, key, at)| ((run, key), at)).collect();
    let runs = rows("SELECT id, state, started FROM runs");
    Held { calls, finished: !runs.is_empty() && runs.iter().all(|(_, state, _)| state == "finished") }
}
