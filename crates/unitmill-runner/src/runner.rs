//! Planning a run and driving its tasks, one stage after the other.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use unitmill_agents::CaseSettings;
use unitmill_audit::Audit;
use unitmill_model::Stage;
use unitmill_python::PackageList;
use unitmill_recipe::{Mode, Recipe, SandboxJobs};
use unitmill_shards::{Committed, Manifest};

use crate::batch::{Gauge, Waves};
use crate::benchmarks::read_benchmarks;
use crate::budget::{Budget, kept_per_part};
use crate::case_settings::{case_settings, importable_modules, isolation, prompts};
use crate::corpus_plan::{CorpusPlan, plan_corpus};
use crate::error::RunError;
use crate::event::{Event, Events};
use crate::lanes::Cores;
use crate::licenses::license_filter;
use crate::machine::{HASH_SEEDS, Machine};
use crate::ordered::{Window, in_order};
use crate::pilot::{Forecast, mill_sample};
use crate::plan::{PlannedBenchmark, PlannedEnvironment, PromptTexts, RunPlan};
use crate::run::Run;
use crate::servers::Servers;
use crate::services::Services;
use crate::sources::{Archives, PlannedSources};
use crate::tally::Milled;
use crate::{dedup, extract, mill, publish, sources};

/// A recipe whose every path was read and whose corpus was cut into parts: all of a plan
/// that needs no environment.
#[derive(Clone, Debug)]
pub struct Preview {
    /// The recipe with every default filled in.
    pub recipe: Recipe,
    /// The corpus files and how they are cut.
    pub corpus: CorpusPlan,
    allowed_packages: Option<BTreeSet<String>>,
    /// The benchmarks that the result must not hold.
    pub benchmarks: Vec<PlannedBenchmark>,
    /// The other runs that answers come from.
    pub sources: PlannedSources,
    prompts: PromptTexts,
}

/// What a finished run came to.
#[derive(Clone, Debug)]
pub struct RunSummary {
    /// The run's folder.
    pub out: PathBuf,
    /// Its audit.
    pub audit: Audit,
}

/// Reads everything that the recipe names, and nothing else.
///
/// # Errors
/// A path that cannot be read, a prompt that cannot be used.
pub fn preview(mut recipe: Recipe) -> Result<Preview, RunError> {
    let sources = sources::settle(&mut recipe)?;
    let corpus = plan_corpus(&recipe)?;
    let allowed_packages = allowed_packages(&recipe)?;
    license_filter(&recipe)?;
    let text = |path: &Option<PathBuf>| {
        path.as_deref()
            .map(|path| read("the prompt template", path))
            .transpose()
    };
    let texts = PromptTexts {
        tests: text(&recipe.prompts.tests)?,
        fix: text(&recipe.prompts.fix)?,
        refine: text(&recipe.prompts.refine)?,
    };
    prompts(&texts)?;
    let (benchmarks, _) = read_benchmarks(&recipe)?;
    Ok(Preview {
        recipe,
        corpus,
        allowed_packages,
        benchmarks,
        sources,
        prompts: texts,
    })
}

/// The import names that the recipe allows; none: all.
pub(crate) fn allowed_packages(recipe: &Recipe) -> Result<Option<BTreeSet<String>>, RunError> {
    let list = recipe.packages.allow.as_deref().map(package_list);
    Ok(list.transpose()?.map(PackageList::into_roots))
}

/// A bundled package list by its name, or one in a file.
///
/// # Errors
/// A name that is neither, a file that cannot be read or is no package list.
pub fn package_list(path: &Path) -> Result<PackageList, RunError> {
    if let Some(list) = path.to_str().and_then(PackageList::bundled) {
        return Ok(list);
    }
    let is_name = path.components().count() == 1 && path.extension().is_none();
    if is_name && !path.exists() {
        return Err(RunError::UnknownPackageList {
            path: path.to_owned(),
        });
    }
    let text = read("the package list", path)?;
    PackageList::parse(&text).map_err(|source| RunError::PackageList {
        path: path.to_owned(),
        source,
    })
}

fn read(what: &'static str, path: &Path) -> Result<String, RunError> {
    std::fs::read_to_string(path).map_err(|source| RunError::Unreadable {
        what,
        path: path.to_owned(),
        source,
    })
}

