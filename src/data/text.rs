//! Texts of bounded length.

/// The text, or its first `most` characters with an ellipsis after them if it is longer.
#[must_use]
pub fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_between_characters_and_only_if_it_is_too_long() {
        assert_eq!(shortened("añb", 3), "añb");
        assert_eq!(shortened("añbc", 3), "añb…");
        assert_eq!((shortened("", 0), shortened("a", 0)), (String::new(), "…".to_owned()));
    }
}
