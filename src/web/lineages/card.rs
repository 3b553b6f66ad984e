//! A lineage in a list.

use maud::{Markup, html};

use super::standing::{Standing, run_path};
use super::{Runs, chart, cost};
use crate::improve::difference::{Step, of_prompts};
use crate::report::words;
use crate::web::page::{self, text};
use crate::web::{objections, shown};

/// Changes of the advice that are named.
const STEPS: usize = 2;
/// Characters of a change.
const ITEM: usize = 110;

/// The card.
pub(super) fn card((name, title): (&str, &str), runs: &Runs) -> Markup {
    let Some(standing) = Standing::of(runs) else { return Markup::default() };
    let (file, own) = standing.current();
    let path = format!("/lineage/{}", page::segment(name));
    let copied = format!("prompt-of-{}", page::segment(name));
    html! {
        li.card {
            h2 { a href=(path) { (text(title)) } }
            p {
                (standing.outcome().pill())
                @if let Some(found) = standing.before_after().and_then(|found| found.gain) {
                    " " (shown::gain(found)) " " span.quiet { "on people kept aside" }
                }
            }
            @match standing.before_after() {
                Some(found) => (chart::before_after(&format!("chart-{}", page::segment(name)), &found)),
                None => p { span.quiet { "Yes: " } (shown::rate_of(own)) },
            }
            (changed(&standing))
            @if let (Some((_, proved)), Some(before)) = (standing.proved(), standing.proved().map(|(_, own)| own.objections_before.as_slice())) {
                (objections::in_brief(before, proved.objections.as_deref().unwrap_or_default()))
            }
            (standing.attempt())
            div.actions {
                pre hidden id=(copied) { (text(&own.prompt)) }
                button type="button" hidden data-copy=(copied) { "Copy prompt" }
                a.button href=(format!("{}/prompt.md", run_path(file))) { "Download prompt" }
            }
            (standing.next())
            p.quiet {
                (words::count(runs.len() as u64, "run", "runs")) " · " (words::minute(&own.line.date))
                " · cost " (cost(runs)) " · "
                (text(&words::one_line(&own.line.models, 80)))
            }
        }
    }
}

/// What changed in the prompt when a candidate last took its place.
fn changed(standing: &Standing<'_>) -> Markup {
    let (Some((_, now)), Some((_, before))) = (standing.proved(), standing.before()) else { return Markup::default() };
    let steps = of_prompts(now.parts.as_ref(), &before.prompt, &now.prompt);
    let item = |item: &str| html! { (text(&words::one_line(item, ITEM))) };
    html! {
        @if !steps.is_empty() {
            ul.steps {
                @for step in steps.iter().take(STEPS) {
                    li {
                        @match step {
                            Step::Added { text } => ins { (item(text)) },
                            Step::Replaced { text, .. } => ins { (item(text)) },
                            Step::Dropped { before } => del { (item(before)) },
                        }
                    }
                }
                @if steps.len() > STEPS {
                    li.quiet { (words::count((steps.len() - STEPS) as u64, "more change", "more changes")) }
                }
            }
        }
    }
}
