//! `unitmill replay`: the executions of one candidate again, compared with the journal.
//!
//! The case is driven as it was, with the recorded answers of the models; every execution
//! is done anew and held against what the journal has. The recorded outcome decides how the
//! case goes on, so that one difference does not hide the next.

use std::path::Path;
use std::sync::{Arc, Mutex};

use unitmill_agents::Case;
use unitmill_llm::request_key;
use unitmill_model::{Agent, Digest, Execution, Job, JobKind, Message, Outcome, Reply, Verdict};
use unitmill_sandbox::Sandbox;
use unitmill_shards::JournalReader;

use crate::batch::Working;
use crate::case_settings::case_settings;
use crate::drive::{Performer, drive};
use crate::error::RunError;
use crate::history::{History, find};
use crate::machine::{HASH_SEEDS, Machine};
use crate::run::Run;
use crate::servers::Servers;

/// One execution done again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Replayed {
    /// The execution key.
    pub key: Digest,
    /// What it was for: `verdict`, `observe` or `coverage`.
    pub kind: &'static str,
    /// The verdict that the journal has.
    pub recorded: Verdict,
    /// The verdict now.
    pub now: Verdict,
    /// Whether everything but durations is the same: each test, each observation.
    pub same: bool,
}

/// Executes again what was executed for a candidate.
///
/// # Errors
/// As `unitmill show`; [`RunError::PlanDiffers`] if this machine's environment or sandbox
/// is not the run's; [`RunError::NotRecorded`] for a candidate that is not milled.
pub async fn replay(
    run: &Path,
    id: &str,
    machine: &Machine,
) -> Result<(History, Vec<Replayed>), RunError> {
    let run = Run::open(run)?;
    let history = find(&run, id)?;
    if history.attempts.is_empty() {
        return Ok((history, Vec::new()));
    }
    let environment = machine.environment(&run.plan.recipe.sandbox.env)?;
    let settings = case_settings(&run, &environment)?;
    let sandbox = machine
        .sandbox(environment, 1, HASH_SEEDS, settings.isolation)
        .await?;
    run.check_machine(&sandbox)?;

    let replay = Replay {
        journal: JournalReader::open(&run.directory)?,
        servers: Servers::new(&run.plan.recipe, &run.plan.sources)?,
        sandbox,
        replayed: Mutex::new(Vec::new()),
    };
    let case = Case::new(history.candidate.clone(), Arc::new(settings));
    drive(case, &replay, Working::uncounted()).await?;
    let replayed = replay
        .replayed
        .into_inner()
        .expect("no holder of this lock can panic");
    Ok((history, replayed))
}

struct Replay {
    journal: JournalReader,
    servers: Servers,
    sandbox: Sandbox,
    replayed: Mutex<Vec<Replayed>>,
}

impl Performer for Replay {
    fn working(&self) -> Working {
        Working::uncounted()
    }

    async fn ask(
        &self,
        agent: Agent,
        tier: usize,
        messages: Vec<Message>,
        samples: u32,
    ) -> Result<Vec<Reply>, RunError> {
        let server = self.servers.of(agent, tier);
        let mut replies = Vec::new();
        for sample in 0..samples {
            let key = request_key(&server.request(messages.clone(), sample));
            match self.journal.reply(&key)? {
                Some(reply) => replies.push(reply),
                // The run that was replayed lacked it.
                None if server.is_recorded() => {}
                None => return Err(RunError::NotRecorded { key }),
            }
        }
        Ok(replies)
    }

    async fn execute(&self, job: &Job) -> Result<Execution, RunError> {
        let key = self.sandbox.execution_key(job);
        let recorded = self
            .journal
            .execution(&key)?
            .ok_or(RunError::NotRecorded { key })?;
        let outcome = self.sandbox.run(job).await?;
        self.replayed
            .lock()
            .expect("no holder of this lock can panic")
            .push(Replayed {
                key,
                kind: match job.kind {
                    JobKind::Verdict => "verdict",
                    JobKind::Observe { .. } => "observe",
                    JobKind::Coverage => "coverage",
                },
                recorded: recorded.outcome.verdict,
                now: outcome.verdict,
                same: without_duration(&recorded.outcome) == without_duration(&outcome),
            });
        Ok(recorded)
    }
}

fn without_duration(outcome: &Outcome) -> Outcome {
    Outcome {
        duration_ms: 0,
        ..outcome.clone()
    }
}
