//! What one row of an export says, whichever tool wrote it.

use std::fmt;
use std::str::FromStr;

use super::row::Row;

/// Whose export it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// `leads-export`, `/statistics` and webhook payloads.
    Smartlead,
    /// Leads and webhook payloads.
    Instantly,
    /// Activities and webhook payloads.
    Lemlist,
    /// Contacts with outcome columns.
    Apollo,
    /// A table of one's own.
    Csv,
}

/// Names of the tools, as they are given.
pub const TOOLS: [(&str, Tool); 5] = [
    ("smartlead", Tool::Smartlead),
    ("instantly", Tool::Instantly),
    ("lemlist", Tool::Lemlist),
    ("apollo", Tool::Apollo),
    ("csv", Tool::Csv),
];

impl FromStr for Tool {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = TOOLS.iter().find(|(name, _)| text.eq_ignore_ascii_case(name));
        found.map(|(_, tool)| *tool).ok_or_else(|| "smartlead, instantly, lemlist, apollo or csv".to_owned())
    }
}

impl fmt::Display for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(TOOLS.iter().find(|(_, tool)| tool == self).map_or("", |(name, _)| name))
    }
}

/// What a category that a tool has set means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// The reply was hoped for.
    Positive,
    /// It was not.
    Negative,
    /// It was not, and the person is never to be written to again.
    DoNotContact,
    /// A machine replied.
    OutOfOffice,
    /// Nobody can say.
    Unknown,
}

/// What happened to a lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A message was sent; with its text and subject where the row has them.
    Sent {
        /// What was sent.
        text: Option<String>,
        /// Under which subject.
        subject: Option<String>,
    },
    /// A person replied.
    Replied {
        /// What they wrote.
        text: Option<String>,
    },
    /// Somebody, or the tool, has put the lead into a category. It is no reply.
    Category(Meaning),
    /// A message could not be delivered.
    Bounced,
    /// The person does not want to be written to again.
    Unsubscribed,
    /// A machine replied that the person is away.
    OutOfOffice,
}

/// One thing that a row says of one lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What.
    pub what: What,
    /// The step, as the tool counts it.
    pub step: Option<u32>,
    /// When, as the tool writes it.
    pub at: Option<String>,
    /// The category's name, with a reply or a category.
    pub category: Option<String>,
}

impl Fact {
    fn new(what: What, step: Option<u32>, at: Option<&str>) -> Self {
        Fact { what, step, at: at.map(str::to_owned), category: None }
    }

    fn in_category(self, category: Option<&str>) -> Self {
        Fact { category: category.map(str::to_owned), ..self }
    }
}

/// What a row says: of whom, and what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// The address as it stands there; `None` where there is none.
    pub address: Option<String>,
    /// Everything that it says; empty for a row about something else, such as an open.
    pub facts: Vec<Fact>,
}

/// Reads a row of a tool's export.
#[must_use]
pub fn read(tool: Tool, row: &Row) -> Said {
    let mut facts = match tool {
        Tool::Smartlead if row.has("eventtype") => smartlead_event(row),
        Tool::Smartlead => smartlead_row(row),
        Tool::Instantly if row.has("eventtype") => instantly_event(row),
        Tool::Instantly => instantly_row(row),
        Tool::Lemlist => lemlist(row),
        Tool::Apollo => apollo(row),
        Tool::Csv => table(row),
    };
    if row.forbids() && !facts.iter().any(|fact| fact.what == What::Unsubscribed) {
        facts.push(Fact::new(What::Unsubscribed, None, None));
    }
    Said { address: row.text(ADDRESS).map(str::to_owned), facts }
}

/// Where the lead's address stands, the surest name first: who answered may have another.
const ADDRESS: &[&str] = &[
    "theaddress",
    "leadcorrespondencetargetleademail",
    "slleademail",
    "leademail",
    "leaddataemail",
    "email",
    "emailaddress",
    "toemail",
    "contactemail",
    "recipient",
    "to",
];

const BODY: &[&str] =
    &["emailmessage", "sentmessagetext", "sentmessagebody", "emailtext", "emailhtml", "sentmessagehtml"];
