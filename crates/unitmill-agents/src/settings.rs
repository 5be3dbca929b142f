//! What a run decides once for all its candidates.

use std::collections::{BTreeMap, BTreeSet};

use unitmill_model::{Backend, Digest, Isolation, Limits};

use crate::Prompts;

/// The settings of every case of a run.
#[derive(Clone, Debug)]
pub struct CaseSettings {
    /// At most this many rounds of fixing by each provider; 0 switches fixing off.
    pub fix_rounds: u32,
    /// Fixes per round; each is executed.
    pub fix_samples: u32,
    /// At most this many passing variants become pairs; at least 1.
    pub keep: u32,
    /// How many more suites a model is asked for where its tests fail on a function and no
    /// fix makes them pass; 0: none.
    pub opinions: u32,
    /// Who writes tests: at least one, cheap first. The next one is asked where none of the
    /// tests of those before it run.
    pub tests: Vec<Provider>,
    /// Who repairs: at least one, cheap first, each with `fix_rounds` rounds. How many
    /// answers a round takes is `fix_samples`, whatever the provider's own `samples`.
    pub fix: Vec<Provider>,
    /// Who polishes: at least one, cheap first. The next one takes what those before it did
    /// not improve.
    pub refine: Vec<Provider>,
    /// At most this many calls of a function does the offline generator look at.
    pub observed_calls: u32,
    /// Limits of every execution.
    pub limits: Limits,
    /// Seed of every execution; the offline generator's second look uses the next one.
    pub seed: u32,
    /// What executes; a column of every pair.
    pub backend: Backend,
    /// What stands between executions and the machine; a column of every pair.
    pub isolation: Isolation,
    /// Digest of the environment; a column of every pair.
    pub env_digest: Digest,
    /// What the environment holds.
    pub environment: Environment,
    /// The prompts of the model agents.
    pub prompts: Prompts,
}

/// Who does an agent's work.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Provider {
    /// The offline agent.
    Builtin,
    /// A model.
    Model {
        /// The model's name, as rows have it.
        name: String,
        /// Independent answers asked for at once, at least 1.
        samples: u32,
        /// Its answers are those of another run, which may lack some.
        recorded: bool,
    },
}

impl Provider {
    /// The name that rows have: the model's, or `builtin`.
    pub fn name(&self) -> &str {
        match self {
            Self::Builtin => "builtin",
            Self::Model { name, .. } => name,
        }
    }
}

/// What the sandbox's Python environment holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Environment {
    /// Major and minor version of the interpreter.
    pub python: (u8, u8),
    /// Import roots that it holds, the standard library included.
    pub modules: BTreeSet<String>,
    /// Versions of installed distributions, by import root where that is known and by
    /// distribution name (`scikit-learn`) where not.
    pub versions: BTreeMap<String, String>,
}
