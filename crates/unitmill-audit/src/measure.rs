//! Counting: from the files of a run to an [`Audit`].

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::*;
use unitmill_model::{AttemptKind, Cost, RejectReason, RejectUnit, Spending, Stage, Step, Verdict};
use unitmill_shards::{Manifest, OutputKind, RunDirectory};

use crate::audit::share;
use crate::conservation::{candidate_sum, file_sum, function_sum, output_sum};
use crate::facts::{AFTER_JUDGING, CandidateFacts, after_fix, is_step};
use crate::frames::{Column, Frames};
use crate::missing::{MissingPackage, MissingTally};
use crate::money::Prices;
use crate::{
    AUDIT_VERSION, Audit, AuditError, Conservation, Count, FunnelStep, PackageRow, PairFigures,
    ReasonCount, Replayed, TokenRow, WorkRow,
};

impl Audit {
    /// Audits a run, finished or not: what was not milled yet counts as waiting.
    ///
    /// # Errors
    /// [`AuditError`] if a file that a manifest names cannot be read. Sums that do not
    /// come out are no error; see [`Audit::holds`].
    pub fn read(run: &RunDirectory) -> Result<Self, AuditError> {
        let manifests = run.manifests()?;
        let frames = Frames {
            run,
            manifests: &manifests,
        };
        // First, because it opens every file and so names the one that is damaged.
        let outputs = output_sum(run, &manifests)?;
        let reasons = reasons(&frames)?;
        let prices = Prices::of(run)?;
        let facts = CandidateFacts::of(&frames, &prices)?;
        let candidates = candidate_sum(&frames, &facts)?;
        let pairs = pair_figures(&frames)?;
        let waiting = waiting_parts(&manifests);
        let conservation = Conservation {
            files: file_sum(&manifests, &reasons),
            functions: function_sum(&manifests, &reasons),
            outputs,
            candidates,
        };
        let (model_calls, executions, replayed) = work(&frames, &prices)?;
        let all = model_calls.iter().map(spending_of).sum();
        Ok(Self {
            version: AUDIT_VERSION,
            complete: waiting.is_empty() && is_published(&manifests),
            tasks: tasks(&manifests),
            funnel: funnel(&manifests, &frames, &facts, &pairs)?,
            packages: packages(&frames, &facts, &prices)?,
            missing_packages: missing_packages(&frames)?,
            first_verdicts: first_verdicts(&frames)?,
            conservation,
            reasons,
            answers: prices.figures(all, pairs.count),
            pairs,
            model_calls,
            executions,
            replayed: Some(replayed),
            paid: Some(prices.paid(&manifests)),
        })
    }
}

fn tasks(manifests: &[Manifest]) -> BTreeMap<String, u64> {
    let mut tasks = BTreeMap::new();
    for manifest in manifests {
        *tasks.entry(manifest.stage.to_string()).or_insert(0) += 1;
    }
    tasks
}

/// Parts that were extracted and not milled yet.
pub(crate) fn waiting_parts(manifests: &[Manifest]) -> BTreeSet<u32> {
    let indices = |stage: Stage| {
        let of_stage = manifests.iter().filter(move |task| task.stage == stage);
        of_stage.map(|task| task.index).collect::<BTreeSet<_>>()
    };
    &indices(Stage::Extract) - &indices(Stage::Mill)
}

/// How many shards there are to be, by their names: `train-00000-of-00016.parquet`.
fn expected_shards(manifests: &[Manifest]) -> Option<u64> {
    let mut shards = manifests
        .iter()
        .flat_map(|manifest| manifest.outputs_of(OutputKind::Shard));
    let (_, of) = shards
        .next()?
        .path
        .strip_suffix(".parquet")?
        .rsplit_once("-of-")?;
    of.parse().ok()
}

/// Whether every shard is there; a run without pairs may publish none.
pub(crate) fn is_published(manifests: &[Manifest]) -> bool {
    let published = manifests.iter().filter(|task| task.stage == Stage::Publish);
    let published = published.count() as u64;
    match expected_shards(manifests) {
        Some(expected) => published == expected,
        None => published > 0,
    }
}

pub(crate) fn counted(manifests: &[Manifest], name: &str) -> u64 {
    let counts = manifests
        .iter()
        .filter(|manifest| manifest.stage == Stage::Extract)
        .filter_map(|manifest| manifest.counts.get(name));
    counts.sum()
}

