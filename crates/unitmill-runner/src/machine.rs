//! The machine that a command runs on: where it keeps things, whom it tells, and how it
//! comes by an environment and a sandbox.

use std::path::PathBuf;

use unitmill_model::Isolation;
use unitmill_sandbox::{Environment, EnvironmentProgress, Sandbox, SandboxSettings};

use crate::error::RunError;
use crate::event::{Event, Events};
use crate::halt::Halt;

/// Hash seeds of a run: a second one shows results that hang on the order of a set.
pub(crate) const HASH_SEEDS: u32 = 2;

/// What the command line knows about the machine and the runner needs.
#[derive(Clone)]
pub struct Machine {
    /// Where environments are kept.
    pub cache: PathBuf,
    /// Who is told.
    pub events: Events,
    /// How a stop is asked for.
    pub halt: Halt,
}

impl Machine {
    /// Provisions an environment.
    pub(crate) fn environment(&self, choice: &str) -> Result<Environment, RunError> {
        let mut progress =
            |progress: EnvironmentProgress| report_environment(&self.events, &progress);
        Ok(Environment::provision(choice, &self.cache, &mut progress)?)
    }

    /// Opens a sandbox for so many jobs at once, with so many hash seeds and exactly this
    /// isolation.
    pub(crate) async fn sandbox(
        &self,
        environment: Environment,
        jobs: usize,
        hash_seeds: u32,
        isolation: Isolation,
    ) -> Result<Sandbox, RunError> {
        self.events.send(Event::Preparing {
            what: "sandbox".to_owned(),
            done: 0,
            total: 0,
        });
        let settings = SandboxSettings {
            jobs,
            hash_seeds,
            isolation,
            // Five heavy packages in the combinations that corpora have, twice.
            zygotes: 16,
            ..SandboxSettings::new(environment)
        };
        Ok(Sandbox::open(settings).await?)
    }
}

/// Tells how the building of an environment goes on.
pub fn report_environment(events: &Events, progress: &EnvironmentProgress) {
    let (what, done, total) = match progress {
        EnvironmentProgress::Waiting => (
            "environment: another process builds the same one".to_owned(),
            0,
            0,
        ),
        EnvironmentProgress::Creating { name, python } => (
            format!("environment {name} from {}", python.display()),
            0,
            0,
        ),
        EnvironmentProgress::Fetching {
            package,
            number,
            total,
        } => (format!("environment: {package}"), *number, *total),
        EnvironmentProgress::Installing { total } => {
            (format!("environment: installing {total} packages"), 0, 0)
        }
        EnvironmentProgress::Compiling => ("environment: compiling byte code".to_owned(), 0, 0),
        EnvironmentProgress::Packing => ("environment: packing the bundle".to_owned(), 0, 0),
    };
    events.send(Event::Preparing { what, done, total });
}
