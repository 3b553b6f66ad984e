//! A stand-in for the tools that send messages. It reads the file that a tool imports, knows what becomes of everybody
//! in it, and writes what that tool exports afterwards, with the traps of its format.
#![allow(dead_code, reason = "each test crate uses its own part")]

use std::collections::HashMap;

use serde_json::{Value, json};

/// What becomes of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Gets all steps and says nothing.
    Silent,
    /// Replies to this step, and the sender, or nobody, says what the reply is worth.
    Replies { step: usize, is_positive: Option<bool> },
    /// A machine replies to the first step.
    Away,
    /// The first step bounces.
    Bounced,
    /// Gets two steps and wants no more.
    Leaves,
    /// Gets all steps and is put into a category, without having replied.
    Flagged,
    /// Is in the tool's list and was not written to yet.
    Waiting,
}

/// A person as the tool has them.
#[derive(Clone, Debug)]
pub struct Person {
    pub email: String,
    pub arm: Option<String>,
    /// Subject and body, as they are sent.
    pub steps: Vec<(String, String)>,
    pub fate: Fate,
}

/// People counted, as the program counts them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Truth {
    pub sent: u64,
    pub replied: u64,
    pub positive: u64,
    pub away: u64,
    pub bounced: u64,
    pub unsubscribed: u64,
}

impl Truth {
    pub fn of(people: &[Person]) -> Self {
        let mut truth = Truth::default();
        for person in people {
            let fate = person.fate;
            truth.sent += u64::from(fate != Fate::Waiting);
            truth.replied += u64::from(matches!(fate, Fate::Replies { .. }));
            truth.positive += u64::from(matches!(fate, Fate::Replies { is_positive: Some(true), .. }));
            truth.away += u64::from(fate == Fate::Away);
            truth.bounced += u64::from(fate == Fate::Bounced);
            truth.unsubscribed += u64::from(fate == Fate::Leaves);
        }
        truth
    }

    /// With the strangers of every export: two who were written to, of whom one replied.
    pub fn and_strangers(self) -> Self {
        Truth { sent: self.sent + 2, replied: self.replied + 1, ..self }
    }

    pub fn and(self, other: Truth) -> Self {
        Truth {
            sent: self.sent + other.sent,
            replied: self.replied + other.replied,
            positive: self.positive + other.positive,
            away: self.away + other.away,
            bounced: self.bounced + other.bounced,
            unsubscribed: self.unsubscribed + other.unsubscribed,
        }
    }

    /// The words of a report.
    pub fn line(self) -> String {
        format!(
            "{} people written to, {} replied ({} of them positive), {} away, {} bounced, {} unsubscribed",
            self.sent, self.replied, self.positive, self.away, self.bounced, self.unsubscribed
        )
    }
}

/// Reads the file that a tool imports: `subject_1, body_1, subject_2, …` by their names. `fate` says what becomes of the
/// person in this row, counted from 0, with this arm.
pub fn read(file: &str, fate: &dyn Fn(usize, Option<&str>) -> Fate) -> Vec<Person> {
    let mut table = csv::Reader::from_reader(file.as_bytes());
    let headers = table.headers().unwrap().clone();
    let rows = table.records().map(|row| {
        let row = row.unwrap();
        headers.iter().map(str::to_owned).zip(row.iter().map(str::to_owned)).collect::<HashMap<String, String>>()
    });
    rows.enumerate()
        .map(|(index, row)| {
            let step =
                |number: usize| Some((row.get(&format!("subject_{number}"))?, row.get(&format!("body_{number}"))?));
            let steps: Vec<_> = (1..).map_while(step).map(|(one, other)| (one.clone(), other.clone())).collect();
            let arm = row.get("arm").cloned();
            Person { email: row["email"].clone(), fate: fate(index, arm.as_deref()), arm, steps }
        })
        .collect()
}

const STRANGERS: [(&str, bool); 2] =
    [("stranger@elsewhere.example", true), ("silent.stranger@elsewhere.example", false)];

impl Person {
    fn steps_sent(&self) -> usize {
        match self.fate {
            Fate::Waiting => 0,
            Fate::Away | Fate::Bounced => 1,
            Fate::Leaves => 2.min(self.steps.len()),
            Fate::Silent | Fate::Flagged => self.steps.len(),
            Fate::Replies { step, .. } => step.min(self.steps.len()),
        }
    }

