//! Whether a text is a finished message instead of advice, and whether it breaks off: by layout alone, in any language.

use unicode_width::UnicodeWidthStr;

use super::super::parts::layout::{self, ends_a_sentence};

/// Columns of a greeting, and of a line of a signature.
const SHORT: usize = 40;
/// Paragraphs of a message that somebody greets and signs.
const PARAGRAPHS: usize = 3;
/// What a greeting ends with; the last few end other lines as well.
const GREETINGS: &[char] = &[',', '，', '、', '!', '！', '様', ':', '：', '–', '-'];
const PLAIN_GREETINGS: usize = 6;
/// Items that all end with a mark before the one that does not.
const ENOUGH: usize = 4;

/// Whether a text reads as a letter does: a short line that greets (after a line with the subject, perhaps),
/// paragraphs, and short lines with a name at the end. Nothing in it is a list or a heading.
pub(super) fn is_message(text: &str) -> bool {
    let text = text.replace("\r\n", "\n");
    // Without blank lines every line is a paragraph, and a colon at the end of the first says less.
    let is_set_apart = text.trim().contains("\n\n");
    let parts = text.split(if is_set_apart { "\n\n" } else { "\n" }).map(str::trim);
    let mut parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    // `Subject: ...` and its like stand alone, before the greeting.
    let is_subject = |part: &&str| !part.contains('\n') && part.contains([':', '：']) && !ends_a_sentence(part);
    if parts.len() > PARAGRAPHS && parts.first().is_some_and(is_subject) {
        parts.remove(0);
    }
    let [first, middle @ .., last] = parts.as_slice() else { return false };
    let ends = if is_set_apart { GREETINGS } else { &GREETINGS[..PLAIN_GREETINGS] };
    let greets = first.width() <= SHORT && !first.contains('\n') && first.ends_with(ends);
    let signs = last.lines().all(|line| line.width() <= SHORT)
        && last.lines().last().is_some_and(|line| !ends_a_sentence(line));
    let least = if is_set_apart { 1 } else { 2 };
    middle.len() >= least
        && middle.iter().any(|part| ends_a_sentence(part))
        && greets
        && signs
        && layout::blocks(&text).iter().all(|block| block.shape == layout::Shape::Text)
}

/// The last words of an item that breaks off: in the middle of a clause, of brackets, quotes or a fence. `None` where
/// it ends as a text does; an item needs no full stop.
pub(super) fn breaks_off(item: &str) -> Option<&str> {
    let last = item.trim_end().lines().next_back()?.trim();
    let more = |open: char, close: char| item.matches(open).count() > item.matches(close).count();
    let is_open = last.ends_with([',', ';', '(', '[', '{', '–', '—', '/', '&', '、', '，', '（', '「', '『'])
        || last.ends_with(" -")
        || [('(', ')'), ('[', ']'), ('“', '”'), ('「', '」'), ('『', '』'), ('（', '）')]
            .iter()
            .any(|(a, b)| more(*a, *b))
        || item.matches("```").count() % 2 == 1;
    is_open.then_some(last)
}

/// Whether all items before the last end with a mark and the last does not: then its end is missing.
pub(super) fn last_breaks_off(items: &[&str]) -> bool {
    let Some((last, before)) = items.split_last() else { return false };
    before.len() >= ENOUGH && before.iter().all(|item| ends_a_sentence(item)) && !ends_a_sentence(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finished_messages_are_known_by_their_layout_in_six_languages() {
        for message in [
            "Subject: Streamline your work\n\nDear Ann,\n\nBrackwater Flow turns approvals into workflows.\n\nAre you \
             free on Tuesday?\n\nBest,\nEve",
            "Guten Tag Frau Weber,\n\nviele Freigaben bleiben im Postfach liegen.\n\nWäre eine kurze Antwort \
             möglich?\n\nMit freundlichen Grüßen\nTom Halden",
            "Bonjour Madame,\n\nvos validations restent en attente.\n\nUne réponse d'une ligne \
             suffit.\n\nCordialement\nAnne Petit",
            "Hola Marta:\n\nLas aprobaciones se quedan en el correo.\n\n¿Podría responderme con una línea?\n\nUn \
             saludo\nLuis",
            "Beste mevrouw De Vries,\n\nGoedkeuringen blijven liggen in de mail.\n\nEen regel terug is genoeg.\n\nMet \
             vriendelijke groet\nJan",
            "Subject: Less work\nHi Alex,\nBrackwater can help with that.\nWould you have 15 minutes?\nBest,\nSam",
            "佐藤様、\n\n承認がメールで止まっていませんか。\n\n一行のご返信で結構です。\n\n田中太郎",
        ] {
            assert!(is_message(message), "{message}");
        }
        for prompt in [
            include_str!("../../../prompts/sample_offer.md"),
            include_str!("../../../prompts/improver.md"),
            "We sell tea.\n\nBe brief.\n\nSign as Tom",
            "Structure:\nThe pain.\nThe offer.\nThe ask",
            "Write an e-mail to the reader:\n\n- Greet.\n- Ask.\n\nBest",
            "",
            "Hi Ann,",
        ] {
            assert!(!is_message(prompt), "{prompt}");
        }
    }

    #[test]
    fn an_item_that_breaks_off_is_known_by_its_end() {
        for item in ["Name the tools (Slack, Jira", "Be brief, kind,", "Say “one line", "相手の課題を、", "「返信"]
        {
            assert!(breaks_off(item).is_some(), "{item}");
        }
        for item in ["Be brief", "Under 100 words (or 80)", "一文で書く", "Say: \"Hi.\"", ""] {
            assert_eq!(breaks_off(item), None, "{item}");
        }
        assert!(last_breaks_off(&["A.", "B.", "C!", "D.", "Open with the reader's situa"]));
        assert!(!last_breaks_off(&["A.", "B", "C.", "D.", "E"]) && !last_breaks_off(&["A.", "B"]));
    }
}
