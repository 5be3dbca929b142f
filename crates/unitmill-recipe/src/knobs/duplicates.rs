//! The knobs of what a run must not hold twice, or at all.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Duplicates.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dedup {
    /// Reject functions whose normalised syntax tree was seen before.
    #[serde(default = "yes")]
    pub exact: bool,
    /// Reject near duplicates, found by MinHash-LSH and then compared exactly: functions
    /// whose token n-grams have a Jaccard similarity of at least `dedup.threshold` with
    /// those of a function that is kept. Imports, context, comments and docstrings do not
    /// count.
    #[serde(default)]
    pub near: bool,
    /// Least similarity of near duplicates.
    #[serde(default = "threshold")]
    #[schemars(range(min = 0.3, max = 1.0))]
    pub threshold: f64,
    /// Length of a MinHash signature. Bands are chosen so that at least 99 % of the pairs
    /// at the threshold are found; a longer signature compares fewer pairs in vain.
    #[serde(default = "num_perm")]
    #[schemars(range(min = 64, max = 1024))]
    pub num_perm: u32,
    /// Tokens of an n-gram.
    #[serde(default = "shingle")]
    #[schemars(range(min = 1, max = 64))]
    pub ngram: u32,
    /// Megabytes of memory that the search for near duplicates sorts in; the rest is sorted
    /// on disk, in the run's folder. Some 20 bytes a candidate come on top. Does not shape
    /// the result.
    #[serde(default = "sort_mb")]
    #[schemars(range(min = 1, max = 1_048_576))]
    pub memory_mb: u64,
}

fn yes() -> bool {
    true
}
fn threshold() -> f64 {
    0.7
}
fn num_perm() -> u32 {
    256
}
fn shingle() -> u32 {
    5
}
fn sort_mb() -> u64 {
    512
}

/// Benchmarks that the result must not hold.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Decontaminate {
    /// Files of benchmark items, as HumanEval, MBPP, BigCodeBench and their EvalPlus editions
    /// are published: JSONL (also `.gz` or `.zst`), a JSON list, or Parquet. Candidates
    /// that hold an item's prompt or solution are rejected before any model is asked, pairs
    /// once more before they are published. Prefixes are compared with prompts and
    /// solutions, completions with solutions; a function is also compared by its syntax tree.
    #[serde(default)]
    pub benchmarks: Vec<Benchmark>,
    /// Words of an n-gram: names, keywords, numbers and the words of docstrings; comments,
    /// imports and punctuation do not count. Prompts and solutions of fewer words are not
    /// looked for.
    #[serde(default = "words")]
    #[schemars(range(min = 3, max = 100))]
    pub ngram: u32,
    /// Least share of the n-grams of a prompt or solution that makes a text contaminated; two
    /// are needed in any case, of those that have as many.
    #[serde(default = "share")]
    #[schemars(range(min = 0.01, max = 1.0))]
    pub share: f64,
}

fn words() -> u32 {
    10
}
fn share() -> f64 {
    0.2
}

/// One file of benchmark items.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Benchmark {
    /// The file.
    pub path: PathBuf,
    /// What rejects call it, where an item's own name does not say; by default the file's
    /// name up to its first dot.
    #[serde(default)]
    pub name: Option<String>,
}

impl Benchmark {
    /// What rejects call it.
    pub fn display_name(&self) -> String {
        self.name.clone().unwrap_or_else(|| {
            let file = self.path.file_name().unwrap_or(self.path.as_os_str());
            let file = file.to_string_lossy();
            file.split('.').next().unwrap_or(&file).to_owned()
        })
    }
}
