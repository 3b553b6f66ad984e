//! What the rules found and what a model said, put together.

use std::sync::LazyLock;

use regex::bytes::Regex;

use super::facts::Facts;
use super::figures::figures;
use super::fold::Folded;
use super::offers::is_mere_offer;
use super::source::{Source, Statement, share};
use super::standards::standards;
use super::words::{pattern, stems};
use super::{Audit, Claim, Kind, names};

/// What a model says of one claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The claim, in the words of the message.
    pub quote: String,
    /// What it is about.
    pub kind: Kind,
    /// Whether the model thinks that it is supported.
    pub grounded: bool,
    /// The words of the facts or of the persona that it gives for it.
    pub support: Option<String>,
}

/// Puts together what the rules found in a message and what a model said about it.
///
/// - A quotation that is not in the message is dropped; quotation marks, capitals and white space may differ.
/// - A claim that the model calls supported counts as unsupported unless its support is a quotation from the facts or the
///   persona (or the words of the claim themselves stand there).
/// - What the rules found unsupported stays so, unless the model's support holds every number, name and standard of it;
///   blanks, and customers of whom the facts say nothing, stay so in any case.
/// - What the rules found supported word for word stays so, and so does a figure that they found stated, when the model
///   only doubts the figure.
#[must_use]
pub fn combine(found: Audit, said: &[Said], message: &str, facts: &Facts, persona: &str) -> Audit {
    let persona = Source::of_text(persona);
    let folded = Folded::of(message);
    let known = Known { facts: &facts.source, persona: &persona };
    let mut claims = found.claims;
    let mut used: Vec<(usize, usize)> = Vec::new();
    for said in said {
        let Some((start, end)) = locate(&folded.low, &said.quote, &used) else { continue };
        used.push((start, end));
        let support = if said.grounded { known.support(said, &folded, (start, end)) } else { None };
        let overlapping = |claim: &Claim| claim.start < end && start < claim.end;
        match support {
            Some(support) => {
                let statement = Statement::of(&support);
                for claim in claims.iter_mut().filter(|claim| !claim.grounded && overlapping(claim)) {
                    if known.overrules(claim, &statement, &folded) {
                        claim.grounded = true;
                        claim.support = Some(support.clone());
                    }
                }
                if !claims.iter().any(overlapping) {
                    claims.push(Claim { start, end, kind: said.kind, grounded: true, support: Some(support) });
                }
            }
            None => {
                let proven = claims.iter().any(|claim| claim.grounded && claim.start <= start && end <= claim.end)
                    || (said.kind == Kind::Figure && are_proven(&claims, &folded, (start, end)));
                let known_already = claims.iter().any(|claim| !claim.grounded && overlapping(claim));
                let offered = is_mere_offer(&folded, (start, end));
                if !proven && !known_already && !offered && known.verbatim(&folded, (start, end)).is_none() {
                    claims.push(Claim { start, end, kind: said.kind, grounded: false, support: None });
                }
            }
        }
    }
    claims.sort_by_key(|claim| (claim.start, claim.end));
    Audit { claims }
}

/// Whether a passage has figures, and the rules have found each of them stated.
fn are_proven(claims: &[Claim], message: &Folded, (start, end): (usize, usize)) -> bool {
    let mut own = figures(&message.low[start..end])
        .into_iter()
        .map(|figure| (start + figure.start, start + figure.end))
        .peekable();
    let stated = |(from, to)| claims.iter().any(|claim| claim.grounded && claim.start <= from && to <= claim.end);
    own.peek().is_some() && own.all(stated)
}

/// Where a quotation stands in a text, the first place that is not used yet going before one that is.
fn locate(low: &str, quoted: &str, used: &[(usize, usize)]) -> Option<(usize, usize)> {
    let quoted = plain(&Folded::of(quoted).low);
    if quoted.bytes().filter(u8::is_ascii_alphanumeric).count() < 2 {
        return None;
    }
    // The text without what may differ, and where each of its bytes comes from.
    let (mut text, mut from) = (String::with_capacity(low.len()), Vec::with_capacity(low.len()));
    for (at, letter) in low.char_indices() {
        let letter = if letter.is_ascii_whitespace() { ' ' } else { letter };
        if matches!(letter, '"' | '\'' | '*' | '~' | '`') || (letter == ' ' && text.ends_with(' ')) {
            continue;
        }
        text.push(letter);
        from.push(at);
    }
    let places: Vec<(usize, usize)> =
        text.match_indices(&quoted).map(|(at, found)| (from[at], from[at + found.len() - 1] + 1)).collect();
    let is_free = |place: &&(usize, usize)| !used.contains(place);
    places.iter().find(is_free).or(places.first()).copied()
}

