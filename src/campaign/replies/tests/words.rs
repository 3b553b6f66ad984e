//! Words in place of numbers, columns of any name, and hostile files.

use super::*;

#[test]
fn states_and_categories_are_read_by_their_words_whichever_tool_wrote_them() {
    let words = [
        ("Interested", Some(true)),
        ("Meeting Booked", Some(true)),
        ("Wrong person", Some(false)),
        ("Lost", Some(false)),
    ];
    for tool in [Tool::Smartlead, Tool::Instantly, Tool::Lemlist, Tool::Apollo, Tool::Csv] {
        let column = if tool == Tool::Instantly { "Interest Status" } else { "Category" };
        for (word, positive) in words {
            let (_root, folder, file) = place(&["ana"]);
            let row = serde_json::json!({"email": "ana@x.example", column: word, "reply_count": 1, "Replied": "yes",
                "last_email_sequence_sent": 1, "type": "emailsReplied", "sequenceStep": 0});
            bring(&folder, &file, tool, &[row]);
            let outcome = known(&folder).remove(0);
            assert_eq!((outcome.is_replied(), outcome.positive), (true, positive), "{tool}: {word}");
        }
    }
}

#[test]
fn words_of_instantly_say_who_was_written_to_and_what_is_not_understood_is_counted() {
    let (_root, folder, file) = place(&["ana", "ben", "cleo", "dora", "emil"]);
    let row =
        |name: &str, status: &str| serde_json::json!({"Email": format!("{name}@x.example"), "Lead Status": status});
    let rows = [
        row("ana", "Bounced"),
        row("ben", "Unsubscribed"),
        row("cleo", "Completed"),
        row("dora", "Zu prüfen"),
        row("emil", "Zu prüfen"),
    ];
    let imported = bring(&folder, &file, Tool::Instantly, &rows);
    assert_eq!(imported.unknown, [(("Lead Status".to_owned(), "Zu prüfen".to_owned()), 2)].into());
    let outcomes = known(&folder);
    assert!(of(&outcomes, "ana").bounced && of(&outcomes, "cleo").is_delivered());
    assert!(!outcomes.iter().any(|outcome| outcome.email.starts_with("dora")), "what is not understood says nothing");
    assert!(Suppression::load(&folder).unwrap().reason(AddressKey::of("ben@x.example")).is_some());
    let events = [
        serde_json::json!({"lead_email": "ana@x.example", "event_type": "email_opened"}),
        serde_json::json!({"lead_email": "ana@x.example", "event_type": "lead_moved"}),
        serde_json::json!({"lead_email": "ana@x.example", "lt_interest_status": -4, "status": 3}),
        serde_json::json!({"lead_email": "ana@x.example", "lt_interest_status": 9}),
    ];
    let unknown = export(Tool::Instantly, &events).unknown;
    let texts: Vec<&str> = unknown.keys().map(|(_, text)| text.as_str()).collect();
    assert_eq!(texts, ["lead_moved", "9"]);
}

#[test]
fn steps_of_lemlist_count_from_0_also_where_the_first_is_not_in_the_export() {
    let (_root, folder, file) = place(&["ana", "ben"]);
    let activity = |kind: &str| serde_json::json!({"type": kind, "leadEmail": "ana@x.example", "sequenceStep": 1});
    bring(&folder, &file, Tool::Lemlist, &[activity("emailsSent"), activity("emailsReplied")]);
    let outcome = known(&folder).remove(0);
    assert_eq!((outcome.sent[0].step, outcome.reply.unwrap().step), (2, Some(2)));
    // The others count from 1, unless a 0 says otherwise.
    let event = |step: u32| serde_json::json!({"event_type": "email_sent", "lead_email": "ben@x.example", "step": step, "timestamp": "2026-11-02"});
    bring(&folder, &file, Tool::Instantly, &[event(2)]);
    assert_eq!(of(&known(&folder), "ben").sent[0].step, 2);
}

fn read_file(bytes: &[u8], map: &[&str]) -> Result<Export, String> {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("replies.csv");
    #[allow(clippy::disallowed_methods, reason = "a test lays out files that are not the program's")]
    std::fs::write(&path, bytes).unwrap();
    let map: Vec<columns::Mapped> = map.iter().map(|text| text.parse().unwrap()).collect();
    let mut export = Export::default();
    rows::read(&path, &map, &mut |row| export.add(Tool::Csv, &row))
        .map_err(|error| error.to_string().replace(&root.path().display().to_string(), ""))?;
    Ok(export)
}

