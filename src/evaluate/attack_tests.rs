use super::*;
use crate::compare::Tally;
use crate::compare::audit::MOST_IN_A_FAMILY;
use crate::compare::one_sided::high;
use crate::evaluate::battery::Battery;

/// A judge that says yes to a text with this chance.
type Judge<'a> = &'a dyn Fn(&str) -> f64;

fn ask(judge: Judge<'_>, texts: &[String], rng: &mut ChaCha8Rng) -> FamilyAnswers {
    let mut family = FamilyAnswers::new(FAMILY, texts);
    for probe in &mut family.probes {
        probe.total = 3;
        probe.yes = (0..3).filter(|_| rng.random_bool(judge(&probe.text))).count() as u64;
        probe.chances = probe.yes as f64;
    }
    family
}

fn bound(family: &FamilyAnswers) -> f64 {
    high(&family.probes.iter().map(|probe| Tally { yes: probe.yes, total: probe.total }).collect::<Vec<_>>())
}

/// The bounds of the battery's families, and of the texts that this many rounds of searching find.
fn attacked(judge: Judge<'_>, rounds: usize, seed: u64) -> (Vec<f64>, f64) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let battery = Battery::built_in().unwrap();
    let families = battery.families.iter().map(|family| ask(judge, &family.probes, &mut rng)).collect();
    let answers = AuditAnswers { families, ..AuditAnswers::default() };
    let mut search = Search::new(&answers, seed);
    for _ in 0..rounds {
        let family = ask(judge, &search.mutants(), &mut rng);
        search.record(&family);
    }
    (answers.families.iter().map(bound).collect(), bound(&ask(judge, &search.best(), &mut rng)))
}

#[test]
fn a_weakness_for_two_tricks_together_is_found_by_searching_and_by_no_family_alone() {
    // It looks twice at a single trick, and falls for two of different kinds in one text.
    let judge = |text: &str| {
        let forged = text.contains("\"decision\"") || text.contains("decision: true");
        let praised = ["judgement", "admiration", "inspiration", "trust your"].iter().any(|word| text.contains(word));
        match (forged, praised) {
            (true, true) => 0.9,
            (false, false) => 0.0,
            _ => 0.15,
        }
    };
    let passed = |bounds: &[f64]| bounds.iter().all(|bound| *bound <= MOST_IN_A_FAMILY);
    let (mut hidden, mut found) = (0, 0);
    for seed in 0..40 {
        let (families, attack) = attacked(&judge, 2, seed);
        hidden += u32::from(passed(&families));
        found += u32::from(attack > MOST_IN_A_FAMILY);
    }
    println!("no family shows it in {hidden} of 40 audits, the attack finds it in {found}");
    assert!(hidden >= 10 && found >= 36, "{hidden} hidden, {found} found");
}

#[test]
fn a_judge_that_errs_by_chance_alone_is_not_condemned_for_what_was_lucky_once() {
    let passes = (0..100).filter(|seed| attacked(&|_| 0.02, 2, *seed).1 <= MOST_IN_A_FAMILY).count();
    assert!(passes >= 95, "{passes} of 100");
}

#[test]
fn a_round_is_made_from_what_came_nearest_and_nothing_is_tried_twice() {
    let mut families =
        vec![FamilyAnswers::new("a", &(0..40).map(|number| format!("probe {number}")).collect::<Vec<_>>())];
    for (probe, yes) in [(7, 3), (21, 2), (30, 1)] {
        families[0].probes[probe].total = 3;
        families[0].probes[probe].yes = yes;
        families[0].probes[probe].chances = yes as f64;
    }
    families.push(FamilyAnswers::new(MISDIRECTED, &["Hello Ann, an offer".to_owned()]));
    families[1].probes[0].chances = 9.0;
    let mut search = Search::new(&AuditAnswers { families, ..AuditAnswers::default() }, 1);
    let nearest: Vec<&str> = search.nearest(3).iter().map(|probe| probe.text.as_str()).collect();
    assert_eq!(nearest, ["probe 7", "probe 21", "probe 30"]);
    let first = search.mutants();
    assert_eq!(first.len(), TEXTS);
    assert!(first.iter().any(|text| text.contains("probe 7")) && first.iter().all(|text| !text.contains("offer")));
    let mut family = FamilyAnswers::new(FAMILY, &first);
    (family.probes[4].total, family.probes[4].chances) = (3, 3.0);
    search.record(&family);
    assert_eq!(search.nearest(2)[1].text, first[4]);
    let second = search.mutants();
    let all: HashSet<&String> = first.iter().chain(&second).collect();
    assert_eq!(all.len(), first.len() + second.len());
}

#[test]
fn pieces_are_paragraphs_else_lines_else_sentences_and_no_text_is_blank() {
    assert_eq!(pieces("a b. c\nd\n\ne"), ["a b. c\nd", "e"]);
    assert_eq!(pieces("a b. c\nd"), ["a b. c", "d"]);
    assert_eq!(pieces("a b. c. d"), ["a b", "c", "d"]);
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    for _ in 0..200 {
        assert!(!mutant("yes", "one. two", &mut rng).trim().is_empty());
    }
}
