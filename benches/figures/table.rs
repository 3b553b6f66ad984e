//! The figures, as a table that can be pasted into the documentation.

use std::fmt;

/// Whether more or less is better, and the bound.
#[derive(Clone, Copy)]
pub enum Reach {
    AtMost(f64),
    AtLeast(f64),
    /// Shown for the record.
    None,
}

#[derive(Default)]
pub struct Table {
    rows: Vec<[String; 5]>,
}

impl Table {
    /// A figure: what it is, what was measured, the ideal that it is compared with, and the number that counts.
    pub fn row(&mut self, what: &str, measured: String, ideal: String, figure: f64, unit: &str, reach: Reach) {
        let (bound, verdict) = match reach {
            Reach::AtMost(bound) => (format!("at most {}", number(bound)), judged(figure <= bound)),
            Reach::AtLeast(bound) => (format!("at least {}", number(bound)), judged(figure >= bound)),
            Reach::None => (String::new(), ""),
        };
        let figure = format!("{}{unit}", number(figure));
        eprintln!("  {what}: {measured}, {ideal}: {figure} {bound} {verdict}");
        self.rows.push([what.to_owned(), measured, ideal, figure, format!("{bound} {verdict}").trim().to_owned()]);
    }
}

fn judged(reached: bool) -> &'static str {
    if reached { "✓" } else { "missed" }
}

fn number(value: f64) -> String {
    if value >= 100.0 { format!("{value:.0}") } else { format!("{value:.3}") }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| what | measured | beside it | figure | to reach |\n| --- | --- | --- | --- | --- |")?;
        for row in &self.rows {
            writeln!(f, "| {} |", row.join(" | "))?;
        }
        Ok(())
    }
}
