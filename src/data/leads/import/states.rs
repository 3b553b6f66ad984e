//! Headers, folded, of columns whose values are states: names that a program has set, and no prose.

/// Columns of categories: what somebody, or the tool, has made of a reply. The surest first.
pub const CATEGORIES: &[&str] = &[
    "leadcategorynewname",
    "leadcategorynewcategory",
    "leadcategory",
    "category",
    "replycategory",
    "newcategory",
    "ltintereststatus",
    "intereststatus",
    "interest",
];

/// Columns that say what became of a lead in a campaign.
pub const STATES: &[&str] = &["status", "leadstatus", "hsleadstatus", "contactstatus", "stage", "contactstage"];

/// Columns of states that have nothing to do with a campaign: states of an address, a company, a customer.
const OTHER_STATES: &[&str] = &["emailstatus", "accountstage", "lifecyclestage"];

/// Columns of what somebody has subscribed to, and of states in other languages.
const SUBSCRIPTIONS: &[&str] = &[
    "subscriptionstatus",
    "subscriberstatus",
    "emailsubscriptionstatus",
    "marketingstatus",
    "emailmarketingstatus",
    "optinstatus",
    "optoutstatus",
    "unsubscribestatus",
    "unsubscribedstatus",
    "bouncestatus",
    "dncstatus",
    "consentstatus",
    "memberstatus",
    "deliverystatus",
    "suppressionstatus",
    "kontaktstatus",
    "abostatus",
    "statut",
    "статус",
    "ステータス",
    "状態",
    "状态",
    "상태",
];

/// The column of events in payloads of Smartlead and Instantly.
pub const EVENT_TYPE: &str = "eventtype";

/// The column of events in lemlist's activities.
pub const ACTIVITY_TYPE: &str = "type";

/// Columns of events, which only a tool can write.
pub const EVENTS: &[&str] = &[EVENT_TYPE, ACTIVITY_TYPE];

/// Whether the values of a column of this folded header are states.
#[must_use]
pub fn is_of_states(folded: &str) -> bool {
    [CATEGORIES, STATES, OTHER_STATES, SUBSCRIPTIONS, EVENTS].iter().any(|headers| headers.contains(&folded))
}

/// Whether the values of a column of this folded header say what became of a lead.
#[must_use]
pub fn is_of_outcomes(folded: &str) -> bool {
    [CATEGORIES, STATES, SUBSCRIPTIONS, EVENTS].iter().any(|headers| headers.contains(&folded))
}
