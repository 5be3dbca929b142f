//! `dedup[bucket]`: which candidates give way to which.
//!
//! A bucket holds fingerprints and, with near duplicates, band hashes of sketches: equal ones
//! meet in it whatever part they came from. Exact duplicates are settled in their bucket.
//! Of near duplicates a bucket only writes down who is alike; who gives way depends on all
//! buckets, and is settled once by whoever finds them all done: the process that did the last
//! one, or, if it died before it could, the first that mills. That settlement is committed
//! like a task, under the index after the last bucket's.

use std::collections::BTreeMap;

use unitmill_corpus::near::{
    NearSettings, NeighbourSearch, Ranking, RankingBuilder, Settlement, SpillSettings,
};
use unitmill_corpus::{Fingerprinted, bucket_of, deduplicate_bucket};
use unitmill_model::{
    CandidateKey, DuplicateDrop, NearNeighbour, SketchBands, SketchContamination, SketchShingles,
    Stage,
};
use unitmill_shards::{Manifest, OutputKind, read_rows};

use crate::error::RunError;
use crate::run::Run;
use crate::sketch::near_settings;

/// Finds the duplicates of one bucket, and sorts in that much memory.
pub(crate) fn dedup(run: &Run, bucket: u32, sort_bytes: usize) -> Result<Manifest, RunError> {
    let buckets = run.plan.recipe.tasks.buckets;
    let mut entries = Vec::new();
    for_each_candidate(run, |candidate| {
        if bucket_of(&candidate.fingerprint, buckets) == bucket {
            entries.push(candidate);
        }
        Ok(())
    })?;
    let drops = deduplicate_bucket(entries, run.plan.recipe.dedup.exact);
    let mut manifest = run.new_manifest(Stage::Dedup, bucket);
    manifest.outputs = vec![run.directory.write_rows(
        Stage::Dedup,
        bucket,
        OutputKind::Keep,
        &run.parquet_settings(),
        &drops,
    )?];
    if let Some(settings) = near_settings(&run.plan.recipe) {
        let mut writer = run.directory.writer::<NearNeighbour>(
            Stage::Dedup,
            bucket,
            OutputKind::Near,
            &run.parquet_settings(),
        )?;
        find_neighbours(run, (bucket, buckets), &settings, sort_bytes, |pair| {
            Ok(writer.push(&pair)?)
        })?;
        manifest.outputs.push(writer.finish()?);
    }
    Ok(manifest)
}

/// Every candidate of the run, parts and rows ascending.
fn for_each_candidate(
    run: &Run,
    mut work: impl FnMut(Fingerprinted) -> Result<(), RunError>,
) -> Result<(), RunError> {
    let mut contaminations = Vec::new();
    for manifest in run.require_stage(Stage::Dedup, Stage::Extract)? {
        if !run.plan.benchmarks.is_empty() {
            let path = run.output_of(&manifest, OutputKind::Sketches)?;
            contaminations = read_rows::<SketchContamination>(&path)?
                .map(|sketch| Ok(sketch?.contamination))
                .collect::<Result<Vec<_>, RunError>>()?;
        }
        let mut contaminations = contaminations.drain(..);
        for_each_key(run, &manifest, |row, key| {
            let candidate = Fingerprinted::new(manifest.index, row, key);
            work(candidate.with_contamination(contaminations.next().flatten()))
        })?;
    }
    Ok(())
}

fn for_each_key(
    run: &Run,
    extracted: &Manifest,
    mut work: impl FnMut(u64, &CandidateKey) -> Result<(), RunError>,
) -> Result<(), RunError> {
    let path = run.output_of(extracted, OutputKind::Candidates)?;
    for (row, key) in (0..).zip(read_rows::<CandidateKey>(&path)?) {
        work(row, &key?)?;
    }
    Ok(())
}

fn spill_settings(run: &Run, sort_bytes: usize) -> SpillSettings {
    SpillSettings::new(&run.directory.folder(OutputKind::Near), sort_bytes)
}

fn rank(run: &Run, spill: &SpillSettings) -> Result<Ranking, RunError> {
    let mut ranking = RankingBuilder::new(spill);
    for_each_candidate(run, |candidate| {
        let contaminated = candidate.contamination.is_some();
        Ok(ranking.push(&candidate, contaminated)?)
    })?;
    Ok(ranking.finish(run.plan.recipe.dedup.exact)?)
}

