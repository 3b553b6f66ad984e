//! Where a lineage stands: whether something better was found, what the prompt is now, and what to do next.

use maud::{Markup, html};

use super::Runs;
use crate::compare::{Interval, Rate};
use crate::data::FileName;
use crate::optimize::CycleVerdict;
use crate::optimize::search::verdict::{Because, Unreachable};
use crate::report::words;
use crate::web::page::{self, text};
use crate::web::shelf::Summary;
use crate::web::shown;

/// Where a lineage stands.
pub(super) struct Standing<'r> {
    runs: &'r Runs,
    /// The run that holds the current prompt: the latest that a cycle saved, or the last first run.
    current: usize,
    /// The version whose candidate last took the place of the prompt before it.
    proved: Option<usize>,
    /// The latest attempt, where it came after that.
    attempt: Option<usize>,
}

/// What a lineage came to, in the words that people read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::web) enum Outcome {
    /// A candidate is better on people kept aside.
    Better,
    /// A candidate may be better, or is for some at the cost of others.
    NotProved,
    /// Nothing better came.
    NothingBetter,
    /// Nothing was tried yet.
    FirstRun,
}

impl Outcome {
    /// That of a cycle.
    pub(in crate::web) fn from_verdict(verdict: Option<&CycleVerdict>) -> Self {
        match verdict {
            Some(CycleVerdict::Adopted) => Outcome::Better,
            // The candidate did no better; only that it is worse is not proved.
            Some(CycleVerdict::NotEnoughData { unreachable: Some(Unreachable::NoGain), .. }) => Outcome::NothingBetter,
            Some(
                CycleVerdict::NotEnoughData { .. }
                | CycleVerdict::Kept { because: Because::NotConfirmed | Because::Segment(_) },
            ) => Outcome::NotProved,
            Some(CycleVerdict::Kept { .. }) => Outcome::NothingBetter,
            None => Outcome::FirstRun,
        }
    }

    /// In a pill.
    pub(in crate::web) fn pill(self) -> Markup {
        let (class, word) = match self {
            Outcome::Better => ("pill good", "proved better"),
            Outcome::NotProved => ("pill held", "not proved"),
            Outcome::NothingBetter => ("pill held", "no better prompt found"),
            Outcome::FirstRun => ("pill", "first run"),
        };
        html! { span class=(class) { (word) } }
    }
}

/// Rates of the prompt before and of the one that took its place, on people kept aside.
pub(super) struct BeforeAfter<'r> {
    pub(super) before: &'r Rate,
    pub(super) after: &'r Rate,
    /// What the rate is called.
    pub(super) measure: &'static str,
    pub(super) gain: Option<(f64, Interval)>,
    pub(super) people: u64,
}

impl<'r> Standing<'r> {
    /// That of these runs; `None` where there are none.
    pub(super) fn of(runs: &'r Runs) -> Option<Self> {
        let last = runs.len().checked_sub(1)?;
        let newest = runs.iter().rposition(|(_, own)| own.told.is_some()).unwrap_or(last);
        let place = |stem: &str| runs.iter().position(|(file, _)| file.stem() == stem);
        let (mut at, mut proved, mut seen) = (Some(newest), None, 0);
        // A lineage that runs in a circle is no line.
        while let Some(here) = at.filter(|_| seen <= runs.len()) {
            if runs[here].1.is_adopted() {
                proved = Some(here);
                break;
            }
            seen += 1;
            at = runs[here].1.parent.as_deref().and_then(place);
        }
        // An attempt that began with an older prompt takes nothing from what was proved on another branch.
        let elsewhere = if proved.is_none() { runs.iter().rposition(|(_, own)| own.is_adopted()) } else { None };
        let (proved, current) = (proved.or(elsewhere), elsewhere.unwrap_or(newest));
        let attempt = (runs[newest].1.told.is_some() && proved != Some(newest)).then_some(newest);
        Some(Standing { runs, current, proved, attempt })
    }

