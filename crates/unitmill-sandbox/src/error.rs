//! What can go wrong with the sandbox itself; never with what runs in it.

use std::io;
use std::path::PathBuf;

use thiserror::Error;
use unitmill_jail::PolicyError;

/// A failure of the sandbox. Nothing of it says anything about the pair that was to run.
#[derive(Debug, Error)]
pub enum SandboxError {
    /// The kernel or the container lacks something that a promise of isolation needs.
    #[error(
        "cannot isolate: {missing}\n  what to do: {remedy}\n  `unitmill doctor` shows everything that this machine has and lacks"
    )]
    CannotIsolate {
        /// What failed or is not there.
        missing: String,
        /// What to do about it.
        remedy: String,
    },
    /// The program that becomes the jail could not be started.
    #[error("cannot start the jail program {}: {source}", program.display())]
    Program {
        /// The program.
        program: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The interpreter did not come up inside the jail.
    #[error("the interpreter of environment `{environment}` did not start in the jail: {detail}")]
    Interpreter {
        /// Name of the environment.
        environment: String,
        /// Its last words.
        detail: String,
    },
    /// A run was lost twice through no fault of its own.
    #[error(
        "a run was lost twice without a verdict: {detail}; `dmesg` may say whether the machine ran out of memory"
    )]
    Lost {
        /// What happened the second time.
        detail: String,
    },
    /// A control group could not be made, read or written.
    #[error("control group {}: {source}", path.display())]
    ControlGroup {
        /// Which file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The job cannot be run by anyone.
    #[error("job: {0}")]
    Job(String),
    /// A file of the environment cannot be looked at.
    #[error("environment file {}: {source}", path.display())]
    Environment {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A system call policy does not compile.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// Sockets, pipes or threads could not be had.
    #[error(
        "sandbox plumbing ({step}): {source}; the process may be out of descriptors (`ulimit -n`)"
    )]
    Plumbing {
        /// What was being done.
        step: &'static str,
        /// Why it failed.
        source: io::Error,
    },
    /// More slots than user ids are set aside.
    #[error("jobs: {jobs} is more than the {most} that one process can run; start another process")]
    TooManyJobs {
        /// Asked for.
        jobs: usize,
        /// Possible.
        most: usize,
    },
}

impl SandboxError {
    pub(crate) fn plumbing(step: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Plumbing { step, source }
    }
}
