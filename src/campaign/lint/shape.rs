//! What a generator has left in a message that its reader would see.

use super::{Finding, Kind, Level};
use crate::campaign::replies::same_letters;
use crate::data::campaigns::Written;

/// Mail programs show less of a subject than these letters.
const LONGEST_SUBJECT: usize = 100;

/// Tags of HTML that make up a text.
const TAGS: [&str; 20] = [
    "a", "b", "body", "br", "div", "em", "h1", "h2", "h3", "hr", "html", "i", "img", "li", "ol", "p", "span", "strong",
    "table", "ul",
];

/// Adds what the step of this index has of it.
pub(super) fn check(written: &Written, at: usize, findings: &mut Vec<Finding>) {
    let step = &written.steps[at];
    let mut add = |level, kind, quote: Option<String>, words: String| {
        let (lead, email) = (written.lead.clone(), written.email.clone());
        findings.push(Finding { lead, email, step: step.number, level, kind, quote, words });
    };
    if let Some(tag) = [&step.subject, &step.body].into_iter().find_map(|text| tag(text)) {
        let words = "tags are sent as they stand, and the reader sees them".to_owned();
        add(Level::Error, Kind::Markup, Some(tag.to_owned()), words);
    }
    let letters = step.subject.chars().count();
    if letters > LONGEST_SUBJECT {
        let words = format!("{letters} letters; no inbox shows more than {LONGEST_SUBJECT}");
        add(Level::Warning, Kind::LongSubject, None, words);
    }
    if let Some(same) = written.steps[..at].iter().find(|earlier| same_letters(&earlier.body, &step.body)) {
        let words = format!("it is word for word that of step {}", same.number);
        add(Level::Warning, Kind::Repeated, None, words);
    }
}

/// The first tag of HTML in a text.
fn tag(text: &str) -> Option<&str> {
    text.match_indices('<').find_map(|(at, _)| {
        let end = at + text[at..].find('>')?;
        let inner = text[at + 1..end].trim_start_matches('/');
        let name = inner.split(|letter: char| letter.is_whitespace() || letter == '/').next()?;
        // What has a name alone is a tag; more words are one where they are attributes.
        let is_tag = inner.trim_end_matches('/').trim_end() == name || inner.contains('=');
        (is_tag && TAGS.contains(&name.to_lowercase().as_str())).then(|| &text[at..=end])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::campaigns::Step;

    fn found(steps: &[(&str, &str)], at: usize) -> Vec<(Kind, Level)> {
        let step = |((subject, body), number): (&(&str, &str), u32)| Step {
            number,
            subject: (*subject).into(),
            body: (*body).into(),
            ..Step::default()
        };
        let written = Written { steps: steps.iter().zip(1..).map(step).collect(), ..Written::default() };
        let mut findings = Vec::new();
        check(&written, at, &mut findings);
        findings.into_iter().map(|finding| (finding.kind, finding.level)).collect()
    }

    #[test]
    fn tags_of_html_are_found_and_other_brackets_are_none() {
        for body in ["<p>Hi,</p>", "Hi,<br />bye", "See <a href=\"https://x.example\">this</a>", "so <STRONG>much"] {
            assert_eq!(found(&[("Flour", body)], 0), [(Kind::Markup, Level::Error)], "{body}");
        }
        for body in ["Hi <b or not", "5 < 8 > 3", "<https://x.example>", "Ann <ann@x.example>", "a <i know> b", "<>"] {
            assert_eq!(found(&[("Flour", body)], 0), [], "{body}");
        }
    }

    #[test]
    fn a_subject_that_no_inbox_shows_whole_is_a_warning() {
        assert_eq!(found(&[(&"ü".repeat(100), "Hi")], 0), []);
        assert_eq!(found(&[(&"ü".repeat(101), "Hi")], 0), [(Kind::LongSubject, Level::Warning)]);
    }

    #[test]
    fn a_follow_up_that_is_an_earlier_message_again_is_a_warning() {
        let steps = [("A", "Hi Ann,\n\nflour?"), ("B", "One more thing."), ("C", "Hi Ann, flour?")];
        assert_eq!((found(&steps, 1), found(&steps, 2)), (vec![], vec![(Kind::Repeated, Level::Warning)]));
    }
}