/// Without what models add to a quotation.
fn plain(low: &str) -> String {
    let words: Vec<&str> = low.split_whitespace().collect();
    let text: String = words.join(" ").chars().filter(|c| !matches!(c, '"' | '\'' | '*' | '~' | '`')).collect();
    text.trim_matches(|c: char| c.is_ascii_whitespace() || matches!(c, '.' | ',' | ';' | ':')).to_owned()
}

/// What claims are held against.
struct Known<'a> {
    facts: &'a Source,
    persona: &'a Source,
}

impl Known<'_> {
    /// The support that the model gives, if it is a quotation and has to do with the claim; else the statement that says
    /// the claim in its own words.
    fn support(&self, said: &Said, message: &Folded, span: (usize, usize)) -> Option<String> {
        let given = said.support.as_deref().map(|support| plain(&Folded::of(support).low)).unwrap_or_default();
        let stands = |statement: &&Statement| plain(&statement.folded.low).contains(&given);
        let quoted = || {
            let all = || self.facts.statements.iter().chain(&self.persona.statements);
            // A quotation may run over several statements.
            let in_one = all().find(stands).is_some();
            let joined = |source: &Source| {
                let texts: Vec<String> =
                    source.statements.iter().map(|statement| plain(&statement.folded.low)).collect();
                squeeze(&texts.join(" ")).contains(&squeeze(&given))
            };
            in_one || joined(self.facts) || joined(self.persona)
        };
        let words = stems(&given);
        let about = stems(&message.low[span.0..span.1]);
        let related = about.is_empty()
            || words.iter().any(|word| about.contains(word))
            || figures(&given)
                .iter()
                .any(|own| figures(&message.low[span.0..span.1]).iter().any(|figure| figure.is_said_by(own)));
        if given.len() >= 2 && !words.is_empty() && related && quoted() {
            return said.support.clone().map(|support| support.trim().to_owned());
        }
        self.verbatim(message, span)
    }

    /// The statement that says what stands in the message, nearly in the same words.
    fn verbatim(&self, message: &Folded, (start, end): (usize, usize)) -> Option<String> {
        let low = &message.low[start..end];
        let words = stems(low);
        let own = figures(low);
        if words.len() < 2 {
            return None;
        }
        let says = |statement: &&Statement| {
            share(&words, &statement.stems) >= 0.75 && own.iter().all(|figure| statement.says(figure, low))
        };
        let is_about_reader = || READER.is_match(low.as_bytes());
        let by_facts = self.facts.statements.iter().find(says);
        let by_persona = || self.persona.statements.iter().find(says).filter(|_| is_about_reader());
        by_facts.or_else(by_persona).map(|statement| statement.text.clone())
    }

    /// Whether the model's support is enough to overrule a rule.
    fn overrules(&self, claim: &Claim, support: &Statement, message: &Folded) -> bool {
        let (low, cased) = (&message.low[claim.start..claim.end], &message.cased[claim.start..claim.end]);
        let of_facts = self.facts.statements.iter().any(|statement| {
            let (own, given) = (squeeze(&statement.folded.low), squeeze(&plain(&support.folded.low)));
            own.contains(&given) || given.contains(&own)
        });
        let figures_held = figures(low).iter().all(|figure| support.says(figure, low));
        let names_held = names::names(&format!("x {cased}"))
            .iter()
            .all(|name| self.persona_has(name, of_facts) || support.folded.low.contains(&name.to_ascii_lowercase()));
        let standards_held = standards(low).all(|name| support.folded.low.contains(name));
        let kind_allows = match claim.kind {
            Kind::Placeholder => false,
            // Nothing that the persona says makes it true of the offer.
            Kind::Certification | Kind::Integration | Kind::Price => of_facts,
            Kind::Customer | Kind::Result => {
                of_facts && (support.has_customers || (support.is_general && !ONE.is_match(low.as_bytes())))
            }
            Kind::Figure | Kind::SharedHistory | Kind::Other => true,
        };
        kind_allows && figures_held && names_held && standards_held
    }

    fn persona_has(&self, name: &str, of_facts: bool) -> bool {
        // The reader's own name and tools may stand in any claim.
        !of_facts && self.persona.knows(name) || self.facts.knows(name)
    }
}

