//! Requests, whose common parts are stored only once.
//!
//! The system prompt and the schema of a million calls are the same few texts. Each is replaced in a row by a *hole*,
//! `{"$text":ID}`, so that the row is still JSON. A row marked as having no holes is taken as it is.

const OPEN: &str = "{\"$text\":";

/// A request as its row has it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Stored {
    pub text: String,
    pub holes: usize,
}

/// Replaces each of the `shared` pieces by a hole, as far as they are found in their order. `id` gives a piece's
/// number.
pub(super) fn with_holes<E>(
    request: &str,
    shared: &[String],
    mut id: impl FnMut(&str) -> Result<i64, E>,
) -> Result<Stored, E> {
    let whole = || Stored { text: request.to_owned(), holes: 0 };
    if request.contains(OPEN) {
        return Ok(whole());
    }
    let (mut text, mut holes, mut rest) = (String::new(), 0, request);
    for piece in shared.iter().filter(|piece| piece.len() >= WORTH) {
        let Some((before, after)) = split_at(rest, piece) else { continue };
        text.push_str(before);
        text.push_str(OPEN);
        text.push_str(&id(piece)?.to_string());
        text.push('}');
        (holes, rest) = (holes + 1, after);
    }
    text.push_str(rest);
    Ok(Stored { text, holes })
}

/// The text before and after the piece. Only its first letters are searched for: preparing a search for a text of some
/// thousand letters, as `split_once` does, was the dearest part of recording a call.
fn split_at<'a>(text: &'a str, piece: &str) -> Option<(&'a str, &'a str)> {
    let head = &piece[..piece.char_indices().nth(HEAD).map_or(piece.len(), |(at, _)| at)];
    let (at, _) = text.match_indices(head).find(|(at, _)| text[*at..].starts_with(piece))?;
    Some((&text[..at], &text[at + piece.len()..]))
}

/// How many letters tell a piece from most other text.
const HEAD: usize = 24;

/// Pieces shorter than this stay where they are.
const WORTH: usize = 64;

/// The request as it was: `text_of` gives the piece of a number. `None` where a hole is none, or a piece is missing.
pub(super) fn without_holes<E>(
    stored: &Stored,
    mut text_of: impl FnMut(i64) -> Result<Option<String>, E>,
) -> Result<Option<String>, E> {
    if stored.holes == 0 {
        return Ok(Some(stored.text.clone()));
    }
    let mut parts = stored.text.split(OPEN);
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let Some((id, after)) = part.split_once('}') else { return Ok(None) };
        let Ok(id) = id.parse() else { return Ok(None) };
        let Some(piece) = text_of(id)? else { return Ok(None) };
        whole.push_str(&piece);
        whole.push_str(after);
    }
    Ok(Some(whole))
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use proptest::prelude::*;

    use super::*;

    fn there_and_back(request: &str, shared: &[String]) -> (Stored, Option<String>) {
        let mut texts: Vec<String> = Vec::new();
        let stored = with_holes(request, shared, |piece| {
            texts.push(piece.to_owned());
            Ok::<i64, Infallible>(texts.len() as i64 - 1)
        })
        .unwrap();
        let back = without_holes(&stored, |id| Ok::<_, Infallible>(texts.get(id as usize).cloned())).unwrap();
        (stored, back)
    }

    #[test]
    fn what_is_shared_leaves_the_row_and_the_row_stays_json() {
        let system = serde_json::to_string(&"Write.\n\"Briefly\". ".repeat(20)).unwrap();
        let request = format!(r#"{{"key":"k","system":{system},"user":"u","schema":{{"a":[1]}},"max_tokens":9}}"#);
        let (stored, back) = there_and_back(&request, &[system.clone(), r#"{"a":[1]}"#.to_owned()]);
        assert_eq!(stored.text, r#"{"key":"k","system":{"$text":0},"user":"u","schema":{"a":[1]},"max_tokens":9}"#);
        assert_eq!((stored.holes, back.as_deref()), (1, Some(request.as_str())));
        assert!(serde_json::from_str::<serde_json::Value>(&stored.text).is_ok());
    }

    #[test]
    fn a_request_that_has_what_looks_like_a_hole_is_left_whole() {
        let long = "x".repeat(100);
        let request = format!(r#"{{"system":"{long}","schema":{{"$text":0}}}}"#);
        let (stored, back) = there_and_back(&request, &[long]);
        assert_eq!((stored.holes, back), (0, Some(request)));
    }

    proptest! {
        #[test]
        fn every_request_is_read_as_it_was_written(
            pieces in prop::collection::vec((r#"([a-z"\\{}$:0-9]|\{"\$text":){0,40}"#, r"\PC{0,120}"), 0..5),
            end in r"\PC{0,30}",
        ) {
            let text = pieces.iter().flat_map(|(text, shared)| [text.as_str(), shared]);
            let request: String = text.chain([end.as_str()]).collect();
            let shared: Vec<String> = pieces.into_iter().map(|(_, shared)| shared).collect();
            let (_, back) = there_and_back(&request, &shared);
            prop_assert_eq!(back, Some(request));
        }

        #[test]
        fn whatever_a_row_holds_is_read_without_a_panic(
            text in r#"(\{"\$text":|[0-9}]|\PC){0,40}"#,
            holes in 0_usize..3,
        ) {
            let piece = |id| Ok::<_, Infallible>((id == 1).then(|| "piece".to_owned()));
            let _ = without_holes(&Stored { text, holes }, piece);
        }
    }
}
