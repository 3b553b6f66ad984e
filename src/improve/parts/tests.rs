use proptest::prelude::*;

use super::*;

const PROMPT: &str = "Company: Tea & Co\nPrice: 4 euros, no minimum.\n\nInstructions:\n- Be brief. One thought, no \
                      more.\n- Sign as {{sender}}.\n- Name one pain\n  of the reader.\n\nAlways end with: Not \
                      interested? Reply STOP. I will not write again.";

/// Marks open blocks by the first letter of each word: f, r, a, or h for advice that needs its heading.
fn marked(prompt: &str, marks: &str) -> PromptParts {
    let mut marking = Marking::new(prompt, &[]).unwrap();
    assert_eq!(marking.open().count(), marks.len(), "{:#?}", marking.open().collect::<Vec<_>>());
    let mark = |letter| {
        let part = match letter {
            'f' => Part::Fact,
            'r' => Part::Rule,
            _ => Part::Advice,
        };
        Mark::Whole { part, needs_heading: letter == 'h' }
    };
    marking.mark(marks.chars().map(mark).collect());
    marking.parts()
}

fn shown(parts: &PromptParts) -> String {
    let piece =
        |piece: &Piece| format!("{:?} {:?} {:?}", piece.part, piece.text, piece.item.as_deref().unwrap_or_default());
    parts.pieces().iter().map(piece).collect::<Vec<_>>().join("\n")
}

#[test]
fn pieces_are_the_prompt_and_variables_are_fixed_whatever_a_model_says() {
    let parts = marked(PROMPT, "ffaaar");
    assert_eq!(parts.prompt(), PROMPT);
    insta::assert_snapshot!(shown(&parts));
    assert_eq!(parts.advice(), ["Be brief. One thought, no more.", "Name one pain\nof the reader."]);
    assert_eq!(parts.by(), MarkedBy::Model);
}

#[test]
fn advice_with_a_variable_of_any_form_is_a_rule_and_a_tag_is_no_variable() {
    for variable in ["##city##", "FIRST_NAME", "<First Name>", "{% if x %}", "{10|15}", "【会社名】", "[Company/Name]"]
    {
        let item = format!("- Begin: Hi {variable}, hello.");
        let prompt = format!("Tea.\n\n## Advice\n{item}\n- Be brief.");
        let parts = Marking::new(&prompt, &[]).unwrap().parts();
        assert!(parts.fixed().contains(&item), "{variable}: {:?}", parts.fixed());
        assert_eq!(parts.advice(), ["Be brief."], "{variable}");
    }
    let parts = marked("Tea.\n<avoid>\n- Hype.\n</avoid>", "fa");
    assert_eq!((parts.fixed(), parts.advice()), ("Tea.\n", vec!["Hype.".to_owned()]));
}

#[test]
fn a_rule_in_a_fence_and_a_table_of_advice_stay_whole() {
    let fence = "Format:\n````\n```\n## Advice\nBody in code.\n```\nstill code\n````";
    let table = "| do | don't |\n|---|---|\n| Ask. | Boast. |";
    let prompt = format!("Tea.\n\n## Rules\n{fence}\n\n## Advice\n- Be brief.\n\n{table}");
    let parts = Marking::new(&prompt, &[]).unwrap().parts();
    assert_eq!(parts.prompt(), prompt);
    assert!(parts.fixed().contains(fence), "{}", parts.fixed());
    assert_eq!(parts.advice(), ["Be brief.", table]);
    assert_eq!(parts.advice_in(&parts.compose(&[table, "End."])), [table, "End."]);
    // By hand, too.
    assert_eq!(parts.advice_in(&format!("{}\n\n{table}\n\nEnd.", parts.fixed())), [table, "End."]);
}

#[test]
fn a_prompt_is_its_fixed_part_word_for_word_and_then_the_advice() {
    let parts = marked(PROMPT, "ffaaar");
    insta::assert_snapshot!(parts.compose(&["Ask for one line.", "Two\n    lines.\n\n", " "]));
    assert_eq!(parts.compose::<&str>(&[]), parts.fixed());
    let fixed = marked(PROMPT, "ffrrrr");
    assert_eq!(fixed.compose(&[" "]), PROMPT);
    let advice = marked("Be brief.\nBe kind.", "aa");
    assert_eq!(advice.compose(&advice.advice()), "## Advice\n- Be brief.\n- Be kind.");
}

#[test]
fn a_heading_goes_with_its_advice_or_stays_with_what_is_fixed() {
    let prompt = "Tea.\n\n<rules>\n- Sign as Tom.\n</rules>\n\n## Don't\n- Use hype.\n- Boast.\n\n<style>\n- Be \
                  plain.\n</style>";
    let parts = marked(prompt, "frhha");
    assert_eq!(parts.prompt(), prompt);
    assert_eq!(parts.fixed(), "Tea.\n\n<rules>\n- Sign as Tom.\n</rules>\n\n");
    assert_eq!(parts.advice(), ["Don't: Use hype.", "Don't: Boast.", "Be plain."]);
    let mixed = marked(prompt, "frhra");
    assert_eq!(mixed.fixed(), "Tea.\n\n<rules>\n- Sign as Tom.\n</rules>\n\n## Don't\n- Boast.\n\n");
}

