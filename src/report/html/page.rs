//! The page around a report.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use super::pieces::text;

/// What the pieces look like: light, dark and printed.
pub const STYLE: &str = include_str!("style.css");

/// A page that needs nothing beside itself. No script runs in it and nothing is fetched, whatever the body holds: the
/// only style that applies is the one whose hash the policy names.
#[must_use]
pub fn page(title: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy());
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                title { (text(title)) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#main" { "Skip to the report" }
                div.report { (body) }
            }
        }
    }
}

/// Nothing may be loaded, run, framed or sent; one style may apply.
fn policy() -> String {
    let hash = BASE64.encode(Sha256::digest(STYLE));
    format!("default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_style_asks_for_nothing_from_elsewhere() {
        assert!(!STYLE.contains("url(") && !STYLE.contains("@import") && !STYLE.contains("</"));
    }
}
