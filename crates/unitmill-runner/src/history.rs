//! How a row came to be: everything that a run knows about one candidate.

use std::collections::BTreeMap;
use std::path::Path;

use unitmill_model::{Attempt, Candidate, CandidateId, CandidateKey, Pair, Reject, Stage};
use unitmill_shards::{Manifest, OutputKind, Row, read_rows};

use crate::error::RunError;
use crate::run::Run;

/// What a run knows about one candidate.
#[derive(Clone, Debug)]
pub struct History {
    /// The input part that it is in.
    pub part: u32,
    /// The candidate.
    pub candidate: Candidate,
    /// Its model calls and executions, in sequence.
    pub attempts: Vec<Attempt>,
    /// The pairs that it became.
    pub pairs: Vec<Pair>,
    /// Why it became none; for a candidate that is not milled yet there is neither.
    pub reject: Option<Reject>,
}

/// Collects the history of the candidate whose id, or whose pair's id, begins with `id`.
///
/// # Errors
/// [`RunError::UnknownId`] and [`RunError::AmbiguousId`].
pub fn history(run: &Path, id: &str) -> Result<History, RunError> {
    find(&Run::open(run)?, id)
}

pub(crate) fn find(run: &Run, id: &str) -> Result<History, RunError> {
    let (part, candidate) = find_candidate(run, id)?;
    let milled = run.directory.manifest(Stage::Mill, part)?;
    let attempts = rows_of(
        run,
        milled.as_ref(),
        OutputKind::Attempts,
        |attempt: &Attempt| attempt.candidate_id == candidate.id,
    )?;
    let pairs = rows_of(run, milled.as_ref(), OutputKind::Pairs, |pair: &Pair| {
        pair.id.candidate == candidate.id
    })?;
    let rejects = rows_of(
        run,
        milled.as_ref(),
        OutputKind::Rejects,
        |reject: &Reject| reject.candidate_id == Some(candidate.id),
    )?;
    Ok(History {
        part,
        candidate,
        attempts,
        pairs,
        reject: rejects.into_iter().next(),
    })
}

fn find_candidate(run: &Run, id: &str) -> Result<(u32, Candidate), RunError> {
    let wanted = id.split('-').next().unwrap_or(id);
    let mut found: BTreeMap<CandidateId, Manifest> = BTreeMap::new();
    for manifest in run.directory.manifests_of(Stage::Extract)? {
        let begins_so = |key: &CandidateKey| key.id.to_string().starts_with(wanted);
        for key in rows_of(run, Some(&manifest), OutputKind::Candidates, begins_so)? {
            // A file that came in twice has the same candidates twice; the first part's counts.
            found.entry(key.id).or_insert_with(|| manifest.clone());
        }
    }
    if found.len() > 1 {
        return Err(RunError::AmbiguousId {
            id: id.to_owned(),
            count: found.len(),
        });
    }
    let unknown = || RunError::UnknownId {
        run: run.directory.root().to_owned(),
        id: id.to_owned(),
    };
    let (found_id, manifest) = found.into_iter().next().ok_or_else(unknown)?;
    let is_it = |candidate: &Candidate| candidate.id == found_id;
    let candidates = rows_of(run, Some(&manifest), OutputKind::Candidates, is_it)?;
    let candidate = candidates.into_iter().next().ok_or_else(unknown)?;
    Ok((manifest.index, candidate))
}

fn rows_of<R: Row>(
    run: &Run,
    manifest: Option<&Manifest>,
    kind: OutputKind,
    wanted: impl Fn(&R) -> bool,
) -> Result<Vec<R>, RunError> {
    let Some(manifest) = manifest else {
        return Ok(Vec::new());
    };
    let mut rows = Vec::new();
    for row in read_rows::<R>(&run.output_of(manifest, kind)?)? {
        let row = row?;
        if wanted(&row) {
            rows.push(row);
        }
    }
    Ok(rows)
}
