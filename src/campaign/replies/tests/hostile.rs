//! What spreadsheets, saved webhooks and accidents make of each tool's own format: read as the plain file is, or refused
//! in one clear line.

use super::*;
use crate::data::moment::moment;

/// What a tool exports about Ana, who replied, Ben, whose mail bounced, and Cleo, who wants no more.
struct Plain {
    tool: Tool,
    headers: &'static [&'static str],
    rows: Vec<Vec<String>>,
}

/// Sent on 2 November at 8, replied to on the 3rd at 9:30, in UTC.
const SENT: &str = "2026-11-02T08:00:00Z";
const REPLIED: &str = "2026-11-03T09:30:00Z";

fn rows(rows: &[&[&str]]) -> Vec<Vec<String>> {
    rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect()
}

fn plain() -> Vec<Plain> {
    let smartlead = Plain {
        tool: Tool::Smartlead,
        headers: &[
            "lead_email",
            "lead_category",
            "sequence_number",
            "email_subject",
            "sent_time",
            "open_time",
            "reply_time",
            "is_unsubscribed",
            "is_bounced",
        ],
        rows: rows(&[
            &["ana@x.example", "Interested", "1", "Month end", SENT, "", REPLIED, "false", "false"],
            &["ben@x.example", "", "1", "Month end", SENT, "", "", "false", "true"],
            &["cleo@x.example", "Interested", "1", "Month end", SENT, "", "", "true", "false"],
        ]),
    };
    let instantly = Plain {
        tool: Tool::Instantly,
        headers: &[
            "email",
            "status",
            "lt_interest_status",
            "email_open_count",
            "email_reply_count",
            "email_replied_step",
            "timestamp_last_contact",
            "timestamp_last_reply",
        ],
        rows: rows(&[
            &["ana@x.example", "3", "1", "0", "1", "1", SENT, REPLIED],
            &["ben@x.example", "-1", "", "0", "0", "", SENT, ""],
            &["cleo@x.example", "-2", "", "0", "0", "", SENT, ""],
        ]),
    };
    let lemlist = Plain {
        tool: Tool::Lemlist,
        headers: &["_id", "type", "leadEmail", "sequenceStep", "text", "isFirst", "createdAt"],
        rows: rows(&[
            &["act_1", "emailsSent", "ana@x.example", "0", "", "true", SENT],
            &["act_2", "emailsReplied", "ana@x.example", "0", "Tell me more, \"please\".", "true", REPLIED],
            &["act_3", "emailsInterested", "ana@x.example", "0", "", "true", REPLIED],
            &["act_4", "emailsSent", "ben@x.example", "0", "", "true", SENT],
            &["act_5", "emailsBounced", "ben@x.example", "0", "", "true", SENT],
            &["act_6", "emailsSent", "cleo@x.example", "0", "", "true", SENT],
            &["act_7", "emailsUnsubscribed", "cleo@x.example", "0", "", "true", REPLIED],
        ]),
    };
    let apollo = Plain {
        tool: Tool::Apollo,
        headers: &[
            "First Name",
            "Company",
            "Email",
            "Email Status",
            "Do Not Call",
            "Email Sent",
            "Email Open",
            "Email Bounced",
            "Replied",
            "Demoed",
        ],
        rows: rows(&[
            &["Ana", "X, Ltd", "ana@x.example", "Verified", "false", "true", "false", "false", "true", "true"],
            &["Ben", "X, Ltd", "ben@x.example", "Verified", "false", "true", "false", "true", "false", "false"],
            &["Cleo", "X, Ltd", "cleo@x.example", "Verified", "true", "true", "false", "false", "false", "false"],
        ]),
    };
    vec![smartlead, instantly, lemlist, apollo]
}

