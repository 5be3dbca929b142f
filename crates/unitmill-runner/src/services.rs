//! Model calls and executions, each written down before it is used.
//!
//! Looks into the journal first: what was answered or executed before is read, not asked
//! or run again. A failure of a server or of the sandbox asks the whole run to halt, so
//! that nothing new begins while what is in flight is still written down.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use futures::future::{join_all, try_join_all};
use tokio::sync::oneshot;
use unitmill_llm::{LlmError, request_key};
use unitmill_model::{
    Agent, Digest, Execution, FinishReason, Job, Message, ModelAnswer, ModelRequest, Reply,
};
use unitmill_sandbox::Sandbox;
use unitmill_shards::{Journal, JournalReader, ShardsError};

use crate::batch::{BatchServer, Gauge, Waves, Working};
use crate::budget::{Budget, Reservation, asked};
use crate::drive::Performer;
use crate::error::RunError;
use crate::event::{Event, Events};
use crate::halt::Halt;
use crate::servers::Servers;
use crate::sources::Archives;
use crate::tally::Milled;

/// What the cases of a run share.
pub(crate) struct Services {
    pub(crate) sandbox: Sandbox,
    pub(crate) servers: Servers,
    pub(crate) archives: Archives,
    pub(crate) gauge: Gauge,
    pub(crate) waves: Waves,
    pub(crate) events: Events,
    pub(crate) halt: Halt,
    pub(crate) budget: Arc<Budget>,
    /// Candidates that came to their end in this process.
    pub(crate) delivered: AtomicU64,
    /// What candidates came to in parts that were milled before.
    pub(crate) milled_before: Milled,
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

    /// What the task's journal holds.
    pub(crate) fn journal(&self) -> &JournalReader {
        self.journal.reader()
    }

    /// A candidate came to its end.
    pub(crate) fn delivered(&self) {
        self.shared.delivered.fetch_add(1, Ordering::Relaxed);
    }

    /// Where events go.
    pub(crate) fn events(&self) -> &Events {
        &self.shared.events
    }
}

impl Performer for TaskServices {
    fn working(&self) -> Working {
        self.shared.gauge.working()
    }

