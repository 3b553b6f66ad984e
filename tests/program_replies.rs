//! From the replies of real people to what a judge's yes is worth, and a real test of two prompts.

#[path = "support/program.rs"]
mod program;

use program::{Place, Ran};
use serde_json::{Value, json};

const RESULTS: &str = "b2b_saas_personas_train_results_20250802_144126";

/// Messages that were sent to people of the sample's personas: every third is one that somebody wrote, the others say
/// nothing.
struct Sent {
    place: Place,
    people: Vec<(String, bool)>,
}

fn address(index: usize) -> String {
    format!("person{index}@company{}.example", index / 2)
}

fn sent(arms: &[&str]) -> Sent {
    let place = Place::with_samples();
    let results = place.json(&format!("results/{RESULTS}.json"));
    let mut people = Vec::new();
    let mut lines = vec![json!({
        "schema_version": 1, "name": "spring", "leads": "spring", "lineage": format!("{RESULTS}.json"),
        "created_at": "2026-11-01T00:00:00", "simulated": true, "steps": 1, "generator": "market", "partial": false,
        "arms": arms.iter().map(|arm| json!({"name": arm, "prompt": results["metadata"]["system_prompt"],
            "prompt_file_or_run": RESULTS})).collect::<Vec<_>>(),
    })];
    for persona in results["results"].as_array().unwrap() {
        let written = persona["messages"][0]["message"].as_str().unwrap();
        for (message, is_written) in [(written, true), ("Hello there.", false), ("Just a word.", false)] {
            let index = people.len();
            lines.push(json!({
                "lead": format!("l_{index:016x}"), "email": address(index), "arm": arms[index / 2 % arms.len()],
                "persona": persona["persona"], "company_key": format!("company{}.example", index / 2), "fields": {},
                "steps": [{"number": 1, "subject": "Month end", "body": message}],
            }));
            people.push((address(index), is_written));
        }
    }
    let text: Vec<String> = lines.iter().map(Value::to_string).collect();
    place.write("data/campaigns/spring.jsonl", &text.join("\n"));
    Sent { place, people }
}

impl Sent {
    /// Smartlead's rows of what was sent; who of these people replied is for the caller to say.
    fn rows(&self, replied: &dyn Fn(usize, bool) -> bool) -> Vec<Value> {
        let row = |(index, (email, is_written)): (usize, &(String, bool))| {
            let reply = if replied(index, *is_written) { json!("2026-11-05T09:00:00") } else { Value::Null };
            json!({"lead_email": email, "lead_category": "Interested", "sequence_number": 1, "reply_time": reply,
                "sent_time": "2026-11-02T08:00:00", "is_unsubscribed": index == 3, "is_bounced": index == 5})
        };
        self.people.iter().enumerate().map(row).collect()
    }

    fn import(&self, rows: &[Value]) -> Ran {
        let lines: Vec<String> = rows.iter().map(Value::to_string).collect();
        self.place.write("export.jsonl", &lines.join("\n"));
        self.place.ok(&["replies", "import", "export.jsonl", "--from", "smartlead", "--campaign", "spring"])
    }

    fn calibrate(&self, more: &[&str]) -> Ran {
        self.place.run(&[&["calibrate", RESULTS, "--model", "market"], more].concat())
    }
}

#[test]
fn a_judge_is_held_against_replies_and_every_rate_says_so() {
    let sent = sent(&["a"]);
    let all = sent.people.len();
    let first = sent.import(&sent.rows(&|index, is_written| is_written && index % 2 == 0));
    assert!(first.out.contains(&format!("Of this campaign: {all} people written to")), "{}", first.out);
    assert!(first.out.contains("1 bounced, 1 unsubscribed"), "{}", first.out);
    assert_eq!(sent.place.files("leads"), ["suppressed.jsonl"]);
    let again = sent.import(&sent.rows(&|index, is_written| is_written && index % 2 == 0));
    assert!(again.out.contains("nothing was changed"), "{}", again.out);

    let plan = sent.calibrate(&["--decision-prompt", "lenient", "--scored", "--dry-run"]);
    assert!(plan.out.contains("messages that were sent") && plan.code == Some(0), "{}{}", plan.out, plan.err);
    // A limit leaves nothing behind but the answers; the same command goes on from there.
    let limited = sent.calibrate(&["--decision-prompt", "lenient", "--scored", "--max-calls", "9"]);
    assert_eq!((limited.code, sent.place.files("calibrations")), (Some(8), Vec::new()), "{}", limited.err);
    let done = sent.calibrate(&["--decision-prompt", "lenient", "--scored"]);
    assert_eq!(done.code, Some(0), "{}{}", done.out, done.err);
    assert!(done.err.contains("9 answered calls found"), "{}", done.err);
    assert!(done.out.contains("This judge tells your readers apart (AUC 0."), "{}", done.out);
    let kept = sent.place.json("calibrations/b2b_saas_personas_train_results.json");
    assert_eq!(kept["replies"]["total"], all - 1, "the one whose mail bounced is in no rate");
    assert_eq!(kept["ranked"]["verdict"], "ranks");

    for arguments in [&["show", RESULTS][..], &["report", RESULTS, "--format", "md"]] {
        let ran = sent.place.ok(arguments);
        assert!(ran.out.contains("This judge tells your readers apart"), "{arguments:?}: {}", ran.out);
    }
}

