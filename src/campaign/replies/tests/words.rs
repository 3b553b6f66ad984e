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
    assert!(Suppression::load(&folder).unwrap().reason(AddressKey::from_address("ben@x.example")).is_some());
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
    assert_eq!((outcome.sent.last().unwrap().step, outcome.reply.unwrap().step), (2, Some(2)));
    // The others count from 1, unless a 0 says otherwise.
    let event = |step: u32| serde_json::json!({"event_type": "email_sent", "lead_email": "ben@x.example", "step": step, "timestamp": "2026-11-02"});
    bring(&folder, &file, Tool::Instantly, &[event(2)]);
    assert_eq!(of(&known(&folder), "ben").sent.last().unwrap().step, 2);
}

fn read_file(bytes: &[u8], map: &[&str]) -> Result<Export, String> {
    let map: Vec<columns::Mapped> = map.iter().map(|text| text.parse().unwrap()).collect();
    read_as(Tool::Csv, bytes, &map)
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
    assert!(
        error.contains("--map step=\"Schritt\": there is no such column; the columns are Kontakt, Antwort, Am"),
        "{error}"
    );
    assert!("reply=x".parse::<columns::Mapped>().unwrap_err().contains("reply_text"));
}

#[test]
fn a_column_may_be_empty_and_may_be_several_fields() {
    let people = |text: &str, map: &[&str]| read_file(text.as_bytes(), map).unwrap();
    for text in [
        "Email;Antwort;Weg\nana@x.example;Wer sind Sie?;\nben@x.example;;\n",
        r#"[{"email": "ana@x.example", "Antwort": "Wer sind Sie?", "Weg": null}, {"email": "ben@x.example"}]"#,
    ] {
        let map = ["unsubscribed=weg", "replied=Antwort", "reply_text=Antwort"];
        let mut both = [map[0], map[2], map[1]];
        for map in [map, both] {
            let export = people(text, &map);
            let outcome = |name: &str| export.addresses[name].outcome(&|_, _| 1);
            assert_eq!(outcome("ana@x.example").reply.unwrap().text.as_deref(), Some("Wer sind Sie?"), "{map:?}");
            assert!(!outcome("ben@x.example").is_replied() && !outcome("ben@x.example").unsubscribed, "{text}");
        }
        both[0] = "bounced=Zurück";
        assert!(read_file(text.as_bytes(), &both).unwrap_err().contains("there is no such column"), "{text}");
    }
    // A column that is mapped may have the name of another field.
    let export = people("Email,Replied,Text\nana@x.example,Who are you?,no\n", &["reply_text=Replied", "replied=Text"]);
    let reply = export.addresses["ana@x.example"].outcome(&|_, _| 1).reply.unwrap();
    assert_eq!(reply.text.as_deref(), Some("Who are you?"));
}

#[test]
fn a_column_called_reply_holds_a_text_or_a_yes() {
    let reply = |header: &str, cell: &str, map: &[&str]| {
        let export = read_file(format!("Email;{header}\nana@x.example;{cell}\n").as_bytes(), map).unwrap();
        export.addresses["ana@x.example"].outcome(&|_, _| 1).reply.map(|reply| reply.text)
    };
    for header in ["Reply", "Answer"] {
        for yes in ["yes", "Yes", "1", "TRUE", "ja", "x"] {
            assert_eq!(reply(header, yes, &[]), Some(None), "{yes}");
        }
        for no in ["no", "0", "false", "nein", ""] {
            assert_eq!(reply(header, no, &[]), None, "{no}");
        }
        for text in ["No.", "Yes!", "No thanks", "Who are you?"] {
            assert_eq!(reply(header, text, &[]), Some(Some(text.to_owned())), "{text}");
        }
    }
    // Where a name or a person says that it is a text, it is one.
    assert_eq!(reply("Reply text", "No", &[]), Some(Some("No".to_owned())));
    assert_eq!(reply("Reply", "No", &["reply_text=Reply"]), Some(Some("No".to_owned())));
}

