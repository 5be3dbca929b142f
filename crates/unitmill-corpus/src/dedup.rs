//! Duplicates inside one bucket of fingerprints. Never depends on the order of its
//! entries, and never looks at a candidate's text.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use unitmill_model::{CandidateId, CandidateKey, Digest, DuplicateDrop, RejectReason};

use crate::license::is_permissive;

/// What a licence allows, the best first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub enum LicenseStanding {
    /// See [`is_permissive`].
    Permissive,
    /// Known, but not that.
    Known,
    /// The corpus does not say.
    Unknown,
}

impl LicenseStanding {
    /// The standing of an SPDX expression.
    pub fn of(license: Option<&str>) -> Self {
        match license {
            Some(expression) if is_permissive(expression) => Self::Permissive,
            Some(_) => Self::Known,
            None => Self::Unknown,
        }
    }
}

/// What deduplication knows about a candidate.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Fingerprinted {
    /// The candidate's fingerprint.
    pub fingerprint: Digest,
    /// The candidate's id.
    pub id: CandidateId,
    /// What its licence allows.
    pub license: LicenseStanding,
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
    /// The benchmark item that it shares text or a function with, for a person.
    pub contamination: Option<String>,
}

impl Fingerprinted {
    /// The entry of a candidate, given where it is stored.
    pub fn new(part: u32, row: u64, candidate: &CandidateKey) -> Self {
        Self {
            fingerprint: candidate.fingerprint,
            id: candidate.id,
            license: LicenseStanding::of(candidate.license.as_deref()),
            repo: candidate.repo.clone(),
            path: candidate.path.clone(),
            first_line: candidate.first_line,
            part,
            row,
            contamination: None,
        }
    }

    /// The same, contaminated.
    pub fn with_contamination(self, contamination: Option<String>) -> Self {
        Self {
            contamination,
            ..self
        }
    }

    /// Where it comes from, for a person.
    pub(crate) fn place(&self) -> String {
        let place = self.repo.as_ref().map_or_else(
            || self.path.clone(),
            |repo| format!("{repo}: {}", self.path),
        );
        format!("{place}, line {}", self.first_line)
    }

    /// [`Self::rank`] as bytes that sort alike.
    pub(crate) fn rank_key(&self) -> Vec<u8> {
        // Texts end in two zeros and double those that they hold, so that none is the
        // beginning of another.
        let push_text = |key: &mut Vec<u8>, text: &str| {
            for &byte in text.as_bytes() {
                key.push(byte);
                if byte == 0 {
                    key.push(1);
                }
            }
            key.extend([0, 0]);
        };
        let mut key = vec![self.license as u8];
        key.push(u8::from(self.repo.is_some()));
        push_text(&mut key, self.repo.as_deref().unwrap_or(""));
        push_text(&mut key, &self.path);
        key.extend(self.first_line.to_be_bytes());
        key.extend(self.id.as_bytes());
        key.extend(self.part.to_be_bytes());
        key.extend(self.row.to_be_bytes());
        key
    }

    /// The smallest of a group is kept: permissive licences first, then other known
    /// ones, then by where the text came from; what is the same in all that falls back to where it is stored.
    fn rank(&self) -> impl Ord + '_ {
        (
            self.license,
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

/// The candidates of a bucket that give way, ordered by part and row. A contaminated one
/// goes and stands in nobody's way. Candidates with the same id are one candidate that came
/// in twice and always count as `repeated_source`; with `exact`, candidates with the same
/// fingerprint count as `exact_duplicate`.
pub fn deduplicate_bucket(entries: Vec<Fingerprinted>, exact: bool) -> Vec<DuplicateDrop> {
    let drop_of = |entry: &Fingerprinted, kept_id, reason, detail| DuplicateDrop {
        part: entry.part,
        row: entry.row,
        candidate_id: entry.id,
        kept_id,
        reason,
        detail,
    };
    let mut drops = Vec::new();
    let mut clean = Vec::with_capacity(entries.len());
    for entry in entries {
        match &entry.contamination {
            Some(found) => drops.push(drop_of(
                &entry,
                None,
                RejectReason::Contaminated,
                found.clone(),
            )),
            None => clean.push(entry),
        }
    }
    clean.sort_by(|a, b| {
        a.fingerprint
            .cmp(&b.fingerprint)
            .then_with(|| a.rank().cmp(&b.rank()))
    });
    for group in clean.chunk_by(|a, b| a.fingerprint == b.fingerprint) {
        let mut seen: HashMap<CandidateId, &Fingerprinted> = HashMap::new();
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
            let detail = format!("kept: {}", kept.place());
            drops.push(drop_of(entry, Some(kept.id), reason, detail));
        }
    }
    drops.sort_by_key(|dropped| (dropped.part, dropped.row));
    drops
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unitmill_model::Digest;

    use super::*;

    fn entry() -> impl Strategy<Value = Fingerprinted> {
        (
            proptest::sample::select(vec![None, Some("MIT"), Some("GPL-3.0-only")]),
            proptest::option::of("[\0ab]{0,3}"),
            "[\0\x01ab]{0,3}",
            0u32..300,
            any::<bool>(),
        )
            .prop_map(|(license, repo, path, first_line, id)| Fingerprinted {
                fingerprint: Digest::of(""),
                id: CandidateId::from_digest(&Digest::of([u8::from(id)])),
                license: LicenseStanding::of(license),
                repo,
                path,
                first_line,
                part: 0,
                row: 0,
                contamination: None,
            })
    }

    proptest! {
        #[test]
        fn rank_keys_sort_as_ranks(one in entry(), two in entry()) {
            prop_assert_eq!(one.rank().cmp(&two.rank()), one.rank_key().cmp(&two.rank_key()));
        }
    }
}
