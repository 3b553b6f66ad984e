use proptest::prelude::*;

use super::*;

const MESSAGE: &str = "Hello Ada,\n\napprovals get lost in e-mail.\n\nWorth a one-line reply?";

fn cleaned(text: &str) -> Result<Cow<'_, str>, Unusable> {
    message(speech(text)?)
}

#[test]
fn thinking_before_an_answer_is_no_part_of_it() {
    for thinking in [
        "<think>\nFew words.\n</think>\n\n",
        "Few words.\n</think>\n\n",
        "<THINK>Few words.</THINK>",
        "<think></think>\n",
        "<thinking>a</thinking>\n<thinking>b</thinking>\n",
        "<think>a <think> b</think>",
        "[THINK]Few words.[/THINK]",
        "\u{25c1}think\u{25b7}Few words.\u{25c1}/think\u{25b7}",
        "<seed:think>a</seed:think>",
        "<|im_start|>assistant\n<think>a</think>\n",
        "<think lang=\"en\">a</think>",
        "< think >a</ think >",
        "<think\n>a</think\n>",
        "<analysis>a</analysis>\n",
        "<scratchpad>a</scratchpad>\n\n",
        "<inner_monologue>a</inner_monologue>\n",
        "<|begin_of_thought|>\na\n<|end_of_thought|>\n\n<|begin_of_solution|>\n",
        "<|START_THINKING|>a<|END_THINKING|><|START_RESPONSE|>",
        "<|channel>thought\na<channel|>",
        "<unused94>thought\na<unused95>",
        "&lt;think&gt;a&lt;/think&gt;",
        "Here is my thought process:\na\n\nHere is my response:\n",
    ] {
        assert_eq!(cleaned(&format!("{thinking}{MESSAGE}")), Ok(MESSAGE.into()), "{thinking}");
    }
}

#[test]
fn thinking_without_an_answer_or_amidst_one_is_asked_for_again() {
    for text in
        ["<think>Few words", "<think>Few words</think>", "Few words</think> \n", "<|channel|>analysis<|message|>Hm."]
    {
        assert_eq!(cleaned(text), Err(Unusable::OnlyThinking), "{text}");
    }
    for text in [
        "Hello <think>a</think> Ada",
        "<think>a</think> Hello <think>b",
        "Hello <think>",
        "<think>a</think>A<think>b</think>B",
        "<details><summary>Thinking</summary>He wants few words, and nothing else.</details>\n\nHello Ada",
        "<plan>a</plan>\n\nHello Ada",
        "<draft>Hello</draft>\n<message>Hello Ada</message>",
        "**Thinking:**\na\n\n**Message:**\n\nHello Ada",
        "Thinking Process:\n\n1. a",
    ] {
        assert_eq!(cleaned(text), Err(Unusable::Mixed), "{text}");
    }
}

#[test]
fn only_harmonys_final_channel_is_the_answer() {
    for text in [
        format!("<|channel|>analysis<|message|>Few.<|end|><|start|>assistant<|channel|>final<|message|>{MESSAGE}"),
        format!(
            "<|channel|>analysis<|message|>Few.<|end|><|start|>assistant<|channel|>final<|message|>{MESSAGE}<|return|>"
        ),
        format!("<|start|>assistant<|channel|>final <|constrain|>text<|message|>{MESSAGE}<|end|>"),
        format!("analysisHe wants few words.assistantfinal{MESSAGE}"),
        format!("commentaryHe wants few words. assistantfinal{MESSAGE}"),
    ] {
        assert_eq!(cleaned(&text), Ok(MESSAGE.into()), "{text}");
    }
    assert_eq!(cleaned("analysis of approvals\n\nHello"), Ok("analysis of approvals\n\nHello".into()));
}

#[test]
fn tokens_of_a_template_end_the_answer_or_stand_before_it() {
    for text in [
        format!("{MESSAGE}<|im_end|>"),
        format!("{MESSAGE}<|im_end|>\n<|im_start|>user\nThank you"),
        format!("<|im_start|>assistant\n{MESSAGE}<|eot_id|>"),
        format!("<|start_header_id|>assistant<|end_header_id|>\n\n{MESSAGE}"),
        format!("<start_of_turn>model\n{MESSAGE}<end_of_turn>"),
        format!("<s> {MESSAGE}</s>"),
        format!("<|begin_of_solution|>\n{MESSAGE}\n<|end_of_solution|>"),
        format!("<s>[INST] Write to Ada [/INST] {MESSAGE}</s>"),
        format!("{MESSAGE} [INST] And to Ben? [/INST] No"),
        format!("{MESSAGE} <EOS>"),
        format!("<pad><pad>{MESSAGE}<unk>"),
        format!("### Response:\n{MESSAGE}\n\n### Instruction:\nAnd to Ben"),
        format!("Assistant: {MESSAGE}"),
        format!("{MESSAGE}<\u{ff5c}end\u{2581}of\u{2581}sentence\u{ff5c}>"),
    ] {
        assert_eq!(cleaned(&text), Ok(MESSAGE.into()), "{text}");
    }
}

