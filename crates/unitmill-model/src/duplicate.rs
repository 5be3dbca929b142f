//! What deduplication decided: which candidates give way to which.

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
    /// The candidate that is kept in its place.
    pub kept_id: CandidateId,
    /// `repeated_source` or `exact_duplicate`.
    pub reason: RejectReason,
    /// What exactly is the same, for a person.
    pub detail: String,
}
