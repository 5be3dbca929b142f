//! The request body of the chat-completions API, as the fake server reads it.

use serde::Deserialize;
use unitmill_model::Message;

/// What a client sent. Optional fields are `None` where the client left them out.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct ChatRequest {
    /// The model asked for.
    pub model: String,
    /// The conversation.
    pub messages: Vec<Message>,
    /// Sampling temperature.
    #[serde(default)]
    pub temperature: Option<f64>,
    /// Nucleus sampling threshold.
    #[serde(default)]
    pub top_p: Option<f64>,
    /// Most completion tokens.
    #[serde(default)]
    pub max_tokens: Option<u32>,
    /// The same under the name that newer hosted models insist on.
    #[serde(default)]
    pub max_completion_tokens: Option<u32>,
    /// Sampling seed.
    #[serde(default)]
    pub seed: Option<u64>,
    /// Answers wanted; the API's default is one.
    #[serde(default)]
    pub n: Option<u32>,
    /// Whether the answer is wanted in pieces.
    #[serde(default)]
    pub stream: Option<bool>,
}

impl ChatRequest {
    /// All message contents, one after the other.
    pub fn text(&self) -> String {
        let contents: Vec<&str> = self.messages.iter().map(|m| m.content.as_str()).collect();
        contents.join("\n")
    }
}
