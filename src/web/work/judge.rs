//! Who decides: the decision maker's prompt and the referee, as a form names them.

use std::path::Path;

use maud::{Markup, html};

use super::form::Field;
use super::job::Job;
use super::{Values, value};
use crate::data::results::sha256;
use crate::data::{FileName, Kind};
use crate::evaluate::decision_prompt::DecisionPrompt;
use crate::model::id::ModelId;
use crate::web::error::Problem;
use crate::web::page::text;
use crate::web::prompts::JUDGE;
use crate::web::site::Site;

/// The prompts that are built in, and how each decides.
const BUILT_IN: &[(&str, &str)] = &[
    ("strict", "strict: a crowded inbox, no unless the message earns a yes"),
    ("lenient", "lenient: the benefit of the doubt"),
    ("inbox", "inbox: how likely an answer is, where silence is usual"),
];
/// Fields about who decides; those of the referee last.
const FIELDS: &[&str] = &["judge", "referee_model", "referee_judge"];
/// Bytes of a text of one's own.
const LONGEST: usize = 20_000;

/// The fields that a form of this work has, beside the text, which is kept under a name before anything else.
pub(super) fn names(job: Job) -> &'static [&'static str] {
    match job {
        Job::Personas => &[],
        Job::Evaluate => &FIELDS[..1],
        Job::Improve => FIELDS,
    }
}

/// Keeps a text of one's own under a name and chooses it. The same text has the same name, as long as nobody edits it.
pub(super) fn keep_text(site: &Site, values: &mut Values) -> Result<(), Problem> {
    let text = values.remove("judge_text").unwrap_or_default().replace("\r\n", "\n");
    let text = text.trim();
    if text.is_empty() {
        return Ok(());
    }
    if text.len() > LONGEST {
        return Err(Problem::input("The decision maker's prompt is longer than 20,000 bytes; shorten it."));
    }
    let file = file_of(site, text)?;
    values.insert("judge".into(), file.stem().to_owned());
    Ok(())
}

/// The file that holds this text: the first of its names that holds it or is free. Others hold what the text was edited
/// into, or another one of the same beginning of a hash.
fn file_of(site: &Site, text: &str) -> Result<FileName, Problem> {
    let hash = &sha256(text.as_bytes())[..8];
    let mut name = format!("own-{hash}{JUDGE}");
    let mut number = 1;
    loop {
        let file = site.folder.resolve(Kind::Prompts, &name)?;
        if !site.folder.exists(&file) {
            site.folder.create_new(&file, text.as_bytes())?;
            return Ok(file);
        }
        if String::from_utf8_lossy(&site.folder.read(&file)?).trim() == text {
            return Ok(file);
        }
        number += 1;
        name = format!("own-{hash}-{number}{JUDGE}");
    }
}

/// The flags of what is chosen. A form names built-in prompts and those of the data folder, and no other file.
pub(super) fn flags(job: Job, site: &Site, values: &Values) -> Result<Vec<String>, Problem> {
    let mut flags = Vec::new();
    if job == Job::Personas {
        return Ok(flags);
    }
    flags.extend(word(site, value(values, "judge"))?.map(|word| format!("--decision-prompt={word}")));
    if job == Job::Improve {
        let model = value(values, "referee_model");
        if !model.is_empty() {
            flags.push(format!("--referee={}", referee_model(model)?));
        }
        flags.extend(word(site, value(values, "referee_judge"))?.map(|word| format!("--referee={word}")));
    }
    Ok(flags)
}

/// The command takes what names no model for the path of a prompt; from a page no path is taken.
fn referee_model(model: &str) -> Result<&str, Problem> {
    let is_model = model.parse::<ModelId>().is_ok_and(|id| id.is_market() || !Path::new(model).exists());
    if is_model {
        return Ok(model);
    }
    let shown = crate::report::words::one_line(model, 60);
    Err(Problem::input(format!("{shown} is no model for the referee; name one as provider/name.")))
}

/// What the command is given for a choice; `None` where nothing is chosen.
fn word(site: &Site, chosen: &str) -> Result<Option<String>, Problem> {
    if chosen.is_empty() || BUILT_IN.iter().any(|(name, _)| *name == chosen) {
        return Ok(Some(chosen.to_owned()).filter(|name| !name.is_empty()));
    }
    let file = site.folder.resolve(Kind::Prompts, chosen)?;
    if !chosen.ends_with(JUDGE) || !site.folder.exists(&file) {
        let shown = crate::report::words::one_line(chosen, 60);
        return Err(Problem::input(format!("There is no prompt {shown} for the decision maker; choose another.")));
    }
    Ok(Some(site.folder.path(&file).display().to_string()))
}

/// The fields of a form.
pub(super) fn fields(job: Job, site: &Site, values: &Values) -> Result<Markup, Problem> {
    let mut files = site.folder.list(Kind::Prompts)?;
    files.retain(|file| file.stem().ends_with(JUDGE));
    let is_open = names(job).iter().chain(&["judge_text"]).any(|name| !value(values, name).is_empty());
    Ok(html! {
        details.more #who-decides open[is_open] {
            summary { "How decisions are made" }
            (choice("judge", "The decision maker's prompt", "The one in the settings, or strict", &files, values))
            div.field {
                label for="judge_text" { "Or a prompt of your own" }
                textarea #judge_text name="judge_text" rows="5" aria-describedby="judge_text-hint" {
                    "\n" (value(values, "judge_text"))
                }
                p.hint #judge_text-hint {
                    "Who decides, and what makes them say yes or no. It is kept under Prompts and can be chosen again."
                }
            }
            @if job == Job::Improve {
                (Field::new("referee_model", "Referee: another model")
                    .hint("A second decision maker for the messages of the proof. An empty field means the decision \
                           maker's own; leave both empty for no referee.")
                    .placeholder("none").show(values))
                (choice("referee_judge", "Referee: another prompt", "The decision maker's", &files, values))
            }
        }
    })
}

