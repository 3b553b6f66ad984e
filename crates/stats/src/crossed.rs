//! Where the scatter of a search's trials comes from: persons, prompts, messages and decisions, each apart.

use std::collections::BTreeMap;

use super::variance::Components;

/// One message: to whom it was written, with which prompt, and the outcome of every decision on it, in 0..=1.
#[derive(Clone, Debug, PartialEq)]
pub struct Observed {
    /// Number of the persona.
    pub persona: u32,
    /// Number of the prompt.
    pub prompt: u32,
    /// One outcome a decision. A message without a decision is left out.
    pub outcomes: Vec<f64>,
}

/// Variance components of trials in which many prompts write to many personas.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Crossed {
    /// The mean outcome over all decisions.
    pub mean: f64,
    /// Between personas.
    pub persona: f64,
    /// Between prompts.
    pub prompt: f64,
    /// Between messages of one prompt to one persona. Where each pair of prompt and persona has only one message, this
    /// includes how differently personas take to prompts. Where every message was decided once, it includes the
    /// decision's component.
    pub message: f64,
    /// Between decisions on one message; `None` where every message was decided once.
    pub decision: Option<f64>,
}

impl Crossed {
    /// The components of these messages. `None` with fewer than two personas, or where nothing tells messages from
    /// personas and prompts.
    ///
    /// Henderson's method 1 for crossed random factors with unequal numbers (Henderson 1953; Searle, Casella and
    /// McCulloch 1992, ch. 5.3): the uncorrected sums of squares over decisions, messages, personas, prompts and all
    /// equal their expectations, which are linear in the components. A message with k decisions enters with k of them.
    /// Unbiased but for the clamping at 0, whatever the distribution. With one prompt it has no component.
    #[must_use]
    pub fn from_messages(messages: &[Observed]) -> Option<Self> {
        let messages: Vec<&Observed> = messages.iter().filter(|message| !message.outcomes.is_empty()).collect();
        let personas = Groups::by(&messages, |message| message.persona);
        let prompts = Groups::by(&messages, |message| message.prompt);
        let all = Groups::by(&messages, |_| 0);
        let decisions: f64 = messages.iter().map(|message| message.outcomes.len() as f64).sum();
        if personas.count() < 2.0 {
            return None;
        }
        let squares: f64 = messages.iter().flat_map(|message| &message.outcomes).map(|outcome| outcome * outcome).sum();
        let by_message: f64 = messages.iter().map(|message| sum(message).powi(2) / message.outcomes.len() as f64).sum();
        let count = messages.len() as f64;
        let decision = (decisions > count).then(|| ((squares - by_message) / (decisions - count)).max(0.0));
        let error = decision.unwrap_or(0.0);
        // Rows: sums of squares by message, persona, prompt, all. Columns: N μ², persona, prompt, message; then the
        // value.
        let row = |groups: &Groups, value: f64, errors: f64| {
            [1.0, groups.of_persona, groups.of_prompt, groups.of_message, value - errors * error]
        };
        let mut rows = vec![
            [1.0, decisions, decisions, decisions, by_message - count * error],
            row(&personas, personas.squares, personas.count()),
            row(&prompts, prompts.squares, prompts.count()),
            row(&all, all.squares, 1.0),
        ];
        let has_prompts = prompts.count() >= 2.0;
        if !has_prompts {
            rows.remove(2);
            for row in &mut rows {
                row[2] = 0.0;
            }
        }
        let solved = solve(rows, if has_prompts { &[0, 1, 2, 3] } else { &[0, 1, 3] })?;
        Some(Crossed {
            mean: messages.iter().map(|message| sum(message)).sum::<f64>() / decisions,
            persona: solved[1].max(0.0),
            prompt: solved[2].max(0.0),
            message: solved[3].max(0.0),
            decision,
        })
    }

