//! What the fuzz target in `fuzz/` sees of the result channel; part of no build that does
//! not ask for the feature `fuzzing`. Never a parser of its own.

use super::{Bounds, Channel, ChannelKey, HEAD};

/// Largest body of one record here, bytes: a thousandth of what runs may say, so that its
/// bounds are reached often.
pub const MOST_BODY: usize = 4 << 10;
/// Most bytes of all records here.
pub const MOST_BYTES: usize = 64 << 10;
/// Fewer bytes than this wait for the rest of their record.
pub const WHOLE_RECORD: usize = HEAD + MOST_BODY;

/// A record with its length and MAC, as a judge with that key sends it.
pub fn frame(key: [u8; 32], body: &[u8]) -> Vec<u8> {
    ChannelKey::new(key).frame(body)
}

/// A channel and what it believes.
pub struct ResultChannel(Channel);

impl ResultChannel {
    /// Of a run with that key.
    pub fn new(key: [u8; 32]) -> Self {
        let bounds = Bounds {
            body: MOST_BODY,
            total: MOST_BYTES,
        };
        Self(Channel::bounded(ChannelKey::new(key), bounds))
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
