//! The generator: writes a message from a plan, for a reader.

use std::borrow::Cow;

use super::detect::{BRIEF, LONG};
use super::dice::Dice;
use super::feature::Feature::{
    self, Brief, Certificate, Channel, Customer, Figures, Flattery, Hype, Long, Material, Opener, Pilot, Placeholder,
    Plain, Post, Pushy, SmallAsk, Subject, Tie, Truth,
};
use super::feature::FeatureSet;
use super::offer::{FIGURE, Offer};
use super::phrases::{Bank, frame, harmful, helpful};
use super::plan::Odds;
use super::reader::{Channel as Prefers, Reader};
use super::spin::{capital, spin, with_article, words};
use super::traits::Trait;

/// Draws the features that one message will show.
pub(super) fn draw(odds: &Odds, dice: &mut Dice) -> FeatureSet {
    let mut features = FeatureSet::default();
    for feature in Feature::ALL {
        let possible = match feature {
            Long => !features.has(Brief),
            Hype => !features.has(Plain),
            Truth => false,
            _ => true,
        };
        if dice.chance(odds[feature.index()]) && possible {
            features.insert(feature);
        }
    }
    features
}

/// A sentence of a message: its feature, if any, and its text.
struct Line {
    shows: Option<Feature>,
    text: String,
}

/// Values for the slots of one message.
struct Slots<'a> {
    reader: &'a Reader,
    offer: &'a Offer,
    pain: &'a str,
    sender: &'a str,
    customers: [String; 2],
    certificate: String,
    blank: &'a str,
    percent: String,
    hours: (usize, usize),
}

/// Writes a message that shows these features.
pub(super) fn write(features: FeatureSet, offer: &Offer, reader: &Reader, dice: &mut Dice) -> String {
    let slots = Slots::draw(offer, reader, dice);
    let mut lines = lines(features, &slots, dice);
    fit(&mut lines, features, &slots, dice);
    lay_out(&lines, features, &slots, dice)
}

impl<'a> Slots<'a> {
    fn draw(offer: &'a Offer, reader: &'a Reader, dice: &mut Dice) -> Self {
        let invented = |dice: &mut Dice| dice.pick(&frame::CUSTOMERS).to_owned();
        let mut customers = [invented(dice), invented(dice)];
        while customers[0] == customers[1] {
            customers[1] = invented(dice);
        }
        for (slot, stated) in customers.iter_mut().zip(&offer.customers) {
            slot.clone_from(stated);
        }
        let certificate =
            offer.certificates.first().cloned().unwrap_or_else(|| dice.pick(&frame::CERTIFICATES).to_owned());
        let claim = offer.claim.as_deref().unwrap_or_default();
        let mut percent = 31 + dice.below(48);
        while claim.contains(&percent.to_string()) {
            percent += 1;
        }
        let hours = 12 + dice.below(40);
        // Most messages speak to the most pressing problem, some to another.
        let pain = if dice.chance(0.55) { 0 } else { dice.below(reader.pains.len()) };
        Slots {
            reader,
            offer,
            pain: &reader.pains[pain],
            sender: dice.pick(&frame::SENDERS),
            customers,
            certificate,
            blank: dice.pick(&frame::BLANKS),
            percent: percent.to_string(),
            hours: (hours, 2 + dice.below(hours / 2)),
        }
    }

