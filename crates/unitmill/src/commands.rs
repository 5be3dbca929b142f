//! One function a command.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use unitmill_audit::Audit;
use unitmill_model::{Isolation, Limits, Stage};
use unitmill_recipe::{Override, Recipe};
use unitmill_runner::{ExecOptions, Halt, Judging, Machine, RunSummary, cores};
use unitmill_sandbox::{Environment, EnvironmentProgress, default_cache_root, diagnose};
use unitmill_shards::RunDirectory;

use crate::arguments::{Command, EnvCommand, RecipeArguments, SandboxArguments};
use crate::exit::{Exit, Failure};
use crate::interrupt::{interruptible, resumable};
use crate::output;
use crate::progress::Progress;
use crate::render;

/// Performs a command. The code is not success where a command did what it was asked to
/// and found something wrong: an audit that does not add up, a replay that differs.
pub(crate) fn perform(command: Command, quiet: bool) -> Result<ExitCode, Failure> {
    match command {
        Command::Run {
            recipe,
            out,
            pilot,
            from,
        } => run(&recipe, out, pilot, from, quiet),
        Command::Plan { recipe, out } => plan(&recipe, out, quiet),
        Command::Task { run, stage, index } => task(&run, stage, index, quiet),
        Command::Extract {
            input,
            out,
            rejects,
            packages,
            env,
            set,
        } => {
            let files = ExtractFiles { out, rejects };
            extract(&input, &files, packages, env.as_deref(), &set, quiet)
        }
        Command::Exec {
            pairs,
            out,
            stub_check,
            repeat,
            sandbox,
        } => exec(pairs, out, stub_check, repeat, sandbox, quiet),
        Command::Audit {
            run,
            json,
            html,
            against,
        } => audit(&run, json, html, against),
        Command::Show { run, id } => show(&run, &id),
        Command::Replay { run, id } => replay(&run, &id, quiet),
        Command::Env { command } => env(command, quiet),
        Command::Doctor => doctor(),
        Command::Schema => schema(),
    }
}

fn run(
    arguments: &RecipeArguments,
    out: Option<PathBuf>,
    pilot: Option<u64>,
    from: Option<PathBuf>,
    quiet: bool,
) -> Result<ExitCode, Failure> {
    let mut recipe = Recipe::read(&arguments.recipe, &arguments.set)?;
    recipe.from = from.or(recipe.from);
    let out = out.unwrap_or_else(|| Path::new("runs").join(&recipe.name));
    let machine = machine(quiet)?;
    if let Some(size) = pilot {
        let forecast = block_on(interruptible(
            &machine,
            unitmill_runner::pilot(recipe, &out, size, &machine),
        ))?
        .map_err(resumable)?;
        output::result(&render::forecast(&forecast));
        output::message(
            "the same command without --pilot goes on from there and pays for none of it again",
        );
        return Ok(ExitCode::SUCCESS);
    }
    let RunSummary { out, audit } = block_on(interruptible(
        &machine,
        unitmill_runner::run(recipe, &out, &machine),
    ))?
    .map_err(resumable)?;
    output::result(&unitmill_audit::render_text(&audit));
    output::message(&format!(
        "shards, dataset card and audit are in {}; unitmill show {} ID tells how a row came to be",
        out.display(),
        out.display()
    ));
    Ok(verdict_of(&audit))
}

fn plan(
    arguments: &RecipeArguments,
    out: Option<PathBuf>,
    quiet: bool,
) -> Result<ExitCode, Failure> {
    let recipe = Recipe::read(&arguments.recipe, &arguments.set)?;
    let preview = unitmill_runner::preview(recipe)?;
    output::result(&render::plan(&preview));
    if let Some(out) = out {
        let machine = machine(quiet)?;
        block_on(unitmill_runner::write_plan(preview, &out, &machine))??;
        output::message(&format!("the plan is in {}", out.display()));
    }
    Ok(ExitCode::SUCCESS)
}

