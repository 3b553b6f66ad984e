//! What a command does with its clients: begin its run, and take the one of a role.

use std::sync::Arc;

use super::clients::Clients;
use super::error::Error;
use super::goes_on;
use super::options::ModelOptions;
use super::setup::Setup;
use crate::call::Caller;
use crate::evaluate::decision_maker::{DECISION_TOKENS, DecisionMaker};
use crate::evaluate::decision_prompt::DecisionPrompt;
use crate::evaluate::generator::{Form, Generator};
use crate::evaluate::grounding::Auditor;
use crate::event::Event;
use crate::improve::Improver;
use crate::journal::{Inputs, Journal, OpenRun};
use crate::model::Role;
use crate::model::form::without_form;
use crate::model::price::Prices;
use crate::report::words;

impl Clients {
    /// The door of a role that this command asked for.
    ///
    /// # Panics
    /// When the command did not ask for it: a mistake in the command, not in its input.
    #[must_use]
    pub fn caller(&self, role: Role) -> Caller {
        self.callers[&role].clone()
    }

    /// Whether there is a door of this role.
    #[must_use]
    pub fn has(&self, role: Role) -> bool {
        self.callers.contains_key(&role)
    }

    /// The most tokens of one answer in this role.
    #[must_use]
    pub fn most_tokens(&self, role: Role) -> u32 {
        self.limits.get(&role).copied().unwrap_or(DECISION_TOKENS)
    }

    /// What calls cost.
    #[must_use]
    pub fn prices(&self) -> &Prices {
        &self.shared.prices
    }

    /// Begins the command's run in the journal, or goes on with the one that was interrupted. `parts` is everything
    /// that the run depends on besides the models: hashes of files, counts, choices.
    ///
    /// # Errors
    /// When the journal cannot be used, or the user's seed is that of a run under way.
    pub fn begin(
        &mut self,
        setup: &Setup,
        options: &ModelOptions,
        command: &str,
        parts: &[&str],
        seed: (Option<u64>, u64),
    ) -> Result<Arc<OpenRun>, Error> {
        let mut all: Vec<String> = parts.iter().map(ToString::to_string).collect();
        for (role, caller) in &self.callers {
            let tokens = self.limits.get(role).copied().unwrap_or_default();
            // What is learned of a host on the way does not make it another run.
            let settings = without_form(&caller.model().settings());
            all.push(format!("{role}: {} {settings} {tokens}", caller.model().id()));
        }
        all.push(self.decision_prompt.text.clone());
        all.extend(self.referee_prompt.as_ref().map(|prompt| format!("referee: {}", prompt.text)));
        all.extend(self.scored.map(|threshold| format!("scored: {}", threshold.get())));
        all.extend(self.examples.iter().map(|examples| format!("examples: {}", examples.record().sha256)));
        all.push(env!("CARGO_PKG_VERSION").to_owned());
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        let (seed, least_seed) = seed;
        if let Some(link) = setup.link.get() {
            link.check()?;
        }
        let journal = Journal::open(setup.folder.root())?;
        let inputs =
            Inputs { command, arguments: &setup.arguments, parts: &all, seed, least_seed, fresh: options.fresh };
        let run = match &setup.resume {
            Some(wanted) => goes_on::resume(&journal, &inputs, wanted)?,
            None => journal.begin(&inputs)?,
        };
        if !run.resumed && !options.fresh {
            goes_on::name_others(&journal, &inputs, &run, &setup.events)?;
        }
        goes_on::count(&journal, &run, &self.shared.budget, &self.shared.prices)?;
        if run.resumed {
            setup.events.emit(Event::Note(format!(
                "Going on with run {} of {}: {} found (--fresh starts over)",
                run.id,
                words::minute(&run.started),
                words::count(run.found, "answered call", "answered calls")
            )));
        }
        let (batches, requests) = journal.batches_open(&run.id)?;
        if batches > 0 && !self.context.account.has_batches() {
            setup.events.emit(Event::Warning(format!(
                "{} of this run with {} under way or to be collected and paid for: stop, and give the same command \
                 with --engine batches",
                words::count(batches, "message batch", "message batches"),
                words::count(requests, "request is", "requests are")
            )));
        }
        // Set once: a command has one run.
        let _ = self.shared.log.set(run.calls());
        let run = Arc::new(run);
        setup.live.follow(&run, command, &self.context.account);
        if let Some(link) = setup.link.get() {
            link.begin(&run, setup);
        }
        self.context.run = Some(Arc::clone(&run));
        Ok(run)
    }

    /// The generator.
    #[must_use]
    pub fn generator(&self) -> Generator {
        // A judge that reads an inbox sees subjects.
        let form = if self.decision_prompt == DecisionPrompt::inbox() { Form::Mail } else { Form::Text };
        Generator::new(self.caller(Role::Generator), self.limits[&Role::Generator]).writing(form)
    }

    /// The decision maker.
    #[must_use]
    pub fn decision_maker(&self) -> DecisionMaker {
        DecisionMaker::new(
            self.caller(Role::DecisionMaker),
            self.decision_prompt.clone(),
            self.limits[&Role::DecisionMaker],
        )
        .scored(self.scored)
        .with_examples(self.examples.clone())
        .with_reasons(self.callers.get(&Role::Reasoner).cloned(), self.limits[&Role::Reasoner])
    }

    /// The second decision maker, where one was asked for (`--referee`). It has its own fingerprint, its calls are
    /// metered as the referee's, and it waits for the same permits as all others on its host.
    #[must_use]
    pub fn referee(&self) -> Option<DecisionMaker> {
        let (caller, prompt) = (self.callers.get(&Role::Referee)?, self.referee_prompt.as_ref()?);
        let referee = DecisionMaker::new(caller.clone(), prompt.clone(), self.limits[&Role::Referee]);
        Some(referee.scored(self.scored))
    }

    /// The improver.
    #[must_use]
    pub fn improver(&self) -> Improver {
        Improver::new(self.caller(Role::Improver), self.limits[&Role::Improver])
    }

    /// The auditor, unless it is turned off.
    #[must_use]
    pub fn auditor(&self) -> Option<Auditor> {
        let caller = self.callers.get(&Role::Auditor)?;
        Some(Auditor::new(caller.clone(), self.limits[&Role::Auditor]))
    }
}