    /// The value of a slot; a capital first letter in the slot's name capitalises it.
    fn value(&self, name: &str) -> Cow<'a, str> {
        let lower = name.to_lowercase();
        let value = self.plain_value(&lower);
        if lower == name { value } else { Cow::Owned(capital(&value)) }
    }

    fn plain_value(&self, name: &str) -> Cow<'a, str> {
        let (reader, offer) = (self.reader, self.offer);
        let kind = || reader.kind.as_deref();
        match name {
            "first" => Cow::Borrowed(reader.name.as_str()),
            "role" => Cow::Borrowed(reader.role.as_deref().unwrap_or("someone in your position")),
            "akind" => kind().map_or(Cow::Borrowed("a company such as yours"), |kind| Cow::Owned(with_article(kind))),
            "kindshort" => Cow::Borrowed(kind().and_then(|kind| kind.rsplit(' ').next()).unwrap_or("company")),
            "incity" => reader.city.as_ref().map_or(Cow::Borrowed(""), |city| Cow::Owned(format!(" in {city}"))),
            "withsize" => {
                reader.size.as_ref().map_or(Cow::Borrowed(""), |size| Cow::Owned(format!(" with {size} people")))
            }
            "withsizeof" => {
                reader.size.as_ref().map_or(Cow::Borrowed(""), |size| Cow::Owned(format!("with {size} people ")))
            }
            "pain" => Cow::Borrowed(self.pain),
            "company" => Cow::Borrowed(offer.company.as_str()),
            "aproduct" if takes_article(&offer.product) => Cow::Owned(with_article(&offer.product)),
            "aproduct" => Cow::Borrowed(offer.product.as_str()),
            "claim" => Cow::Borrowed(offer.claim.as_deref().unwrap_or_default()),
            "tools" => match reader.tools.as_slice() {
                [] => Cow::Borrowed("your current tools"),
                [one] => Cow::Borrowed(one.as_str()),
                [one, two, ..] => Cow::Owned(format!("{one} and {two}")),
            },
            "channel" => Cow::Borrowed(match reader.channel {
                Prefers::Email => "e-mail",
                Prefers::Call => "a short call at a fixed time",
                Prefers::Chat => "Slack or another chat",
                Prefers::Meeting => "a meeting in person",
                Prefers::Written => "a written exchange",
                Prefers::Unknown => "another channel",
            }),
            "sender" => Cow::Borrowed(self.sender),
            "customer" => Cow::Owned(self.customers[0].clone()),
            "customer2" => Cow::Owned(self.customers[1].clone()),
            "certificate" => Cow::Owned(self.certificate.clone()),
            "blank" => Cow::Borrowed(self.blank),
            "percent" => Cow::Owned(self.percent.clone()),
            "hours" => Cow::Owned(self.hours.0.to_string()),
            "fewer" => Cow::Owned(self.hours.1.to_string()),
            _ => Cow::Borrowed(""),
        }
    }

    fn say(&self, template: &str, dice: &mut Dice) -> String {
        capital(&spin(template, dice, &|name| self.value(name)))
    }
}

/// Whether a product is one thing: `platform for offices` is, `services` and `software` are not.
fn takes_article(product: &str) -> bool {
    let head = [" for ", " that ", " to ", " with ", " of ", ","]
        .iter()
        .fold(product, |head, end| head.split_once(end).map_or(head, |(before, _)| before));
    let determined = ["a ", "an ", "the ", "our "].iter().any(|article| head.starts_with(article));
    let mass = ["software", "equipment", "consulting", "automation", "insurance", "analytics", "hardware", "training"];
    let last = head.rsplit(' ').next().unwrap_or(head);
    !determined && !mass.contains(&last) && (!last.ends_with('s') || last.ends_with("ss"))
}

fn bank(feature: Feature) -> Bank {
    let bank = helpful::bank(feature);
    if bank.full.is_empty() { harmful::bank(feature) } else { bank }
}

/// The sentences in the order in which they will stand.
fn lines(features: FeatureSet, slots: &Slots<'_>, dice: &mut Dice) -> Vec<Line> {
    let terse = features.has(Brief);
    let say = |feature: Feature, dice: &mut Dice| {
        let bank = bank(feature);
        let templates = if terse && dice.chance(0.8) { bank.terse } else { bank.full };
        let template = dice.pick(templates);
        Line { shows: Some(feature), text: slots.say(template, dice) }
    };
    let free = |templates: &[&str], dice: &mut Dice| Line { shows: None, text: slots.say(dice.pick(templates), dice) };

    let mut lines: Vec<Line> = Vec::with_capacity(20);
    for feature in [Post, Flattery] {
        if features.has(feature) && dice.chance(0.8) {
            lines.push(say(feature, dice));
        }
    }
    let posted = |lines: &[Line], feature| lines.iter().any(|line| line.shows == Some(feature));
    lines.push(if features.has(Opener) { say(Opener, dice) } else { free(&frame::GENERIC, dice) });

    let mut middle: Vec<Line> = features
        .iter()
        .filter(|feature| {
            !matches!(feature, Subject | Opener | SmallAsk | Material | Pilot | Channel | Pushy | Post | Flattery | Tie)
        })
        .filter(|&feature| !bank(feature).full.is_empty())
        .map(|feature| say(feature, dice))
        .collect();
    if !features.has(Plain) && !features.has(Hype) {
        middle.push(free(&frame::BROCHURE, dice));
    }
    dice.shuffle(&mut middle);
    middle.insert(0, free(&frame::VALUE, dice));
    if features.has(Tie) {
        let at = usize::from(dice.chance(0.35));
        middle.insert(at, say(Tie, dice));
    }
    lines.append(&mut middle);

    let mut last: Vec<Line> = Vec::new();
    for feature in [Material, Pilot, Channel, Pushy, Post, Flattery] {
        if features.has(feature) && !posted(&lines, feature) {
            last.push(say(feature, dice));
        }
    }
    dice.shuffle(&mut last);
    lines.append(&mut last);
    lines.push(if features.has(SmallAsk) { say(SmallAsk, dice) } else { free(&frame::ASK, dice) });
    lines
}

