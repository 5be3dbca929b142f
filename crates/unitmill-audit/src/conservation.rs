//! The sums that must come out, and what is off where they do not.

use std::collections::BTreeMap;

use polars::prelude::*;
use unitmill_model::{RejectUnit, Stage};
use unitmill_shards::{Manifest, OutputKind, RunDirectory, count_rows};

use crate::facts::CandidateFacts;
use crate::frames::{Frames, Table};
use crate::measure::{counted, is_published, rows, waiting_parts};
use crate::{AuditError, Part, ReasonCount, Sum};

/// Ids that a message names before it says "and N more".
const NAMED: usize = 3;

fn rejected(reasons: &[ReasonCount], unit: RejectUnit) -> u64 {
    let of_unit = reasons.iter().filter(|row| row.unit == unit.as_str());
    of_unit.map(|row| row.count).sum()
}

/// A sum whose parts must make up the whole; `off` are problems that are known already.
fn sum(name: &str, whole: u64, parts: Vec<(&str, u64)>, mut off: Vec<String>) -> Sum {
    let total = parts.iter().map(|(_, count)| count).sum::<u64>();
    if total != whole {
        off.insert(0, format!("the parts come to {total}, not to {whole}"));
    }
    Sum {
        name: name.to_owned(),
        whole,
        parts: parts
            .into_iter()
            .map(|(name, count)| Part {
                name: name.to_owned(),
                count,
            })
            .collect(),
        holds: off.is_empty(),
        off,
    }
}

fn differs(what: &str, counted: u64, found: u64) -> Option<String> {
    (counted != found)
        .then(|| format!("the manifests count {counted} {what}, the files hold {found}"))
}

pub(crate) fn file_sum(manifests: &[Manifest], reasons: &[ReasonCount]) -> Sum {
    let (parsed, failed) = (
        counted(manifests, "files_parsed"),
        counted(manifests, "files_rejected"),
    );
    let found = rejected(reasons, RejectUnit::File);
    let off = differs("rejected files", failed, found);
    sum(
        "files",
        counted(manifests, "files"),
        vec![("parsed", parsed), ("rejected", failed)],
        off.into_iter().collect(),
    )
}

pub(crate) fn function_sum(manifests: &[Manifest], reasons: &[ReasonCount]) -> Sum {
    let (candidates, failed) = (
        counted(manifests, "candidates"),
        counted(manifests, "functions_rejected"),
    );
    let found = rejected(reasons, RejectUnit::Function);
    let off = differs("rejected functions", failed, found)
        .into_iter()
        .chain(differs(
            "candidates",
            candidates,
            rows(manifests, OutputKind::Candidates),
        ));
    sum(
        "functions",
        counted(manifests, "functions"),
        vec![("candidates", candidates), ("rejected", failed)],
        off.collect(),
    )
}

/// Whether the files hold what their manifests say, and every pair was published.
pub(crate) fn output_sum(run: &RunDirectory, manifests: &[Manifest]) -> Result<Sum, AuditError> {
    let mut off = Vec::new();
    let mut found = BTreeMap::<OutputKind, u64>::new();
    for output in manifests.iter().flat_map(|manifest| &manifest.outputs) {
        let rows = count_rows(&run.path_of(output))?;
        *found.entry(output.kind).or_default() += rows;
        if rows != output.rows {
            off.push(format!(
                "{} holds {rows} rows, its manifest says {}",
                output.path, output.rows
            ));
        }
    }
    let pairs = found.get(&OutputKind::Pairs).copied().unwrap_or(0);
    let published = found.get(&OutputKind::Shard).copied().unwrap_or(0);
    Ok(if is_published(manifests) {
        sum("pairs", pairs, vec![("published", published)], off)
    } else {
        let waiting = pairs.saturating_sub(published);
        let parts = vec![("published", published), ("waiting", waiting)];
        sum("pairs", pairs, parts, off)
    })
}

pub(crate) fn candidate_sum(
    frames: &Frames<'_>,
    facts: &CandidateFacts,
) -> Result<Sum, AuditError> {
    let some = |name: &str| col(name).gt(lit(0));
    let has_pairs = some("pairs").cast(DataType::UInt64);
    let fates = col("rejected") + has_pairs.clone();
    let totals = facts.frame.clone().select([
        col("extracted").sum(),
        has_pairs.sum().alias("with_pairs"),
        col("rejected").sum(),
    ]);
    let totals = frames.collect("candidates", totals)?;

    let mut off = Vec::new();
    let mut problem = |what: &str, condition: Expr| -> Result<(), AuditError> {
        let found = facts.frame.clone().filter(condition).select([col("id")]);
        let table = frames.collect(
            "candidates",
            found.sort(["id"], SortMultipleOptions::default()),
        )?;
        if table.height() > 0 {
            off.push(format!("{what}: {}", name_some(&table)?));
        }
        Ok(())
    };
    let known = some("extracted");
    problem(
        "neither pair nor reject",
        known.clone().and(fates.clone().lt(col("extracted"))),
    )?;
    problem(
        "more than one fate (rejected twice, or rejected and paired)",
        known.clone().and(fates.gt(col("extracted"))),
    )?;
    problem(
        "pairs without a candidate",
        known.clone().not().and(some("pairs")),
    )?;
    problem(
        "rejects without a candidate",
        known.not().and(some("rejected")),
    )?;

    let waiting = waiting_parts(frames.manifests);
    let waiting = frames
        .manifests
        .iter()
        .filter(|task| task.stage == Stage::Extract && waiting.contains(&task.index))
        .map(|task| task.rows_of(OutputKind::Candidates))
        .sum::<u64>();
    let mut parts = vec![
        ("with pairs", totals.total("with_pairs")?),
        ("with one reject", totals.total("rejected")?),
    ];
    if waiting > 0 {
        parts.push(("not milled yet", waiting));
    }
    Ok(sum(
        "candidates",
        totals.total("extracted")? + waiting,
        parts,
        off,
    ))
}

fn name_some(table: &Table) -> Result<String, AuditError> {
    let ids = table.texts("id", "a row without an id")?;
    let named = ids
        .iter()
        .take(NAMED)
        .cloned()
        .collect::<Vec<_>>()
        .join(", ");
    Ok(match ids.len().saturating_sub(NAMED) {
        0 => format!("{} ({named})", ids.len()),
        more => format!("{} ({named} and {more} more)", ids.len()),
    })
}
