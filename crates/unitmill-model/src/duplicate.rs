//! What deduplication knows and decides: which candidates are alike, which give way to which.

use serde::{Deserialize, Serialize};

use crate::{CandidateId, RejectReason};

/// One candidate that deduplication drops. `dedup[bucket]` writes these; `mill[part]`
/// reads those of its part and writes the reject.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DuplicateDrop {
    /// The input part that the candidate was extracted from.
    pub part: u32,
    /// Its row in the part's candidates, from 0.
    pub row: u64,
    /// The candidate that is dropped.
    pub candidate_id: CandidateId,
    /// The candidate that is kept in its place; none for one that is contaminated.
    pub kept_id: Option<CandidateId>,
    /// `repeated_source`, `exact_duplicate`, `near_duplicate` or `contaminated`.
    pub reason: RejectReason,
    /// What exactly is the same, for a person.
    pub detail: String,
}

/// What is looked up about a candidate once, when its part is extracted, so that no bucket
/// of the duplicate search needs its text. One row per candidate, in their order.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct CandidateSketch {
    /// The benchmark item that it shares text or a function with, for a person.
    pub contamination: Option<String>,
    /// Hash of `shingles`: equal for equal sets.
    pub set: u64,
    /// One hash per band of its MinHash signature; empty unless near duplicates are wanted.
    pub bands: Vec<u64>,
    /// Hashes of its shingles, ascending, each once; empty likewise.
    pub shingles: Vec<u64>,
}

/// The columns of a [`CandidateSketch`] that buckets are filled from.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct SketchBands {
    /// See [`CandidateSketch::contamination`].
    pub contamination: Option<String>,
    /// See [`CandidateSketch::set`].
    pub set: u64,
    /// See [`CandidateSketch::bands`].
    pub bands: Vec<u64>,
}

/// The column of a [`CandidateSketch`] that says who is contaminated.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct SketchContamination {
    /// See [`CandidateSketch::contamination`].
    pub contamination: Option<String>,
}

/// The column of a [`CandidateSketch`] that similarity is computed from.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct SketchShingles {
    /// See [`CandidateSketch::shingles`].
    pub shingles: Vec<u64>,
}

/// Two candidates whose similarity was computed and reaches the threshold. `dedup[bucket]`
/// writes those that meet in it; the last bucket settles who gives way.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct NearNeighbour {
    /// Part of the candidate that ranks behind.
    pub part: u32,
    /// Its row among the part's candidates, from 0.
    pub row: u64,
    /// Part of the candidate that ranks before.
    pub other_part: u32,
    /// Its row.
    pub other_row: u64,
    /// Shingles that both have.
    pub shared: u32,
    /// Shingles that either has.
    pub total: u32,
}
