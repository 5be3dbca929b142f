//! What the files of a run say about each candidate, put together.

use polars::prelude::*;
use unitmill_model::{RejectReason, RejectUnit, Stage, Step, Verdict};
use unitmill_shards::{Manifest, OutputKind};

use crate::AuditError;
use crate::frames::{Column, Frames};
use crate::measure::{executions, model_calls, waiting_parts};
use crate::money::Prices;

/// One row per candidate id with everything that the run knows about it.
pub(crate) struct CandidateFacts {
    pub(crate) frame: LazyFrame,
    pub(crate) fix_rounds: u32,
    /// Whether tests and code disagreed somewhere.
    pub(crate) has_judgements: bool,
}

/// The columns of a fact: what one row of some file says about a candidate. Missing
/// ones are zero, or null for the round.
fn fact(source: LazyFrame, id: Expr, known: &[(&str, Expr)]) -> LazyFrame {
    let known = |name: &str, missing: Expr| {
        let found = known.iter().find(|(known, _)| *known == name);
        found.map_or(missing, |(_, expression)| expression.clone())
    };
    let count = |name: &str| known(name, lit(0)).cast(DataType::UInt64).alias(name);
    let package_list = DataType::List(Box::new(DataType::String));
    source.select([
        id.alias("id"),
        known("packages", lit(NULL))
            .cast(package_list)
            .alias("packages"),
        count("extracted"),
        count("rejected"),
        count("duplicates"),
        count("vacuous"),
        count("pairs"),
        count("refined"),
        count("first_runs"),
        count("first_passes"),
        count("stub_checks"),
        count("calls"),
        count("prompt_tokens"),
        count("completion_tokens"),
        count("cost"),
        known("passed_in_round", lit(NULL))
            .cast(DataType::UInt32)
            .alias("passed_in_round"),
    ])
}

impl CandidateFacts {
    pub(crate) fn of(frames: &Frames<'_>, prices: &Prices) -> Result<Self, AuditError> {
        let waiting = waiting_parts(frames.manifests);
        // Candidates of parts that are not milled yet have no fate to be asked for.
        let milled =
            |task: &Manifest| task.stage != Stage::Extract || !waiting.contains(&task.index);
        let candidates = frames.scan(
            OutputKind::Candidates,
            &[Column::Text("id"), Column::Texts("packages")],
            milled,
        )?;
        let rejects = frames.scan(
            OutputKind::Rejects,
            &[
                Column::Text("stage"),
                Column::Text("unit"),
                Column::Text("reason"),
                Column::Text("candidate_id"),
            ],
            |_| true,
        )?;
        let pairs = frames.scan(
            OutputKind::Pairs,
            &[Column::Text("id"), Column::Flag("refined")],
            |_| true,
        )?;
        let executions = executions(frames)?;
        let calls = model_calls(frames, prices)?;
        let rounds = executions
            .clone()
            .filter(is_step(Step::Fix))
            .select([col("round").max()]);
        let rounds = frames.collect("fix rounds", rounds)?.total("round")?;
        let judged = executions
            .clone()
            .filter(is_step(Step::Judge))
            .select([len().alias("judged")]);
        let judged = frames.collect("judgements", judged)?.total("judged")?;

        let reason = |reason: RejectReason| col("reason").eq(lit(reason.as_str()));
        let passed = col("verdict").eq(lit(Verdict::Passed.as_str()));
        let first_pass = is_step(Step::FirstRun).and(passed.clone());
        let facts = [
            fact(
                candidates,
                col("id"),
                &[("packages", col("packages")), ("extracted", lit(1))],
            ),
            fact(
                rejects.filter(col("unit").eq(lit(RejectUnit::Candidate.as_str()))),
                col("candidate_id"),
                &[
                    ("rejected", lit(1)),
                    // What deduplication dropped, contaminated candidates included.
                    ("duplicates", col("stage").eq(lit(Stage::Dedup.as_str()))),
                    ("vacuous", reason(RejectReason::Vacuous)),
                ],
            ),
            fact(
                pairs,
                // A pair's id is `<candidate id>-<variant>`.
                col("id").str().head(lit(32)),
                &[("pairs", lit(1)), ("refined", col("refined"))],
            ),
            fact(
                executions,
                col("candidate_id"),
                &[
                    ("first_runs", is_step(Step::FirstRun)),
                    ("first_passes", first_pass),
                    ("stub_checks", is_step(Step::StubCheck)),
                    (
                        "passed_in_round",
                        when(is_step(Step::Fix).and(passed))
                            .then(col("round"))
                            .otherwise(lit(NULL)),
                    ),
                ],
            ),
            fact(
                calls,
                col("candidate_id"),
                &[
                    ("calls", lit(1)),
                    ("prompt_tokens", col("prompt_tokens")),
                    ("completion_tokens", col("completion_tokens")),
                    ("cost", col("cost")),
                ],
            ),
        ];
        let sums = [
            "extracted",
            "rejected",
            "duplicates",
            "vacuous",
            "pairs",
            "refined",
            "first_runs",
            "first_passes",
            "stub_checks",
            "calls",
            "prompt_tokens",
            "completion_tokens",
            "cost",
        ];
        let mut figures = sums.iter().map(|name| col(*name).sum()).collect::<Vec<_>>();
        figures.push(col("passed_in_round").min());
        figures.push(col("packages").drop_nulls().first());
        let frame = concat(facts, UnionArgs::default())
            .map_err(|error| AuditError::Query {
                what: "candidates",
                run: frames.run.root().display().to_string(),
                message: error.to_string(),
            })?
            .group_by([col("id")])
            .agg(figures);
        Ok(Self {
            // Asked several times, so the files are read once.
            frame: frames.materialise("candidates", frame)?,
            fix_rounds: u32::try_from(rounds).unwrap_or(u32::MAX),
            has_judgements: judged > 0,
        })
    }

