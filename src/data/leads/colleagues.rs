//! Who works at one company.

use std::collections::HashMap;

use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;

use super::address::domain;
use super::lead::Lead;

/// Mail providers with the most users: their addresses do not tell where somebody works.
const MAIL_PROVIDERS: &[&str] = &[
    "gmail.com",
    "googlemail.com",
    "outlook.com",
    "hotmail.com",
    "live.com",
    "msn.com",
    "yahoo.com",
    "ymail.com",
    "icloud.com",
    "me.com",
    "mac.com",
    "aol.com",
    "proton.me",
    "protonmail.com",
    "gmx.com",
    "gmx.de",
    "gmx.net",
    "web.de",
    "t-online.de",
    "freenet.de",
    "mail.com",
    "mail.ru",
    "yandex.ru",
    "yandex.com",
    "qq.com",
    "163.com",
    "126.com",
    "naver.com",
    "orange.fr",
    "wanadoo.fr",
    "free.fr",
    "laposte.net",
    "libero.it",
    "hey.com",
    "fastmail.com",
    "zoho.com",
    "bluewin.ch",
    "seznam.cz",
    "wp.pl",
    "o2.pl",
    "uol.com.br",
    "bol.com.br",
    "terra.com.br",
    "rediffmail.com",
];

/// Legal forms at the end of a company's name. The name without them means the same company.
const LEGAL_FORMS: &[&str] = &[
    "inc",
    "incorporated",
    "corp",
    "corporation",
    "co",
    "company",
    "llc",
    "llp",
    "lp",
    "ltd",
    "limited",
    "plc",
    "gmbh",
    "ag",
    "kg",
    "se",
    "ug",
    "ohg",
    "sa",
    "sas",
    "sarl",
    "srl",
    "spa",
    "bv",
    "nv",
    "ab",
    "as",
    "asa",
    "oy",
    "oyj",
    "aps",
    "pty",
    "pte",
    "kk",
    "sl",
    "slu",
    "sro",
    "doo",
    "spzoo",
    "oo",
    "sp",
    "ltda",
    "mbh",
];

/// Whether a domain is that of a mail provider rather than of a company.
#[must_use]
pub fn is_mail_provider(domain: &str) -> bool {
    let first = domain.split_once('.').map_or("", |(first, _)| first);
    // yahoo.co.uk, hotmail.fr and the like.
    MAIL_PROVIDERS.contains(&domain) || matches!(first, "yahoo" | "hotmail" | "outlook" | "live" | "gmx")
}

/// What this person has in common with their colleagues, the best evidence first: the domain of the address, that of
/// the company's site, the company's name. People who share one of these are colleagues.
#[must_use]
pub fn keys(lead: &Lead) -> Vec<String> {
    keys_from(&lead.email, lead.website.as_deref(), lead.company.as_deref())
}

/// The same from a folded address, a site and a company's name.
#[must_use]
pub fn keys_from(email: &str, website: Option<&str>, company: Option<&str>) -> Vec<String> {
    let mut keys = domains(email, website);
    keys.extend(company.and_then(fold_company));
    keys
}

/// The domains of a company, from somebody's folded address and from its site.
#[must_use]
pub fn domains(email: &str, website: Option<&str>) -> Vec<String> {
    let mut domains = Vec::new();
    let address = domain(email);
    for domain in [Some(address.to_owned()), website.and_then(site_domain)].into_iter().flatten() {
        if !domain.is_empty() && !is_mail_provider(&domain) && !domains.contains(&domain) {
            domains.push(domain);
        }
    }
    domains
}

/// The domain of a site, without `www`. None for what is no site, or is a profile on somebody else's.
fn site_domain(site: &str) -> Option<String> {
    let site = site.trim();
    let address = if site.contains("://") { site.to_owned() } else { format!("https://{site}") };
    let host = url::Url::parse(&address).ok()?.host_str()?.to_lowercase();
    let host = host.strip_prefix("www.").unwrap_or(&host);
    let is_shared = ["linkedin.com", "facebook.com", "google.com", "github.io", "wixsite.com", "wordpress.com"]
        .iter()
        .any(|shared| host == *shared || host.ends_with(&format!(".{shared}")));
    (host.contains('.') && !is_shared).then(|| host.to_owned())
}

