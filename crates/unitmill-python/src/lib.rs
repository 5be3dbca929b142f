//! Python source text in, facts out: parsing, scopes, closures, the text of functions,
//! test enumeration.
//!
//! [`extract_functions`] cuts functions out of a module together with the imports,
//! constants and helpers that they need; the rest answers questions about one piece of
//! code. Everything is a pure function of its arguments.
//!
//! This crate never does IO, never runs Python and never unparses: what it returns as
//! code is sliced from the source, cut-down import lines excepted.

mod candidate_text;
mod canonical;
mod class_slice;
mod closure;
mod dedent;
mod filters;
mod fingerprint;
mod forms;
mod function_text;
mod functions;
mod interning;
mod known_names;
mod likeness;
mod missing;
mod module;
mod names;
mod package_list;
mod parse;
mod places;
mod repair;
mod scope;
mod settings;
mod settling;
mod star_names;
mod stubs;
mod test_classes;

pub use fingerprint::fingerprint;
pub use function_text::{
    Constants, Doctest, Parameter, ParameterKind, Signature, Split, constants, doctests, signature,
    split_function,
};
pub use functions::{FunctionOutcome, extract_functions};
pub use known_names::{BUILTIN_NAMES, STANDARD_MODULES, is_builtin_name, is_standard_module};
pub use likeness::{FunctionForm, code_tokens, code_words, function_forms};
pub use names::{UndefinedName, import_roots, undefined_names};
pub use package_list::{PackageList, PackageListError, distribution_of, package_of_module};
pub use parse::{ParseFailure, nests_deeply, parse_check};
pub use repair::{REPAIRS, Repair, repairable_name};
pub use settings::{FunctionKind, FunctionSettings, OutsideSource, PackageRequirement};
pub use stubs::{Stub, Stubbed, stub_function, stub_tested};
pub use test_classes::enumerate_tests;