pub(crate) fn rows(manifests: &[Manifest], kind: OutputKind) -> u64 {
    manifests.iter().map(|task| task.rows_of(kind)).sum()
}

fn reasons(frames: &Frames<'_>) -> Result<Vec<ReasonCount>, AuditError> {
    let columns = [
        Column::Text("stage"),
        Column::Text("unit"),
        Column::Text("reason"),
    ];
    let rejects = frames.scan(OutputKind::Rejects, &columns, |_| true)?;
    let grouped = rejects
        .group_by([col("stage"), col("unit"), col("reason")])
        .agg([len().alias("count")]);
    let table = frames.collect("rejects", grouped)?;
    let (stages, units) = (table.texts("stage", "")?, table.texts("unit", "")?);
    let (names, counts) = (table.texts("reason", "")?, table.counts("count")?);
    let mut reasons = stages
        .into_iter()
        .zip(units)
        .zip(names)
        .zip(counts)
        .map(|(((stage, unit), reason), count)| ReasonCount {
            stage,
            unit,
            reason,
            count,
        })
        .collect::<Vec<_>>();
    reasons.sort_by_cached_key(|row| {
        let stage = Stage::ALL
            .iter()
            .position(|stage| stage.as_str() == row.stage);
        let unit = RejectUnit::ALL
            .iter()
            .position(|unit| unit.as_str() == row.unit);
        (
            stage,
            unit,
            std::cmp::Reverse(row.count),
            row.reason.clone(),
        )
    });
    Ok(reasons)
}

/// What the functions wait for that were rejected because the environment lacks it.
fn missing_packages(frames: &Frames<'_>) -> Result<Vec<MissingPackage>, AuditError> {
    let columns = [Column::Text("reason"), Column::Texts("packages")];
    let options = ExplodeOptions {
        empty_as_null: false,
        keep_nulls: false,
    };
    let wanted = frames
        .scan(OutputKind::Rejects, &columns, |_| true)?
        .filter(col("reason").eq(lit(RejectReason::PackageMissing.as_str())))
        .with_columns([col("packages").list().len().eq(lit(1)).alias("alone")])
        .explode(cols(["packages"]), options)
        .group_by([col("packages")])
        .agg([len().alias("functions"), col("alone").sum()]);
    let table = frames.collect("missing packages", wanted)?;
    let (functions, alone) = (table.counts("functions")?, table.counts("alone")?);
    let mut tally = MissingTally::default();
    for ((package, functions), alone) in table
        .texts("packages", "")?
        .into_iter()
        .zip(functions)
        .zip(alone)
    {
        tally.add(&package, functions, alone);
    }
    Ok(tally.finish())
}

fn attempts(frames: &Frames<'_>) -> Result<LazyFrame, AuditError> {
    frames.scan(
        OutputKind::Attempts,
        &[
            Column::Text("candidate_id"),
            Column::Text("kind"),
            Column::Text("step"),
            Column::Count("round"),
            Column::Text("model"),
            Column::Count("prompt_tokens"),
            Column::Count("completion_tokens"),
            Column::Text("verdict"),
            Column::Flag("replayed"),
        ],
        |_| true,
    )
}

pub(crate) fn executions(frames: &Frames<'_>) -> Result<LazyFrame, AuditError> {
    Ok(attempts(frames)?.filter(col("kind").eq(lit(AttemptKind::Execution.as_str()))))
}

/// Model calls, each with what it cost.
pub(crate) fn model_calls(frames: &Frames<'_>, prices: &Prices) -> Result<LazyFrame, AuditError> {
    Ok(attempts(frames)?
        .filter(col("kind").eq(lit(AttemptKind::ModelCall.as_str())))
        .with_columns([prices.cost().alias("cost")]))
}

