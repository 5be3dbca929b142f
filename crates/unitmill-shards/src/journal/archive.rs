//! The journal of another run, read through an index on disk.
//!
//! A run that has millions of answers cannot be indexed in memory by every task of the next
//! one. So the next run sorts the keys of all segments into one file of its own, once, with
//! bounded memory, and looks keys up in it by bisection.
//!
//! ```text
//! unitmill index 1
//! {"journal":"…","segments":[["mill-00000.0000.journal",81920],…],"records":1234}
//! <key: 32 bytes> <kind: 1> <segment: 4> <offset: 8> <length: 8>   … sorted, little-endian
//! ```
//!
//! The other run may still be written: an index covers the bytes that its segments had when
//! it was made, is used again as long as they have not grown, and is made anew otherwise.
//! Torn tails are left out. Where two tasks recorded the same key, the one first by name
//! counts. Nothing here writes into the other run.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use unitmill_model::{Digest, Execution, Outcome, Reply};

use super::segment::{EXTENSION, Location, RecordKind, scan_records};
use super::{StoredReply, read_record};
use crate::run_directory::list;
use crate::staging::StagedFile;
use crate::{RunDirectory, ShardsError};

const MAGIC: &str = "unitmill index 1\n";

/// Bytes of a record of the index.
const ENTRY: usize = 32 + 1 + 4 + 8 + 8;

/// Entries that are sorted in memory at once; 32 MB.
const CHUNK: usize = (32 << 20) / ENTRY;

type Entry = [u8; ENTRY];

/// What an index says it covers.
#[derive(PartialEq, Serialize, Deserialize)]
struct Covered {
    /// The journal's folder.
    journal: PathBuf,
    /// Each segment and how many of its bytes were there.
    segments: Vec<(String, u64)>,
}

/// Model answers and executions of another run, for reading.
#[derive(Debug)]
pub struct JournalArchive {
    journal: PathBuf,
    segments: Vec<PathBuf>,
    index_path: PathBuf,
    index: File,
    /// Where the entries begin.
    start: u64,
    entries: u64,
}

impl JournalArchive {
    /// Opens the journal of `source` through an index that is kept in `own`, and made if it
    /// is not there or does not cover what the journal holds by now.
    ///
    /// # Errors
    /// [`ShardsError::Io`], or [`ShardsError::JournalDamaged`] for a segment that is
    /// damaged before its end.
    pub fn open(source: &RunDirectory, own: &RunDirectory) -> Result<Self, ShardsError> {
        Self::open_with(source, own, CHUNK)
    }

    fn open_with(
        source: &RunDirectory,
        own: &RunDirectory,
        chunk: usize,
    ) -> Result<Self, ShardsError> {
        let journal = source.journal_folder();
        let journal = journal
            .canonicalize()
            .map_err(ShardsError::io("read", &journal))?;
        let covered = survey(&journal)?;
        let folder = own.sources_folder();
        std::fs::create_dir_all(&folder).map_err(ShardsError::io("create", &folder))?;
        let name = Digest::of(journal.as_os_str().as_encoded_bytes()).short();
        let path = folder.join(format!("{name}.index"));
        if let Some(archive) = Self::read(&path, &covered)? {
            return Ok(archive);
        }
        build(&path, &folder, &covered, chunk)?;
        let made = Self::read(&path, &covered)?;
        // Another process may have replaced it by one that covers more.
        made.map_or_else(|| Self::open_with(source, own, chunk), Ok)
    }

    /// Opens an index if it covers exactly this.
    fn read(path: &Path, covered: &Covered) -> Result<Option<Self>, ShardsError> {
        let index = match File::open(path) {
            Ok(index) => index,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(ShardsError::io("open", path)(error)),
        };
        let length = index
            .metadata()
            .map_err(ShardsError::io("read", path))?
            .len();
        let mut lines = BufReader::new(&index);
        let (mut magic, mut header) = (String::new(), String::new());
        let is_text = lines
            .by_ref()
            .take(MAGIC.len() as u64)
            .read_line(&mut magic)
            .and_then(|_| lines.read_line(&mut header));
        let found = match is_text {
            Ok(_) => serde_json::from_str::<Covered>(&header),
            Err(error) => return Err(ShardsError::io("read", path)(error)),
        };
        let start = (magic.len() + header.len()) as u64;
        // What another version wrote is made anew too.
        let is_right = magic == MAGIC
            && found.is_ok_and(|found| found == *covered)
            && (length - start).is_multiple_of(ENTRY as u64);
        if !is_right {
            return Ok(None);
        }
        let segments = covered.segments.iter();
        Ok(Some(Self {
            segments: segments
                .map(|(name, _)| covered.journal.join(name))
                .collect(),
            journal: covered.journal.clone(),
            index_path: path.to_owned(),
            index,
            start,
            entries: (length - start) / ENTRY as u64,
        }))
    }

