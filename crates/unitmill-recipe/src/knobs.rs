//! Every knob of a recipe. The documentation comments here are the user's documentation:
//! the JSON Schema and the reference page are made from them.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::addresses::Addresses;

/// A run, from corpus to shards.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// The run's name; its default folder is `runs/<name>`. Letters, digits, `-`, `_` and `.`.
    pub name: String,
    /// Seed of everything that is drawn: sampling, generated inputs, `random` and numpy
    /// inside the sandbox.
    #[serde(default)]
    pub seed: u64,
    /// Where the corpus lies; one or more folders, files or globs. Paths are relative to
    /// the working directory.
    pub input: Vec<Input>,
    /// Which packages a function may and must use.
    #[serde(default)]
    pub packages: Packages,
    /// Under which licences files are taken.
    #[serde(default)]
    pub licenses: Licenses,
    /// Which functions are taken.
    #[serde(default)]
    pub functions: Functions,
    /// Duplicates.
    #[serde(default)]
    pub dedup: Dedup,
    /// Benchmarks that the result must not hold.
    #[serde(default)]
    pub decontaminate: Decontaminate,
    /// Who writes tests, fixes and refinements.
    #[serde(default)]
    pub models: Models,
    /// How much may be spent on model calls: answers that were paid for in this run, however
    /// often it was interrupted, and those that were lost on the way. No call is sent that
    /// could go over a limit; the run then stops with exit code 5, and goes on with a higher
    /// one. Tasks that another engine runs divide it by their candidates.
    #[serde(default)]
    pub budget: Budget,
    /// Prompt templates of your own.
    #[serde(default)]
    pub prompts: Prompts,
    /// The builtin generator of tests.
    #[serde(default)]
    pub generate: Generate,
    /// The fix loop.
    #[serde(default)]
    pub fix: Fix,
    /// Where and how functions are executed.
    #[serde(default)]
    pub sandbox: Sandbox,
    /// What the final shards look like.
    #[serde(default)]
    pub output: Output,
    /// How the work is cut into tasks.
    #[serde(default)]
    pub tasks: Tasks,
    /// The folder of another run whose answers, and executions where they are the same, are
    /// read before anybody is asked or anything is run; `--from` sets it. Does not shape the
    /// result.
    #[serde(default)]
    pub from: Option<PathBuf>,
}

/// One source of corpus files.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// A folder, a file, or a glob; docs/inputs.md says what is read in which files.
    pub path: String,
    /// In rows of JSON lines and Parquet: the field that holds the source text. A dot goes
    /// into nested objects.
    #[serde(default = "text_field")]
    pub text_field: String,
    /// The same for the licence. Left out: the first of `license`, `licenses`,
    /// `max_stars_repo_licenses` and `detected_licenses` that a row has.
    #[serde(default)]
    pub license_field: Option<String>,
    /// The licence of everything in this input that states none of its own; SPDX.
    #[serde(default)]
    pub license: Option<String>,
    /// The same for the repository's name. Left out: the first of `repo`, `repo_name`,
    /// `max_stars_repo_name` and `repository_name`.
    #[serde(default)]
    pub repo_field: Option<String>,
    /// The same for the file's path. Left out: the first of `path`, `max_stars_repo_path` and
    /// `file_path`.
    #[serde(default)]
    pub path_field: Option<String>,
    /// Files and texts above this many kilobytes are rejected as `too_large`.
    #[serde(default = "max_file_kb")]
    #[schemars(range(min = 1, max = 1_048_576))]
    pub max_file_kb: u64,
}

fn text_field() -> String {
    "content".to_owned()
}
fn max_file_kb() -> u64 {
    1024
}

/// Gives a section its `Default` from serde's defaults, so that each default is written
/// down once.
macro_rules! default_from_serde {
    ($($section:ty),*) => {$(
        impl Default for $section {
            fn default() -> Self {
                serde_json::from_value(serde_json::Value::Object(serde_json::Map::new()))
                    .expect("every knob of the section has a default")
            }
        }
    )*};
}

