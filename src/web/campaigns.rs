//! Campaigns: what was written to whom, what came back, and the files that sending tools import.

mod download;
mod read;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::response::{Html, Response};
use maud::{Markup, html};

use download::DOWNLOADS;
pub use download::download;
use read::{Count, Read, counted};

use super::error::Problem;
use super::page::{self, Head, Place, text};
use super::pager::Pages;
use super::site::Site;
use super::work::{Values, value};
use crate::campaign::lint::{self, Finding, Level};
use crate::campaign::write::audit;
use crate::data::calibrations;
use crate::data::campaigns::{CampaignHeader, Written};
use crate::data::{FileName, Kind, replies, versions};
use crate::report::calibration as report;
use crate::report::html::marked;
use crate::report::words;
use crate::report::words::shell;

/// The address of the page.
pub const PATH: &str = "/campaigns";
fn path(file: &FileName) -> String {
    format!("{PATH}/{}", page::segment(file.stem()))
}

/// All of them.
pub async fn list(State(site): State<Arc<Site>>) -> Result<Html<String>, Response> {
    let own = site.aside(|site| {
        let all: Vec<_> = site.folder.list(Kind::Campaigns)?.into_iter().map(|file| (counted(site, &file), file)).collect();
        let body = html! {
            header.page-head {
                h1 { "Campaigns" }
                p.lead { "Messages to your leads, ready for your sending tool." }
            }
            @if all.is_empty() {
                (page::empty("No campaign yet.", html! { p { a href=(super::leads::PATH) { "Import your leads" } ", then write to them in a terminal:" } pre { "rejoinder write --leads LIST --steps 3" } }))
            }
            ul.cards { @for (found, file) in &all { li.card {
                h2 { a href=(path(file)) { (text(file.stem())) } }
                @match found {
                    Ok((header, count)) => {
                        p {
                            (Count::words_of(*count)) " "
                            (marks(header))
                        }
                        p.quiet { (about(header)) }
                    }
                    Err(problem) => p.quiet { (text(&page::sentence(&problem.to_string()))) },
                }
            } } }
        };
        Ok(page::page(site, "Campaigns", Place::Campaigns, body))
    });
    own.await.map_err(|problem| problem.page(&site))
}

fn marks(header: &CampaignHeader) -> Markup {
    html! {
        @if header.simulated { span.mark { "simulated" } " " }
        @if header.partial { span.mark { "partial" } }
    }
}

/// A campaign in one line.
fn about(header: &CampaignHeader) -> Markup {
    let named = |text: &str| words::one_line(text, 100);
    html! {
        "Leads: " (named(&header.leads)) " · " (words::count(header.steps.into(), "step", "steps"))
        " · " (words::count(header.arms.len() as u64, "prompt", "prompts"))
        @if let Some(lineage) = &header.lineage {
            @let base = versions::lineage_base(lineage.trim_end_matches(".json")); " · lineage "
            a href=(format!("/lineage/{}", page::segment(&base))) { (text(&base)) }
        }
        @else if let Some(from) = header.arms.first().and_then(|arm| arm.prompt_file_or_run.as_deref()) {
            " · prompt of " (named(from))
        }
        " · " (words::minute(&header.created_at))
    }
}

/// One campaign, a page of leads at a time.
pub async fn show(
    State(site): State<Arc<Site>>,
    Path(name): Path<String>,
    Query(values): Query<Values>,
) -> Result<Html<String>, Response> {
    let own = site.aside(move |site| {
        let file = site.folder.resolve(Kind::Campaigns, &name)?;
        let asked = value(&values, "page").parse::<usize>().unwrap_or(1).max(1);
        let read = Read::new(site, &file, asked)?;
        let path = path(&file);
        let pages = Pages {
            path: &path,
            pairs: &[],
            anchor: "#messages",
            at: read.at,
            last: read.last,
            has_more: read.has_more,
        };
        let body = html! {
            (head(&file, &read))
            h2 #replies { "Replies" }
            (answers(site, &file).unwrap_or_else(|problem| unread(&problem)))
            (calibration(site, &read.header))
            (prompts(&read.header))
            h2 #messages { "Messages" }
            p.hint {
                "The marks below come from checks that need no model. To check the opt-out, the postal address and the \
                 subject lines too, run "
                code { "rejoinder lint " (text(&shell(file.stem()))) }
                "."
            }
            @for written in &read.shown { (lead(written, &read)) }
            (pages.links())
        };
        Ok(page::page(site, file.stem(), Place::Campaigns, body))
    });
    own.await.map_err(|problem| problem.page(&site))
}

/// One line in place of a part of the page whose file cannot be read. The rest stays.
fn unread(problem: &Problem) -> Markup {
    html! { p.problem { (text(&page::sentence(&problem.to_string()))) } }
}

