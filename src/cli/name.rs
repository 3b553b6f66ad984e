//! `rejoinder name`.

use clap::Args;

use super::error::Error;
use super::named;
use super::print;
use super::setup::Setup;
use crate::data::titles::{LONGEST_NAME, LONGEST_NOTE, Title, Titles};
use crate::data::{DataFolder, Kind, versions};
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
    let given = Given {
        name: options.title.as_deref().map(|name| words::one_line(name, usize::MAX)),
        note: options.note.clone(),
    };
    if given == Given::default() {
        return print(&shown(&named, &titles.get(&named).cloned().unwrap_or_default()));
    }
    for (text, longest, what) in [(&given.name, LONGEST_NAME, "name"), (&given.note, LONGEST_NOTE, "note")] {
        if text.as_ref().is_some_and(|text| text.chars().count() > longest) {
            let longest = words::thousands(longest as u64);
            return Err(Error::Usage(format!("the {what} is longer than {longest} characters")));
        }
    }
    print(&shown(&named, &given.keep(folder, &named, is_run)?))
}

/// What is given; the rest of a title stays as it is.
#[derive(Debug, Default, PartialEq)]
struct Given {
    name: Option<String>,
    note: Option<String>,
}

impl Given {
    /// Changes what is given of the title as it is by now, since another may have changed it meanwhile. Returns it.
    fn keep(self, folder: &DataFolder, named: &str, is_run: bool) -> Result<Title, Error> {
        let mut kept = Title::default();
        Titles::change(folder, |titles| {
            let all = if is_run { &mut titles.runs } else { &mut titles.lineages };
            let title = all.entry(named.to_owned()).or_default();
            title.name = self.name.unwrap_or_else(|| std::mem::take(&mut title.name));
            title.note = self.note.unwrap_or_else(|| std::mem::take(&mut title.note));
            kept.clone_from(title);
        })?;
        Ok(kept)
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_given_changes_whatever_another_has_written_meanwhile() {
        let root = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(root.path());
        let given = Given { name: Some("Tea for offices".into()), note: None };
        let theirs = Title { name: "Tea".into(), note: "for spring".into(), archived: true };
        Titles::change(&folder, |titles| drop(titles.lineages.insert("tea".into(), theirs.clone()))).unwrap();
        let named = Title { name: "Tea for offices".into(), ..theirs };
        assert_eq!(given.keep(&folder, "tea", false).unwrap(), named);
        assert_eq!(Titles::load(&folder).lineages["tea"], named);
        let kept = Given { name: None, note: Some(String::new()) }.keep(&folder, "tea", false).unwrap();
        assert_eq!(kept, Title { note: String::new(), ..named });
    }
}