fn choice(name: &str, label: &str, none: &str, files: &[FileName], values: &Values) -> Markup {
    let chosen = value(values, name);
    html! {
        div.field {
            label for=(name) { (label) }
            select #(name) name=(name) {
                option value="" { (none) }
                @for (name, what) in BUILT_IN { option value=(name) selected[*name == chosen] { (what) } }
                @for file in files { option value=(file.stem()) selected[file.stem() == chosen] { (file.stem()) } }
            }
        }
    }
}

/// What was chosen, for the page that asks before the start.
pub(super) fn chosen(job: Job, site: &Site, values: &Values) -> Result<Markup, Problem> {
    if job == Job::Personas {
        return Ok(Markup::default());
    }
    let judge = value(values, "judge");
    let (model, referee) = (value(values, "referee_model"), value(values, "referee_judge"));
    Ok(html! {
        dl.facts #who-decides {
            div { dt { "Decides by" } dd { (prompt(site, judge, "the prompt in the settings, or strict")?) } }
            @if job == Job::Improve {
                div { dt { "Referee" } dd {
                    @if model.is_empty() && referee.is_empty() { "none" } @else {
                        @if model.is_empty() { "the same model" } @else { (text(model)) }
                        ", by " (prompt(site, referee, "the same prompt")?)
                    }
                } }
            }
        }
    })
}

/// A prompt by its name, with its text to be opened.
fn prompt(site: &Site, chosen: &str, none: &str) -> Result<Markup, Problem> {
    let Some(word) = word(site, chosen)? else { return Ok(html! { (none) }) };
    let prompt = DecisionPrompt::load(&word).map_err(|error| Problem::input(format!("{error}.")))?;
    Ok(html! { (chosen) details { summary { "Read it" } pre { (text(&prompt.text)) } } })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::DataFolder;
    use crate::web::guard::Names;
    use crate::web::secrets::Secrets;

    fn values(pairs: &[(&str, &str)]) -> Values {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_form_chooses_built_in_prompts_and_those_of_the_folder_and_reads_no_other_file() {
        let root = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(root.path());
        for name in ["cfo.judge", "offer"] {
            folder.replace(&folder.resolve(Kind::Prompts, name).unwrap(), b"Say yes to tea.").unwrap();
        }
        let site = Site::new(folder, Vec::new(), Names::default(), Secrets::new(None).unwrap());
        let flags = |pairs: &[(&str, &str)]| flags(Job::Improve, &site, &values(pairs));
        assert_eq!(flags(&[("judge", "inbox")]).unwrap(), ["--decision-prompt=inbox"]);
        assert_eq!(
            flags(&[("referee_model", "market/7"), ("referee_judge", "lenient")]).unwrap(),
            ["--referee=market/7", "--referee=lenient"]
        );
        let own = flags(&[("judge", "cfo.judge")]).unwrap();
        assert!(own[0].starts_with("--decision-prompt=/") && own[0].ends_with("cfo.judge.md"), "{own:?}");
        let secret = root.path().join("prompts/offer.md");
        let secret = secret.to_str().unwrap();
        for (name, value) in [
            ("judge", secret),
            ("judge", "offer"),
            ("judge", "../x.judge"),
            ("judge", "gone.judge"),
            ("referee_judge", secret),
            ("referee_model", secret),
            ("referee_model", "src/lib.rs"),
            ("referee_model", "no model"),
        ] {
            assert!(flags(&[(name, value)]).is_err(), "{name} {value}");
        }
        assert!(super::flags(Job::Personas, &site, &values(&[("judge", "inbox")])).unwrap().is_empty());
    }

    #[test]
    fn a_text_of_ones_own_is_kept_once_and_chosen() {
        let root = tempfile::tempdir().unwrap();
        let site = Site::new(DataFolder::open(root.path()), Vec::new(), Names::default(), Secrets::new(None).unwrap());
        let mut form = values(&[("judge_text", " Say yes\r\nto tea. "), ("judge", "strict")]);
        keep_text(&site, &mut form).unwrap();
        let mut again = values(&[("judge_text", "Say yes\nto tea.")]);
        keep_text(&site, &mut again).unwrap();
        assert!(form["judge"].ends_with(JUDGE) && form["judge"] == again["judge"], "{form:?}");
        assert!(!form.contains_key("judge_text"));
        assert_eq!(site.folder.list(Kind::Prompts).unwrap().len(), 1);

        let first = site.folder.resolve(Kind::Prompts, &form["judge"]).unwrap();
        site.folder.replace(&first, b"Say no to tea.").unwrap();
        let chosen = || {
            let mut form = values(&[("judge_text", "Say yes\nto tea.")]);
            keep_text(&site, &mut form).unwrap();
            site.folder.resolve(Kind::Prompts, &form["judge"]).unwrap()
        };
        let second = chosen();
        assert_eq!(site.folder.read(&second).unwrap(), b"Say yes\nto tea.", "what was edited does not decide");
        assert_eq!(site.folder.read(&first).unwrap(), b"Say no to tea.");
        assert_eq!((chosen(), site.folder.list(Kind::Prompts).unwrap().len()), (second, 2));
        let mut long = values(&[("judge_text", &"x".repeat(LONGEST + 1))]);
        assert!(keep_text(&site, &mut long).is_err());
    }
}
