//! `unitmill exec`: verdicts on function-test pairs, in input order, in flat memory.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use unitmill_model::{
    ExecInput, ExecVerdict, JOB_VERSION, Job, JobFile, JobKind, Limits, Pair, TestOrder, Verdict,
};
use unitmill_python::{enumerate_tests, import_roots};
use unitmill_shards::{ParquetSettings, RowFileWriter, ShardsError, read_rows};

use crate::error::RunError;
use crate::event::Event;
use crate::machine::Machine;
use crate::ordered::{Window, in_order};

/// What is to be judged, and how.
#[derive(Clone, Debug)]
pub struct ExecOptions {
    /// Rows `id, code, test`: `.parquet` or `.jsonl`.
    pub pairs: PathBuf,
    /// Where the verdicts go: `.parquet` or `.jsonl`.
    pub out: PathBuf,
    /// The environment: see `sandbox.env` of a recipe.
    pub env: String,
    /// Executions at once.
    pub jobs: usize,
    /// Limits of each pair.
    pub limits: Limits,
    /// Seed of each pair.
    pub seed: u32,
}

/// What was judged.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ExecSummary {
    /// Rows written.
    pub rows: u64,
    /// How many of each verdict.
    pub verdicts: BTreeMap<Verdict, u64>,
}

/// Judges every pair of a file.
///
/// # Errors
/// [`RunError::BadRows`] after all other rows were judged and written; anything else
/// before a file appears.
pub async fn exec(options: &ExecOptions, machine: &Machine) -> Result<ExecSummary, RunError> {
    let rows = read_rows::<ExecInput>(&options.pairs)?;
    let mut writer =
        RowFileWriter::<ExecVerdict>::create(&options.out, &ParquetSettings::default())?;
    let environment = machine.environment(&options.env)?;
    let sandbox = Arc::new(machine.sandbox(environment, options.jobs).await?);
    machine.events.send(Event::Ready);
    machine.events.send(Event::Judging {
        rows: rows.total_rows(),
    });

    let mut summary = ExecSummary::default();
    let bad_rows = std::cell::RefCell::new((0u64, String::new()));
    let good_rows = rows.filter_map(|row| match row {
        Ok(row) => Some(Ok(row)),
        Err(error @ ShardsError::Row { .. }) => {
            let mut bad_rows = bad_rows.borrow_mut();
            if bad_rows.0 == 0 {
                bad_rows.1 = error.to_string();
            }
            bad_rows.0 += 1;
            None
        }
        Err(error) => Some(Err(RunError::from(error))),
    });
    in_order(
        Window::for_workers(options.jobs * 2),
        good_rows,
        async |row: ExecInput| {
            if machine.halt.is_requested() {
                return Err(RunError::Halted);
            }
            let job = job_of(&row, options.limits, options.seed);
            let outcome = sandbox.run(&job).await?;
            machine.events.send(Event::Judged);
            Ok(ExecVerdict {
                id: row.id,
                verdict: outcome.verdict,
                tests_run: outcome.tests_run,
                tests_passed: outcome.tests_passed,
                duration_ms: outcome.duration_ms,
                detail: outcome.detail,
            })
        },
        |verdict| {
            *summary.verdicts.entry(verdict.verdict).or_default() += 1;
            summary.rows += 1;
            Ok(writer.push(&verdict)?)
        },
    )
    .await?;
    writer.finish()?;
    let (count, first) = bad_rows.into_inner();
    if count > 0 {
        return Err(RunError::BadRows {
            path: options.pairs.clone(),
            count,
            first,
        });
    }
    Ok(summary)
}

/// The job of a pair. Text that does not parse has no expected tests; the sandbox's own
/// interpreter has the last word on whether it really does not.
fn job_of(row: &ExecInput, limits: Limits, seed: u32) -> Job {
    let module = Pair::module(&row.code, &row.test);
    Job {
        version: JOB_VERSION,
        expected_tests: enumerate_tests(&module).unwrap_or_else(|_| Vec::new()),
        packages: import_roots(&module)
            .map(|roots| roots.into_iter().collect())
            .unwrap_or_else(|_| Vec::new()),
        files: vec![JobFile {
            name: "solution.py".to_owned(),
            content: module,
        }],
        entry: "solution".to_owned(),
        kind: JobKind::Verdict,
        limits,
        seed,
        order: TestOrder::AsLoaded,
    }
}