/// Brings the number of words to what brevity or rambling ask for.
fn fit(lines: &mut Vec<Line>, features: FeatureSet, slots: &Slots<'_>, dice: &mut Dice) {
    // The greeting and the farewell come on top.
    const FRAME: usize = 8;
    let (least, most) = match (features.has(Brief), features.has(Long)) {
        (true, _) => (0, BRIEF - FRAME),
        (_, true) => (LONG + 1 - FRAME / 2, usize::MAX),
        _ => (BRIEF + 1, LONG - FRAME),
    };
    let mut total: usize = lines.iter().map(|line| words(&line.text)).sum();
    let mut fillers: Vec<&str> = frame::FILLERS.to_vec();
    dice.shuffle(&mut fillers);
    while total < least + if features.has(Long) { dice.below(60) } else { 0 }
        && let Some(filler) = fillers.pop()
    {
        let text = slots.say(filler, dice);
        total += words(&text);
        // After the opening, which must stay where it is, and before the ask.
        let opening = lines.iter().position(|line| !matches!(line.shows, Some(Post | Flattery))).unwrap_or(0) + 1;
        let at = opening + dice.below(lines.len().saturating_sub(opening).max(1));
        lines.insert(at.min(lines.len() - 1), Line { shows: None, text });
    }
    // Shorten the longest sentences first; whatever is still too long stays so.
    for _ in 0..2 * lines.len() {
        if total <= most {
            break;
        }
        let Some(longest) = (0..lines.len())
            .filter(|&at| lines[at].shows.is_some_and(|feature| !bank(feature).terse.is_empty()))
            .max_by_key(|&at| words(&lines[at].text))
        else {
            break;
        };
        if let Some(feature) = lines[longest].shows {
            let shorter = slots.say(dice.pick(bank(feature).terse), dice);
            let (old, new) = (words(&lines[longest].text), words(&shorter));
            if new < old {
                total -= old - new;
                lines[longest].text = shorter;
            }
        }
    }
}

/// Puts the sentences into paragraphs, with subject, greeting and farewell around them.
fn lay_out(lines: &[Line], features: FeatureSet, slots: &Slots<'_>, dice: &mut Dice) -> String {
    let mut out = String::with_capacity(1500);
    if features.has(Subject) {
        let Bank { full, .. } = bank(Subject);
        out.push_str(&format!("Subject: {}\n\n", slots.say(dice.pick(full), dice)));
    } else if dice.chance(0.5) {
        out.push_str(&format!("Subject: {}\n\n", slots.say(dice.pick(&frame::VAGUE_SUBJECTS), dice)));
    }
    let formal = slots.reader.traits.has(Trait::Formal);
    let greetings: &[&str] = if formal { &frame::GREETINGS_FORMAL } else { &frame::GREETINGS };
    out.push_str(&slots.say(dice.pick(greetings), dice));
    let mut room = 0;
    let postscript = lines.len() > 4
        && dice.chance(0.15)
        && matches!(lines[lines.len() - 2].shows, Some(Material | Post | Flattery | Pilot | Channel));
    for (at, line) in lines.iter().enumerate() {
        if postscript && at == lines.len() - 2 {
            continue;
        }
        if room == 0 || at + 1 == lines.len() {
            out.push_str("\n\n");
            room = 1 + dice.below(3);
        } else {
            out.push(' ');
        }
        out.push_str(&line.text);
        room -= 1;
    }
    out.push_str(&format!("\n\n{}\n", dice.pick(&frame::FAREWELLS)));
    if features.has(Placeholder) && dice.chance(0.5) {
        out.push_str("[Your name]");
    } else {
        out.push_str(slots.sender);
        if slots.offer.company != "our company" {
            out.push_str(if dice.chance(0.5) { "\n" } else { ", " });
            out.push_str(&slots.offer.company);
        }
    }
    if postscript {
        out.push_str(&format!("\n\nP.S. {}", lines[lines.len() - 2].text));
    }
    out
}

/// Whether an offer holds everything that these features need; figures need a claim.
pub(super) fn can_show(offer: &Offer, feature: Feature) -> bool {
    match feature {
        Figures => offer.claim.as_deref().is_some_and(|claim| FIGURE.is_match(claim)),
        Customer => !offer.customers.is_empty(),
        Certificate => !offer.certificates.is_empty(),
        _ => true,
    }
}
