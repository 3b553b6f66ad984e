//! All reasoning in a run, positive and negative, heard one decision at a time.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::objections::{Counting, Objections};
use crate::data::results::PersonaResult;
use crate::data::{Entry, Gather, Part};

/// Characters of one reasoning that are passed on: three long sentences.
const LONGEST_LINE: usize = 600;

/// Bytes of reasoning that fits no group and is kept for a model to name: some 40,000 tokens; more is sampled evenly.
const REST_BUDGET: usize = 160_000;

/// Bytes of reasoning that one request to the improver holds; more is sampled evenly.
const BUDGET: usize = 120_000;

/// The feedback of a run: its objections, counted, and its reasoning, or an even sample where it does not fit into one
/// request. What does not fit is not held either.
#[derive(Clone, Debug)]
pub struct Heard {
    counting: Counting,
    sample: Sample,
    /// Reasons for a no that fit no group.
    rest: Sample,
}

impl Default for Heard {
    fn default() -> Self {
        Heard { counting: Counting::default(), sample: Sample::within(BUDGET), rest: Sample::within(REST_BUDGET) }
    }
}

/// One reasoning that fits no group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unsorted<'h> {
    /// The index of its persona in the run.
    pub persona: usize,
    /// What was said, on one line.
    pub reasoning: &'h str,
}

impl Heard {
    /// The feedback of these entries.
    #[must_use]
    pub fn of(results: &[PersonaResult]) -> Self {
        let mut heard = Heard::default();
        for (index, result) in results.iter().enumerate() {
            heard.take(&Entry::of(Part::Results, index, result));
        }
        heard
    }

    /// Hears one decision. `persona` is the index of the persona in the run, all of whose decisions come one after the
    /// other; `message` tells them apart.
    pub fn hear(&mut self, persona: usize, message: usize, yes: bool, reasoning: &str) {
        let fits = self.counting.hear(persona, yes, reasoning);
        self.sample.hear(persona, message, || {
            let sign = if yes { "yes" } else { "no" };
            format!("[{sign}] {}", shortened(reasoning, LONGEST_LINE))
        });
        if !yes && !fits {
            self.rest.hear(persona, message, || shortened(reasoning, LONGEST_LINE));
        }
    }

    /// What it comes down to.
    #[must_use]
    pub fn objections(&self) -> Objections {
        self.counting.objections()
    }

    /// One line per reasoning, `[yes] ...` or `[no] ...`, in the order of the run, as many as fit into one request; and how
    /// many were left out, evenly over the run, so that no part of the personas goes unheard.
    #[must_use]
    pub fn lines(&self) -> (String, usize) {
        self.sample.lines(usize::MAX)
    }

    /// The same within so many bytes.
    #[must_use]
    pub fn lines_within(&self, bytes: usize) -> (String, usize) {
        self.sample.lines(bytes)
    }

    /// Reasons for a no that fit no group, in the order of the run, as many as are kept; and how many there are in all.
    #[must_use]
    pub fn unsorted(&self) -> (Vec<Unsorted<'_>>, usize) {
        let kept = self.rest.within_budget(usize::MAX);
        (kept.into_iter().map(|((persona, _), reasoning)| Unsorted { persona, reasoning }).collect(), self.rest.heard)
    }
}

/// What the run's own entries say; those of its baseline are another run's.
impl Gather for Heard {
    fn take(&mut self, entry: &Entry<'_>) {
        if entry.part == Part::Results {
            for (message, said) in entry.messages.iter().enumerate() {
                self.hear(entry.index, message, said.yes, &said.reasoning.get());
            }
        }
    }

    fn then(&mut self, later: Self) {
        self.counting.then(later.counting);
        self.sample.then(later.sample);
        self.rest.then(later.rest);
    }
}

