//! How unitmill's records lie on disk: the Parquet mapping of each, files that appear
//! whole or not at all, the manifests that say which files count, and the journal.
//!
//! - [`Row`] is a record with a Parquet schema; [`read_rows`] and [`RowFileWriter`] read
//!   and write files of them.
//! - [`RunDirectory`] is a run: plan, outputs, manifests, published shards.
//! - [`Journal`] holds model answers and executions, [`JournalReader`] reads those of
//!   another run.
//!
//! This crate never knows what a stage does, and only this crate gives files their names.

mod error;
mod journal;
mod manifest;
mod plan_difference;
mod reader;
mod row;
mod run_directory;
mod staging;
mod verification;
mod writer;

pub use error::ShardsError;
pub use journal::{
    Asked, Journal, JournalArchive, JournalReader, JournalSettings, PaidAnswer, Payment,
};
pub use manifest::{Committed, MANIFEST_VERSION, Manifest, OutputFile, OutputKind, task_name};
pub use plan_difference::diff_plans;
pub use reader::{RowReader, count_rows, read_row_range, read_rows};
pub use row::{PairFormat, Row};
pub use run_directory::{OutputWriter, PlanWritten, RunDirectory, read_json, shard_name};
pub use staging::{FinishedFile, replace_file};
pub use writer::{Compression, FileFormat, ParquetSettings, RowFileWriter};
