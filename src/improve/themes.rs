//! What decision makers speak about, known by its vocabulary.

use std::sync::LazyLock;

use aho_corasick::Anchored;
use aho_corasick::automaton::{Automaton, StateID};
use aho_corasick::dfa::DFA;
use memchr::memchr2;
use regex::Regex;

/// A group of reasons.
pub(super) struct Theme {
    /// Its name where it speaks against.
    pub objection: &'static str,
    /// Its name where it speaks in favour.
    pub liked: &'static str,
    /// Its vocabulary, in lower case: words, beginnings of words and phrases. An underscore stands for the edge of a word.
    words: &'static [&'static str],
}

pub(super) const THEMES: &[Theme] = &[
    Theme {
        objection: "not about me",
        liked: "is about me",
        words: &[
            "generic",
            "template_",
            "templates_",
            "templated_",
            "mass email",
            "mass e-mail",
            "mass outreach",
            "could have been sent",
            "could be sent",
            "anyone",
            "boilerplate",
            "irrelevan",
            "relevan",
            "not about",
            "not specific",
            "specific to me",
            "specific to my",
            "concrete tie",
            "tie to",
            "tied to",
            "my role",
            "my work",
            "my situation",
            "my world",
            "my day",
            "my actual",
            "my specific",
            "pain point",
            "nothing about me",
            "nothing about my",
            "nothing about us",
            "nothing about our",
            "nothing connects",
            "nothing here about me",
            "nothing here about my",
            "nothing here about us",
            "nothing here about our",
            "nothing here connects",
            "personalis",
            "personaliz",
            "research",
            "tailored",
            "understand",
        ],
    },
    Theme {
        objection: "no evidence",
        liked: "gives evidence",
        words: &[
            "evidence",
            "proof",
            "prove",
            "metric",
            "figure",
            "number",
            "quantif",
            "substantiat",
            "data_",
            "roi_",
            "measurabl",
            "vague claim",
            "example",
            "case stud",
            "track record",
            "credib",
        ],
    },
    Theme {
        objection: "sounds invented",
        liked: "is believable",
        words: &[
            "invent",
            "made-up",
            "made up",
            "fabricat",
            "verif",
            "too good to be true",
            "name-drop",
            "name drop",
            "never posted",
            "never wrote",
            "never said",
            "suspicious",
            "believ",
            "dubious",
            "unrealistic",
            "invasive",
        ],
    },
    Theme {
        objection: "does not say how it works",
        liked: "says how it works",
        words: &[
            "mechanism",
            "how it works",
            "how it actually works",
            "how this work",
            "how this would work",
            "how this actually work",
            "how the product work",
            "how the product would work",
            "how the product actually work",
            "how that work",
            "how that would work",
            "how that actually work",
            "technical detail",
            "technical depth",
            "technical spec",
            "explain how",
            "explains how",
            "explained how",
            "black box",
            "api_",
            "under the hood",
        ],
    },
    Theme {
        objection: "asks for too much",
        liked: "asks for little",
        words: &[
            "_ask_",
            "_asks_",
            "_asking_",
            "next step",
            "call to action",
            "minutes",
            "half an hour",
            "calendar",
            "jump straight",
            "jump right",
            "jumps straight",
            "jumps right",
            "commit",
            "meeting",
            "low-effort",
            "low effort",
            "low-lift",
            "low lift",
            "demo_",
        ],
    },
    Theme {
        objection: "too long",
        liked: "is brief",
        words: &[
            "too long",
            "length",
            "rambl",
            "wall of text",
            "verbose",
            "brief",
            "concise",
            "short",
            "to the point",
            "padding",
            "skim",
        ],
    },
    Theme {
        objection: "hype",
        liked: "is plain",
        words: &[
            "hype",
            "buzzword",
            "superlativ",
            "revolutionary",
            "game-chang",
            "game chang",
            "marketing speak",
            "marketing fluff",
            "marketing language",
            "fluff",
            "jargon",
            "exaggerat",
            "overpromis",
            "over-promis",
            "salesy",
            "sales-pitch",
            "sales pitch",
            "sales-focused",
            "sales focused",
            "plain",
            "no-nonsense",
            "no nonsense",
        ],
    },
    Theme {
        objection: "pushy",
        liked: "does not push",
        words: &[
            "pushy",
            "pushes",
            "pushing",
            "pressur",
            "urgen",
            "aggressive",
            "deadline",
            "limited time",
            "respectful",
            "patien",
        ],
    },
    Theme {
        objection: "flatters",
        liked: "is sincere",
        words: &["flatter", "compliment", "sincer", "praise", "sycophan", "butter"],
    },
    Theme {
        objection: "unfilled template",
        liked: "is complete",
        words: &["placeholder", "bracket", "blank", "merge field", "fill in", "filled in"],
    },
    Theme {
        objection: "security and compliance",
        liked: "speaks to security and compliance",
        words: &[
            "secur",
            "complian",
            "hipaa",
            "gdpr",
            "soc2",
            "soc 2",
            "iso27001",
            "iso 27001",
            "audit",
            "regulat",
            "privacy",
            "data protection",
        ],
    },
    Theme {
        objection: "integrations",
        liked: "fits our tools",
        words: &[
            "integrat",
            "our stack",
            "our tools",
            "our systems",
            "my stack",
            "my tools",
            "legacy",
            "existing stack",
            "existing tools",
            "existing systems",
            "plug into",
            "plugs into",
        ],
    },
    Theme {
        objection: "price and budget",
        liked: "speaks to the budget",
        words: &["price", "pricing", "budget", "cost", "afford", "expens", "spend", "payback"],
    },
    Theme {
        objection: "risk",
        liked: "lowers the risk",
        words: &[
            "_risk",
            "pilot",
            "trial",
            "proof of concept",
            "commitment",
            "rollout",
            "roll-out",
            "reversib",
            "try it",
            "try this",
        ],
    },
    Theme {
        objection: "wrong tone or channel",
        liked: "right tone and channel",
        words: &["_tone_", "formal", "casual", "channel", "format", "style", "prefer", "subject line"],
    },
];

