use super::*;

fn said(person: u32, step: u32, reply: Option<(bool, bool)>, at_step: Option<bool>, chance: f64) -> (Asked, Said) {
    let segment = Some(Arc::from(if person.is_multiple_of(2) { "banks" } else { "shops" }));
    (Asked { person, step, reply, at_step, segment }, Said { chance, is_yes: chance >= 0.5 })
}

#[test]
fn people_count_once_by_their_first_message_and_steps_by_their_own_replies() {
    let mut all = Vec::new();
    for person in 0..60 {
        let is_reply = person % 3 == 0;
        // Those who reply do so to the second message, and have the higher chance.
        let chance = if is_reply { 0.8 } else { 0.2 };
        let reply = Some((is_reply, is_reply && person % 6 == 0));
        all.push(said(person, 1, reply, Some(false), chance));
        all.push(said(person, 2, reply, Some(is_reply), chance));
    }
    let found = found(&all);
    assert_eq!((found.replies.yes, found.replies.total, found.positive), (20, 60, 10));
    let ranked = found.ranked.unwrap();
    assert_eq!((ranked.auc, ranked.verdict), (1.0, RankVerdict::Ranks));
    assert_eq!((found.after_yes.yes, found.after_yes.total, found.after_no.yes), (20, 20, 0));
    assert_eq!(found.ratio.unwrap().high, None, "nobody replied after a no: the ratio has no upper end");
    assert!(found.ranked_positive.is_some());
    let parts: Vec<(&str, &str, u64, bool)> = found
        .parts
        .iter()
        .map(|part| (part.kind.as_str(), part.name.as_str(), part.replies.yes, part.ranked.is_some()))
        .collect();
    assert_eq!(
        parts,
        [
            ("step", "1", 0, false),
            ("step", "2", 20, true),
            ("segment", "banks", 10, true),
            ("segment", "shops", 10, true)
        ]
    );
    assert!(found.predicted.is_none() && found.correlation.is_some_and(|correlation| correlation > 0.99));
}

#[test]
fn examples_are_worth_what_they_change_for_the_same_people_and_few_say_nothing() {
    let judged = |people: u32, chance: &dyn Fn(u32) -> f64| {
        let all = (0..people).map(|person| said(person, 1, Some((person % 4 == 0, false)), None, chance(person)));
        found(&all.collect::<Vec<_>>())
    };
    // Without examples it is a lottery, with them nearly everybody who replied stands above the others.
    let lottery = |person: u32| f64::from(person * 7919 % 101) / 101.0;
    let better = |person: u32| lottery(person) * 0.5 + if person.is_multiple_of(4) { 0.4 } else { 0.0 };
    let worth = |people| judged(people, &better).over(&judged(people, &lottery)).unwrap();
    let many = worth(120);
    assert_eq!((many.verdict, many.replied, many.silent), (ExamplesVerdict::Better, 30, 90));
    assert!(many.with > many.without && many.low.unwrap() > 0.0, "{many:?}");
    let worse = judged(120, &lottery).over(&judged(120, &better)).unwrap();
    assert_eq!(worse.verdict, ExamplesVerdict::Worse);
    let same = judged(120, &better).over(&judged(120, &better)).unwrap();
    assert_eq!((same.verdict, same.low), (ExamplesVerdict::NotShown, None));
    assert_eq!(worth(36).verdict, ExamplesVerdict::TooFew, "nine replies");
    // Who was not judged by both is in neither.
    assert_eq!(judged(120, &better).over(&judged(60, &lottery)).unwrap().replied, 15);
}

#[test]
fn a_reply_before_a_step_says_nothing_of_it_and_one_without_a_step_of_none() {
    let outcome = |step: Option<Option<u32>>| Outcome {
        reply: step.map(|step| replies::Reply { step, ..replies::Reply::default() }),
        ..Outcome::default()
    };
    let of = |reply, step| at_step(&outcome(reply), step);
    assert_eq!((of(None, 2), of(Some(Some(2)), 1), of(Some(Some(2)), 2)), (Some(false), Some(false), Some(true)));
    assert_eq!((of(Some(Some(1)), 2), of(Some(None), 1)), (None, None));
}

#[test]
fn people_who_were_not_written_to_are_predicted_and_in_no_rate() {
    let mut all: Vec<_> = (0..40).map(|person| said(person, 1, Some((person < 4, false)), None, 0.3)).collect();
    all.extend((40..100).map(|person| said(person, 1, None, None, 0.3)));
    let found = found(&all);
    assert_eq!((found.replies.yes, found.replies.total), (4, 40));
    let predicted = found.predicted.unwrap();
    assert_eq!((predicted.people, predicted.is_worth_it), (60, false));
    assert_eq!(found.ranked.unwrap().low, None, "every score is the same");
}
