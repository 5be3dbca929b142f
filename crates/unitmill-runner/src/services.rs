//! Model calls and executions, each written down before it is used.
//!
//! Looks into the journal first: what was answered or executed before is read, not asked
//! or run again. A failure of a server or of the sandbox asks the whole run to halt, so
//! that nothing new begins while what is in flight is still written down.

use std::sync::Arc;

use futures::future::join_all;
use tokio::sync::oneshot;
use unitmill_llm::request_key;
use unitmill_model::{
    Agent, Digest, Execution, FinishReason, Job, Message, ModelAnswer, ModelRequest, Reply,
};
use unitmill_sandbox::Sandbox;
use unitmill_shards::{Journal, ShardsError};

use crate::drive::Performer;
use crate::error::RunError;
use crate::event::{Event, Events};
use crate::halt::Halt;
use crate::servers::{AgentServer, Servers};

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
        let asked = (0..samples)
            .map(|sample| self.ask_once(agent, server, server.request(messages.clone(), sample)));
        join_all(asked).await.into_iter().collect()
    }
}

impl TaskServices {
    async fn ask_once(
        &self,
        agent: Agent,
        server: &AgentServer,
        request: ModelRequest,
    ) -> Result<Reply, RunError> {
        let key = request_key(&request);
        let reply = match self.journal.reply(&key)? {
            Some(reply) => reply,
            None => {
                self.check_halt()?;
                let reply = match server.client.ask(&request).await {
                    Ok(reply) => reply,
                    // A prompt that is too long, say. The server goes on answering others,
                    // and this candidate comes to its end like one whose answer was empty.
                    Err(error) if error.concerns_request_only() => {
                        self.events()
                            .send(Event::Warning(format!("the {agent} agent: {error}")));
                        no_answer(key, request.model)
                    }
                    Err(source) => {
                        return Err(self.shared.halt.fail(RunError::Model { agent, source }));
                    }
                };
                let (done, recorded) = oneshot::channel();
                self.journal
                    .record_reply_then(reply, move |result| drop(done.send(result)));
                written(recorded).await?
            }
        };
        self.shared.events.send(Event::Answered {
            prompt_tokens: reply.answer.prompt_tokens,
            completion_tokens: reply.answer.completion_tokens,
            replayed: reply.replayed,
        });
        Ok(reply)
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
fn no_answer(key: Digest, model: String) -> Reply {
    Reply {
        key,
        model,
        answer: ModelAnswer {
            text: String::new(),
            finish_reason: FinishReason::Other,
            prompt_tokens: 0,
            completion_tokens: 0,
        },
        resent: 0,
        failures: Vec::new(),
        duration_ms: 0,
        replayed: false,
    }
}