#[test]
fn a_judge_that_does_not_rank_is_a_warning_where_it_is_about_to_be_used() {
    let sent = sent(&["a"]);
    sent.import(&sent.rows(&|index, _| index % 4 == 0));
    let done = sent.calibrate(&["--decision-prompt", "inbox"]);
    assert_eq!(done.code, Some(0), "{}{}", done.out, done.err);
    assert!(done.out.contains("does not tell your readers apart"), "{}", done.out);
    let kept = sent.place.json("calibrations/b2b_saas_personas_train_results.json");
    assert_eq!((&kept["decision_prompt"], &kept["threshold"]), (&json!("inbox"), &json!(0.1)));
    let improve = sent.place.run(&["improve", "--results-file", RESULTS, "--model", "market", "--max-calls", "20"]);
    assert!(
        improve.err.contains("warning: Real readers") && improve.err.contains("does not tell your readers apart"),
        "{}",
        improve.err
    );
    assert!(improve.err.contains("for another judge than this rate's"), "{}", improve.err);
}

#[test]
fn the_next_step_names_the_run_that_had_the_prompt_of_a_campaign() {
    let sent = sent(&["a"]);
    let campaign = std::fs::read_to_string(sent.place.data().join("campaigns/spring.jsonl")).unwrap();
    let (header, written) = campaign.split_once('\n').unwrap();
    let mut header: Value = serde_json::from_str(header).unwrap();
    header.as_object_mut().unwrap().remove("lineage");
    sent.place.write("data/campaigns/spring.jsonl", &format!("{header}\n{written}"));
    let mut results = sent.place.json(&format!("results/{RESULTS}.json"));
    let rows = sent.rows(&|index, _| index % 4 == 0);
    let other = sent.import(&rows);
    assert!(other.err.contains("Next: rejoinder calibrate NAME --campaign spring (NAME: "), "{}", other.err);
    results["metadata"]["persona_file"] = json!("leads/spring");
    sent.place.write("data/results/spring_results_20261101_000000.json", &results.to_string());
    results["metadata"]["system_prompt"] = json!("We sell tea.");
    sent.place.write("data/results/spring_results_20261102_000000.json", &results.to_string());
    let next = "Next: rejoinder calibrate spring_results_20261101_000000 --campaign spring\n";
    let ran = sent.import(&rows);
    assert!(ran.err.contains(next), "{}", ran.err);
    sent.place.ok(&[
        "calibrate",
        "spring_results_20261101_000000",
        "--campaign",
        "spring",
        "--model",
        "market",
        "--dry-run",
    ]);
}

#[test]
fn an_inbox_gives_small_chances() {
    let place = Place::with_samples();
    place.ok(&[
        "evaluate",
        "--persona-file",
        "b2b_saas_personas_train",
        "--messages-per-persona",
        "1",
        "--model",
        "market",
        "--decision-prompt",
        "inbox",
    ]);
    let name = place.files("results").into_iter().find(|name| !name.contains("20250802")).unwrap();
    let results = place.json(&format!("results/{name}"));
    let chances: Vec<f64> = results["results"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|persona| persona["messages"].as_array().unwrap())
        .map(|message| message["decision"]["score"].as_f64().unwrap())
        .collect();
    let mean = chances.iter().sum::<f64>() / chances.len() as f64;
    assert!((0.005..0.12).contains(&mean), "{mean} over {}", chances.len());
}

