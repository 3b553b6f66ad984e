//! What an auditor is asked, and how its answer is read.

use serde_json::{Map, Value, json};

use super::mentions::{MentionKind, mentioned};
use super::source_index::SourceIndex;
use super::verify::{Finding, Rejected};
use super::{ClaimKind, ClaimVerdict};
use crate::evaluate::fence::fence;
use crate::evaluate::reading::Unusable;
use crate::model::Schema;

/// The most claims that are taken from one answer: a message has a dozen or two.
const MOST_CLAIMS: usize = 200;
/// Quotations that are taken for one claim.
const MOST_QUOTATIONS: usize = 20;
/// Hints that are given.
const MOST_HINTS: usize = 40;

/// The verdict with which an auditor that is asked again withdraws a claim.
const NO_CLAIM: &str = "no_claim";

/// Which question an answer is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Round {
    /// All claims of a message.
    First,
    /// About the claims that did not verify.
    Again,
}

/// The texts of the question.
pub(super) fn texts(message: &str, known: &SourceIndex<'_>) -> String {
    let [facts, orders, persona] = *known.texts();
    let or_none = |text: &str| if text.trim().is_empty() { "(none)".to_owned() } else { text.to_owned() };
    format!(
        "The facts about the offer:\n\n{}\n\nWhat the sender ordered to be written:\n\n{}\n\nThe person to whom the \
         message is addressed:\n\n{}\n\nThe message:\n\n{}\n\nHints, what the message mentions and the sources do not \
         in the same signs:\n\n{}",
        fence("facts", facts),
        fence("orders", &or_none(orders)),
        fence("persona", persona),
        fence("message", message),
        fence("hints", &or_none(&hints(message, known)))
    )
}

/// The question itself, behind the texts.
pub(super) const QUESTION: &str = "Answer with a JSON object: `claims`, the list of the message's claims in their \
                                   order, each with `quote`, `kind`, `support`, `derivation` and `verdict`.";

/// The question about what did not verify.
pub(super) fn question_again(rejected: &[Rejected]) -> String {
    let lines: Vec<String> = rejected
        .iter()
        .map(|rejected| {
            let finding = &rejected.finding;
            let said = json!({
                "quote": finding.quote,
                "support": finding.support,
                "derivation": finding.derivation.as_deref().unwrap_or_default(),
                "verdict": finding.verdict.as_str(),
            });
            format!("- {said}\n  does not verify: {}", rejected.reason)
        })
        .collect();
    format!(
        "This message was audited already. These claims of the answer did not verify:\n\n{}\n\nGive these claims once \
         more, and no others: with quotations that stand where they come from and hold the claim's numbers, with a \
         derivation that is right, or with another verdict if the sources do not bear the claim out after all. A word \
         that merely counts what the message lists may be left out of the quote. A claim whose quote does not stand in \
         the message is quoted as it stands there, or left out. A passage that is no claim after all, such as a \
         proposal or a quantity that is merely supposed, gets the verdict `{NO_CLAIM}`. Answer with a JSON object: \
         `claims`, the list of these claims in their order, each with `quote`, `kind`, `support`, `derivation` and \
         `verdict`.",
        fence("answer", &lines.join("\n"))
    )
}

fn hints(message: &str, known: &SourceIndex<'_>) -> String {
    let letters: Vec<char> = message.chars().collect();
    let mut lines: Vec<String> = Vec::new();
    for mention in mentioned(message, known) {
        let kind = match mention.kind {
            MentionKind::Placeholder => "blank",
            MentionKind::Number => "number",
            MentionKind::Telephone => "telephone number",
            MentionKind::Link => "link",
            MentionKind::Address => "address",
            MentionKind::Quoted => "quotation",
            MentionKind::Name => "name",
        };
        let text: String = letters[mention.start..mention.end].iter().collect();
        let line = format!("{kind}: {text}");
        if !lines.contains(&line) && lines.len() < MOST_HINTS {
            lines.push(line);
        }
    }
    lines.join("\n")
}

/// The form of the answer.
pub(super) fn schema(round: Round) -> Schema {
    let kinds: Vec<&str> = ClaimKind::ALL.iter().map(|kind| kind.as_str()).collect();
    let mut verdicts = [ClaimVerdict::Supported, ClaimVerdict::Contradicted, ClaimVerdict::Unsupported]
        .map(ClaimVerdict::as_str)
        .to_vec();
    if round == Round::Again {
        verdicts.push(NO_CLAIM);
    }
    Schema {
        name: "audit".into(),
        json: json!({
            "type": "object",
            "properties": {"claims": {"type": "array", "items": {
                "type": "object",
                "properties": {
                    "quote": {"type": "string"},
                    "kind": {"type": "string", "enum": kinds},
                    // Support first: a model that writes in this order has looked for it before it decides.
                    "support": {"type": "array", "items": {"type": "string"}},
                    "derivation": {"type": "string"},
                    "verdict": {"type": "string", "enum": verdicts}
                },
                "required": ["quote", "kind", "support", "derivation", "verdict"],
                "additionalProperties": false
            }}},
            "required": ["claims"],
            "additionalProperties": false
        }),
    }
}