    /// The folder of the journal.
    pub fn journal_folder(&self) -> &Path {
        &self.journal
    }

    /// How many records there are, by distinct key.
    pub fn len(&self) -> u64 {
        self.entries
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries == 0
    }

    /// The recorded reply of a request key, marked as replayed.
    ///
    /// # Errors
    /// [`ShardsError::Io`], [`ShardsError::JournalDamaged`] or
    /// [`ShardsError::JournalValue`].
    pub fn reply(&self, key: &Digest) -> Result<Option<Reply>, ShardsError> {
        let stored = self.find::<StoredReply>(RecordKind::Answer, key)?;
        Ok(stored.map(|stored| stored.replayed(*key)))
    }

    /// The recorded execution of an execution key, marked as replayed.
    ///
    /// # Errors
    /// As [`JournalArchive::reply`].
    pub fn execution(&self, key: &Digest) -> Result<Option<Execution>, ShardsError> {
        let outcome = self.find::<Outcome>(RecordKind::Execution, key)?;
        Ok(outcome.map(|outcome| Execution {
            key: *key,
            outcome,
            replayed: true,
        }))
    }

    fn find<T: DeserializeOwned>(
        &self,
        kind: RecordKind,
        key: &Digest,
    ) -> Result<Option<T>, ShardsError> {
        let wanted = name_of(kind, key);
        let (mut low, mut high) = (0, self.entries);
        while low < high {
            let middle = low + (high - low) / 2;
            let mut entry: Entry = [0; ENTRY];
            self.index
                .read_exact_at(&mut entry, self.start + middle * ENTRY as u64)
                .map_err(ShardsError::io("read", &self.index_path))?;
            match entry[..wanted.len()].cmp(&wanted) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => {
                    let location = location_of(&entry);
                    let path = &self.segments[location.segment as usize];
                    return read_record(path, location, kind, key).map(Some);
                }
            }
        }
        Ok(None)
    }
}

/// The segments that are there, by name, and how long they are now.
fn survey(journal: &Path) -> Result<Covered, ShardsError> {
    let mut segments = Vec::new();
    for path in list(journal)? {
        if path.extension().is_some_and(|found| found == EXTENSION) {
            let length = path
                .metadata()
                .map_err(ShardsError::io("read", &path))?
                .len();
            let name = path.file_name().map(|name| name.to_string_lossy());
            segments.push((name.unwrap_or_default().into_owned(), length));
        }
    }
    segments.sort();
    Ok(Covered {
        journal: journal.to_owned(),
        segments,
    })
}

fn kind_byte(kind: RecordKind) -> u8 {
    match kind {
        RecordKind::Answer => 0,
        RecordKind::Execution => 1,
        RecordKind::Asked => 2,
        RecordKind::Refused => 3,
    }
}

/// What entries are found by.
fn name_of(kind: RecordKind, key: &Digest) -> [u8; 33] {
    let mut name = [0; 33];
    name[..32].copy_from_slice(key.as_bytes());
    name[32] = kind_byte(kind);
    name
}

/// Segment and offset are big-endian, so that entries of one name sort by who was first.
fn entry_of(kind: RecordKind, key: &Digest, location: Location) -> Entry {
    let mut entry = [0; ENTRY];
    entry[..33].copy_from_slice(&name_of(kind, key));
    entry[33..37].copy_from_slice(&location.segment.to_be_bytes());
    entry[37..45].copy_from_slice(&location.offset.to_be_bytes());
    entry[45..].copy_from_slice(&location.length.to_be_bytes());
    entry
}

