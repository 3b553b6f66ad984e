//! All reasoning in a run, positive and negative, recorded one decision at a time.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::objections::{Counting, Objections};
use crate::data::{Entry, Gather, Part, text};

/// Characters of one reasoning that are passed on: three long sentences.
const LONGEST_LINE: usize = 600;

/// Bytes of reasoning that one request to the improver holds; more is sampled evenly.
const BUDGET: usize = 120_000;

/// How many reasonings of a run are sorted into groups; an even sample if there are more.
pub const MOST_SORTED: usize = 2_000;

/// Characters of a reasoning that is to be sorted.
const LONGEST_SORTED: usize = 2_000;

/// The feedback of a run: its decisions, counted, and its reasoning, or an even sample if it does not fit into one
/// request. What does not fit is not kept in memory either.
#[derive(Clone, Debug)]
pub struct Feedback {
    counting: Counting,
    lines: Sample,
    /// What a model is to sort.
    to_sort: Sample,
}

impl Default for Feedback {
    fn default() -> Self {
        let (lines, to_sort) = (Sample::within(Budget::Bytes(BUDGET)), Sample::within(Budget::Lines(MOST_SORTED)));
        Feedback { counting: Counting::default(), lines, to_sort }
    }
}

/// One reasoning that is to be sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reasoning<'h> {
    /// The index of its persona in the run.
    pub persona: usize,
    /// The index of its message.
    pub message: usize,
    /// The decision.
    pub yes: bool,
    /// What was said, on one line.
    pub text: &'h str,
}

/// How a decision is written before its reasoning.
const YES: &str = "[yes] ";
/// See [`YES`].
const NO: &str = "[no] ";

impl Feedback {
    /// Records one decision. `persona` is the index of the persona in the run, whose decisions must all come one after
    /// the other; `message` tells them apart.
    pub fn record(&mut self, persona: usize, message: usize, yes: bool, reasoning: &str) {
        self.counting.add(persona, message, yes, reasoning);
        let sign = if yes { YES } else { NO };
        let line = |longest| move || format!("{sign}{}", shortened(reasoning, longest));
        self.lines.record(persona, message, line(LONGEST_LINE));
        self.to_sort.record(persona, message, line(LONGEST_SORTED));
    }

    /// The objections before anything is sorted.
    #[must_use]
    pub fn objections(&self) -> Objections {
        self.counting.objections()
    }

    /// The reasonings to sort, in the order of the run: all of them, or [`MOST_SORTED`], spread evenly over the people.
    /// If there are several messages per person, first messages are preferred, so that nobody has more of them than
    /// others.
    #[must_use]
    pub fn reasonings(&self) -> Vec<Reasoning<'_>> {
        let all = self.to_sort.within_budget(usize::MAX);
        all.into_iter()
            .map(|((persona, message), line)| match line.strip_prefix(YES) {
                Some(text) => Reasoning { persona, message, yes: true, text },
                None => Reasoning { persona, message, yes: false, text: line.strip_prefix(NO).unwrap_or(line) },
            })
            .collect()
    }

    /// Decisions in all.
    #[must_use]
    pub fn len(&self) -> usize {
        self.to_sort.offered
    }

    /// Whether nobody decided anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// One line per reasoning, `[yes] ...` or `[no] ...`, in the order of the run, as many as fit into one request; and
    /// how many were left out, evenly over the run, so that no part of the personas goes unheard.
    #[must_use]
    pub fn lines(&self) -> (String, usize) {
        self.lines.lines(usize::MAX)
    }

    /// The same lines within so many bytes.
    #[must_use]
    pub fn lines_within(&self, bytes: usize) -> (String, usize) {
        self.lines.lines(bytes)
    }
}

/// Gathers from the run's own entries; those of its baseline belong to another run.
impl Gather for Feedback {
    fn gather(&mut self, entry: &Entry<'_>) {
        if entry.part == Part::Results {
            for (message, said) in entry.messages.iter().enumerate() {
                self.record(entry.index, message, said.yes, &said.reasoning.get());
            }
        }
    }

    fn then(&mut self, later: Self) {
        self.counting.then(later.counting);
        self.lines.then(later.lines);
        self.to_sort.then(later.to_sort);
    }
}

/// What a sample may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Budget {
    /// Bytes, spread evenly over places; no message of a persona is favoured.
    Bytes(usize),
    /// Lines, spread evenly over personas: first messages before second ones.
    Lines(usize),
}

impl Budget {
    fn most(self) -> usize {
        let (Budget::Bytes(most) | Budget::Lines(most)) = self;
        most
    }

    /// How much of the budget a line takes; a line break counts with every line.
    fn cost(self, line: &str) -> usize {
        match self {
            Budget::Bytes(_) => line.len() + 1,
            Budget::Lines(_) => 1,
        }
    }

