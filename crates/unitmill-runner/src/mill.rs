//! `mill[part]`: agents and sandbox over the kept candidates of one part.
//!
//! Pairs, attempts and rejects are written in candidate order, whatever finishes first.

use std::panic::resume_unwind;
use std::sync::Arc;

use unitmill_agents::{Case, CaseSettings, Conclusion};
use unitmill_model::{
    Attempt, Candidate, DuplicateDrop, Pair, Reject, RejectUnit, Stage, Step, Verdict,
};
use unitmill_shards::{Journal, JournalSettings, Manifest, OutputKind, read_rows};

use crate::dedup::read_drops;
use crate::drive::drive;
use crate::error::RunError;
use crate::event::{Event, Events};
use crate::ordered::{Window, in_order};
use crate::run::Run;
use crate::services::{Services, TaskServices};

/// What a candidate comes to.
enum Fate {
    /// It was milled.
    Milled(Box<Conclusion>),
    /// Deduplication had dropped it.
    Dropped(Reject),
}

/// Mills one part and says what it put out.
pub(crate) async fn mill(
    run: &Run,
    services: &Arc<Services>,
    settings: &Arc<CaseSettings>,
    window: Window,
    part: u32,
) -> Result<Manifest, RunError> {
    let drops = read_drops(run, part)?;
    let journal = Journal::open(
        &run.directory,
        Stage::Mill,
        part,
        JournalSettings::default(),
    )?;
    let services = Arc::new(TaskServices::new(Arc::clone(services), journal));
    let extracted = run.require_manifest(Stage::Mill, Stage::Extract, part)?;
    let candidates = run.output_of(&extracted, OutputKind::Candidates)?;

    let parquet = run.parquet_settings();
    let mut pairs = run
        .directory
        .writer::<Pair>(Stage::Mill, part, OutputKind::Pairs, &parquet)?;
    let mut attempts =
        run.directory
            .writer::<Attempt>(Stage::Mill, part, OutputKind::Attempts, &parquet)?;
    let mut rejects =
        run.directory
            .writer::<Reject>(Stage::Mill, part, OutputKind::Rejects, &parquet)?;

    let rows = read_rows::<Candidate>(&candidates)?
        .enumerate()
        .map(|(row, candidate)| Ok::<_, RunError>((row as u64, candidate?)));
    in_order(
        window,
        rows,
        async |(row, candidate)| match drops.get(&row) {
            Some(drop) => Ok(Fate::Dropped(reject_duplicate(candidate, drop))),
            None => {
                let services = Arc::clone(&services);
                let case = Case::new(candidate, Arc::clone(settings));
                // A task of its own, so that parsing and generating use every core.
                let milled = tokio::spawn(async move { drive(case, &*services).await }).await;
                let conclusion =
                    milled.unwrap_or_else(|panic| resume_unwind(panic.into_panic()))?;
                Ok(Fate::Milled(Box::new(conclusion)))
            }
        },
        |fate| {
            match fate {
                Fate::Dropped(reject) => rejects.push(&reject)?,
                Fate::Milled(conclusion) => {
                    report(&conclusion, services.events());
                    conclusion
                        .pairs
                        .iter()
                        .try_for_each(|pair| pairs.push(pair))?;
                    conclusion
                        .attempts
                        .iter()
                        .try_for_each(|attempt| attempts.push(attempt))?;
                    conclusion
                        .reject
                        .iter()
                        .try_for_each(|reject| rejects.push(reject))?;
                }
            }
            Ok(())
        },
    )
    .await?;

    let mut manifest = run.new_manifest(Stage::Mill, part);
    manifest.outputs = vec![pairs.finish()?, attempts.finish()?, rejects.finish()?];
    Ok(manifest)
}

fn reject_duplicate(candidate: Candidate, drop: &DuplicateDrop) -> Reject {
    Reject {
        stage: Stage::Dedup,
        unit: RejectUnit::Candidate,
        reason: drop.reason,
        detail: drop.detail.clone(),
        candidate_id: Some(candidate.id),
        kept_id: Some(drop.kept_id),
        repo: candidate.repo,
        path: candidate.path,
        name: candidate.name,
        first_line: candidate.first_line,
        packages: candidate.packages,
    }
}

fn report(conclusion: &Conclusion, events: &Events) {
    let passed_at_first_sight = conclusion
        .attempts
        .iter()
        .any(|attempt| attempt.step == Step::FirstRun && attempt.verdict == Some(Verdict::Passed));
    events.send(Event::CandidateDone {
        pairs: conclusion.pairs.len() as u32,
        reject: conclusion.reject.as_ref().map(|reject| reject.reason),
        passed_at_first_sight,
        fixed: conclusion.pairs.iter().any(|pair| pair.fix_rounds > 0),
    });
}
