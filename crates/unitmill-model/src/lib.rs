//! The records of unitmill, and the closed vocabularies that they use.
//!
//! Every record that crosses a boundary between crates, a process or a file is defined
//! here, once: [`Candidate`], [`Reject`], [`Attempt`] and [`Pair`] are rows; [`Job`] and
//! [`Outcome`] are what a sandbox takes and gives; [`ModelRequest`] and [`ModelAnswer`]
//! are what a model server takes and gives. `unitmill-shards` holds their Parquet
//! mapping.
//!
//! This crate never does IO, never reads a clock and never draws a random number.

mod attempt;
mod benchmark;
mod candidate;
mod duplicate;
mod identity;
mod job;
mod model_call;
mod money;
mod outcome;
mod pair;
mod reject;
mod verdict_row;
mod vocabulary;

pub use attempt::{Attempt, AttemptKind, Step};
pub use benchmark::BenchmarkItem;
pub use candidate::{Candidate, CandidateKey, CandidateText, Origin};
pub use duplicate::{
    CandidateSketch, DuplicateDrop, NearNeighbour, SketchBands, SketchContamination, SketchShingles,
};
pub use identity::{CandidateId, Digest, DigestBuilder, PairId, ParseIdError};
pub use job::{
    JOB_VERSION, Job, JobFile, JobKind, Limits, ObservedCall, SCRATCH_FOLDER, TestOrder,
};
pub use model_call::{Agent, FinishReason, Message, ModelAnswer, ModelRequest, Reply, Role};
pub use money::{Cost, Spending, TokenPrice};
pub use outcome::{
    CoveredFile, Execution, Observation, ObservedTrait, ObservedValue, Outcome, TestResult,
    TestStatus, ValueKind,
};
pub use pair::Pair;
pub use reject::{Reject, RejectReason, RejectUnit};
pub use verdict_row::{ExecInput, ExecVerdict};
pub use vocabulary::{Backend, Isolation, Stage, TestOrigin, Verdict, Verification};
