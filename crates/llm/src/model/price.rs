//! What calls cost. Prices are data with a date (`prices.toml`), and a person's own come first.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

use serde::{Deserialize, Serialize};

use super::Usage;
use super::hosts::{Host, Hosts};
use super::id::{ModelId, ModelIdError};

/// What a token of any kind costs with a message batch, as a share of its price.
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
    pub fn cost(&self, usage: Usage) -> f64 {
        let part = |tokens: u64, price: f64| tokens as f64 * price / 1e6;
        part(usage.input_tokens, self.input)
            + part(usage.output_tokens, self.output)
            + part(usage.cache_write_tokens, self.cache_write.unwrap_or(self.input))
            + part(usage.cache_read_tokens, self.cache_read.unwrap_or(self.input))
    }

    /// So many times this price.
    fn times(self, factor: f64) -> Price {
        let part = |price: Option<f64>| price.map(|price| price * factor);
        Price {
            input: self.input * factor,
            output: self.output * factor,
            cache_write: part(self.cache_write),
            cache_read: part(self.cache_read),
        }
    }

    /// Whether it can be one: every part zero or more dollars.
    pub(super) fn is_sane(&self) -> bool {
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

/// What the built-in table says of a model.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Listed {
    input: f64,
    output: f64,
    cache_write: Option<f64>,
    cache_read: Option<f64>,
    /// The most tokens that it reads.
    context: Option<u64>,
}

impl Listed {
    fn price(&self) -> Price {
        Price { input: self.input, output: self.output, cache_write: self.cache_write, cache_read: self.cache_read }
    }
}

/// Whose word a price is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// `[prices]` of the settings.
    Settings,
    /// `price` of a host in the settings.
    Host,
    /// The built-in table.
    Table,
    /// A server of one's own, or the simulation: nothing is paid per token.
    Free,
}

/// Prices by model: a person's own, those of hosts, and the built-in table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Prices {
    table: Option<&'static Table>,
    overrides: BTreeMap<String, Price>,
    /// Prices of servers that said who they are.
    told: BTreeMap<String, Price>,
    /// Models that would pass for free, but may not be.
    unknown: BTreeSet<String>,
    hosts: Arc<Hosts>,
}

#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    date: String,
    source: String,
    models: BTreeMap<String, Listed>,
}

/// The table that this version was built with (`scripts/prices`).
static TABLE: LazyLock<Table> = LazyLock::new(|| {
    // A test reads the file; were it broken all the same, unknown prices would be the honest answer.
    toml::from_str(include_str!("prices.toml")).unwrap_or_default()
});

impl Prices {
    /// The prices that this version was built with.
    #[must_use]
    pub fn built_in() -> Self {
        Prices { table: Some(&TABLE), ..Prices::default() }
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
            prices.overrides.insert(id.to_string(), *price);
        }
        Ok(prices)
    }

    /// The same, with models at these hosts.
    #[must_use]
    pub fn at(self, hosts: Hosts) -> Self {
        Prices { hosts: Arc::new(hosts), ..self }
    }

    /// Sets the price of a model, unless it has one.
    pub fn set(&mut self, model: &str, price: Price) {
        self.unknown.remove(model);
        self.told.entry(model.to_owned()).or_insert(price);
    }

    /// Makes the price of a model unknown, unless a table or a person gives it.
    pub fn forget(&mut self, model: &str) {
        self.unknown.insert(model.to_owned());
    }

    /// When the built-in prices were looked up, such as `2026-11`.
    #[must_use]
    pub fn date(&self) -> &str {
        self.table.map_or("", |table| &table.date)
    }

    /// The price of a model and whose word it is; `None` where it is not known, which is never the same as nothing. A
    /// dated name (`claude-haiku-4-5-20251001`) has the price of the name without its date.
    #[must_use]
    pub fn find(&self, model: &str) -> Option<(Price, Source)> {
        let id: ModelId = model.parse().ok()?;
        let overridden = named(&id.to_string(), |name| self.overrides.get(name).copied());
        if let Some(price) = overridden {
            return Some((price, Source::Settings));
        }
        let free = Price { input: 0.0, output: 0.0, cache_write: None, cache_read: None };
        if id.is_market() {
            return Some((free, Source::Free));
        }
        let host = self.hosts.get(id.host()).ok()?;
        if let Some(price) = host.price() {
            return Some((price, Source::Host));
        }
        let listed = self.listed(&id, host).map(|listed| (listed.price().times(host.prices_of().1), Source::Table));
        let name = id.to_string();
        let told = self.told.get(&name).map(|price| (*price, Source::Free));
        let is_free = host.is_local() && !self.unknown.contains(&name);
        listed.or(told).or_else(|| is_free.then_some((free, Source::Free)))
    }

    fn listed(&self, id: &ModelId, host: &Host) -> Option<&'static Listed> {
        let name = format!("{}/{}", host.prices_of().0, id.name());
        named(&name, |name| self.table?.models.get(name))
    }

    /// The price of a model; `None` where it is not known. See [`Prices::find`].
    #[must_use]
    pub fn price(&self, model: &str) -> Option<Price> {
        self.find(model).map(|(price, _)| price)
    }

    /// The most tokens that a model reads at once, where the built-in table knows it.
    #[must_use]
    pub fn context(&self, model: &str) -> Option<u64> {
        let id: ModelId = model.parse().ok()?;
        self.listed(&id, self.hosts.get(id.host()).ok()?)?.context
    }

    /// What this usage of a model costs, in dollars; `None` where its price is not known.
    #[must_use]
    pub fn cost(&self, model: &str, usage: Usage) -> Option<f64> {
        Some(self.price(model)?.cost(usage))
    }
}

