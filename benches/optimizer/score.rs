//! What a prompt is worth in a world, by the market's own truth.

use std::sync::Arc;

use rejoinder::call::{Caller, Shared};
use rejoinder::evaluate::Verdict;
use rejoinder::evaluate::auditing::{AuditWhen, Auditing, REVISIONS};
use rejoinder::evaluate::decision_maker::{DECISION_TOKENS, DecisionMaker};
use rejoinder::evaluate::decision_prompt::DecisionPrompt;
use rejoinder::evaluate::generator::{Generator, MESSAGE_TOKENS};
use rejoinder::evaluate::grounding::{AUDIT_TOKENS, Auditor, Sources};
use rejoinder::evaluate::trial::{Bench, Trial, Work};
use rejoinder::event::Events;
use rejoinder::model::limits::{Concurrency, Permits};
use rejoinder::model::market::{Market, Mode};
use rejoinder::model::{CallKey, Role};
use serde_json::Value;

use crate::world::World;

/// Messages that are written to each unseen persona: with 40 of them the two shares of one prompt have a standard error
/// of at most 1.8 points, and a mean over 15 worlds one of half a point.
const MESSAGES: usize = 20;

/// Shares, 0 to 1, among the unseen personas.
#[derive(Clone, Copy, Debug)]
pub struct Score {
    /// Expected share of yes, without noise.
    pub rate: f64,
    /// Share of messages that claim something which neither the offer nor the persona supports.
    pub ungrounded: f64,
    /// Share of messages that get a yes and claim nothing of the kind.
    pub grounded_rate: f64,
}

/// Scores prompts in one market.
pub struct Scorer {
    market: Arc<Market>,
    generator: Generator,
    decision_maker: DecisionMaker,
    auditor: Auditor,
}

impl Scorer {
    pub fn new(market: u64) -> Self {
        let market = Arc::new(Market::new(market, Mode::Normal));
        // Only the forms of the requests are wanted from these clients; what answers is the market in this process.
        let door = |role| {
            let permits = Permits::new(Concurrency::Fixed(1));
            let model: Arc<Market> = Arc::clone(&market);
            Caller::new(role, model, permits, Shared::default(), Events::new(|_| {}))
        };
        Scorer {
            generator: Generator::new(door(Role::Generator), MESSAGE_TOKENS),
            decision_maker: DecisionMaker::new(door(Role::DecisionMaker), DecisionPrompt::strict(), DECISION_TOKENS),
            auditor: Auditor::new(door(Role::Auditor), AUDIT_TOKENS),
            market,
        }
    }

    /// The best prompt for the unseen personas that the market can name.
    pub fn best_prompt(&self, world: &World) -> String {
        self.market.best_prompt(&world.offer, &world.unseen)
    }

    pub fn score(&self, prompt: &str, world: &World) -> Score {
        let (mut ungrounded, mut grounded_yes) = (0_usize, 0_usize);
        for (at, persona) in world.unseen.iter().enumerate() {
            for nth in 0..MESSAGES {
                let key = |step| CallKey::from_parts(&["score", step, &at.to_string(), &nth.to_string()]);
                let message = self.market.answer(&self.generator.request(prompt, persona, key("message"))).text;
                if !self.market.ungrounded(&message, &world.offer, persona).is_empty() {
                    ungrounded += 1;
                    continue;
                }
                let decision = self.decision_maker.request(persona, &message, key("decision"));
                let answer: Value = serde_json::from_str(&self.market.answer(&decision).text).unwrap_or_default();
                grounded_yes += usize::from(answer["decision"] == true);
            }
        }
        let total = (world.unseen.len() * MESSAGES).max(1) as f64;
        Score {
            rate: self.market.true_rate(prompt, &world.unseen),
            ungrounded: ungrounded as f64 / total,
            grounded_rate: grounded_yes as f64 / total,
        }
    }

    /// The same of messages as rejoinder sends them: those in which its audit finds a made-up claim are revised.
    /// The rate is measured on them; that of the prompt alone is in [`Scorer::score`].
    pub fn score_as_sent(&self, prompt: &str, world: &World) -> Result<Score, String> {
        let runtime = tokio::runtime::Builder::new_current_thread().build().map_err(|error| error.to_string())?;
        let auditing = Auditing {
            by: Some(self.auditor.clone()).into(),
            sources: Sources::from_prompt(world.offer.as_str()),
            when: AuditWhen::BeforeDecision,
            revisions: REVISIONS,
        };
        let bench = Bench {
            generator: Some(self.generator.clone()),
            decision_maker: Some(self.decision_maker.clone()),
            auditing: Some(auditing),
            prompt: prompt.to_owned(),
            seed: 0,
            label: "as sent".into(),
        };
        let (mut yes, mut ungrounded, mut grounded_yes, mut total) = (0_usize, 0_usize, 0_usize, 0_usize);
        for (at, persona) in world.unseen.iter().enumerate() {
            for message in 0..MESSAGES {
                let trial = Trial { persona: at, message, work: Work::WriteAndDecide };
                let Verdict::Decided { message, decision } = runtime.block_on(bench.run(persona, trial)) else {
                    continue;
                };
                let is_grounded = self.market.ungrounded(&message.text, &world.offer, persona).is_empty();
                total += 1;
                yes += usize::from(decision.decision);
                ungrounded += usize::from(!is_grounded);
                grounded_yes += usize::from(decision.decision && is_grounded);
            }
        }
        let share = |of: usize| of as f64 / total.max(1) as f64;
        Ok(Score { rate: share(yes), ungrounded: share(ungrounded), grounded_rate: share(grounded_yes) })
    }
}