static READER: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:you|your|you're|you've)\b"));
static ONE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"\b(?:one|another|a|an) (?:[\w'&%$+.,/()-]+ ){0,7}?__\b|\bsimilar|\bother\b|case stud|reference")
});

fn squeeze(low: &str) -> String {
    low.chars().filter(char::is_ascii_alphanumeric).collect()
}

#[cfg(test)]
mod tests {
    use super::super::audit;
    use super::*;

    const FACTS: &str =
        "Company: Brackwater\nTeams reduce manual work by 45% within the first quarter\nIntegrations: Jira, Slack";
    const PERSONA: &str = "Ann Ray, COO of a 50-person agency. Uses Asana.";

    fn said(quote: &str, grounded: bool, support: &str) -> Said {
        Said { quote: quote.into(), kind: Kind::Other, grounded, support: Some(support.into()) }
    }

    fn put(message: &str, said: &[Said]) -> Audit {
        let facts = Facts::of(FACTS);
        combine(audit(message, &facts, PERSONA), said, message, &facts, PERSONA)
    }

    #[test]
    fn a_quotation_is_found_whatever_its_marks_and_blanks_and_dropped_where_it_is_not_there() {
        let message = "We’ve  built it\non “open” standards.";
        let audit = put(
            message,
            &[said("We've built it on \"open\" standards", false, ""), said("on closed standards", false, "")],
        );
        assert_eq!(audit.claims.len(), 1);
        assert_eq!(audit.claims[0].quote(message), "We’ve  built it\non “open” standards");
    }

    #[test]
    fn a_claim_that_is_called_grounded_needs_a_quotation_that_is_there() {
        let message = "It runs in the browser and needs no installation.";
        let of = |support: &str| put(message, &[said("runs in the browser", true, support)]).is_grounded();
        assert!(!of("") && !of("runs in any browser") && !of("the"));
        let facts = Facts::of("It runs in every browser that is in use today");
        let yes = [said("runs in the browser", true, "runs in every browser")];
        assert!(combine(Audit::default(), &yes, message, &facts, PERSONA).is_grounded());
    }

    #[test]
    fn a_model_cannot_talk_a_number_a_name_or_a_standard_away() {
        for (message, quote) in [
            ("It cuts manual work by 70%.", "70%"),
            ("It cuts manual work by 70%.", "It cuts manual work by 70%"),
            ("We helped Stripe automate approvals.", "We helped Stripe automate approvals"),
            ("We are SOC 2 certified.", "We are SOC 2 certified"),
            ("It integrates with NetSuite.", "It integrates with NetSuite"),
            ("One client cut manual work by 45%.", "One client cut manual work by 45%"),
            ("Hi [First Name], a word on approvals.", "[First Name]"),
        ] {
            let support = "Teams reduce manual work by 45% within the first quarter";
            assert!(!put(message, &[]).is_grounded(), "{message}");
            assert!(!put(message, &[said(quote, true, support)]).is_grounded(), "{message}");
            assert!(!put(message, &[said(quote, true, "Integrations: Jira, Slack")]).is_grounded(), "{message}");
        }
    }

    #[test]
    fn a_mere_offer_is_no_claim_and_an_offer_of_evidence_is_one() {
        for (message, grounded) in [
            ("If you would rather read than talk, I can send a page.", true),
            ("I'd be happy to show you.", true),
            ("I can send a case study from your trade.", false),
            ("I can show you how Stripe does it.", false),
            ("We can send 40 names.", false),
        ] {
            assert_eq!(put(message, &[said(message, false, "")]).is_grounded(), grounded, "{message}");
        }
    }

    #[test]
    fn what_stands_in_the_facts_word_for_word_stays_grounded_whatever_the_model_says() {
        let message = "Teams reduce manual work by 45% within the first quarter.";
        assert!(put(message, &[said("reduce manual work by 45%", false, "")]).is_grounded());
    }
}