#[test]
fn addresses_are_found_by_the_words_that_lists_of_leads_know_and_any_field_can_be_mapped() {
    for header in ["Correo", "E-Mail-Adresse", "メールアドレス", "Courriel"] {
        let export = read_file(format!("{header};Replied\nana@x.example;yes\n").as_bytes(), &[]).unwrap();
        assert_eq!((export.without_address, export.addresses.len()), (0, 1), "{header}");
    }
    let table =
        "Kontakt;Antwort;Am;Gut;Weg;Replied\nana@x.example;Nein danke;2026-11-03;nein;;\nben@x.example;;;;ja;yes\n";
    let map = [
        "email=Kontakt",
        "reply_text=Antwort",
        "reply_at=Am",
        "positive=Gut",
        "unsubscribed=Weg",
        "replied=\"Antwort\"",
    ];
    let export = read_file(table.as_bytes(), &map[..5]).unwrap();
    let ana = export.addresses["ana@x.example"].outcome(&|_, _| 1);
    let reply = ana.reply.unwrap();
    assert_eq!((reply.text.as_deref(), reply.at.as_deref()), (Some("Nein danke"), Some("2026-11-03")));
    assert_eq!(ana.positive, Some(false));
    assert!(export.addresses["ben@x.example"].outcome(&|_, _| 1).unsubscribed);
    // What a person names goes before a column of the name.
    let export = read_file(table.as_bytes(), &[map[0], map[5]]).unwrap();
    let is_replied = |name: &str| export.addresses[name].outcome(&|_, _| 1).is_replied();
    assert!(is_replied("ana@x.example") && !is_replied("ben@x.example"));
    let error = read_file(table.as_bytes(), &["email=Kontakt", "step=Schritt"]).unwrap_err();
    assert!(error.contains("--map step=\"Schritt\": no row has anything in a column of this name"), "{error}");
    assert!("reply=x".parse::<columns::Mapped>().unwrap_err().contains("reply_text"));
}

#[test]
fn hostile_files_are_read_right_or_refused_in_one_clear_line() {
    let utf16: Vec<u8> =
        "\u{feff}email\tReplied\nana@x.example\tyes\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let long = format!("email,reply_text,Replied\nana@x.example,\"{}\",yes\n", "We have a vendor. ".repeat(60_000));
    let mut mixed = "email;reply_text;Replied\nana@x.example;Zoë;yes\n".as_bytes().to_vec();
    mixed.extend_from_slice(b"ben@x.example;K\xf6ln;yes\n");
    let files: Vec<(&str, Vec<u8>, Result<usize, &str>)> = vec![
        ("another delimiter", b"email|Replied\nana@x.example|yes\n".to_vec(), Ok(1)),
        ("UTF-16", utf16, Ok(1)),
        ("two encodings", mixed, Ok(2)),
        (
            "formulas",
            b"email,reply_text,Replied\nana@x.example,=HYPERLINK(1),yes\n\"=\"\"ben@x.example\"\"\",,yes\n".to_vec(),
            Ok(2),
        ),
        ("a cell of a megabyte", long.into_bytes(), Ok(1)),
        (
            "two headers of one name",
            b"email,Replied,email,Replied\nana@x.example,yes,,\n,,ben@x.example,yes\n".to_vec(),
            Ok(2),
        ),
        ("a mark in the middle", "email,Replied\n\u{feff}ana@x.example,yes\n".as_bytes().to_vec(), Ok(1)),
        (
            "a quotation mark that is not closed",
            b"email,Replied\n\"ana@x.example,yes\nben@x.example,yes\n".to_vec(),
            Err("never closed"),
        ),
        ("an empty file", Vec::new(), Err("the file is empty")),
        ("white space alone", b"\n \n".to_vec(), Err("the file is empty")),
        ("a header alone", b"email,Replied\n".to_vec(), Err("there is no row in it")),
        (
            "a page",
            b"<!DOCTYPE html>\n<html><body><p>Log in, please</p></body></html>\n".to_vec(),
            Err("a web page, not an export"),
        ),
        ("a workbook", b"PK\x03\x04rest".to_vec(), Err("a spreadsheet")),
        ("JSON that is cut off", b"[{\"email\": \"ana@x.example\", \"repl".to_vec(), Err("looks cut off")),
    ];
    for (what, bytes, expected) in files {
        match (read_file(&bytes, &[]), expected) {
            (Ok(export), Ok(people)) => {
                assert_eq!(export.addresses.len(), people, "{what}");
                assert!(export.addresses.values().all(|said| said.outcome(&|_, _| 1).is_replied()), "{what}");
            }
            (Err(error), Err(words)) => {
                assert!(error.contains(words) && error.lines().count() == 1 && error.len() < 400, "{what}: {error}");
            }
            (read, _) => panic!("{what}: {:?}", read.map(|export| export.addresses.len())),
        }
    }
}