mod duplicates;
mod functions;
mod licenses;
mod money;
mod tiers;

pub use duplicates::{Benchmark, Decontaminate, Dedup};
pub use functions::{FunctionKind, Functions, OutsideSource};
pub use licenses::{AllowedLicenses, LicenseSet, Licenses, UnknownLicense};
pub use money::{Budget, Price};
pub use tiers::{Batch, Mode, Tiers};

default_from_serde!(
    Batch,
    Packages,
    Functions,
    Dedup,
    Decontaminate,
    Generate,
    Fix,
    Sandbox,
    Output,
    Tasks
);

/// Which packages a function may and must use.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Packages {
    /// Which packages a function may use: a bundled list by its name (`default`, `popular`,
    /// `unitcoder`; see docs/packages.md) or a file of import names, one a line. A function
    /// that imports another one is rejected; its file is not. Left out: every package is
    /// allowed.
    #[serde(default)]
    pub allow: Option<PathBuf>,
    /// What makes a function package-centric.
    #[serde(default)]
    pub require: PackageRequirement,
}

/// What makes a function package-centric.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PackageRequirement {
    /// It uses at least one import.
    #[default]
    Any,
    /// It uses at least one import from outside the standard library.
    ThirdParty,
    /// Nothing: functions without imports are taken too.
    None,
}

/// Who writes tests, fixes and refinements.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Models {
    /// Writes the unit tests. One provider, or a list of up to 8, cheap first: the next one
    /// is asked where none of the tests of the ones before run.
    #[serde(default)]
    pub tests: Tiers,
    /// Repairs functions whose tests fail. One provider, or a list of up to 8, cheap first:
    /// each has `fix.rounds` rounds, the next one takes what does not pass by then.
    #[serde(default)]
    pub fix: Tiers,
    /// Polishes functions whose tests pass. One provider, or a list of up to 8, cheap
    /// first: the next one takes what the ones before did not improve.
    #[serde(default)]
    pub refine: Tiers,
}

/// A provider and, for `openai`, the server behind it.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// `builtin` works offline; `openai` asks a chat-completions server; `replay` takes the
    /// answers of another run.
    #[serde(default)]
    pub provider: ProviderName,
    /// The server's address up to and including `/v1`, or a list of addresses that have the
    /// same model: calls are spread over them, and those of one that fails go to the
    /// others. Does not shape the result.
    #[serde(default)]
    pub base_url: Option<Addresses>,
    /// The model's name, as the server knows it.
    #[serde(default)]
    pub model: Option<String>,
    /// Name of the environment variable that holds the key; left out for servers without.
    #[serde(default)]
    pub api_key_env: Option<String>,
    /// Sampling temperature; by default 0.2 for tests and 0.5 for fixes and refinements.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 2.0))]
    pub temperature: Option<f64>,
    /// Nucleus sampling threshold; by default 1.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub top_p: Option<f64>,
    /// Most tokens of an answer; by default 2048.
    #[serde(default)]
    #[schemars(range(min = 1, max = 1_000_000))]
    pub max_tokens: Option<u32>,
    /// For tests: how many suites are asked for; the first usable one is taken. By
    /// default 1.
    #[serde(default)]
    #[schemars(range(min = 1, max = 64))]
    pub samples: Option<u32>,
    /// Most calls in flight at once, over all addresses; by default 32. Fewer while a server
    /// pushes back (429, 503, time-outs, answers that only wait longer). Does not shape the
    /// result.
    #[serde(default)]
    #[schemars(range(min = 1, max = 65_536))]
    pub concurrency: Option<usize>,
    /// Seconds until a call counts as lost and is sent again; by default 300. Does not
    /// shape the result.
    #[serde(default)]
    #[schemars(range(min = 1, max = 86_400))]
    pub timeout_s: Option<u64>,
    /// Seconds until a request is given up, all calls and waits for it included; by default
    /// 3600. Does not shape the result.
    #[serde(default)]
    #[schemars(range(min = 1, max = 604_800))]
    pub deadline_s: Option<u64>,
    /// How often a call that may yet succeed is sent again; by default 6. Does not shape
    /// the result.
    #[serde(default)]
    #[schemars(range(min = 0, max = 100))]
    pub retries: Option<u32>,
    /// What tokens cost: `{prompt: 0.15, completion: 0.60}` for a million of each, in any
    /// currency, but in the same one for all models; `budget.currency` names it. Does not
    /// shape the result.
    #[serde(default)]
    pub price: Option<Price>,
    /// For `replay`: the folder of the run whose answers are taken. What is left out (model,
    /// temperature and so on) is as that run had it, its tiers included. A function that
    /// comes to nothing for want of a recorded answer is rejected as `not_recorded`.
    #[serde(default)]
    pub from: Option<PathBuf>,
    /// How requests are sent. Does not shape the result.
    #[serde(default)]
    pub mode: Mode,
    /// For `mode: batch`: how waves of requests are answered. Does not shape the result.
    #[serde(default)]
    pub batch: Batch,
}

