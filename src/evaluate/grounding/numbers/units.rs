//! Signs, codes and words that stand beside numbers: data, not meaning.

/// A currency by its code of ISO 4217, or several that share a sign or a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::evaluate::grounding) enum Currency {
    Code(&'static str),
    Shared(&'static [&'static str]),
}

impl Currency {
    /// Whether both may be the same currency.
    pub(super) fn agrees(self, other: Currency) -> bool {
        match (self, other) {
            (Currency::Code(one), Currency::Code(other)) => one == other,
            (Currency::Shared(codes), Currency::Code(code)) | (Currency::Code(code), Currency::Shared(codes)) => {
                codes.contains(&code)
            }
            (Currency::Shared(one), Currency::Shared(other)) => one.iter().any(|code| other.contains(code)),
        }
    }
}

const DOLLARS: Currency = Currency::Shared(&["USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN", "COP", "CLP", "ARS"]);
const KRONER: Currency = Currency::Shared(&["SEK", "NOK", "DKK", "ISK"]);
const PESOS: Currency = Currency::Shared(&["MXN", "COP", "CLP", "ARS", "PHP"]);
const RUPEES: Currency = Currency::Shared(&["INR", "PKR"]);
const YEN_OR_YUAN: Currency = Currency::Shared(&["JPY", "CNY"]);

/// The currency of a sign.
pub(super) fn sign(letter: char) -> Option<Currency> {
    Some(match letter {
        '$' | '\u{ff04}' | '\u{fe69}' => DOLLARS,
        '\u{a5}' | '\u{ffe5}' => YEN_OR_YUAN,
        '\u{20a8}' => RUPEES,
        '\u{20ac}' => Currency::Code("EUR"),
        '\u{a3}' | '\u{ffe1}' => Currency::Code("GBP"),
        '\u{5186}' => Currency::Code("JPY"),
        '\u{5143}' => Currency::Code("CNY"),
        '\u{20b9}' => Currency::Code("INR"),
        '\u{20a9}' | '\u{ffe6}' | '\u{c6d0}' => Currency::Code("KRW"),
        '\u{20bd}' => Currency::Code("RUB"),
        '\u{20ba}' => Currency::Code("TRY"),
        '\u{20b4}' => Currency::Code("UAH"),
        '\u{20ab}' => Currency::Code("VND"),
        '\u{20aa}' => Currency::Code("ILS"),
        '\u{e3f}' => Currency::Code("THB"),
        '\u{20a6}' => Currency::Code("NGN"),
        '\u{20b1}' => Currency::Code("PHP"),
        _ => return None,
    })
}

/// Codes of ISO 4217.
const CODES: [&str; 43] = [
    "EUR", "USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN", "GBP", "JPY", "CNY", "CHF", "SEK", "NOK", "DKK", "ISK",
    "INR", "PKR", "KRW", "PLN", "CZK", "HUF", "RON", "BGN", "TRY", "RUB", "UAH", "BRL", "ZAR", "ILS", "AED", "SAR",
    "THB", "IDR", "MYR", "PHP", "VND", "EGP", "NGN", "KES", "COP", "CLP", "ARS",
];

/// Words, abbreviations and dollars with letters, each with its code.
const WORDS: [(&str, &[&str]); 30] = [
    ("EUR", &["euro", "euros", "eur", "\u{30e6}\u{30fc}\u{30ed}"]),
    ("USD", &["US$"]),
    ("CAD", &["CA$", "C$"]),
    ("AUD", &["AU$", "A$"]),
    ("NZD", &["NZ$"]),
    ("SGD", &["S$"]),
    ("HKD", &["HK$"]),
    ("MXN", &["MX$"]),
    ("BRL", &["R$", "reais"]),
    ("GBP", &["quid", "pound", "pounds", "sterling"]),
    ("JPY", &["yen"]),
    ("CNY", &["RMB", "yuan"]),
    ("CHF", &["Fr", "SFr", "Franken", "franken", "francs", "franchi"]),
    ("SEK", &["kronor"]),
    ("INR", &["rupees"]),
    ("PLN", &["z\u{142}", "z\u{142}otych", "zloty", "zlotys"]),
    ("CZK", &["K\u{10d}", "korun", "koruna"]),
    ("HUF", &["Ft", "forint", "forints"]),
    ("RON", &["lei"]),
    ("TRY", &["TL", "lira"]),
    ("RUB", &["\u{440}\u{443}\u{431}", "\u{440}\u{443}\u{431}\u{43b}\u{435}\u{439}", "roubles", "rubles"]),
    ("UAH", &["\u{433}\u{440}\u{43d}", "\u{433}\u{440}\u{438}\u{432}\u{435}\u{43d}\u{44c}", "hryvnias"]),
    ("ZAR", &["rand"]),
    ("ILS", &["shekel", "shekels"]),
    ("AED", &["dirham", "dirhams"]),
    ("THB", &["baht"]),
    ("IDR", &["Rp", "rupiah"]),
    ("MYR", &["RM", "ringgit"]),
    ("NGN", &["naira"]),
    ("KES", &["KSh", "Ksh", "KShs"]),
];