    fn rank(self, persona: usize, message: usize) -> u64 {
        match self {
            Budget::Bytes(_) => rank(persona, message),
            Budget::Lines(_) => (message as u64).min(0xffff) << 48 | rank(persona, 0) >> 16,
        }
    }
}

/// Lines of reasoning within a budget.
///
/// Every place in the run has a rank, and the lines of the lowest ranks are kept, as many as fit. Adding a line can
/// only push out others, so what is pushed out need not be remembered, and parts of a run can be sampled side by side.
/// Where everything fits, everything is kept.
#[derive(Clone, Debug)]
struct Sample {
    budget: Budget,
    /// By rank and place.
    kept: BTreeMap<(u64, usize, usize), String>,
    /// What is used of the budget.
    used: usize,
    offered: usize,
    /// The lowest rank that was pushed out: no line from there on is kept.
    out: u64,
    /// The same over all parts of the run that are sampled side by side. It only saves work.
    out_anywhere: Arc<AtomicU64>,
}

impl Sample {
    fn within(budget: Budget) -> Self {
        let out_anywhere = Arc::new(AtomicU64::new(u64::MAX));
        Sample { budget, kept: BTreeMap::new(), used: 0, offered: 0, out: u64::MAX, out_anywhere }
    }

    fn record(&mut self, persona: usize, message: usize, line: impl FnOnce() -> String) {
        self.offered += 1;
        let rank = self.budget.rank(persona, message);
        if rank >= self.out.min(self.out_anywhere.load(Ordering::Relaxed)) {
            return;
        }
        self.keep((rank, persona, message), line());
        self.fit();
    }

    fn then(&mut self, later: Self) {
        self.offered += later.offered;
        self.out = self.out.min(later.out);
        for (place, line) in later.kept {
            self.keep(place, line);
        }
        self.fit();
    }

    fn keep(&mut self, place: (u64, usize, usize), line: String) {
        self.used += self.budget.cost(&line);
        if let Some(same) = self.kept.insert(place, line) {
            self.used -= self.budget.cost(&same);
        }
    }

    /// Pushes out the highest ranks until the rest fits.
    fn fit(&mut self) {
        while let Some(highest) = self.kept.last_entry()
            && (self.used > self.budget.most() || highest.key().0 >= self.out)
        {
            self.out = self.out.min(highest.key().0);
            self.used -= self.budget.cost(&highest.remove());
        }
        self.out_anywhere.fetch_min(self.out, Ordering::Relaxed);
    }

    /// Lines with their places, in the order of the run: of the kept lines, those with the lowest ranks, as many as
    /// fit.
    fn within_budget(&self, bytes: usize) -> Vec<((usize, usize), &str)> {
        let mut used = 0;
        let fits = self.kept.iter().take_while(|(_, line)| {
            used += line.len() + 1;
            used <= bytes
        });
        let mut kept: Vec<_> =
            fits.map(|((_, persona, message), line)| ((*persona, *message), line.as_str())).collect();
        kept.sort_unstable();
        kept
    }

    fn lines(&self, bytes: usize) -> (String, usize) {
        let lines: Vec<&str> = self.within_budget(bytes).into_iter().map(|(_, line)| line).collect();
        (lines.join("\n"), self.offered - lines.len())
    }
}

/// The rank of a place. Multiples of the golden ratio without their whole part are evenly spread, however many are
/// taken (the three-distance theorem; D. E. Knuth, The Art of Computer Programming, volume 3, section 6.4). The
/// messages of one persona are set apart by the square root of two, so that no message is favoured.
pub(super) fn rank(persona: usize, message: usize) -> u64 {
    const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
    const ROOT: u64 = 0x6a09_e667_f3bc_c908;
    (persona as u64 + 1).wrapping_mul(GOLDEN).wrapping_add((message as u64).wrapping_mul(ROOT))
}

