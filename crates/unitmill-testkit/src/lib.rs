//! For tests: real programs with failure knobs, in the place of what a run talks to.
//!
//! [`FakeModelServer`] is a real HTTP server on the loopback interface that speaks the
//! chat-completions API. Nothing in here ships, and nothing in here is a mock that a test
//! could assert against itself.

mod answer_rules;
mod batch;
mod chat_request;
mod cut_body;
mod fake_model;
mod fake_model_server;
mod hosted_batches;
mod stand_in;

pub use answer_rules::{AnswerRule, AnswerRules};
pub use batch::{BatchManners, answer_batch};
pub use chat_request::ChatRequest;
pub use fake_model::{FailureMode, FakeModel, Schedule};
pub use fake_model_server::{FakeModelServer, ServerCounts};
pub use stand_in::stand_in_answer;