/// Reads the findings of an answer. An unknown kind becomes `other`, and a single quotation may stand without its list;
/// nothing else is guessed. Findings that the second answer withdraws are left out, and their quotes are returned
/// second.
pub(super) fn findings(object: &Map<String, Value>, round: Round) -> Result<(Vec<Finding>, Vec<String>), Unusable> {
    let wrong = || Unusable::WrongField { field: "claims", kind: "list of claims" };
    let list = object.get("claims").and_then(Value::as_array).ok_or_else(wrong)?;
    let read = |claim: &Value| {
        let text = |field: &str| claim.get(field).and_then(Value::as_str);
        let support: Vec<&str> = match claim.get("support") {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::String(quotation)) => vec![quotation],
            Some(Value::Array(quotations)) => quotations.iter().map(Value::as_str).collect::<Option<_>>()?,
            Some(_) => return None,
        };
        let given = support.into_iter().filter(|quotation| !quotation.trim().is_empty());
        Some(Finding {
            quote: text("quote")?.to_owned(),
            kind: text("kind").and_then(ClaimKind::named).unwrap_or(ClaimKind::Other),
            verdict: text("verdict").and_then(ClaimVerdict::named)?,
            support: given.take(MOST_QUOTATIONS).map(str::to_owned).collect(),
            derivation: text("derivation").filter(|sum| !sum.trim().is_empty()).map(str::to_owned),
        })
    };
    let is_withdrawn =
        |claim: &&Value| round == Round::Again && claim.get("verdict").and_then(Value::as_str) == Some(NO_CLAIM);
    let (withdrawn, claims): (Vec<&Value>, Vec<&Value>) = list.iter().take(MOST_CLAIMS).partition(is_withdrawn);
    let quote = |claim: &Value| claim.get("quote").and_then(Value::as_str).map(str::to_owned);
    let withdrawn = withdrawn.into_iter().map(|claim| quote(claim).ok_or_else(wrong)).collect::<Result<_, _>>()?;
    let claims = claims.into_iter().map(|claim| read(claim).ok_or_else(wrong)).collect::<Result<_, _>>()?;
    Ok((claims, withdrawn))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::grounding::Sources;

    fn read(text: &str) -> Result<Vec<Finding>, Unusable> {
        let object = serde_json::from_str::<Value>(text).unwrap();
        findings(object.as_object().unwrap(), Round::First).map(|(findings, _)| findings)
    }

    #[test]
    fn only_who_is_asked_again_may_take_back_that_a_passage_is_a_claim() {
        let text = r#"{"claims": [
            {"quote": "30 of the 300", "verdict": "no_claim"},
            {"quote": "46 systems", "verdict": "unsupported"}
        ]}"#;
        let object = serde_json::from_str::<Value>(text).unwrap();
        let (claims, withdrawn) = findings(object.as_object().unwrap(), Round::Again).unwrap();
        assert_eq!((claims.len(), withdrawn), (1, vec!["30 of the 300".to_owned()]));
        assert!(read(text).is_err());
    }

    #[test]
    fn a_list_of_claims_is_read_and_nothing_is_guessed() {
        let said = read(
            r#"{"claims": [
                {"quote": "SOC 2", "kind": "badge", "verdict": "unsupported", "support": [], "derivation": " "},
                {"quote": "46 systems", "kind": "figure", "verdict": "supported", "support": "46 systems since 2017"}
            ]}"#,
        )
        .unwrap();
        assert_eq!(
            (said[0].kind, said[0].verdict, &said[0].derivation),
            (ClaimKind::Other, ClaimVerdict::Unsupported, &None)
        );
        assert_eq!(said[1].support, ["46 systems since 2017"]);
        assert_eq!(read(r#"{"claims": []}"#), Ok(Vec::new()));
        for wrong in [
            r"{}",
            r#"{"claims": {}}"#,
            r#"{"claims": ["x"]}"#,
            r#"{"claims": [{"quote": "x", "verdict": "true"}]}"#,
            r#"{"claims": [{"quote": "x", "verdict": "supported", "support": [1]}]}"#,
            r#"{"groups": []}"#,
        ] {
            assert!(matches!(read(wrong), Err(Unusable::WrongField { field: "claims", .. })), "{wrong}");
        }
    }

    #[test]
    fn the_question_shows_every_text_fenced_and_the_hints_once() {
        let sources = Sources::new("Crowns: £78.", "");
        let message = "Hi [Name], 40 labs. [Name], 40 labs at £78, Dr Nair.";
        let text = texts(message, &SourceIndex::new(message, &sources, "Dr Nair."));
        // The hash in a fence is that of its text.
        let marks = regex::Regex::new("-[0-9a-f]{16}>").unwrap();
        insta::assert_snapshot!(marks.replace_all(&text, ">"));
    }

    #[test]
    fn what_did_not_verify_is_asked_for_with_the_reason() {
        let finding = Finding {
            quote: "40 labs".into(),
            kind: ClaimKind::Figure,
            verdict: ClaimVerdict::Supported,
            support: vec!["Crowns: £78".into()],
            derivation: None,
        };
        let reason = "the number 40 is in none of its quotations, and no derivation gives it".to_owned();
        let text = question_again(&[Rejected { finding, span: Some((0, 7)), reason }]);
        let marks = regex::Regex::new("-[0-9a-f]{16}>").unwrap();
        insta::assert_snapshot!(marks.replace_all(&text, ">"));
    }
}
