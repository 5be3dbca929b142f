//! Benchmark files: read when a run is planned, so that a bad one costs nothing, and again
//! by every process that looks for their items.

use std::path::Path;

use unitmill_corpus::{Benchmarks, ContaminationSettings};
use unitmill_model::{BenchmarkItem, Digest};
use unitmill_recipe::Recipe;
use unitmill_shards::read_rows;

use crate::error::RunError;
use crate::plan::PlannedBenchmark;

/// Reads the benchmarks that a recipe names.
///
/// # Errors
/// A file that cannot be read, or that is no benchmark.
pub(crate) fn read_benchmarks(
    recipe: &Recipe,
) -> Result<(Vec<PlannedBenchmark>, Benchmarks), RunError> {
    let mut benchmarks = Benchmarks::new(ContaminationSettings {
        ngram: recipe.decontaminate.ngram,
        share: recipe.decontaminate.share,
    });
    let mut planned = Vec::new();
    for benchmark in &recipe.decontaminate.benchmarks {
        let bytes = std::fs::read(&benchmark.path).map_err(|source| RunError::Unreadable {
            what: "the benchmark",
            path: benchmark.path.clone(),
            source,
        })?;
        let name = benchmark.display_name();
        let items = read_items(&benchmark.path, &bytes)?;
        let useless = |message: String| RunError::Benchmark {
            path: benchmark.path.clone(),
            message,
        };
        for (row, item) in items.iter().enumerate() {
            if !benchmarks.add(&name, item) {
                return Err(useless(format!(
                    "row {row} ({}) has neither a prompt (prompt, text, complete_prompt, \
                     instruct_prompt) nor a solution (canonical_solution, code)",
                    item.task_id
                )));
            }
        }
        if items.is_empty() {
            return Err(useless("it has no rows".to_owned()));
        }
        planned.push(PlannedBenchmark {
            name,
            items: items.len() as u64,
            sha256: Digest::of(&bytes),
        });
    }
    Ok((planned, benchmarks))
}

/// The items of a file: a JSON list, JSON lines or Parquet, by its name.
fn read_items(path: &Path, bytes: &[u8]) -> Result<Vec<BenchmarkItem>, RunError> {
    if path
        .extension()
        .is_some_and(|extension| extension == "json")
    {
        return serde_json::from_slice(bytes).map_err(|error| RunError::Benchmark {
            path: path.to_owned(),
            message: format!("it is no JSON list of items: {error}"),
        });
    }
    read_rows::<BenchmarkItem>(path)?
        .map(|item| Ok(item?))
        .collect()
}
