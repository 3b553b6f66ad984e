//! Leads: the lists, a file that is sent, what is found in it, and its import.

mod figures;

use std::sync::Arc;

use axum::extract::{Extension, Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use maud::{Markup, html};

use figures::figures;

use super::error::Problem;
use super::multipart::Received;
use super::page::{self, Head, Place, text};
use super::site::Site;
use super::uploads::{Choices, Preview, Upload};
use super::work::{Values, value};
use crate::data::leads::import::{self, Field, Options};
use crate::data::leads::{self, LeadList, Suppression};
use crate::data::{FileName, clock};
use crate::report::leads::Counts;
use crate::report::words;
use crate::report::words::shell;

/// The address of the page.
pub const PATH: &str = "/leads";
/// Where a file is sent to.
pub const UPLOAD: &str = "/leads/upload";
/// Characters of a persona that are shown.
const PERSONA: usize = 1_000;

/// The fields of a lead, as the page names them.
const FIELDS: &[(Field, &str)] = &[
    (Field::Email, "E-mail address"),
    (Field::FirstName, "First name"),
    (Field::LastName, "Last name"),
    (Field::FullName, "Full name"),
    (Field::Title, "Job title"),
    (Field::Company, "Company"),
    (Field::Website, "Company website"),
    (Field::LinkedinUrl, "LinkedIn profile"),
    (Field::Industry, "Industry"),
    (Field::Size, "Company size"),
    (Field::Location, "Location"),
    (Field::City, "City"),
    (Field::State, "State"),
    (Field::Country, "Country"),
    (Field::DoNotContact, "Do not contact"),
];

/// One list.
struct Listed {
    file: FileName,
    when: String,
    /// What is in it; none where it is too large to be counted here.
    found: Option<Result<Counts, Problem>>,
}

/// The lists, and a form for a new one.
pub async fn list(State(site): State<Arc<Site>>, Query(values): Query<Values>) -> Result<Html<String>, Response> {
    let own = site.aside(move |site| {
        let suppression = Suppression::load(&site.folder)?;
        let all: Vec<Listed> =
            leads::lists(&site.folder)?.into_iter().map(|file| listed(site, file, &suppression)).collect();
        let done = all.iter().find(|own| own.file.stem() == value(&values, "imported"));
        let body = html! {
            header.page-head {
                h1 { "Leads" }
                p.lead { "The people you want to write to, imported from any sales tool." }
            }
            @if let Some(done) = done {
                p #imported role="status" {
                    "Imported: "
                    strong { (text(done.file.stem())) }
                    ". Next: "
                    a href=(evaluate(done)) { "evaluate a prompt on them" }
                    "."
                }
            }
            @if all.is_empty() {
                (page::empty("No leads yet.", html! { p { "Upload a file below. You see what is in it before anything \
                                                           is stored." } }))
            }
            @else {
                (table(&all))
                p.quiet {
                    "On the suppression list: " (words::count(suppression.len() as u64, "address", "addresses"))
                    ". Nobody there is ever written to."
                }
            }
            h2 #upload-head { "Import a file" }
            form.stack #upload-form method="post" action=(UPLOAD) enctype="multipart/form-data" {
                (page::csrf(site))
                div.field {
                    label for="file" { "File" }
                    input #file name="file" type="file" required accept=".csv,.tsv,.txt,.json,.jsonl" aria-describedby="file-hint";
                    p.hint #file-hint {
                        "CSV or JSON from Apollo, HubSpot, LinkedIn, Sales Navigator, Smartlead, Instantly, lemlist or \
                         any other tool, up to 32 MB. For larger files use "
                        code { "rejoinder leads import" }
                        "."
                    }
                }
                button.primary #upload type="submit" { "Preview the file" }
                p.hint { "Nothing is stored until you press Import on the next page." }
            }
        };
        Ok(page::page(site, "Leads", Place::Leads, body))
    });
    own.await.map_err(|problem| problem.page(&site))
}

fn listed(site: &Site, file: FileName, suppression: &Suppression) -> Listed {
    let changed = std::fs::metadata(site.folder.path(&file)).and_then(|own| own.modified()).ok();
    let changed = changed.and_then(|when| Timestamp::try_from(when).ok());
    let when = changed.map(|when| words::minute(&clock::iso(TimeZone::UTC.to_datetime(when)))).unwrap_or_default();
    let found = (!site.is_large(&file)).then(|| {
        let mut counts = Counts::default();
        for lead in LeadList::open(&site.folder, &file)? {
            counts.add(&lead?, suppression);
        }
        Ok(counts)
    });
    Listed { file, when, found }
}

