//! A pair: one training row, executed.

use serde::{Deserialize, Serialize};

use crate::{Backend, Digest, Isolation, PairId, TestOrigin, Verification};

/// A prefix-completion pair and the tests that it passed.
///
/// `prefix` + `completion` is exactly the code that passed: imports, context, signature
/// and docstring, then the body. The file `prefix + completion + "\n\n" + tests` passes
/// under plain `python -m unittest` in the same environment.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Pair {
    /// Candidate id and variant.
    pub id: PairId,
    /// Imports, context, signature and docstring.
    pub prefix: String,
    /// The body.
    pub completion: String,
    /// A `unittest` suite.
    pub tests: String,
    /// Import roots that the code uses, sorted.
    pub packages: Vec<String>,
    /// Qualified names of its library calls, sorted.
    pub apis: Vec<String>,
    /// SPDX expression, where known.
    pub license: Option<String>,
    /// Repository, where known.
    pub repo: Option<String>,
    /// Path of the source file.
    pub path: String,
    /// SHA-256 of the source file's bytes.
    pub source_sha256: Digest,
    /// Who wrote the tests.
    pub test_origin: TestOrigin,
    /// What makes them believable.
    pub verification: Verification,
    /// In which fix round the code came to pass; 0 at first sight.
    pub fix_rounds: u32,
    /// Whether the refined text is the one published.
    pub refined: bool,
    /// How many tests ran.
    pub tests_run: u32,
    /// What executed it.
    pub backend: Backend,
    /// What stood between its executions and the machine.
    pub isolation: Isolation,
    /// Digest of the environment that it passed in.
    pub env_digest: Digest,
    /// Every model whose answer is in the row, sorted; `builtin` for the offline agents.
    pub models: Vec<String>,
    /// Prompt tokens spent on the candidate, all answers counted.
    pub prompt_tokens: u32,
    /// Completion tokens spent on the candidate, all answers counted.
    pub completion_tokens: u32,
}

impl Pair {
    /// The code that passed.
    pub fn code(&self) -> String {
        format!("{}{}", self.prefix, self.completion)
    }

    /// The one file that a pair is: code, a blank line, tests.
    pub fn module(code: &str, tests: &str) -> String {
        format!(
            "{}\n\n\n{}\n",
            code.trim_end_matches('\n'),
            tests.trim_matches('\n')
        )
    }
}