    fn replied_to(&self) -> Option<usize> {
        match self.fate {
            Fate::Replies { step, .. } => Some(step),
            _ => None,
        }
    }

    fn is_positive(&self) -> Option<bool> {
        match self.fate {
            Fate::Replies { is_positive, .. } => is_positive,
            Fate::Flagged => Some(true),
            _ => None,
        }
    }

    /// A step as it arrives: with the tool's footer.
    fn html(&self, step: usize) -> String {
        format!("<div>{}</div><p><a href=\"https://u.example/1\">Unsubscribe</a></p>", self.steps[step - 1].1)
    }

    fn reply(&self) -> &'static str {
        match self.is_positive() {
            Some(true) => "Sounds useful; can you send me more?",
            Some(false) => "We have a vendor.",
            None => "Who are you?",
        }
    }
}

/// Steps go out every second day, and replies come a day later.
fn sent_at(step: usize) -> String {
    format!("2026-11-{:02}T08:00:00Z", 1 + 2 * step)
}

fn replied_at(step: usize) -> String {
    format!("2026-11-{:02}T09:30:00Z", 2 + 2 * step)
}

fn table(delimiter: u8, rows: impl IntoIterator<Item = Vec<String>>) -> Vec<u8> {
    let mut table = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
    rows.into_iter().for_each(|row| table.write_record(row).unwrap());
    table.into_inner().unwrap()
}

fn words(text: &str) -> Vec<String> {
    text.split(',').map(str::to_owned).collect()
}

fn smartlead_category(person: &Person) -> &'static str {
    match (person.fate, person.is_positive()) {
        (Fate::Away, _) => "Out Of Office",
        (_, Some(true)) => "Interested",
        (_, Some(false)) => "Not Interested",
        (_, None) => "",
    }
}

/// Smartlead's statistics: a row per send. A reply stands on all rows of its person, a category also on rows without a
/// reply, and nothing is known of opens. The person at `elsewhere` has another address there than in the file.
pub fn smartlead_statistics(people: &[Person], elsewhere: Option<usize>) -> Vec<u8> {
    let header = words(
        "lead_email,lead_name,lead_category,sequence_number,seq_variant_id,email_subject,email_message,sent_time,open_time,\
         click_time,reply_time,is_unsubscribed,is_bounced",
    );
    let mut rows = vec![header];
    for (index, person) in people.iter().enumerate() {
        let email = if elsewhere == Some(index) { "another.mailbox@mail.example" } else { &person.email };
        let away = (person.fate == Fate::Away).then_some(1);
        let reply_time = person.replied_to().or(away).map(replied_at).unwrap_or_default();
        let row = |step: usize, subject: &str, message: String, sent: String| {
            vec![
                email.to_owned(),
                "A Name".into(),
                smartlead_category(person).into(),
                step.to_string(),
                String::new(),
                subject.to_owned(),
                message,
                sent,
                String::new(),
                String::new(),
                reply_time.clone(),
                (person.fate == Fate::Leaves).to_string(),
                (person.fate == Fate::Bounced).to_string(),
            ]
        };
        if person.fate == Fate::Waiting {
            rows.push(row(1, "", String::new(), String::new()));
        }
        for step in 1..=person.steps_sent() {
            rows.push(row(step, &person.steps[step - 1].0, person.html(step), sent_at(step)));
        }
    }
    for (email, is_replied) in STRANGERS {
        let reply = if is_replied { replied_at(1) } else { String::new() };
        let cells = [email, "", "", "1", "", "Hello", "", &sent_at(1), "", "", &reply, "false", "false"];
        rows.push(cells.map(str::to_owned).to_vec());
    }
    table(b',', rows)
}