#[test]
fn two_arms_are_told_apart_and_bounces_stand_beside() {
    let sent = sent(&["a", "b"]);
    let plan = sent.place.ok(&["ab", "plan", "--rate", "5", "--gain", "3", "--per-day", "60"]);
    assert!(plan.out.contains("832 sends for each arm, 28 days at 60 a day"), "{}", plan.out);
    let small = sent.place.ok(&["ab", "plan", "--rate", "3", "--gain", "1.5"]);
    assert!(small.out.contains("1,981 sends for each arm"), "{}", small.out);
    let early = sent.place.run(&["ab", "result", "spring"]);
    assert_eq!(early.code, Some(3), "there are no replies yet: {}", early.err);
    // Everybody in arm b replies, nobody in arm a.
    sent.import(&sent.rows(&|index, _| index / 2 % 2 == 1));
    let result = sent.place.ok(&["ab", "result", "spring"]);
    assert!(result.out.starts_with("Prompt b gets more replies than prompt a: proved."), "{}", result.out);
    assert!(result.out.contains("in b2b_saas_personas_train_results_20250802_144126"), "{}", result.out);
    assert!(result.out.contains("bounced: 1 of "), "{}", result.out);
}

#[test]
fn a_wrong_file_is_listed_and_taken_back() {
    let sent = sent(&["a"]);
    let known = |sent: &Sent| std::fs::read(sent.place.data().join("replies/spring.jsonl")).unwrap();
    sent.import(&sent.rows(&|index, _| index % 4 == 0));
    let before = known(&sent);
    let wrong: String = (0..9).map(|index| format!("{},yes,yes\n", address(index))).collect();
    sent.place.write("wrong.csv", &format!("email,replied,unsubscribed\n{wrong}"));
    let ran = sent.place.ok(&["replies", "import", "wrong.csv", "--from", "csv", "--campaign", "spring"]);
    assert!(ran.out.contains("rejoinder replies undo 2 --campaign spring"), "{}", ran.out);
    assert_ne!(known(&sent), before);
    let listed = sent.place.ok(&["replies", "list"]).out;
    for words in ["spring", "export.jsonl", "smartlead", "wrong.csv"] {
        assert!(listed.contains(words), "{words}: {listed}");
    }
    let undo = |import: &str| sent.place.run(&["replies", "undo", import, "--campaign", "spring"]);
    let absent = undo("7");
    assert_eq!((absent.code, absent.err.lines().count()), (Some(2), 1), "{}", absent.err);
    assert!(absent.err.contains("no import 7; rejoinder replies list --campaign spring"), "{}", absent.err);
    let undone = undo("some/where/wrong.csv");
    assert_eq!(undone.code, Some(0), "{}", undone.err);
    assert!(undone.out.contains("Import 2 of campaign spring was taken back: wrong.csv"), "{}", undone.out);
    assert!(undone.out.contains("Taken off the suppression list: 8"), "one asked before\n{}", undone.out);
    assert_eq!(known(&sent), before);
    assert!(!sent.place.ok(&["replies", "list", "--campaign", "spring"]).out.contains("wrong.csv"));
}

#[test]
fn what_cannot_be_used_ends_in_one_clear_line() {
    let sent = sent(&["a"]);
    let lines = |ran: &Ran, code| {
        assert_eq!((ran.code, ran.err.trim().lines().count()), (Some(code), 1), "{}{}", ran.out, ran.err);
        ran.err.clone()
    };
    let run = |arguments: &[&str]| sent.place.run(arguments);
    assert!(lines(&run(&["calibrate", RESULTS]), 2).contains("rejoinder replies import FILE --campaign NAME"));
    assert!(lines(&run(&["calibrate", "nothing"]), 3).contains("nothing"));
    assert!(lines(&run(&["ab", "result", "spring"]), 2).contains("a test takes two prompts"));
    sent.place.write("strangers.json", &json!([{"email": "x@y.example", "replied": "yes"}]).to_string());
    let import = |file: &str| run(&["replies", "import", file, "--from", "csv", "--campaign", "spring"]);
    assert!(lines(&import("strangers.json"), 3).contains("nobody in this export"));
    assert!(lines(&import("absent.csv"), 3).contains("absent.csv"));
    sent.place.write("silent.json", &json!([{"email": address(0), "sent": "no"}]).to_string());
    let silent = import("silent.json");
    assert!(lines(&silent, 3).contains("check --from and --campaign"));
    assert!(!silent.out.contains("known already"), "{}", silent.out);
    let mapped =
        ["replies", "import", "silent.json", "--from", "lemlist", "--campaign", "spring", "--map", "reply_at=sent"];
    assert!(lines(&run(&mapped), 2).contains("--from csv"));
    assert_eq!(sent.place.files("replies"), Vec::<String>::new());
}

