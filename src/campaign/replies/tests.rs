//! The traps of the tools' exports, one test each.

mod hostile;
mod later;
mod undo;
mod words;

use super::*;
use crate::data::campaigns::{Arm, CampaignHeader, Step, Written};
use crate::data::leads::{AddressKey, Suppression};
use crate::data::replies::Outcome;
use crate::data::{DataFolder, FileName, Kind, campaigns};

/// A campaign of two steps to people of these names.
fn place(names: &[&str]) -> (tempfile::TempDir, DataFolder, FileName) {
    let root = tempfile::tempdir().unwrap();
    let folder = DataFolder::open(root.path());
    let file = FileName::new(Kind::Campaigns, "spring").unwrap();
    let header = CampaignHeader {
        schema_version: campaigns::SCHEMA_VERSION,
        name: "spring".into(),
        leads: "spring".into(),
        steps: 2,
        arms: vec![Arm { name: "a".into(), ..Arm::default() }],
        ..CampaignHeader::default()
    };
    let step = |number, body: String| Step { number, subject: "Month end".into(), body, ..Step::default() };
    let written = names.iter().map(|name| {
        let email = format!("{name}@x.example");
        Ok(Written {
            lead: AddressKey::from_address(&email).lead_id(),
            email,
            arm: "a".into(),
            persona: format!("{name}, controller"),
            steps: vec![step(1, first(name)), step(2, second(name))],
            ..Written::default()
        })
    });
    let draft = campaigns::draft(&folder, &file, &header, written).unwrap();
    campaigns::name_new(&folder, &file, draft).unwrap();
    (root, folder, file)
}

fn first(name: &str) -> String {
    format!(
        "Hi {name}, your team closes the books in nine days. A firm of your size took it down to four. Worth a look?"
    )
}

fn second(name: &str) -> String {
    format!("One more thing, {name}: their controller wrote down, in two pages, how they did it. Shall I send it over?")
}

fn export(tool: Tool, rows: &[serde_json::Value]) -> Export {
    read_as(tool, &serde_json::to_vec(rows).unwrap(), &[]).unwrap()
}

/// What a file of these bytes says.
fn read_as(tool: Tool, bytes: &[u8], map: &[columns::Mapped]) -> Result<Export, String> {
    in_file(bytes, |path| Export::read(path, tool, map).map(|(export, _)| export))
}

fn each_row(bytes: &[u8], map: &[columns::Mapped], each: &mut dyn FnMut(Row)) -> Result<(), String> {
    in_file(bytes, |path| rows::read(path, map, each).map(drop))
}

fn in_file<T>(bytes: &[u8], read: impl FnOnce(&std::path::Path) -> Result<T, crate::data::Error>) -> Result<T, String> {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("replies.csv");
    #[allow(clippy::disallowed_methods, reason = "a test lays out files that are not the program's")]
    std::fs::write(&path, bytes).unwrap();
    read(&path).map_err(|error| error.to_string().replace(&root.path().display().to_string(), ""))
}

#[test]
fn names_are_found_however_they_are_written_and_values_inside_others_by_their_way() {
    let value = serde_json::json!([{
        "Lead Email": "a@x.example", "leadCorrespondence": {"targetLeadEmail": "b@x.example"}, "sequence_number": 2,
        "is_bounced": false, "reply_time": null, "list": [1],
    }]);
    let mut read = Vec::new();
    each_row(value.to_string().as_bytes(), &[], &mut |row| read.push(row)).unwrap();
    let [row] = &read[..] else { panic!("{read:?}") };
    assert_eq!(row.text(&["nothing", "leademail"]), Some("a@x.example"));
    assert_eq!(row.text(&["leadcorrespondencetargetleademail"]), Some("b@x.example"));
    assert_eq!(
        (row.number, row.step(&["sequencenumber"]), row.says(&["isbounced"]), row.has("replytime")),
        (1, Some(2), false, false)
    );
}