#[test]
fn a_column_called_reply_is_one_thing_throughout_a_file() {
    let replies = |cells: &[&str]| {
        let names = ["ana", "ben", "cleo", "dora", "emil"];
        let rows: String = names.iter().zip(cells).map(|(name, cell)| format!("{name}@x.example;{cell}\n")).collect();
        let export = read_file(format!("Email;Reply\n{rows}").as_bytes(), &[]).unwrap();
        let reply = |name: &&str| {
            let said = export.addresses.get(&format!("{name}@x.example"))?;
            said.outcome(&|_, _| 1).reply.map(|reply| reply.text)
        };
        let mixed = export.mixed_columns();
        let unknown: Vec<String> = export.unknown.keys().map(|(_, text)| text.clone()).collect();
        (names.iter().take(cells.len()).map(reply).collect::<Vec<_>>(), mixed, unknown)
    };
    let text = |text: &str| Some(Some(text.to_owned()));
    // A no among texts is what somebody wrote.
    let (read, mixed, _) = replies(&["Who are you?", "No", "", "Stop please", "yes"]);
    assert_eq!(read, [text("Who are you?"), text("No"), None, text("Stop please"), text("yes")]);
    assert_eq!((mixed.len(), mixed[0].texts, mixed[0].flags, mixed[0].holds_texts()), (1, 2, 2, true));
    // A note among answers makes no texts of them, and a word that nobody knows is listed.
    let (read, mixed, unknown) = replies(&["no", "yes", "yes, she wants a call", "no", "pending"]);
    assert_eq!(read, [None, Some(None), text("yes, she wants a call"), None, None]);
    assert_eq!(
        (mixed[0].texts, mixed[0].flags, mixed[0].holds_texts(), unknown),
        (2, 3, false, vec!["pending".to_owned()])
    );
    // Nothing to decide.
    assert!(replies(&["no", "yes", "1"]).1.is_empty() && replies(&["Stop", "Why?"]).1.is_empty());
}

