use super::*;
use crate::data::leads::{self, Lead, LeadList};
use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;

fn folder_with(files: &[(&str, &[String])]) -> (tempfile::TempDir, DataFolder) {
    let place = tempfile::tempdir().unwrap();
    let folder = DataFolder::open(place.path());
    for (name, people) in files {
        personas::save(&folder, &FileName::new(Kind::Personas, name).unwrap(), people).unwrap();
    }
    (place, folder)
}

fn names(prefix: &str, count: usize) -> Vec<String> {
    (0..count).map(|number| format!("{prefix} {number}, CTO.")).collect()
}

fn split(folder: &DataFolder, file: &str, all: &[String]) -> (Split, People) {
    let all = Arc::new(Texts::spool(folder.root(), all).unwrap());
    let split = Split::new(folder, Some(file), &all).unwrap();
    let people = split.people(folder, &all).unwrap();
    (split, people)
}

#[test]
fn an_eval_file_beside_the_personas_verifies_and_everybody_else_is_learned_from() {
    let (train, eval) = (names("Ann", 40), names("Bo", 20));
    let (_place, folder) = folder_with(&[("x_eval", &eval)]);
    let (split, people) = self::split(&folder, "x_train.json", &train);
    assert_eq!(split, Split { eval_file: Some("x_eval.json".into()), ..Split::default() });
    assert_eq!((people.learn.len(), people.unseen.len()), (40, 20));
    assert!(people.is_unseen(&eval[3]) && !people.is_unseen(&train[3]));
}

#[test]
fn an_eval_file_that_is_too_small_to_prove_anything_is_filled_up_from_the_others() {
    let (train, eval) = (names("Ann", 16), names("Bo", 4));
    let (_place, folder) = folder_with(&[("x_eval", &eval)]);
    let (_, people) = self::split(&folder, "x_train", &train);
    assert_eq!((people.learn.len(), people.unseen.len()), (8, 12));
}

#[test]
fn who_stands_in_both_files_is_unseen() {
    let (train, eval) = (names("Ann", 40), names("Ann", 15));
    let (_place, folder) = folder_with(&[("x_eval", &eval)]);
    let (_, people) = self::split(&folder, "x_train", &train);
    assert_eq!((people.learn.len(), people.unseen.len()), (25, 15));
    assert!(people.learn.iter().all(|index| *index >= 15));
}

#[test]
fn the_same_people_in_other_letters_spaces_or_forms_of_unicode_are_unseen() {
    let train: Vec<String> = names("Zoë Müller", 40);
    let decomposed: String = UnicodeNormalization::nfd(train[2].as_str()).collect();
    let eval = [
        train[0].to_uppercase(),
        train[1].replace(' ', "  \u{a0}"),
        decomposed,
        train[3].replace("CTO", "\u{ff23}\u{ff34}\u{ff2f}"),
    ];
    let (_place, folder) = folder_with(&[("x_eval", &eval)]);
    let (_, people) = self::split(&folder, "x_train", &train);
    assert!(people.learn.iter().all(|index| *index >= 4), "{:?}", people.learn);
    assert!(people.is_unseen(&train[0]) && people.is_unseen(&eval[0]));
}

#[test]
fn near_copies_among_the_unseen_are_counted_and_distinct_people_are_none() {
    let text = |name: &str, site: usize| {
        format!("{name}, head of IT at a bank of 400 people in Oslo, wants few words and no hype at all. Site {site}.")
    };
    let train: Vec<String> = (0..20).map(|site| text("Ada", site)).collect();
    let eval: Vec<String> = (0..15).map(|site| text("Ada", site + 100)).collect();
    let (_place, folder) = folder_with(&[("x_eval", &eval)]);
    let (_, people) = self::split(&folder, "x_train", &train);
    assert_eq!(people.near_copies, 15);
    assert!(people.warning().unwrap().starts_with("15 of the 15 people who only verify"));
    let others: Vec<String> = (0..15).map(|n| format!("Bo {n} sells {n} boats a year and reads {n} papers.")).collect();
    let (_place, folder) = folder_with(&[("x_eval", &others)]);
    assert_eq!(self::split(&folder, "x_train", &train).1.warning(), None);
}

#[test]
fn names_of_eval_files_follow_the_original_services() {
    assert_eq!(eval_name("b2b_train.json").as_deref(), Some("b2b_eval"));
    assert_eq!(eval_name("b2b").as_deref(), Some("b2b_eval"));
    assert_eq!(eval_name("b2b_eval.json"), None);
    let (_place, folder) = folder_with(&[]);
    // A name from a file that fights back leads nowhere.
    let (split, _) = self::split(&folder, "../../etc/passwd", &names("Ann", 10));
    assert_eq!(split.eval_file, None);
}

fn lead(name: &str, number: usize, company: &str) -> Lead {
    let mut lead = Lead::new(&format!("{name}{number}@mail{number}.example")).unwrap();
    lead.first_name = Some(format!("{name}{number}"));
    lead.company = Some(company.to_owned());
    lead
}

