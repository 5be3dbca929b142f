//! The folder of one wave: its requests, what is known of where they went, and the answers.
//!
//! ```text
//! RUN/batches/wave-00000/input.jsonl  handed-over.json  output.jsonl  log
//! ```
//!
//! It stays until every answer is in a journal, so that a run that was killed in between
//! reads again what was paid for.

use std::fs;
use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use unitmill_llm::{BatchLine, BatchLines};
use unitmill_shards::{ShardsError, read_json, replace_file};

use super::server::HandedOver;
use crate::event::{Event, Events};

/// A wave on disk; removed with the last handle once it is complete, unless an answer of it
/// was not written down elsewhere.
pub(crate) struct WaveFolder {
    path: PathBuf,
    is_complete: AtomicBool,
    is_needed: AtomicBool,
    events: Events,
}

/// Holds on to a wave until an answer of it is written down elsewhere.
pub(crate) struct Unrecorded(Option<Arc<WaveFolder>>);

impl Unrecorded {
    pub(super) fn new(folder: &Arc<WaveFolder>) -> Self {
        Self(Some(Arc::clone(folder)))
    }

    /// The answer is in a journal.
    pub(crate) fn recorded(mut self) {
        self.0 = None;
    }
}

impl Drop for Unrecorded {
    fn drop(&mut self) {
        if let Some(folder) = &self.0 {
            folder.is_needed.store(true, Ordering::Relaxed);
        }
    }
}

impl WaveFolder {
    /// Makes the first folder that is free.
    pub(super) fn create(
        batches: &Path,
        prefix: &str,
        events: &Events,
    ) -> Result<Self, ShardsError> {
        fs::create_dir_all(batches).map_err(ShardsError::io("create", batches))?;
        let batches = batches
            .canonicalize()
            .map_err(ShardsError::io("read", batches))?;
        let mut ordinal = 0_u32;
        loop {
            let path = batches.join(format!("{prefix}{ordinal:05}"));
            match fs::create_dir(&path) {
                Ok(()) => return Ok(Self::at(path, events)),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => ordinal += 1,
                Err(error) => return Err(ShardsError::io("create", path)(error)),
            }
        }
    }

    /// One that an earlier attempt left; it stays.
    pub(super) fn left_behind(path: PathBuf, events: &Events) -> Self {
        Self::at(path, events)
    }

    fn at(path: PathBuf, events: &Events) -> Self {
        Self {
            path,
            is_complete: AtomicBool::new(false),
            is_needed: AtomicBool::new(false),
            events: events.clone(),
        }
    }

    /// Nothing more is to come: it goes with the last of its answers.
    pub(super) fn complete(&self) {
        self.is_complete.store(true, Ordering::Relaxed);
    }

    pub(super) fn name(&self) -> String {
        let name = self.path.file_name().unwrap_or_default();
        format!("{}.jsonl", name.to_string_lossy())
    }

    pub(super) fn input(&self) -> PathBuf {
        self.path.join("input.jsonl")
    }

    pub(super) fn output(&self) -> PathBuf {
        self.path.join("output.jsonl")
    }

    pub(super) fn log(&self) -> PathBuf {
        self.path.join("log")
    }

    fn handed_over(&self) -> PathBuf {
        self.path.join("handed-over.json")
    }

    /// Writes the requests, each a line.
    pub(super) fn write_input(
        &self,
        lines: impl Iterator<Item = Vec<u8>>,
    ) -> Result<(), ShardsError> {
        let path = self.input();
        let written = fs::File::create(&path).and_then(|file| {
            let mut file = std::io::BufWriter::new(file);
            for line in lines {
                file.write_all(&line)?;
            }
            file.into_inner()
                .map_err(std::io::IntoInnerError::into_error)?
                .sync_all()
        });
        written.map_err(ShardsError::io("write", path))
    }

    pub(super) fn read_handed_over(&self) -> Result<Option<HandedOver>, ShardsError> {
        read_json(self.handed_over())
    }

    pub(super) fn write_handed_over(&self, known: &HandedOver) -> Result<(), ShardsError> {
        let json = serde_json::to_vec(known).expect("texts serialise into memory");
        replace_file(&self.handed_over(), &json)
    }

    pub(super) fn clear_output(&self) -> Result<(), ShardsError> {
        let path = self.output();
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(ShardsError::io("remove", path)(error))
            }
            _ => Ok(()),
        }
    }

    /// Shows every line of the output that can be read, and says how many cannot. A command
    /// that was killed leaves a last line that breaks off.
    pub(super) fn answers(&self, mut see: impl FnMut(BatchLine)) -> Result<u64, ShardsError> {
        let mut unreadable = 0;
        each_line(&self.output(), |line| match BatchLines::read(line) {
            Ok(line) => see(line),
            Err(_) => unreadable += 1,
        })?;
        Ok(unreadable)
    }
}

/// Shows every line that is not empty; none where there is no file.
fn each_line(path: &Path, mut see: impl FnMut(&[u8])) -> Result<(), ShardsError> {
    let file = match fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(ShardsError::io("open", path)(error)),
    };
    let mut lines = BufReader::with_capacity(1 << 16, file);
    let mut line = Vec::new();
    loop {
        line.clear();
        let length = lines
            .read_until(b'\n', &mut line)
            .map_err(ShardsError::io("read", path))?;
        if length == 0 {
            return Ok(());
        }
        if !line.trim_ascii().is_empty() {
            see(&line);
        }
    }
}

impl Drop for WaveFolder {
    fn drop(&mut self) {
        let is_done = self.is_complete.load(Ordering::Relaxed);
        if !is_done || self.is_needed.load(Ordering::Relaxed) {
            return;
        }
        if let Err(error) = fs::remove_dir_all(&self.path) {
            self.events.send(Event::Warning(format!(
                "cannot remove {}: {error}",
                self.path.display()
            )));
        }
    }
}
