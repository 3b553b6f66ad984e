//! Names, notes and the archive: what people call a lineage or a run.

use std::sync::Arc;

use axum::extract::{Form, Path, State};
use axum::response::{Redirect, Response};
use maud::{Markup, html};

use super::page::{self, text};
use super::site::Site;
use super::work::{Values, value};
use crate::data::titles::{LONGEST_NAME, LONGEST_NOTE, Title, Titles};
use crate::data::{Kind, versions};

/// What is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// A lineage, by what its file names have in common.
    Lineage,
    /// A run, by its file.
    Run,
}

impl Named {
    fn path(self, name: &str) -> String {
        match self {
            Named::Lineage => format!("/lineage/{}", page::segment(name)),
            Named::Run => format!("/run/{}", page::segment(name)),
        }
    }
}

/// The note, and a form that changes name, note and whether it is put away.
pub fn form(site: &Site, named: Named, name: &str, title: Option<&Title>) -> Markup {
    let own = title.cloned().unwrap_or_default();
    html! {
        @if own.archived { p.hint { "Archived: the list of lineages leaves it out." } }
        @if !own.note.is_empty() { p.note { (text(&own.note)) } }
        details.more #title { summary { "Name and note" }
            form.stack method="post" action=(format!("{}/title", named.path(name))) {
                (page::csrf(site))
                div.field {
                    label for="title-name" { "Name" }
                    input #title-name name="name" value=(own.name) maxlength=(LONGEST_NAME) placeholder=(name);
                }
                div.field {
                    label for="title-note" { "Note" }
                    textarea #title-note name="note" rows="3" maxlength=(LONGEST_NOTE) { "\n" (own.note) }
                }
                @if named == Named::Lineage {
                    div.field {
                        label for="title-archived" { "In the list" }
                        select #title-archived name="archived" {
                            option value="" { "Shown" } option value="1" selected[own.archived] { "Archived" }
                        }
                    }
                }
                button type="submit" { "Save" }
            }
        }
    }
}

/// Keeps those of a lineage.
pub async fn keep_of_lineage(
    site: State<Arc<Site>>,
    name: Path<String>,
    values: Form<Values>,
) -> Result<Redirect, Response> {
    keep(Named::Lineage, site, name, values).await
}

/// Keeps those of a run.
pub async fn keep_of_run(
    site: State<Arc<Site>>,
    name: Path<String>,
    values: Form<Values>,
) -> Result<Redirect, Response> {
    keep(Named::Run, site, name, values).await
}

async fn keep(
    named: Named,
    State(site): State<Arc<Site>>,
    Path(name): Path<String>,
    Form(values): Form<Values>,
) -> Result<Redirect, Response> {
    let kept = site.aside(move |site| {
        let cut = |field: &str, longest: usize| value(&values, field).chars().take(longest).collect::<String>();
        let title = Title {
            name: cut("name", LONGEST_NAME).split_whitespace().collect::<Vec<_>>().join(" "),
            note: cut("note", LONGEST_NOTE).replace("\r\n", "\n"),
            archived: value(&values, "archived") == "1",
        };
        // Only what is there has a name.
        let there = site.folder.list(Kind::Results)?;
        let is_there = match named {
            Named::Lineage => there.iter().any(|file| versions::lineage_base(file.stem()) == name),
            Named::Run => there.iter().any(|file| file.stem() == name),
        };
        if !is_there {
            return Err(super::error::Problem::missing("There is no such lineage or run here."));
        }
        Titles::change(&site.folder, |titles| {
            let all = if named == Named::Lineage { &mut titles.lineages } else { &mut titles.runs };
            all.insert(name.clone(), title);
        })?;
        Ok(named.path(&name))
    });
    kept.await.map(|to| Redirect::to(&to)).map_err(|problem| problem.page(&site))
}
