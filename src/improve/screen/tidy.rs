//! What models put around a prompt: "Here is the improved prompt:", a code fence, an offer of more help.

use super::super::parts::key;
use super::Cut;

/// A rewrite without what was only said about it, and what that was. What says nothing of a prompt is left alone.
pub(super) fn tidy(rewrite: &str) -> (String, Vec<Cut>) {
    let mut cuts = Vec::new();
    let mut text = rewrite.trim();
    // Each kind of wrapping may be inside the other; more than a few layers are not wrapping.
    for _ in 0..4 {
        let before = text;
        text = without_opening(text, &mut cuts);
        text = without_fence(text, &mut cuts);
        text = without_tags(text, &mut cuts);
        text = without_closing(text, &mut cuts);
        if text == before {
            break;
        }
    }
    (text.to_owned(), cuts)
}

fn cut(cuts: &mut Vec<Cut>, passage: &str, why: &str) {
    cuts.push(Cut { passage: passage.trim().to_owned(), why: why.to_owned() });
}

/// Without lines at its beginning that announce it.
fn without_opening<'t>(text: &'t str, cuts: &mut Vec<Cut>) -> &'t str {
    let (line, rest) = text.split_once('\n').unwrap_or((text, ""));
    if rest.trim().is_empty() || !announces(line) {
        return text;
    }
    cut(cuts, line, "it is said about the prompt, not in it");
    let rest = rest.trim_start();
    // A rule between the announcement and the prompt.
    match rest.split_once('\n') {
        Some((rule, prompt))
            if rule.trim().len() >= 3 && rule.trim().bytes().all(|byte| byte == b'-' || byte == b'=') =>
        {
            prompt.trim_start()
        }
        _ => rest,
    }
}

fn announces(line: &str) -> bool {
    if line.len() > 240 {
        return false;
    }
    let said = key(line);
    let words: Vec<&str> = said.split(' ').collect();
    let names_it = words.iter().any(|word| matches!(*word, "prompt" | "version" | "rewrite" | "revision"));
    let courtesies =
        ["sure", "certainly", "absolutely", "of course", "okay", "ok", "great", "understood", "thank you", "thanks"];
    let mut rest = said.as_str();
    for courtesy in courtesies {
        if let Some(after) = rest.strip_prefix(courtesy)
            && (after.is_empty() || after.starts_with(' '))
        {
            rest = after.trim_start();
            break;
        }
    }
    let presents = [
        "here is",
        "heres",
        "here are",
        "below is",
        "this is the",
        "ive",
        "i have",
        "i rewrote",
        "i revised",
        "based on the feedback",
        "based on this feedback",
        "following is",
        "the following is",
    ];
    if presents.iter().any(|begin| rest.starts_with(begin)) {
        return names_it && (line.trim_end().ends_with([':', '.', '!', '*']) || rest.len() < said.len());
    }
    if rest.is_empty() {
        // "Sure!" alone.
        return !said.is_empty();
    }
    // "**Improved System Prompt:**": a title that calls it better than another.
    let praises = [
        "improved",
        "revised",
        "updated",
        "rewritten",
        "optimized",
        "optimised",
        "new",
        "final",
        "better",
        "refined",
        "enhanced",
    ];
    words.len() <= 6
        && names_it
        && (line.trim_end().ends_with(['*', ':', '#']) || line.starts_with(['#', '*']))
        && words.first().is_some_and(|word| praises.contains(word))
}

/// Without a code fence around all of it.
fn without_fence<'t>(text: &'t str, cuts: &mut Vec<Cut>) -> &'t str {
    for mark in ["```", "~~~", "\"\"\""] {
        let Some((opening, rest)) = text.split_once('\n') else { continue };
        let is_opening = opening.starts_with(mark) && opening.trim_start_matches(mark).len() <= 20;
        if !is_opening {
            continue;
        }
        let Some(end) = rest.rfind(mark) else { continue };
        let (inside, after) = (&rest[..end], rest[end + mark.len()..].trim());
        // A fence that opens and closes inside is an example, not the wrapping.
        if inside.contains(mark) || !(after.is_empty() || takes_leave(after)) {
            continue;
        }
        if !after.is_empty() {
            cut(cuts, after, "it is said about the prompt, not in it");
        }
        cut(cuts, opening, "it is a fence around the prompt");
        return inside.trim();
    }
    text
}

