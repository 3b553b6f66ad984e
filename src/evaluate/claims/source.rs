//! A source: statements that claims are held against, of the facts or of a persona.

use std::collections::HashSet;
use std::sync::LazyLock;

use regex::bytes::Regex;

use super::figures::{Figure, Unit, figures, hours_of};
use super::fold::{Folded, quote};
use super::spoken::number_word;
use super::words::{is_denied, pattern, stem, stems, tokens};

/// One statement.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "a statement may do several of these at once")]
pub(super) struct Statement {
    /// As it stands in its text.
    pub text: String,
    pub folded: Folded,
    pub figures: Vec<Figure>,
    pub stems: HashSet<String>,
    /// Whether it speaks of customers and what they got.
    pub has_customers: bool,
    /// Whether it says what many get, such as `teams reduce manual work by 45%`.
    pub is_general: bool,
    /// Whether it says what the product connects with.
    pub has_integrations: bool,
    /// Whether it promises that anything with an interface connects.
    pub connects_anything: bool,
}

/// All statements of a text.
#[derive(Clone, Debug, Default)]
pub(super) struct Source {
    pub statements: Vec<Statement>,
    /// Every word in lower case: a name that is not among them is not known.
    pub words: HashSet<String>,
    pub stems: HashSet<String>,
}

impl Statement {
    pub(super) fn of(text: &str) -> Self {
        static CUSTOMERS: LazyLock<Regex> = LazyLock::new(|| {
            pattern(
                r"^\W*(?:customers?|clients?|references?|case stud(?:y|ies)|users?|results?)\s*:|\b(?:case stud(?:y|ies)|our (?:customers|clients|users)|used by|trusted by|customers? (?:include|such|like|are|of ours|report|see|save)|clients? (?:include|such|like|are|report|see|save)|(?:we|has|have) (?:serve|helped|worked with|delivered)|\d[\d,]*\+? (?:\w+ ){0,2}(?:customers|clients|companies|clinics|teams|firms|schools|stores|hospitals|practices|users|landlords|farms|restaurants|fleets|banks|sites)|(?:one|a|another) (?:\S+ ){0,5}(?:customer|client)\b|testimonials?|success stor(?:y|ies))",
            )
        });
        static GENERAL: LazyLock<Regex> = LazyLock::new(|| {
            pattern(
                r"\b(?:teams|customers|clients|users|companies|people|firms|crews|clinics|shops|plants|agencies|businesses|schools|stores|sites|practices|fleets|organi[sz]ations) (?:\w+ ){0,3}(?:reduce|save|cut|see|spend|get|report|recover|halve|gain|need|lose|finish|close|drop|lower|increase|achieve|go live|run|shorten|free|answer|pay|start|reach)\b",
            )
        });
        static CONNECTS: LazyLock<Regex> = LazyLock::new(|| {
            pattern(
                r"\b(?:integrat\w+|connect(?:s|ors?|ions?)|sync(?:s|hroni[sz]es)?|plugs? into|works with|imports? from|exports? to|reads? from|compatible with|add-?(?:on|in) for|sits on top of)\b",
            )
        });
        static ANYTHING: LazyLock<Regex> = LazyLock::new(|| {
            pattern(
                r"\b(?:any(?:thing| system| tool| software| other)?[^.]{0,30} (?:with|that has|offering) an? (?:\w+ )?api|rest api|open api|api)\b",
            )
        });
        let folded = Folded::of(text);
        let bytes = folded.bytes();
        Statement {
            text: text.to_owned(),
            figures: figures(&folded.low),
            stems: stems(&folded.low).into_iter().collect(),
            has_customers: CUSTOMERS.find(bytes).is_some_and(|found| !is_denied(&folded.low, 0, found.start()))
                && !folded.low.contains("no customer"),
            is_general: GENERAL.is_match(bytes),
            has_integrations: !folded.low.contains("none needed")
                && CONNECTS.find(bytes).is_some_and(|found| !is_denied(&folded.low, 0, found.start())),
            connects_anything: ANYTHING.is_match(bytes),
            folded,
        }
    }
}

impl Source {
    /// Statements as they come.
    pub(super) fn of(statements: &[String]) -> Self {
        let statements: Vec<Statement> = statements.iter().map(|text| Statement::of(text)).collect();
        let mut source = Source::default();
        for statement in &statements {
            source.words.extend(tokens(&statement.folded.low).map(|(_, word)| word.trim_end_matches("'s").to_owned()));
            source.stems.extend(statement.stems.iter().cloned());
        }
        source.statements = statements;
        source
    }

    /// The sentences of a text: a persona states everything that it says.
    pub(super) fn of_text(text: &str) -> Self {
        let folded = Folded::of(text);
        let sentences: Vec<String> =
            folded.sentences().iter().map(|sentence| quote(text, sentence.start, sentence.end)).collect();
        Source::of(&sentences)
    }

