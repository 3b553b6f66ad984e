use proptest::prelude::*;

use super::*;
use crate::evaluate::grounding::Sources;
use crate::evaluate::growth::assert_in_proportion;

fn found(text: &str) -> Vec<&str> {
    let certain = |blank: &Blank| blank.certainty == Certainty::Certain;
    blanks(text).iter().filter(|blank| certain(blank)).map(|blank| &text[blank.range.clone()]).collect()
}

#[test]
fn blanks_of_every_shape_and_script_are_found() {
    for (text, expected) in [
        (
            "Hi {{first_name}}, about {{ company | default: \"you\" }}.",
            vec!["{{first_name}}", "{{ company | default: \"you\" }}"],
        ),
        ("Hi {name}, ${company} and {% if x %}", vec!["{name}", "${company}", "{% if x %}"]),
        ("{Hi|Hello {{name}}|Hey} there", vec!["{Hi|Hello {{name}}|Hey}"]),
        (
            "Hi [Name], I saw [specific recent post] at [[Company]].",
            vec!["[Name]", "[specific recent post]", "[[Company]]"],
        ),
        ("Sehr geehrte/r [Anrede Nachname]", vec!["[Anrede Nachname]"]),
        ("株式会社［会社名］ 〔担当者名〕様", vec!["［会社名］", "〔担当者名〕"]),
        ("こんにちは、【担当者名】様", vec!["【担当者名】"]),
        ("Dear <First Name>, dear <<Company>>", vec!["<First Name>", "<<Company>>"]),
        (
            "Hi FIRST_NAME, %COMPANY% and *|FNAME|* or ##city##",
            vec!["FIRST_NAME", "%COMPANY%", "*|FNAME|*", "##city##"],
        ),
        ("Save XX% and $XXX at XXX for ____ people", vec!["XX", "XXX", "XXX", "____"]),
        ("\u{3007}\u{3007}様、\u{25cb}\u{25cb}株式会社", vec!["\u{3007}\u{3007}", "\u{25cb}\u{25cb}"]),
        ("zu einem Preis von xxx Euro", vec!["xxx"]),
        (
            "Hi <%= name %> at $company, %first name% of *|IF:CITY|*",
            vec!["<%= name %>", "$company", "%first name%", "*|IF:CITY|*"],
        ),
        ("\u{201c}Hi\u{201d} [name], [Name], {0}", vec!["[name]", "[Name]", "{0}"]),
        ("Bonjour «Prénom_Client», from __YOUR_NAME__", vec!["«Prénom_Client»", "__YOUR_NAME__"]),
    ] {
        assert_eq!(found(text), expected, "{text}");
    }
}

#[test]
fn what_looks_like_a_blank_and_is_none_is_let_be() {
    for text in [
        "See [the price list](https://x.com) and note [1].",
        "We made it again [and yes, we paid for it]. [...]",
        "<b>Bold</b> and <https://x.com> or Tom <tom@x.com>, a < b > c, <3",
        "Love, Ruth xx",
        "Love, Ruth xxx\n",
        "siglo XX, size XXL, Xerox, exxon",
        "Signed\n______\n* * *\n■ 特徴\n二\u{3007}\u{3007}五年",
        "{\"id\": 1} and {}",
        "100% organic and 50% off, 100%sure%",
        "【ご案内】水質検査のお知らせ\n件名：【新商品】発売",
        "C# and ## heading",
        "a_b and snake_case_name, _emphasis_",
        "US$400, $USD 400, $AAPL, $5k and __NEVER__",
        "« Bonjour » et «Hola, Ana», ((hugs)), 5 %off or 10% of it",
        "[acme.com] and [v1.2]",
        "\u{201c}it [the lab] was fast\u{201d} and \u{201c}Recieved\u{201d} [sic]",
        "List[String], brochure [PDF], site [EN], f(x) = {1, 2}",
        "https://x.example/a%20b%E4%BD%A0",
    ] {
        assert_eq!(found(text), Vec::<&str>::new(), "{text}");
    }
}

#[test]
fn blanks_that_are_ordered_are_allowed() {
    let allowed = |orders: &str, message: &str| {
        let ordered = Ordered::new(&Sources::new("Crowns at £78.", orders));
        blanks(message).iter().all(|blank| ordered.allows(blank, message))
    };
    assert!(allowed("Begin with: Hi {{first_name}},", "Hi {{ first_name }}, hello"));
    assert!(allowed("Merge fields: first_name, company.name", "Hi {{first_name}} at {{company.name}}"));
    assert!(allowed("Merge fields: first_name", "Hi %FIRST_NAME% or {{first_name|there}}"));
    assert!(allowed("Use spintax.", "{Hi|Hello} there"));
    assert!(allowed("Greet like {Hi|Hello}.", "{Dear|Good morning} Ann"));
    assert!(allowed("Sign as [Your Name]", "Best,\n[Your Name]"));
    assert!(!allowed("Sign with your name and company.", "Hi {{name}} at {{company}}"));
    assert!(!allowed("Merge fields: first_name", "Hi {{last_name}}"));
    assert!(!allowed("Save XX%.", "Hi [Name]"));
    assert!(!allowed("", "Save XX%"));
}

#[test]
fn a_message_that_does_not_end_takes_time_in_proportion_to_its_length() {
    for piece in ["%a", "{{a}} ", "<x y>", "##a", "【", "[a ", "*|a ", "__A", "((a ", "\u{ab}a_", "\u{201c}a "] {
        let sources = Sources::new("We sell tea.", "Be brief.");
        assert_in_proportion(piece, 3_000, |size| {
            let text = piece.repeat(size / piece.len());
            drop(crate::evaluate::grounding::mentions(&text, &sources, ""));
            drop(variable_spans(&text));
        });
    }
    let many = "Hi {{a}}, ".repeat(150);
    assert_eq!((blanks(&many).len(), variable_spans(&many).len()), (MOST_BLANKS, 150));
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "[\\PC\n]{0,60}", signs in "[\\[\\]{}<>%*|#@_ xXA\n【】《\u{3007}]{0,60}") {
        for text in [text, signs] {
            let found = blanks(&text);
            prop_assert!(found.windows(2).all(|pair| pair[0].range.end <= pair[1].range.start));
            for blank in &found {
                let _ = Ordered::new(&Sources::new(text.as_str(), "")).allows(blank, &text);
            }
        }
    }
}
