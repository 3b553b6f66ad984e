//! All messages to one persona, beside those before.

use maud::{Markup, html};

use super::flip;
use super::row::{groups, side};
use crate::data::opinions::Opinions;
use crate::data::results::Judged;
use crate::web::error::Problem;
use crate::web::opinions::{self, Message};
use crate::web::page::text;
use crate::web::shelf::Index;
use crate::web::site::Site;

/// The page's body.
pub(in crate::web::run) fn persona(site: &Site, index: &Index, at: u32, who: &str) -> Result<Markup, Problem> {
    let own = index.entry(&site.folder, at)?;
    let before = index.before(&site.shelf, &site.folder)?;
    let earlier = match &before {
        Some(before) => before.entry(&site.folder, at)?,
        None => None,
    };
    let flipped = before.as_ref().and_then(|before| before.flipped(at, index.entries[at as usize].tally));
    let failures = index.metadata.rejoinder.as_ref().map(|own| own.failures.as_slice()).unwrap_or_default();
    let known = Opinions::load(&site.folder, &index.file)?;
    let coding = index.coding(&site.folder);
    let messages = |messages: &[Judged], of: &str, is_own: bool| {
        html! {
            @if messages.is_empty() { p.quiet { "No decided message." } }
            @for (number, said) in messages.iter().enumerate() {
                article.trial id=[is_own.then(|| format!("message-{}", number + 1))] {
                    (side(&format!("Message {}", number + 1), said, &format!("{of}-{}", number + 1)))
                    @if is_own {
                        p.hint { (groups(said.decision.decision, coding, (at, number as u32))) }
                        @let message = Message { run: index.file.stem(), entry: at, place: number as u32, said };
                        (opinions::form(site, &message, &known, who))
                    }
                }
            }
        }
    };
    Ok(html! {
        p.persona { (text(&own.persona)) }
        p { (flip(flipped)) }
        div.sides {
            @if let Some(earlier) = &earlier {
                section { h2 { "Before" } (messages(&earlier.messages, "before", false)) }
            }
            section {
                h2 { @if earlier.is_some() { "After" } @else { "Messages" } } (messages(&own.messages, "after", true))
            }
        }
        @for failure in failures.iter().filter(|failure| failure.persona == at as usize) {
            p.problem {
                "Message " (failure.message + 1) " failed (" (text(&failure.stage)) "): " (text(&failure.reason))
            }
        }
    })
}
