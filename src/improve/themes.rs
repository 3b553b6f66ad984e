//! What decision makers speak about, known by its vocabulary.

use std::sync::LazyLock;

use regex::{RegexSet, RegexSetBuilder};

/// A group of reasons.
pub(super) struct Theme {
    /// Its name where it speaks against.
    pub objection: &'static str,
    /// Its name where it speaks in favour.
    pub liked: &'static str,
    /// A pattern of its vocabulary.
    words: &'static str,
}

pub(super) const THEMES: &[Theme] = &[
    Theme {
        objection: "not about me",
        liked: "is about me",
        words: r"generic|template[sd]?\b|mass (e-?mail|outreach)|could (have been|be) sent|anyone|boilerplate|irrelevan|relevan|not (about|specific)|specific to (me|my)|concrete ties?|tied? to|my (role|work|situation|world|day|actual|specific)|pain point|nothing (here )?(about (me|my|us|our)|connects)|personali[sz]|research|tailored|understand",
    },
    Theme {
        objection: "no evidence",
        liked: "gives evidence",
        words: r"evidence|proof|prove|metric|figure|number|quantif|substantiat|data\b|roi\b|measurabl|vague claim|example|case stud|track record|credib",
    },
    Theme {
        objection: "sounds invented",
        liked: "is believable",
        words: r"invent|made[- ]up|fabricat|unverif|verif|too good to be true|name[- ]drop|never (posted|wrote|said)|suspicious|do(es)? ?n.t believe|unbeliev|believ|dubious|unrealistic|invasive",
    },
    Theme {
        objection: "does not say how it works",
        liked: "says how it works",
        words: r"mechanism|how it (actually )?works|how (this|the product|that) (would |actually )?works?|technical (detail|depth|spec)|explain(s|ed)? how|black box|api\b|under the hood",
    },
    Theme {
        objection: "asks for too much",
        liked: "asks for little",
        words: r"\bask(s|ing)?\b|next step|call to action|minutes|half an hour|calendar|jumps? (straight|right)|commit|meeting|low[- ](effort|lift)|demo\b",
    },
    Theme {
        objection: "too long",
        liked: "is brief",
        words: r"too long|length|rambl|wall of text|verbose|brief|concise|short|to the point|padding|skim",
    },
    Theme {
        objection: "hype",
        liked: "is plain",
        words: r"hype|buzzword|superlativ|revolutionary|game[- ]chang|marketing (speak|fluff|language)|fluff|jargon|exaggerat|over-?promis|salesy|sales[- ](pitch|focused)|plain|no[- ]nonsense",
    },
    Theme {
        objection: "pushy",
        liked: "does not push",
        words: r"push(y|es|ing)|pressur|urgen|aggressive|deadline|limited time|respectful|patien",
    },
    Theme { objection: "flatters", liked: "is sincere", words: r"flatter|compliment|sincer|praise|sycophan|butter" },
    Theme {
        objection: "unfilled template",
        liked: "is complete",
        words: r"placeholder|bracket|\[.{1,20}\]|\{\{?.{1,20}\}?\}|blank|merge field|fill(ed)? in",
    },
    Theme {
        objection: "security and compliance",
        liked: "speaks to security and compliance",
        words: r"secur|complian|hipaa|gdpr|soc ?2|iso ?27001|audit|regulat|privacy|data protection",
    },
    Theme {
        objection: "integrations",
        liked: "fits our tools",
        words: r"integrat|our (stack|tools|systems)|my (stack|tools)|legacy|existing (stack|tools|systems)|plugs? into",
    },
    Theme {
        objection: "price and budget",
        liked: "speaks to the budget",
        words: r"pric(e|ing)|budget|cost|afford|expens|spend|payback",
    },
    Theme {
        objection: "risk",
        liked: "lowers the risk",
        words: r"\brisk|pilot|trial|proof of concept|commitment|roll-?out|reversib|try (it|this)",
    },
    Theme {
        objection: "wrong tone or channel",
        liked: "right tone and channel",
        words: r"\btone\b|formal|casual|channel|format|style|prefer|subject line",
    },
];

/// States of the automaton that are kept, in bytes. All themes together need about a tenth of it; with too little the
/// automaton is built again and again.
const KEPT: usize = 16 << 20;

/// All themes in one automaton, so that a text is read once. Word boundaries are those of ASCII: those of Unicode need a
/// slower engine for every text that holds a dash or an accent.
static PATTERNS: LazyLock<Option<RegexSet>> = LazyLock::new(|| {
    let words = THEMES.iter().map(|theme| theme.words.replace(r"\b", r"(?-u:\b)"));
    RegexSetBuilder::new(words).case_insensitive(true).dfa_size_limit(KEPT).build().ok()
});

/// The themes that a text speaks about, as places in [`THEMES`].
pub(super) fn of(text: &str) -> impl Iterator<Item = usize> {
    PATTERNS.iter().flat_map(move |patterns| patterns.matches(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles() {
        assert!(PATTERNS.is_some());
    }

    proptest::proptest! {
        /// One automaton of all themes finds what each theme's own pattern finds.
        #[test]
        fn themes_are_found_together_as_one_by_one(text in "([a-zA-Z \\[\\]{}'.-]|ask|ASKED|demo|tone|risk|price|\\[name\\]|API|data){0,40}") {
            let alone = |theme: &Theme| regex::Regex::new(&format!("(?i){}", theme.words)).unwrap().is_match(&text);
            let expected: Vec<usize> = (0..THEMES.len()).filter(|place| alone(&THEMES[*place])).collect();
            proptest::prop_assert_eq!(of(&text).collect::<Vec<_>>(), expected);
        }
    }
}
