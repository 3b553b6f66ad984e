//! The first things that a person does: the demo, `init`, a first run, a result on one screen, names.

#[path = "support/program.rs"]
mod program;

use std::io::Write;
use std::process::Stdio;

use program::{Place, Ran};

const FIRST: &str = "b2b_saas_personas_train_results_20250802_144126";
const NEXT: &str = "b2b_saas_personas_train_results_improvement_run_v1";

fn in_80_columns(text: &str) -> Vec<&str> {
    let lines: Vec<&str> = text.lines().collect();
    // Paths are one word, for whoever copies them.
    let wide = lines.iter().find(|line| line.chars().count() > 80 && !line.contains(" saved to: "));
    assert!(wide.is_none(), "{wide:?} in\n{text}");
    lines
}

#[test]
fn whether_it_worked_what_changed_and_what_to_do_next_stand_on_one_screen_of_80_columns() {
    let place = Place::with_samples();
    let ran = place.ok(&["improve", "--results-file", FIRST, "--model", "market"]);
    let lines = in_80_columns(&ran.out);
    let at = |start: &str| lines.iter().position(|line| line.starts_with(start));
    let verdict = at("Verdict: adopted, proved better").unwrap_or_else(|| panic!("{}", ran.out));
    let (kept_aside, gain) = (at("12 people kept aside").unwrap(), at("  gain: +").unwrap());
    let changed = at("Changed in the prompt").unwrap();
    let (gone, next) = (at("Objections gone: ").unwrap(), at("Next, ").unwrap());
    assert!(
        verdict < kept_aside && kept_aside < gain && gain < changed && changed < gone && gone < next,
        "{}",
        ran.out
    );
    assert!(next < 32, "the next command is beyond the first screen\n{}", ran.out);
    assert_eq!(ran.out.matches("Verdict").count(), 1, "one verdict\n{}", ran.out);
    assert!(ran.out.contains("95% interval") && ran.out.contains("simulated") && ran.out.contains("Learned from"));
    // Two of the forty in the file are kept aside: who is learned from is not mixed with them.
    let learned = &lines[at("Learned from").unwrap() + 1..];
    let people = |line: &str| line.split(" of ").nth(1).and_then(|rest| rest.split(')').next()).map(str::to_owned);
    assert_eq!((people(learned[0]), people(learned[1])), (Some("38".into()), Some("38".into())), "{}", ran.out);
    assert!(!ran.out.contains('\u{1b}'), "no colours where nobody is at a terminal");
    // What it says to do next works as it stands.
    let command = lines[next + 1..].iter().take_while(|line| line.starts_with("  "));
    let command: String = command.map(|line| line.trim_end_matches('\\').trim()).collect::<Vec<_>>().join(" ");
    let arguments: Vec<&str> = command.split(' ').filter(|word| !word.is_empty()).skip(1).collect();
    place.ok(&arguments);
    let prompt = std::fs::read_to_string(place.root().join("prompt.md")).unwrap();
    let file = place.json(&format!("results/{NEXT}.json"));
    assert_eq!(prompt.trim_end(), file["metadata"]["system_prompt"].as_str().unwrap().trim_end());
}

#[test]
fn a_prompt_that_stays_says_so_and_that_no_messages_were_written() {
    let place = Place::with_samples();
    let arguments =
        ["improve", "--results-file", FIRST, "--model", "market", "--calls", "40", "--messages-per-persona", "3"];
    let ran = place.ok(&arguments);
    in_80_columns(&ran.out);
    assert!(!ran.out.contains("Verdict: adopted"), "forty calls prove nothing\n{}", ran.out);
    let said = ran.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("Nothing changed in the prompt.") && said.contains("No new messages were written"), "{said}");
    assert!(said.contains("Next, "), "{said}");
}

#[test]
fn before_money_is_spent_it_is_said_what_so_few_people_can_show_and_what_it_takes() {
    let place = Place::with_samples();
    let dry = place.ok(&["improve", "--results-file", FIRST, "--dry-run", "--cycles", "auto"]).out;
    for words in [
        "12 people are kept aside to prove it with",
        " points or more in four of five cases",
        "In all ",
        "cost: about $",
        "minutes, with 6",
    ] {
        assert!(dry.contains(words), "no {words:?} in\n{dry}");
    }
    assert!(dry.contains("That is for one cycle"), "{dry}");
    let ran = place.ok(&["improve", "--results-file", FIRST, "--model", "market", "--calls", "40"]);
    let (few, first) = (ran.err.find("12 people are kept aside").unwrap(), ran.err.find(" …").unwrap());
    assert!(few < first && ran.err.contains("At most about "), "{}", ran.err);
}

