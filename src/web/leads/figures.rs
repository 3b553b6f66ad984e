//! What was found in a file, in figures.

use maud::{Markup, html};

use super::reasons;
use crate::data::leads::import::Report;
use crate::report::leads::unknown_states;
use crate::report::words;

/// What was found.
pub(super) fn figures(report: &Report) -> Markup {
    let tool = report.known.map_or_else(|| "Columns by name".to_owned(), |known| known.to_string());
    let mut blocked: Vec<(String, u64)> = report.blocked.iter().map(|(why, count)| (why.clone(), *count)).collect();
    blocked.push(("on the suppression list already".to_owned(), report.suppressed));
    blocked.retain(|(_, count)| *count > 0);
    let total: u64 = blocked.iter().map(|(_, count)| count).sum();
    html! {
        dl.tiles #found {
            div { dt { "Recognised as" } dd { strong { (tool) } small { (report.format) ", " (report.encoding) } } }
            div {
                dt { "Rows" }
                dd {
                    strong { (words::thousands(report.rows)) }
                    @if report.preamble > 0 {
                        small { (words::count(report.preamble, "line", "lines")) " before the header" }
                    }
                }
            }
            div { dt { "May be written to" } dd { strong { (words::thousands(report.writable())) } } }
            div {
                dt { "May not be written to" }
                dd {
                    strong { (words::thousands(total)) }
                    @if total > 0 {
                        small { (reasons(blocked.iter().map(|(why, count)| (why, count)))) "; kept apart" }
                    }
                }
            }
            div {
                dt { "Duplicates" }
                dd {
                    strong { (words::thousands(report.duplicates)) }
                    @if report.duplicates > 0 { small { "the first row counts" } }
                }
            }
            div {
                dt { "Without an address" }
                dd {
                    strong { (words::thousands(report.without_address)) }
                    @if report.without_address > 0 { small { "left out" } }
                }
            }
            @if report.ragged.count > 0 {
                div {
                    dt { "More cells than the header" }
                    dd {
                        strong { (words::thousands(report.ragged.count)) }
                        small {
                            "left out; the first on line "
                            (report.ragged.first_lines.first().copied().unwrap_or_default())
                        }
                    }
                }
            }
            @if report.short > 0 {
                div {
                    dt { "Fewer cells than the header" }
                    dd { strong { (words::thousands(report.short)) } small { "missing cells count as empty" } }
                }
            }
        }
        @if report.markers.is_empty() {
            p.hint { "No column says who must not be contacted. If one does, choose it below." }
        }
        @if !report.unknown.is_empty() {
            p.hint { "Not understood, so these people may be written to: " (unknown_states(report)) "." }
        }
    }
}
