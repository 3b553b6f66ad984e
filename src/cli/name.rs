//! `rejoinder name`.

use clap::Args;

use super::error::Error;
use super::named;
use super::print;
use super::setup::Setup;
use crate::data::titles::{LONGEST_NAME, LONGEST_NOTE, Title, Titles};
use crate::data::{Kind, versions};
use crate::report::words;

/// Options of `name`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Examples:
  rejoinder name b2b_saas_personas_train_results \"Tea for offices\"
  rejoinder name \"Tea for offices\" --note \"for the spring campaign\"
  rejoinder name \"Tea for offices\" \"\"

Wherever a command takes a run or a lineage, it takes such a name too. Files keep theirs.")]
pub struct Options {
    /// A lineage, or a results file
    #[arg(value_name = "NAME")]
    name: String,
    /// The name to give it; an empty text removes the name, and without TITLE the present name is shown
    #[arg(value_name = "TITLE")]
    title: Option<String>,
    /// A note to keep with it; an empty text removes it
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
}

/// Names it, or shows what it is called.
pub fn run(setup: &Setup, options: &Options) -> Result<(), Error> {
    let folder = &setup.folder;
    let known = Titles::load(folder);
    let files = folder.list(Kind::Results)?;
    let is_run = |name: &str| files.iter().any(|file| file.stem() == name.trim_end_matches(".json"));
    let is_lineage = |name: &str| files.iter().any(|file| versions::lineage_base(file.stem()) == name);
    let named = match known.named(&options.name).as_slice() {
        [only] if !is_run(&options.name) && !is_lineage(&options.name) => (*only).to_owned(),
        _ => options.name.trim_end_matches(".json").to_owned(),
    };
    if !is_run(&named) && !is_lineage(&named) {
        // Says what is wrong with the name, where something is.
        named::results(folder, &options.name)?;
        let shown = words::one_line(&options.name, 80);
        return Err(Error::Usage(format!("there is no run or lineage {shown}; rejoinder show lists them")));
    }
    let is_run = is_run(&named);
    let titles = if is_run { &known.runs } else { &known.lineages };
    let mut title = titles.get(&named).cloned().unwrap_or_default();
    if options.title.is_none() && options.note.is_none() {
        return print(&shown(&named, &title));
    }
    if let Some(name) = &options.title {
        title.name = words::one_line(name, usize::MAX);
    }
    if let Some(note) = &options.note {
        title.note.clone_from(note);
    }
    for (text, longest, what) in [(&title.name, LONGEST_NAME, "name"), (&title.note, LONGEST_NOTE, "note")] {
        if text.chars().count() > longest {
            let longest = words::thousands(longest as u64);
            return Err(Error::Usage(format!("the {what} is longer than {longest} characters")));
        }
    }
    Titles::change(folder, |titles| {
        let all = if is_run { &mut titles.runs } else { &mut titles.lineages };
        all.insert(named.clone(), title.clone());
    })?;
    print(&shown(&named, &title))
}

fn shown(named: &str, title: &Title) -> String {
    let named = words::one_line(named, 200);
    let called = match title.name.as_str() {
        "" => format!("{named} has no other name.\n"),
        name => format!("{named} is called: {}\n", words::one_line(name, LONGEST_NAME)),
    };
    let note = if title.note.is_empty() { String::new() } else { format!("Note: {}\n", words::safe(&title.note)) };
    format!("{called}{note}")
}
