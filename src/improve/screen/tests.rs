use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;

const INCUMBENT: &str = include_str!("../../../prompts/sample_offer.md");
const JUDGE: &str = include_str!("../../../prompts/strict.md");

fn nothing(_: &str) -> Vec<String> {
    Vec::new()
}

fn screen() -> Screen {
    // Its details take eight megabytes: they are made once.
    static SCREEN: LazyLock<Screen> = LazyLock::new(new_screen);
    SCREEN.clone()
}

fn new_screen() -> Screen {
    let mut details = Details::default();
    for number in 0..16 {
        details.take(&match number {
            3 => "Marcus Thompson, IT Operations Manager at HealthBridge in Boston, 500 employees. Fights with Epic."
                .to_owned(),
            _ => format!("Eve Miller, COO at Northwind. Uses Jira. Loses hours to approvals. Number {number}."),
        });
    }
    let mut screen = Screen::new(INCUMBENT, "").guarding_decisions(JUDGE, "").with_details(Arc::new(details));
    screen.guard(
        "[no] It never says what would change for a team of my size in the first month.\n[yes] Short and clear.",
    );
    screen
}

fn with(lines: &[&str]) -> String {
    format!("{INCUMBENT}\n\nHow to write:\n{}", lines.iter().map(|line| format!("- {line}\n")).collect::<String>())
        .trim()
        .to_owned()
}

const GOOD: &str = "Name one process that the reader still runs by hand.";

#[test]
fn a_sound_challenger_passes_as_it_is() {
    let challenger = with(&[GOOD, "Ask for a short reply.", "Keep it under 100 words."]);
    assert_eq!(screen().screened(&challenger, &nothing), Ok(Screened { prompt: challenger, repaired: vec![] }));
}

#[test]
fn an_instruction_that_offends_is_cut_out_and_the_reason_quotes_it() {
    let challenger = with(&[
        GOOD,
        "Say what would change for a team of my size in the first month.",
        "Make sure that it gives you something to believe.",
        "Mention what HealthBridge does.",
        "Say that Stripe and Mercury are customers.",
        "Name the reader, the offer and the",
    ]);
    let invents = |text: &str| text.match_indices("Stripe and Mercury").map(|(_, found)| found.to_owned()).collect();
    let Screened { prompt, repaired } = screen().screened(&challenger, &invents).unwrap();
    assert_eq!(prompt, with(&[GOOD]));
    let cuts: Vec<String> = repaired.iter().map(|cut| format!("{} <- {}", cut.why, cut.passage)).collect();
    insta::assert_snapshot!(cuts.join("\n"));
}

#[test]
fn what_is_in_the_offer_cannot_be_cut_out() {
    let challenger = with(&[GOOD]).replace("Stage:", "Customers: Stripe and Mercury\nStage:");
    let invents = |_: &str| vec!["Stripe and Mercury".to_owned()];
    let dropped = screen().screened(&challenger, &invents).unwrap_err();
    assert_eq!(dropped.to_string(), "the facts do not support it: \"Stripe and Mercury\"");
    // What the incumbent says already is not the challenger's doing.
    let invents = |_: &str| vec!["Series A".to_owned()];
    assert!(screen().screened(&with(&[GOOD]), &invents).is_ok());
}

#[test]
fn what_is_no_prompt_is_dropped() {
    let drop = |challenger: &str| screen().screened(challenger, &nothing).unwrap_err().to_string();
    insta::assert_snapshot!(
        [
            drop(INCUMBENT),
            drop(""),
            drop(&format!("Here is the improved prompt:\n\n{INCUMBENT}")),
            drop(&format!("{INCUMBENT}\n\nHow to write:\n- Mention HealthBridge.")),
            drop(&with(&[&"Be brief. ".repeat(500)])),
            drop("Subject: Automate\n\nDear Eve, Brackwater Flow automates approvals and hand-overs with a visual editor. Do you have ten \
                  minutes on Tuesday to hear how?"),
            drop("You write for a bakery in Bristol. Mention the sourdough and the Saturday market, be warm, keep it under \
                  eighty words and always end with a question about bread."),
        ]
        .join("\n")
    );
}

#[test]
fn chatter_is_cut_and_noted() {
    let wrapped = format!("Sure! Here is the improved prompt:\n\n{}\n\nLet me know if you need more.", with(&[GOOD]));
    let screened = screen().screened(&wrapped, &nothing).unwrap();
    assert_eq!((screened.prompt, screened.repaired.len()), (with(&[GOOD]), 2));
}

#[test]
fn placeholders_are_cut_with_their_instructions() {
    let challenger = with(&[
        GOOD,
        "Open with Hi [First name], I am [Your name].",
        "Write {{company}} and {{pain_point}}.",
        "Ask one question.",
    ]);
    assert_eq!(screen().screened(&challenger, &nothing).unwrap().prompt, with(&[GOOD, "Ask one question."]));
}

#[test]
fn the_limit_is_the_options_but_not_far_above_the_incumbent() {
    let most = |length: usize, longest: usize| Screen::new(&"x".repeat(length), "").longest(longest).most_characters();
    assert_eq!(most(500, LONGEST), 4_000);
    assert_eq!(most(2_000, LONGEST), 6_000);
    assert_eq!(most(9_000, LONGEST), 12_000);
    assert_eq!(most(13_000, LONGEST), 13_000);
    assert_eq!(most(500, 2_000), 2_000);
}

#[test]
fn a_hundred_thousand_hostile_characters_are_screened_in_no_time() {
    let screen = screen().longest(1_000_000);
    let screen = Screen { incumbent: with(&[&"x ".repeat(50_000)]), ..screen };
    for piece in [
        "- Never [a b] HealthBridge use\n",
        "(",
        "what would change for a team of my size in the first month ",
        "Epic 500 employees ",
        "\n\n",
        "```\n",
    ] {
        let text = piece.repeat(100_000 / piece.len());
        let started = std::time::Instant::now();
        let _ = (screen.screened(&text, &nothing), screen.faults(&text, &nothing));
        assert!(started.elapsed().as_secs() < 10, "{piece:?} took {:?}", started.elapsed());
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,300}", lines in "[-*#<>`:.a-zA \n1\\[\\]{}()“”\"]{0,200}", at in any::<prop::sample::Index>()) {
        let screen = screen();
        let invents = |text: &str| {
            let at = at.index(text.len() + 1);
            text.get(at..).map(str::to_owned).into_iter().chain([String::new(), "not there".to_owned()]).collect()
        };
        for text in [&text, &lines, &with(&[&text]), &with(&[&lines])] {
            let _ = (screen.screened(text, &nothing), screen.screened(text, &invents), screen.faults(text, &invents));
        }
    }

    /// What passes has nothing left that would be cut, and screening it again changes nothing.
    #[test]
    fn what_passes_passes_again(lines in prop::collection::vec(prop::sample::select(vec![
        GOOD, "Be kind.", "Mention HealthBridge.", "Say [A b] [C d] {{e}}.", "It never says what would change for a team of my size.", "Rules:",
        "**Tone**", "Ask for the", "Never use hype. Marcus is kind.",
    ]), 0..8)) {
        if let Ok(first) = screen().screened(&with(&lines), &nothing) {
            let again = screen().screened(&first.prompt, &nothing);
            prop_assert_eq!(again, Ok(Screened { prompt: first.prompt, repaired: vec![] }));
        }
    }
}
