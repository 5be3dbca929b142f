//! What the sandbox's tests share: an environment, a sandbox, jobs made of two texts.

#![allow(
    clippy::disallowed_methods,
    dead_code,
    unreachable_pub,
    reason = "tests start processes, and no test uses all of this"
)]

pub mod host;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use unitmill_model::{Digest, JOB_VERSION, Job, JobFile, JobKind, Limits, Outcome, TestOrder};
use unitmill_sandbox::{Environment, Sandbox, SandboxError, SandboxSettings};

/// A virtual environment without any package.
pub fn bare_environment() -> Environment {
    static ROOT: OnceLock<PathBuf> = OnceLock::new();
    let root = ROOT.get_or_init(|| {
        let python = std::env::var("UNITMILL_TEST_PYTHON").unwrap_or_else(|_| "python3".into());
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let root = folder.join(format!("bare-venv-{}", Digest::of(&python).short()));
        if !root.join("pyvenv.cfg").exists() {
            // Made aside: another test program may be doing the same.
            let aside = folder.join(format!("bare-venv-{}", std::process::id()));
            let made = Command::new(python)
                .args(["-m", "venv", "--without-pip"])
                .arg(&aside)
                .status()
                .expect("python3 starts");
            assert!(made.success());
            if std::fs::rename(&aside, &root).is_err() {
                std::fs::remove_dir_all(&aside).expect("what was made can be removed");
            }
        }
        root
    });
    environment_at(root)
}

pub fn environment_at(root: &Path) -> Environment {
    let name = root.to_str().expect("a path of this project is UTF-8");
    Environment::provision(name, Path::new(env!("CARGO_TARGET_TMPDIR")), &mut |_| {})
        .expect("an existing environment is taken as it is")
}

/// A sandbox, or none (said aloud) where the machine cannot isolate.
pub async fn open(environment: Environment, jobs: usize) -> Option<Sandbox> {
    let settings = SandboxSettings {
        jobs,
        jail_program: Some(PathBuf::from(env!("CARGO_BIN_EXE_unitmill-jail"))),
        ..SandboxSettings::new(environment)
    };
    match Sandbox::open(settings).await {
        Ok(sandbox) => Some(sandbox),
        Err(error @ SandboxError::CannotIsolate { .. }) => {
            assert!(
                std::env::var_os("UNITMILL_REQUIRE_ISOLATION").is_none(),
                "{error}"
            );
            #[expect(clippy::print_stderr, reason = "a skipped test says so")]
            {
                eprintln!("SKIPPED: {error}");
            }
            None
        }
        Err(error) => panic!("{error}"),
    }
}

/// Code and tests as one module, with limits that keep a test suite short.
pub fn pair(code: &str, tests: &str) -> Job {
    module(&format!("{code}\n\n{tests}"), &expected_tests(tests))
}

pub fn module(source: &str, expected: &[String]) -> Job {
    Job {
        version: JOB_VERSION,
        files: vec![JobFile {
            name: "solution.py".to_owned(),
            content: source.to_owned(),
        }],
        entry: "solution".to_owned(),
        expected_tests: expected.to_vec(),
        kind: JobKind::Verdict,
        packages: Vec::new(),
        limits: Limits {
            wall_ms: 3_000,
            cpu_ms: 2_000,
            memory_bytes: 256 << 20,
            ..Limits::default()
        },
        seed: 0,
        order: TestOrder::AsLoaded,
    }
}

/// `Class.method` of plainly written classes, by indentation.
pub fn expected_tests(source: &str) -> Vec<String> {
    let mut class = None;
    let mut expected = Vec::new();
    for line in source.lines() {
        if let Some(rest) = line.strip_prefix("class ") {
            let name: String = rest
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            class = rest.contains("TestCase").then_some(name);
        } else if let (Some(class), Some(rest)) = (
            &class,
            line.strip_prefix("    def ")
                .or_else(|| line.strip_prefix("    async def ")),
        ) && rest.starts_with("test")
        {
            let name: String = rest.chars().take_while(|c| *c != '(').collect();
            expected.push(format!("{class}.{name}"));
        }
    }
    expected
}

/// An outcome without what differs from one run to the next.
pub fn timeless(mut outcome: Outcome) -> Outcome {
    outcome.duration_ms = 0;
    outcome
}

/// The virtual environment that `UNITMILL_TEST_ENVIRONMENT` names, with numpy, pandas,
/// scipy, scikit-learn and matplotlib in it; or none, said aloud.
pub fn scientific_environment() -> Option<Environment> {
    match std::env::var_os("UNITMILL_TEST_ENVIRONMENT") {
        Some(root) => Some(environment_at(Path::new(&root))),
        None => {
            #[expect(clippy::print_stderr, reason = "a skipped test says so")]
            {
                eprintln!("SKIPPED: set UNITMILL_TEST_ENVIRONMENT to an environment with numpy");
            }
            None
        }
    }
}