#[test]
fn headings_that_name_parts_are_obeyed_without_a_model() {
    let prompt =
        "Tea from Assam.\n\n### RULES:\n- Sign as Tom.\n\n#### Never\n- Name rivals.\n\n# Advice\n- Be brief.\n";
    let marking = Marking::new(prompt, &[]).unwrap();
    assert_eq!(marking.open().count(), 0);
    let parts = marking.parts();
    assert_eq!((parts.by(), parts.prompt().as_str()), (MarkedBy::Headings, prompt));
    assert_eq!(parts.text_of(Part::Fact), "Tea from Assam.");
    assert_eq!(parts.text_of(Part::Rule), "### RULES:\n- Sign as Tom.\n#### Never\n- Name rivals.");
    assert_eq!(parts.advice(), ["Be brief."]);
    // Without a heading for the advice the rest is not known yet.
    let rest = Marking::new("Tea from Assam.\n\n## Always\n- Sign as Tom.\n\nBe brief?", &[]).unwrap();
    assert_eq!(rest.open().count(), 1);
    let rest = Marking::new("Tea from Assam.\nBe brief.\n\n## Always\n- Sign as Tom.", &[]).unwrap();
    assert_eq!(rest.open().collect::<Vec<_>>(), ["Tea from Assam.", "Be brief."]);
}

#[test]
fn what_is_to_be_kept_is_a_rule_and_what_stands_nowhere_is_said() {
    let marking = Marking::new(PROMPT, &["reply  stop".into(), "one THOUGHT".into()]).unwrap();
    assert_eq!(marking.open().count(), 4);
    assert_eq!(Marking::new(PROMPT, &["coffee".into()]).unwrap_err(), Kept("coffee".into()));
    let set = "Tea.\nDon\u{2019}t push \u{2013} caf\u{e9}s are \u{201c}\u{fb01}ne\u{201d}.";
    let typed = Marking::new(set, &["Don't push - cafe\u{301}s are \"fine\"".into()]).unwrap();
    assert_eq!(typed.open().collect::<Vec<_>>(), ["Tea."]);
    let mut parts = marked(PROMPT, "ffaaar");
    parts.keep(&["of the reader".into()]).unwrap();
    assert_eq!(parts.advice(), ["Be brief. One thought, no more."]);
    assert_eq!(parts.prompt(), PROMPT);
    assert!(parts.fixed().contains("- Name one pain\n  of the reader."));
    assert!(parts.keep(&["coffee".into()]).is_err());
}

#[test]
fn a_prompt_that_nobody_marked_is_fixed_from_end_to_end() {
    let parts = Marking::new(PROMPT, &[]).unwrap().parts();
    assert_eq!((parts.by(), parts.fixed(), parts.advice()), (MarkedBy::Nobody, PROMPT, vec![]));
    assert_eq!(parts.compose(&["Ask."]), format!("{PROMPT}\n\n## Advice\n- Ask."));
    assert_eq!(parts.facts(), PROMPT);
}

#[test]
fn a_block_is_cut_only_into_pieces_that_are_the_block() {
    let prompt = "We sell tea. Be brief. It costs 4 euros.\n\nSign as Tom.";
    let cut = |pieces: &[(Part, &str)]| {
        let mut marking = Marking::new(prompt, &[]).unwrap();
        let pieces = pieces.iter().map(|(part, text)| (*part, (*text).to_owned())).collect();
        marking.mark(vec![Mark::Cut(pieces), Mark::Whole { part: Part::Rule, needs_heading: false }]);
        marking.parts()
    };
    let parts = cut(&[(Part::Fact, "We sell tea. "), (Part::Advice, "Be brief. "), (Part::Fact, "It costs 4 euros.")]);
    assert_eq!(parts.fixed(), "We sell tea. It costs 4 euros.\n\nSign as Tom.");
    assert_eq!((parts.prompt().as_str(), parts.advice()), (prompt, vec!["Be brief.".to_owned()]));
    let last = cut(&[(Part::Fact, "We sell tea. "), (Part::Advice, "Be brief. It costs 4 euros.")]);
    assert_eq!(last.fixed(), "We sell tea.\n\nSign as Tom.");
    let wrong = cut(&[(Part::Fact, "We sell tea."), (Part::Advice, "Be brief."), (Part::Fact, "It costs 4 euros.")]);
    assert_eq!(wrong.fixed(), prompt);
}

