use num_traits::{CheckedAdd, CheckedDiv, CheckedSub, Zero};
use proptest::prelude::*;

use super::*;
use crate::evaluate::grounding::numbers::numbers;

const SOURCE: &str =
    "150 kWp, 930 kWh, 2.1 % of 4,180 crowns, $6,000, six for $4,200, 25 crowns at \u{a3}78, 194,000 kWh, 318 bookings";

fn computed(text: &str) -> Result<Vec<Exact>, Fault> {
    let known = numbers(SOURCE);
    let claim = numbers("more than 300, 180 kWp");
    let origin = |number: &Number| {
        if number.is_among(&known) {
            Origin::Quoted
        } else if number.is_among(&claim) {
            Origin::Claim
        } else {
            Origin::Nowhere
        }
    };
    derive(text, origin, |_| None).map(|sums| sums.into_iter().flat_map(|sum| sum.results).collect())
}

fn whole(text: &str) -> Vec<i128> {
    computed(text).unwrap().iter().map(|value| value.round().to_integer()).collect()
}

#[test]
fn sums_are_computed_exactly() {
    assert_eq!(whole("150 * 930"), [139_500]);
    assert_eq!(whole("150 kWp \u{d7} 930 kWh"), [139_500]);
    assert_eq!(whole("150 x 930 = 139,500 \u{2248} 140000"), [139_500]);
    assert_eq!(whole("4180 * 2.1%"), [88]);
    assert_eq!(whole("4180 * 0.021"), [88]);
    assert_eq!(whole("4,180 * 2.1 / 100"), [0, 88]);
    assert_eq!(computed("(6000 - 4200) / 6000"), Ok(vec![Exact::new(3, 10)]));
    assert_eq!(whole("25 * 78; 78 / 2"), [1950, 39]);
    assert_eq!(whole("-(150 - 930)"), [780]);
    assert_eq!(whole("194000"), [194_000]);
    assert_eq!(computed("4200 / (2 + 4)"), Err(Fault::Unknown("2".into())));
}

#[test]
fn no_sum_brings_in_a_number() {
    for (text, unknown) in [("150 * 940", "940"), ("40 * 100", "40"), ("150 + 5", "5"), ("78 - 7", "7"), ("24", "24")] {
        assert_eq!(computed(text), Err(Fault::Unknown(unknown.into())), "{text}");
    }
    assert_eq!(computed("12 * 52"), Err(Fault::NotQuoted));
    assert_eq!(computed("12 / 3"), Err(Fault::NotQuoted));
    assert_eq!(computed("12 / 3; 4 * 31"), Err(Fault::Unknown("31".into())));
    assert_eq!(computed("12 / 3; 4 * 12"), Err(Fault::NotQuoted));
    assert_eq!(computed("12 / 3; 4 > 2"), Err(Fault::NotQuoted));
    assert_eq!(computed("100% - 2.1%").map(|values| values.len()), Ok(1));
}

#[test]
fn what_the_message_supposes_has_to_be_said() {
    assert_eq!(whole("say 180; 180 * 930"), [167_400]);
    assert_eq!(whole("say 180 kWp; 180 kWp * 930"), [167_400]);
    assert_eq!(computed("180 * 930"), Err(Fault::NotSupposed("180".into())));
    assert_eq!(computed("say 190; 190 * 930"), Err(Fault::Unknown("190".into())));
    assert!(matches!(computed("say 180"), Err(Fault::Unreadable(_))));
    assert_eq!(computed("say 180; 180 * 300"), Err(Fault::NotSupposed("300".into())));
}

#[test]
fn what_an_earlier_sum_comes_to_may_be_used_in_a_later_one() {
    assert_eq!(whole("12 / 3; 5 * 12 / 4 * 78; 4 * 78"), [1170, 312]);
    assert_eq!(whole("25 * 78; 1950 - 150"), [1950, 1800]);
    assert_eq!(whole("25 * 78; 1950 / 2"), [1950, 975]);
    assert_eq!(computed("1950 / 2; 25 * 78"), Err(Fault::Unknown("1950".into())));
    assert_eq!(computed("25 * 78; 1951 / 2"), Err(Fault::Unknown("1951".into())));
}

