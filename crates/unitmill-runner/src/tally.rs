//! What milled candidates came to, summed up: what progress shows, and what the manifest of
//! a milled part keeps of it so that a resumed run goes on counting where it stopped.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use unitmill_agents::Conclusion;
use unitmill_model::{Agent, AttemptKind, Cost, Spending, Step, Verdict};
use unitmill_recipe::Models;

/// Milled candidates, summed up. Follows from their rows alone.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Milled {
    /// Candidates that came to their end.
    pub candidates: u64,
    /// Of these, passed as the corpus has them.
    pub at_first_sight: u64,
    /// Of these, with a pair that a fix made.
    pub fixed: u64,
    /// Of these, with a pair.
    pub with_pairs: u64,
    /// Pairs.
    pub pairs: u64,
    /// Of these, rejected.
    pub rejected: u64,
    /// Executions.
    pub executions: u64,
    /// Model calls, their tokens, and what these cost where they were paid for.
    pub answers: Spending,
}

impl Milled {
    /// One candidate.
    pub(crate) fn of(conclusion: &Conclusion, models: &Models) -> Self {
        let attempts = &conclusion.attempts;
        let passed_first = attempts.iter().any(|attempt| {
            attempt.step == Step::FirstRun && attempt.verdict == Some(Verdict::Passed)
        });
        let calls = attempts
            .iter()
            .filter(|attempt| attempt.kind == AttemptKind::ModelCall);
        let answers = calls
            .filter_map(|attempt| {
                let agent = agent_of(attempt.step)?;
                Some(Spending::of_answer(
                    u64::from(attempt.prompt_tokens),
                    u64::from(attempt.completion_tokens),
                    models.price_of(agent, &attempt.model),
                ))
            })
            .sum();
        Self {
            candidates: 1,
            at_first_sight: u64::from(passed_first),
            fixed: u64::from(conclusion.pairs.iter().any(|pair| pair.fix_rounds > 0)),
            with_pairs: u64::from(!conclusion.pairs.is_empty()),
            pairs: conclusion.pairs.len() as u64,
            rejected: u64::from(conclusion.reject.is_some()),
            executions: attempts
                .iter()
                .filter(|attempt| attempt.kind == AttemptKind::Execution)
                .count() as u64,
            answers,
        }
    }

    /// For a manifest.
    pub(crate) fn write(&self, counts: &mut BTreeMap<String, u64>) {
        for (name, count) in NAMES.iter().zip(self.figures()) {
            counts.insert((*name).to_owned(), count);
        }
    }

    /// Out of a manifest.
    pub(crate) fn read(counts: &BTreeMap<String, u64>) -> Self {
        let [
            candidates,
            at_first_sight,
            fixed,
            with_pairs,
            pairs,
            rejected,
            executions,
            calls,
            prompt_tokens,
            completion_tokens,
            cost,
        ] = NAMES.map(|name| counts.get(name).copied().unwrap_or(0));
        Self {
            candidates,
            at_first_sight,
            fixed,
            with_pairs,
            pairs,
            rejected,
            executions,
            answers: Spending {
                calls,
                prompt_tokens,
                completion_tokens,
                cost: Cost::from_parts(cost),
            },
        }
    }

    fn figures(&self) -> [u64; NAMES.len()] {
        let answers = &self.answers;
        [
            self.candidates,
            self.at_first_sight,
            self.fixed,
            self.with_pairs,
            self.pairs,
            self.rejected,
            self.executions,
            answers.calls,
            answers.prompt_tokens,
            answers.completion_tokens,
            answers.cost.parts(),
        ]
    }
}

const NAMES: [&str; 11] = [
    "milled",
    "milled_at_first_sight",
    "milled_fixed",
    "milled_with_pairs",
    "milled_pairs",
    "milled_rejected",
    "milled_executions",
    "milled_calls",
    "milled_prompt_tokens",
    "milled_completion_tokens",
    "milled_cost_parts",
];

impl AddAssign for Milled {
    fn add_assign(&mut self, other: Self) {
        self.candidates += other.candidates;
        self.at_first_sight += other.at_first_sight;
        self.fixed += other.fixed;
        self.with_pairs += other.with_pairs;
        self.pairs += other.pairs;
        self.rejected += other.rejected;
        self.executions += other.executions;
        self.answers += other.answers;
    }
}

/// Whose model was asked in a step.
fn agent_of(step: Step) -> Option<Agent> {
    match step {
        Step::Tests => Some(Agent::Tests),
        Step::Fix => Some(Agent::Fix),
        Step::Refine => Some(Agent::Refine),
        Step::FirstRun | Step::Judge | Step::StubCheck => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_keeps_every_figure() {
        let milled = Milled {
            candidates: 1,
            at_first_sight: 2,
            fixed: 3,
            with_pairs: 4,
            pairs: 5,
            rejected: 6,
            executions: 7,
            answers: Spending {
                calls: 8,
                prompt_tokens: 9,
                completion_tokens: 10,
                cost: Cost::from_parts(11),
            },
        };
        let mut counts = BTreeMap::new();
        milled.write(&mut counts);
        assert_eq!(Milled::read(&counts), milled);
        assert_eq!(Milled::read(&BTreeMap::new()), Milled::default());
    }
}
