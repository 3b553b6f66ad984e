//! Every person of a lineage, and what each said to every version.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

use super::standing::run_path;
use super::{Runs, known};
use crate::compare::Tally;
use crate::data::titles::Titles;
use crate::optimize::lineage::Lineage;
use crate::optimize::people::pairing::Key;
use crate::report::words;
use crate::web::error::Problem;
use crate::web::page::{self, Place, text};
use crate::web::pager::Pages;
use crate::web::shelf::{Index, Summary};
use crate::web::site::Site;
use crate::web::work::{Values, value};

/// People on a page.
const PAGE: usize = 50;
/// Versions that have a column: the first, and the last ones.
const COLUMNS: usize = 10;
/// Characters of a person.
const LINE: usize = 90;

/// A version with its file.
struct Column {
    summary: Arc<Summary>,
    index: Arc<Index>,
    is_of_another_judge: bool,
}

/// A person, with its places in every version that asked it: several where a file has the person more than once.
struct Row {
    is_aside: bool,
    places: Vec<Vec<u32>>,
}

impl Column {
    /// What a person said at these places.
    fn tally(&self, places: &[u32]) -> Tally {
        let mut all = Tally::default();
        places.iter().for_each(|at| all += self.index.entries[*at as usize].tally);
        all
    }
}

/// The page.
pub async fn grid(State(site): State<Arc<Site>>, Path(name): Path<String>, Query(values): Query<Values>) -> Response {
    let shared = Arc::clone(&site);
    let page = site.aside(move |_| {
        let site = shared;
        let known = known(&site, Some(&name))?;
        let missing = || Problem::missing(format!("There is no lineage {} here.", words::one_line(&name, 100)));
        let (name, runs) = known.lineages.into_iter().next().ok_or_else(missing)?;
        let titles = Titles::load(&site.folder);
        let title = titles.of_lineage(&name);
        let path = format!("/lineage/{}", page::segment(&name));
        let (columns, of) = columns(&site, &runs)?;
        let is_read = columns.len() == of;
        let body = html! {
            header.page-head {
                p.crumbs { a href="/" { "Lineages" } " / " a href=(path) { (text(title)) } }
                h1 { "People by version" }
                p.lead { "What everybody said to every prompt of " (text(title)) "." }
            }
            @if is_read { (table(&site, &columns, &values, &format!("{path}/people"), runs.len())?) } @else {
                p role="status" { "The files are large and are still being read; this page reloads in a moment." }
            }
        };
        Ok((page::page(&site, "People by version", Place::Lineages, body), is_read))
    });
    match page.await {
        Ok((page, true)) => page.into_response(),
        Ok((page, false)) => ([(header::REFRESH, "2")], page).into_response(),
        Err(problem) => problem.page(&site),
    }
}

/// The versions with messages of their own, as far as their files are read, and how many there are to show.
fn columns(site: &Site, runs: &Runs) -> Result<(Vec<Column>, usize), Problem> {
    let judge = runs.last().map(|(_, own)| own.line.judge.clone()).unwrap_or_default();
    let measured: Vec<_> = runs.iter().filter(|(_, own)| own.is_measured()).collect();
    let from = measured.len().saturating_sub(COLUMNS - 1);
    let shown: Vec<_> =
        measured.iter().enumerate().filter(|(at, _)| *at == 0 || *at >= from).map(|(_, run)| *run).collect();
    let mut columns = Vec::new();
    for (file, summary) in &shown {
        if let Some(index) = site.shelf.index_soon(&site.folder, file)? {
            let is_of_another_judge = summary.line.judge != judge;
            columns.push(Column { summary: Arc::clone(summary), index, is_of_another_judge });
        }
    }
    Ok((columns, shown.len()))
}

/// Everybody in any of the versions, in the order of their files.
fn rows(site: &Site, columns: &[Column]) -> Result<Vec<Row>, Problem> {
    let lineage = columns.iter().rev().find_map(|column| Lineage::recorded(&column.index.metadata));
    let unseen = lineage.map(|lineage| lineage.split.unseen(&site.folder)).transpose()?;
    let mut of: HashMap<Key, usize> = HashMap::new();
    let mut rows: Vec<Row> = Vec::new();
    for (at, column) in columns.iter().enumerate() {
        for (place, entry) in column.index.entries.iter().enumerate() {
            let row = *of.entry(entry.key).or_insert_with(|| {
                let is_aside = unseen.as_ref().is_some_and(|unseen| unseen.contains(entry.key));
                rows.push(Row { is_aside, places: vec![Vec::new(); columns.len()] });
                rows.len() - 1
            });
            rows[row].places[at].extend(u32::try_from(place));
        }
    }
    Ok(rows)
}

