use proptest::prelude::*;

use super::*;
use crate::improve::scripted::{Scripted, improver};

/// Heads of small firms at even places, buyers of large ones at odd places, in five languages.
const PEOPLE: [&str; 6] = [
    "Inhaberin einer Bäckerei mit 12 Angestellten in Kassel.",
    "Responsable des achats d'un groupe hospitalier de 4 000 salariés.",
    "Dueño de un taller de bicicletas en Gijón, cuatro empleados.",
    "Inkoper bij een zuivelconcern met 2.300 medewerkers.",
    "従業員八名の印刷所を営む。",
    "Head of purchasing, 1,900 employees.",
];

fn people(count: usize) -> Vec<String> {
    (0..count).map(|at| PEOPLE[at % PEOPLE.len()].to_owned()).collect()
}

/// An answer that tells the people of a request apart as the texts do.
fn right(request: &Request) -> String {
    let numbers = |odd: bool| -> Vec<u64> {
        let lines = request.user.lines().filter_map(|line| line.split_once(". "));
        let read = lines.filter_map(|(number, text)| Some((number.parse().ok()?, text)));
        read.filter(|(_, text)| PEOPLE.iter().position(|person| person == text).is_some_and(|at| (at % 2 == 1) == odd))
            .map(|(number, _)| number)
            .collect()
    };
    let kind = |name: &str, odd| json!({"name": name, "definition": format!("All {name}."), "people": numbers(odd)});
    json!({"kinds": [kind("heads of small firms", false), kind("buyers of large firms", true)]}).to_string()
}

#[tokio::test]
async fn people_of_five_languages_are_named_from_forty_and_the_others_sorted_into_what_is_named() {
    let model = Scripted::new(|request, _| right(request));
    let sorted = improver(model.clone()).sort_people(&people(100), &[], &["seed"]).await.unwrap();
    let names: Vec<&str> = sorted.kinds.iter().map(|kind| kind.name.as_str()).collect();
    assert_eq!(names, ["heads of small firms", "buyers of large firms"]);
    assert_eq!(sorted.people, (0..100).map(|at| Sorted::Kind(at % 2)).collect::<Vec<_>>());
    let mut asked = model.asked();
    assert_eq!(asked.len(), 3, "40, 40 and 20");
    asked.sort_by_key(String::len);
    assert!(asked[0].contains("- buyers of large firms: All buyers of large firms."));
    assert!(asked.iter().filter(|user| user.contains("Name the kinds")).count() == 1);
    let request = improver(model).people_request(
        &PEOPLE,
        &[Doubt::Missing, Doubt::Twice],
        &sorted.kinds,
        CallKey::from_parts(&[]),
    );
    insta::assert_snapshot!(format!("{}\n\n{}", request.user, request.schema.unwrap().json));
}

#[tokio::test]
async fn people_left_out_or_put_in_two_kinds_are_asked_about_once_more_and_then_stay_unsorted() {
    let kind = |name: &str, people: &[u64]| json!({"name": name, "definition": "Who.", "people": people});
    let model = Scripted::new(move |_, before| match before {
        0 => json!({"kinds": [kind("one", &[1, 2, 3]), kind("two", &[3, 5, 99, 0])]}).to_string(),
        _ => json!({"kinds": [kind("ONE", &[2]), kind("nobody named this", &[1])]}).to_string(),
    });
    let sorted = improver(model.clone()).sort_people(&people(5), &[], &["seed"]).await.unwrap();
    let (one, two) = (Sorted::Kind(0), Sorted::Kind(1));
    assert_eq!(sorted.people, [one, one, Sorted::NoKind, one, two]);
    assert!(sorted.trouble.is_none());
    let asked = model.asked();
    assert_eq!(asked.len(), 2);
    assert!(asked[1].contains("1: it was there more than once") && asked[1].contains("2: it was in none of the kinds"));
}

#[tokio::test]
async fn what_comes_after_the_naming_and_fails_loses_nothing_of_the_rest() {
    // What is said of the second forty, and of whom the first answer left out, cannot be used.
    let model = Scripted::new(|request, _| {
        let is_later = request.user.contains("Sort people");
        if is_later { "I would rather not.".to_owned() } else { right(request).replacen("[1,", "[", 1) }
    });
    let sorted = improver(model).sort_people(&people(60), &[], &["seed"]).await.unwrap();
    let expected = |at| if at == 0 || at >= A_CALL { Sorted::Open } else { Sorted::Kind(at % 2) };
    assert_eq!(sorted.people, (0..60).map(expected).collect::<Vec<_>>());
    assert_eq!(sorted.kinds.len(), 2);
    assert!(matches!(sorted.trouble, Some(Error::Unusable { .. })));
}

#[tokio::test]
async fn a_call_that_fails_loses_nothing_of_the_rest() {
    // The host refuses the second forty.
    let model = Scripted::failing(|request| request.user.contains("Sort people"), |request, _| right(request));
    let sorted = improver(model).sort_people(&people(60), &[], &["seed"]).await.unwrap();
    let expected = |at| if at >= A_CALL { Sorted::Open } else { Sorted::Kind(at % 2) };
    assert_eq!(sorted.people, (0..60).map(expected).collect::<Vec<_>>());
    assert!(matches!(sorted.trouble, Some(Error::Call(_))));
}

#[tokio::test]
async fn one_kind_tells_people_apart_only_where_there_is_one_person() {
    for (count, is_of_use) in [(1, true), (2, false)] {
        let model = Scripted::new(move |_, _| {
            let numbers: Vec<u64> = (1..=count).collect();
            json!({"kinds": [{"name": "heads", "definition": "Who decides.", "people": numbers}]}).to_string()
        });
        let sorted = improver(model).sort_people(&people(count as usize), &[], &["seed"]).await;
        assert_eq!(sorted.is_ok(), is_of_use, "{count}");
    }
}

#[tokio::test]
async fn an_answer_that_names_too_many_kinds_or_none_is_no_answer() {
    let many: Vec<Value> =
        (0..9).map(|at| json!({"name": format!("kind {at}"), "definition": "Who.", "people": [at]})).collect();
    for kinds in [json!(many), json!([]), json!([{"name": "a", "people": [1]}]), json!("all alike")] {
        let model = Scripted::new(move |_, _| json!({"kinds": kinds}).to_string());
        let sorted = improver(model).sort_people(&people(3), &[], &["seed"]).await;
        assert!(matches!(sorted, Err(Error::Unusable { .. })));
    }
}

proptest! {
    #[test]
    fn nobody_is_of_a_kind_unless_their_number_stands_there_once(
        said in prop::collection::vec(prop::collection::vec(0_u64..12, 0..8), 1..5), people in 0_usize..10
    ) {
        let kinds: Vec<PeopleKind> =
            (0..said.len()).filter_map(|at| PeopleKind::new(&format!("kind {at}"), "Who.")).collect();
        let said: KindAnswers = kinds.iter().cloned().zip(said).collect();
        let (places, doubts) = checked(people, &said, &kinds);
        prop_assert_eq!(places.len(), people);
        for (at, place) in places.iter().enumerate() {
            let number = at as u64 + 1;
            let times: usize = said.iter().map(|(_, all)| all.iter().filter(|other| **other == number).count()).sum();
            prop_assert_eq!(place.is_some(), times == 1);
            prop_assert_eq!(place.is_none(), doubts.iter().any(|(doubtful, _)| *doubtful == at));
            if let Some(place) = place {
                prop_assert!(said[*place].1.contains(&number));
            }
        }
    }
}
