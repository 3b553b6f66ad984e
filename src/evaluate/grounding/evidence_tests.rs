use super::super::{ClaimKind, ClaimVerdict, Finding, Sources, verify};

fn finding(quote: &str, support: &str, derivation: &str) -> Finding {
    Finding {
        quote: quote.to_owned(),
        kind: ClaimKind::Figure,
        verdict: ClaimVerdict::Supported,
        support: vec![support.to_owned()],
        derivation: Some(derivation.to_owned()).filter(|sum| !sum.is_empty()),
    }
}

/// Why a claim does not verify by facts that are quoted whole, or by a part of them.
fn refused(facts: &str, quotation: Option<&str>, claim: &str, derivation: &str) -> Option<String> {
    let found = finding(claim, quotation.unwrap_or(facts), derivation);
    let verified = verify(&[found], claim, &Sources::new(facts, ""), "Ms Okafor runs a bakery in a small town.");
    verified.rejected.into_iter().next().map(|rejected| rejected.reason)
}

#[test]
fn a_quotation_shows_whole_numbers_wherever_it_begins_and_ends() {
    for (facts, quotation, claim) in [
        ("Loyer : 2 750 € par an.", "750 € par an", "750 € par an"),
        ("Loyer : 2\u{202f}750\u{a0}€ par an.", "750 € par an", "750 € par an"),
        ("Pris: 7 695 kr per år.", "695 kr per år", "695 kr per år"),
        ("Effectif : 18 900 membres.", "Effectif : 18", "18 membres"),
        ("Turnover £6 million last year.", "Turnover £6", "£6 turnover"),
        ("7万人が利用", "7", "7人が利用"),
        ("We run two thousand five hundred vans.", "five hundred vans", "five hundred vans"),
        ("Rent USD 65 a day.", "65 a day", "€65 a day"),
    ] {
        assert!(refused(facts, Some(quotation), claim, "").is_some(), "{claim} by {quotation} of {facts}");
        assert_eq!(refused(facts, None, facts, ""), None, "{facts}");
    }
    assert_eq!(refused("Seats: 18\n900 members", Some("900 members"), "900 members", ""), None);
    assert_eq!(refused("Rent USD 65 a day.", Some("65 a day"), "$65 a day", ""), None);
}

#[test]
fn one_number_in_several_notations_is_no_second_number() {
    for (facts, claim) in [
        ("£7m saved.", "£7 million saved."),
        ("9 Mio. Pakete", "9 millones de paquetes"),
        ("$2.4bn insured.", "$2,400 million insured."),
        ("70k meals a day.", "70 mille repas par jour."),
        ("A fourth-generation bakery.", "A 4th generation bakery."),
        ("Bäckerei in vierter Generation, seit langem.", "Bäckerei in 4. Generation"),
        ("Open on 23 May 2028.", "Wir öffnen am 23.5.2028."),
        ("Open on 23 May 2028.", "Open from 2028-05-23."),
        ("Q2 2028", "Q2/28"),
    ] {
        assert_eq!(refused(facts, None, claim, ""), None, "{claim} by {facts}");
    }
    for (facts, claim) in [
        ("£7m saved.", "1,000,000 jars saved."),
        ("A fourth-generation bakery.", "A bakery with 4 ovens."),
        ("Open on 23 May 2028.", "Open on 24.5.2028."),
        ("Open on 23.5.2028.", "Open on 2028-06-23."),
    ] {
        assert!(refused(facts, None, claim, "").is_some(), "{claim} by {facts}");
    }
}

#[test]
fn per_cent_and_money_need_a_source_that_names_them() {
    for (facts, claim, derivation) in [
        ("64 ovens sold.", "64% of ovens sold.", ""),
        ("64 ovens sold. Returns: 3 %.", "64% of ovens sold.", ""),
        ("64 ovens sold. $90 apiece.", "$64 apiece.", ""),
        ("64 ovens sold.", "$64 an oven.", ""),
        ("64 ovens sold.", "$64 an oven.", "64"),
        ("64 ovens sold.", "36% are left.", "100 - 64"),
        ("A fee of 6 %.", "A fee of 600 %.", "6"),
        ("0.8 % are returned.", "80 % are returned.", "0.8"),
        ("97 % are on time.", "100 % are on time.", "97%"),
        ("640 zloty a month.", "640 euros a month.", ""),
        ("640 Ft a month.", "640 € a month.", ""),
        ("640 AUD a month.", "640 USD a month.", ""),
    ] {
        assert!(refused(facts, None, claim, derivation).is_some(), "{claim} by {facts}");
    }
    for (facts, claim, derivation) in [
        ("64 per cent sold.", "64% are sold.", ""),
        ("Between 5 and 7 %.", "Between 5% and 7%.", ""),
        ("Plans: 19, 39 and 64 dollars.", "Plans at $19, $39 and $64.", ""),
        ("All prices in £. Loaf 4, cake 19.", "A cake at £19.", ""),
        ("0.64 of all ovens are sold.", "64% are sold.", ""),
        ("64 AUD a month.", "$64 a month.", ""),
        ("25 lbs a sack.", "25 pounds a sack.", ""),
        ("A fee of 6 %.", "72 % in a year.", "6 * 12"),
        ("A fee of 6 %.", "94 % are yours.", "100 - 6"),
        ("From 16 % to 12 %.", "A quarter, or 25 %, and 4 points less.", "(16 - 12) / 16; 16% - 12%"),
        ("$80 and 25 % tax.", "$100 with tax.", "80 * 1.25"),
        ("3 of 4 ovens are sold.", "75% are sold.", "3 / 4"),
    ] {
        assert_eq!(refused(facts, None, claim, derivation), None, "{claim} by {facts}");
    }
}

#[test]
fn large_numbers_in_words_are_held_like_those_in_digits() {
    let facts = "Halden bakes bread for schools and for hospitals, and its customers like it.";
    for claim in [
        "We bake the bread for sixty schools in the whole of the county.",
        "We bake the bread for three thousand schools in the county.",
        "Eighty percent of our customers would buy from us again.",
        "Five per cent of our customers have left us this year.",
        "Wir backen das Brot für sechzig Schulen und für Krankenhäuser.",
        "Hacemos el pan para cincuenta escuelas y hospitales de la zona.",
    ] {
        assert!(refused(facts, None, claim, "").is_some(), "{claim}");
    }
    assert_eq!(refused(facts, None, "One or two schools could be yours, too.", ""), None);
}

#[test]
fn a_bound_that_is_far_away_carries_nothing() {
    let facts = "Bread for 318 shops, baked in 45 minutes. 1 250 loaves.";
    for (claim, derivation) in [
        ("Bread for 10,000 shops.", "318 < 10000"),
        ("We save you 97% of the time.", "97% < 318"),
        ("We save you 130 hours.", "130 > 45"),
        ("Bread for 137 shops.", "45 * 3 + 1 + 1"),
        ("Bread for 57 shops.", "45 + 12"),
        ("Bread for 570 shops.", "45 / 60 > 570 / 1000"),
    ] {
        assert!(refused(facts, None, claim, derivation).is_some(), "{claim}");
    }
    for (claim, derivation) in [
        ("Bread for over 200 shops.", "318 > 200"),
        ("Baked in under 60 minutes.", "45 < 60"),
        ("Baked in less than 2 hours.", "45 / 60 < 2"),
        ("Three quarters of an hour is more than 7 in 10.", "45 / 60 > 7 / 10"),
    ] {
        assert_eq!(refused(facts, None, claim, derivation), None, "{claim}");
    }
}