#[test]
fn a_bound_may_say_in_digits_what_the_claim_says_in_words() {
    assert_eq!(computed("25 / 10 > 2.5"), Err(Fault::Wrong { left: "2.5".into(), right: "2.5".into() }));
    for text in ["78 / 52 >= 1.5", "25 / 10 < 7", "25 / 10 < 2 + 3 / 4 + 1 / 4", "150 > 52"] {
        assert_eq!(computed(text), Ok(vec![]), "{text}");
    }
    for text in ["12 > 1.5", "7 < 12"] {
        assert_eq!(computed(text), Err(Fault::NotQuoted), "{text}");
    }
}

#[test]
fn what_is_wrong_or_no_sum_is_said() {
    assert_eq!(computed("150 * 930 = 150000"), Err(Fault::Wrong { left: "139500".into(), right: "150000".into() }));
    for text in ["n/a", "", ";", "150 *", "150 930 * 2 ^ 2", "(150", "150 & 930", "see the facts", "150 = "] {
        assert!(matches!(computed(text), Err(Fault::Unreadable(_))), "{text}: {:?}", computed(text));
    }
    assert!(matches!(computed("150 / (78 - 78)"), Err(Fault::NoValue(_))));
    assert!(matches!(computed(&"(".repeat(300)), Err(Fault::Unreadable(_))));
}

#[test]
fn a_comparison_holds_the_claim_against_the_source() {
    assert_eq!(computed("318 > 300"), Ok(vec![]));
    assert_eq!(computed("300 <= 318"), Ok(vec![]));
    assert_eq!(computed("318 < 300"), Err(Fault::Wrong { left: "318".into(), right: "300".into() }));
    assert_eq!(computed("400 > 318"), Err(Fault::Unknown("400".into())));
    // A bound that is far away says nothing.
    assert_eq!(computed("6000 > 300"), Err(Fault::Far { left: "6000".into(), right: "300".into() }));
    assert_eq!(computed("25 < 180"), Err(Fault::Far { left: "25".into(), right: "180".into() }));
    assert_eq!(computed("930 > 180 + 318"), Err(Fault::NotSupposed("180".into())));
}

#[test]
fn few_numbers_come_from_nowhere() {
    assert_eq!(computed("318 + 1 + 1"), Err(Fault::Unknown("1".into())));
    assert_eq!(computed("318 + 12"), Err(Fault::Unknown("12".into())));
    assert_eq!(computed("78 * 4 * 3 * 2 / 7"), Err(Fault::Unknown("7".into())));
    assert_eq!(computed("1 - (1 - 2.1%) * (1 - 2.1%)").map(|values| values.len()), Ok(1));
    assert_eq!(whole("25 * 9 / 5 + 32"), [77]);
    assert_eq!(whole("150 * 0.6214"), [93]);
    assert_eq!(computed("150 * 0.63"), Err(Fault::Unknown("0.63".into())));
}

/// A random expression as text and its value.
fn expression() -> impl Strategy<Value = (String, Option<Exact>)> {
    let number = prop::sample::select(vec![150_i128, 930, 78, 25, 6000, 318]);
    let leaf = number.prop_map(|number| (number.to_string(), Some(Exact::from_integer(number))));
    leaf.prop_recursive(4, 24, 2, |inner| {
        (inner.clone(), inner, 0_usize..4).prop_map(|((left, a), (right, b), operator)| {
            let sign = ["+", "-", "*", "/"][operator];
            let value = a.zip(b).and_then(|(a, b)| match operator {
                0 => a.checked_add(&b),
                1 => a.checked_sub(&b),
                2 => a.checked_mul(&b),
                _ if b.is_zero() => None,
                _ => a.checked_div(&b),
            });
            (format!("({left} {sign} {right})"), value)
        })
    })
}

proptest! {
    /// The law: what is computed is exact arithmetic.
    #[test]
    fn a_sum_equals_exact_arithmetic((text, value) in expression()) {
        prop_assume!(text.len() <= MOST_CHARACTERS);
        match value {
            Some(value) => prop_assert_eq!(computed(&text), Ok(vec![value])),
            None => prop_assert!(computed(&text).is_err()),
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,60}", sum in "[0-9 +*/()%.,;=<>-]{0,60}") {
        let _ = computed(&text);
        let _ = computed(&sum);
    }
}