#[test]
fn addresses_are_found_in_payloads_by_names_that_lists_of_leads_do_not_have() {
    for name in ["to_email", "sl_lead_email", "recipient"] {
        let export = export(Tool::Smartlead, &[serde_json::json!({name: "ana@x.example", "reply_count": 1})]);
        assert_eq!((export.without_address, export.addresses.len()), (0, 1), "{name}");
    }
}

fn known(folder: &DataFolder) -> Vec<Outcome> {
    crate::data::replies::open(folder, "spring").unwrap().map(Result::unwrap).collect()
}

fn bring(folder: &DataFolder, file: &FileName, tool: Tool, rows: &[serde_json::Value]) -> Imported {
    import(folder, file, export(tool, rows), "2026-11-30T02:00:00").unwrap()
}

fn of<'o>(outcomes: &'o [Outcome], name: &str) -> &'o Outcome {
    outcomes.iter().find(|outcome| outcome.email == format!("{name}@x.example")).unwrap()
}

#[test]
fn one_reply_on_several_rows_is_one_and_is_to_the_step_that_was_sent_before_it() {
    let (_root, folder, file) = place(&["ana"]);
    let row = |step: u32, sent: &str| {
        serde_json::json!({"lead_email": "Ana@X.example", "lead_category": "Interested", "sequence_number": step,
            "sent_time": sent, "reply_time": "2026-11-06T10:00:00", "open_time": null, "is_unsubscribed": false,
            "is_bounced": false, "email_message": if step == 1 { first("ana") } else { second("ana") }})
    };
    let imported =
        bring(&folder, &file, Tool::Smartlead, &[row(1, "2026-11-02T08:00:00"), row(2, "2026-11-05T08:00:00")]);
    assert_eq!((imported.matched.sent, imported.matched.replied, imported.matched.positive), (1, 1, 1));
    let outcome = &known(&folder)[0];
    assert_eq!(outcome.sent.iter().map(|sent| sent.step).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(outcome.reply.as_ref().unwrap().step, Some(2));
}

#[test]
fn a_category_without_a_reply_is_no_reply_and_opens_that_are_not_tracked_say_nothing() {
    let (_root, folder, file) = place(&["ana", "ben"]);
    let row = |name: &str, category: &str| {
        serde_json::json!({"lead_email": format!("{name}@x.example"), "lead_category": category, "sequence_number": 1,
            "sent_time": "2026-11-02T08:00:00", "open_time": "", "reply_time": ""})
    };
    let rows = [row("ana", "Interested"), row("ben", "Do Not Contact")];
    let imported = bring(&folder, &file, Tool::Smartlead, &rows);
    assert_eq!((imported.matched.sent, imported.matched.replied, imported.matched.positive), (2, 0, 0));
    assert!(known(&folder).iter().all(|outcome| outcome.positive.is_none()));
    // Who is not to be contacted is suppressed all the same.
    let list = Suppression::load(&folder).unwrap();
    assert!(list.reason(AddressKey::from_address("ben@x.example")).is_some() && list.len() == 1);
}

#[test]
fn an_out_of_office_note_and_a_bounce_are_no_replies() {
    let (_root, folder, file) = place(&["ana", "ben", "cleo"]);
    let rows = [
        serde_json::json!({"email": "ana@x.example", "category": "Out Of Office", "last_email_sequence_sent": 2,
            "reply_count": 1}),
        serde_json::json!({"email": "ben@x.example", "category": "Not Interested", "last_email_sequence_sent": 1,
            "reply_count": 1,
            "is_unsubscribed": "true"}),
    ];
    bring(&folder, &file, Tool::Smartlead, &rows);
    let event = |kind: &str| {
        serde_json::json!({"timestamp": "2026-11-03T08:00:00Z", "event_type": kind,
        "lead_email": "cleo@x.example", "step": 1})
    };
    bring(
        &folder,
        &file,
        Tool::Instantly,
        &[event("email_sent"), event("email_bounced"), event("auto_reply_received")],
    );
    let outcomes = known(&folder);
    let (ana, ben, cleo) = (of(&outcomes, "ana"), of(&outcomes, "ben"), of(&outcomes, "cleo"));
    assert!(ana.out_of_office && !ana.is_replied() && ana.sent.len() == 2);
    assert!(ben.is_replied() && ben.positive == Some(false) && ben.unsubscribed);
    assert!(cleo.bounced && cleo.out_of_office && !cleo.is_replied() && !cleo.is_delivered());
}

#[test]
fn the_numbers_of_instantly_mean_what_its_documents_say() {
    let (_root, folder, file) = place(&["ana", "ben", "cleo", "dora", "emil"]);
    let row = |name: &str, status: i64, replies: u32| {
        serde_json::json!({"email": format!("{name}@x.example"), "lt_interest_status": status,
            "email_reply_count": replies,
            "email_replied_step": 1, "timestamp_last_contact": "2026-11-02T08:00:00Z"})
    };
    let waiting =
        serde_json::json!({"email": "emil@x.example", "status": 1, "email_reply_count": 0, "email_open_count": 0});
    let rows = [row("ana", 2, 1), row("ben", -1, 1), row("cleo", 0, 1), row("dora", 1, 0), waiting];
    let imported = bring(&folder, &file, Tool::Instantly, &rows);
    let outcomes = known(&folder);
    assert_eq!((of(&outcomes, "ana").positive, of(&outcomes, "ben").positive), (Some(true), Some(false)));
    assert!(!of(&outcomes, "cleo").is_replied() && of(&outcomes, "cleo").out_of_office);
    assert!(!of(&outcomes, "dora").is_replied(), "interested, but no reply was counted");
    // Emil waits in the list and was not written to yet: his row says nothing.
    assert_eq!(outcomes.len(), 4);
    assert_eq!(imported.found.sent, 4);
}

#[test]
fn payloads_of_instantly_bring_text_step_and_judgement_together() {
    let (_root, folder, file) = place(&["ana"]);
    let payload = |kind: &str, more: serde_json::Value| {
        let mut payload =
            serde_json::json!({"timestamp": "2026-11-03T08:00:00Z", "event_type": kind, "lead_email": "ana@x.example"});
        payload.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        payload
    };
    let html = format!("<p>{}</p><p>Unsubscribe</p>", second("ana"));
    let rows = [
        payload("email_sent", serde_json::json!({"step": 1, "email_text": first("ana")})),
        payload(
            "reply_received",
            serde_json::json!({"step": 2, "email_html": html, "reply_text": "We have a vendor."}),
        ),
        payload("lead_not_interested", serde_json::json!({})),
        payload("email_opened", serde_json::json!({})),
    ];
    bring(&folder, &file, Tool::Instantly, &rows);
    let outcome = known(&folder).remove(0);
    let reply = outcome.reply.unwrap();
    assert_eq!((reply.text.as_deref(), reply.step), (Some("We have a vendor."), Some(2)));
    assert_eq!(
        (outcome.positive, reply.category.as_deref(), outcome.sent.len()),
        (Some(false), Some("not interested"), 2)
    );
}

#[test]
fn steps_that_are_counted_from_0_are_counted_from_1() {
    let (_root, folder, file) = place(&["ana"]);
    let activity = |kind: &str, step: u32| {
        serde_json::json!({"_id": "act_1", "type": kind, "leadEmail": "ana@x.example", "sequenceStep": step,
            "isFirst": true,
            "createdAt": format!("2026-11-0{}T08:00:00Z", step + 2), "text": "Who are you?", "campaignId": "cam_1"})
    };
    let rows = [
        activity("emailsSent", 0),
        activity("emailsSent", 1),
        activity("emailsReplied", 1),
        activity("emailsOpened", 0),
    ];
    let imported = bring(&folder, &file, Tool::Lemlist, &rows);
    let outcome = known(&folder).remove(0);
    assert_eq!(outcome.sent.iter().map(|sent| sent.step).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(outcome.reply.unwrap().text.as_deref(), Some("Who are you?"));
    assert_eq!((imported.matched.replied, outcome.positive), (1, None));
}

#[test]
fn outcome_columns_of_apollo_are_read() {
    let (_root, folder, file) = place(&["ana", "ben", "cleo"]);
    let row = |name: &str, sent: &str, bounced: &str, replied: &str, demoed: &str| {
        serde_json::json!({"First Name": name,
            "Email": format!("{name}@x.example"), "Email Sent": sent, "Email Open": "",
            "Email Bounced": bounced, "Replied": replied, "Demoed": demoed})
    };
    let rows = [
        row("ana", "true", "false", "true", "true"),
        row("ben", "true", "true", "false", ""),
        row("cleo", "false", "", "", ""),
    ];
    bring(&folder, &file, Tool::Apollo, &rows);
    let outcomes = known(&folder);
    assert_eq!(outcomes.len(), 2, "nothing was sent to Cleo");
    assert_eq!((of(&outcomes, "ana").positive, of(&outcomes, "ben").bounced), (Some(true), true));
}

#[test]
fn who_is_not_of_the_campaign_or_got_another_text_is_listed_and_not_counted() {
    let (_root, folder, file) = place(&["ana", "ben"]);
    let other = "Good morning, we rent coffee machines and refill them every Monday before your people arrive.";
    let rows = [
        serde_json::json!({"email": "stranger@y.example", "replied": true}),
        serde_json::json!({"email": "ana@x.example", "email_message": other, "replied": "yes"}),
        // Ben answered from another mailbox; what was sent to him is his.
        serde_json::json!({"email": "ben.private@y.example", "email_message": format!("<p>{}</p>\n", second("ben")),
            "replied": "yes",
            "unsubscribed": "1"}),
    ];
    let imported = bring(&folder, &file, Tool::Csv, &rows);
    assert_eq!((imported.found.replied, imported.matched.replied, imported.by_text), (3, 1, 1));
    let why: Vec<_> = imported.unmatched.iter().map(|unmatched| (unmatched.row, unmatched.why)).collect();
    assert_eq!(why, [(1, Why::UnknownAddress), (2, Why::OtherText)]);
    let outcomes = known(&folder);
    assert_eq!((outcomes.len(), of(&outcomes, "ben").sent[0].step), (1, 2));
    let list = Suppression::load(&folder).unwrap();
    assert!(list.reason(AddressKey::from_address("ben@x.example")).is_some(), "both of his addresses");
    assert!(list.reason(AddressKey::from_address("ben.private@y.example")).is_some());
}

#[test]
fn a_text_that_several_got_matches_none_of_them() {
    let (_root, folder, file) = place(&["ana", "ana"]);
    let rows = [serde_json::json!({"email": "stranger@y.example", "email_message": second("ana"), "replied": "yes"})];
    let imported = bring(&folder, &file, Tool::Csv, &rows);
    assert_eq!((imported.by_text, imported.unmatched.len()), (0, 1));
}

#[test]
fn a_text_that_others_got_is_not_the_one_leads_who_is_absent_from_the_export() {
    let (_root, folder, file) = place(&["ana", "ben"]);
    let campaign = folder.path(&file);
    let same = std::fs::read_to_string(&campaign).unwrap().replace(&first("ben"), &first("ana"));
    crate::data::whole::replace(&campaign, |out| out.write_all(same.as_bytes())).unwrap();
    let row = |email: &str, text: String| serde_json::json!({"email": email, "email_message": text, "replied": "yes"});
    let rows = [row("ana@x.example", first("ana")), row("stranger@y.example", first("ana"))];
    let imported = bring(&folder, &file, Tool::Csv, &rows);
    assert_eq!((imported.by_text, imported.matched.replied, imported.unmatched.len()), (0, 1, 1));
    // Nor is whoever stands in the export with another text the owner of a stranger's reply.
    let rows =
        [row("ana@x.example", "Good morning, we rent coffee machines.".into()), row("s@y.example", second("ana"))];
    assert_eq!(bring(&folder, &file, Tool::Csv, &rows).by_text, 0);
}

#[test]
fn a_text_that_several_strangers_got_matches_none_of_them() {
    let (_root, folder, file) = place(&["ana", "ben"]);
    let row =
        |email: &str, name: &str| serde_json::json!({"email": email, "email_message": second(name), "replied": 1});
    let rows = [row("one@y.example", "ana"), row("two@y.example", "ana"), row("three@y.example", "ben")];
    let imported = bring(&folder, &file, Tool::Csv, &rows);
    assert_eq!((imported.by_text, imported.unmatched.len()), (1, 2));
    assert_eq!(known(&folder)[0].email, "ben@x.example");
}

#[test]
fn an_export_brings_nothing_back_of_somebody_who_was_forgotten() {
    let (root, folder, file) = place(&["ana", "ben"]);
    let campaign = std::fs::read(folder.path(&file)).unwrap();
    let mut forgetting = crate::data::leads::forget::Forgetting::begin(&folder, "ana@x.example", "x").unwrap();
    forgetting.files().unwrap();
    forgetting.lists().unwrap();
    let row = |name: &str| {
        let email = format!("{name}@x.example");
        serde_json::json!({"email": email, "sent_at": "2026-11-02", "unsubscribed": "yes"})
    };
    let import = || bring(&folder, &file, Tool::Csv, &[row("ana"), row("ben")]);
    let files = |folder: &str| std::fs::read_dir(root.path().join(folder)).unwrap().flatten().map(|file| file.path());
    let named = || {
        let all = ["campaigns", "imports", "leads", "replies"].into_iter().flat_map(files);
        all.filter(|path| std::fs::read_to_string(path).unwrap().contains("ana@")).collect::<Vec<_>>()
    };
    let imported = import();
    assert_eq!((imported.forgotten, imported.matched.unsubscribed, imported.unmatched.len()), (1, 1, 0));
    assert!(named().is_empty(), "{:?}", named());
    // The campaign of a backup still has them.
    crate::data::whole::replace(&folder.path(&file), |out| out.write_all(&campaign)).unwrap();
    import();
    let elsewhere =
        serde_json::json!({"email": "else@y.example", "email_message": first("ana"), "unsubscribed": "yes"});
    assert_eq!(bring(&folder, &file, Tool::Csv, &[elsewhere]).by_text, 0);
    assert_eq!(named(), [folder.path(&file)]);
}

#[test]
fn whoever_may_not_be_written_to_by_a_list_of_leads_may_not_by_an_export_either() {
    let (_root, folder, file) = place(&["ana", "ben"]);
    let rows = [
        serde_json::json!({"email": "ana@x.example", "sent_at": "2026-11-02", "opted_out": "true"}),
        serde_json::json!({"email": "ben@x.example", "sent_at": "2026-11-02", "opted_out": "false", "bounced": "true"}),
    ];
    bring(&folder, &file, Tool::Csv, &rows);
    let list = Suppression::load(&folder).unwrap();
    assert!(list.reason(AddressKey::from_address("ana@x.example")).is_some() && list.len() == 1);
}

#[test]
fn a_second_export_adds_and_the_same_one_again_changes_nothing() {
    let (_root, folder, file) = place(&["ana", "ben"]);
    let sent = [serde_json::json!({"email": "ana@x.example", "sent_at": "2026-11-02", "step": 1})];
    let later = [
        serde_json::json!({"email": "ana@x.example", "sent_at": "2026-11-02", "step": 1, "reply_text": "No.",
            "category": "Not Interested"}),
        serde_json::json!({"email": "ben@x.example", "sent_at": "2026-11-03", "step": 1}),
    ];
    assert!(bring(&folder, &file, Tool::Csv, &sent).is_news);
    assert!(bring(&folder, &file, Tool::Csv, &later).is_news);
    let bytes = || std::fs::read(folder.path(&crate::data::replies::file_name("spring").unwrap())).unwrap();
    let before = bytes();
    assert!(!bring(&folder, &file, Tool::Csv, &later).is_news);
    assert!(!bring(&folder, &file, Tool::Csv, &sent).is_news, "an older export takes nothing back");
    assert_eq!(bytes(), before);
    let outcomes = known(&folder);
    assert_eq!((outcomes.len(), of(&outcomes, "ana").positive), (2, Some(false)));
    assert_eq!(outcomes[0].email, "ana@x.example", "who was known first stays first");
}
