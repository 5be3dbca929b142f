//! `publish[shard]`: the final shards, by the row counts in the manifests; then the
//! dataset card and the audit.

use unitmill_audit::{Audit, CardFacts, render_card};
use unitmill_model::{Pair, Stage};
use unitmill_recipe::OutputFormat;
use unitmill_shards::{Manifest, OutputKind, PairFormat, read_row_range};

use crate::error::RunError;
use crate::run::Run;

/// Writes one final shard: rows `shard * rows_per_shard ..` of all pairs, parts in order.
pub(crate) fn publish(run: &Run, shard: u32) -> Result<Manifest, RunError> {
    let shards = run.tasks(Stage::Publish)?;
    let per_shard = run.plan.recipe.output.rows_per_shard;
    let wanted = u64::from(shard) * per_shard..(u64::from(shard) + 1) * per_shard;
    let mut writer =
        run.directory
            .shard_writer(shard, shards, pair_format(run), &run.shard_settings())?;
    let mut begin = 0;
    for manifest in run.require_stage(Stage::Publish, Stage::Mill)? {
        let rows = run.output(&manifest, OutputKind::Pairs)?.rows;
        let part = begin..begin + rows;
        begin = part.end;
        let first = wanted.start.max(part.start);
        let last = wanted.end.min(part.end);
        if first < last {
            let path = run.output_of(&manifest, OutputKind::Pairs)?;
            for pair in read_row_range::<Pair>(&path, first - part.start..last - part.start)? {
                writer.push(&pair?)?;
            }
        }
    }
    let mut manifest = run.new_manifest(Stage::Publish, shard);
    manifest.outputs = vec![writer.finish()?];
    Ok(manifest)
}

/// Sweeps what no manifest names, and writes the audit and the dataset card. May be done
/// again, and by several processes at once: the bytes are the same.
pub(crate) fn finish(run: &Run) -> Result<Audit, RunError> {
    run.directory.sweep_orphans()?;
    let audit = Audit::read(&run.directory)?;
    run.directory.write_audit(&audit.published_json())?;
    let mut shard_bytes = 0;
    for manifest in run.directory.manifests_of(Stage::Publish)? {
        shard_bytes += run.output(&manifest, OutputKind::Shard)?.bytes;
    }
    let recipe = run.plan.shaping_recipe();
    let facts = CardFacts {
        name: recipe.name.clone(),
        recipe: recipe.to_yaml(),
        format: pair_format(run),
        shard_bytes,
        version: run.plan.unitmill.clone(),
    };
    run.directory.write_card(&render_card(&audit, &facts))?;
    Ok(audit)
}

fn pair_format(run: &Run) -> PairFormat {
    match run.plan.recipe.output.format {
        OutputFormat::PrefixCompletion => PairFormat::PrefixCompletion,
        OutputFormat::Trl => PairFormat::Trl,
    }
}
