//! What model calls took: tokens, and money at the prices that the run's plan has.
//!
//! Two figures are told apart. What the answers of a run *are worth* follows from its rows
//! alone: tokens and prices. What was *paid* for them says how the run went: an answer that
//! came from another run cost nothing, one that got lost cost something and is in no row.

use polars::prelude::*;
use serde::{Deserialize, Serialize};
use unitmill_model::{Agent, Cost, Spending, Stage, TokenPrice};
use unitmill_recipe::{Budget, Models};
use unitmill_shards::{Manifest, RunDirectory};

use crate::AuditError;

/// Model calls and their tokens.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Tokens {
    /// Calls.
    pub calls: u64,
    /// Tokens of the prompts.
    pub prompt_tokens: u64,
    /// Tokens of the answers.
    pub completion_tokens: u64,
    /// What they cost at the prices of the plan; none if no model has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Cost>,
}

impl Tokens {
    pub(crate) fn new(spending: Spending, has_prices: bool) -> Self {
        Self {
            calls: spending.calls,
            prompt_tokens: spending.prompt_tokens,
            completion_tokens: spending.completion_tokens,
            cost: has_prices.then_some(spending.cost),
        }
    }
}

/// All answers of a run.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct AnswerFigures {
    /// All of them.
    #[serde(flatten)]
    pub all: Tokens,
    /// What amounts of money are called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// Prompt tokens divided by published pairs, to two decimals; none without pairs.
    pub prompt_tokens_per_pair: Option<f64>,
    /// Completion tokens divided by published pairs, likewise.
    pub completion_tokens_per_pair: Option<f64>,
    /// Cost divided by published pairs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_per_pair: Option<Cost>,
}

/// What was paid for in this run, by its milled parts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Paid {
    /// Answers that were asked for and written down.
    pub answers: Tokens,
    /// Answers that were asked for and lost: in flight when a task was killed, or broken off
    /// on their way. Each may have been paid for, and counts with the most that it can have
    /// taken.
    pub lost: Tokens,
}

/// The prices of a plan.
pub(crate) struct Prices {
    rows: Vec<(Agent, String, TokenPrice)>,
    currency: Option<String>,
}

impl Prices {
    /// Those of the plan that is on disk.
    pub(crate) fn of(run: &RunDirectory) -> Result<Self, AuditError> {
        let failed = |error: serde_json::Error| AuditError::Plan {
            run: run.root().display().to_string(),
            message: error.to_string(),
        };
        let plan = run.read_plan()?.unwrap_or_default();
        let section = |name: &str| {
            let found = plan.get("recipe").and_then(|recipe| recipe.get(name));
            found.filter(|section| !section.is_null()).cloned()
        };
        let models = section("models").map(serde_json::from_value::<Models>);
        let models = models.transpose().map_err(failed)?.unwrap_or_default();
        let budget = section("budget").map(serde_json::from_value::<Budget>);
        let budget = budget.transpose().map_err(failed)?.unwrap_or_default();
        let mut rows = Vec::new();
        for agent in Agent::ALL.iter().copied() {
            for server in models.of(agent) {
                if let (Some(price), Some(model)) = (&server.price, &server.model) {
                    rows.push((agent, model.clone(), price.per_token()));
                }
            }
        }
        Ok(Self {
            rows,
            currency: budget.currency,
        })
    }

    /// Whether amounts of money mean anything.
    pub(crate) fn are_there(&self) -> bool {
        !self.rows.is_empty()
    }

    /// What a model call cost, in the smallest parts; 0 without a price. Where a model has
    /// several, the first counts, as it does in a run.
    pub(crate) fn cost(&self) -> Expr {
        let tokens = |name: &str, price: u64| col(name).cast(DataType::UInt64) * lit(price);
        let none = lit(0).cast(DataType::UInt64);
        self.rows
            .iter()
            .rev()
            .fold(none, |otherwise, (agent, model, price)| {
                let (prompt, completion) = price.parts();
                let is_it = col("step")
                    .eq(lit(agent.as_str()))
                    .and(col("model").eq(lit(model.as_str())));
                when(is_it)
                    .then(tokens("prompt_tokens", prompt) + tokens("completion_tokens", completion))
                    .otherwise(otherwise)
            })
    }

    pub(crate) fn tokens(&self, spending: Spending) -> Tokens {
        Tokens::new(spending, self.are_there())
    }

    /// The sum of all calls, and what a pair took.
    pub(crate) fn figures(&self, all: Spending, pairs: u64) -> AnswerFigures {
        let per_pair = |tokens: u64| {
            let hundredths = (tokens as f64 * 100.0 / pairs as f64).round();
            (pairs > 0).then_some(hundredths / 100.0)
        };
        AnswerFigures {
            all: self.tokens(all),
            currency: self.currency.clone(),
            prompt_tokens_per_pair: per_pair(all.prompt_tokens),
            completion_tokens_per_pair: per_pair(all.completion_tokens),
            cost_per_pair: all
                .cost
                .parts()
                .checked_div(pairs)
                .filter(|_| self.are_there())
                .map(Cost::from_parts),
        }
    }

    /// What the manifests of milled parts say was paid.
    pub(crate) fn paid(&self, manifests: &[Manifest]) -> Paid {
        let sum = |kind: &str| {
            let milled = manifests.iter().filter(|task| task.stage == Stage::Mill);
            let count = |task: &Manifest, name: &str| {
                let count = task.counts.get(&format!("{kind}_{name}"));
                count.copied().unwrap_or(0)
            };
            milled
                .map(|task| Spending {
                    calls: count(task, "calls"),
                    prompt_tokens: count(task, "prompt_tokens"),
                    completion_tokens: count(task, "completion_tokens"),
                    cost: Cost::from_parts(count(task, "cost_parts")),
                })
                .sum()
        };
        Paid {
            answers: self.tokens(sum("paid")),
            lost: self.tokens(sum("lost")),
        }
    }
}
