//! From what the rules found to claims that do not say the same thing twice.

use super::fold::Folded;
use super::reading::Found;
use super::{Claim, Kind};

/// Claims in order. What lies inside a claim that says as much is part of it; an unsupported part makes the whole
/// unsupported.
pub(super) fn claims(mut found: Vec<Found>, message: &Folded) -> Vec<Claim> {
    for one in &mut found {
        trim(one, message);
    }
    found.retain(|one| one.start < one.end);
    // The longest first, so that what lies inside comes after it.
    found.sort_by_key(|one| (one.start, usize::MAX - one.end, one.kind));
    let mut kept: Vec<Found> = Vec::new();
    for one in found {
        match kept.iter_mut().rev().find(|other| one.start < other.end && goes_into(&one, other)) {
            Some(other) => {
                other.end = other.end.max(one.end);
                // A number that the facts state does not make somebody's result true; one that they do not makes it false.
                if one.support.is_none() {
                    other.support = None;
                }
                if one.kind == Kind::Figure && other.kind == Kind::Customer {
                    other.kind = Kind::Result;
                }
                if one.kind == Kind::Result && other.kind == Kind::Customer {
                    other.kind = Kind::Result;
                }
            }
            None => kept.push(one),
        }
    }
    kept.sort_by_key(|one| (one.start, one.end));
    kept.into_iter()
        .map(|one| Claim {
            start: one.start,
            end: one.end,
            kind: one.kind,
            grounded: one.support.is_some(),
            support: one.support,
        })
        .collect()
}

/// Whether a finding is part of another that begins before it.
fn goes_into(one: &Found, other: &Found) -> bool {
    use Kind::{Customer, Figure, Other, Placeholder, Price, Result, SharedHistory};
    let tells = |kind| matches!(kind, Customer | Result);
    match (one.kind, other.kind) {
        (a, b) if a == b => true,
        (a, b) if tells(a) && tells(b) => true,
        (Figure, b) if tells(b) || b == SharedHistory => true,
        (Figure, Kind::Price) => one.end <= other.end,
        (a, SharedHistory) if tells(a) => one.end <= other.end,
        // A name, a price or a blank inside what is false anyway says nothing more.
        (Placeholder | Other | Price | Customer, _) => other.support.is_none() && one.end <= other.end,
        _ => false,
    }
}

/// Without blanks and end marks at its ends.
fn trim(one: &mut Found, message: &Folded) {
    let bytes = message.bytes();
    one.end = one.end.min(bytes.len());
    while one.start < one.end
        && (bytes[one.start].is_ascii_whitespace() || matches!(bytes[one.start], b',' | b'-' | b';'))
    {
        one.start += 1;
    }
    while one.start < one.end
        && (bytes[one.end - 1].is_ascii_whitespace()
            || matches!(bytes[one.end - 1], b'.' | b',' | b';' | b':' | b'!' | b'?'))
    {
        one.end -= 1;
    }
}