#[test]
fn somebody_whom_two_campaigns_wrote_to_is_judged_once() {
    let sent = sent(&["a"]);
    let spring = std::fs::read_to_string(sent.place.data().join("campaigns/spring.jsonl")).unwrap();
    sent.place.write("data/campaigns/autumn.jsonl", &spring.replace("\"spring\"", "\"autumn\""));
    sent.import(&sent.rows(&|index, _| index % 4 == 0));
    sent.place.ok(&["replies", "import", "export.jsonl", "--from", "smartlead", "--campaign", "autumn"]);
    let plan = |campaigns: &[&str]| {
        let named = campaigns.iter().flat_map(|name| ["--campaign", name]);
        let all: Vec<&str> =
            ["calibrate", RESULTS, "--model", "market", "--dry-run"].into_iter().chain(named).collect();
        sent.place.ok(&all).out
    };
    assert_eq!(plan(&["spring", "autumn"]), plan(&["spring"]));
}

#[test]
fn a_table_of_any_encoding_and_delimiter_is_read_and_its_column_of_addresses_can_be_named() {
    let sent = sent(&["a"]);
    let table = "Kontakt;E-Mail (Büro);Gesendet;sent_time;reply_time;sequence_number\r\n".to_owned()
        + &format!("Zoë;{};ja;2026-11-02 08:00;2026-11-03 09:00;1\r\n", address(0))
        + &format!("Jörg;{};ja;2026-11-02 08:00;;1\r\n", address(1));
    let bytes: Vec<u8> = [0xff, 0xfe].into_iter().chain(table.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    sent.place.write_bytes("statistik.csv", &bytes);
    let ran = sent.place.ok(&[
        "replies",
        "import",
        "statistik.csv",
        "--from",
        "smartlead",
        "--campaign",
        "spring",
        "--map",
        "email=E-Mail (Büro)",
    ]);
    assert!(ran.out.contains("Of this campaign: 2 people written to, 1 replied"), "{}", ran.out);
}

#[test]
fn two_prompts_are_written_for_halves_in_which_colleagues_stay_together() {
    let place = Place::with_samples();
    let mut table = "Email,First Name,Title,Company Name,Industry\n".to_owned();
    for index in 0..12 {
        let industry = if index < 6 { "Software" } else { "Retail" };
        table +=
            &format!("p{index}@firm{}.example,Pat{index},Head of Finance,Firm {},{industry}\n", index / 2, index / 2);
    }
    place.write("leads.csv", &table);
    place.ok(&["leads", "import", "leads.csv", "--name", "spring"]);
    place.write("other.md", "We are Brackwater. We sell Flow, which closes the books in four days.\n");
    let assign =
        ["ab", "assign", "--leads", "spring", "--a", RESULTS, "--b", "other.md", "--model", "market", "--steps", "1"];
    let plan = place.ok(&[&assign[..], &["--dry-run"]].concat());
    assert!(plan.out.contains("a, step 1") && plan.out.contains("b, step 1"), "{}", plan.out);
    let same =
        place.run(&["ab", "assign", "--leads", "spring", "--a", "other.md", "--b", "other.md", "--model", "market"]);
    assert_eq!(same.code, Some(2), "{}", same.err);
    place.ok(&assign);
    let text = std::fs::read_to_string(place.data().join("campaigns/spring_ab.jsonl")).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[0]["arms"].as_array().unwrap().len(), 2);
    let arm = |index: usize| {
        let email = format!("p{index}@firm{}.example", index / 2);
        lines.iter().find(|line| line["email"] == email).unwrap()["arm"].as_str().unwrap().to_owned()
    };
    assert!((0..6).all(|company| arm(2 * company) == arm(2 * company + 1)));
    for people in [0..6, 6..12] {
        let in_a = people.filter(|index| arm(*index) == "a").count();
        assert!((2..=4).contains(&in_a), "{in_a} of 6");
    }
    let early = place.run(&["ab", "result", "spring_ab"]);
    assert_eq!(early.code, Some(3), "{}", early.err);
}