    /// The statement that holds a figure.
    pub(super) fn figure(&self, figure: &Figure, low: &str) -> Option<&Statement> {
        self.statements.iter().find(|statement| statement.says(figure, low))
    }

    /// Whether every word of a name is known.
    pub(super) fn knows(&self, name: &str) -> bool {
        tokens(&name.to_ascii_lowercase()).all(|(_, word)| {
            let word = word.trim_end_matches("'s");
            self.words.contains(word) || (word.len() > 3 && self.words.contains(word.trim_end_matches('s')))
        })
    }

    /// How much of what these words are about is spoken of here, in 0..=1; 1 where they are about nothing.
    pub(super) fn share_of(&self, stems: &[String]) -> f64 {
        share(stems, &self.stems)
    }
}

/// The share of `stems` that is in `known`.
pub(super) fn share(stems: &[String], known: &HashSet<String>) -> f64 {
    if stems.is_empty() {
        return 1.0;
    }
    stems.iter().filter(|stem| known.contains(*stem)).count() as f64 / stems.len() as f64
}

impl Statement {
    /// Whether this figure of a text is stated here. A number without a unit must count the same thing.
    pub(super) fn says(&self, figure: &Figure, low: &str) -> bool {
        if figure.high != figure.value {
            let end = |value| Figure { value, high: value, ..*figure };
            return self.says(&end(figure.value), low) && self.says(&end(figure.high), low);
        }
        if figure.unit == Unit::Time && self.says_time(figure) {
            return true;
        }
        self.figures.iter().any(|own| {
            if !figure.is_said_by(own) {
                return near_half(figure, own, low);
            }
            figure.unit != Unit::Bare || own.unit != Unit::Bare || {
                let (here, there) = (counted(low, figure), counted(&self.folded.low, own));
                let near = |word: &String| following(&self.folded.low, own).iter().any(|other| other == word);
                here.is_none()
                    || there.is_none()
                    || here.as_ref().is_some_and(near)
                    || there.is_some_and(|word| low.contains(&word))
            }
        })
    }
}

impl Statement {
    /// The times that are stated, in hours: `in two days instead of nine` states nine days as well, `by the fifth working
    /// day` states five.
    pub(super) fn times(&self) -> Vec<f64> {
        const ORDINALS: &str = "first second third fourth fifth sixth seventh eighth ninth tenth";
        const AGAINST: [&str; 6] = [" instead of ", " rather than ", " from ", " to ", " or ", " against "];
        let low = &self.folded.low;
        let mut times: Vec<f64> =
            self.figures.iter().filter(|own| own.unit == Unit::Time).map(|own| own.value).collect();
        let units: Vec<f64> = tokens(low).filter_map(|(_, word)| hours_of(word)).collect();
        let ordinal = |word: &str| ORDINALS.split(' ').position(|name| name == word).map(|at| at as f64 + 1.0);
        let mut counts: Vec<f64> = tokens(low).filter_map(|(_, word)| ordinal(word)).collect();
        if AGAINST.iter().any(|word| low.contains(word)) {
            counts.extend(self.figures.iter().filter(|own| own.unit == Unit::Bare).map(|own| own.value));
            counts.extend(tokens(low).filter_map(|(_, word)| number_word(word)));
        }
        times.extend(counts.iter().flat_map(|count| units.iter().map(move |unit| count * unit)));
        times
    }

    fn says_time(&self, figure: &Figure) -> bool {
        let is = |value: &f64| (figure.value - value).abs() < 0.01 * figure.value.max(0.01);
        figure.value > 0.0 && self.times().iter().any(is)
    }
}

/// `Almost half` is a fair word for 45% and more.
fn near_half(figure: &Figure, own: &Figure, low: &str) -> bool {
    let before = &low[figure.start.saturating_sub(12)..figure.start];
    let almost = ["almost ", "nearly ", "close to ", "just under ", "about "].iter().any(|word| before.ends_with(word));
    figure.in_words
        && figure.unit == Unit::Percent
        && own.unit == Unit::Percent
        && almost
        && (figure.value - own.value).abs() <= 5.0
}

/// The stems of the three words behind a number: `900 supplier contracts`.
fn following(low: &str, figure: &Figure) -> Vec<String> {
    let rest = low[figure.end..].split(['.', ',', ';']).next().unwrap_or("");
    rest.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| word.len() > 2).take(3).map(stem).collect()
}

/// The stem of the word that a bare number counts.
fn counted(low: &str, figure: &Figure) -> Option<String> {
    let rest = &low[figure.end..];
    let word = rest.trim_start_matches([' ', '-']).split(|c: char| !c.is_ascii_alphabetic()).next()?;
    (word.len() > 2).then(|| stem(word))
}
