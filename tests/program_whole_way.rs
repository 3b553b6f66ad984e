//! The whole way, on the market: leads in, a better prompt, a campaign of three steps, sent by a stand-in for every tool,
//! replies in, what the judge is worth, and a real test of two prompts.

#[path = "support/program.rs"]
mod program;
#[path = "support/sender.rs"]
mod sender;

use std::collections::HashSet;

use program::Place;
use sender::{Fate, Person, Truth};
use serde_json::Value;

const OFFER: &str = "## Facts\nCompany: Tidewater\nProduct: a platform for approvals\nTeams reduce manual work by 45%.\n\n\
                     ## Advice\n- Keep it short.\n- Ask one small question.\n";
/// What nobody likes to read.
const PUSHY: &str = "## Facts\nCompany: Tidewater\nProduct: a platform for approvals\nTeams reduce manual work by 45%.\n\n\
                     ## Advice\n- Write at length, with superlatives.\n- Flatter the reader.\n- Press for a call today.\n";
const FOOTER: &str = "Tidewater, 12 Harbour Street, Bristol. Reply with unsubscribe and you get no more messages.";
/// Companies of two people each, one of whom in five companies asked not to be called.
const COMPANIES: usize = 80;
const BARRED: usize = 5;

/// An Apollo export with a byte order mark and semicolons. Four people stand there twice, and three without an address.
fn leads() -> String {
    let mut csv =
        "\u{feff}First Name;Last Name;Title;Company Name;Email;Industry;# Employees;Do Not Call\r\n".to_owned();
    let row = |number: usize, email: &str| {
        let (company, industry) = (number / 2, ["logistics", "software", "retail"][number / 2 % 3]);
        let barred = if number % 2 == 1 && company < BARRED { "true" } else { "false" };
        let title = ["Head of Operations", "Finance Director"][number % 2];
        format!("Zoë{number};O'Neil;{title};\"Firm {company}; Ltd\";{email};{industry};{};{barred}\r\n", 20 + company)
    };
    for number in 0..2 * COMPANIES {
        csv += &row(number, &format!("p{number}@firm{}.example", number / 2));
    }
    for number in 20..24 {
        csv += &row(number, &format!(" P{number}@Firm{}.example ", number / 2));
    }
    for number in 30..33 {
        csv += &row(number, "");
    }
    csv
}

/// The leads of a campaign's file.
fn written(place: &Place, campaign: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(place.data().join(format!("campaigns/{campaign}.jsonl"))).unwrap();
    text.lines().skip(1).map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn improved(place: &Place) -> String {
    place.ok(&[
        "evaluate",
        "--leads",
        "spring",
        "--prompt-file",
        "offer.md",
        "--messages-per-persona",
        "1",
        "--model",
        "market",
    ]);
    let first = place.files("results").into_iter().find(|name| name.ends_with(".json")).unwrap();
    assert_eq!(place.json(&format!("results/{first}"))["results"].as_array().unwrap().len(), 2 * COMPANIES - BARRED);
    let improve = ["improve", "--results-file", &first, "--model", "market", "--challengers", "2", "--calls", "900"];
    place.ok(&improve);
    let best =
        place.files("results").into_iter().filter(|name| name.contains("_run_v") && name.ends_with(".json")).max();
    best.unwrap().trim_end_matches(".json").to_owned()
}

/// Fates by turns, so that every tool meets every one of them.
fn by_turns(index: usize, _: Option<&str>) -> Fate {
    let replies = |step, is_positive| Fate::Replies { step, is_positive };
    [
        replies(1, Some(true)),
        replies(2, Some(false)),
        Fate::Away,
        Fate::Bounced,
        Fate::Leaves,
        Fate::Flagged,
        Fate::Waiting,
        replies(3, None),
        Fate::Silent,
        Fate::Silent,
    ][index % 10]
}

/// The share of one tool: everybody whose number leaves this remainder, as that tool's file has them.
fn share(place: &Place, tool: &str, part: usize) -> Vec<Person> {
    let file = format!("{tool}_{part}.csv");
    let exported = place.ok(&["export", "spring", "--for", tool, "-o", &file]);
    assert!(exported.err.contains("with 3 steps"), "{}", exported.err);
    let text = std::fs::read_to_string(place.root().join(&file)).unwrap();
    let all = sender::read(&text, &|index, arm| by_turns(index / 5, arm));
    all.into_iter().enumerate().filter(|(index, _)| index % 5 == part).map(|(_, person)| person).collect()
}

/// Brings in what a tool exports, and holds every figure against the truth.
struct Import<'a> {
    tool: &'a str,
    file: &'a str,
    bytes: Vec<u8>,
    map: Vec<&'a str>,
    truth: Truth,
}

