//! Which functions are taken.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which functions are taken.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Functions {
    /// Kinds that are taken; the others are rejected as `kind_not_selected`. A function of
    /// two kinds (an asynchronous method) needs both.
    #[serde(default = "kinds")]
    pub kinds: BTreeSet<FunctionKind>,
    /// Shortest function, in lines, decorators and docstring included.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 100_000))]
    pub min_lines: u32,
    /// Longest function, in lines, decorators and docstring included.
    #[serde(default = "max_lines")]
    #[schemars(range(min = 1, max = 100_000))]
    pub max_lines: u32,
    /// Most lines of constants, helpers and classes that a function may need besides its
    /// imports; the rest is rejected as `context_too_long`. Set it to what your models can
    /// read.
    #[serde(default = "max_context_lines")]
    #[schemars(range(min = 0, max = 1_000_000))]
    pub max_context_lines: u32,
    /// Reject functions without parameters. `self` is a parameter.
    #[serde(default = "yes")]
    pub require_arguments: bool,
    /// Reject functions that neither return nor yield a value.
    #[serde(default = "yes")]
    pub require_return_value: bool,
    /// Reject functions without a docstring.
    #[serde(default)]
    pub require_docstring: bool,
    /// Least cyclomatic complexity: one more than the number of branches.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 100_000))]
    pub min_complexity: u32,
    /// Greatest cyclomatic complexity. Left out: any.
    #[serde(default)]
    #[schemars(range(min = 1, max = 100_000))]
    pub max_complexity: Option<u32>,
    /// Take functions of generated files (`*_pb2.py`, "DO NOT EDIT" in the comments at the
    /// head) and of minified files too.
    #[serde(default)]
    pub generated: bool,
    /// What a function and its helpers must not use, by the names that imports resolve to;
    /// the rest is rejected as `outside_source`.
    #[serde(default = "reject_sources")]
    pub reject_sources: BTreeSet<OutsideSource>,
    /// Take functions of test files, and those called `test…` that return nothing, too.
    #[serde(default)]
    pub tests: bool,
}

/// A kind of function.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum FunctionKind {
    /// A `def` at module level, under a condition or a `try` or not.
    Function,
    /// A method of a module-level class; it comes last in the part of its class that it
    /// needs, and is called `Class.method`.
    Method,
    /// The same under `@classmethod`.
    ClassMethod,
    /// The same under `@staticmethod`.
    StaticMethod,
    /// An `async def`.
    AsyncFunction,
    /// A `def` with a `yield` of its own.
    Generator,
}

/// Something outside of the program.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum OutsideSource {
    /// Sockets, HTTP and what is built on them: `requests.get`, `urllib.request.urlopen`.
    Network,
    /// The keyboard: `input()`, `sys.stdin`, `getpass`.
    Input,
    /// The command line: `sys.argv`.
    Arguments,
    /// Waiting: `time.sleep`, `asyncio.sleep`.
    Sleep,
    /// Other processes: `subprocess`, `os.system`, `os.fork`.
    Process,
}

fn kinds() -> BTreeSet<FunctionKind> {
    BTreeSet::from([FunctionKind::Function])
}
fn one() -> u32 {
    1
}
fn max_lines() -> u32 {
    400
}
fn max_context_lines() -> u32 {
    4000
}
fn yes() -> bool {
    true
}
fn reject_sources() -> BTreeSet<OutsideSource> {
    BTreeSet::from([
        OutsideSource::Network,
        OutsideSource::Input,
        OutsideSource::Arguments,
        OutsideSource::Sleep,
    ])
}
