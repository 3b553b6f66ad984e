//! All reasoning in a run, positive and negative.

use crate::data::results::PersonaResult;

/// Characters of one reasoning that are passed on: three long sentences.
const LONGEST_LINE: usize = 600;

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
        .map(|item| format!("[{}] {}", if item.yes { "yes" } else { "no" }, shortened(&item.reasoning, LONGEST_LINE)))
        .collect();
    let all: usize = lines.iter().map(|line| line.len() + 1).sum();
    // As many as fit on average, spread evenly; a fractional step does not keep the same message of every persona.
    let count = if all <= budget { lines.len() } else { lines.len() * budget / all };
    let mut kept = Vec::with_capacity(count);
    let mut used = 0;
    for place in 0..count {
        let line = lines[place * lines.len() / count].as_str();
        used += line.len() + 1;
        if used > budget {
            break;
        }
        kept.push(line);
    }
    (kept.join("\n"), lines.len() - kept.len())
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

    #[test]
    fn one_essay_is_cut_and_a_little_too_much_costs_little() {
        let essay = Feedback { persona: 0, yes: false, reasoning: "word ".repeat(100_000) };
        let (text, left_out) = lines(&[essay], 5_000);
        assert!(text.len() < 700 && left_out == 0, "{}", text.len());
        let all: usize = lines(&feedback(1_000), usize::MAX).0.len() + 1;
        let (_, left_out) = lines(&feedback(1_000), all * 99 / 100);
        assert!((1..=30).contains(&left_out), "{left_out}");
    }
}
