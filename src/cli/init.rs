//! `rejoinder init`: a folder to work in, from a few questions.

use std::io::{self, BufRead, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use super::error::Error;
use super::options::Global;
use super::{again, connect, print};
use crate::call::stop::Stop;
use crate::data::encoding::read_text;
use crate::data::{self, FileError, whole};
use crate::model::id::ModelId;
use crate::report::screen::{Screen, Tone};
use crate::report::words;
use crate::report::words::shell;

/// Options of `init`.
#[derive(Args, Clone, Debug)]
#[command(
    after_help = "Asks for what is not given; an empty answer takes the default. Existing files are not replaced. \
                        Keys go into the environment or into .env, never into the settings.

Examples:
  rejoinder init
  rejoinder init --offer @offer.txt --model anthropic/claude-sonnet-5-5 --domain \"operations leaders in logistics\"
  rejoinder init --offer @offer.txt --leads contacts.csv
  rejoinder init --offer \"We sell flour to bakeries.\" --model ollama/qwen2.5:7b --domain bakeries --no-check"
)]
pub struct Options {
    /// What you offer, in your own words, or @FILE
    #[arg(long, value_name = "TEXT|@FILE")]
    offer: Option<String>,
    /// The model of all roles [default: anthropic/claude-sonnet-5-5]
    #[arg(long, value_name = "ID")]
    model: Option<String>,
    /// Whom you want to reach, in a few words, to invent personas for
    #[arg(long, value_name = "TEXT")]
    domain: Option<String>,
    /// A file of leads to write to, instead of invented personas: CSV from any tool, JSON or JSON lines
    #[arg(long, value_name = "FILE", conflicts_with = "domain")]
    leads: Option<PathBuf>,
    /// Name of the files [default: from the file of leads, or the domain]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Where to write the two files
    #[arg(long, value_name = "DIR", default_value = ".")]
    folder: PathBuf,
    /// Do not check whether the model answers
    #[arg(long)]
    no_check: bool,
}

/// What an offer holds that nobody has written yet.
pub const UNWRITTEN: &str = "WRITE HERE WHAT YOU OFFER";
/// The model where nobody names one.
const DEFAULT_MODEL: &str = "anthropic/claude-sonnet-5-5";
/// Whom one might want to reach, as an example.
const DEFAULT_DOMAIN: &str = "operations leaders in logistics";

/// The settings file.
#[derive(Serialize)]
struct Settings<'a> {
    data_dir: &'a str,
    prompt_file: &'a str,
    model: &'a str,
}

/// What was answered.
struct Answers {
    /// `None` leaves a place to write it.
    offer: Option<String>,
    model: ModelId,
    whom: Whom,
    name: String,
}

/// Whom to reach.
enum Whom {
    /// People to invent: who, in a few words.
    Domain(String),
    /// People in a file.
    Leads(PathBuf),
}

/// Asks, writes, checks, and says what comes next.
pub async fn run(options: &Options, global: Global, stop: Stop) -> Result<(), Error> {
    let (settings, offer) = (options.folder.join("rejoinder.toml"), options.folder.join("offer.md"));
    for path in [&settings, &offer] {
        if std::fs::symlink_metadata(path).is_ok() {
            return Err(data::Error::from(FileError::Exists { path: path.clone() }).into());
        }
    }
    let answers = ask(options, &mut io::stdin().lock())?;
    write(&options.folder, &settings, &offer, &answers)?;
    print(&format!("Written: {} and {}\n", words::path(&settings), words::path(&offer)))?;
    let checked = if options.no_check {
        Ok(())
    } else {
        let arguments = ["check".to_owned(), "--model".to_owned(), answers.model.to_string()];
        let global = Global { config: Some(settings.clone()), ..global.clone() };
        again::run(arguments.to_vec(), global, stop.clone()).await
    };
    let imported = match &answers.whom {
        Whom::Domain(_) => Ok(()),
        Whom::Leads(file) => {
            let file = file.to_string_lossy().into_owned();
            // Whatever they begin with, neither name nor file is an option.
            let name = format!("--name={}", answers.name);
            let arguments = ["leads".to_owned(), "import".to_owned(), name, "--".to_owned(), file];
            let data_dir = global.data_dir.clone().or_else(|| Some(options.folder.join("data")));
            again::run(arguments.to_vec(), Global { config: Some(settings), data_dir, ..global }, stop).await
        }
    };
    super::terminal::show(&next(&answers, &options.folder, &offer, checked.is_ok()))?;
    checked.and(imported)
}

