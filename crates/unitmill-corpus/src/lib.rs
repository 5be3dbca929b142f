//! The corpus: which files there are, what text is in them, which functions of it become
//! candidates, and which of those are duplicates.
//!
//! The way of a part: [`plan_inputs`] and [`cut_parts`] when the run is planned,
//! [`read_part`] and [`extract_source`] in `extract[part]`, [`bucket_of`] and
//! [`deduplicate_bucket`] in `dedup[bucket]`. [`near`] finds near duplicates,
//! [`Benchmarks`] what is known from a benchmark.
//!
//! This crate never runs Python, never writes a file that keeps its name and knows nothing of agents.

mod contamination;
mod decode;
mod dedup;
mod extract;
mod fields;
mod inputs;
mod json_rows;
mod license;
mod members;
pub mod near;
mod parquet_claims;
mod parquet_rows;
mod parts;
mod read;
mod row;
mod tar_members;
mod zip_members;

pub use contamination::{Benchmarks, ContaminationSettings};
pub use decode::{Decoded, decode_source};
pub use dedup::{Fingerprinted, LicenseStanding, bucket_of, deduplicate_bucket};
pub use extract::{ExtractCounts, Extracted, extract_source};
pub use fields::RowFields;
pub use inputs::{
    CorpusError, DEFAULT_MAX_BYTES, InputFile, InputFormat, InputRoot, InputSpec, input_roots,
    plan_inputs,
};
pub use license::{
    AllowedLicenses, LicenseError, LicenseFilter, LicensePolicy, is_permissive, normalise_license,
};
pub use parts::{DEFAULT_PART_BYTES, PartCut, cut_parts};
pub use read::{FileRefusal, IfUnreadable, PartReader, SourceEntry, SourceFile, read_part};