    /// Executes a job, or reads what came of it before.
    async fn execute(&self, job: &Job) -> Result<Execution, RunError> {
        let key = self.shared.sandbox.execution_key(job);
        let execution = match self.journal.execution(&key)? {
            Some(execution) => execution,
            None => {
                let execution = match self.shared.archives.execution(&key)? {
                    Some(execution) => execution,
                    None => {
                        self.check_halt()?;
                        let _busy = self.shared.halt.executing();
                        let ran = self.shared.sandbox.run(job).await;
                        Execution {
                            key,
                            outcome: ran.map_err(|error| self.shared.halt.fail(error))?,
                            replayed: false,
                        }
                    }
                };
                let (done, recorded) = oneshot::channel();
                self.journal
                    .record_execution_then(execution, move |result| {
                        // The receiver is gone only when the run is being dropped.
                        drop(done.send(result));
                    });
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
        tier: usize,
        messages: Vec<Message>,
        samples: u32,
    ) -> Result<Vec<Reply>, RunError> {
        let server = self.shared.servers.of(agent, tier);
        let mut replies = Vec::new();
        let mut missing = Vec::new();
        for sample in 0..samples {
            let request = server.request(messages.clone(), sample);
            let reply = self.recorded_reply(&request_key(&request)).await?;
            match &reply {
                Some(reply) => self.tell(reply),
                None => missing.push(request),
            }
            replies.push(reply);
        }
        if !missing.is_empty() && !server.is_recorded() {
            self.check_halt()?;
            // Neither what waits for a wave nor what waits for the budget holds waves up.
            let pause = server.batch().map(|_| self.shared.gauge.pause());
            let missing = &missing;
            let paid = &self.pay_ahead(agent, missing).await?;
            let busy = self.shared.halt.asking(missing.len());
            let answered = match server.batch() {
                Some(batch) => {
                    let asked = missing.iter().enumerate().map(|(index, request)| {
                        self.ask_in_wave(agent, batch, request, paid.take(index))
                    });
                    Ok(join_all(asked).await)
                }
                None => {
                    let asked = server.ask_samples(missing, |first, answers| {
                        let answers = answers
                            .into_iter()
                            .zip(first..)
                            .map(|(answer, index)| (&missing[index], paid.take(index), answer))
                            .collect();
                        self.record(agent, answers)
                    });
                    asked.await
                }
            };
            drop((busy, pause));
            if let Err(error) = &answered {
                for (index, request) in missing.iter().enumerate() {
                    if let Some(paid) = paid.take(index) {
                        self.give_back(request, paid, error);
                    }
                }
            }
            let failed = |source| self.shared.halt.fail(RunError::Model { agent, source });
            let mut answered = answered.map_err(failed)?.into_iter();
            for reply in replies.iter_mut().filter(|reply| reply.is_none()) {
                *reply = answered.next().transpose()?;
            }
        }
        Ok(replies.into_iter().flatten().collect())
    }
}

impl TaskServices {
    /// An answer that was given before, here or in another run. Whatever comes from another
    /// run is written down here too, so that this one can be resumed and shown without it.
    async fn recorded_reply(&self, key: &Digest) -> Result<Option<Reply>, RunError> {
        if let Some(reply) = self.journal.reply(key)? {
            return Ok(Some(reply));
        }
        let Some(reply) = self.shared.archives.reply(key)? else {
            return Ok(None);
        };
        let (done, recorded) = oneshot::channel();
        self.journal
            .record_reply_then(reply, move |result| drop(done.send(result)));
        let reply = written(recorded).await?;
        Ok(Some(Reply {
            replayed: true,
            ..reply
        }))
    }

    /// Sets aside what requests can cost, and writes down that they are about to be sent.
    async fn pay_ahead(
        &self,
        agent: Agent,
        requests: &[ModelRequest],
    ) -> Result<PaidAhead, RunError> {
        let shared = &self.shared;
        let asked = requests.iter().map(|request| asked(agent, request));
        let reservations = shared.budget.set_aside(asked.collect(), &shared.halt).await;
        let reservations = reservations.map_err(|error| match error {
            RunError::Halted => RunError::Halted,
            error => shared.halt.fail(error),
        })?;
        let noted = requests.iter().zip(&reservations).map(|(request, paid)| {
            let (done, recorded) = oneshot::channel();
            let key = request_key(request);
            self.journal
                .record_asked_then(key, paid.asked(), move |result| drop(done.send(result)));
            written(recorded)
        });
        try_join_all(noted).await?;
        Ok(PaidAhead(
            reservations
                .into_iter()
                .map(|paid| Mutex::new(Some(paid)))
                .collect(),
        ))
    }

    /// A request has no answer. Where the server says so, nothing is paid for it.
    fn give_back(&self, request: &ModelRequest, paid: Reservation, error: &LlmError) {
        if error.lost_answers() == 0 {
            self.journal.record_refused(request_key(request));
            paid.release();
        }
    }

    /// Waits until a wave has brought the answer to a request, and writes it down.
    async fn ask_in_wave(
        &self,
        agent: Agent,
        batch: &BatchServer,
        request: &ModelRequest,
        paid: Option<Reservation>,
    ) -> Result<Reply, RunError> {
        // The other end is let go where the run halts.
        let answer = self.shared.waves.ask(batch, request).await;
        let delivered = match answer.map_err(|_| RunError::Halted)? {
            Ok(delivered) => delivered,
            Err(error) => return self.record_one(agent, request, paid, Err(error)).await,
        };
        let reply = self
            .record_one(agent, request, paid, Ok(delivered.reply))
            .await?;
        delivered.on_disk.recorded();
        drop(delivered.working);
        Ok(reply)
    }

    /// Writes the answer to one request down.
    async fn record_one(
        &self,
        agent: Agent,
        request: &ModelRequest,
        paid: Option<Reservation>,
        answer: Result<Reply, LlmError>,
    ) -> Result<Reply, RunError> {
        let answers = vec![(request, paid, answer)];
        let mut recorded = self.record(agent, answers).await;
        recorded.pop().expect("each answer comes to something")
    }

    /// Settles the answers that came together, and writes them down together: of choices
    /// that were paid for in one call, a run that is killed has all or none.
    async fn record(
        &self,
        agent: Agent,
        answers: Vec<(&ModelRequest, Option<Reservation>, Result<Reply, LlmError>)>,
    ) -> Vec<Result<Reply, RunError>> {
        let mut recorded = Vec::with_capacity(answers.len());
        let mut replies = Vec::with_capacity(answers.len());
        for (request, paid, answer) in answers {
            recorded.push(self.settle(agent, request, paid, answer).map(|reply| {
                let (done, recorded) = oneshot::channel();
                replies.push((reply, move |result| drop(done.send(result))));
                recorded
            }));
        }
        self.journal.record_replies_then(replies);
        join_all(recorded.into_iter().map(async |recorded| {
            let reply = written(recorded?).await?;
            self.tell(&reply);
            Ok(reply)
        }))
        .await
    }

    /// What an answer comes to: the reply that is written down, or the end of the run.
    fn settle(
        &self,
        agent: Agent,
        request: &ModelRequest,
        paid: Option<Reservation>,
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
            Err(source) => {
                if let Some(paid) = paid {
                    self.give_back(request, paid, &source);
                }
                return Err(self.shared.halt.fail(RunError::Model { agent, source }));
            }
        };
        if let Some(paid) = paid {
            paid.settle(&reply);
        }
        Ok(reply)
    }

    fn tell(&self, reply: &Reply) {
        self.shared.events.send(Event::Answered {
            prompt_tokens: reply.answer.prompt_tokens,
            completion_tokens: reply.answer.completion_tokens,
            replayed: reply.replayed,
            spent: self.shared.budget.spent(),
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

/// What is set aside for each of several requests.
struct PaidAhead(Vec<Mutex<Option<Reservation>>>);

impl PaidAhead {
    fn take(&self, index: usize) -> Option<Reservation> {
        self.0[index]
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
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
        lost: 0,
        duration_ms: 0,
        replayed: false,
    }
}
