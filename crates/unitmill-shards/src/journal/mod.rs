//! The journal: model answers and executions, written down before they are used.
//!
//! A task attempt appends to a segment of its own, created exclusively; it reads the
//! segments of all attempts before it. So a killed task pays again at most for what was in
//! flight. Answers are on disk, synced, before their caller hears of them; executions are
//! written, and synced if [`JournalSettings::sync_executions`] says so: they cost seconds,
//! not money, and the same ones come out again.
//!
//! **The first record of a key counts.** Recording gives back the one that counts, which
//! is another's if a concurrent caller or an earlier attempt was faster. A caller that goes
//! on with what it is given, and never with what it handed in, decides the same when the
//! task is run again.
//!
//! The interface blocks or calls back. From async code, call [`Journal::record_reply_then`]
//! with a closure that completes a oneshot channel, and look up from a blocking section:
//! a lookup reads one line of a file.
//!
//! The format is described in the `segment` module. Nothing here knows how keys are made,
//! and nothing is ever removed.

mod archive;
mod payments;
mod segment;
mod writer;

use std::path::Path;
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, PoisonError, RwLock};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use unitmill_model::{Digest, Execution, ModelAnswer, Outcome, Reply, Stage};

pub use self::archive::JournalArchive;
pub use self::payments::{Asked, PaidAnswer, Payment};
use self::segment::{EXTENSION, Index, Location, RecordKind, encode_line, read_value};
use self::writer::{Append, Appended, Writer};
use crate::manifest::task_name;
use crate::run_directory::list;
use crate::{RunDirectory, ShardsError};

/// How careful a journal is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct JournalSettings {
    /// Sync executions too before they are used.
    pub sync_executions: bool,
}

/// A reply as a journal holds it: without its key, which is the record's, and without how
/// this run came by it.
#[derive(Serialize, Deserialize)]
struct StoredReply {
    model: String,
    answer: ModelAnswer,
    resent: u32,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    failures: Vec<String>,
    #[serde(default, skip_serializing_if = "is_zero")]
    lost: u32,
    duration_ms: u64,
}

impl StoredReply {
    fn replayed(self, key: Digest) -> Reply {
        Reply {
            key,
            model: self.model,
            answer: self.answer,
            resent: self.resent,
            failures: self.failures,
            lost: self.lost,
            duration_ms: self.duration_ms,
            replayed: true,
        }
    }
}

fn is_zero(count: &u32) -> bool {
    *count == 0
}

/// What journals hold, for reading: of one task, or of a whole run to be replayed.
#[derive(Clone)]
pub struct JournalReader {
    index: Arc<RwLock<Index>>,
}

impl JournalReader {
    /// Indexes every segment of a run. Where two tasks recorded the same key, the task
    /// first by name counts.
    ///
    /// # Errors
    /// [`ShardsError::Io`], or [`ShardsError::JournalDamaged`] for a segment that is
    /// damaged before its end.
    pub fn open(run: &RunDirectory) -> Result<Self, ShardsError> {
        Self::scan(&run.journal_folder(), "")
    }

    /// Indexes the segments of one task.
    ///
    /// # Errors
    /// As [`JournalReader::open`].
    pub fn of_task(run: &RunDirectory, stage: Stage, index: u32) -> Result<Self, ShardsError> {
        Self::scan(
            &run.journal_folder(),
            &format!("{}.", task_name(stage, index)),
        )
    }