/// Smartlead's list of leads after the campaign: a row per person, without times and texts.
pub fn smartlead_leads(people: &[Person]) -> Vec<u8> {
    let header = words(
        "id,campaign_lead_map_id,status,category,is_interested,created_at,first_name,last_name,email,phone_number,\
         company_name,website,location,custom_fields,linkedin_profile,company_url,is_unsubscribed,\
         unsubscribed_client_id_map,last_email_sequence_sent,open_count,click_count,reply_count",
    );
    let rows = people.iter().enumerate().map(|(index, person)| {
        let replies = usize::from(person.replied_to().is_some() || person.fate == Fate::Away);
        let status = if person.fate == Fate::Waiting { "STARTED" } else { "COMPLETED" };
        let sent = match person.steps_sent() {
            0 => String::new(),
            sent => sent.to_string(),
        };
        let mut row = vec![index.to_string(), (7000 + index).to_string(), status.into()];
        row.extend([smartlead_category(person), "", "2026-11-01T00:00:00Z", "A", "Name"].map(str::to_owned));
        row.push(person.email.clone());
        row.extend(["", "Firm", "", "", "{\"note\": \"a, b\"}", "", ""].map(str::to_owned));
        row.push((person.fate == Fate::Leaves).to_string());
        row.extend([String::new(), sent, "0".into(), "0".into(), replies.to_string()]);
        row
    });
    table(b',', std::iter::once(header).chain(rows))
}

/// Payloads of Instantly's webhooks, one a line. Replies are delivered twice, as a host that answers late gets them.
pub fn instantly_payloads(people: &[Person]) -> Vec<u8> {
    let mut lines: Vec<String> = Vec::new();
    let mut put = |kind: &str, email: &str, at: String, more: Value| {
        let mut payload = json!({"timestamp": at, "event_type": kind, "campaign_id": "c-1", "lead_email": email,
            "workspace": "w-1", "variant": 1, "is_first": null, "reply_text": null});
        payload.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        lines.push(payload.to_string());
    };
    for person in people {
        let email = person.email.to_uppercase();
        for step in 1..=person.steps_sent() {
            let (subject, html) = (&person.steps[step - 1].0, person.html(step));
            let more = json!({"step": step, "email_subject": subject, "email_html": html});
            put("email_sent", &email, sent_at(step), more.clone());
            put("email_opened", &email, sent_at(step), more);
        }
        if let Some(step) = person.replied_to() {
            let more = json!({"step": step, "email_html": person.html(step), "reply_text": person.reply(),
                "reply_subject": "Re: x", "is_first": true});
            put("reply_received", &email, replied_at(step), more.clone());
            put("reply_received", &email, replied_at(step), more);
        }
        let kind = match (person.fate, person.is_positive()) {
            (Fate::Away, _) => "auto_reply_received",
            (Fate::Bounced, _) => "email_bounced",
            (Fate::Leaves, _) => "lead_unsubscribed",
            (_, Some(true)) => "lead_interested",
            (_, Some(false)) => "lead_not_interested",
            (_, None) => continue,
        };
        put(kind, &email, "2026-11-09T08:00:00Z".into(), json!({}));
    }
    for (email, is_replied) in STRANGERS {
        put("email_sent", email, sent_at(1), json!({"step": 1}));
        if is_replied {
            put("reply_received", email, replied_at(1), json!({"step": 1, "reply_text": "Yes?"}));
        }
    }
    lines.join("\n").into_bytes()
}

/// lemlist's activities: a list, steps counted from 0, opens among them.
pub fn lemlist_activities(people: &[Person]) -> Vec<u8> {
    let mut activities: Vec<Value> = Vec::new();
    let mut put = |kind: &str, email: &str, step: usize, at: String, text: &str| {
        activities.push(
            json!({"_id": format!("act_{at}_{step}_{kind}"), "type": kind, "leadEmail": email, "text": text,
            "messagePreview": text, "campaignId": "cam_1", "sequenceStep": step - 1, "isFirst": true,
                "createdAt": at}),
        );
    };
    for person in people {
        for step in 1..=person.steps_sent() {
            put("emailsSent", &person.email, step, sent_at(step), "");
            put("emailsOpened", &person.email, step, sent_at(step), "");
        }
        if let Some(step) = person.replied_to() {
            put("emailsReplied", &person.email, step, replied_at(step), person.reply());
        }
        let (kind, step) = match (person.fate, person.is_positive()) {
            (Fate::Away, _) => ("outOfOffice", 1),
            (Fate::Bounced, _) => ("emailsBounced", 1),
            (Fate::Leaves, _) => ("emailsUnsubscribed", 2),
            (_, Some(true)) => ("emailsInterested", 1),
            (_, Some(false)) => ("emailsNotInterested", 1),
            (_, None) => continue,
        };
        put(kind, &person.email, step, "2026-11-09T08:00:00Z".into(), "");
    }
    for (email, is_replied) in STRANGERS {
        put("emailsSent", email, 1, sent_at(1), "");
        if is_replied {
            put("emailsReplied", email, 1, replied_at(1), "Yes?");
        }
    }
    serde_json::to_vec_pretty(&activities).unwrap()
}

