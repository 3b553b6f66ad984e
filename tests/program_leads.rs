//! `rejoinder leads`, and leads wherever personas are.

#[path = "support/program.rs"]
mod program;

use std::process::Stdio;

use program::Place;

const CSV: &str = "First Name;Last Name;Title;Company;Email;Do Not Call;Notes\n\
    Zoë;Müller;Head of IT;Firm 0;Zoe@firm0.example;;ships boxes\n\
    Zoë;Müller;Head of IT;Firm 0;zoe@firm0.example;;again\n\
    Bo;Li;CTO;Firm 1;bo@firm1.example;yes;\n\
    Cy;;CFO;Firm 1;;;nobody\n";

fn many(companies: usize, each: usize) -> String {
    let mut csv = "First Name,Last Name,Title,Company,Email,Industry\n".to_owned();
    for number in 0..companies * each {
        let company = number % companies;
        csv.push_str(&format!(
            "Ann{number},Lee{number},Head of operations {number},Firm {company},ann{number}@firm{company}.example,logistics\n"
        ));
    }
    csv
}

fn place_with(csv: &str) -> Place {
    let place = Place::empty();
    place.write("spring.csv", csv);
    place
}

#[test]
fn an_import_says_what_it_found_and_the_list_is_its_owners_alone() {
    let place = Place::empty();
    place.write_bytes("Spring leads.csv", &encode_1252(CSV));
    let ran = place.ok(&["leads", "import", "Spring leads.csv", "--name", "spring"]);
    insta::assert_snapshot!(ran.out);
    use std::os::unix::fs::PermissionsExt;
    for name in ["leads/spring.jsonl", "leads/suppressed.jsonl", "leads"] {
        let mode = std::fs::metadata(place.data().join(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, if name == "leads" { 0o700 } else { 0o600 }, "{name}");
    }
    let again = place.run(&["leads", "import", "Spring leads.csv", "--name", "spring"]);
    assert_eq!(again.code, Some(6), "{}", again.err);
    assert!(again.err.contains("--update adds to it"), "{}", again.err);
    let update = place.ok(&["leads", "import", "Spring leads.csv", "--name", "spring", "--update"]);
    assert!(update.out.contains("0 new leads, 0 updated, 2 unchanged"), "{}", update.out);
    insta::assert_snapshot!("lists", place.ok(&["leads", "list"]).out);
    insta::assert_snapshot!("one_list", place.ok(&["leads", "show", "spring"]).out);
    assert!(place.ok(&["leads", "show", "BO@firm1.example"]).out.contains("On the suppression list: Do Not Call"));
}

#[test]
fn a_preview_writes_nothing_and_bad_input_ends_in_one_line() {
    let place = place_with(CSV);
    let ran = place.ok(&["leads", "import", "spring.csv", "--preview", "--map", "title=Notes"]);
    assert!(ran.out.contains("Nothing was written") && ran.out.contains("title         Notes"), "{}", ran.out);
    assert!(!place.data().join("leads").exists());
    place.write("bad.csv", "Name\u{1b}[31m,Firm\nAda,X\n");
    for (arguments, code, part) in [
        (vec!["leads", "import", "bad.csv"], 3, "--map email=\"COLUMN\""),
        (vec!["leads", "import", "absent.csv"], 3, "absent.csv"),
        (vec!["leads", "import", "spring.csv", "--map", "phone=Notes"], 2, "the fields are email"),
        (vec!["leads", "import", "spring.csv", "--name", "suppressed"], 3, "never to be written to"),
        (vec!["leads", "show", "absent"], 3, "there is no leads file"),
        (vec!["leads", "suppress", "nobody"], 2, "is no e-mail address"),
        (vec!["leads", "forget", "no-address"], 2, "\"no-address\" is no e-mail address"),
        (vec!["leads", "import", "."], 3, "is a directory, not a file; name a file"),
        (vec!["leads", "suppress", "ada@x.example"], 0, ""),
        (vec!["leads", "show", "absent"], 3, "leads holds none yet"),
        (vec!["evaluate", "--leads", "absent", "--model", "market"], 3, "there is no leads file"),
        (
            vec!["leads", "import", "spring.csv", "--describe", "--model", "anthropic/claude-sonnet-5-5"],
            4,
            "The list is imported. Next: rejoinder leads describe spring",
        ),
    ] {
        let ran = place.run(&arguments);
        assert_eq!(ran.code, Some(code), "{arguments:?}: {}", ran.err);
        assert!(ran.err.contains(part) && !ran.err.contains('\u{1b}'), "{arguments:?}: {}", ran.err);
    }
}

#[test]
fn hostile_cells_are_shown_escaped() {
    let place = place_with("email,title\na@x.example,\"CTO\u{1b}]0;pwned\u{7} \u{202e}\"\n");
    let ran = place.ok(&["leads", "import", "spring.csv"]);
    let shown = place.ok(&["leads", "show", "spring"]);
    for text in [ran.out, ran.err, shown.out] {
        assert!(!text.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{text:?}");
    }
}

#[test]
fn leads_are_evaluated_and_improved_without_their_addresses_and_colleagues_stay_on_one_side() {
    let place = place_with(&many(12, 5));
    place.ok(&["leads", "import", "spring.csv"]);
    place.ok(&["leads", "suppress", "ann3@firm3.example", "--reason", "asked us to stop"]);
    place.ok(&["evaluate", "--leads", "spring", "--model", "market", "--messages-per-persona", "1"]);
    let name = place.files("results").remove(0);
    let results = place.json(&format!("results/{name}"));
    assert_eq!(results["metadata"]["persona_file"], "leads/spring");
    assert_eq!(results["results"].as_array().unwrap().len(), 59);
    let text = results.to_string();
    assert!(!text.contains("Ann3,") && !text.contains('@'), "no address, and nobody who may not be written to");
    let improved =
        place.ok(&["improve", "--results-file", &name, "--model", "market", "--challengers", "2", "--calls", "300"]);
    assert!(improved.out.contains("Unseen people") || improved.out.contains("kept aside"), "{}", improved.out);
    let later = place
        .files("results")
        .into_iter()
        .find(|file| file.contains("_improvement_run_") && file.ends_with(".json"))
        .unwrap();
    let later = place.json(&format!("results/{later}"));
    let split = &later["metadata"]["rejoinder"]["lineage"]["split"];
    assert_eq!(split["leads"], "leads/spring", "{split}");
}

#[test]
fn a_description_is_written_from_the_columns_and_kept_in_the_list() {
    let place = place_with(&many(2, 3));
    place.ok(&["leads", "import", "spring.csv"]);
    let refused = place.run(&["leads", "describe", "spring", "--model", "market", "--auditor", "none"]);
    assert_eq!(refused.code, Some(2), "{}", refused.err);
    let plan = place.ok(&["leads", "describe", "spring", "--model", "market", "--dry-run"]);
    assert!(plan.out.contains("descriptions") && plan.out.contains("audits"), "{}", plan.out);
    let part = place.run(&["leads", "describe", "spring", "--model", "market", "--max-calls", "4"]);
    assert_eq!(part.code, Some(8), "{}{}", part.out, part.err);
    let whole = place.ok(&["leads", "describe", "spring", "--model", "market"]);
    assert!(whole.err.contains("Going on with run"), "{}", whole.err);
    assert!(whole.out.contains("Described: 6 leads (simulated)"), "{}", whole.out);
    let shown = place.ok(&["leads", "show", "spring"]);
    assert!(shown.out.contains("Personas written by a model: 6") && shown.out.contains("Firm 0"), "{}", shown.out);
}

#[test]
fn a_forgotten_person_is_nowhere_in_the_data_folder() {
    let place = place_with(&many(4, 5));
    place.ok(&["leads", "import", "spring.csv"]);
    place.ok(&["evaluate", "--leads", "spring", "--model", "market", "--messages-per-persona", "1"]);
    let name = place.files("results").remove(0);
    let before = place.json(&format!("results/{name}"));
    place.ok(&["report", &name]);
    let ran = place.ok(&["leads", "forget", "Ann7@firm3.example"]);
    assert!(ran.out.contains("the lead was removed") && ran.out.contains("journal: "), "{}", ran.out);
    let mut folders = vec![place.data()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            if entry.path().is_dir() {
                folders.push(entry.path());
                continue;
            }
            let bytes = std::fs::read(entry.path()).unwrap();
            for trace in ["ann7@", "Ann7 ", "Lee7", "Ann7,", "operations 7 "] {
                let is_there = bytes.windows(trace.len()).any(|part| part == trace.as_bytes());
                assert!(!is_there, "{trace:?} is in {}", entry.path().display());
            }
        }
    }
    let after = place.json(&format!("results/{name}"));
    assert_eq!(after["results"].as_array().unwrap().len(), 20);
    assert_eq!(rate(&after), rate(&before), "nobody's yes is lost");
    assert!(place.ok(&["show", &name]).out.contains('%'));
    place.ok(&["leads", "import", "spring.csv", "--update"]);
    let shown = place.ok(&["leads", "show", "spring"]);
    assert!(shown.out.contains("May be written to: 19"), "{}", shown.out);
    let nobody = place.ok(&["leads", "forget", "nobody@z.example"]);
    assert!(nobody.out.starts_with("This person was not found in any file"), "{}", nobody.out);
}

#[test]
fn forgetting_waits_for_no_run_but_refuses_while_one_is_under_way() {
    let place = place_with(&many(20, 5));
    place.ok(&["leads", "import", "spring.csv"]);
    let market = program::MarketProcess::start(&["--latency-ms", "500"]);
    let mut run = place
        .command(&["evaluate", "--leads", "spring", "--model", "anthropic/claude-sonnet-5-5"])
        .env("ANTHROPIC_BASE_URL", &market.url)
        .env("ANTHROPIC_API_KEY", "test")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while !place.run(&["runs"]).out.contains("under way") {
        assert!(run.try_wait().unwrap().is_none(), "the run ended before it was seen");
    }
    let refused = place.run(&["leads", "forget", "ann7@firm7.example"]);
    run.kill().unwrap();
    run.wait().unwrap();
    assert_eq!(refused.code, Some(2), "{}", refused.err);
    assert!(refused.err.contains("is under way"), "{}", refused.err);
    place.ok(&["leads", "forget", "ann7@firm7.example"]);
}

fn rate(results: &serde_json::Value) -> Vec<bool> {
    let entries = results["results"].as_array().unwrap().iter();
    entries.map(|entry| entry["messages"][0]["decision"]["decision"].as_bool().unwrap_or_default()).collect()
}

fn encode_1252(text: &str) -> Vec<u8> {
    text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect()
}
