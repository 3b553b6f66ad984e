//! Signs, codes and words that stand beside numbers: data, not meaning.

/// A currency, or several that share a sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::evaluate::grounding) enum Currency {
    Euro,
    Dollar,
    Pound,
    /// Yen and yuan share their sign.
    Yen,
    Franc,
    Krona,
    Rupee,
    Won,
    /// Any other, by the first letters of its code.
    Other([u8; 3]),
}

/// The currency of a sign.
pub(super) fn sign(letter: char) -> Option<Currency> {
    Some(match letter {
        '\u{20ac}' => Currency::Euro,
        '$' | '\u{ff04}' | '\u{fe69}' => Currency::Dollar,
        '\u{a3}' | '\u{ffe1}' => Currency::Pound,
        '\u{a5}' | '\u{ffe5}' | '\u{5186}' | '\u{5143}' => Currency::Yen,
        '\u{20b9}' | '\u{20a8}' => Currency::Rupee,
        '\u{20a9}' | '\u{ffe6}' | '\u{c6d0}' => Currency::Won,
        '\u{20bd}' => Currency::Other(*b"RUB"),
        '\u{20ba}' => Currency::Other(*b"TRY"),
        '\u{20b4}' => Currency::Other(*b"UAH"),
        '\u{20ab}' => Currency::Other(*b"VND"),
        '\u{20aa}' => Currency::Other(*b"ILS"),
        '\u{e3f}' => Currency::Other(*b"THB"),
        '\u{20a6}' => Currency::Other(*b"NGN"),
        '\u{20b1}' => Currency::Other(*b"PHP"),
        _ => return None,
    })
}

/// Codes of ISO 4217 that are of no group above.
const OTHER_CODES: [&str; 24] = [
    "PLN", "CZK", "HUF", "RON", "BGN", "TRY", "RUB", "UAH", "BRL", "ZAR", "ILS", "AED", "SAR", "THB", "IDR", "MYR", "PHP",
    "VND", "EGP", "NGN", "KES", "COP", "CLP", "ARS",
];

/// The currency of a code in capitals, or of a word in small letters.
pub(super) fn word(word: &str) -> Option<Currency> {
    Some(match word {
        "EUR" | "euro" | "euros" | "eur" | "\u{30e6}\u{30fc}\u{30ed}" => Currency::Euro,
        "USD" | "CAD" | "AUD" | "NZD" | "SGD" | "HKD" | "MXN" | "US$" | "dollar" | "dollars" | "d\u{f3}lares" | "\u{30c9}\u{30eb}" => {
            Currency::Dollar
        }
        "GBP" | "quid" => Currency::Pound,
        "JPY" | "CNY" | "RMB" | "yen" | "yuan" => Currency::Yen,
        "CHF" | "Fr" | "SFr" | "Franken" | "franken" | "francs" => Currency::Franc,
        "SEK" | "NOK" | "DKK" | "ISK" | "kr" | "kronor" | "kroner" => Currency::Krona,
        "INR" | "PKR" | "Rs" | "rupees" => Currency::Rupee,
        "KRW" => Currency::Won,
        "z\u{142}" | "z\u{142}otych" => Currency::Other(*b"PLN"),
        code => {
            let known = OTHER_CODES.contains(&code).then(|| code.as_bytes().first_chunk::<3>().copied()).flatten()?;
            Currency::Other(known)
        }
    })
}

/// Words and signs for hundredths of a currency.
pub(super) fn is_cents(word: &str) -> bool {
    matches!(
        word,
        "p" | "\u{a2}" | "ct" | "cts" | "cent" | "cents" | "pence" | "Cent" | "centimes" | "centimos" | "c\u{e9}ntimos"
            | "centesimi" | "Rappen"
    )
}

/// What a word behind a number multiplies it by: powers of ten, and whether it can mean nothing else.
pub(super) fn scale(word: &str) -> Option<(u32, Certainty)> {
    use Certainty::{Certain, Possible};
    Some(match word {
        "k" | "K" | "bin" | "mil" | "mille" | "m\u{ec}la" => (3, Possible),
        "tsd" | "thousand" | "tausend" | "duizend" | "tusen" | "tysi\u{119}cy" | "mila" => (3, Certain),
        "m" | "M" => (6, Possible),
        "mn" | "mio" | "mln" | "million" | "millions" | "millionen" | "mill\u{f3}n" | "millones" | "milioni" | "milione" | "miljoen"
        | "milh\u{e3}o" | "milh\u{f5}es" | "miljoner" | "milion\u{f3}w" | "miliony" | "milyon" => (6, Certain),
        "b" | "B" => (9, Possible),
        "bn" | "mrd" | "mld" | "billion" | "billions" | "milliard" | "milliards" | "milliarde" | "milliarden" | "miliardi" | "miljard"
        | "miliard\u{f3}w" => (9, Certain),
        "billionen" | "biljoen" | "trillion" | "billones" => (12, Certain),
        "lakh" | "lakhs" | "lac" => (5, Certain),
        "crore" | "crores" => (7, Certain),
        _ => return None,
    })
}

/// Whether a word says one thing only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Certainty {
    Certain,
    Possible,
}

/// The power of ten of a character of Chinese, Japanese or Korean that stands right behind digits.
pub(super) fn ideograph(letter: char) -> Option<u32> {
    Some(match letter {
        '\u{5341}' => 1,
        '\u{767e}' | '\u{bc31}' => 2,
        '\u{5343}' | '\u{cc9c}' => 3,
        '\u{4e07}' | '\u{842c}' | '\u{b9cc}' => 4,
        '\u{5104}' | '\u{4ebf}' | '\u{c5b5}' => 8,
        '\u{5146}' => 12,
        _ => return None,
    })
}
