//! The persona writer: decision makers of many trades, places and tempers.

use super::banks::{CHANNELS, DECISIONS, KINDS, MANNERS, PAINS, ROLES, TOOLS, VALUES};
use super::dice::Dice;
use super::names::{CITIES, NAMES};
use super::reader::Reader;
use super::spin::{capital, with_article};

/// Writes `count` personas for a domain. Names that `known` (the text of the request, with personas written before)
/// holds already are avoided as long as there are others.
pub(super) fn write(domain: &str, known: &str, count: usize, dice: &mut Dice) -> Vec<String> {
    let lower = domain.to_lowercase();
    let mut taken: Vec<String> = Vec::new();
    (0..count)
        .map(|_| {
            let name = new_name(&mut taken, known, dice);
            persona(&name, domain, &lower, dice)
        })
        .collect()
}

/// Writes `count` more people of the population of which this is a sample: each does what somebody of the sample does.
pub(super) fn write_like(sample: &[String], known: &str, count: usize, dice: &mut Dice) -> Vec<String> {
    if sample.is_empty() {
        return write("", known, count, dice);
    }
    let mut taken: Vec<String> = Vec::new();
    (0..count)
        .map(|_| {
            let name = new_name(&mut taken, known, dice);
            let like = Reader::read(&sample[dice.below(sample.len())]);
            let work = format!("{} {}", like.role.unwrap_or_default(), like.kind.unwrap_or_default());
            persona(&name, "", &work.to_lowercase(), dice)
        })
        .collect()
}

/// A name that nobody has yet, as long as there are others.
fn new_name(taken: &mut Vec<String>, known: &str, dice: &mut Dice) -> String {
    let mut name = name(dice);
    for _ in 0..40 {
        if !taken.contains(&name) && !known.contains(name.as_str()) {
            break;
        }
        name = self::name(dice);
    }
    taken.push(name.clone());
    name
}

/// Describes a person from the lines of a list's columns, and adds nothing to them.
pub(super) fn describe(columns: &str) -> String {
    let mut lines = columns.lines().map(str::trim).filter(|line| !line.is_empty());
    let who = lines.next().unwrap_or("A person of whom nothing is known.").to_owned();
    lines.fold(who, |text, line| format!("{text} {}.", line.trim_end_matches('.')))
}

fn name(dice: &mut Dice) -> String {
    let (given, family) = NAMES[dice.below(NAMES.len())];
    // Families move: one in eight carries a name from elsewhere.
    let family = if dice.chance(0.125) { NAMES[dice.below(NAMES.len())].1 } else { family };
    format!("{} {}", dice.pick(given), dice.pick(family))
}

/// One of the entries, by preference one that shares a word with the domain.
fn fitting(
    entries: &'static [(&'static str, &'static str)],
    wanted: &str,
    dice: &mut Dice,
) -> (&'static str, &'static str) {
    let has = |tags: &str| tags.split(' ').any(|tag| has_word(wanted, tag));
    let fits: Vec<usize> = (0..entries.len()).filter(|&at| has(entries[at].1)).collect();
    let at = if fits.is_empty() { dice.below(entries.len()) } else { fits[dice.below(fits.len())] };
    entries[at]
}

fn has_word(text: &str, word: &str) -> bool {
    text.split(|letter: char| !letter.is_alphanumeric()).any(|other| {
        other == word || (word.len() > 4 && (other.starts_with(word) || (other.len() > 4 && word.starts_with(other))))
    })
}

