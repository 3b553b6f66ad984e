//! Templates: `<one|another>` is a choice, `{slot}` a value.

use std::fmt::Write as _;

use super::dice::Dice;

/// Fills a template. Choices do not nest; a choice may hold slots. An unknown slot is left out.
pub(super) fn spin<'a>(template: &str, dice: &mut Dice, slot: &dyn Fn(&str) -> std::borrow::Cow<'a, str>) -> String {
    let mut out = String::with_capacity(template.len() + 64);
    let mut rest = template;
    while let Some(at) = rest.find(['<', '{']) {
        out.push_str(&rest[..at]);
        let close = if rest.as_bytes()[at] == b'<' { '>' } else { '}' };
        let Some(end) = rest[at..].find(close) else {
            rest = &rest[at..];
            break;
        };
        let inside = &rest[at + 1..at + end];
        if close == '>' {
            let choices: Vec<&str> = inside.split('|').collect();
            out.push_str(&spin(dice.pick(&choices), dice, slot));
        } else {
            let _ = write!(out, "{}", slot(inside));
        }
        rest = &rest[at + end + 1..];
    }
    out.push_str(rest);
    out
}

/// A text with a capital letter at its start.
pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// A noun with `a` or `an` before it.
pub(super) fn with_article(noun: &str) -> String {
    let vowel = noun.chars().next().is_some_and(|first| "aeioAEIO8".contains(first));
    format!("{} {noun}", if vowel || noun.starts_with("HR") || noun.starts_with("HVAC") { "an" } else { "a" })
}

/// How many words a text has.
pub(super) fn words(text: &str) -> usize {
    text.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).count()
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;

    #[test]
    fn choices_and_slots_are_filled_and_broken_ones_survive() {
        let slot = |name: &str| Cow::Owned(name.to_uppercase());
        let mut dice = Dice::from_parts(&["t"]);
        let text = spin("<x|x> {name} and <{one}|{one}>", &mut dice, &slot);
        assert_eq!(text, "x NAME and ONE");
        assert_eq!(spin("a < b", &mut dice, &slot), "a < b");
        assert_eq!(
            (capital("éa"), with_article("agency"), with_article("bank")),
            ("Éa".into(), "an agency".into(), "a bank".into())
        );
    }
}