    fn scan(folder: &Path, prefix: &str) -> Result<Self, ShardsError> {
        let mut index = Index::default();
        for path in list(folder)? {
            let name = path.file_name().map(|name| name.to_string_lossy());
            let ours = name.is_some_and(|name| name.starts_with(prefix));
            if ours && path.extension().is_some_and(|found| found == EXTENSION) {
                index.scan(&path)?;
            }
        }
        Ok(Self {
            index: Arc::new(RwLock::new(index)),
        })
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
    /// As [`JournalReader::reply`].
    pub fn execution(&self, key: &Digest) -> Result<Option<Execution>, ShardsError> {
        let outcome = self.find::<Outcome>(RecordKind::Execution, key)?;
        Ok(outcome.map(|outcome| Execution {
            key: *key,
            outcome,
            replayed: true,
        }))
    }

    /// How many records there are, by distinct key.
    pub fn len(&self) -> usize {
        let index = self.index.read().unwrap_or_else(PoisonError::into_inner);
        index.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many segments end in something unfinished: attempts that were killed while
    /// they wrote. What was lost there was never used.
    pub fn torn_tails(&self) -> u64 {
        let index = self.index.read().unwrap_or_else(PoisonError::into_inner);
        index.torn
    }

    fn find<T: DeserializeOwned>(
        &self,
        kind: RecordKind,
        key: &Digest,
    ) -> Result<Option<T>, ShardsError> {
        let found = {
            let index = self.index.read().unwrap_or_else(PoisonError::into_inner);
            index
                .find(kind, key)
                .map(|location| (index.path_of(location).to_owned(), location))
        };
        found
            .map(|(path, location)| read_record(&path, location, kind, key))
            .transpose()
    }
}

/// A record's value.
fn read_record<T: DeserializeOwned>(
    path: &Path,
    location: Location,
    kind: RecordKind,
    key: &Digest,
) -> Result<T, ShardsError> {
    let json = read_value(path, location)?;
    serde_json::from_slice(&json).map_err(|error| ShardsError::JournalValue {
        path: path.to_owned(),
        key: key.to_string(),
        kind: kind.as_str(),
        message: error.to_string(),
    })
}

/// The journal of one task attempt. Share it between threads by reference or `Arc`;
/// dropping it waits until everything handed in is written.
pub struct Journal {
    reader: JournalReader,
    writer: Writer,
    settings: JournalSettings,
}

impl Journal {
    /// Opens the journal of a task: indexes what earlier attempts left and starts the
    /// writer. The attempt's own segment is created with its first record.
    ///
    /// # Errors
    /// As [`JournalReader::open`].
    pub fn open(
        run: &RunDirectory,
        stage: Stage,
        index: u32,
        settings: JournalSettings,
    ) -> Result<Self, ShardsError> {
        let task = task_name(stage, index);
        let folder = run.journal_folder();
        let reader = JournalReader::scan(&folder, &format!("{task}."))?;
        let writer = Writer::start(&folder, &task, Arc::clone(&reader.index))?;
        Ok(Self {
            reader,
            writer,
            settings,
        })
    }

    /// What the journal holds, earlier attempts included.
    pub fn reader(&self) -> &JournalReader {
        &self.reader
    }

    /// The recorded reply of a request key; see [`JournalReader::reply`].
    ///
    /// # Errors
    /// As [`JournalReader::reply`].
    pub fn reply(&self, key: &Digest) -> Result<Option<Reply>, ShardsError> {
        self.reader.reply(key)
    }

    /// The recorded execution of an execution key; see [`JournalReader::execution`].
    ///
    /// # Errors
    /// As [`JournalReader::reply`].
    pub fn execution(&self, key: &Digest) -> Result<Option<Execution>, ShardsError> {
        self.reader.execution(key)
    }

    /// Records a reply durably; blocks until it is synced. Returns the reply that counts.
    ///
    /// # Errors
    /// [`ShardsError::JournalStopped`] if it could not be written.
    pub fn record_reply(&self, reply: Reply) -> Result<Reply, ShardsError> {
        let (sender, receiver) = sync_channel(1);
        self.record_reply_then(reply, move |result| {
            // The receiver waits right below.
            drop(sender.send(result));
        });
        receiver.recv().unwrap_or_else(|_| Err(self.writer.ended()))
    }

    /// Records an execution; blocks until it is written. Returns the one that counts.
    ///
    /// # Errors
    /// As [`Journal::record_reply`].
    pub fn record_execution(&self, execution: Execution) -> Result<Execution, ShardsError> {
        let (sender, receiver) = sync_channel(1);
        self.record_execution_then(execution, move |result| {
            // The receiver waits right below.
            drop(sender.send(result));
        });
        receiver.recv().unwrap_or_else(|_| Err(self.writer.ended()))
    }

    /// As [`Journal::record_reply`], calling `done` on the writer's thread instead of
    /// blocking. `done` must not block.
    pub fn record_reply_then(
        &self,
        reply: Reply,
        done: impl FnOnce(Result<Reply, ShardsError>) + Send + 'static,
    ) {
        self.record_replies_then(vec![(reply, done)]);
    }

    /// Records replies of one answer of a server, in one write: they were paid for together,
    /// and a process that is killed keeps all of them or none. Otherwise as
    /// [`Journal::record_reply_then`].
    pub fn record_replies_then(
        &self,
        replies: Vec<(
            Reply,
            impl FnOnce(Result<Reply, ShardsError>) + Send + 'static,
        )>,
    ) {
        let appends = replies.into_iter().map(|(reply, done)| {
            let stored = StoredReply {
                model: reply.model.clone(),
                answer: reply.answer.clone(),
                resent: reply.resent,
                failures: reply.failures.clone(),
                lost: reply.lost,
                duration_ms: reply.duration_ms,
            };
            let key = reply.key;
            let reader = self.reader.clone();
            append(RecordKind::Answer, key, &stored, true, move |appended| {
                done(counting(appended, reply, || reader.reply(&key)));
            })
        });
        self.writer.append(appends.collect());
    }

    /// Writes down that a request is about to be sent, and calls `done` on the writer's
    /// thread once it is written, without a sync: what only a machine that loses its power
    /// can lose is not waited for. `done` must not block.
    pub fn record_asked_then(
        &self,
        key: Digest,
        asked: &Asked,
        done: impl FnOnce(Result<(), ShardsError>) + Send + 'static,
    ) {
        self.append(RecordKind::Asked, key, asked, false, move |appended| {
            done(appended.map(|_| ()));
        });
    }

    /// Writes down that a request was sent once, and that nothing is to be paid for it.
    pub fn record_refused(&self, key: Digest) {
        self.append(RecordKind::Refused, key, &(), false, drop);
    }

    /// As [`Journal::record_execution`], calling `done` on the writer's thread instead of
    /// blocking. `done` must not block.
    pub fn record_execution_then(
        &self,
        execution: Execution,
        done: impl FnOnce(Result<Execution, ShardsError>) + Send + 'static,
    ) {
        let key = execution.key;
        let durable = self.settings.sync_executions;
        let reader = self.reader.clone();
        let json = execution.outcome.clone();
        self.append(
            RecordKind::Execution,
            key,
            &json,
            durable,
            move |appended| {
                done(counting(appended, execution, || reader.execution(&key)));
            },
        );
    }

    fn append(
        &self,
        kind: RecordKind,
        key: Digest,
        value: &impl Serialize,
        durable: bool,
        done: impl FnOnce(Appended) + Send + 'static,
    ) {
        self.writer
            .append(vec![append(kind, key, value, durable, done)]);
    }
}

fn append(
    kind: RecordKind,
    key: Digest,
    value: &impl Serialize,
    durable: bool,
    done: impl FnOnce(Appended) + Send + 'static,
) -> Append {
    let json = serde_json::to_vec(value)
        .expect("records with text keys and without floats serialise into memory");
    Append {
        kind,
        key,
        line: encode_line(kind, &key, &json),
        durable,
        done: Box::new(done),
    }
}

/// What a caller is to go on with: its own record, or the one that was there before.
fn counting<T>(
    appended: Appended,
    own: T,
    earlier: impl FnOnce() -> Result<Option<T>, ShardsError>,
) -> Result<T, ShardsError> {
    match appended? {
        None => Ok(own),
        Some(_) => Ok(earlier()?.unwrap_or(own)),
    }
}
