//! A message with its made-up claims marked.

use maud::{Markup, html};

use super::pieces::text;
use crate::evaluate::grounding::{Audit, Claim};
use crate::report::words;

/// A message with its made-up claims marked, in its own words. Of claims that overlap the first is marked.
#[must_use]
pub fn message(message: &str, audit: &Audit, more: usize) -> Markup {
    let made_up: Vec<&Claim> = audit.made_up().collect();
    html! {
        blockquote dir="auto" {
            @for (words, claim) in pieces(message, &made_up) {
                @match claim {
                    None => (text(words)),
                    Some(claim) => mark title=(words::safe(&format!("{}: {}", kind(claim), claim.fault().unwrap_or_default()))) {
                        (text(words)) span.sr { " (made up: " (kind(claim)) ")" }
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
fn pieces<'m, 'c>(message: &'m str, made_up: &[&'c Claim]) -> Vec<(&'m str, Option<&'c Claim>)> {
    let places: Vec<usize> = message.char_indices().map(|(at, _)| at).chain([message.len()]).collect();
    let byte = |character: usize| places[character.min(places.len() - 1)];
    let (mut pieces, mut at) = (Vec::new(), 0);
    for claim in made_up.iter().copied() {
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
    use crate::evaluate::grounding::{ClaimKind, ClaimVerdict};
    use proptest::prelude::*;

    fn claim(start: usize, end: usize, verdict: ClaimVerdict) -> Claim {
        let support = vec!["<i>\u{1b}[m".to_owned()];
        Claim { start, end, kind: ClaimKind::Figure, verdict, support, derivation: None, note: None }
    }

    #[test]
    fn a_message_is_text_whatever_it_holds_and_its_made_up_claims_are_marked() {
        let hostile = "<script>alert(1)</script> Our customers cut costs by 87%. Bye <b>\u{1b}[m\u{202e}";
        let claims = vec![claim(0, 9, ClaimVerdict::Supported), claim(26, 57, ClaimVerdict::Contradicted)];
        let audit = Audit { auditor: None, claims };
        let shown = message(hostile, &audit, 0).into_string();
        assert_eq!(shown.matches("<mark ").count(), 1, "{shown}");
        assert!(shown.contains(">Our customers cut costs by 87%.<span"), "{shown}");
        assert!(!shown.contains("<script") && !shown.contains("<b>") && shown.contains("&lt;script&gt;"), "{shown}");
        assert!(!shown.contains("<i>") && !shown.contains('\u{1b}'), "{shown}");
        assert!(shown.contains("\\u{1b}[m\\u{202e}"), "{shown}");
    }

    proptest! {
        /// Whatever the claims are, the pieces are the message.
        #[test]
        fn the_pieces_of_a_message_are_the_message(
            text in "\\PC{0,30}",
            spans in prop::collection::vec((0_usize..40, 0_usize..40), 0..5),
        ) {
            let claims: Vec<Claim> =
                spans.iter().map(|(start, end)| claim(*start, *end, ClaimVerdict::Unsupported)).collect();
            let claims: Vec<&Claim> = claims.iter().collect();
            let all: String = pieces(&text, &claims).into_iter().map(|(words, _)| words).collect();
            prop_assert_eq!(all, text);
        }
    }
}
