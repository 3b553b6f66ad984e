//! The way back from a wrong file.

use super::*;
use crate::data::imports;
use crate::data::leads::Suppressed;

fn bytes(folder: &DataFolder) -> Vec<u8> {
    std::fs::read(folder.path(&crate::data::replies::file_name("spring").unwrap())).unwrap()
}

fn row(name: &str, more: serde_json::Value) -> serde_json::Value {
    let mut row = serde_json::json!({"email": format!("{name}@x.example"), "sent_at": "2026-11-02", "step": 1});
    row.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    row
}

fn asked(name: &str) -> serde_json::Value {
    row(name, serde_json::json!({"unsubscribed": "yes"}))
}

fn is_listed(folder: &DataFolder, name: &str) -> bool {
    let key = AddressKey::from_address(&format!("{name}@x.example"));
    Suppression::load(folder).unwrap().reason(key).is_some()
}

fn numbers_of(folder: &DataFolder) -> Vec<u32> {
    imports::list(folder, "spring").unwrap().iter().map(|(number, _)| *number).collect()
}

#[test]
fn undoing_an_import_leaves_what_the_other_imports_say() {
    let first = [row("ana", serde_json::json!({})), row("cleo", serde_json::json!({"reply_text": "Later?"}))];
    let wrong = [
        row("ana", serde_json::json!({"reply_text": "Yes!", "positive": "yes"})),
        row("ben", serde_json::json!({"unsubscribed": "yes"})),
        row("dora", serde_json::json!({"bounced": "yes"})),
    ];
    let last = [row("ben", serde_json::json!({})), row("emil", serde_json::json!({"reply_text": "No."}))];
    let names = ["ana", "ben", "cleo", "dora", "emil"];
    let (_root, without, file) = place(&names);
    bring(&without, &file, Tool::Csv, &first);
    bring(&without, &file, Tool::Csv, &last);

    let (_root, folder, file) = place(&names);
    let numbers = [&first[..], &wrong, &last].map(|rows| bring(&folder, &file, Tool::Csv, rows).number.unwrap());
    assert_eq!(numbers, [1, 2, 3]);
    assert_eq!(bring(&folder, &file, Tool::Csv, &last).number, Some(3), "the same again is the same import");
    assert!(is_listed(&folder, "ben"));
    let undone = undo(&folder, "spring", 2).unwrap().unwrap();
    assert_eq!((undone.restored, undone.kept, undone.known.replied), (1, 0, 2));
    assert_eq!(bytes(&folder), bytes(&without), "byte for byte what it would be without that import");
    assert!(Suppression::load(&folder).unwrap().is_empty());
    assert_eq!(numbers_of(&folder), [1, 3]);
    assert!(undo(&folder, "spring", 2).unwrap().is_none());

    for number in [1, 3] {
        undo(&folder, "spring", number).unwrap().unwrap();
    }
    assert!(!folder.exists(&crate::data::replies::file_name("spring").unwrap()), "nothing is known any more");
    assert!(numbers_of(&folder).is_empty());
    assert_eq!(bring(&folder, &file, Tool::Csv, &last).number, Some(4), "a number is given once");
}

#[test]
fn an_export_that_comes_again_after_another_is_an_import_of_its_own() {
    let (_root, folder, file) = place(&["ana"]);
    let category = |said: &str| [row("ana", serde_json::json!({"reply_text": "Maybe.", "category": said}))];
    let (yes, no) = (category("Interested"), category("Not Interested"));
    let numbers = [&yes, &no, &yes, &yes].map(|rows| bring(&folder, &file, Tool::Csv, rows).number.unwrap());
    assert_eq!(numbers, [1, 2, 3, 3]);
    assert_eq!(known(&folder)[0].positive, Some(true));
    undo(&folder, "spring", 1).unwrap().unwrap();
    assert_eq!(known(&folder)[0].positive, Some(true), "the third import says so");
}

#[test]
fn an_undone_import_does_not_free_its_number() {
    let (_root, folder, file) = place(&["ana", "ben"]);
    bring(&folder, &file, Tool::Csv, &[row("ana", serde_json::json!({}))]);
    bring(&folder, &file, Tool::Csv, &[row("ben", serde_json::json!({}))]);
    undo(&folder, "spring", 2).unwrap().unwrap();
    assert_eq!(bring(&folder, &file, Tool::Csv, &[row("ben", serde_json::json!({}))]).number, Some(3));
    let path = folder.path(&imports::file_name("spring").unwrap());
    let lines = std::fs::read_to_string(&path).unwrap().replace("\"import\":3", &format!("\"import\":{}", u32::MAX));
    crate::data::whole::replace(&path, |out| out.write_all(lines.as_bytes())).unwrap();
    let ana = export(Tool::Csv, &[row("ana", serde_json::json!({"bounced": "yes"}))]);
    let error = import(&folder, &file, ana, "2026-11-30T02:00:00").unwrap_err().to_string();
    assert!(error.contains("leaves no number for another"), "{error}");
}

#[test]
fn undoing_an_import_frees_nobody_who_was_suppressed_by_hand_since() {
    let (_root, folder, file) = place(&["ana", "ben"]);
    bring(&folder, &file, Tool::Csv, &["ana", "ben"].map(asked));
    let by_hand = Suppressed::of_address("ben@x.example", "suppressed by hand", "2026-12-01").unwrap();
    assert_eq!(Suppression::add(&folder, [by_hand]).unwrap(), 0);
    let undone = undo(&folder, "spring", 1).unwrap().unwrap();
    assert_eq!((undone.restored, undone.kept), (1, 1));
    assert!(is_listed(&folder, "ben") && !is_listed(&folder, "ana"));
}

