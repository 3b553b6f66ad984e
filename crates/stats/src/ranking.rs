//! Whether a judge ranks: does it give those who replied higher scores than those who did not?

use crate::normal::tail;
use crate::{Interval, Z};

/// A message that was really sent: what the judge said of it, and what its reader did.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judged {
    /// A probability of a reply, or 0 and 1 for a no and a yes; only the order counts. Never NaN.
    pub score: f64,
    /// Whether the reader replied.
    pub is_reply: bool,
}

/// How well scores rank those who replied above those who did not.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ranking {
    /// The area under the ROC curve: the chance that somebody who replied has a higher score than somebody who did not,
    /// where a tie counts one half. 0.5 is what chance gives, 1 is perfect, below 0.5 is the wrong way round.
    pub auc: f64,
    /// 95 % interval of it; `None` where every score is the same, which tells nothing.
    pub interval: Option<Interval>,
    /// The chance of so high an area or a higher one if scores and replies had nothing to do with each other.
    pub p_above: f64,
    /// The chance of so low an area or a lower one, likewise.
    pub p_below: f64,
    /// How many replied.
    pub replied: u64,
    /// How many did not.
    pub silent: u64,
}

/// What can be said of a judge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RankingVerdict {
    /// Those who replied have higher scores: shown at 5 %, two-sided.
    Ranks,
    /// They have lower ones: shown at 5 %, two-sided.
    Reversed,
    /// Neither was shown.
    NotShown,
}

/// No sums of ranks are counted beyond so many cells of the table, and so many steps.
const MOST_CELLS: usize = 4_000_000;
const MOST_STEPS: f64 = 4e8;

impl Ranking {
    /// Ranks messages. `None` unless somebody replied and somebody did not.
    ///
    /// The area is Mann and Whitney's U (1947) over the number of pairs, with midranks for ties. Its test is exact: the
    /// sum of ranks of those who replied among all ways in which as many could have, counted with the ties that there
    /// are; Fisher's test (1922) where the scores have two values. Beyond tables that fit, the sum is taken as normal
    /// with the variance that the ties leave (Lehmann 1975), which is then close.
    ///
    /// The interval is that of a difference of two shares where the scores have two values (Newcombe 1998, method 10;
    /// the area is then half of one plus it), else that of DeLong, DeLong and Clarke-Pearson (1988) on the logit scale
    /// (Pepe 2003, 5.2.4), at Student's quantile for the smaller of the two groups. These were chosen by simulation at
    /// 400 sends and some 20 replies (`--bench replies`).
    #[must_use]
    pub fn from_judged(judged: &[Judged]) -> Option<Self> {
        let groups = Group::by_score(judged);
        let replied = groups.iter().map(|group| group.replied).sum::<u64>();
        let silent = groups.iter().map(|group| group.silent).sum::<u64>();
        if replied == 0 || silent == 0 {
            return None;
        }
        let auc = area(&groups, replied, silent);
        let (p_above, p_below) =
            exact(&groups, replied, silent).unwrap_or_else(|| approximate(&groups, replied, silent));
        let interval = match &groups[..] {
            [_] => None,
            [low, high] => Some(of_shares((high.replied, replied), (high.silent + low.silent, high.silent))),
            // One place on a side says nothing of how places vary there.
            _ if replied.min(silent) == 1 => Some(Interval { low: 0.0, high: 1.0 }),
            _ => Some(on_logit_scale(&groups, auc, replied, silent)),
        };
        Some(Ranking { auc, interval, p_above, p_below, replied, silent })
    }

    /// The exact test's p-value for "it ranks, one way or the other".
    #[must_use]
    pub fn p_value(&self) -> f64 {
        (2.0 * self.p_above.min(self.p_below)).min(1.0)
    }

    /// What has been shown at 5 %, two-sided: of judges that are no use at most 2.5 % are said to rank.
    #[must_use]
    pub fn verdict(&self) -> RankingVerdict {
        if self.p_value() > 0.05 {
            RankingVerdict::NotShown
        } else if self.p_above < self.p_below {
            RankingVerdict::Ranks
        } else {
            RankingVerdict::Reversed
        }
    }
}