#[test]
fn no_real_model_writes_about_an_offer_that_nobody_gave() {
    let place = Place::with_samples();
    let run = |arguments: &[&str]| {
        let mut command = place.command(arguments);
        command.env_remove("REJOINDER_PROMPT_FILE").env("ANTHROPIC_API_KEY", "k");
        Ran::of(&command.output().unwrap())
    };
    for command in ["evaluate", "generate"] {
        let arguments = [command, "--persona-file", "b2b_saas_personas_eval"];
        let ran = run(&arguments);
        assert_eq!(ran.code, Some(2), "{}", ran.err);
        assert!(ran.err.contains("--prompt-file FILE") && ran.err.lines().count() == 1, "{}", ran.err);
        assert_eq!(run(&[&arguments[..], &["--dry-run"]].concat()).code, Some(0), "nothing is written in a dry run");
        assert_eq!(run(&[&arguments[..], &["--model", "market"]].concat()).code, Some(0), "the market's is a sample");
    }
    assert!(place.files("results").len() == 2, "{:?}", place.files("results"));
}

#[test]
fn the_demo_does_the_main_job_in_a_folder_of_its_own_and_touches_no_other() {
    let place = Place::empty();
    let ran = place.ok(&["demo"]);
    assert!(ran.out.contains("Verdict: adopted") && ran.out.contains("cd rejoinder-demo"), "{}", ran.out);
    assert!(place.files("results").is_empty(), "the data folder that was there is left alone");
    let demo = place.root().join("rejoinder-demo");
    assert!(demo.join(format!("data/results/{NEXT}.json")).is_file());
    let mut show = place.command(&["show", "b2b_saas_personas_train_results", "--limit", "1"]);
    let shown = Ran::of(&show.current_dir(&demo).output().unwrap());
    assert!(shown.code == Some(0) && shown.out.contains(NEXT), "{}{}", shown.out, shown.err);
    let again = place.run(&["demo"]);
    assert!(again.code == Some(2) && again.err.contains("--folder"), "{}", again.err);
}

#[test]
fn init_asks_writes_two_files_checks_the_model_and_replaces_nothing() {
    let place = Place::empty();
    let init =
        ["init", "--offer", "We sell flour to bakeries.", "--model", "market", "--domain", "bakery owners in Leeds"];
    let ran = place.ok(&init);
    let text = |name: &str| std::fs::read_to_string(place.root().join(name)).unwrap();
    assert!(
        text("offer.md").contains("## Facts\nWe sell flour to bakeries.") && text("offer.md").contains("## Advice")
    );
    assert!(text("rejoinder.toml").contains("model = \"market\"\n"), "{}", text("rejoinder.toml"));
    assert!(ran.out.contains("Next, in this order:") && ran.out.contains("rejoinder personas"), "{}", ran.out);
    in_80_columns(&ran.out[ran.out.find("Next, in this order:").unwrap()..]);
    let again = place.run(&init);
    assert!(again.code == Some(6) && again.err.contains("is there already"), "{}", again.err);
    assert!(again.out.is_empty(), "{}", again.out);

    let other = Place::empty();
    let ran = other.run(&["init", "--model", "anthropic/claude-sonnet-5-5"]);
    assert_eq!(ran.code, Some(4), "there is no key\n{}", ran.err);
    assert!(ran.out.contains("First write what you offer") && ran.out.contains("rejoinder check"), "{}", ran.out);
    let evaluate = ["evaluate", "--persona-file", "x", "--model", "market", "--prompt-file", "offer.md"];
    other.write("data/personas/x.json", "[\"Ada, 44, buys flour.\"]");
    let ran = other.run(&evaluate);
    assert!(ran.code == Some(2) && ran.err.contains("WRITE HERE WHAT YOU OFFER"), "{}", ran.err);
}

#[test]
fn init_takes_leads_from_a_file_whose_name_looks_like_an_option() {
    let place = Place::empty();
    place.write("-bakers.csv", "email,Title\nada@x.example,Baker\n");
    let init = ["init", "--offer", "We sell flour.", "--model", "market", "--no-check"];
    let ran = place.ok(&[&init[..], &["--leads=-bakers.csv", "--name=-b"]].concat());
    assert!(ran.out.contains("May be written to: 1"), "{}{}", ran.out, ran.err);
    assert_eq!(place.files("leads"), ["-b.jsonl"]);
}

