//! What the code of an audit takes, without the model's time: `cargo bench --bench claims`.
//!
//! The labelled messages of `audit-auditor`, each with an answer of the kind that auditors give: a claim for every
//! sentence, with a line of the facts as its support and a sum for every fourth. Printed is the time for all messages
//! and, as its throughput, messages a second; the figure to hold is 200 microseconds a message for mentions and
//! verification together.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use rejoinder::evaluate::auditor_battery::{AuditorBattery, Case};
use rejoinder::evaluate::grounding::{ClaimKind, ClaimVerdict, Finding, mentions, verify};

/// A sentence is a claim from so many characters on.
const SENTENCE: usize = 8;

fn answer(case: &Case) -> Vec<Finding> {
    let lines: Vec<&str> = case.sources.facts.lines().filter(|line| line.len() > SENTENCE).collect();
    let sentences =
        case.message.split(['.', '\n', '?', '\u{3002}']).map(str::trim).filter(|text| text.len() > SENTENCE);
    sentences
        .enumerate()
        .map(|(index, sentence)| Finding {
            quote: sentence.to_owned(),
            kind: ClaimKind::Other,
            verdict: ClaimVerdict::Supported,
            support: vec![lines[index % lines.len()].to_owned()],
            derivation: (index % 4 == 0).then(|| "12 * 30".to_owned()),
        })
        .collect()
}

fn claims(criterion: &mut Criterion) {
    let battery = AuditorBattery::built_in().expect("the battery");
    let answers: Vec<(&Case, Vec<Finding>)> = battery.cases.iter().map(|case| (case, answer(case))).collect();
    let mut group = criterion.benchmark_group("claims");
    group.throughput(Throughput::Elements(answers.len() as u64)).sample_size(20);
    group.bench_function("mentions", |bencher| {
        bencher.iter(|| {
            answers.iter().map(|(case, _)| mentions(&case.message, &case.sources, &case.persona).len()).sum::<usize>()
        });
    });
    group.bench_function("verification", |bencher| {
        bencher.iter(|| {
            let verified =
                |(case, answer): &(&Case, Vec<Finding>)| verify(answer, &case.message, &case.sources, &case.persona);
            answers.iter().map(|case| verified(case).claims.len()).sum::<usize>()
        });
    });
    group.finish();
}

criterion_group!(benches, claims);
criterion_main!(benches);