fn head(file: &FileName, read: &Read) -> Markup {
    let header = &read.header;
    html! {
        header.page-head {
            p.crumbs { a href=(PATH) { "Campaigns" } }
            h1 { (text(file.stem())) }
            p.lead { (page::sentence(&Count::words_of(read.count))) " " (marks(header)) }
            p.quiet { (about(header)) }
            @if header.partial {
                p.problem {
                    "A limit was reached, so some leads are missing. Run the command that wrote the campaign again to \
                     complete it."
                }
            }
            @if header.simulated {
                p.problem {
                    "The simulated market wrote these messages. They are for trying things out, not for sending."
                }
            }
            p.actions #downloads {
                @for download in DOWNLOADS {
                    a.button href=(format!("{}/{}", path(file), download.form)) { "Download for " (download.label) }
                }
            }
            p.hint {
                @if read.left_out > 0 {
                    (words::count(read.left_out, "lead", "leads"))
                    " of this campaign may not be written to any more and will be left out. "
                }
                "In your sending tool use "
                code { "{{subject_1}}" }
                " as the subject of step 1 and "
                code { "{{body_1}}" }
                " as its text, and so on for each step. Then import the replies: "
                code { "rejoinder replies import FILE --from smartlead --campaign " (text(&shell(file.stem()))) }
                "."
            }
        }
    }
}

const REPLIES: &[Head] = &[Head::Words("Prompt"), Head::Words("Step"), Head::Numbers("Sent"), Head::Numbers("Replied")];

/// What came back, by arm and step.
fn answers(site: &Site, file: &FileName) -> Result<Markup, Problem> {
    if !site.folder.exists(&replies::file_name(file.stem())?) {
        return Ok(html! { p.quiet { "None imported yet." } });
    }
    // Sent and replied, by arm and step; none where it is not known which step was answered.
    let mut rows: BTreeMap<(String, Option<u32>), (u64, u64)> = BTreeMap::new();
    let (mut people, mut replied, mut bounced, mut unsubscribed) = (0_u64, 0_u64, 0_u64, 0_u64);
    for outcome in replies::open(&site.folder, file.stem())? {
        let outcome = outcome?;
        bounced += u64::from(outcome.bounced);
        unsubscribed += u64::from(outcome.unsubscribed);
        if !outcome.is_delivered() {
            continue;
        }
        people += 1;
        for sent in &outcome.sent {
            rows.entry((outcome.arm.clone(), Some(sent.step))).or_default().0 += 1;
        }
        if let Some(reply) = &outcome.reply {
            replied += 1;
            rows.entry((outcome.arm.clone(), reply.step)).or_default().1 += 1;
        }
    }
    Ok(html! {
        p {
            strong { (words::thousands(replied)) " of " (words::thousands(people)) }
            " people who got a message replied. Bounced: " (words::thousands(bounced)) ". Unsubscribed: "
            (words::thousands(unsubscribed)) "."
        }
        (page::stacked("Replies by step", REPLIES, &html! {
            @for ((arm, step), (sent, replied)) in &rows { tr {
                th scope="row" { (text(&words::one_line(arm, 60))) }
                td data-label="Step" { @match step { Some(step) => (step), None => "not known" } }
                td.number data-label="Sent" { @if step.is_some() { (words::thousands(*sent)) } }
                td.number data-label="Replied" { (words::thousands(*replied)) }
            } }
        }))
    })
}

/// What real replies said of the judge of this campaign's lineage.
fn calibration(site: &Site, header: &CampaignHeader) -> Markup {
    let Some(lineage) = &header.lineage else { return Markup::default() };
    let line = match calibrations::of_lineage(&site.folder, lineage.trim_end_matches(".json")) {
        Ok(None) => return Markup::default(),
        Ok(Some(found)) => {
            let line = report::line(&found, None);
            html! { @if report::is_warning(&found) { p.problem { (text(&line)) } } @else { p { (text(&line)) } } }
        }
        Err(error) => unread(&Problem::from(error)),
    };
    html! { h2 #calibration { "How well the simulation predicts real replies" } (line) }
}

fn prompts(header: &CampaignHeader) -> Markup {
    html! { @for arm in &header.arms {
        details.more { summary { "Prompt " (text(&words::one_line(&arm.name, 40))) } pre { (text(&arm.prompt)) } }
    } }
}

/// All messages to one lead.
fn lead(written: &Written, read: &Read) -> Markup {
    let prompt = read.header.arms.iter().find(|arm| arm.name == written.arm).map_or("", |arm| arm.prompt.as_str());
    let findings = lint::by_form(written, prompt);
    let errors = findings.iter().filter(|found| found.level == Level::Error).count() as u64;
    let warnings = findings.len() as u64 - errors;
    html! {
        details.more.sequence open {
            summary {
                (text(&words::one_line(&written.email, 120)))
                @if read.header.arms.len() > 1 {
                    " " span.quiet { "prompt " (text(&words::one_line(&written.arm, 40))) }
                }
                @if read.barred.holds(written) { " " span.pill.flag { "must not be contacted: left out of downloads" } }
                @if errors > 0 { " " span.pill.flag { (words::count(errors, "error", "errors")) } }
                @if warnings > 0 { " " span.pill { (words::count(warnings, "warning", "warnings")) } }
            }
            @if let Some(reason) = &written.failed {
                p.problem { "Incomplete, so left out of downloads: " (text(&words::one_line(reason, 300))) }
            }
            @for step in &written.steps {
                div.step {
                    h3 { "Step " (step.number) }
                    (marked::message(&step.text(), &audit(step), 0))
                    (faults(&findings, step.number))
                }
            }
        }
    }
}

fn faults(findings: &[Finding], step: u32) -> Markup {
    let own: Vec<&Finding> = findings.iter().filter(|found| found.step == step).collect();
    html! { @if !own.is_empty() { ul.told { @for found in own {
        li.warning[found.level == Level::Error] { (found.kind.words()) ": " (text(&words::one_line(&found.words, 300))) }
    } } } }
}