fn funnel(
    manifests: &[Manifest],
    frames: &Frames<'_>,
    facts: &CandidateFacts,
    pairs: &PairFigures,
) -> Result<Vec<FunnelStep>, AuditError> {
    let figures = facts.figures();
    let sums = figures.iter().map(|name| col(name.as_str()).sum());
    let table = facts.flags().select(sums.collect::<Vec<_>>());
    let table = frames.collect("candidates", table)?;
    let mut steps: Vec<FunnelStep> = Vec::new();
    let mut push = |step: &str, count: u64, of: Option<&str>| {
        let base = of.and_then(|of| steps.iter().find(|earlier| earlier.step == of));
        let share = base.and_then(|base| share(count, base.count));
        steps.push(FunnelStep {
            step: step.to_owned(),
            count,
            of: of.map(str::to_owned),
            share,
        });
    };
    push("files", counted(manifests, "files"), None);
    push(
        "files_parsed",
        counted(manifests, "files_parsed"),
        Some("files"),
    );
    push("functions", counted(manifests, "functions"), None);
    push(
        "candidates",
        rows(manifests, OutputKind::Candidates),
        Some("functions"),
    );
    push(
        "after_dedup",
        table.total("candidates")?,
        Some("candidates"),
    );
    let after_dedup = Some("after_dedup");
    push("with_tests", table.total("with_tests")?, after_dedup);
    push(
        "passed_first_run",
        table.total("passed_first_run")?,
        after_dedup,
    );
    for round in 1..=facts.fix_rounds {
        let name = after_fix(round);
        push(&name, table.total(&name)?, after_dedup);
    }
    if facts.has_judgements {
        push(AFTER_JUDGING, table.total(AFTER_JUDGING)?, after_dedup);
    }
    push(
        "stub_check_survived",
        table.total("stub_check_survived")?,
        after_dedup,
    );
    push("with_pairs", table.total("with_pairs")?, after_dedup);
    push("refined", table.total("refined_candidates")?, after_dedup);
    push("pairs", pairs.count, None);
    Ok(steps)
}

fn packages(
    frames: &Frames<'_>,
    facts: &CandidateFacts,
    prices: &Prices,
) -> Result<Vec<PackageRow>, AuditError> {
    let figures = facts.figures();
    let sums = figures.iter().map(|name| col(name.as_str()).sum());
    let options = ExplodeOptions {
        empty_as_null: true,
        keep_nulls: true,
    };
    let table = facts
        .flags()
        .explode(cols(["packages"]), options)
        .group_by([col("packages")])
        .agg(sums.collect::<Vec<_>>());
    let table = frames.collect("packages", table)?;
    let columns = figures
        .iter()
        .map(|name| Ok((name.as_str(), table.counts(name)?)))
        .collect::<Result<BTreeMap<_, _>, AuditError>>()?;
    let names = table.texts("packages", "")?;
    let mut rows = names
        .into_iter()
        .enumerate()
        .map(|(row, package)| {
            let count = |name: &str| columns[name][row];
            PackageRow {
                package,
                candidates: count("candidates"),
                with_tests: count("with_tests"),
                passed_first_run: count("passed_first_run"),
                passed_after_fix: (1..=facts.fix_rounds)
                    .map(|round| count(&after_fix(round)))
                    .collect(),
                refined: count("refined_candidates"),
                with_pairs: count("with_pairs"),
                pairs: count("pairs"),
                pass_rate: share(count("with_pairs"), count("candidates")),
                answers: prices.tokens(Spending {
                    calls: count("calls"),
                    prompt_tokens: count("prompt_tokens"),
                    completion_tokens: count("completion_tokens"),
                    cost: Cost::from_parts(count("cost")),
                }),
            }
        })
        .collect::<Vec<_>>();
    rows.sort_by(|a, b| {
        b.candidates
            .cmp(&a.candidates)
            .then_with(|| a.package.cmp(&b.package))
    });
    Ok(rows)
}

fn first_verdicts(frames: &Frames<'_>) -> Result<Vec<Count>, AuditError> {
    let first_runs = executions(frames)?.filter(is_step(Step::FirstRun));
    count_by(frames, "first runs", first_runs, col("verdict"), "none")
}

/// Counts the values of a column, the most frequent first.
fn count_by(
    frames: &Frames<'_>,
    what: &'static str,
    rows: LazyFrame,
    value: Expr,
    null: &str,
) -> Result<Vec<Count>, AuditError> {
    let grouped = rows
        .select([value.alias("value")])
        .group_by([col("value")])
        .agg([len().alias("count")]);
    let table = frames.collect(what, grouped)?;
    let counts = table.counts("count")?;
    let total = counts.iter().sum();
    let mut rows = table
        .texts("value", null)?
        .into_iter()
        .zip(counts)
        .map(|(name, count)| Count {
            name,
            count,
            share: share(count, total),
        })
        .collect::<Vec<_>>();
    rows.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.name.cmp(&b.name)));
    Ok(rows)
}

