//! Variables: merge fields and spintax that a sending tool fills in, and blanks for whoever writes.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

/// The variables of a text, each once: `{{name}}`, `{name}`, `{Hi|Hello}`, `%name%`, `$name`, `${name}`, `*|NAME|*`,
/// `<%name%>`, `[Name]`.
#[must_use]
pub fn variables(text: &str) -> BTreeSet<&str> {
    static VARIABLE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r"(?x)
            \{\{ [^{}\n]{1,120} \}\}
            | \$?\{ \s? [\p{L}_] [^{}\n\x22]{0,200} \}
            | % [\p{L}_][\p{L}\p{N}_]{0,60} %
            | \$ [\p{L}_][\p{L}\p{N}_]{1,60}
            | \*\| [^|\n]{1,60} \|\*
            | <% [^%\n]{1,120} %>
            | \[{1,2} \p{L}[\p{L}\p{N}\x20_'’.-]{1,60} \]{1,2}
            | ［ [^］\n]{1,60} ］",
        )
        .ok()
    });
    let found = VARIABLE.iter().flat_map(|pattern| pattern.find_iter(text));
    // `[text](address)` is a link.
    found.filter(|found| !text[found.end()..].starts_with('(')).map(|found| found.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merge_fields_spintax_and_blanks_are_variables_and_prices_are_not() {
        for text in [
            "{{first_name}}",
            "{{ firstName }}",
            "{company}",
            "{Hi|Hello}",
            "%vorname%",
            "$name",
            "${name}",
            "*|FNAME|*",
            "<%= name %>",
            "[First Name]",
            "{{RANDOM | a | b}}",
            "{{会社名}}",
            "［会社名］",
            "[Prénom]",
        ] {
            assert_eq!(variables(&format!("Hi {text}, x")), BTreeSet::from([text]), "{text}");
        }
        for text in
            ["$400 a month", "5% of 10%", "[a](http://b)", "{\"prompt\": 1}", "{}", "x[0]", "（会社名）", "100 %"]
        {
            assert_eq!(variables(text), BTreeSet::new(), "{text}");
        }
    }
}
