use proptest::prelude::*;

use super::*;

const FACTS: &str = "Halden Roof Solar, rooftop systems of 50 to 600 kWp in the East Midlands.\n\
    46 systems since 2017, together 9.2 MWp.\n\
    Price: about £780 per kWp. Scaffolding is included. Paper plans: EUR 0.98 a sheet.\n\
    Yield in the region: about 930 kWh per kWp and year.\n\
    Share of remakes: 14 %. Lead time eight weeks. Warranty 10 years.\n\
    A structural check from drawings is free. Certified to ISO 17100 since 2019.\n\
    Subjects: health, personal finance, leadership, food. Two founders, Dana and Oyin.\n\
    An interview of 45 minutes. 318 bookings for 71 clients. Six for $4,200.";
const ORDERS: &str = "Sign as Tom Halden, 0114 496 0123.\nEnd with: Reply STOP and I will not write again.\nMerge \
    fields: {{first_name}}";
const PERSONA: &str =
    "Dr Fitch near Sleaford, Lincolnshire. A roof for 150 kWp. Asks for half-hourly data. Has £200,000. Paid $6,000.";

fn finding(quote: &str, support: &[&str], derivation: &str) -> Finding {
    Finding {
        quote: quote.to_owned(),
        kind: ClaimKind::Figure,
        verdict: ClaimVerdict::Supported,
        support: support.iter().map(|text| (*text).to_owned()).collect(),
        derivation: Some(derivation.to_owned()).filter(|sum| !sum.is_empty()),
    }
}

fn checked(message: &str, findings: &[Finding]) -> Verified {
    verify(findings, message, &Sources::new(FACTS, ORDERS), PERSONA)
}

/// Why a claim that is the whole message does not verify; `None` where it does.
fn reason(claim: &str, support: &[&str], derivation: &str) -> Option<String> {
    let verified = checked(claim, &[finding(claim, support, derivation)]);
    assert_eq!(verified.claims.len() + verified.rejected.len(), 1, "{verified:?}");
    verified.rejected.into_iter().next().map(|rejected| rejected.reason)
}

#[test]
fn what_follows_from_the_sources_verifies() {
    for (claim, support, derivation) in [
        ("14% of our work is made again", vec!["Share of remakes: 14 %"], ""),
        ("€0.98 a sheet", vec!["EUR 0.98 a sheet"], ""),
        ("0.98 EUR a sheet", vec!["EUR 0.98 a sheet"], ""),
        ("0,98 euros a sheet", vec!["EUR 0.98 a sheet"], ""),
        ("a lead time of eight weeks", vec!["Lead time eight weeks."], ""),
        ("a lead time of 8 weeks", vec!["Lead time eight weeks."], ""),
        ("eight weeks or 56 days", vec!["Lead time eight weeks."], "8 * 7"),
        (
            "150 kWp would give about 140,000 kWh a year",
            vec!["about 930 kWh per kWp", "A roof for 150 kWp"],
            "150 * 930",
        ),
        ("150 kWp would cost £117,000", vec!["£780 per kWp", "A roof for 150 kWp"], "150 * 780 = 117000"),
        ("half-hourly readings", vec!["half-hourly data"], ""),
        ("solar in Lincolnshire", vec!["near Sleaford, Lincolnshire"], ""),
        ("£200,000 to spend", vec!["Has £200,000"], ""),
        ("£200k to spend", vec!["Has £200,000"], ""),
        ("the check is free of charge", vec!["A structural check from drawings is free"], ""),
        ("one of four subjects", vec!["Subjects: health, personal finance, leadership, food."], ""),
        ("takes three quarters of an hour", vec!["An interview of 45 minutes"], "45 / 60"),
        ("$700 apiece, 30% less in total", vec!["Six for $4,200", "Paid $6,000"], "4200 / 6; (6000 - 4200) / 6000"),
        ("four or five bookings each", vec!["318 bookings for 71 clients"], "318 / 71"),
        ("over 300 bookings", vec!["318 bookings"], "318 > 300"),
        ("more than three hundred bookings", vec!["318 bookings"], "318 > 300"),
        ("nearly fifty systems", vec!["46 systems since 2017"], "46 < 50"),
        ("about 9 MWp", vec!["together 9.2 MWp"], "9.2"),
        ("we answer 24/7 with a ten-year warranty", vec!["Warranty 10 years"], ""),
        ("two founders", vec!["Dana and Oyin"], ""),
        ("ring me: +44 114 496 0123", vec!["Tom Halden, 0114 496 0123"], ""),
        ("ISO 17100, since 2019", vec!["Certified to ISO 17100 since 2019"], ""),
        ("a 180 kWp system would give some 167,000 kWh", vec!["about 930 kWh per kWp"], "say 180; 180 * 930"),
        ("one page, once", vec!["46 systems since 2017"], ""),
        ("in less than two and a half hours", vec!["An interview of 45 minutes"], "45 / 60 < 2.5"),
        ("in less than two and a half hours", vec!["An interview of 45 minutes"], "45 / 60 < 2 + 1 / 2"),
        ("two to a quarter make £1,560 in the year", vec!["£780 per kWp"], "12 / 3; 780 * 4 / 2"),
    ] {
        assert_eq!(reason(claim, &support, derivation), None, "{claim}");
    }
}