/// Holds what a file says against what the plain one does.
fn check(tool: Tool, what: &str, bytes: &[u8]) {
    let (_root, folder, file) = place(&["ana", "ben", "cleo"]);
    let export = read_as(tool, bytes, &[]).unwrap_or_else(|error| panic!("{tool}, {what}: {error}"));
    let imported = import(&folder, &file, export, "2026-11-30T02:00:00").unwrap();
    let counts = Counts { sent: 3, replied: 1, positive: 1, bounced: 1, unsubscribed: 1, out_of_office: 0 };
    assert_eq!((imported.matched, imported.found), (counts, counts), "{tool}, {what}");
    assert_eq!((imported.unread_time, imported.unknown), (None, [].into()), "{tool}, {what}");
    let outcomes = known(&folder);
    let ana = of(&outcomes, "ana");
    let reply = ana.reply.as_ref().unwrap();
    let at = |text: Option<&str>| text.map(|text| moment(text).unwrap());
    let (sent, replied) = (at(ana.sent[0].at.as_deref()), at(reply.at.as_deref()));
    if tool == Tool::Apollo {
        assert_eq!((sent, replied), (None, None), "{what}");
    } else {
        assert_eq!((ana.sent[0].step, reply.step), (1, Some(1)), "{tool}, {what}");
        assert_eq!((sent, replied), (moment(SENT), moment(REPLIED)), "{tool}, {what}");
    }
}

/// A table of these rows.
fn table(delimiter: &str, headers: &[String], rows: &[Vec<String>]) -> String {
    let quoted = |cell: &String| format!("\"{}\"", cell.replace('"', "\"\""));
    let line = |row: &[String]| row.iter().map(quoted).collect::<Vec<_>>().join(delimiter);
    std::iter::once(line(headers)).chain(rows.iter().map(|row| line(row))).collect::<Vec<_>>().join("\r\n") + "\r\n"
}

impl Plain {
    fn headers(&self) -> Vec<String> {
        self.headers.iter().map(|header| (*header).to_owned()).collect()
    }

    fn with(&self, header: &str, cell: &str) -> (Vec<String>, Vec<Vec<String>>) {
        let mut headers = self.headers();
        headers.push(header.to_owned());
        let rows = self.rows.iter().map(|row| row.iter().cloned().chain([cell.to_owned()]).collect());
        (headers, rows.collect())
    }

    /// The rows as objects; empty cells are what `empty` makes of them.
    fn objects(&self, empty: Option<serde_json::Value>) -> Vec<serde_json::Value> {
        let object = |row: &Vec<String>| {
            let cells = self.headers.iter().zip(row).filter_map(|(header, cell)| {
                let value = match cell.as_str() {
                    "" => empty.clone()?,
                    "true" => true.into(),
                    "false" => false.into(),
                    text => text.parse::<i64>().map_or_else(|_| text.into(), serde_json::Value::from),
                };
                Some(((*header).to_owned(), value))
            });
            serde_json::Value::Object(cells.collect())
        };
        self.rows.iter().map(object).collect()
    }

    /// The same with each time in another form.
    fn in_times(&self, form: &dyn Fn(&str) -> &'static str) -> Vec<Vec<String>> {
        let cell = |cell: &String| if cell == SENT || cell == REPLIED { form(cell).to_owned() } else { cell.clone() };
        self.rows.iter().map(|row| row.iter().map(cell).collect()).collect()
    }
}

