//! Deduplication does not depend on order, and conserves.

use std::collections::BTreeSet;

use proptest::prelude::*;
use unitmill_corpus::{Fingerprinted, LicenseStanding, bucket_of, deduplicate_bucket};
use unitmill_model::{CandidateId, Digest, RejectReason};

fn entry(fingerprint: u8, origin: u8, license: bool, row: u64) -> Fingerprinted {
    Fingerprinted {
        fingerprint: Digest::of([fingerprint]),
        id: CandidateId::from_digest(&Digest::of([fingerprint, origin])),
        license: LicenseStanding::of(license.then_some("MIT")),
        repo: (!origin.is_multiple_of(3)).then(|| format!("owner/{}", origin % 3)),
        path: format!("file{origin}.py"),
        first_line: 1,
        part: 0,
        row,
        contamination: None,
    }
}

#[test]
fn the_licensed_one_is_kept() {
    let drops = deduplicate_bucket(vec![entry(1, 3, false, 0), entry(1, 4, true, 1)], true);
    assert_eq!(drops.len(), 1);
    assert_eq!(drops[0].row, 0);
    assert_eq!(drops[0].reason, RejectReason::ExactDuplicate);
    assert_eq!(drops[0].detail, "kept: owner/1: file4.py, line 1");
}

#[test]
fn licences_rank_by_what_they_allow() {
    let licenses = [Some("MIT"), Some("GPL-3.0-only"), None];
    let ranked = licenses.map(LicenseStanding::of);
    assert_eq!(
        ranked,
        [
            LicenseStanding::Permissive,
            LicenseStanding::Known,
            LicenseStanding::Unknown
        ]
    );
    assert!(ranked.is_sorted());
}

#[test]
fn the_same_candidate_twice_is_dropped_even_without_exact() {
    let entries = vec![
        entry(1, 1, true, 0),
        entry(1, 1, true, 1),
        entry(1, 2, true, 2),
    ];
    let drops = deduplicate_bucket(entries.clone(), false);
    assert_eq!(drops.len(), 1);
    assert_eq!(
        (drops[0].row, drops[0].reason),
        (1, RejectReason::RepeatedSource)
    );
    assert_eq!(drops[0].kept_id, Some(drops[0].candidate_id));
    assert_eq!(deduplicate_bucket(entries, true).len(), 2);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn order_does_not_matter(
        entries in proptest::collection::vec((0u8..4, 0u8..6, any::<bool>()), 0..24),
        exact: bool,
        seed in any::<prop::sample::Index>(),
    ) {
        let entries: Vec<Fingerprinted> = entries
            .iter()
            .enumerate()
            .map(|(row, &(fingerprint, origin, license))| entry(fingerprint, origin, license, row as u64))
            .collect();
        let mut turned = entries.clone();
        if !turned.is_empty() {
            let middle = seed.index(turned.len());
            turned.rotate_left(middle);
        }
        turned.reverse();
        let drops = deduplicate_bucket(entries.clone(), exact);
        prop_assert_eq!(&drops, &deduplicate_bucket(turned, exact));

        let dropped: BTreeSet<u64> = drops.iter().map(|dropped| dropped.row).collect();
        prop_assert_eq!(dropped.len(), drops.len());
        let kept: Vec<&Fingerprinted> =
            entries.iter().filter(|entry| !dropped.contains(&entry.row)).collect();
        let ids: BTreeSet<CandidateId> = kept.iter().map(|entry| entry.id).collect();
        prop_assert_eq!(ids.len(), kept.len());
        if exact {
            let prints: BTreeSet<Digest> = kept.iter().map(|entry| entry.fingerprint).collect();
            prop_assert_eq!(prints.len(), kept.len());
        }
        for dropped in &drops {
            prop_assert!(dropped.kept_id.is_some_and(|kept| ids.contains(&kept)));
        }
    }

    #[test]
    fn equal_fingerprints_share_a_bucket(byte: u8, buckets in 1u32..100) {
        let bucket = bucket_of(&Digest::of([byte]), buckets);
        prop_assert!(bucket < buckets);
        prop_assert_eq!(bucket, bucket_of(&Digest::of([byte]), buckets));
    }
}
