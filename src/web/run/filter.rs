//! Which trials of a run are wanted.

use crate::event::Grounding;
use crate::improve::Coding;
use crate::improve::codebook::Side;
use crate::improve::objections::{OTHER, UNSORTED};
use crate::optimize::people::kinds::Kinds;
use crate::web::shelf::{Before, Index};
use crate::web::work::{Values, value};

/// Which trials are wanted; every address says it in full.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Filter {
    /// How they were decided.
    pub(super) said: Option<bool>,
    /// Whose persona flipped: to yes, to no, or either way.
    pub(super) flipped: Option<Flipped>,
    /// Whose message makes something up.
    pub(super) flagged: bool,
    /// Those that failed, in place of all others.
    pub(super) failed: bool,
    /// Of people of this kind.
    pub(super) segment: String,
    /// Whose reasoning raises this.
    pub(super) objection: String,
    /// Whose persona, message or reasoning holds this text.
    pub(super) text: String,
    /// In which order.
    pub(super) order: Order,
}

/// The order of trials.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Order {
    /// That of the file.
    #[default]
    File,
    /// Those whose persona changed its mind first.
    Flipped,
    /// Those that got a no first.
    No,
    /// Those with a made-up claim first.
    MadeUp,
    /// By the main objection, the most frequent first.
    Objection,
}

impl Order {
    /// All of them: as an address has it, and in words.
    pub(super) const ALL: [(Order, &'static str, &'static str); 5] = [
        (Order::File, "", "As in the file"),
        (Order::Flipped, "flipped", "Changed their minds first"),
        (Order::No, "no", "No first"),
        (Order::MadeUp, "claims", "Made-up claims first"),
        (Order::Objection, "objection", "By objection"),
    ];

    fn named(name: &str) -> Self {
        Order::ALL.into_iter().find(|(_, own, _)| *own == name).map_or(Order::File, |(order, ..)| order)
    }

    fn name(self) -> &'static str {
        Order::ALL.into_iter().find(|(order, ..)| *order == self).map_or("", |(_, name, _)| name)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flipped {
    Any,
    Yes,
    No,
}

/// What is known of the texts.
#[derive(Clone, Copy)]
pub(super) struct Texts<'a> {
    /// Who is of which kind.
    pub(super) kinds: &'a Kinds,
    /// Which reasoning is in which group, where that was read.
    pub(super) coding: Option<&'a Coding>,
    /// The trials whose texts hold what is looked for, by their places; `None` where nothing is.
    pub(super) found: Option<&'a [u32]>,
}

impl Filter {
    pub(super) fn of(values: &Values) -> Self {
        Filter {
            said: match value(values, "said") {
                "yes" => Some(true),
                "no" => Some(false),
                _ => None,
            },
            flipped: match value(values, "flipped") {
                "any" => Some(Flipped::Any),
                "yes" => Some(Flipped::Yes),
                "no" => Some(Flipped::No),
                _ => None,
            },
            flagged: value(values, "flagged") == "1",
            failed: value(values, "failed") == "1",
            segment: value(values, "segment").to_owned(),
            objection: value(values, "objection").to_owned(),
            text: value(values, "text").to_owned(),
            order: Order::named(value(values, "order")),
        }
    }

    /// As an address has it.
    pub(super) fn pairs(&self) -> Vec<(&'static str, &str)> {
        let said = match self.said {
            Some(true) => "yes",
            Some(false) => "no",
            None => "",
        };
        let flipped = match self.flipped {
            Some(Flipped::Any) => "any",
            Some(Flipped::Yes) => "yes",
            Some(Flipped::No) => "no",
            None => "",
        };
        let one = |set: bool| if set { "1" } else { "" };
        vec![
            ("said", said),
            ("flipped", flipped),
            ("flagged", one(self.flagged)),
            ("failed", one(self.failed)),
            ("segment", &self.segment),
            ("objection", &self.objection),
            ("text", &self.text),
            ("order", self.order.name()),
        ]
    }

