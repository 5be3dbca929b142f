//! Which functions are wanted. Never looks at one.

use std::collections::BTreeSet;
use std::fmt;

/// A kind of function. What is of two kinds (an asynchronous method) needs both.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum FunctionKind {
    /// A `def` at module level, under a condition or not.
    Function,
    /// A method of a module-level class, its class around it.
    Method,
    /// A method under `@classmethod`.
    ClassMethod,
    /// A method under `@staticmethod`.
    StaticMethod,
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

/// Something outside of the program that a function reads, waits for or starts.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum OutsideSource {
    /// Sockets, HTTP and what is built on them.
    Network,
    /// The keyboard: `input()`, `sys.stdin`, `getpass`.
    Input,
    /// The command line: `sys.argv`.
    Arguments,
    /// `time.sleep`, `asyncio.sleep`.
    Sleep,
    /// Other processes.
    Process,
}

/// Which functions become candidates.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FunctionSettings {
    /// Kinds that are selected.
    pub kinds: BTreeSet<FunctionKind>,
    /// Functions of fewer lines than this are rejected.
    pub min_lines: u32,
    /// Functions of more lines than this are rejected.
    pub max_lines: u32,
    /// Functions that need more lines of context than this are rejected.
    pub max_context_lines: u32,
    /// Whether a function must take arguments; `self` is one.
    pub require_arguments: bool,
    /// Whether a function must return or yield a value.
    pub require_return_value: bool,
    /// Whether a function must have a docstring.
    pub require_docstring: bool,
    /// Least cyclomatic complexity.
    pub min_complexity: u32,
    /// Greatest cyclomatic complexity; none: any.
    pub max_complexity: Option<u32>,
    /// Whether generated and minified files are taken.
    pub generated: bool,
    /// Functions that use one of these, or whose helpers do, are rejected.
    pub reject_sources: BTreeSet<OutsideSource>,
    /// Which packages a function must use.
    pub require: PackageRequirement,
    /// The import roots that a function may use; none: all.
    pub allow: Option<BTreeSet<String>>,
    /// The modules that the sandbox environment can import; none: nobody asks.
    pub importable: Option<BTreeSet<String>>,
    /// Whether tests and functions of test files are selected too.
    pub tests: bool,
}

impl Default for FunctionSettings {
    fn default() -> Self {
        Self {
            kinds: BTreeSet::from([FunctionKind::Function]),
            min_lines: 1,
            max_lines: 400,
            max_context_lines: 4000,
            require_arguments: true,
            require_return_value: true,
            require_docstring: false,
            min_complexity: 1,
            max_complexity: None,
            generated: false,
            reject_sources: BTreeSet::from([
                OutsideSource::Network,
                OutsideSource::Input,
                OutsideSource::Arguments,
                OutsideSource::Sleep,
            ]),
            require: PackageRequirement::Any,
            allow: None,
            importable: None,
            tests: false,
        }
    }
}

impl FunctionKind {
    /// What people call it.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Function => "function",
            Self::Method => "method",
            Self::ClassMethod => "class method",
            Self::StaticMethod => "static method",
            Self::Async => "async function",
            Self::Generator => "generator",
        }
    }
}

impl fmt::Display for FunctionKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.words())
    }
}
