//! Journal segments on disk: one line a record.
//!
//! # Format
//!
//! ```text
//! unitmill journal 1
//! <sum> asked <key> {"agent":"tests","prompt_tokens":2210,"completion_tokens":2048}
//! <sum> answer <key> {"model":"qwen3-coder","answer":{…},"resent":0,"duration_ms":812}
//! <sum> execution <key> {"verdict":"passed",…}
//! ```
//!
//! `key` is the request key or the execution key; `sum` is the first 16 digits of the
//! SHA-256 of all that follows it up to the line's end, the newline excluded. JSON text
//! holds no raw newline, so a line is a record. An `asked` record is written, not synced,
//! before its request is sent; one without an answer is money that may be lost, unless a
//! `refused` record says that the server did not take it. A segment can be looked into with `grep`
//! and `cut`; indexing one needs no JSON parser.
//!
//! # What may be broken
//!
//! A segment is only ever appended to, by one process, so a crash can damage nothing but
//! its end. Whatever is not intact there, up to a whole unwritten batch, is a *torn tail*:
//! it is left out and counted. A damaged line with an intact one behind it cannot come
//! from a crash and is an error: silently paying for a record twice, or answering
//! differently from the run before, would be worse than stopping.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use unitmill_model::Digest;

use crate::ShardsError;

/// The first line of every segment.
pub(super) const HEADER: &str = "unitmill journal 1\n";
/// What segment names end in.
pub(super) const EXTENSION: &str = "journal";

const SUM_DIGITS: usize = 16;

/// What a record is about.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum RecordKind {
    /// A request is about to be sent.
    Asked,
    /// It was sent and will cost nothing.
    Refused,
    Answer,
    Execution,
}

impl RecordKind {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Refused => "refused",
            Self::Answer => "answer",
            Self::Execution => "execution",
        }
    }

    fn parse(text: &[u8]) -> Option<Self> {
        match text {
            b"asked" => Some(Self::Asked),
            b"refused" => Some(Self::Refused),
            b"answer" => Some(Self::Answer),
            b"execution" => Some(Self::Execution),
            _ => None,
        }
    }
}

/// Where a record's line is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Location {
    pub(super) segment: u32,
    pub(super) offset: u64,
    /// Newline included.
    pub(super) length: u64,
}

/// Which records there are and where; the records themselves stay on disk.
#[derive(Default)]
pub(super) struct Index {
    segments: Vec<PathBuf>,
    records: HashMap<(RecordKind, Digest), Location>,
    /// How often each request was sent, and where that was first said.
    asked: HashMap<Digest, (u32, Location)>,
    /// Answers behind the first one of their key.
    repeated: Vec<(Digest, Location)>,
    pub(super) torn: u64,
}

impl Index {
    /// Adds the name of a segment; its number is what [`Location::segment`] refers to.
    pub(super) fn add_segment(&mut self, path: PathBuf) -> u32 {
        self.segments.push(path);
        u32::try_from(self.segments.len() - 1).expect("fewer than 2^32 files fit in a folder")
    }

    /// Adds a record; the first one of a key stays.
    pub(super) fn insert(&mut self, kind: RecordKind, key: Digest, location: Location) {
        match kind {
            RecordKind::Asked => {
                self.asked.entry(key).or_insert((0, location)).0 += 1;
                return;
            }
            RecordKind::Refused => {
                if let Some((times, _)) = self.asked.get_mut(&key) {
                    *times = times.saturating_sub(1);
                }
                return;
            }
            RecordKind::Answer | RecordKind::Execution => {}
        }
        match self.records.entry((kind, key)) {
            Entry::Vacant(place) => {
                place.insert(location);
            }
            Entry::Occupied(_) if kind == RecordKind::Answer => {
                self.repeated.push((key, location));
            }
            Entry::Occupied(_) => {}
        }
    }

    /// Every request that was sent: how often, and where that was first said.
    pub(super) fn asked(&self) -> Vec<(Digest, u32, Location)> {
        let asked = self.asked.iter();
        let mut asked: Vec<_> = asked
            .map(|(key, (times, location))| (*key, *times, *location))
            .collect();
        asked.sort_by_key(|(_, _, location)| (location.segment, location.offset));
        asked
    }

    /// Answers behind the first one of their key.
    pub(super) fn repeated(&self) -> &[(Digest, Location)] {
        &self.repeated
    }

    pub(super) fn find(&self, kind: RecordKind, key: &Digest) -> Option<Location> {
        self.records.get(&(kind, *key)).copied()
    }

