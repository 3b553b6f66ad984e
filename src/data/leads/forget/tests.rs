#![allow(clippy::disallowed_methods, reason = "a test lays out files that are not the program's")]

use super::*;
use crate::data::leads::{Lead, file};

struct Place {
    _root: tempfile::TempDir,
    folder: DataFolder,
}

const ADDRESS: &str = "zoë.miller@x.example";
const MESSAGE: &str = "Hello Zoë, your team at X ships boxes; may I show you how others do that?";
const REASON: &str = "I already have \"a vendor\" for boxes and do not want another one this year.";

/// A lead who was described anew, results of before and of now, and what else there may be.
fn place() -> Place {
    let root = tempfile::tempdir().unwrap();
    let folder = DataFolder::open(root.path());
    let mut zoe = Lead::new(ADDRESS).unwrap();
    zoe.first_name = Some("Zoë".into());
    zoe.last_name = Some("Miller".into());
    zoe.company = Some("X".into());
    let before = zoe.persona_text();
    zoe.describe(Some("A head of \"IT\" who ships boxes from Köln.".into()));
    let now = zoe.persona_text();
    let bo = Lead::new("bo@y.example").unwrap();
    LeadList::create(&folder, &file(&folder, "spring").unwrap(), [Ok(zoe.clone()), Ok(bo.clone())]).unwrap();
    LeadList::create(&folder, &file(&folder, "autumn").unwrap(), [Ok(bo.clone())]).unwrap();
    let other = bo.persona_text();
    let results = |persona: &str, parent: &str| {
        serde_json::json!({
            "metadata": {
                "persona_file": "leads/spring",
                "rejoinder": {
                    "parent": {"file": "a.json", "sha256": parent},
                    "failures": [{"persona": 1, "message": 0, "stage": "decide", "reason": "cut off"}],
                    "search_failures": [{"persona": persona, "step": "s", "stage": "generate", "reason": "cut off"}],
                    "coding": {"quotes": {"0": format!("{}…", &REASON[..40])}},
                    "lineage": {"example": format!("To them: {MESSAGE}")}
                }
            },
            "results": [
                {"persona": persona, "messages": [{
                    "message": MESSAGE, "decision": {"decision": false, "reasoning": REASON},
                    "rejoinder": {"audit": {"claims": [{"start": 5, "end": 9}]}}
                }]},
                {"persona": other, "messages": [{"message": "Hello Bo.", "decision": {"decision": true, "reasoning": REASON}}]}
            ]
        })
    };
    let put = |path: &str, text: String| {
        let path = root.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    let first = results(&before, "0").to_string();
    put("results/b_child.json", results(&now, &sha256(first.as_bytes())).to_string());
    put("results/a.json", first);
    put("results/a.html", format!("<p>{MESSAGE}</p>"));
    put("results/other.json", serde_json::json!({"results": [{"persona": other, "messages": []}]}).to_string());
    put(
        "messages/a.json",
        serde_json::json!([{"persona": now, "message": MESSAGE}, {"persona": other, "message": "x"}]).to_string(),
    );
    put("personas/only.json", serde_json::json!([now]).to_string());
    let line = |lead: &Lead| {
        serde_json::json!({"lead": lead.id, "email": lead.email, "persona": lead.persona_text()}).to_string()
    };
    put("campaigns/spring.jsonl", format!("{{\"name\":\"spring\"}}\n{}\n{}\n", line(&zoe), line(&bo)));
    put("replies/spring.jsonl", format!("{}\n{}\n", line(&bo), line(&zoe)));
    put("leads/.rejoinder-1.tmp", format!("{{\"email\":\"{ADDRESS}\""));
    Place { _root: root, folder }
}

impl Place {
    /// All that any file of the folder says.
    fn everything(&self) -> Vec<(PathBuf, String)> {
        let mut all = Vec::new();
        for folder in std::fs::read_dir(self.folder.root()).unwrap().flatten() {
            for file in std::fs::read_dir(folder.path()).unwrap().flatten() {
                all.push((file.path(), std::fs::read_to_string(file.path()).unwrap()));
            }
        }
        all
    }

    fn check(&self) {
        for (path, text) in self.everything() {
            for trace in [ADDRESS, "Miller", "Zoë", "ships boxes", "Köln"] {
                assert!(!text.contains(trace), "{trace} is in {}: {text}", path.display());
            }
            assert!(!path.to_string_lossy().contains(".forgetting"));
        }
        let list = |name: &str| -> Vec<String> {
            LeadList::open(&self.folder, &file(&self.folder, name).unwrap())
                .unwrap()
                .map(|lead| lead.unwrap().email)
                .collect()
        };
        assert_eq!((list("spring"), list("autumn")), (vec!["bo@y.example".into()], vec!["bo@y.example".into()]));
    }

    fn json(&self, path: &str) -> (Value, String) {
        let bytes = std::fs::read(self.folder.root().join(path)).unwrap();
        (serde_json::from_slice(&bytes).unwrap(), sha256(&bytes))
    }
}

fn forget(folder: &DataFolder, name: &str) -> Result<Vec<Change>, Error> {
    let mut forgetting = Forgetting::begin(folder, "Zoë.Miller@X.example", name)?;
    let mut changes = forgetting.files()?;
    changes.extend(forgetting.lists()?);
    Ok(changes)
}

#[test]
fn a_forgotten_person_is_in_no_file_and_everybody_else_is_as_they_were() {
    let place = place();
    let untouched = std::fs::read(place.folder.root().join("results/other.json")).unwrap();
    let changes = forget(&place.folder, "00ff00ff").unwrap();
    place.check();
    let names: Vec<String> =
        changes.iter().map(|change| change.path.file_name().unwrap().to_string_lossy().into_owned()).collect();
    for name in ["a.json", "b_child.json", "a.html", "only.json", "spring.jsonl", ".rejoinder-1.tmp"] {
        assert!(names.contains(&name.to_owned()), "{name}: {names:?}");
    }
    assert_eq!(std::fs::read(place.folder.root().join("results/other.json")).unwrap(), untouched);
    let (first, hash) = place.json("results/a.json");
    let (child, _) = place.json("results/b_child.json");
    assert_eq!(child["metadata"]["rejoinder"]["parent"]["sha256"], hash, "a child still knows its parent");
    for file in [&first, &child] {
        let (theirs, others) = (&file["results"][0], &file["results"][1]);
        assert_eq!(theirs["persona"], "[forgotten person 00ff00ff]");
        assert_eq!(theirs["messages"][0]["message"], FORGOTTEN);
        assert_eq!(theirs["messages"][0]["decision"]["decision"], false, "who said yes is still counted");
        assert!(theirs["messages"][0].get("rejoinder").is_none(), "places in a text that is gone");
        assert_eq!(others["messages"][0]["decision"]["reasoning"], REASON, "another who said the same");
        assert_eq!(file["metadata"]["rejoinder"]["failures"][0]["persona"], 1);
    }
    assert_eq!(place.json("messages/a.json").0.as_array().unwrap().len(), 1);
    let suppression = Suppression::load(&place.folder).unwrap();
    assert!(suppression.why_not(&Lead::new(ADDRESS).unwrap()).is_some());
}

#[test]
fn a_forgetting_that_is_interrupted_anywhere_is_completed_by_the_same_command() {
    for stop in 0..5 {
        let place = place();
        let mut forgetting = Forgetting::begin(&place.folder, ADDRESS, "00000001").unwrap();
        let root = place.folder.root();
        let file = |kind, name: &str| FileName::new(kind, name).unwrap();
        if stop >= 1 {
            forgetting.json(&file(Kind::Results, "a")).unwrap();
        }
        if stop >= 2 {
            forgetting.lines(&file(Kind::Campaigns, "spring")).unwrap();
        }
        if stop >= 3 {
            forgetting.json(&file(Kind::Results, "b_child")).unwrap();
        }
        if stop >= 4 {
            forgetting.files().unwrap();
        }
        drop(forgetting);
        assert!(
            std::fs::read_dir(root.join("leads"))
                .unwrap()
                .flatten()
                .any(|entry| entry.file_name().to_string_lossy().contains(".forgetting"))
        );
        forget(&place.folder, "00000002").unwrap();
        place.check();
        let (child, _) = place.json("results/b_child.json");
        assert_eq!(child["metadata"]["rejoinder"]["parent"]["sha256"], place.json("results/a.json").1, "after {stop}");
        assert_eq!(child["results"][0]["persona"], "[forgotten person 00000001]", "one person keeps one name");
    }
}

#[test]
fn who_is_nowhere_is_suppressed_and_what_is_no_address_is_refused() {
    let place = place();
    let before = place.everything().len();
    let mut forgetting = Forgetting::begin(&place.folder, "nobody@z.example", "0").unwrap();
    assert_eq!(forgetting.files().unwrap(), []);
    assert_eq!(forgetting.lists().unwrap(), []);
    assert_eq!(place.everything().len(), before + 1, "the suppression list alone is new");
    assert!(Forgetting::begin(&place.folder, "Zoë", "0").is_err());
}

#[test]
fn no_later_import_brings_a_forgotten_person_back() {
    use crate::data::leads::import::{self, Mode, Options, Report};
    let place = place();
    let elsewhere = tempfile::tempdir().unwrap();
    let source = elsewhere.path().join("leads.csv");
    std::fs::write(&source, format!("email,Full Name,Notes\nBO@y.example,Bo,\n{ADDRESS},Zoë Miller,ships boxes\n"))
        .unwrap();
    // A list of before, as a backup has it.
    let spring = place.folder.root().join("leads/spring.jsonl");
    let before = std::fs::read(&spring).unwrap();
    forget(&place.folder, "00ff00ff").unwrap();
    std::fs::write(&spring, before).unwrap();
    let import = |list: &str, mode| -> Report {
        import::import(&place.folder, &file(&place.folder, list).unwrap(), mode, &source, &Options::default()).unwrap()
    };
    for report in [import("summer", Mode::New), import("autumn", Mode::Update), import("spring", Mode::Update)] {
        assert_eq!((report.forgotten, report.suppressed, report.writable()), (1, 0, 1));
    }
    place.check();
    let summer = LeadList::open(&place.folder, &file(&place.folder, "summer").unwrap()).unwrap();
    assert_eq!(summer.map(|lead| lead.unwrap().email).collect::<Vec<_>>(), ["bo@y.example"]);
}

#[test]
fn what_others_got_or_said_in_the_same_words_tells_nobody_from_another() {
    const SUBJECT: &str = "A question about your month end at the office";
    const SAME: &str = "Hello, may I send you two pages about boxes for your team?";
    let place = place();
    let sent = |email: &str, text: &str| {
        let lead = Lead::new(email).unwrap();
        let steps = serde_json::json!([{"number": 1, "subject": SUBJECT, "body": SAME}, {"number": 2, "body": text}]);
        serde_json::json!({"lead": lead.id, "email": email, "persona": lead.persona_text(), "steps": steps}).to_string()
    };
    let alone = "I wrote to nobody else of the boxes in your yard, and of the lorry.";
    let lines = [sent(ADDRESS, alone), sent("bo@y.example", "Hello Bo, it is another text that you get.")];
    let path = place.folder.root().join("campaigns/summer.jsonl");
    std::fs::write(path, format!("{{\"name\":\"summer\"}}\n{}\n{}\n", lines[0], lines[1])).unwrap();
    let traces = Traces::gather(&place.folder, ADDRESS).unwrap();
    for theirs in [SUBJECT, SAME, REASON] {
        assert!(!traces.is_in(&format!("To Bo: {theirs}")), "{theirs} was got or said by Bo as well");
        assert!(traces.is_in(&format!("To Zoë Miller: {theirs}")), "her name tells");
    }
    assert!(traces.is_in(&format!("To them: {alone}")) && traces.is_in(MESSAGE), "nobody else got these");
    assert!(!traces.may_be_in(format!("<p>{SUBJECT}</p><p>{SAME}</p>").as_bytes()), "a page of another lineage stays");
}

#[test]
fn files_that_imports_write_are_changed_under_their_lock() {
    let place = place();
    // What is no file cannot be locked.
    let lock = place.folder.root().join("replies/.rejoinder.lock");
    std::fs::create_dir(&lock).unwrap();
    let before = std::fs::read(place.folder.root().join("replies/spring.jsonl")).unwrap();
    forget(&place.folder, "00ff00ff").unwrap_err();
    assert_eq!(std::fs::read(place.folder.root().join("replies/spring.jsonl")).unwrap(), before);
    std::fs::remove_dir(&lock).unwrap();
    forget(&place.folder, "00ff00ff").unwrap();
    place.check();
}

#[test]
fn a_reply_that_only_an_import_has_identifies_its_person_unless_another_import_has_it_too() {
    const ALONE: &str = "Our yard in the north has had its own boxes since spring, thank you.";
    const SAME: &str = "Please write to our purchasing department about boxes instead.";
    let place = place();
    let line = |email: &str, text: &str| {
        let lead = Lead::new(email).unwrap();
        let outcome = serde_json::json!({"lead": lead.id, "email": email, "arm": "a", "reply": {"text": text}});
        serde_json::json!({"import": 1, "lead": lead.id, "email": email, "outcome": outcome}).to_string() + "\n"
    };
    let lines = [line(ADDRESS, ALONE), line(ADDRESS, SAME), line("bo@y.example", SAME)].concat();
    let path = place.folder.root().join("imports/spring.jsonl");
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, lines).unwrap();
    let traces = Traces::gather(&place.folder, ADDRESS).unwrap();
    assert!(traces.is_in(&format!("They said: {ALONE}")));
    assert!(!traces.is_in(&format!("They said: {SAME}")), "Bo said it as well");
}