fn persona(name: &str, domain: &str, lower: &str, dice: &mut Dice) -> String {
    let (role, duties) = fitting(&ROLES, lower, dice);
    // Of a trade that no bank knows nothing is invented: the domain itself says what it is.
    let is_foreign = !unknown(lower).is_empty();
    let (kind, trade) = if is_foreign && !names_one_of(&KINDS, lower) {
        (dice.pick(&NEUTRAL_KINDS), "operations")
    } else {
        fitting(&KINDS, lower, dice)
    };
    let wanted = format!("{duties} {trade}");
    let mut pains: Vec<&str> = Vec::new();
    for _ in 0..12 {
        let (pain, _) = fitting(&PAINS, if pains.is_empty() { duties } else { &wanted }, dice);
        if !pains.contains(&pain) && pains.len() < 3 {
            pains.push(pain);
        }
    }
    let known_city = CITIES.iter().find(|city| domain.contains(**city)).copied();
    let city = known_city.or_else(|| place(domain)).unwrap_or_else(|| dice.pick(&CITIES));
    let size = size(lower, dice);
    let age = 27 + dice.below(34);
    let (manner, channel, value) = (dice.pick(&MANNERS), dice.pick(&CHANNELS), dice.pick(&VALUES));
    let decision = dice.pick(&DECISIONS);
    let akind = with_article(kind);
    let head = match dice.below(5) {
        0 => format!("{name}, {age}, {role} at {akind} ({size} employees) in {city}. {}.", capital(manner)),
        1 => format!("{name}, {role} at a {size}-person {kind} in {city}. Age {age}, {manner}."),
        2 => format!("{name} ({age}) is {role} of {akind} in {city} that employs {size} people. Known as {manner}."),
        3 => format!("{role} at {akind} in {city} with {size} staff: {name}, {age}, {manner}."),
        _ => format!("{name}, {role} at {akind} in {city}, {size} people strong. {} at {age}.", capital(manner)),
    };
    let trouble = match dice.below(5) {
        0 => format!("Pain points: {}.", pains.join(", ")),
        1 => format!("Currently struggling with {}.", listed(&pains)),
        2 => format!("Frustrated by {}.", listed(&pains)),
        3 => format!("Worn down by {}.", listed(&pains)),
        _ => format!("Main worry is {}. Also dealing with {}.", pains[0], listed(&pains[1..])),
    };
    let reach = match dice.below(3) {
        0 => format!("Prefers {channel}."),
        1 => format!("Likes {channel}."),
        _ => format!("Prefers {channel} and answers within a day if a message is worth it."),
    };
    let cares = match dice.below(3) {
        0 => format!("Values {value}."),
        1 => format!("Cares about {value}."),
        _ => format!("What counts in the end is {value}."),
    };
    let mut parts = vec![trouble, reach, cares, decision.to_owned()];
    if dice.chance(0.55) {
        let (one, two) = (dice.pick(&TOOLS), dice.pick(&TOOLS));
        let tools = if one == two { one.to_owned() } else { format!("{one} and {two}") };
        parts.push(format!("The office runs on {tools}."));
    }
    parts.push(past(dice));
    dice.shuffle(&mut parts);
    // Words of the domain that no bank knows must not get lost.
    let field = domain.split_whitespace().collect::<Vec<_>>().join(" ");
    let said = format!("{head} {}", parts.join(" ")).to_lowercase();
    let is_unsaid = unknown(lower).into_iter().any(|word| !has_word(&said, word));
    if is_unsaid && (1..=12).contains(&domain.split_whitespace().count()) {
        parts.insert(0, format!("Works in this field: {}.", field.trim_end_matches('.')));
    }
    format!("{head} {}", parts.join(" "))
}

/// Kinds of company that fit any trade.
const NEUTRAL_KINDS: [&str; 5] =
    ["family business", "mid-sized company", "regional company", "growing company", "long-established company"];

/// Whether a domain names any of these.
fn names_one_of(entries: &[(&str, &str)], domain: &str) -> bool {
    entries.iter().any(|(_, tags)| tags.split(' ').any(|tag| has_word(domain, tag)))
}

/// The place that a domain names after `in`, such as `Ohio` in `dentists in Ohio`.
fn place(domain: &str) -> Option<&str> {
    let (_, place) = domain.rsplit_once(" in ")?;
    let place = place.trim().trim_end_matches('.');
    let is_name = |word: &str| word.chars().next().is_some_and(char::is_uppercase);
    let words = place.split(' ').count();
    (words <= 3 && !place.contains(',') && place.split(' ').all(is_name)).then_some(place)
}

/// The words of some weight of a domain that no bank knows.
fn unknown(domain: &str) -> Vec<&str> {
    const LIGHT: [&str; 14] = [
        "and",
        "the",
        "for",
        "with",
        "people",
        "leaders",
        "companies",
        "company",
        "firms",
        "teams",
        "managers",
        "heads",
        "employees",
        "decision",
    ];
    domain
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| {
            word.chars().count() > 2 && !word.contains(|c: char| c.is_ascii_digit()) && !LIGHT.contains(word)
        })
        .filter(|word| {
            let knows = |(_, tags): &(&str, &str)| tags.split(' ').any(|tag| has_word(word, tag));
            !ROLES.iter().any(knows) && !KINDS.iter().any(knows)
        })
        .collect()
}