    pub(super) fn path_of(&self, location: Location) -> &Path {
        &self.segments[location.segment as usize]
    }

    pub(super) fn len(&self) -> usize {
        self.records.len()
    }

    /// Indexes a whole segment.
    pub(super) fn scan(&mut self, path: &Path) -> Result<(), ShardsError> {
        let segment = self.add_segment(path.to_owned());
        let is_torn = scan_records(path, u64::MAX, |kind, key, offset, length| {
            let location = Location {
                segment,
                offset,
                length,
            };
            self.insert(kind, key, location);
        })?;
        self.torn += u64::from(is_torn);
        Ok(())
    }
}

/// Names every intact record among the first `bytes` of a segment: kind, key, offset and
/// length, newline included. Says whether what was read ends in a torn tail.
pub(super) fn scan_records(
    path: &Path,
    bytes: u64,
    mut record: impl FnMut(RecordKind, Digest, u64, u64),
) -> Result<bool, ShardsError> {
    let file = File::open(path).map_err(ShardsError::io("open", path))?;
    let mut lines = BufReader::with_capacity(1 << 16, file.take(bytes));
    let mut line = Vec::new();
    let mut offset = 0_u64;
    let mut broken: Option<(u64, &'static str)> = None;
    loop {
        line.clear();
        let length = lines
            .read_until(b'\n', &mut line)
            .map_err(ShardsError::io("read", path))? as u64;
        if length == 0 {
            return Ok(broken.is_some());
        }
        let checked = if offset == 0 {
            check_header(&line)
        } else {
            check_line(&line).map(Some)
        };
        match checked {
            Ok(found) => {
                if let Some((offset, message)) = broken {
                    return Err(ShardsError::JournalDamaged {
                        path: path.to_owned(),
                        offset,
                        message: message.to_owned(),
                    });
                }
                if let Some((kind, key)) = found {
                    record(kind, key, offset, length);
                }
            }
            Err(message) => {
                broken.get_or_insert((offset, message));
            }
        }
        offset += length;
    }
}

/// The JSON of a record, read from disk and checked again.
pub(super) fn read_value(path: &Path, location: Location) -> Result<Vec<u8>, ShardsError> {
    let length = usize::try_from(location.length).expect("a line was in memory when written");
    let mut line = vec![0; length];
    File::open(path)
        .and_then(|file| file.read_exact_at(&mut line, location.offset))
        .map_err(ShardsError::io("read", path))?;
    check_line(&line).map_err(|message| ShardsError::JournalDamaged {
        path: path.to_owned(),
        offset: location.offset,
        message: message.to_owned(),
    })?;
    let (_, payload) = split_at_space(&line).unwrap_or_default();
    let (_, payload) = split_at_space(payload).unwrap_or_default();
    let (_, value) = split_at_space(payload).unwrap_or_default();
    Ok(value.to_vec())
}

/// The line of a record, newline included.
pub(super) fn encode_line(kind: RecordKind, key: &Digest, json: &[u8]) -> Vec<u8> {
    let mut payload = format!("{} {key} ", kind.as_str()).into_bytes();
    payload.extend_from_slice(json);
    let mut line = Digest::of(&payload).short().into_bytes();
    line.push(b' ');
    line.append(&mut payload);
    line.push(b'\n');
    line
}

fn check_header(line: &[u8]) -> Result<Option<(RecordKind, Digest)>, &'static str> {
    if line == HEADER.as_bytes() {
        Ok(None)
    } else {
        Err("it does not start as a journal of this version")
    }
}

fn check_line(line: &[u8]) -> Result<(RecordKind, Digest), &'static str> {
    let line = line.strip_suffix(b"\n").ok_or("the line has no end")?;
    let (sum, payload) = split_at_space(line).ok_or("no check sum")?;
    if sum.len() != SUM_DIGITS || Digest::of(payload).short().as_bytes() != sum {
        return Err("its check sum is wrong");
    }
    let (kind, rest) = split_at_space(payload).ok_or("no kind")?;
    let kind = RecordKind::parse(kind).ok_or("a kind of record that this version lacks")?;
    let (key, _) = split_at_space(rest).ok_or("no key")?;
    let key = std::str::from_utf8(key)
        .ok()
        .and_then(|key| key.parse().ok())
        .ok_or("its key is not a digest")?;
    Ok((kind, key))
}

fn split_at_space(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let space = bytes.iter().position(|byte| *byte == b' ')?;
    Some((&bytes[..space], &bytes[space + 1..]))
}
