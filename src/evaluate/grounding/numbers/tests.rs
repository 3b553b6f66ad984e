use proptest::prelude::*;

use super::*;

fn one(text: &str) -> Number {
    let found = numbers(text);
    assert_eq!(found.len(), 1, "{text}: {found:?}");
    found[0].clone()
}

fn words(text: &str) -> Vec<i128> {
    let tongues = Tongues::detect(text, None);
    spoken_numbers(text, &tongues).iter().map(|number| number.readings[0].value.to_integer()).collect()
}

#[test]
fn the_same_number_is_the_same_in_every_notation() {
    let same: [&[&str]; 13] = [
        &["1.200 St", "1,200", "1 200", "1'200", "1\u{202f}200", "1\u{a0}200", "1200", "\u{ff11},\u{ff12}\u{ff10}\u{ff10}", "\u{661}\u{66c}\u{662}\u{660}\u{660}"],
        &["14%", "14 %", "14\u{a0}%", "\u{661}\u{664}\u{66a}", "\u{ff11}\u{ff14}\u{ff05}", "14"],
        &["14%", "0.14", "0,14"],
        &["\u{20ac}0.98", "0.98 EUR", "0.98 euros", "EUR 0.98", "0,98 \u{20ac}", "\u{20ac} 0,98", "EUR0.98"],
        &["\u{a3}41k", "\u{a3}41,000", "GBP 41 000", "41.000"],
        &["3,8 Millionen", "3.8 million", "3.800.000", "3.8m", "3,8 Mio.", "3 800 000"],
        &["14\u{4e07}", "140,000", "140 000"],
        &["1\u{5104}2,000\u{4e07}", "120,000,000"],
        &["3\u{4e07}5\u{5343}", "35000"],
        &["5\u{5343}\u{4e07}", "50,000,000"],
        &["15p", "\u{a3}0.15", "15 pence"],
        &["3\u{5272}", "30%"],
        &["2\u{bd}", "2.5", "2,5"],
    ];
    for group in same {
        for (a, b) in group.iter().flat_map(|a| group.iter().map(move |b| (a, b))) {
            assert!(one(a).is(&one(b)), "{a} and {b}: {:?} {:?}", one(a), one(b));
        }
    }
}

#[test]
fn different_numbers_are_different() {
    for (a, b) in [
        ("14%", "0.14%"),
        ("\u{20ac}0.98", "$0.98"),
        ("15p", "\u{a3}15"),
        ("14%", "\u{20ac}14"),
        ("1,200", "12,00"),
        ("3 million", "3"),
        ("14\u{4e07}", "14"),
        ("1.234.567", "1234.567"),
    ] {
        assert!(!one(a).is(&one(b)), "{a} and {b}");
    }
    assert!(!one("0.98").is(&one("98")));
}

#[test]
fn numbers_are_found_where_they_stand() {
    let found = |text: &str| -> Vec<String> {
        numbers(text).iter().map(|number| text[number.start..number.end].to_owned()).collect()
    };
    assert_eq!(found("Zirconia \u{a3}78, 2.1 % of 4,180 crowns, 5-day"), ["\u{a3}78", "2.1 %", "4,180", "5"]);
    assert_eq!(found("on 12.11.2025 at 9:30, 24/7 support"), ["12", "11", "2025", "9", "30"]);
    assert_eq!(found("6\u{2013}14 weeks, 3,8 Millionen W\u{f6}rter"), ["6", "14", "3,8 Millionen"]);
    assert_eq!(found("since 2017 46 systems"), ["2017", "46"]);
    assert_eq!(numbers("Medit i700")[0].form, Form::Glued);
    assert_eq!(numbers("\u{7d04}14\u{4e07}\u{4ef6}")[0].form, Form::Digits);
    // Too long for a number.
    assert_eq!(numbers("12345678901234567890"), []);
}

#[test]
fn groups_that_may_be_two_numbers_are_among_them() {
    let known = numbers("12 people, 300 days, 9 and 30");
    assert!(one("12 300").is_among(&known) && one("9.30").is_among(&known));
    assert!(!one("12,300").is_among(&known) && !one("9.31").is_among(&known));
}

#[test]
fn a_number_rounds_to_the_digits_that_it_shows() {
    let exact = |whole: i128, by: i128| Exact::new(whole, by);
    for (written, value, expected) in [
        ("140,000", exact(139_500, 1), true),
        ("140,000", exact(133_000, 1), false),
        ("167,000", exact(167_400, 1), true),
        ("167,000", exact(168_000, 1), false),
        ("88", exact(8778, 100), true),
        ("6", exact(64, 10), true),
        ("6", exact(66, 10), false),
        ("20", exact(18, 1), false),
        ("100,000", exact(139_500, 1), false),
        ("30%", exact(3, 10), true),
        ("2020", exact(2019, 1), false),
        ("0.7", exact(2, 3), true),
        ("$700", exact(4200, 6), true),
    ] {
        assert_eq!(one(written).rounds(value), expected, "{written} {value}");
    }
}

#[test]
fn number_words_are_read_in_the_languages_of_the_text() {
    assert_eq!(words("Two weeks for a crown is about ten working days; ours takes seventy-eight hours."), [2, 10, 78]);
    assert_eq!(words("Wir liefern in acht Wochen, bei achtundzwanzig Kunden."), [8, 28]);
    assert_eq!(words("Entregamos los resultados en once d\u{ed}as, no en veinticinco."), [11, 25]);
    assert_eq!(words("Nous livrons en trois semaines, au plus tard en quatre-vingt-dix jours."), [3, 90]);
    assert_eq!(words("Once the file has landed we send it to the lab in the second week."), Vec::<i128>::new());
    assert_eq!(words("\u{7d0d}\u{671f}\u{306f}\u{4e8c}\u{5341}\u{4e94}\u{65e5}\u{3001}\u{4e09}\u{767e}\u{4e07}\u{5186}"), [25, 3_000_000]);
    assert_eq!(words("\u{5343}\u{8449}\u{306e}\u{4e00}\u{7dd2}\u{306e}\u{4e07}\u{4e00}"), Vec::<i128>::new());
}

proptest! {
    /// The law: a number is itself in whatever notation it is written.
    #[test]
    fn a_number_written_in_any_notation_equals_itself(value in 0_u64..1_000_000_000_000, cents in proptest::option::of(0_u32..100), a in 0_usize..5, b in 0_usize..5) {
        let write = |style: usize| {
            let (thousands, decimal) = [(",", "."), (".", ","), ("\u{202f}", ","), ("'", "."), ("", ".")][style];
            let digits = value.to_string();
            let grouped: Vec<String> = digits.as_bytes().rchunks(3).rev().map(|group| String::from_utf8_lossy(group).into_owned()).collect();
            let fraction = cents.map(|cents| format!("{decimal}{cents:02}")).unwrap_or_default();
            format!("{}{fraction}", grouped.join(thousands))
        };
        let (left, right) = (one(&write(a)), one(&write(b)));
        prop_assert!(left.is(&right), "{} {}", write(a), write(b));
        prop_assert!(right.readings.iter().any(|reading| left.rounds(reading.value)));
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,60}", numeric in "[0-9., '%\u{20ac}$\u{4e07}\u{5104}\u{5343}kmp\u{bd}]{0,40}") {
        for text in [text, numeric] {
            for number in numbers(&text) {
                let _ = &text[number.start..number.end];
            }
            for number in spoken_numbers(&text, &Tongues::detect(&text, None)) {
                let _ = &text[number.start..number.end];
            }
        }
    }
}
