//! Whether a file is what it is said to be. Read as another tool's, an export gives figures that are wrong.

use std::collections::HashSet;

use super::columns::names;
use super::fact::Tool;
use super::row::{Row, fold, unwrapped};
use crate::data::leads::import::KnownExport;
use crate::data::leads::import::states::{ACTIVITY_TYPE, EVENT_TYPE};

/// Folded headers by which a tool's export says who was written to and who replied. Columns of words, of bounces and of
/// unsubscriptions are none: any list may have them.
const TELLING: &[(Tool, &[&str])] = &[
    (Tool::Smartlead, &[EVENT_TYPE, "lastemailsequencesent", "senttime", "replytime", "replycount"]),
    (
        Tool::Instantly,
        &[
            EVENT_TYPE,
            "ltintereststatus",
            "intereststatus",
            "emailrepliedstep",
            "emailreplycount",
            "replycount",
            "timestamplastreply",
            "timestamplastcontact",
            "emailopencount",
            "emailclickcount",
            "laststep",
            "emailsentstep",
        ],
    ),
    (Tool::Lemlist, &[ACTIVITY_TYPE]),
    (Tool::Apollo, &["emailsent", "emailopen", "emailbounced", "demoed"]),
];

/// Fields of a table of one's own that say the same.
const FIELDS: [&str; 5] = ["sent", "sent_at", "replied", "reply_at", "reply_text"];

/// Events that Instantly alone has, folded.
const OF_INSTANTLY: &[&str] =
    &["replyreceived", "autoreplyreceived", "leadinterested", "leadnotinterested", "leadoutofoffice"];

/// Events that Smartlead alone has, folded.
const OF_SMARTLEAD: &[&str] = &["emailreply", "leadcategoryupdated"];

/// Tells by its headers that a file is not of this tool: whose it is and how to import it, in words. None where that is
/// not sure.
pub fn by_headers(tool: Tool, headers: &[String]) -> Option<String> {
    let folded: HashSet<String> =
        headers.iter().flat_map(|header| [Some(fold(header)), unwrapped(header).map(fold)]).flatten().collect();
    let has = |name: &str| folded.contains(name);
    // Payloads of both have an address and an event; these columns are Instantly's.
    let is_plain = !has(EVENT_TYPE) || has("isfirst") || has("variant");
    let known = KnownExport::of_headers(&folded).filter(|_| is_plain);
    // A table of one's own may have columns that are called as some tools' are.
    let is_table = |known: KnownExport| match known {
        KnownExport::SmartleadStatistics => tool == Tool::Csv,
        KnownExport::Lemlist => tool == Tool::Csv && !has(ACTIVITY_TYPE),
        _ => false,
    };
    if let Some((known, whose)) = known.and_then(|known| Some((known, tool_of(known)?)))
        && whose != tool
        && !is_table(known)
    {
        return Some(format!("its columns are those of the {known}; use --from {whose}"));
    }
    let telling = |tool: Tool| TELLING.iter().filter(move |(of, _)| *of == tool).flat_map(|(_, names)| names.iter());
    if tool == Tool::Csv || telling(tool).any(|name| has(name)) {
        return None;
    }
    if has(EVENT_TYPE) {
        return Some("it holds payloads of Smartlead or Instantly; use --from smartlead or instantly".into());
    }
    let is_other = |other: &Tool| *other != tool && telling(*other).any(|name| has(name));
    // Only Apollo's outcomes are named as nobody else's are.
    let other = Some(Tool::Apollo).filter(is_other).or_else(|| {
        let is_field = |field: &&str| names(field).iter().any(|name| has(name));
        let is_apollos = |field: &str| tool == Tool::Apollo && field == "replied";
        FIELDS.iter().any(|field| is_field(field) && !is_apollos(field)).then_some(Tool::Csv)
    })?;
    Some(format!("none of its columns says who was written to as those of {tool} do; use --from {other}"))
}

/// Tells by the event of a row that a file is not of this tool.
pub fn by_event(tool: Tool, row: &Row) -> Option<String> {
    let others = match tool {
        Tool::Smartlead => OF_INSTANTLY,
        Tool::Instantly => OF_SMARTLEAD,
        _ => return None,
    };
    let event = row.text(&[EVENT_TYPE])?;
    let other = if tool == Tool::Smartlead { Tool::Instantly } else { Tool::Smartlead };
    others.contains(&fold(event).as_str()).then(|| format!("\"{event}\" is an event of {other}; use --from {other}"))
}

/// The tool whose campaigns an export is of; none for one that has only people.
fn tool_of(known: KnownExport) -> Option<Tool> {
    match known {
        KnownExport::SmartleadLeads | KnownExport::SmartleadStatistics => Some(Tool::Smartlead),
        KnownExport::Instantly => Some(Tool::Instantly),
        KnownExport::Lemlist => Some(Tool::Lemlist),
        _ => None,
    }
}
