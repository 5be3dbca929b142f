//! `unitmill exec`: verdicts on function-test pairs, in input order, in flat memory.
//!
//! Rows are read, judged and written one by one; what is held at any time is bounded by the
//! window, never by the input. Never decides what a verdict is: see `pair` and the sandbox.

mod pair;

use std::collections::BTreeMap;
use std::panic::resume_unwind;
use std::path::PathBuf;
use std::sync::Arc;

use unitmill_model::{ExecInput, ExecVerdict, Isolation, Job, Verdict};
use unitmill_shards::{ParquetSettings, RowFileWriter, ShardsError, read_rows};

use crate::error::RunError;
use crate::event::Event;
use crate::machine::Machine;
use crate::ordered::{Window, in_order};

pub use pair::Judging;

/// Verdicts that may wait for an earlier pair: while one takes all of its ten seconds, two
/// cores judge some thousands of others. A verdict is a few hundred bytes, at most 5 kB.
const VERDICTS_AHEAD: usize = 4096;

/// What is to be judged, and how.
#[derive(Clone, Debug)]
pub struct ExecOptions {
    /// Rows `id, code, test`: `.parquet`, `.jsonl`, `.jsonl.gz` or `.jsonl.zst`.
    pub pairs: PathBuf,
    /// Where the verdicts go: `.parquet` or `.jsonl`.
    pub out: PathBuf,
    /// The environment: see `sandbox.env` of a recipe.
    pub env: String,
    /// Executions at once.
    pub jobs: usize,
    /// What stands between them and the machine.
    pub isolation: Isolation,
    /// How each pair is judged.
    pub judging: Judging,
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
    let judging = options.judging;
    let sandbox = machine
        .sandbox(
            environment,
            options.jobs,
            judging.hash_seeds(),
            options.isolation,
        )
        .await?;
    let sandbox = Arc::new(sandbox);
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
    let window = Window {
        in_flight: options.jobs * 2,
        ahead: VERDICTS_AHEAD,
    };
    let judged = in_order(
        window,
        good_rows,
        async |row: ExecInput| {
            let (sandbox, halt) = (Arc::clone(&sandbox), machine.halt.clone());
            // A task of its own, so that parsing uses every thread that there is.
            let judged = tokio::spawn(async move {
                let run = async |job: Job| {
                    if halt.is_requested() {
                        return Err(RunError::Abandoned);
                    }
                    Ok(sandbox.run(&job).await?)
                };
                judging.verdict(row, sandbox.isolation(), run).await
            });
            let verdict = judged
                .await
                .unwrap_or_else(|panic| resume_unwind(panic.into_panic()))?;
            machine.events.send(Event::Judged);
            Ok(verdict)
        },
        |verdict| {
            *summary.verdicts.entry(verdict.verdict).or_default() += 1;
            summary.rows += 1;
            Ok(writer.push(&verdict)?)
        },
    )
    .await;
    let sandbox = Arc::into_inner(sandbox).expect("every task has ended, and let go of it");
    let closed = sandbox.close().await;
    judged?;
    writer.finish()?;
    closed?;
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