fn task(run: &Path, stage: Stage, index: u32, quiet: bool) -> Result<ExitCode, Failure> {
    let machine = machine(quiet)?;
    let is_new = block_on(interruptible(
        &machine,
        unitmill_runner::task(run, stage, index, &machine),
    ))?
    .map_err(resumable)?;
    output::message(&format!(
        "{stage} {index}: {}",
        if is_new {
            "committed"
        } else {
            "was committed before"
        }
    ));
    Ok(ExitCode::SUCCESS)
}

/// Where `unitmill extract` writes.
struct ExtractFiles {
    out: PathBuf,
    rejects: Option<PathBuf>,
}

fn extract(
    input: &[String],
    files: &ExtractFiles,
    packages: Option<PathBuf>,
    env: Option<&str>,
    set: &[Override],
    quiet: bool,
) -> Result<ExitCode, Failure> {
    if files.rejects.as_ref() == Some(&files.out) {
        return Err(Failure {
            exit: Exit::Usage,
            message: "--out and --rejects name the same file".to_owned(),
        });
    }
    let mut recipe = serde_json::json!({
        "name": "extract",
        "input": input.iter().map(|path| serde_json::json!({"path": path})).collect::<Vec<_>>(),
    });
    if let Some(path) = packages {
        recipe["packages"] = serde_json::json!({"allow": path});
    }
    let recipe = Recipe::parse(&recipe.to_string(), "the command line", set)?;
    let events = Progress::listen(quiet);
    let environment = env.map(|env| provision(env, &events)).transpose()?;
    let summary = unitmill_runner::extract_to_file(
        &recipe,
        &files.out,
        files.rejects.as_deref(),
        environment.as_ref(),
        &events,
    )?;
    output::message(&render::extracted(&summary));
    Ok(ExitCode::SUCCESS)
}

fn exec(
    pairs: PathBuf,
    out: PathBuf,
    stub_check: bool,
    repeat: u32,
    sandbox: SandboxArguments,
    quiet: bool,
) -> Result<ExitCode, Failure> {
    let machine = machine(quiet)?;
    let options = ExecOptions {
        pairs,
        out,
        env: sandbox.env,
        jobs: sandbox.jobs.map_or_else(cores, |jobs| jobs as usize),
        isolation: sandbox.isolation,
        judging: Judging {
            limits: Limits {
                wall_ms: sandbox.timeout * 1000,
                cpu_ms: sandbox.timeout * 1000,
                memory_bytes: sandbox.memory_mb << 20,
                ..Limits::default()
            },
            seed: 0,
            repeat,
            stub_check,
        },
    };
    let judging = interruptible(&machine, unitmill_runner::exec(&options, &machine));
    let summary = block_on_threads(options.jobs.div_ceil(JOBS_PER_THREAD), judging)??;
    output::message(&render::verdicts(&summary));
    Ok(ExitCode::SUCCESS)
}

fn audit(
    run: &Path,
    json: bool,
    html: Option<PathBuf>,
    against: Option<PathBuf>,
) -> Result<ExitCode, Failure> {
    let audit = read_audit(run)?;
    if let Some(path) = html {
        std::fs::write(
            &path,
            unitmill_audit::render_html(&run.display().to_string(), &audit),
        )
        .map_err(|error| Failure {
            exit: Exit::Unreadable,
            message: format!("cannot write {}: {error}", path.display()),
        })?;
    }
    if json {
        let text = serde_json::to_string_pretty(&audit.json())
            .expect("an audit has text keys and finite numbers only");
        output::result(&text);
    } else if let Some(earlier) = against {
        let earlier = read_audit(&earlier)?;
        output::result(&unitmill_audit::render_comparison(
            &unitmill_audit::compare(&earlier, &audit),
        ));
    } else {
        output::result(&unitmill_audit::render_text(&audit));
    }
    Ok(verdict_of(&audit))
}

fn read_audit(run: &Path) -> Result<Audit, Failure> {
    Ok(Audit::read(&RunDirectory::open(run)?)?)
}

/// An audit whose sums do not hold is a failure, and says so loudly.
fn verdict_of(audit: &Audit) -> ExitCode {
    if audit.holds() {
        return ExitCode::SUCCESS;
    }
    output::message("error: the conservation sums do not hold; do not train on these shards");
    ExitCode::from(Exit::Internal as u8)
}