/// Who is alike among those that meet in a bucket.
fn find_neighbours(
    run: &Run,
    bucket: (u32, u32),
    settings: &NearSettings,
    sort_bytes: usize,
    emit: impl FnMut(NearNeighbour) -> Result<(), RunError>,
) -> Result<(), RunError> {
    let spill = spill_settings(run, sort_bytes);
    let ranking = rank(run, &spill)?;
    let extracted = run.require_stage(Stage::Dedup, Stage::Extract)?;
    let mut search = NeighbourSearch::new(&ranking, bucket, &spill);
    for manifest in &extracted {
        let path = run.output_of(manifest, OutputKind::Sketches)?;
        for (row, sketch) in (0..).zip(read_rows::<SketchBands>(&path)?) {
            search.push(manifest.index, row, &sketch?)?;
        }
    }
    let mut verification = search.meet()?;
    for manifest in &extracted {
        let path = run.output_of(manifest, OutputKind::Sketches)?;
        for (row, sketch) in (0..).zip(read_rows::<SketchShingles>(&path)?) {
            verification.push(manifest.index, row, &sketch?)?;
        }
    }
    verification.verify(settings, emit)
}

/// Settles which near duplicates give way, once every bucket is done; does nothing where
/// that was done before, or where near duplicates are not looked for.
pub(crate) fn settle(run: &Run, sort_bytes: usize) -> Result<(), RunError> {
    let index = run.plan.recipe.tasks.buckets;
    let Some(settings) = near_settings(&run.plan.recipe) else {
        return Ok(());
    };
    if run.directory.manifest(Stage::Dedup, index)?.is_some() {
        return Ok(());
    }
    let spill = spill_settings(run, sort_bytes);
    let buckets = run.require_stage(Stage::Mill, Stage::Dedup)?;
    let ranking = rank(run, &spill)?;
    let mut settlement = Settlement::new(&ranking, &spill);
    for manifest in &buckets {
        let path = run.output_of(manifest, OutputKind::Near)?;
        for pair in read_rows::<NearNeighbour>(&path)? {
            settlement.push(&pair?)?;
        }
    }
    let mut named = settlement.settle()?;
    let extracted = run.require_stage(Stage::Dedup, Stage::Extract)?;
    for manifest in &extracted {
        for_each_key(run, manifest, |row, key| {
            Ok(named.name(manifest.index, row, key)?)
        })?;
    }
    let mut drops = named.drops()?;
    let mut writer = run.directory.writer::<DuplicateDrop>(
        Stage::Dedup,
        index,
        OutputKind::Keep,
        &run.parquet_settings(),
    )?;
    for manifest in &extracted {
        for_each_key(run, manifest, |row, key| {
            if let Some(drop) = drops.of(manifest.index, row, key, &settings)? {
                writer.push(&drop)?;
            }
            Ok(())
        })?;
    }
    let mut manifest = run.new_manifest(Stage::Dedup, index);
    manifest.outputs = vec![writer.finish()?];
    run.commit(&manifest)?;
    Ok(())
}

/// The drops of one part by row, from all buckets and the settlement. Where that has a
/// word on an exact duplicate, it knows better who is kept, so that a candidate has one
/// reject and names one that stays.
pub(crate) fn read_drops(
    run: &Run,
    part: u32,
    sort_bytes: usize,
) -> Result<BTreeMap<u64, DuplicateDrop>, RunError> {
    settle(run, sort_bytes)?;
    let mut drops: BTreeMap<u64, DuplicateDrop> = BTreeMap::new();
    for manifest in run.require_stage(Stage::Mill, Stage::Dedup)? {
        for drop in read_rows::<DuplicateDrop>(&run.output_of(&manifest, OutputKind::Keep)?)? {
            let drop = drop?;
            if drop.part == part {
                let reason = drops
                    .get(&drop.row)
                    .map_or(drop.reason, |first| first.reason);
                drops.insert(drop.row, DuplicateDrop { reason, ..drop });
            }
        }
    }
    Ok(drops)
}
