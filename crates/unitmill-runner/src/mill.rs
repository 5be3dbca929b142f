//! `mill[part]`: agents and sandbox over the kept candidates of one part.
//!
//! Pairs, attempts and rejects are written in candidate order, whatever finishes first.

use std::panic::resume_unwind;
use std::sync::Arc;

use unitmill_agents::{Case, CaseSettings, Conclusion};
use unitmill_corpus::Benchmarks;
use unitmill_model::{
    Attempt, Candidate, DuplicateDrop, Pair, Reject, RejectReason, RejectUnit, Stage,
};
use unitmill_shards::{Journal, JournalSettings, Manifest, OutputKind, read_rows};

use crate::budget::Accounts;
use crate::dedup::read_drops;
use crate::drive::{Performer as _, drive};
use crate::error::RunError;
use crate::event::Event;
use crate::ordered::{Window, in_order};
use crate::run::Run;
use crate::runner::sort_bytes;
use crate::services::{Services, TaskServices};
use crate::tally::Milled;

/// What a candidate comes to.
enum Fate {
    /// It was milled; so many of its pairs were contaminated.
    Milled(Box<Conclusion>, u64),
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
    let drops = read_drops(run, part, sort_bytes(run, 1))?;
    let benchmarks = run.benchmarks()?;
    let mut pairs_contaminated = 0;
    let models = &run.plan.recipe.models;
    let mut milled = Milled::default();
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
        .map(|(row, candidate)| Ok::<_, RunError>((row as u64, candidate?, services.working())));
    in_order(
        window,
        rows,
        async |(row, candidate, working)| match drops.get(&row) {
            Some(drop) => Ok(Fate::Dropped(reject_duplicate(candidate, drop))),
            None => {
                let services = Arc::clone(&services);
                let screening = benchmarks
                    .as_ref()
                    .map(|benchmarks| Screening::of(&candidate, Arc::clone(benchmarks)));
                let case = Case::new(candidate, Arc::clone(settings));
                // A task of its own, so that parsing and generating use every core.
                let milled =
                    tokio::spawn(async move { drive(case, &*services, working).await }).await;
                let mut conclusion =
                    milled.unwrap_or_else(|panic| resume_unwind(panic.into_panic()))?;
                let removed = screening.map_or(0, |screening| screening.apply(&mut conclusion));
                Ok(Fate::Milled(Box::new(conclusion), removed))
            }
        },
        |fate| {
            match fate {
                Fate::Dropped(reject) => {
                    rejects.push(&reject)?;
                    services
                        .events()
                        .send(Event::CandidateDone(Milled::default()));
                }
                Fate::Milled(conclusion, removed) => {
                    pairs_contaminated += removed;
                    let one = Milled::of(&conclusion, models);
                    milled += one;
                    services.delivered();
                    services.events().send(Event::CandidateDone(one));
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
    milled.write(&mut manifest.counts);
    Accounts::of_journal(services.journal(), models)?.write(&mut manifest.counts);
    if benchmarks.is_some() {
        manifest
            .counts
            .insert("pairs_contaminated".to_owned(), pairs_contaminated);
    }
    Ok(manifest)
}

/// The second look for benchmark items, at what milling made of a candidate: a model may
/// write down what it has learnt by heart.
struct Screening {
    benchmarks: Arc<Benchmarks>,
    name: String,
    /// What the candidate's reject would be.
    reject: Reject,
}

impl Screening {
    fn of(candidate: &Candidate, benchmarks: Arc<Benchmarks>) -> Self {
        Self {
            benchmarks,
            name: candidate.name.clone(),
            reject: Reject {
                stage: Stage::Mill,
                unit: RejectUnit::Candidate,
                reason: RejectReason::Contaminated,
                detail: String::new(),
                candidate_id: Some(candidate.id),
                kept_id: None,
                repo: candidate.repo.clone(),
                path: candidate.path.clone(),
                name: candidate.name.clone(),
                first_line: candidate.first_line,
                packages: candidate.packages.clone(),
            },
        }
    }

    /// Takes the contaminated pairs away, and rejects the candidate if none is left. Says
    /// how many there were.
    fn apply(self, conclusion: &mut Conclusion) -> u64 {
        let before = conclusion.pairs.len();
        let mut first = None;
        conclusion.pairs.retain(|pair| {
            let found = self
                .benchmarks
                .find(&pair.code(), &self.name, pair.prefix.len());
            let is_clean = found.is_none();
            first = first.take().or(found);
            is_clean
        });
        if let (true, Some(found)) = (conclusion.pairs.is_empty(), first) {
            conclusion.reject = Some(Reject {
                detail: format!("as it came out of the mill: {found}"),
                ..self.reject
            });
        }
        (before - conclusion.pairs.len()) as u64
    }
}

fn reject_duplicate(candidate: Candidate, drop: &DuplicateDrop) -> Reject {
    Reject {
        stage: Stage::Dedup,
        unit: RejectUnit::Candidate,
        reason: drop.reason,
        detail: drop.detail.clone(),
        candidate_id: Some(candidate.id),
        kept_id: drop.kept_id,
        repo: candidate.repo,
        path: candidate.path,
        name: candidate.name,
        first_line: candidate.first_line,
        packages: candidate.packages,
    }
}

#[cfg(test)]
mod tests {
    use unitmill_corpus::ContaminationSettings;
    use unitmill_model::{
        Backend, BenchmarkItem, CandidateId, Digest, Isolation, PairId, TestOrigin, Verification,
    };

    use super::*;

    const HEAD: &str = "def gaps(levels):\n";
    const SOLUTION: &str = "    levels = sorted(levels)\n    return [upper - lower for lower, upper in zip(levels, levels[1:])]\n";

    fn screening() -> Screening {
        let mut benchmarks = Benchmarks::new(ContaminationSettings {
            ngram: 10,
            share: 0.2,
        });
        assert!(benchmarks.add(
            "HumanEval",
            &BenchmarkItem {
                task_id: "HumanEval/990".to_owned(),
                prompt: Some(format!("{HEAD}    ''' Gaps. '''\n")),
                canonical_solution: Some(SOLUTION.to_owned()),
                ..BenchmarkItem::default()
            }
        ));
        Screening {
            benchmarks: Arc::new(benchmarks),
            name: "gaps".to_owned(),
            reject: Reject {
                stage: Stage::Mill,
                unit: RejectUnit::Candidate,
                reason: RejectReason::Contaminated,
                detail: String::new(),
                candidate_id: Some(CandidateId::from_digest(&Digest::of("c"))),
                kept_id: None,
                repo: None,
                path: "a.py".to_owned(),
                name: "gaps".to_owned(),
                first_line: 1,
                packages: Vec::new(),
            },
        }
    }

    fn pair(variant: u32, completion: &str) -> Pair {
        Pair {
            id: PairId {
                candidate: CandidateId::from_digest(&Digest::of("c")),
                variant,
            },
            prefix: HEAD.to_owned(),
            completion: completion.to_owned(),
            tests: String::new(),
            packages: Vec::new(),
            apis: Vec::new(),
            license: None,
            repo: None,
            path: "a.py".to_owned(),
            source_sha256: Digest::of(""),
            test_origin: TestOrigin::Model,
            verification: Verification::Model,
            fix_rounds: 1,
            refined: false,
            tests_run: 1,
            backend: Backend::Native,
            isolation: Isolation::Full,
            env_digest: Digest::of(""),
            models: Vec::new(),
            prompt_tokens: 0,
            completion_tokens: 0,
        }
    }

    fn screened(pairs: Vec<Pair>) -> (u64, Conclusion) {
        let mut conclusion = Conclusion {
            pairs,
            attempts: Vec::new(),
            reject: None,
        };
        (screening().apply(&mut conclusion), conclusion)
    }

    #[test]
    fn a_solution_that_a_model_knew_by_heart_does_not_get_out() {
        let (removed, conclusion) = screened(vec![pair(0, SOLUTION)]);
        assert_eq!((removed, conclusion.pairs.len()), (1, 0));
        let reject = conclusion.reject.expect("one fate");
        assert_eq!(
            (reject.stage, reject.reason),
            (Stage::Mill, RejectReason::Contaminated)
        );
        insta::assert_snapshot!(reject.detail, @"as it came out of the mill: HumanEval/990 (solution): the function has the syntax tree of its `gaps`");
    }

    #[test]
    fn other_variants_stay_and_are_the_fate() {
        let own = pair(1, "    return [b - a for a, b in pairwise(levels)]\n");
        let (removed, conclusion) = screened(vec![pair(0, SOLUTION), own.clone()]);
        assert_eq!(removed, 1);
        assert_eq!(conclusion.pairs, [own]);
        assert_eq!(conclusion.reject, None);
    }
}
