//! The offer: what a prompt says about the company that writes.

use std::sync::LazyLock;

use regex::Regex;

use super::lexicon::pattern;

/// The offer as a prompt states it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Offer {
    /// The company's name, or `our company`.
    pub company: String,
    /// What it sells, as a noun phrase.
    pub product: String,
    /// The part of its value proposition that holds a figure.
    pub claim: Option<String>,
    /// Customers that it names.
    pub customers: Vec<String>,
    /// Certifications that it states.
    pub certificates: Vec<String>,
    /// The lines of the prompt that state the offer, as they stand.
    pub context: String,
}

static LINE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)^\W*(company(?: name| profile)?|about us|industry|sector|products?|service|value prop(?:osition)?|",
        r"target(?: market| customers?)?|market|stage|focus|customers?|clients|references?|pricing|price|",
        r"integrations?|security|certifications?|founded|headquarters|team|traction|website|facts?|offer|",
        r"users?)\s*:\s*(.*)$",
    ))
});
/// The same keys, when bulleted, are often instructions (`- Security: offer ...`); these few are not.
static BULLET: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\s*(?:[-*•]|\d+[.)])\s"));
static SURE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)^\W*(?:company|industry|product|value prop|target|stage|focus|market|certifications|customers|",
        r"clients|founded)",
    ))
});
static INTRO: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"^\s*(?:We are |You (?:write|work) for )?(\p{Lu}[\w.&-]+(?: \p{Lu}[\w.&-]+){0,2})(?:,| -| –| —| is|",
        r" makes| sells| offers| builds| provides)\s+(?:an? |the )?([^.\n]{6,120})",
    ))
});
/// A figure that a reader would recognise as one.
pub(super) static FIGURE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)\b\d[\d.,]*\s?(?:%|(?:percent|x|times|hours?|days?|hrs)\b)|\b(?:by half|a third|two thirds)\b")
});
pub(super) static CERTIFICATE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)\b(?:soc ?[12](?: type ?(?:ii|i|2|1)\b)?|iso ?(?:/iec )?27001|hipaa|gdpr|pci(?:[- ]dss)?|fedramp|",
        r"tisax|hitrust)\b",
    ))
});

/// Characters of a product that are quoted.
const LONGEST: usize = 140;

/// Whether a line of a prompt states the offer rather than instructs.
pub(super) fn is_offer_line(line: &str) -> bool {
    LINE.is_match(line) && (!BULLET.is_match(line) || SURE.is_match(line))
}

/// The lines of facts, or of a whole prompt, that state something: instructions stand as items, or under a heading that
/// announces them.
pub(super) fn stated(text: &str) -> String {
    static HEADING: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"(?i)^[\W\d]*(?:[a-z]+ ){0,2}(?:instructions?|advice|rules?|guidelines?|always)\W*$")
    });
    let mut instructs = false;
    let mut stated = String::new();
    for line in text.lines() {
        instructs |= HEADING.is_match(line);
        if is_offer_line(line) || !(instructs || BULLET.is_match(line)) {
            stated.push_str(line);
            stated.push('\n');
        }
    }
    stated
}

impl Offer {
    /// Reads the offer from a prompt (or from facts).
    pub(super) fn read(prompt: &str) -> Self {
        let mut offer = Offer {
            company: String::new(),
            product: String::new(),
            claim: None,
            customers: Vec::new(),
            certificates: Vec::new(),
            context: String::new(),
        };
        for line in prompt.lines() {
            if is_offer_line(line) {
                let Some(found) = LINE.captures(line) else { continue };
                offer.set(&found[1].to_lowercase(), found[2].trim());
            } else if offer.company.is_empty()
                && let Some(found) = INTRO.captures(line)
            {
                offer.company = found[1].to_owned();
                offer.product = clause(&found[2]);
                offer.set("intro", line);
            } else {
                continue;
            }
            offer.context.push_str(line);
            offer.context.push('\n');
        }
        if offer.company.is_empty() {
            offer.company = "our company".to_owned();
        }
        if offer.product.is_empty() {
            offer.product = "a service for teams like yours".to_owned();
        }
        offer
    }

