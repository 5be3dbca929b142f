//! What a journal says was paid: requests that were sent, and the answers to them.
//!
//! A request without an `asked` record was never sent by its task: its answer came from
//! elsewhere and cost nothing.

use std::collections::HashMap;
use std::sync::PoisonError;

use serde::{Deserialize, Serialize};
use unitmill_model::{Agent, Digest};

use super::segment::RecordKind;
use super::{JournalReader, StoredReply, read_record};
use crate::ShardsError;

/// What is known of a request before it is sent.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Asked {
    /// Who asks.
    pub agent: Agent,
    /// The model.
    pub model: String,
    /// Most tokens that the prompt can have.
    pub prompt_tokens: u64,
    /// Most tokens that the answer can have.
    pub completion_tokens: u64,
}

/// What an answer took.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PaidAnswer {
    /// Tokens of the prompt, as the server counted them; 0 where it did not say.
    pub prompt_tokens: u32,
    /// Tokens of the answer, likewise.
    pub completion_tokens: u32,
    /// Bytes of the answer.
    pub bytes: u64,
}

/// A request that was sent, and what came of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Payment {
    /// The request.
    pub asked: Asked,
    /// Every answer that was written down; more than one where two attempts at a task ran
    /// at once.
    pub answers: Vec<PaidAnswer>,
    /// How often it was sent without an answer that was written down: the task was killed
    /// meanwhile, or the answer got lost on its way. Each may have been paid for.
    pub lost: u64,
}

impl JournalReader {
    /// Every request that was sent, in the order of the segments.
    ///
    /// # Errors
    /// As [`JournalReader::reply`].
    pub fn payments(&self) -> Result<Vec<Payment>, ShardsError> {
        let index = self.index.read().unwrap_or_else(PoisonError::into_inner);
        let mut repeated: HashMap<Digest, Vec<StoredReply>> = HashMap::new();
        for (key, location) in index.repeated() {
            let path = index.path_of(*location);
            let reply = read_record(path, *location, RecordKind::Answer, key)?;
            repeated.entry(*key).or_default().push(reply);
        }
        let mut payments = Vec::new();
        for (key, times, location) in index.asked() {
            let path = index.path_of(location);
            let asked = read_record(path, location, RecordKind::Asked, &key)?;
            let mut replies: Vec<StoredReply> = Vec::new();
            if let Some(location) = index.find(RecordKind::Answer, &key) {
                let path = index.path_of(location);
                replies.push(read_record(path, location, RecordKind::Answer, &key)?);
            }
            replies.extend(repeated.remove(&key).into_iter().flatten());
            let on_the_way: u64 = replies.iter().map(|reply| u64::from(reply.lost)).sum();
            if times == 0 && replies.is_empty() {
                continue;
            }
            payments.push(Payment {
                asked,
                lost: u64::from(times).saturating_sub(replies.len() as u64) + on_the_way,
                answers: replies
                    .iter()
                    .map(|reply| PaidAnswer {
                        prompt_tokens: reply.answer.prompt_tokens,
                        completion_tokens: reply.answer.completion_tokens,
                        bytes: reply.answer.text.len() as u64,
                    })
                    .collect(),
            });
        }
        Ok(payments)
    }
}