/// Lines of reasoning within a budget of bytes.
///
/// Every place in the run has a rank, and the lines of the lowest ranks are kept, as many as fit. Adding a line can only
/// push out others, so what is pushed out need not be remembered, and parts of a run can be sampled side by side. Where
/// everything fits, everything is kept.
#[derive(Clone, Debug)]
struct Sample {
    budget: usize,
    /// By rank and place.
    kept: BTreeMap<(u64, usize, usize), String>,
    /// Bytes of what is kept, a line break with every line.
    used: usize,
    heard: usize,
    /// The lowest rank that was pushed out: no line from there on is kept.
    out: u64,
    /// The same over all parts of the run that are sampled side by side. It only saves work.
    out_anywhere: Arc<AtomicU64>,
}

impl Sample {
    fn within(budget: usize) -> Self {
        let out_anywhere = Arc::new(AtomicU64::new(u64::MAX));
        Sample { budget, kept: BTreeMap::new(), used: 0, heard: 0, out: u64::MAX, out_anywhere }
    }

    fn hear(&mut self, persona: usize, message: usize, line: impl FnOnce() -> String) {
        self.heard += 1;
        let rank = rank(persona, message);
        if rank >= self.out.min(self.out_anywhere.load(Ordering::Relaxed)) {
            return;
        }
        self.keep((rank, persona, message), line());
        self.fit();
    }

    fn then(&mut self, later: Self) {
        self.heard += later.heard;
        self.out = self.out.min(later.out);
        for (place, line) in later.kept {
            self.keep(place, line);
        }
        self.fit();
    }

    fn keep(&mut self, place: (u64, usize, usize), line: String) {
        self.used += line.len() + 1;
        if let Some(same) = self.kept.insert(place, line) {
            self.used -= same.len() + 1;
        }
    }

    /// Pushes out the highest ranks until the rest fits.
    fn fit(&mut self) {
        while let Some(highest) = self.kept.last_entry()
            && (self.used > self.budget || highest.key().0 >= self.out)
        {
            self.out = self.out.min(highest.key().0);
            self.used -= highest.remove().len() + 1;
        }
        self.out_anywhere.fetch_min(self.out, Ordering::Relaxed);
    }

    /// Lines with their places, in the order of the run: of those that are kept the lowest ranks, as many as fit.
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
        (lines.join("\n"), self.heard - lines.len())
    }
}

/// The rank of a place: multiples of the golden ratio without their whole part lie evenly however many are taken of them
/// (the three-distance theorem; D. E. Knuth, The Art of Computer Programming, volume 3, section 6.4). The messages of
/// one persona are set apart by the square root of two, so that no message is favoured.
fn rank(persona: usize, message: usize) -> u64 {
    const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
    const ROOT: u64 = 0x6a09_e667_f3bc_c908;
    (persona as u64 + 1).wrapping_mul(GOLDEN).wrapping_add((message as u64).wrapping_mul(ROOT))
}

/// A text on one line, cut at about so many characters: one decision maker's essay must not crowd out the others.
#[must_use]
pub fn shortened(text: &str, characters: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= characters {
        return line;
    }
    let mut short: String = line.chars().take(characters).collect();
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn say(sample: &mut Sample, (persona, message): (usize, usize), yes: bool, reasoning: &str) {
        let sign = if yes { "yes" } else { "no" };
        sample.hear(persona, message, || format!("[{sign}] {}", shortened(reasoning, LONGEST_LINE)));
    }

    fn sample(count: usize, budget: usize) -> Sample {
        let mut sample = Sample::within(budget);
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
    fn reasons_that_fit_no_group_are_kept_apart() {
        let mut heard = Heard::default();
        heard.hear(0, 0, false, "Too long.");
        heard.hear(1, 0, false, "Mondays\nare bad.");
        heard.hear(2, 0, true, "Mondays.");
        assert_eq!(heard.unsorted(), (vec![Unsorted { persona: 1, reasoning: "Mondays are bad." }], 1));
    }

    #[test]
    fn one_essay_is_cut_and_a_little_too_much_costs_little() {
        let mut essay = Sample::within(5_000);
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
            let empty = Sample::within(budget);
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
