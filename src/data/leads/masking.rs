//! The texts of a person, fit to be shown as an example to others: without addresses, and without the names of people
//! and companies.

use super::address::holds_address;
use super::colleagues::{domains, without_legal_form};
use super::import::Field;
use super::import::headers::fold_header;
use crate::data::campaigns::{Step, Written};
use crate::data::text::shortened;

/// Characters of a persona and of a message in an example.
const LONGEST_PERSONA: usize = 600;
const LONGEST_MESSAGE: usize = 1_000;
/// A number with at least this many digits is taken for a telephone number.
const TELEPHONE: usize = 9;
/// A name with at least this many letters is also found at the beginning of a word: Silvas, Zoltánnak.
const STEM: usize = 4;
/// How many letters a language may add to a name. With more it is another word: Marketing has nothing to do with Mark.
const ENDING: usize = 4;

/// This person's persona, fit to be shown as an example to others.
#[must_use]
pub fn example_persona(written: &Written) -> String {
    shortened(Masks::of_names(written).masked(&written.persona).trim(), LONGEST_PERSONA)
}

/// A message to this person, fit to be shown as an example to others.
#[must_use]
pub fn example_message(written: &Written, step: &Step) -> String {
    shortened(Masks::of_names(written).masked(&step.text()).trim(), LONGEST_MESSAGE)
}