/// The answers, asked for on standard error where no option gives them. Where nobody answers, the defaults hold.
fn ask(options: &Options, input: &mut impl BufRead) -> Result<Answers, Error> {
    let mut question = |given: &Option<String>, words: &str, default: &str| -> Result<String, Error> {
        if let Some(given) = given.as_ref().filter(|given| !given.trim().is_empty()) {
            return Ok(given.clone());
        }
        let shown = if default.is_empty() { String::new() } else { format!(" [{default}]") };
        let failed = |source| Error::Io { what: "cannot ask".into(), source };
        let mut out = io::stderr().lock();
        write!(out, "{words}{shown}: ").and_then(|()| out.flush()).map_err(failed)?;
        let mut line = String::new();
        input.read_line(&mut line).map_err(failed)?;
        if !line.ends_with('\n') {
            // Nobody typed the line break.
            writeln!(out).map_err(failed)?;
        }
        let answer = line.trim();
        Ok(if answer.is_empty() { default.to_owned() } else { answer.to_owned() })
    };
    let offer = question(&options.offer, "What do you offer, in a sentence or two? (@FILE reads it from a file)", "")?;
    let offer = match offer.strip_prefix('@') {
        Some(path) => read_text(Path::new(path)).map_err(|source| Error::Read {
            what: "offer",
            path: words::safe(path),
            source,
        })?,
        None => offer,
    };
    let model: ModelId = question(&options.model, "Which model?", DEFAULT_MODEL)?.parse()?;
    connect::check_built_in(&model)?;
    let whom = match (&options.leads, &options.domain) {
        (Some(file), _) => Whom::Leads(file.clone()),
        (None, domain) => {
            let words = "Whom do you want to reach? (@FILE takes leads from a file)";
            let answer = question(domain, words, DEFAULT_DOMAIN)?;
            answer.strip_prefix('@').map(|file| Whom::Leads(file.trim().into())).unwrap_or(Whom::Domain(answer))
        }
    };
    let name = options.name.clone().filter(|name| !name.trim().is_empty()).unwrap_or_else(|| match &whom {
        Whom::Domain(domain) => name_of(domain),
        Whom::Leads(file) => name_of(&file.file_stem().unwrap_or_default().to_string_lossy()),
    });
    if let Whom::Leads(file) = &whom {
        // Before anything is written.
        std::fs::File::open(file).map_err(|source| Error::Read { what: "leads", path: words::path(file), source })?;
    }
    let offer = offer.trim();
    Ok(Answers { offer: (!offer.is_empty()).then(|| offer.to_owned()), model, whom, name })
}

/// A name for files: the first words of a domain that are plain letters and digits.
fn name_of(domain: &str) -> String {
    let words: Vec<String> = domain
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .take(4)
        .collect();
    if words.is_empty() { "people".to_owned() } else { words.join("_") }
}

fn write(folder: &Path, settings: &Path, offer: &Path, answers: &Answers) -> Result<(), Error> {
    std::fs::create_dir_all(folder)
        .map_err(|source| Error::Io { what: format!("cannot create {}", words::path(folder)), source })?;
    let model = answers.model.to_string();
    let lines = toml::to_string(&Settings { data_dir: "data", prompt_file: "offer.md", model: &model })
        .map_err(|error| Error::Usage(format!("these settings cannot be written: {error}")))?;
    let text =
        format!("# Settings of rejoinder; docs/rejoinder.toml lists all. Keys belong into .env, not here.\n{lines}");
    whole::create_new(offer, |out| out.write_all(prompt(answers.offer.as_deref()).as_bytes()))?;
    whole::create_new(settings, |out| out.write_all(text.as_bytes()))?;
    Ok(())
}

/// The prompt to start from: facts and rules stay word for word, advice is what may change.
fn prompt(offer: Option<&str>) -> String {
    let facts = offer.map_or_else(
        || format!("{UNWRITTEN}: who you are, what it does, for whom, what it costs, what is proved."),
        str::to_owned,
    );
    format!(
        "## Facts\n{facts}\n\n## Rules\n- Claim nothing about the offer or the reader that is not stated here.\n\n## \
         Advice\n- Be brief and plain, and ask for one small thing.\n"
    )
}

