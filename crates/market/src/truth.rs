//! The market's own truth: what a message claims that nothing supports.

use super::detect::{detect, split_subject};
use super::feature::Feature::{Certificate, Customer, Figures, Integrations, Post, Price, Result};
use super::lexicon::{pattern, sentences};
use super::offer::{CERTIFICATE, FIGURE, Offer};
use super::reader::Reader;

/// The sentences of a message that hold an invented claim: a customer, a figure, a certification, an integration, a
/// price or a sighting of the persona that neither the facts nor the persona state.
pub(super) fn ungrounded(message: &str, facts: &str, persona: &str) -> Vec<String> {
    let reader = Reader::read(persona);
    let (subject, body) = split_subject(message);
    let (facts_lower, persona_lower) = (facts.to_lowercase(), persona.to_lowercase());
    let claim = Offer::read(facts).claim.map(|claim| claim.to_lowercase());
    let mut found = Vec::new();
    for sentence in subject.into_iter().chain(sentences(body)) {
        let mut lower = sentence.to_lowercase();
        // The offer's own claim, word for word, is no customer's result however much it reads like one.
        let quotes = claim.as_deref().filter(|claim| lower.contains(claim));
        let shows = match quotes {
            Some(claim) => {
                lower = lower.replace(claim, "");
                detect(&lower, &reader).features
            }
            None => detect(sentence, &reader).features,
        };
        let unknown = FIGURE.find_iter(&lower).any(|figure| !states_number(&facts_lower, figure.as_str()));
        // A persona's age or headcount supports nothing: there the figure must stand with its unit.
        let unheard = FIGURE.find_iter(&lower).any(|figure| {
            !states_number(&facts_lower, figure.as_str()) && !persona_lower.contains(figure.as_str().trim())
        });
        let unknown_name = shows.has(Customer) && !names_only_known(sentence, facts);
        let unknown_certificate = shows.has(Certificate)
            && CERTIFICATE.find_iter(&lower).any(|name| !facts_lower.contains(first_word(name.as_str())));
        // A sighting is grounded only where the persona tells of one; being active somewhere is not a post.
        let sighting = shows.has(Post) && !persona_lower.contains("post about");
        // Even a figure that the facts hold is no customer's result unless they speak of customers.
        let has_customers =
            facts_lower.contains("customers:") || facts_lower.contains("client") || facts_lower.contains("case stud");
        let result = shows.has(Result) && (!has_customers || unknown);
        let figure = shows.has(Figures) && unheard;
        let integration = shows.has(Integrations) && claims_integration(&lower, &facts_lower, &reader);
        let price = shows.has(Price) && lower.contains(['$', '€', '£']) && !facts_lower.contains(['$', '€', '£']);
        if unknown_name || unknown_certificate || sighting || result || figure || integration || price {
            found.push(sentence.to_owned());
        }
    }
    found
}

fn first_word(name: &str) -> &str {
    name.split(' ').next().unwrap_or(name)
}

/// Whether a number stands in a text with no other digit next to it.
fn states_number(text: &str, figure: &str) -> bool {
    let digits: String = figure.chars().take_while(|letter| letter.is_ascii_digit() || *letter == '.').collect();
    let digits = digits.trim_end_matches('.');
    if digits.is_empty() {
        return text.contains(figure.trim());
    }
    text.match_indices(digits).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + digits.len()..].chars().next();
        let part = |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_digit());
        !part(before) && !part(after)
    })
}

/// Whether every capitalised name in the sentence, its first word apart, is known from the facts.
fn names_only_known(sentence: &str, facts: &str) -> bool {
    sentence
        .split(|letter: char| !(letter.is_alphanumeric() || letter == '&' || letter == '-'))
        .filter(|word| !word.is_empty())
        .enumerate()
        .filter(|(at, word)| word.chars().next().is_some_and(char::is_uppercase) && word.len() > 1 && *at > 0)
        .all(|(_, word)| facts.contains(word))
        && sentence.split(' ').next().is_some_and(|word| facts.contains(word) || !facts.is_empty())
}

