use proptest::prelude::*;

use super::*;
use crate::evaluate::growth::assert_in_proportion;

/// Prompts as people and models write them, one style each.
const STYLES: &[(&str, &str)] = &[
    ("markdown with sections", include_str!("../tests/markdown.md")),
    ("numbered topics with bullets", include_str!("../tests/topics.md")),
    ("paragraphs", include_str!("../tests/paragraphs.md")),
    ("tags", include_str!("../tests/tags.md")),
    ("bold run-in heads", include_str!("../tests/run_in.md")),
    ("do and do not", include_str!("../tests/do_not.md")),
    ("a small model", include_str!("../tests/small.md")),
    ("nested lists", include_str!("../tests/nested.md")),
    ("wrapped lines", include_str!("../tests/wrapped.md")),
    ("key and value", include_str!("../tests/keys.md")),
    ("Japanese", include_str!("../tests/japanese.md")),
];

fn shown(text: &str) -> String {
    let blocks = blocks(text);
    let line = |block: &Block| {
        let shape = match &block.shape {
            Shape::Heading { level, name } => format!("heading {level} {name:?}"),
            Shape::Opens(name) => format!("opens {name}"),
            Shape::Closes(place) => format!("closes {place}"),
            Shape::Item => "item".to_owned(),
            Shape::Text => "text".to_owned(),
        };
        let under = block.under.map_or_else(String::new, |place| format!(" under {place}"));
        format!("{shape}{under}: {:?}", &text[block.content.clone()])
    };
    blocks.iter().enumerate().map(|(at, block)| format!("{at} {}", line(block))).collect::<Vec<_>>().join("\n")
}

#[test]
fn prompts_in_many_styles_are_taken_apart_by_their_layout() {
    for (style, prompt) in STYLES {
        insta::assert_snapshot!(style.replace(' ', "_"), shown(prompt));
    }
}

fn contents(text: &str) -> Vec<&str> {
    blocks(text).into_iter().filter(Block::is_content).map(|block| &text[block.content]).collect()
}

#[test]
fn an_item_is_whole_however_many_sentences_and_lines_it_has() {
    let text = "- Not interested? Reply STOP. I will not write again.\n- Open with the reader and say\n  what it is \
                about.\n\n  Then stop.\n- End.\n";
    assert_eq!(
        contents(text),
        [
            "- Not interested? Reply STOP. I will not write again.",
            "- Open with the reader and say\n  what it is about.\n\n  Then stop.",
            "- End."
        ]
    );
    assert_eq!(contents("1. Eins.\r\n   Mehr.\r\n2. Zwei.\r\n"), ["1. Eins.\r\n   Mehr.", "2. Zwei."]);
    assert_eq!(contents("・一文で書く。\n・件名を付ける。"), ["・一文で書く。", "・件名を付ける。"]);
}

#[test]
fn a_wrapped_paragraph_is_one_block_and_lines_that_end_are_blocks_of_their_own() {
    let wrapped = "Halden Roof Solar designs and installs rooftop systems on warehouses, factories\nand farms in the \
                   East Midlands, and it has done so since 2017 for customers of\nall sizes.";
    assert_eq!(contents(wrapped), [wrapped]);
    let lines = "46 systems since 2017, together 9.2 MWp, on warehouses, factories and farms of all \
                 sizes.\nWarranties: panels 25 years.\nCertified: MCS.";
    assert_eq!(contents(lines).len(), 3);
    let announced = "Always end with the line:\nNot interested? Reply STOP and I will not write again.\n\nBe brief.";
    assert_eq!(contents(announced).len(), 2);
}

#[test]
fn a_code_fence_is_whole_whatever_stands_in_it() {
    let nested = "Format:\n````\n```\n## Advice\n</a>\n```\nMore.\n````";
    assert_eq!(contents(&format!("<a>\n## Rules\n{nested}\n- Sign.\n</a>")), [nested, "- Sign."]);
    let tildes = "~~~ text\n```\n~~~~x\n# A\n~~~~";
    assert_eq!(contents(&format!("Sign.\n{tildes}\nEnd.")), ["Sign.", tildes, "End."]);
    // In an item its end opens no other one.
    let item = "- ```\n  ## A\n  ```";
    assert_eq!(contents(&format!("{item}\n- Sign.\n{item}\nEnd.")), [item, "- Sign.", item, "End."]);
    // One that nothing closes is a line like others.
    assert_eq!(contents("````\n# A\nB.\n```"), ["````", "B.", "```"]);
}

#[test]
fn a_table_is_one_block() {
    let piped = "| do | don't |\n|:---|---|\n| Ask. | **Boast** |\n| - a | |";
    let bare = "do | don't\n--- | ---\nAsk. | Boast.";
    for table in [piped, bare] {
        assert_eq!(contents(&format!("## A\n{table}\n- Sign. | x\n")), [table, "- Sign. | x"]);
        let announced = format!("Prices:\n{table}");
        assert_eq!(contents(&format!("{announced}\n\nEnd.")), [announced.as_str(), "End."]);
    }
    assert_eq!(
        contents("Hi {a|b} there.\nReply or not | stop.\n| x"),
        ["Hi {a|b} there.", "Reply or not | stop.", "| x"]
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn blocks_laid_end_to_end_are_the_text(
        text in "\\PC{0,200}",
        lines in r"([-*#<>/:.a-zA \n\t_1)`\r]|\n- |<a>\n|</a>\n|## |: \n|。|\*\*|```\n|`{3,5}a?\n|~~~\n|\| a \|\n|--- \|\n){0,80}",
    ) {
        for text in [&text, &lines] {
            let blocks = blocks(text);
            let joined: String = blocks.iter().map(|block| &text[block.span.clone()]).collect();
            prop_assert!(joined == *text || (blocks.is_empty() && text.lines().all(|line| line.trim().is_empty() || is_rule(line.trim()))));
            for (place, block) in blocks.iter().enumerate() {
                prop_assert!(block.span.start <= block.content.start && block.content.end <= block.span.end);
                prop_assert!(block.under.is_none_or(|over| over < place));
            }
        }
    }
}

#[test]
fn hostile_characters_are_taken_apart_in_proportion_to_their_number() {
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
        "a:\n",
        "\"",
        "```\n",
        "``` a\n~~~\n",
        "````\n``` a\n",
        "| a\n",
        "a | b\n- | -\n",
        "<a>\n</a>\n",
        "<a>\n</b>\n",
        "**a**\n",
        "a\n\n",
        "- a\n  ",
        "一",
        "1. a\n- b\n",
    ] {
        assert_in_proportion(piece, 3_000, |size| drop(blocks(&piece.repeat(size / piece.len()))));
    }
}
