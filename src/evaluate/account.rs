//! What a run has used and cost, and who took part in it.

use std::collections::{BTreeMap, BTreeSet};

use crate::call::{Meter, Used};
use crate::data::Map;
use crate::data::provenance::{Models, RoleUsage};
use crate::model::price::{BATCH_SHARE, Prices};
use crate::model::{Role, Usage};

/// The models of a run and what they used.
#[derive(Clone)]
pub struct Account {
    meter: Meter,
    prices: Prices,
    models: BTreeMap<Role, String>,
    /// Roles that are known to be played by the market.
    simulated: BTreeSet<Role>,
    /// Whether trials go with message batches.
    batches: bool,
}

impl Account {
    /// An account for these models. `simulated` are the roles that are known to be played by the market.
    #[must_use]
    pub fn new(meter: Meter, prices: Prices, models: BTreeMap<Role, String>, simulated: BTreeSet<Role>) -> Self {
        Account { meter, prices, models, simulated, batches: false }
    }

    /// The same for a run whose trials go with message batches.
    #[must_use]
    pub fn with_batches(self) -> Self {
        Account { batches: true, ..self }
    }

    /// Whether trials go with message batches.
    #[must_use]
    pub fn has_batches(&self) -> bool {
        self.batches
    }

    /// Dollars to expect for this many tokens of one role; `None` if its model has no known price. The improver's calls
    /// belong to no trial.
    #[must_use]
    pub fn expected(&self, role: Role, usage: &Usage) -> Option<f64> {
        let share = if self.batches && role != Role::Improver { BATCH_SHARE } else { 1.0 };
        self.price(role, usage).map(|dollars| dollars * share)
    }

    /// What has been used since `earlier`, per role.
    #[must_use]
    pub fn since(&self, earlier: &BTreeMap<Role, Used>) -> BTreeMap<Role, Used> {
        let mut used = self.meter.read();
        for (role, now) in &mut used {
            if let Some(before) = earlier.get(role) {
                *now = now.less(before);
            }
        }
        used.retain(|_, used| *used != Used::default());
        used
    }

    /// What has been used so far, per role.
    #[must_use]
    pub fn now(&self) -> BTreeMap<Role, Used> {
        self.meter.read()
    }

    /// Dollars for this usage; `None` if any of the models has no known price. What the market answered, under whatever
    /// name, costs nothing.
    #[must_use]
    pub fn cost(&self, used: &BTreeMap<Role, Used>) -> Option<f64> {
        let of_role = |(role, used): (&Role, &Used)| {
            if used.simulated == used.calls {
                return Some(0.0);
            }
            let batched = if used.batched == Usage::default() { 0.0 } else { self.price(*role, &used.batched)? };
            Some(self.price(*role, &(used.usage - used.batched))? + BATCH_SHARE * batched)
        };
        used.iter().map(of_role).sum()
    }

    /// Dollars for this many tokens of one role; `None` if its model has no known price.
    #[must_use]
    pub fn price(&self, role: Role, usage: &Usage) -> Option<f64> {
        if self.simulated.contains(&role) {
            return Some(0.0);
        }
        self.prices.cost(self.models.get(&role)?, *usage)
    }

    /// The day of the built-in price table.
    #[must_use]
    pub fn price_date(&self) -> &str {
        self.prices.date()
    }

    /// Whether any answer came from the market, inside this process or over HTTP.
    #[must_use]
    pub fn is_simulated(&self) -> bool {
        !self.simulated.is_empty() || self.meter.met_the_market()
    }

    /// The models, as files list them.
    #[must_use]
    pub fn models(&self) -> Models {
        let of = |role| self.models.get(&role).cloned();
        Models {
            generator: of(Role::Generator),
            decision_maker: of(Role::DecisionMaker),
            improver: of(Role::Improver),
            auditor: of(Role::Auditor),
            extra: [("referee", Role::Referee), ("reasoner", Role::Reasoner)]
                .into_iter()
                .filter_map(|(name, role)| Some((name.to_owned(), of(role)?.into())))
                .collect(),
        }
    }
}

/// Usage as files list it.
#[must_use]
pub fn listed(used: &BTreeMap<Role, Used>) -> BTreeMap<String, RoleUsage> {
    used.iter()
        .map(|(role, used)| {
            let name = match role {
                Role::Generator => "generator",
                Role::DecisionMaker => "decision_maker",
                Role::Improver => "improver",
                Role::Auditor => "auditor",
                Role::Referee => "referee",
                Role::Reasoner => "reasoner",
            };
            let usage = RoleUsage {
                calls: used.calls,
                input_tokens: used.usage.input_tokens,
                output_tokens: used.usage.output_tokens,
                cache_write_tokens: used.usage.cache_write_tokens,
                cache_read_tokens: used.usage.cache_read_tokens,
                extra: Map::new(),
            };
            (name.to_owned(), usage)
        })
        .collect()
}
