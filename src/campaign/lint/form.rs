//! What can be told of a message by its form alone, in any language.

use unicode_normalization::UnicodeNormalization;

use super::{Finding, Kind, Level};
use crate::campaign::fields::{Filling, blanks, filling};
use crate::campaign::write::audit;
use crate::data::campaigns::{Step, Written};
use crate::data::leads::address::is_invisible;
use crate::evaluate::grounding::{MentionKind, Sources, mentions, placeholders};
use crate::evaluate::sequence::words;

/// More words than this is long: senders that publish their rules say 75 to 100 at most.
const MOST_WORDS: usize = 100;

/// What mail programs put before the subject of an answer or of something forwarded, without the colon.
const THREAD_MARKS: [&str; 34] = [
    "r", "i", "re", "fw", "fwd", "aw", "wg", "antw", "antwort", "sv", "vs", "vb", "vl", "tr", "rv", "enc", "rif",
    "rép", "ref", "res", "odp", "pd", "ynt", "ilt", "bls", "trs", "atb", "na", "doorst", "回复", "回覆", "答复",
    "转发", "轉寄",
];

/// Hosts whose links say nothing of where they lead.
const SHORTENERS: [&str; 14] = [
    "bit.ly",
    "tinyurl.com",
    "t.co",
    "goo.gl",
    "ow.ly",
    "is.gd",
    "buff.ly",
    "rebrand.ly",
    "cutt.ly",
    "t.ly",
    "shorturl.at",
    "rb.gy",
    "tiny.cc",
    "lnkd.in",
];

/// Endings of files that come as attachments.
const FILES: [&str; 10] = [".pdf", ".doc", ".docx", ".xls", ".xlsx", ".ppt", ".pptx", ".zip", ".ics", ".eml"];

/// Letters from which on a word in capitals is loud rather than an abbreviation.
const LOUD: usize = 4;

/// Adds what the form of the step of this index tells; `prompt` is the one that it was written with.
pub(super) fn check(written: &Written, at: usize, prompt: &str, findings: &mut Vec<Finding>) {
    let step = &written.steps[at];
    let mut form = Form { written, step, findings };
    form.fields(prompt);
    form.thread(at == 0);
    form.claims();
    form.length(at.checked_sub(1).map(|before| &written.steps[before]));
    form.links();
    form.loudness();
    super::shape::check(written, at, findings);
}

struct Form<'a> {
    written: &'a Written,
    step: &'a Step,
    findings: &'a mut Vec<Finding>,
}

