//! Rejects: what did not become a pair, and why.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::vocabulary::vocabulary;
use crate::{CandidateId, Stage};

vocabulary! {
    /// What kind of thing was rejected; the three conservation sums count these apart.
    RejectUnit {
        /// A file of the corpus, or a row of a container.
        File = "file",
        /// A function that did not become a candidate.
        Function = "function",
        /// A candidate that did not become a pair.
        Candidate = "candidate",
    }
}

vocabulary! {
    /// Why something was rejected. Closed: a new reason is a new variant.
    RejectReason {
        // Files.
        /// The file, or the row of a container, holds no source text.
        EmptyFile = "empty_file",
        /// Neither UTF-8 nor in the encoding that it declares.
        Undecodable = "undecodable",
        /// The source does not parse; Python 2 files end here.
        SyntaxError = "syntax_error",
        /// Larger than the recipe's limit.
        TooLarge = "too_large",
        /// A row of a container that is not valid JSON or lacks the text field.
        CorruptRow = "corrupt_row",
        /// A container that broke off or is damaged; rows before the damage were read.
        CorruptContainer = "corrupt_container",

        // Functions.
        /// A kind that the recipe does not select: method, async function, generator.
        KindNotSelected = "kind_not_selected",
        /// A test, or a function of a test file.
        TestCode = "test_code",
        /// Takes no arguments.
        NoArguments = "no_arguments",
        /// Returns no value.
        NoReturnValue = "no_return_value",
        /// Longer than the recipe's limit.
        TooLong = "too_long",
        /// Redefined further down in its module, so that callers never meet this one.
        Shadowed = "shadowed",
        /// Names something that its module never defines and no repair is known for.
        UnresolvedName = "unresolved_name",
        /// Needs a relative import, which means nothing outside its package.
        LocalImport = "local_import",
        /// Needs a package outside the recipe's list.
        PackageNotAllowed = "package_not_allowed",
        /// Uses no package of the kind that the recipe requires.
        PackageRequired = "package_required",

        // Candidates, before milling.
        /// The same function of the same file came in twice.
        RepeatedSource = "repeated_source",
        /// Same normalised AST as the candidate that was kept.
        ExactDuplicate = "exact_duplicate",

        // Candidates, while milling.
        /// No agent wrote tests that could be used.
        NoTests = "no_tests",
        /// The tests pass even when the function's body is gone.
        Vacuous = "vacuous",
        /// The function gives different results in different runs.
        Nondeterministic = "nondeterministic",
        /// Needs a package that the sandbox environment does not hold.
        PackageMissing = "package_missing",
        /// No variant passed its tests within the rounds of the recipe.
        NeverPassed = "never_passed",
    }
}

/// One reject. Every file, function and candidate that went in and did not come out has
/// exactly one.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Reject {
    /// Which stage rejected it.
    pub stage: Stage,
    /// What was rejected.
    pub unit: RejectUnit,
    /// Why.
    pub reason: RejectReason,
    /// What exactly: the name, the message, the verdict.
    pub detail: String,
    /// The candidate, for candidates.
    pub candidate_id: Option<CandidateId>,
    /// For duplicates: the candidate that was kept in its place.
    pub kept_id: Option<CandidateId>,
    /// Repository, where known.
    pub repo: Option<String>,
    /// Path of the source file.
    pub path: String,
    /// Qualified name of the function; empty for files.
    pub name: String,
    /// First line of the function, from 1; 0 for files.
    pub first_line: u32,
    /// Import roots of a candidate, or of a function where they were known; sorted.
    pub packages: Vec<String>,
}
