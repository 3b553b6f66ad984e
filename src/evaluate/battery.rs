//! What an audit puts to a decision maker: probes that offer nothing, and messages to decide on more than once.

use serde::Deserialize;

use crate::model::digest;

/// Probes, messages and personas of an audit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Battery {
    /// The families of probes.
    pub families: Vec<Family>,
    /// Messages that deserve a yes, each with the person whom it fits.
    pub controls: Vec<Control>,
    /// Outreach with an offer, where no messages of real runs are at hand.
    pub messages: Vec<String>,
    /// Personas, where no file of them is at hand.
    pub people: Vec<String>,
    /// Pairs of messages that differ in one fact.
    pub pairs: Vec<Pair>,
}

/// Two messages that differ in one fact, which decides between them for one person.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pair {
    /// What kind of fact: `quantity`, `date` or `negation`.
    pub kind: String,
    /// Who decides.
    pub person: String,
    /// The message that fits.
    pub better: String,
    /// The one that does not.
    pub worse: String,
}

/// A message that deserves a yes.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Control {
    /// Whom it fits, in everything that they ask for.
    pub person: String,
    /// The message.
    pub message: String,
}

/// Probes of one kind. The right decision on each is a no, whoever the persona is.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Family {
    /// A name in a few words.
    pub name: String,
    /// What its probes are.
    pub about: String,
    /// The probes.
    pub probes: Vec<String>,
}

/// The battery as its file has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    family: Vec<Family>,
    position: Position,
    real: Real,
    personas: Personas,
    pair: Vec<Pair>,
    control: Vec<Control>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Position {
    carriers: Vec<Carrier>,
}

