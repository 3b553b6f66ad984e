use super::*;
use crate::data::campaigns::{self, Arm, CampaignHeader, SCHEMA_VERSION, Step};
use crate::data::leads::{Lead, Suppressed};
use crate::data::{Kind, Map};

/// A campaign of two arms with hostile fields, one failed sequence, and people who may not be written to.
fn place() -> (tempfile::TempDir, DataFolder, FileName) {
    let root = tempfile::tempdir().unwrap();
    let folder = DataFolder::open(root.path());
    let file = FileName::new(Kind::Campaigns, "spring").unwrap();
    let arm = |name: &str| Arm { name: name.into(), prompt: "Offer".into(), prompt_file_or_run: None };
    let header = CampaignHeader {
        schema_version: SCHEMA_VERSION,
        name: "spring".into(),
        leads: "spring".into(),
        steps: 2,
        arms: vec![arm("a"), arm("b")],
        ..CampaignHeader::default()
    };
    let written = |email: &str, fields: &[(&str, &str)], arm: &str, texts: &[(&str, &str)]| Written {
        email: email.into(),
        arm: arm.into(),
        fields: fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect::<Map>(),
        steps: texts
            .iter()
            .zip(1..)
            .map(|((subject, body), number)| Step {
                number,
                subject: (*subject).into(),
                body: (*body).into(),
                ..Step::default()
            })
            .collect(),
        ..Written::default()
    };
    let ada = [
        ("first_name", "Ada"),
        ("last_name", "O\"Neil, Jr."),
        ("company", "=HYPERLINK(\"http://evil\")"),
        ("title", "CTO"),
        ("website", "https://www.ada.example/about?x=1"),
        ("linkedin_url", "https://linkedin.com/in/ada"),
        ("Team Size", "12"),
        ("Notes", "not to be sent"),
    ];
    let texts =
        [("Pallets & <more>", "Hi {{first_name}},\n\nyour {{team_size}} & <b>\r\nSam"), ("-20 %", "Hi Ada,\n\nbye")];
    let all = vec![
        written("ada@ada.example", &ada, "a", &texts),
        written("bo@bö.example", &[], "b", &[("S", "one"), ("T", "two")]),
        Written { failed: Some("step 2: cut off".into()), ..written("cy@cy.example", &[], "a", &[("S", "one")]) },
        written("dan@dan.example", &[], "b", &[("S", "one"), ("T", "two")]),
        written("eve@eve.example", &[], "b", &[("S", "one"), ("T", "two")]),
    ];
    let draft = campaigns::draft(&folder, &file, &header, all.into_iter().map(Ok)).unwrap();
    campaigns::name_new(&folder, &file, draft).unwrap();
    let list = leads::file(&folder, "other").unwrap();
    let blocked = Lead { blocked: Some("Do Not Call".into()), ..Lead::new("dan@dan.example").unwrap() };
    LeadList::create(&folder, &list, [Ok(blocked)]).unwrap();
    let forgotten = Suppressed::of_address("eve@eve.example", "forgotten", "2026-11-30").unwrap().without_address();
    Suppression::add(&folder, [forgotten]).unwrap();
    (root, folder, file)
}

fn exported(tool: Tool) -> (Outline, String) {
    let (_root, folder, file) = place();
    let barred = Barred::load(&folder).unwrap();
    let outline = Outline::read(&folder, &file, tool, &barred).unwrap();
    let mut out = Vec::new();
    outline.write((&folder, &file), (tool, Mark::None), &barred, &mut out).unwrap().unwrap();
    (outline, String::from_utf8(out).unwrap())
}

#[test]
fn a_file_for_excel_differs_by_its_mark_alone() {
    let (_root, folder, file) = place();
    let barred = Barred::load(&folder).unwrap();
    let outline = Outline::read(&folder, &file, Tool::Csv, &barred).unwrap();
    let written = |mark| {
        let mut out = Vec::new();
        outline.write((&folder, &file), (Tool::Csv, mark), &barred, &mut out).unwrap().unwrap();
        out
    };
    assert_eq!(written(Mark::Excel), [b"\xef\xbb\xbf".as_slice(), &written(Mark::None)].concat());
}

#[test]
fn each_tool_gets_its_columns_and_line_breaks() {
    let shown = |tool| exported(tool).1.replace("\r\n", "\u{21b5}\n");
    let all =
        [Tool::Instantly, Tool::Smartlead, Tool::Lemlist, Tool::Csv].map(|tool| format!("{tool:?}\n{}", shown(tool)));
    insta::assert_snapshot!(all.join("\n"));
}

#[test]
fn what_is_left_out_is_counted_and_formulas_are_neutralised_only_for_spreadsheets() {
    for tool in [Tool::Instantly, Tool::Smartlead, Tool::Lemlist, Tool::Csv] {
        let (outline, text) = exported(tool);
        assert_eq!((outline.leads, outline.barred), (2, 2), "{tool:?}");
        assert_eq!(outline.failed, [("cy@cy.example".to_owned(), "step 2: cut off".to_owned())]);
        for name in ["cy@", "dan@", "eve@", "not to be sent"] {
            assert!(!text.contains(name), "{tool:?} {text}");
        }
        // Its company and its second subject.
        assert_eq!(outline.formulas, 2, "{tool:?}");
        assert_eq!(text.contains("\"'=HYPERLINK"), tool == Tool::Csv, "{tool:?} {text}");
        assert_eq!(text.contains("'-20 %"), tool == Tool::Csv, "{tool:?} {text}");
        assert!(text.contains("Hi {{first_name}},"), "merge fields are untouched");
    }
}

#[test]
fn rows_are_read_back_as_they_were_written() {
    for tool in [Tool::Instantly, Tool::Lemlist] {
        let (_, text) = exported(tool);
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
        assert_eq!(rows.len(), 2);
        assert_eq!(&rows[1][0], "bo@xn--b-1ga.example");
        assert_eq!(&rows[0][2], "O\"Neil, Jr.");
        let body = &rows[0][9];
        assert_eq!(body, "Hi {{first_name}},<br><br>your {{team_size}} &amp; &lt;b&gt;<br>Sam");
        assert_eq!(&rows[0][12], "12", "the column that a merge field of the message needs");
    }
}