/// Messages with one score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Group {
    replied: u64,
    silent: u64,
}

impl Group {
    /// From the lowest score to the highest.
    fn by_score(judged: &[Judged]) -> Vec<Group> {
        let mut sorted = judged.to_vec();
        sorted.sort_by(|one, other| one.score.total_cmp(&other.score));
        let mut groups: Vec<Group> = Vec::new();
        for chunk in sorted.chunk_by(|one, other| one.score == other.score) {
            let replied = chunk.iter().filter(|judged| judged.is_reply).count() as u64;
            groups.push(Group { replied, silent: chunk.len() as u64 - replied });
        }
        groups
    }

    fn size(self) -> u64 {
        self.replied + self.silent
    }
}

fn area(groups: &[Group], replied: u64, silent: u64) -> f64 {
    let (mut below, mut won) = (0, 0.0);
    for group in groups {
        won += group.replied as f64 * (below as f64 + group.silent as f64 / 2.0);
        below += group.silent;
    }
    won / (replied as f64 * silent as f64)
}

/// The chances of a sum of ranks as large as this one or larger, and as small or smaller. `None` where that would take
/// too long to count.
fn exact(groups: &[Group], replied: u64, silent: u64) -> Option<(f64, f64)> {
    if let [low, high] = groups {
        return Some(fisher(*low, *high, replied));
    }
    // The sums of one side follow from those of the other: the smaller one is counted.
    let is_turned = silent < replied;
    let chosen = |group: &Group| if is_turned { group.silent } else { group.replied };
    let (count, all) = (replied.min(silent) as usize, (replied + silent) as usize);
    let width = count.checked_mul(2 * all)?.checked_add(1)?;
    let cells = width.checked_mul(count + 1)?;
    // Each score is combined with each number of those chosen before.
    let steps: f64 = groups.iter().map(|group| (group.size().min(count as u64) * cells as u64) as f64 / 2.0).sum();
    if cells > MOST_CELLS || steps > MOST_STEPS {
        return None;
    }
    let mut ways = vec![vec![0.0_f64; width]; count + 1];
    ways[0][0] = 1.0;
    let (mut below, mut seen, mut observed) = (0, 0, 0);
    // What is reached so far, by the number chosen: nothing beyond needs to be looked at.
    let mut reach = vec![0_usize; count + 1];
    for group in groups {
        let size = group.size() as usize;
        // Twice the midrank, counted from 0.
        let rank = 2 * below + size - 1;
        observed += rank * chosen(group) as usize;
        for picked in (1..=count).rev() {
            let (before, rest) = ways.split_at_mut(picked);
            let mut binomial = 1.0;
            for taken in 1..=size.min(picked) {
                binomial *= (size - taken + 1) as f64 / taken as f64;
                let from = picked - taken;
                if from > seen {
                    continue;
                }
                let shift = rank * taken;
                let source = &before[from][..=reach[from]];
                let target = &mut rest[0][shift..shift + source.len()];
                target.iter_mut().zip(source).for_each(|(target, source)| *target += binomial * source);
                reach[picked] = reach[picked].max(reach[from] + shift);
            }
        }
        below += size;
        seen += size;
    }
    let sums = &ways[count];
    let total: f64 = sums.iter().sum();
    let above = sums[observed..].iter().sum::<f64>() / total;
    let under = sums[..=observed].iter().sum::<f64>() / total;
    Some(if is_turned { (under, above) } else { (above, under) })
}

/// Fisher's exact test of those with the higher score.
fn fisher(low: Group, high: Group, replied: u64) -> (f64, f64) {
    let (all, chosen) = (low.size() + high.size(), high.size());
    let log = |n: u64, k: u64| statrs::function::factorial::ln_binomial(n, k);
    let chance = |hits: u64| (log(chosen, hits) + log(all - chosen, replied - hits) - log(all, replied)).exp();
    let possible = replied.saturating_sub(low.size())..=replied.min(chosen);
    let sum =
        |keep: &dyn Fn(u64) -> bool| possible.clone().filter(|hits| keep(*hits)).map(chance).sum::<f64>().min(1.0);
    (sum(&|hits| hits >= high.replied), sum(&|hits| hits <= high.replied))
}

