//! Whether a rewrite is a prompt at all.
//!
//! Small models, asked for a better prompt, return a finished e-mail, the delimiters around the old prompt, or a sentence.
//! Such a rewrite would be tested at full price and would lose the offer, so it is refused before any message is written.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

/// Characters that a rewritten prompt may have. Longer prompts cost more on every message and are followed less.
pub const MOST_CHARACTERS: usize = 12_000;
/// Words below which no text says both what is offered and how to write about it.
const FEWEST_WORDS: usize = 15;
/// The same in characters.
const FEWEST_CHARACTERS: usize = 120;
/// Blanks to be filled in, beyond those of the incumbent, that make a rewrite a form. A prompt may name one or two as
/// examples of what not to leave in a message.
pub(super) const MOST_BLANKS: usize = 2;
/// The share of the incumbent's telling words that a rewrite must keep. Rewrites by strong models keep more than half
/// while they rephrase; an e-mail to one persona, or a prompt for another offer, keeps a few.
const KEPT_SHARE: f64 = 0.2;
/// Fewer telling words than these decide nothing.
const TELLING: usize = 8;

/// The fault of a rewrite that is none.
pub(super) const UNCHANGED: &str = "it is the prompt in use, unchanged";
/// The fault of a rewrite with too many of them.
pub(super) const FULL_OF_BLANKS: &str = "it is full of placeholders";

/// What makes this text no prompt to test in place of the incumbent; `None` where nothing does.
#[must_use]
pub fn fault(rewrite: &str, incumbent: &str) -> Option<&'static str> {
    if rewrite.trim() == incumbent.trim() {
        return Some(UNCHANGED);
    }
    // An incumbent that is longer already may stay as long.
    if rewrite.chars().count() > MOST_CHARACTERS.max(incumbent.chars().count()) {
        return Some("it is longer than 12,000 characters");
    }
    if ["<prompt-", "</prompt-", "<feedback-", "</feedback-", "<objections-"].iter().any(|tag| rewrite.contains(tag)) {
        return Some("it repeats the delimiters of the request");
    }
    // Not every script has spaces between words.
    if rewrite.split_whitespace().count() < FEWEST_WORDS && rewrite.chars().count() < FEWEST_CHARACTERS {
        return Some("it is a sentence, not a prompt");
    }
    if is_message(rewrite) {
        return Some("it is a finished message, not a prompt");
    }
    if blanks(rewrite).difference(&blanks(incumbent)).count() > MOST_BLANKS {
        return Some(FULL_OF_BLANKS);
    }
    if lost_the_offer(rewrite, incumbent) {
        return Some("it has lost the offer");
    }
    None
}

/// The last line of a text that breaks off: in the middle of a sentence, of a fence or of brackets. `None` where it ends
/// as a text does; items of a list need no full stop.
#[must_use]
pub fn breaks_off(text: &str) -> Option<&str> {
    const OPEN: &[&str] = &[
        "the", "a", "an", "and", "or", "but", "of", "with", "for", "to", "in", "by", "at", "from", "that", "which",
        "is", "are", "their", "your", "our", "its", "as", "if", "when", "than", "into", "about", "who",
    ];
    let last = text.trim_end().lines().next_back()?.trim();
    let fences = text.lines().filter(|line| line.trim_start().starts_with("```")).count();
    let word = last.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let is_open = last.ends_with([',', ';', '(', '[', '{', '–', '—', '/', '&'])
        || last.ends_with(" -")
        || (last.split_whitespace().nth(2).is_some() && OPEN.contains(&word))
        || last.matches('(').count() > last.matches(')').count()
        || last.matches('“').count() > last.matches('”').count()
        || fences % 2 == 1
        || unlike_its_list(text, last);
    is_open.then_some(last)
}

/// Whether all items before it end with a full stop and the last, which is no shorter than most, does not.
fn unlike_its_list(text: &str, last: &str) -> bool {
    const ENOUGH: usize = 4;
    let ends = |line: &&str| line.ends_with(['.', '!', '?', '"', '”', ')', ':']);
    let is_item = |line: &&str| line.starts_with(['-', '*', '•']) || line.starts_with(|c: char| c.is_ascii_digit());
    let items: Vec<&str> = text.lines().map(str::trim).filter(is_item).collect();
    let Some((own, before)) = items.split_last() else { return false };
    *own == last && before.len() >= ENOUGH && before.iter().all(ends) && !ends(own)
}