/// The names of a person and their company, and what stands in the place of each.
struct Masks(Vec<(String, &'static str)>);

impl Masks {
    fn of_names(written: &Written) -> Self {
        let mut masks = Masks(Vec::new());
        for (header, value) in &written.fields {
            let Some(value) = value.as_str().map(str::trim) else { continue };
            match Field::of_header(&fold_header(header)).map(|(field, _)| field) {
                Some(Field::FirstName) => masks.add_person(value, "[first name]"),
                Some(Field::LastName) => masks.add_person(value, "[last name]"),
                Some(Field::FullName) => masks.add_person(value, "[name]"),
                Some(Field::Company) => masks.add_company(value),
                Some(Field::Website) => {
                    masks.add(value, "[link]");
                    masks.add_domains(&written.email, Some(value));
                }
                Some(Field::LinkedinUrl) => masks.add(value, "[link]"),
                // A job and a trade often tell who somebody is, once the place is known as well.
                Some(Field::Location | Field::City) => {
                    value.split(", ").for_each(|place| masks.add(place, "[place]"));
                }
                _ => {}
            }
        }
        masks.add_domains(&written.email, None);
        // The longest first: a name may hold another. What is of the same length keeps its order.
        masks.0.sort_by_key(|(name, _)| std::cmp::Reverse(name.chars().count()));
        masks
    }

    /// A name of one letter is in everything, unless it is one of a script in which a letter is a word.
    fn add(&mut self, name: &str, mask: &'static str) {
        if name.chars().count() > 1 || is_unspaced(name) {
            self.0.push((name.to_owned(), mask));
        }
    }

    /// A name, and each part of it that begins with a capital. What follows a comma is a part as well: a first name, or
    /// a degree.
    fn add_person(&mut self, name: &str, mask: &'static str) {
        self.add(name, mask);
        let pieces = name.split([',', '，', '、', ';', '/']);
        let parts =
            pieces.flat_map(|piece| std::iter::once(piece).chain(piece.split([' ', '-', '\u{a0}', '\u{3000}'])));
        let parts = parts.map(|part| part.trim_matches(|letter: char| !letter.is_alphanumeric()));
        for part in parts.filter(|part| part.len() < name.len()) {
            let is_name = part.chars().count() > 2 && part.chars().next().is_some_and(char::is_uppercase);
            if is_name || is_unspaced(part) {
                self.add(part, mask);
            }
        }
    }

    fn add_company(&mut self, name: &str) {
        self.add(name, "[company]");
        let short = without_legal_form(name);
        if short.len() < name.len() {
            self.add(short, "[company]");
        }
    }

    fn add_domains(&mut self, email: &str, website: Option<&str>) {
        domains(email, website).iter().for_each(|domain| self.add(domain, "[link]"));
    }

    /// A text without mail addresses, links, telephone numbers and these names.
    fn masked(&self, text: &str) -> String {
        let lines = text.lines().map(|line| line.split(' ').map(plain_word).collect::<Vec<_>>().join(" "));
        let text = without_numbers(&lines.collect::<Vec<_>>().join("\n"));
        let (mut masked, mut rest, mut before) = (String::with_capacity(text.len()), text.as_str(), None);
        while let Some(first) = rest.chars().next() {
            let is_start = before.is_none_or(|letter: char| !letter.is_alphanumeric());
            let found = self.0.iter().find_map(|(name, mask)| {
                let length = (is_start || is_unspaced(name)).then(|| length_of(rest, name)).flatten()?;
                Some((length, *mask))
            });
            let length = found.map_or(first.len_utf8(), |(length, _)| length);
            masked.push_str(found.map_or(&rest[..length], |(_, mask)| mask));
            before = rest[..length].chars().next_back();
            rest = &rest[length..];
        }
        masked
    }
}

/// Whether a name is of a script that is written without spaces, or with endings that follow a name at once.
pub(super) fn is_unspaced(name: &str) -> bool {
    name.chars().any(|letter| {
        matches!(letter,
            '\u{0e00}'..='\u{0eff}' // Thai, Lao
            | '\u{1000}'..='\u{109f}' // Myanmar
            | '\u{1100}'..='\u{11ff}' | '\u{ac00}'..='\u{d7ff}' // Hangul
            | '\u{1780}'..='\u{17ff}' // Khmer
            | '\u{3005}' | '\u{3040}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{ff66}'..='\u{ff9d}' // kana
            | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' // Han
            | '\u{20000}'..='\u{3ffff}')
    })
}

fn plain_word(word: &str) -> &str {
    let lowered = word.to_ascii_lowercase();
    let is_link = ["http://", "https://", "www."].iter().any(|start| lowered.contains(start)) || has_path(word);
    match (holds_address(word), is_link) {
        (true, _) => "[address]",
        (_, true) => "[link]",
        _ => word,
    }
}

/// Whether a word is a host with a path, as links without a scheme are: `linkedin.com/in/ana`.
pub(super) fn has_path(word: &str) -> bool {
    let is_host = |host: &str| {
        let labels: Vec<&str> = host.trim_start_matches(|c: char| !c.is_alphanumeric()).split('.').collect();
        labels.len() > 1
            && labels.iter().all(|label| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-'))
            && labels.last().is_some_and(|last| last.chars().any(char::is_alphabetic))
    };
    word.split_once('/').is_some_and(|(host, path)| !path.is_empty() && is_host(host))
}

/// The text with a mark in place of anything that may be a telephone number.
fn without_numbers(text: &str) -> String {
    let is_digit = |letter: char| letter.is_numeric();
    let is_part = |letter: char| is_digit(letter) || "+-()./ ".contains(letter);
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(|letter: char| is_digit(letter) || letter == '+') {
        let end = rest[at..].find(|letter| !is_part(letter)).map_or(rest.len(), |length| at + length);
        // What stands behind the last digit, such as a bracket, is the sentence's; a plus sign alone has none.
        let run = rest[at..end].trim_end_matches(|letter: char| !is_digit(letter));
        let run = if run.is_empty() { &rest[at..=at] } else { run };
        let end = at + run.len();
        masked.push_str(&rest[..at]);
        let is_number = run.chars().filter(|letter| is_digit(*letter)).count() >= TELEPHONE;
        masked.push_str(if is_number { "[number]" } else { run });
        rest = &rest[end..];
    }
    masked.push_str(rest);
    masked
}

/// The length in bytes of this name at the beginning of the text, if it ends there or only has an ending added. Names
/// that are also small words (Will, May) stay unmasked unless they are capitalised as the name is; of a name of two
/// letters both must be.
fn length_of(text: &str, name: &str) -> Option<usize> {
    let mut letters = text.char_indices();
    let is_short = name.chars().nth(2).is_none();
    for (place, wanted) in name.chars().enumerate() {
        let (_, letter) = letters.next()?;
        let may_differ = (place > 0 && !is_short) || letter.is_uppercase();
        if letter != wanted && !(may_differ && letter.to_lowercase().eq(wanted.to_lowercase())) {
            return None;
        }
    }
    let rest = letters.as_str();
    let ending = rest.chars().take_while(|letter| letter.is_alphanumeric()).take(ENDING + 1).count();
    let is_stem = name.chars().filter(|letter| letter.is_alphabetic()).count() >= STEM;
    let is_end = ending == 0 || (is_stem && ending <= ENDING) || is_unspaced(name);
    is_end.then_some(text.len() - rest.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn masked(text: &str, fields: &serde_json::Value) -> String {
        let fields = fields.as_object().unwrap().clone();
        let written = Written { email: "ana@acme-mail.example".into(), fields, ..Written::default() };
        Masks::of_names(&written).masked(text)
    }

    fn fields(first: &str, last: &str, company: &str) -> serde_json::Value {
        json!({"first_name": first, "last_name": last, "company": company})
    }

    #[test]
    fn names_addresses_links_and_telephones_are_masked_and_the_rest_stays() {
        let text = "Hi Ana,\n\nANA SILVA of Acme Ltd. wrote to ana@acme.example (+49 30 1234 5678), \
                    see https://acme.example/x.\nAnabel closed 12 books in 2026.";
        insta::assert_snapshot!(masked(text, &fields("Ana", "Silva", "Acme")), @r"
        Hi [first name],

        [first name] [last name] of [company] Ltd. wrote to [address] ([number]), see [link]
        Anabel closed 12 books in 2026.
        ");
    }

    #[test]
    fn a_word_that_is_a_name_as_well_stays_where_it_is_a_word() {
        assert_eq!(
            masked("Will you, Will? We will.", &fields("Will", "", "")),
            "[first name] you, [first name]? We will."
        );
        assert_eq!(
            masked("We know how, Mark: Marketing", &fields("Mark", "WE", "")),
            "We know how, [first name]: Marketing"
        );
    }

    #[test]
    fn names_are_masked_where_no_space_follows_them_and_with_endings() {
        assert_eq!(masked("こんにちは田中様、", &fields("", "田中", "")), "こんにちは[last name]様、");
        assert_eq!(masked("김민수님께", &fields("", "김민수", "")), "[last name]님께");
        assert_eq!(masked("สวัสดีสมชายครับ", &fields("สมชาย", "", "")), "สวัสดี[first name]ครับ");
        let text = masked("The Silvas wrote Zoltánnak.", &fields("Zoltán", "Silva", ""));
        assert_eq!(text, "The [last name]s wrote [first name]nak.");
    }

    #[test]
    fn a_company_is_masked_without_its_legal_form_by_its_domains_and_however_short() {
        let fields = json!({"company": "Acme Pumps GmbH & Co. KG", "website": "https://www.pumps.example/de"});
        let text = "Acme Pumps (pumps.example, Acme-mail.example): ACME PUMPS GmbH & Co. KG";
        assert_eq!(masked(text, &fields), "[company] ([link], [link]): [company]");
        assert_eq!(masked("HP has 200 hp", &json!({"company": "HP Inc."})), "[company] has 200 hp");
    }

    #[test]
    fn a_link_without_a_scheme_and_digits_of_other_scripts_are_masked() {
        let text = "see linkedin.com/in/ana-silva (or acme.example/x), 50/50 and 3.5/4; ٠١٢٣٤٥٦٧٨٩";
        assert_eq!(masked(text, &json!({})), "see [link] (or [link] 50/50 and 3.5/4; [number]");
    }

    #[test]
    fn the_place_is_masked_since_it_tells_with_job_and_trade_who_somebody_is() {
        let text = masked("Caretaker of a hall in Aue, Saxony; the Auer hall", &json!({"location": "Aue, Saxony"}));
        assert_eq!(text, "Caretaker of a hall in [place], [place]; the Auer hall");
    }

    #[test]
    fn whole_names_in_other_columns_and_parts_of_names_are_masked() {
        let text = masked("Ana Silva of Acme. Hi Ana", &json!({"Full Name": "Ana Silva", "Account Name": "Acme AG"}));
        assert_eq!(text, "[name] of [company]. Hi [name]");
        assert_eq!(masked("Hi Marie", &fields("Anne-Marie", "", "")), "Hi [first name]");
    }

    #[test]
    fn columns_are_told_by_the_headers_that_lists_of_leads_know_in_any_language() {
        let fields = json!({"Ansprechpartner": "Ada van Example, MBA", "Firma": "Acme AG", "Stadt": "Aue",
            "Webseite": "https://www.pumps.example", "LinkedIn Profile": "linkedin.example/in/ada",
            "Ｖｏｒｎａｍｅ": "Addie"});
        let text = masked("Ada van Example, MBA. Example of Acme in Aue. Hi Addie: linkedin.example/in/ada", &fields);
        assert_eq!(text, "[name]. [name] of [company] in [place]. Hi [first name]: [link]");
        assert_eq!(masked("Ada van Example, pumps.example", &fields), "[name], [link]");
        assert_eq!(masked("Hi María, García", &json!({"Display Name": "García López, María"})), "Hi [name], [name]");
        assert_eq!(masked("Hi Addie", &json!({"Name": "Ada (Addie) Example"})), "Hi [name]");
    }

    proptest! {
        /// Whatever the text: an address of the name's never comes through, nor the name as a word.
        #[test]
        fn no_name_comes_through(before in "\\PC{0,20}", after in "[ ,.!]\\PC{0,20}") {
            let text = format!("{before} Zoltán{after} zoltan@x.example");
            let masked = masked(&text, &fields("Zoltán", "", ""));
            prop_assert!(!masked.contains("zoltan@x.example") && !masked.contains(" Zoltán"), "{}", masked);
        }
    }
}