/// Where answers come from.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProviderName {
    /// No model: generated tests, rule-based fixes and refinements.
    #[default]
    Builtin,
    /// A server with the chat-completions interface: vLLM, SGLang, llama.cpp, Ollama, or
    /// hosted.
    Openai,
    /// The answers that another run has written down; nobody is asked.
    Replay,
}

/// Prompt templates of your own, one file an agent; see `crates/unitmill-agents/prompts`
/// for the ones that are built in and the variables that they use.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Prompts {
    /// Template for the tests agent.
    #[serde(default)]
    pub tests: Option<PathBuf>,
    /// Template for the fix agent.
    #[serde(default)]
    pub fix: Option<PathBuf>,
    /// Template for the refine agent.
    #[serde(default)]
    pub refine: Option<PathBuf>,
}

/// The builtin generator of tests.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Generate {
    /// Most calls of a function that it looks at, in search of inputs that reach every line;
    /// those that become tests, and the first ones, are looked at twice. A function whose
    /// lines are all reached takes some twenty.
    #[serde(default = "calls")]
    #[schemars(range(min = 1, max = 10_000))]
    pub calls: u32,
}

fn calls() -> u32 {
    200
}

/// The fix loop.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fix {
    /// Most rounds; 0 switches fixing off.
    #[serde(default = "three")]
    #[schemars(range(min = 0, max = 20))]
    pub rounds: u32,
    /// Fixes asked for in each round.
    #[serde(default = "three")]
    #[schemars(range(min = 1, max = 64))]
    pub samples: u32,
    /// How many passing variants of a function become pairs.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 64))]
    pub keep: u32,
    /// How many more test suites a model is asked for where its tests fail on a function and
    /// no fix makes them pass: whether the tests or the code is wrong then hangs on more
    /// than one voice. 0: none, and where nothing else speaks for the code it is rejected.
    #[serde(default = "two")]
    #[schemars(range(min = 0, max = 16))]
    pub opinions: u32,
    /// After a pilot (`unitmill run --pilot`): rounds in which less than this share of the
    /// functions that came to them was repaired are left out, and so are all behind them.
    /// The pilot's figures are frozen into the run. 0: every round is run.
    #[serde(default = "least_yield")]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub least_yield: f64,
}

fn two() -> u32 {
    2
}
fn least_yield() -> f64 {
    0.01
}

fn three() -> u32 {
    3
}
fn one() -> u32 {
    1
}

