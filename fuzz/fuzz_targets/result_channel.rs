//! The result channel against a run that says what it likes.
//!
//! An input is a script: four bytes of how the stream is damaged (kind, place, place,
//! value), one of how it is cut into pieces, and then lines, each a part of the stream. The
//! first byte of a line says what part, see [`Part`]. Keys depend on the input, so that no
//! MAC can be learned from one input for another.
//!
//! What must hold, whatever the script:
//! - the stream in one piece, in pieces and byte by byte gives the same;
//! - nothing is believed but what was signed with the run's key, in order, undamaged,
//!   before anything that was not and before the end record;
//! - what a judge would say is believed word by word, and is no forgery;
//! - a refusal is final, and no piece can take back a record;
//! - what waits for its end is never more than the largest record, and no more is taken
//!   than a run may send.

#![no_main]

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use libfuzzer_sys::fuzz_target;
use unitmill_sandbox::fuzzing::{MOST_BODY, MOST_BYTES, ResultChannel, WHOLE_RECORD, frame};

const CONTROL: usize = 5;
const MOST_PARTS: usize = 200;
/// Streams up to here are also given byte by byte.
const BYTEWISE: usize = 2048;
/// Spaces that a unit of padding adds to a record; 255 are about as large as records may be.
const PADDING: usize = 16;

/// What a part of the stream is to come to, if all before it was believed and no End record.
enum Wanted {
    /// This very record.
    Record(String),
    /// Any record or a refusal: signed and in order, but the script's own text.
    Either,
    /// A refusal, or waiting for more bytes.
    Refusal,
}

/// A part of the stream.
struct Part {
    end: usize,
    wanted: Wanted,
}

struct Stream {
    key: [u8; 32],
    other_key: [u8; 32],
    bytes: Vec<u8>,
    parts: Vec<Part>,
    number: u64,
}

impl Stream {
    fn part(&mut self, bytes: &[u8], wanted: Wanted) {
        self.bytes.extend_from_slice(bytes);
        self.parts.push(Part {
            end: self.bytes.len(),
            wanted,
        });
    }

    fn signed(&mut self, text: &[u8], wanted: Wanted) {
        let body = [&self.number.to_le_bytes(), text].concat();
        let wanted = if body.len() > MOST_BODY {
            Wanted::Refusal
        } else {
            wanted
        };
        self.number += 1;
        self.part(&frame(self.key, &body), wanted);
    }

