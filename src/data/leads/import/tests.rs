#![allow(clippy::disallowed_methods, reason = "a test lays out files that are not the program's")]

mod barred;
mod lists;
mod other_forms;

use std::fmt::Write as _;
use std::path::PathBuf;

use proptest::prelude::*;

use super::*;
use crate::data::leads::{LeadList, Suppression, Writable, file};
use crate::data::{DataFolder, FileName};

/// A table, not yet written.
#[derive(Clone, Debug)]
struct Sheet {
    headers: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// How it is written.
#[derive(Clone, Copy, Debug)]
struct Form {
    delimiter: char,
    encoding: Coded,
    line_end: &'static str,
    before: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Coded {
    Utf8,
    Utf8Marked,
    Windows1252,
    Utf16Le,
    Utf16LeMarked,
    Utf16Be,
    Utf16BeMarked,
}

const PLAIN: Form = Form { delimiter: ',', encoding: Coded::Utf8, line_end: "\n", before: "" };

impl Sheet {
    fn new(headers: &str, rows: &[&str]) -> Self {
        let cells = |line: &str| line.split('|').map(str::to_owned).collect::<Vec<_>>();
        let headers = headers.split(',').map(str::to_owned).collect();
        Sheet { headers, rows: rows.iter().map(|row| cells(row)).collect() }
    }

    fn text(&self, form: Form) -> String {
        let mut text = form.before.to_owned();
        for row in std::iter::once(&self.headers).chain(&self.rows) {
            let cells: Vec<String> = row
                .iter()
                .map(|cell| {
                    if cell.contains(['"', '\n', '\r', form.delimiter]) || cell.trim() != cell {
                        format!("\"{}\"", cell.replace('"', "\"\""))
                    } else {
                        cell.clone()
                    }
                })
                .collect();
            let _ = write!(text, "{}{}", cells.join(&form.delimiter.to_string()), form.line_end);
        }
        text
    }

    fn bytes(&self, form: Form) -> Vec<u8> {
        coded(&self.text(form), form.encoding)
    }
}

fn coded(text: &str, encoding: Coded) -> Vec<u8> {
    let wide = |mark: bool, order: fn(u16) -> [u8; 2]| -> Vec<u8> {
        mark.then_some(0xfeff).into_iter().chain(text.encode_utf16()).flat_map(order).collect()
    };
    match encoding {
        Coded::Utf8 => text.as_bytes().to_vec(),
        Coded::Utf8Marked => format!("\u{feff}{text}").into_bytes(),
        Coded::Windows1252 => encoding_rs::WINDOWS_1252.encode(text).0.into_owned(),
        Coded::Utf16Le => wide(false, u16::to_le_bytes),
        Coded::Utf16LeMarked => wide(true, u16::to_le_bytes),
        Coded::Utf16Be => wide(false, u16::to_be_bytes),
        Coded::Utf16BeMarked => wide(true, u16::to_be_bytes),
    }
}

struct Place {
    root: tempfile::TempDir,
    folder: DataFolder,
    list: FileName,
}

impl Place {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(root.path());
        let list = file(&folder, "spring").unwrap();
        Place { root, folder, list }
    }

    fn source(&self, bytes: &[u8]) -> PathBuf {
        let path = self.root.path().join("source.csv");
        std::fs::write(&path, bytes).unwrap();
        path
    }

    fn import(&self, bytes: &[u8], mode: Mode, options: &Options) -> Result<Report, Error> {
        import(&self.folder, &self.list, mode, &self.source(bytes), options)
    }

