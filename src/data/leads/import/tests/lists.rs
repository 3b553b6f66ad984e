//! Mappings, names, and lists that are there already.

use super::*;

#[test]
fn a_mapping_that_is_given_goes_before_what_names_say() {
    let text = b"Kontakt,Title,Job Title,email\nada@x.example,Dr.,CTO,wrong@x.example\n";
    let place = Place::new();
    let map = vec![(Field::Title, "job title".to_owned()), (Field::Email, "Kontakt".to_owned())];
    place.import(text, Mode::New, &Options { map, ..Options::default() }).unwrap();
    let lead = place.leads().remove(0);
    assert_eq!((lead.email.as_str(), lead.title.as_deref()), ("ada@x.example", Some("CTO")));
    assert_eq!(lead.columns.get("Title").and_then(|value| value.as_str()), Some("Dr."));
    let missing = Options { map: vec![(Field::Title, "Rolle".to_owned())], ..Options::default() };
    let error = Place::new().import(text, Mode::New, &missing).unwrap_err().to_string();
    assert!(error.contains("--map title=\"Rolle\": there is no such column; the columns are Kontakt"), "{error}");
}

#[test]
fn a_column_in_any_language_that_a_person_names_says_who_must_not_be_written_to() {
    let text = "E-Mail;Bitte nicht anschreiben\nada@x.example;nein\nbo@x.example;ja\ncy@x.example;\n".as_bytes();
    let (_, report) = imported(text).unwrap();
    assert!(
        report.markers.is_empty() && report.blocked.is_empty(),
        "nobody has said what the column means: {report:?}"
    );
    let place = Place::new();
    let map = vec![(Field::DoNotContact, "bitte nicht anschreiben".to_owned())];
    let report = place.import(text, Mode::New, &Options { map, ..Options::default() }).unwrap();
    assert_eq!((report.markers.as_slice(), report.writable()), (&["Bitte nicht anschreiben".to_owned()][..], 2));
    assert!(place.leads().iter().all(|lead| lead.columns.is_empty()), "it is no part of what anybody is like");
    let blocked = place.leads().into_iter().filter(|lead| lead.blocked.is_some());
    assert_eq!(blocked.map(|lead| lead.email).collect::<Vec<_>>(), ["bo@x.example"]);
}

#[test]
fn nobody_is_greeted_by_a_degree() {
    let csv = "Name,Email\n\"Example, Ada\",a@x.example\n\"Bo Li, MBA\",b@x.example\nCy van Example,c@x.example\n";
    let (leads, _) = imported(csv.as_bytes()).unwrap();
    let first: Vec<Option<&str>> = leads.iter().map(|lead| lead.first_name.as_deref()).collect();
    assert_eq!(first, [Some("Ada"), None, Some("Cy")]);
    assert!(leads[1].persona_text().contains("Bo Li, MBA"), "{}", leads[1].persona_text());
}

#[test]
fn a_form_of_address_is_no_first_name_and_no_job() {
    let csv = "Title,Name,Job Title,Email\nMr,Dr. Bo Li,CEO,b@x.example\nFrau,Frau Muster,,m@x.example\n";
    let (leads, _) = imported(csv.as_bytes()).unwrap();
    assert_eq!((leads[0].first_name.as_deref(), leads[0].title.as_deref()), (Some("Bo"), Some("CEO")));
    assert_eq!((leads[1].first_name.as_deref(), leads[1].last_name.as_deref()), (None, Some("Muster")));
    assert_eq!(leads[1].title, None);
}

#[test]
fn a_column_whose_cells_are_addresses_needs_no_name() {
    let (leads, report) = imported("Kontakt;Firma\nada@x.example;X GmbH\nbo@y.example;Y AG\n".as_bytes()).unwrap();
    assert_eq!((leads.len(), leads[1].company.as_deref()), (2, Some("Y AG")));
    assert_eq!(report.used, [(Field::Email, "Kontakt".to_owned()), (Field::Company, "Firma".to_owned())]);
}

#[test]
fn names_and_places_are_put_together_and_taken_apart() {
    let (leads, _) =
        imported(b"Name,City,Country,E-Mail\nAda van Example,Oslo,Norway,a@x.example\n\"Li, Bo\",,Chile,b@x.example\n")
            .unwrap();
    let told = |lead: &Lead| {
        (lead.first_name.clone().unwrap(), lead.last_name.clone().unwrap(), lead.location.clone().unwrap())
    };
    assert_eq!(told(&leads[0]), ("Ada".into(), "van Example".into(), "Oslo, Norway".into()));
    assert_eq!(told(&leads[1]), ("Bo".into(), "Li".into(), "Chile".into()));
    assert_eq!(leads[0].persona_text(), "Ada van Example, works at x.example.\nLocation: Oslo, Norway");
}