/// A text on one line, cut after about `characters`: one decision maker's essay must not crowd out the others.
#[must_use]
pub fn shortened(text: &str, characters: usize) -> String {
    text::shortened(&text.split_whitespace().collect::<Vec<_>>().join(" "), characters)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn say(sample: &mut Sample, (persona, message): (usize, usize), yes: bool, reasoning: &str) {
        let sign = if yes { "yes" } else { "no" };
        sample.record(persona, message, || format!("[{sign}] {}", shortened(reasoning, LONGEST_LINE)));
    }

    fn sample(count: usize, budget: usize) -> Sample {
        let mut sample = Sample::within(Budget::Bytes(budget));
        (0..count).for_each(|n| say(&mut sample, (n / 2, n % 2), n % 2 == 0, &format!("Reason\nnumber {n}")));
        sample
    }

    #[test]
    fn a_reasoning_with_line_breaks_stays_one_line() {
        assert_eq!(sample(2, 1_000).lines(usize::MAX), ("[yes] Reason number 0\n[no] Reason number 1".to_owned(), 0));
    }

    #[test]
    fn what_does_not_fit_is_left_out_evenly_and_counted() {
        let (text, left_out) = sample(10_000, 5_000).lines(usize::MAX);
        assert!((4_900..=5_000).contains(&text.len()), "{}", text.len());
        assert_eq!(text.lines().count() + left_out, 10_000);
        let number = |line: &str| line.rsplit(' ').next().unwrap().parse::<usize>().unwrap();
        let kept: Vec<usize> = text.lines().map(number).collect();
        assert!(kept.is_sorted(), "in the order of the run");
        let even = 10_000 / kept.len();
        let ends = [0, 10_000];
        let places: Vec<usize> = ends[..1].iter().chain(&kept).chain(&ends[1..]).copied().collect();
        assert!(places.windows(2).all(|pair| pair[1] - pair[0] < 6 * even), "{kept:?}");
        let first = kept.iter().filter(|n| **n % 2 == 0).count();
        assert!((kept.len() * 2 / 5..=kept.len() * 3 / 5).contains(&first), "{first} of {}", kept.len());
    }

    #[test]
    fn fewer_bytes_give_an_even_sample_of_the_sample() {
        let all = sample(1_000, 20_000);
        assert_eq!(all.lines(5_000), sample(1_000, 5_000).lines(usize::MAX));
    }

    #[test]
    fn reasonings_that_are_to_be_sorted_keep_their_place_and_their_decision() {
        let mut feedback = Feedback::default();
        feedback.record(1, 0, false, "Mondays\nare bad.");
        feedback.record(2, 1, true, "[no] is what I would have said.");
        let reasonings = feedback.reasonings();
        assert_eq!(reasonings[0], Reasoning { persona: 1, message: 0, yes: false, text: "Mondays are bad." });
        assert_eq!(
            reasonings[1],
            Reasoning { persona: 2, message: 1, yes: true, text: "[no] is what I would have said." }
        );
    }

    #[test]
    fn of_more_than_are_sorted_everybody_is_asked_about_before_anybody_is_asked_about_twice() {
        let mut feedback = Feedback::default();
        for persona in 0..1_500 {
            (0..3).for_each(|message| feedback.record(persona, message, false, "No."));
        }
        let reasonings = feedback.reasonings();
        assert_eq!((reasonings.len(), feedback.len()), (MOST_SORTED, 4_500));
        let of = |message| reasonings.iter().filter(|reasoning| reasoning.message == message).count();
        assert_eq!((of(0), of(1), of(2)), (1_500, 500, 0));
        let second: Vec<usize> =
            reasonings.iter().filter(|reasoning| reasoning.message == 1).map(|reasoning| reasoning.persona).collect();
        assert!(second.windows(2).all(|pair| pair[1] - pair[0] < 12), "evenly over the people: {second:?}");
    }

    #[test]
    fn one_essay_is_cut_and_a_little_too_much_costs_little() {
        let mut essay = Sample::within(Budget::Bytes(5_000));
        say(&mut essay, (0, 0), false, &"word ".repeat(100_000));
        let (text, left_out) = essay.lines(usize::MAX);
        assert!(text.len() < 700 && left_out == 0, "{}", text.len());
        let all = sample(1_000, usize::MAX).lines(usize::MAX).0.len() + 1;
        let (_, left_out) = sample(1_000, all * 99 / 100).lines(usize::MAX);
        assert!((1..=30).contains(&left_out), "{left_out}");
    }

    proptest! {
        /// What is kept is the lowest ranks that fit, whether heard in one go or in parts that are put together.
        #[test]
        fn a_sample_of_parts_is_the_sample_of_the_whole(
            reasons in prop::collection::vec("[a-z]{0,30}", 0..60),
            budget in 0_usize..2_000,
            cut in any::<prop::sample::Index>(),
        ) {
            let empty = Sample::within(Budget::Bytes(budget));
            let hear = |range: std::ops::Range<usize>| {
                let mut sample = empty.clone();
                range.for_each(|n| say(&mut sample, (n / 3, n % 3), n.is_multiple_of(4), &reasons[n]));
                sample
            };
            let mut ranked: Vec<usize> = (0..reasons.len()).collect();
            ranked.sort_by_key(|n| rank(n / 3, n % 3));
            let mut used = 0;
            let line = |n: usize| format!("[{}] {}", if n.is_multiple_of(4) { "yes" } else { "no" }, reasons[n]);
            let mut kept: Vec<usize> = ranked.into_iter().take_while(|n| { used += line(*n).len() + 1; used <= budget }).collect();
            kept.sort_unstable();
            let expected: Vec<String> = kept.iter().map(|n| line(*n)).collect();
            let cut = cut.index(reasons.len() + 1);
            let mut halves = hear(0..cut);
            halves.then(hear(cut..reasons.len()));
            prop_assert_eq!(halves.lines(usize::MAX), (expected.join("\n"), reasons.len() - kept.len()));
            prop_assert_eq!(hear(0..reasons.len()).lines(usize::MAX), halves.lines(usize::MAX));
        }
    }
}