fn location_of(entry: &Entry) -> Location {
    let number = |range: std::ops::Range<usize>| {
        entry[range]
            .iter()
            .fold(0_u64, |number, byte| number << 8 | u64::from(*byte))
    };
    Location {
        segment: number(33..37) as u32,
        offset: number(37..45),
        length: number(45..53),
    }
}

/// Sorts the names of all records into `path`, in pieces that fit in memory.
fn build(path: &Path, folder: &Path, covered: &Covered, chunk: usize) -> Result<(), ShardsError> {
    let mut runs: Vec<File> = Vec::new();
    let mut entries: Vec<Entry> = Vec::new();
    let mut failure = None;
    for ((name, length), segment) in covered.segments.iter().zip(0_u32..) {
        let segment_path = covered.journal.join(name);
        scan_records(&segment_path, *length, |kind, key, offset, length| {
            let is_result = matches!(kind, RecordKind::Answer | RecordKind::Execution);
            if !is_result || failure.is_some() {
                return;
            }
            let location = Location {
                segment,
                offset,
                length,
            };
            entries.push(entry_of(kind, &key, location));
            if entries.len() >= chunk {
                match spill(folder, &mut entries) {
                    Ok(run) => runs.push(run),
                    Err(error) => failure = Some(error),
                }
            }
        })?;
    }
    if let Some(error) = failure {
        return Err(error);
    }
    entries.sort_unstable();
    let mut staged = StagedFile::create(folder, "index")?;
    let header = serde_json::to_string(covered).map_err(|error| ShardsError::InvalidJson {
        path: path.to_owned(),
        message: error.to_string(),
    })?;
    writeln!(staged, "{MAGIC}{header}").map_err(ShardsError::io("write", path))?;
    let mut last = None;
    let mut place = |entry: &Entry| {
        let name: [u8; 33] = entry[..33].try_into().expect("33 bytes are 33 bytes");
        // The first one of a name counts.
        if last.replace(name) == Some(name) {
            return Ok(());
        }
        staged
            .write_all(entry)
            .map_err(ShardsError::io("write", path))
    };
    let mut sources = runs.into_iter().map(BufReader::new).collect::<Vec<_>>();
    let mut heap = BinaryHeap::new();
    for (number, source) in sources.iter_mut().enumerate() {
        heap.extend(next_entry(source, folder)?.map(|entry| Reverse((entry, number))));
    }
    let mut in_memory = entries.iter().peekable();
    while let Some(Reverse((entry, number))) = heap.pop() {
        while let Some(own) = in_memory.next_if(|own| **own < entry) {
            place(own)?;
        }
        place(&entry)?;
        heap.extend(
            next_entry(&mut sources[number], folder)?.map(|entry| Reverse((entry, number))),
        );
    }
    for own in in_memory {
        place(own)?;
    }
    staged.seal()?.place(path)
}

/// Writes a sorted piece into a file that has no name any more and goes with its handle.
fn spill(folder: &Path, entries: &mut Vec<Entry>) -> Result<File, ShardsError> {
    entries.sort_unstable();
    let mut file = nameless_file(folder)?;
    for entries in entries.chunks(4096) {
        file.write_all(entries.as_flattened())
            .map_err(ShardsError::io("write in", folder))?;
    }
    entries.clear();
    std::io::Seek::rewind(&mut file).map_err(ShardsError::io("read in", folder))?;
    Ok(file)
}

