//! What became of the objections from one version of a lineage to the next.

use std::collections::BTreeMap;

use super::codebook::{Codebook, Side};
use super::objections::{OTHER, Objection, Objections};
pub use crate::data::record::{Change, Course, ObjectionCount};

impl ObjectionCount {
    /// Share of the personas; 0 if there are none.
    #[must_use]
    pub fn share(self) -> f64 {
        if self.of == 0 { 0.0 } else { self.personas as f64 / self.of as f64 }
    }
}

/// The objections of two versions, by name, from the one that shrank most to the one that grew most. Shares are of all
/// personas with at least one sorted reasoning, so that an objection also shrinks if people say yes instead. Only
/// groups that both versions were sorted into are compared: if a group was named later, nobody knows whether it was
/// raised before. Empty if one of the versions is unsorted.
#[must_use]
pub fn changes(before: &Objections, after: &Objections) -> Vec<Change> {
    let standing = |all: &Objections, group: Option<&Objection>| ObjectionCount {
        count: group.map_or(0, |group| group.count),
        personas: group.map_or(0, |group| group.personas),
        of: all.people(),
    };
    let (Some(old), Some(new)) = (&before.sorted, &after.sorted) else { return Vec::new() };
    // What fits no group depends on which groups there are.
    let is_one_book = old.codebook == new.codebook;
    let is_compared = |name: &str| {
        let knows = |book: &Codebook| book.place(Side::Against, name).is_some();
        if name == OTHER { is_one_book } else { knows(&old.codebook) && knows(&new.codebook) }
    };
    let mut names: BTreeMap<&str, (Option<&Objection>, Option<&Objection>)> = BTreeMap::new();
    for group in &before.raised {
        names.entry(&group.name).or_default().0 = Some(group);
    }
    for group in &after.raised {
        names.entry(&group.name).or_default().1 = Some(group);
    }
    let mut found: Vec<Change> = names
        .into_iter()
        .filter(|(name, _)| is_compared(name))
        .map(|(name, (old, new))| {
            let (before, after) = (standing(before, old), standing(after, new));
            // Whole numbers, so that equal shares of runs of other sizes are equal.
            let (was, is) = (before.personas * after.of.max(1), after.personas * before.of.max(1));
            let course = match (old.is_some(), new.is_some()) {
                (false, _) => Course::Appeared,
                (_, false) => Course::WentAway,
                _ if is > was => Course::Grew,
                _ if is < was => Course::Shrank,
                _ => Course::Stayed,
            };
            Change { name: name.to_owned(), course, before, after }
        })
        .collect();
    let gain = |change: &Change| change.after.share() - change.before.share();
    found.sort_by(|a, b| gain(a).total_cmp(&gain(b)).then_with(|| a.name.cmp(&b.name)));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::improve::Feedback;
    use crate::improve::codebook::Proposed;
    use crate::improve::coding::{Code, Coding};

    const GROUPS: [&str; 5] = ["hype", "too long", "pushy", "not about me", "no evidence"];

    /// One reasoning for each person: the decision, and the groups.
    fn said(groups: usize, reasons: &[(bool, &[u16])]) -> Objections {
        let (mut feedback, mut book) = (Feedback::default(), Codebook::default());
        book.add(
            Side::Against,
            GROUPS[..groups].iter().filter_map(|name| Proposed::new(name, "What it is.")).collect(),
        );
        let mut coding = Coding::new("test", book, reasons.len(), reasons.len());
        for (persona, (yes, groups)) in reasons.iter().enumerate() {
            feedback.record(persona, 0, *yes, "Because.");
            coding.add([Code { persona: persona as u32, message: 0, yes: *yes, groups: groups.to_vec() }], &[]);
        }
        feedback.objections().by(&coding)
    }

    #[test]
    fn objections_of_two_versions_are_laid_side_by_side() {
        let before = said(5, &[(false, &[0, 1]), (false, &[0, 2]), (false, &[3]), (true, &[])]);
        let after = said(5, &[(true, &[]), (false, &[0]), (false, &[3]), (false, &[4, 3])]);
        let shown: Vec<String> = changes(&before, &after)
            .iter()
            .map(|change| {
                format!("{} {:?} {} to {}", change.name, change.course, change.before.personas, change.after.personas)
            })
            .collect();
        assert_eq!(
            shown,
            [
                "hype Shrank 2 to 1",
                "pushy WentAway 1 to 0",
                "too long WentAway 1 to 0",
                "no evidence Appeared 0 to 1",
                "not about me Grew 1 to 2",
            ]
        );
    }

    #[test]
    fn shares_count_and_not_numbers() {
        let before = said(1, &[(false, &[0]), (true, &[])]);
        let after = said(1, &[(false, &[0]), (true, &[]), (false, &[0]), (true, &[])]);
        assert_eq!(changes(&before, &after)[0].course, Course::Stayed);
    }

    #[test]
    fn a_group_that_was_named_later_did_not_come_up() {
        let before = said(1, &[(false, &[0]), (false, &[])]);
        let after = said(2, &[(false, &[1]), (false, &[1])]);
        let names: Vec<String> = changes(&before, &after).into_iter().map(|change| change.name).collect();
        assert_eq!(names, ["hype"]);
    }

    #[test]
    fn of_what_is_unsorted_nothing_is_known() {
        let sorted = said(1, &[(false, &[0])]);
        assert_eq!(changes(&sorted, &Objections::default()), []);
        assert_eq!(changes(&Objections::default(), &sorted), []);
    }
}
