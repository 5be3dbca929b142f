//! Why a run stopped, in the terms of the command line's exit codes.

use std::path::PathBuf;

use unitmill_agents::PromptError;
use unitmill_corpus::CorpusError;
use unitmill_llm::LlmError;
use unitmill_model::Stage;
use unitmill_sandbox::{EnvironmentError, SandboxError};
use unitmill_shards::ShardsError;

/// Why a command did not do what it was asked to. Never says anything about a function
/// under test: those have verdicts.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The corpus cannot be read.
    #[error(transparent)]
    Corpus(#[from] CorpusError),
    /// A file that the recipe or the command line names cannot be read.
    #[error("cannot read {what} {}: {source}", path.display())]
    Unreadable {
        /// What it is.
        what: &'static str,
        /// Where it is.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The package list is malformed.
    #[error("{}: {source}", path.display())]
    PackageList {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: unitmill_python::PackageListError,
    },
    /// Neither a file nor the name of a bundled package list.
    #[error(
        "packages.allow: there is no file {} and no bundled list of that name; bundled are {}",
        path.display(), unitmill_python::PackageList::bundled_names().collect::<Vec<_>>().join(", ")
    )]
    UnknownPackageList {
        /// What was asked for.
        path: PathBuf,
    },
    /// A licence that SPDX does not know.
    #[error("{key}: {source}")]
    License {
        /// The knob.
        key: String,
        /// What is wrong with it.
        source: unitmill_corpus::LicenseError,
    },
    /// A file that is no benchmark.
    #[error("decontaminate.benchmarks: {} is no benchmark file: {message}", path.display())]
    Benchmark {
        /// The file.
        path: PathBuf,
        /// Why not.
        message: String,
    },
    /// Near duplicates cannot be sorted out.
    #[error(transparent)]
    Spill(#[from] unitmill_corpus::near::SpillError),
    /// The audit cannot be made.
    #[error(transparent)]
    Audit(#[from] unitmill_audit::AuditError),
    /// A prompt template cannot be used.
    #[error(transparent)]
    Prompt(#[from] PromptError),
    /// The run's folder belongs to another recipe, other inputs or another version.
    #[error(
        "{} was planned differently and is not resumed; what differs:\n{}\nchoose another folder \
         with --out, or undo the change", run.display(), list(differences)
    )]
    PlanDiffers {
        /// The run.
        run: PathBuf,
        /// One line a difference: key, old value, new value.
        differences: Vec<String>,
    },
    /// The plan on disk is not one that this version can read.
    #[error("the plan of {} cannot be used: {message}", run.display())]
    PlanInvalid {
        /// The run.
        run: PathBuf,
        /// Why not.
        message: String,
    },
    /// A task of a stage that has fewer.
    #[error("there is no task {stage} {index}: the stage has {tasks} (0 to {})", tasks.saturating_sub(1))]
    NoSuchTask {
        /// The stage.
        stage: Stage,
        /// What was asked for.
        index: u32,
        /// How many there are.
        tasks: u32,
    },
    /// A task whose inputs are not there yet.
    #[error(
        "{stage} needs every task of {needs}, and these are not done: {}",
        numbers(missing)
    )]
    NotReady {
        /// The stage that was to be worked on.
        stage: Stage,
        /// The stage before it.
        needs: Stage,
        /// Its missing tasks.
        missing: Vec<u32>,
    },
    /// No candidate or pair of that id.
    #[error("{} holds no candidate or pair whose id begins with `{id}`", run.display())]
    UnknownId {
        /// The run.
        run: PathBuf,
        /// What was asked for.
        id: String,
    },
    /// Several candidates begin with those digits.
    #[error("`{id}` is the beginning of {count} ids; give more digits")]
    AmbiguousId {
        /// What was asked for.
        id: String,
        /// How many it could be.
        count: usize,
    },
    /// A model call or an execution that the journal does not have.
    #[error(
        "the journal has no record of {key}; the run was made by another version, or its journal was removed"
    )]
    NotRecorded {
        /// The request key or execution key.
        key: unitmill_model::Digest,
    },
    /// Rows of an `exec` input that could not be judged; all others were.
    #[error("{count} rows of {} could not be judged, the first: {first}", path.display())]
    BadRows {
        /// The input.
        path: PathBuf,
        /// How many.
        count: u64,
        /// What was wrong with the first.
        first: String,
    },
    /// Files of the run are unreadable or the disk is full.
    #[error(transparent)]
    Shards(#[from] ShardsError),
    /// The Python environment cannot be had.
    #[error(transparent)]
    Environment(#[from] EnvironmentError),
    /// The sandbox cannot isolate, or broke.
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    /// The model server cannot be used.
    #[error("the {agent} agent: {source}. {}", source.hint())]
    Model {
        /// Whose model.
        agent: unitmill_model::Agent,
        /// What happened.
        source: LlmError,
    },
    /// The next call could go over a limit of the budget.
    #[error(transparent)]
    BudgetSpent(Box<BudgetSpent>),
    /// A stop was asked for, or another part of the run failed.
    #[error("stopped; everything done so far is kept")]
    Halted,
    /// A stop was asked for while pairs were being judged.
    #[error("stopped; no file of verdicts was written")]
    Abandoned,
}

/// A budget that leaves no room for what is to be asked next.
#[derive(Debug, thiserror::Error)]
#[error(
    "{key} is spent{}: {spent} of {most}, for {calls} answers with {tokens} tokens, and what is to \
     be asked next may take {next} more{}",
    share(*task), candidates_left(*left)
)]
pub struct BudgetSpent {
    /// The knob: `budget.cost`.
    pub key: &'static str,
    /// What was spent of it.
    pub spent: String,
    /// The limit, or the task's share of it.
    pub most: String,
    /// The most that the next question can take.
    pub next: String,
    /// Answers that were paid for, and those that may have been.
    pub calls: u64,
    /// Their tokens.
    pub tokens: u64,
    /// The mill task, if it is a share.
    pub task: Option<u32>,
    /// Candidates that are not milled yet, of how many.
    pub left: Option<(u64, u64)>,
}

fn share(task: Option<u32>) -> String {
    task.map_or_else(String::new, |task| {
        format!(" as far as the share of mill {task} goes")
    })
}

fn candidates_left(left: Option<(u64, u64)>) -> String {
    left.map_or_else(String::new, |(left, of)| {
        format!("; {left} of {of} candidates are left")
    })
}

fn list(lines: &[String]) -> String {
    lines
        .iter()
        .map(|line| format!("  {line}"))
        .collect::<Vec<_>>()
        .join("\n")
}

fn numbers(indices: &[u32]) -> String {
    const SHOWN: usize = 20;
    let mut text = indices
        .iter()
        .take(SHOWN)
        .map(u32::to_string)
        .collect::<Vec<_>>()
        .join(", ");
    if indices.len() > SHOWN {
        text.push_str(&format!(" and {} more", indices.len() - SHOWN));
    }
    text
}