/// Does the whole job, or what is left of it.
///
/// # Errors
/// Whatever stops it; what was done is kept, and the same call resumes.
pub async fn run(recipe: Recipe, out: &Path, machine: &Machine) -> Result<RunSummary, RunError> {
    let (run, services, settings) = prepare(preview(recipe)?, out, machine).await?;
    for stage in Stage::ALL.iter().copied() {
        if let Err(error) = run_stage(&run, stage, &services, &settings).await {
            return Err(with_what_is_left(
                machine.halt.explain(error),
                &run,
                &services,
            )?);
        }
    }
    let audit = publish::finish(&run)?;
    Ok(RunSummary {
        out: out.to_owned(),
        audit,
    })
}

/// Extracts and deduplicates, mills a sample of so many candidates, and says what the whole
/// will take. [`run`] on the same folder goes on from there and pays for nothing again.
///
/// # Errors
/// As [`run`].
pub async fn pilot(
    recipe: Recipe,
    out: &Path,
    size: u64,
    machine: &Machine,
) -> Result<Forecast, RunError> {
    let (run, services, settings) = prepare(preview(recipe)?, out, machine).await?;
    for stage in [Stage::Extract, Stage::Dedup] {
        run_stage(&run, stage, &services, &settings)
            .await
            .map_err(|error| machine.halt.explain(error))?;
    }
    let window = mill_window(&run.plan.recipe);
    let forecast = mill_sample(&run, &services, &settings, window, size)
        .await
        .map_err(|error| machine.halt.explain(error))?;
    services.waves.finish()?;
    Ok(forecast)
}

/// Writes the plan of a recipe, for an engine that then runs the tasks one by one.
///
/// # Errors
/// As [`run`], as far as it goes.
pub async fn write_plan(
    preview: Preview,
    out: &Path,
    machine: &Machine,
) -> Result<RunPlan, RunError> {
    let (run, _, _) = prepare(preview, out, machine).await?;
    Ok(run.plan.clone())
}

/// Everything up to the first task: servers asked, environment and sandbox there, plan on
/// disk.
async fn prepare(
    preview: Preview,
    out: &Path,
    machine: &Machine,
) -> Result<(Arc<Run>, Arc<Services>, Arc<CaseSettings>), RunError> {
    let servers = Servers::new(&preview.recipe, &preview.sources)?;
    servers.check(&machine.events).await?;
    let environment = machine.environment(&preview.recipe.sandbox.env)?;
    let (major, minor, micro) = environment.python_version();
    let planned = PlannedEnvironment {
        digest: environment.digest(),
        python: format!("{major}.{minor}.{micro}"),
        modules: importable_modules(&environment),
    };
    let sandbox = machine
        .sandbox(
            environment.clone(),
            jobs(&preview.recipe),
            HASH_SEEDS,
            isolation(&preview.recipe.sandbox),
        )
        .await?;
    let plan = RunPlan {
        unitmill: env!("CARGO_PKG_VERSION").to_owned(),
        recipe: preview.recipe,
        inputs: preview.corpus.files,
        parts: preview.corpus.parts,
        allowed_packages: preview.allowed_packages,
        benchmarks: preview.benchmarks,
        sources: preview.sources,
        prompts: preview.prompts,
        environment: planned,
        sandbox: sandbox.digest(),
    };
    prompts(&plan.prompts)?;
    let run = Arc::new(Run::start(out, plan)?);
    let settings = Arc::new(case_settings(&run, &environment)?);
    machine.events.send(Event::Ready);
    let gauge = Gauge::default();
    let services = Services {
        sandbox,
        archives: Archives::open(&run.plan.sources, &run.directory)?,
        waves: waves(&run, &servers, None, &gauge, machine),
        gauge,
        servers,
        events: machine.events.clone(),
        halt: machine.halt.clone(),
        budget: Arc::new(Budget::of_run(&run)?),
        delivered: AtomicU64::new(0),
        milled_before: milled_before(&run)?,
    };
    Ok((run, Arc::new(services), settings))
}

/// The waves of a process that does all tasks, or one.
fn waves(
    run: &Run,
    servers: &Servers,
    task: Option<&str>,
    gauge: &Gauge,
    machine: &Machine,
) -> Waves {
    Waves::new(
        servers.in_waves(),
        run.directory.batches_folder(),
        task,
        gauge.clone(),
        machine.halt.clone(),
        machine.events.clone(),
    )
}

