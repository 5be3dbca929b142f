//! Finding the interpreter that environments are built with.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use unitmill_model::{Digest, DigestBuilder};

use super::lock::Lock;
use super::process::{describe, python, run};
use super::{EnvironmentError, PYTHON_VARIABLE};

/// The oldest and the newest Python that the bundled locks serve.
pub(super) const OLDEST: &str = "3.10";
pub(super) const NEWEST: &str = "3.14";
const OLDEST_MINOR: u8 = 10;
const NEWEST_MINOR: u8 = 14;

const PROBE: &str = include_str!("../../../../sandbox/environments/probe.py");

/// An interpreter, as its own answers describe it.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub(super) struct Interpreter {
    pub(super) implementation: String,
    pub(super) version: [u8; 3],
    pub(super) release: String,
    pub(super) platform: String,
    pub(super) abi: String,
    /// The base interpreter, wherever `python3` on the path led: a version manager's shim, a
    /// link, an active virtual environment.
    pub(super) base_executable: PathBuf,
    pub(super) base_prefix: PathBuf,
}

impl Interpreter {
    /// `$UNITMILL_PYTHON` and nothing else if it is set; otherwise `python3` if it fits,
    /// otherwise the newest of `python3.14` to `python3.10`.
    pub(super) fn find() -> Result<Self, EnvironmentError> {
        Self::find_among(std::env::var_os(PYTHON_VARIABLE))
    }

    pub(super) fn find_among(chosen: Option<OsString>) -> Result<Self, EnvironmentError> {
        if let Some(chosen) = chosen.filter(|chosen| !chosen.is_empty()) {
            let path = PathBuf::from(chosen);
            return Self::examine(&path).map_err(|problem| EnvironmentError::UnusableInterpreter {
                problem: format!("{problem} ({PYTHON_VARIABLE} names it)"),
                python: path,
            });
        }
        let versioned = (OLDEST_MINOR..=NEWEST_MINOR)
            .rev()
            .map(|minor| format!("python3.{minor}"));
        let mut looked_at = Vec::new();
        for name in std::iter::once("python3".to_owned()).chain(versioned) {
            match Self::examine(Path::new(&name)) {
                Ok(found) if found.version[1] > NEWEST_MINOR => {
                    looked_at.push(format!("{name}: {} is too new", found.version_text()));
                }
                Ok(found) => return Ok(found),
                Err(problem) => looked_at.push(format!("{name}: {problem}")),
            }
        }
        Err(EnvironmentError::NoInterpreter { looked_at })
    }

    /// What a program answers, or in a few words why it cannot be used.
    fn examine(program: &Path) -> Result<Self, String> {
        let mut command = python(program);
        command.args(["-c", PROBE, "interpreter"]);
        let finished = run(command, None, |_| ()).map_err(|error| describe(&error))?;
        if !finished.status.success() {
            let last = finished.tail.lines().last().unwrap_or("").trim();
            return Err(format!("{}: {last}", finished.status));
        }
        let found: Self = serde_json::from_str(&finished.stdout)
            .map_err(|error| format!("no Python: it answers {:?} ({error})", finished.stdout))?;
        check_supported(&found.implementation, found.version)?;
        Ok(found)
    }

    pub(super) fn version_text(&self) -> String {
        let [major, minor, micro] = self.version;
        match self.release.as_str() {
            "final" => format!("{major}.{minor}.{micro}"),
            release => format!("{major}.{minor}.{micro} {release}"),
        }
    }

    pub(super) fn minor_version(&self) -> String {
        format!("{}.{}", self.version[0], self.version[1])
    }

    /// The digest of an environment: what a lock, an interpreter and a platform make.
    pub(super) fn digest_with(&self, lock: &Lock) -> Digest {
        DigestBuilder::new("environment of a lock")
            .push(lock.canonical())
            .push(&self.implementation)
            .push(self.version)
            .push(&self.release)
            .push(&self.platform)
            .push(&self.abi)
            .finish()
    }
}

pub(super) fn check_supported(implementation: &str, version: [u8; 3]) -> Result<(), String> {
    let [major, minor, micro] = version;
    if implementation != "cpython" {
        return Err(format!(
            "{implementation} {major}.{minor}.{micro}, and only CPython will do"
        ));
    }
    if major != 3 || minor < OLDEST_MINOR {
        return Err(format!(
            "Python {major}.{minor}.{micro} is older than {OLDEST}"
        ));
    }
    Ok(())
}

/// Asks an interpreter one of the questions of `sandbox/environments/probe.py`.
pub(super) fn ask<T: DeserializeOwned>(
    interpreter: &Path,
    question: &'static str,
    input: Option<&[u8]>,
) -> Result<T, EnvironmentError> {
    let mut command = python(interpreter);
    command.args(["-c", PROBE, question]);
    let finished = run(command, input, |_| ())
        .map_err(|source| EnvironmentError::io("start", interpreter, source))?;
    let failed = |output| EnvironmentError::PythonFailed {
        python: interpreter.to_owned(),
        action: "describe itself",
        output,
    };
    if !finished.status.success() {
        return Err(failed(finished.tail));
    }
    serde_json::from_str(&finished.stdout)
        .map_err(|error| failed(format!("    unexpected answer: {error}")))
}
