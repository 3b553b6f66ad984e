//! The same message in another format: what a decision should not depend on.

/// What is changed, and how.
type Change = (&'static str, fn(&str) -> String);

const CHANGES: [Change; 4] = [
    ("in one paragraph", |text| text.split_whitespace().collect::<Vec<_>>().join(" ")),
    ("with more space between paragraphs", |text| text.replace("\n\n", "\n\n\n\n")),
    ("with line ends of another system", |text| text.replace('\n', "\r\n")),
    ("with blank lines around it", |text| format!("\n{text}\n\n")),
];

/// The message in other formats, each with what was changed. Formats that change nothing in it are left out.
pub fn variants(message: &str) -> impl Iterator<Item = (&'static str, String)> + '_ {
    CHANGES.into_iter().map(|(name, change)| (name, change(message))).filter(move |(_, text)| text != message)
}

#[cfg(test)]
mod tests {
    use super::variants;
    use proptest::prelude::*;

    #[test]
    fn each_format_is_another_text() {
        let named: Vec<(&str, String)> = variants("Hello,\n\nit is late.\nBye").collect();
        assert_eq!(named[0].1, "Hello, it is late. Bye");
        assert_eq!(named[1].1, "Hello,\n\n\n\nit is late.\nBye");
        assert_eq!(named[2].1, "Hello,\r\n\r\nit is late.\r\nBye");
        assert_eq!(named[3].1, "\nHello,\n\nit is late.\nBye\n\n");
        assert_eq!(variants("Hello").count(), 1);
    }

    proptest! {
        #[test]
        fn no_format_adds_or_takes_a_word(message in "[a-z]{1,5}([ \\n]{1,3}[a-z.!]{1,5}){0,12}") {
            let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            for (name, text) in variants(&message) {
                prop_assert_eq!(words(&text), words(&message), "{}", name);
            }
        }
    }
}
