//! Who was written to before and after, what they said, and who changed their minds.
//!
//! Decisions of everybody are counted; the texts of a few are taken, those who changed their minds before the others.

use std::collections::HashMap;

use super::Version;
use crate::compare::Comparison;
use crate::data::{self, DataFolder, Entry, FileName, Gather, Part, results_stream};
use crate::evaluate::grounding::Audit;
use crate::optimize::before::judges::Judge;
use crate::optimize::people::pairing::{Clusters, Key};
use crate::optimize::people::split::Unseen;

/// Personas whose texts are taken.
pub const MOST: usize = 400;
/// Messages of a persona and side whose texts are taken.
pub const MOST_MESSAGES: usize = 3;
/// Characters of a text that are taken.
pub const LONGEST: usize = 6_000;

/// The people of the last change of the prompt, or, where it never changed, of the last run.
#[derive(Clone, Debug, Default)]
pub struct Pairs {
    /// Place of the version before among those of the history; `None` where there is nothing to hold it against.
    pub before: Option<usize>,
    /// Place of the version after.
    pub after: usize,
    /// Before and after, where one judge decided on both.
    pub comparison: Option<Comparison>,
    /// How many went which way; all of them where one judge decided on both, else by what they said after.
    pub counts: Vec<(Course, usize)>,
    /// Some of them: those who changed their minds first.
    pub shown: Vec<Pair>,
    /// All of them.
    pub personas: usize,
}

/// Which way a persona went, by the majority of its messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Course {
    /// From no to yes.
    ToYes,
    /// From yes to no.
    ToNo,
    /// No both times, or no where there is only one side.
    No,
    /// Yes both times, or yes where there is only one side.
    Yes,
}

/// One persona.
#[derive(Clone, Debug)]
pub struct Pair {
    /// Its text.
    pub persona: Clipped,
    /// Its entry in the file of after, from 0.
    pub entry: usize,
    /// Which way it went.
    pub course: Course,
    /// Whether it only verifies; `None` where the lineage has no split.
    pub is_unseen: Option<bool>,
    /// What was written before.
    pub before: Side,
    /// What was written after.
    pub after: Side,
}

/// The messages to a persona.
#[derive(Clone, Debug, Default)]
pub struct Side {
    /// The first of them.
    pub said: Vec<Said>,
    /// How many more there are.
    pub more: usize,
}

/// A message and the decision on it.
#[derive(Clone, Debug)]
pub struct Said {
    /// The message.
    pub message: Clipped,
    /// Whether the decision maker would reply.
    pub yes: bool,
    /// Why.
    pub reasoning: Clipped,
    /// What the message claims, as far as that was checked.
    pub audit: Audit,
}

/// A text, or the beginning of one that is longer than [`LONGEST`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clipped {
    /// What was taken.
    pub text: String,
    /// Characters that were not.
    pub more: usize,
}

impl Clipped {
    /// The beginning of a text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        match text.char_indices().nth(LONGEST) {
            None => Clipped { text: text.to_owned(), more: 0 },
            Some((at, _)) => Clipped { text: text[..at].to_owned(), more: text[at..].chars().count() },
        }
    }
}

impl Pairs {
    pub(super) fn of(folder: &DataFolder, versions: &[Version], unseen: Option<&Unseen>) -> Result<Self, data::Error> {
        let (before, after) = sides(versions);
        let source = (&versions[after].file, Part::Results);
        let of_after = tallies(folder, source.0, source.1)?;
        let earlier = before.map(|before| earlier(versions, before, after));
        let of_before = match &earlier {
            Some((file, part)) => tallies(folder, file, *part)?,
            None => Clusters::default(),
        };
        let is_one = before.is_some_and(|before| is_one_judge(&versions[before], &versions[after]));
        let course = |key: Key, own: crate::compare::Tally| {
            let was = of_before.of_key(key);
            match (own.majority(), was.majority()) {
                (true, false) if is_one && was.total > 0 => Course::ToYes,
                (false, true) if is_one => Course::ToNo,
                (yes, _) => {
                    if yes {
                        Course::Yes
                    } else {
                        Course::No
                    }
                }
            }
        };
        let mut by_course: [Vec<Key>; 4] = Default::default();
        for (key, tally) in of_after.iter().filter(|(_, tally)| tally.total > 0) {
            by_course[course(key, tally) as usize].push(key);
        }
        let order = [Course::ToYes, Course::ToNo, Course::No, Course::Yes];
        let wanted = chosen(&by_course);
        let numbered: HashMap<Key, (usize, Course)> =
            wanted.iter().enumerate().map(|(at, (key, course))| (*key, (at, *course))).collect();
        let mut pairs: Vec<Option<Pair>> = vec![None; wanted.len()];
        let after_texts = texts(folder, source, &numbered)?;
        let before_texts = match &earlier {
            Some((file, part)) => texts(folder, (file, *part), &numbered)?,
            None => HashMap::new(),
        };
        let mut before_texts = before_texts;
        for (at, (entry, persona, side)) in after_texts {
            let (key, course) = wanted[at];
            let before = before_texts.remove(&at).map(|(_, _, side)| side).unwrap_or_default();
            let is_unseen = unseen.map(|unseen| unseen.contains(key));
            pairs[at] = Some(Pair { persona, entry, course, is_unseen, before, after: side });
        }
        let comparison = is_one.then(|| {
            let simulated = |at: usize| versions[at].judge().is_some_and(|judge| judge.simulated);
            let both = Clusters::paired(&of_before, &of_after);
            Comparison::from_pairs(&both).marked(before.is_some_and(simulated), simulated(after))
        });
        Ok(Pairs {
            before,
            after,
            comparison,
            counts: order.into_iter().map(|course| (course, by_course[course as usize].len())).collect(),
            personas: by_course.iter().map(Vec::len).sum(),
            shown: pairs.into_iter().flatten().collect(),
        })
    }