/// The theme that blanks to be filled in belong to, beside its words.
const UNFILLED: &str = "unfilled template";

/// All vocabulary in one automaton, so that a text is read once, a step for every byte: feedback on a large run is a
/// hundred megabytes.
static VOCABULARY: LazyLock<Option<Vocabulary>> = LazyLock::new(|| {
    let words = || THEMES.iter().enumerate().flat_map(|(theme, of)| of.words.iter().map(move |word| (theme, *word)));
    let word = |(theme, word): (usize, &str)| Word {
        theme,
        length: word.trim_matches('_').len(),
        starts: word.starts_with('_'),
        ends: word.ends_with('_'),
    };
    let letters = words().map(|(_, word)| word.trim_matches('_'));
    let automaton = DFA::builder().ascii_case_insensitive(true).prefilter(false).build(letters).ok()?;
    Some(Vocabulary {
        start: automaton.start_state(Anchored::No).ok()?,
        longest: automaton.max_pattern_len(),
        automaton,
        words: words().map(word).collect(),
        unfilled: THEMES.iter().position(|theme| theme.objection == UNFILLED)?,
        blank: Regex::new(r"\[.{1,20}\]|\{\{?.{1,20}\}?\}").ok()?,
    })
});

struct Vocabulary {
    automaton: DFA,
    start: StateID,
    /// Bytes of the longest word.
    longest: usize,
    words: Vec<Word>,
    unfilled: usize,
    blank: Regex,
}

/// What there is to know of a word beside its letters.
#[derive(Clone, Copy)]
struct Word {
    theme: usize,
    /// In bytes.
    length: usize,
    /// Whether it is only meant at the beginning of a word.
    starts: bool,
    /// Whether it is only meant at the end of a word.
    ends: bool,
}

/// The themes that a text speaks about, as places in [`THEMES`].
pub(super) fn of(text: &str) -> impl Iterator<Item = usize> + use<> {
    let found = VOCABULARY.as_ref().map_or(0, |vocabulary| vocabulary.themes(text));
    (0..THEMES.len()).filter(move |theme| found & (1 << theme) != 0)
}

impl Vocabulary {
    /// The themes of a text, a bit for each.
    fn themes(&self, text: &str) -> u32 {
        let bytes = text.as_bytes();
        let mut found = 0;
        // Every step waits for the one before. Three parts of a text that are walked over together wait together; each
        // goes on into the next for as long as a word may reach.
        let part = bytes.len().div_ceil(3);
        let length = (part + self.longest - 1).min(bytes.len());
        let from = [0, part, 2 * part].map(|from| from.min(bytes.len() - length));
        let [first, second, third] = from.map(|from| &bytes[from..from + length]);
        let (mut one, mut two, mut three) = (self.start, self.start, self.start);
        for (step, ((first, second), third)) in first.iter().zip(second).zip(third).enumerate() {
            one = self.automaton.next_state(Anchored::No, one, *first);
            two = self.automaton.next_state(Anchored::No, two, *second);
            three = self.automaton.next_state(Anchored::No, three, *third);
            // Most steps end no word; asked once for all three parts, they cost nothing more.
            if [one, two, three].iter().any(|state| self.automaton.is_special(*state)) {
                for (state, from) in [(one, from[0]), (two, from[1]), (three, from[2])] {
                    found |= self.words_at(state, bytes, from + step + 1);
                }
            }
        }
        // Brackets are rare.
        if memchr2(b'[', b'{', bytes).is_some() && self.blank.is_match(text) {
            found |= 1 << self.unfilled;
        }
        found
    }

