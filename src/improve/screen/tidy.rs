//! What models put around a prompt: a code fence, or the delimiters of the request.

/// A rewrite without them.
pub(super) fn tidy(rewrite: &str) -> &str {
    let mut text = rewrite.trim();
    // Each kind of wrapping may be inside the other; more than a few layers are not wrapping.
    for _ in 0..4 {
        let inside = without_tags(without_fence(text));
        if inside == text {
            break;
        }
        text = inside;
    }
    text
}

/// Without a code fence around all of it.
fn without_fence(text: &str) -> &str {
    for mark in ["```", "~~~", "\"\"\""] {
        let inside = || {
            let (opening, rest) = text.split_once('\n')?;
            let is_opening = opening.starts_with(mark) && opening.trim_start_matches(mark).len() <= 20;
            rest.trim_end().strip_suffix(mark).filter(|_| is_opening)
        };
        // A fence that opens and closes inside is an example, not the wrapping.
        if let Some(inside) = inside().filter(|inside| !inside.contains(mark)) {
            return inside.trim();
        }
    }
    text
}

/// Without the request's own delimiters around all of it.
fn without_tags(text: &str) -> &str {
    let inside = || {
        let (opening, rest) = text.split_once('\n')?;
        let name = opening.trim().strip_prefix('<')?.strip_suffix('>')?;
        let is_ours = name.starts_with("prompt") && name.len() <= 40 && !name.contains(['<', '>', ' ']);
        rest.trim_end().strip_suffix(&format!("</{name}>")).filter(|_| is_ours)
    };
    inside().map_or(text, str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROMPT: &str = "Company: FlowAI\n\n## Advice\n- Be brief.";

    #[test]
    fn what_is_put_around_a_prompt_is_taken_off() {
        for wrapped in [
            format!("```markdown\n{PROMPT}\n```"),
            format!("<prompt-0123456789abcdef>\n{PROMPT}\n</prompt-0123456789abcdef>"),
            format!("```\n<prompt-0123>\n{PROMPT}\n</prompt-0123>\n```\n"),
        ] {
            assert_eq!(tidy(&wrapped), PROMPT, "{wrapped}");
        }
        for prompt in [PROMPT, "Company: Tea\n\nExample:\n```\nHi\n```", "<rules>\nBe kind.\n</rules>"] {
            assert_eq!(tidy(prompt), prompt, "{prompt}");
        }
    }
}
