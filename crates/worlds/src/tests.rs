use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::truth::Sending;
use crate::world::{Idea, WORDINGS};

fn world(family: Family, seed: u64) -> World {
    World::draw(Place { family, set: Set::Tuning, seed })
}

fn people(world: &World, count: u64) -> Vec<Person> {
    (0..count).map(|number| world.person("test", number)).collect()
}

#[test]
fn a_world_follows_from_its_place_alone_and_no_two_places_share_one() {
    let shape = |world: &World| format!("{world:?}");
    for family in Family::ALL {
        assert_eq!(shape(&world(family, 800)), shape(&world(family, 800)));
        assert_ne!(shape(&world(family, 800)), shape(&world(family, 801)));
        let place = Place { family, set: Set::Test, seed: 800 };
        assert_ne!(world(family, 800).base, World::draw(place).base);
        assert_eq!(place.to_string().parse(), Ok(place));
    }
}

#[test]
fn the_start_is_poor_and_the_best_is_much_better() {
    let mut gains = 0.0;
    for family in Family::ALL {
        for seed in 800..803 {
            let world = world(family, seed);
            let people = people(&world, 60);
            let rate = |items: &[Item]| world.rates(items, &people, Sending::Sent, 10).grounded;
            let start = world.rates(&world.start, &people, Sending::Drafted, 10).response;
            assert!((0.03..0.45).contains(&start), "{}: {start}", world.place);
            gains += rate(&world.best(&people, 4)) - rate(&world.start);
        }
    }
    assert!(gains / 15.0 > 0.35, "{gains}");
}

#[test]
fn where_nothing_matters_no_prompt_is_better_than_another() {
    let world = world(Family::Null, 800);
    let people = people(&world, 100);
    let rate = |items: &[Item]| world.rates(items, &people, Sending::Drafted, 20).response;
    let all: Vec<Item> = (0..world.ideas.len()).map(|idea| Item { idea, wording: 0 }).collect();
    assert!((rate(&[]) - rate(&all)).abs() < 1e-12 && (rate(&world.start) - rate(&all)).abs() < 1e-12);
}

#[test]
fn families_differ_in_what_they_are_named_for() {
    let (tone, sum) = (world(Family::Tone, 804), world(Family::Additive, 804));
    let most = |world: &World, tones: bool| {
        let is_tone = |idea: &usize| world.thing(*idea).is_some_and(|thing| (thing.kind == world::Kind::Tone) == tones);
        (0..world.ideas.len()).filter(is_tone).map(|idea| world.worth(idea)).fold(f64::MIN, f64::max)
    };
    assert!(most(&tone, true) > 2.0 * most(&tone, false));
    assert!(most(&sum, true) < most(&sum, false) + 0.6);
    assert!(world(Family::Saturation, 804).judge.cap.is_some() && sum.judge.cap.is_none());
    let pairs = world(Family::Interactions, 804).pairs;
    assert!(pairs.iter().any(|pair| pair.effect < 0.0) && pairs.iter().any(|pair| pair.effect > 0.5));
    let divided = world(Family::Segments, 804);
    let opposite = |thing: &&world::Thing| {
        let (low, high) = thing.effect.iter().fold((f64::MAX, f64::MIN), |(low, high), e| (low.min(*e), high.max(*e)));
        low < -0.3 && high > 0.3
    };
    assert!(divided.things.iter().filter(opposite).count() >= 4);
    assert!(sum.things.iter().filter(opposite).count() <= 3);
}

#[test]
fn messages_as_sent_hardly_invent() {
    let mut invented = (0.0, 0.0);
    for seed in 800..810 {
        let world = world(Family::Additive, seed);
        let people = people(&world, 40);
        invented.0 += world.rates(&world.start, &people, Sending::Drafted, 10).invented / 10.0;
        invented.1 += world.rates(&world.start, &people, Sending::Sent, 10).invented / 10.0;
    }
    assert!(invented.0 > 0.1 && invented.1 < 0.03, "{invented:?}");
}

#[test]
fn an_improver_with_skill_proposes_what_helps() {
    let mut wins = 0;
    for seed in 800..830 {
        let world = world(Family::Additive, seed);
        if world.improver.skill < 1.0 {
            continue;
        }
        let mut dice = Stream::new(&["improver", &seed.to_string()]);
        let remarks = feedback::Remarks::new(&world);
        let size = feedback::Size { least: 3, most: 6 };
        let adds: Vec<Item> = (0..15).flat_map(|_| world.propose(&[], &remarks, size, &mut dice).adds).collect();
        let mean = |ideas: &mut dyn Iterator<Item = usize>| {
            let worth: Vec<f64> = ideas.map(|idea| world.worth(idea)).collect();
            worth.iter().sum::<f64>() / worth.len() as f64
        };
        let better = mean(&mut adds.iter().map(|item| item.idea)) > mean(&mut (0..world.ideas.len()));
        wins += if better { 1 } else { -3 };
    }
    assert!(wins > 5, "{wins}");
}

#[test]
fn sorters_err_as_often_as_their_world_says() {
    let (mut wrong, mut wanted, mut all) = (0.0, 0.0, 0.0);
    for seed in 800..840 {
        let world = world(Family::Additive, seed);
        for idea in (0..world.ideas.len()).filter(|idea| !matches!(world.ideas[*idea], Idea::Vague(_))) {
            for wording in 0..WORDINGS {
                wrong += f64::from(u8::from(world.sorted(Item { idea, wording }) != Some(idea)));
                wanted += world.sorter_errs;
                all += 1.0;
            }
        }
    }
    assert!((wrong - wanted).abs() / all < 0.02, "{wrong} of {all}, not {wanted}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn chances_are_chances_and_saying_a_thing_twice_changes_nothing(
        seed in 0_u64..1000,
        picked in prop::collection::vec(0_usize..36, 0..20),
    ) {
        let world = world(Family::ALL[(seed % 5) as usize], seed);
        let people = people(&world, 10);
        let ideas: BTreeSet<usize> = picked.iter().map(|idea| idea % world.ideas.len()).collect();
        let items: Vec<Item> = ideas.into_iter().map(|idea| Item { idea, wording: 0 }).collect();
        let rates = world.rates(&items, &people, Sending::Sent, 4);
        for rate in [rates.response, rates.grounded, rates.invented] {
            prop_assert!((0.0..=1.0).contains(&rate));
        }
        prop_assert!(rates.grounded <= rates.response + 1e-12);
        let mut turned = items.clone();
        turned.reverse();
        prop_assert_eq!(world.rates(&turned, &people, Sending::Sent, 4), rates);
    }
}
