//! On a terminal: the bar of the batch, and beneath it the search in a few lines that are redrawn.

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::event::Event;
use crate::report::live;

/// What stays on the screen while a search goes on.
pub(super) struct Panel {
    all: MultiProgress,
    search: Search,
    lines: Vec<ProgressBar>,
}

/// The lines of a search.
#[derive(Default)]
pub(super) struct Search {
    exploring: Option<String>,
    race: Vec<String>,
    look: Option<String>,
}

impl Search {
    /// Takes note of what happened; whether the lines have changed.
    pub(super) fn hear(&mut self, event: &Event) -> bool {
        match event {
            Event::Explored(own) => {
                if own.rounds <= 1 {
                    *self = Search::default();
                }
                self.exploring = Some(live::exploring_line(own));
            }
            Event::Raced(race) => self.race = live::race_lines(race),
            Event::Looked(look) => self.look = Some(live::look_line(look)),
            // What it came to is printed.
            Event::Concluded { .. } => *self = Search::default(),
            _ => return false,
        }
        true
    }

    pub(super) fn lines(&self) -> Vec<&str> {
        let lines = self.exploring.iter().chain(&self.race).chain(&self.look);
        lines.map(String::as_str).collect()
    }
}

impl Panel {
    pub(super) fn new() -> Self {
        let all = MultiProgress::with_draw_target(ProgressDrawTarget::stderr_with_hz(10));
        Panel { all, search: Search::default(), lines: Vec::new() }
    }

    /// Puts the bar of a batch on top.
    pub(super) fn add(&self, bar: ProgressBar) -> ProgressBar {
        self.all.insert(0, bar)
    }

    /// Brings the lines up to date.
    pub(super) fn hear(&mut self, event: &Event) {
        if !self.search.hear(event) {
            return;
        }
        let wanted = self.search.lines();
        for line in self.lines.drain(wanted.len().min(self.lines.len())..) {
            line.finish_and_clear();
            self.all.remove(&line);
        }
        while self.lines.len() < wanted.len() {
            let line = ProgressBar::no_length();
            if let Ok(style) = ProgressStyle::with_template("{wide_msg}") {
                line.set_style(style);
            }
            self.lines.push(self.all.add(line));
        }
        for (line, text) in self.lines.iter().zip(wanted) {
            line.set_message(text.to_owned());
        }
    }

    /// Does something with the screen, which is cleared for it.
    pub(super) fn suspend(&self, work: impl FnOnce()) {
        self.all.suspend(work);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Decision, Exploring, Finalist, Look, Share, Standings};

    #[test]
    fn the_screen_of_a_search_grows_line_by_line_and_is_cleared_at_its_end() {
        let mut search = Search::default();
        let mut shown = Vec::new();
        let finalist = |name: &str, successes, trials, dropped_after| Finalist {
            name: name.into(),
            successes,
            trials,
            dropped_after,
            won: false,
        };
        let share = |yes, low, high| Share { yes, total: 20, interval: Some((low, high)) };
        let events = [
            Event::Explored(Exploring {
                rounds: 2,
                trials: 60,
                challengers: 6,
                instructions: 25,
                expected: (0.45, 0.25),
            }),
            Event::Raced(Standings {
                personas: 24,
                finalists: vec![
                    finalist("put together, 5 new", 12.0, 24, None),
                    finalist("put together, 2 new", 3.0, 12, Some(12)),
                ],
                incumbent: (5.0, 20),
                over: false,
            }),
            Event::Looked(Look {
                number: 1,
                measured: false,
                of: 5,
                before: share(5, 0.11, 0.47),
                after: share(11, 0.34, 0.74),
                gain: Some((0.3, 0.02, 0.58)),
                decision: Decision::GoOn,
            }),
        ];
        for event in &events {
            assert!(search.hear(event));
            shown.push(search.lines().join("\n"));
        }
        insta::assert_snapshot!(shown.join("\n---\n"));
        assert!(search.hear(&Event::Concluded { words: "kept".into(), adopted: false }));
        assert!(search.lines().is_empty());
    }
}