/// Whether a sentence says that the product connects, rather than that one would find out whether it does.
fn claims_integration(lower: &str, facts: &str, reader: &Reader) -> bool {
    static CLAIM: std::sync::LazyLock<regex::Regex> = std::sync::LazyLock::new(|| {
        pattern(concat!(
            r"\b(?:integrates?|connects?|syncs?|plugs?|works) (?:\w+ )?(?:with|into|to)\b|\b(?:our|seamless|",
            r"native|[a-z]+-certified) (?:\w+ )?integrations?\b",
        ))
    });
    static ASKS: std::sync::LazyLock<regex::Regex> =
        std::sync::LazyLock::new(|| pattern(r"\b(?:what|which|whether|would|how|ask|not)\b"));
    let stated = facts.contains("integrat") || reader.tools.iter().any(|tool| facts.contains(&tool.to_lowercase()));
    CLAIM.is_match(lower) && !ASKS.is_match(lower) && !stated
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calibrate::OFFER;
    use crate::dice::Dice;
    use crate::feature::{Feature, FeatureSet};
    use crate::offer::Offer;
    use crate::{generator, writer};

    #[test]
    fn inventions_are_found_and_honest_messages_are_clean() {
        let mut dice = Dice::from_parts(&["truth"]);
        let offer = Offer::read(OFFER);
        let (mut found, mut false_alarms) = (0, 0);
        for persona in writer::write("", "", 100, &mut dice) {
            let reader = Reader::read(&persona);
            let honest: FeatureSet = Feature::HELPFUL.into_iter().filter(|_| dice.chance(0.6)).collect();
            let message = generator::write(honest, &offer, &reader, &mut dice);
            let claims = ungrounded(&message, OFFER, &persona);
            if !claims.is_empty() {
                println!("{claims:?}");
                false_alarms += 1;
            }
            for lie in Feature::INVENTED {
                let mut lying = honest;
                lying.insert(lie);
                let message = generator::write(lying, &offer, &reader, &mut dice);
                let claims = ungrounded(&message, OFFER, &persona);
                if claims.is_empty() {
                    println!("{lie:?}: {message}\n");
                }
                found += usize::from(!claims.is_empty());
            }
        }
        println!("{found} of 400 found, {false_alarms} of 100 honest ones suspected");
        assert!(found >= 392 && false_alarms <= 1, "{found} {false_alarms}");
    }

    #[test]
    fn what_the_facts_state_is_grounded() {
        let facts =
            "Company: Tidewater\nCustomers: Acme, Globex\nSecurity: ISO 27001 certified\nValue: saves 12 hours a week";
        for message in [
            "We count Acme and Globex among our customers.",
            "We are ISO 27001 certified.",
            "It saves 12 hours a week.",
            "Our customers save 12 hours a week.",
            "Put plainly, the aim is this: saves 12 hours a week.",
        ] {
            assert_eq!(ungrounded(message, facts, "Ada, 41, COO"), Vec::<String>::new(), "{message}");
        }
        let offer = "Company: Tidewater\nValue proposition: teams reduce manual work by 45% within the first quarter";
        let quoted = "In numbers: teams reduce manual work by 45% within the first quarter.";
        assert_eq!(ungrounded(quoted, offer, "Ada, 41, COO"), Vec::<String>::new());
        assert_eq!(ungrounded("One client reduced manual work by 45%.", offer, "Ada, 41, COO").len(), 1);
        for message in [
            "We count Acme and Initech among our customers.",
            "We are SOC 2 certified.",
            "It saves 41 hours a week.",
            "Our customers save 112 hours a week.",
            "I saw your LinkedIn post about shipping.",
            "Our platform integrates with SAP.",
        ] {
            assert_eq!(ungrounded(message, facts, "Ada, 41, COO, uses SAP").len(), 1, "{message}");
        }
    }
}
