//! What a run would take: the answer of `--dry-run`.

use std::fmt::Write;

use super::words;
use crate::evaluate::account::Account;
use crate::model::{Request, Role, Usage};

/// Characters of English per token: a common rule of thumb, and near enough for a plan.
pub const CHARACTERS_PER_TOKEN: usize = 4;

/// Calls of one kind.
#[derive(Clone, Debug)]
pub struct Line {
    /// Who calls.
    pub role: Role,
    /// What for.
    pub what: String,
    /// How many calls, if none has to be repeated.
    pub calls: u64,
    /// Tokens of all of them.
    pub usage: Usage,
    /// Dollars; `None` where the price is unknown.
    pub cost: Option<f64>,
}

impl Line {
    /// A line for these calls, each of them made `times` times.
    #[must_use]
    pub fn for_calls(role: Role, what: impl Into<String>, calls: &[Usage], times: u64, account: &Account) -> Self {
        let mut usage = Usage::default();
        for call in calls {
            usage += *call;
        }
        usage.input_tokens *= times;
        usage.output_tokens *= times;
        Line { role, what: what.into(), calls: calls.len() as u64 * times, usage, cost: account.expected(role, &usage) }
    }
}

/// Tokens of one request and of the answer that is to be expected. Thinking, where a model thinks, comes on top.
#[must_use]
pub fn tokens(request: &Request, answer_tokens: u64) -> Usage {
    let schema = request.schema.as_ref().map_or(0, |schema| schema.json.to_string().len());
    let characters = request.system.len() + request.user.len() + schema;
    Usage {
        input_tokens: characters.div_ceil(CHARACTERS_PER_TOKEN) as u64,
        output_tokens: answer_tokens,
        ..Usage::default()
    }
}

/// A text of about so many tokens, in place of one that is not written yet.
#[must_use]
pub fn text_of(tokens: u64) -> String {
    " ".repeat(usize::try_from(tokens).unwrap_or(usize::MAX) * CHARACTERS_PER_TOKEN)
}

/// The plan as text.
#[must_use]
pub fn plan(lines: &[Line], account: &Account) -> String {
    let mut text = String::from("This would take (dry run, nothing is sent):\n");
    // Of a role that has nothing to do no price need be known.
    let lines: Vec<&Line> = lines.iter().filter(|line| line.calls > 0).collect();
    for line in &lines {
        let _ = writeln!(
            text,
            "  {:>8} {} of the {} ({}): about {} tokens in, {} out{}",
            words::thousands(line.calls),
            if line.calls == 1 { "call" } else { "calls" },
            line.role,
            line.what,
            words::thousands(line.usage.input_tokens),
            words::thousands(line.usage.output_tokens),
            match line.cost {
                Some(cost) if cost > 0.0 => format!(", {}", words::dollars(cost)),
                _ => String::new(),
            }
        );
    }
    let calls = lines.iter().map(|line| line.calls).sum::<u64>();
    let input = lines.iter().map(|line| line.usage.input_tokens).sum::<u64>();
    let output = lines.iter().map(|line| line.usage.output_tokens).sum::<u64>();
    let cost = cost(lines.iter().copied(), account);
    let _ = write!(
        text,
        "In all {}, about {} tokens in and {} out; cost: {cost}.\nAn answer that cannot be used is asked for \
         again, and thinking counts as output: plan for more rather than less.\n",
        words::count(calls, "call", "calls"),
        words::thousands(input),
        words::thousands(output)
    );
    text
}

fn cost<'a>(lines: impl Iterator<Item = &'a Line>, account: &Account) -> String {
    match lines.map(|line| line.cost).sum::<Option<f64>>() {
        Some(0.0) if account.is_simulated() => "nothing, the market is simulated".to_owned(),
        Some(cost) => {
            let batches = if account.has_batches() { ", trials with message batches at half of them" } else { "" };
            format!("about {} at the prices of {}{batches}", words::dollars(cost), account.price_date())
        }
        None => "unknown: a model's price is not in the price table (see [prices] in rejoinder.toml)".to_owned(),
    }
}

/// Calls and dollars in a few words.
#[must_use]
pub fn in_short(lines: &[Line], account: &Account) -> String {
    let calls = lines.iter().map(|line| line.calls).sum::<u64>();
    let needed = lines.iter().filter(|line| line.calls > 0);
    format!("about {}; cost: {}", words::count(calls, "call", "calls"), cost(needed, account))
}

/// Seconds that a call of a hosted model takes, for planning: nobody knows before the first call.
const SECONDS_A_CALL: u64 = 5;

/// How long these calls take with so many at once, and what that is based on.
#[must_use]
pub fn time(lines: &[Line], account: &Account, width: usize) -> String {
    if account.is_simulated() {
        return "Time: seconds.".to_owned();
    }
    if account.has_batches() {
        return "Time: hours, as message batches take.".to_owned();
    }
    let calls = lines.iter().map(|line| line.calls).sum::<u64>();
    let minutes = (calls * SECONDS_A_CALL).div_ceil(60 * width.max(1) as u64).max(1);
    format!(
        "Time: about {}, with {} at once that take {SECONDS_A_CALL} s each.",
        words::count(minutes, "minute", "minutes"),
        words::count(width as u64, "call", "calls"),
    )
}
