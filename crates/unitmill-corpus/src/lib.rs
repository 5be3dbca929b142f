//! The corpus: which files there are, what text is in them, which functions of it become
//! candidates, and which of those are duplicates.
//!
//! The way of a part: [`plan_inputs`] and [`group_parts`] when the run is planned,
//! [`read_part`] and [`extract_source`] in `extract[part]`, [`bucket_of`] and
//! [`deduplicate_bucket`] in `dedup[bucket]`.
//!
//! This crate never runs Python, never writes a file and knows nothing of agents.

mod decode;
mod dedup;
mod extract;
mod inputs;
mod packages;
mod read;

pub use decode::decode_source;
pub use dedup::{Fingerprinted, bucket_of, deduplicate_bucket};
pub use extract::{ExtractCounts, Extracted, extract_source};
pub use inputs::{
    CorpusError, DEFAULT_MAX_BYTES, DEFAULT_PART_BYTES, InputFile, InputFormat, InputSpec,
    RowFields, group_parts, plan_inputs,
};
pub use packages::{PackageListError, parse_package_list};
pub use read::{FileRefusal, PartReader, SourceFile, read_part};
