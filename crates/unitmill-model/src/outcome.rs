//! What came of a sandbox job.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::vocabulary::vocabulary;
use crate::{Digest, Verdict};

/// The result of one [`crate::Job`].
///
/// For `Observe` jobs the verdict is `passed` when the module loaded and every call was
/// reported, whatever the calls returned or raised.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Outcome {
    /// The verdict.
    pub verdict: Verdict,
    /// Every reported test, by id.
    pub tests: Vec<TestResult>,
    /// How many tests ran and were neither skipped nor expected to fail.
    pub tests_run: u32,
    /// How many of those passed.
    pub tests_passed: u32,
    /// One paragraph for a person: the exception and its traceback inside the module, the
    /// limit that was hit, the test that did not report. Cut to a few kilobytes; free of
    /// addresses, times and host paths.
    pub detail: String,
    /// The start of standard output and error, as far as kept.
    pub output: String,
    /// For `Observe`: one per call, in order.
    pub observations: Vec<Observation>,
    /// For `Coverage`: the lines of `entry`.
    pub coverage: Option<CoveredFile>,
    /// Wall time of the run from its greeting to its end, milliseconds. Never reaches a pair row.
    pub duration_ms: u64,
}

vocabulary! {
    /// How one test ended.
    TestStatus {
        /// Passed.
        Passed = "passed",
        /// An assertion did not hold, or an expected failure succeeded.
        Failed = "failed",
        /// An exception outside an assertion.
        Error = "error",
        /// Skipped.
        Skipped = "skipped",
        /// Failed as it was declared to.
        ExpectedFailure = "expected_failure",
    }
}

/// One test of a suite.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TestResult {
    /// `Class.method`; a failed class or module fixture reports as `setUpClass (Class)`.
    pub id: String,
    /// How it ended.
    pub status: TestStatus,
    /// The traceback's part inside the module and the message, for failures and errors.
    pub message: String,
}

/// What one observed call did.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Observation {
    /// The value returned; none if it raised.
    pub value: Option<ObservedValue>,
    /// Qualified type of the exception (`ValueError`, `json.decoder.JSONDecodeError`).
    pub exception: Option<String>,
    /// The exception's message.
    pub message: String,
    /// What the call printed, cut to a few kilobytes.
    pub printed: String,
    /// The values of `arguments` after the call, in the order asked for.
    pub arguments: Vec<ObservedValue>,
    /// Where lines were asked for: those of `entry` that the call executed, sorted, from 1.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<u32>,
    /// The innermost line of `entry` that the exception passed through; none where it never
    /// came there, as when an argument could not be made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raised_at: Option<u32>,
}

vocabulary! {
    /// How a value can be compared with another run's.
    ValueKind {
        /// `ast.literal_eval(repr(value))` gives an equal value of equal type; no floats
        /// inside.
        Literal = "literal",
        /// As a literal, with floats inside: compare with a tolerance.
        Approximate = "approximate",
        /// A numpy array or scalar; `source` rebuilds it.
        Array = "array",
        /// A pandas frame; `source` rebuilds it.
        Frame = "frame",
        /// A pandas series or index; `source` rebuilds it.
        Series = "series",
        /// Anything else: only its type and its traits can be asserted.
        Opaque = "opaque",
    }
}

/// A value seen inside the sandbox.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ObservedValue {
    /// How it can be compared.
    pub kind: ValueKind,
    /// Qualified type name, without `builtins.`.
    pub type_name: String,
    /// A Python expression that rebuilds the value, given `import numpy as np` and
    /// `import pandas as pd`; none for opaque values and for very large ones.
    pub source: Option<String>,
    /// `repr`, cut to a few kilobytes, addresses replaced.
    pub repr: String,
    /// What can be said of an opaque value: its parts, its length, its attributes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub traits: Vec<ObservedTrait>,
}

/// Something that an opaque value gives away when it is asked.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ObservedTrait {
    /// A Python expression of `result`, which is the value: `result[0]`, `result.shape`.
    pub expression: String,
    /// What it gives; never opaque.
    pub value: ObservedValue,
}

/// Executed lines of one file.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CoveredFile {
    /// Line numbers that hold code, sorted, from 1.
    pub executable: Vec<u32>,
    /// Those of them that were executed, sorted.
    pub executed: Vec<u32>,
}

/// An outcome and how it was come by.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Execution {
    /// The execution key.
    pub key: Digest,
    /// The outcome.
    pub outcome: Outcome,
    /// Taken from a journal instead of a sandbox.
    pub replayed: bool,
}
