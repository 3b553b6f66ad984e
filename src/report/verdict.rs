//! The result of a lineage in one sentence, and what a reader must know before believing it.

use super::words::shell;
use super::{calibration, story, summary, words};
use crate::optimize::CycleVerdict;
use crate::optimize::before::judges::Judges;
use crate::optimize::history::{History, Link, ToldProof, Version};

/// The verdict in one sentence, with its point at the end.
#[must_use]
pub fn sentence(history: &History) -> String {
    let focus = history.focus();
    match (history.adopted(), &focus.told) {
        (Some((at, version)), _) => {
            let later = history.versions.len() - 1 - at;
            let since = match later {
                0 => String::new(),
                1 => "; one more candidate was sought since, and the prompt stays".to_owned(),
                more => format!("; in {more} more cycles nothing better was found, and the prompt stays"),
            };
            format!(
                "The prompt of {} was adopted: it proved better on people kept aside{}{since}.",
                version.label(),
                by(version)
            )
        }
        (None, Some(told)) => match &told.verdict {
            Some(verdict) => capital(&format!("{}{}.", story::verdict_in_words(verdict), measured(focus))),
            None => "The file does not say what its cycle came to.".to_owned(),
        },
        (None, None) => plain(history),
    }
}

/// What a reader does next.
pub struct Next {
    /// In words.
    pub what: &'static str,
    /// The command that does it.
    pub command: String,
}

/// What to do with what a lineage has come to.
#[must_use]
pub fn next(history: &History) -> Next {
    let name = shell(history.focus().file.stem());
    let told = history.focus().told.as_ref();
    let verdict = told.and_then(|told| told.verdict.as_ref());
    let improve = format!("rejoinder improve --results-file {name}");
    if history.adopted().is_some() {
        let command = format!("rejoinder export {name} --format prompt -o prompt.md");
        return Next { what: "take the prompt and let real replies show whether the gain holds", command };
    }
    match verdict {
        Some(CycleVerdict::NotEnoughData { unreachable: None, .. }) => {
            Next { what: "see how many people a proof needs", command: format!("rejoinder plan --results-file {name}") }
        }
        Some(_) => Next { what: "search longer", command: format!("{improve} --calls {LONGER}") },
        None => Next { what: "look for a better prompt", command: improve },
    }
}

/// Calls of a search that is longer than most.
const LONGER: u32 = 800;

/// `, by +55.2 points (...)`.
fn by(version: &Version) -> String {
    let told = version.told.as_ref().and_then(|told| told.proof.as_ref());
    told.and_then(gain).map_or_else(String::new, |gain| format!(", by {gain}"))
}

fn measured(version: &Version) -> String {
    let told = version.told.as_ref().and_then(|told| told.proof.as_ref());
    told.and_then(gain).map_or_else(String::new, |gain| format!("; what was measured is {gain}"))
}

/// `+55.2 points (95% interval +16.2 to +93.3 points, 16 personas, simulated)`.
fn gain(proof: &ToldProof) -> Option<String> {
    let (gain, interval) = proof.gain?;
    let simulated = if proof.after.response.simulated { ", simulated" } else { "" };
    let personas = words::count(proof.personas, "persona", "personas");
    Some(format!("{} points (95% interval {}, {personas}{simulated})", words::points(gain), words::interval(interval)))
}

/// Of runs that no cycle of ours ended.
fn plain(history: &History) -> String {
    let (focus, pairs) = (history.focus(), &history.pairs);
    let now = words::full_rate(&focus.measured().all.response);
    match (&pairs.comparison, pairs.before) {
        (Some(comparison), _) => {
            let before = words::full_rate(&comparison.original);
            let verdict = capital(&summary::verdict(comparison, &Judges::Same));
            format!("{verdict}: the response rate is {now} after, {before} before.")
        }
        (None, Some(before)) => format!(
            "This is not a comparison, the two rates are not known to come from one judge: the response rate is {now} \
             after, {} before.",
            words::full_rate(&history.versions[before].measured().all.response)
        ),
        (None, None) => format!("The response rate of this run is {now}; there is nothing to compare it with."),
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// How many versions may have notes: the last ones.
const MOST_NOTED: usize = 20;

/// Names, as far as a line has room for them.
fn listed(names: &[String]) -> String {
    const MOST: usize = 6;
    let more = names.len().saturating_sub(MOST);
    let first = names.iter().take(MOST).map(String::as_str).collect::<Vec<_>>().join(", ");
    if more > 0 { format!("{first} and {more} more") } else { first }
}

/// What a reader must know: what is unknown, incomplete or simulated. Each is a sentence.
#[must_use]
pub fn notes(history: &History) -> Vec<String> {
    let judge = history.focus().judge().map(|judge| judge.fingerprint);
    let mut notes: Vec<String> = Vec::new();
    notes.extend(history.calibration.as_ref().map(|found| calibration::line(found, judge)));
    for version in history.versions.iter().rev().take(MOST_NOTED).rev() {
        let (label, provenance) = (version.label(), version.metadata.rejoinder.as_ref());
        match &version.link {
            Link::First | Link::Recorded => {}
            Link::Changed => {
                notes.push(format!("The parent of {label} has been changed since {label} was made from it."));
            }
            Link::Missing(parent) => {
                notes.push(format!("{label} descends from {}, which is not here.", words::one_line(parent, 120)));
            }
            Link::Guessed => notes.push(format!(
                "{label} does not say what it descends from; by its name and date it is taken to be the run before it."
            )),
        }
        let told = version.told.as_ref().filter(|told| told.generated > 0 && told.proof.is_some());
        if let Some((told, (_, unseen))) = told.and_then(|told| Some((told, told.people?))) {
            notes.push(format!(
                "{} of the {} on whom {label} was proved were generated by a model as more of the kind of the others.",
                words::thousands(told.generated),
                words::count(unseen, "person", "people")
            ));
        }
        if let Some(why) = provenance.and_then(|provenance| provenance.partial.as_ref()) {
            notes.push(format!("{label} is incomplete: {}.", words::one_line(why, 160)));
        }
        let failed = provenance.map_or(0, |provenance| provenance.failures.len() as u64);
        if failed > 0 {
            notes.push(format!("{} of {label} failed and are in no rate.", words::count(failed, "trial", "trials")));
        }
    }
    let unknown: Vec<String> =
        history.versions.iter().filter(|version| version.judge().is_none()).map(Version::label).collect();
    if !unknown.is_empty() {
        notes.push(format!(
            "Who judged {} is not recorded: {} compared with nothing. To have one judge decide on old and new \
             messages: rejoinder improve --results-file {} --rejudge always",
            listed(&unknown),
            if unknown.len() == 1 { "its rate is" } else { "their rates are" },
            words::one_line(history.focus().file.stem(), 120)
        ));
    }
    if history.memory.is_none() {
        notes.push("Nobody was kept aside in these runs, so nothing could be proved.".into());
    }
    if history.is_simulated() {
        notes.push(
            "Decisions here are simulated: the built-in market said them, and no model that plays a person.".into(),
        );
    }
    notes
}
