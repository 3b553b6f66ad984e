//! Which themes a text speaks about, known by its vocabulary.

use std::collections::HashSet;
use std::sync::LazyLock;

use aho_corasick::Anchored;
use aho_corasick::automaton::{Automaton, StateID};
use aho_corasick::dfa::DFA;
use memchr::memchr2;
use regex::Regex;

use super::themes::THEMES;

/// The theme that blanks to be filled in belong to, beside its words.
const UNFILLED: &str = "unfilled template";

/// All vocabulary in one automaton, so that a text is read once, a step for every byte: feedback on a large run is a
/// hundred megabytes.
static VOCABULARY: LazyLock<Option<Vocabulary>> = LazyLock::new(Vocabulary::new);

struct Vocabulary {
    automaton: DFA,
    start: StateID,
    /// What ends at each state, by its place: a bit for each theme, and [`EDGED`].
    marks: Vec<u32>,
    /// Numbers of states are multiples of a power of two; this one.
    shift: u32,
    /// Bytes of the longest word.
    longest: usize,
    words: Vec<Word>,
    unfilled: usize,
    blank: Regex,
}

/// The mark of a state at which a word ends that is only meant where it does not go on.
const EDGED: u32 = 1 << 31;

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
pub(super) fn themes(text: &str) -> impl Iterator<Item = usize> + use<> {
    let found = VOCABULARY.as_ref().map_or(0, |vocabulary| vocabulary.themes(text));
    (0..THEMES.len()).filter(move |theme| found & (1 << theme) != 0)
}

impl Vocabulary {
    fn new() -> Option<Self> {
        let all = || THEMES.iter().enumerate().flat_map(|(theme, of)| of.words.iter().map(move |word| (theme, *word)));
        let word = |(theme, word): (usize, &str)| Word {
            theme,
            length: word.trim_matches('_').len(),
            starts: word.starts_with('_'),
            ends: word.ends_with('_'),
        };
        let words: Vec<Word> = all().map(word).collect();
        let letters = all().map(|(_, word)| word.trim_matches('_'));
        let automaton = DFA::builder().ascii_case_insensitive(true).prefilter(false).build(letters).ok()?;
        let start = automaton.start_state(Anchored::No).ok()?;
        let states = reachable(&automaton, start);
        let shift = states.iter().fold(0, |bits, state| bits | state.as_usize()).trailing_zeros();
        let mut marks = Vec::new();
        for state in states {
            let place = state.as_usize() >> shift;
            marks.resize(marks.len().max(place + 1), 0);
            let ending = if automaton.is_match(state) { automaton.match_len(state) } else { 0 };
            for word in (0..ending).map(|index| words[automaton.match_pattern(state, index).as_usize()]) {
                marks[place] |= if word.starts || word.ends { EDGED } else { 1 << word.theme };
            }
        }
        Some(Vocabulary {
            start,
            marks,
            shift,
            longest: automaton.max_pattern_len(),
            automaton,
            words,
            unfilled: THEMES.iter().position(|theme| theme.objection == UNFILLED)?,
            blank: Regex::new(r"\[.{1,20}\]|\{\{?.{1,20}\}?\}").ok()?,
        })
    }

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
            // Whether a word ends at a step is hard to foresee, so it is not asked: what ends is added, mostly nothing.
            let ending = self.mark(one) | self.mark(two) | self.mark(three);
            found |= ending;
            if ending & EDGED != 0 {
                for (state, from) in [(one, from[0]), (two, from[1]), (three, from[2])] {
                    found |= self.edged_at(state, bytes, from + step + 1);
                }
            }
        }
        // Brackets are rare.
        if memchr2(b'[', b'{', bytes).is_some() && self.blank.is_match(text) {
            found |= 1 << self.unfilled;
        }
        found & !EDGED
    }

    fn mark(&self, state: StateID) -> u32 {
        self.marks.get(state.as_usize() >> self.shift).copied().unwrap_or_default()
    }

    /// The themes of the words that end here and do not go on.
    fn edged_at(&self, state: StateID, bytes: &[u8], end: usize) -> u32 {
        if self.mark(state) & EDGED == 0 {
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

/// All states that a text can lead to.
fn reachable(automaton: &DFA, start: StateID) -> Vec<StateID> {
    let (mut found, mut seen) = (vec![start], HashSet::from([start]));
    let mut next = 0;
    while let Some(state) = found.get(next).copied() {
        let follow = (0..=u8::MAX).map(|byte| automaton.next_state(Anchored::No, state, byte));
        found.extend(follow.filter(|state| seen.insert(*state)));
        next += 1;
    }
    found
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
        assert!(THEMES.len() < 31 && VOCABULARY.is_some());
        for (place, theme) in THEMES.iter().enumerate() {
            for word in theme.words {
                assert_eq!(*word, word.to_lowercase());
                assert!(
                    themes(&format!("So: {} –", word.trim_matches('_').to_uppercase())).any(|found| found == place)
                );
            }
        }
        assert_eq!(themes("A [Name] here").count(), 1);
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
            prop_assert_eq!(themes(&text).collect::<Vec<_>>(), expected);
        }
    }

    thread_local! {
        static ALONE: Vec<Regex> = PATTERNS
            .iter()
            .map(|words| Regex::new(&format!("(?i){}", words.replace(r"\b", r"(?-u:\b)"))).unwrap())
            .collect();
    }
}
