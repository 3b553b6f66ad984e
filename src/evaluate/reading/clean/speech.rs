//! What was said, after the thinking and without the tokens of a template.

use super::super::Unusable;

/// Names of tags around thinking.
const THINKING: [&str; 14] = [
    "think",
    "thinking",
    "thought",
    "thoughts",
    "reasoning",
    "reflection",
    "analysis",
    "scratchpad",
    "scratch_pad",
    "monologue",
    "inner_monologue",
    "inner_thoughts",
    "thought_process",
    "seed:think",
];

/// Tags around thinking that are no elements.
const MARKS: [(&str, bool); 10] = [
    ("&lt;think&gt;", false),
    ("&lt;/think&gt;", true),
    ("[think]", false),
    ("[/think]", true),
    ("\u{25c1}think\u{25b7}", false),
    ("\u{25c1}/think\u{25b7}", true),
    // Gemma, whose channels hold thoughts, and what is left of its tokens in others of its family.
    ("<|channel>thought", false),
    ("<channel|>", true),
    ("<unused94>", false),
    ("<unused95>", true),
];

/// Where a turn ends, beside `<|...|>` of any name.
const ENDS: [&str; 8] = [
    "</s>",
    "<eos>",
    "<EOS>",
    "<end_of_turn>",
    "[INST]",
    "[/INST]",
    "\n### Instruction:",
    "<\u{ff5c}end\u{2581}of\u{2581}sentence\u{ff5c}>",
];

/// Where one begins.
const BEGINNINGS: [&str; 6] =
    ["<s>", "<bos>", "<BOS>", "<start_of_turn>", "### Response:", "<\u{ff5c}Assistant\u{ff5c}>"];

/// What fills a turn up.
const PADS: [&str; 4] = ["<pad>", "<PAD>", "<unk>", "<UNK>"];

/// Who speaks, as templates name it.
const SPEAKERS: [&str; 2] = ["assistant", "model"];

/// Harmony's channels beside the final one, with which an answer begins where a server has stripped its tokens.
const CHANNELS: [&str; 2] = ["analysis", "commentary"];

/// The text after the thinking and without template tokens, trimmed.
pub(in crate::evaluate::reading) fn speech(text: &str) -> Result<&str, Unusable> {
    let text = after_named_thinking(without_label(text.trim()));
    let is_stripped = CHANNELS.iter().any(|channel| text.starts_with(channel));
    if !text.contains(['<', '[', '#', '&', '\u{25c1}']) && !is_stripped {
        return Ok(text);
    }
    let text = final_channel(text)?;
    let text = after_thinking(after_instruction(without_beginning(text)))?;
    let text = without_label(without_beginning(text));
    Ok(without_pads(text[..end_of_turn(text)].trim()))
}

/// The text without the name of who speaks, as a transcript has it before the first line.
fn without_label(text: &str) -> &str {
    const LABEL: &str = "assistant:";
    let is_label = text.get(..LABEL.len()).is_some_and(|label| label.eq_ignore_ascii_case(LABEL));
    if is_label { text[LABEL.len()..].trim_start() } else { text }
}

/// The text after thinking that is introduced in words (Granite).
fn after_named_thinking(text: &str) -> &str {
    const BEGINS: [&str; 2] = ["here is my thought process:", "here's my thought process:"];
    const ANSWERS: [&str; 2] = ["here is my response:", "here's my response:"];
    let low = text.to_ascii_lowercase();
    if !BEGINS.iter().any(|begins| low.starts_with(begins)) {
        return text;
    }
    let answer = ANSWERS.iter().filter_map(|answer| low.find(answer).map(|at| at + answer.len())).min();
    answer.map_or(text, |at| text[at..].trim_start())
}

/// The text after an instruction that was repeated before it.
fn after_instruction(text: &str) -> &str {
    let after = text.strip_prefix("[INST]").and_then(|rest| rest.split_once("[/INST]")).map(|(_, after)| after);
    after.or_else(|| text.strip_prefix("[/INST]")).map_or(text, str::trim_start)
}

/// The text without what fills the turn up, before it and after it.
fn without_pads(text: &str) -> &str {
    let mut text = text;
    while let Some(rest) = PADS.iter().find_map(|pad| text.strip_prefix(pad).or_else(|| text.strip_suffix(pad))) {
        text = rest.trim();
    }
    text
}

/// The text in harmony's final channel, if there are channels.
fn final_channel(text: &str) -> Result<&str, Unusable> {
    const CHANNEL: &str = "<|channel|>";
    const MESSAGE: &str = "<|message|>";
    if text.contains(CHANNEL) {
        let last = text.rmatch_indices(CHANNEL).find_map(|(at, _)| {
            let rest = text[at + CHANNEL.len()..].trim_start();
            rest.starts_with("final").then(|| rest.split_once(MESSAGE).map(|(_, message)| message)).flatten()
        });
        return last.map(str::trim).ok_or(Unusable::OnlyThinking);
    }
    // The same if a server has stripped the tokens.
    match text.rsplit_once("assistantfinal") {
        Some((before, last)) if CHANNELS.iter().any(|channel| before.starts_with(channel)) => Ok(last.trim()),
        _ => Ok(text),
    }
}