/// The same by a normal distribution, with the variance that the ties leave and half a rank for continuity.
fn approximate(groups: &[Group], replied: u64, silent: u64) -> (f64, f64) {
    let (m, n) = (replied as f64, silent as f64);
    let all = m + n;
    let ties: f64 = groups.iter().map(|group| (group.size() as f64).powi(3) - group.size() as f64).sum();
    let variance = m * n / 12.0 * (all + 1.0 - ties / (all * (all - 1.0)));
    if variance <= 0.0 {
        return (1.0, 1.0);
    }
    let distance = area(groups, replied, silent) * m * n - m * n / 2.0;
    let beyond = |distance: f64| tail((distance - 0.5) / variance.sqrt()).min(1.0);
    (beyond(distance), beyond(-distance))
}

/// The interval of the area from those of two shares: the people with the higher score among those who replied, and
/// among those who did not.
fn of_shares((hits, replied): (u64, u64), (silent, false_hits): (u64, u64)) -> Interval {
    let share = |some: u64, all: u64| some as f64 / all as f64;
    let whole = Interval { low: 0.0, high: 1.0 };
    let (high, low) = (share(hits, replied), share(false_hits, silent));
    let (of_high, of_low) =
        (Interval::wilson(hits, replied).unwrap_or(whole), Interval::wilson(false_hits, silent).unwrap_or(whole));
    let difference = high - low;
    let down = (high - of_high.low).hypot(of_low.high - low);
    let up = (of_high.high - high).hypot(low - of_low.low);
    let area = |difference: f64| f64::midpoint(1.0, difference).clamp(0.0, 1.0);
    Interval { low: area(difference - down), high: area(difference + up) }
}

/// DeLong's variance: that of the placements of each side among the other.
fn delong(groups: &[Group], auc: f64, replied: u64, silent: u64) -> f64 {
    let (m, n) = (replied as f64, silent as f64);
    let (mut silent_below, mut replied_below) = (0.0, 0.0);
    let (mut of_replied, mut of_silent) = (0.0, 0.0);
    for group in groups {
        let (hits, misses) = (group.replied as f64, group.silent as f64);
        let placed = (silent_below + misses / 2.0) / n;
        of_replied += hits * (placed - auc).powi(2);
        let placed = (m - replied_below - hits / 2.0) / m;
        of_silent += misses * (placed - auc).powi(2);
        silent_below += misses;
        replied_below += hits;
    }
    let mean = |squares: f64, count: f64| if count > 1.0 { squares / (count - 1.0) / count } else { squares };
    mean(of_replied, m) + mean(of_silent, n)
}

fn on_logit_scale(groups: &[Group], auc: f64, replied: u64, silent: u64) -> Interval {
    let (m, n) = (replied as f64, silent as f64);
    // An area of 0 or 1 has no logit, and no variance that could be seen: half a pair less, as for a share.
    let area = auc.clamp(0.5 / (m * n), 1.0 - 0.5 / (m * n));
    let seen = delong(groups, auc, replied, silent);
    let variance = if seen > 0.0 { seen } else { hanley_mcneil(area.max(1.0 - area), m, n) };
    let quantile = crate::t_quantile(m.min(n) - 1.0).unwrap_or(Z);
    let (middle, reach) = ((area / (1.0 - area)).ln(), quantile * variance.sqrt() / (area * (1.0 - area)));
    let back = |logit: f64| 1.0 / (1.0 + (-logit).exp());
    Interval { low: back(middle - reach).min(auc), high: back(middle + reach).max(auc) }
}

/// The variance of an area between exponential distributions (Hanley and McNeil 1982), for where none can be seen.
fn hanley_mcneil(area: f64, m: f64, n: f64) -> f64 {
    let (one, two) = (area / (2.0 - area), 2.0 * area * area / (1.0 + area));
    let square = area * area;
    (area * (1.0 - area) + (m - 1.0) * (one - square) + (n - 1.0) * (two - square)) / (m * n)
}

#[cfg(test)]
#[path = "ranking_tests.rs"]
mod tests;
