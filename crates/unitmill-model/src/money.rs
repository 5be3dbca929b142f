//! What model calls take: calls, tokens and money, counted exactly.
//!
//! Money is counted in whole billionths of a thousandth, so that sums come out the same in
//! any order. Nothing here knows a currency.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Sub};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// How many of the smallest parts make one unit of a currency.
const PARTS: f64 = 1e12;

/// An amount of money, in whatever currency the prices are in. Written down as a plain
/// number of that currency. It ends at 18 million.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Cost(u64);

impl Cost {
    /// An amount in units of the currency, to twelve decimals.
    pub fn of(amount: f64) -> Self {
        // A cast ends at the limits and takes what is no number for 0.
        Self((amount * PARTS).round() as u64)
    }

    /// An amount in the smallest parts.
    pub const fn from_parts(parts: u64) -> Self {
        Self(parts)
    }

    /// The smallest parts that it is made of.
    pub const fn parts(self) -> u64 {
        self.0
    }

    /// In units of the currency.
    pub fn amount(self) -> f64 {
        self.0 as f64 / PARTS
    }
}

/// Two decimals for what is at least one unit, four or six for less.
impl fmt::Display for Cost {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let amount = self.amount();
        let decimals = match self.0 {
            0 => 2,
            _ if amount >= 0.995 => 2,
            _ if amount >= 0.01 => 4,
            _ => 6,
        };
        write!(formatter, "{amount:.decimals$}")
    }
}

impl Serialize for Cost {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.amount())
    }
}

impl<'de> Deserialize<'de> for Cost {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        f64::deserialize(deserializer).map(Self::of)
    }
}

/// What a token costs, in the smallest parts of a currency.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct TokenPrice {
    prompt: u64,
    completion: u64,
}

impl TokenPrice {
    /// From what a million tokens cost.
    pub fn per_million(prompt: f64, completion: f64) -> Self {
        let one = |million: f64| (million * PARTS / 1e6).round() as u64;
        Self {
            prompt: one(prompt),
            completion: one(completion),
        }
    }

    /// What so many tokens cost.
    pub fn of(self, prompt_tokens: u64, completion_tokens: u64) -> Cost {
        Cost(
            prompt_tokens
                .saturating_mul(self.prompt)
                .saturating_add(completion_tokens.saturating_mul(self.completion)),
        )
    }

    /// What one token of a prompt costs, and one of an answer, in the smallest parts.
    pub fn parts(self) -> (u64, u64) {
        (self.prompt, self.completion)
    }
}

/// What some model calls took.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Spending {
    /// Answers.
    pub calls: u64,
    /// Tokens of their prompts.
    pub prompt_tokens: u64,
    /// Tokens of the answers.
    pub completion_tokens: u64,
    /// What they cost; 0 without a price.
    pub cost: Cost,
}

impl Spending {
    /// One answer.
    pub fn of_answer(prompt_tokens: u64, completion_tokens: u64, price: TokenPrice) -> Self {
        Self {
            calls: 1,
            prompt_tokens,
            completion_tokens,
            cost: price.of(prompt_tokens, completion_tokens),
        }
    }

    /// Tokens of prompts and answers.
    pub fn tokens(&self) -> u64 {
        self.prompt_tokens.saturating_add(self.completion_tokens)
    }

    /// So many times the same.
    #[must_use]
    pub fn times(self, count: u64) -> Self {
        Self {
            calls: self.calls.saturating_mul(count),
            prompt_tokens: self.prompt_tokens.saturating_mul(count),
            completion_tokens: self.completion_tokens.saturating_mul(count),
            cost: Cost(self.cost.0.saturating_mul(count)),
        }
    }
}

impl Add for Cost {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

/// Never below nothing.
impl Sub for Cost {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Add for Spending {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            calls: self.calls.saturating_add(other.calls),
            prompt_tokens: self.prompt_tokens.saturating_add(other.prompt_tokens),
            completion_tokens: self
                .completion_tokens
                .saturating_add(other.completion_tokens),
            cost: self.cost + other.cost,
        }
    }
}

/// Never below nothing.
impl Sub for Spending {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self {
            calls: self.calls.saturating_sub(other.calls),
            prompt_tokens: self.prompt_tokens.saturating_sub(other.prompt_tokens),
            completion_tokens: self
                .completion_tokens
                .saturating_sub(other.completion_tokens),
            cost: self.cost - other.cost,
        }
    }
}

impl AddAssign for Spending {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for Spending {
    fn sum<I: Iterator<Item = Self>>(spendings: I) -> Self {
        spendings.fold(Self::default(), Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_exact_and_readable() {
        let price = TokenPrice::per_million(0.15, 0.60);
        assert_eq!(price.of(1_000_000, 1_000_000), Cost::of(0.75));
        assert_eq!(price.of(1, 0).parts(), 150_000);
        let shown: Vec<String> = [0.0, 0.000_000_15, 0.0042, 0.0421, 0.9999, 1.0, 1234.567]
            .into_iter()
            .map(|amount| Cost::of(amount).to_string())
            .collect();
        assert_eq!(
            shown,
            [
                "0.00", "0.000000", "0.004200", "0.0421", "1.00", "1.00", "1234.57"
            ]
        );
        let json = serde_json::to_string(&Cost::of(12.25)).expect("serialises");
        assert_eq!(json, "12.25");
        assert_eq!(
            serde_json::from_str::<Cost>(&json).expect("reads"),
            Cost::of(12.25)
        );
    }

    #[test]
    fn sums_end_at_the_limits() {
        let all = Spending {
            calls: u64::MAX,
            cost: Cost::from_parts(u64::MAX),
            ..Spending::default()
        };
        let one = Spending::of_answer(3, 4, TokenPrice::per_million(1.0, 1.0));
        assert_eq!((all + one).calls, u64::MAX);
        assert_eq!((all + one).cost, all.cost);
        assert_eq!((one - all).cost, Cost::default());
        assert_eq!([one; 5].into_iter().sum::<Spending>(), one.times(5));
    }
}