#[test]
fn the_address_is_taken_out_of_what_is_known_of_others() {
    let place = place();
    let mut bo = Lead::new("bo@y.example").unwrap();
    bo.columns.insert("Notes".into(), "boss:\nZOË.Miller@x.example, Zoë Miller".into());
    bo.columns.insert("Other".into(), "anzoë.miller@x.example".into());
    bo.columns.insert("Pain".into(), "late trucks".into());
    let before = bo.persona_text();
    let list = file(&place.folder, "winter").unwrap();
    LeadList::create(&place.folder, &list, [Ok(bo.clone())]).unwrap();
    let line = serde_json::json!({"lead": bo.id, "email": bo.email, "reply": {"text": format!("Ask {ADDRESS}.")}});
    std::fs::write(place.folder.root().join("replies/winter.jsonl"), format!("{line}\n")).unwrap();
    let header = format!("{{\"name\":\"winter\",\"arms\":[{{\"prompt\":\"Sign as {ADDRESS}\"}}]}}");
    let step = serde_json::json!({"lead": bo.id, "email": bo.email, "steps": [{"body": format!("Hi Bo, is {ADDRESS} yours?")}]});
    std::fs::write(place.folder.root().join("campaigns/winter.jsonl"), format!("{header}\n{step}\n")).unwrap();
    let changes = forget(&place.folder, "00ff00ff").unwrap();
    let what = |name: &str| changes.iter().find(|change| change.path.ends_with(name)).unwrap().what.clone();
    assert_eq!(what("leads/winter.jsonl"), "the address was removed from 1 text of others");
    assert_eq!(what("replies/winter.jsonl"), "the address was removed from 1 text of others");
    // What is sent to others stays a message, and what a sender has written is the sender's.
    let campaign = std::fs::read_to_string(place.folder.root().join("campaigns/winter.jsonl")).unwrap();
    assert_eq!(campaign, format!("{header}\n{}\n", step.to_string().replace(ADDRESS, FORGOTTEN)));
    let left = LeadList::open(&place.folder, &list).unwrap().next().unwrap().unwrap();
    let column = |name: &str| left.columns.get(name).and_then(Value::as_str).unwrap().to_owned();
    assert_eq!((column("Notes").as_str(), column("Pain").as_str()), ("boss:\n[forgotten], [forgotten]", "late trucks"));
    assert_eq!(column("Other"), "anzoë.miller@x.example", "an address of somebody else");
    assert!(left.earlier.contains(&crate::data::leads::lead::text_hash(&before)));
}
