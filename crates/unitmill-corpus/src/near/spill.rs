//! Sorting records of bytes in bounded memory. Never interprets them: their order is that
//! of their bytes.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::SpillSettings;

/// A file to sort in cannot be had.
#[derive(Debug, thiserror::Error)]
#[error("cannot sort on disk in {}: {source}; is there room on it?", folder.display())]
pub struct SpillError {
    folder: PathBuf,
    source: io::Error,
}

/// Sorting never works with less memory than this.
const LEAST_BYTES: usize = 64 << 10;
/// What a record costs besides its bytes.
const SPAN_BYTES: usize = size_of::<(u32, u32)>();

/// Takes records in any order and gives them back sorted.
pub(crate) struct Sorter {
    settings: SpillSettings,
    arena: Vec<u8>,
    spans: Vec<(u32, u32)>,
    runs: Vec<File>,
}

impl Sorter {
    pub(crate) fn new(settings: SpillSettings) -> Self {
        Self {
            settings,
            arena: Vec::new(),
            spans: Vec::new(),
            runs: Vec::new(),
        }
    }

    pub(crate) fn push(&mut self, record: &[u8]) -> Result<(), SpillError> {
        let budget = self
            .settings
            .bytes
            .clamp(LEAST_BYTES, u32::MAX as usize / 2);
        let needed = self.arena.len() + record.len() + (self.spans.len() + 1) * SPAN_BYTES;
        // Buffers grow by doubling, so half of the budget is what they may hold.
        if needed > budget / 2 && !self.spans.is_empty() {
            let folder = self.settings.folder.clone();
            self.spill()
                .map_err(|source| SpillError { folder, source })?;
        }
        self.spans
            .push((self.arena.len() as u32, record.len() as u32));
        self.arena.extend_from_slice(record);
        Ok(())
    }

    fn sort(&mut self) {
        let arena = &self.arena;
        self.spans
            .sort_unstable_by(|&a, &b| record_of(arena, a).cmp(record_of(arena, b)));
    }

    fn spill(&mut self) -> io::Result<()> {
        self.sort();
        let mut run = BufWriter::new(unnamed_file(&self.settings.folder)?);
        for &span in &self.spans {
            run.write_all(&span.1.to_le_bytes())?;
            run.write_all(record_of(&self.arena, span))?;
        }
        let mut run = run.into_inner().map_err(io::IntoInnerError::into_error)?;
        run.seek(SeekFrom::Start(0))?;
        self.runs.push(run);
        self.arena.clear();
        self.spans.clear();
        Ok(())
    }

    /// All records, ascending.
    pub(crate) fn finish(mut self) -> Result<Sorted, SpillError> {
        self.sort();
        let folder = self.settings.folder;
        let per_run = (self.settings.bytes / 4 / self.runs.len().max(1)).clamp(4 << 10, 1 << 20);
        let mut sorted = Sorted {
            arena: self.arena,
            spans: self.spans.into_iter(),
            runs: Vec::new(),
            heap: BinaryHeap::new(),
            folder,
        };
        for run in self.runs {
            sorted.runs.push(BufReader::with_capacity(per_run, run));
        }
        for run in 0..=sorted.runs.len() {
            let record = sorted.next_of(run)?;
            sorted
                .heap
                .extend(record.map(|record| Reverse((record, run))));
        }
        Ok(sorted)
    }
}

fn record_of(arena: &[u8], (start, length): (u32, u32)) -> &[u8] {
    &arena[start as usize..start as usize + length as usize]
}

/// Sorted records.
pub(crate) struct Sorted {
    arena: Vec<u8>,
    spans: std::vec::IntoIter<(u32, u32)>,
    runs: Vec<BufReader<File>>,
    /// The next record of each run; the last "run" is what never left memory.
    heap: BinaryHeap<Reverse<(Vec<u8>, usize)>>,
    folder: PathBuf,
}

impl Sorted {
    fn next_of(&mut self, run: usize) -> Result<Option<Vec<u8>>, SpillError> {
        let Some(file) = self.runs.get_mut(run) else {
            let next = self.spans.next();
            return Ok(next.map(|span| record_of(&self.arena, span).to_vec()));
        };
        read_record(file).map_err(|source| SpillError {
            folder: self.folder.clone(),
            source,
        })
    }

