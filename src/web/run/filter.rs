//! Which trials of a run are wanted.

use crate::event::Grounding;
use crate::improve::objections;
use crate::web::shelf::{Before, Index, Marks};
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
    /// Of personas in this segment.
    pub(super) segment: String,
    /// Whose reasoning raises this.
    pub(super) objection: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flipped {
    Any,
    Yes,
    No,
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
        ]
    }

    /// Whether reasoning and personas have to be read for it.
    fn needs_marks(&self) -> bool {
        !self.segment.is_empty() || !self.objection.is_empty()
    }

    /// Whether what it needs of the texts is not known yet.
    pub(super) fn waits(&self, marks: Option<&Marks>) -> bool {
        self.needs_marks() && marks.is_none()
    }

    /// Whether nothing is left out.
    pub(super) fn is_all(&self) -> bool {
        *self == Filter::default()
    }

    /// The wanted trials, by their places: how many they are, and those of one page. None, where what is needed of the texts
    /// is not known yet.
    pub(super) fn page(
        &self,
        index: &Index,
        before: Option<&Before>,
        marks: Option<&Marks>,
        (from, count): (usize, usize),
    ) -> (usize, Vec<u32>) {
        if self.waits(marks) {
            return (0, Vec::new());
        }
        let marks = marks.filter(|_| self.needs_marks());
        if self.is_all() {
            let to = (from + count).min(index.trials.len());
            return (index.trials.len(), (from.min(to) as u32..to as u32).collect());
        }
        let segment = marks.and_then(|marks| marks.names.iter().position(|name| *name == self.segment));
        let group =
            |yes| objections::group_names(yes).iter().position(|name| *name == self.objection).map(|at| 1_u32 << at);
        let groups = [group(false).unwrap_or(0), group(true).unwrap_or(0)];
        let mut found = 0;
        let mut page = Vec::new();
        for (at, trial) in index.trials.iter().enumerate() {
            if self.said.is_some_and(|said| said != trial.yes) {
                continue;
            }
            if let Some(wanted) = self.flipped {
                let tally = index.entries[trial.entry as usize].tally;
                let flipped = before.and_then(|before| before.flipped(trial.entry, tally));
                let fits = match wanted {
                    Flipped::Any => flipped.is_some(),
                    Flipped::Yes => flipped == Some(true),
                    Flipped::No => flipped == Some(false),
                };
                if !fits {
                    continue;
                }
            }
            if self.flagged && trial.grounding != Grounding::MadeUp {
                continue;
            }
            if let Some(marks) = marks {
                if !self.segment.is_empty() {
                    let own = marks.segments.get(trial.entry as usize).copied().unwrap_or_default();
                    if segment.is_none_or(|segment| !own.contains(&(segment as u8 + 1))) {
                        continue;
                    }
                }
                if !self.objection.is_empty()
                    && marks.groups.get(at).is_none_or(|own| own & groups[usize::from(trial.yes)] == 0)
                {
                    continue;
                }
            }
            if (from..from + count).contains(&found) {
                page.push(at as u32);
            }
            found += 1;
        }
        (found, page)
    }
}