impl Form<'_> {
    fn add(&mut self, level: Level, kind: Kind, quote: Option<String>, words: impl Into<String>) {
        self.findings.push(Finding {
            lead: self.written.lead.clone(),
            email: self.written.email.clone(),
            step: self.step.number,
            level,
            kind,
            quote,
            words: words.into(),
        });
    }

    fn fields(&mut self, prompt: &str) {
        let text = self.step.text();
        let mut told: Vec<String> = Vec::new();
        for blank in blanks(&text) {
            // The mark of an answer is a finding of its own.
            if told.contains(&blank) || is_editors(&blank) || thread_mark(&blank).is_some() {
                continue;
            }
            told.push(blank.clone());
            // What the prompt orders is for the sending tool to fill in.
            let is_ordered = || placeholders(&blank, &Sources::from_prompt(prompt)).is_empty();
            match filling(&blank, self.written) {
                Filling::Column(_) => {}
                Filling::Empty => {
                    let words = "this lead has nothing to fill it with, so it would be sent empty";
                    self.add(Level::Error, Kind::UnfilledField, Some(blank), words);
                }
                Filling::Variants | Filling::Unknown if is_ordered() => {
                    let words = "the prompt orders it and no column fills it: see that the sending tool does";
                    self.add(Level::Warning, Kind::ToolField, Some(blank), words);
                }
                Filling::Variants => {
                    let words = "variants that the sending tool has to choose from";
                    self.add(Level::Warning, Kind::ToolField, Some(blank), words);
                }
                Filling::Unknown => {
                    let words = "nothing fills it in, and the prompt does not order it";
                    self.add(Level::Error, Kind::UnfilledField, Some(blank), words);
                }
            }
        }
    }

    fn thread(&mut self, is_first: bool) {
        if let Some(mark) = thread_mark(&self.step.subject).filter(|_| is_first) {
            let words = "the first message of a sequence answers and forwards nothing";
            self.add(Level::Error, Kind::ForgedThread, Some(mark), words);
        }
    }

    fn claims(&mut self) {
        let text = self.step.text();
        for claim in audit(self.step).made_up() {
            let quote = claim.quote(&text).to_owned();
            let words = claim.fault().unwrap_or_else(|| "nothing that is known supports it".to_owned());
            self.add(Level::Warning, Kind::MadeUp, Some(quote), words);
        }
    }

    fn length(&mut self, before: Option<&Step>) {
        let count = words(&self.step.body);
        if count > MOST_WORDS {
            let said = format!("{count} words; more than {MOST_WORDS} are rarely read");
            self.add(Level::Warning, Kind::Long, None, said);
        }
        if let Some(limit) = before.map(|step| words(&step.body)).filter(|limit| count >= *limit && *limit > 1) {
            let said = format!("{count} words, and the message before it has {limit}");
            self.add(Level::Warning, Kind::NotShorter, None, said);
        }
    }

    fn links(&mut self) {
        let text = self.step.text();
        let links =
            mentions(&text, &Sources::default(), "").into_iter().filter(|mention| mention.kind == MentionKind::Link);
        let links = links.map(|link| text.chars().skip(link.start).take(link.end - link.start).collect::<String>());
        let mut links: Vec<String> = links.filter(|link| !link.contains('@')).collect();
        // A shortener is a link without a scheme too.
        for word in text.split_whitespace().map(|word| word.trim_matches(|letter: char| !letter.is_alphanumeric())) {
            if word.contains('/') && is_shortened(word) && !links.iter().any(|link| link.contains(word)) {
                links.push(word.to_owned());
            }
        }
        if links.len() > 1 {
            let said = format!("{} links; filters count them", links.len());
            self.add(Level::Warning, Kind::Links, Some(links.join(" ")), said);
        }
        for link in &links {
            if is_shortened(link) {
                let said = "it hides where it leads; filters distrust it";
                self.add(Level::Warning, Kind::Shortener, Some(link.clone()), said);
            }
        }
        let is_file = |word: &&str| {
            let word = word.trim_end_matches(|letter: char| !letter.is_alphanumeric()).to_lowercase();
            FILES.iter().any(|ending| word.ends_with(ending) && word.len() > ending.len())
        };
        if let Some(file) = text.split_whitespace().find(is_file) {
            let file = file.to_owned();
            self.add(Level::Warning, Kind::Attachment, Some(file), "a file: filters distrust them in a first contact");
        }
    }

    fn loudness(&mut self) {
        let known: Vec<&str> = self.written.fields.values().filter_map(|value| value.as_str()).collect();
        let is_loud = |word: &&str| {
            let letters = word.chars().filter(|letter| letter.is_alphabetic()).count();
            let is_upper = |letter: char| !letter.is_alphabetic() || letter.is_uppercase();
            let has_case = word.chars().any(char::is_uppercase);
            // Whoever is called so in capitals is called so.
            letters >= LOUD
                && has_case
                && word.chars().all(is_upper)
                && !known.iter().any(|value| value.contains(*word))
        };
        let text = self.step.text();
        let loud: Vec<&str> = text.split(|letter: char| !letter.is_alphanumeric()).filter(is_loud).collect();
        let in_subject = self.step.subject.split(|letter: char| !letter.is_alphanumeric()).filter(is_loud).count();
        if in_subject > 1 || loud.len() > 2 {
            let quote = loud.join(" ");
            self.add(
                Level::Warning,
                Kind::Capitals,
                Some(quote),
                "words in capitals read as shouting, to filters as well",
            );
        }
        let is_mark = |letter: char| matches!(letter, '!' | '\u{ff01}');
        let (in_subject, all) = (self.step.subject.matches(is_mark).count(), text.matches(is_mark).count());
        if in_subject > 0 || all > 1 {
            let said = format!("{all} exclamation {}", if all == 1 { "mark, in the subject" } else { "marks" });
            self.add(Level::Warning, Kind::Exclamations, None, said);
        }
    }
}

/// The mark of an answer or of something forwarded that a subject begins with: `Re:`, `Fwd :`, `RE[2]:`, `回复：`, however
/// its letters are written and whatever signs stand before it.
fn thread_mark(subject: &str) -> Option<String> {
    let subject: String = subject.nfkc().filter(|letter| !is_invisible(*letter)).collect();
    let subject = subject.trim_start_matches(|letter: char| !letter.is_alphanumeric());
    let (before, has_dash) = match (subject.split_once(':'), subject.split_once(" - ")) {
        (Some((before, _)), Some((dashed, _))) if dashed.len() < before.len() => (dashed, true),
        (Some((before, _)), _) => (before, false),
        (None, Some((before, _))) => (before, true),
        (None, None) => return None,
    };
    let name = before.split(['[', '(', '^']).next().unwrap_or(before);
    let name = name.trim().to_lowercase();
    let rest = before.trim_end_matches([']', ')']).trim_start_matches(|letter: char| letter.is_alphabetic());
    let only_counts = rest.chars().all(|letter| letter.is_ascii_digit() || "[(^ ".contains(letter));
    // Other marks are words or abbreviations of other things where a dash follows.
    let marks: &[&str] = if has_dash { &["re", "fw", "fwd"] } else { &THREAD_MARKS };
    (marks.contains(&name.as_str()) && only_counts).then(|| before.to_owned())
}

