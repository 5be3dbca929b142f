//! The result channel: bytes of a run to records, believed only with their MAC.
//!
//! A record is `length (u32) | MAC (32 bytes) | body`, the body `number (u64) | JSON`, all
//! little-endian; the MAC is BLAKE2s of the body, keyed with the run's own key, which is
//! drawn for one run and is therefore its nonce as well. Numbers count from 0. Anything
//! else is a forgery, and nothing may follow the end record.
//!
//! Pure: bytes in, records out. Never panics, whatever the bytes; `scripts/fuzz` tries.

#[cfg(feature = "fuzzing")]
pub mod fuzzing;

use blake2::Blake2sMac256;
use blake2::digest::{KeyInit as _, Mac as _};
use serde::Deserialize;

const BOUNDS: Bounds = Bounds {
    body: 4 << 20,
    total: 64 << 20,
};
const HEAD: usize = 4 + 32;

/// How much a run may have to say.
#[derive(Clone, Copy)]
struct Bounds {
    /// Largest body of one record, bytes; an observation is a few kilobytes.
    body: usize,
    /// Most bytes of all records of a run.
    total: usize,
}

/// The secret of one run.
#[derive(Clone)]
pub(crate) struct ChannelKey([u8; 32]);

impl ChannelKey {
    pub(crate) fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub(crate) fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    fn mac(&self, body: &[u8]) -> [u8; 32] {
        Blake2sMac256::new(&self.0.into())
            .chain_update(body)
            .finalize()
            .into_bytes()
            .into()
    }

    /// A record as the judge sends it.
    #[cfg(any(test, feature = "fuzzing"))]
    fn frame(&self, body: &[u8]) -> Vec<u8> {
        let mut bytes = (body.len() as u32).to_le_bytes().to_vec();
        bytes.extend_from_slice(&self.mac(body));
        bytes.extend_from_slice(body);
        bytes
    }
}

/// What the judge says.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub(crate) enum Record {
    /// Isolated, payload read, nothing untrusted run yet.
    Hello { hello: u8 },
    /// The module did not load.
    LoadFailed {
        load_failed: String,
        message: String,
    },
    /// A test has ended, or one of its subtests.
    Test {
        test: String,
        status: String,
        message: String,
        exception: String,
    },
    /// An observation or a coverage result, as JSON.
    Data { data: String },
    /// The end; with what the judge noticed.
    End { end: bool, flags: Vec<String> },
}

/// Takes a run's bytes as they come.
pub(crate) struct Channel {
    key: ChannelKey,
    bounds: Bounds,
    buffer: Vec<u8>,
    next: u64,
    total: usize,
    /// Records so far, in order.
    pub(crate) records: Vec<Record>,
    ended: bool,
    forged: Option<&'static str>,
}

impl Channel {
    pub(crate) fn new(key: ChannelKey) -> Self {
        Self::bounded(key, BOUNDS)
    }

    fn bounded(key: ChannelKey, bounds: Bounds) -> Self {
        Self {
            key,
            bounds,
            buffer: Vec::new(),
            next: 0,
            total: 0,
            records: Vec::new(),
            ended: false,
            forged: None,
        }
    }

    /// Takes some bytes; false once something was forged, and ever after.
    pub(crate) fn take(&mut self, bytes: &[u8]) -> bool {
        if self.forged.is_some() {
            return false;
        }
        self.total = self.total.saturating_add(bytes.len());
        if self.total > self.bounds.total {
            return self.refuse("more bytes than any run has to report");
        }
        self.buffer.extend_from_slice(bytes);
        let mut start = 0;
        loop {
            let rest = &self.buffer[start..];
            if self.ended && !rest.is_empty() {
                return self.refuse("bytes after the end record");
            }
            let Some((head, after)) = rest.split_at_checked(HEAD) else {
                break;
            };
            let mut length = [0; 4];
            length.copy_from_slice(&head[..4]);
            let length = u32::from_le_bytes(length) as usize;
            if !(8..=self.bounds.body).contains(&length) {
                return self.refuse("a record of an impossible length");
            }
            let Some(body) = after.get(..length) else {
                break;
            };
            if self.key.mac(body) != head[4..] {
                return self.refuse("a record without the run's MAC");
            }
            let (number, text) = body.split_at(8);
            if number != self.next.to_le_bytes() {
                return self.refuse("a record out of order");
            }
            let Ok(record) = serde_json::from_slice::<Record>(text) else {
                return self.refuse("a record that is none");
            };
            self.next += 1;
            self.ended = matches!(record, Record::End { .. });
            self.records.push(record);
            start += HEAD + length;
        }
        self.buffer.drain(..start);
        true
    }

