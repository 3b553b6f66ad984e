//! Draws a world.

use crate::family::{Family, Place};
use crate::people::Person;
use crate::stream::Stream;
use crate::truth;
use crate::world::{
    Auditor, Idea, Improver, Item, Judge, Kind, Pair, SEGMENTS, Thing, WORDINGS, Wording, World, Writer,
};

/// Needs of people.
const NEEDS: usize = 8;
/// Things that are a line of a message.
const LINES: usize = 24;
/// How many of these are habits: writers do them unasked, and nobody wants them.
const HABITS: usize = 4;
/// Tones.
const TONES: usize = 5;
/// Ideas that ask for nothing in particular.
const VAGUE: usize = 3;

impl World {
    /// The world of that place.
    #[must_use]
    pub fn draw(place: Place) -> Self {
        let mut dice = Stream::new(&["world", &place.to_string()]);
        let shares = shares(&mut dice, place.family);
        let mut things = lines(&mut dice, place.family);
        let pairs = pairs(&mut dice, place.family, &mut things);
        things.extend(tones(&mut dice, place.family));
        things.push(Thing { kind: Kind::Truth, need: None, effect: [0.0; SEGMENTS], habit: 0.0, tempts: 0.3 });
        let ideas = ideas(&things);
        let wording = |dice: &mut Stream| Wording { follow: dice.between(0.85, 1.1), words: 6 + dice.below(15) };
        let wordings = ideas.iter().map(|_| std::array::from_fn::<_, WORDINGS, _>(|_| wording(&mut dice))).collect();
        let improver = Improver {
            skill: dice.between(0.0, 2.0),
            fashion: dice.between(0.4, 1.2),
            heeds: dice.between(0.0, 1.5),
            vague: dice.between(0.0, 0.15),
            fails: dice.between(0.0, 0.08),
        };
        let mut world = World {
            place,
            appeal: Vec::new(),
            wordings,
            pairs,
            shares,
            base: 0.0,
            tastes: dice.between(0.4, 1.0),
            writer: Writer {
                follow: dice.between(0.6, 0.95),
                wanes: dice.between(0.0, 0.02),
                invents: dice.between(0.05, 0.5),
                obeys: dice.between(0.2, 0.6),
            },
            judge: judge(&mut dice, place.family),
            improver,
            sorter_errs: dice.between(0.0, 0.2),
            auditor: Auditor { misses: dice.between(0.0, 0.06), accuses: dice.between(0.0, 0.05) },
            start: Vec::new(),
            needs: NEEDS,
            things,
            ideas,
        };
        world.appeal = appeal(&mut dice, &world);
        world.start = start(&mut dice, &world);
        let wanted = dice.between(0.08, 0.35);
        calibrate(&mut world, wanted);
        world
    }
}

fn shares(dice: &mut Stream, family: Family) -> [f64; SEGMENTS] {
    let mut shares = [dice.between(0.3, 1.0), dice.between(0.2, 0.8), dice.between(0.1, 0.5)];
    if family != Family::Segments {
        shares[0] += 1.0;
    }
    let total: f64 = shares.iter().sum();
    shares.map(|share| share / total)
}

fn lines(dice: &mut Stream, family: Family) -> Vec<Thing> {
    let scale = match family {
        Family::Null => 0.0,
        Family::Tone => 0.35,
        _ => dice.between(0.6, 1.0),
    };
    let needs: Vec<f64> = (0..NEEDS).map(|_| 0.15 + 0.5 * dice.normal()).collect();
    (0..LINES)
        .map(|at| {
            let is_habit = at < HABITS;
            let need = (!is_habit && !dice.chance(0.15)).then_some(at % NEEDS);
            let common = match need {
                _ if is_habit => -(0.3 + 0.5 * dice.normal().abs()),
                Some(need) => needs[need] + 0.6 * dice.normal(),
                None => 0.7 * dice.normal(),
            };
            let divides = family == Family::Segments && !is_habit && dice.chance(0.6);
            let effect = std::array::from_fn(|_| {
                let here = if divides { 0.1 + 1.2 * dice.normal() } else { common + 0.15 * dice.normal() };
                scale * here
            });
            Thing {
                kind: Kind::Line,
                need,
                effect,
                habit: if is_habit { dice.between(0.3, 0.7) } else { dice.between(0.0, 0.06) },
                tempts: if dice.chance(0.15) { dice.between(1.5, 3.0) } else { 1.0 },
            }
        })
        .collect()
}

