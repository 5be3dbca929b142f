//! The thread that appends to a segment, and the group commit that it makes.
//!
//! Records queue while the thread waits for the disk; what has queued by then goes out in
//! one write and one sync. So a single caller pays one sync a record, and a thousand
//! callers at once share one.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, PoisonError, RwLock};
use std::thread::JoinHandle;

use unitmill_model::Digest;

use super::segment::{EXTENSION, HEADER, Index, Location, RecordKind};
use crate::ShardsError;
use crate::staging::sync_folder_of;

/// Bytes that go out in one write, about: what is handed in together is not taken apart.
const BATCH_BYTES: usize = 8 << 20;

/// What came of an append: none if the record is the first of its key, else where the one
/// that counts is.
pub(super) type Appended = Result<Option<Location>, ShardsError>;

/// A record on its way.
pub(super) struct Append {
    pub(super) kind: RecordKind,
    pub(super) key: Digest,
    pub(super) line: Vec<u8>,
    /// Synced before `done` is called.
    pub(super) durable: bool,
    /// Called on the writer's thread; must not block.
    pub(super) done: Box<dyn FnOnce(Appended) + Send>,
}

/// The handle of the thread. Dropping it waits until all that was handed in is written.
pub(super) struct Writer {
    task: String,
    queue: Option<Sender<Vec<Append>>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread. The segment's file is created with its first record.
    pub(super) fn start(
        folder: &Path,
        task: &str,
        index: Arc<RwLock<Index>>,
    ) -> Result<Self, ShardsError> {
        let (queue, appends) = channel();
        let mut segment = OpenSegment {
            folder: folder.to_owned(),
            task: task.to_owned(),
            index,
            file: None,
            stopped: None,
        };
        let thread = std::thread::Builder::new()
            .name(format!("journal {task}"))
            .spawn(move || segment.serve(&appends))
            .map_err(ShardsError::io("start a writer for", folder))?;
        Ok(Self {
            task: task.to_owned(),
            queue: Some(queue),
            thread: Some(thread),
        })
    }

    /// Hands records in that go out in one write.
    pub(super) fn append(&self, appends: Vec<Append>) {
        let refused = match &self.queue {
            Some(queue) => queue.send(appends).err().map(|refused| refused.0),
            None => Some(appends),
        };
        for append in refused.into_iter().flatten() {
            (append.done)(Err(self.ended()));
        }
    }

    /// The error of a record that nobody took.
    pub(super) fn ended(&self) -> ShardsError {
        ShardsError::JournalStopped {
            task: self.task.clone(),
            message: "its writer has ended".to_owned(),
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // Closing the queue ends the thread once it is empty.
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            // A panic there was a panic in a caller's `done`; it has been printed.
            drop(thread.join());
        }
    }
}

struct OpenSegment {
    folder: PathBuf,
    task: String,
    index: Arc<RwLock<Index>>,
    file: Option<(File, u32, u64)>,
    /// After a failed write nobody knows how the file ends, so nothing more goes into it.
    stopped: Option<String>,
}

impl OpenSegment {
    fn serve(&mut self, appends: &Receiver<Vec<Append>>) {
        let size = |appends: &[Append]| {
            appends
                .iter()
                .map(|append| append.line.len())
                .sum::<usize>()
        };
        while let Ok(mut batch) = appends.recv() {
            let mut bytes = size(&batch);
            while bytes < BATCH_BYTES
                && let Ok(next) = appends.try_recv()
            {
                bytes += size(&next);
                batch.extend(next);
            }
            self.commit(batch);
        }
    }

    fn commit(&mut self, batch: Vec<Append>) {
        if self.stopped.is_some() {
            self.refuse(batch);
            return;
        }
        match self.write(&batch) {
            Ok(placed) => self.answer(batch, placed),
            Err(error) => {
                self.stopped = Some(error.to_string());
                self.refuse(batch);
            }
        }
    }

    fn refuse(&self, batch: Vec<Append>) {
        let message = self.stopped.clone().unwrap_or_default();
        for append in batch {
            (append.done)(Err(ShardsError::JournalStopped {
                task: self.task.clone(),
                message: message.clone(),
            }));
        }
    }

