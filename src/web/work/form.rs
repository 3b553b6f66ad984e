//! The forms.

use axum::response::Html;
use maud::{Markup, html};

use super::job::{Job, NO_FACTS, facts_of};
use super::{Values, judge, value};
use crate::data::{FileName, Kind, leads};
use crate::web::error::Problem;
use crate::web::prompts::{FACTS, JUDGE};
use crate::web::site::Site;
use crate::web::{check, page};

/// The form of this work, filled in with these values, and what was wrong with them.
pub(super) fn page(site: &Site, job: Job, values: &Values, wrong: Option<&str>) -> Result<Html<String>, Problem> {
    let fields = match job {
        Job::Personas => personas(values),
        Job::Evaluate => evaluate(site, values)?,
        Job::Improve => improve(site, values)?,
    };
    let lead = match job {
        Job::Personas => "A model invents decision makers: four fifths to learn from, one fifth to keep aside.",
        Job::Evaluate => "Writes messages for every persona, and asks each how it decides: a first run.",
        Job::Improve => {
            "Learns why people say no, writes candidates, races them, and proves the best on people kept aside."
        }
    };
    let body = html! {
        header.page-head { h1 { (job.title()) } p.lead { (lead) } }
        @if let Some(wrong) = wrong { p.problem #problem role="alert" { (page::text(wrong)) } }
        form.stack #form method="post" action="/estimate" {
            (page::csrf(site))
            input type="hidden" name="job" value=(job.name());
            (fields)
            @if job != Job::Personas { (judge::fields(job, site, values)?) }
            (models(job, values))
            (check::keys_in_short(site))
            button.primary #estimate type="submit" { "What would it take?" }
            " "
            button #check type="submit" formaction=(check::PATH) formnovalidate { "Check the models" }
            p.hint { "Nothing is sent yet: the next page shows calls and cost, and asks." }
        }
    };
    Ok(page::page(site, job.title(), job.place(), body))
}

/// The facts of a first run where nothing else is chosen.
const WITH_PROMPT: &str = "Those written with the prompt, else what it states";

/// A labelled field.
pub(super) struct Field<'a> {
    name: &'a str,
    label: &'a str,
    hint: &'a str,
    kind: &'a str,
    placeholder: &'a str,
    required: bool,
}

impl<'a> Field<'a> {
    /// A line of text.
    pub(super) fn new(name: &'a str, label: &'a str) -> Self {
        Field { name, label, hint: "", kind: "text", placeholder: "", required: false }
    }

    /// The same with a sentence below it.
    pub(super) fn hint(self, hint: &'a str) -> Self {
        Field { hint, ..self }
    }

    /// The same for a number, zero or more.
    pub(super) fn number(self) -> Self {
        Field { kind: "number", ..self }
    }

    /// The same with an example in it.
    pub(super) fn placeholder(self, placeholder: &'a str) -> Self {
        Field { placeholder, ..self }
    }

    /// The same, not to be left empty.
    pub(super) fn required(self) -> Self {
        Field { required: true, ..self }
    }

    /// Its markup, with the value that was sent.
    pub(super) fn show(&self, values: &Values) -> Markup {
        let Field { name, label, hint, kind, placeholder, required } = *self;
        let (id, is_number) = (format!("{name}-hint"), kind == "number");
        html! {
            div.field {
                label for=(name) { (label) }
                input #(name) name=(name) type=(kind) value=(value(values, name)) placeholder=(placeholder)
                    required[required] aria-describedby=[(!hint.is_empty()).then_some(&id)]
                    min=[is_number.then_some("0")] step=[is_number.then_some("any")];
                @if !hint.is_empty() { p.hint #(id) { (hint) } }
            }
        }
    }
}

/// A choice of files; `none` is the choice of none of them, where there may be none.
fn choice(name: &str, label: &str, hint: &Markup, files: &[FileName], none: Option<&str>, values: &Values) -> Markup {
    let chosen = value(values, name);
    let id = format!("{name}-hint");
    html! {
        div.field {
            label for=(name) { (label) }
            select #(name) name=(name) required[none.is_none()] aria-describedby=(id) {
                option value="" { (none.unwrap_or("Choose …")) }
                @if name == "facts" && none == Some(WITH_PROMPT) {
                    option value=(NO_FACTS) selected[chosen == NO_FACTS] { "What the prompt states" }
                }
                @for file in files { option value=(file.stem()) selected[file.stem() == chosen] { (file.stem()) } }
            }
            div.hint #(id) { (hint) }
        }
    }
}

fn personas(values: &Values) -> Markup {
    html! {
        (Field::new("domain", "Whom do you want to reach?")
            .hint("In a few words.").placeholder("logistics companies in Europe").required().show(values))
        (Field::new("count", "How many").number().placeholder("50").show(values))
        (Field::new("name", "Name of the files")
            .hint("They become NAME_train and NAME_eval.").placeholder("logistics").required().show(values))
    }
}

fn evaluate(site: &Site, values: &Values) -> Result<Markup, Problem> {
    let (people, facts, prompts) = (site.folder.list(Kind::Personas)?, prompts(site, true)?, prompts(site, false)?);
    let facts_hint = html! { "What the offer may truthfully claim." };
    let people_hint = html! { a href="/personas/new" { "Generate personas" } " where none fit." };
    let prompt_hint = html! { a href="/prompts/new" { "Write a prompt" } " about what you offer." };
    Ok(html! {
        (whom(site, &people, &people_hint, values)?)
        (choice("prompt", "Prompt", &prompt_hint, &prompts, Some("The one of the settings"), values))
        (choice("facts", "Facts", &facts_hint, &facts, Some(WITH_PROMPT), values))
        (Field::new("messages", "Messages for each persona").number().placeholder("3").show(values))
    })
}