/// Pairs that undo each other are made of things that help; pairs that need each other of things that do nothing alone.
fn pairs(dice: &mut Stream, family: Family, things: &mut [Thing]) -> Vec<Pair> {
    if family != Family::Interactions {
        return Vec::new();
    }
    let mean = |thing: &Thing| thing.effect.iter().sum::<f64>() / SEGMENTS as f64;
    let mut free: Vec<usize> = (HABITS..things.len()).collect();
    free.sort_by(|a, b| mean(&things[*b]).total_cmp(&mean(&things[*a])));
    let mut good: Vec<usize> = free.drain(..6).collect();
    dice.shuffle(&mut good);
    dice.shuffle(&mut free);
    let mut pairs: Vec<Pair> = good
        .chunks_exact(2)
        .map(|pair| {
            let both = mean(&things[pair[0]]).max(0.0) + mean(&things[pair[1]]).max(0.0);
            Pair { a: pair[0], b: pair[1], effect: -both * dice.between(0.9, 1.6) }
        })
        .collect();
    for pair in free.chunks_exact(2).take(2) {
        for thing in pair {
            let alone = dice.between(-0.2, 0.15);
            things[*thing].effect = std::array::from_fn(|_| alone + 0.05 * dice.normal());
        }
        pairs.push(Pair { a: pair[0], b: pair[1], effect: dice.between(0.8, 1.8) });
    }
    pairs
}

fn tones(dice: &mut Stream, family: Family) -> Vec<Thing> {
    let best = dice.below(TONES);
    (0..TONES)
        .map(|at| {
            let common = match family {
                Family::Null => 0.0,
                Family::Tone if at == best => dice.between(1.8, 2.8),
                Family::Tone => dice.between(-1.2, 0.5),
                _ => 0.3 * dice.normal(),
            };
            let spread = if family == Family::Null { 0.0 } else { 0.1 };
            let effect = std::array::from_fn(|_| common + spread * dice.normal());
            Thing { kind: Kind::Tone, need: Some(NEEDS - 1), effect, habit: 0.0, tempts: 1.0 }
        })
        .collect()
}

fn ideas(things: &[Thing]) -> Vec<Idea> {
    let idea = |(at, thing): (usize, &Thing)| if thing.habit > 0.1 { Idea::Ban(at) } else { Idea::Ask(at) };
    things.iter().enumerate().map(idea).chain((0..VAGUE).map(Idea::Vague)).collect()
}

fn judge(dice: &mut Stream, family: Family) -> Judge {
    let null = family == Family::Null;
    let saturates = family == Family::Saturation;
    Judge {
        // Between a coin with a leaning and a rule.
        sharp: dice.between(0.8_f64.ln(), 4.0_f64.ln()).exp(),
        lapse: dice.between(0.0, 0.06),
        lie: if null { 0.0 } else { dice.between(-0.5, 1.2) },
        comfort: if saturates { dice.between(2.0, 4.0) } else { dice.between(4.0, 8.0) },
        length: if null { 0.0 } else { dice.between(0.02, 0.06) * if saturates { 2.0 } else { 1.0 } },
        cap: saturates.then(|| dice.between(1.2, 2.2)),
    }
}

/// An improver guesses what helps, the better the more skilled it is, and has a taste of its own.
fn appeal(dice: &mut Stream, world: &World) -> Vec<f64> {
    let worth: Vec<f64> = (0..world.ideas.len()).map(|idea| world.worth(idea)).collect();
    let sd = (worth.iter().map(|worth| worth * worth).sum::<f64>() / worth.len() as f64).sqrt().max(1e-9);
    let null = world.place.family == Family::Null;
    let appeal = |worth: &f64| {
        let knows = if null { 0.0 } else { world.improver.skill * worth / sd };
        knows.clamp(-3.0, 3.0) + world.improver.fashion * dice.normal()
    };
    worth.iter().map(appeal).collect()
}

/// Up to three items, good or not.
fn start(dice: &mut Stream, world: &World) -> Vec<Item> {
    let mut found: Vec<Item> = Vec::new();
    for _ in 0..dice.below(4) {
        let idea = dice.below(LINES);
        if !found.iter().any(|item| item.idea == idea) {
            found.push(Item { idea, wording: dice.below(WORDINGS) });
        }
    }
    debug_assert!(found.iter().all(|item| item.idea < world.ideas.len()));
    found
}

/// Moves the base until the start's true rate is this.
fn calibrate(world: &mut World, wanted: f64) {
    let people: Vec<Person> = (0..60).map(|number| world.person("calibration", number)).collect();
    let start = world.start.clone();
    let (mut low, mut high) = (-12.0, 8.0);
    for _ in 0..24 {
        world.base = f64::midpoint(low, high);
        if truth::rates(world, (&start, false), &people, truth::Sending::Drafted, 12).response < wanted {
            low = world.base;
        } else {
            high = world.base;
        }
    }
}