/// Placeholders such as `[Your name]` and `{{company}}`, without repetition.
pub(super) fn blanks(text: &str) -> BTreeSet<&str> {
    static BLANK: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"\[[A-Za-z][A-Za-z _'-]{1,40}\]|\{\{?[A-Za-z][A-Za-z _.-]{0,40}\}?\}").ok());
    BLANK.iter().flat_map(|pattern| pattern.find_iter(text)).map(|found| found.as_str()).collect()
}

/// Whether it opens as an e-mail does.
fn is_message(text: &str) -> bool {
    let opening =
        text.trim_start_matches(|c: char| !c.is_alphanumeric()).lines().next().unwrap_or_default().to_lowercase();
    let greets = ["hi ", "hello ", "hey ", "dear ", "good morning", "good afternoon"]
        .iter()
        .any(|greeting| opening.starts_with(greeting));
    opening.starts_with("subject:") || (greets && opening.split_whitespace().count() <= 6)
}

fn lost_the_offer(rewrite: &str, incumbent: &str) -> bool {
    let (before, after) = (telling_words(incumbent), telling_words(rewrite));
    before.len() >= TELLING && (before.intersection(&after).count() as f64) < KEPT_SHARE * before.len() as f64
}

/// Longer words and numbers, without case: names, figures and nouns rather than grammar.
fn telling_words(text: &str) -> BTreeSet<String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.chars().count() >= 5 || word.chars().any(|c| c.is_ascii_digit()))
        .map(str::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const INCUMBENT: &str = include_str!("../../prompts/sample_offer.md");

    #[test]
    fn what_a_small_model_returned_instead_of_a_prompt_is_refused() {
        assert_eq!(fault("<prompt-4d6baaa4>", INCUMBENT), Some("it repeats the delimiters of the request"));
        assert_eq!(fault("Write better messages.", INCUMBENT), Some("it is a sentence, not a prompt"));
        let message = "Subject: Streamline your work\n\nDear [Name], Brackwater Flow turns recurring manual work into \
                       automated workflows with a visual editor and an API. Are you free on Tuesday?";
        assert_eq!(fault(message, INCUMBENT), Some("it is a finished message, not a prompt"));
        let other = "You write for a bakery in Bristol. Mention the sourdough and the Saturday market, be warm, keep it \
                     under eighty words and always end with a question about bread.";
        assert_eq!(fault(other, INCUMBENT), Some("it has lost the offer"));
        assert_eq!(fault(INCUMBENT, INCUMBENT), Some("it is the prompt in use, unchanged"));
        let form =
            format!("{INCUMBENT}\nWrite: I am [Your name] of {{{{company}}}}, and [Customer] saved [Number] hours.");
        assert_eq!(fault(&form, INCUMBENT), Some("it is full of placeholders"));
        assert_eq!(fault(&"word ".repeat(4_000), INCUMBENT), Some("it is longer than 12,000 characters"));
    }

    #[test]
    fn a_small_edit_and_a_thorough_rewrite_pass() {
        assert_eq!(fault(&format!("{INCUMBENT}\nInstructions:\n- Ask for ten minutes."), INCUMBENT), None);
        let rewrite = "You write cold e-mails for Brackwater. Its platform, Brackwater Flow, turns recurring manual \
                       work such as approvals and data entry into automated workflows; teams reduce manual process work \
                       by 45% in the first quarter. It integrates with Salesforce, HubSpot, Jira, Slack and Microsoft \
                       365, from $600 a month, with a free two-week pilot. Name one pain of the reader and one thing \
                       that the platform does about it. Stay under 110 words. Ask for a reply, not for a meeting.";
        assert_eq!(fault(rewrite, INCUMBENT), None);
    }

    #[test]
    fn a_text_that_breaks_off_is_known_by_its_last_line() {
        for text in [
            "Be brief.\n- Name one pain of the",
            "Be brief.\n- Name the tools (Slack, Jira",
            "Be brief, kind,",
            "```\nBe brief.",
            "- Be brief.\n- Be kind.\n- Ask.\n- Name one pain.\n- Open with the reader's situa",
        ] {
            assert_eq!(breaks_off(text), text.lines().last(), "{text}");
        }
        for text in [
            "- Be brief\n- Be kind",
            "Be brief.",
            "",
            "Ask for",
            "```\nHi\n```",
            "Be brief.\n- Under 100 words (or 80)",
        ] {
            assert_eq!(breaks_off(text), None, "{text}");
        }
        assert_eq!(breaks_off(INCUMBENT), None);
    }

    #[test]
    fn an_incumbent_with_few_words_of_its_own_decides_nothing() {
        let rewrite = "Say what we sell, why it is good, to whom, and for how much, in no more than five short lines.";
        assert_eq!(fault(rewrite, "We sell tea."), None);
    }
}
