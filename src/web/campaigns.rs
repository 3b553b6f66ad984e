//! Campaigns: what was written to whom, what came back, and the files that sending tools import.

use std::collections::BTreeMap;
use std::io::{BufWriter, Write};
use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use maud::{Markup, html};

use super::downloads::from_disk;
use super::error::Problem;
use super::page::{self, Place, text};
use super::pager::Pages;
use super::site::Site;
use super::work::{Values, value};
use crate::campaign::lint::{self, Finding, Level};
use crate::campaign::tools::{Barred, Outline, Tool};
use crate::campaign::write::audit;
use crate::data::calibrations;
use crate::data::campaigns::{Campaign, CampaignHeader, Written};
use crate::data::{FileName, Kind, replies, versions};
use crate::report::calibration as report;
use crate::report::html::marked;
use crate::report::leads::shell;
use crate::report::words;

/// The address of the page.
pub const PATH: &str = "/campaigns";
/// Leads on a page.
const PAGE: usize = 10;
/// Larger campaigns are not counted for the list: that would keep it waiting.
const COUNTED: u64 = 64 << 20;

/// The files that can be downloaded, each with its tool and what people call it.
const DOWNLOADS: &[(&str, Tool, &str)] = &[
    ("instantly.csv", Tool::Instantly, "Instantly"),
    ("smartlead.csv", Tool::Smartlead, "Smartlead"),
    ("lemlist.csv", Tool::Lemlist, "lemlist"),
    ("messages.csv", Tool::Csv, "a spreadsheet (CSV)"),
];

/// How many sequences a campaign holds.
#[derive(Clone, Copy, Default)]
struct Count {
    whole: u64,
    failed: u64,
}

impl Count {
    fn add(&mut self, written: &Written) {
        *(if written.failed.is_some() { &mut self.failed } else { &mut self.whole }) += 1;
    }

    fn words(self) -> String {
        let failed =
            if self.failed > 0 { format!(", {} failed", words::thousands(self.failed)) } else { String::new() };
        format!("written to {}{failed}", words::count(self.whole, "lead", "leads"))
    }
}

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
                            (count.map_or_else(|| "a large campaign, not counted here".to_owned(), Count::words)) " "
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

fn counted(site: &Site, file: &FileName) -> Result<(CampaignHeader, Option<Count>), Problem> {
    let campaign = Campaign::open(&site.folder, file)?;
    let header = campaign.header.clone();
    if std::fs::metadata(site.folder.path(file)).is_ok_and(|own| own.len() > COUNTED) {
        return Ok((header, None));
    }
    let mut count = Count::default();
    for written in campaign {
        count.add(&written?);
    }
    Ok((header, Some(count)))
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
        " · " (named(&header.created_at.chars().take(16).collect::<String>().replace('T', " ")))
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
        let (mut read, mut at) = (Read::new(site, &file, asked)?, asked);
        let last = read.total.div_ceil(PAGE).max(1);
        if at > last {
            at = last;
            read = Read::new(site, &file, at)?;
        }
        let pages = Pages { path: &path(&file), pairs: &[], anchor: "#messages", at, last }.links();
        let body = html! {
            (head(&file, &read))
            (answers(site, &file)?)
            (calibration(site, &read.header))
            (prompts(&read.header))
            h2 #messages { "Messages" }
            p.hint {
                "Marked here is what can be told without a model. For opt-out, postal address and subjects run "
                code { "rejoinder lint " (text(&shell(file.stem()))) }
                "."
            }
            @for written in &read.shown { (lead(written, &read)) }
            (pages)
        };
        Ok(page::page(site, file.stem(), Place::Campaigns, body))
    });
    own.await.map_err(|problem| problem.page(&site))
}

/// A campaign that was read through for one of its pages.
struct Read {
    header: CampaignHeader,
    count: Count,
    total: usize,
    barred: Barred,
    left_out: u64,
    shown: Vec<Written>,
}

impl Read {
    fn new(site: &Site, file: &FileName, page: usize) -> Result<Self, Problem> {
        let (barred, campaign) = (Barred::load(&site.folder)?, Campaign::open(&site.folder, file)?);
        let header = campaign.header.clone();
        let mut read = Read { header, count: Count::default(), total: 0, barred, left_out: 0, shown: Vec::new() };
        let from = (page - 1).saturating_mul(PAGE);
        for written in campaign {
            let written = written?;
            read.count.add(&written);
            read.left_out += u64::from(read.barred.holds(&written));
            if read.total >= from && read.shown.len() < PAGE {
                read.shown.push(written);
            }
            read.total += 1;
        }
        Ok(read)
    }
}