#[test]
fn undoing_an_import_frees_nobody_whom_a_list_of_leads_blocks() {
    use crate::data::leads::import::{Mode, Options, import as import_leads};
    // The list may be gone by then, or its import may not have noted anything.
    for (list_is_kept, note_is_kept) in [(true, true), (true, false), (false, true)] {
        let (_root, folder, file) = place(&["ana", "ben"]);
        bring(&folder, &file, Tool::Csv, &["ana", "ben"].map(asked));
        let suppressed = folder.path(&FileName::new(Kind::Leads, "suppressed").unwrap());
        let before = std::fs::read(&suppressed).unwrap();
        let list = crate::data::leads::file(&folder, "summer").unwrap();
        in_file(b"email,unsubscribed\nben@x.example,yes\nana@x.example,no\n", |path| {
            import_leads(&folder, &list, Mode::New, path, &Options::default())
        })
        .unwrap();
        if !list_is_kept {
            folder.remove(&list).unwrap();
        }
        if !note_is_kept {
            crate::data::whole::replace(&suppressed, |out| out.write_all(&before)).unwrap();
        }
        undo(&folder, "spring", 1).unwrap().unwrap();
        assert!(is_listed(&folder, "ben"), "list kept: {list_is_kept}, note kept: {note_is_kept}");
        assert!(!is_listed(&folder, "ana"));
    }
}

#[test]
fn the_last_import_that_says_that_somebody_asked_frees_them() {
    // The second one is of the same campaign, or of another.
    for other in ["spring", "autumn"] {
        let (_root, folder, file) = place(&["ben"]);
        let second = FileName::new(Kind::Campaigns, other).unwrap();
        if second != file {
            std::fs::copy(folder.path(&file), folder.path(&second)).unwrap();
        }
        bring(&folder, &file, Tool::Csv, &[asked("ben")]);
        let bounced = [row("ben", serde_json::json!({"unsubscribed": "yes", "bounced": "yes"}))];
        let number = bring(&folder, &second, Tool::Csv, &bounced).number.unwrap();
        assert_eq!(undo(&folder, "spring", 1).unwrap().unwrap().kept, 1);
        assert!(is_listed(&folder, "ben"));
        assert_eq!(undo(&folder, other, number).unwrap().unwrap().restored, 1);
        assert!(!is_listed(&folder, "ben"), "{other}");
    }
}

#[test]
fn people_suppressed_for_another_reason_too_stay_suppressed() {
    let (_root, folder, file) = place(&["ana", "ben", "cleo", "dora"]);
    let earlier = Suppressed::of_address("ana@x.example", "unsubscribed", "2026-11-01").unwrap();
    Suppression::add(&folder, [earlier]).unwrap();
    bring(&folder, &file, Tool::Csv, &[asked("ana"), asked("ben"), asked("cleo"), asked("dora")]);
    bring(&folder, &file, Tool::Csv, &[row("ben", serde_json::json!({"unsubscribed": "yes", "bounced": "yes"}))]);
    let cleo = Suppressed::of_address("cleo@x.example", "forgotten", "2026-11-30").unwrap();
    Suppression::forget(&folder, cleo).unwrap();
    let undone = undo(&folder, "spring", 1).unwrap().unwrap();
    assert_eq!((undone.restored, undone.kept), (1, 2), "Dora alone: Ben asked twice, and Cleo was forgotten");
    for (name, stays) in [("ana", true), ("ben", true), ("cleo", true), ("dora", false)] {
        assert_eq!(is_listed(&folder, name), stays, "{name}");
    }
}

#[test]
fn replies_older_than_the_list_of_imports_count_as_the_first_import() {
    let (_root, folder, file) = place(&["ana", "ben"]);
    bring(&folder, &file, Tool::Csv, &[row("ana", serde_json::json!({"reply_text": "Later?"}))]);
    folder.remove(&imports::file_name("spring").unwrap()).unwrap();
    let before = bytes(&folder);
    assert_eq!(
        bring(&folder, &file, Tool::Csv, &[row("ben", serde_json::json!({"reply_text": "No."}))]).number,
        Some(2)
    );
    undo(&folder, "spring", 2).unwrap().unwrap();
    assert_eq!(bytes(&folder), before);
}

#[test]
fn undoing_an_import_does_not_bring_back_a_forgotten_person() {
    let (_root, folder, file) = place(&["ana", "ben"]);
    let both = |text: &str| ["ana", "ben"].map(|name| row(name, serde_json::json!({"reply_text": text})));
    bring(&folder, &file, Tool::Csv, &both("We have a vendor for that already."));
    bring(&folder, &file, Tool::Csv, &both("Please stop sending me these messages."));
    let mut forgetting = crate::data::leads::forget::Forgetting::begin(&folder, "ana@x.example", "x").unwrap();
    forgetting.files().unwrap();
    forgetting.lists().unwrap();
    let kept = std::fs::read_to_string(folder.path(&imports::file_name("spring").unwrap())).unwrap();
    assert!(!kept.contains("ana@") && kept.contains("ben@"), "{kept}");
    undo(&folder, "spring", 2).unwrap().unwrap();
    assert_eq!(known(&folder).iter().map(|outcome| outcome.email.as_str()).collect::<Vec<_>>(), ["ben@x.example"]);
}
