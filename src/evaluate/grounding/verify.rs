//! Checks what a model says about claims, without understanding a word of it.
//!
//! A quotation must stand in the message and a support in a source; a number must stand in its support or follow from
//! the sources by a sum that is right. What fails is rejected with the reason. Nothing is accused here but a blank that
//! nobody ordered.

use std::cell::OnceCell;
use std::ops::Range;

use super::blanks::{Blank, Certainty, Ordered, Shape, blanks};
use super::contacts::{Contact, contacts, names_phone};
use super::evidence::{Evidence, is_held};
use super::fold::{Folded, Span, folded};
use super::mentions::unordered;
use super::numbers::{Form, Number, numbers_outside, spoken_numbers};
use super::source_index::SourceIndex;
use super::{Audit, Claim, ClaimKind, ClaimVerdict, MentionKind, Sources};
use crate::data::leads::forget::FORGOTTEN;

/// What a model says of one claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The claim, in the words of the message.
    pub quote: String,
    /// What it is about.
    pub kind: ClaimKind,
    /// What the model thinks of it.
    pub verdict: ClaimVerdict,
    /// The words of the sources that it gives for it.
    pub support: Vec<String>,
    /// The sum that it gives for it.
    pub derivation: Option<String>,
}

/// A finding that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// The finding.
    pub finding: Finding,
    /// Where its quote stands in the message, in characters; `None` where it does not.
    pub span: Option<(usize, usize)>,
    /// What does not hold, for the model that is asked again and for the claim's note.
    pub reason: String,
}

/// What verification made of a model's findings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// What holds, in the order of the message, with the blanks that nobody ordered.
    pub claims: Vec<Claim>,
    /// What does not.
    pub rejected: Vec<Rejected>,
}

/// Holds a model's findings against the message and the sources.
#[must_use]
pub fn verify(findings: &[Finding], message: &str, sources: &Sources, persona: &str) -> Verified {
    Verifier::new(message, sources, persona).verify(findings)
}

/// The audit for when no model may be asked: it finds blanks and nothing else.
#[must_use]
pub fn audit_without_model(message: &str, sources: &Sources, persona: &str) -> Audit {
    let mut claims = Vec::new();
    // What was forgotten claims nothing.
    if message != FORGOTTEN {
        Verifier::new(message, sources, persona).add_blanks(&mut claims);
    }
    Audit { auditor: None, claims }
}

/// A message and its sources, made ready to verify findings once or twice.
pub(super) struct Verifier<'a> {
    message: &'a str,
    known: SourceIndex<'a>,
    folded: OnceCell<Folded>,
    /// The byte at which each character begins, and the end.
    bytes: OnceCell<Vec<usize>>,
    blanks: Vec<Blank>,
    contacts: OnceCell<Vec<Contact>>,
    numbers: OnceCell<Vec<Number>>,
}

impl<'a> Verifier<'a> {
    pub(super) fn new(message: &'a str, sources: &'a Sources, persona: &'a str) -> Self {
        Verifier {
            message,
            known: SourceIndex::new(message, sources, persona),
            folded: OnceCell::new(),
            bytes: OnceCell::new(),
            blanks: blanks(message),
            contacts: OnceCell::new(),
            numbers: OnceCell::new(),
        }
    }

