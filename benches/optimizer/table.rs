//! Scores of tools, as a table that can be pasted into the documentation.

use std::fmt;

use crate::score::Score;

/// A tool at a budget: one score per world, each with the score of the best prompt there.
#[derive(Clone, Debug)]
pub struct Row {
    pub tool: String,
    /// Calls that it was given; none for a prompt that is just there.
    pub budget: Option<u64>,
    /// Calls that it used, on average.
    pub calls: f64,
    pub scores: Vec<(Score, Score)>,
}

#[derive(Default)]
pub struct Table {
    pub rows: Vec<Row>,
}

impl Row {
    fn mean(&self, of: impl Fn(&(Score, Score)) -> f64) -> f64 {
        self.scores.iter().map(of).sum::<f64>() / self.scores.len().max(1) as f64
    }

    fn lowest(&self, of: impl Fn(&Score) -> f64) -> f64 {
        self.scores.iter().map(|(score, _)| of(score)).fold(f64::INFINITY, f64::min)
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "| prompt of | budget | calls used | worlds | true rate | worst world | below the best | ungrounded \
             messages | \
             grounded rate | worst world |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
        )?;
        let percent = |share: f64| format!("{:.1} %", 100.0 * share);
        for row in &self.rows {
            let (budget, calls) = match row.budget {
                Some(budget) => (budget.to_string(), format!("{:.0}", row.calls)),
                None => (String::new(), String::new()),
            };
            writeln!(
                f,
                "| {} | {budget} | {calls} | {} | {} | {} | {:.1} points | {} | {} | {} |",
                row.tool,
                row.scores.len(),
                percent(row.mean(|(score, _)| score.rate)),
                percent(row.lowest(|score| score.rate)),
                100.0 * row.mean(|(score, best)| best.rate - score.rate),
                percent(row.mean(|(score, _)| score.ungrounded)),
                percent(row.mean(|(score, _)| score.grounded_rate)),
                percent(row.lowest(|score| score.grounded_rate)),
            )?;
        }
        Ok(())
    }
}
