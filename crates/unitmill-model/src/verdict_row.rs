//! The rows of `unitmill exec`: pairs in, verdicts out.

use serde::{Deserialize, Serialize};

use crate::Verdict;

/// A function-test pair that somebody wants judged.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ExecInput {
    /// Whatever the caller calls it; handed through.
    pub id: String,
    /// The code.
    pub code: String,
    /// A `unittest` suite for it.
    pub test: String,
}

/// What came of one [`ExecInput`].
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ExecVerdict {
    /// The id of the input row.
    pub id: String,
    /// The verdict.
    pub verdict: Verdict,
    /// How many tests ran.
    pub tests_run: u32,
    /// How many of those passed.
    pub tests_passed: u32,
    /// Wall time of the run, milliseconds.
    pub duration_ms: u64,
    /// The sandbox's detail.
    pub detail: String,
}
