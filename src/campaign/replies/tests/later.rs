//! What comes as several events, and on several days.

use super::*;

fn event(name: &str, kind: &str, minute: u32) -> serde_json::Value {
    serde_json::json!({"event_type": kind, "lead_email": format!("{name}@x.example"), "step": 1,
        "timestamp": format!("2026-11-03T08:{minute:02}:00Z")})
}

#[test]
fn an_answer_that_is_said_later_to_be_a_machines_is_no_reply() {
    let (_root, folder, file) = place(&["ana", "ben", "cleo", "dora"]);
    let rows = [
        event("ana", "reply_received", 1),
        event("ana", "lead_out_of_office", 2),
        event("ben", "lead_out_of_office", 2),
        event("ben", "reply_received", 9),
        event("cleo", "reply_received", 1),
        event("cleo", "lead_out_of_office", 2),
        event("cleo", "lead_interested", 3),
        event("dora", "reply_received", 1),
        event("dora", "email_bounced", 2),
    ];
    bring(&folder, &file, Tool::Instantly, &rows);
    let outcomes = known(&folder);
    let is_replied = |name: &str| of(&outcomes, name).is_replied();
    assert!(!is_replied("ana") && of(&outcomes, "ana").out_of_office);
    assert!(is_replied("ben"), "who was away answered later");
    assert!(is_replied("cleo") && of(&outcomes, "cleo").positive == Some(true), "somebody has judged it since");
    assert!(!is_replied("dora") && of(&outcomes, "dora").bounced, "the answer is the mail server's");
    let activity = |kind: &str| serde_json::json!({"type": kind, "leadEmail": "ana@x.example", "sequenceStep": 0});
    let (_root, folder, file) = place(&["ana"]);
    bring(&folder, &file, Tool::Lemlist, &[activity("emailsSent"), activity("emailsReplied"), activity("outOfOffice")]);
    assert!(!of(&known(&folder), "ana").is_replied());
}

#[test]
fn who_replied_before_a_later_step_bounced_has_replied() {
    let (_root, folder, file) = place(&["ana"]);
    let row = |step: u32, day: u32, bounced: bool| {
        serde_json::json!({"lead_email": "ana@x.example", "sequence_number": step, "is_bounced": bounced,
            "sent_time": format!("2026-11-{day:02}T08:00:00Z"), "reply_time": "2026-11-03T08:00:00Z"})
    };
    bring(&folder, &file, Tool::Smartlead, &[row(1, 2, false), row(2, 5, true)]);
    assert!(of(&known(&folder), "ana").is_replied());
}

#[test]
fn a_category_of_a_later_export_takes_a_reply_away_for_good() {
    let (_root, folder, file) = place(&["ana"]);
    let row = |category: &str| {
        [serde_json::json!({"lead_email": "ana@x.example", "lead_category": category, "sequence_number": 1,
            "sent_time": "2026-11-02T08:00:00Z", "reply_time": "2026-11-02T08:01:00Z"})]
    };
    bring(&folder, &file, Tool::Smartlead, &row(""));
    assert!(of(&known(&folder), "ana").is_replied());
    for category in ["Out Of Office", ""] {
        bring(&folder, &file, Tool::Smartlead, &row(category));
        let outcome = known(&folder).remove(0);
        assert!(!outcome.is_replied() && outcome.out_of_office, "{category:?}");
    }
}

#[test]
fn events_about_people_who_were_written_to_by_an_earlier_export_count() {
    let (_root, folder, file) = place(&["ana", "ben", "cleo", "dora"]);
    let sent = ["ana", "ben", "cleo"].map(|name| event(name, "email_sent", 0));
    bring(&folder, &file, Tool::Instantly, &[&sent[..], &[event("ana", "reply_received", 5)]].concat());
    let rows = [
        event("ana", "lead_interested", 10),
        event("ben", "lead_unsubscribed", 10),
        event("cleo", "auto_reply_received", 10),
        event("dora", "lead_unsubscribed", 10),
    ];
    let imported = bring(&folder, &file, Tool::Instantly, &rows);
    assert_eq!((imported.matched.sent, imported.matched.unsubscribed, imported.unmatched.len()), (3, 1, 1));
    assert_eq!((imported.matched.replied, imported.matched.positive), (0, 0));
    let counts = imported.known;
    assert_eq!((counts.sent, counts.replied, counts.positive, counts.unsubscribed), (3, 1, 1, 1));
    // What rests on an import alone goes with it.
    super::super::undo(&folder, file.stem(), 1).unwrap().unwrap();
    let left = known(&folder);
    assert!(left.iter().all(|outcome| !outcome.sent.is_empty() && outcome.positive.is_none()), "{left:?}");
}

#[test]
fn whoever_got_a_step_got_those_before_it() {
    let (_root, folder, file) = place(&["ana", "ben"]);
    let row = |name: &str, replies: u32, step: Option<u32>| {
        serde_json::json!({"email": format!("{name}@x.example"), "status": 3, "email_reply_count": replies,
            "email_replied_step": step, "timestamp_last_contact": "2026-11-05T08:00:00Z"})
    };
    bring(&folder, &file, Tool::Instantly, &[row("ana", 1, Some(2)), row("ben", 0, None)]);
    let outcomes = known(&folder);
    let steps = |name: &str| of(&outcomes, name).sent.iter().map(|sent| sent.step).collect::<Vec<_>>();
    assert_eq!((steps("ana"), steps("ben")), (vec![1, 2], vec![1]));
    assert_eq!(of(&outcomes, "ana").sent[0].at, None, "the time is that of the last");
}