    /// How many went this way.
    #[must_use]
    pub fn count(&self, course: Course) -> usize {
        self.counts.iter().find(|(own, _)| *own == course).map_or(0, |(_, count)| *count)
    }
}

/// Which two versions are laid side by side: those of the last adoption, else the last two whose prompts differ.
fn sides(versions: &[Version]) -> (Option<usize>, usize) {
    let last = versions.len() - 1;
    let adopted = (1..versions.len()).rev().find(|at| versions[*at].is_adopted());
    let is_ours = versions[last].told.is_some();
    match adopted {
        Some(at) => (Some(at - 1), at),
        None if last > 0
            && !is_ours
            && versions[last - 1].metadata.system_prompt != versions[last].metadata.system_prompt =>
        {
            (Some(last - 1), last)
        }
        None => (None, last),
    }
}

/// Where the earlier messages stand with the decisions that count.
fn earlier(versions: &[Version], before: usize, after: usize) -> (FileName, Part) {
    match &versions[before].again {
        Some(_) => (versions[after].file.clone(), Part::Baseline),
        None => (versions[before].file.clone(), Part::Results),
    }
}

fn is_one_judge(before: &Version, after: &Version) -> bool {
    let (before, after) = (before.judge(), Judge::of(&after.metadata));
    before.is_some() && before == after
}

/// Those who changed their minds take turns, so that neither way fills the place of the other; then the others.
fn chosen(by_course: &[Vec<Key>; 4]) -> Vec<(Key, Course)> {
    let in_turn = |one: Course, other: Course| {
        let (a, b) = (&by_course[one as usize], &by_course[other as usize]);
        (0..a.len().max(b.len())).flat_map(move |at| {
            let own = [(a.get(at), one), (b.get(at), other)];
            own.into_iter().filter_map(|(key, course)| Some((*key?, course)))
        })
    };
    let mut chosen: Vec<(Key, Course)> =
        in_turn(Course::ToYes, Course::ToNo).chain(in_turn(Course::No, Course::Yes)).take(MOST).collect();
    // Stable: in the order of the file within each way.
    chosen.sort_by_key(|(_, course)| *course);
    chosen
}

/// The decisions of one list of a file.
#[derive(Clone)]
struct Of(Part, Clusters);

impl Gather for Of {
    fn gather(&mut self, entry: &Entry<'_>) {
        if entry.part == self.0 {
            self.1.add(
                &entry.persona.get(),
                crate::compare::Tally::from_decisions(entry.messages.iter().map(|said| said.yes)),
            );
        }
    }

    fn then(&mut self, later: Self) {
        self.1.then(later.1);
    }
}

fn tallies(folder: &DataFolder, file: &FileName, part: Part) -> Result<Clusters, data::Error> {
    Ok(results_stream::look(folder, file, &Of(part, Clusters::default()))?.0.1)
}

type Texts = HashMap<usize, (usize, Clipped, Side)>;

/// The texts of those who are wanted, by their place among them. Of a persona with several entries the messages of the
/// first.
fn texts(
    folder: &DataFolder,
    (file, part): (&FileName, Part),
    wanted: &HashMap<Key, (usize, Course)>,
) -> Result<Texts, data::Error> {
    let see = |found: &mut Texts, entry: &Entry<'_>| {
        if entry.part != part || entry.messages.is_empty() || found.len() == wanted.len() {
            return;
        }
        let persona = entry.persona.get();
        let Some((at, _)) = wanted.get(&Key::of(&persona)) else { return };
        found.entry(*at).or_insert_with(|| {
            let said = entry.messages.iter().take(MOST_MESSAGES).map(|said| {
                let (message, reasoning) = (Clipped::of(&said.message.get()), Clipped::of(&said.reasoning.get()));
                Said { message, yes: said.yes, reasoning, audit: said.audit().unwrap_or_default() }
            });
            let more = entry.messages.len().saturating_sub(MOST_MESSAGES);
            (entry.index, Clipped::of(&persona), Side { said: said.collect(), more })
        });
    };
    Ok(results_stream::fold(folder, file, HashMap::new, see)?.0)
}
