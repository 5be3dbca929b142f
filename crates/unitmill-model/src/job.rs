//! A sandbox job: what is to be executed, and under which limits.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The scratch folder of a run in a jail with a root of its own, as the code in it sees it.
pub const SCRATCH_FOLDER: &str = "/tmp/work";

/// The version of [`Job`] and [`crate::Outcome`]; part of every execution key, so that a
/// change of meaning never meets an old journal.
pub const JOB_VERSION: u32 = 6;

/// One execution in a fresh, isolated interpreter.
///
/// A pair is one file: code, a blank line, tests; it runs as a module named by `entry`
/// (always `solution` for pairs). Verdict, coverage and observations are deterministic in
/// everything here, as far as the executed code is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Job {
    /// [`JOB_VERSION`] of whoever made the job.
    pub version: u32,
    /// The files put into the scratch folder before the run.
    pub files: Vec<JobFile>,
    /// The module to load: the name of one of `files` without its `.py`.
    pub entry: String,
    /// Test ids (`Class.method`) that are visible in the source; every one of them must
    /// report. Enumerated outside the sandbox; empty for `Observe`.
    pub expected_tests: Vec<String>,
    /// What to do with the module.
    pub kind: JobKind,
    /// Import roots that the files use, sorted; chooses the interpreter to fork from and
    /// is no part of the result.
    pub packages: Vec<String>,
    /// Limits of this run.
    pub limits: Limits,
    /// Seed of `random`, numpy and the interpreter's hashes (`seed` modulo the few that
    /// are kept running).
    pub seed: u32,
    /// In which order the tests run.
    pub order: TestOrder,
}

/// In which order a suite's tests run. The tests of a class stay together, so that
/// `setUpClass` runs once for them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TestOrder {
    /// As `unittest` loads them: classes and methods by their names.
    #[default]
    AsLoaded,
    /// The other way round, classes and methods alike.
    Reversed,
    /// Classes, and the methods of each, in an order that hangs on this number alone.
    Shuffled(u32),
}

impl fmt::Display for TestOrder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AsLoaded => formatter.write_str("tests in their own order"),
            Self::Reversed => formatter.write_str("tests in reverse order"),
            Self::Shuffled(number) => write!(formatter, "tests in shuffled order {number}"),
        }
    }
}

/// A file of a job.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct JobFile {
    /// A plain file name, no folder.
    pub name: String,
    /// The content; may be anything at all, valid Python or not.
    pub content: String,
}

/// What a job does with its module.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobKind {
    /// Run its unittest suites and judge them.
    Verdict,
    /// Load it, evaluate calls in its namespace and report what came of each.
    Observe {
        /// The calls, each evaluated by itself, in order.
        calls: Vec<ObservedCall>,
        /// Report which lines of `entry` each call executed. Tracing costs time.
        lines: bool,
    },
    /// As `Verdict`, and report which lines of `entry` were executed.
    Coverage,
}

/// One call to observe.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ObservedCall {
    /// Python statements executed first in a copy of the module's namespace; may be empty.
    /// Names that it binds and `arguments` lists are looked at again after the call.
    pub setup: String,
    /// A Python expression evaluated in that namespace.
    pub expression: String,
    /// Names bound by `setup` whose values are reported after the call, so that mutation
    /// of arguments shows.
    pub arguments: Vec<String>,
}

/// Limits of one run; a run over any of them is ended whole, with all its descendants.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Limits {
    /// Wall time, milliseconds.
    pub wall_ms: u64,
    /// CPU time of the whole run, milliseconds.
    pub cpu_ms: u64,
    /// Memory of the whole run, bytes.
    pub memory_bytes: u64,
    /// Processes and threads at once.
    pub processes: u32,
    /// Open files per process.
    pub open_files: u32,
    /// Size of one file, bytes.
    pub file_bytes: u64,
    /// Size of the scratch folder, bytes.
    pub scratch_bytes: u64,
    /// Standard output and standard error together, bytes.
    pub output_bytes: u64,
}

impl Default for Limits {
    /// 10 s and 1 GiB, as the reference implementation's time limit and the recipe's
    /// default memory; the rest is what test suites of functions stay far below.
    fn default() -> Self {
        Self {
            wall_ms: 10_000,
            cpu_ms: 10_000,
            memory_bytes: 1 << 30,
            processes: 64,
            open_files: 256,
            file_bytes: 64 << 20,
            scratch_bytes: 64 << 20,
            output_bytes: 1 << 20,
        }
    }
}