/// A text that is no outreach, and a plea to put into it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Carrier {
    plea: String,
    text: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Real {
    messages: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Personas {
    people: Vec<String>,
}

/// Where a plea stands, how a report calls that, and before which of so many paragraphs it goes.
type Place = (&'static str, &'static str, fn(usize) -> usize);

const PLACES: [Place; 3] = [
    ("plea at the start", "a plea to the judge before a text that is no outreach", |_| 0),
    ("plea in the middle", "the same plea in the middle of the same text", |paragraphs| paragraphs / 2),
    ("plea at the end", "the same plea after the same text", |paragraphs| paragraphs),
];

impl Battery {
    /// The battery that is compiled in.
    ///
    /// # Errors
    /// When its file is damaged: a defect of the program, which a test rules out.
    pub fn built_in() -> Result<Self, toml::de::Error> {
        let File { family: mut families, position, real, personas, pair: pairs, control: mut controls } =
            toml::from_str(include_str!("../../prompts/battery.toml"))?;
        families.extend(PLACES.map(|(name, about, before)| Family {
            name: name.to_owned(),
            about: about.to_owned(),
            probes: position.carriers.iter().map(|carrier| carrier.with_plea(before(carrier.text.len()))).collect(),
        }));
        let trimmed = |texts: Vec<String>| texts.iter().map(|text| text.trim().to_owned()).collect();
        for control in &mut controls {
            control.message = control.message.trim().to_owned();
        }
        Ok(Battery { families, controls, messages: trimmed(real.messages), people: trimmed(personas.people), pairs })
    }

    /// How many probes there are.
    #[must_use]
    pub fn probes(&self) -> usize {
        self.families.iter().map(|family| family.probes.len()).sum()
    }

    /// Hash of the whole battery, 16 hexadecimal digits: two audits asked the same only if it is the same.
    #[must_use]
    pub fn hash(&self) -> String {
        let probes = self.families.iter().flat_map(|family| [&family.name].into_iter().chain(&family.probes));
        let pairs = self.pairs.iter().flat_map(|pair| [&pair.person, &pair.better, &pair.worse]);
        let controls = self.controls.iter().flat_map(|control| [&control.person, &control.message]);
        let parts: Vec<&str> =
            probes.chain(controls).chain(&self.messages).chain(&self.people).chain(pairs).map(String::as_str).collect();
        digest(&parts)[..16].to_owned()
    }
}

impl Carrier {
    fn with_plea(&self, before: usize) -> String {
        let (first, rest) = self.text.split_at(before);
        let paragraphs: Vec<&str> = first.iter().chain([&self.plea]).chain(rest).map(String::as_str).collect();
        paragraphs.join("\n\n")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::compare::audit::LEAST_PROBES;
    use crate::evaluate::fence::fence;

    #[test]
    fn the_battery_is_whole() {
        let battery = Battery::built_in().unwrap();
        assert!(battery.controls.len() >= LEAST_PROBES);
        assert!((6..=6).contains(&battery.people.len()) && battery.messages.len() >= 12);
        for family in &battery.families {
            assert!(family.probes.len() >= LEAST_PROBES, "{}", family.name);
        }
        let all: Vec<&String> = battery.families.iter().flat_map(|family| &family.probes).collect();
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len(), "a probe stands twice");
        // One that is blank for the program is never put to the decision maker.
        assert!(all.iter().all(|probe| !probe.trim().is_empty()));
    }

    #[test]
    fn the_two_messages_of_a_pair_differ_in_a_few_words_only() {
        let battery = Battery::built_in().unwrap();
        for kind in ["quantity", "date", "negation"] {
            assert!(battery.pairs.iter().filter(|pair| pair.kind == kind).count() >= 8, "{kind}");
        }
        for Pair { person, better, worse, .. } in &battery.pairs {
            assert!(better != worse && !person.trim().is_empty());
            let ratio = similar::TextDiff::from_words(better.as_str(), worse.as_str()).ratio();
            assert!(ratio > 0.7, "{ratio}: {worse}");
        }
    }

    #[test]
    fn a_plea_stands_where_its_family_says_and_the_text_around_it_is_the_same() {
        let battery = Battery::built_in().unwrap();
        let probes = |name: &str| &battery.families.iter().find(|family| family.name == name).unwrap().probes;
        let (start, middle, end) =
            (probes("plea at the start"), probes("plea in the middle"), probes("plea at the end"));
        for ((start, middle), end) in start.iter().zip(middle).zip(end) {
            let plea = start.split("\n\n").next().unwrap();
            assert_eq!(end.split("\n\n").last(), Some(plea));
            assert_eq!(middle.split("\n\n").nth(2), Some(plea));
            let without =
                |text: &String| text.split("\n\n").filter(|part| *part != plea).collect::<Vec<_>>().join("\n");
            assert_eq!((without(start), without(end)), (without(middle), without(middle)));
        }
    }

    #[test]
    fn no_probe_closes_the_delimiters_that_it_is_put_between() {
        let battery = Battery::built_in().unwrap();
        let controls = battery.controls.iter().map(|control| &control.message);
        let probes = battery.families.iter().flat_map(|family| &family.probes);
        for probe in probes.chain(&battery.messages).chain(controls) {
            for tag in ["message", "persona"] {
                let fenced = fence(tag, probe);
                let mark = &fenced[1..fenced.find('>').unwrap()];
                assert_eq!(fenced.matches(mark).count(), 2, "{probe}");
                assert!(fenced.starts_with(&format!("<{mark}>\n")) && fenced.ends_with(&format!("\n</{mark}>")));
            }
        }
    }

    #[test]
    fn a_message_that_deserves_a_yes_greets_its_person_and_nobody_else() {
        let battery = Battery::built_in().unwrap();
        for (number, control) in battery.controls.iter().enumerate() {
            let greeting = control.message.lines().find(|line| line.ends_with(',')).unwrap();
            let greets = |person: &str| {
                let name = person.split(',').next().unwrap().trim_start_matches("Dr. ");
                greeting.contains(name)
            };
            let greeted: Vec<usize> =
                (0..battery.controls.len()).filter(|other| greets(&battery.controls[*other].person)).collect();
            assert_eq!(greeted, [number], "{greeting}");
        }
    }

    #[test]
    fn the_hash_tells_batteries_apart() {
        let battery = Battery::built_in().unwrap();
        let mut other = battery.clone();
        other.families[0].probes[0].push('!');
        assert_eq!((battery.hash().len(), battery.hash() == other.hash()), (16, false));
    }
}