/// A company's name as it is compared; `name:` before it, since a name may look like a domain.
#[must_use]
pub fn fold_company(name: &str) -> Option<String> {
    let name: String = name.nfkc().take(300).collect();
    let folded = fold_words(&name);
    let mut words: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
    let mut after = "";
    while words.len() > 1 && words.last().is_some_and(|last| is_legal_form(last, after)) {
        after = words.pop().unwrap_or_default();
    }
    (!words.is_empty()).then(|| format!("name:{}", words.join(" ")))
}

/// Whether a word at the end of a name, or before such words, is a legal form. In `Sp. z o.o.` the `z` is one only
/// together with the rest.
fn is_legal_form(word: &str, after: &str) -> bool {
    LEGAL_FORMS.contains(&word) || (word, after) == ("z", "oo")
}

/// The words of a text as companies' names are compared: in lower case, with one space between them.
#[must_use]
pub fn fold_words(text: &str) -> String {
    let folded: String = text.nfkc().flat_map(char::to_lowercase).nfkc().filter(|c| *c != '.').collect();
    let words = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

/// A company's name as it is written, without the legal forms at its end: `Acme` for `Acme, Inc.`.
#[must_use]
pub fn without_legal_form(name: &str) -> &str {
    let (mut name, mut after) = (name.trim(), String::new());
    while let Some((before, last)) = name.rsplit_once(|c: char| c.is_whitespace() || c == ',') {
        let (before, last) = (before.trim_end_matches(|c: char| !c.is_alphanumeric()), fold_words(last));
        if before.is_empty() || !(last.is_empty() || is_legal_form(&last, &after)) {
            break;
        }
        (name, after) = (before, last);
    }
    name
}

/// Groups of colleagues among people who come one after the other. It holds 32 bytes for each person and each company.
#[derive(Clone, Debug, Default)]
pub struct Groups {
    /// For each person, one nearer to the first of the group; the first is its own.
    parents: Vec<u32>,
    /// For each first of a group, the smallest number of any of its keys.
    numbers: Vec<u32>,
    /// Somebody with this key.
    somebody: HashMap<u64, u32>,
}

impl Groups {
    /// Adds a person and returns their index. `otherwise` stands for the group of somebody who has no key: a number
    /// that is spread evenly.
    pub fn add(&mut self, lead: &Lead, otherwise: u32) -> u32 {
        self.add_keyed(&keys(lead), otherwise)
    }

    /// The same for a person whose keys are known.
    pub fn add_keyed(&mut self, keys: &[String], otherwise: u32) -> u32 {
        let person = self.parents.len() as u32;
        self.parents.push(person);
        self.numbers.push(if keys.is_empty() { otherwise } else { u32::MAX });
        for key in keys {
            let hash = hash(key);
            let number = (hash >> 32) as u32;
            let first = self.first(person);
            self.numbers[first as usize] = self.numbers[first as usize].min(number);
            let other = *self.somebody.entry(hash).or_insert(person);
            self.join(person, other);
        }
        person
    }

    /// The number of a person's group: the same for all colleagues, spread evenly over companies. Where two groups
    /// become one, it is the smaller of their numbers.
    pub fn number(&mut self, person: u32) -> u32 {
        let first = self.first(person);
        self.numbers[first as usize]
    }

    fn join(&mut self, one: u32, other: u32) {
        let (one, other) = (self.first(one), self.first(other));
        let (first, second) = (one.min(other), one.max(other));
        self.parents[second as usize] = first;
        self.numbers[first as usize] = self.numbers[first as usize].min(self.numbers[second as usize]);
    }

    fn first(&mut self, person: u32) -> u32 {
        let mut at = person;
        while self.parents[at as usize] != at {
            let above = self.parents[self.parents[at as usize] as usize];
            self.parents[at as usize] = above;
            at = above;
        }
        at
    }
}

fn hash(key: &str) -> u64 {
    let digest: [u8; 32] = Sha256::digest(key).into();
    let mut first = [0; 8];
    first.copy_from_slice(&digest[..8]);
    u64::from_be_bytes(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lead(address: &str, company: &str, site: &str) -> Lead {
        let mut lead = Lead::new(address).unwrap();
        lead.company = Some(company.to_owned()).filter(|text| !text.is_empty());
        lead.website = Some(site.to_owned()).filter(|text| !text.is_empty());
        lead
    }

    #[test]
    fn the_domain_of_the_address_is_the_company_unless_it_is_a_mail_provider() {
        assert_eq!(lead("a@acme.com", "Acme", "").company_key().as_deref(), Some("acme.com"));
        assert_eq!(lead("a@gmail.com", "ACME, Inc.", "").company_key().as_deref(), Some("name:acme"));
        assert_eq!(lead("a@yahoo.co.uk", "", "https://www.Acme.com/about").company_key().as_deref(), Some("acme.com"));
        assert_eq!(lead("a@gmail.com", "", "linkedin.com/company/acme").company_key(), None);
    }

    #[test]
    fn one_company_is_one_whatever_its_legal_form_and_case() {
        for name in ["Müller & Söhne GmbH", "MÜLLER & SÖHNE", "Müller & Söhne G.m.b.H.", "Müller  &  Söhne, GmbH"]
        {
            assert_eq!(fold_company(name).as_deref(), Some("name:müller söhne"), "{name}");
        }
        assert_eq!(fold_company("Acme Sp. z o.o."), fold_company("ACME"));
        assert_ne!(fold_company("San Diego Zoo"), fold_company("San Diego"));
        assert_eq!(fold_company("Co Ltd").as_deref(), Some("name:co"));
        assert_eq!(fold_company(" - "), None);
    }

    #[test]
    fn a_legal_form_is_taken_off_the_name_as_it_is_written() {
        for (name, short) in [
            ("Acme, Inc.", "Acme"),
            ("Müller & Söhne GmbH & Co. KG", "Müller & Söhne"),
            ("Boxes Pty. Ltd.", "Boxes"),
            ("HP", "HP"),
            ("Co Ltd", "Co"),
            ("GmbH", "GmbH"),
            ("Acme Sp. z o.o.", "Acme"),
            ("San Diego Zoo", "San Diego Zoo"),
            ("Jay Z", "Jay Z"),
        ] {
            assert_eq!(without_legal_form(name), short);
        }
    }

    #[test]
    fn people_who_share_a_domain_or_a_name_are_one_group_also_over_a_third() {
        let mut groups = Groups::default();
        let people = [
            lead("a@acme.com", "Acme", ""),
            lead("b@acme.de", "ACME GmbH", ""),
            lead("c@acme.de", "Acme Holding", ""),
            lead("d@other.com", "Other", ""),
            lead("e@gmail.com", "", ""),
            lead("f@gmail.com", "", ""),
        ];
        let indices: Vec<u32> = people.iter().zip(1..).map(|(lead, otherwise)| groups.add(lead, otherwise)).collect();
        let numbers: Vec<u32> = indices.into_iter().map(|index| groups.number(index)).collect();
        assert!(numbers[0] == numbers[1] && numbers[1] == numbers[2]);
        assert!(numbers[0] != numbers[3]);
        assert_eq!(numbers[4..], [5, 6]);
    }

    #[test]
    fn the_order_of_the_people_does_not_change_a_groups_number() {
        let people = [lead("a@acme.com", "Acme", ""), lead("b@acme.de", "Acme", ""), lead("c@acme.de", "Bolt", "")];
        let number = |order: [usize; 3]| {
            let mut groups = Groups::default();
            let last = order.map(|index| groups.add(&people[index], 0))[2];
            groups.number(last)
        };
        assert_eq!(number([0, 1, 2]), number([2, 0, 1]));
        assert_eq!(number([0, 1, 2]), number([2, 1, 0]));
    }
}
