//! JSON, and files that cannot be imported.

use super::*;

#[test]
fn the_same_leads_come_from_json_and_json_lines() {
    for export in exports() {
        let objects: Vec<serde_json::Value> = export
            .sheet
            .rows
            .iter()
            .map(|row| {
                let cells = export.sheet.headers.iter().zip(row);
                cells
                    .map(|(header, cell)| (header.clone(), serde_json::Value::from(cell.clone())))
                    .collect::<crate::data::Map>()
                    .into()
            })
            .collect();
        let lines: String = objects.iter().map(|object| format!("{object}\r\n")).collect();
        let list = serde_json::to_string_pretty(&objects).unwrap();
        let (expected, _) = imported(&export.sheet.bytes(Form { before: export.before, ..PLAIN })).unwrap();
        for (name, text) in [
            ("lines", lines.clone()),
            ("a list", list.clone()),
            ("a list within", format!("{{\"total\": 2, \"data\": {list}}}")),
        ] {
            for encoding in [Coded::Utf8, Coded::Utf8Marked, Coded::Utf16LeMarked] {
                check(&export, name, &coded(&text, encoding));
                assert_eq!(imported(&coded(&text, encoding)).unwrap().0, expected, "{name}");
            }
        }
    }
}

#[test]
fn values_of_json_are_told_as_texts_and_nested_ones_by_both_names() {
    let text = r#"[{"email": "a@x.example", "score": 3, "ok": true, "none": null, "tags": ["b", 2], "more": {"City": "Oslo"}}]"#;
    let (leads, report) = imported(text.as_bytes()).unwrap();
    let columns = serde_json::to_string(&leads[0].columns).unwrap();
    assert_eq!(columns, r#"{"score":"3","ok":"true","tags":"b, 2","more.City":"Oslo"}"#);
    assert_eq!(report.format, "JSON");
}

#[test]
fn fields_within_objects_are_found() {
    let text =
        r#"{"id": 1, "properties": {"email": "a@x.example", "firstname": "Ada"}, "organization": {"name": "X Ltd"}}"#;
    let lead = imported(text.as_bytes()).unwrap().0.remove(0);
    assert_eq!((lead.email.as_str(), lead.first_name.as_deref()), ("a@x.example", Some("Ada")));
    assert_eq!(lead.company.as_deref(), Some("X Ltd"));
}

#[test]
fn people_by_their_ids_are_rows_of_their_own() {
    let text = r#"{"u1": {"email": "ann@a.example", "first_name": "Ann"},
        "u2": {"email": "bob@b.example", "company": "Beta", "do_not_contact": "yes", "title": "CEO"}}"#;
    let (leads, report) = imported(text.as_bytes()).unwrap();
    assert_eq!((report.rows, leads[0].email.as_str(), leads[0].title.as_deref()), (2, "ann@a.example", None));
    assert_eq!((leads[1].title.as_deref(), leads[1].blocked.as_deref()), (Some("CEO"), Some("do not contact")));
}

#[test]
fn what_cannot_be_imported_is_said_in_one_line_with_what_to_do() {
    let cases: &[(&[u8], &str)] = &[
        (b"", "the file is empty"),
        (b"PK\x03\x04....", "save or export it as CSV"),
        (
            b"Name,Firm\nAda,X\n",
            "no column is known to hold e-mail addresses; name it: --map email=\"COLUMN\"; the columns are Name, Firm",
        ),
        (b"ada@x.example,Ada\nbo@x.example,Bo\n", "add a header row"),
        (b"email,name\n", "no row below it"),
        (b"email,name\nnobody,Ada\n,Bo\n", "none of its 2 rows has an e-mail address"),
        (b"[1, 2]", "row 1 is no object"),
        (b"[{\"email\": \"a@x.example\"}", "the file looks cut off"),
        (b"{\"email\": \"a@x.example\"}\n{oops}\n", "line 2"),
        (b"[{\"email\": \"a@x.example\"}, {oops}]", "line 1, column 29"),
        (b"[{\"email\": \"a@x.example\", \"email\": \"b@x.example\"}]", "the key \"email\" appears twice"),
        (b"\xff\xfe\0\0a\0\0\0", "UTF-32"),
        (b"email,name\na@x.example,Ada,CTO, Oslo\n", "the first on line 2, and no other has an e-mail address"),
    ];
    for (bytes, part) in cases {
        let error = imported(bytes).unwrap_err();
        assert!(error.contains(part) && !error.contains('\n'), "{part}: {error}");
    }
    let headers =
        "profileUrl,fullName,firstName,lastName,companyName,title,companyId,email\nhttps://li/a,Ada X,Ada,X,X,CTO,1,\n";
    let error = imported(headers.as_bytes()).unwrap_err();
    assert!(error.contains("this is a Sales Navigator export without addresses"), "{error}");
}

#[test]
fn cells_in_marks_behind_spaces_are_read_without_them() {
    let text = "First Name, Last Name, Email, Company, Do Not Call\n\
                \"Ann\", \"Lee\", \"ann@a.example\", \"Acme, Ltd\", \"False\"\n\
                \"Bo\", \"Li\", \"bo@b.example\", \"Bolt \"\"B\"\"\", \"True\"\n";
    let (leads, report) = imported(text.as_bytes()).unwrap();
    assert_eq!((report.ragged.count, leads.len()), (0, 2));
    assert_eq!((leads[0].last_name.as_deref(), leads[0].company.as_deref()), (Some("Lee"), Some("Acme, Ltd")));
    assert_eq!((leads[0].blocked.as_deref(), leads[1].blocked.as_deref()), (None, Some("Do Not Call")));
    assert_eq!(leads[1].company.as_deref(), Some("Bolt \"B\""));
    let inches = "email, screen, name\nann@a.example, 24\" wide, Ann\nbo@b.example, \"27\" curved, Bo\n";
    assert_eq!(imported(inches.as_bytes()).unwrap().0.len(), 2, "a mark that nothing closes is a letter");
}

#[test]
fn a_header_may_begin_with_a_bracket_and_rarer_signs_may_stand_between_cells() {
    let (leads, report) = imported(b"[Email],[First Name]\nann@a.example,Ann\n").unwrap();
    assert_eq!((report.format.as_str(), leads[0].first_name.as_deref()), ("CSV with commas", Some("Ann")));
    for sign in ['^', '~'] {
        let text = "First Name^Email^contact.unsubscribed\nAnn^ann@a.example^true\n".replace('^', &sign.to_string());
        let (leads, _) = imported(text.as_bytes()).unwrap();
        assert_eq!((leads[0].first_name.as_deref(), leads[0].blocked.as_deref()), (Some("Ann"), Some("unsubscribed")));
    }
    let map = vec![(Field::Title, "B".to_owned()), (Field::Company, "B".to_owned())];
    let both = Place::new().import(b"email,B\na@a.example,CEO\n", Mode::New, &Options { map, ..Options::default() });
    let error = both.unwrap_err().to_string();
    assert!(error.contains("--map title and --map company both name the column \"B\""), "{error}");
}
