//! What the instructions of a prompt forbid, and what they keep the writer to.

use std::sync::LazyLock;

use regex::bytes::Regex;

use super::words::{clause_start, is_denied, pattern};

/// Whether what stands at `at` is forbidden: `do not name customers, figures or certifications`.
pub(super) fn is_forbidden(low: &str, at: usize) -> bool {
    static NEGATION: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:do not|don't|does not|doesn't|never|avoid\w*|no|not|without|nor|neither|refrain\w*|cannot|can't|won't|forbid\w*|forbidden|instead of|rather than|free of|leave out|omit\w*|skip\w*|drop any|ban\w*|remove|strip|stay away from|steer clear of|resist\w*|delete|nothing)\b",
        )
    });
    // To forbid leaving something out is to ask for it.
    static BUT: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:(?:do not|don't|never|not) (?:forget|fail|hesitate|omit|skip|be (?:afraid|shy)|leave out|shy away|neglect|miss|send|write|finish|submit|end|go|shrink|hold back)|no (?:message|e-?mail|draft) (?:without|should|may|goes)|not (?:only|just|optional)|no (?:matter|fewer|less)|without (?:fail|exception|hesitation))\b",
        )
    });
    static ASKS_AGAIN: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?:[;:]| but | instead,? |[,.] (?:and |instead,? |then |always )?)(?:name|mention|cite|reference|include|use|quote|add|give|provide|show|say|tell|lead|open|invent|always|rely|point)\b",
        )
    });
    static AFTER: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^[^.;:]{0,70}?\b(?:(?:is|are|must|may|should|can) (?:\w+ )?(?:not|never|forbidden|banned|off limits|prohibited|out of bounds|unwelcome|left out|to be avoided)|have no place|do not belong|does not belong|stays? out|are out)\b",
        )
    });
    let bytes = low.as_bytes();
    let before = &bytes[..at];
    if AFTER.is_match(&bytes[at..]) {
        return true;
    }
    let negated = NEGATION.find_iter(before).filter(|negation| {
        let but = BUT.find_iter(before).any(|but| but.start() <= negation.start() && negation.end() <= but.end());
        let again = ASKS_AGAIN.find_iter(&before[negation.end()..]).last().is_some();
        !but && !again
    });
    let is_asked_for = BUT.is_match(before) && !low[..at].contains("do not invent");
    negated.last().is_some() && !is_asked_for
}

/// Whether an instruction keeps the writer to what is stated.
pub(super) fn is_restricted(low: &str) -> bool {
    static KEPT: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:only (?:if|when|where|what|the|those|facts|figures?|use|claim|state|mention|cite|name|numbers?|customers?|from|with|integrations?|certifications?|such|ones|as|to the extent|results?|quote)|(?:use|claim|state|mention|cite|name|quote) only|nothing but|nothing (?:beyond|else|more|that)|if (?:and only if )?(?:the (?:facts|offer|persona|description|context|profile|company|section|prompt)|it is|they are|there is|there are|stated|any (?:is|are)|any|available|known|given|none|no|one is)|when (?:stated|available|given|known|the (?:facts|offer|persona|description|context))|where (?:stated|available|given|known|the (?:facts|offer|persona|description|context))|unless|as (?:stated|given|written|listed|it stands|they stand|described)|(?:stated|given|listed|provided|named|written|found|contained|set out|described|quoted|mentioned|supplied|appear\w*|stands?) (?:\w+ )?(?:above|below|here|in (?:the|this|your|their)|by the (?:facts|offer|persona|company|prompt|context)|to you|at the top)|\w+ (?:stated|listed) (?:facts?|figures?|numbers?|customers?|integrations?|certifications?|price|results?|value)|(?:the|any|every|each|one|a|our|its) (?:\w+ )?(?:stated|given|listed) \w+|(?:above|below)\b|(?:from|in|of|by|to|with|within) (?:the|this|your|their|its|our) (?:\w+ )?(?:facts|offer|persona|description|context|brief|profile|fact sheet|company section|offer section|company details|value proposition|list)|(?:the )?(?:facts|offer|persona|description|profile|context|prompt|company section) (?:\w+ )?(?:states?|says?|gives?|names?|lists?|holds?|mentions?|contains?|provides?|tells?|supports?|has|have|shows?|allows?)|supported by|backed by the facts|stick(?:s|ing)? to|keep(?:s|ing)? to|limit\w* (?:yourself )?to|you (?:have been|are|were) (?:given|told|shown)|word for word|exactly as|verbatim|in this prompt)\b",
        )
    });
    KEPT.find_iter(low.as_bytes()).any(|kept| {
        !is_denied(low, clause_start(low, 0, kept.start()), kept.start())
            || low[kept.start()..kept.end()].contains("only")
            || low[kept.start()..kept.end()].starts_with("unless")
    }) && !low.contains("not limited to")
        && !low.contains("not only what")
        && !low.contains("go beyond the facts")
}

/// Whether what is imagined is to be marked as imagined.
pub(super) fn is_marked(low: &str) -> bool {
    static MARKED: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:clearly|marked|mark it|label\w*|as an? (?:example|illustration|hypothetical|scenario)|hypothetical|say that it is|openly|imagine|suppose|scenario|illustrat\w+)\b",
        )
    });
    MARKED.is_match(low.as_bytes())
}