/// The currency of a code in capitals, or of a word.
pub(super) fn word(word: &str) -> Option<Currency> {
    let first = word.chars().next().filter(|letter| letter.is_alphabetic())?;
    match word {
        "dollar" | "dollars" | "d\u{f3}lares" | "\u{30c9}\u{30eb}" => return Some(DOLLARS),
        "kr" | "kroner" => return Some(KRONER),
        "peso" | "pesos" => return Some(PESOS),
        "Rs" => return Some(RUPEES),
        _ => {}
    }
    if first.is_ascii_uppercase()
        && let Some(code) = CODES.iter().find(|code| **code == word)
    {
        return Some(Currency::Code(code));
    }
    WORDS.iter().find(|(_, words)| words.contains(&word)).map(|(code, _)| Currency::Code(code))
}

/// Whether a text has a sign or a word for a currency.
pub(in crate::evaluate::grounding) fn is_named_in(currency: Currency, text: &str) -> bool {
    let has_sign = text.chars().filter_map(sign).any(|other| other.agrees(currency));
    let words = || text.split(|letter: char| !letter.is_alphabetic() && letter != '$').filter(|word| !word.is_empty());
    // The pounds of a weight.
    let is_weight = |word: &str| currency == Currency::Code("GBP") && matches!(word, "lb" | "lbs");
    has_sign || words().any(|name| word(name).is_some_and(|other| other.agrees(currency)) || is_weight(name))
}

/// Words for per cent, or how they begin.
const PERCENT: [&str; 15] = [
    "percent",
    "per cent",
    "pour cent",
    "por cento",
    "por ciento",
    "pct",
    "prozent",
    "procent",
    "prosent",
    "protsent",
    "\u{43f}\u{440}\u{43e}\u{446}\u{435}\u{43d}\u{442}",
    "\u{432}\u{456}\u{434}\u{441}\u{43e}\u{442}",
    "\u{30d1}\u{30fc}\u{30bb}\u{30f3}\u{30c8}",
    "\u{d37c}\u{c13c}\u{d2b8}",
    "y\u{fc}zde",
];

/// Whether a text has a percent sign or a word for it.
pub(in crate::evaluate::grounding) fn names_percent(text: &str) -> bool {
    const SIGNS: [char; 6] = ['%', '\u{66a}', '\u{ff05}', '\u{fe6a}', '\u{2030}', '\u{5272}'];
    text.contains(SIGNS) || {
        let text = text.to_lowercase();
        PERCENT.iter().any(|word| text.contains(word))
    }
}

/// Whether a text begins with a percent sign or a word for it.
pub(super) fn begins_with_percent(text: &str) -> bool {
    let next: String = text.trim_start().chars().take(16).collect::<String>().to_lowercase();
    next.starts_with('%') || PERCENT.iter().any(|word| next.starts_with(word))
}

/// Words and signs for hundredths of a currency.
pub(super) fn is_cents(word: &str) -> bool {
    matches!(
        word,
        "p" | "\u{a2}"
            | "ct"
            | "cts"
            | "cent"
            | "cents"
            | "pence"
            | "Cent"
            | "centimes"
            | "centimos"
            | "c\u{e9}ntimos"
            | "centesimi"
            | "Rappen"
    )
}

/// What a word behind a number multiplies it by: powers of ten, and whether it can mean nothing else.
pub(super) fn scale(word: &str) -> Option<(u32, Certainty)> {
    use Certainty::{Certain, Possible};
    Some(match word {
        "bin" | "mil" | "mille" | "m\u{ec}la" => (3, Possible),
        "k" | "K" | "tsd" | "thousand" | "tausend" | "duizend" | "tusen" | "tysi\u{119}cy" | "mila" => (3, Certain),
        "m" => (6, Possible),
        "M" | "mn" | "mio" | "mln" | "million" | "millions" | "millionen" | "mill\u{f3}n" | "millones" | "milioni"
        | "milione" | "miljoen" | "milh\u{e3}o" | "milh\u{f5}es" | "miljoner" | "milion\u{f3}w" | "miliony"
        | "milyon" => (6, Certain),
        "b" => (9, Possible),
        "B" | "bn" | "mrd" | "mld" | "billion" | "billions" | "milliard" | "milliards" | "milliarde" | "milliarden"
        | "miliardi" | "miljard" | "miliard\u{f3}w" => (9, Certain),
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