fn evaluate(list: &Listed) -> String {
    page::link("/evaluate", &[("personas", &format!("leads/{}", list.file.stem()))])
}

const LISTS: &[Head] = &[
    Head::Words("List"),
    Head::Numbers("Leads"),
    Head::Numbers("May be written to"),
    Head::Words("Left out"),
    Head::Words("Last changed"),
    Head::Words("Next"),
];

fn table(all: &[Listed]) -> Markup {
    html! {
        (page::stacked("Lists of leads", LISTS, &html! {
            @for own in all { tr {
                th scope="row" { (text(own.file.stem())) }
                @match &own.found {
                    Some(Ok(counts)) => {
                        td.number data-label="Leads" { (words::thousands(counts.leads)) }
                        td.number data-label="May be written to" { (words::thousands(counts.writable)) }
                        td data-label="Left out" { (reasons(&counts.left_out)) }
                    }
                    Some(Err(problem)) => td colspan="3" { (text(&problem.to_string())) },
                    None => td colspan="3" { "a large list; " code { "rejoinder leads show " (text(&shell(own.file.stem()))) } " counts it" },
                }
                td.nowrap data-label="Last changed" { (own.when) }
                td data-label="Next" { a href=(evaluate(own)) { "Evaluate a prompt" } }
            } }
        }))
    }
}

fn reasons<'r>(why: impl IntoIterator<Item = (&'r String, &'r u64)>) -> Markup {
    let all: Vec<String> = why
        .into_iter()
        .map(|(reason, count)| format!("{} {}", words::thousands(*count), words::one_line(reason, 60)))
        .collect();
    html! { @if all.is_empty() { "nobody" } @else { (text(&all.join(", "))) } }
}

/// Takes a file.
pub async fn upload(State(site): State<Arc<Site>>, received: Option<Extension<Received>>) -> Response {
    let kept = site.aside(move |site| {
        let none = || Problem::input("No file was sent, or it is empty. Go back and choose one.");
        let Extension(received) = received.ok_or_else(none)?;
        site.uploads.keep(Upload::new(&site.folder, received))
    });
    match kept.await {
        Ok(id) => Redirect::to(&address(&id)).into_response(),
        Err(problem) => problem.page(&site),
    }
}

fn address(id: &str) -> String {
    format!("/leads/preview/{}", page::segment(id))
}

/// What is in a file that was sent.
pub async fn preview(State(site): State<Arc<Site>>, Path(id): Path<String>) -> Result<Html<String>, Response> {
    let own = site.aside(move |site| {
        let (upload, Choices { columns, mut name }) = site.uploads.get(&id)?;
        if name.is_empty() {
            name = import::name_from(std::path::Path::new(&upload.name));
        }
        Ok(shown(site, (&id, &name), &upload, &columns, None))
    });
    own.await.map_err(|problem| problem.page(&site))
}

/// Shows it anew with other columns, or imports it.
pub async fn import(State(site): State<Arc<Site>>, Path(id): Path<String>, Form(values): Form<Values>) -> Response {
    let answer = site.aside(move |site| {
        let (upload, _) = site.uploads.get(&id)?;
        let name = value(&values, "name").to_owned();
        let again = |columns: &Options, problem: &Problem| {
            let page = shown(site, (&id, &name), &upload, columns, Some(&problem.to_string()));
            Ok((problem.status(), page).into_response())
        };
        let columns = chosen(&upload, &values);
        let map = &columns.map;
        if let Some((_, column)) =
            map.iter().enumerate().find_map(|(at, own)| map[..at].iter().find(|other| other.1 == own.1))
        {
            let problem = format!("The column {} is chosen for two fields. Choose one.", words::one_line(column, 60));
            return again(&columns, &Problem::input(problem));
        }
        site.uploads.choose(&id, Choices { columns: columns.clone(), name: name.clone() });
        if value(&values, "do") != "import" {
            return Ok(Redirect::to(&address(&id)).into_response());
        }
        if name.is_empty() {
            return again(&columns, &Problem::input("The list has no name. Give it one."));
        }
        let file = match leads::file(&site.folder, &name) {
            Ok(file) => file,
            Err(error) => return again(&columns, &Problem::input(page::sentence(&error.to_string()))),
        };
        match upload.import(&site.folder, &file, &columns) {
            Ok(_) => {
                site.uploads.forget(&id);
                Ok(Redirect::to(&page::link(PATH, &[("imported", file.stem())])).into_response())
            }
            Err(problem) => again(&columns, &problem),
        }
    });
    answer.await.unwrap_or_else(|problem| problem.page(&site))
}

