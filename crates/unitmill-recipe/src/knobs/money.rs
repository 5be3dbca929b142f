//! What model calls cost and how much may be spent.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unitmill_model::{Agent, TokenPrice};

use super::{Models, Server};

/// What a model's tokens cost.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// A million tokens of prompts.
    #[schemars(range(min = 0.0, max = 1_000_000.0))]
    pub prompt: f64,
    /// A million tokens of answers.
    #[schemars(range(min = 0.0, max = 1_000_000.0))]
    pub completion: f64,
}

impl Price {
    /// What one token costs.
    pub fn per_token(&self) -> TokenPrice {
        TokenPrice::per_million(self.prompt, self.completion)
    }
}

/// How much may be spent on model calls.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// Most money, at the prices that the models have; every model then needs one. Does not
    /// shape the result.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 10_000_000.0))]
    pub cost: Option<f64>,
    /// Most tokens, of prompts and answers together. Does not shape the result.
    #[serde(default)]
    #[schemars(range(min = 0, max = 1_000_000_000_000_000_u64))]
    pub tokens: Option<u64>,
    /// Most answers. Does not shape the result.
    #[serde(default)]
    #[schemars(range(min = 0, max = 1_000_000_000_000_u64))]
    pub calls: Option<u64>,
    /// What amounts of money are called, here and in reports: `USD`. Does not shape the
    /// result.
    #[serde(default)]
    pub currency: Option<String>,
}

impl Budget {
    /// Whether it limits anything.
    pub fn is_limited(&self) -> bool {
        self.cost.is_some() || self.tokens.is_some() || self.calls.is_some()
    }
}

impl Server {
    /// What one token costs; nothing where the recipe has no price.
    pub fn token_price(&self) -> TokenPrice {
        self.price
            .as_ref()
            .map_or_else(TokenPrice::default, Price::per_token)
    }
}

impl Models {
    /// What a token of one of an agent's models costs; nothing where the recipe has no
    /// price.
    pub fn price_of(&self, agent: Agent, model: &str) -> TokenPrice {
        self.of(agent)
            .iter()
            .find(|server| server.price.is_some() && server.model.as_deref() == Some(model))
            .map_or_else(TokenPrice::default, Server::token_price)
    }

    /// An agent's providers, cheap first.
    pub fn of(&self, agent: Agent) -> &[Server] {
        let tiers = match agent {
            Agent::Tests => &self.tests,
            Agent::Fix => &self.fix,
            Agent::Refine => &self.refine,
        };
        tiers.as_slice()
    }
}