fn show(run: &Path, id: &str) -> Result<ExitCode, Failure> {
    output::result(&render::history(&unitmill_runner::history(run, id)?));
    Ok(ExitCode::SUCCESS)
}

fn replay(run: &Path, id: &str, quiet: bool) -> Result<ExitCode, Failure> {
    let machine = machine(quiet)?;
    let (history, executions) = block_on(unitmill_runner::replay(run, id, &machine))??;
    output::result(&render::replayed(&history, &executions));
    if executions.iter().all(|execution| execution.same) {
        Ok(ExitCode::SUCCESS)
    } else {
        Ok(ExitCode::from(Exit::Internal as u8))
    }
}

fn env(command: EnvCommand, quiet: bool) -> Result<ExitCode, Failure> {
    let cache = default_cache_root()?;
    let events = Progress::listen(quiet);
    let mut progress =
        |progress: EnvironmentProgress| unitmill_runner::report_environment(&events, &progress);
    let environment = match command {
        EnvCommand::Build { env } => Environment::provision(&env, &cache, &mut progress)?,
        EnvCommand::Import { bundle } => Environment::import(&bundle, &cache, &mut progress)?,
        EnvCommand::Packages { list, env } => {
            let list = unitmill_runner::package_list(Path::new(&list))?;
            let environment = Environment::provision(&env, &cache, &mut progress)?;
            output::result(&render::packages(&list, environment.import_roots()));
            return Ok(ExitCode::SUCCESS);
        }
        EnvCommand::Export { env, out } => {
            let bundle = Environment::export(&env, &out, &mut progress)?;
            output::message(&format!(
                "{} packages are in {}",
                bundle.wheels,
                out.display()
            ));
            return Ok(ExitCode::SUCCESS);
        }
    };
    output::result(&format!("{}", environment.root().display()));
    Ok(ExitCode::SUCCESS)
}

/// An environment, built if it is not there yet.
fn provision(env: &str, events: &unitmill_runner::Events) -> Result<Environment, Failure> {
    let mut progress =
        |progress: EnvironmentProgress| unitmill_runner::report_environment(events, &progress);
    Ok(Environment::provision(
        env,
        &default_cache_root()?,
        &mut progress,
    )?)
}

fn doctor() -> Result<ExitCode, Failure> {
    let program = std::env::current_exe().map_err(|error| Failure {
        exit: Exit::Internal,
        message: format!("this program's own file cannot be found: {error}"),
    })?;
    let diagnosis = diagnose(&program);
    output::result(&render::diagnosis(&diagnosis));
    let everything = diagnosis
        .modes
        .iter()
        .any(|mode| mode.isolation == Isolation::Full && mode.obstacle.is_none());
    if everything {
        Ok(ExitCode::SUCCESS)
    } else {
        Ok(ExitCode::from(Exit::Sandbox as u8))
    }
}

fn schema() -> Result<ExitCode, Failure> {
    let text = serde_json::to_string_pretty(&unitmill_recipe::json_schema())
        .expect("a schema has text keys and finite numbers only");
    output::result(&text);
    Ok(ExitCode::SUCCESS)
}

fn machine(quiet: bool) -> Result<Machine, Failure> {
    Ok(Machine {
        cache: default_cache_root()?,
        events: Progress::listen(quiet),
        halt: Halt::default(),
    })
}

/// So many executions at a time leave a thread that does nothing but attend to them idle for
/// more than half of its time.
const JOBS_PER_THREAD: usize = 8;

fn block_on<F: Future>(future: F) -> Result<F::Output, Failure> {
    block_on_threads(cores(), future)
}

/// With one thread no thread has to wake another, which where every core is busy costs a good
/// part of what there is to do for an execution.
fn block_on_threads<F: Future>(threads: usize, future: F) -> Result<F::Output, Failure> {
    let mut builder = match threads {
        0 | 1 => tokio::runtime::Builder::new_current_thread(),
        _ => tokio::runtime::Builder::new_multi_thread(),
    };
    let runtime = builder
        .worker_threads(threads.max(1))
        .enable_all()
        .build()
        .map_err(|error| Failure {
            exit: Exit::Internal,
            message: format!("cannot start the runtime's threads: {error}"),
        })?;
    Ok(runtime.block_on(future))
}