/// The commands to come.
fn next(answers: &Answers, folder: &Path, offer: &Path, answered: bool) -> Screen {
    let mut screen = Screen::default();
    screen.line(Tone::Plain, "");
    if answers.offer.is_none() {
        screen.line(Tone::Open, format!("First write what you offer into {}.", words::path(offer)));
    }
    if !answered {
        screen.line(Tone::Open, "First make sure that the model answers: rejoinder check says what is missing.");
    }
    screen.line(Tone::Heading, "Next, in this order:");
    if folder != Path::new(".") {
        screen.line(Tone::Command, format!("  cd {}", shell(&folder.to_string_lossy())));
    }
    let name = words::one_line(&answers.name, 80);
    let called = |ending: &str| shell(&format!("{name}{ending}"));
    let commands = match &answers.whom {
        Whom::Domain(domain) => {
            // Quoted as a shell takes it word for word.
            let domain = words::one_line(domain, 300).replace('\'', "'\\''");
            vec![
                format!("personas --domain '{domain}' --name {}", called("")),
                format!("evaluate --persona-file {} --messages-per-persona 1", called("_train")),
                format!("improve --results-file {}", called("_train_results")),
            ]
        }
        Whom::Leads(_) => vec![
            format!("evaluate --leads {} --messages-per-persona 1", called("")),
            format!("improve --results-file {}", called("_results")),
            format!("write --leads {}", called("")),
            format!("lint {}", called("")),
            format!("export {} --for csv -o {}", called(""), called("_campaign.csv")),
        ],
    };
    for command in commands {
        screen.line(Tone::Command, format!("  rejoinder {command}"));
    }
    let takes = if matches!(answers.whom, Whom::Domain(_)) { "Each takes" } else { "The first three take" };
    screen.line(Tone::Plain, format!("{takes} --dry-run, which prints the cost and sends nothing."));
    screen
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        options: Options,
    }

    fn answers(arguments: &[&str], typed: &str) -> Answers {
        let line = Line::try_parse_from([&["init"], arguments].concat()).unwrap();
        ask(&line.options, &mut typed.as_bytes()).unwrap()
    }

    #[test]
    fn what_no_option_gives_is_asked_for_and_an_empty_answer_is_the_default() {
        let all = answers(&[], "We sell tea.\n\nTea rooms in Bath & Wells\n");
        assert_eq!(all.offer.as_deref(), Some("We sell tea."));
        assert_eq!((all.model.to_string().as_str(), all.name.as_str()), (DEFAULT_MODEL, "tea_rooms_in_bath"));
        let some = answers(&["--domain", "dentists", "--model", "market"], "");
        assert_eq!((some.offer, some.name.as_str()), (None, "dentists"));
        let blank = answers(&["--offer", "We sell tea.", "--domain", "", "--name", " ", "--model", "market"], "");
        assert_eq!(blank.name, "operations_leaders_in_logistics");
        assert!(matches!(&blank.whom, Whom::Domain(domain) if domain == DEFAULT_DOMAIN));
    }

    #[test]
    fn leads_of_a_file_stand_in_for_people_who_are_invented() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("Spring leads.csv");
        std::fs::File::create(&file).unwrap();
        let typed = format!("We sell tea.\nmarket\n@{}\n", file.display());
        let by_option = answers(&["--leads", &file.to_string_lossy(), "--model", "market"], "We sell tea.\n");
        for answers in [answers(&[], &typed), by_option] {
            assert!(matches!(&answers.whom, Whom::Leads(path) if *path == file));
            assert_eq!(answers.name, "spring_leads");
            insta::assert_snapshot!("leads", next(&answers, Path::new("."), Path::new("offer.md"), true).text(80));
        }
        let line =
            Line::try_parse_from(["init", "--offer", "x", "--leads", "absent.csv", "--model", "market"]).unwrap();
        let error = ask(&line.options, &mut "".as_bytes()).err().unwrap().to_string();
        assert!(error.contains("absent.csv"), "{error}");
    }

    #[test]
    fn the_prompt_says_what_is_fact_rule_and_advice_and_where_nothing_is_written_yet() {
        insta::assert_snapshot!(prompt(Some("We sell tea.")));
        assert!(prompt(None).contains(UNWRITTEN) && !prompt(Some("We sell tea.")).contains(UNWRITTEN));
    }

    #[test]
    fn the_commands_to_come_can_be_copied_from_eighty_columns() {
        let mut answers = answers(&["--model", "market"], "We sell tea.\n");
        answers.whom = Whom::Domain("people who don't drink coffee".into());
        answers.name = "tea".into();
        insta::assert_snapshot!(next(&answers, Path::new("new"), Path::new("new/offer.md"), false).text(80));
        answers.name = "tea & co".into();
        let text = next(&answers, Path::new("it's new"), Path::new("x"), true).text(200);
        for line in ["cd 'it'\\''s new'", "--name 'tea & co'", "--persona-file 'tea & co_train' "] {
            assert!(text.contains(line), "{line}: {text}");
        }
    }

    #[test]
    fn a_model_of_no_host_is_refused_before_anything_is_written() {
        let line = Line::try_parse_from(["init", "--offer", "x", "--domain", "y", "--model", "nowhere/model"]).unwrap();
        let error = ask(&line.options, &mut "".as_bytes()).err().unwrap().to_string();
        assert!(error.starts_with("nowhere/model: "), "{error}");
    }
}