#[test]
fn a_fence_around_the_whole_message_is_taken_off() {
    for text in [
        format!("```\n{MESSAGE}\n```"),
        format!("```text\n{MESSAGE}\n```\n"),
        format!("~~~\n{MESSAGE}\n~~~"),
        format!("Here is the message:\n\n```\n{MESSAGE}\n```\n\nLet me know what you think!"),
        format!("<think>a</think>\n```markdown\n{MESSAGE}\n```<|im_end|>"),
    ] {
        assert_eq!(cleaned(&text), Ok(MESSAGE.into()), "{text}");
    }
    let within = "Hello Ada,\n\nrun this\n\n```\nls\n```\n\nand tell me what you see.";
    assert_eq!(cleaned(within), Ok(within.into()));
    assert_eq!(cleaned("```\nHello\n```\n\n```\nOr so\n```"), Err(Unusable::SeveralTexts));
    assert_eq!(cleaned("```\nHello"), Err(Unusable::SeveralTexts));
}

#[test]
fn an_element_or_json_around_the_whole_message_is_taken_off() {
    for text in [
        format!("<answer>{MESSAGE}</answer>"),
        format!("<think>a</think>\n<answer>\n{MESSAGE}\n</answer>"),
        format!("Here is the message:\n<message>\n{MESSAGE}\n</message>\n\nIt is short."),
        format!("<output><email>{MESSAGE}</email></output>"),
        format!("<draft-1>\n{MESSAGE}\n</draft-1>"),
        format!("{{\"message\": {}}}", serde_json::Value::from(MESSAGE)),
        format!("```json\n{{\"message\": {}}}\n```", serde_json::Value::from(MESSAGE)),
        format!("[{}]", serde_json::Value::from(MESSAGE)),
        serde_json::Value::from(MESSAGE).to_string(),
    ] {
        assert_eq!(cleaned(&text), Ok(MESSAGE.into()), "{text}");
    }
    for text in ["{\"subject\": \"Approvals\", \"body\": \"Hello\"}", "[\"Hello\", \"Or so\"]", "{\"a\": 1}"] {
        assert_eq!(cleaned(text), Err(Unusable::SeveralTexts), "{text}");
    }
    for text in ["<p>Hello Ada,</p>\n<p>approvals get lost.</p>", "{Hi|Hello} Ada, approvals {get|are} lost.", "[1]"] {
        assert_eq!(cleaned(text), Ok(text.into()), "{text}");
    }
}

#[test]
fn chatter_around_a_message_is_cut_where_its_form_tells() {
    for text in [
        format!(
            "Sure! Here is a cold outreach message:\n\n---\n\n{MESSAGE}\n\n---\n\nLet me know if you would like \
             another tone!"
        ),
        format!("Gerne, hier ist die Nachricht:\n\n---\n{MESSAGE}"),
        format!("---\n{MESSAGE}\n---"),
        format!("Sure! Here it is:\n\n{MESSAGE}"),
        format!("Nat\u{fc}rlich, hier ist Ihre Nachricht:\n\n{MESSAGE}"),
        format!("\u{4ee5}\u{4e0b}\u{662f}\u{90ae}\u{4ef6}\u{ff1a}\n\n{MESSAGE}"),
        format!("**Voici le message :**\n\n***\n\n{MESSAGE}"),
        format!("\"{MESSAGE}\""),
        format!("Certainly! Here's a short one:\n\n{MESSAGE}\n\n---\n\nFeel free to tweak it."),
        format!("Sure! Here is the message:\n{MESSAGE}"),
        format!("{MESSAGE}\n\n(42 words)"),
        format!("{MESSAGE}\n\n*(42 W\u{f6}rter)*"),
        format!("Aqu\u{ed} tiene el mensaje:\n\n\u{ab}{MESSAGE}\u{bb}"),
    ] {
        assert_eq!(cleaned(&text), Ok(MESSAGE.into()), "{text}");
    }
    let short = "Hi Ada, approvals get lost in e-mail. Worth a reply?";
    assert_eq!(cleaned(&format!("Here is the message:\n\n```\n{short}\n```\n")), Ok(short.into()));
    let subject = format!("Subject: Approvals\n\n{MESSAGE}");
    assert_eq!(cleaned(&format!("Here is one for Ada:\n\n{subject}")), Ok(subject.as_str().into()));
    let footed = format!("{MESSAGE}\n\n---\n\nHarbourline Ltd, 1 Quay Street. Reply STOP to opt out.");
    assert_eq!(cleaned(&format!("Here it is:\n\n{footed}")), Ok(footed.as_str().into()));
    let two = format!("Two versions:\n\n---\n\n{MESSAGE}\n\n---\n\n{MESSAGE}\n\n---\n\nChoose one.");
    assert_eq!(cleaned(&two), Err(Unusable::SeveralTexts));
}

