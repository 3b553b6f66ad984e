//! Slots: what stands for `{pain}`, `{company}` and the like in one message.

use std::borrow::Cow;

use super::dice::Dice;
use super::offer::{Offer, is_named};
use super::phrases::frame;
use super::reader::{Channel as Prefers, Reader};
use super::spin::{capital, spin, with_article};

/// Values for the slots of one message.
pub(super) struct Slots<'a> {
    /// Who reads.
    pub reader: &'a Reader,
    /// What is offered.
    pub offer: &'a Offer,
    pain: &'a str,
    /// Who signs.
    pub sender: &'a str,
    customers: [String; 2],
    certificate: String,
    blank: &'a str,
    percent: String,
    hours: (usize, usize),
}

impl<'a> Slots<'a> {
    /// Draws the values that are left to chance.
    pub(super) fn draw(offer: &'a Offer, reader: &'a Reader, dice: &mut Dice) -> Self {
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
            "aproduct" if !is_named(&offer.product) && takes_article(&offer.product) => {
                Cow::Owned(with_article(&offer.product))
            }
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

    /// Fills a template and capitalises its first letter.
    pub(super) fn say(&self, template: &str, dice: &mut Dice) -> String {
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