#[test]
fn colleagues_are_never_on_both_sides_also_once_they_are_described_otherwise() {
    let mut leads: Vec<Lead> = (0..60).map(|n| lead("Ann", n, &format!("Firm {}", n % 20))).collect();
    let (_place, folder) = folder_with(&[]);
    let file = leads::file(&folder, "spring").unwrap();
    LeadList::create(&folder, &file, leads.iter().cloned().map(Ok)).unwrap();
    let texts = |leads: &[Lead]| -> Vec<String> { leads.iter().map(Lead::persona_text).collect() };
    let before = texts(&leads);
    let (split, people) = self::split(&folder, "leads/spring", &before);
    assert_eq!((split.leads.as_deref(), people.unseen.len(), people.learn.len()), (Some("leads/spring"), 24, 36));
    let firm = |index: usize| index % 20;
    let learned: HashSet<usize> = people.learn.iter().map(|index| firm(*index as usize)).collect();
    for (index, text) in before.iter().enumerate() {
        assert_eq!(people.is_unseen(text), !learned.contains(&firm(index)));
    }
    for (number, lead) in leads.iter_mut().enumerate().filter(|(number, _)| number % 2 == 0) {
        lead.describe(Some(format!("Somebody else {number}.")));
    }
    std::fs::remove_file(folder.path(&file)).unwrap();
    LeadList::create(&folder, &file, leads.iter().cloned().map(Ok)).unwrap();
    let all = Arc::new(Texts::spool(folder.root(), texts(&leads)).unwrap());
    let later = split.people(&folder, &all).unwrap();
    assert_eq!(later.learn, people.learn);
    let unseen = split.unseen(&folder).unwrap();
    for (index, text) in before.iter().enumerate() {
        assert_eq!(later.is_unseen(text), !learned.contains(&firm(index)), "as they were described before");
        assert_eq!(unseen.contains(Key::of(text)), !learned.contains(&firm(index)));
    }
}

#[test]
fn who_may_have_been_kept_aside_is_told_by_every_text_and_by_the_list_they_are_from() {
    let mut leads: Vec<Lead> =
        (0..40).map(|number| Lead::new(&format!("p{number}@firm{number}.example")).unwrap()).collect();
    leads.iter_mut().enumerate().for_each(|(number, lead)| lead.describe(Some(format!("Before {number}."))));
    let (_place, folder) = folder_with(&[]);
    let file = leads::file(&folder, "spring").unwrap();
    LeadList::create(&folder, &file, leads.iter().cloned().map(Ok)).unwrap();
    let before: Vec<String> = leads.iter().map(Lead::persona_text).collect();
    let (split, people) = self::split(&folder, "leads/spring", &before);
    for (number, lead) in leads.iter_mut().enumerate() {
        lead.describe(Some(format!("Now {number}.")));
    }
    std::fs::remove_file(folder.path(&file)).unwrap();
    LeadList::create(&folder, &file, leads.iter().cloned().map(Ok)).unwrap();
    let unseen = split.unseen(&folder).unwrap();
    for (number, text) in before.iter().enumerate() {
        let is_aside = people.is_unseen(text);
        let (then, now) = (Key::of(text), Key::of(&format!("Now {number}.")));
        let elsewhere = Key::of(&format!("As another list has it {number}."));
        assert_eq!(unseen.may_contain(&[then], "spring"), is_aside);
        assert_eq!(unseen.may_contain(&[elsewhere, now], "autumn"), is_aside);
        // Who is not in the list: of it, they may have been kept aside; of another, they were not.
        assert!(unseen.may_contain(&[elsewhere], "leads/spring.jsonl"));
        assert!(!unseen.may_contain(&[elsewhere], "autumn"));
    }
    std::fs::remove_file(folder.path(&file)).unwrap();
    let unseen = split.unseen(&folder).unwrap();
    assert!(unseen.may_contain(&[Key::of(&before[0])], "spring") && unseen.may_contain(&[], "autumn"));
}

proptest! {
    /// Everybody is on one side, and a split that is kept gives the same sides again, in whatever order people come.
    #[test]
    fn nobody_is_on_both_sides_and_the_split_is_stable(count in 1_usize..80) {
        let all = names("Cy", count);
        let (_place, folder) = folder_with(&[]);
        let (split, people) = self::split(&folder, "x", &all);
        prop_assert_eq!(people.learn.len() + people.unseen.len(), count);
        prop_assert!(people.unseen.len() <= count / 2);
        for index in &people.learn {
            prop_assert!(!people.is_unseen(&all[*index as usize]));
        }
        let mut turned = all.clone();
        turned.reverse();
        let turned = Arc::new(Texts::spool(folder.root(), &turned).unwrap());
        let again = split.people(&folder, &turned).unwrap();
        prop_assert!(all.iter().all(|persona| again.is_unseen(persona) == people.is_unseen(persona)));
    }
}