const SUBJECT: &[&str] = &["emailsubject", "subject"];

fn sent(row: &Row, step: Option<u32>, at: Option<&str>) -> Fact {
    let text = |names| row.text(names).map(str::to_owned);
    Fact::new(What::Sent { text: text(BODY), subject: text(SUBJECT) }, step, at)
}

fn replied(text: Option<&str>, step: Option<u32>, at: Option<&str>) -> Fact {
    Fact::new(What::Replied { text: text.map(str::to_owned) }, step, at)
}

/// What follows from a reply and a category: a category alone is no reply, and an out-of-office note is none either.
fn answer(reply: Option<Fact>, category: Option<&str>, meaning: Meaning) -> Vec<Fact> {
    let mut facts = Vec::new();
    let bare = |what| Fact::new(what, None, None).in_category(category);
    match (reply, meaning) {
        (Some(reply), Meaning::OutOfOffice) => facts.push(Fact { what: What::OutOfOffice, ..reply }),
        (Some(reply), _) => facts.extend([reply.in_category(category), bare(What::Category(meaning))]),
        (None, Meaning::OutOfOffice) => facts.push(bare(What::OutOfOffice)),
        (None, _) if category.is_some() => facts.push(bare(What::Category(meaning))),
        (None, _) => {}
    }
    if meaning == Meaning::DoNotContact {
        facts.push(bare(What::Unsubscribed));
    }
    facts
}

/// Smartlead's categories, by their names.
fn smartlead_meaning(category: Option<&str>) -> Meaning {
    match super::row::fold(category.unwrap_or_default()).as_str() {
        "interested" | "meetingrequest" | "meetingbooked" | "informationrequest" => Meaning::Positive,
        "notinterested" | "wrongperson" => Meaning::Negative,
        "donotcontact" => Meaning::DoNotContact,
        "outofoffice" | "autoreply" | "automaticreply" => Meaning::OutOfOffice,
        _ => Meaning::Unknown,
    }
}

/// `/statistics`, one row per send, or `leads-export`, one row per lead.
fn smartlead_row(row: &Row) -> Vec<Fact> {
    let category = row.text(&["leadcategory", "category"]);
    let meaning = smartlead_meaning(category);
    let step = row.step(&["sequencenumber"]);
    let mut facts = Vec::new();
    let is_lead = row.number(&["lastemailsequencesent"]);
    let reply = match is_lead {
        Some(last) => {
            facts
                .extend((1..=u32::try_from(last).unwrap_or(0).min(MOST_STEPS)).map(|step| sent(row, Some(step), None)));
            row.says(&["replycount"]).then(|| replied(None, None, None))
        }
        None => {
            facts.extend(row.text(&["senttime"]).map(|at| sent(row, step, Some(at))));
            let at = row.text(&["replytime"]);
            // The step of the row is not that of the reply: the same reply stands on several.
            let reply = at.map(|at| replied(row.text(&["replymessage", "replytext"]), None, Some(at)));
            reply.or_else(|| row.says(&["replycount"]).then(|| replied(None, None, None)))
        }
    };
    facts.extend(answer(reply, category, meaning));
    facts.extend(row.says(&["isbounced"]).then(|| Fact::new(What::Bounced, step, None)));
    facts.extend(row.says(&["isunsubscribed"]).then(|| Fact::new(What::Unsubscribed, None, None)));
    facts
}

/// No sequence is longer.
const MOST_STEPS: u32 = 100;

