//! Attempts: every model call and every execution of a run, one row each.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::vocabulary::vocabulary;
use crate::{CandidateId, Digest, Verdict};

vocabulary! {
    /// What kind of work an attempt was.
    AttemptKind {
        /// A model was asked, or its recorded answer read.
        ModelCall = "model_call",
        /// Something ran in the sandbox, or its recorded outcome was read.
        Execution = "execution",
        /// What was asked and executed so far was weighed; `detail` has the decision and
        /// its evidence, `code` and `tests` what it was about.
        Judgement = "judgement",
    }
}

vocabulary! {
    /// Which step of the flow an attempt belongs to.
    Step {
        /// Writing tests; for the offline generator also observing the function.
        Tests = "tests",
        /// The function as the corpus has it, against its tests.
        FirstRun = "first_run",
        /// A fix and its run.
        Fix = "fix",
        /// Whose fault it is that tests fail, and whether a fix repairs anything.
        Judge = "judge",
        /// A refinement and its run.
        Refine = "refine",
        /// The tests against a function whose body is gone.
        StubCheck = "stub_check",
    }
}

/// One model call, one execution or one decision about them.
///
/// The columns up to `detail` are deterministic; `duration_ms`, `resent`, `failures`
/// and `replayed` say how this run came by the result and are the only ones that differ
/// between two runs of the same recipe.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Attempt {
    /// The candidate.
    pub candidate_id: CandidateId,
    /// Position among the candidate's attempts, from 0, in the order of (step, round,
    /// sample), never of arrival; what is judged stands with the fix round it belongs to.
    pub sequence: u32,
    /// Model call, execution or judgement.
    pub kind: AttemptKind,
    /// The step.
    pub step: Step,
    /// The fix round, from 1; 0 outside fixing.
    pub round: u32,
    /// Which sample of the round, from 0.
    pub sample: u32,
    /// Request key or execution key; of a judgement, the digest of what it says.
    pub key: Digest,
    /// The model; `builtin` for the offline agents' own executions and changes.
    pub model: String,
    /// Tokens of the prompt.
    pub prompt_tokens: u32,
    /// Tokens of the answer.
    pub completion_tokens: u32,
    /// The model's answer, for model calls.
    pub reply: Option<String>,
    /// The code that ran, for executions.
    pub code: Option<String>,
    /// The tests that ran, or the calls that were observed, for executions.
    pub tests: Option<String>,
    /// The verdict, for executions.
    pub verdict: Option<Verdict>,
    /// Tests that ran, for executions.
    pub tests_run: u32,
    /// Tests that passed, for executions.
    pub tests_passed: u32,
    /// The sandbox's detail, why an answer could not be used, or a judgement's reasons.
    pub detail: String,
    /// Milliseconds that the call or the execution took when it was done.
    pub duration_ms: u64,
    /// How often a request was sent again.
    pub resent: u32,
    /// Why: how each earlier try of the request failed, in order.
    #[serde(default)]
    pub failures: Vec<String>,
    /// Taken from a journal.
    pub replayed: bool,
}