/// Answers of a person to `init`, then the commands that it names, as they stand.
#[test]
fn from_init_with_leads_to_an_exported_campaign_everything_is_said_in_80_columns() {
    let place = Place::empty();
    let mut leads = "First Name,Last Name,Title,Company,Email,Industry,Do Not Call\n".to_owned();
    for number in 0..40 {
        let (firm, barred) = (number / 2, number == 7);
        leads += &format!("Ann{number},Lee,Owner,Bakery {firm},ann{number}@bakery{firm}.example,bakeries,{barred}\n");
    }
    place.write("bakers.csv", &leads);
    let command = |arguments: &[&str]| {
        let mut command = place.command(arguments);
        // The day is the same whenever this is run.
        command.env_remove("REJOINDER_PROMPT_FILE").env("SOURCE_DATE_EPOCH", "1796000000").env("COLUMNS", "80");
        command
    };
    let mut typed = command(&["init", "--no-check"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let answers = "We are Millbrook and deliver flour to bakeries the next day.\nmarket\n@bakers.csv\n";
    typed.stdin.take().unwrap().write_all(answers.as_bytes()).unwrap();
    let init = Ran::of(&typed.wait_with_output().unwrap());
    assert_eq!(init.code, Some(0), "{}{}", init.out, init.err);
    assert!(init.out.contains("May be written to: 39"), "{}", init.out);
    let (_, commands) = init.out.split_once("Next, in this order:\n").unwrap();
    let commands = commands.lines().filter_map(|line| line.strip_prefix("  rejoinder "));
    let mut transcript = format!("$ rejoinder init --no-check\n{}", init.out);
    for line in commands {
        let ran = Ran::of(&command(&line.split(' ').collect::<Vec<_>>()).output().unwrap());
        // Nothing in the messages lets anybody opt out, and lint says so.
        let expected = if line.starts_with("lint") { 10 } else { 0 };
        assert_eq!(ran.code, Some(expected), "{line}\n{}\n{}", ran.out, ran.err);
        transcript += &format!("\n$ rejoinder {line}\n{}", ran.out);
    }
    in_80_columns(&transcript);
    // The page shows a transcript of the same commands, in the same order.
    let shown = include_str!("../docs/first-campaign.txt");
    let commands = |text: &str| {
        let lines = text.lines().filter_map(|line| line.strip_prefix("$ rejoinder "));
        lines.filter(|line| !line.starts_with("init")).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(commands(shown), commands(&transcript));
    in_80_columns(shown);
    for words in ["Verdict: ", "CAMPAIGN COMPLETE", "39 whole sequences, 117 messages", "Not checked:"] {
        assert!(transcript.contains(words), "{words}: {transcript}");
    }
    let exported = std::fs::read_to_string(place.root().join("bakers_campaign.csv")).unwrap();
    assert_eq!(exported.matches("@bakery").count(), 39);
}

#[test]
fn a_lineage_and_a_run_are_named_alike_and_lineages_of_one_persona_file_are_told_apart() {
    let place = Place::with_samples();
    place.ok(&["improve", "--results-file", FIRST, "--model", "market", "--no-report"]);
    let lineage = "b2b_saas_personas_train_results";
    let prompt = |arguments: &[&str]| place.ok(&[&["export", "--format", "prompt"], arguments].concat()).out;
    let (old, new) = (prompt(&[FIRST]), prompt(&[NEXT]));
    assert!(old != new && prompt(&[lineage]) == new && prompt(&[FIRST, "--best"]) == new);
    assert!(place.ok(&["show", lineage, "--limit", "1"]).out.contains(NEXT));
    assert!(place.ok(&["report", lineage, "--format", "md"]).out.contains("v1"));

    // A second first run of the same people.
    let copy = std::fs::read_to_string(place.data().join(format!("results/{FIRST}.json"))).unwrap();
    let second = "b2b_saas_personas_train_results_20250803_090000";
    place.write(&format!("data/results/{second}.json"), &copy.replace("\"seed\": 1", "\"seed\": 2"));
    let shown = place.ok(&["show"]).out;
    let headed = |name: &str| shown.lines().any(|line| line == name);
    assert!(headed(FIRST) && headed(second), "{shown}");
    let ran = place.run(&["report", lineage, "--format", "md"]);
    assert!(ran.code == Some(2) && ran.err.contains(second) && ran.err.contains("2 lineages"), "{}", ran.err);
    assert_eq!(prompt(&[second, "--best"]), old, "another lineage's prompt is not this one's");
}

#[test]
fn readme_says_what_a_dozen_and_forty_people_can_show_as_plan_does() {
    let place = Place::empty();
    let least = |people: &str| {
        let out = place.ok(&["plan", "--personas", people]).out;
        let line =
            out.lines().find_map(|line| line.strip_prefix("The smallest gain that is seen in four of five cases: "));
        let points: f64 = line.and_then(|line| line.strip_suffix(" points")).unwrap().parse().unwrap();
        points.round()
    };
    let readme = include_str!("../README.md").split_whitespace().collect::<Vec<_>>().join(" ");
    let said =
        format!("A dozen can show only a gain of about {} points; forty can show about {}.", least("12"), least("40"));
    assert!(readme.contains(&said), "{said}");
}
