//! `dedup[bucket]`: which candidates of a bucket of fingerprints give way to which.
//!
//! A candidate's bucket depends on its fingerprint alone, so equal ones meet whatever part
//! they came from.

use std::collections::BTreeMap;

use unitmill_corpus::{Fingerprinted, bucket_of, deduplicate_bucket};
use unitmill_model::{CandidateKey, DuplicateDrop, Stage};
use unitmill_shards::{Manifest, OutputKind, read_rows};

use crate::error::RunError;
use crate::run::Run;

/// Finds the duplicates of one bucket.
pub(crate) fn dedup(run: &Run, bucket: u32) -> Result<Manifest, RunError> {
    let buckets = run.plan.recipe.tasks.buckets;
    let mut entries = Vec::new();
    for manifest in run.require_stage(Stage::Dedup, Stage::Extract)? {
        let path = run.output_of(&manifest, OutputKind::Candidates)?;
        for (row, candidate) in read_rows::<CandidateKey>(&path)?.enumerate() {
            let candidate = candidate?;
            if bucket_of(&candidate.fingerprint, buckets) == bucket {
                entries.push(Fingerprinted::new(manifest.index, row as u64, &candidate));
            }
        }
    }
    let drops = deduplicate_bucket(entries, run.plan.recipe.dedup.exact);
    let mut manifest = run.new_manifest(Stage::Dedup, bucket);
    manifest.outputs = vec![run.directory.write_rows(
        Stage::Dedup,
        bucket,
        OutputKind::Keep,
        &run.parquet_settings(),
        &drops,
    )?];
    Ok(manifest)
}

/// The drops of one part by row, from all buckets. Where several buckets drop a row, the
/// first bucket's reason counts, so that a candidate has one reject.
pub(crate) fn read_drops(run: &Run, part: u32) -> Result<BTreeMap<u64, DuplicateDrop>, RunError> {
    let mut drops = BTreeMap::new();
    for manifest in run.require_stage(Stage::Mill, Stage::Dedup)? {
        for drop in read_rows::<DuplicateDrop>(&run.output_of(&manifest, OutputKind::Keep)?)? {
            let drop = drop?;
            if drop.part == part {
                drops.entry(drop.row).or_insert(drop);
            }
        }
    }
    Ok(drops)
}