    fn refuse(&mut self, why: &'static str) -> bool {
        self.forged = Some(why);
        self.buffer = Vec::new();
        false
    }

    /// Whether the end record has come.
    pub(crate) fn has_ended(&self) -> bool {
        self.ended
    }

    /// Whether the judge has spoken at all.
    pub(crate) fn greeted(&self) -> bool {
        matches!(self.records.first(), Some(Record::Hello { .. }))
    }

    /// Why the channel is not to be believed; `unfinished` when a record was cut off.
    pub(crate) fn forgery(&self) -> Option<&'static str> {
        self.forged
    }

    /// Whether a record was begun and not finished.
    pub(crate) fn is_cut(&self) -> bool {
        !self.buffer.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key() -> ChannelKey {
        ChannelKey::new([7; 32])
    }

    fn frame(number: u64, text: &str) -> Vec<u8> {
        let mut body = number.to_le_bytes().to_vec();
        body.extend_from_slice(text.as_bytes());
        key().frame(&body)
    }

    fn whole_run() -> Vec<u8> {
        [
            frame(0, r#"{"hello":1}"#),
            frame(
                1,
                r#"{"test":"T.test","status":"passed","message":"","exception":""}"#,
            ),
            frame(2, r#"{"end":true,"flags":[]}"#),
        ]
        .concat()
    }

    #[test]
    fn mac_is_keyed_blake2s() {
        // The second of the keyed known answers that BLAKE2's authors publish.
        let key = std::array::from_fn(|at| at as u8);
        let mac = ChannelKey::new(key).mac(&[0]);
        assert_eq!(mac[..4], [0x40, 0xd1, 0x5f, 0xee]);
    }

    #[test]
    fn bytes_after_the_end_are_a_forgery() {
        let mut channel = Channel::new(key());
        let mut bytes = whole_run();
        bytes.push(0);
        assert!(!channel.take(&bytes));
        assert_eq!(channel.forgery(), Some("bytes after the end record"));
    }

    #[test]
    fn replayed_and_reordered_records_are_forgeries() {
        let hello = frame(0, r#"{"hello":1}"#);
        for bytes in [[hello.clone(), hello].concat(), frame(1, r#"{"hello":1}"#)] {
            let mut channel = Channel::new(key());
            assert!(!channel.take(&bytes));
        }
    }

    #[test]
    fn what_runs_report_and_what_waits_is_bounded() {
        let text = format!(r#"{{"data":"{}"}}"#, " ".repeat(BOUNDS.body - 19));
        assert_eq!(text.len(), BOUNDS.body - 8);
        let mut channel = Channel::new(key());
        for number in 0.. {
            let bytes = frame(number, &text);
            let (most, last) = bytes.split_at(bytes.len() - 1);
            if !channel.take(most) {
                break;
            }
            assert!(channel.buffer.capacity() < 3 * BOUNDS.body);
            assert!(channel.take(last));
            assert!(channel.buffer.is_empty());
        }
        assert_eq!(channel.records.len(), BOUNDS.total / (HEAD + BOUNDS.body));
        assert_eq!(
            channel.forgery(),
            Some("more bytes than any run has to report")
        );
        assert_eq!(channel.buffer.capacity(), 0);

        let mut channel = Channel::new(key());
        assert!(!channel.take(&frame(0, &format!("{text} "))));
        assert_eq!(channel.forgery(), Some("a record of an impossible length"));
    }

    proptest! {
        #[test]
        fn pieces_do_not_matter(cuts in prop::collection::vec(1usize..40, 0..20)) {
            let bytes = whole_run();
            let mut whole = Channel::new(key());
            prop_assert!(whole.take(&bytes));
            let mut pieces = Channel::new(key());
            let mut rest = &bytes[..];
            for cut in cuts {
                let (piece, after) = rest.split_at(cut.min(rest.len()));
                prop_assert!(pieces.take(piece));
                rest = after;
            }
            prop_assert!(pieces.take(rest));
            prop_assert_eq!(&pieces.records, &whole.records);
            prop_assert!(whole.greeted() && !whole.is_cut());
        }

        #[test]
        fn any_bytes_at_all_are_taken_calmly(bytes: Vec<u8>, at in 0usize..200, value: u8) {
            let mut channel = Channel::new(key());
            channel.take(&bytes);
            let mut damaged = whole_run();
            let at = at % damaged.len();
            let changed = damaged[at] != value;
            damaged[at] = value;
            let mut channel = Channel::new(key());
            let believed = channel.take(&damaged);
            // A changed length may only leave the channel waiting for more.
            prop_assert!(!changed || !believed || channel.is_cut());
        }
    }
}