    /// The next record.
    pub(crate) fn next(&mut self) -> Result<Option<Vec<u8>>, SpillError> {
        let Some(run) = self.heap.peek().map(|Reverse((_, run))| *run) else {
            return Ok(None);
        };
        let following = self.next_of(run)?;
        let Some(mut top) = self.heap.peek_mut() else {
            return Ok(None);
        };
        Ok(Some(match following {
            Some(record) => std::mem::replace(&mut top.0.0, record),
            None => PeekMut::pop(top).0.0,
        }))
    }

    /// The next record, left in its place.
    pub(crate) fn peek(&self) -> Option<&[u8]> {
        self.heap.peek().map(|Reverse((record, _))| &record[..])
    }
}

fn read_record(file: &mut BufReader<File>) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    match file.read_exact(&mut length) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let mut record = vec![0; u32::from_le_bytes(length) as usize];
    file.read_exact(&mut record)?;
    Ok(Some(record))
}

/// Places where records of different lengths lie, read back one by one.
pub(crate) struct Store {
    writer: BufWriter<File>,
    length: u64,
    folder: PathBuf,
}

impl Store {
    pub(crate) fn new(settings: &SpillSettings) -> Result<Self, SpillError> {
        let folder = settings.folder.clone();
        match unnamed_file(&folder) {
            Ok(file) => Ok(Self {
                writer: BufWriter::new(file),
                length: 0,
                folder,
            }),
            Err(source) => Err(SpillError { folder, source }),
        }
    }

    /// Appends numbers and says where.
    pub(crate) fn push(&mut self, numbers: &[u64]) -> Result<u64, SpillError> {
        let place = self.length;
        let count = numbers.len() as u64;
        for number in std::iter::once(&count).chain(numbers) {
            self.writer
                .write_all(&number.to_le_bytes())
                .map_err(|source| SpillError {
                    folder: self.folder.clone(),
                    source,
                })?;
        }
        self.length += 8 * (1 + count);
        Ok(place)
    }

    pub(crate) fn finish(self) -> Result<StoredNumbers, SpillError> {
        let folder = self.folder;
        match self.writer.into_inner() {
            Ok(file) => Ok(StoredNumbers { file, folder }),
            Err(error) => Err(SpillError {
                folder,
                source: error.into_error(),
            }),
        }
    }
}

/// What a [`Store`] holds.
pub(crate) struct StoredNumbers {
    file: File,
    folder: PathBuf,
}

impl StoredNumbers {
    /// The numbers at a place.
    pub(crate) fn read(&self, place: u64, numbers: &mut Vec<u64>) -> Result<(), SpillError> {
        let read = || -> io::Result<Vec<u8>> {
            use std::os::unix::fs::FileExt as _;
            let mut count = [0; 8];
            self.file.read_exact_at(&mut count, place)?;
            let mut bytes = vec![0; 8 * u64::from_le_bytes(count) as usize];
            self.file.read_exact_at(&mut bytes, place + 8)?;
            Ok(bytes)
        };
        let bytes = read().map_err(|source| SpillError {
            folder: self.folder.clone(),
            source,
        })?;
        numbers.clear();
        numbers.extend(bytes.chunks_exact(8).map(|chunk| {
            let mut number = [0; 8];
            number.copy_from_slice(chunk);
            u64::from_le_bytes(number)
        }));
        Ok(())
    }
}

/// A file that is gone when its last user is.
fn unnamed_file(folder: &Path) -> io::Result<File> {
    static SERIAL: AtomicU64 = AtomicU64::new(0);
    loop {
        let serial = SERIAL.fetch_add(1, Ordering::Relaxed);
        // Sweeping knows names of this form, should a process die between the two calls.
        let name = format!(".sort-{}-{serial}.partial", std::process::id());
        let path = folder.join(name);
        let opened = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .open(&path);
        match opened {
            Ok(file) => {
                std::fs::remove_file(&path)?;
                return Ok(file);
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn sorting_on_disk_is_sorting(
            records in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..64), 0..3000),
        ) {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let mut sorter = Sorter::new(SpillSettings::new(folder.path(), 0));
            for record in &records {
                sorter.push(record).expect("can be written");
            }
            let mut sorted = sorter.finish().expect("can be read");
            let mut expected = records.clone();
            expected.sort();
            let mut found = Vec::new();
            while let Some(record) = sorted.next().expect("can be read") {
                found.push(record);
            }
            prop_assert_eq!(found, expected);
            prop_assert_eq!(std::fs::read_dir(folder.path()).expect("can be listed").count(), 0);
        }
    }
}