fn nameless_file(folder: &Path) -> Result<File, ShardsError> {
    let mut attempt = 0_u32;
    loop {
        let path = folder.join(format!(".sort.{}-{attempt}.partial", std::process::id()));
        let created = File::options()
            .read(true)
            .write(true)
            .create_new(true)
            .open(&path);
        match created {
            Ok(file) => {
                std::fs::remove_file(&path).map_err(ShardsError::io("remove", &path))?;
                return Ok(file);
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => attempt += 1,
            Err(error) => return Err(ShardsError::io("create", path)(error)),
        }
    }
}

fn next_entry(source: &mut impl BufRead, folder: &Path) -> Result<Option<Entry>, ShardsError> {
    let mut entry = [0; ENTRY];
    let at_end = source
        .fill_buf()
        .map_err(ShardsError::io("read in", folder))?
        .is_empty();
    if at_end {
        return Ok(None);
    }
    source
        .read_exact(&mut entry)
        .map_err(ShardsError::io("read in", folder))?;
    Ok(Some(entry))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::super::segment::{HEADER, encode_line};
    use super::*;

    fn outcome(detail: &str) -> serde_json::Value {
        serde_json::json!({"model": detail, "answer": {"text": "", "finish_reason": "stop",
            "prompt_tokens": 1, "completion_tokens": 2}, "resent": 0, "duration_ms": 3})
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]

        /// However many pieces are sorted, every key is found, its first record counts,
        /// and what is not there is not found.
        #[test]
        fn what_is_recorded_is_found(
            segments in proptest::collection::vec(proptest::collection::vec(0_u8..60, 0..40), 1..4),
            chunk in 1_usize..30,
            torn in 0_usize..40,
        ) {
            let folder = tempfile::tempdir().expect("a folder");
            let source = RunDirectory::create(folder.path().join("source")).expect("a run");
            let own = RunDirectory::create(folder.path().join("own")).expect("a run");
            let mut expected = BTreeMap::new();
            for (number, keys) in segments.iter().enumerate() {
                let mut bytes = HEADER.as_bytes().to_vec();
                for (place, key) in keys.iter().enumerate() {
                    let model = format!("{number}-{place}");
                    let json = outcome(&model).to_string();
                    bytes.extend(encode_line(RecordKind::Answer, &Digest::of([*key]), json.as_bytes()));
                    expected.entry(*key).or_insert(model);
                }
                // An unfinished line, as of a run that goes on.
                let next = encode_line(RecordKind::Answer, &Digest::of([99]), b"{}");
                bytes.extend(&next[..torn.min(next.len() - 1)]);
                let name = format!("mill-{number:05}.0000.journal");
                std::fs::write(source.journal_folder().join(name), bytes).expect("written");
            }
            let before = std::fs::read_dir(source.journal_folder()).expect("listed").count();
            for _ in 0..2 {
                let archive = JournalArchive::open_with(&source, &own, chunk).expect("opens");
                prop_assert_eq!(archive.len(), expected.len() as u64);
                for key in 0..100_u8 {
                    let reply = archive.reply(&Digest::of([key])).expect("readable");
                    prop_assert_eq!(reply.map(|reply| reply.model), expected.get(&key).cloned());
                    let execution = archive.execution(&Digest::of([key])).expect("readable");
                    prop_assert!(execution.is_none());
                }
            }
            let after = std::fs::read_dir(source.journal_folder()).expect("listed").count();
            prop_assert_eq!(before, after);
            let left = std::fs::read_dir(own.sources_folder()).expect("listed").count();
            prop_assert_eq!(left, 1, "one index, nothing temporary");
        }
    }

    #[test]
    fn an_index_follows_a_journal_that_grows() {
        let folder = tempfile::tempdir().expect("a folder");
        let source = RunDirectory::create(folder.path().join("source")).expect("a run");
        let own = RunDirectory::create(folder.path().join("own")).expect("a run");
        let path = source.journal_folder().join("mill-00000.0000.journal");
        let line = |name: &str| {
            encode_line(
                RecordKind::Answer,
                &Digest::of(name),
                outcome(name).to_string().as_bytes(),
            )
        };
        let whole = [HEADER.as_bytes().to_vec(), line("a"), line("b")].concat();
        std::fs::write(&path, &whole[..whole.len() - 7]).expect("written");
        let archive = JournalArchive::open(&source, &own).expect("opens");
        assert_eq!(archive.len(), 1);
        std::fs::write(&path, &whole).expect("written");
        assert!(archive.reply(&Digest::of("a")).expect("readable").is_some());
        let archive = JournalArchive::open(&source, &own).expect("opens");
        let reply = archive
            .reply(&Digest::of("b"))
            .expect("readable")
            .expect("there");
        assert!(reply.replayed);
        // Damage before the end is never passed over.
        let mut damaged = whole;
        damaged[HEADER.len() + 40] ^= 1;
        damaged.extend(line("c"));
        std::fs::write(&path, damaged).expect("written");
        assert!(matches!(
            JournalArchive::open(&source, &own),
            Err(ShardsError::JournalDamaged { .. })
        ));
    }
}