/// Looks a name up, and if it is not found, the name without the date at its end.
fn named<T>(name: &str, find: impl Fn(&str) -> Option<T>) -> Option<T> {
    find(name).or_else(|| find(undated(name)?))
}

/// The name without a date at its end (`-20251001` or `-2025-10-01`). Only a date: `claude-haiku-4-5-turbo` would be
/// another model.
fn undated(name: &str) -> Option<&str> {
    let digits = |text: &str, count: usize| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    let (rest, last) = name.rsplit_once('-')?;
    if digits(last, 8) {
        return Some(rest);
    }
    let (rest, month) = rest.rsplit_once('-').filter(|_| digits(last, 2))?;
    let (rest, year) = rest.rsplit_once('-').filter(|_| digits(month, 2))?;
    digits(year, 4).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn million() -> Usage {
        Usage { input_tokens: 1_000_000, output_tokens: 1_000_000, cache_write_tokens: 0, cache_read_tokens: 0 }
    }

    #[test]
    fn the_built_in_file_is_readable_dated_and_keyed_by_models() {
        let table: Table = toml::from_str(include_str!("prices.toml")).unwrap();
        assert_eq!(table.date.len(), 7);
        assert!(table.models.len() > 300, "{}", table.models.len());
        for (model, listed) in table.models {
            let id: ModelId = model.parse().unwrap();
            assert_eq!(id.to_string(), model);
            assert!(Hosts::built_in().get(id.host()).is_ok(), "{model}");
            // What costs nothing in the table is a gap of the table.
            assert!(listed.price().is_sane() && listed.input + listed.output > 0.0, "{model}");
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
    fn a_host_of_a_region_is_a_tenth_dearer_and_the_clouds_have_prices_of_their_own() {
        let prices = Prices::built_in();
        assert_eq!(prices.cost("openai/gpt-6.1-terra", million()), Some(6.0));
        assert!((prices.cost("openai-eu/gpt-6.1-terra", million()).unwrap() - 6.6).abs() < 1e-9);
        assert_eq!(prices.cost("openai-decisions/gpt-6-luna", million()), Some(0.1));
        for model in
            ["bedrock-claude/anthropic.claude-sonnet-5-5", "foundry/claude-opus-5-5", "gemini/gemini-3.8-flash"]
        {
            assert_eq!(prices.find(model).map(|(_, source)| source), Some(Source::Table), "{model}");
        }
        assert_eq!(prices.cost("openai/gpt-5.1-2025-11-14", million()), prices.cost("openai/gpt-5.1", million()));
        assert_eq!(prices.context("gemini/gemini-3.8-flash"), Some(1_048_576));
    }

    #[test]
    fn a_host_may_have_one_price_for_all_its_models_and_a_models_own_goes_before_it() {
        let hosts = "[gate]\nbase_url = \"https://gate.example/v1\"\nprice = { input = 1, output = 2 }";
        let hosts = Hosts::built_in().with(&toml::from_str(hosts).unwrap()).unwrap();
        let dear = Price { input: 5.0, output: 5.0, cache_write: None, cache_read: None };
        let prices = Prices::with_overrides(&BTreeMap::from([("gate/dear".to_owned(), dear)])).unwrap().at(hosts);
        assert_eq!(prices.cost("gate/any", million()), Some(3.0));
        assert_eq!(prices.find("gate/any").map(|(_, source)| source), Some(Source::Host));
        assert_eq!(prices.find("gate/dear"), Some((dear, Source::Settings)));
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
        let overrides =
            BTreeMap::from([("claude-haiku-4-5".to_owned(), price(9.0)), ("openai/x".to_owned(), price(2.0))]);
        let prices = Prices::with_overrides(&overrides).unwrap();
        assert_eq!(prices.cost("anthropic/claude-haiku-4-5-20251001", million()), Some(10.0));
        assert_eq!(prices.cost("openai/x", million()), Some(3.0));
        assert_eq!(
            prices.price("openai/x").unwrap().cost(Usage { cache_read_tokens: 500_000, ..Usage::default() }),
            1.0
        );
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
