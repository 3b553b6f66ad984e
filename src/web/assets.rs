//! The style sheet, the script and the icon: parts of the program, so that nothing is loaded from anywhere.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::data::results::sha256;

/// The report's style sheet, and what a dashboard has beyond it.
const STYLE: &str = concat!(include_str!("../report/html/style.css"), include_str!("style.css"));
const SCRIPT: &str = include_str!("script.js");
const MARK: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 16 16\"><rect width=\"16\" height=\"16\" rx=\"4\" \
                    fill=\"#1f5fae\"/><path d=\"M3 10.5 6 8l2.5 1.5L13 4.5\" fill=\"none\" stroke=\"#fff\" stroke-width=\"1.6\" \
                    stroke-linecap=\"round\" stroke-linejoin=\"round\"/></svg>";

/// Where the icon is.
pub const ICON: &str = "/assets/icon.svg";

/// Where the style sheet is; the name changes with what is in it.
pub fn style() -> &'static str {
    static NAME: LazyLock<String> = LazyLock::new(|| format!("/assets/{}.css", &sha256(STYLE.as_bytes())[..12]));
    &NAME
}

/// Where the script is.
pub fn script() -> &'static str {
    static NAME: LazyLock<String> = LazyLock::new(|| format!("/assets/{}.js", &sha256(SCRIPT.as_bytes())[..12]));
    &NAME
}

/// Gives one of them.
pub async fn give(Path(name): Path<String>) -> Response {
    let path = format!("/assets/{name}");
    let (kind, text) = match path.as_str() {
        path if path == style() => ("text/css; charset=utf-8", STYLE),
        path if path == script() => ("text/javascript; charset=utf-8", SCRIPT),
        ICON => ("image/svg+xml", MARK),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")], text)
        .into_response()
}