fn head(file: &FileName, read: &Read) -> Markup {
    let header = &read.header;
    html! {
        header.page-head {
            p.crumbs { a href=(PATH) { "Campaigns" } }
            h1 { (text(file.stem())) }
            p.lead { (page::sentence(&read.count.words())) " " (marks(header)) }
            p.quiet { (about(header)) }
            @if header.partial {
                p.problem {
                    "Leads are missing, since a limit was reached. The command that wrote the campaign goes on with it."
                }
            }
            @if header.simulated {
                p.problem {
                    "The simulated market wrote these messages. They are for trying things out, not for sending."
                }
            }
            p.actions #downloads {
                @for (form, _, tool) in DOWNLOADS {
                    a.button href=(format!("{}/{form}", path(file))) { "Download for " (tool) }
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
                " as its text, and so on for each step. Then bring the replies in: "
                code { "rejoinder replies import FILE --from smartlead --campaign " (text(&shell(file.stem()))) }
                "."
            }
        }
    }
}

/// What came back, by arm and step.
fn answers(site: &Site, file: &FileName) -> Result<Markup, Problem> {
    if !site.folder.exists(&replies::file_name(file.stem())?) {
        return Ok(html! { h2 #replies { "Replies" } p.quiet { "None imported yet." } });
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
        h2 #replies { "Replies" }
        p {
            strong { (words::thousands(replied)) " of " (words::thousands(people)) }
            " people who got a message replied. Bounced: " (words::thousands(bounced)) ". Unsubscribed: "
            (words::thousands(unsubscribed)) "."
        }
        div.scroll tabindex="0" role="region" aria-label="Replies by step" { table.stacked {
            thead {
                tr {
                    th scope="col" { "Prompt" }
                    th scope="col" { "Step" }
                    th.number scope="col" { "Sent" }
                    th.number scope="col" { "Replied" }
                }
            }
            tbody { @for ((arm, step), (sent, replied)) in &rows { tr {
                th scope="row" { (text(&words::one_line(arm, 60))) }
                td data-label="Step" { @match step { Some(step) => (step), None => "not known" } }
                td.number data-label="Sent" { @if step.is_some() { (words::thousands(*sent)) } }
                td.number data-label="Replied" { (words::thousands(*replied)) }
            } } }
        } }
    })
}

/// What real replies said of the judge of this campaign's lineage.
fn calibration(site: &Site, header: &CampaignHeader) -> Markup {
    let of_lineage =
        |lineage: &String| calibrations::of_lineage(&site.folder, lineage.trim_end_matches(".json")).ok()?;
    let Some(found) = header.lineage.as_ref().and_then(of_lineage) else { return Markup::default() };
    let line = report::line(&found, None);
    html! { h2 #calibration { "What the simulated yes is worth" } @if report::is_warning(&found) { p.problem { (text(&line)) } } @else { p { (text(&line)) } } }
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
                @if read.barred.holds(written) { " " span.pill.flag { "may not be written to: in no download" } }
                @if errors > 0 { " " span.pill.flag { (words::count(errors, "error", "errors")) } }
                @if warnings > 0 { " " span.pill { (words::count(warnings, "warning", "warnings")) } }
            }
            @if let Some(reason) = &written.failed {
                p.problem { "Not whole, and in no download: " (text(&words::one_line(reason, 300))) }
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

/// The file for a sending tool, as `rejoinder export --for` writes it.
pub async fn download(State(site): State<Arc<Site>>, Path((name, form)): Path<(String, String)>) -> Response {
    let answer = site.aside(move |site| {
        let tool = DOWNLOADS.iter().find(|(own, ..)| *own == form).map(|(_, tool, _)| *tool);
        let tool = tool.ok_or_else(|| {
            Problem::missing(format!("A campaign cannot be downloaded as {}.", words::one_line(&form, 40)))
        })?;
        let file = site.folder.resolve(Kind::Campaigns, &name)?;
        let barred = Barred::load(&site.folder)?;
        let outline = Outline::read(&site.folder, &file, tool, &barred)?;
        if outline.leads == 0 {
            return Err(Problem::new(
                StatusCode::CONFLICT,
                "There is nobody in this campaign to send to: its sequences failed, or the people may not be written \
                 to.",
            ));
        }
        let no_room = |error: std::io::Error| {
            Problem::new(StatusCode::INSUFFICIENT_STORAGE, format!("The file cannot be made: {error}."))
        };
        let kept = tempfile::tempfile_in(site.folder.root()).or_else(|_| tempfile::tempfile()).map_err(no_room)?;
        let mut out = BufWriter::new(&kept);
        outline.write((&site.folder, &file), tool, &barred, &mut out)?.and_then(|()| out.flush()).map_err(no_room)?;
        drop(out);
        let bytes = kept.metadata().map_err(no_room)?.len();
        from_disk(&format!("{}-{form}", file.stem()), (kept, bytes)).map(IntoResponse::into_response)
    });
    answer.await.unwrap_or_else(|problem| problem.page(&site))
}