fn smartlead_event(row: &Row) -> Vec<Fact> {
    let step = row.step(&["sequencenumber"]);
    let category =
        row.text(&["leadcategorynewname", "leadcategorynewcategory", "leadcategory", "category", "newcategory"]);
    let meaning = smartlead_meaning(category);
    match super::row::fold(row.text(&["eventtype"]).unwrap_or_default()).as_str() {
        "emailsent" => vec![sent(row, step, row.text(&["timesent", "sentmessagetime", "eventtimestamp"]))],
        "emailreply" => {
            let text = row.text(&["replymessagetext", "replybody", "replymessagehtml", "previewtext"]);
            let reply = replied(text, step, row.text(&["timereplied", "replymessagetime", "eventtimestamp"]));
            let mut facts = vec![sent(row, step, row.text(&["sentmessagetime"]))];
            facts.extend(answer(Some(reply), category, meaning));
            facts
        }
        "emailbounced" | "emailbounce" => vec![Fact::new(What::Bounced, step, row.text(&["eventtimestamp"]))],
        "leadunsubscribed" => vec![Fact::new(What::Unsubscribed, None, row.text(&["eventtimestamp"]))],
        "leadcategoryupdated" => answer(None, category, meaning),
        _ => Vec::new(),
    }
}

/// `lt_interest_status` of Instantly's leads.
fn instantly_meaning(status: Option<i64>) -> Meaning {
    match status {
        Some(1..=4) => Meaning::Positive,
        Some(0) => Meaning::OutOfOffice,
        Some(-4..=-1) => Meaning::Negative,
        _ => Meaning::Unknown,
    }
}

fn instantly_row(row: &Row) -> Vec<Fact> {
    let status = row.number(&["ltintereststatus", "intereststatus"]);
    let named = |status| {
        let names =
            ["no show", "lost", "wrong person", "not interested", "out of office", "interested", "meeting booked"];
        let rest = ["meeting completed", "won"];
        names.iter().chain(&rest).nth(usize::try_from(status + 4).ok()?).copied()
    };
    let category = status.and_then(named);
    let step = row.step(&["emailrepliedstep"]);
    let count = row.number(&["emailreplycount", "replycount"]);
    let at = row.text(&["timestamplastreply"]);
    let reply = (count.is_some_and(|count| count > 0) || (count.is_none() && (step.is_some() || at.is_some())))
        .then(|| replied(row.text(&["replytext"]), step, at));
    let state = row.number(&["status"]);
    // Leads wait in the same list as those that were written to.
    let is_sent = reply.is_some()
        || row.text(&["timestamplastcontact"]).is_some()
        || row.says(&["emailopencount", "emailclickcount"])
        || matches!(state, Some(3 | -1 | -2))
        || row.step(&["laststep", "emailsentstep"]).is_some();
    let mut facts = Vec::new();
    facts.extend(is_sent.then(|| sent(row, step.or(row.step(&["laststep"])), row.text(&["timestamplastcontact"]))));
    facts.extend(answer(reply, category, instantly_meaning(status)));
    facts.extend((state == Some(-1) || row.says(&["isbounced"])).then(|| Fact::new(What::Bounced, None, None)));
    let is_out = state == Some(-2) || row.says(&["isunsubscribed", "unsubscribed"]);
    facts.extend(is_out.then(|| Fact::new(What::Unsubscribed, None, None)));
    facts
}

fn instantly_event(row: &Row) -> Vec<Fact> {
    let (step, at) = (row.step(&["step"]), row.text(&["timestamp"]));
    let judged = |meaning, name| answer(None, Some(name), meaning);
    match row.text(&["eventtype"]).unwrap_or_default() {
        "email_sent" => vec![sent(row, step, at)],
        "reply_received" => {
            let text = row.text(&["replytext", "replytextsnippet", "replyhtml"]);
            // The message that is answered stands beside the reply; when it was sent, does not.
            vec![sent(row, step, None), replied(text, step, at)]
        }
        "auto_reply_received" => vec![sent(row, step, None), Fact::new(What::OutOfOffice, step, at)],
        "lead_out_of_office" => vec![Fact::new(What::OutOfOffice, step, at)],
        "email_bounced" => vec![sent(row, step, None), Fact::new(What::Bounced, step, at)],
        "lead_unsubscribed" => vec![Fact::new(What::Unsubscribed, step, at)],
        "lead_interested" => judged(Meaning::Positive, "interested"),
        "lead_meeting_booked" => judged(Meaning::Positive, "meeting booked"),
        "lead_meeting_completed" => judged(Meaning::Positive, "meeting completed"),
        "lead_closed" => judged(Meaning::Positive, "won"),
        "lead_not_interested" => judged(Meaning::Negative, "not interested"),
        "lead_wrong_person" => judged(Meaning::Negative, "wrong person"),
        _ => Vec::new(),
    }
}

