//! A candidate: a function cut out of the corpus together with all it needs to run.

use serde::{Deserialize, Serialize};

use crate::{CandidateId, Digest, DigestBuilder};

/// Where a source text came from. Everything that the corpus knows about a file travels
/// into every row made from it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Origin {
    /// Repository name, where the corpus gives one.
    pub repo: Option<String>,
    /// SPDX expression, where the corpus gives one.
    pub license: Option<String>,
    /// Path of the file inside its repository, or relative to the input's root; a row of
    /// a container without a path field is `<container name>#<row number>`.
    pub path: String,
    /// SHA-256 of the file's bytes as the corpus held them, where the text is not these
    /// bytes: it lost a byte order mark or was in another encoding. None where it is.
    pub held_sha256: Option<Digest>,
}

/// A function of the corpus with its closure: the slice of its module that it needs.
///
/// `code` is `imports`, `context` and `function` joined by [`Candidate::assemble`], and
/// runs as it is. All text is sliced from the source, never unparsed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Candidate {
    /// Hash of code and origin.
    pub id: CandidateId,
    /// The function's name.
    pub name: String,
    /// `imports`, `context` and `function`, joined.
    pub code: String,
    /// The import lines used, one a line; empty or ending in a newline.
    pub imports: String,
    /// Constants, helpers and classes that the function leans on, in source order; empty
    /// or ending in a newline.
    pub context: String,
    /// The function itself, decorators included, ending in a newline.
    pub function: String,
    /// Import roots that the code uses, sorted, each once.
    pub packages: Vec<String>,
    /// Qualified names of the library calls (`numpy.linalg.norm`), sorted, each once.
    pub apis: Vec<String>,
    /// Names that the source module never defines but that a known repair exists for,
    /// sorted (`xrange`, `np`); empty for most.
    pub unresolved: Vec<String>,
    /// Repository, where known.
    pub repo: Option<String>,
    /// SPDX expression, where known.
    pub license: Option<String>,
    /// Path of the source file; see [`Origin::path`].
    pub path: String,
    /// SHA-256 of the source file's bytes as the corpus held them.
    pub source_sha256: Digest,
    /// First line of the function in its file, decorators included, from 1.
    pub first_line: u32,
    /// Last line of the function in its file, inclusive.
    pub last_line: u32,
    /// Digest of the normalised AST of `code`: equal for two functions that differ in
    /// nothing but their own name, parameters, locals, comments, docstrings and layout.
    pub fingerprint: Digest,
}

/// The columns of a candidate that are compared with benchmarks and with one another.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CandidateText {
    /// See [`Candidate::name`].
    pub name: String,
    /// See [`Candidate::code`].
    pub code: String,
    /// See [`Candidate::function`].
    pub function: String,
}

/// The columns of a candidate that deduplication and look-ups need. Reading these alone
/// spares the reader all the text.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CandidateKey {
    /// See [`Candidate::id`].
    pub id: CandidateId,
    /// See [`Candidate::fingerprint`].
    pub fingerprint: Digest,
    /// See [`Candidate::license`].
    pub license: Option<String>,
    /// See [`Candidate::repo`].
    pub repo: Option<String>,
    /// See [`Candidate::path`].
    pub path: String,
    /// See [`Candidate::first_line`].
    pub first_line: u32,
}

impl Candidate {
    /// Joins the three slices into runnable code: each part that is not empty, separated
    /// by two blank lines. A method, which is indented, follows its class after one, or
    /// directly after the line that opens the class.
    pub fn assemble(imports: &str, context: &str, function: &str) -> String {
        let [imports, context, function] =
            [imports, context, function].map(|part| part.trim_matches('\n'));
        let mut code =
            String::with_capacity(imports.len() + context.len() + function.len() + 2 * 3 + 1);
        code.push_str(imports);
        let mut add = |part: &str, between: &str| {
            if !code.is_empty() && !part.is_empty() {
                code.push_str(between);
            }
            code.push_str(part);
        };
        add(context, "\n\n\n");
        let between = match function.starts_with([' ', '\t']) {
            false => "\n\n\n",
            true if context.ends_with(':') => "\n",
            true => "\n\n",
        };
        add(function, between);
        code.push('\n');
        code
    }

    /// The id of a candidate: the hash of its code and its origin, `first_line` included,
    /// so that a function defined twice in one file has two ids.
    pub fn identify(
        code: &str,
        origin: &Origin,
        source_sha256: &Digest,
        first_line: u32,
    ) -> CandidateId {
        let mut digest = DigestBuilder::new("candidate");
        digest
            .push(code)
            .push(origin.repo.as_deref().unwrap_or(""))
            .push(&origin.path)
            .push(source_sha256.as_bytes())
            .push(first_line.to_le_bytes());
        CandidateId::from_digest(&digest.finish())
    }
}
