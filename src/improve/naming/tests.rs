use super::*;
use crate::improve::codebook::MOST_NAMED;
use crate::improve::scripted::{Scripted, book, improver, reasonings};
use crate::model::{Stop, Usage};

fn said(yes: bool) -> Vec<&'static str> {
    reasonings().into_iter().filter(|reasoning| reasoning.yes == yes).map(|reasoning| reasoning.text).collect()
}

#[tokio::test]
async fn groups_of_five_languages_are_named_in_english_and_the_request_can_be_read() {
    let model = Scripted::new(|request, _| {
        let (name, more) =
            if request.user.contains("said no") { ("no proof", "no money") } else { ("is brief", "asks for little") };
        let group = |name: &str| json!({"name": name, "definition": format!("What {name} means.")});
        json!({"groups": [group(name), group(more), group(&name.to_uppercase())]}).to_string()
    });
    let improver = improver(model.clone());
    let known = book();
    let against = improver.name_groups(Side::Against, &said(false), &Codebook::default(), &["seed"]).await.unwrap();
    let favour = improver.name_groups(Side::InFavour, &said(true), &known, &["seed"]).await.unwrap();
    let names = |groups: &[Proposed]| groups.iter().map(|group| group.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&against), ["no proof", "no money"], "each once");
    assert_eq!(names(&favour), ["is brief", "asks for little"]);
    insta::assert_snapshot!(model.asked().join("\n\n--------\n\n"));
}

#[tokio::test]
async fn an_answer_without_a_group_is_asked_for_again_and_then_there_is_none() {
    let model = Scripted::new(|_, _| r#"{"groups": []}"#.to_owned());
    let error = improver(model.clone()).name_groups(Side::Against, &said(false), &book(), &["seed"]).await;
    assert!(matches!(error, Err(Error::Unusable { .. })));
    assert_eq!(model.asked().len(), 3);
    let model = Scripted::new(|_, before| match before {
        0 => "I would rather not.".to_owned(),
        _ => r#"{"groups": [{"name": "no proof", "definition": "Nothing can be checked."}]}"#.to_owned(),
    });
    assert_eq!(improver(model).name_groups(Side::Against, &said(false), &book(), &["seed"]).await.unwrap().len(), 1);
}

#[test]
fn what_is_named_is_bounded_and_what_names_nothing_left_out() {
    let read = |text: String| {
        groups(&Answer { text, stop: Stop::EndTurn, usage: Usage::default(), request_id: None, ..Answer::default() })
    };
    let many: Vec<Value> =
        (0..90).map(|at| json!({"name": format!("group {at}"), "definition": "What it is."})).collect();
    assert_eq!(read(json!({"groups": many}).to_string()).unwrap().len(), MOST_NAMED);
    for text in [
        r#"{"groups": [{"name": "no definition"}]}"#,
        r#"{"groups": [{"name": "unsorted", "definition": "What nobody read."}]}"#,
        r#"{"groups": [{"name": 7, "definition": "A number."}, "text", null]}"#,
        r#"{"groups": {"name": "a", "definition": "No list."}}"#,
        r#"{"names": []}"#,
    ] {
        assert!(read(text.to_owned()).is_err(), "{text}");
    }
}

#[test]
fn a_sample_of_any_size_fits_into_one_request() {
    let model = Scripted::new(|_, _| String::new());
    let long = "An essay without end. ".repeat(1_000);
    let request = improver(model).naming(Side::Against, &vec![long.as_str(); 5_000], &book(), CallKey::from_parts(&[]));
    assert!(request.user.len() < 60_000, "{}", request.user.len());
    assert!(request.user.contains("80. An essay") && !request.user.contains("81. "));
}
