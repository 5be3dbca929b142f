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
        /// A member of an archive that is damaged; the others were read.
        CorruptMember = "corrupt_member",
        /// A member of an archive that needs a password.
        Encrypted = "encrypted",
        /// A member of an archive that another one of the same name replaces.
        RepeatedMember = "repeated_member",
        /// A member of an archive whose name is absolute or leads out of the archive.
        UnsafeName = "unsafe_name",
        /// A member of an archive that is a link, a pipe or a device.
        NotAFile = "not_a_file",
        /// A row whose language, or whose path's extension, is not Python's.
        NotPython = "not_python",
        /// What the system does not let be read: no permission, a link to nowhere, a pipe.
        Unreadable = "unreadable",
        /// Under a licence that the recipe does not allow.
        LicenseNotAllowed = "license_not_allowed",

        // Functions.
        /// A kind that the recipe does not select: method, async function, generator.
        KindNotSelected = "kind_not_selected",
        /// A test, or a function of a test file.
        TestCode = "test_code",
        /// Takes no arguments.
        NoArguments = "no_arguments",
        /// Returns no value.
        NoReturnValue = "no_return_value",
        /// Shorter than the recipe's limit.
        TooShort = "too_short",
        /// Longer than the recipe's limit.
        TooLong = "too_long",
        /// Has no docstring, and the recipe asks for one.
        NoDocstring = "no_docstring",
        /// Has fewer or more branches than the recipe wants.
        Complexity = "complexity",
        /// In a file that a program wrote, or that was made too dense to be read.
        GeneratedCode = "generated_code",
        /// Depends on something outside that the recipe rules out: the network, the keyboard,
        /// the command line, the clock.
        OutsideSource = "outside_source",
        /// Needs more lines of its module than the recipe's limit.
        ContextTooLong = "context_too_long",
        /// Redefined further down in its module, where the helpers that it needs mean that one,
        /// or where a decorator has put this one elsewhere.
        Shadowed = "shadowed",
        /// Names something that its module never defines and no repair is known for.
        UnresolvedName = "unresolved_name",
        /// Needs a relative import, which means nothing outside its package.
        LocalImport = "local_import",
        /// Needs a package outside the recipe's list.
        PackageNotAllowed = "package_not_allowed",
        /// Uses no package of the kind that the recipe requires.
        PackageRequired = "package_required",
        /// Needs packages that the sandbox environment does not hold; `packages` of the
        /// reject names these alone.
        PackageMissing = "package_missing",

        // Candidates, before milling.
        /// The same function of the same file came in twice.
        RepeatedSource = "repeated_source",
        /// Same normalised AST as the candidate that was kept.
        ExactDuplicate = "exact_duplicate",
        /// So many tokens in common with the candidate that was kept that it would teach
        /// nothing new.
        NearDuplicate = "near_duplicate",
        /// Shares text or a whole function with an item of a benchmark; found before
        /// milling, or in the pairs that milling made.
        Contaminated = "contaminated",

        // Candidates, while milling.
        /// No agent wrote tests that could be used.
        NoTests = "no_tests",
        /// The tests pass even when the function's body is gone.
        Vacuous = "vacuous",
        /// The function gives different results in different runs.
        Nondeterministic = "nondeterministic",
        /// No variant passed its tests within the rounds of the recipe.
        NeverPassed = "never_passed",
        /// Came to nothing because a recorded run that was to answer lacks the answer.
        NotRecorded = "not_recorded",
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
    /// Import roots of a candidate, or of a function where they were known; for
    /// `package_missing` the packages that are missing; sorted.
    pub packages: Vec<String>,
}
