//! What an audit holds, and when it holds.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use unitmill_shards::ShardsError;

use crate::missing::MissingPackage;
use crate::money::{AnswerFigures, Paid, Tokens};

/// The version of `audit.json`.
pub const AUDIT_VERSION: u32 = 1;

/// An audit that could not be made.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// A file of the run cannot be read.
    #[error(transparent)]
    Shards(#[from] ShardsError),
    /// A query over the files failed, which a damaged file can cause.
    #[error(
        "cannot count the {what} of {run}: {message}; `unitmill audit` needs the files that the manifests name"
    )]
    Query {
        /// What was being counted.
        what: &'static str,
        /// The run.
        run: String,
        /// What the query engine said.
        message: String,
    },
    /// The plan has prices that this version cannot read.
    #[error(
        "the plan of {run} cannot be read: {message}; it was made by another version of unitmill"
    )]
    Plan {
        /// The run.
        run: String,
        /// What is wrong with it.
        message: String,
    },
}

/// The figures of a run; `audit.json` is its written form.
///
/// Everything but [`Audit::replayed`] and [`Audit::paid`] follows from the rows and the
/// prices alone, so two runs of one plan with the same answers have the same audit, however
/// often they were interrupted.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Audit {
    /// [`AUDIT_VERSION`].
    pub version: u32,
    /// Whether every extracted part was milled and every shard published.
    pub complete: bool,
    /// Committed tasks per stage.
    pub tasks: BTreeMap<String, u64>,
    /// Whether nothing got lost.
    pub conservation: Conservation,
    /// From files to pairs.
    pub funnel: Vec<FunnelStep>,
    /// Why things were rejected, by stage and unit, the most frequent first.
    pub reasons: Vec<ReasonCount>,
    /// Per package, the one with most candidates first.
    pub packages: Vec<PackageRow>,
    /// Packages that the environment lacks and functions need, the most wanted first.
    #[serde(default)]
    pub missing_packages: Vec<MissingPackage>,
    /// Verdicts of the functions as the corpus has them, one per first run.
    pub first_verdicts: Vec<Count>,
    /// What the pairs are made of.
    pub pairs: PairFigures,
    /// All model calls, and what they took for each pair.
    #[serde(default)]
    pub answers: AnswerFigures,
    /// Model calls and their tokens, by agent, fix round and model.
    pub model_calls: Vec<TokenRow>,
    /// Executions by step.
    pub executions: Vec<WorkRow>,
    /// How much of it came out of journals; left out of `audit.json`, because it says how
    /// a run went and not what came of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replayed: Option<Replayed>,
    /// What was paid for; left out of `audit.json` likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid: Option<Paid>,
}

/// The sums that must come out.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Conservation {
    /// Files = parsed + rejected.
    pub files: Sum,
    /// Functions = candidates + rejected.
    pub functions: Sum,
    /// Candidates = with pairs + with exactly one reject (+ not milled yet).
    pub candidates: Sum,
    /// Rows of the files = rows that their manifests name; pairs = published pairs.
    pub outputs: Sum,
}

/// One sum: a whole and its parts.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Sum {
    /// What is summed up.
    pub name: String,
    /// How much of it there is.
    pub whole: u64,
    /// What it is made of.
    pub parts: Vec<Part>,
    /// Whether the parts make up the whole and nothing else is off.
    pub holds: bool,
    /// What is off, for a person.
    pub off: Vec<String>,
}

/// A part of a sum.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Part {
    /// What it is.
    pub name: String,
    /// How many.
    pub count: u64,
}

/// One step from files to pairs.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct FunnelStep {
    /// The step: `files`, `passed_first_run`, `passed_after_fix_2`, ...
    pub step: String,
    /// How many came through.
    pub count: u64,
    /// The step that the share is of; none for steps that start a new unit.
    pub of: Option<String>,
    /// `count` divided by the count of that step, to four decimals; none if that is 0.
    pub share: Option<f64>,
}