#[test]
fn times_are_compared_as_moments_in_the_order_that_the_file_shows() {
    let bring_table = |rows: &str| {
        let (_root, folder, file) = place(&["ana", "ben"]);
        let table = format!("email;step;sent_at;reply_at;reply_text\n{rows}");
        let imported =
            import(&folder, &file, read_file(table.as_bytes(), &[]).unwrap(), "2026-11-30T02:00:00").unwrap();
        (known(&folder), imported.unread_time)
    };
    let ana = |day: &str, later: &str, reply: &str| {
        format!("ana@x.example;1;{day};;\nana@x.example;2;{later};;\nana@x.example;2;{later};{reply};Hm\n")
    };
    // As texts the reply would come before both, and the second step before the first.
    for (rows, sent) in [
        (ana("28.03.2026", "03.04.2026 08:00", "05.04.2026"), ["2026-03-28", "2026-04-03T08:00:00"]),
        (ana("3/28/2026", "04/03/2026 8:00 AM", "4/5/2026"), ["2026-03-28", "2026-04-03T08:00:00"]),
        (ana("2026-03-28", "Apr 3, 2026", "2026-04-05"), ["2026-03-28", "Apr 3, 2026"]),
        (
            ana("2026-04-03T09:30:00+02:00", "2026-04-03T08:00:00Z", "2026-04-03T07:45:00Z"),
            ["2026-04-03T09:30:00+02:00", "2026-04-03T08:00:00Z"],
        ),
    ] {
        let (outcomes, unread) = bring_table(&rows);
        let outcome = of(&outcomes, "ana");
        assert_eq!(outcome.sent.iter().map(|sent| sent.at.as_deref().unwrap()).collect::<Vec<_>>(), sent);
        let step = if sent[0].contains('+') { 1 } else { 2 };
        assert_eq!((outcome.reply.as_ref().unwrap().step, unread), (Some(step), None), "{rows}");
    }
    // Nothing shows which of both it is: the reply counts, and nobody knows when it came.
    let (outcomes, unread) = bring_table("ben@x.example;1;03/04/2026;05/04/2026;Hm\n");
    let outcome = of(&outcomes, "ben");
    let reply = outcome.reply.as_ref().unwrap();
    assert_eq!((&outcome.sent[0].at, &reply.at, reply.text.as_deref()), (&None, &None, Some("Hm")));
    assert_eq!(unread.as_deref(), Some("03/04/2026"));
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

#[test]
fn a_word_that_nobody_knows_in_a_column_of_answers_is_no_reply_and_is_listed() {
    let export =
        read_file("email,replied,positive\nana@x.example,нет,\nben@x.example,yes,vielleicht\n".as_bytes(), &[]);
    let export = export.unwrap();
    let unknown: Vec<(&str, &str)> =
        export.unknown.keys().map(|(header, text)| (header.as_str(), text.as_str())).collect();
    assert_eq!(unknown, [("positive", "vielleicht"), ("replied", "нет")]);
}

#[test]
fn the_export_of_another_tool_is_refused_with_its_name() {
    let lemlist = br#"[{"type": "emailsReplied", "leadEmail": "ana@x.example", "sequenceStep": 0}]"#;
    let leads = b"email,lt_interest_status,email_reply_count\nana@x.example,1,1\n";
    let payload = br#"{"body": {"event_type": "reply_received", "lead_email": "ana@x.example", "is_first": true}}"#;
    let sends = b"lead_email,sequence_number,email_message,sent_time\nana@x.example,1,Hi,2026-11-02\n";
    let cases: [(&[u8], Tool, &[Tool]); 4] = [
        (lemlist, Tool::Lemlist, &[Tool::Csv, Tool::Instantly, Tool::Apollo]),
        (leads, Tool::Instantly, &[Tool::Csv, Tool::Smartlead]),
        (payload, Tool::Instantly, &[Tool::Csv, Tool::Smartlead]),
        (sends, Tool::Smartlead, &[Tool::Lemlist, Tool::Instantly]),
    ];
    for (bytes, whose, others) in cases {
        assert!(read_as(whose, bytes, &[]).is_ok(), "{whose}");
        for other in others {
            let error = read_as(*other, bytes, &[]).unwrap_err();
            assert!(error.contains(&format!("use --from {whose}")) && !error.contains('\n'), "{other}: {error}");
        }
    }
    assert!(read_file(leads, &["replied=email_reply_count"]).is_ok(), "somebody who names columns knows them");
    let event = br#"{"event_type": "EMAIL_REPLY", "lead_email": "ana@x.example", "sequence_number": 1}"#;
    assert!(read_as(Tool::Smartlead, event, &[]).is_ok());
}

#[test]
fn words_for_a_reply_and_for_none_decide_in_a_column_of_who_has_replied() {
    let text = "email,sent,replied,bounced\na@x.example,yes,Replied,Not bounced\nb@x.example,yes,Not replied,Bounced\n\
                c@x.example,yes,noch nicht,vielleicht\nd@x.example,yes,No Reply Yet,\ne@x.example,yes,✓,\n";
    let export = read_file(text.as_bytes(), &[]).unwrap();
    let outcome = |name: &str| export.addresses[&format!("{name}@x.example")].outcome(&|_, _| 1);
    let replied = ["a", "b", "c", "d", "e"].map(|name| outcome(name).is_replied());
    assert_eq!(replied, [true, false, false, false, true]);
    assert_eq!(["a", "b", "c"].map(|name| outcome(name).bounced), [false, true, false]);
    let unknown: Vec<&str> = export.unknown.keys().map(|(_, text)| text.as_str()).collect();
    assert_eq!(unknown, ["vielleicht", "noch nicht"]);
}

#[test]
fn what_says_again_and_again_that_nobody_replied_is_no_reply_in_any_language() {
    let replied = |cells: &[&str]| {
        let rows: String = cells.iter().enumerate().map(|(row, cell)| format!("p{row}@x.example;{cell}\n")).collect();
        let export = read_file(format!("email;replied\n{rows}").as_bytes(), &[]).unwrap();
        let is_replied = |said: &gather::Gathered| said.outcome(&|_, _| 1).is_replied();
        (export.addresses.values().map(is_replied).collect::<Vec<_>>(), export.unknown.len())
    };
    for silent in ["noch nicht", "pas encore", "todavía no"] {
        assert_eq!(replied(&[silent, silent, silent, "yes"]), (vec![false, false, false, true], 1), "{silent}");
        assert_eq!(replied(&[silent, "yes"]), (vec![false, true], 1), "{silent}");
    }
    let texts = ["Who are you?", "no", "Tell me more"];
    assert_eq!(replied(&texts), (vec![true, false, true], 0));
}
