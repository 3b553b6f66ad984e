//! Whether answers take longer than they need to.
//!
//! Latencies of models vary with what is written, and by chance. So an answer is compared with those of like length,
//! its latency as a ratio to the least median that was seen of them, and what is judged is the median of many such
//! ratios.

/// Lengths of answers are alike if their number of tokens has as many binary digits.
const KINDS: usize = 16;
/// How many latencies make up a first measure, and a measure that may replace it.
const FIRST: usize = 9;
const MEASURE: usize = 31;
/// Ratios that are kept of one round.
const RATIOS: usize = 64;

#[derive(Debug, Default)]
pub(super) struct Latencies {
    kinds: [Kind; KINDS],
    ratios: Vec<f32>,
    /// Ratios since they were last taken; the oldest give way.
    place: usize,
    /// Smoothed over all kinds, in seconds.
    typical: f64,
    least: Option<f64>,
}

#[derive(Debug, Default)]
struct Kind {
    base: Option<f64>,
    /// Whether the base is but a first one.
    first: bool,
    seen: Vec<f32>,
}

impl Latencies {
    /// Adds an answer of so many tokens that took so many seconds.
    pub(super) fn add(&mut self, tokens: u64, seconds: f64) {
        self.typical = if self.typical == 0.0 { seconds } else { self.typical + 0.1 * (seconds - self.typical) };
        self.least = Some(self.least.map_or(seconds, |least| least.min(seconds)));
        let kind = &mut self.kinds[((u64::BITS - tokens.leading_zeros()) as usize).min(KINDS - 1)];
        kind.add(seconds);
        if let Some(base) = kind.base.filter(|base| *base > 0.0) {
            let ratio = (seconds / base) as f32;
            if self.ratios.len() < RATIOS {
                self.ratios.push(ratio);
            } else {
                self.ratios[self.place % RATIOS] = ratio;
            }
            self.place += 1;
        }
    }

    /// The median of the ratios since the last call; `None` if there are none.
    pub(super) fn take_ratio(&mut self) -> Option<f64> {
        let ratio = median(&mut self.ratios);
        self.ratios.clear();
        self.place = 0;
        ratio
    }

    /// The usual time that a call takes, in seconds; zero where unknown.
    pub(super) fn typical(&self) -> f64 {
        self.typical
    }

    /// The shortest time that a call took, in seconds; zero where unknown.
    pub(super) fn least(&self) -> f64 {
        self.least.unwrap_or(0.0)
    }

    /// A guess at the time that a call takes where it need not wait, in seconds; zero where unknown. The shortest is
    /// short by chance, the usual long by waiting, so it is the mean of both, by ratio.
    pub(super) fn without_waiting(&self) -> f64 {
        let least = self.least();
        let usual = self.kinds.iter().filter_map(|kind| kind.base).fold(least, f64::max);
        (least * usual).sqrt()
    }

    /// Whether there is a good measure of any kind of answer.
    pub(super) fn is_measured(&self) -> bool {
        self.kinds.iter().any(|kind| kind.base.is_some() && !kind.first)
    }

    /// Measures anew: what was known no longer holds.
    pub(super) fn forget(&mut self) {
        self.kinds.iter_mut().for_each(|kind| *kind = Kind::default());
        self.ratios.clear();
        self.place = 0;
        self.least = None;
    }
}

impl Kind {
    fn add(&mut self, seconds: f64) {
        self.seen.push(seconds as f32);
        if self.base.is_none() && self.seen.len() >= FIRST {
            self.base = median(&mut self.seen);
            self.first = true;
        }
        if self.seen.len() < MEASURE {
            return;
        }
        let measured = median(&mut self.seen);
        self.seen.clear();
        self.base = match (self.base, measured) {
            // A first base from a few answers may be off by chance either way, not by a factor.
            (Some(base), Some(measured)) if self.first && measured < 2.0 * base => Some(measured),
            // Half the way: the least of many medians would be below the truth by chance alone.
            (Some(base), Some(measured)) if measured < base => Some(base.midpoint(measured)),
            (base, measured) => base.or(measured),
        };
        self.first = false;
    }
}

fn median(values: &mut [f32]) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    let middle = values.len() / 2;
    let (_, median, _) = values.select_nth_unstable_by(middle, f32::total_cmp);
    Some(f64::from(*median))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_of_another_length_are_not_compared() {
        let mut latencies = Latencies::default();
        (0..10).for_each(|_| latencies.add(50, 1.0));
        (0..30).for_each(|_| latencies.add(4_000, 60.0));
        assert_eq!(latencies.take_ratio(), Some(1.0));
        (0..30).for_each(|_| latencies.add(50, 3.0));
        assert_eq!(latencies.take_ratio(), Some(3.0));
        assert_eq!(latencies.take_ratio(), None);
    }

    #[test]
    fn a_few_slow_answers_are_no_sign() {
        let mut latencies = Latencies::default();
        (0..40).for_each(|n| latencies.add(50, if n % 5 == 4 { 100.0 } else { 1.0 }));
        assert_eq!(latencies.take_ratio(), Some(1.0));
    }

    #[test]
    fn the_base_falls_with_the_least_median_and_does_not_rise_until_it_is_forgotten() {
        let mut latencies = Latencies::default();
        (0..31).for_each(|_| latencies.add(50, 8.0));
        (0..31 * 8).for_each(|_| latencies.add(50, 2.0));
        (0..31 * 8).for_each(|_| latencies.add(50, 8.0));
        let ratio = latencies.take_ratio().unwrap();
        assert!((3.8..4.1).contains(&ratio), "{ratio}");
        latencies.forget();
        (0..31).for_each(|_| latencies.add(50, 8.0));
        assert_eq!(latencies.take_ratio(), Some(1.0));
    }
}
