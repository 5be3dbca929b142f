//! One source text to candidates and rejects. Never reads a file.

use std::ops::AddAssign;

use serde::{Deserialize, Serialize};
use unitmill_model::{Candidate, Reject, RejectReason, RejectUnit, Stage};
use unitmill_python::{FunctionOutcome, FunctionSettings, extract_functions};

use crate::read::SourceFile;

/// What one source text came to.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Extracted {
    /// Its candidates, in source order.
    pub candidates: Vec<Candidate>,
    /// Its own reject, or those of its functions, in source order.
    pub rejects: Vec<Reject>,
    /// How many of what.
    pub counts: ExtractCounts,
}

/// The two sums that extraction conserves: files = parsed + rejected, functions =
/// candidates + rejected.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct ExtractCounts {
    /// Files, and rows of containers, that parsed.
    pub files_parsed: u64,
    /// Files, and rows of containers, that were rejected.
    pub files_rejected: u64,
    /// Functions that became candidates.
    pub candidates: u64,
    /// Functions that were rejected.
    pub functions_rejected: u64,
}

impl ExtractCounts {
    /// All files and rows.
    pub fn files(&self) -> u64 {
        self.files_parsed + self.files_rejected
    }

    /// All functions of the files that parsed.
    pub fn functions(&self) -> u64 {
        self.candidates + self.functions_rejected
    }
}

impl AddAssign for ExtractCounts {
    fn add_assign(&mut self, other: Self) {
        self.files_parsed += other.files_parsed;
        self.files_rejected += other.files_rejected;
        self.candidates += other.candidates;
        self.functions_rejected += other.functions_rejected;
    }
}

/// Cuts the functions out of a source text. Every function is either a candidate or one
/// reject; a text that is missing or does not parse is one reject itself.
pub fn extract_source(file: &SourceFile, settings: &FunctionSettings) -> Extracted {
    let mut extracted = Extracted::default();
    let reject = |unit, reason, detail: String| Reject {
        stage: Stage::Extract,
        unit,
        reason,
        detail,
        candidate_id: None,
        kept_id: None,
        repo: file.origin.repo.clone(),
        path: file.origin.path.clone(),
        name: String::new(),
        first_line: 0,
        packages: Vec::new(),
    };
    let outcomes = match &file.text {
        Err(refusal) => {
            let refusal = reject(RejectUnit::File, refusal.reason, refusal.detail.clone());
            extracted.rejects.push(refusal);
            extracted.counts.files_rejected = 1;
            return extracted;
        }
        Ok(text) => match extract_functions(text, &file.origin, settings) {
            Ok(outcomes) => outcomes,
            Err(failure) => {
                extracted.rejects.push(reject(
                    RejectUnit::File,
                    RejectReason::SyntaxError,
                    failure.to_string(),
                ));
                extracted.counts.files_rejected = 1;
                return extracted;
            }
        },
    };
    extracted.counts.files_parsed = 1;
    for outcome in outcomes {
        match outcome {
            FunctionOutcome::Candidate(candidate) => extracted.candidates.push(*candidate),
            FunctionOutcome::Rejected {
                name,
                first_line,
                reason,
                detail,
                packages,
            } => extracted.rejects.push(Reject {
                name,
                first_line,
                packages,
                ..reject(RejectUnit::Function, reason, detail)
            }),
        }
    }
    extracted.counts.candidates = extracted.candidates.len() as u64;
    extracted.counts.functions_rejected = extracted.rejects.len() as u64;
    extracted
}
