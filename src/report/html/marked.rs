//! A message with the claims marked that nothing supports.

use maud::{Markup, html};

use super::pieces::text;
use crate::evaluate::claims::Claim;
use crate::report::words;

/// A message with these claims marked, in its own words. Of claims that overlap the first is marked.
#[must_use]
pub fn message(message: &str, ungrounded: &[Claim], more: usize) -> Markup {
    html! {
        blockquote dir="auto" {
            @for (words, claim) in pieces(message, ungrounded) {
                @match claim {
                    None => (text(words)),
                    Some(claim) => mark title=(format!("{}: neither the facts nor the persona support it", kind(claim))) {
                        (text(words)) span.sr { " (ungrounded: " (kind(claim)) ")" }
                    }
                }
            }
            (left_out(more))
        }
    }
}

/// How much of a text is not shown.
#[must_use]
pub fn left_out(more: usize) -> Markup {
    html! { @if more > 0 { span.quiet { "… " (words::thousands(more as u64)) " more characters" } } }
}

/// The kind of a claim in words.
#[must_use]
pub fn kind(claim: &Claim) -> String {
    claim.kind.as_str().replace('_', " ")
}

/// The message cut at its claims.
fn pieces<'m, 'c>(message: &'m str, ungrounded: &'c [Claim]) -> Vec<(&'m str, Option<&'c Claim>)> {
    let places: Vec<usize> = message.char_indices().map(|(at, _)| at).chain([message.len()]).collect();
    let byte = |character: usize| places[character.min(places.len() - 1)];
    let (mut pieces, mut at) = (Vec::new(), 0);
    for claim in ungrounded {
        let (start, end) = (byte(claim.start), byte(claim.end));
        if start >= at && end > start {
            pieces.push((&message[at..start], None));
            pieces.push((&message[start..end], Some(claim)));
            at = end;
        }
    }
    pieces.push((&message[at..], None));
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::claims::{Facts, Kind, audit};
    use proptest::prelude::*;

    #[test]
    fn a_message_is_text_whatever_it_holds_and_its_flagged_claims_are_marked() {
        let facts = Facts::of("We sell tea.");
        let hostile = "<script>alert(1)</script> Our customers cut costs by 87%. Bye <b>\u{1b}[m\u{202e}";
        let found = audit(hostile, &facts, "Ann, buyer");
        let shown = message(hostile, &found.claims, 0).into_string();
        assert!(shown.contains("<mark ") && shown.contains("87%"), "{shown}");
        assert!(!shown.contains("<script") && !shown.contains("<b>") && shown.contains("&lt;script&gt;"), "{shown}");
        assert!(shown.contains("\\u{1b}[m\\u{202e}"), "{shown}");
    }

    proptest! {
        /// Whatever the claims are, the pieces are the message.
        #[test]
        fn the_pieces_of_a_message_are_the_message(
            text in "\\PC{0,30}",
            spans in prop::collection::vec((0_usize..40, 0_usize..40), 0..5),
        ) {
            let claims: Vec<Claim> = spans
                .iter()
                .map(|(start, end)| Claim { start: *start, end: *end, kind: Kind::Figure, grounded: false, support: None })
                .collect();
            let all: String = pieces(&text, &claims).into_iter().map(|(words, _)| words).collect();
            prop_assert_eq!(all, text);
        }
    }
}
