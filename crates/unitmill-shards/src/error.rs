//! What can go wrong between a record and the disk, each naming the file it happened in.

use std::io;
use std::path::PathBuf;

/// A failure of reading or writing a run.
#[derive(Debug, thiserror::Error)]
pub enum ShardsError {
    /// The file system refused.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// What was attempted, as a verb: `create`, `read`, `sync`.
        action: &'static str,
        /// On which file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is no Parquet file, or breaks off.
    #[error("{} is not a whole Parquet file ({message}); it was cut off or is of another format", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What the Parquet reader said.
        message: String,
    },
    /// Lines cannot be read on: the file is damaged inside its compression, or the disk is.
    #[error("cannot read on in {}; it was cut off, or is not what its name says", path.display())]
    DamagedLines {
        /// The file.
        path: PathBuf,
        /// What the system or the decompressor said.
        source: io::Error,
    },
    /// A column that the record needs is not there.
    #[error("{} has no column `{column}`, which {record} rows need; it has {}", path.display(), present.join(", "))]
    MissingColumn {
        /// The file.
        path: PathBuf,
        /// The record that was to be read.
        record: &'static str,
        /// The column.
        column: String,
        /// The columns that are there.
        present: Vec<String>,
    },
    /// A column holds something that cannot be read as the record's type.
    #[error("column `{column}` of {} cannot be read as {expected}: {message}", path.display())]
    ColumnType {
        /// The file.
        path: PathBuf,
        /// The column.
        column: String,
        /// The type that the record has there.
        expected: String,
        /// Why the cast failed.
        message: String,
    },
    /// One row does not hold a valid record.
    #[error("row {row} (the first is 0) of {} is not a valid {record}: {message}", path.display())]
    Row {
        /// The file.
        path: PathBuf,
        /// The row, from 0; for JSON lines the line, from 1, less one.
        row: u64,
        /// The record that was to be read.
        record: &'static str,
        /// What is wrong with it.
        message: String,
    },
    /// A record could not be written.
    #[error("cannot write {record} rows to {}: {message}", path.display())]
    Encode {
        /// The file.
        path: PathBuf,
        /// The record.
        record: &'static str,
        /// What the encoder said.
        message: String,
    },
    /// A file name ends in neither `.parquet` nor `.jsonl`.
    #[error("{} ends in neither .parquet nor .jsonl, so its format is unknown", path.display())]
    UnknownFormat {
        /// The file.
        path: PathBuf,
    },
    /// The folder is not a run.
    #[error("{} is not a run: it has no plan.json", path.display())]
    NotARun {
        /// The folder.
        path: PathBuf,
    },
    /// `plan.json` or a manifest does not hold what it should.
    #[error("{} cannot be read ({message}); if no other process is writing it, remove it and start the run again", path.display())]
    InvalidJson {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        message: String,
    },
    /// A manifest lies where another task's should be.
    #[error("{} is the manifest of another task ({found})", path.display())]
    MisplacedManifest {
        /// The file.
        path: PathBuf,
        /// The task that it says it is of.
        found: String,
    },
    /// A manifest names a file that is not there.
    #[error("{} is gone, although the manifest of {task} names it", path.display())]
    OutputMissing {
        /// The output.
        path: PathBuf,
        /// The task that wrote it.
        task: String,
    },
    /// An output is not what its manifest says.
    #[error("{} is not the file that the manifest of {task} names: {what} should be {expected}, is {found}", path.display())]
    OutputDiffers {
        /// The output.
        path: PathBuf,
        /// The task that wrote it.
        task: String,
        /// What differs: `bytes`, `sha256` or `rows`.
        what: &'static str,
        /// According to the manifest.
        expected: String,
        /// As found.
        found: String,
    },
    /// The temporary file was swept before it got its name.
    #[error("{} was swept while it was being written: another process has published this run", path.display())]
    Swept {
        /// The temporary file.
        path: PathBuf,
    },
    /// A journal segment is damaged before its end.
    #[error("journal {} is damaged at byte {offset} ({message}), with intact records behind it; move the file away to pay for its records again", path.display())]
    JournalDamaged {
        /// The segment.
        path: PathBuf,
        /// Where the damaged record starts, in bytes.
        offset: u64,
        /// What is wrong.
        message: String,
    },
    /// A journal record was asked for as something that it is not.
    #[error("journal record {key} in {} is not a valid {kind}: {message}", path.display())]
    JournalValue {
        /// The segment.
        path: PathBuf,
        /// The record's key.
        key: String,
        /// `answer` or `execution`.
        kind: &'static str,
        /// What is wrong.
        message: String,
    },
    /// The journal's writer stopped on an earlier error; nothing more can be recorded.
    #[error("the journal of {task} can no longer be written: {message}")]
    JournalStopped {
        /// The task whose journal it is.
        task: String,
        /// The error that stopped it.
        message: String,
    },
}

impl ShardsError {
    /// For `map_err` on calls into `std::fs`.
    pub fn io(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io {
            action,
            path,
            source,
        }
    }
}