#[test]
fn no_model_waves_a_number_through() {
    let refused: Vec<String> = [
        ("15% of our work is made again", vec!["Share of remakes: 14 %"], ""),
        ("$0.98 a sheet", vec!["EUR 0.98 a sheet"], ""),
        ("a lead time of six weeks", vec!["Lead time eight weeks."], ""),
        ("a lead time of 6 weeks", vec!["Lead time eight weeks."], ""),
        ("150 kWp would give about 160,000 kWh", vec!["about 930 kWh per kWp", "A roof for 150 kWp"], "150 * 930"),
        ("180 kWp would give about 167,000 kWh", vec!["about 930 kWh per kWp"], "180 * 930"),
        ("our average show has 40,000 listeners", vec!["318 bookings for 71 clients"], "40000"),
        ("certified since 2020", vec!["Certified to ISO 17100 since 2019"], "2019"),
        ("certified to ISO27001", vec!["Certified to ISO 17100 since 2019"], ""),
        ("over 400 bookings", vec!["318 bookings"], "318 > 400"),
        ("$800 apiece", vec!["Six for $4,200"], "4200 / 6 = 800"),
        ("ring me: 0114 496 9999", vec!["Tom Halden, 0114 496 0123"], ""),
        ("see halden.com for it", vec!["Halden Roof Solar"], ""),
        ("a warranty of 10 years", vec!["Warranty of twenty years"], ""),
        ("a warranty of 10 years", vec![], "10"),
        ("100% of our work is made again", vec!["Share of remakes: 14 %"], ""),
        ("five subjects of thirteen", vec!["46 systems since 2017"], "46 / 2"),
        ("we run 500 systems", vec!["about 930 kWh per kWp"], "say 500; 500 * 930"),
        ("we run 500 systems", vec!["about 930 kWh per kWp"], "say 500"),
        ("£117,000 for it", vec!["£780 per kWp"], "see the price list"),
        ("more than six hours", vec!["An interview of 45 minutes"], "45 / 60 < 2.5"),
        ("less than 6 hours", vec!["An interview of 45 minutes"], "45 / 60 < 2.5"),
        ("4 times the £780", vec!["An interview of 45 minutes"], "12 / 3; 4 * 45"),
    ]
    .into_iter()
    .map(|(claim, support, derivation)| {
        format!("{claim}: {}", reason(claim, &support, derivation).unwrap_or("ACCEPTED".into()))
    })
    .collect();
    insta::assert_snapshot!(refused.join("\n"));
}

#[test]
fn a_quote_that_is_not_in_the_message_is_rejected_and_one_that_differs_in_signs_is_found() {
    let message = "Dr\u{a0}Fitch — you said “half‑hourly data”.";
    let verified = checked(
        message,
        &[
            finding("you said \"half-hourly data\"", &["half-hourly data"], ""),
            finding("you said so", &["Has £200,000"], ""),
        ],
    );
    assert_eq!(verified.claims[0].quote(message), "you said “half‑hourly data");
    assert_eq!(verified.rejected[0].span, None);
    assert_eq!(verified.rejected[0].reason, "the quote does not stand in the message");
}

#[test]
fn verdicts_against_a_claim_are_taken_as_they_are() {
    let accused = Finding {
        verdict: ClaimVerdict::Contradicted,
        ..finding("12 years", &["Warranty 10 years", "made up"], "10 = 12")
    };
    let claims = checked("A warranty of 12 years.", &[accused]).claims;
    assert_eq!(
        (claims[0].verdict, claims[0].support.as_slice(), &claims[0].derivation),
        (ClaimVerdict::Contradicted, &["Warranty 10 years".to_owned()][..], &None)
    );
    assert_eq!(claims[0].fault().unwrap(), "what is known says otherwise: \"Warranty 10 years\"");
}