fn past(dice: &mut Dice) -> String {
    let years = 2 + dice.below(18);
    match dice.below(6) {
        0 => format!("Joined {years} years ago from a competitor and has rebuilt the department since."),
        1 => format!("Spent {years} years in the field before moving to the office."),
        2 => format!("Leads a group of {} and hires one or two people a year.", 3 + dice.below(40)),
        3 => "Gets a dozen cold messages a week and deletes most of them unread.".to_owned(),
        4 => format!("Took over the post {years} years ago and knows every corner of it."),
        _ => "Has been disappointed by software before and remembers it well.".to_owned(),
    }
}

fn listed(items: &[&str]) -> String {
    match items {
        [] => "too much at once".to_owned(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

fn size(domain: &str, dice: &mut Dice) -> usize {
    let sizes: &[usize] = if has_word(domain, "enterprise") || has_word(domain, "large") {
        &[900, 1200, 1800, 2500, 4000, 7500]
    } else if has_word(domain, "startup") || has_word(domain, "small") {
        &[6, 9, 12, 15, 22, 30, 45]
    } else {
        &[8, 14, 25, 40, 60, 85, 120, 180, 260, 400, 650, 900, 1500, 2200]
    };
    sizes[dice.below(sizes.len())]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spin::words;

    #[test]
    fn personas_are_many_different_and_readable() {
        let written = write("B2B SaaS operations leaders", "", 200, &mut Dice::from_parts(&["w"]));
        let mut names: Vec<String> = written.iter().map(|persona| Reader::read(persona).name).collect();
        names.sort_unstable();
        names.dedup();
        assert!(names.len() > 60, "{}", names.len());
        let mut traits = 0;
        for persona in &written {
            let reader = Reader::read(persona);
            assert!((45..=115).contains(&words(persona)), "{} {persona}", words(persona));
            assert_ne!(reader.name, "there", "{persona}");
            assert!(reader.role.is_some() && reader.kind.is_some() && reader.size.is_some(), "{persona}\n{reader:?}");
            traits += crate::taste::traits_in(&reader);
        }
        println!("{}\n{} traits each", written[..6].join("\n\n"), traits as f64 / 200.0);
    }

    #[test]
    fn more_people_do_what_those_of_the_sample_do_and_are_none_of_them() {
        let sample = write("hospital procurement", "", 12, &mut Dice::from_parts(&["s"]));
        let known = sample.join("\n");
        let more = write_like(&sample, &known, 20, &mut Dice::from_parts(&["more"]));
        assert!(more.iter().all(|persona| !sample.contains(persona)));
        let buyers = |people: &[String]| {
            let count = people.iter().filter(|persona| persona.contains("Procurement") || persona.contains("Purchas"));
            count.count() as f64 / people.len() as f64
        };
        assert!((buyers(&more) - buyers(&sample)).abs() < 0.45, "{} {}", buyers(&more), buyers(&sample));
        assert_eq!(write_like(&[], "", 3, &mut Dice::from_parts(&["n"])).len(), 3);
    }

    #[test]
    fn the_domain_is_followed_and_known_names_are_avoided() {
        let first = write("hospital procurement in Lyon", "", 20, &mut Dice::from_parts(&["a"]));
        assert!(first.iter().all(|persona| persona.contains("Lyon")));
        assert!(first.iter().filter(|persona| persona.contains("Procurement")).count() >= 6);
        let known = first.join("\n");
        let second = write("hospital procurement in Lyon", &known, 20, &mut Dice::from_parts(&["a"]));
        assert!(second.iter().all(|persona| !first.contains(persona)));
        for (domain, words) in [
            ("dentists in Ohio", &["dentists", "Ohio"][..]),
            ("B2B SaaS for hospitals", &["SaaS", "hospitals"]),
            ("operations leaders in logistics", &["logistics"]),
        ] {
            for persona in write(domain, "", 40, &mut Dice::from_parts(&[domain])) {
                assert!(words.iter().all(|word| persona.contains(word)), "{domain}: {persona}");
                let reader = Reader::read(&persona);
                assert!(reader.role.is_some() && reader.kind.is_some(), "{persona}\n{reader:?}");
            }
        }
        assert!(
            write("astrology", "", 3, &mut Dice::from_parts(&["z"]))
                .iter()
                .all(|persona| persona.contains("astrology"))
        );
    }
}