    /// Takes a line of the script.
    fn line(&mut self, kind: u8, rest: &[u8]) {
        let said = String::from_utf8_lossy(rest).into_owned();
        match kind {
            b'h' => self.signed(br#"{"hello":1}"#, Wanted::Record("Hello { hello: 1 }".into())),
            b't' => self.signed(
                format!(
                    r#"{{"test":"T.test","status":"passed","message":{},"exception":""}}"#,
                    json(&said)
                )
                .as_bytes(),
                Wanted::Record(format!(
                    r#"Test {{ test: "T.test", status: "passed", message: {said:?}, exception: "" }}"#
                )),
            ),
            b'l' => self.signed(
                format!(
                    r#"{{"load_failed":"ImportError","message":{}}}"#,
                    json(&said)
                )
                .as_bytes(),
                Wanted::Record(format!(
                    r#"LoadFailed {{ load_failed: "ImportError", message: {said:?} }}"#
                )),
            ),
            b'd' => self.signed(
                format!(r#"{{"data":{}}}"#, json(&said)).as_bytes(),
                Wanted::Record(format!("Data {{ data: {said:?} }}")),
            ),
            b'e' => self.signed(
                format!(r#"{{"end":true,"flags":[{}]}}"#, json(&said)).as_bytes(),
                Wanted::Record(format!("End {{ end: true, flags: [{said:?}] }}")),
            ),
            b'p' => {
                let units = usize::from(rest.first().copied().unwrap_or(0));
                let rest = usize::from(rest.get(1).copied().unwrap_or(0));
                let mut text = br#"{"data":""}"#.to_vec();
                text.resize(text.len() + units * PADDING + rest, b' ');
                self.signed(&text, Wanted::Record(r#"Data { data: "" }"#.into()));
            }
            // The script's own JSON, signed.
            b'j' => self.signed(rest, Wanted::Either),
            // A body without even a number, signed.
            b'b' => {
                let in_order = rest.get(..8) == Some(&self.number.to_le_bytes());
                let wanted = if in_order {
                    self.number += 1;
                    Wanted::Either
                } else {
                    Wanted::Refusal
                };
                self.part(&frame(self.key, rest), wanted);
            }
            // Signed, but not the next one.
            b'n' => {
                let step = u64::from(rest.first().copied().unwrap_or(0)) + 1;
                let number = self.number.wrapping_sub(128).wrapping_add(step);
                let body = [&number.to_le_bytes()[..], br#"{"hello":1}"#].concat();
                let wanted = if number == self.number {
                    self.number += 1;
                    Wanted::Record("Hello { hello: 1 }".into())
                } else {
                    Wanted::Refusal
                };
                self.part(&frame(self.key, &body), wanted);
            }
            // Right but for the key.
            b'k' => {
                let body = [&self.number.to_le_bytes()[..], br#"{"hello":1}"#].concat();
                self.part(&frame(self.other_key, &body), Wanted::Refusal);
            }
            // What was sent just now, once more.
            b'r' => {
                let (start, end) = match self.parts.as_slice() {
                    [.., before, last] => (before.end, last.end),
                    [only] => (0, only.end),
                    [] => (0, 0),
                };
                if start < end {
                    let again = self.bytes[start..end].to_vec();
                    self.part(&again, Wanted::Refusal);
                }
            }
            // Bytes, unsigned.
            b'x' if !rest.is_empty() => self.part(rest, Wanted::Refusal),
            _ => {}
        }
    }
}

/// A text as JSON has it.
fn json(text: &str) -> String {
    let mut written = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => written.extend(['\\', character]),
            '\0'..='\x1f' => written.push_str(&format!("\\u{:04x}", u32::from(character))),
            _ => written.push(character),
        }
    }
    written.push('"');
    written
}

fn key(script: &[u8], which: u8) -> [u8; 32] {
    let mut key = [0; 32];
    for (number, bytes) in key.chunks_exact_mut(8).enumerate() {
        let mut hasher = DefaultHasher::new();
        (which, number, script).hash(&mut hasher);
        bytes.copy_from_slice(&hasher.finish().to_le_bytes());
    }
    key
}

fn damaged(bytes: &[u8], control: [u8; CONTROL]) -> Vec<u8> {
    let [kind, place @ .., value, _] = control;
    let place = (usize::from(u16::from_le_bytes(place)) * bytes.len()) >> 16;
    let mut bytes = bytes.to_vec();
    match kind {
        b's' if !bytes.is_empty() => bytes[place] = value,
        b'f' if !bytes.is_empty() => bytes[place] ^= 1 << (value % 8),
        b'd' if !bytes.is_empty() => drop(bytes.remove(place)),
        b'i' => bytes.insert(place, value),
        b'c' => bytes.truncate(place),
        b'a' => bytes.push(value),
        _ => {}
    }
    bytes
}

/// What a channel has come to.
#[derive(PartialEq, Debug)]
struct State {
    records: Vec<String>,
    forgery: Option<&'static str>,
    greeted: bool,
    cut: bool,
}

fn state(channel: &ResultChannel) -> State {
    State {
        records: channel.records(),
        forgery: channel.forgery(),
        greeted: channel.greeted(),
        cut: channel.is_cut(),
    }
}

/// Gives a channel some pieces; what it has come to.
fn fed<'a>(key: [u8; 32], pieces: impl Iterator<Item = &'a [u8]>) -> State {
    let mut channel = ResultChannel::new(key);
    let mut largest = 0;
    for piece in pieces {
        largest = largest.max(piece.len());
        let refused = channel.forgery().is_some();
        let believed = channel.take(piece);
        assert_eq!(believed, channel.forgery().is_none());
        assert!(!refused || !believed, "a refusal was taken back");
        let (waiting, room) = channel.waiting();
        assert!(waiting < WHOLE_RECORD, "{waiting} bytes wait");
        assert!(room <= 2 * (WHOLE_RECORD + largest), "room for {room}");
        assert!(believed || room == 0, "a refused run keeps {room} bytes");
    }
    let before = state(&channel);
    if before.forgery.is_some() {
        let (number, said) = (before.records.len() as u64, br#"{"hello":1}"#);
        let body = [&number.to_le_bytes()[..], said].concat();
        assert!(!channel.take(&frame(key, &body)));
        assert_eq!(before, state(&channel));
    }
    before
}

/// Pieces of pseudo-random lengths.
fn pieces(mut bytes: &[u8], seed: u8) -> impl Iterator<Item = &[u8]> {
    // Long streams in no more than some thousands of them.
    let most = (1usize << (seed % 15)).max(bytes.len() >> 12);
    let mut random = u64::from(seed).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    std::iter::from_fn(move || {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let length = (random as usize % most + 1).min(bytes.len());
        let (piece, rest) = bytes.split_at(length);
        bytes = rest;
        (!piece.is_empty()).then_some(piece)
    })
}

/// Whether the channel came to what the parts earned; `intact` bytes reached it undamaged.
fn check(parts: &[Part], intact: usize, length: usize, found: &State) {
    // Of more bytes than a run may send it depends on the pieces how many are looked at.
    let flooded = length > MOST_BYTES;
    assert!(!flooded || found.forgery.is_some(), "a flood was believed");
    let mut records = found.records.iter();
    let mut ended = false;
    let mut believed = 0;
    let mut broken = None;
    for part in parts {
        if part.end > intact {
            broken = Some(&part.wanted);
            break;
        }
        let record = match &part.wanted {
            _ if ended => None,
            Wanted::Record(wanted) => {
                let record = records.next();
                if record.is_some() || !flooded {
                    assert_eq!(record, Some(wanted), "not believed: {:?}", found.forgery);
                }
                record
            }
            Wanted::Either => records.next(),
            Wanted::Refusal => None,
        };
        let Some(record) = record else {
            let refused = found.forgery.is_some();
            let waits = found.cut && matches!(part.wanted, Wanted::Refusal) && !ended;
            assert!(refused || waits, "believed: {found:?}");
            assert_eq!(records.next(), None, "believed after a forgery");
            return;
        };
        ended = record.starts_with("End ");
        believed = part.end;
    }
    assert_eq!(records.next(), None, "believed without being said");
    if ended && length > believed {
        assert!(found.forgery.is_some(), "bytes after the end record");
    } else if !flooded && length == intact && !matches!(broken, Some(Wanted::Refusal)) {
        // Cut off and otherwise undamaged.
        assert_eq!((found.forgery, found.cut), (None, length > believed));
    }
}

fuzz_target!(|script: &[u8]| {
    let Some((control, lines)) = script.split_first_chunk::<CONTROL>() else {
        return;
    };
    let mut stream = Stream {
        key: key(script, 0),
        other_key: key(script, 1),
        bytes: Vec::new(),
        parts: Vec::new(),
        number: 0,
    };
    for line in lines.split(|byte| *byte == b'\n').take(MOST_PARTS) {
        if let Some((kind, rest)) = line.split_first() {
            stream.line(*kind, rest);
        }
    }
    let bytes = damaged(&stream.bytes, *control);
    let same = std::iter::zip(&bytes, &stream.bytes);
    let intact = same.take_while(|(left, right)| left == right).count();

    let [.., cuts] = *control;
    let whole = fed(stream.key, std::iter::once(&bytes[..]));
    let in_pieces = fed(stream.key, pieces(&bytes, cuts));
    for found in [&whole, &in_pieces] {
        check(&stream.parts, intact, bytes.len(), found);
    }
    if bytes.len() <= MOST_BYTES {
        assert_eq!(whole, in_pieces);
    }
    if bytes.len() <= BYTEWISE {
        assert_eq!(whole, fed(stream.key, bytes.chunks(1)));
    }
});