    /// The run that holds the current prompt.
    pub(super) fn current(&self) -> &'r (FileName, std::sync::Arc<Summary>) {
        &self.runs[self.current]
    }

    /// The version whose candidate last took the place of the prompt before it.
    pub(super) fn proved(&self) -> Option<&'r (FileName, std::sync::Arc<Summary>)> {
        self.proved.map(|at| &self.runs[at])
    }

    /// The prompt before that, as far as its run is there.
    pub(super) fn before(&self) -> Option<&'r (FileName, std::sync::Arc<Summary>)> {
        let parent = self.proved()?.1.parent.as_deref()?;
        self.runs.iter().find(|(file, _)| file.stem() == parent)
    }

    /// What the lineage came to.
    pub(super) fn outcome(&self) -> Outcome {
        match (self.proved, self.attempt) {
            (Some(_), _) => Outcome::Better,
            (None, Some(at)) => verdict_of(&self.runs[at].1),
            (None, None) => Outcome::FirstRun,
        }
    }

    /// Before and after on people kept aside, where a candidate was proved better.
    pub(super) fn before_after(&self) -> Option<BeforeAfter<'r>> {
        let own = &self.proved()?.1;
        let (before, after, measure) = own.aside()?;
        let people = own.proof().map_or(0, |proof| proof.personas);
        Some(BeforeAfter { before, after, measure, gain: own.gain(), people })
    }

    /// What it came to in one sentence.
    pub(super) fn sentence(&self) -> Markup {
        let current = &self.current().1;
        html! {
            @match self.outcome() {
                Outcome::Better => {
                    @match self.before_after() {
                        Some(found) => {
                            "Proved better: " (percent(found.after)) " of the people kept aside say yes to the current \
                            prompt; " (percent(found.before)) " said yes to the one before it."
                        }
                        None => "Proved better: the current prompt took the place of the one before it.",
                    }
                }
                Outcome::NotProved => "Not proved: a candidate may be better, but there are too few people to \
                                       tell. The current prompt stays.",
                Outcome::NothingBetter => "No better prompt found: the prompt stays as it is.",
                Outcome::FirstRun => {
                    @match current.line.rate.share() {
                        Some(_) => { "First run: " (percent(&current.line.rate)) " said yes. No candidate has been \
                            tested against this prompt yet." }
                        None => "First run, without a decision so far.",
                    }
                }
            }
        }
    }

    /// The last attempt, where it changed nothing.
    pub(super) fn attempt(&self) -> Markup {
        let Some((file, own)) = self.attempt.filter(|_| self.proved.is_some()).map(|at| &self.runs[at]) else {
            return Markup::default();
        };
        html! {
            p.quiet.attempt {
                "Last attempt (" a href=(run_path(file)) { (own.label()) } "): "
                (match verdict_of(own) { Outcome::NotProved => "not proved", _ => "no better prompt found" })
                @if let Some((gain, interval)) = own.gain() {
                    ", " (words::points(gain)) " points (" (words::interval(interval)) ")"
                }
                "; the prompt stays."
            }
        }
    }

    /// What to do now, and where.
    pub(super) fn next(&self) -> Markup {
        let (file, own) = self.current();
        let improve = page::link("/improve", &[("run", file.stem())]);
        let by_hand = page::link("/challenger", &[("run", file.stem())]);
        html! {
            p.next { strong { "Next: " }
                @if let Some(why) = &own.line.partial {
                    "this run is incomplete (" (text(&words::one_line(why, 120))) "). "
                    a href="/live" { "Resume it" }
                    "."
                } @else {
                    @match self.outcome() {
                        Outcome::Better => { "copy the prompt, write with it, and let real replies show whether the \
                                              gain holds. Or " a href=(improve) { "improve it further" } "." }
                        Outcome::NotProved => { a href="/personas/new" { "bring more people" } " and " a href=(improve) { "try again" } ": the more of them are kept aside, the smaller a gain can be proved." }
                        Outcome::NothingBetter => { a href=(by_hand) { "try an idea of your own" } ", or " a href=(improve) { "search again" } " with more calls." }
                        Outcome::FirstRun => { a href=(improve) { "look for a better prompt" } "." }
                    }
                }
            }
        }
    }
}

fn verdict_of(own: &Summary) -> Outcome {
    Outcome::from_verdict(own.told.as_ref().and_then(|told| told.verdict.as_ref()))
}

/// The address of a run.
pub(super) fn run_path(file: &FileName) -> String {
    format!("/run/{}", page::segment(file.stem()))
}

fn percent(rate: &Rate) -> String {
    rate.share().map_or_else(|| "nobody asked".to_owned(), shown::percent)
}
