//! What a model is asked and what it answers, whatever server is behind it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Digest;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// Who asks.
    Agent {
        /// Writes the tests.
        Tests = "tests",
        /// Repairs a function whose tests fail.
        Fix = "fix",
        /// Polishes a function whose tests pass.
        Refine = "refine",
    }
}

vocabulary! {
    /// The role of a chat message.
    Role {
        /// Instructions.
        System = "system",
        /// The request.
        User = "user",
        /// An earlier answer.
        Assistant = "assistant",
    }
}

vocabulary! {
    /// Why an answer ended.
    FinishReason {
        /// The model was done.
        Stop = "stop",
        /// The token limit cut it off.
        Length = "length",
        /// Anything else that a server may say (a content filter).
        Other = "other",
    }
}

/// One chat message.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Message {
    /// Who speaks.
    pub role: Role,
    /// What is said.
    pub content: String,
}

/// Everything that shapes one answer, and nothing else: neither the server's address nor
/// the key to it. `unitmill-llm` hashes all of it into the request key.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ModelRequest {
    /// The model's name, as its server knows it.
    pub model: String,
    /// The conversation.
    pub messages: Vec<Message>,
    /// Sampling temperature.
    pub temperature: f64,
    /// Nucleus sampling threshold; 1 leaves all tokens in.
    pub top_p: f64,
    /// At most this many completion tokens.
    pub max_tokens: u32,
    /// The sampling seed, passed to servers that have one.
    pub seed: u64,
    /// Which of several independent answers to the same messages, from 0.
    pub sample: u32,
}

/// One answer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ModelAnswer {
    /// The text, as the model wrote it.
    pub text: String,
    /// Why it ended.
    pub finish_reason: FinishReason,
    /// Tokens of the prompt, as the server counts them; 0 where it does not say.
    pub prompt_tokens: u32,
    /// Tokens of the answer, as the server counts them; 0 where it does not say.
    pub completion_tokens: u32,
}

/// An answer and how it was come by.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Reply {
    /// The request key.
    pub key: Digest,
    /// The model's name.
    pub model: String,
    /// The answer.
    pub answer: ModelAnswer,
    /// How often the request had to be sent again before the answer came.
    pub resent: u32,
    /// Why, one entry for each time, in order; at the end, why there is no answer where
    /// the server refuses the request.
    #[serde(default)]
    pub failures: Vec<String>,
    /// How many of these tries may have been paid for: those whose answer was cut off,
    /// unreadable or too late, and not those that the server refused.
    #[serde(default)]
    pub lost: u32,
    /// Milliseconds from sending to the answer, as they were when it was sent.
    pub duration_ms: u64,
    /// Taken from a journal instead of a server.
    pub replayed: bool,
}