#[test]
fn an_import_into_a_list_that_is_there_is_refused_and_an_update_merges() {
    let place = Place::new();
    let first = b"email,Title,Notes\nada@x.example,CTO,old\nbo@x.example,CFO,\n";
    place.import(first, Mode::New, &Options::default()).unwrap();
    let before = std::fs::read(place.folder.path(&place.list)).unwrap();
    let error = place.import(first, Mode::New, &Options::default()).unwrap_err().to_string();
    assert!(error.ends_with("--update adds to it, --name NAME makes another list"), "{error}");
    assert_eq!(std::fs::read(place.folder.path(&place.list)).unwrap(), before);
    let second = b"E-Mail,Title,City\nADA@x.example,CEO,Oslo\nbo@x.example,CFO,\ncy@x.example,COO,\n";
    let report = place.import(second, Mode::Update, &Options::default()).unwrap();
    assert_eq!((report.new, report.changed, report.unchanged), (1, 1, 1));
    let leads = place.leads();
    let emails: Vec<&str> = leads.iter().map(|lead| lead.email.as_str()).collect();
    assert_eq!(emails, ["ada@x.example", "bo@x.example", "cy@x.example"]);
    assert_eq!((leads[0].title.as_deref(), leads[0].columns.len(), leads[0].earlier.len()), (Some("CEO"), 2, 1));
    let broken = place.import(b"email\n\"ada@x.example\nbo@x.example\n", Mode::Update, &Options::default());
    assert!(broken.is_err() && place.leads() == leads, "a failed update leaves the list as it was");
}

#[test]
fn who_may_not_be_written_to_stays_so_whatever_is_imported_later() {
    let place = Place::new();
    let first = b"email,Unsubscribed\nada@x.example,\nada@x.example,yes\nbo@x.example,no\ncy@x.example,true\n";
    let report = place.import(first, Mode::New, &Options::default()).unwrap();
    assert_eq!((report.duplicates, report.blocked.get("unsubscribed"), report.writable()), (1, Some(&2), 1));
    let other = file(&place.folder, "autumn").unwrap();
    let source = place.source(b"email\nAda@X.example\nCy@x.example\ndi@x.example\n");
    let report = import(&place.folder, &other, Mode::New, &source, &Options::default()).unwrap();
    assert_eq!((report.suppressed, report.writable()), (2, 1));
    let left: Vec<String> = Writable::open(&place.folder, &other).unwrap().map(|lead| lead.unwrap().email).collect();
    assert_eq!(left, ["di@x.example"]);
    assert_eq!(Suppression::load(&place.folder).unwrap().len(), 2);
}

#[test]
fn a_preview_writes_nothing() {
    let place = Place::new();
    let source = place.source(b"email,Bounced\nada@x.example,yes\nbo@x.example,\n");
    let mut seen = Vec::new();
    let report =
        preview(&place.folder, &source, &Options::default(), &mut |lead| seen.push(lead.email.clone())).unwrap();
    assert_eq!((report.writable(), seen.len()), (1, 2));
    assert_eq!(std::fs::read_dir(place.root.path()).unwrap().count(), 1, "the source alone");
}

#[test]
fn names_of_lists_come_from_names_of_files() {
    assert_eq!(name_from(Path::new("/x/Apollo export (3).csv")), "Apollo export _3_");
    assert_eq!((name_from(Path::new(".csv")), name_from(Path::new("..."))), ("csv".into(), "leads".into()));
}

