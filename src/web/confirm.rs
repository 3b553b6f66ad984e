//! What was shown before it starts: a start names the page that asked for it, and each such page starts one thing, once.
//! So no form that was made elsewhere starts anything, and a second click finds what the first one started.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use axum::http::StatusCode;

use super::error::Problem;
use super::secrets;

/// Pages that are remembered.
const MOST: usize = 500;

/// The pages that asked.
#[derive(Default)]
pub struct Confirmations(Mutex<VecDeque<Asked>>);

struct Asked {
    token: String,
    arguments: Vec<String>,
    /// What was started from it.
    started: Option<String>,
}

impl Confirmations {
    /// Remembers that this command is shown, and returns what the form that starts it must carry.
    ///
    /// # Errors
    /// Where the system has no randomness to give.
    pub fn ask(&self, arguments: &[String]) -> Result<String, Problem> {
        let token = secrets::random().map_err(|error| {
            let text = format!("The system has no randomness to give: {error}.");
            Problem::new(StatusCode::INTERNAL_SERVER_ERROR, text)
        })?;
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST {
            all.pop_front();
        }
        all.push_back(Asked { token: token.clone(), arguments: arguments.to_vec(), started: None });
        Ok(token)
    }

    /// Starts this command if a page has shown it and carries this token; what was started from that page before is
    /// returned instead of started again. `None` where no page has shown it.
    ///
    /// # Errors
    /// Those of the start.
    pub fn start(
        &self,
        token: &str,
        arguments: &[String],
        start: impl FnOnce() -> Result<String, Problem>,
    ) -> Result<Option<String>, Problem> {
        // Held while it is started: of two clicks the second waits for the first.
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(asked) = all.iter_mut().find(|asked| asked.token == token && asked.arguments == arguments) else {
            return Ok(None);
        };
        let id = match &asked.started {
            Some(id) => id.clone(),
            None => start()?,
        };
        asked.started = Some(id.clone());
        Ok(Some(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split(' ').map(ToOwned::to_owned).collect()
    }

    #[test]
    fn only_what_was_shown_is_started_and_a_second_click_starts_nothing() {
        let pages = Confirmations::default();
        let (cheap, dear) = (words("evaluate a"), words("evaluate a --messages=50"));
        let token = pages.ask(&cheap).unwrap();
        let never = || -> Result<String, Problem> { panic!("it was started") };
        assert_eq!(pages.start("", &cheap, never).unwrap(), None);
        assert_eq!(pages.start(&token, &dear, never).unwrap(), None, "another command than the page showed");
        let failed = || Err(Problem::input("the disk is full"));
        assert!(pages.start(&token, &cheap, failed).is_err());
        assert_eq!(pages.start(&token, &cheap, || Ok("1".into())).unwrap().as_deref(), Some("1"), "tried again");
        assert_eq!(pages.start(&token, &cheap, never).unwrap().as_deref(), Some("1"));
        let token = pages.ask(&cheap).unwrap();
        assert_eq!(pages.start(&token, &cheap, || Ok("2".into())).unwrap().as_deref(), Some("2"));
    }
}