/// What the candidates of the parts came to that are milled.
fn milled_before(run: &Run) -> Result<Milled, RunError> {
    let mut milled = Milled::default();
    for manifest in run.directory.manifests_of(Stage::Mill)? {
        milled += Milled::read(&manifest.counts);
    }
    Ok(milled)
}

/// Adds to a spent budget how many candidates are left.
fn with_what_is_left(
    mut error: RunError,
    run: &Run,
    services: &Services,
) -> Result<RunError, RunError> {
    if let RunError::BudgetSpent(spent) = &mut error {
        let kept = kept_per_part(run)?;
        let delivered = services.delivered.load(Ordering::Relaxed);
        let (all, done) = match spent.task {
            Some(part) => (kept[part as usize], delivered),
            None => (
                kept.iter().sum(),
                services.milled_before.candidates + delivered,
            ),
        };
        spent.left = Some((all.saturating_sub(done), all));
    }
    Ok(error)
}

/// Does one task of a planned run and commits it. False if it was committed before.
///
/// # Errors
/// [`RunError::NotReady`] if the stage before is not done; otherwise as [`run`].
pub async fn task(
    path: &Path,
    stage: Stage,
    index: u32,
    machine: &Machine,
) -> Result<bool, RunError> {
    let run = Arc::new(Run::open(path)?);
    let tasks = run.tasks(stage)?;
    if index >= tasks {
        return Err(RunError::NoSuchTask {
            stage,
            index,
            tasks,
        });
    }
    if run.directory.manifest(stage, index)?.is_some() {
        return Ok(false);
    }
    let manifest = match stage {
        Stage::Mill => {
            run.require_stage(Stage::Mill, Stage::Dedup)?;
            let servers = Servers::new(&run.plan.recipe, &run.plan.sources)?;
            servers.check(&machine.events).await?;
            let environment = machine.environment(&run.plan.recipe.sandbox.env)?;
            let settings = Arc::new(case_settings(&run, &environment)?);
            let sandbox = machine
                .sandbox(
                    environment,
                    jobs(&run.plan.recipe),
                    HASH_SEEDS,
                    settings.isolation,
                )
                .await?;
            run.check_machine(&sandbox)?;
            machine.events.send(Event::Ready);
            let budget = Budget::of_task(&run, index)?;
            machine.events.send(Event::StageStarted {
                stage,
                tasks: 1,
                already_done: 0,
                items: items(&run, stage, &[index])?,
                milled: Milled::default(),
                spent: budget.spent(),
                currency: run.plan.recipe.budget.currency.clone(),
            });
            let gauge = Gauge::default();
            let name = unitmill_shards::task_name(stage, index);
            let services = Arc::new(Services {
                sandbox,
                archives: Archives::open(&run.plan.sources, &run.directory)?,
                waves: waves(&run, &servers, Some(&name), &gauge, machine),
                gauge,
                servers,
                events: machine.events.clone(),
                halt: machine.halt.clone(),
                budget: Arc::new(budget),
                delivered: AtomicU64::new(0),
                milled_before: Milled::default(),
            });
            let window = mill_window(&run.plan.recipe);
            match mill::mill(&run, &services, &settings, window, index).await {
                Ok(manifest) => {
                    services.waves.finish()?;
                    manifest
                }
                Err(error) => {
                    return Err(with_what_is_left(
                        machine.halt.explain(error),
                        &run,
                        &services,
                    )?);
                }
            }
        }
        _ => offline_task(
            &run,
            stage,
            index,
            sort_bytes(&run, 1),
            &Cores::new(cores()),
            &machine.events,
        )?,
    };
    let committed = run.commit(&manifest)?;
    machine.events.send(Event::TaskDone { stage, index });
    if stage == Stage::Mill {
        machine.events.send(Event::StageDone { stage });
    }
    if stage == Stage::Dedup && run.directory.manifests_of(stage)?.len() as u32 == tasks {
        dedup::settle(&run, sort_bytes(&run, 1))?;
    }
    if stage == Stage::Publish && run.directory.manifests_of(stage)?.len() as u32 == tasks {
        publish::finish(&run)?;
    }
    Ok(matches!(committed, Committed::Won))
}

/// A task that needs neither sandbox nor servers.
fn offline_task(
    run: &Run,
    stage: Stage,
    index: u32,
    sort_bytes: usize,
    cores: &Cores,
    events: &Events,
) -> Result<Manifest, RunError> {
    match stage {
        Stage::Extract => extract::extract(run, index, cores, events),
        Stage::Dedup => dedup::dedup(run, index, sort_bytes),
        Stage::Publish => publish::publish(run, index),
        Stage::Mill => unreachable!("milling needs a sandbox"),
    }
}