fn cell() -> impl Strategy<Value = String> {
    "[a-zA-Zéüß€Ж名 ,;|\t\"'\n=+@-]{0,12}"
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn an_import_is_the_same_for_any_delimiter_line_end_and_encoding(
        rows in prop::collection::vec((cell(), cell(), cell()), 1..8),
        delimiter in prop::sample::select(vec![',', ';', '\t', '|']),
        encoding in prop::sample::select(vec![
            Coded::Utf8, Coded::Utf8Marked, Coded::Utf16Le, Coded::Utf16LeMarked, Coded::Utf16Be, Coded::Utf16BeMarked,
        ]),
        line_end in prop::sample::select(vec!["\n", "\r\n", "\r"]),
    ) {
        let rows = rows.into_iter().enumerate();
        let rows = rows.map(|(n, (a, b, c))| vec![a, format!("person{n}@x{n}.example"), b, c]).collect();
        let headers = ["First Name", "Email", "Company", "Remarks"].map(str::to_owned).to_vec();
        let sheet = Sheet { headers, rows };
        let plain = imported(&sheet.bytes(PLAIN));
        let other = imported(&sheet.bytes(Form { delimiter, encoding, line_end, before: "" }));
        let leads = |read: Result<(Vec<Lead>, Report), String>| read.map(|(leads, _)| leads);
        prop_assert_eq!(leads(plain), leads(other));
    }

    #[test]
    fn no_bytes_make_an_import_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), header: bool) {
        let mut all = if header { b"email,name\n".to_vec() } else { Vec::new() };
        all.extend(bytes);
        if let Err(error) = imported(&all) {
            prop_assert!(!error.trim().is_empty());
        }
    }
}

#[test]
fn a_field_that_a_person_says_is_in_no_column_is_taken_from_none() {
    let text = b"email,title,company\nada@x.example,Dr.,ACME\n";
    let place = Place::new();
    let none = Options { none: vec![Field::Title], ..Options::default() };
    let report = place.import(text, Mode::New, &none).unwrap();
    assert_eq!(report.kept, ["title"]);
    let lead = place.leads().remove(0);
    assert_eq!((lead.title.as_deref(), lead.company.as_deref()), (None, Some("ACME")));
    assert_eq!(lead.columns.get("title").and_then(|value| value.as_str()), Some("Dr."));
    // Also where cells, and no name, say which column holds the addresses.
    for text in [&text[..], b"who,title\nada@x.example,Dr.\n"] {
        let none = Options { none: vec![Field::Email], ..Options::default() };
        let error = Place::new().import(text, Mode::New, &none).unwrap_err().to_string();
        assert!(error.contains("no column is known to hold e-mail addresses"), "{error}");
    }
}

#[test]
fn the_second_of_two_columns_of_one_name_can_be_named() {
    let place = Place::new();
    let map = vec![(Field::Email, "email (2)".to_owned())];
    place.import(b"email,email\na@x.example,b@x.example\n", Mode::New, &Options { map, ..Options::default() }).unwrap();
    assert_eq!(place.leads().remove(0).email, "b@x.example");
}

#[test]
fn a_file_of_more_columns_than_any_export_has_is_refused_in_one_line() {
    let table = |columns: usize| format!("email{}\nada@x.example\n", ",a".repeat(columns - 1));
    assert!(imported(table(2_000).as_bytes()).is_ok());
    let object = |keys: usize| {
        let keys: String = (1..keys).map(|key| format!(",\"k{key}\":1")).collect();
        format!("[{{\"email\":\"ada@x.example\"{keys}}}]")
    };
    assert!(imported(object(2_000).as_bytes()).is_ok());
    let lines: String = (0..2_001).map(|row| format!("{{\"email\":\"a{row}@x.example\",\"k{row}\":1}}\n")).collect();
    for text in [table(2_001), table(200_000), object(2_001), lines] {
        let error = imported(text.as_bytes()).unwrap_err();
        assert!(error.contains("the file has more than 2,000 columns; leave out") && !error.contains('\n'), "{error}");
    }
}

#[test]
fn columns_of_an_export_that_is_known_late_are_what_it_means_by_them() {
    // Only the last name says that the first is of a sender.
    let text = b"[{\"name\":\"Sender\",\"leademail\":\"ada@x.example\",\"sequenceStep\":1}]";
    let (leads, report) = imported(text).unwrap();
    assert_eq!(report.known, Some(KnownExport::Lemlist));
    assert_eq!(leads[0].first_name, None);
}

#[test]
fn a_file_in_memory_is_read_as_on_the_disk_and_its_columns_are_told_though_none_holds_addresses() {
    let place = Place::new();
    let source = Source::in_memory("x.csv", b"email,Job Title\nada@x.example,CTO\n");
    import(&place.folder, &place.list, Mode::New, source, &Options::default()).unwrap();
    assert_eq!(place.leads().remove(0).title.as_deref(), Some("CTO"));
    let found = columns(Source::in_memory("x.csv", b"who,Job Title\nada,CTO\n"));
    assert_eq!((found.used, found.kept), (vec![(Field::Title, "Job Title".to_owned())], vec!["who".to_owned()]));
    let error = read(Source::in_memory("x.csv", b""), &Options::default(), &mut |_| Ok(())).unwrap_err();
    assert!(error.to_string().starts_with("x.csv"), "{error}");
}
