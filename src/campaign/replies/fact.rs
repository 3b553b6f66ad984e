//! What one row of an export says, whichever tool wrote it.

use std::fmt;
use std::str::FromStr;

use super::columns::{ReplyColumns, names};
pub use super::meaning::Meaning;
use super::meaning::{Word, interest_by_number, lead_state, word};
use super::row::{Row, fold, whole};
use super::table;
use crate::data::leads::import::GIVEN;
use crate::data::leads::import::states::{ACTIVITY_TYPE, CATEGORIES, EVENT_TYPE, STATES};

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
    OutOfOffice {
        /// Whether that is said of a reply that is reported on its own.
        is_label: bool,
    },
}

/// The answer of a machine itself.
const AWAY: What = What::OutOfOffice { is_label: false };

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
    pub(super) fn new(what: What, step: Option<u32>, at: Option<&str>) -> Self {
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
    /// What stands in a column of states or categories and is not understood, with the column's header.
    pub unknown: Vec<(String, String)>,
}

/// Reads a row of a tool's export. `replies` says what the columns of a table of one's own hold.
#[must_use]
pub fn read(tool: Tool, row: &Row, replies: &ReplyColumns) -> Said {
    let mut facts = match tool {
        Tool::Smartlead if row.has(EVENT_TYPE) => smartlead_event(row),
        Tool::Smartlead => smartlead_row(row),
        Tool::Instantly if row.has(EVENT_TYPE) => instantly_event(row),
        Tool::Instantly => instantly_row(row),
        Tool::Lemlist => lemlist(row),
        Tool::Apollo => apollo(row),
        Tool::Csv => table::read(row, replies),
    };
    let mut unknown = unknown(tool, row, &facts, replies);
    if tool == Tool::Csv {
        unknown.extend(table::unknown_flags(row, replies));
    }
    let has = |facts: &[Fact], what: What| facts.iter().any(|fact| fact.what == what);
    let is_barred = row.forbids() || is_in(row, Word::Barred) || category(row).1 == Meaning::DoNotContact;
    if is_barred && !has(&facts, What::Unsubscribed) {
        facts.push(Fact::new(What::Unsubscribed, None, None));
    }
    // What a table says of bounces has been read; there a word that nobody knows is listed, and no bounce.
    let read: &[&str] = if tool == Tool::Csv { names("bounced") } else { &[] };
    if (row.bounces(read) || is_in(row, Word::Bounced)) && !has(&facts, What::Bounced) {
        // What bounced was sent.
        if !facts.iter().any(|fact| matches!(fact.what, What::Sent { .. })) {
            facts.push(sent(row, None, None));
        }
        facts.push(Fact::new(What::Bounced, None, None));
    }
    let address = row.text(ADDRESS).or_else(|| row.address());
    Said { address: address.map(str::to_owned), facts, unknown }
}