/// A choice of a persona file or a list of leads.
fn whom(site: &Site, people: &[FileName], hint: &Markup, values: &Values) -> Result<Markup, Problem> {
    let chosen = value(values, "personas");
    let lists = leads::lists(&site.folder)?;
    Ok(html! {
        div.field {
            label for="personas" { "Personas or leads" }
            select #personas name="personas" required aria-describedby="personas-hint" {
                option value="" { "Choose …" }
                @for file in people { option value=(file.stem()) selected[file.stem() == chosen] { (file.stem()) } }
                @if !lists.is_empty() { optgroup label="Leads" {
                    @for file in &lists {
                        @let own = format!("leads/{}", file.stem());
                        option value=(own) selected[own == chosen] { (file.stem()) }
                    }
                } }
            }
            div.hint #personas-hint { (hint) " Or " a href=(crate::web::leads::PATH) { "import your leads" } "." }
        }
    })
}

fn improve(site: &Site, values: &Values) -> Result<Markup, Problem> {
    let runs = site.folder.list(Kind::Results)?;
    let (facts, challengers) = (prompts(site, true)?, prompts(site, false)?);
    let run_hint = html! { "The cycle goes on from it." };
    let facts_hint = html! { "What the offer may truthfully claim. " a href="/prompts" { "Edit facts" } "." };
    let own = value(values, "run");
    let by_hand = page::link("/challenger", &[("run", own)]);
    let challenger_hint = html! {
        "Raced and proved like any other. "
        @if !own.is_empty() { a href=(by_hand) { "Edit the prompt by hand" } "." }
    };
    let objective = value(values, "objective");
    // What people corrected goes with the lineage from then on.
    let of_lineage = if facts_of(site, values).is_some() {
        "Those of the lineage, with what people added"
    } else {
        "Those of the lineage"
    };
    Ok(html! {
        (choice("run", "Run to start from", &run_hint, &runs, None, values))
        (choice("challenger", "A candidate of your own", &challenger_hint, &challengers, Some("None"), values))
        (choice("facts", "Facts", &facts_hint, &facts, Some(of_lineage), values))
        (Field::new("keep", "A text that must stay")
            .hint("The part of the first prompt that contains it becomes a rule, kept word for word in every prompt.")
            .show(values))
        (Field::new("cycles", "Cycles")
            .hint("A number, or auto: until nothing better is found.").placeholder("1").show(values))
        (Field::new("messages", "New messages for each persona").number().placeholder("1").show(values))
        details.more open[["calls", "min_gain", "objective"].iter().any(|name| !value(values, name).is_empty())] {
            summary { "Search and proof" }
            (Field::new("calls", "Calls that finding and proving may take")
                .hint("20 for each persona, from 400 to 2000, where nothing is said.").number().show(values))
            (Field::new("min_gain", "Least gain worth having, in points").number().placeholder("2").show(values))
            div.field {
                label for="objective" { "What is raised" }
                select #objective name="objective" {
                    option value="" { "Yes to messages that make nothing up" }
                    option value="response" selected[objective == "response"] { "Yes, whatever the message claims" }
                }
            }
        }
    })
}

/// Texts in `prompts/`: facts, or all others.
fn prompts(site: &Site, facts: bool) -> Result<Vec<FileName>, Problem> {
    let mut files = site.folder.list(Kind::Prompts)?;
    files.retain(|file| !file.stem().ends_with(JUDGE) && file.stem().ends_with(FACTS) == facts);
    Ok(files)
}

/// Which model, where one plays all roles.
fn model(values: &Values) -> Markup {
    html! {
        div.field {
            label for="model" { "Model" }
            input #model name="model" list="models" value=(value(values, "model")) autocomplete="off" spellcheck="false"
                placeholder="the one of the settings" aria-describedby="model-hint";
            datalist #models {
                option value="market" {}
                option value="anthropic/claude-sonnet-5-5" {}
                option value="anthropic/claude-haiku-5-5" {}
                option value="ollama/" {}
                option value="openai/" {}
            }
            p.hint #model-hint { "provider/name. " code { "market" } " is simulated, needs no key and costs nothing." }
        }
    }
}

/// The models of all roles, and nothing else.
pub(in crate::web) fn model_fields(values: &Values) -> Markup {
    html! {
        (model(values))
        (Field::new("generator", "Model that writes messages").show(values))
        (Field::new("decision_maker", "Model that decides on them").show(values))
        (Field::new("improver", "Model that rewrites the prompt").show(values))
        (Field::new("auditor", "Model that checks what messages claim").show(values))
    }
}

fn models(job: Job, values: &Values) -> Markup {
    let names = ["generator", "decision_maker", "improver", "auditor", "concurrency", "max_cost", "max_calls", "seed"];
    html! {
        (model(values))
        details.more open[names.iter().any(|name| !value(values, name).is_empty())] {
            summary { "Roles and limits" }
            @if job != Job::Personas {
                (Field::new("generator", "Model that writes messages").show(values))
                (Field::new("decision_maker", "Model that decides on them").show(values))
            }
            @if job == Job::Improve {
                (Field::new("improver", "Model that rewrites the prompt").show(values))
            }
            @if job != Job::Personas {
                (Field::new("auditor", "Model that checks what messages claim")
                    .hint("The improver's by default; with none, claims are not checked.").show(values))
            }
            (Field::new("concurrency", "Calls at once").hint("A number, or auto.").placeholder("6").show(values))
            (Field::new("max_cost", "Stop before more than this is spent, in dollars").number().show(values))
            (Field::new("max_calls", "Stop before more calls than this").number().show(values))
            (Field::new("seed", "Seed").number().show(values))
        }
    }
}
