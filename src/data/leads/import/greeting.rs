//! How people are greeted: by a first name, and by no form of address.

use super::headers::fold_header;

/// Forms of address and academic titles, folded. They stand before a name, and in columns called *Title*.
const FORMS: &[&str] = &[
    "mr",
    "mrs",
    "ms",
    "miss",
    "mx",
    "sir",
    "madam",
    "dr",
    "prof",
    "professor",
    "doctor",
    "rev",
    "herr",
    "frau",
    "hr",
    "herrn",
    "dipling",
    "mme",
    "mlle",
    "monsieur",
    "madame",
    "mademoiselle",
    "sr",
    "sra",
    "srta",
    "señor",
    "señora",
    "dra",
    "sigra",
    "signor",
    "signora",
    "signore",
    "dott",
    "dottssa",
    "dottoressa",
    "dottor",
    "senhor",
    "senhora",
    "dhr",
    "mevr",
    "mevrouw",
    "meneer",
    "drs",
    "pani",
    "mgr",
    "inż",
    "господин",
    "госпожа",
];

/// Whether a cell holds forms of address and nothing else: `Mr`, `Prof. Dr.`.
#[must_use]
pub fn is_form_of_address(cell: &str) -> bool {
    let words = || cell.split(|letter: char| letter.is_whitespace() || letter == '.');
    let are_forms = || words().all(|word| word.is_empty() || is_form(word));
    cell.chars().any(char::is_alphabetic) && (is_form(cell) || are_forms())
}

fn is_form(word: &str) -> bool {
    FORMS.contains(&fold_header(word).as_str())
}

/// A name without the forms of address before it, unless it has nothing else.
fn without_forms(name: &str) -> &str {
    let mut rest = name.trim();
    while let Some((first, after)) = rest.split_once(char::is_whitespace) {
        if !is_form_of_address(first) {
            break;
        }
        rest = after.trim_start();
    }
    rest
}

/// Splits a name that is written in one: `Ada van Example`, or `Example, Ada`. `None` if several words stand before a
/// comma: `Ada van Example, MBA` and `García López, María` look alike, and nobody is to be greeted as "MBA". Who has a
/// last name only, behind a form of address, is greeted by none.
#[must_use]
pub fn split_name(name: &str) -> Option<(String, Option<String>)> {
    let join = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let bare = without_forms(name);
    let has_form = bare.len() < name.trim().len();
    let (first, last) = match bare.split_once(',') {
        Some((last, first)) if !first.trim().is_empty() => {
            if last.trim().contains(char::is_whitespace) {
                return None;
            }
            (join(without_forms(first)), join(last))
        }
        _ => match join(bare).split_once(' ') {
            Some((first, last)) => (first.to_owned(), last.to_owned()),
            None if has_form => (String::new(), join(bare)),
            None => (join(bare), String::new()),
        },
    };
    (!first.is_empty() || !last.is_empty()).then(|| (first, Some(last).filter(|last| !last.is_empty())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_greeted_by_a_form_of_address() {
        let split = |name: &str| {
            let (first, last) = split_name(name).unwrap();
            (first, last.unwrap_or_default())
        };
        for (name, first, last) in [
            ("Dr. Ann Lee", "Ann", "Lee"),
            ("Herr Max Muster", "Max", "Muster"),
            ("Prof. Dr. Eva van Example", "Eva", "van Example"),
            ("Muster, Dr. Max", "Max", "Muster"),
            ("Frau Muster", "", "Muster"),
            ("Mme Léa Petit", "Léa", "Petit"),
            ("Don", "Don", ""),
            ("Drew Barr", "Drew", "Barr"),
            ("Ann Lee", "Ann", "Lee"),
        ] {
            assert_eq!(split(name), (first.to_owned(), last.to_owned()), "{name}");
        }
        for title in ["Mr", "Prof. Dr.", "Dipl.-Ing.", "Frau"] {
            assert!(is_form_of_address(title), "{title}");
        }
        for title in ["", "CEO", "Dr. of Marketing", "M&A lead", "-"] {
            assert!(!is_form_of_address(title), "{title}");
        }
    }
}
