//! What calls cost. Prices are data with a date (`prices.toml`), and a person's own come first.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::Usage;
use super::id::{ModelId, ModelIdError, Provider};

/// What a token costs with a message batch, as a share of its price: of every kind of token.
pub const BATCH_SHARE: f64 = 0.5;

/// US dollars per million tokens.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// Input at the full price.
    pub input: f64,
    /// Output, thinking included.
    pub output: f64,
    /// Input written to the prompt cache; as `input` where it is not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_write: Option<f64>,
    /// Input read from the prompt cache; as `input` where it is not given, since a guess must not be too low.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_read: Option<f64>,
}

impl Price {
    /// What this usage costs, in dollars.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "2^53 tokens are beyond any bill")]
    pub fn of(&self, usage: Usage) -> f64 {
        let part = |tokens: u64, price: f64| tokens as f64 * price / 1e6;
        part(usage.input_tokens, self.input)
            + part(usage.output_tokens, self.output)
            + part(usage.cache_write_tokens, self.cache_write.unwrap_or(self.input))
            + part(usage.cache_read_tokens, self.cache_read.unwrap_or(self.input))
    }

    fn is_sane(&self) -> bool {
        let all = [Some(self.input), Some(self.output), self.cache_write, self.cache_read];
        all.into_iter().flatten().all(|price| price.is_finite() && price >= 0.0)
    }
}

/// A price that a person wrote and that cannot be used.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum PriceError {
    /// The model is not one.
    #[error("a price is given for something that is not a model: {0}")]
    Model(#[from] ModelIdError),
    /// A negative or infinite price.
    #[error("the price of {0} is not usable: every price must be zero or more dollars per million tokens")]
    Price(String),
}

/// A table of prices, by model.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Prices {
    date: String,
    models: BTreeMap<String, Price>,
    /// Models that would be free, and are perhaps not.
    unknown: BTreeSet<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    date: String,
    models: BTreeMap<String, Price>,
}

impl Prices {
    /// The prices that this version was built with.
    #[must_use]
    pub fn built_in() -> Self {
        // A test reads the file; were it broken all the same, unknown prices would be the honest answer.
        toml::from_str::<File>(include_str!("prices.toml"))
            .map(|file| Prices { date: file.date, models: file.models, unknown: BTreeSet::new() })
            .unwrap_or_default()
    }

    /// The built-in prices with a person's own in their place. Keys are models as anywhere else, `claude-...` included.
    ///
    /// # Errors
    ///
    /// [`PriceError`] for a key that is no model, or a price that is negative, infinite or not a number.
    pub fn with_overrides(overrides: &BTreeMap<String, Price>) -> Result<Self, PriceError> {
        let mut prices = Prices::built_in();
        for (model, price) in overrides {
            let id: ModelId = model.parse()?;
            if !price.is_sane() {
                return Err(PriceError::Price(id.to_string()));
            }
            prices.models.insert(id.to_string(), *price);
        }
        Ok(prices)
    }

    /// From now on a model has this price, unless it has one.
    pub fn set(&mut self, model: &str, price: Price) {
        self.unknown.remove(model);
        self.models.entry(model.to_owned()).or_insert(price);
    }

    /// From now on the price of a model is not known, unless a table or a person tells it.
    pub fn forget(&mut self, model: &str) {
        self.unknown.insert(model.to_owned());
    }

    /// When the built-in prices were looked up, such as `2026-11`.
    #[must_use]
    pub fn date(&self) -> &str {
        &self.date
    }

    /// The price of a model; `None` where it is not known. The market and Ollama cost nothing unless a person says
    /// otherwise. A dated name (`claude-haiku-4-5-20251001`) has the price of the name without its date.
    #[must_use]
    pub fn price(&self, model: &str) -> Option<Price> {
        let id: ModelId = model.parse().ok()?;
        let name = id.to_string();
        let listed = self.models.get(&name).or_else(|| self.models.get(undated(&name)?)).copied();
        let free = Price { input: 0.0, output: 0.0, cache_write: None, cache_read: None };
        let is_free = matches!(id.provider(), Provider::Market | Provider::Ollama) && !self.unknown.contains(&name);
        listed.or_else(|| is_free.then_some(free))
    }

    /// What this usage of a model costs, in dollars; `None` where its price is not known.
    #[must_use]
    pub fn cost(&self, model: &str, usage: Usage) -> Option<f64> {
        Some(self.price(model)?.of(usage))
    }
}