    /// Whether a reasoning is in the group that is asked for.
    fn raises(&self, coding: Option<&Coding>, (entry, message): (u32, u32)) -> bool {
        let code = coding.and_then(|coding| Some((coding, coding.code(entry as usize, message as usize)?)));
        match (self.objection.as_str(), code) {
            (UNSORTED, code) => code.is_none(),
            (_, None) => false,
            (OTHER, Some((_, code))) => code.groups.is_empty(),
            (name, Some((coding, code))) => {
                let place = coding.codebook.place(Side::from_decision(code.yes), name);
                place.is_some_and(|place| code.groups.iter().any(|group| usize::from(*group) == place))
            }
        }
    }

    /// Whether nothing is left out.
    pub(super) fn is_all(&self) -> bool {
        *self == Filter { order: self.order, ..Filter::default() }
    }

    /// The wanted trials in the wanted order, by their places: how many they are, and those of one page.
    pub(super) fn page(
        &self,
        index: &Index,
        before: Option<&Before>,
        texts: Texts<'_>,
        (from, count): (usize, usize),
    ) -> (usize, Vec<u32>) {
        if self.is_all() && self.order == Order::File {
            let to = (from + count).min(index.trials.len());
            return (index.trials.len(), (from.min(to) as u32..to as u32).collect());
        }
        let mut found: Vec<u32> =
            (0..index.trials.len() as u32).filter(|at| self.fits(index, before, texts, *at)).collect();
        self.sort(index, before, texts.coding, &mut found);
        let all = found.len();
        (all, found.into_iter().skip(from).take(count).collect())
    }

    fn fits(&self, index: &Index, before: Option<&Before>, texts: Texts<'_>, at: u32) -> bool {
        let trial = index.trials[at as usize];
        if self.said.is_some_and(|said| said != trial.yes)
            || (self.flagged && trial.grounding != Grounding::MadeUp)
            || texts.found.is_some_and(|found| found.binary_search(&at).is_err())
        {
            return false;
        }
        let flipped = || flipped(index, before, at);
        let is_flipped = match self.flipped {
            None => true,
            Some(Flipped::Any) => flipped().is_some(),
            Some(Flipped::Yes) => flipped() == Some(true),
            Some(Flipped::No) => flipped() == Some(false),
        };
        let is_raised = self.objection.is_empty() || self.raises(texts.coding, (trial.entry, trial.message));
        is_flipped && is_raised && self.is_of_kind(index, texts.kinds, trial.entry)
    }

    fn is_of_kind(&self, index: &Index, kinds: &Kinds, entry: u32) -> bool {
        let person = || index.entries.get(entry as usize).map(|own| own.key);
        self.segment.is_empty() || person().and_then(|key| kinds.name(key)) == Some(&self.segment)
    }

    /// Trials that are alike stay in the order of the file.
    fn sort(&self, index: &Index, before: Option<&Before>, coding: Option<&Coding>, found: &mut [u32]) {
        let trial = |at: &u32| index.trials[*at as usize];
        match self.order {
            Order::File => {}
            Order::Flipped => found.sort_by_cached_key(|at| match flipped(index, before, *at) {
                Some(true) => 0,
                Some(false) => 1,
                None => 2,
            }),
            Order::No => found.sort_by_key(|at| trial(at).yes),
            Order::MadeUp => found.sort_by_key(|at| trial(at).grounding != Grounding::MadeUp),
            Order::Objection => {
                let Some(coding) = coding else { return };
                let raised = coding.counted(Side::Against);
                let rank = |at: &u32| {
                    let trial = trial(at);
                    let code = coding.code(trial.entry as usize, trial.message as usize).filter(|code| !code.yes)?;
                    let group = coding.codebook.groups().get(usize::from(*code.groups.first()?))?;
                    raised.iter().position(|own| own.name == group.name)
                };
                found.sort_by_cached_key(|at| rank(at).unwrap_or(usize::MAX));
            }
        }
    }
}

/// Which way the persona of a trial went, where it changed its mind.
fn flipped(index: &Index, before: Option<&Before>, at: u32) -> Option<bool> {
    let entry = index.trials[at as usize].entry;
    before?.flipped(entry, index.entries[entry as usize].tally)
}
