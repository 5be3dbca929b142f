//! Environments, the zygote pool, jobs and outcomes.
//!
//! This crate runs untrusted Python and says what came of it. It never knows agents,
//! candidates or recipes, and it never lets a failure of its own pass for a verdict.

mod cgroup;
mod channel;
mod diagnose;
mod environment;
mod error;
mod foresight;
mod guest;
mod layout;
mod native;
mod nursery;
mod profile;
mod run;
mod scrub;
mod turns;
mod verdict;
mod walls;
mod wire;
mod workshop;
mod zygote;

use std::path::PathBuf;

use unitmill_model::{Backend, Digest, Isolation, Job, Outcome};

#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub use channel::fuzzing;

pub use diagnose::{Diagnosis, Feature, Mode, Obstacle, diagnose};
pub use environment::{
    CACHE_VARIABLE, Environment, EnvironmentError, EnvironmentProgress, ExportedBundle,
    PYTHON_VARIABLE, bundled_environments, default_cache_root,
};
pub use error::SandboxError;

/// How a sandbox is to be set up.
#[derive(Clone, Debug)]
pub struct SandboxSettings {
    /// The Python environment that jobs run in.
    pub environment: Environment,
    /// How many runs at once, at least one.
    pub jobs: usize,
    /// How many hash seeds are used: a job's is its `seed` modulo this. Each keeps
    /// interpreters of its own.
    pub hash_seeds: u32,
    /// How many interpreters are kept at once; the least recently used makes room.
    pub zygotes: usize,
    /// What stands between runs and the machine: exactly this, or nothing runs.
    pub isolation: Isolation,
    /// The program to start as a jail: one whose `main` calls
    /// `unitmill_jail::main_if_jail` first. None: this process's own program.
    pub jail_program: Option<PathBuf>,
}

impl SandboxSettings {
    /// One run at a time, one hash seed, up to six interpreters, full isolation, this
    /// program as the jail.
    pub fn new(environment: Environment) -> Self {
        Self {
            environment,
            jobs: 1,
            hash_seeds: 1,
            zygotes: 6,
            isolation: Isolation::Full,
            jail_program: None,
        }
    }
}

/// Runs jobs, each in an isolated interpreter of its own.
///
/// May be shared freely; [`Sandbox::run`] waits for a free slot. Dropping it without
/// [`Sandbox::close`] ends every process as well, but leaves the control groups to the
/// janitor process, which removes them a moment later.
pub struct Sandbox {
    native: native::Native,
}

impl Sandbox {
    /// Checks what the machine can isolate and starts the first interpreter.
    ///
    /// # Errors
    /// [`SandboxError::CannotIsolate`] where the machine lacks what the mode of isolation
    /// needs; no weaker one is ever taken instead.
    pub async fn open(settings: SandboxSettings) -> Result<Self, SandboxError> {
        Ok(Self {
            native: native::Native::open(settings).await?,
        })
    }

    /// What was used to isolate, in a line for a person.
    pub fn mode(&self) -> String {
        self.native.mode()
    }

    /// What stands between runs and the machine, for the rows.
    pub fn isolation(&self) -> Isolation {
        self.native.isolation()
    }

    /// The backend, for the rows.
    pub fn backend(&self) -> Backend {
        Backend::Native
    }

    /// Everything that an outcome depends on besides the job, as one digest: environment,
    /// harness, system call policies, backend. Two machines with the same digest may share
    /// a run.
    pub fn digest(&self) -> Digest {
        self.native.digest()
    }

    /// Everything that an outcome depends on, as one digest: the job, the environment, the
    /// harness, the system call policies, the backend. Not `packages`, which only choose
    /// the interpreter to fork from.
    pub fn execution_key(&self, job: &Job) -> Digest {
        self.native.execution_key(job)
    }

    /// Runs a job. A wall time-out is repeated once with no other run at the same time
    /// before it is a verdict; a run that was lost is tried again once.
    ///
    /// # Errors
    /// A failure of the sandbox itself; says nothing about the job's code.
    pub async fn run(&self, job: &Job) -> Result<Outcome, SandboxError> {
        self.native.run(job).await
    }

    /// Ends all interpreters and removes the control groups.
    ///
    /// # Errors
    /// If something could not be removed.
    pub async fn close(self) -> Result<(), SandboxError> {
        self.native.close().await
    }
}