/// Whether this is an editor's remark in a quotation, which nobody fills in.
fn is_editors(blank: &str) -> bool {
    blank.trim_matches(|letter: char| !letter.is_alphanumeric()).eq_ignore_ascii_case("sic")
}

fn is_shortened(link: &str) -> bool {
    let link = link.trim_start_matches("https://").trim_start_matches("http://").trim_start_matches("www.");
    let host = link.split(['/', '?', '#', ':']).next().unwrap_or(link).to_lowercase();
    SHORTENERS.contains(&host.as_str())
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::data::Map;

    fn found(subject: &str, body: &str, prompt: &str) -> Vec<(Kind, Level)> {
        let step = Step { number: 1, subject: subject.into(), body: body.into(), ..Step::default() };
        let fields = [("first_name", "Ada"), ("company", "ACME STEEL WORKS")];
        let fields: Map = fields.map(|(name, value)| (name.to_owned(), Value::from(value))).into_iter().collect();
        let mut findings = Vec::new();
        check(&Written { fields, steps: vec![step], ..Written::default() }, 0, prompt, &mut findings);
        findings.into_iter().map(|finding| (finding.kind, finding.level)).collect()
    }

    #[test]
    fn blanks_that_nothing_fills_are_errors_and_merge_fields_that_a_column_fills_are_none() {
        let (error, warning) = (Level::Error, Level::Warning);
        assert_eq!(found("Hi", "Hi {{first_name}}, a word?", ""), []);
        assert_eq!(found("Hi", "Hi {{last_name}}, a word?", ""), [(Kind::UnfilledField, error)]);
        assert_eq!(found("For you", "Hi Ada,\n\n[Your name]", ""), [(Kind::UnfilledField, error)]);
        assert_eq!(found("Hi", "See {{calendar_link}}.", ""), [(Kind::UnfilledField, error)]);
        assert_eq!(found("Hi", "See {{calendar_link}}.", "End with {{calendar_link}}."), [(Kind::ToolField, warning)]);
        assert_eq!(found("Hi", "{Hi|Hello} Ada", ""), [(Kind::ToolField, warning)]);
        assert_eq!(found("For you", "They wrote \"it do [sic] work\".", ""), []);
    }

    #[test]
    fn a_first_message_that_looks_like_an_answer_is_an_error_in_any_language() {
        for subject in [
            "Re: pallets",
            "RE : pallets",
            "Re[2]: pallets",
            "FWD: x",
            "AW: Paletten",
            "回复：托盘",
            "(Re: x)",
            "Ｒｅ: x",
            "\"Re: x",
            "Re\u{200b}: x",
            "R: x",
            "FWD - x",
            "[Re: x]",
            "Odp: x",
        ] {
            assert_eq!(found(subject, "Hi Ada", ""), [(Kind::ForgedThread, Level::Error)], "{subject}");
        }
        for subject in [
            "Regarding: pallets",
            "Re pallets",
            "Acme: pallets",
            "Pallets re: stock",
            "A real question",
            "3 ideas: x",
            "TR - stock",
        ] {
            assert_eq!(found(subject, "Hi Ada", ""), [], "{subject}");
        }
    }

    #[test]
    fn what_filters_count_is_a_warning() {
        let one =
            |subject: &str, body: &str| found(subject, body, "").into_iter().map(|(kind, _)| kind).collect::<Vec<_>>();
        assert_eq!(one("Hi", &"word ".repeat(101)), [Kind::Long]);
        assert_eq!(one("Hi", &"word ".repeat(100)), []);
        assert_eq!(one("Hi", "https://a.example/x and https://b.example/y"), [Kind::Links]);
        assert_eq!(one("Hi", "See https://bit.ly/3xyz now."), [Kind::Shortener]);
        assert_eq!(one("Hi", "See lnkd.in/abc."), [Kind::Shortener]);
        assert_eq!(one("Hi", "See https://habit.lynx.example/x now, or ask ada@bit.ly."), []);
        assert_eq!(one("GREAT OFFER", "Hi"), [Kind::Capitals]);
        assert_eq!(one("For ACME STEEL WORKS", "Hi"), [], "a name in capitals is a name");
        assert_eq!(one("Hi!", "Hi"), [Kind::Exclamations]);
        assert_eq!(one("Hi", "Hi! You! There!"), [Kind::Exclamations]);
        assert_eq!(one("Hi", "Our brochure.pdf says more."), [Kind::Attachment]);
    }

    #[test]
    fn a_follow_up_that_is_no_shorter_is_a_warning() {
        let step = |number, body: &str| Step { number, subject: "S".into(), body: body.into(), ..Step::default() };
        let written = Written { steps: vec![step(1, "one two"), step(2, "three four")], ..Written::default() };
        let mut findings = Vec::new();
        check(&written, 1, "", &mut findings);
        assert_eq!(findings.iter().map(|finding| finding.kind).collect::<Vec<_>>(), [Kind::NotShorter]);
    }
}
