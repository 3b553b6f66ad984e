//! Entities of HTML: letters that tools write by name or number.

/// The names of the letters from U+00C0 on, in order.
const LATIN: &[&str] = &[
    "Agrave", "Aacute", "Acirc", "Atilde", "Auml", "Aring", "AElig", "Ccedil", "Egrave", "Eacute", "Ecirc", "Euml",
    "Igrave", "Iacute", "Icirc", "Iuml", "ETH", "Ntilde", "Ograve", "Oacute", "Ocirc", "Otilde", "Ouml", "times",
    "Oslash", "Ugrave", "Uacute", "Ucirc", "Uuml", "Yacute", "THORN", "szlig", "agrave", "aacute", "acirc", "atilde",
    "auml", "aring", "aelig", "ccedil", "egrave", "eacute", "ecirc", "euml", "igrave", "iacute", "icirc", "iuml",
    "eth", "ntilde", "ograve", "oacute", "ocirc", "otilde", "ouml", "divide", "oslash", "ugrave", "uacute", "ucirc",
    "uuml", "yacute", "thorn", "yuml",
];

/// The names of the Greek letters from U+0391 and U+03B1 on, in order; the first of each name is a capital there.
const GREEK: &[&str] = &[
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu", "xi",
    "omicron", "pi", "rho", "sigmaf", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega",
];

/// Other names.
const OTHERS: &[(&str, char)] = &[
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("nbsp", ' '),
    ("rsquo", '\u{2019}'),
    ("lsquo", '\u{2018}'),
    ("ldquo", '\u{201c}'),
    ("rdquo", '\u{201d}'),
    ("ndash", '\u{2013}'),
    ("mdash", '\u{2014}'),
    ("hellip", '\u{2026}'),
    ("ordf", '\u{aa}'),
    ("ordm", '\u{ba}'),
    ("OElig", '\u{152}'),
    ("oelig", '\u{153}'),
    ("Scaron", '\u{160}'),
    ("scaron", '\u{161}'),
    ("Yuml", '\u{178}'),
];

/// A text with the letters for its entities; those that nobody knows stay.
#[must_use]
pub fn decoded(text: &str) -> String {
    let (mut plain, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        // Numbers and names are ASCII and short.
        let end = after.bytes().take(12).position(|byte| byte == b';');
        match end.and_then(|end| Some((letter(&after[..end])?, end))) {
            Some((letter, end)) => {
                plain.push(letter);
                rest = &after[end + 1..];
            }
            None => {
                plain.push('&');
                rest = after;
            }
        }
    }
    plain.push_str(rest);
    plain
}

/// The letter of this name or number.
fn letter(entity: &str) -> Option<char> {
    if let Some(number) = entity.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16),
            None => number.parse(),
        };
        return code.ok().and_then(char::from_u32);
    }
    let at = |names: &[&str], first: u32, name: &str| {
        let index = names.iter().position(|known| *known == name)?;
        char::from_u32(first + u32::try_from(index).ok()?)
    };
    let other = OTHERS.iter().find(|(name, _)| *name == entity).map(|(_, letter)| *letter);
    let small = || {
        let is_capital = entity.starts_with(|first: char| first.is_ascii_uppercase());
        let first = if is_capital { 0x391 } else { 0x3b1 };
        at(GREEK, first, &entity.to_ascii_lowercase()).filter(|_| entity.len() > 1)
    };
    other.or_else(|| at(LATIN, 0xc0, entity)).or_else(small)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entities_are_their_letters_and_a_sign_alone_stays() {
        let text = "&Auml;&ouml;&szlig;&yuml; &#1079;&#x437; &alpha;&Omega;&sigma; &amp;lt; AT&T; R&D &nope; &#0; &";
        assert_eq!(decoded(text), "Äößÿ зз αΩσ &lt; AT&T; R&D &nope; \u{0} &");
        assert_eq!(decoded("&é;&#xd800;"), "&é;&#xd800;");
    }
}
