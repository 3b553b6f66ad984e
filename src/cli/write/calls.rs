//! The calls that writing a campaign takes, for `--dry-run`. One pass over the leads, in which only sums are kept.

use crate::campaign::write::Recipients;
use crate::cli::error::Error;
use crate::cli::trial_calls::{AUDIT_ANSWER, MESSAGE_ANSWER};
use crate::evaluate::account::Account;
use crate::evaluate::generator::Fault;
use crate::evaluate::sequence::{SequenceWriter, StepText};
use crate::model::{CallKey, Request, Role, Usage};
use crate::report::estimate::{self, Line};

/// Calls of one kind.
struct Sum {
    role: Role,
    what: String,
    answer: u64,
    calls: u64,
    usage: Usage,
}

impl Sum {
    fn new(role: Role, what: String, answer: u64) -> Self {
        Sum { role, what, answer, calls: 0, usage: Usage::default() }
    }

    fn add(&mut self, request: &Request) {
        self.calls += 1;
        self.usage += estimate::tokens(request, self.answer);
    }
}

/// The plan: for each step its messages, their audits, and every second one revised.
///
/// # Errors
/// Where the leads cannot be read.
pub fn plan(
    writer: &SequenceWriter,
    prompt: &str,
    recipients: &Recipients,
    account: &Account,
) -> Result<Vec<Line>, Error> {
    let key = || CallKey::from_parts(&[]);
    let steps: Vec<StepText> = (0..writer.steps).map(typical).collect();
    let faults = [Fault { passage: " ".repeat(120), why: " ".repeat(120) }];
    let auditor = writer.auditing.by.model();
    let revises = writer.auditing.revises() && auditor.is_some();
    let mut sums: Vec<[Sum; 4]> = (1..=writer.steps)
        .map(|number| {
            let (what, answer) = (format!("step {number}"), answer(number - 1));
            [
                Sum::new(Role::Generator, what.clone(), answer),
                Sum::new(Role::Auditor, format!("claims of {what}"), AUDIT_ANSWER),
                Sum::new(Role::Generator, format!("{what}: every second one revised"), answer),
                Sum::new(Role::Auditor, format!("claims of the revisions of {what}"), AUDIT_ANSWER),
            ]
        })
        .collect();
    for (at, recipient) in recipients.iter().enumerate() {
        let persona = recipient?.lead.persona_text();
        for (number, [write, audit, revise, again]) in sums.iter_mut().enumerate() {
            let (earlier, step) = (&steps[..number], &steps[number]);
            write.add(&writer.request(prompt, &persona, earlier, key()));
            let Some(auditor) = auditor else { continue };
            let request = auditor.request(&step.whole(), &writer.auditing.sources, &persona, key());
            audit.add(&request);
            if revises && at % 2 == 0 {
                revise.add(&writer.revision(prompt, (&persona, earlier), step, &faults, key()));
                again.add(&request);
            }
        }
    }
    let line = |Sum { role, what, calls, usage, .. }: Sum| {
        let cost = account.expected(role, &usage);
        Line { role, what, calls, usage, cost }
    };
    Ok(sums.into_iter().flatten().map(line).collect())
}

/// Tokens of a step: a follow-up has some two thirds of the one before it.
fn answer(number: u32) -> u64 {
    (0..number).fold(MESSAGE_ANSWER, |tokens, _| tokens * 2 / 3)
}

fn typical(number: u32) -> StepText {
    StepText { subject: estimate::text_of(8), body: estimate::text_of(answer(number)) }
}
