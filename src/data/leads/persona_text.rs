//! A persona from the columns of a lead.

use super::address::{domain, holds_address};
use super::colleagues::is_mail_provider;
use super::lead::Lead;

/// How many characters of a value are told: a cell may hold a megabyte.
const LONGEST_VALUE: usize = 600;

/// So much is told of one person, in characters.
const LONGEST: usize = 6_000;

/// Columns that do not tell what a person is like: addresses and numbers, a tool's bookkeeping, and the results of
/// earlier campaigns, which nobody knows when the message is written. As [`fold_header`] gives them, whole or as a
/// part.
const NOT_TOLD: &[&str] = &[
    "id",
    "uuid",
    "campaignleadmapid",
    "status",
    "createdat",
    "updatedat",
    "lists",
    "tags",
    "stage",
    "category",
    "source",
    "isinterested",
    "isunsubscribed",
    "unsubscribedclientidmap",
    "lastemailsequencesent",
    "donotcall",
    "donotcontact",
    "replied",
    "demoed",
    "connectedon",
    "contactowner",
    "accountowner",
    "timestamp",
    "eventtype",
    "isfirst",
    "query",
    "sequencenumber",
    "seqvariantid",
    "emailsubject",
    "emailmessage",
    "senttime",
    "opentime",
    "clicktime",
    "replytime",
    "isbounced",
    "ltintereststatus",
    "companyid",
    "companyurl",
    "vmid",
    "sharedconnectionscount",
    "leadcategory",
    "step",
    "variant",
    "campaignid",
    "replysubject",
    "replytext",
    "emailtext",
    "emailhtml",
    "text",
    "messagepreview",
    "sequencestep",
    "type",
];

/// Parts of the names of such columns.
const NOT_TOLD_PARTS: &[&str] = &[
    "email",
    "phone",
    "mobile",
    "telefon",
    "telefono",
    "opencount",
    "clickcount",
    "replycount",
    "unsubscribed",
    "optout",
    "bounce",
    "profileurl",
    "linkedinurl",
    "facebookurl",
    "twitterurl",
    "imageurl",
    "contactid",
    "accountid",
    "recordid",
];

/// The text: who, then what else the columns say, one line each. Never blank, and without an e-mail address.
pub fn from_columns(lead: &Lead) -> String {
    let mut text = who(lead);
    let told = [
        ("Industry", &lead.industry),
        ("Company size", &lead.size),
        ("Location", &lead.location),
        ("Website", &lead.website),
    ];
    for (label, value) in told {
        add(&mut text, label, value.as_deref().unwrap_or_default());
    }
    // A location is made of columns such as city and country, in whatever language; it is told once.
    let places: Vec<&str> = lead.location.iter().flat_map(|location| location.split(", ")).collect();
    for (header, value) in &lead.columns {
        let value = value.as_str().unwrap_or_default();
        if is_told(header) && !places.contains(&value) {
            add(&mut text, header, value);
        }
    }
    text
}

fn who(lead: &Lead) -> String {
    let name = lead.full_name().map(|name| plain(&name)).filter(|name| !name.is_empty());
    let part = |field: &Option<String>| field.as_deref().map(plain).filter(|text| !text.is_empty());
    let (title, company) = (part(&lead.title), part(&lead.company));
    let work = match (title, company) {
        (Some(title), Some(company)) => Some(format!("{title} at {company}")),
        (Some(title), None) => Some(title),
        (None, Some(company)) => Some(format!("works at {company}")),
        (None, None) => {
            let domain = domain(&lead.email);
            (!domain.is_empty() && !is_mail_provider(domain)).then(|| format!("works at {domain}"))
        }
    };
    match (name, work) {
        (Some(name), Some(work)) => format!("{name}, {work}."),
        (Some(name), None) => format!("{name}."),
        (None, Some(work)) => format!("A person, {work}."),
        (None, None) => "A person of whom nothing is known.".to_owned(),
    }
}

fn add(text: &mut String, label: &str, value: &str) {
    let (label, value) = (plain(label), plain(value));
    if value.is_empty() {
        return;
    }
    let line = format!("\n{label}: {value}");
    if text.chars().count() + line.chars().count() <= LONGEST {
        text.push_str(&line);
    }
}

/// One line without addresses, of a bounded length.
fn plain(value: &str) -> String {
    let mut line = String::new();
    let mut length = 0;
    for word in value.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if holds_address(word) {
            continue;
        }
        if length >= LONGEST_VALUE {
            line.push_str(" …");
            break;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        let room = LONGEST_VALUE - length;
        let cut: String = word.chars().take(room).collect();
        length += cut.chars().count() + 1;
        let is_cut = cut.len() < word.len();
        line.push_str(&cut);
        if is_cut {
            line.push('…');
            break;
        }
    }
    line
}

fn is_told(header: &str) -> bool {
    let name = fold_header(header);
    !NOT_TOLD.contains(&name.as_str()) && !NOT_TOLD_PARTS.iter().any(|part| name.contains(part))
}

/// A header as it is compared: compatibility form, lower case, letters and digits only.
pub fn fold_header(header: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    header.nfkc().flat_map(char::to_lowercase).nfkc().filter(|c| c.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lead(columns: &[(&str, &str)]) -> Lead {
        let mut lead = Lead::new("ada.example@x-ltd.example").unwrap();
        lead.columns = columns.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect();
        lead
    }

    #[test]
    fn a_persona_says_who_and_what_the_columns_tell_and_no_more() {
        let mut lead = lead(&[
            ("Seniority", "C suite"),
            ("First Phone", "+47 55 55 55"),
            ("Email Status", "Verified"),
            ("Replied", "true"),
            ("Notes", "Met in Oslo;\nwrites from ada@home.example  often"),
            ("Keywords", ""),
        ]);
        lead.first_name = Some("Ada".into());
        lead.last_name = Some("Example".into());
        lead.title = Some("CTO".into());
        lead.company = Some("X Ltd".into());
        lead.industry = Some("shipping".into());
        lead.size = Some("120".into());
        lead.location = Some("Bergen, Norway".into());
        insta::assert_snapshot!(from_columns(&lead), @"
        Ada Example, CTO at X Ltd.
        Industry: shipping
        Company size: 120
        Location: Bergen, Norway
        Seniority: C suite
        Notes: Met in Oslo; writes from often
        ");
    }

    #[test]
    fn of_whom_nothing_is_known_the_domain_is_told_unless_it_is_a_mail_provider() {
        assert_eq!(from_columns(&lead(&[])), "A person, works at x-ltd.example.");
        assert_eq!(from_columns(&Lead::new("a@gmail.com").unwrap()), "A person of whom nothing is known.");
    }

    #[test]
    fn a_cell_of_a_megabyte_is_cut() {
        let text = from_columns(&lead(&[("Notes", &"word ".repeat(200_000)), ("More", &"x".repeat(1 << 20))]));
        assert!(text.chars().count() < 1_400, "{}", text.chars().count());
    }

    proptest! {
        #[test]
        fn no_address_is_in_a_persona(before in "\\PC{0,30}", after in "\\PC{0,30}", glue in "[ (<\\[\"':;,.!?-]") {
            let cell = format!("{before}{glue}ada.example@x-ltd.example{glue}{after}");
            let mut lead = lead(&[("Notes", &cell)]);
            lead.title = Some(cell);
            let text = from_columns(&lead);
            prop_assert!(!text.contains("ada.example@x-ltd.example"), "{text}");
            prop_assert!(!text.trim().is_empty());
        }
    }
}
