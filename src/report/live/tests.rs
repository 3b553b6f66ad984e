use super::*;
use crate::event::{Decision, Finalist};

fn trial(persona: u32, outcome: TrialOutcome) -> Event {
    let reason = (outcome == TrialOutcome::Failed).then(|| "no answer".to_owned());
    let grounding = if outcome == TrialOutcome::Yes { Grounding::MadeUp } else { Grounding::NotChecked };
    Event::TrialEnded { persona, outcome, grounding, reason }
}

fn started(total: usize) -> Event {
    Event::BatchStarted { label: "Racing".into(), total, simulated: false }
}

fn recorded(events: &[Event]) -> Live {
    let mut live = Live::default();
    for (second, event) in events.iter().enumerate() {
        live.record(event, Duration::from_secs(second as u64));
    }
    live
}

fn look(number: usize, decision: Decision) -> Look {
    let share = |yes, low, high| Share { yes, total: 24, interval: Some((low, high)) };
    let (before, after) = (share(6, 0.12, 0.45), share(12, 0.31, 0.69));
    Look { number, of: 5, measured: false, before, after, gain: Some((0.24, 0.02, 0.46)), decision }
}

#[test]
fn a_rate_narrows_as_trials_end_and_messages_to_one_persona_are_one_cluster() {
    let mut events = vec![started(400)];
    events.extend((0..400).map(|n| trial(n, if n % 2 == 0 { TrialOutcome::Yes } else { TrialOutcome::No })));
    let batch = recorded(&events).batch.unwrap();
    assert_eq!((batch.done, batch.yes, batch.no), (400, 200, 200));
    assert!((POINTS / 2..=2 * POINTS).contains(&batch.rates.len()), "{}", batch.rates.len());
    let width = |point: &Point| point.share.interval.map(|(low, high)| high - low).unwrap();
    let (first, last) = (&batch.rates[0], batch.rates.last().unwrap());
    assert!(width(last) < width(first) / 2.0, "{} and {}", width(first), width(last));

    let mut clustered = vec![started(400)];
    clustered.extend((0..400).map(|n| trial(n % 10, if n % 10 < 5 { TrialOutcome::Yes } else { TrialOutcome::No })));
    let clustered = recorded(&clustered).batch.unwrap();
    assert!(width(clustered.rates.last().unwrap()) > 4.0 * width(last));
}

#[test]
fn failures_are_in_no_rate_and_the_latest_reasons_are_kept() {
    let mut events = vec![started(20), trial(0, TrialOutcome::Yes)];
    for n in 0..10 {
        let reason = Some(format!("reason {}", if n < 8 { n } else { n - 2 }));
        events.push(Event::TrialEnded {
            persona: 1,
            outcome: TrialOutcome::Failed,
            grounding: Grounding::NotChecked,
            reason,
        });
    }
    let live = recorded(&events);
    let batch = live.batch.as_ref().unwrap();
    assert_eq!((batch.failed, batch.yes + batch.no, live.failed), (10, 1, 10));
    assert_eq!(live.reasons.len(), REASONS);
    assert_eq!(live.reasons.last().unwrap(), &("reason 7".to_owned(), 2));
}

#[test]
fn a_new_search_forgets_the_race_of_the_one_before() {
    let explored = |rounds| Event::Explored(Exploring { rounds, ..Exploring::default() });
    let race = Event::Raced(Standings { personas: 12, over: true, ..Standings::default() });
    let concluded = Event::Concluded { words: "adopted".into(), adopted: true };
    let first = [explored(1), explored(2), race, Event::Looked(look(1, Decision::Better)), concluded];
    let live = recorded(&first);
    assert!(live.race.is_some() && live.looks.len() == 1 && live.concluded == Some(("adopted".into(), true)));
    let live = recorded(&[first.as_slice(), &[explored(1)]].concat());
    assert!(live.race.is_none() && live.looks.is_empty() && live.concluded.is_none());
}

#[test]
fn message_batches_are_told_of_while_they_are_waited_for() {
    let told = |since| Event::MessageBatches { open: 2, requests: 700, answered: 130, since };
    let live = recorded(&[told(Some(std::time::Instant::now()))]);
    assert_eq!(live.batches, Some((2, 700, 130)));
    assert_eq!(recorded(&[told(Some(std::time::Instant::now())), told(None)]).batches, None);
}

#[test]
fn a_look_that_only_measured_is_called_that() {
    assert!(look_line(&look(2, Decision::Better)).starts_with("Proof, look 2 of 5: "));
    let measured = Look { measured: true, ..look(2, Decision::Better) };
    assert!(look_line(&measured).starts_with("Proof, measured on more people: "));
}

#[test]
fn calls_a_second_are_those_of_late_without_what_the_journal_had() {
    let spent = |calls, replayed| Event::Spent(Spent { calls, replayed, ..Spent::default() });
    let mut events = vec![spent(1_000, 1_000)];
    events.extend(
        (1..=60).map(|second| spent(1_000 + if second <= 30 { second * 100 } else { 3_000 + second - 30 }, 1_000)),
    );
    let live = recorded(&events);
    assert!((live.calls_per_second - 1.0).abs() < 0.2, "{}", live.calls_per_second);
}

#[test]
fn what_is_kept_is_bounded_and_survives_the_way_to_another_process() {
    let mut events = vec![started(3)];
    events.extend((0..200).map(|n| Event::Note(format!("{n} {}", "x".repeat(2_000)))));
    let live = recorded(&events);
    assert_eq!(live.told.len(), TOLD);
    let text = serde_json::to_string(&live).unwrap();
    assert!(text.len() < 40_000, "{}", text.len());
    let read: Live = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_string(&read).unwrap(), text);
}

#[test]
fn a_race_in_lines() {
    let finalist = |name: &str, successes, trials, dropped_after, won| Finalist {
        name: name.into(),
        successes,
        trials,
        dropped_after,
        won,
    };
    let race = Standings {
        personas: 36,
        finalists: vec![
            finalist("put together, 6 new: “a small ask”", 20.0, 36, None, true),
            finalist("put together, 3 new: “a\u{1b}[31m figure”", 8.0, 24, Some(24), false),
        ],
        incumbent: (9.0, 40),
        over: true,
    };
    let exploring = Exploring { rounds: 3, trials: 90, challengers: 10, instructions: 41, expected: (0.523, 0.31) };
    let lines =
        [vec![exploring_line(&exploring)], race_lines(&race), vec![look_line(&look(2, Decision::GoOn))]].concat();
    insta::assert_snapshot!(lines.join("\n"));
}