    fn leads(&self) -> Vec<Lead> {
        LeadList::open(&self.folder, &self.list).unwrap().map(Result::unwrap).collect()
    }
}

fn imported(bytes: &[u8]) -> Result<(Vec<Lead>, Report), String> {
    let place = Place::new();
    let report = place.import(bytes, Mode::New, &Options::default());
    report.map(|report| (place.leads(), report)).map_err(|error| {
        assert!(!place.folder.exists(&place.list), "a failed import leaves no list");
        error.to_string()
    })
}

/// An export, and what its two people are: Zoë, who may be written to, and Bo, who may not where `blocked` says why.
struct Export {
    known: KnownExport,
    sheet: Sheet,
    before: &'static str,
    blocked: Option<&'static str>,
    has_names: bool,
}

fn exports() -> Vec<Export> {
    let export = |known, headers: &str, rows: &[&str], blocked| Export {
        known,
        sheet: Sheet::new(headers, rows),
        before: "",
        blocked,
        has_names: true,
    };
    vec![
        export(
            KnownExport::Apollo,
            "First Name,Last Name,Title,Company Name,Email,Email Status,Seniority,Do Not Call,Lists,Person Linkedin \
             Url,Country",
            &[
                "Zoë|Müller|Head of IT|Köln AG|Zoe@koeln.example|Verified|Head|false|Q3|http://li/zoe|Germany",
                "Bo|Li|CTO|Bolt|bo@bolt.example|Verified|C suite|true|Q3|http://li/bo|Norway",
            ],
            Some("Do Not Call"),
        ),
        export(
            KnownExport::OlderApollo,
            "First Name,Last Name,Title,Company,Company Name for Emails,Email,Email Status,Seniority,First Phone,# \
             Employees,Industry,Person Linkedin Url,Website,Company Linkedin Url,City,State,Country,Email Sent,Email \
             Open,Email Bounced,Replied,Demoed",
            &[
                "Zoë|Müller|Head of IT|Köln AG|Köln|zoe@koeln.example|Verified|Head|'+49 \
                 221|120|shipping|http://li/zoe|http://koeln.example|http://li/koeln|Köln||Germany|true|false|false|false|false",
                "Bo|Li|CTO|Bolt|Bolt|bo@bolt.example|Verified|C \
                 suite||8|software|http://li/bo||http://li/bolt|Oslo||Norway|true|false|true|false|false",
            ],
            Some("bounced"),
        ),
        Export {
            before: "Notes:\n\"When exporting your connection data, you may notice that some of the email addresses \
                     are missing.\"\n\n",
            ..export(
                KnownExport::LinkedinConnections,
                "First Name,Last Name,URL,Email Address,Company,Position,Connected On",
                &[
                    "Zoë|Müller|https://www.linkedin.com/in/zoe|zoe@koeln.example|Köln AG|Head of IT|01 Aug 2026",
                    "Bo|Li|https://www.linkedin.com/in/bo|bo@bolt.example|Bolt|CTO|02 Aug 2026",
                    "Cy|No|https://www.linkedin.com/in/cy||Bolt|CFO|03 Aug 2026",
                ],
                None,
            )
        },
        export(
            KnownExport::SalesNavigator,
            "profileUrl,fullName,firstName,lastName,companyName,title,companyId,companyUrl,regularCompanyUrl,summary,titleDescription,industry,companyLocation,location,durationInRole,durationInCompany,email",
            &[
                "https://li/zoe|Zoë Müller|Zoë|Müller|Köln AG|Head of IT|17|https://li/s/17|https://li/17|Ships \
                 boxes||shipping|Köln|Köln, Germany|2 years|3 years|zoe@koeln.example",
                "https://li/bo|Bo Li|Bo|Li|Bolt|CTO|18|https://li/s/18|https://li/18|||software|Oslo|Oslo|1 year|1 \
                 year|bo@bolt.example",
            ],
            None,
        ),
        export(
            KnownExport::Hubspot,
            "First Name,Last Name,Email,Job Title,Company Name,Website URL,Country/Region,Phone Number,LinkedIn \
             URL,Lifecycle Stage,Unsubscribed from all email",
            &[
                "Zoë|Müller|zoe@koeln.example|Head of IT|Köln AG|koeln.example|Germany|+49 221|https://li/zoe|Lead|",
                "Bo|Li|bo@bolt.example|CTO|Bolt|bolt.example|Norway||https://li/bo|Lead|Yes",
            ],
            Some("unsubscribed"),
        ),
        export(
            KnownExport::SmartleadLeads,
            "id,campaign_lead_map_id,status,category,is_interested,created_at,first_name,last_name,email,phone_number,company_name,website,location,custom_fields,linkedin_profile,company_url,is_unsubscribed,unsubscribed_client_id_map,last_email_sequence_sent,open_count,click_count,reply_count",
            &[
                "1|11|COMPLETED|Interested|true|2026-08-01|Zoë|Müller|zoe@koeln.example|+49|Köln \
                 AG|koeln.example|Köln|{\"a\":\"b, c\"}|https://li/zoe|koeln.example|false|{}|2|0|0|1",
                "2|12|COMPLETED|Do Not \
                 Contact|false|2026-08-01|Bo|Li|bo@bolt.example||Bolt|bolt.example|Oslo|{}|https://li/bo||false|{}|1|0|0|1",
            ],
            Some("do not contact"),
        ),
        Export {
            has_names: false,
            ..export(
                KnownExport::SmartleadStatistics,
                "lead_email,lead_category,sequence_number,seq_variant_id,email_subject,email_message,sent_time,open_time,click_time,reply_time,is_unsubscribed,is_bounced",
                &[
                    "zoe@koeln.example|Interested|1|7|Hi Zoë|<p>Hello, Zoë</p>|2026-08-01|||2026-08-02|false|false",
                    "bo@bolt.example||1|7|Hi Bo|<p>Hello</p>|2026-08-01||||true|false",
                    "zoe@koeln.example|Interested|2|7|Re|<p>Müller?</p>|2026-08-04|||2026-08-02|false|false",
                ],
                Some("unsubscribed"),
            )
        },
        Export {
            has_names: false,
            ..export(
                KnownExport::Instantly,
                "timestamp,event_type,campaign_id,lead_email,step,variant,is_first,email_subject,email_text,reply_text",
                &[
                    "2026-08-01|reply_received|c|zoe@koeln.example|1|1|true|Hi Zoë|Grüße|Sure, Müller",
                    "2026-08-01|lead_unsubscribed|c|bo@bolt.example|1|1|true|Hi Bo|Hello|",
                ],
                Some("unsubscribed"),
            )
        },
        Export {
            has_names: false,
            ..export(
                KnownExport::Lemlist,
                "_id,type,leadEmail,text,messagePreview,campaignId,sequenceStep,isFirst",
                &[
                    "a|emailsReplied|zoe@koeln.example|Grüße, Zoë Müller|Grüße|c|0|true",
                    "b|emailsUnsubscribed|bo@bolt.example|||c|0|true",
                ],
                Some("unsubscribed"),
            )
        },
    ]
}

/// What has to come of an export, however it is written.
fn check(export: &Export, name: &str, bytes: &[u8]) -> Report {
    let what = format!("{} {name}", export.known);
    let (leads, report) = imported(bytes).unwrap_or_else(|error| panic!("{what}: {error}"));
    assert_eq!(report.known, Some(export.known), "{what}");
    let emails: Vec<&str> = leads.iter().map(|lead| lead.email.as_str()).collect();
    assert_eq!(emails, ["zoe@koeln.example", "bo@bolt.example"], "{what}");
    let zoe = &leads[0];
    if export.has_names {
        assert_eq!((zoe.first_name.as_deref(), zoe.last_name.as_deref()), (Some("Zoë"), Some("Müller")), "{what}");
        assert_eq!(
            (zoe.title.as_deref().is_some(), zoe.company.as_deref()),
            (!matches!(export.known, KnownExport::SmartleadLeads), Some("Köln AG")),
            "{what}"
        );
        assert!(zoe.linkedin_url.as_deref().unwrap().ends_with("/zoe"), "{what}");
    }
    assert_eq!(leads[1].blocked.as_deref(), export.blocked, "{what}");
    assert_eq!(zoe.blocked, None, "{what}");
    report
}

#[test]
fn every_known_export_is_recognised_and_read() {
    for export in exports() {
        let report = check(&export, "as it is", &export.sheet.bytes(Form { before: export.before, ..PLAIN }));
        assert_eq!(report.rows, export.sheet.rows.len() as u64);
        assert_eq!(report.writable(), 2 - u64::from(export.blocked.is_some()));
    }
}

#[test]
fn every_known_export_is_read_with_any_delimiter_encoding_and_preamble() {
    let forms = [
        ("with semicolons", Form { delimiter: ';', ..PLAIN }),
        ("with tabs", Form { delimiter: '\t', line_end: "\r\n", ..PLAIN }),
        ("with pipes", Form { delimiter: '|', ..PLAIN }),
        ("in Windows-1252", Form { encoding: Coded::Windows1252, delimiter: ';', ..PLAIN }),
        ("in UTF-16LE", Form { encoding: Coded::Utf16LeMarked, delimiter: '\t', ..PLAIN }),
        ("in UTF-16LE without a mark", Form { encoding: Coded::Utf16Le, ..PLAIN }),
        ("in UTF-16BE", Form { encoding: Coded::Utf16BeMarked, ..PLAIN }),
        ("in UTF-16BE without a mark", Form { encoding: Coded::Utf16Be, ..PLAIN }),
        ("with a mark", Form { encoding: Coded::Utf8Marked, line_end: "\r\n", ..PLAIN }),
        ("with a preamble", Form { before: "Export of contacts\n\nMade on Monday, by nobody\n\n", ..PLAIN }),
        ("with Excel's word", Form { before: "sep=;\n", delimiter: ';', ..PLAIN }),
    ];
    for export in exports() {
        for (name, form) in forms {
            let before = if form.before.is_empty() { export.before } else { form.before };
            check(&export, name, &export.sheet.bytes(Form { before, ..form }));
        }
    }
}

#[test]
fn every_known_export_is_read_with_hostile_cells() {
    for export in exports() {
        let form = Form { before: export.before, ..PLAIN };
        let with = |header: &str, cells: [&str; 2]| {
            let mut sheet = export.sheet.clone();
            sheet.headers.push(header.to_owned());
            for (row, cell) in sheet.rows.iter_mut().zip(cells.into_iter().cycle()) {
                row.push(cell.to_owned());
            }
            sheet
        };
        let megabyte = "a b, \"c\"\n".repeat(130_000);
        for (name, cells) in [
            ("formulas", ["=cmd|' /C calc'!A0", "@SUM(1+1)"]),
            ("quoted breaks", ["one\ntwo\r\nthree, \"four\"", "\n\n"]),
            ("a megabyte", [megabyte.as_str(), ""]),
            ("escapes", ["\u{1b}[31mred\u{7}", "\u{202e}"]),
        ] {
            let report = check(&export, name, &with("Remarks", cells).bytes(form));
            assert!(report.kept.contains(&"Remarks".to_owned()));
        }
        check(&export, "duplicate headers", &with(&export.sheet.headers[2], ["", ""]).bytes(form));
        check(&export, "a blank header", &with("", ["x", "y"]).bytes(form));
        let zeros = export.sheet.text(form).replace("bolt.example", "bolt.exam\0ple\0");
        check(&export, "zeros", zeros.as_bytes());
        let blank = export.sheet.text(form).replace('\n', "\n\n");
        check(&export, "blank lines", blank.as_bytes());
        let trailing = export.sheet.text(form).lines().map(|line| format!("{line},,\n")).collect::<String>();
        check(&export, "trailing delimiters", trailing.as_bytes());
        // One line of another encoding, at the end of a file in UTF-8.
        let mut mixed = with("Remarks", ["Zoë Grüße Köln Œuvre", "é"]).bytes(form);
        mixed.extend_from_slice(b"Andr\xe9,K\xf6ln\n");
        let report = check(&export, "mixed encodings", &mixed);
        assert!(report.encoding.contains("Windows-1252") && report.without_address >= 1);
        let mut ragged = export.sheet.bytes(form);
        ragged
            .extend_from_slice(format!("short\n{}x,y\n", "a@b.example,".repeat(export.sheet.headers.len())).as_bytes());
        let report = check(&export, "ragged rows", &ragged);
        assert_eq!((report.short, report.ragged.count), (1, 1));
    }
}

#[test]
fn a_quotation_mark_that_is_never_closed_ends_in_one_line_and_leaves_nothing() {
    for export in exports() {
        let mut text = export.sheet.text(Form { before: export.before, ..PLAIN });
        let at = text.trim_end().rfind('\n').unwrap() + 1;
        text.insert(at, '"');
        let error = imported(text.as_bytes()).unwrap_err();
        assert!(error.contains("a quotation mark in the row that begins here is never closed"), "{error}");
        assert!(!error.contains('\n') && error.contains("line "), "{error}");
    }
}