    /// How many decisions a message should get, given what messages and decisions cost; see
    /// [`Components::decisions_per_message`]. Differences between personas and between prompts are no reason to repeat
    /// decisions.
    #[must_use]
    pub fn decisions_per_message(&self, message_cost: f64, decision_cost: f64, most: u32) -> u32 {
        self.within().decisions_per_message(message_cost, decision_cost, most)
    }

    /// How many messages with one decision each a message with so many is worth; see [`Components::worth_of`].
    #[must_use]
    pub fn worth_of(&self, decisions: f64) -> f64 {
        self.within().worth_of(decisions)
    }

    /// What messages and decisions scatter, without personas and prompts. `message` is `None` where every message was
    /// decided once.
    #[must_use]
    pub fn within(&self) -> Components {
        let message = self.decision.map(|_| self.message);
        Components { mean: self.mean, persona: 0.0, message, decision: self.decision }
    }
}

fn sum(message: &Observed) -> f64 {
    message.outcomes.iter().sum()
}

/// The sum of squares of one grouping of the messages, and what each component adds to its expectation.
struct Groups {
    numbers: usize,
    squares: f64,
    of_persona: f64,
    of_prompt: f64,
    of_message: f64,
}

impl Groups {
    fn by(messages: &[&Observed], key: impl Fn(&Observed) -> u32) -> Self {
        let mut groups: BTreeMap<u32, Group> = BTreeMap::new();
        for message in messages {
            let (group, size) = (groups.entry(key(message)).or_default(), message.outcomes.len() as f64);
            group.sum += sum(message);
            group.size += size;
            group.messages += size * size;
            *group.personas.entry(message.persona).or_default() += size;
            *group.prompts.entry(message.prompt).or_default() += size;
        }
        let over = |of: fn(&Group) -> f64| groups.values().map(|group| of(group) / group.size).sum();
        let squared = |sizes: &BTreeMap<u32, f64>| sizes.values().map(|size| size * size).sum::<f64>();
        let nested =
            |of: fn(&Group) -> &BTreeMap<u32, f64>| groups.values().map(|group| squared(of(group)) / group.size).sum();
        Groups {
            numbers: groups.len(),
            squares: over(|group| group.sum * group.sum),
            of_persona: nested(|group| &group.personas),
            of_prompt: nested(|group| &group.prompts),
            of_message: over(|group| group.messages),
        }
    }

    fn count(&self) -> f64 {
        self.numbers as f64
    }
}

#[derive(Default)]
struct Group {
    sum: f64,
    size: f64,
    /// Squared sizes of its messages.
    messages: f64,
    personas: BTreeMap<u32, f64>,
    prompts: BTreeMap<u32, f64>,
}

/// Solves the rows for these unknowns by elimination with pivots; the others are 0. `None` if the rows cannot separate
/// the unknowns.
fn solve(mut rows: Vec<[f64; 5]>, unknowns: &[usize]) -> Option<[f64; 4]> {
    let scale = rows.iter().flat_map(|row| row[..4].iter()).fold(0.0_f64, |most, value| most.max(value.abs()));
    for (at, unknown) in unknowns.iter().enumerate() {
        let pivot = (at..rows.len()).max_by(|a, b| rows[*a][*unknown].abs().total_cmp(&rows[*b][*unknown].abs()))?;
        rows.swap(at, pivot);
        let first = rows[at];
        if first[*unknown].is_nan() || first[*unknown].abs() <= 1e-9 * scale {
            return None;
        }
        for (_, row) in rows.iter_mut().enumerate().filter(|(index, _)| *index != at) {
            let factor = row[*unknown] / first[*unknown];
            row.iter_mut().zip(first).for_each(|(value, other)| *value -= factor * other);
        }
    }
    let mut solved = [0.0; 4];
    for (row, unknown) in rows.iter().zip(unknowns) {
        solved[*unknown] = row[4] / row[*unknown];
    }
    Some(solved)
}

#[cfg(test)]
#[path = "crossed_tests.rs"]
mod tests;