    /// Per candidate that is no duplicate, 0 or 1 for each figure of a package's row.
    pub(crate) fn flags(&self) -> LazyFrame {
        let flag = |condition: Expr, name: &str| condition.cast(DataType::UInt64).alias(name);
        let some = |name: &str| col(name).gt(lit(0));
        let mut columns = vec![
            col("packages"),
            flag(some("first_runs"), "with_tests"),
            flag(some("first_passes"), "passed_first_run"),
            flag(some("refined"), "refined_candidates"),
            flag(some("pairs"), "with_pairs"),
            flag(
                some("stub_checks").and(col("vacuous").eq(lit(0))),
                "stub_check_survived",
            ),
            col("pairs"),
            col("calls"),
            col("prompt_tokens"),
            col("completion_tokens"),
            col("cost"),
            lit(1).cast(DataType::UInt64).alias("candidates"),
        ];
        for round in 1..=self.fix_rounds {
            let by_then = col("passed_in_round")
                .lt_eq(lit(round))
                .fill_null(lit(false));
            columns.push(flag(some("first_passes").or(by_then), &after_fix(round)));
        }
        if self.has_judgements {
            // Whatever is checked against stubs has passed: as it was, once fixed, or once
            // wrong tests were gone. A fix that was refused has not.
            columns.push(flag(some("stub_checks"), AFTER_JUDGING));
        }
        // A source that came in twice is one candidate and one duplicate.
        let kept = some("extracted").and(col("extracted").gt(col("duplicates")));
        self.frame.clone().filter(kept).select(columns)
    }

    pub(crate) fn figures(&self) -> Vec<String> {
        let fixed = [
            "candidates",
            "with_tests",
            "passed_first_run",
            "refined_candidates",
            "with_pairs",
            "stub_check_survived",
            "pairs",
            "calls",
            "prompt_tokens",
            "completion_tokens",
            "cost",
        ];
        let rounds = (1..=self.fix_rounds).map(after_fix);
        let judged = self.has_judgements.then(|| AFTER_JUDGING.to_owned());
        fixed
            .into_iter()
            .map(str::to_owned)
            .chain(rounds)
            .chain(judged)
            .collect()
    }
}

/// Passed once it was judged whether the tests or the code is wrong.
pub(crate) const AFTER_JUDGING: &str = "passed_after_judging";

pub(crate) fn after_fix(round: u32) -> String {
    format!("passed_after_fix_{round}")
}

pub(crate) fn is_step(step: Step) -> Expr {
    col("step").eq(lit(step.as_str()))
}
