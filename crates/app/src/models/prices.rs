//! What tokens cost: a small table of list prices with its date, which the operator can overrule.

use std::collections::BTreeMap;

use baton_answer::Usage;
use serde::{Deserialize, Serialize};

/// The list prices that come with Baton.
const LISTED: &str = include_str!("prices.json");

/// What a model costs, in US dollars for a million tokens.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// Read.
    pub input: f64,
    /// Written.
    pub output: f64,
}

/// Prices by the model's name.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceTable {
    /// When the listed prices were looked up, as year and month.
    pub as_of: String,
    models: BTreeMap<String, Price>,
}

impl Default for PriceTable {
    fn default() -> Self {
        serde_json::from_str(LISTED).expect("the file is part of the program, and a test reads it")
    }
}

/// What the model's part in one answer cost. The coin ledger debits from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spend {
    /// The model.
    pub model: String,
    /// Tokens read.
    pub input_tokens: u32,
    /// Tokens written.
    pub output_tokens: u32,
    /// Whether the tokens are an estimate, because the provider counted nothing.
    pub estimated: bool,
    /// The cost in millionths of a US dollar; absent if the model's price is not known.
    pub cost_micro_usd: Option<u64>,
}

impl PriceTable {
    /// With other or further prices.
    #[must_use]
    pub fn overruled(mut self, prices: impl IntoIterator<Item = (String, Price)>) -> Self {
        self.models.extend(prices);
        self
    }

    /// The price of a model: by its name, or by its name without the date or the `latest` at its end.
    #[must_use]
    pub fn price(&self, model: &str) -> Option<Price> {
        let model = model.trim_start_matches("models/");
        let named = |name: &str| self.models.get(name).copied();
        named(model).or_else(|| {
            let shorter = model.char_indices().rev().filter(|(_, c)| *c == '-').map(|(at, _)| at);
            shorter.take(3).find_map(|at| if is_version(&model[at + 1..]) { named(&model[..at]) } else { None })
        })
    }

    /// What a reply cost.
    #[must_use]
    pub fn spend(&self, model: &str, usage: Usage) -> Spend {
        let cost = |price: Price| {
            let micros = f64::from(usage.input_tokens) * price.input + f64::from(usage.output_tokens) * price.output;
            micros.round() as u64
        };
        Spend {
            model: model.to_owned(),
            input_tokens: usage.input_tokens,
            output_tokens: usage.output_tokens,
            estimated: usage.estimated,
            cost_micro_usd: self.price(model).map(cost),
        }
    }
}

/// `20250514`, `2024-08-06`, `latest`: names one state of the same model at the same price.
fn is_version(text: &str) -> bool {
    text == "latest" || (text.len() >= 8 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_listed_prices_are_readable_and_dated() {
        let table = PriceTable::default();
        assert_eq!(table.as_of.len(), "2025-01".len());
        assert!(table.models.values().all(|price| price.input >= 0.0 && price.output >= price.input));
    }

    #[test]
    fn a_dated_name_costs_what_its_model_costs_and_another_model_has_no_price() {
        let price = Price { input: 2.0, output: 8.0 };
        let table = PriceTable { as_of: "2025-01".to_owned(), models: BTreeMap::new() };
        let table = table.overruled([("big-1".to_owned(), price)]);
        for name in ["big-1", "big-1-20250514", "big-1-2024-08-06", "big-1-latest", "models/big-1"] {
            assert_eq!(table.price(name), Some(price), "{name}");
        }
        for name in ["big", "big-12", "big-1-mini", "big-1-mini-20250514", "other/big-1", ""] {
            assert_eq!(table.price(name), None, "{name}");
        }
        let spend = table.spend("big-1", Usage::reported(1_500, 200));
        assert_eq!(spend.cost_micro_usd, Some(1_500 * 2 + 200 * 8), "3,000 + 1,600 millionths of a dollar");
        let unknown = table.spend("home-made", Usage::estimate("four", "four"));
        assert_eq!((unknown.cost_micro_usd, unknown.input_tokens, unknown.estimated), (None, 1, true));
    }
}
