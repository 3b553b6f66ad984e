//! The trials of a batch, each made when its turn comes: a million of them take no memory before.

use std::path::Path;
use std::sync::Arc;

use super::trial::{Review, Trial, Work};
use crate::data::{Error, spool::Texts};

/// What a batch is to do, trial by trial, in order of personas.
#[derive(Clone, Debug)]
pub struct Plan {
    whom: Whom,
    work: Planned,
}

#[derive(Clone, Debug)]
enum Whom {
    /// As many trials for each persona.
    Each { personas: usize, messages: usize },
    /// Persona and number of the message, as listed.
    Listed(Vec<(u32, u32)>),
}

#[derive(Clone, Debug)]
enum Planned {
    WriteAndDecide,
    /// The n-th trial writes with the n-th prompt.
    WriteWithAndDecide(Vec<(Arc<str>, bool)>),
    Write,
    /// The n-th trial decides on the n-th text.
    Decide(Texts),
    /// The n-th trial reviews the n-th message.
    Review(Reviews),
}

impl Plan {
    /// Writes and decides `messages` messages for each of `personas` personas.
    #[must_use]
    pub fn write_and_decide(personas: usize, messages: usize) -> Self {
        Plan { whom: Whom::Each { personas, messages }, work: Planned::WriteAndDecide }
    }

    /// Writes and decides one message a trial, each with a prompt of its own: the n-th of `prompts` is for the n-th of
    /// `whom` (index of the persona, number of the message), in any order. Each prompt has a flag: whether its message
    /// is audited, if messages are audited after a yes.
    #[must_use]
    pub fn write_with_and_decide(whom: Vec<(u32, u32)>, prompts: Vec<(Arc<str>, bool)>) -> Self {
        debug_assert_eq!(whom.len(), prompts.len());
        Plan { whom: Whom::Listed(whom), work: Planned::WriteWithAndDecide(prompts) }
    }

    /// Writes `messages` messages for each of `personas` personas.
    #[must_use]
    pub fn write(personas: usize, messages: usize) -> Self {
        Plan { whom: Whom::Each { personas, messages }, work: Planned::Write }
    }

    /// Decides on messages that are there: the n-th of `messages` is to the n-th of `whom` (index of the persona,
    /// number of the message), which are in order of personas.
    #[must_use]
    pub fn decide(whom: Vec<(u32, u32)>, messages: Texts) -> Self {
        debug_assert_eq!(whom.len(), messages.len());
        Plan { whom: Whom::Listed(whom), work: Planned::Decide(messages) }
    }

    /// Finds out what is not known yet about messages that are there; `whom` is as in [`Plan::decide`].
    #[must_use]
    pub fn review(whom: Vec<(u32, u32)>, messages: Reviews) -> Self {
        debug_assert_eq!(whom.len(), messages.0.len());
        Plan { whom: Whom::Listed(whom), work: Planned::Review(messages) }
    }

    /// How many trials.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.whom {
            Whom::Each { personas, messages } => personas * messages,
            Whom::Listed(listed) => listed.len(),
        }
    }

    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Index of the persona, and number of the message, of the trial of this index.
    #[must_use]
    pub fn whom(&self, index: usize) -> (usize, usize) {
        match &self.whom {
            Whom::Each { messages, .. } => (index / messages, index % messages),
            Whom::Listed(listed) => (listed[index].0 as usize, listed[index].1 as usize),
        }
    }

    /// The trial of this index.
    ///
    /// # Errors
    /// Where its message cannot be read.
    pub fn trial(&self, index: usize) -> Result<Trial, Error> {
        let (persona, message) = self.whom(index);
        let work = match &self.work {
            Planned::WriteAndDecide => Work::WriteAndDecide,
            Planned::WriteWithAndDecide(prompts) => {
                let (prompt, audit) = &prompts[index];
                Work::WriteWithAndDecide { prompt: Arc::clone(prompt), audit: *audit }
            }
            Planned::Write => Work::Write,
            Planned::Decide(messages) => Work::Decide(messages.get(index)?),
            Planned::Review(messages) => Work::Review(Box::new(messages.get(index)?)),
        };
        Ok(Trial { persona, message, work })
    }

    /// The order in which the trials are taken, given that those in `ended` (persona, message) have ended already.
    #[must_use]
    pub fn order(&self, mut ended: Vec<(u32, u32)>) -> Order {
        ended.sort_unstable();
        let is_ended = |index| {
            let (persona, message) = self.whom(index);
            ended.binary_search(&(persona as u32, message as u32)).is_ok()
        };
        let known = if ended.is_empty() { 0 } else { self.len() };
        Order { has_ended: (0..known).map(is_ended).collect(), len: self.len() }
    }
}

/// Messages to review, on disk.
#[derive(Clone, Debug)]
pub struct Reviews(Texts);

impl Reviews {
    /// None yet; on the disk of this folder.
    ///
    /// # Errors
    /// As [`Texts::new`].
    pub fn new(folder: &Path) -> Result<Self, Error> {
        Ok(Reviews(Texts::new(folder)?))
    }

    /// Appends one.
    ///
    /// # Errors
    /// As [`Texts::push`].
    pub fn push(&mut self, review: &Review) -> Result<(), Error> {
        let text = serde_json::to_string(review).map_err(|error| self.0.unreadable(&error.to_string()))?;
        Ok(self.0.push(&text)?)
    }

    fn get(&self, index: usize) -> Result<Review, Error> {
        Ok(serde_json::from_str(&self.0.get(index)?).map_err(|error| self.0.unreadable(&error.to_string()))?)
    }
}

/// The order of a batch's trials. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Order {
    has_ended: Arc<[bool]>,
    len: usize,
}

impl Order {
    /// Whether the trial of this index had ended already.
    #[must_use]
    pub fn has_ended(&self, index: usize) -> bool {
        self.has_ended.get(index).copied().unwrap_or(false)
    }

    /// The indices of all trials. Those that have not ended come first, so that a resumed run asks for what is missing
    /// at once, and looks up what it has meanwhile.
    pub fn indices(&self) -> impl Iterator<Item = usize> + Send + use<> {
        let of = |wanted: bool| {
            let order = self.clone();
            (0..self.len).filter(move |index| order.has_ended(*index) == wanted)
        };
        of(false).chain(of(true))
    }
}

#[cfg(test)]
mod tests {
    use super::Plan;

    #[test]
    fn trials_come_in_order_of_personas() {
        let plan = Plan::write_and_decide(3, 2);
        assert_eq!(
            (0..plan.len()).map(|index| plan.whom(index)).collect::<Vec<_>>(),
            [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2, 1)]
        );
    }

    #[test]
    fn what_has_ended_comes_last_and_everything_comes_once() {
        let plan = Plan::write(3, 2);
        let indices = |ended: &[(u32, u32)]| plan.order(ended.to_vec()).indices().collect::<Vec<_>>();
        assert_eq!(indices(&[]), [0, 1, 2, 3, 4, 5]);
        assert_eq!(indices(&[(1, 0), (0, 1)]), [0, 3, 4, 5, 1, 2]);
        let order = plan.order(vec![(1, 0)]);
        assert_eq!(order.indices().filter(|index| order.has_ended(*index)).collect::<Vec<_>>(), [2]);
        // What belongs to no trial of the plan is no matter.
        assert_eq!(indices(&[(9, 9)]).len(), 6);
    }
}
