//! What the fuzz target in `fuzz/` sees of the result channel; part of no build that does
//! not ask for the feature `fuzzing`. Never a parser of its own.

use super::{Channel, ChannelKey, HEAD, MOST_BODY};

/// Largest body of one record, bytes.
pub const LARGEST_BODY: usize = MOST_BODY;
/// No more bytes than this wait for the rest of their record.
pub const MOST_WAITING: usize = HEAD + MOST_BODY;

/// A record with its length and MAC, as a judge with that key sends it.
pub fn frame(key: [u8; 32], body: &[u8]) -> Vec<u8> {
    ChannelKey::new(key).frame(body)
}

/// A channel and what it believes.
pub struct ResultChannel(Channel);

impl ResultChannel {
    /// Of a run with that key.
    pub fn new(key: [u8; 32]) -> Self {
        Self(Channel::new(ChannelKey::new(key)))
    }

    /// Takes some bytes; false once something was forged, and ever after.
    pub fn take(&mut self, bytes: &[u8]) -> bool {
        self.0.take(bytes)
    }

    /// The records so far, as `Debug` shows them.
    pub fn records(&self) -> Vec<String> {
        self.0
            .records
            .iter()
            .map(|record| format!("{record:?}"))
            .collect()
    }

    /// Why the channel is not to be believed.
    pub fn forgery(&self) -> Option<&'static str> {
        self.0.forgery()
    }

    /// Whether the judge has spoken at all.
    pub fn greeted(&self) -> bool {
        self.0.greeted()
    }

    /// Whether a record was begun and not finished.
    pub fn is_cut(&self) -> bool {
        self.0.is_cut()
    }

    /// How many bytes wait for the rest of their record, and how many have room.
    pub fn waiting(&self) -> (usize, usize) {
        (self.0.buffer.len(), self.0.buffer.capacity())
    }
}