impl Import<'_> {
    fn check(&self, place: &Place, known: Truth) -> String {
        place.write_bytes(self.file, &self.bytes);
        let maps = self.map.iter().flat_map(|map| ["--map", map]);
        let import = ["replies", "import", self.file, "--from", self.tool, "--campaign", "spring"];
        let out = place.ok(&import.into_iter().chain(maps).collect::<Vec<_>>()).out;
        let (found, matched) = (self.truth.and_strangers().line(), self.truth.line());
        assert!(out.contains(&format!("In the export: {found}\n")), "{}, wanted {found}:\n{out}", self.tool);
        assert!(out.contains(&format!("Of this campaign: {matched}\n")), "{}, wanted {matched}:\n{out}", self.tool);
        assert!(out.contains("Not matched: 2 addresses, 1 of them with a reply\n"), "{}:\n{out}", self.tool);
        assert!(out.contains("stranger@elsewhere.example, replied: the campaign wrote to no such address"), "{out}");
        assert!(out.contains(&format!("Known about campaign spring: {}\n", known.line())), "{}:\n{out}", self.tool);
        assert!(!out.contains("Not understood") && !out.contains("cannot be read"), "{}:\n{out}", self.tool);
        out
    }
}

/// Sends the campaign with every tool, a fifth each, and brings back what came of it. Gives the truth.
fn sent_and_answered(place: &Place) -> Truth {
    let shares: Vec<Vec<Person>> = [("smartlead", 0), ("instantly", 1), ("lemlist", 2), ("csv", 3), ("csv", 4)]
        .map(|(tool, part)| share(place, tool, part))
        .into();
    let truths: Vec<Truth> = shares.iter().map(|people| Truth::of(people)).collect();
    // Apollo has no word for those who are away.
    let apollo = Truth { away: 0, ..truths[3] };
    let (own, map) = sender::own_table(&shares[4]);
    let imports = [
        Import {
            tool: "smartlead",
            file: "statistics.csv",
            bytes: sender::smartlead_statistics(&shares[0], Some(0)),
            map: vec![],
            truth: truths[0],
        },
        Import {
            tool: "instantly",
            file: "payloads.jsonl",
            bytes: sender::instantly_payloads(&shares[1]),
            map: vec![],
            truth: truths[1],
        },
        Import {
            tool: "lemlist",
            file: "activities.json",
            bytes: sender::lemlist_activities(&shares[2]),
            map: vec![],
            truth: truths[2],
        },
        Import {
            tool: "apollo",
            file: "contacts.csv",
            bytes: sender::apollo_contacts(&shares[3]),
            map: vec![],
            truth: apollo,
        },
        Import { tool: "csv", file: "tabelle.csv", bytes: own, map, truth: truths[4] },
    ];
    let mut known = Truth::default();
    for import in &imports {
        known = known.and(import.truth);
        let out = import.check(place, known);
        let is_elsewhere = out.contains("Matched by the text that was sent, since the address differs: 1\n");
        assert_eq!(is_elsewhere, import.tool == "smartlead", "{out}");
    }
    // The list of the same leads adds nothing to the statistics.
    place.write_bytes("leads-export.csv", &sender::smartlead_leads(&shares[0]));
    let again = ["replies", "import", "leads-export.csv", "--from", "smartlead", "--campaign", "spring"];
    let again = place.ok(&again).out;
    assert!(again.contains("nothing was changed"), "{again}");
    steps_are_those_that_were_sent(place, &shares);
    known
}

fn steps_are_those_that_were_sent(place: &Place, shares: &[Vec<Person>]) {
    let text = std::fs::read_to_string(place.data().join("replies/spring.jsonl")).unwrap();
    let outcomes: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    // Apollo knows no steps.
    for person in [0, 1, 2, 4].into_iter().flat_map(|share: usize| &shares[share]) {
        let Fate::Replies { step, is_positive } = person.fate else { continue };
        let outcome = outcomes.iter().find(|outcome| outcome["email"] == person.email).unwrap();
        assert_eq!(outcome["reply"]["step"], step, "{outcome}");
        assert_eq!(outcome["sent"].as_array().unwrap().len(), step, "{outcome}");
        assert_eq!(outcome.get("positive").and_then(Value::as_bool), is_positive, "{outcome}");
    }
}