/// Apollo's contacts with their outcomes, which know neither steps nor times, nor who was away.
pub fn apollo_contacts(people: &[Person]) -> Vec<u8> {
    let header = words(
        "First Name,Last Name,Title,Company,Email,Email Status,Seniority,# Employees,Do Not Call,City,Email Sent,Email Open,\
         Email Bounced,Replied,Demoed",
    );
    let row = |email: &str, [barred, sent, bounced, replied, demoed]: [bool; 5]| {
        let mut row = ["A", "Name", "COO", "Firm, Ltd", email, "Verified", "Head", "20"].map(str::to_owned).to_vec();
        row.extend([barred.to_string(), "Oslo".into(), sent.to_string(), "false".into()]);
        row.extend([bounced, replied, demoed].map(|it| it.to_string()));
        row
    };
    let mut rows = vec![header];
    rows.extend(people.iter().map(|person| {
        let fate = person.fate;
        let demoed = person.is_positive() == Some(true);
        let said =
            [fate == Fate::Leaves, fate != Fate::Waiting, fate == Fate::Bounced, person.replied_to().is_some(), demoed];
        row(&person.email, said)
    }));
    rows.extend(STRANGERS.map(|(email, is_replied)| row(email, [false, true, false, is_replied, false])));
    table(b',', rows)
}

/// A table that somebody keeps, in German, as a spreadsheet of old saves it, and what its columns are.
pub fn own_table(people: &[Person]) -> (Vec<u8>, Vec<&'static str>) {
    let header = "Büro,E-Mail,Gesendet,Gesendet am,Schritt,Antwort am,Antwort,Gut,Abgemeldet,Abwesend,Unzustellbar";
    let yes = |it: bool| if it { "ja" } else { "nein" };
    let german = |at: String| format!("{}.11.2026 {}", &at[8..10], &at[11..16]);
    let mut rows = vec![words(header)];
    for person in people {
        let fate = person.fate;
        let is_answered = person.replied_to().is_some() || fate == Fate::Away;
        let text = if is_answered { person.reply() } else { "" };
        for step in 1..=person.steps_sent().max(1) {
            let is_last = step == person.steps_sent().max(1);
            let mut row: Vec<String> = ["Köln", &person.email, yes(fate != Fate::Waiting)].map(str::to_owned).to_vec();
            row.push(if fate == Fate::Waiting { String::new() } else { german(sent_at(step)) });
            row.push(step.to_string());
            row.push(if is_answered && is_last { german(replied_at(step)) } else { String::new() });
            row.push(if is_last { text.to_owned() } else { String::new() });
            row.push(person.is_positive().filter(|_| is_last).map_or("", yes).to_owned());
            row.extend([fate == Fate::Leaves, fate == Fate::Away, fate == Fate::Bounced].map(|it| yes(it).to_owned()));
            rows.push(row);
        }
    }
    for (email, is_replied) in STRANGERS {
        let answer = if is_replied { "Wer sind Sie?" } else { "" };
        let row = ["", email, "ja", "03.11.2026", "1", "", answer, "", "nein", "nein", "nein"];
        rows.push(row.map(str::to_owned).to_vec());
    }
    let text = String::from_utf8(table(b';', rows)).unwrap();
    let bytes = text.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap_or(b'?')).collect();
    let map = vec![
        "sent=Gesendet",
        "sent_at=Gesendet am",
        "step=Schritt",
        "reply_at=Antwort am",
        "reply_text=Antwort",
        "positive=Gut",
        "unsubscribed=Abgemeldet",
        "out_of_office=Abwesend",
        "bounced=Unzustellbar",
    ];
    (bytes, map)
}