async fn run_stage(
    run: &Arc<Run>,
    stage: Stage,
    services: &Arc<Services>,
    settings: &Arc<CaseSettings>,
) -> Result<(), RunError> {
    let tasks = run.tasks(stage)?;
    let done: BTreeSet<u32> = run
        .directory
        .manifests_of(stage)?
        .iter()
        .map(|manifest| manifest.index)
        .collect();
    let open: Vec<u32> = (0..tasks).filter(|index| !done.contains(index)).collect();
    let events = &services.events;
    events.send(Event::StageStarted {
        stage,
        tasks: tasks as usize,
        already_done: tasks as usize - open.len(),
        items: items(run, stage, &open)?,
        milled: services.milled_before,
        spent: services.budget.spent(),
        currency: run.plan.recipe.budget.currency.clone(),
    });
    // A second part is begun while the last candidates of the one before come to their end.
    let in_flight = if stage == Stage::Mill { 2 } else { cores() };
    let sort_bytes = sort_bytes(run, in_flight.min(open.len()));
    let shared = Arc::new(Cores::new(cores()));
    in_order(
        Window {
            in_flight,
            ahead: usize::MAX,
        },
        open.into_iter().map(Ok),
        async |index| {
            if services.halt.is_requested() {
                return Err(RunError::Halted);
            }
            let manifest = if stage == Stage::Mill {
                mill::mill(
                    run,
                    services,
                    settings,
                    mill_window(&run.plan.recipe),
                    index,
                )
                .await?
            } else {
                let (run, events) = (Arc::clone(run), events.clone());
                let shared = Arc::clone(&shared);
                let done = tokio::task::spawn_blocking(move || {
                    offline_task(&run, stage, index, sort_bytes, &shared, &events)
                });
                done.await
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))?
            };
            run.commit(&manifest)?;
            events.send(Event::TaskDone { stage, index });
            Ok(())
        },
        |()| Ok(()),
    )
    .await?;
    if stage == Stage::Mill {
        services.waves.finish()?;
    }
    if stage == Stage::Dedup {
        let (run, bytes) = (Arc::clone(run), self::sort_bytes(run, 1));
        let settled = tokio::task::spawn_blocking(move || dedup::settle(&run, bytes));
        settled
            .await
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))?;
    }
    events.send(Event::StageDone { stage });
    Ok(())
}

/// How many items the open tasks of a stage will report.
fn items(run: &Run, stage: Stage, open: &[u32]) -> Result<Option<u64>, RunError> {
    match stage {
        Stage::Extract => Ok(Some(
            open.iter()
                .map(|index| run.plan.files_of(*index).0.len() as u64)
                .sum(),
        )),
        Stage::Mill => {
            let mut count = 0;
            for index in open {
                let manifest = run.require_manifest(Stage::Mill, Stage::Extract, *index)?;
                count += run
                    .output(&manifest, unitmill_shards::OutputKind::Candidates)?
                    .rows;
            }
            Ok(Some(count))
        }
        Stage::Dedup | Stage::Publish => Ok(None),
    }
}

/// What each of so many tasks that run at once may sort in, of the memory that the recipe
/// gives to near duplicates.
pub(crate) fn sort_bytes(run: &Run, at_once: usize) -> usize {
    let bytes = run.plan.recipe.dedup.memory_mb << 20;
    usize::try_from(bytes).unwrap_or(usize::MAX) / at_once.max(1)
}

/// Executions at once.
pub fn jobs(recipe: &Recipe) -> usize {
    match recipe.sandbox.jobs {
        SandboxJobs::Count(count) => count as usize,
        SandboxJobs::Auto => cores(),
    }
}

/// The cores of this machine; 1 where it does not say.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// Enough candidates in flight to keep both the sandbox and the servers busy.
fn mill_window(recipe: &Recipe) -> Window {
    let window = Window::for_workers(jobs(recipe) * 2 + Servers::concurrency(recipe));
    let in_waves = recipe
        .models
        .servers()
        .any(|server| server.mode == Mode::Batch);
    match in_waves {
        // Cases that end together need no long queue, and there are thousands of them.
        true => Window {
            ahead: window.in_flight.saturating_mul(2),
            ..window
        },
        false => window,
    }
}
