use serde_json::json;

use super::*;
use crate::data::leads::{self, Lead, LeadList};
use crate::improve::scripted::{Scripted, context, improver};
use crate::model::Request;
use crate::optimize::before::earlier::order;

/// A hundred leads of two segments, all of them kept aside.
struct Hundred {
    place: tempfile::TempDir,
    folder: DataFolder,
    leads: Vec<Lead>,
}

impl Hundred {
    fn new() -> Self {
        let lead = |at: usize| {
            let mut lead = Lead::new(&format!("p{at}@firm{at}.example")).unwrap();
            lead.columns = [("segment".to_owned(), ["heads", "buyers"][at % 2].into())].into_iter().collect();
            lead.describe(Some(format!("Person {at}, one of the {}.", ["heads", "buyers"][at % 2])));
            lead
        };
        let leads: Vec<Lead> = (0..100).map(lead).collect();
        let place = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(place.path());
        let file = leads::file(&folder, "spring").unwrap();
        LeadList::create(&folder, &file, leads.iter().cloned().map(Ok)).unwrap();
        Hundred { place, folder, leads }
    }

    /// Sorts them with so many calls left; also the warnings.
    fn sort(&self, model: std::sync::Arc<Scripted>, known: &Kinds, calls: u64) -> (Kinds, Vec<String>) {
        let texts = Texts::spool(self.place.path(), self.leads.iter().map(Lead::persona_text)).unwrap();
        let order = order(&texts, "1 cycle 1").unwrap();
        let ((context, warnings), improver) = (context(), improver(model));
        let sorter = Sorter { improver: &improver, context: &context, key: ["1", "cycle 1"] };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let leads = Some((&self.folder, "spring"));
        let kinds = runtime.block_on(sorter.sort(known, (&texts, &order), leads, calls)).unwrap();
        (kinds, warnings.lock().unwrap().clone())
    }

    /// How many of them are of this kind.
    fn count(&self, kinds: &Kinds, name: &str) -> usize {
        let of = |lead: &&Lead| kinds.name(Key::of(&lead.persona_text())) == Some(name);
        self.leads.iter().filter(of).count()
    }
}

/// Puts people into the kinds with these names, by what their descriptions say.
fn by_text(names: [&'static str; 2]) -> impl Fn(&Request, usize) -> String {
    move |request, _| {
        let numbers = |word: &str| -> Vec<u64> {
            let lines = request.user.lines().filter_map(|line| line.split_once(". "));
            lines.filter(|(_, text)| text.contains(word)).filter_map(|(number, _)| number.parse().ok()).collect()
        };
        let kind = |name: &str, word| json!({"name": name, "definition": "Who.", "people": numbers(word)});
        json!({"kinds": [kind(names[0], "heads"), kind(names[1], "buyers")]}).to_string()
    }
}

#[test]
fn one_call_in_twenty_may_go_into_it() {
    assert_eq!((affordable(19), affordable(20), affordable(45)), (0, 40, 80));
    assert_eq!(affordable(100_000), MOST_SORTED);
}

#[test]
fn whom_no_call_is_left_for_is_sorted_later_and_who_is_known_stays_and_is_not_asked_about() {
    let aside = Hundred::new();
    let model = Scripted::new(by_text(["deciders", "purchasers"]));
    let (some, warnings) = aside.sort(model.clone(), &Kinds::default(), 20);
    assert_eq!((aside.count(&some, "deciders") + aside.count(&some, "purchasers"), model.asked().len()), (40, 1));
    assert_eq!(warnings, Vec::<String>::new());
    // The same names for the others: a model that would now say the reverse is not asked about the first forty.
    let model = Scripted::new(by_text(["purchasers", "deciders"]));
    let (all, _) = aside.sort(model.clone(), &some, 10_000);
    assert_eq!(model.asked().len(), 2, "sixty people are left");
    for lead in &aside.leads {
        let (key, is_head) = (Key::of(&lead.persona_text()), lead.persona_text().contains("heads"));
        let expected = if is_head == some.knows(key) { "deciders" } else { "purchasers" };
        assert_eq!(all.name(key), Some(expected));
    }
    let model = Scripted::new(by_text(["purchasers", "deciders"]));
    assert_eq!((aside.sort(model.clone(), &all, 10_000).0, model.asked().len()), (all, 0));
}

#[test]
fn where_no_model_can_tell_them_apart_a_column_of_the_leads_does_and_goes_on_doing_so() {
    let aside = Hundred::new();
    let (kinds, warnings) = aside.sort(Scripted::failing(|_| true, |_, _| String::new()), &Kinds::default(), 10_000);
    assert_eq!((aside.count(&kinds, "heads"), aside.count(&kinds, "buyers")), (50, 50));
    assert_eq!(kinds.column(), Some("segment"));
    assert!(warnings.len() == 1 && warnings[0].ends_with("the column segment decides"), "{warnings:?}");
    let model = Scripted::new(by_text(["deciders", "purchasers"]));
    assert_eq!((aside.sort(model.clone(), &kinds, 10_000).0, model.asked().len()), (kinds, 0));
}

#[test]
fn what_fails_after_the_naming_leaves_the_others_as_they_are_and_is_asked_again_in_the_next_cycle() {
    let aside = Hundred::new();
    let is_later = |request: &Request| request.user.contains("Sort people");
    let model = Scripted::failing(is_later, by_text(["deciders", "purchasers"]));
    let (some, warnings) = aside.sort(model, &Kinds::default(), 10_000);
    assert_eq!(aside.count(&some, "deciders") + aside.count(&some, "purchasers"), 40);
    assert!(warnings.len() == 1 && warnings[0].starts_with("the kinds of 60 of 100 people"), "{warnings:?}");
    let (all, warnings) = aside.sort(Scripted::new(by_text(["deciders", "purchasers"])), &some, 10_000);
    assert_eq!((aside.count(&all, "deciders"), aside.count(&all, "purchasers")), (50, 50));
    assert_eq!(warnings, Vec::<String>::new());
}