/// How often a reason was given.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ReasonCount {
    /// The stage that rejected.
    pub stage: String,
    /// What was rejected: `file`, `function` or `candidate`.
    pub unit: String,
    /// Why.
    pub reason: String,
    /// How many.
    pub count: u64,
}

/// How the candidates that use one package fared. A candidate counts for every package
/// that it uses.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct PackageRow {
    /// The import root; empty for candidates without imports.
    pub package: String,
    /// Candidates after deduplication.
    pub candidates: u64,
    /// Of these, with tests that ran.
    pub with_tests: u64,
    /// Of these, passed as the corpus has them.
    pub passed_first_run: u64,
    /// Passed at first sight or by fix round 1, 2, ...
    pub passed_after_fix: Vec<u64>,
    /// Candidates with a refined pair.
    pub refined: u64,
    /// Candidates with a pair.
    pub with_pairs: u64,
    /// Pairs.
    pub pairs: u64,
    /// `with_pairs` divided by `candidates`, to four decimals.
    pub pass_rate: Option<f64>,
    /// Model calls for these candidates.
    #[serde(default)]
    pub answers: Tokens,
}

/// A name and how often it occurs.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Count {
    /// The name.
    pub name: String,
    /// How many.
    pub count: u64,
    /// Its part of all, to four decimals.
    pub share: Option<f64>,
}

/// What the pairs are made of; each list sorted by count, then name.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct PairFigures {
    /// How many there are.
    pub count: u64,
    /// What makes their tests believable.
    pub verification: Vec<Count>,
    /// Who wrote their tests.
    pub test_origin: Vec<Count>,
    /// Their licences; `unknown` where the corpus did not say.
    pub licenses: Vec<Count>,
    /// The models whose answers are in them; a pair counts for each.
    pub models: Vec<Count>,
    /// The fix round in which they came to pass; `0` at first sight.
    pub fix_rounds: Vec<Count>,
    /// How many are refined.
    pub refined: u64,
    /// What executed them.
    pub backends: Vec<Count>,
    /// What stood between their executions and the machine.
    #[serde(default)]
    pub isolation: Vec<Count>,
    /// The environments that they passed in.
    pub environments: Vec<Count>,
}

/// Model calls of one agent with one model in one fix round.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TokenRow {
    /// `tests`, `fix` or `refine`.
    pub agent: String,
    /// The fix round, from 1; 0 for other agents.
    #[serde(default)]
    pub round: u32,
    /// The model.
    pub model: String,
    /// What they took.
    #[serde(flatten)]
    pub tokens: Tokens,
}

/// Executions of one step.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct WorkRow {
    /// The step.
    pub step: String,
    /// Executions.
    pub executions: u64,
    /// Those whose verdict was `passed`; in the stub check that is a bad sign.
    pub passed: u64,
}

/// How much came out of journals.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Replayed {
    /// Model calls.
    pub model_calls: u64,
    /// Executions.
    pub executions: u64,
}

impl Audit {
    /// Whether every sum comes out.
    pub fn holds(&self) -> bool {
        self.sums().iter().all(|sum| sum.holds)
    }

    /// The sums, in the order of the flow.
    pub fn sums(&self) -> [&Sum; 4] {
        let Conservation {
            files,
            functions,
            candidates,
            outputs,
        } = &self.conservation;
        [files, functions, candidates, outputs]
    }

    /// What `audit.json` holds: the same for every run of a plan with the same answers.
    pub fn published_json(&self) -> Value {
        Self {
            replayed: None,
            paid: None,
            ..self.clone()
        }
        .json()
    }

    /// Everything, as `unitmill audit --json` prints it.
    pub fn json(&self) -> Value {
        serde_json::to_value(self).expect("text keys and finite numbers are JSON")
    }

    /// The count of a step of the funnel; 0 for one that is not there.
    pub fn count_of(&self, step: &str) -> u64 {
        let found = self.funnel.iter().find(|candidate| candidate.step == step);
        found.map_or(0, |step| step.count)
    }
}

/// `part` divided by `whole`, to four decimals; none if there is no whole.
pub(crate) fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| (part as f64 / whole as f64 * 10_000.0).round() / 10_000.0)
}
