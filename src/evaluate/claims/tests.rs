use std::path::PathBuf;

use super::*;

/// The original service's results: messages that a strong model wrote for an offer that states very little.
fn originals() -> Option<Vec<serde_json::Value>> {
    let shared =
        std::env::var_os("REJOINDER_SHARED_DATA").map_or_else(|| PathBuf::from("../shared/data"), PathBuf::from);
    let folder = std::fs::read_dir(shared.join("results")).ok()?;
    let mut paths: Vec<PathBuf> = folder.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    Some(paths.iter().map(|path| serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()).collect())
}

#[test]
fn nearly_every_message_that_a_strong_model_wrote_for_a_bare_offer_is_caught() {
    let Some(files) = originals() else {
        eprintln!("skipped: the original service's files are absent");
        return;
    };
    let facts = Facts::of(files[0]["metadata"]["system_prompt"].as_str().unwrap());
    let (mut caught, mut all, mut claims) = (0, 0, 0);
    let started = std::time::Instant::now();
    for result in files.iter().flat_map(|file| file["results"].as_array().unwrap()) {
        let persona = result["persona"].as_str().unwrap();
        for message in result["messages"].as_array().unwrap() {
            let message = message["message"].as_str().unwrap();
            let audit = audit(message, &facts, persona);
            all += 1;
            caught += usize::from(!audit.is_grounded());
            println!("--- {message}\n");
            for claim in &audit.claims {
                println!("  {:?} {} <{}> {:?}", claim.kind, claim.grounded, claim.quote(message), claim.support);
            }
            claims += audit.ungrounded().count();
        }
    }
    println!("{caught} of {all} caught, {claims} unsupported claims, {:?} a message", started.elapsed() / all);
    assert!(all >= 40 && caught as u32 == all, "{caught} of {all}");
}

const FACTS: &str = "Company: Brackwater\nProduct: Brackwater Flow, workflows with a visual editor and an API\n\
    Value proposition: teams reduce manual process work by 45% within the first quarter\n\
    Integrations: Salesforce, Jira, and any system with a REST API\nSecurity: single sign-on; ISO 27001 is planned\n\
    Price: from $600 a month, month to month\nStage: founded four years ago\n\nWriting instructions:\n\
    - Mention SOC 2\n- Include specific metrics, such as a 70% reduction\n- Keep it under 120 words";
const PERSONA: &str = "Ann Ray, 41, COO of a 50-person agency in Leeds. Her team of eight loses 40% of its time to status \
    reports. Uses Asana. Recently spoke at a meetup about hiring. Worried about SOC 2 compliance.";

fn kinds(message: &str) -> Vec<Kind> {
    audit(message, &Facts::of(FACTS), PERSONA).ungrounded().map(|claim| claim.kind).collect()
}

#[test]
fn instructions_state_nothing_and_statements_do() {
    let facts = Facts::of(FACTS);
    assert_eq!(facts.text.lines().count(), 7, "{}", facts.text);
    assert!(!facts.text.contains("SOC 2") && !facts.text.contains("70%"));
    for line in [
        "Include specific metrics",
        "- Mention SOC 2",
        "Security: offer to answer questions",
        "Tone: plain",
        "You must never invent customers.",
        "Never name a customer",
        "The message should open with the reader's problem",
        "If the reader is a CTO, speak of the API.",
    ] {
        assert!(is_instruction(line), "{line}");
    }
    for line in [
        "Value Proposition: Reduce manual work by 60% and increase team productivity",
        "Customers: Acme, Globex",
        "We are SOC 2 certified.",
        "Brackwater makes a workflow platform.",
        "Price: from $600 a month",
        "",
    ] {
        assert!(!is_instruction(line), "{line}");
    }
}

#[test]
fn what_is_asked_offered_imagined_denied_or_known_is_no_claim() {
    for message in [
        "Would 15 minutes on Tuesday at 2 PM work?",
        "I can send a one-page summary within two days.",
        "Imagine cutting your status reports by 70%: what would your team do with the time?",
        "Suppose a 40-person agency with three account managers. Each of them spends two hours a week on reports.",
        "You run a 50-person agency, and your team of eight loses 40% of its time to status reports.",
        "Teams reduce manual process work by 45% within the first quarter.",
        "It reduces manual process work by 45 percent.",
        "It works with Jira and Salesforce, and costs $600 a month, so $7,200 a year.",
        "We are not SOC 2 certified, and I will not pretend that we are.",
        "We have no case study from an agency to show you.",
        "I know that SOC 2 compliance worries you.",
        "Does it need to work with Asana?",
        "I noticed that you lead a 50-person agency in Leeds.",
        "You recently spoke at a meetup about hiring.",
        "If Brackwater saved each of your eight people two hours a week, would that be worth a look?",
        "Many teams lose hours to status reports.",
        "We were founded four years ago.",
        "Ask Asana whether it matters; I'd rather hear it from you.",
    ] {
        assert_eq!(kinds(message), [], "{message}");
    }
}

