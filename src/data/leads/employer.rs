//! Whether a text names the company that somebody works for.

use super::colleagues::{domains, fold_company, fold_words, without_legal_form};
use super::masking::is_unspaced;
use crate::data::campaigns::Written;

/// What a company is called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Employer {
    /// Its name, folded and without the legal form.
    folded: Option<String>,
    /// The name as written, if it is so short that other words are spelled alike: HP, EY, 3M.
    short: Option<String>,
    /// The domains of its addresses and its site.
    domains: Vec<String>,
}

/// A text that companies are looked for in.
#[derive(Clone, Debug)]
pub struct Text<'a> {
    plain: &'a str,
    lowered: String,
    /// Its words, with a space before each and behind the last.
    words: String,
}

impl<'a> Text<'a> {
    /// Prepares a text.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        Text { plain: text, lowered: text.to_lowercase(), words: format!(" {} ", fold_words(text)) }
    }
}

impl Employer {
    /// Whom a person works for, as a campaign knows it.
    #[must_use]
    pub fn from_written(written: &Written) -> Self {
        let company = written.field("company");
        let folded = company.and_then(fold_company).and_then(|name| Some(name.strip_prefix("name:")?.to_owned()));
        let is_short = folded.as_deref().is_some_and(|name| name.chars().count() <= 2 && !is_unspaced(name));
        let short = company.filter(|_| is_short).map(|name| without_legal_form(name).to_owned());
        Employer {
            folded: folded.filter(|_| !is_short),
            short: short.filter(|name| !name.is_empty()),
            domains: domains(&written.email, written.field("website")),
        }
    }

    /// Whether a text names the company, by a domain or by its name in words of their own.
    #[must_use]
    pub fn is_named_in(&self, text: &Text<'_>) -> bool {
        let is_word = |name: &String| {
            if is_unspaced(name) {
                text.words.contains(name.as_str())
            } else {
                text.words.contains(&format!(" {name} "))
            }
        };
        self.folded.as_ref().is_some_and(is_word)
            || self.short.as_ref().is_some_and(|name| stands_alone(text.plain, name))
            || self.domains.iter().any(|domain| stands_alone(&text.lowered, domain))
    }
}

fn stands_alone(text: &str, name: &str) -> bool {
    let is_free = |letter: Option<char>| letter.is_none_or(|letter| !letter.is_alphanumeric());
    text.match_indices(name)
        .any(|(at, found)| is_free(text[..at].chars().next_back()) && is_free(text[at + found.len()..].chars().next()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn is_named(company: &str, text: &str) -> bool {
        let fields = json!({"company": company, "website": "https://www.pumps.example/about"});
        let fields = fields.as_object().unwrap().clone();
        let written = Written { email: "a@acme-mail.example".into(), fields, ..Written::default() };
        Employer::from_written(&written).is_named_in(&Text::new(text))
    }

    #[test]
    fn a_company_is_named_with_or_without_its_legal_form_by_whole_words_only() {
        assert!(is_named("Acme Pumps GmbH", "CFO of ACME PUMPS, a maker"));
        assert!(is_named("Acme", "CFO of Acme Inc. in Bonn") && !is_named("Acme", "CFO of Acmesoft"));
        assert!(is_named("田中工業", "東京の田中工業様で働く"));
    }

    #[test]
    fn a_name_of_two_letters_is_a_name_where_it_is_written_as_one() {
        for name in ["HP", "EY", "3M", "HP Inc."] {
            assert!(is_named(name, &format!("CFO of {}, a maker", &name[..2])), "{name}");
        }
        assert!(!is_named("AS Ltd", "an engineer as ever, it seems") && !is_named("HP", "about 200 hp"));
    }

    #[test]
    fn the_domain_of_site_or_address_names_it_as_well() {
        assert!(is_named("X", "Runs Pumps.example from Bonn") && is_named("X", "see acme-mail.example"));
        assert!(!is_named("X", "see mypumps.example"));
    }
}
