use proptest::prelude::*;

use super::*;

fn one(text: &str) -> Number {
    let found = numbers(text);
    assert_eq!(found.len(), 1, "{text}: {found:?}");
    found[0].clone()
}

fn words(text: &str) -> Vec<i128> {
    let tongues = Tongues::detect(text);
    spoken_numbers(text, &tongues).iter().map(|number| number.readings[0].value.to_integer()).collect()
}

#[test]
fn the_same_number_is_the_same_in_every_notation() {
    let same: [&[&str]; 16] = [
        &[
            "1.200 St",
            "1,200",
            "1 200",
            "1'200",
            "1\u{202f}200",
            "1\u{a0}200",
            "1200",
            "\u{ff11},\u{ff12}\u{ff10}\u{ff10}",
            "\u{661}\u{66c}\u{662}\u{660}\u{660}",
        ],
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
        &["6k", "6 k", "6,000", "6 thousand"],
        &["$70", "US$70", "70 USD", "70 dollars"],
        &["70 kr", "70 SEK"],
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
        ("7M", "7"),
        ("$7m", "$7"),
        ("6k", "6"),
        ("70 USD", "70 AUD"),
        ("70 NOK", "70 SEK"),
        ("R$ 70", "US$70"),
        ("70 K\u{10d}", "\u{20ac}70"),
        ("70 euros", "70 pounds"),
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
    // For a proof they are one number, but for times and names.
    assert!(one("9.30").repeats_one_of(&known.iter()) && one("12").repeats_one_of(&numbers("Q12 300 pages").iter()));
    assert!(
        !one("12 300").repeats_one_of(&known.iter()) && !one("300").repeats_one_of(&numbers("12 300 pages").iter())
    );
}

#[test]
fn three_decimals_are_repeated_by_three_decimals() {
    for (a, b) in [("2.500 St", "2,5"), ("\u{a3}3.750", "\u{a3}3.75"), ("1,400", "1.4")] {
        assert!(one(a).is(&one(b)) && !one(a).repeats(&one(b)) && !one(b).repeats(&one(a)), "{a} and {b}");
    }
    for (a, b) in [("2.500", "2,500"), ("2.500", "2500"), ("0.125", "0,125"), ("2.50", "2,5"), ("1.234 %", "1,234 %")] {
        assert!(one(a).repeats(&one(b)) && one(b).repeats(&one(a)), "{a} and {b}");
    }
}

#[test]
fn digits_are_read_as_people_see_them() {
    for (text, same) in [
        ("\u{1d7f3}\u{1d7ec}%", "70%"),
        ("\u{2466}\u{24ea}%", "70%"),
        ("7\u{fe0f}\u{20e3}0\u{fe0f}\u{20e3} tables", "70"),
        ("_70%_", "70%"),
        ("_70_ per cent", "70"),
        ("x70 faster", "70"),
        ("up70%", "70%"),
        ("KSh70", "70 KES"),
        ("7\u{200b}0\u{ad}0 tables", "700"),
        ("10\u{2076} tables", "1,000,000"),
    ] {
        let number = one(text);
        assert!(number.form == Form::Digits && number.is(&one(same)), "{text}: {number:?}");
        assert!(text[number.start..number.end].contains(|letter: char| letter.is_numeric()), "{text}");
    }
    let found = |text: &str| numbers(text).iter().map(|number| number.form).collect::<Vec<_>>();
    assert_eq!(found("\u{2460} fast \u{2461} cheap, in m\u{b2}\u{b9}"), []);
    assert_eq!(found("70 m\u{b2}, km\u{b3}"), [Form::Digits]);
    assert_eq!(found("\u{2077}\u{2070}\u{2044}\u{2081}\u{2080}\u{2080}").len(), 2);
    assert_eq!(found("utm_70 i700"), [Form::Glued, Form::Glued]);
}

#[test]
fn nearly_all_is_not_all() {
    assert!(!one("100%").rounds(Exact::from_integer(96)) && !one("100 %").rounds(Exact::new(96, 100)));
    assert!(!one("0%").rounds(Exact::new(1, 1000)) && one("100%").rounds(Exact::from_integer(1)));
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
    assert_eq!(
        words("\u{7d0d}\u{671f}\u{306f}\u{4e8c}\u{5341}\u{4e94}\u{65e5}\u{3001}\u{4e09}\u{767e}\u{4e07}\u{5186}"),
        [25, 3_000_000]
    );
    assert_eq!(words("\u{5343}\u{8449}\u{306e}\u{4e00}\u{7dd2}\u{306e}\u{4e07}\u{4e00}"), Vec::<i128>::new());
}

proptest! {
    /// The law: a number is itself in whatever notation it is written.
    #[test]
    fn a_number_written_in_any_notation_equals_itself(
        value in 0_u64..1_000_000_000_000,
        cents in proptest::option::of(0_u32..100),
        a in 0_usize..5,
        b in 0_usize..5,
    ) {
        let write = |style: usize| {
            let (thousands, decimal) = [(",", "."), (".", ","), ("\u{202f}", ","), ("'", "."), ("", ".")][style];
            let digits = value.to_string();
            let group = |group: &[u8]| String::from_utf8_lossy(group).into_owned();
            let grouped: Vec<String> = digits.as_bytes().rchunks(3).rev().map(group).collect();
            let fraction = cents.map(|cents| format!("{decimal}{cents:02}")).unwrap_or_default();
            format!("{}{fraction}", grouped.join(thousands))
        };
        let (left, right) = (one(&write(a)), one(&write(b)));
        prop_assert!(left.is(&right) && left.repeats(&right), "{} {}", write(a), write(b));
        prop_assert!(right.readings.iter().any(|reading| left.rounds(reading.value)));
    }

    #[test]
    fn no_text_makes_it_panic(
        text in "\\PC{0,60}",
        dressed in "[0-9 .%_x\u{ad}\u{1d7f3}\u{2466}\u{2076}\u{2044}\u{2081}]{0,20}",
        numeric in "[0-9., '%\u{20ac}$\u{4e07}\u{5104}\u{5343}kmp\u{bd}]{0,40}",
    ) {
        for text in [text, numeric, dressed] {
            for number in numbers(&text) {
                let _ = &text[number.start..number.end];
            }
            for number in spoken_numbers(&text, &Tongues::detect(&text)) {
                let _ = &text[number.start..number.end];
            }
        }
    }
}