/// What was chosen that is not what was recognised. Columns are sent by their numbers: a header may be of any length.
fn chosen(upload: &Upload, values: &Values) -> Options {
    let mut columns = Options::default();
    for (field, _) in FIELDS {
        let Some(value) = values.get(&format!("map_{field}")) else { continue };
        if value.is_empty() {
            // Several columns may say it, and who they leave out stays left out.
            if *field != Field::DoNotContact {
                columns.none.push(*field);
            }
            continue;
        }
        let column = value.parse().ok().and_then(|at: usize| upload.columns.get(at));
        let other = column.filter(|column| upload.column_of(*field) != Some(column.as_str()));
        columns.map.extend(other.map(|column| (*field, column.clone())));
    }
    columns
}

fn shown(
    site: &Site,
    (id, name): (&str, &str),
    upload: &Upload,
    columns: &Options,
    wrong: Option<&str>,
) -> Html<String> {
    let found = upload.preview(&site.folder, columns);
    let problem = wrong.map(str::to_owned).or_else(|| found.as_ref().err().map(ToString::to_string));
    let found = found.ok();
    let body = html! {
        header.page-head {
            p.crumbs { a href=(PATH) { "Leads" } }
            h1 { "Preview of " (text(&upload.name)) }
            p.lead { "Nothing is stored yet." }
        }
        @if let Some(problem) = &problem { p.problem #problem role="alert" { (text(problem)) } }
        @if let Some(Preview { report, .. }) = &found { (figures(report)) }
        form.stack #mapping method="post" action=(address(id)) {
            (page::csrf(site))
            @if upload.columns.is_empty() {
                p { "No columns could be read. " a href=(PATH) { "Choose another file" } "." }
            } @else {
                h2 { "Which column is which" }
                p.hint { "Columns that you do not choose here are kept too, under their own names." }
                @for field in FIELDS { (choice(upload, field, columns, found.as_ref())) }
                button #again type="submit" name="do" value="preview" formnovalidate { "Preview again" }
            }
            @if found.is_some() {
                div.field {
                    label for="name" { "Name of the list" }
                    input #name name="name" value=(name) required autocomplete="off";
                }
                button.primary #import type="submit" name="do" value="import" { "Import" }
            }
        }
        @if let Some(Preview { first, .. }) = &found {
            h2 #examples { "How the models will see these people" }
            @if first.is_empty() { p { "Nobody in this file may be written to." } }
            ol.people {
                @for lead in first {
                    li {
                        strong { (text(&lead.email)) }
                        "\n" (text(&lead.persona_text().chars().take(PERSONA).collect::<String>()))
                    }
                }
            }
        }
    };
    page::page(site, "Preview of leads", Place::Leads, body)
}

fn choice(upload: &Upload, (field, label): &(Field, &str), columns: &Options, found: Option<&Preview>) -> Markup {
    let given = columns.map.iter().find(|(own, _)| own == field).map(|(_, column)| column.as_str());
    let recognised = match found {
        Some(found) => found.report.used.iter().find(|(own, _)| own == field).map(|(_, column)| column.as_str()),
        None => upload.column_of(*field).filter(|_| !columns.none.contains(field)),
    };
    let now = given.or(recognised);
    let markers = found.filter(|_| *field == Field::DoNotContact).map_or(&[][..], |found| &found.report.markers);
    let markers: Vec<&str> = markers.iter().map(String::as_str).filter(|own| given != Some(*own)).collect();
    let id = format!("map_{field}");
    html! {
        div.field {
            label for=(id) { (label) }
            select #(id) name=(id) {
                option value="" selected[now.is_none()] {
                    @if markers.is_empty() { "Not in this file" }
                    @else { "As recognised: " (text(&words::one_line(&markers.join(", "), 80))) }
                }
                @for (at, column) in upload.columns.iter().enumerate() {
                    option value=(at) selected[now == Some(column)] { (text(&words::one_line(column, 80))) }
                }
            }
        }
    }
}

/// What is said where a file is too large.
pub fn too_large() -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "The file is larger than 32 MB. Import it with: rejoinder leads import FILE --name NAME",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_of_a_lead_can_be_chosen_once() {
        let chosen: Vec<Field> = FIELDS.iter().map(|(field, _)| *field).collect();
        let all: Vec<Field> = Field::all().map(|(field, _)| field).collect();
        assert_eq!(chosen, all);
    }
}
