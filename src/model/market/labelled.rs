//! The labelled messages of `audit-auditor`, which the market knows by heart.
//!
//! Its own truth is that of the world that it simulates: of other offers and other languages it knows nothing. That it
//! passes shows that the command works, and of any auditor nothing.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

#[derive(Deserialize)]
struct File {
    message: Vec<Message>,
}

#[derive(Deserialize)]
struct Message {
    text: String,
    made_up: Vec<String>,
}

/// The passages of a labelled message that are made up; `None` where it is none of those.
pub(super) fn made_up(message: &str) -> Option<&'static [String]> {
    static KNOWN: LazyLock<HashMap<String, Vec<String>>> = LazyLock::new(|| {
        let file: Option<File> = toml::from_str(include_str!("../../../prompts/auditor_battery.toml")).ok();
        let messages = file.into_iter().flat_map(|file| file.message);
        messages.map(|message| (message.text.trim().to_owned(), message.made_up)).collect()
    });
    KNOWN.get(message.trim()).map(Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_labelled_is_known_and_nothing_else_is() {
        assert_eq!(made_up("Hello"), None);
        let file: File = toml::from_str(include_str!("../../../prompts/auditor_battery.toml")).unwrap();
        for message in &file.message {
            assert_eq!(made_up(&message.text), Some(message.made_up.as_slice()));
        }
    }
}
