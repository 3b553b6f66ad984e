//! What several runs wrote to the same people, side by side.

use std::collections::HashMap;
use std::sync::Arc;

use maud::{Markup, html};

use crate::data::results::PersonaResult;
use crate::optimize::people::pairing::Key;
use crate::report::words;
use crate::web::error::Problem;
use crate::web::page::{self, text};
use crate::web::pager::Pages;
use crate::web::shelf::Index;
use crate::web::shown;
use crate::web::site::Site;

/// People on a page.
const PAGE: usize = 5;
/// Characters of a persona that stand in a line.
const LINE: usize = 160;

/// A page of the people of the first run, each with the first message of every run.
pub(super) fn messages(
    site: &Site,
    runs: &[Arc<Index>],
    pairs: &[(&str, &str)],
    wanted: usize,
) -> Result<Markup, Problem> {
    let Some(first) = runs.first() else { return Ok(Markup::default()) };
    let places: Vec<HashMap<Key, u32>> = runs
        .iter()
        .map(|run| run.entries.iter().enumerate().map(|(at, entry)| (entry.key, at as u32)).collect())
        .collect();
    let last = first.entries.len().div_ceil(PAGE).max(1);
    let at = wanted.clamp(1, last);
    let mut people: Vec<(String, Vec<Option<PersonaResult>>)> = Vec::new();
    for (number, entry) in first.entries.iter().enumerate().skip((at - 1) * PAGE).take(PAGE) {
        let mut sides = Vec::new();
        for (run, places) in runs.iter().zip(&places) {
            let place = places.get(&entry.key);
            sides.push(place.map(|place| run.entry(&site.folder, *place)).transpose()?);
        }
        people.push((first.entry(&site.folder, number as u32)?.persona, sides));
    }
    Ok(html! {
        h2 #messages { "What each wrote" }
        @for (persona, sides) in &people {
            article.trial {
                p.persona { (text(&words::one_line(persona, LINE))) }
                div.sides {
                    @for (run, side) in runs.iter().zip(sides) {
                        section.said {
                            h3 {
                                a href=(format!("/run/{}", page::segment(run.file.stem()))) {
                                    (text(&words::one_line(run.file.stem(), 60)))
                                }
                            }
                            @match side.as_ref().and_then(|entry| entry.messages.first()) {
                                Some(said) => {
                                    p { (shown::decision(said.decision.decision)) }
                                    (shown::message(&said.message, said.rejoinder.as_ref()).0)
                                    p.reasoning { strong { "Why: " } (text(&said.decision.reasoning)) }
                                }
                                None => p.quiet { "Nothing was written to this person." },
                            }
                        }
                    }
                }
            }
        }
        (Pages { path: "/compare", pairs, anchor: "#messages", at, last: Some(last), has_more: at < last }.links())
    })
}