/// The text after its thinking: all tags come before it.
fn after_thinking(text: &str) -> Result<&str, Unusable> {
    let tags = tags(text);
    let Some(last) = tags.iter().rev().find(|tag| tag.closes) else {
        // Thinking without an end is all that there is; a tag further on may be anything.
        return match tags.first() {
            None => Ok(text),
            Some(tag) if text[..tag.from].trim().is_empty() => Err(Unusable::OnlyThinking),
            Some(_) => Err(Unusable::Mixed),
        };
    };
    if tags.iter().any(|tag| tag.from > last.from) {
        return Err(Unusable::Mixed);
    }
    // Text outside of the thinking, before its end: where does the answer begin? Before the first tag that closes, if
    // none opened, all is thinking.
    let (mut outside, mut is_inside) = (0, tags.first().is_some_and(|tag| tag.closes));
    for tag in &tags {
        if !tag.closes && !is_inside && !text[outside..tag.from].trim().is_empty() {
            return Err(Unusable::Mixed);
        }
        (outside, is_inside) = (tag.to, !tag.closes);
    }
    let rest = text[last.to..].trim();
    if rest.is_empty() { Err(Unusable::OnlyThinking) } else { Ok(rest) }
}

/// A tag around thinking.
struct Tag {
    from: usize,
    to: usize,
    closes: bool,
}

/// The tags in the order in which they stand: elements in any case and with or without attributes, tokens of a template
/// whose names say what they hold, and marks.
fn tags(text: &str) -> Vec<Tag> {
    let low = text.to_ascii_lowercase();
    let mut tags: Vec<Tag> = low.match_indices('<').filter_map(|(from, _)| tag_at(&low, from)).collect();
    for (mark, closes) in MARKS {
        tags.extend(low.match_indices(mark).map(|(from, _)| Tag { from, to: from + mark.len(), closes }));
    }
    tags.sort_by_key(|tag| tag.from);
    tags
}

/// The tag of thinking that begins here, in a text of small letters.
fn tag_at(low: &str, from: usize) -> Option<Tag> {
    let rest = &low[from..];
    if let Some(length) = token_at(rest) {
        let name = &rest[2..length - 2];
        let is_thinking = name.contains("think") || name.contains("thought");
        return is_thinking.then(|| Tag {
            from,
            to: from + length,
            closes: name.contains("end") || name.contains('/'),
        });
    }
    // The end of a tag is not far.
    let inside = &rest[1..rest.bytes().take(200).position(|byte| byte == b'>')?];
    let name = inside.trim();
    let (closes, name) = match name.strip_prefix('/') {
        Some(name) => (true, name.trim_start()),
        None => (false, name),
    };
    let (name, attributes) = name.split_once(char::is_whitespace).unwrap_or((name, ""));
    let is_tag = THINKING.contains(&name) && (attributes.is_empty() || attributes.contains('='));
    is_tag.then(|| Tag { from, to: from + inside.len() + 2, closes })
}

/// The text without tokens that begin a turn, and without the name of who speaks after one.
fn without_beginning(text: &str) -> &str {
    let mut rest = text.trim_start();
    loop {
        let token = token_at(rest).filter(|length| tag_at(&rest[..*length].to_ascii_lowercase(), 0).is_none());
        let token =
            token.or_else(|| BEGINNINGS.iter().chain(&PADS).find(|token| rest.starts_with(**token)).map(|t| t.len()));
        let Some(length) = token else { return rest };
        rest = rest[length..].trim_start();
        let named = SPEAKERS.iter().find_map(|name| rest.strip_prefix(name));
        if let Some(after) = named.filter(|after| after.starts_with(['\n', '\r', '<'])) {
            rest = after.trim_start();
        }
    }
}

/// The length of a token of the form `<|...|>` at the beginning of this text.
fn token_at(text: &str) -> Option<usize> {
    let name = text.strip_prefix("<|")?;
    let end = name.find("|>")?;
    let is_name = (1..=40).contains(&end)
        && name[..end].bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_/".contains(&byte));
    is_name.then_some(end + 4)
}

/// Where the turn ends: whatever a model writes after that is somebody else's turn.
fn end_of_turn(text: &str) -> usize {
    let token = text.match_indices("<|").map(|(at, _)| at).find(|at| token_at(&text[*at..]).is_some());
    let ends = ENDS.iter().filter_map(|end| text.find(end));
    ends.chain(token).min().unwrap_or(text.len())
}
