use super::*;

fn judge() -> Judge {
    Judge { fingerprint: "f".into(), model: "m".into(), simulated: false }
}

fn rows(messages: &[&str]) -> Vec<Row> {
    messages.iter().map(|message| Row::new("Ann", *message, "p")).collect()
}

fn yes(index: usize, reasoning: &str) -> (usize, Outcome) {
    (index, Outcome::Decided { decision: true, reasoning: reasoning.into(), score: None })
}

fn reasons(rows: &[Row]) -> Vec<&str> {
    rows.iter().map(|row| row.decision_reasoning.as_deref().unwrap_or("-")).collect()
}

#[test]
fn a_decision_follows_its_row_to_another_place_and_others_changes_stay() {
    let read = rows(&["a", "b", "c"]);
    let mut now = rows(&["new", "c", "b"]);
    now[1].extra.insert("note".into(), 1.into());
    let merged = merge(&mut now, &read, &[yes(0, "to a"), yes(1, "to b"), yes(2, "to c")], &judge());
    assert_eq!(merged, Merged { gone: 1, taken: 0 });
    assert_eq!(reasons(&now), ["-", "to c", "to b"]);
    assert_eq!(now[1].extra["note"], 1);
}

#[test]
fn equal_rows_take_one_decision_each() {
    let read = rows(&["b", "a", "a", "a"]);
    let mut now = rows(&["a", "a", "a"]);
    let merged = merge(&mut now, &read, &[yes(1, "1"), yes(2, "2"), yes(3, "3")], &judge());
    assert_eq!(merged, Merged::default());
    let mut taken = reasons(&now);
    taken.sort_unstable();
    assert_eq!(taken, ["1", "2", "3"]);
}

#[test]
fn merging_twice_is_merging_once_also_where_decisions_are_replaced() {
    let mut read = rows(&["a", "a", "b"]);
    for row in &mut read {
        row.apply(&Outcome::Decided { decision: false, reasoning: "old".into(), score: None }, &judge());
    }
    let mut now = vec![read[0].clone(), read[2].clone(), read[1].clone()];
    let outcomes = [yes(0, "1"), yes(1, "2"), yes(2, "3")];
    assert_eq!(merge(&mut now, &read, &outcomes, &judge()), Merged::default());
    assert_eq!(reasons(&now), ["1", "3", "2"]);
    let once = now.clone();
    assert_eq!(merge(&mut now, &read, &outcomes, &judge()), Merged::default());
    assert_eq!(now, once);
}

#[test]
fn what_someone_else_decided_meanwhile_is_kept_and_counted() {
    let read = rows(&["a", "b"]);
    let mut now = read.clone();
    now[0].apply(&Outcome::Decided { decision: false, reasoning: "theirs".into(), score: None }, &judge());
    let merged = merge(&mut now, &read, &[yes(0, "ours"), yes(1, "ours")], &judge());
    assert_eq!((merged, reasons(&now)), (Merged { gone: 0, taken: 1 }, vec!["theirs", "ours"]));
}

#[test]
fn a_failure_is_noted_without_a_decision_and_a_success_removes_it() {
    let read = rows(&["a"]);
    let mut now = read.clone();
    merge(&mut now, &read, &[(0, Outcome::Failed("cut off".into()))], &judge());
    assert!(!now[0].is_decided() && now[0].rejoinder.as_ref().unwrap().failure.as_deref() == Some("cut off"));
    let failed = now.clone();
    let market = Judge { simulated: true, ..judge() };
    merge(&mut now, &failed, &[yes(0, "fine")], &market);
    let mark = now[0].rejoinder.as_ref().unwrap();
    assert_eq!((now[0].decision, &mark.failure, mark.simulated), (Some(true), &None, true));
    // A later failure takes nothing away: neither the decision nor who made it.
    let decided = now.clone();
    let other = Judge { fingerprint: "g".into(), ..judge() };
    merge(&mut now, &decided, &[(0, Outcome::Failed("refused".into()))], &other);
    let mark = now[0].rejoinder.as_ref().unwrap();
    assert_eq!((now[0].decision, mark.fingerprint.as_deref(), mark.simulated), (Some(true), Some("f"), true));
    assert_eq!(mark.failure.as_deref(), Some("refused"));
}

#[test]
fn a_message_of_the_market_stays_simulated_whoever_decides() {
    let market = Writer { model: "market".into(), fingerprint: None, simulated: true, extra: Map::new() };
    let read = vec![Row::new("Ann", "a", "p").written_by(market), Row::new("Ann", "b", "p")];
    let mut now = read.clone();
    merge(&mut now, &read, &[yes(0, "r"), yes(1, "r")], &judge());
    let simulated: Vec<bool> = now.iter().map(|row| row.rejoinder.as_ref().unwrap().simulated).collect();
    assert_eq!(simulated, [true, false]);
}
