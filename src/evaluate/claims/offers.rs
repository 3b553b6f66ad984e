//! Offers: what the sender would do for the reader, which is no claim.

use std::sync::LazyLock;

use regex::bytes::Regex;

use super::figures::figures;
use super::fold::Folded;
use super::names;
use super::standards::standards;
use super::words::pattern;

/// Whether a passage only offers to send, show or do something, and names nothing: what is offered is no claim, whatever
/// a model says. A case study or a customer to talk to is one, although it is offered.
pub(super) fn is_mere_offer(message: &Folded, (start, end): (usize, usize)) -> bool {
    static OFFER: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^\W*(?:if you [^.;!?]{2,60}, )?(?:(?:i|we)(?:'d be| would be| am|'m|'re) (?:happy|glad|pleased) to|(?:i|we)(?: can| could| will| would|'ll|'d)(?: also| gladly| happily)?) (?:send|show|write|answer|call|ring|come|explain|share|walk|tell|bring|draw|sketch|leave|keep|stop) [^.;!?]{0,60}\W*$",
        )
    });
    static EVIDENCE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:case|study|studies|stor(?:y|ies)|references?|customers?|clients?|results?|how (?:a|an|our|other|similar|one)|report|certificates?|proof|evidence|testimonials?|figures|numbers|data|__)\b",
        )
    });
    let (low, cased) = (&message.low[start..end], &message.cased[start..end]);
    OFFER.is_match(low.as_bytes())
        && !EVIDENCE.is_match(low.as_bytes())
        && figures(low).is_empty()
        && names::names(cased).is_empty()
        && standards(low).next().is_none()
}
