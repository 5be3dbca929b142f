//! What can go wrong with an environment, and what to do about it.

use std::io;
use std::path::{Path, PathBuf};

/// An environment could not be found, built, exported or imported.
#[derive(Debug, thiserror::Error)]
pub enum EnvironmentError {
    /// The choice is neither a bundled lock nor a path.
    #[error(
        "unknown environment `{choice}`; give one of {}, the path of a hash-locked requirements \
         file (`./{choice}.txt`), or the path of a virtual environment",
        bundled()
    )]
    UnknownChoice {
        /// What was asked for.
        choice: String,
    },
    /// A folder that is no virtual environment.
    #[error(
        "{} is a folder without pyvenv.cfg, so it is no virtual environment; make one with \
         `python3 -m venv {}`", path.display(), path.display()
    )]
    NotAnEnvironment {
        /// The folder.
        path: PathBuf,
    },
    /// A virtual environment that was made by somebody else cannot travel.
    #[error(
        "{} is a virtual environment, and only locks can be exported; write its packages down \
         with hashes (`uv pip compile --generate-hashes`) and export that file", root.display()
    )]
    NotExportable {
        /// The virtual environment.
        root: PathBuf,
    },
    /// A line of a lock that cannot be used.
    #[error("{lock}, line {line}: {problem}")]
    InvalidLock {
        /// The lock's name or path.
        lock: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        problem: String,
    },
    /// No interpreter fits.
    #[error(
        "no usable Python found; needed is CPython {} to {} with the venv module. Looked at: {}. \
         Install one (Debian, Ubuntu: `apt install python3-venv`) or set {} to an interpreter",
        super::interpreter::OLDEST, super::interpreter::NEWEST, looked_at.join("; "),
        super::PYTHON_VARIABLE
    )]
    NoInterpreter {
        /// Every place and what was found there.
        looked_at: Vec<String>,
    },
    /// The interpreter that was asked for is unusable.
    #[error("the Python at {} cannot be used: {problem}", python.display())]
    UnusableInterpreter {
        /// The interpreter.
        python: PathBuf,
        /// Why.
        problem: String,
    },
    /// No variable says where a cache could be.
    #[error("no place for environments: set UNITMILL_CACHE to a folder (HOME is not set either)")]
    NoCacheFolder,
    /// `python -m venv` failed.
    #[error(
        "`{} -m venv` failed:\n{output}\nOn Debian and Ubuntu the module is in a package of its \
         own: `apt install python3-venv`; or set UNITMILL_PYTHON to another interpreter",
        python.display()
    )]
    VenvFailed {
        /// The interpreter.
        python: PathBuf,
        /// The end of its output.
        output: String,
    },
    /// pip failed.
    #[error(
        "pip could not {action} the packages of environment `{name}`:\n{output}\nWithout a \
         network: `unitmill env export {name}` on a machine that has one, `unitmill env import` \
         here; behind a mirror or a proxy: set PIP_INDEX_URL, PIP_PROXY or PIP_CERT"
    )]
    PipFailed {
        /// The environment.
        name: String,
        /// What pip was to do.
        action: &'static str,
        /// The end of its output.
        output: String,
    },
    /// Another Python call failed.
    #[error("{} failed to {action}:\n{output}", python.display())]
    PythonFailed {
        /// The interpreter.
        python: PathBuf,
        /// What it was to do.
        action: &'static str,
        /// The end of its output.
        output: String,
    },
    /// A bundle that is damaged, or that `unitmill env export` did not write.
    #[error("{} is not a usable bundle: {problem}; write it again with `unitmill env export`", bundle.display())]
    InvalidBundle {
        /// The bundle.
        bundle: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// A bundle for another interpreter or platform.
    #[error(
        "{} was made for CPython {} on {}, and the Python here is {} on {}; set UNITMILL_PYTHON \
         to a fitting interpreter or export from a machine like this one",
        bundle.display(), wanted.0, wanted.1, found.0, found.1
    )]
    ForeignBundle {
        /// The bundle.
        bundle: PathBuf,
        /// Version and ABI that it was made for.
        wanted: (String, String),
        /// Version and ABI found here.
        found: (String, String),
    },
    /// A file could not be read or written.
    #[error("could not {action} {}: {source}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// On which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl EnvironmentError {
    pub(super) fn io(action: &'static str, path: &Path, source: io::Error) -> Self {
        Self::Io {
            action,
            path: path.to_owned(),
            source,
        }
    }
}

fn bundled() -> String {
    let names: Vec<_> = super::bundled_environments()
        .map(|name| format!("`{name}`"))
        .collect();
    names.join(", ")
}
