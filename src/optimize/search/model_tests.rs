use super::*;
use crate::improve::parts::MarkedBy;
use crate::improve::{Item, PromptParts};
use rand::{RngExt, SeedableRng};

const OFFER: &str = "Company: Brackwater\nProduct: Flow, a platform for approvals and data entry";
const WORDS: [&str; 8] = ["price", "subject line", "pilot", "security", "figure", "greeting", "question", "tool"];

fn bare() -> Pool {
    Pool::new(&PromptParts::whole(MarkedBy::Nobody, OFFER), OFFER)
}

fn pool() -> Pool {
    let mut pool = bare();
    for word in WORDS {
        pool.add(&[Item::bare(&format!("Always mention the {word} of the matter."))]);
    }
    assert_eq!(pool.lines.len(), WORDS.len());
    // Each an idea of its own, however alike they are to the letter.
    for (at, line) in pool.lines.iter_mut().enumerate() {
        line.idea = at;
    }
    pool.ideas = WORDS.iter().map(|word| super::super::pool::Idea { name: (*word).into(), proposals: 1 }).collect();
    pool
}

/// A world in which two lines help, one does harm, and the others do nothing.
fn success(lines: &[usize], rng: &mut ChaCha8Rng) -> f64 {
    let effect = |line: &usize| match line {
        1 => 1.6,
        4 => 1.3,
        6 => -1.5,
        _ => 0.0,
    };
    let logit: f64 = -1.2 + lines.iter().map(effect).sum::<f64>();
    f64::from(u8::from(rng.random_bool(1.0 / (1.0 + (-logit).exp()))))
}

#[test]
fn trials_of_changing_prompts_find_the_lines_that_help() {
    let pool = pool();
    let mut hits = 0;
    for seed in 0..10 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut seen = Vec::new();
        for _ in 0..12 {
            let model = Model::learn(&pool, &seen).unwrap();
            for _ in 0..12 {
                let candidate = model.draw(&pool, &mut rng);
                let score = success(candidate.lines(&pool), &mut rng);
                seen.push(Seen { persona: rng.random_range(0..20), candidate, score, weight: 1.0 });
            }
        }
        let model = Model::learn(&pool, &seen).unwrap();
        let best = model.best(&pool);
        let lines = best.lines(&pool);
        hits += i32::from(lines.contains(&1) && lines.contains(&4) && !lines.contains(&6));
    }
    assert!(hits >= 9, "the lines that help were found in {hits} of 10 runs");
}

#[test]
fn the_spread_of_ideas_is_learned_from_the_trials() {
    let pool = pool();
    let sd_after = |scale: f64| {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let seen: Vec<Seen> = (0..400)
            .map(|_| {
                let lines: Vec<usize> = (0..WORDS.len()).filter(|_| rng.random_bool(0.5)).collect();
                let logit: f64 = lines.iter().map(|line| if line % 2 == 0 { scale } else { -scale }).sum();
                let score = f64::from(u8::from(rng.random_bool(1.0 / (1.0 + (-logit).exp()))));
                Seen { persona: rng.random_range(0..20), candidate: Candidate::Lines(lines), score, weight: 1.0 }
            })
            .collect();
        Model::learn(&pool, &seen).unwrap().effect(&pool, 0).1
    };
    // Where ideas do nothing, less is believed possible of each than where they do much.
    assert!(sd_after(0.0) < 0.7 * sd_after(1.5), "{} and {}", sd_after(0.0), sd_after(1.5));
}

#[test]
fn without_trials_only_ideas_that_several_proposed_are_believed() {
    let mut pool = pool();
    for idea in &mut pool.ideas {
        idea.proposals = 0;
    }
    pool.ideas[2].proposals = 2;
    let model = Model::learn(&pool, &[]).unwrap();
    assert_eq!(model.best(&pool), Candidate::Lines(vec![2]));
    assert_eq!(model.consensus(&pool), Candidate::Lines(vec![2]));
}

#[test]
fn a_pool_without_lines_has_its_challengers_as_they_were_written() {
    let mut pool = bare();
    pool.written.push(super::super::pool::Written { prompt: "Another prompt.".into(), lines: Vec::new() });
    let model = Model::learn(&pool, &[]).unwrap();
    assert_eq!(model.best_written(&pool), Some(Candidate::Written(0)));
    assert_eq!(model.best(&pool), Candidate::Lines(Vec::new()));
}