#[test]
fn leads_become_a_campaign_that_every_tool_sends_and_its_replies_say_what_the_judge_is_worth() {
    let place = Place::empty();
    place.write("leads.csv", &leads());
    place.write("offer.md", OFFER);
    place.write("pushy.md", PUSHY);
    place.write("footer.txt", FOOTER);
    let found = place.ok(&["leads", "import", "leads.csv", "--name", "spring"]).out;
    for line in [
        format!("Rows: {}\n", 2 * COMPANIES + 4 + 3),
        "Duplicates, by address: 4 (".to_owned(),
        "Rows without an address, left out: 3\n".to_owned(),
        format!("May not be written to, kept apart: {BARRED} ({BARRED} Do Not Call)\n"),
        format!("May be written to: {}\n", 2 * COMPANIES - BARRED),
    ] {
        assert!(found.contains(&line), "{line}{found}");
    }
    let lineage = improved(&place);

    place.ok(&["write", "--leads", "spring", "--steps", "3", "--model", "market"]);
    let people = written(&place, "spring");
    assert_eq!(people.len(), 2 * COMPANIES - BARRED);
    assert!(people.iter().all(|lead| lead["steps"].as_array().unwrap().len() == 3));
    let is_barred =
        |email: &str| (0..BARRED).any(|company| email == format!("p{}@firm{company}.example", 2 * company + 1));
    assert!(people.iter().all(|lead| !is_barred(lead["email"].as_str().unwrap())));
    let linted = place.run(&["lint", "spring", "--footer", "@footer.txt", "--json"]);
    let linted: Value = serde_json::from_str(&linted.out).unwrap();
    assert_eq!((&linted["messages"], &linted["messages_not_read"]), (&(3 * people.len()).into(), &0.into()));

    let truth = sent_and_answered(&place);
    // Who left is on the suppression list with those who were never written to, and in no export any more.
    let after = place.ok(&["export", "spring", "--for", "instantly"]).out;
    assert_eq!(after.matches("@firm").count() as u64, people.len() as u64 - truth.unsubscribed);

    let calibrated = place.ok(&["calibrate", &lineage, "--campaign", "spring", "--model", "market"]);
    let kept = calibration(&place);
    assert_eq!(
        (kept["replies"]["yes"].as_u64(), kept["positive"].as_u64()),
        (Some(truth.replied), Some(truth.positive))
    );
    assert_eq!(kept["replies"]["total"].as_u64(), Some(truth.sent - truth.bounced), "who bounced is in no rate");
    assert!(calibrated.out.contains("(simulated)"), "{}", calibrated.out);
    real_test(&place, &lineage, people.len() - truth.unsubscribed as usize);
}

fn calibration(place: &Place) -> Value {
    let [file] = &place.files("calibrations")[..] else { panic!("{:?}", place.files("calibrations")) };
    place.json(&format!("calibrations/{file}"))
}

/// Two prompts, of which readers answer the second: the test names it, and the judge ranks as the readers do.
fn real_test(place: &Place, lineage: &str, people: usize) {
    let plan = place.ok(&["ab", "plan", "--rate", "5", "--gain", "50"]).out;
    assert!(plan.contains("sends for each arm"), "{plan}");
    place.ok(&[
        "ab", "assign", "--leads", "spring", "--a", "pushy.md", "--b", lineage, "--model", "market", "--steps", "1",
    ]);
    place.ok(&["export", "spring_ab", "--for", "smartlead", "-o", "ab.csv"]);
    let text = std::fs::read_to_string(place.root().join("ab.csv")).unwrap();
    let fate = |index: usize, arm: Option<&str>| match (arm.unwrap(), index % 12) {
        ("b", 0..8) | ("a", 0) => Fate::Replies { step: 1, is_positive: None },
        (_, 11) => Fate::Bounced,
        _ => Fate::Silent,
    };
    let sent = sender::read(&text, &fate);
    assert_eq!(sent.len(), people);
    let companies = |arm: &str| -> HashSet<&str> {
        let of_arm = sent.iter().filter(|person| person.arm.as_deref() == Some(arm));
        of_arm.map(|person| person.email.split_once('@').unwrap().1).collect()
    };
    assert!(companies("a").is_disjoint(&companies("b")), "colleagues get the same prompt");
    place.write_bytes("ab_statistics.csv", &sender::smartlead_statistics(&sent, None));
    place.ok(&["replies", "import", "ab_statistics.csv", "--from", "smartlead", "--campaign", "spring_ab"]);

    let result = place.ok(&["ab", "result", "spring_ab"]).out;
    assert!(result.starts_with("Prompt b gets more replies than prompt a: proved."), "{result}");
    for arm in ["a", "b"] {
        let of_arm = sent.iter().filter(|person| person.arm.as_deref() == Some(arm) && person.fate != Fate::Bounced);
        let (replied, silent): (Vec<&Person>, Vec<&Person>) = of_arm.partition(|person| person.fate != Fate::Silent);
        let share = format!("{} of {}", replied.len(), replied.len() + silent.len());
        assert!(result.contains(&share), "{arm}: {share}\n{result}");
    }
    let calibrated = place.ok(&["calibrate", lineage, "--campaign", "spring_ab", "--model", "market"]).out;
    let kept = calibration(place);
    assert_eq!(kept["ranked"]["verdict"], "ranks", "{calibrated}");
    assert!(kept["ranked"]["auc"].as_f64().unwrap() > 0.5, "{calibrated}");
    let shown = place.ok(&["show", lineage]).out;
    assert!(shown.contains("This judge tells your readers apart"), "{shown}");
}
