//! Duplicates inside one bucket of fingerprints. Never depends on the order of its
//! entries, and never looks at a candidate's text.

use serde::{Deserialize, Serialize};
use unitmill_model::{CandidateId, CandidateKey, Digest, DuplicateDrop, RejectReason};

/// What deduplication knows about a candidate.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Fingerprinted {
    /// The candidate's fingerprint.
    pub fingerprint: Digest,
    /// The candidate's id.
    pub id: CandidateId,
    /// Whether its licence is known.
    pub license_known: bool,
    /// Its repository.
    pub repo: Option<String>,
    /// Path of its source file.
    pub path: String,
    /// Its first line.
    pub first_line: u32,
    /// The input part that it was extracted from.
    pub part: u32,
    /// Its row among the part's candidates, from 0.
    pub row: u64,
}

impl Fingerprinted {
    /// The entry of a candidate, given where it is stored.
    pub fn new(part: u32, row: u64, candidate: &CandidateKey) -> Self {
        Self {
            fingerprint: candidate.fingerprint,
            id: candidate.id,
            license_known: candidate.license.is_some(),
            repo: candidate.repo.clone(),
            path: candidate.path.clone(),
            first_line: candidate.first_line,
            part,
            row,
        }
    }

    /// The smallest of a group is kept: known licences first, then by where the text came
    /// from; what is the same in all that falls back to where it is stored.
    fn rank(&self) -> impl Ord + '_ {
        (
            !self.license_known,
            &self.repo,
            &self.path,
            self.first_line,
            self.id,
            self.part,
            self.row,
        )
    }
}

/// The bucket of a fingerprint among `buckets`, from 0. Candidates that could be
/// duplicates of each other always share a bucket.
///
/// # Panics
/// If there are no buckets.
pub fn bucket_of(fingerprint: &Digest, buckets: u32) -> u32 {
    assert!(buckets > 0, "there is at least one bucket");
    let mut head = [0; 8];
    head.copy_from_slice(&fingerprint.as_bytes()[..8]);
    (u64::from_be_bytes(head) % u64::from(buckets)) as u32
}

/// The candidates of a bucket that give way, ordered by part and row. Candidates with the
/// same id are one candidate that came in twice and always count as `repeated_source`;
/// with `exact`, candidates with the same fingerprint count as `exact_duplicate`.
pub fn deduplicate_bucket(mut entries: Vec<Fingerprinted>, exact: bool) -> Vec<DuplicateDrop> {
    entries.sort_by(|a, b| {
        a.fingerprint
            .cmp(&b.fingerprint)
            .then_with(|| a.rank().cmp(&b.rank()))
    });
    let mut drops = Vec::new();
    for group in entries.chunk_by(|a, b| a.fingerprint == b.fingerprint) {
        let mut seen: std::collections::HashMap<CandidateId, &Fingerprinted> =
            std::collections::HashMap::new();
        for entry in group {
            let twin = seen.get(&entry.id).copied();
            seen.entry(entry.id).or_insert(entry);
            let (kept, reason) = match twin {
                Some(twin) => {
                    let kept = if exact { &group[0] } else { twin };
                    (kept, RejectReason::RepeatedSource)
                }
                None if exact && entry.id != group[0].id => {
                    (&group[0], RejectReason::ExactDuplicate)
                }
                None => continue,
            };
            let place = kept.repo.as_ref().map_or_else(
                || kept.path.clone(),
                |repo| format!("{repo}: {}", kept.path),
            );
            drops.push(DuplicateDrop {
                part: entry.part,
                row: entry.row,
                candidate_id: entry.id,
                kept_id: kept.id,
                reason,
                detail: format!("kept: {place}, line {}", kept.first_line),
            });
        }
    }
    drops.sort_by_key(|dropped| (dropped.part, dropped.row));
    drops
}