#[test]
fn a_prompt_by_hand_is_taken_apart_by_its_layout_without_what_is_fixed() {
    let parts = marked(PROMPT, "ffaaar");
    let by_hand = "Company: tea & co. Price: 4 EUROS, no minimum. Ask for a line.\n\nAvoid:\n- Hype\n- Sign as \
                   {{sender}}\n\nBe plain.\n\n- Name one pain\n  of the reader.\n\nHere is the rest:\n\nAlways end \
                   with: Not interested? Reply STOP. I will not write again. Be kind.";
    assert_eq!(
        parts.advice_in(by_hand),
        ["Ask for a line.", "Avoid: Hype", "Be plain.", "Name one pain\nof the reader.", "Here is the rest: Be kind."]
    );
    assert_eq!(parts.advice_in(PROMPT), parts.advice());
    assert_eq!(parts.advice_in(parts.fixed()), Vec::<String>::new());
    // A small model's rewrite repeats all of it in one paragraph.
    let flat = format!(
        "{} Ask for a one-line reply and nothing else.",
        PROMPT.split_whitespace().collect::<Vec<_>>().join(" ")
    );
    assert!(parts.advice_in(&flat).last().unwrap().ends_with("Ask for a one-line reply and nothing else."));
}

#[test]
fn texts_without_spaces_are_taken_apart_by_hand_as_well() {
    let prompt =
        "ハーバーラインデスクは承認を一つの画面に集めます。料金は月額5万円です。\n\n署名は「田中」としてください。";
    let parts = PromptParts::whole(MarkedBy::Nobody, prompt);
    let by_hand = "ハーバーラインデスクは承認を一つの画面に集めます。料金は月額５万円です。相手の課題を一つ挙げてください。署名は「田中」としてください。";
    assert_eq!(parts.advice_in(by_hand), ["相手の課題を一つ挙げてください。"]);
}

#[test]
fn an_older_records_offer_is_fixed_and_the_rest_is_advice_but_for_variables() {
    let offer = "Company: Tea & Co\nWe sell tea.";
    let incumbent = format!("{offer}\n\nHow to write:\n- Be brief.\n- Sign as {{{{sender}}}}.\n- Tone: Be kind.");
    let parts = PromptParts::from_offer(offer, &incumbent, &[]).unwrap();
    assert_eq!(parts.fixed(), format!("{offer}\n\n- Sign as {{{{sender}}}}."));
    assert_eq!(parts.advice_in(&incumbent), ["Be brief.", "Tone: Be kind."]);
    let parts = PromptParts::from_offer(offer, &incumbent, &["be KIND".into()]).unwrap();
    assert_eq!(parts.advice_in(&incumbent), ["Be brief."]);
    assert!(PromptParts::from_offer(offer, &incumbent, &["coffee".into()]).is_err());
}

#[test]
fn a_record_that_is_written_is_read_as_it_was() {
    let parts = marked(PROMPT, "ffaaar");
    let text = serde_json::to_string(&parts).unwrap();
    assert_eq!(serde_json::from_str::<PromptParts>(&text).unwrap(), parts);
    assert!(serde_json::from_str::<PromptParts>("{\"pieces\": 1}").is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn what_is_put_together_has_the_same_parts(
        prompt in r"(Tea|4 euros|[.!] |\n|\r\n|\n\n|\n- |\n  - |\n1\. |\n## A |: \n|<a>\n|\n</a>\n|\{\{x\}\}|お茶。|é|\t|  |## Advice\n|Rules ){0,24}",
        marks in "[frah]{24}",
        items in prop::collection::vec("\\PC{0,40}|[-*# \n\tab.:]{0,30}", 0..6),
    ) {
        let mut marking = Marking::new(&prompt, &[]).unwrap();
        let mark = |letter| match letter {
            'f' => Mark::Whole { part: Part::Fact, needs_heading: false },
            'r' => Mark::Whole { part: Part::Rule, needs_heading: false },
            _ => Mark::Whole { part: Part::Advice, needs_heading: letter == 'h' },
        };
        let open = marking.open().count();
        prop_assume!(open <= marks.len());
        marking.mark(marks.chars().take(open).map(mark).collect());
        let parts = marking.parts();
        prop_assert_eq!(parts.prompt(), prompt);
        // Facts, rules and variables stand in every prompt, word for word and in their order.
        let items: Vec<String> = items.iter().map(|item| clean(item)).filter(|item| !item.is_empty()).collect();
        let composed = parts.compose(&items);
        let mut rest = composed.as_str();
        for piece in parts.pieces().iter().filter(|piece| piece.part != Part::Advice) {
            let at = rest.find(piece.text.trim());
            prop_assert!(at.is_some(), "{:?} is not in {:?}", piece.text, rest);
            rest = &rest[at.unwrap_or_default() + piece.text.trim().len()..];
        }
        for variable in variables(&parts.prompt()) {
            prop_assert!(parts.fixed().contains(variable));
        }
        prop_assert_eq!(&parts.advice_in(&composed), &items, "of {}", composed);
        let again: PromptParts = serde_json::from_str(&serde_json::to_string(&parts).unwrap()).unwrap();
        prop_assert_eq!(again.compose(&items), composed);
    }

    #[test]
    fn cleaning_an_item_twice_changes_nothing(text in "\\PC{0,60}|[-*# \n\r\tab\u{3000}]{0,40}") {
        let once = clean(&text);
        prop_assert_eq!(clean(&once), once);
        let bare = bare(&text);
        prop_assert!(bare.lines().all(|line| !line.trim().is_empty()));
    }
}
