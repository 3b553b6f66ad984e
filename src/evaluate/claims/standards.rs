//! Certifications and standards that the offer is said to meet.

use std::sync::LazyLock;

use regex::bytes::Regex;

use super::Kind;
use super::reading::{Found, Reading, Spoken};
use super::words::{clause_start, is_denied, pattern};

static STANDARD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:soc[ -]?[123](?:,? ?type[ -]?(?:ii|i|2|1)\b)?|iso(?:/iec)?[ -]?\d{4,5}(?:-\d)?|hipaa|gdpr|ccpa|pci(?:[ -]dss)?|fedramp|hitrust|finra|glba|tisax|nist(?: 800-\d+)?|cmmc|ferpa|coppa|nis2|csa star|cyber essentials(?: plus)?|fips[ -]?140(?:-\d)?|itar|gxp|21 cfr(?: part 11)?|eidas|psd2|b[ -]corp|haccp|brcgs|iatf ?16949|as9100|wcag(?: [\d.]+)?(?: aa)?|sox|section 508|gobd|sec 17a-4)\b",
    )
});

/// The standards that a text names.
pub(super) fn standards(low: &str) -> impl Iterator<Item = &str> {
    STANDARD.find_iter(low.as_bytes()).map(|found| &low[found.start()..found.end()])
}

/// Claims of certification.
pub(super) fn find(reading: &Reading<'_>, found: &mut Vec<Found>) {
    static GENERAL: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:fully (?:compliant|certified|accredited|audited)|security[- ]certified|independently (?:audited|certified|verified)|certified (?:for|by|to|under|against)|(?:our|holds?|hold|have|all|relevant|the necessary|required) (?:\w+ ){0,3}?(?:certifications?|attestations?|accreditations?|compliance certificates?)|(?:compliance|security) (?:certificates?|certifications?)|[a-z0-9]+ (?:attestation|accreditation|conformity|type approval))\b",
        )
    });
    for sentence in reading.sentences.iter().filter(|sentence| !sentence.is_frame) {
        let low = reading.low(sentence);
        for matched in STANDARD.find_iter(low.as_bytes()) {
            let (start, end) = (sentence.start + matched.start(), sentence.start + matched.end());
            if !is_claimed(reading, sentence, start, end) {
                continue;
            }
            let name = &reading.message.low[start..end];
            let support = support(reading, name);
            found.push(Found {
                start,
                end: end_of_claim(&reading.message.low, end, sentence.end),
                kind: Kind::Certification,
                support,
            });
        }
        for matched in GENERAL.find_iter(low.as_bytes()) {
            let (start, end) = (sentence.start + matched.start(), sentence.start + matched.end());
            static READER: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:your?|you're|which|what|whether|if)\b"));
            let from = clause_start(&reading.message.low, sentence.start, start);
            if sentence.is_question
                || sentence.is_imagined
                || reading.is_denied(sentence, start)
                || READER.is_match(&reading.message.low.as_bytes()[from..end])
            {
                continue;
            }
            let statements = &reading.facts.source.statements;
            let holds = |low: &str| {
                low.contains("certif")
                    || low.contains("attest")
                    || low.contains("accredit")
                    || STANDARD.is_match(low.as_bytes())
            };
            let support = statements
                .iter()
                .find(|statement| holds(&statement.folded.low))
                .map(|statement| statement.text.clone());
            found.push(Found { start, end, kind: Kind::Certification, support });
        }
    }
}

/// `SOC 2` and `compliant` are one claim.
fn end_of_claim(low: &str, at: usize, end: usize) -> usize {
    static TAIL: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^[ -](?:certified|certification|compliant|compliance|attested|attestation|audited|audit|accredited|accreditation|ready|aligned|report|authori[sz]ed)\b",
        )
    });
    TAIL.find(&low.as_bytes()[at..end]).map_or(at, |found| at + found.end())
}

