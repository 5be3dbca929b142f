//! A stand-in for the sandbox: runs jobs in a plain Python, without isolation, and drives
//! cases with what comes back.
#![allow(dead_code, reason = "each test file uses its own part of this module")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;

use unitmill_agents::{
    Action, Case, CaseSettings, Conclusion, Environment, Event, Prompts, Provider,
};
use unitmill_model::{Backend, Candidate, Digest, Execution, Job, Limits, Origin, Outcome};
use unitmill_python::{
    FunctionKind, FunctionOutcome, FunctionSettings, PackageRequirement, extract_functions,
};

/// The interpreter of the tests: `UNITMILL_TEST_PYTHON`, or `python3`.
pub(crate) fn python() -> String {
    std::env::var("UNITMILL_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned())
}

struct Lane {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

/// Two interpreters with different hash seeds.
pub(crate) struct StandIn {
    lanes: Vec<Lane>,
    pub(crate) environment: Environment,
}

impl StandIn {
    /// Starts both; third-party modules that are missing are left out of the environment.
    pub(crate) fn start(preload: &[&str]) -> Self {
        let environment = environment(preload);
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        let present: Vec<&&str> = preload
            .iter()
            .filter(|name| environment.modules.contains(**name))
            .collect();
        let lanes = (0..2)
            .map(|seed| {
                #[expect(clippy::disallowed_methods, reason = "tests may start processes")]
                let mut child = Command::new(python())
                    .arg(folder.join("tests/run_job.py"))
                    .arg(folder.join("../../sandbox/guest"))
                    .args(&present)
                    .env("PYTHONHASHSEED", (seed + 1).to_string())
                    .env("PYTHONDONTWRITEBYTECODE", "1")
                    .env("OPENBLAS_NUM_THREADS", "1")
                    .env("MPLBACKEND", "Agg")
                    .stdin(Stdio::piped())
                    .stdout(Stdio::piped())
                    .stderr(Stdio::null())
                    .spawn()
                    .expect("python3 is on PATH");
                Lane {
                    input: child.stdin.take().expect("stdin is piped"),
                    output: BufReader::new(child.stdout.take().expect("stdout is piped")),
                    child,
                }
            })
            .collect();
        Self { lanes, environment }
    }

    pub(crate) fn run(&mut self, job: &Job) -> Execution {
        let lane = &mut self.lanes[(job.seed % 2) as usize];
        let text = serde_json::to_string(job).expect("a job serialises");
        writeln!(lane.input, "{text}").expect("the interpreter reads");
        lane.input.flush().expect("the interpreter reads");
        let mut line = String::new();
        lane.output.read_line(&mut line).expect("an outcome");
        let outcome: Outcome = serde_json::from_str(&line).expect("an outcome");
        Execution {
            key: Digest::of(text),
            outcome,
            replayed: false,
        }
    }

    /// Drives a candidate to its end with the offline agents.
    pub(crate) fn mill(&mut self, candidate: Candidate) -> Conclusion {
        let settings = settings(self.environment.clone());
        let mut case = Case::new(candidate, Arc::new(settings));
        let mut queue = case.step(Event::Start);
        loop {
            match queue.pop().expect("a case ends with Finish") {
                Action::Finish(conclusion) => return *conclusion,
                Action::Execute { ticket, job } => {
                    let execution = self.run(&job);
                    queue.extend(case.step(Event::Executed { ticket, execution }));
                }
                Action::Ask { .. } => panic!("the offline agents ask nobody"),
            }
        }
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        for lane in &mut self.lanes {
            lane.child.kill().expect("the interpreter can be ended");
            lane.child.wait().expect("the interpreter ends");
        }
    }
}

/// What the interpreter holds.
fn environment(preload: &[&str]) -> Environment {
    let script = format!(
        "import sys, importlib, json\n\
         modules = sorted(sys.stdlib_module_names)\n\
         versions = {{}}\n\
         for name in {preload:?}:\n\
         \x20   try:\n\
         \x20       module = importlib.import_module(name)\n\
         \x20   except ImportError:\n\
         \x20       continue\n\
         \x20   modules.append(name)\n\
         \x20   versions[name] = getattr(module, '__version__', '0')\n\
         print(json.dumps([modules, versions, list(sys.version_info[:2])]))\n"
    );
    #[expect(clippy::disallowed_methods, reason = "tests may start processes")]
    let output = Command::new(python())
        .args(["-c", &script])
        .output()
        .expect("python3 is on PATH");
    let (modules, versions, python): (BTreeSet<String>, BTreeMap<String, String>, (u8, u8)) =
        serde_json::from_slice(&output.stdout).expect("the interpreter describes itself");
    Environment {
        python,
        modules,
        versions,
    }
}

pub(crate) fn settings(environment: Environment) -> CaseSettings {
    CaseSettings {
        fix_rounds: 3,
        fix_samples: 3,
        keep: 1,
        opinions: 0,
        tests: vec![Provider::Builtin],
        fix: vec![Provider::Builtin],
        refine: vec![Provider::Builtin],
        observed_calls: 200,
        limits: Limits::default(),
        seed: 0,
        backend: Backend::Native,
        isolation: unitmill_model::Isolation::Full,
        env_digest: Digest::of("environment"),
        environment,
        prompts: Prompts::load(&BTreeMap::new()).expect("the embedded prompts are valid"),
    }
}

/// The candidates of a module.
pub(crate) fn candidates(path: &str, source: &str) -> Vec<Candidate> {
    extract(path, source, FunctionSettings::default())
}

/// The candidates of a module, methods among them.
pub(crate) fn methods(path: &str, source: &str) -> Vec<Candidate> {
    let mut settings = FunctionSettings::default();
    settings.kinds.insert(FunctionKind::Method);
    extract(path, source, settings)
}

fn extract(path: &str, source: &str, settings: FunctionSettings) -> Vec<Candidate> {
    let origin = Origin {
        repo: None,
        license: None,
        path: path.to_owned(),
        held_sha256: None,
    };
    let settings = FunctionSettings {
        require: PackageRequirement::None,
        ..settings
    };
    extract_functions(source, &origin, &settings)
        .unwrap_or_else(|failure| panic!("{path}: {failure}"))
        .into_iter()
        .filter_map(|outcome| match outcome {
            FunctionOutcome::Candidate(candidate) => Some(*candidate),
            FunctionOutcome::Rejected { .. } => None,
        })
        .collect()
}