fn lemlist(row: &Row) -> Vec<Fact> {
    let step = row.step(&["sequencestep"]);
    let at = row.text(&["createdat", "date"]);
    let judged = |meaning, name| answer(None, Some(name), meaning);
    match row.text(&["type"]).unwrap_or_default() {
        "emailsSent" => vec![sent(row, step, at)],
        "emailsReplied" => {
            let text = row.text(&["text", "messagepreview"]);
            if row.says(&["isautoreply", "autoreply"]) {
                return vec![Fact::new(What::OutOfOffice, step, at)];
            }
            vec![sent(row, step, None), replied(text, step, at)]
        }
        "emailsBounced" => vec![sent(row, step, None), Fact::new(What::Bounced, step, at)],
        "emailsUnsubscribed" => vec![Fact::new(What::Unsubscribed, step, at)],
        "emailsInterested" | "interested" => judged(Meaning::Positive, "interested"),
        "emailsNotInterested" | "notInterested" => judged(Meaning::Negative, "not interested"),
        _ => Vec::new(),
    }
}

fn apollo(row: &Row) -> Vec<Fact> {
    let mut facts = Vec::new();
    let (is_reply, is_bounced) = (row.says(&["replied"]), row.says(&["emailbounced"]));
    let is_sent = row.says(&["emailsent", "emailopen"]) || is_reply || is_bounced;
    facts.extend(is_sent.then(|| sent(row, None, None)));
    let meaning = if row.says(&["demoed"]) { Meaning::Positive } else { Meaning::Unknown };
    let category = row.says(&["demoed"]).then_some("demoed");
    facts.extend(answer(is_reply.then(|| replied(None, None, None)), category, meaning));
    facts.extend(is_bounced.then(|| Fact::new(What::Bounced, None, None)));
    let is_out = row.says(&["donotcall", "donotcontact", "unsubscribed", "emailunsubscribed"]);
    facts.extend(is_out.then(|| Fact::new(What::Unsubscribed, None, None)));
    facts
}

/// A table of one's own: `email`, and whichever there are of `sent` or `sent_at`, `step`, `replied` or `reply_at`,
/// `reply_text`, `category`, `positive`, `bounced`, `unsubscribed`, `out_of_office`. A row without a word on sending
/// was sent.
fn table(row: &Row) -> Vec<Fact> {
    let step = row.step(&["step", "sequencenumber"]);
    let at = row.text(&["replyat", "repliedat", "replytime", "replydate"]);
    let text = row.text(&["replytext", "reply", "replybody", "answer"]);
    let is_reply = at.is_some() || text.is_some() || row.says(&["replied", "isreplied", "hasreplied", "replycount"]);
    let category = row.text(&["category", "leadcategory", "replycategory"]);
    let meaning = match (smartlead_meaning(category), row.text(&["positive", "interested", "isinterested"])) {
        (Meaning::Unknown, Some(_)) if row.says(&["positive", "interested", "isinterested"]) => Meaning::Positive,
        (Meaning::Unknown, Some(_)) => Meaning::Negative,
        (meaning, _) => meaning,
    };
    let meaning = if row.says(&["outofoffice", "isoutofoffice", "autoreply"]) { Meaning::OutOfOffice } else { meaning };
    let mut facts = Vec::new();
    let unsent = row.text(&["sent", "issent"]).is_some() && !row.says(&["sent", "issent"]);
    let when = row.text(&["sentat", "senttime", "sentdate"]);
    facts.extend((!unsent || is_reply).then(|| sent(row, step, when)));
    facts.extend(answer(is_reply.then(|| replied(text, None, at)), category, meaning));
    facts.extend(row.says(&["bounced", "isbounced"]).then(|| Fact::new(What::Bounced, step, None)));
    let is_out = row.says(&["unsubscribed", "isunsubscribed", "donotcontact"]);
    facts.extend(is_out.then(|| Fact::new(What::Unsubscribed, None, None)));
    facts
}
