//! Who may not be written to, by what exports say.

use super::*;

#[test]
fn states_and_flags_bar_in_the_wordings_of_tools_and_languages() {
    for (header, value) in [
        ("Status", "Opt-out"),
        ("Status", "Abgemeldet"),
        ("Status", "No contactar"),
        ("Email Status", "Hard bounce"),
        ("Email Marketing Status", "Unsubscribed"),
        ("Category", "Ne pas contacter"),
        ("UNSUB_TIME", "2026-01-02"),
        ("Is Email Bounced", "TRUE"),
        ("Email Opt In", "No"),
        ("Niet contacteren", "ja"),
        ("配信停止", "はい"),
    ] {
        let text = format!("Email,{header}\nann@a.example,{value}\nbob@b.example,\n");
        let (leads, report) = imported(text.as_bytes()).unwrap();
        let blocked: Vec<bool> = leads.iter().map(|lead| lead.blocked.is_some()).collect();
        assert_eq!((blocked, report.markers), (vec![true, false], vec![header.to_owned()]), "{header}: {value}");
        assert!(report.unknown.is_empty(), "{header}: {value}");
    }
}

#[test]
fn a_state_that_nobody_knows_is_reported_with_its_rows() {
    let text = "Email,Status,Unsubscribed\na@a.example,Zu prüfen,\nb@b.example,Zu prüfen,yes\nc@c.example,Aktiv,\n\
                d@d.example,Active,\ne@e.example,Zu prüfen,no\n";
    let (_, report) = imported(text.as_bytes()).unwrap();
    let said = |value: &str, rows| ("Status".to_owned(), value.to_owned(), rows);
    assert_eq!(report.unknown, [said("Zu prüfen", 2), said("Aktiv", 1)], "but of who is kept apart anyway");
    assert_eq!(report.writable(), 4);
}

#[test]
fn numbers_of_instantlys_leads_say_who_bounced_and_who_unsubscribed() {
    let text = b"email,status,lt_interest_status,email_reply_count\nann@a.example,-1,,0\nbo@b.example,-2,,0\n\
                 cy@c.example,1,-1,1\ndi@d.example,9,,0\n";
    let (leads, report) = imported(text).unwrap();
    let blocked: Vec<Option<&str>> = leads.iter().map(|lead| lead.blocked.as_deref()).collect();
    assert_eq!(blocked, [Some("bounced"), Some("unsubscribed"), None, None]);
    assert_eq!(report.unknown, [("status".to_owned(), "9".to_owned(), 1)]);
    let plain = imported(b"email,status\nann@a.example,-1\n").unwrap().1;
    assert_eq!((plain.writable(), plain.unknown.len()), (1, 1), "a number of another tool is reported");
}

#[test]
fn a_flag_within_an_object_bars_as_the_address_beside_it_is_found() {
    let text = r#"{"results": [
        {"id": "1", "properties": {"email": "ann@a.example", "hs_email_optout": "true"}},
        {"id": "2", "properties": {"email": "bo@b.example", "hs_email_optout": "false"}},
        {"id": "3", "lead": {"email": "cy@c.example", "is_unsubscribed": true, "company": {"status": "blocked"}}}]}"#;
    let (leads, report) = imported(text.as_bytes()).unwrap();
    let blocked: Vec<Option<&str>> = leads.iter().map(|lead| lead.blocked.as_deref()).collect();
    assert_eq!(blocked, [Some("unsubscribed"), None, Some("unsubscribed")]);
    assert!(report.markers.contains(&"properties.hs_email_optout".to_owned()));
}