#[test]
fn what_nothing_supports_is_found_with_its_kind() {
    for (message, kind) in [
        ("One client cut it by 45% within the first quarter.", Kind::Result),
        ("A 50-person agency in Austin halved its reporting time.", Kind::Result),
        ("We've helped several agencies like yours.", Kind::Customer),
        ("Most clients see payback in a quarter.", Kind::Result),
        ("It cuts manual work by 70%.", Kind::Figure),
        ("You would be live in two weeks.", Kind::Figure),
        ("We are ISO 27001 certified.", Kind::Certification),
        ("Our platform is SOC 2 compliant.", Kind::Certification),
        ("It integrates with Asana.", Kind::Integration),
        ("I saw your post about status reports.", Kind::SharedHistory),
        ("Congrats on the recent funding!", Kind::SharedHistory),
        ("Your colleague suggested that I write.", Kind::SharedHistory),
        ("As we discussed, here is more.", Kind::SharedHistory),
        ("It costs $400 a month.", Kind::Price),
        ("You get a 20% discount until Friday.", Kind::Price),
        ("Hi {{first_name}}, a word about reports.", Kind::Placeholder),
        ("Best,\n[Your Name]", Kind::Placeholder),
        ("Our founders built workflow tools at Google.", Kind::Other),
        ("Gartner named us a leader.", Kind::Other),
    ] {
        assert!(kinds(message).contains(&kind), "{message}: {:?}", kinds(message));
    }
}

#[test]
fn claims_are_found_in_whatever_form_they_are_made() {
    let messages = [
        "Being ISO 27001 certified, we can start at once.",
        "A customer went from 42 hours to 7 hours.",
        "One customer saved 49% of the effort.",
        "A joiner two streets from you went from chasing on Fridays to golf on Fridays.",
        "What used to take them a day takes an hour now.",
        "Owners tell us they would not go back.",
        "\"We should have done this years ago,\" said the head of a school in Perth.",
        "Toyota, Siemens and the city of Bristol are on board.",
        "Only two onboarding slots are left.",
        "The introductory price ends on Friday.",
        "Unlike Deputy, it never sleeps.",
        "It is faster than any other tool.",
        "We are an official partner of the chamber.",
        "We recently opened an office in Oslo.",
        "Everyone who tried it ordered more.",
        "It has never failed.",
        "Your insurer will lower the premium.",
        "My uncle runs three shops and saved a fortune.",
        "It has been tested by an independent laboratory.",
        "If it does not work, we refund the price.",
        "It was a pleasure to meet you at the fair.",
        "I hear that you are opening a second office.",
        "Your colleague at the other site already has it.",
    ];
    let missed: Vec<&str> = messages.into_iter().filter(|message| kinds(message).is_empty()).collect();
    assert_eq!(missed, [""; 0]);
}

#[test]
fn what_follows_from_known_numbers_is_known() {
    for message in [
        "For your team of eight, 40% of the time is more than three people.",
        "It costs $600 a month, so $7,200 a year, or $1,200 for two months.",
        "Your team of eight loses 40%, so 60% of the time is left.",
        "Say each of the eight spends 3 hours a week on it: that is 24 hours.",
    ] {
        assert_eq!(kinds(message), [], "{message}");
    }
    assert_eq!(kinds("It costs $600 a month, and clients save $5,000."), [Kind::Price]);
}

#[test]
fn a_sender_has_a_name_and_so_have_the_reader_and_the_offer() {
    for message in [
        "Morning Ann, Sam from Brackwater here.",
        "Estimada Ann,\n\nit runs in Leeds as anywhere.\n\nSaludos,\nMaria Lopez",
        "I am Tom, and Asana is what you use.",
    ] {
        assert_eq!(kinds(message), [], "{message}");
    }
}

#[test]
fn offsets_count_characters_and_quotations_are_the_messages_own_words() {
    let message = "Zoë — 🚀 “We’re SOC 2 certified.”";
    let found = audit(message, &Facts::of(FACTS), PERSONA);
    assert_eq!(found.claims.len(), 1);
    assert_eq!(found.claims[0].quote(message), "SOC 2 certified");
    assert_eq!(found.verdict(), Verdict::Ungrounded);
}

proptest::proptest! {
    #[test]
    fn no_text_makes_it_panic_and_every_claim_lies_inside_its_message(
        message in "(We|I|our|client|helped|saw|your|post|cut|by|70%|SOC 2|certified|with|Jira|[A-Z][a-z]{2,6}|\\[Name\\]|\\$5|hours|[.,!?\n ’“—é🚀-]| ){0,40}|\\PC{0,120}",
        facts in "\\PC{0,80}",
        persona in "\\PC{0,80}",
    ) {
        let found = audit(&message, &Facts::of(&facts), &persona);
        let length = message.chars().count();
        for claim in &found.claims {
            proptest::prop_assert!(claim.start < claim.end && claim.end <= length, "{claim:?} of {length}");
            proptest::prop_assert_eq!(claim.grounded, claim.support.is_some());
        }
        let _ = prompt_faults(&message, &Facts::of(&facts));
    }
}