#[test]
fn a_message_of_any_language_stays_as_it_is() {
    for text in [
        MESSAGE,
        "Buenos d\u{ed}as:\n\nNuestros clientes ahorran la mitad de su tiempo con Harbourline Desk.\n\nUn saludo",
        "Dear Dr. Example:\n\nApprovals get lost in e-mail. Worth a reply?",
        "Estimada se\u{f1}ora Ada Example, directora de inform\u{e1}tica:\n\nLe escribo por las aprobaciones.",
        "\u{5c0a}\u{656c}\u{7684}\u{738b}\u{5148}\u{751f}\u{ff1a}\n\n\
         \u{6211}\u{4eec}\u{63d0}\u{4f9b}\u{5ba1}\u{6279}\u{961f}\u{5217}\u{3002}",
        "Hello Ada,\n\napprovals get lost.\n\nBen\n\n---\nHarbourline Ltd, 1 Quay Street",
        "Subject: Approvals\n\nHi Ada,\n\nthree things:\n\n- one\n- two",
        "Hi <first name>, 3 < 4 [sic]",
        // Lines that end with a colon introduce what the message says.
        "Here is what we do:\n\nWe collect approvals in one queue.\n\nWorth a reply?",
        "Hallo Ada! Hier ist, was wir machen:\n\nWir sammeln Freigaben.\n\nEine Zeile gen\u{fc}gt.",
        "Ada, three quick ones:\n\nInvoices,\napprovals,\ndata entry.\n\nWorth a reply?",
        "Dear Ms Example:\n\nWhat a week!\n\nApprovals pile up.",
        "Subject: Three questions:\n\nHi Ada,\n\nwho signs?",
        "\u{5f20}\u{603b}\u{ff0c}\u{4e00}\u{4ef6}\u{4e8b}\u{ff1a}\n\n\
         \u{6211}\u{4eec}\u{505a}\u{5ba1}\u{6279}\u{3002}\n\n\u{76fc}\u{590d}",
        // Blocks in a message are no message in a block.
        "One line does it:\n\n```\nharbourline up\n```\n\nTell me what you see.",
        "Hello Ada, in a nutshell, and with nothing left out that matters to you:\n\n---\n46 systems\n---\n\nBen",
        "Hello Ada,\n\nhow long does it take?\n\n(15 minutes)",
        "A customer wrote to me:\n\n\"It saved us hours.\"",
        "Bonjour Ada, un client m\u{2019}a \u{e9}crit :\n\n\u{ab} Un.\n\nDeux. \u{bb}\n\nEt vous ?",
    ] {
        assert_eq!(cleaned(text), Ok(text.into()), "{text}");
    }
}

#[test]
fn chatter_that_nothing_marks_stays_for_the_auditor() {
    for text in [
        format!("Sure, here you go.\n\n{MESSAGE}"),
        format!("{MESSAGE}\n\nLet me know if you want changes."),
        format!("Claro, aqu\u{ed} est\u{e1}: {MESSAGE}"),
    ] {
        assert_eq!(cleaned(&text), Ok(text.as_str().into()), "{text}");
    }
}

proptest! {
    #[test]
    fn no_text_breaks_the_cleaning_and_what_is_left_stood_in_it(
        text in "(<think>|</think>|<\\|im_end\\|>|```|---|:|\"|\\n|[a-z ,!é]{1,6}){0,24}",
    ) {
        if let Ok(left) = cleaned(&text) {
            prop_assert!(text.contains(&*left) && left == left.trim());
        }
    }

    #[test]
    fn plain_sentences_are_never_changed(text in "[A-Za-zäöüß ,.?]{1,200}") {
        prop_assert_eq!(cleaned(&text), Ok(text.trim().into()));
    }
}