#[test]
fn blanks_are_found_without_a_model_and_ordered_ones_are_let_be() {
    let message = "Hi {{first_name}}, about [Company]";
    let blanks = |claims: Vec<Claim>| claims.iter().map(|claim| claim.quote(message).to_owned()).collect::<Vec<_>>();
    let sources = Sources::new(FACTS, ORDERS);
    assert_eq!(blanks(audit_without_model(message, &sources, PERSONA).claims), ["[Company]"]);
    let accuse = |quote: &str| Finding {
        kind: ClaimKind::Placeholder,
        verdict: ClaimVerdict::Unsupported,
        ..finding(quote, &[], "")
    };
    assert_eq!(
        blanks(checked(message, &[accuse("{{first_name}}"), accuse("about [Company]")]).claims),
        ["about [Company]"]
    );
    assert_eq!(audit_without_model("Hi Ann", &sources, PERSONA).claims, []);
}

#[test]
fn what_is_answered_the_second_time_ends_the_matter() {
    let sources = Sources::new(FACTS, ORDERS);
    let message = "We have done 46 systems. Yours would give about 140,000 kWh. You have £300,000.";
    let verifier = Verifier::new(message, &sources, PERSONA);
    let first = || {
        verifier.verify(&[
            finding("46 systems", &["46 systems since 2017"], ""),
            finding("Yours would give about 140,000 kWh", &["about 930 kWh per kWp"], ""),
            finding("You have £300,000", &["Has £200,000"], ""),
            finding("not there at all", &["46 systems"], ""),
        ])
    };
    let said = |findings: &[Finding]| -> Vec<String> {
        let line = |claim: Claim| {
            format!(
                "{} {}{}",
                claim.verdict.as_str(),
                claim.quote(message),
                claim.note.map(|note| format!(": {note}")).unwrap_or_default()
            )
        };
        verifier.settle(first(), findings, &[]).into_iter().map(line).collect()
    };
    let better =
        finding("Yours would give about 140,000 kWh", &["about 930 kWh per kWp", "A roof for 150 kWp"], "150 * 930");
    let accused = Finding { verdict: ClaimVerdict::Contradicted, ..finding("£300,000", &["Has £200,000"], "") };
    let shorter = finding("Yours would give", &["about 930 kWh per kWp"], "");
    insta::assert_snapshot!(
        [said(&[]).join("\n"), said(&[better.clone(), accused]).join("\n"), said(&[shorter, better]).join("\n"),]
            .join("\n\n")
    );
    assert!(
        said(&[finding("Yours would give", &["about 930 kWh per kWp"], "")])[1]
            .starts_with("unsupported Yours would give about 140,000 kWh")
    );
}

#[test]
fn a_passage_that_is_taken_back_and_a_word_that_counts_are_not_held_against_the_message() {
    let sources = Sources::new(FACTS, ORDERS);
    let message =
        "Begin with 30 of your roofs. In both, two cases alike, we would fit 150 kWp. We have done 50 systems.";
    let verifier = Verifier::new(message, &sources, PERSONA);
    let first = verifier.verify(&[
        finding("30 of your roofs", &["46 systems since 2017"], "say 30"),
        finding("In both, two cases alike, we would fit 150 kWp", &["A roof for 150 kWp"], ""),
        finding("done 50 systems", &["46 systems since 2017"], ""),
    ]);
    assert_eq!(first.rejected.len(), 3, "{first:?}");
    let shorter = finding("we would fit 150 kWp", &["A roof for 150 kWp"], "");
    let again = finding("done 50 systems", &["46 systems since 2017"], "");
    let withdrawn = ["30 of your roofs".to_owned(), "done 50 systems".to_owned()];
    let claims = verifier.settle(first, &[shorter, again], &withdrawn);
    let accused: Vec<String> = claims
        .iter()
        .filter(|claim| claim.verdict != ClaimVerdict::Supported)
        .map(|claim| claim.quote(message).to_owned())
        .collect();
    // What is both taken back and claimed once more is still claimed.
    assert_eq!(accused, ["done 50 systems"]);
}

