//! What a person should know about a host before trusting its answers or its bill. Each thing is said once.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use crate::event::{Event, Events};
use crate::model::{Answer, Request};

/// No tokenizer averages this many bytes per token.
const BYTES_A_TOKEN: u64 = 12;
/// Shorter prompts are not judged: every host adds or leaves out some tokens.
const SHORTEST: u64 = 4_000;
/// A context is never limited to fewer tokens than this.
const FEWEST: u64 = 500;

/// Something that is said once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Remark {
    /// The bill cannot be read.
    UnreadBill,
    /// Answers that cannot be used may be billed.
    LostBill,
    /// Not all of the prompt was read.
    CutPrompt,
}

/// What has been said. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Remarks(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    said: BTreeSet<Remark>,
    /// For each model: the most tokens that were read of any prompt, and the bytes of the shortest prompt with that
    /// count.
    most_read: HashMap<String, (u64, u64)>,
}

impl Remarks {
    /// Says the remark, unless it was said before.
    pub(super) fn once(&self, remark: Remark, say: impl FnOnce()) {
        if self.lock().said.insert(remark) {
            say();
        }
    }

    /// Warns if a host silently cuts prompts off: it reports fewer tokens than the prompt can have, or never more than
    /// a certain number, however long the prompt.
    pub(super) fn prompt_was_read(&self, model: &str, request: &Request, answer: &Answer, events: &Events) {
        let sent = (request.system.len() + request.user.len()) as u64;
        let usage = answer.usage;
        let read = usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens;
        if answer.usage_unknown || sent < SHORTEST || read == 0 {
            return;
        }
        let is_cut = {
            let mut state = self.lock();
            if state.said.contains(&Remark::CutPrompt) {
                return;
            }
            let most = match state.most_read.get_mut(model) {
                Some(most) => most,
                None => state.most_read.entry(model.to_owned()).or_insert((0, sent)),
            };
            // Two prompts of clearly different length with the same number of tokens, and none with more.
            let stands_still = read == most.0 && read >= FEWEST && sent.abs_diff(most.1) * 10 > sent.min(most.1);
            match read.cmp(&most.0) {
                std::cmp::Ordering::Greater => *most = (read, sent),
                std::cmp::Ordering::Equal => most.1 = most.1.min(sent),
                std::cmp::Ordering::Less => {}
            }
            stands_still || read * BYTES_A_TOKEN < sent
        };
        if is_cut {
            self.once(Remark::CutPrompt, || {
                events.emit(Event::Warning(format!(
                    "{model} read {read} tokens of a prompt of {sent} bytes: its context is too short and the prompt \
                     was cut off; give the server a longer one (Ollama: OLLAMA_CONTEXT_LENGTH=16384, llama-server: -c \
                     16384)"
                )));
            });
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{CallKey, Usage};

    fn warnings(calls: &[(usize, u64)]) -> usize {
        let heard = Arc::new(Mutex::new(0));
        let count = Arc::clone(&heard);
        let events = Events::new(move |_| *count.lock().unwrap() += 1);
        let remarks = Remarks::default();
        for (bytes, read) in calls {
            let user = "x".repeat(*bytes);
            let request =
                Request { key: CallKey::from_parts(&[]), system: String::new(), user, schema: None, max_tokens: 9 };
            let usage = Usage { input_tokens: *read, ..Usage::default() };
            remarks.prompt_was_read("m", &request, &Answer { usage, ..Answer::default() }, &events);
        }
        *heard.lock().unwrap()
    }

    #[test]
    fn a_prompt_that_was_cut_off_is_noticed_by_the_tokens_that_were_read() {
        assert_eq!(warnings(&[(1_000_000, 512), (1_000_000, 512)]), 1);
        // Never more than the context, whatever the length.
        assert_eq!(warnings(&[(16_000, 4_096), (24_000, 4_096)]), 1);
    }

    #[test]
    fn prompts_that_were_read_whole_are_no_matter() {
        assert_eq!(warnings(&[(16_000, 4_000), (24_000, 6_000), (16_100, 4_000), (5_000, 1_000)]), 0);
        assert_eq!(warnings(&[(300, 1), (3_999, 10), (8_000, 0)]), 0);
        // Chinese has more tokens than letters, code has long ones.
        assert_eq!(warnings(&[(30_000, 12_000), (60_000, 7_000)]), 0);
    }
}
