//! Means, worst tenths and paired differences.

/// A mean and its standard error.
#[derive(Clone, Copy, Debug)]
pub struct Difference {
    pub mean: f64,
    /// `None` with fewer than two.
    pub error: Option<f64>,
}

/// The mean of these, with its standard error; `None` without any.
pub fn difference(values: &[f64]) -> Option<Difference> {
    let count = values.len() as f64;
    if values.is_empty() {
        return None;
    }
    let mean = mean(values);
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    let error = (values.len() > 1).then(|| (squares / (count - 1.0) / count).sqrt());
    Some(Difference { mean, error })
}

/// The mean; 0 of none.
pub fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// The mean of the lowest tenth, rounded up to whole worlds.
pub fn worst_tenth(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.truncate(values.len().div_ceil(10));
    mean(&sorted)
}

/// A share in percent, or a difference of shares in points.
pub fn percent(share: f64) -> String {
    format!("{:.1}", 100.0 * share)
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:+.1}", 100.0 * self.mean)?;
        self.error.map_or(Ok(()), |error| write!(f, " ({:.1})", 100.0 * error))
    }
}