    pub(super) fn known(&self) -> &SourceIndex<'a> {
        &self.known
    }

    /// Verifies a model's first answer.
    pub(super) fn verify(&self, findings: &[Finding]) -> Verified {
        let mut verified = self.check(findings);
        self.add_blanks(&mut verified.claims);
        verified
    }

    /// Verifies the second answer, about the rejected claims, and settles them: whatever does not verify now is
    /// unsupported. `withdrawn` are the quotes that the model no longer calls claims.
    pub(super) fn settle(&self, first: Verified, findings: &[Finding], withdrawn: &[String]) -> Vec<Claim> {
        let second = self.check(findings);
        let withdrawn: Vec<Span> = withdrawn.iter().filter_map(|quote| self.folded().locate(quote, &[])).collect();
        let mut claims = first.claims;
        let overlaps = |(start, end): Span, (from, to): Span| start < to && from < end;
        let mut add = |claim: Claim| {
            let is_new =
                |claims: &[Claim]| !claims.iter().any(|other| (other.start, other.end) == (claim.start, claim.end));
            if is_new(&claims) {
                claims.push(claim);
            }
        };
        let rejected: Vec<(Span, &Rejected)> =
            first.rejected.iter().filter_map(|rejected| Some((rejected.span?, rejected))).collect();
        for (span, rejected) in &rejected {
            let again = second.rejected.iter().find(|other| other.span.is_some_and(|other| overlaps(*span, other)));
            let answers: Vec<&Claim> =
                second.claims.iter().filter(|claim| overlaps(*span, (claim.start, claim.end))).collect();
            let is_whole = || {
                // A word that counts what the message lists has no source.
                let in_digits = |number: &&&Number| number.form != Form::Words;
                self.numbers_of(*span).iter().filter(in_digits).all(|number| {
                    answers.iter().any(|claim| self.bytes_of((claim.start, claim.end)).contains(&number.start))
                })
            };
            let is_accused = answers.iter().any(|claim| claim.verdict != ClaimVerdict::Supported);
            if is_accused || (again.is_none() && !answers.is_empty() && is_whole()) {
                answers.into_iter().for_each(|claim| add(claim.clone()));
            } else if again.is_none() && answers.is_empty() && withdrawn.iter().any(|other| overlaps(*span, *other)) {
                // Read again, it is none.
            } else if rejected.finding.kind != ClaimKind::Remark {
                add(unverified(again.unwrap_or(rejected), *span));
            }
        }
        // Quotations that did not stand in the message, put right.
        let is_apart = |claim: &&Claim| !rejected.iter().any(|(span, _)| overlaps(*span, (claim.start, claim.end)));
        if first.rejected.iter().any(|rejected| rejected.span.is_none()) {
            second.claims.iter().filter(is_apart).for_each(|claim| add(claim.clone()));
        }
        claims.sort_by_key(|claim| (claim.start, claim.end));
        claims
    }

    fn check(&self, findings: &[Finding]) -> Verified {
        let mut verified = Verified::default();
        let mut used = Vec::new();
        for finding in findings {
            let reject = |span, reason| Rejected { finding: finding.clone(), span, reason };
            let Some(span) = self.folded().locate(&finding.quote, &used) else {
                verified.rejected.push(reject(None, "the quote does not stand in the message".to_owned()));
                continue;
            };
            used.push(span);
            match self.claim(finding, span) {
                Ok(claim) if self.is_ordered_blank(&claim) => {}
                Ok(claim) => verified.claims.push(claim),
                Err(reason) => verified.rejected.push(reject(Some(span), reason)),
            }
        }
        verified.claims.sort_by_key(|claim| (claim.start, claim.end));
        verified
    }

    /// The claim as it is kept, or why it does not verify.
    fn claim(&self, finding: &Finding, span: Span) -> Result<Claim, String> {
        let quotations = || finding.support.iter().map(|quotation| quotation.trim());
        let claim = |support: Vec<String>, derivation| Claim {
            start: span.0,
            end: span.1,
            kind: finding.kind,
            verdict: finding.verdict,
            support,
            derivation,
            note: None,
        };
        if finding.kind == ClaimKind::Remark && finding.support.is_empty() {
            // Nothing is to be borne out, so nothing can be: where it stands is all that can be checked.
            return if self.stands_apart(span) {
                Ok(Claim { verdict: ClaimVerdict::Unsupported, ..claim(Vec::new(), None) })
            } else {
                Err("a remark stands on lines of its own, or at the very beginning or end of the message".to_owned())
            };
        }
        if finding.verdict != ClaimVerdict::Supported {
            let held = quotations().filter(|quotation| self.known.holds(quotation));
            return Ok(claim(held.map(str::to_owned).collect(), None));
        }
        if finding.support.is_empty() {
            return Err("nothing is quoted that supports it".to_owned());
        }
        let stands = |quotation: &str| {
            format!("\"{}\" stands in none of the sources", quotation.chars().take(120).collect::<String>())
        };
        let evidence = Evidence::new(&self.known, quotations()).map_err(stands)?;
        for contact in self.contacts().iter().filter(|contact| overlap(&contact.range, &self.bytes_of(span))) {
            let text = &self.message[contact.range.clone()];
            let is_quoted = match contact.kind {
                MentionKind::Telephone => evidence.any(|quotation| names_phone(quotation, text)),
                _ => evidence.any(|quotation| folded(quotation).contains(&folded(text))),
            };
            if !is_quoted {
                return Err(format!("{text} is in none of its quotations"));
            }
        }
        let claimed = self.numbers_of(span);
        let derivation = finding.derivation.as_deref().map(str::trim);
        let borne = evidence.bears(&claimed, derivation, (self.message, self.numbers()))?;
        let derivation = derivation.filter(|_| borne.uses_derivation).map(str::to_owned);
        Ok(claim(quotations().map(str::to_owned).collect(), derivation))
    }

    /// Whether nothing but punctuation stands beside a passage on its first and its last line, or before it, or after
    /// it, in the whole message.
    fn stands_apart(&self, span: Span) -> bool {
        let bytes = self.bytes_of(span);
        let (before, after) = (&self.message[..bytes.start], &self.message[bytes.end..]);
        let is_bare = |text: &str| !text.contains(char::is_alphanumeric);
        let (line_before, line_after) = (before.rsplit('\n').next(), after.split('\n').next());
        is_bare(before) || is_bare(after) || line_before.is_none_or(is_bare) && line_after.is_none_or(is_bare)
    }

    /// A model that calls a merge field a blank, though facts or orders name it, is not followed.
    fn is_ordered_blank(&self, claim: &Claim) -> bool {
        if claim.kind != ClaimKind::Placeholder || claim.verdict == ClaimVerdict::Supported || self.blanks.is_empty() {
            return false;
        }
        let bytes = self.bytes_of((claim.start, claim.end));
        let ordered = Ordered::new(self.known.sources);
        let mut within = self.blanks.iter().filter(|blank| overlap(&blank.range, &bytes)).peekable();
        let is_field =
            |blank: &Blank| matches!(blank.shape, Shape::Field | Shape::Spintax) && ordered.allows(blank, self.message);
        within.peek().is_some() && within.all(is_field)
    }

    /// Adds the blanks that nobody ordered and that are not accused already.
    fn add_blanks(&self, claims: &mut Vec<Claim>) {
        if self.blanks.is_empty() {
            return;
        }
        let ordered = Ordered::new(self.known.sources);
        for blank in
            unordered(&self.blanks, &ordered, self.message).filter(|blank| blank.certainty == Certainty::Certain)
        {
            let span = self.span_of(&blank.range);
            let is_accused =
                |claim: &Claim| claim.verdict != ClaimVerdict::Supported && claim.start < span.1 && span.0 < claim.end;
            if !claims.iter().any(is_accused) {
                claims.push(Claim {
                    start: span.0,
                    end: span.1,
                    kind: ClaimKind::Placeholder,
                    verdict: ClaimVerdict::Unsupported,
                    support: Vec::new(),
                    derivation: None,
                    note: None,
                });
            }
        }
        claims.sort_by_key(|claim| (claim.start, claim.end));
    }

    /// The numbers within a passage that have to be borne out, in order.
    fn numbers_of(&self, span: Span) -> Vec<&Number> {
        let bytes = self.bytes_of(span);
        self.numbers().iter().filter(|number| overlap(&(number.start..number.end), &bytes)).collect()
    }

    fn numbers(&self) -> &[Number] {
        self.numbers.get_or_init(|| {
            let contacts = self.contacts().iter().map(|contact| contact.range.clone());
            let skipped: Vec<Range<usize>> =
                contacts.chain(self.blanks.iter().map(|blank| blank.range.clone())).collect();
            let mut numbers = numbers_outside(self.message, &skipped);
            let mut spoken = spoken_numbers(self.message, self.known.message_tongues());
            // The million of `3 million` is no number beside it.
            spoken.retain(|number| {
                !number.overlaps_any(&numbers) && !skipped.iter().any(|range| range.contains(&number.start))
            });
            numbers.extend(spoken);
            numbers.retain(|number| is_held(number, self.message));
            numbers.sort_by_key(|number| number.start);
            numbers
        })
    }

    fn contacts(&self) -> &[Contact] {
        self.contacts.get_or_init(|| contacts(self.message))
    }

    fn folded(&self) -> &Folded {
        self.folded.get_or_init(|| Folded::new(self.message))
    }

    fn bytes(&self) -> &[usize] {
        self.bytes.get_or_init(|| self.message.char_indices().map(|(at, _)| at).chain([self.message.len()]).collect())
    }

    fn bytes_of(&self, (start, end): Span) -> Range<usize> {
        let byte = |character: usize| self.bytes().get(character).copied().unwrap_or(self.message.len());
        byte(start)..byte(end)
    }

    fn span_of(&self, range: &Range<usize>) -> Span {
        let character = |byte: usize| self.bytes().partition_point(|at| *at < byte);
        (character(range.start), character(range.end))
    }
}

fn overlap(one: &Range<usize>, other: &Range<usize>) -> bool {
    one.start < other.end && other.start < one.end
}

/// What could not be verified twice.
fn unverified(rejected: &Rejected, span: Span) -> Claim {
    Claim {
        start: span.0,
        end: span.1,
        kind: rejected.finding.kind,
        verdict: ClaimVerdict::Unsupported,
        support: Vec::new(),
        derivation: None,
        note: Some(rejected.reason.clone()),
    }
}

#[cfg(test)]
#[path = "verify_tests.rs"]
mod tests;
