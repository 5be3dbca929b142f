//! The runner: plans the tasks of a run, drives them and joins the stages.
//!
//! One run is a [`RunPlan`] on disk and a list of tasks, each of which is committed by one
//! manifest. [`run`] does them all on this machine; [`task`] does one for an engine that
//! schedules them on many. Everything that goes on is told in one stream of [`Event`]s.
//!
//! It never renders, never decides what a stage does inside, and never lets time,
//! randomness or the order of arrival reach a row.

mod batch;
mod benchmarks;
mod budget;
mod case_settings;
mod corpus_plan;
mod dedup;
mod drive;
mod error;
mod event;
mod exec;
mod extract;
mod halt;
mod history;
mod lanes;
mod licenses;
mod machine;
mod mill;
mod ordered;
mod pilot;
mod plan;
mod publish;
mod replay;
mod run;
mod runner;
mod servers;
mod services;
mod sketch;
mod sources;
mod tally;

pub use case_settings::limits;
pub use corpus_plan::CorpusPlan;
pub use error::{BudgetSpent, RunError};
pub use event::{Event, Events};
pub use exec::{ExecOptions, ExecSummary, Judging, exec};
pub use extract::{ExtractSummary, extract_to_file};
pub use halt::{Halt, InFlight};
pub use history::{History, history};
pub use machine::{Machine, report_environment};
pub use pilot::{Forecast, ForecastRow};
pub use plan::{
    InputPart, PlannedBenchmark, PlannedEnvironment, PlannedInput, PromptTexts, RunPlan,
};
pub use replay::{Replayed, replay};
pub use runner::{
    Preview, RunSummary, cores, jobs, package_list, pilot, preview, run, task, write_plan,
};
pub use sources::{PlannedSource, PlannedSources};
pub use tally::Milled;
