//! Model calls and executions, each written down before it is used.
//!
//! Looks into the journal first: what was answered or executed before is read, not asked
//! or run again. A failure of a server or of the sandbox asks the whole run to halt, so
//! that nothing new begins while what is in flight is still written down.

use std::sync::Arc;

use tokio::sync::oneshot;
use unitmill_llm::{LlmError, request_key};
use unitmill_model::{
    Agent, Execution, FinishReason, Job, Message, ModelAnswer, ModelRequest, Reply,
};
use unitmill_sandbox::Sandbox;
use unitmill_shards::{Journal, ShardsError};

use crate::drive::Performer;
use crate::error::RunError;
use crate::event::{Event, Events};
use crate::halt::Halt;
use crate::servers::Servers;

/// What the cases of a run share.
pub(crate) struct Services {
    pub(crate) sandbox: Sandbox,
    pub(crate) servers: Servers,
    pub(crate) events: Events,
    pub(crate) halt: Halt,
}

/// The services of one task, with its journal.
pub(crate) struct TaskServices {
    shared: Arc<Services>,
    journal: Journal,
}

impl TaskServices {
    pub(crate) fn new(shared: Arc<Services>, journal: Journal) -> Self {
        Self { shared, journal }
    }

    /// Where events go.
    pub(crate) fn events(&self) -> &Events {
        &self.shared.events
    }
}

impl Performer for TaskServices {
    /// Executes a job, or reads what came of it before.
    async fn execute(&self, job: &Job) -> Result<Execution, RunError> {
        let key = self.shared.sandbox.execution_key(job);
        let execution = match self.journal.execution(&key)? {
            Some(execution) => execution,
            None => {
                self.check_halt()?;
                let ran = self.shared.sandbox.run(job).await;
                let outcome = ran.map_err(|error| self.shared.halt.fail(error))?;
                let (done, recorded) = oneshot::channel();
                self.journal.record_execution_then(
                    Execution {
                        key,
                        outcome,
                        replayed: false,
                    },
                    move |result| {
                        // The receiver is gone only when the run is being dropped.
                        drop(done.send(result));
                    },
                );
                written(recorded).await?
            }
        };
        self.shared.events.send(Event::Executed {
            replayed: execution.replayed,
        });
        Ok(execution)
    }

    /// Asks an agent's model for `samples` answers, or reads those given before; in sample
    /// order. All of them are waited for, whatever becomes of one, for all are paid for.
    async fn ask(
        &self,
        agent: Agent,
        messages: Vec<Message>,
        samples: u32,
    ) -> Result<Vec<Reply>, RunError> {
        let server = self.shared.servers.of(agent);
        let mut replies = Vec::new();
        let mut missing = Vec::new();
        for sample in 0..samples {
            let request = server.request(messages.clone(), sample);
            let reply = self.journal.reply(&request_key(&request))?;
            match &reply {
                Some(reply) => self.tell(reply),
                None => missing.push(request),
            }
            replies.push(reply);
        }
        if !missing.is_empty() {
            self.check_halt()?;
            let missing = &missing;
            let asked = server.client.ask_samples(missing, |index, answer| {
                let request = &missing[index];
                async move { self.record(agent, request, answer).await }
            });
            let failed = |source| self.shared.halt.fail(RunError::Model { agent, source });
            let mut answered = asked.await.map_err(failed)?.into_iter();
            for reply in replies.iter_mut().filter(|reply| reply.is_none()) {
                *reply = answered.next().transpose()?;
            }
        }
        Ok(replies.into_iter().flatten().collect())
    }
}

impl TaskServices {
    /// Writes an answer down and gives back the one that counts.
    async fn record(
        &self,
        agent: Agent,
        request: &ModelRequest,
        answer: Result<Reply, LlmError>,
    ) -> Result<Reply, RunError> {
        let reply = match answer {
            Ok(reply) => reply,
            // A prompt that is too long, say. The server goes on answering others, and this
            // candidate comes to its end like one whose answer was empty.
            Err(error) if error.concerns_request_only() => {
                self.events()
                    .send(Event::Warning(format!("the {agent} agent: {error}")));
                no_answer(request, &error)
            }
            Err(source) => return Err(self.shared.halt.fail(RunError::Model { agent, source })),
        };
        let (done, recorded) = oneshot::channel();
        self.journal
            .record_reply_then(reply, move |result| drop(done.send(result)));
        let reply = written(recorded).await?;
        self.tell(&reply);
        Ok(reply)
    }

    fn tell(&self, reply: &Reply) {
        self.shared.events.send(Event::Answered {
            prompt_tokens: reply.answer.prompt_tokens,
            completion_tokens: reply.answer.completion_tokens,
            replayed: reply.replayed,
        });
    }

    fn check_halt(&self) -> Result<(), RunError> {
        if self.shared.halt.is_requested() {
            Err(RunError::Halted)
        } else {
            Ok(())
        }
    }
}

/// What the journal's writer says of a record.
async fn written<T>(recorded: oneshot::Receiver<Result<T, ShardsError>>) -> Result<T, RunError> {
    let result = recorded
        .await
        .expect("the journal answers for every record that it takes");
    Ok(result?)
}

/// What stands for the answer to a request that the server refuses.
fn no_answer(request: &ModelRequest, error: &LlmError) -> Reply {
    Reply {
        key: request_key(request),
        model: request.model.clone(),
        answer: ModelAnswer {
            text: String::new(),
            finish_reason: FinishReason::Other,
            prompt_tokens: 0,
            completion_tokens: 0,
        },
        resent: 0,
        failures: vec![error.to_string()],
        duration_ms: 0,
        replayed: false,
    }
}