    /// The themes of the words that end here.
    fn words_at(&self, state: StateID, bytes: &[u8], end: usize) -> u32 {
        if !self.automaton.is_match(state) {
            return 0;
        }
        let is_letter = |at: usize| bytes.get(at).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
        let mut found = 0;
        for place in 0..self.automaton.match_len(state) {
            let word = self.words[self.automaton.match_pattern(state, place).as_usize()];
            let goes_on_before = word.starts && (end - word.length).checked_sub(1).is_some_and(is_letter);
            let goes_on_after = word.ends && is_letter(end);
            if !(goes_on_before || goes_on_after) {
                found |= 1 << word.theme;
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The vocabulary as patterns, each looked for alone.
    const PATTERNS: &[&str] = &[
        r"generic|template[sd]?\b|mass (e-?mail|outreach)|could (have been|be) sent|anyone|boilerplate|irrelevan|relevan|not (about|specific)|specific to (me|my)|concrete ties?|tied? to|my (role|work|situation|world|day|actual|specific)|pain point|nothing (here )?(about (me|my|us|our)|connects)|personali[sz]|research|tailored|understand",
        r"evidence|proof|prove|metric|figure|number|quantif|substantiat|data\b|roi\b|measurabl|vague claim|example|case stud|track record|credib",
        r"invent|made[- ]up|fabricat|unverif|verif|too good to be true|name[- ]drop|never (posted|wrote|said)|suspicious|do(es)? ?n.t believe|unbeliev|believ|dubious|unrealistic|invasive",
        r"mechanism|how it (actually )?works|how (this|the product|that) (would |actually )?works?|technical (detail|depth|spec)|explain(s|ed)? how|black box|api\b|under the hood",
        r"\bask(s|ing)?\b|next step|call to action|minutes|half an hour|calendar|jumps? (straight|right)|commit|meeting|low[- ](effort|lift)|demo\b",
        r"too long|length|rambl|wall of text|verbose|brief|concise|short|to the point|padding|skim",
        r"hype|buzzword|superlativ|revolutionary|game[- ]chang|marketing (speak|fluff|language)|fluff|jargon|exaggerat|over-?promis|salesy|sales[- ](pitch|focused)|plain|no[- ]nonsense",
        r"push(y|es|ing)|pressur|urgen|aggressive|deadline|limited time|respectful|patien",
        r"flatter|compliment|sincer|praise|sycophan|butter",
        r"placeholder|bracket|\[.{1,20}\]|\{\{?.{1,20}\}?\}|blank|merge field|fill(ed)? in",
        r"secur|complian|hipaa|gdpr|soc ?2|iso ?27001|audit|regulat|privacy|data protection",
        r"integrat|our (stack|tools|systems)|my (stack|tools)|legacy|existing (stack|tools|systems)|plugs? into",
        r"pric(e|ing)|budget|cost|afford|expens|spend|payback",
        r"\brisk|pilot|trial|proof of concept|commitment|roll-?out|reversib|try (it|this)",
        r"\btone\b|formal|casual|channel|format|style|prefer|subject line",
    ];

    #[test]
    fn the_automaton_is_built_and_every_word_of_every_theme_is_found() {
        assert!(THEMES.len() <= 32 && VOCABULARY.is_some());
        for (place, theme) in THEMES.iter().enumerate() {
            for word in theme.words {
                assert_eq!(*word, word.to_lowercase());
                assert!(of(&format!("So: {} –", word.trim_matches('_').to_uppercase())).any(|found| found == place));
            }
        }
        assert_eq!(of("A [Name] here").count(), 1);
    }

    /// Pieces of text in which words of the vocabulary stand, begin, end and are cut.
    fn text() -> impl Strategy<Value = String> {
        let words: Vec<&str> = THEMES.iter().flat_map(|theme| theme.words.iter().copied()).collect();
        let word = (prop::sample::select(words), any::<bool>(), 0_usize..20).prop_map(|(word, is_upper, cut)| {
            let word = word.trim_matches('_');
            let word = if is_upper { word.to_uppercase() } else { word.to_owned() };
            word[..word.len() - usize::from(cut == 0)].to_owned()
        });
        let other =
            "[a-zA-Z_0-9 \\[\\]{}'.,\n-]{0,3}|does n't believe|don’t |é|–|soc|my | how the product | nothing here ";
        prop::collection::vec(prop_oneof![word, other.prop_map(String::from)], 0..12).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        /// One automaton of all words finds what every theme's own pattern finds.
        #[test]
        fn themes_are_found_together_as_one_by_one(text in text()) {
            let alone: Vec<Regex> = ALONE.with(Clone::clone);
            let expected: Vec<usize> = (0..THEMES.len()).filter(|place| alone[*place].is_match(&text)).collect();
            prop_assert_eq!(of(&text).collect::<Vec<_>>(), expected);
        }
    }

    thread_local! {
        static ALONE: Vec<Regex> = PATTERNS
            .iter()
            .map(|words| Regex::new(&format!("(?i){}", words.replace(r"\b", r"(?-u:\b)"))).unwrap())
            .collect();
    }
}
