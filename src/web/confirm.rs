//! What was shown before it starts: a start names the page that asked for it, and each such page starts one thing, once.
//! So no form that was made elsewhere starts anything, and a second click finds what the first one started.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use axum::http::StatusCode;

use super::error::Problem;
use super::secrets;
use crate::data::{DataFolder, Kind, people};

/// Pages that are remembered.
const MOST: usize = 500;

/// The pages that asked.
#[derive(Default)]
pub struct Confirmations(Mutex<VecDeque<Asked>>);

/// What a page shows before it starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    arguments: Vec<String>,
    /// SHA-256 of the data folder's file that each argument names, if it names one.
    files: Vec<Option<String>>,
}

impl Shown {
    /// This command, with what is in the files that it names now.
    #[must_use]
    pub fn now(folder: &DataFolder, arguments: &[String]) -> Self {
        let files = arguments.iter().map(|word| {
            let (flag, name) = word.split_once('=')?;
            let file = match flag {
                "--persona-file" => people::resolve(folder, name),
                "--results-file" => folder.resolve(Kind::Results, name),
                "--prompt-file" | "--facts" | "--challenger" | "--decision-prompt" | "--referee" => {
                    folder.resolve(Kind::Prompts, name)
                }
                _ => return None,
            };
            folder.sha256(&file.ok()?).ok()
        });
        Shown { files: files.collect(), arguments: arguments.to_vec() }
    }
}

struct Asked {
    token: String,
    shown: Shown,
    /// What was started from it.
    started: Option<String>,
}

impl Confirmations {
    /// Remembers that this is shown, and returns what the form that starts it must carry.
    ///
    /// # Errors
    /// Where the system has no randomness to give.
    pub fn ask(&self, shown: &Shown) -> Result<String, Problem> {
        let token = secrets::random().map_err(|error| {
            let text = format!("The system has no randomness to give: {error}.");
            Problem::new(StatusCode::INTERNAL_SERVER_ERROR, text)
        })?;
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST {
            all.pop_front();
        }
        all.push_back(Asked { token: token.clone(), shown: shown.clone(), started: None });
        Ok(token)
    }

    /// Starts this command if a page has shown it and carries this token; what was started from that page before is
    /// returned instead of started again. `None` where no page has shown it, or a file that it names was changed since.
    ///
    /// # Errors
    /// Those of the start.
    pub fn start(
        &self,
        token: &str,
        shown: &Shown,
        start: impl FnOnce() -> Result<String, Problem>,
    ) -> Result<Option<String>, Problem> {
        // Held while it is started: of two clicks the second waits for the first.
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_it = |asked: &&mut Asked| asked.token == token && asked.shown.arguments == shown.arguments;
        let Some(asked) = all.iter_mut().find(is_it) else { return Ok(None) };
        let id = match &asked.started {
            Some(id) => id.clone(),
            None if asked.shown != *shown => return Ok(None),
            None => start()?,
        };
        asked.started = Some(id.clone());
        Ok(Some(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(folder: &DataFolder, line: &str) -> Shown {
        let words: Vec<String> = line.split(' ').map(ToOwned::to_owned).collect();
        Shown::now(folder, &words)
    }

    fn never() -> Result<String, Problem> {
        panic!("it was started")
    }

    #[test]
    fn only_what_was_shown_is_started_and_a_second_click_starts_nothing() {
        let pages = Confirmations::default();
        let folder = DataFolder::open(std::path::Path::new("nowhere"));
        let (cheap, dear) = (shown(&folder, "evaluate a"), shown(&folder, "evaluate a --messages=50"));
        let token = pages.ask(&cheap).unwrap();
        assert_eq!(pages.start("", &cheap, never).unwrap(), None);
        assert_eq!(pages.start(&token, &dear, never).unwrap(), None, "another command than the page showed");
        let failed = || Err(Problem::input("the disk is full"));
        assert!(pages.start(&token, &cheap, failed).is_err());
        assert_eq!(pages.start(&token, &cheap, || Ok("1".into())).unwrap().as_deref(), Some("1"), "tried again");
        assert_eq!(pages.start(&token, &cheap, never).unwrap().as_deref(), Some("1"));
        let token = pages.ask(&cheap).unwrap();
        assert_eq!(pages.start(&token, &cheap, || Ok("2".into())).unwrap().as_deref(), Some("2"));
    }

    #[test]
    fn a_file_that_is_edited_between_the_page_and_the_start_is_shown_again() {
        let root = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(root.path());
        let prompts = root.path().join("prompts").display().to_string();
        let files = [
            (Kind::Prompts, "offer", format!("--prompt-file={prompts}/offer.md")),
            (Kind::Prompts, "offer.facts", format!("--facts={prompts}/offer.facts.md")),
            (Kind::Prompts, "mine", format!("--challenger={prompts}/mine.md")),
            (Kind::Prompts, "cfo.judge", format!("--decision-prompt={prompts}/cfo.judge.md")),
            (Kind::Prompts, "ceo.judge", format!("--referee={prompts}/ceo.judge.md")),
            (Kind::Personas, "people", "--persona-file=people".to_owned()),
            (Kind::Leads, "spring", "--persona-file=leads/spring".to_owned()),
            (Kind::Results, "first", "--results-file=first".to_owned()),
        ];
        let pages = Confirmations::default();
        for (kind, name, flag) in files {
            let file = folder.resolve(kind, name).unwrap();
            let line = format!("evaluate {flag} --model=market");
            folder.replace(&file, b"We sell tea.").unwrap();
            let before = shown(&folder, &line);
            assert_eq!(before, shown(&folder, &line), "{flag}");
            let token = pages.ask(&before).unwrap();
            folder.replace(&file, b"We sell coffee.").unwrap();
            let after = shown(&folder, &line);
            assert_eq!(pages.start(&token, &after, never).unwrap(), None, "{flag}");
            let token = pages.ask(&after).unwrap();
            assert!(pages.start(&token, &after, || Ok("1".into())).unwrap().is_some());
            folder.remove(&file).unwrap();
            let again = pages.start(&token, &shown(&folder, &line), never).unwrap();
            assert_eq!(again.as_deref(), Some("1"), "a second click finds what the first one started");
        }
    }
}