/// Where and how functions are executed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sandbox {
    /// What executes.
    #[serde(default)]
    pub backend: SandboxBackend,
    /// What stands between executions and the machine. Exactly this is used: a run refuses
    /// to start where the machine cannot (`unitmill doctor` says why), and never takes
    /// another mode instead. It shapes the result and is a column of every row.
    #[serde(default)]
    pub isolation: SandboxIsolation,
    /// The Python environment: a bundled lock (`scientific`, `standard`), a hash-locked
    /// requirements file, or an existing virtual environment.
    #[serde(default = "scientific")]
    pub env: String,
    /// Wall-clock limit of one execution, seconds; the CPU limit is the same.
    #[serde(default = "timeout_s")]
    #[schemars(range(min = 1, max = 3600))]
    pub timeout_s: u64,
    /// Memory limit of one execution, megabytes.
    #[serde(default = "memory_mb")]
    #[schemars(range(min = 64, max = 1_048_576))]
    pub memory_mb: u64,
    /// Executions at once: a number, or `auto` for one per core. Does not shape the result.
    #[serde(default)]
    pub jobs: SandboxJobs,
}

fn scientific() -> String {
    "scientific".to_owned()
}
fn timeout_s() -> u64 {
    10
}
fn memory_mb() -> u64 {
    1024
}

/// What executes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SandboxBackend {
    /// A native interpreter.
    #[default]
    Native,
}

/// What stands between executions and the machine.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SandboxIsolation {
    /// Linux namespaces, seccomp, and control groups for memory and processes: as root, or
    /// as a user with user namespaces and delegated control groups (version 2).
    #[default]
    Full,
    /// The same without control groups: programs cannot start processes, and memory is
    /// limited as address space, so that `out_of_memory` is best effort.
    Rlimits,
    /// No namespaces, only Landlock, seccomp and limits of the process: programs can see
    /// which paths and processes of the machine exist, though not read, change or signal
    /// them; they cannot start processes, change permissions or share memory.
    Container,
}

/// Executions at once.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum SandboxJobs {
    /// This many.
    Count(#[schemars(range(min = 1, max = 4096))] u32),
    /// One per core.
    #[default]
    #[serde(with = "auto")]
    #[schemars(with = "AutoKeyword")]
    Auto,
}

/// The word `auto` in place of a number.
#[derive(JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "only its schema is used")]
enum AutoKeyword {
    /// One per core.
    Auto,
}

mod auto {
    //! The word `auto`, as serde has no unit variant for it in an untagged enum.
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("auto")
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(), D::Error> {
        match String::deserialize(deserializer)?.as_str() {
            "auto" => Ok(()),
            other => Err(serde::de::Error::custom(format!(
                "`{other}` is neither a number nor `auto`"
            ))),
        }
    }
}

/// What the final shards look like.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Output {
    /// Names of the columns.
    #[serde(default)]
    pub format: OutputFormat,
    /// Most rows of a final shard.
    #[serde(default = "rows_per_shard")]
    #[schemars(range(min = 1, max = 100_000_000))]
    pub rows_per_shard: u64,
    /// Compression of the final shards.
    #[serde(default)]
    pub compression: Compression,
}

fn rows_per_shard() -> u64 {
    50_000
}

/// Names of the columns.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OutputFormat {
    /// `prefix` and `completion`.
    #[default]
    PrefixCompletion,
    /// `prompt` and `completion`, as TRL's trainers want them.
    Trl,
}

/// Compression of the final shards.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Compression {
    /// Zstandard.
    #[default]
    Zstd,
    /// Snappy.
    Snappy,
    /// None.
    None,
}

/// How the work is cut into tasks.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tasks {
    /// Input kilobytes of one part, as far as whole files allow.
    #[serde(default = "part_kb")]
    #[schemars(range(min = 1, max = 16_777_216))]
    pub part_kb: u64,
    /// Buckets of the duplicate search.
    #[serde(default = "buckets")]
    #[schemars(range(min = 1, max = 65_536))]
    pub buckets: u32,
}

fn part_kb() -> u64 {
    16_384
}
fn buckets() -> u32 {
    4
}