/// Where the lead's address stands, the surest name first: who answered may have another.
const ADDRESS: &[&str] = &[
    GIVEN,
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

pub(super) fn sent(row: &Row, step: Option<u32>, at: Option<&str>) -> Fact {
    let text = |field| row.text(names(field)).map(str::to_owned);
    Fact::new(What::Sent { text: text("text"), subject: text("subject") }, step, at)
}

pub(super) fn replied(text: Option<&str>, step: Option<u32>, at: Option<&str>) -> Fact {
    Fact::new(What::Replied { text: text.map(str::to_owned) }, step, at)
}

/// What follows from a reply and a category: a category alone is no reply, and an out-of-office note is none either.
pub(super) fn answer(reply: Option<Fact>, category: Option<&str>, meaning: Meaning) -> Vec<Fact> {
    let mut facts = Vec::new();
    let bare = |what| Fact::new(what, None, None).in_category(category);
    match (reply, meaning) {
        (Some(reply), Meaning::OutOfOffice) => facts.push(Fact { what: AWAY, ..reply }),
        (Some(reply), _) => facts.extend([reply.in_category(category), bare(What::Category(meaning))]),
        (None, Meaning::OutOfOffice) => facts.push(bare(What::OutOfOffice { is_label: true })),
        (None, _) if category.is_some() => facts.push(bare(What::Category(meaning))),
        (None, _) => {}
    }
    if meaning == Meaning::DoNotContact {
        facts.push(bare(What::Unsubscribed));
    }
    facts
}

/// The category of a row and what it means: what is understood goes before what is not, and a category before a state.
/// A state that is no category names none.
pub(super) fn category(row: &Row) -> (Option<&str>, Meaning) {
    let judged = |text| match word(text) {
        Some(Word::Judged(meaning)) => Some((Some(text), meaning)),
        _ => None,
    };
    let understood = row.filled(CATEGORIES).chain(row.filled(STATES)).find_map(|(_, text)| judged(text));
    understood.unwrap_or_else(|| (row.text(CATEGORIES), Meaning::Unknown))
}

/// Whether a column of states or categories says this.
pub(super) fn is_in(row: &Row, wanted: Word) -> bool {
    row.filled(CATEGORIES).chain(row.filled(STATES)).any(|(_, text)| word(text) == Some(wanted))
}

/// What stands in a column of states, categories, events or answers and is not understood, with the column's header.
fn unknown(tool: Tool, row: &Row, facts: &[Fact], replies: &ReplyColumns) -> Vec<(String, String)> {
    let is_number = |header: &str, text: &str| {
        let is_state = STATES.contains(&fold(header).as_str());
        tool == Tool::Instantly
            && whole(text).is_some_and(|number| {
                if is_state { lead_state(number).is_some() } else { interest_by_number(number).is_some() }
            })
    };
    let cells = row.filled(CATEGORIES).chain(row.filled(STATES));
    let cells = cells.filter(|(header, text)| word(text).is_none() && !is_number(header, text));
    let events: &[&str] = match tool {
        Tool::Smartlead | Tool::Instantly => &[EVENT_TYPE],
        Tool::Lemlist => &[ACTIVITY_TYPE],
        Tool::Apollo | Tool::Csv => &[],
    };
    let flags: &[&str] = if tool == Tool::Csv { &["replied", "positive", "bounced", "out_of_office"] } else { &[] };
    let flags =
        flags.iter().filter(|field| row.answer(names(field)).is_none() && !table::is_prose(row, field, replies));
    let flags = flags.filter_map(|field| row.filled(names(field)).next()).filter(|(_, text)| word(text).is_none());
    // Opens and clicks are understood, and not counted.
    let is_seen = |text: &str| ["open", "click"].iter().any(|word| fold(text).contains(word));
    let events = row.filled(events).filter(|(_, text)| facts.is_empty() && !is_seen(text) && word(text).is_none());
    cells.chain(flags).chain(events).map(|(header, text)| (header.to_owned(), text.to_owned())).collect()
}

/// `/statistics`, one row per send, or `leads-export`, one row per lead.
fn smartlead_row(row: &Row) -> Vec<Fact> {
    let (category, meaning) = category(row);
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
pub(super) const MOST_STEPS: u32 = 100;

fn smartlead_event(row: &Row) -> Vec<Fact> {
    let step = row.step(&["sequencenumber"]);
    let (category, meaning) = category(row);
    match fold(row.text(&[EVENT_TYPE]).unwrap_or_default()).as_str() {
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
        "leadcategoryupdated" => at_time(answer(None, category, meaning), row.text(&["eventtimestamp"])),
        _ => Vec::new(),
    }
}

fn instantly_row(row: &Row) -> Vec<Fact> {
    let number = row.number(&["ltintereststatus", "intereststatus"]);
    let (category, meaning) = match number.and_then(interest_by_number) {
        Some(name) => (Some(name), judged(name)),
        None => category(row),
    };
    let step = row.step(&["emailrepliedstep"]);
    let count = row.number(&["emailreplycount", "replycount"]);
    let at = row.text(&["timestamplastreply"]);
    let is_told = || step.is_some() || at.is_some() || is_in(row, Word::Replied);
    let reply = (count.is_some_and(|count| count > 0) || (count.is_none() && is_told()))
        .then(|| replied(row.text(&["replytext"]), step, at));
    let state = row.number(&["status"]).and_then(lead_state);
    // Leads wait in the same list as those that were written to.
    let is_sent = reply.is_some()
        || row.text(&["timestamplastcontact"]).is_some()
        || row.says(&["emailopencount", "emailclickcount"])
        || matches!(state, Some(Word::Sent | Word::Bounced | Word::Barred))
        || [Word::Sent, Word::Replied].into_iter().any(|word| is_in(row, word))
        || row.step(&["laststep", "emailsentstep"]).is_some();
    let mut facts = Vec::new();
    facts.extend(is_sent.then(|| sent(row, step.or(row.step(&["laststep"])), row.text(&["timestamplastcontact"]))));
    facts.extend(answer(reply, category, meaning));
    facts.extend(
        (state == Some(Word::Bounced) || row.says(&["isbounced"])).then(|| Fact::new(What::Bounced, None, None)),
    );
    let is_out = state == Some(Word::Barred) || row.says(&["isunsubscribed", "unsubscribed"]);
    facts.extend(is_out.then(|| Fact::new(What::Unsubscribed, None, None)));
    facts
}

fn instantly_event(row: &Row) -> Vec<Fact> {
    let (step, at) = (row.step(&["step"]), row.text(&["timestamp"]));
    match row.text(&[EVENT_TYPE]).unwrap_or_default() {
        "email_sent" => vec![sent(row, step, at)],
        "reply_received" => {
            let text = row.text(&["replytext", "replytextsnippet", "replyhtml"]);
            // The message that is answered stands beside the reply; when it was sent, does not.
            vec![sent(row, step, None), replied(text, step, at)]
        }
        "auto_reply_received" => vec![sent(row, step, None), Fact::new(AWAY, step, at)],
        "lead_out_of_office" => vec![Fact::new(What::OutOfOffice { is_label: true }, step, at)],
        "email_bounced" => vec![sent(row, step, None), Fact::new(What::Bounced, step, at)],
        "lead_unsubscribed" => vec![Fact::new(What::Unsubscribed, step, at)],
        "lead_closed" => answer(None, Some("won"), Meaning::Positive),
        other => named(other.strip_prefix("lead_").unwrap_or(other)),
    }
}

/// Facts with the time of the event that they follow from.
fn at_time(facts: Vec<Fact>, at: Option<&str>) -> Vec<Fact> {
    facts.into_iter().map(|fact| Fact { at: at.map(str::to_owned), ..fact }).collect()
}

/// What an event says that is called as a category is.
fn named(event: &str) -> Vec<Fact> {
    match judged(event) {
        Meaning::Unknown => Vec::new(),
        meaning => answer(None, Some(&event.replace('_', " ")), meaning),
    }
}

/// What a category means that a tool or a person has named.
fn judged(name: &str) -> Meaning {
    match word(name) {
        Some(Word::Judged(meaning)) => meaning,
        _ => Meaning::Unknown,
    }
}

fn lemlist(row: &Row) -> Vec<Fact> {
    let step = row.step(&["sequencestep"]);
    let at = row.text(&["createdat", "date"]);
    match row.text(&[ACTIVITY_TYPE]).unwrap_or_default() {
        "emailsSent" => vec![sent(row, step, at)],
        "emailsReplied" => {
            let text = row.text(&["text", "messagepreview"]);
            if row.says(&["isautoreply", "autoreply"]) {
                return vec![Fact::new(AWAY, step, at)];
            }
            let (category, meaning) = category(row);
            let mut facts = vec![sent(row, step, None)];
            facts.extend(answer(Some(replied(text, step, at)), category, meaning));
            facts
        }
        "emailsBounced" => vec![sent(row, step, None), Fact::new(What::Bounced, step, at)],
        "emailsUnsubscribed" => vec![Fact::new(What::Unsubscribed, step, at)],
        "emailsInterested" | "interested" => answer(None, Some("interested"), Meaning::Positive),
        "emailsNotInterested" | "notInterested" => answer(None, Some("not interested"), Meaning::Negative),
        other => at_time(named(other.strip_prefix("manual").unwrap_or(other)), at),
    }
}

fn apollo(row: &Row) -> Vec<Fact> {
    let mut facts = Vec::new();
    let (is_reply, is_bounced) = (row.says(&["replied"]), row.says(&["emailbounced"]));
    let is_sent = row.says(&["emailsent", "emailopen"]) || is_reply || is_bounced;
    facts.extend(is_sent.then(|| sent(row, None, None)));
    let (category, meaning) = if row.says(&["demoed"]) { (Some("demoed"), Meaning::Positive) } else { category(row) };
    facts.extend(answer(is_reply.then(|| replied(None, None, None)), category, meaning));
    facts.extend(is_bounced.then(|| Fact::new(What::Bounced, None, None)));
    let is_out = row.says(&["donotcall", "donotcontact", "unsubscribed", "emailunsubscribed"]);
    facts.extend(is_out.then(|| Fact::new(What::Unsubscribed, None, None)));
    facts
}