impl Row {
    /// What was said to each version that asked: yes where more than half of the messages got one.
    fn said<'r>(&'r self, columns: &'r [Column]) -> impl Iterator<Item = bool> + 'r {
        let tallies = self.places.iter().zip(columns).map(|(places, column)| column.tally(places));
        tallies.filter(|tally| tally.total > 0).map(Tally::majority)
    }

    fn has_changed(&self, columns: &[Column]) -> bool {
        let mut said = self.said(columns);
        said.next().is_some_and(|first| said.any(|other| other != first))
    }
}

/// Who is shown, by the value in the address.
const WHO: &[(&str, &str)] = &[
    ("", "Everybody"),
    ("aside", "People kept aside"),
    ("learned", "People learned from"),
    ("changed", "Who changed"),
];

fn table(site: &Site, columns: &[Column], values: &Values, path: &str, runs: usize) -> Result<Markup, Problem> {
    let mut rows = rows(site, columns)?;
    let (all, aside) = (rows.len(), rows.iter().filter(|row| row.is_aside).count());
    let who = value(values, "who");
    match who {
        "aside" => rows.retain(|row| row.is_aside),
        "learned" => rows.retain(|row| !row.is_aside),
        "changed" => rows.retain(|row| row.has_changed(columns)),
        _ => {}
    }
    let last = rows.len().div_ceil(PAGE).max(1);
    let at = value(values, "page").parse::<usize>().unwrap_or(1).clamp(1, last);
    let shown = rows.iter().skip((at - 1) * PAGE).take(PAGE);
    let pairs = [("who", who)];
    let pages = Pages { path, pairs: &pairs, anchor: "", at, last: Some(last), has_more: at < last };
    let mut lines = Vec::new();
    for row in shown {
        lines.push(line(site, row, columns)?);
    }
    Ok(html! {
        p {
            (words::count(all as u64, "person", "people"))
            @if aside > 0 { ", of whom " (words::thousands(aside as u64)) " are kept aside" }
            "; " (words::count(columns.len() as u64, "version", "versions")) " with messages of their own"
            @if columns.len() < runs { ", of " (words::count(runs as u64, "run", "runs")) }
            "."
        }
        form.inline method="get" action=(path) {
            div.field { label for="who" { "Show" }
                select #who name="who" {
                    @for (name, words) in WHO { option value=(name) selected[*name == who] { (words) } }
                }
            }
            button type="submit" { "Show" }
        }
        @if lines.is_empty() { (page::empty("Nobody.", html! { p { a href=(path) { "Show everybody" } "." } })) } @else {
            div.scroll.grid tabindex="0" role="region" aria-label="People by version" {
                table {
                    thead { tr {
                        th scope="col" { "Person" }
                        @for column in columns {
                            th scope="col" {
                                a href=(run_path(&column.index.file)) { (column.summary.label()) }
                                @if column.is_of_another_judge { " " span.mark { "another judge" } }
                            }
                        }
                    } }
                    tbody { @for line in &lines { (line) } }
                }
            }
            p.hint {
                span.said-yes { "+" } " yes, " span.said-no { "−" } " no; for several messages, how many got a yes; \
                for chances, their mean. An empty cell: not asked. Each cell links to the messages."
            }
        }
        (pages.links())
    })
}

fn line(site: &Site, row: &Row, columns: &[Column]) -> Result<Markup, Problem> {
    let mut places = row.places.iter().zip(columns);
    let who = match places.find_map(|(places, column)| Some((*places.first()?, column))) {
        Some((place, column)) => column.index.entry(&site.folder, place)?.persona,
        None => String::new(),
    };
    Ok(html! {
        tr {
            th scope="row" {
                (text(&words::one_line(&who, LINE)))
                @if row.is_aside { " " span.mark { "kept aside" } }
            }
            @for (places, column) in row.places.iter().zip(columns) { (cell(places, column)) }
        }
    })
}

fn cell(places: &[u32], column: &Column) -> Markup {
    let asked = places.iter().find(|at| column.index.entries[**at as usize].tally.total > 0);
    let Some(first) = asked else { return html! { td { span.sr { "not asked" } } } };
    let tally = column.tally(places);
    let (class, sign, word) = if tally.majority() { ("said-yes", "+", "yes") } else { ("said-no", "−", "no") };
    html! {
        td {
            a class=(class) href=(format!("{}/persona/{}", run_path(&column.index.file), first + 1)) {
                span aria-hidden="true" { (sign) } span.sr { (word) }
                @if let Some(chance) = column.index.chance(places) { " " (format!("{chance:.2}")) }
                @else if tally.total > 1 { " " (tally.yes) " of " (tally.total) }
            }
        }
    }
}