fn pair_figures(frames: &Frames<'_>) -> Result<PairFigures, AuditError> {
    let pairs = frames.scan(
        OutputKind::Pairs,
        &[
            Column::Text("verification"),
            Column::Text("test_origin"),
            Column::Text("license"),
            Column::Texts("models"),
            Column::Count("fix_rounds"),
            Column::Flag("refined"),
            Column::Text("backend"),
            Column::Text("isolation"),
            Column::Text("env_digest"),
        ],
        |_| true,
    )?;
    let count =
        |column: &str, null: &str| count_by(frames, "pairs", pairs.clone(), col(column), null);
    let totals = pairs
        .clone()
        .select([len().alias("count"), col("refined").sum()]);
    let totals = frames.collect("pairs", totals)?;
    let options = ExplodeOptions {
        empty_as_null: false,
        keep_nulls: false,
    };
    let total = totals.total("count")?;
    let by_model = pairs
        .clone()
        .select([col("models")])
        .explode(cols(["models"]), options);
    let mut models = count_by(frames, "pairs", by_model, col("models"), "")?;
    for model in &mut models {
        model.share = share(model.count, total);
    }
    Ok(PairFigures {
        count: total,
        verification: count("verification", "")?,
        test_origin: count("test_origin", "")?,
        licenses: count("license", "unknown")?,
        models,
        fix_rounds: count("fix_rounds", "")?,
        refined: totals.total("refined")?,
        backends: count("backend", "")?,
        isolation: count("isolation", "")?,
        environments: count("env_digest", "")?,
    })
}

fn work(
    frames: &Frames<'_>,
    prices: &Prices,
) -> Result<(Vec<TokenRow>, Vec<WorkRow>, Replayed), AuditError> {
    let calls = model_calls(frames, prices)?;
    let wide = |name: &str| col(name).cast(DataType::UInt64).sum();
    let grouped = calls
        .group_by([col("step"), col("round"), col("model")])
        .agg([
            len().alias("calls"),
            wide("prompt_tokens"),
            wide("completion_tokens"),
            col("cost").sum(),
            wide("replayed"),
        ]);
    let table = frames.collect("model calls", grouped)?;
    let (steps, models) = (table.texts("step", "")?, table.texts("model", "")?);
    let (count, prompt, completion, cost, rounds) = (
        table.counts("calls")?,
        table.counts("prompt_tokens")?,
        table.counts("completion_tokens")?,
        table.counts("cost")?,
        table.counts("round")?,
    );
    let mut tokens = steps
        .into_iter()
        .zip(models)
        .enumerate()
        .map(|(row, (agent, model))| TokenRow {
            agent,
            round: u32::try_from(rounds[row]).unwrap_or(u32::MAX),
            model,
            tokens: prices.tokens(Spending {
                calls: count[row],
                prompt_tokens: prompt[row],
                completion_tokens: completion[row],
                cost: Cost::from_parts(cost[row]),
            }),
        })
        .collect::<Vec<_>>();
    tokens.sort_by_cached_key(|row| (step_position(&row.agent), row.round, row.model.clone()));
    let replayed_calls = table.total("replayed")?;

    let passed = col("verdict").eq(lit(Verdict::Passed.as_str()));
    let grouped = executions(frames)?.group_by([col("step")]).agg([
        len().alias("executions"),
        passed.cast(DataType::UInt64).sum().alias("passed"),
        wide("replayed"),
    ]);
    let table = frames.collect("executions", grouped)?;
    let (count, passed) = (table.counts("executions")?, table.counts("passed")?);
    let mut work = table
        .texts("step", "")?
        .into_iter()
        .enumerate()
        .map(|(row, step)| WorkRow {
            step,
            executions: count[row],
            passed: passed[row],
        })
        .collect::<Vec<_>>();
    work.sort_by_key(|row| step_position(&row.step));
    let replayed = Replayed {
        model_calls: replayed_calls,
        executions: table.total("replayed")?,
    };
    Ok((tokens, work, replayed))
}

fn spending_of(row: &TokenRow) -> Spending {
    let tokens = &row.tokens;
    Spending {
        calls: tokens.calls,
        prompt_tokens: tokens.prompt_tokens,
        completion_tokens: tokens.completion_tokens,
        cost: tokens.cost.unwrap_or_default(),
    }
}

fn step_position(name: &str) -> Option<usize> {
    Step::ALL.iter().position(|step| step.as_str() == name)
}
