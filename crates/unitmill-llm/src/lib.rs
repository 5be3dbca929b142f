//! The model client: requests to any server that speaks the chat-completions API.
//!
//! [`Client::ask`] turns one [`ModelRequest`](unitmill_model::ModelRequest) into one
//! [`Reply`](unitmill_model::Reply), bounded in concurrency, retried where that can help;
//! [`Client::ask_samples`] asks for several answers to the same messages, in one call where
//! the server can.
//! [`request_key`] names a request by everything that shapes its answer.
//!
//! This crate never knows what a request is about (no candidates, no stages), never keeps
//! an answer (journals are the runner's), never draws a random number, and never writes
//! an API key into an error, a log or a key.

mod answer;
mod base_url;
mod batch;
mod batch_endpoint;
mod client;
mod endpoint;
mod error;
mod pace;
mod pool;
mod request_body;
mod request_key;
mod retry;
mod secret;
mod server_error;
mod settings;

pub use batch::{BatchLine, BatchLines, LineFailure};
pub use batch_endpoint::{BatchEndpoint, BatchStatus};
pub use client::Client;
pub use error::{Failure, LlmError};
pub use request_key::request_key;
pub use secret::{Secret, api_key};
pub use settings::ClientSettings;