    fn set(&mut self, key: &str, value: &str) {
        if key == "company" || key == "company name" {
            self.company = value.split([',', '(', '–', '—']).next().unwrap_or(value).trim().chars().take(60).collect();
        } else if key.starts_with("product") || key == "service" {
            self.product = product(value);
        } else if key.starts_with("customer") || key == "clients" || key.starts_with("reference") {
            let names = value.split([',', ';']).flat_map(|part| part.split(" and ")).map(str::trim);
            let named = names.filter(|name| name.chars().next().is_some_and(char::is_uppercase) && name.len() < 40);
            self.customers.extend(named.map(|name| name.trim_end_matches('.').to_owned()));
        }
        if self.claim.is_none() && !key.starts_with("target") && key != "team" && FIGURE.is_match(value) {
            let clauses = value.split([';', '.', ',']).flat_map(|part| part.split(" and "));
            self.claim = clauses.map(str::trim).find(|part| FIGURE.is_match(part)).map(decapital);
        }
        self.certificates.extend(CERTIFICATE.find_iter(value).map(|found| found.as_str().to_owned()));
    }
}

/// What is sold, as it stands after "we make": `scheduling platform for crews`, or a name with what it is, `Tidewater
/// Flow, a platform for crews`, which keeps its capitals.
fn product(value: &str) -> String {
    static ASIDE: LazyLock<Regex> = LazyLock::new(|| pattern(r"\s*\([^)]*\)"));
    let value = clause(&ASIDE.replace_all(value, ""));
    if is_named(&value) { value } else { decapital(&value) }
}

/// Whether a product is a name with what it is: `Flow, a platform`.
pub(super) fn is_named(product: &str) -> bool {
    let is_capital = product.chars().next().is_some_and(char::is_uppercase);
    is_capital
        && product
            .split_once(", ")
            .is_some_and(|(_, what)| what.starts_with("a ") || what.starts_with("an ") || what.starts_with("the "))
}

/// The first clause of a text, without its full stop, and no word of it cut in two.
fn clause(text: &str) -> String {
    let end = text.find([';', '.', '\n']).unwrap_or(text.len());
    let text = text[..end].trim();
    match text.char_indices().nth(LONGEST) {
        None => text.to_owned(),
        Some((end, _)) => text[..end].rsplit_once([' ', ',']).map_or(&text[..end], |(whole, _)| whole).to_owned(),
    }
}

/// A text with a small letter at its start, unless its first word is an acronym.
fn decapital(text: &str) -> String {
    let mut letters = text.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if second.is_lowercase() || second == ' ' => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_with_keys_are_read() {
        let offer = Offer::read(
            "Company: Tidewater\n  Product: Scheduling platform for field crews\nValue Proposition: Cut travel by \
             35% and calm the dispatch desk\nCustomers: Acme, Globex\nSecurity: ISO 27001 since 2021\n\
             - Security: offer to answer",
        );
        assert_eq!(offer.company, "Tidewater");
        assert_eq!(offer.product, "scheduling platform for field crews");
        assert_eq!(offer.claim.as_deref(), Some("cut travel by 35%"));
        assert_eq!(offer.customers, ["Acme", "Globex"]);
        assert_eq!(offer.certificates, ["ISO 27001"]);
        assert!(!offer.context.contains("offer to answer"));
    }

    #[test]
    fn a_product_with_a_name_keeps_it_and_no_word_is_cut() {
        let sold = |line: &str| Offer::read(&format!("Company: Tidewater\nProduct: {line}")).product;
        let named = "Tidewater Flow, a platform that runs recurring work (approvals, hand-overs) by itself";
        assert_eq!(sold(named), "Tidewater Flow, a platform that runs recurring work by itself");
        assert_eq!(sold("Scheduling platform (for crews)"), "scheduling platform");
        let long = sold(&"automation ".repeat(30));
        assert!(long.ends_with("automation") && long.len() <= 140, "{long}");
    }

    #[test]
    fn what_instructs_states_nothing() {
        let prompt = "Company: Tidewater\nWe save 12 hours a week.\n- Name customers\n\nInstructions:\nMention 80% at \
                      clients.\nPrice: $5";
        assert_eq!(stated(prompt), "Company: Tidewater\nWe save 12 hours a week.\n\nPrice: $5\n");
    }

    #[test]
    fn a_sentence_will_do() {
        let offer = Offer::read("Tidewater is a scheduling platform. Be nice.");
        assert_eq!((offer.company.as_str(), offer.product.as_str()), ("Tidewater", "scheduling platform"));
        assert_eq!(Offer::read("").company, "our company");
    }
}
