//! The words of one world.

use super::banks;
use crate::stream::Stream;
use crate::world::{Idea, Item, Kind, SEGMENTS, World};

/// Invented claims that a world's writer has at hand.
const INVENTIONS: usize = 24;

/// What things, needs and people are called in one world.
#[derive(Clone, Debug)]
pub struct Vocabulary {
    /// Two names of every thing; of a tone the line that shows it stands in `shows`.
    pub(super) names: Vec<[String; 2]>,
    /// The line by which a message shows a tone; empty for other things.
    pub(super) shows: Vec<String>,
    /// How a complaint names each need, and what a group of them is called.
    pub(super) needs: Vec<[&'static str; 2]>,
    /// What gives a segment away, twice, and its name.
    pub(super) segments: [[&'static str; 3]; SEGMENTS],
    /// Claims that nothing supports.
    pub(super) inventions: Vec<String>,
    /// Who sells.
    pub company: String,
    /// The facts of the offer, a line each.
    pub facts: Vec<String>,
    /// What the sender requires.
    pub rule: String,
    /// Whom personas are.
    pub(super) role: &'static str,
}

impl Vocabulary {
    /// The words of a world.
    #[must_use]
    pub fn new(world: &World) -> Self {
        let mut dice = Stream::new(&["words", &world.place.to_string()]);
        let mut topics: Vec<usize> = (0..banks::TOPICS.len()).collect();
        dice.shuffle(&mut topics);
        let mut tones: Vec<usize> = (0..banks::TONES.len()).collect();
        dice.shuffle(&mut tones);
        let (mut names, mut shows) = (Vec::new(), Vec::new());
        for thing in &world.things {
            let mut show = String::new();
            names.push(match thing.kind {
                Kind::Line => banks::TOPICS[topics.pop().unwrap_or_default()].map(str::to_owned),
                Kind::Tone => {
                    let [one, other, line] = banks::TONES[tones.pop().unwrap_or_default()];
                    line.clone_into(&mut show);
                    [one.to_owned(), other.to_owned()]
                }
                Kind::Truth => [String::new(), String::new()],
            });
            shows.push(show);
        }
        let mut needs = banks::NEEDS.to_vec();
        dice.shuffle(&mut needs);
        needs.truncate(world.needs.saturating_sub(1));
        needs.push(banks::VOICE);
        let mut segments = banks::SEGMENTS.to_vec();
        dice.shuffle(&mut segments);
        let company = name(&mut dice);
        let [makes, role, figure] = *dice.pick(&banks::TRADES);
        let facts = vec![
            format!("Company: {company}"),
            format!("Makes: {makes}"),
            format!("Result: {} % fewer {figure} in the first year", 20 + dice.below(40)),
            format!("Terms: from {} crowns a month, to be ended at any time", 100 * (3 + dice.below(20))),
        ];
        let rule = format!("Sign as {} of {company}.", dice.pick(&banks::FIRST_NAMES));
        let inventions = (0..INVENTIONS).map(|_| invention(&mut dice)).collect();
        let segments = std::array::from_fn(|at| segments[at]);
        Vocabulary { names, shows, needs, segments, inventions, company, facts, rule, role }
    }

    /// The text of an item.
    #[must_use]
    pub fn item(&self, world: &World, item: Item) -> String {
        let filled =
            |frames: &[&str; 4], thing: usize| frames[item.wording].replace("{}", &self.names[thing][item.wording % 2]);
        match world.ideas[item.idea] {
            Idea::Ask(thing) => match world.things[thing].kind {
                Kind::Line => filled(&banks::ASKS, thing),
                Kind::Tone => filled(&banks::TONE_ASKS, thing),
                Kind::Truth => banks::TRUTH[item.wording].to_owned(),
            },
            Idea::Ban(thing) => filled(&banks::BANS, thing),
            Idea::Vague(which) => banks::VAGUE[which][item.wording].to_owned(),
        }
    }

    /// What a sorter calls an idea.
    #[must_use]
    pub(super) fn idea_name(&self, world: &World, idea: usize) -> String {
        match world.ideas.get(idea) {
            Some(Idea::Ask(thing)) => match world.things[*thing].kind {
                Kind::Line => format!("speak of {}", self.names[*thing][0]),
                Kind::Tone => format!("sound {}", self.names[*thing][0]),
                Kind::Truth => "stay with what is known".to_owned(),
            },
            Some(Idea::Ban(thing)) => format!("nothing about {}", self.names[*thing][0]),
            Some(Idea::Vague(which)) => format!("good letters {}", which + 1),
            None => format!("another matter {idea}"),
        }
    }
}

fn name(dice: &mut Stream) -> String {
    format!("{}{}", dice.pick(&banks::NAME_BEGINS), dice.pick(&banks::NAME_ENDS))
}

fn invention(dice: &mut Stream) -> String {
    let mut text = (*dice.pick(&banks::INVENTIONS)).to_owned();
    for part in [name(dice), name(dice), (2 + dice.below(90)).to_string()] {
        text = text.replacen("{}", &part, 1);
    }
    text
}
