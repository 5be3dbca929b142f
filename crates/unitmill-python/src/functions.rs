//! Cutting functions out of a module, each with the slice of the module that it needs.
//! Never changes a byte of what it cuts, and never drops a function without saying why.

use std::collections::BTreeSet;
use std::fmt;

use unitmill_model::{Candidate, Digest, Origin, RejectReason};

use crate::parse::{ParseFailure, with_module};

/// A kind of function that can be selected besides plain ones.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum FunctionKind {
    /// A plain `def`.
    Plain,
    /// `async def`.
    Async,
    /// A `def` with a `yield` of its own.
    Generator,
}

/// Which packages a function must use.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum PackageRequirement {
    /// At least one import.
    Any,
    /// At least one import from outside the standard library.
    ThirdParty,
    /// No requirement.
    None,
}

/// Which functions become candidates.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FunctionSettings {
    /// Kinds that are selected.
    pub kinds: BTreeSet<FunctionKind>,
    /// Functions of more lines than this are rejected.
    pub max_lines: u32,
    /// Which packages a function must use.
    pub require: PackageRequirement,
    /// The import roots that a function may use; none: all.
    pub allow: Option<BTreeSet<String>>,
    /// Whether tests and functions of test files are selected too.
    pub tests: bool,
}

impl Default for FunctionSettings {
    fn default() -> Self {
        Self {
            kinds: BTreeSet::from([FunctionKind::Plain]),
            max_lines: 200,
            require: PackageRequirement::Any,
            allow: None,
            tests: false,
        }
    }
}

/// What became of one function of a module.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FunctionOutcome {
    /// It is a candidate.
    Candidate(Box<Candidate>),
    /// It is not.
    Rejected {
        /// Qualified name: `function` or `Class.method`.
        name: String,
        /// First line, decorators included, from 1.
        first_line: u32,
        /// Why.
        reason: RejectReason,
        /// What exactly.
        detail: String,
        /// Import roots that it uses, where they were found out; sorted.
        packages: Vec<String>,
    },
}

/// The outcome of every function of a module, in source order. A function is a `def` at
/// module level, under module-level compound statements, or directly in a module-level
/// class; what is nested in a function belongs to it.
///
/// # Errors
/// The first syntax error; the file is to be rejected.
pub fn extract_functions(
    source: &str,
    origin: &Origin,
    settings: &FunctionSettings,
) -> Result<Vec<FunctionOutcome>, ParseFailure> {
    let _ = (origin, settings);
    with_module(source, |_body| Vec::new())
}

/// The fingerprint of a module whose subject is the last top-level function of that name;
/// see [`Candidate::fingerprint`]. None if the module does not parse or has no such
/// function.
pub fn fingerprint(code: &str, function: &str) -> Option<Digest> {
    let _ = (code, function);
    None
}

impl fmt::Display for FunctionKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Plain => "function",
            Self::Async => "async function",
            Self::Generator => "generator",
        })
    }
}