proptest! {
    #[test]
    fn no_answer_makes_it_panic(
        message in "\\PC{0,60}",
        quote in "\\PC{0,20}",
        support in "\\PC{0,20}",
        derivation in "[0-9+*/() .%;=]{0,20}",
    ) {
        let sources = Sources::new(message.as_str(), support.as_str());
        let findings = [finding(&quote, &[&support], &derivation), finding(&message, &[&message], &derivation)];
        let verified = verify(&findings, &message, &sources, &quote);
        for claim in &verified.claims {
            let _ = claim.quote(&message);
            prop_assert!(claim.start < claim.end);
        }
        let _ = super::super::mentions(&message, &sources, &quote);
    }

    /// What stands word for word in the facts is supported by it, whatever numbers are in it.
    #[test]
    fn a_claim_that_stands_in_the_facts_verifies(line in "[A-Za-z0-9 ,.%€-]{2,60}") {
        prop_assume!(line.chars().filter(|letter| letter.is_alphanumeric()).count() >= 2);
        let verified = verify(&[finding(&line, &[&line], "")], &line, &Sources::new(line.as_str(), ""), "");
        let reasons: Vec<&String> = verified.rejected.iter().map(|rejected| &rejected.reason).collect();
        prop_assert!(reasons.is_empty(), "{:?}", reasons);
    }
}

#[test]
fn a_period_that_a_sum_is_for_needs_no_source_of_its_own() {
    let yield_a_year = "about 930 kWh per kWp";
    assert_eq!(reason("Over 12 months some 11,000 kWh", &[yield_a_year], "12 * 930"), None);
    assert_eq!(reason("1 kWp gives about 78 kWh a month", &[yield_a_year], "930 / 12"), None);
    assert_eq!(reason("Cuatro planos al año son 3,92 €", &["EUR 0.98 a sheet"], "4 * 0.98"), None);
    // A count of the offer is no period, and a period without its sum is no help.
    assert!(reason("For 11 customers some 10,200 kWh", &[yield_a_year], "11 * 930").is_some());
    assert!(reason("Over 12 months some 15,000 kWh", &[yield_a_year], "12 * 930").is_some());
}

#[test]
fn a_remark_is_kept_where_it_stands_apart_and_dropped_where_it_does_not() {
    let remark = |quote: &str| Finding {
        kind: ClaimKind::Remark,
        verdict: ClaimVerdict::Unsupported,
        ..finding(quote, &[], "")
    };
    for (message, quote) in [
        ("Sure, here is your message:\n\nHello Dr Fitch,\n\nworth a line?", "Sure, here is your message"),
        (
            "Hello Dr Fitch,\n\nworth a line?\n\nSag mir, ob ich etwas \u{e4}ndern soll!",
            "Sag mir, ob ich etwas \u{e4}ndern soll!",
        ),
        ("Claro, aqu\u{ed} est\u{e1}: Hola, Dr Fitch.", "Claro, aqu\u{ed} est\u{e1}:"),
        ("Hello,\n\n**Version 1**\n\nworth a line?", "Version 1"),
        (
            "\u{4ee5}\u{4e0b}\u{662f}\u{90ae}\u{4ef6}\u{ff1a}\n\n\u{60a8}\u{597d}\u{ff0c}\u{770b}\u{770b}",
            "\u{4ee5}\u{4e0b}\u{662f}\u{90ae}\u{4ef6}",
        ),
        ("Who is the recipient?", "Who is the recipient?"),
    ] {
        let verified = checked(message, &[remark(quote)]);
        assert!(verified.rejected.is_empty(), "{verified:?}");
        let [claim] = verified.claims.as_slice() else { panic!("{verified:?}") };
        // Where a quotation ends with a mark, the passage may end before it.
        let found = (claim.kind, claim.verdict, claim.quote(message).trim_end_matches(['!', ':', '?']));
        assert_eq!(found, (ClaimKind::Remark, ClaimVerdict::Unsupported, quote.trim_end_matches(['!', ':', '?'])));
    }
    // Within a line of the message it is none, whatever a model says, and says again.
    let message = "Hello Dr Fitch,\n\nhere is what we do: we put solar on roofs.\n\nTom";
    let sources = Sources::new(FACTS, ORDERS);
    let verifier = Verifier::new(message, &sources, PERSONA);
    let inside = [remark("here is what we do")];
    let first = verifier.verify(&inside);
    assert!(first.rejected[0].reason.contains("lines of its own"), "{first:?}");
    assert_eq!(verifier.settle(first, &inside, &[]), []);
    // Called supported, it is no more a part of the message than before.
    let apart = checked("Sure!\n\nHello", &[Finding { verdict: ClaimVerdict::Supported, ..remark("Sure!") }]);
    assert_eq!(apart.claims[0].verdict, ClaimVerdict::Unsupported);
}