    /// Writes what is new of a batch; per record, where an earlier one of its key is.
    fn write(&mut self, batch: &[Append]) -> Result<Vec<Option<Location>>, ShardsError> {
        let mut fresh: HashMap<(RecordKind, Digest), Location> = HashMap::new();
        let mut sent: Vec<(RecordKind, Digest, Location)> = Vec::new();
        let mut placed = Vec::with_capacity(batch.len());
        let mut buffer = Vec::new();
        let index = Arc::clone(&self.index);
        for append in batch {
            let slot = (append.kind, append.key);
            let earlier = fresh.get(&slot).copied().or_else(|| {
                let index = index.read().unwrap_or_else(PoisonError::into_inner);
                // None for what was asked: each time counts.
                index.find(append.kind, &append.key)
            });
            if earlier.is_none() {
                let (_, segment, end) = self.open()?;
                let location = Location {
                    segment: *segment,
                    offset: *end + buffer.len() as u64,
                    length: append.line.len() as u64,
                };
                match append.kind {
                    RecordKind::Asked | RecordKind::Refused => {
                        sent.push((append.kind, append.key, location));
                    }
                    RecordKind::Answer | RecordKind::Execution => {
                        fresh.insert(slot, location);
                    }
                }
                buffer.extend_from_slice(&append.line);
            }
            placed.push(earlier);
        }
        if !buffer.is_empty() {
            let (file, segment, end) = self.open()?;
            if let Err(source) = file.write_all(&buffer) {
                let segment = *segment;
                return Err(self.io_error("append to", segment, source));
            }
            *end += buffer.len() as u64;
        }
        let mut index = index.write().unwrap_or_else(PoisonError::into_inner);
        for ((kind, key), location) in fresh {
            index.insert(kind, key, location);
        }
        for (kind, key, location) in sent {
            index.insert(kind, key, location);
        }
        Ok(placed)
    }

    /// Syncs if somebody asked for it, and tells everybody.
    fn answer(&mut self, batch: Vec<Append>, placed: Vec<Option<Location>>) {
        let (durable, plain): (Vec<_>, Vec<_>) = batch
            .into_iter()
            .zip(placed)
            .partition(|(append, _)| append.durable);
        for (append, earlier) in plain {
            (append.done)(Ok(earlier));
        }
        if durable.is_empty() {
            return;
        }
        if let Some((file, segment, _)) = &self.file
            && let Err(source) = file.sync_data()
        {
            let error = self.io_error("sync", *segment, source);
            self.stopped = Some(error.to_string());
            self.refuse(durable.into_iter().map(|(append, _)| append).collect());
            return;
        }
        for (append, earlier) in durable {
            (append.done)(Ok(earlier));
        }
    }

    fn io_error(&self, action: &'static str, segment: u32, source: std::io::Error) -> ShardsError {
        let index = self.index.read().unwrap_or_else(PoisonError::into_inner);
        let path = index.path_of(Location {
            segment,
            offset: 0,
            length: 0,
        });
        ShardsError::io(action, path)(source)
    }

    /// The segment, created under the first free ordinal.
    fn open(&mut self) -> Result<&mut (File, u32, u64), ShardsError> {
        if self.file.is_none() {
            let (path, file) = create_segment(&self.folder, &self.task)?;
            let mut index = self.index.write().unwrap_or_else(PoisonError::into_inner);
            let segment = index.add_segment(path);
            drop(index);
            self.file = Some((file, segment, HEADER.len() as u64));
        }
        Ok(self.file.as_mut().expect("was just put there"))
    }
}

fn create_segment(folder: &Path, task: &str) -> Result<(PathBuf, File), ShardsError> {
    let mut ordinal = 0_u32;
    loop {
        let path = folder.join(format!("{task}.{ordinal:04}.{EXTENSION}"));
        match OpenOptions::new().append(true).create_new(true).open(&path) {
            Ok(mut file) => {
                file.write_all(HEADER.as_bytes())
                    .map_err(ShardsError::io("write", &path))?;
                sync_folder_of(&path)?;
                return Ok((path, file));
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => ordinal += 1,
            Err(error) => return Err(ShardsError::io("create", path)(error)),
        }
    }
}
