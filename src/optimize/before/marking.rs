//! Takes the first prompt of a lineage apart, once, before anything is paid for on it.

use crate::evaluate::ask;
use crate::evaluate::run::Interrupted;
use crate::event::Event;
use crate::improve::feedback::shortened;
use crate::improve::parts::{MarkedBy, Marking, layout};
use crate::improve::{Part, PromptParts};
use crate::optimize::cast::Cast;
use crate::optimize::error::Error;
use crate::optimize::lineage::{Lineage, Resumed};

/// The memory of a lineage whose first prompt has been taken apart: by its record, by headings and `keep`, or by the
/// improver's model. What came of it is said.
///
/// # Errors
/// When the run was asked to stop, or a call failed. Without a usable answer all of the prompt is fixed.
pub async fn marked(cast: &Cast, resumed: Resumed, keep: &[String], key: &[&str]) -> Result<Lineage, Error> {
    let is_unmarked = resumed.is_unmarked();
    let Resumed { mut lineage, root } = resumed;
    let is_news = root.is_some() || !keep.is_empty();
    if let Some(root) = root.filter(|_| is_unmarked) {
        let mut marking = Marking::new(&root.prompt, keep)?;
        let key: Vec<&str> = key.iter().copied().chain(["split"]).collect();
        cast.context.events.emit(Event::Step("Telling the prompt's facts, rules and advice apart".into()));
        match cast.improver.split_prompt(&mut marking, &key).await {
            Ok(()) => lineage = Lineage::new(marking.parts(), root.facts.as_deref(), lineage.split),
            Err(error @ ask::Error::Unusable { .. }) => cast.context.events.emit(Event::Warning(format!(
                "nobody could tell facts, rules and advice of the prompt apart ({error}): all of it stays as it is, \
                 and advice is added below; headings such as \"## Advice\" in the first prompt tell them apart without \
                 a model"
            ))),
            Err(error @ ask::Error::Call(_)) => {
                let stopped = cast.context.stop.why().map(|why| Interrupted(why).into());
                return Err(stopped.unwrap_or(Error::NoRewrite(error)));
            }
        }
    }
    if is_news {
        cast.context.events.emit(Event::Note(shown(&lineage.parts)));
    }
    Ok(lineage)
}

/// Characters of a piece that are shown.
const SHOWN: usize = 100;
/// Pieces that are shown.
const MOST_SHOWN: usize = 60;

/// The parts of a prompt, line by line, for whoever wants to see what may change.
#[must_use]
pub fn shown(parts: &PromptParts) -> String {
    let name = |part| match part {
        Part::Fact => "fact  ",
        Part::Rule => "rule  ",
        Part::Advice => "advice",
    };
    let pieces: Vec<_> = parts.pieces().iter().filter(|piece| says(&piece.text)).collect();
    let mut text = summary(parts);
    for piece in pieces.iter().take(MOST_SHOWN) {
        let words = piece.item.as_ref().unwrap_or(&piece.text);
        text.push_str(&format!("\n  {} {}", name(piece.part), shortened(words, SHOWN)));
    }
    let more = pieces.len().saturating_sub(MOST_SHOWN);
    if more > 0 {
        text.push_str(&format!("\n  and {more} more"));
    }
    text
}

/// Whether a piece is more than headings and blank lines.
fn says(text: &str) -> bool {
    layout::blocks(text).iter().any(layout::Block::is_content)
}

/// The same in one sentence.
#[must_use]
pub fn summary(parts: &PromptParts) -> String {
    if parts.by() == MarkedBy::Nobody {
        return "All of the prompt stays word for word; advice is added below".to_owned();
    }
    let count = |part, one: &str, more: &str| {
        let pieces = parts.pieces().iter().filter(|piece| piece.part == part && says(&piece.text));
        match pieces.count() {
            0 => None,
            1 => Some(format!("1 {one}")),
            count => Some(format!("{count} {more}")),
        }
    };
    let fixed = [count(Part::Fact, "fact", "facts"), count(Part::Rule, "rule", "rules")];
    let fixed = fixed.into_iter().flatten().collect::<Vec<_>>().join(" and ");
    match count(Part::Advice, "item of advice", "items of advice") {
        Some(advice) if fixed.is_empty() => format!("All of the prompt, {advice}, may change"),
        Some(advice) => format!("Word for word in every prompt: {fixed}; may change: {advice}"),
        None => format!("Word for word in every prompt: {fixed}; advice is added below"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_split_can_be_read() {
        let prompt = "We sell tea.\n\n## Rules\n- Sign as Tom.\n\n## Advice\n- Be brief.\n- Ask for a line.";
        insta::assert_snapshot!(shown(&Marking::new(prompt, &[]).unwrap().parts()));
        assert!(shown(&Marking::new("We sell tea.", &[]).unwrap().parts()).starts_with("All of the prompt stays"));
    }
}
