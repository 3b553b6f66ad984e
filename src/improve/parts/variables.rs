//! Variables: merge fields and spintax that a sending tool fills in, and blanks for whoever writes. They are what the
//! audit of messages takes for a blank.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::evaluate::grounding::variable_spans;

/// The variables of a text, each once: `{{name}}`, `{name}`, `{Hi|Hello}`, `%name%`, `##name##`, `$name`, `*|NAME|*`,
/// `<%name%>`, `[Name]`, `<Name>`, `FIRST_NAME` and their like.
#[must_use]
pub fn variables(text: &str) -> BTreeSet<&str> {
    variable_spans(text).into_iter().map(|span| &text[span]).collect()
}

/// Where the variables of a prompt stand. A part of it does not show them all: a tag that another part closes is none.
#[derive(Clone, Debug)]
pub(super) struct Variables(Vec<Range<usize>>);

impl Variables {
    pub(super) fn new(prompt: &str) -> Self {
        Variables(variable_spans(prompt))
    }

    /// Whether one of them stands in these bytes, or a part of it.
    pub(super) fn stand_in(&self, bytes: &Range<usize>) -> bool {
        let first = self.0.partition_point(|span| span.end <= bytes.start);
        self.0.get(first).is_some_and(|span| span.start < bytes.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merge_fields_spintax_and_blanks_are_variables_and_prices_are_not() {
        for text in [
            "{{first_name}}",
            "{{ firstName }}",
            "{{{name}}}",
            "{company}",
            "{0}",
            "{Hi|Hello}",
            "{10|15}",
            "{\u{a1}Hola|Buenas}",
            "%vorname%",
            "%first name%",
            "##city##",
            "@@city@@",
            "$name",
            "$COMPANY",
            "${name}",
            "*|FNAME|*",
            "<%= name %>",
            "<First Name>",
            "<<First Name>>",
            "\u{ab}First_Name\u{bb}",
            "((first name))",
            "__NAME__",
            "FIRST_NAME",
            "[First Name]",
            "[[first_name]]",
            "[Company/Name]",
            "[company.name]",
            "{{RANDOM | a | b}}",
            "{{\u{4f1a}\u{793e}\u{540d}}}",
            "［会社名］",
            "【会社名】",
            "〔担当者名〕",
            "[Prénom]",
        ] {
            assert_eq!(variables(&format!("Hi {text}, x")), BTreeSet::from([text]), "{text}");
        }
        for text in [
            "$400 a month",
            "5% of 10%",
            "[a](http://b)",
            "{\"prompt\": 1}",
            "{}",
            "x[0]",
            "（会社名）",
            "100 %",
            "\u{ab} Bonjour \u{bb} et \u{ab}Hola\u{bb}",
            "## Advice",
            "**bold** and __bold__",
            "(as here) <b>so</b>",
        ] {
            assert_eq!(variables(text), BTreeSet::new(), "{text}");
        }
        assert_eq!(variables("【件名】\n挨拶"), BTreeSet::new());
        assert_eq!(variables("<avoid>\n- Hype\n</avoid>"), BTreeSet::new());
    }
}
