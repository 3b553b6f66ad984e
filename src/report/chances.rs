//! The mean chances of a yes of two runs whose judge answers with chances.

use super::words;
use crate::optimize::compare_runs::Chances;

/// The lines of a comparison that come before those of the rates.
#[must_use]
pub fn lines(chances: &Chances) -> Vec<String> {
    let mut lines = vec![
        format!("Mean chance of a yes in A: {}", words::mean_chance(&chances.a, chances.simulated_a)),
        format!("Mean chance of a yes in B: {}", words::mean_chance(&chances.b, chances.simulated_b)),
    ];
    lines.extend(chances.change.map(|change| {
        format!(
            "Change of the mean chance: {} points, 95% interval {}, paired by persona, {}",
            words::points(change.mean),
            words::interval(change.interval),
            words::count(change.personas, "persona", "personas")
        )
    }));
    lines.push(
        "A decision is such a chance; what follows counts those at the judge's threshold or above as a yes".into(),
    );
    lines
}
