//! One trial: a row that opens into its message, beside the one before.

use maud::{Markup, html};

use super::flip;
use crate::data::results::{Judged, MessageNote, PersonaResult};
use crate::evaluate::grounding::{Audit, Grounding};
use crate::improve::Coding;
use crate::improve::objections::UNSORTED;
use crate::report::words;
use crate::web::page::text;
use crate::web::shown;

/// Characters of a persona, and of a message's first line, that stand in the row.
const LINE: usize = 90;

/// A trial and what is known of its persona.
pub(super) struct Row<'a> {
    /// The address of the run.
    pub(super) path: &'a str,
    /// The entry, and which message of it; from 0.
    pub(super) entry: u32,
    pub(super) message: u32,
    /// The texts of the entry, and of the same persona's before.
    pub(super) own: &'a PersonaResult,
    pub(super) earlier: Option<&'a PersonaResult>,
    /// Which way the persona went, where it changed its mind.
    pub(super) flipped: Option<bool>,
}

impl Row<'_> {
    /// The row; nothing where the entry has no such message.
    pub(super) fn article(&self, coding: Option<&Coding>) -> Markup {
        let Some(said) = self.own.messages.get(self.message as usize) else { return Markup::default() };
        let audit: Audit = said.rejoinder.as_ref().and_then(MessageNote::audit).unwrap_or_default();
        // Each message has its own before: the one of the same number. Messages that stayed have none.
        let earlier = self.earlier.map(|earlier| earlier.messages.as_slice()).unwrap_or_default();
        let before = earlier.get(self.message as usize).filter(|before| before.message != said.message);
        let has_no_pair = before.is_none() && !earlier.is_empty() && earlier.get(self.message as usize).is_none();
        let several = self.own.messages.len() > 1 || self.message > 0;
        let first_line = said.message.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
        let id = format!("trial-{}-{}", self.entry + 1, self.message + 1);
        html! {
            article.trial id=(id) {
                details {
                    summary {
                        span.row-who {
                            strong { "Persona " (self.entry + 1) @if several { ", message " (self.message + 1) } }
                            " "
                            span.quiet { (text(&words::one_line(&self.own.persona, LINE))) }
                        }
                        span.row-first { (text(&words::one_line(first_line, LINE))) }
                        span.row-said {
                            @if let Some(before) = before {
                                (shown::decision(before.decision.decision))
                                span.sr { " before, now " }
                                span aria-hidden="true" { " → " }
                            }
                            (shown::decision(said.decision.decision)) " " (flip(self.flipped))
                        }
                        span.row-why { (groups(said.decision.decision, coding, (self.entry, self.message))) }
                        span.row-claims {
                            (shown::claims(&audit))
                            @if audit.grounding() == Grounding::Grounded { span.quiet { "nothing made up" } }
                        }
                    }
                    p.persona { (text(&self.own.persona)) }
                    div.sides {
                        @if let Some(before) = before { (side("Before", before, &format!("{id}-before"))) }
                        (side(if before.is_some() { "This run" } else { "Message" }, said, &format!("{id}-text")))
                    }
                    @if has_no_pair {
                        p.hint {
                            "The run before wrote " (words::count(earlier.len() as u64, "message", "messages"))
                            " to this person, and none of this number."
                        }
                    }
                    p { a href=(format!("{}/persona/{}", self.path, self.entry + 1)) { "All messages to this person" } }
                }
            }
        }
    }
}

/// One message with its decision.
pub(super) fn side(name: &str, said: &Judged, id: &str) -> Markup {
    let (shown, audit) = shown::message(&said.message, said.rejoinder.as_ref());
    html! {
        section.said {
            h3 {
                (name) " " (shown::decision(said.decision.decision)) " " (shown::claims(&audit))
                @if let Some(score) = said.decision.score() {
                    " " span.quiet { "chance of a yes " (format!("{score:.2}")) }
                }
            }
            (shown)
            pre hidden id=(id) { (text(&said.message)) }
            p.reasoning { strong { "Why: " } (text(&said.decision.reasoning)) }
            button.small type="button" hidden data-copy=(id) { "Copy message" }
        }
    }
}

/// The groups of a reasoning, by its place in the run.
pub(super) fn groups(yes: bool, coding: Option<&Coding>, (entry, message): (u32, u32)) -> Markup {
    let names = coding.and_then(|coding| coding.names(entry as usize, message as usize));
    let names = names.map_or_else(|| UNSORTED.to_owned(), |names| names.join(", "));
    html! { @if yes { "Liked: " } @else { "Objections: " } (text(&names)) }
}
