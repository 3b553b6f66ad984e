//! All reasoning in a run, positive and negative.

use crate::data::results::PersonaResult;

/// One decision's reasoning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feedback {
    /// Index of the persona in its run.
    pub persona: usize,
    /// The decision.
    pub yes: bool,
    /// Why.
    pub reasoning: String,
}

/// Extracts the reasoning of every decision, in the order of the run.
#[must_use]
pub fn extract(results: &[PersonaResult]) -> Vec<Feedback> {
    results
        .iter()
        .enumerate()
        .flat_map(|(persona, result)| result.messages.iter().map(move |judged| (persona, &judged.decision)))
        .map(|(persona, decision)| Feedback { persona, yes: decision.decision, reasoning: decision.reasoning.clone() })
        .collect()
}

/// One line per reasoning, `[yes] ...` or `[no] ...`, as many as fit into `budget` characters.
///
/// What does not fit is left out evenly over the run, so that no part of the personas goes unheard. Returns the lines
/// and how many were left out.
#[must_use]
pub fn lines(feedback: &[Feedback], budget: usize) -> (String, usize) {
    let lines: Vec<String> = feedback
        .iter()
        .map(|item| {
            let words: Vec<&str> = item.reasoning.split_whitespace().collect();
            format!("[{}] {}", if item.yes { "yes" } else { "no" }, words.join(" "))
        })
        .collect();
    let all: usize = lines.iter().map(|line| line.len() + 1).sum();
    let step = all.div_ceil(budget.max(1)).max(1);
    let kept: Vec<&str> = lines.iter().step_by(step).map(String::as_str).collect();
    (kept.join("\n"), lines.len() - kept.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feedback(count: usize) -> Vec<Feedback> {
        (0..count)
            .map(|persona| Feedback { persona, yes: persona % 2 == 0, reasoning: format!("Reason\nnumber {persona}") })
            .collect()
    }

    #[test]
    fn a_reasoning_with_line_breaks_stays_one_line() {
        assert_eq!(lines(&feedback(2), 1_000), ("[yes] Reason number 0\n[no] Reason number 1".to_owned(), 0));
    }

    #[test]
    fn what_does_not_fit_is_left_out_evenly_and_counted() {
        let (text, left_out) = lines(&feedback(1_000), 5_000);
        assert!(text.len() <= 5_000, "{}", text.len());
        assert_eq!(text.lines().count() + left_out, 1_000);
        assert!(text.lines().last().is_some_and(|line| line.contains("99")));
    }
}