#[test]
fn a_tools_table_is_read_whatever_a_spreadsheet_has_made_of_it() {
    for plain in plain() {
        let (tool, headers) = (plain.tool, plain.headers());
        let text = table(",", &headers, &plain.rows);
        check(tool, "as it is", text.as_bytes());
        for delimiter in [";", "\t", "|"] {
            check(tool, "another delimiter", table(delimiter, &headers, &plain.rows).as_bytes());
        }
        check(tool, "the delimiter named", format!("sep=;\r\n{}", table(";", &headers, &plain.rows)).as_bytes());
        let units = || std::iter::once(0xfeff).chain(text.encode_utf16());
        check(tool, "UTF-16, low byte first", &units().flat_map(u16::to_le_bytes).collect::<Vec<u8>>());
        check(tool, "UTF-16, high byte first", &units().flat_map(u16::to_be_bytes).collect::<Vec<u8>>());
        let (longer, rows) = plain.with("Città", "Zoë");
        let mut mixed = table(",", &longer, &rows).into_bytes();
        let at = mixed.windows(5).rposition(|part| part == "Zoë\"".as_bytes()).unwrap();
        mixed.splice(at..at + 4, *b"K\xf6ln");
        check(tool, "two encodings", &mixed);
        let (longer, rows) = plain.with("Website", "=HYPERLINK(\"http://evil.example\")");
        check(tool, "formulas", table(",", &longer, &rows).as_bytes());
        let guarded = |row: &Vec<String>| {
            row.iter().map(|cell| if cell.contains('@') { format!("=\"{cell}\"") } else { cell.clone() }).collect()
        };
        let rows: Vec<Vec<String>> = plain.rows.iter().map(guarded).collect();
        check(tool, "addresses as formulas", table(",", &headers, &rows).as_bytes());
        let (longer, rows) = plain.with("custom_fields", &"{\"a\": \"b, c\"}\n".repeat(66_000));
        check(tool, "cells of a megabyte", table(",", &longer, &rows).as_bytes());
        let doubled: Vec<String> = headers.iter().chain(&headers).cloned().collect();
        let rows: Vec<Vec<String>> = plain
            .rows
            .iter()
            .map(|row| row.iter().cloned().chain(row.iter().map(|_| String::new())).collect())
            .collect();
        check(tool, "every header twice", table(",", &doubled, &rows).as_bytes());
        let preamble = format!("Campaign report\r\n\r\n\"Period:\",\"1 to 30 November, 2026\"\r\n{text}");
        check(tool, "lines before the header", preamble.as_bytes());
        let spaced = text.replace("\r\n", "\r\n\r\n").replace('"', "");
        if !spaced.contains("Ltd") && !spaced.contains("please") {
            check(tool, "blank lines and no quotation marks", spaced.as_bytes());
        }
        let reversed: Vec<String> = headers.iter().rev().cloned().collect();
        let rows: Vec<Vec<String>> = plain.rows.iter().map(|row| row.iter().rev().cloned().collect()).collect();
        check(tool, "columns the other way round", table(",", &reversed, &rows).as_bytes());
    }
}

/// A header of these words.
type Form<'f> = &'f dyn Fn(Vec<String>) -> String;

