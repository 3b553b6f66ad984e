//! What every page has.

use axum::response::Html;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::assets;
use super::site::Site;

/// Where in the navigation a page belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Lineages and runs.
    Lineages,
    /// What is under way.
    Live,
    /// Prompts and facts.
    Prompts,
    /// Personas.
    Personas,
    /// Lists of leads.
    Leads,
    /// Campaigns.
    Campaigns,
    /// Models, their hosts and keys.
    Models,
    /// Nowhere.
    None,
}

/// A whole page around this body, which begins with its heading.
pub fn page(site: &Site, title: &str, place: Place, body: Markup) -> Html<String> {
    let link = |to: &str, own: Place, text: &str| {
        html! { a href=(to) aria-current=[(own == place).then_some("page")] { (text) } }
    };
    let (under_way, waiting) = (site.children.running(), site.children.waiting_in_order().len());
    let text = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · rejoinder" }
                link rel="icon" href=(assets::ICON) type="image/svg+xml";
                link rel="stylesheet" href=(assets::style());
                script src=(assets::script()) defer {}
            }
            body {
                a.skip href="#main" { "Skip to the content" }
                header.site {
                    a.brand href="/" { "rejoinder" }
                    nav aria-label="Pages" {
                        (link("/", Place::Lineages, "Lineages"))
                        (link("/live", Place::Live, "Runs"))
                        @if under_way + waiting > 0 {
                            span.badge title="started here: under way or waiting" { (under_way + waiting) }
                        }
                        (link("/prompts", Place::Prompts, "Prompts"))
                        (link("/personas", Place::Personas, "Personas"))
                        (link(super::leads::PATH, Place::Leads, "Leads"))
                        (link(super::campaigns::PATH, Place::Campaigns, "Campaigns"))
                        (link(super::check::PATH, Place::Models, "Models"))
                    }
                    @if site.secrets.asks() && place != Place::None {
                        form method="post" action="/logout" { (csrf(site)) button.small type="submit" { "Log out" } }
                    }
                }
                main #main tabindex="-1" { (body) }
                footer.site {
                    p { "rejoinder " (env!("CARGO_PKG_VERSION")) " · data in " code { (site.folder.root().display()) } }
                }
            }
        }
    };
    Html(text.into_string())
}

/// The hidden field without which no change is made.
#[must_use]
pub fn csrf(site: &Site) -> Markup {
    html! { input type="hidden" name="csrf" value=(site.secrets.csrf()); }
}

/// A text as a sentence: with a capital and a full stop.
#[must_use]
pub fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first: String = letters.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    let stop = if text.ends_with(['.', '!', '?', ':']) { "" } else { "." };
    format!("{first}{}{stop}", letters.as_str())
}

/// A link's address: this path with these pairs, of which the empty ones are left out.
#[must_use]
pub fn link(path: &str, pairs: &[(&str, &str)]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(pairs.iter().filter(|(_, value)| !value.is_empty()));
    let query = query.finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// A name as a part of a path.
#[must_use]
pub fn segment(name: &str) -> String {
    // A plus stands for itself in a path.
    url::form_urlencoded::byte_serialize(name.as_bytes()).collect::<String>().replace('+', "%20")
}

/// Nothing there yet, and what to do about it.
#[must_use]
pub fn empty(what: &str, todo: Markup) -> Markup {
    html! { div.empty { p.empty-what { (what) } (todo) } }
}

/// The head of a column.
#[derive(Clone, Copy, Debug)]
pub enum Head {
    /// Of words.
    Words(&'static str),
    /// Of numbers, which stand at the right.
    Numbers(&'static str),
}

/// A table that may be wider than the screen: then it is scrolled, also with the keyboard. `label` says what it is to
/// who does not see it.
#[must_use]
pub fn table(label: &str, heads: &[Head], rows: &Markup) -> Markup {
    framed(label, html! { table { (head(heads)) tbody { (rows) } } })
}

/// A table whose rows stand one below the other on a narrow screen; every cell says of which column it is in
/// `data-label`.
#[must_use]
pub fn stacked(label: &str, heads: &[Head], rows: &Markup) -> Markup {
    framed(label, html! { table.stacked { (head(heads)) tbody { (rows) } } })
}

fn head(heads: &[Head]) -> Markup {
    html! {
        thead {
            tr {
                @for own in heads {
                    @match own {
                        Head::Words(name) => th scope="col" { (name) },
                        Head::Numbers(name) => th.number scope="col" { (name) },
                    }
                }
            }
        }
    }
}

fn framed(label: &str, table: Markup) -> Markup {
    html! { div.scroll tabindex="0" role="region" aria-label=(label) { (table) } }
}

/// Hostile text as text: control characters and marks that turn its direction are shown, as on a terminal.
#[must_use]
pub fn text(text: &str) -> Markup {
    PreEscaped(html! { (crate::report::words::safe(text)) }.into_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_carry_any_name_and_texts_no_markup() {
        assert_eq!(segment("a b/ü?+&"), "a%20b%2F%C3%BC%3F%2B%26");
        assert_eq!(link("/x", &[("a", "1 &"), ("b", "")]), "/x?a=1+%26");
        assert_eq!(sentence("no such thing"), "No such thing.");
        assert_eq!(text("<b>\u{1b}[31m\u{202e}").into_string(), "&lt;b&gt;\\u{1b}[31m\\u{202e}");
    }

    #[test]
    fn a_table_has_a_label_and_a_head_for_each_column() {
        let heads = [Head::Words("Who"), Head::Numbers("<3")];
        assert_eq!(
            stacked("\"All\"", &heads, &html! { tr {} }).into_string(),
            "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"&quot;All&quot;\">\
             <table class=\"stacked\"><thead><tr><th scope=\"col\">Who</th>\
             <th class=\"number\" scope=\"col\">&lt;3</th></tr></thead>\
             <tbody><tr></tr></tbody></table></div>"
        );
    }
}
