use proptest::prelude::*;

use super::*;

/// Prompts as people and models write them, one style each.
const STYLES: &[(&str, &str)] = &[
    ("markdown with sections", include_str!("tests/markdown.md")),
    ("numbered topics with bullets", include_str!("tests/topics.md")),
    ("paragraphs", include_str!("tests/paragraphs.md")),
    ("tags", include_str!("tests/tags.md")),
    ("bold run-in heads", include_str!("tests/run_in.md")),
    ("do and do not", include_str!("tests/do_not.md")),
    ("a small model", include_str!("tests/small.md")),
    ("nested lists", include_str!("tests/nested.md")),
    ("wrapped lines", include_str!("tests/wrapped.md")),
    ("key and value", include_str!("tests/keys.md")),
];

fn shown(prompt: &str) -> String {
    let parts = Parts::of(prompt);
    let instructions: Vec<String> = parts.instructions().iter().map(|own| format!("- {}", own.text)).collect();
    format!("{}\n====\n{}", parts.statements(), instructions.join("\n"))
}

#[test]
fn prompts_in_ten_styles_are_taken_apart() {
    for (style, prompt) in STYLES {
        insta::assert_snapshot!(style.replace(' ', "_"), shown(prompt));
    }
}

fn again(prompt: &str) -> Result<(), TestCaseError> {
    let parts = Parts::of(prompt);
    let texts: Vec<&str> = parts.instructions().iter().map(|own| own.text.as_str()).collect();
    let composed = compose(parts.statements(), &texts);
    let again = Parts::of(&composed);
    prop_assert_eq!(again.statements(), parts.statements(), "of {}", composed);
    prop_assert_eq!(again.instructions(), parts.instructions(), "of {}", composed);
    Ok(())
}

#[test]
fn what_is_put_together_has_the_same_parts_in_every_style() {
    for (_, prompt) in STYLES {
        again(prompt).unwrap();
    }
    for prompt in [
        include_str!("../../../prompts/sample_offer.md"),
        include_str!("../../../prompts/improver.md"),
        include_str!("../../../prompts/strict.md"),
        include_str!("../../../prompts/lenient.md"),
        // What a line is must not depend on what stood before it.
        "Avoid. We sell tea. 12 words",
        "1. Company: FlowAI. Never \n1. Avoid\n. ",
        "We sell tea_\n- We sell tea\n<offer>\n\n</offer>\n. Tone",
        "We sell tea\n-  b\n1. <rules>\n. Company: FlowAI\n1.  b\n</offer>**",
        "Never :\n<offer>\n. \n</offer>\n- must \n# ",
        "About us\n<offer>\n# <rules>\nProduct\n</rules>\n. \n</offer>\n# \n",
    ] {
        again(prompt).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn what_is_put_together_has_the_same_parts(
        prompt in r"(Company: FlowAI|Product|Never |Use |Ask for |We sell tea|FlowAI is a tool|the |12 words|Title|RULES|Tone|\. |! |, |:|: |\n|\n\n|\n- |\n  - |\n1\. |\n2\) |\n# |\n## |\*\*|<rules>\n|\n</rules>\n|\n<offer>\n|\n</offer>|---|\n```\n|\t|must |About us|Avoid| b|é|_|“|\)){0,30}"
    ) {
        again(&prompt)?;
    }

    #[test]
    fn any_text_is_taken_apart_and_put_together(text in "\\PC{0,200}", lines in "[-*#<>/:.a-zA \n\t_1)`\"]{0,120}") {
        again(&text)?;
        again(&lines)?;
    }

    #[test]
    fn any_instructions_are_given_back(instructions in prop::collection::vec("\\PC{0,60}", 0..8)) {
        const OFFER: &str = "Company: FlowAI\nProduct: a platform";
        let texts: Vec<&str> = instructions.iter().map(String::as_str).collect();
        let all = texts.iter().map(|text| Instruction::of(text));
        let wanted: Vec<Instruction> = all.filter(|own| !own.text.is_empty()).collect();
        let parts = Parts::of(&compose(OFFER, &texts));
        prop_assert_eq!(parts.statements(), OFFER);
        prop_assert_eq!(parts.instructions(), wanted);
    }
}

/// Prompts of the original service, where they are at hand.
#[test]
fn prompts_of_the_original_service_are_taken_apart() {
    let folder = std::env::var("REJOINDER_SHARED_DATA").unwrap_or_else(|_| "../shared/data".into());
    let Ok(files) = std::fs::read_dir(std::path::Path::new(&folder).join("results")) else {
        println!("skipped: there is no {folder}/results");
        return;
    };
    for file in files {
        let text = std::fs::read(file.unwrap().path()).unwrap();
        let results: serde_json::Value = serde_json::from_slice(&text).unwrap();
        let prompt = results["metadata"]["system_prompt"].as_str().unwrap();
        again(prompt).unwrap();
        let parts = Parts::of(prompt);
        assert!(parts.statements().contains("Series A") && parts.statements().contains("60%"));
        // The first prompt is a bare offer; the improved one has 29 bullets, of which none is an offer.
        let count = parts.instructions().len();
        assert_eq!(count, if prompt.contains("Guidelines") { 29 } else { 0 }, "{:#?}", parts.instructions());
    }
}

#[test]
fn an_instruction_is_left_out_and_the_rest_stays_as_it_is() {
    let prompt = "Company: FlowAI\n\nRules:\n- Be brief.\n- Never use hype.\n\nClosing:\n- Ask for a reply.\n\nBe kind. Use names. Stay calm.";
    let parts = Parts::of(prompt);
    assert_eq!(parts.without(&BTreeSet::new()), prompt);
    assert_eq!(parts.instructions().len(), 6);
    assert_eq!(
        parts.without(&BTreeSet::from([1, 2, 4])),
        "Company: FlowAI\n\nRules:\n- Be brief.\n\nBe kind. Stay calm."
    );
}

#[test]
fn near_duplicates_are_similar_and_opposites_are_not() {
    assert!(similar("Keep the message under 100 words.", "- keep messages under 100 words"));
    assert!(similar("Name one pain point of the reader", "Name one of the reader's pain points"));
    assert!(!similar("Keep the message under 100 words.", "Keep the message under 60 words."));
    assert!(!similar("Always mention the price.", "Never mention the price."));
    assert!(!similar("Open with the reader's situation.", "Close with one small question."));
}

#[test]
fn a_hundred_thousand_hostile_characters_are_taken_apart_in_no_time() {
    for piece in [
        "<a>\n",
        "- a:\n",
        "-",
        "*_",
        "...!",
        ".)",
        "Never use a. ",
        "# ",
        " - b:\n",
        "a\n",
        "\"",
        "If a, ",
        "<a>\n</a>\n",
        "Use x: y. ",
    ] {
        let text = piece.repeat(100_000 / piece.len());
        let started = std::time::Instant::now();
        let parts = Parts::of(&text);
        let _ = parts.without(&BTreeSet::from([0, 1]));
        assert!(started.elapsed().as_secs() < 5, "{piece:?} took {:?}", started.elapsed());
    }
}