/// Without the request's own delimiters around all of it.
fn without_tags<'t>(text: &'t str, cuts: &mut Vec<Cut>) -> &'t str {
    let Some((opening, rest)) = text.split_once('\n') else { return text };
    let opening = opening.trim();
    let Some(name) = opening.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')) else { return text };
    if !name.starts_with("prompt") || name.len() > 40 || name.contains(['<', '>', ' ']) {
        return text;
    }
    let close = format!("</{name}>");
    match rest.trim_end().strip_suffix(&close) {
        Some(inside) => {
            cut(cuts, opening, "it is a delimiter of the request");
            inside.trim()
        }
        None => text,
    }
}

/// Without paragraphs at its end that speak of it.
fn without_closing<'t>(mut text: &'t str, cuts: &mut Vec<Cut>) -> &'t str {
    for _ in 0..3 {
        let Some((before, last)) = text.rsplit_once("\n\n") else { break };
        if before.trim().is_empty() || !takes_leave(last) {
            break;
        }
        cut(cuts, last, "it is said about the prompt, not in it");
        text = before.trim_end().trim_end_matches("\n---").trim_end();
    }
    text
}

fn takes_leave(paragraph: &str) -> bool {
    if paragraph.len() > 2_000 {
        return false;
    }
    let said = key(paragraph);
    let says = |begins: &[&str]| begins.iter().any(|begin| said.starts_with(begin));
    let first = paragraph.trim().lines().next().unwrap_or_default();
    let is_title = |names: &[&str]| {
        let title = key(first);
        names.contains(&title.as_str()) || (first.contains(':') && names.iter().any(|name| title.starts_with(name)))
    };
    says(&[
        "let me know",
        "i hope this",
        "i hope that",
        "feel free to",
        "please let me know",
        "would you like me",
        "do you want me",
        "this version",
        "this revised",
        "this improved",
        "this updated",
        "this rewrite",
        "this rewritten",
        "these changes",
        "this prompt now",
        "the revised prompt",
        "the improved prompt",
        "i have kept",
        "ive kept",
        "i kept",
        "i removed",
        "i added",
        "in this version",
    ]) || is_title(&[
        "changes",
        "changes made",
        "key changes",
        "what changed",
        "what i changed",
        "summary of changes",
        "explanation",
        "rationale",
        "why this works",
        "reasoning",
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROMPT: &str = "Company: FlowAI\n\nHow to write:\n- Be brief.";

    #[test]
    fn what_is_said_about_a_prompt_is_taken_off() {
        for wrapped in [
            format!("Here is the improved prompt:\n\n{PROMPT}\n\nLet me know if you need anything else!"),
            format!("Sure! Here's the revised system prompt:\n```markdown\n{PROMPT}\n```"),
            format!("**Improved System Prompt:**\n---\n{PROMPT}"),
            format!("```\n{PROMPT}\n```\nThis version is shorter."),
            format!("<prompt-0123456789abcdef>\n{PROMPT}\n</prompt-0123456789abcdef>"),
            format!("{PROMPT}\n\nChanges made:\n- Shorter\n- Kinder\n\nI hope this helps!"),
            format!("Based on the feedback, here is a new version:\n\n{PROMPT}"),
        ] {
            let (text, cuts) = tidy(&wrapped);
            assert_eq!(text, PROMPT, "{wrapped}");
            assert!(!cuts.is_empty());
        }
    }

    #[test]
    fn what_belongs_to_a_prompt_stays() {
        for prompt in [
            "You are a writer. This version of the product is new.\n\nBe brief.",
            "Here is what we sell: tea.\n\nBe brief.",
            "Company: Tea\n\nExample:\n```\nHi\n```",
            "New version: FlowAI 2\n\nLet them know the price.",
            "Sure-Fire Logistics sells pallets.\nBe brief.",
        ] {
            assert_eq!(tidy(prompt), (prompt.to_owned(), vec![]), "{prompt}");
        }
    }
}