#[test]
fn a_tools_columns_are_found_however_their_names_are_written() {
    for plain in plain() {
        let words = |header: &String| -> Vec<String> {
            let mut words = vec![String::new()];
            for letter in header.trim_matches('_').chars() {
                match (letter, words.last_mut()) {
                    ('_' | ' ', _) => words.push(String::new()),
                    (letter, Some(last)) if letter.is_uppercase() && last.ends_with(char::is_lowercase) => {
                        words.push(letter.to_lowercase().collect());
                    }
                    (letter, Some(last)) => last.extend(letter.to_lowercase()),
                    (_, None) => {}
                }
            }
            words
        };
        let title = |word: &String| word[..1].to_uppercase() + &word[1..];
        let forms: [(&str, Form<'_>); 5] = [
            ("spaces", &|words| words.iter().map(title).collect::<Vec<_>>().join(" ")),
            ("capitals", &|words| words.join("_").to_uppercase()),
            ("camels", &|words| words[0].clone() + &words[1..].iter().map(title).collect::<String>()),
            ("dashes", &|words| format!(" {} ", words.join("-"))),
            ("marks", &|words| format!("\u{feff}{}", words.join(" "))),
        ];
        for (what, form) in forms {
            let headers: Vec<String> = plain.headers().iter().map(|header| form(words(header))).collect();
            check(plain.tool, what, table(",", &headers, &plain.rows).as_bytes());
        }
    }
}

#[test]
fn a_tools_rows_are_read_from_json_of_any_shape() {
    for plain in plain() {
        let tool = plain.tool;
        for empty in [None, Some(serde_json::Value::Null), Some("".into())] {
            let rows = plain.objects(empty);
            let list = serde_json::to_string(&rows).unwrap();
            let lines = |rows: &[serde_json::Value]| rows.iter().map(|row| format!("{row}\n\n")).collect::<String>();
            check(tool, "a list", list.as_bytes());
            check(tool, "lines", lines(&rows).as_bytes());
            check(tool, "a list within", format!("{{\"total\": 3, \"next\": null, \"data\": {list}}}").as_bytes());
            let utf16: Vec<u8> = format!("\u{feff}{list}").encode_utf16().flat_map(u16::to_le_bytes).collect();
            check(tool, "UTF-16", &utf16);
            let wrapped = |within: &str| -> Vec<serde_json::Value> {
                let host = serde_json::json!({"host": "hook.example", "content-type": "application/json"});
                rows.iter().map(|row| serde_json::json!({"headers": host, within: row, "query": {}})).collect()
            };
            check(tool, "saved with its request", lines(&wrapped("body")).as_bytes());
            check(tool, "a payload in a list", serde_json::to_string(&wrapped("payload")).unwrap().as_bytes());
            let noisy: Vec<serde_json::Value> = rows
                .iter()
                .map(|row| {
                    let mut row = row.clone();
                    let more =
                        serde_json::json!({"tags": ["a", null], "history": [{"note": "x"}], "meta": {"a": {"b": {}}}});
                    row.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
                    row
                })
                .collect();
            check(tool, "lists and objects beside", lines(&noisy).as_bytes());
        }
    }
}

#[test]
fn a_tools_times_are_read_in_the_forms_that_programs_write() {
    let forms: [(&str, [&str; 2]); 7] = [
        ("seconds since 1970", ["1793606400", "1793698200"]),
        ("milliseconds since 1970", ["1793606400000", "1793698200000"]),
        ("an offset", ["2026-11-02T09:00:00+01:00", "2026-11-03T10:30:00+01:00"]),
        ("a space", ["2026-11-02 08:00:00", "2026-11-03 09:30:00"]),
        ("mail", ["Mon, 02 Nov 2026 08:00:00 +0000", "Tue, 03 Nov 2026 09:30:00 +0000"]),
        ("words", ["Nov 2, 2026 8:00 AM", "Nov 3, 2026 9:30 AM"]),
        ("dots", ["02.11.2026 08:00", "03.11.2026 09:30"]),
    ];
    for plain in plain() {
        for (what, [sent, replied]) in forms {
            let rows = plain.in_times(&|cell| if cell == SENT { sent } else { replied });
            check(plain.tool, what, table(",", &plain.headers(), &rows).as_bytes());
        }
    }
}

#[test]
fn a_tools_file_that_cannot_be_read_is_refused_in_one_clear_line() {
    for plain in plain() {
        let text = table(",", &plain.headers(), &plain.rows);
        let json = serde_json::to_string(&plain.objects(None)).unwrap();
        let cut = |text: &str, at: usize| text.as_bytes()[..at].to_vec();
        let middle = text.rfind("cleo").unwrap() + 2;
        let wide = text.replacen("\"\r\n", "\",\"more\"\r\n", 3).replacen(",\"more\"", "", 1);
        let cases: Vec<(&str, Vec<u8>, &str)> = vec![
            ("a table cut within a cell", cut(&text, middle), "looks cut off"),
            ("a list cut off", cut(&json, json.len() - 9), "looks cut off"),
            ("a line cut off", cut(&json.replace("},{", "}\n{")[1..], json.len() - 20), "looks cut off"),
            ("cells without a header", wide.into_bytes(), "more cells than the header"),
            ("a header alone", text.lines().next().unwrap().as_bytes().to_vec(), "there is no row in it"),
            ("an empty list", b"[]".to_vec(), "there is no row in it"),
            ("numbers", b"[1, 2]".to_vec(), "row 1 is no object"),
            ("nothing", Vec::new(), "the file is empty"),
            ("a page", b"<!DOCTYPE html><html><body>Log in</body></html>".to_vec(), "a web page, not an export"),
            ("a workbook", b"PK\x03\x04rest".to_vec(), "a spreadsheet"),
            ("UTF-32", b"\xff\xfe\0\0a\0\0\0".to_vec(), "UTF-32"),
        ];
        for (what, bytes, part) in cases {
            let read = read_as(plain.tool, &bytes, &[]).map(|export| export.rows);
            let Err(error) = read else { panic!("{}, {what}: {read:?}", plain.tool) };
            assert!(error.contains(part) && !error.contains('\n'), "{}, {what}: {error}", plain.tool);
        }
    }
}

#[test]
fn payloads_with_missing_empty_and_nested_values_are_read() {
    let smartlead = serde_json::json!({
        "event_type": "EMAIL_REPLY", "sl_lead_email": "ana@x.example", "to_email": null, "sequence_number": 1,
        "sent_message": {"message_id": "m", "html": format!("<p>{}</p>", first("ana")), "text": null}, "history": [{"type": "SENT"}],
        "reply_message": {"text": "Who are you?", "html": null, "time": "2026-11-03T09:30:00Z"},
        "leadCorrespondence": {"targetLeadEmail": "ana@x.example", "replyReceived": "x"}, "metadata": null,
    });
    let instantly = serde_json::json!({
        "event_type": "reply_received", "lead_email": "ana@x.example", "timestamp": "2026-11-03T09:30:00Z", "step": 1,
        "email_text": null, "email_html": "", "reply_text": "Who are you?", "reply_html": null, "is_first": null,
    });
    let lemlist = serde_json::json!({
        "type": "emailsReplied", "leadEmail": "ana@x.example", "sequenceStep": 0, "text": "Who are you?",
        "createdAt": "2026-11-03T09:30:00Z", "messagePreview": null, "lead": {"tags": [], "picture": {"url": null}},
    });
    for (tool, payload) in [(Tool::Smartlead, smartlead), (Tool::Instantly, instantly), (Tool::Lemlist, lemlist)] {
        for text in [payload.to_string(), format!("[{payload}]"), serde_json::json!({"body": payload}).to_string()] {
            let (_root, folder, file) = place(&["ana"]);
            let imported = import(&folder, &file, read_as(tool, text.as_bytes(), &[]).unwrap(), "2026-11-30").unwrap();
            assert_eq!((imported.matched.sent, imported.matched.replied), (1, 1), "{tool}: {text}");
            let reply = known(&folder).remove(0).reply.unwrap();
            assert_eq!((reply.text.as_deref(), reply.step), (Some("Who are you?"), Some(1)), "{tool}: {text}");
            assert_eq!(reply.at.as_deref(), Some("2026-11-03T09:30:00Z"), "{tool}: {text}");
        }
    }
}

#[test]
fn an_export_that_is_said_to_be_another_tools_is_refused_in_one_line() {
    let table = |headers: &str, row: &str| format!("{headers}\n{row}\n").into_bytes();
    let statistics = plain().remove(0).headers.join(",").replace("email_subject", "email_message");
    let statistics = table(&statistics, "ana@x.example,,1,Hi,2026-11-02,,2026-11-03,false,true");
    let leads = plain().remove(1).headers.join(",");
    let leads = table(&leads, "ana@x.example,-1,1,0,1,1,2026-11-02,2026-11-03");
    let lemlist = plain().remove(2).headers.join(",");
    let lemlist = table(&lemlist, "act_1,emailsSent,ana@x.example,0,,true,2026-11-02");
    let apollo = plain().remove(3).headers.join(",");
    let apollo = table(&apollo, "Ana,X,ana@x.example,Verified,false,true,true,true,true,true");
    let payload = br#"{"body":{"event_type":"reply_received","lead_email":"ana@x.example","step":1}}"#.to_vec();
    let other = br#"{"event_type":"EMAIL_REPLY","sl_lead_email":"ana@x.example","sequence_number":1}"#.to_vec();
    let table = table("email,sent,replied,bounced", "ana@x.example,yes,yes,yes");
    use Tool::{Apollo, Csv, Instantly, Lemlist, Smartlead};
    let all = [Smartlead, Instantly, Lemlist, Apollo, Csv];
    for (bytes, tools, name) in [
        (&statistics, &[Smartlead, Csv][..], "smartlead"),
        (&leads, &[Instantly], "instantly"),
        (&lemlist, &[Lemlist], "lemlist"),
        (&apollo, &[Apollo, Csv], "apollo"),
        (&payload, &[Instantly, Csv], "instantly"),
        (&other, &[Smartlead, Csv], "smartlead"),
        (&table, &[Csv], "csv"),
    ] {
        for tool in all {
            match read_as(tool, bytes, &[]) {
                Ok(_) => assert!(tools.contains(&tool), "{tool}: {}", String::from_utf8_lossy(bytes)),
                Err(error) => {
                    assert!(!tools.contains(&tool), "{tool}: {error}");
                    assert!(error.contains("use --from") && error.contains(name), "{tool}: {error}");
                    assert!(!error.contains('\n'), "{error}");
                }
            }
        }
    }
    let map = ["email=email".parse().unwrap()];
    assert!(read_as(Tool::Csv, &leads, &map).is_ok(), "whoever names columns knows them");
}