/// The name without a date at its end. Only a date: `claude-haiku-4-5-turbo` would be another model.
fn undated(name: &str) -> Option<&str> {
    let (name, date) = name.rsplit_once('-')?;
    (date.len() == 8 && date.bytes().all(|byte| byte.is_ascii_digit())).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn million() -> Usage {
        Usage { input_tokens: 1_000_000, output_tokens: 1_000_000, cache_write_tokens: 0, cache_read_tokens: 0 }
    }

    #[test]
    fn the_built_in_file_is_readable_dated_and_keyed_by_models() {
        let file: File = toml::from_str(include_str!("prices.toml")).unwrap();
        assert_eq!(file.date.len(), 7);
        assert_eq!(file.models.len(), 5);
        for (model, price) in file.models {
            assert_eq!(model.parse::<ModelId>().unwrap().to_string(), model);
            assert!(price.is_sane());
            assert_eq!(price.cache_write, Some(price.input * 1.25), "{model}");
        }
    }

    #[test]
    fn a_known_model_costs_what_the_table_says() {
        let prices = Prices::built_in();
        let usage =
            Usage { input_tokens: 1000, output_tokens: 500, cache_write_tokens: 2000, cache_read_tokens: 10_000 };
        let cost = prices.cost("anthropic/claude-sonnet-5-5", usage).unwrap();
        assert!((cost - (0.002 + 0.005 + 0.005 + 0.001)).abs() < 1e-12, "{cost}");
        assert_eq!(prices.cost("claude-haiku-4-5", million()), Some(6.0));
    }

    #[test]
    fn a_dated_name_costs_the_same_and_another_name_is_unknown() {
        let prices = Prices::built_in();
        assert_eq!(prices.cost("anthropic/claude-haiku-4-5-20251001", million()), Some(6.0));
        for model in ["anthropic/claude-haiku-4-5-turbo", "anthropic/claude-haiku-4", "openai/gpt-x", "nonsense", ""] {
            assert_eq!(prices.cost(model, million()), None, "{model}");
        }
    }

    #[test]
    fn the_market_and_ollama_are_free() {
        assert_eq!(Prices::built_in().cost("market", million()), Some(0.0));
        assert_eq!(Prices::built_in().cost("ollama/qwen", million()), Some(0.0));
    }

    #[test]
    fn a_server_that_charges_nothing_has_a_price_and_one_that_is_unknown_has_none() {
        let free = Price { input: 0.0, output: 0.0, cache_write: None, cache_read: None };
        let mut prices = Prices::built_in();
        prices.set("openai/mine", free);
        prices.set("anthropic/claude-haiku-4-5", free);
        prices.forget("ollama/qwen");
        let cost = |model| prices.cost(model, million());
        assert_eq!((cost("openai/mine"), cost("openai/yours"), cost("ollama/qwen")), (Some(0.0), None, None));
        // What a table or a person says holds.
        assert_eq!(cost("anthropic/claude-haiku-4-5"), Some(6.0));
    }

    #[test]
    fn a_persons_own_price_comes_first() {
        let price = |input| Price { input, output: 1.0, cache_write: None, cache_read: None };
        let own = BTreeMap::from([("claude-haiku-4-5".to_owned(), price(9.0)), ("openai/x".to_owned(), price(2.0))]);
        let prices = Prices::with_overrides(&own).unwrap();
        assert_eq!(prices.cost("anthropic/claude-haiku-4-5-20251001", million()), Some(10.0));
        assert_eq!(prices.cost("openai/x", million()), Some(3.0));
        assert_eq!(prices.price("openai/x").unwrap().of(Usage { cache_read_tokens: 500_000, ..Usage::default() }), 1.0);
    }

    #[test]
    fn a_price_that_makes_no_sense_is_refused() {
        for input in [-1.0, f64::NAN, f64::INFINITY] {
            let price = Price { input, output: 1.0, cache_write: None, cache_read: None };
            assert!(Prices::with_overrides(&BTreeMap::from([("openai/x".to_owned(), price)])).is_err());
        }
        let price = Price { input: 1.0, output: 1.0, cache_write: None, cache_read: None };
        assert!(Prices::with_overrides(&BTreeMap::from([("gpt".to_owned(), price)])).is_err());
    }
}