/// Whether the offer is said to meet it. That the reader has to is no claim, nor is a question.
fn is_claimed(reading: &Reading<'_>, sentence: &Spoken, start: usize, end: usize) -> bool {
    static AFTER: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^(?:[ ,/&-]+(?:(?:and|or|plus) )?(?:[a-z0-9./-]+ ?){0,4}?[ -])?(?:certifi\w+|complian\w+|attest\w+|audited|accredit\w+|ready|aligned|reports?|authori[sz]\w+|grade|eligible|infrastructure|environment|hosting|standards?|controls|validated|conform\w+|covered|since|in 20\d\d|\))",
        )
    });
    static BEFORE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:we're|we are|is|are|fully|hold|holds|have|has|our|passed|meets?|met|satisf\w+|fulfil\w*|observ\w+|in line with|certificates? (?:for|under)|compl(?:y|ies|iant|iance) (?:with|to)?|certifi\w+|under|against|conform\w*|achieved|completed|built (?:for|to|on|around)|via|backed by|audited|accredited|designed for|aligned (?:with|to)|including|and|plus|with|to|on|for)\W*(?:\w+ ){0,2}$",
        )
    });
    static OURS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:we|we're|we've|our|ours|us|it's|it is|everything|platform|product|software|tool|system|solution|infrastructure|hosting|hosted|engine|servers|data cent(?:er|re)s?)\b",
        )
    });
    static YOURS: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:you|your|you're|you've|yours)\b"));
    static CONCERN: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:maintain\w*|keep\w*|stay\w*|ensur\w+|preserv\w+|strengthen\w*|without compromising|concern\w*|requirements?|obligations?|questions?|ask\w*|whether|documentation|around|worr\w+|audits? (?:season|prep\w*)|rules|burden|evidence|paperwork|matters?|know|care|focus|given|under pressure|pressure|streamlin\w+|meet your|support your|passing|prepar\w+|review)\b",
        )
    });
    let low = &reading.message.low;
    if sentence.is_imagined || reading.is_denied(sentence, start) || denied_after(&low[end..sentence.end]) {
        return false;
    }
    let from = clause_start(low, sentence.start, start);
    let clause = &low.as_bytes()[from..sentence.end];
    let before = &low.as_bytes()[from..start];
    let name = &low[start..end];
    let certified = low[end..sentence.end].trim_start_matches(['-', ' ']).starts_with("certif");
    let by_persona = reading.persona.statements.iter().any(|statement| statement.folded.low.contains(base(name)));
    // `We have the report, as well as ...`: the clause goes on with what was begun.
    let wide = &low.as_bytes()[sentence.start..start];
    let ours = OURS.is_match(before)
        || names_company(reading, before)
        || (!YOURS.is_match(before) && (OURS.is_match(wide) || names_company(reading, wide)));
    if sentence.is_question && !ours {
        return false;
    }
    // Whose it is: the reader's, where only the reader is spoken of, or where the persona has it and it is a concern.
    if YOURS.is_match(clause) && !ours && !certified {
        return false;
    }
    if CONCERN.is_match(before) && !certified && (by_persona || !ours) {
        return false;
    }
    // `Being ISO 27001 certified, we`: whose it is comes after.
    let after = &low.as_bytes()[end..sentence.end];
    AFTER.is_match(after)
        || (certified && !YOURS.is_match(wide) && OURS.is_match(after))
        || (ours && BEFORE.is_match(before))
        || (sentence.end - sentence.start < 80 && !by_persona && BEFORE.is_match(before))
}

fn names_company(reading: &Reading<'_>, before: &[u8]) -> bool {
    let Some(first) = reading.facts.source.statements.first() else { return false };
    let before = String::from_utf8_lossy(before);
    super::names::names(&format!("x {}", first.folded.cased))
        .iter()
        .take(2)
        .any(|name| before.contains(&name.to_ascii_lowercase()))
}

fn denied_after(rest: &str) -> bool {
    static DENIED: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^[^.;]{0,40}\b(?:is not|isn't|not yet|are not|aren't|is planned|is underway|in progress|is still|would need|we do not|we don't|on our roadmap|is pending)\b",
        )
    });
    DENIED.is_match(rest.as_bytes())
}

/// The name without its type: `soc 2` of `soc 2 type ii`.
fn base(name: &str) -> &str {
    name.split(" type").next().unwrap_or(name).trim_end_matches(',')
}

/// The statement that the offer has it.
fn support(reading: &Reading<'_>, name: &str) -> Option<String> {
    static PLANNED: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:working (?:towards?|on)|in progress|planned|plan(?:s|ning)? to|preparing|aim(?:s|ing)?|not yet|pending|expected|roadmap|underway|no certificat\w+)\b",
        )
    });
    let plain = |text: &str| text.replace([' ', '-', '/', ','], "");
    let wanted = plain(name).replace("typeii", "type2").replace("typei", "type1");
    let found = reading.facts.source.statements.iter().find(|statement| {
        let low = &statement.folded.low;
        let has = plain(low).replace("typeii", "type2").replace("typei", "type1").contains(&wanted);
        has && !PLANNED.is_match(low.as_bytes())
            && !low.find(base(name)).is_some_and(|at| is_denied(low, 0, at) || denied_after(&low[at..]))
    });
    found.map(|statement| statement.text.clone())
}
