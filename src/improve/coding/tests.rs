use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::improve::codebook::Proposed;

/// A codebook with these groups against and in favour.
fn book(against: &[&str], favour: &[&str]) -> Codebook {
    let mut book = Codebook::default();
    for (side, names) in [(Side::Against, against), (Side::InFavour, favour)] {
        book.add(side, names.iter().filter_map(|name| Proposed::new(name, "What it is.")).collect());
    }
    book
}

fn said(persona: usize, message: usize, yes: bool, text: &str) -> Reasoning<'_> {
    Reasoning { persona, message, yes, text }
}

fn coding(book: Codebook, reasonings: &[(Reasoning<'_>, &[u16])]) -> Coding {
    let mut coding = Coding::new("test/coder", book, reasonings.len(), reasonings.len());
    let code = |(line, groups): &(Reasoning<'_>, &[u16])| Code {
        persona: line.persona as u32,
        message: line.message as u32,
        yes: line.yes,
        groups: groups.to_vec(),
    };
    let all: Vec<Reasoning<'_>> = reasonings.iter().map(|(line, _)| *line).collect();
    coding.add(reasonings.iter().map(code), &all);
    coding
}

#[test]
fn one_reasoning_may_raise_several_objections_and_each_persona_counts_once() {
    let coding = coding(
        book(&["not about me", "too long"], &["is brief"]),
        &[
            (said(0, 0, false, "Generic template, and it is far too long."), &[0, 1]),
            (said(0, 1, false, "Could be sent to anyone."), &[0]),
            (said(1, 0, false, "Nothing about HIPAA."), &[]),
            (said(2, 0, true, "Brief."), &[2]),
        ],
    );
    let shown = |side| -> Vec<(String, usize, usize)> {
        coding.counted(side).into_iter().map(|group| (group.name, group.count, group.personas)).collect()
    };
    let expected = [("not about me", 2, 1), ("too long", 1, 1), (OTHER, 1, 1)];
    assert_eq!(shown(Side::Against), expected.map(|(name, count, personas)| (name.to_owned(), count, personas)));
    assert_eq!(shown(Side::InFavour), [("is brief".to_owned(), 1, 1)]);
    assert_eq!(coding.personas(), 3);
    assert_eq!(coding.counted(Side::Against)[0].quote, "Could be sent to anyone.");
    assert_eq!(coding.names(0, 0).unwrap(), ["not about me", "too long"]);
    assert_eq!(coding.names(1, 0).unwrap(), [OTHER]);
    assert_eq!(coding.names(7, 0), None, "unsorted");
}

#[test]
fn a_coding_in_a_file_can_be_read_by_people() {
    let reasonings: [(Reasoning<'_>, &[u16]); 3] = [
        (said(3, 0, true, "Kurz und klar."), &[]),
        (said(12, 1, false, "Well, [TITLE] has taken note."), &[1, 0]),
        (said(12, 0, false, "日程が合いません。"), &[]),
    ];
    insta::assert_json_snapshot!(coding(book(&["not about me", "unfilled template"], &["is brief"]), &reasonings));
}

#[test]
fn what_was_written_by_somebody_else_is_not_sound() {
    let book = book(&["a", "b"], &["c"]);
    let of = |yes, groups: &[u16]| coding(book.clone(), &[(said(0, 0, yes, "Why."), groups)]);
    assert!(of(false, &[1, 0]).is_sound() && of(true, &[2]).is_sound());
    assert!(!of(false, &[3]).is_sound(), "a group that is not in the codebook");
    assert!(!of(true, &[0]).is_sound(), "a group of the other side");
    assert!(!of(false, &[0, 1, 0, 1]).is_sound(), "too many");
    for text in ["", "1", "1. no", "1.x no", "-1.0 no", "1.0", "1.0 maybe", "1.0 no x", "1.0 no 99999999", "1.0 no  1"]
    {
        assert!(Code::try_from(text.to_owned()).is_err(), "{text}");
    }
}

type Run = Vec<Vec<(bool, String, Option<Vec<u16>>)>>;

fn run() -> impl Strategy<Value = Run> {
    let groups = prop::option::of(prop::collection::vec(0_u16..2, 0..3));
    prop::collection::vec(prop::collection::vec((any::<bool>(), "[a-c]{1,4}", groups), 0..4), 0..12)
}

proptest! {
    /// What is written is read; what is counted is what a plain look at all of it gives, however it came together.
    #[test]
    fn counts_are_of_what_was_sorted(run in run(), cut in any::<prop::sample::Index>()) {
        let book = book(&["a", "b"], &["c", "d"]);
        let all: Vec<(Reasoning<'_>, Option<Vec<u16>>)> = run
            .iter()
            .enumerate()
            .flat_map(|(persona, messages)| messages.iter().enumerate().map(move |(message, (yes, text, groups))| {
                let of_side = |place: &u16| place + if *yes { 2 } else { 0 };
                (said(persona, message, *yes, text), groups.as_ref().map(|groups| groups.iter().map(of_side).collect()))
            }))
            .collect();
        let sorted: Vec<(Reasoning<'_>, &[u16])> =
            all.iter().filter_map(|(line, groups)| Some((*line, groups.as_deref()?))).collect();
        let whole = coding(book.clone(), &sorted);
        prop_assert!(whole.is_sound());
        let read: Coding = serde_json::from_str(&serde_json::to_string(&whole).unwrap()).unwrap();
        prop_assert_eq!(&read, &whole);

        let cut = cut.index(sorted.len() + 1);
        let mut later = coding(book.clone(), &sorted[cut..]);
        later.asked = sorted.len();
        later.of = sorted.len();
        let reasonings: Vec<Reasoning<'_>> = sorted.iter().map(|(line, _)| *line).collect();
        later.add(coding(book.clone(), &sorted[..cut]).codes().to_vec(), &reasonings);
        prop_assert_eq!(&later, &whole);

        for (place, group) in book.groups().iter().enumerate() {
            let raises = |line: &&(Reasoning<'_>, &[u16])| line.1.contains(&(place as u16));
            let people: BTreeSet<usize> = sorted.iter().filter(raises).map(|(line, _)| line.persona).collect();
            let counted = whole.counted(group.side);
            let found = counted.iter().find(|counted| counted.name == group.name);
            prop_assert_eq!(found.map_or(0, |counted| counted.personas), people.len());
            let order = |(line, groups): &(Reasoning<'_>, &[u16])| (groups[0] != place as u16, line.text.len());
            let quoted = sorted.iter().filter(raises).map(order).min();
            prop_assert_eq!(found.map(|counted| counted.quote.len()), quoted.map(|(_, length)| length));
        }
    }
}
