//! Batch mode: requests are collected while there is anything else to do, go out as waves,
//! and come back together.
//!
//! A wave goes out when every live case waits for one, or when a server has as many requests
//! as one of its waves may have. What is not answered is asked again in the next wave, a
//! bounded number of times. Waves of commands are run one at a time, for they share a
//! machine; those of hosted endpoints side by side.
//!
//! Which wave a request was in shapes nothing: an answer goes to the task that asked, and
//! into its journal.

mod folder;
mod gauge;
mod server;

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures::future::join_all;
use tokio::sync::{Notify, oneshot};
use unitmill_llm::{LineFailure, LlmError, request_key};
use unitmill_model::{Digest, ModelAnswer, ModelRequest, Reply};
use unitmill_shards::ShardsError;

use self::folder::{Unrecorded, WaveFolder};
pub(crate) use self::gauge::{Gauge, Working};
pub(crate) use self::server::{AnsweredBy, BatchServer};
use crate::error::RunError;
use crate::event::{Event, Events};
use crate::halt::Halt;

/// Cases that go on after a wave, or are begun, take no longer than this to say so.
const SETTLING: Duration = Duration::from_millis(25);

/// How often a stop is looked for.
const HALT_INTERVAL: Duration = Duration::from_millis(200);

/// Most bytes of the prompts of one wave; hosted endpoints take 200 MB.
const WAVE_BYTES: usize = 100 << 20;

/// An answer, with what must live until it is written down.
pub(crate) struct Delivered {
    pub(crate) reply: Reply,
    /// Kept on disk until then.
    pub(crate) on_disk: Unrecorded,
    /// Whoever waited is at work again.
    pub(crate) working: Working,
}

type Answer = Result<Delivered, LlmError>;

/// A request that waits for a wave.
struct Waiting {
    request: ModelRequest,
    failures: Vec<String>,
    answer: oneshot::Sender<Answer>,
}

/// The waves of a process.
pub(crate) struct Waves {
    state: Arc<State>,
    dispatcher: tokio::task::JoinHandle<()>,
}

struct State {
    servers: Vec<Arc<BatchServer>>,
    batches: PathBuf,
    /// What the names of this process's waves begin with.
    prefix: String,
    queues: Mutex<Vec<BTreeMap<Digest, Vec<Waiting>>>>,
    asked: Notify,
    gauge: Gauge,
    halt: Halt,
    events: Events,
}

impl Drop for Waves {
    fn drop(&mut self) {
        self.dispatcher.abort();
    }
}

impl Waves {
    /// Sets the waves of a process going. `task` names the task, where it does only one.
    pub(crate) fn new(
        servers: Vec<Arc<BatchServer>>,
        batches: PathBuf,
        task: Option<&str>,
        gauge: Gauge,
        halt: Halt,
        events: Events,
    ) -> Self {
        let state = Arc::new(State {
            queues: Mutex::new(servers.iter().map(|_| BTreeMap::new()).collect()),
            servers,
            batches,
            prefix: task.map_or_else(|| WAVE.to_owned(), |task| format!("{task}.{WAVE}")),
            asked: Notify::new(),
            gauge,
            halt,
            events,
        });
        let dispatching = Arc::clone(&state);
        let dispatcher = tokio::spawn(async move {
            if !dispatching.servers.is_empty()
                && let Err(error) = dispatching.dispatch().await
            {
                // Whoever waits is told that the run halts, and the run knows why.
                let _halted: RunError = dispatching.halt.fail(error);
                dispatching.let_go();
            }
        });
        Self { state, dispatcher }
    }

    /// Lines a request up for the next wave of a server. The channel closes without an answer
    /// where the run halts.
    pub(crate) fn ask(
        &self,
        server: &BatchServer,
        request: &ModelRequest,
    ) -> oneshot::Receiver<Answer> {
        let (answer, waiting) = oneshot::channel();
        self.state.line_up(
            server.number,
            Waiting {
                request: request.clone(),
                failures: Vec::new(),
                answer,
            },
        );
        self.state.asked.notify_one();
        waiting
    }

    /// Everything is milled and written down: what is left of waves is not needed any more.
    pub(crate) fn finish(&self) -> Result<(), ShardsError> {
        for path in self.state.left_behind()? {
            if self.state.is_own(&path) {
                std::fs::remove_dir_all(&path).map_err(ShardsError::io("remove", path))?;
            }
        }
        Ok(())
    }
}

const WAVE: &str = "wave-";

impl State {
    fn queues(&self) -> MutexGuard<'_, Vec<BTreeMap<Digest, Vec<Waiting>>>> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn line_up(&self, server: usize, waiting: Waiting) {
        let key = request_key(&waiting.request);
        self.queues()[server].entry(key).or_default().push(waiting);
    }

    /// Closes the channels of all who wait.
    fn let_go(&self) {
        self.queues().iter_mut().for_each(BTreeMap::clear);
    }

    async fn dispatch(&self) -> Result<(), RunError> {
        let mut found = self.adopt().await?;
        loop {
            tokio::select! {
                () = self.asked.notified() => {}
                () = self.gauge.idle() => {}
                () = tokio::time::sleep(HALT_INTERVAL) => {}
            }
            if self.halt.is_requested() {
                self.let_go();
                continue;
            }
            self.hand_out(&mut found);
            if !self.is_full() {
                if !self.gauge.is_idle() || self.is_empty() {
                    continue;
                }
                tokio::time::sleep(SETTLING).await;
                if !self.gauge.is_idle() || self.is_empty() {
                    continue;
                }
            }
            let (commands, hosted): (Vec<_>, Vec<_>) = self
                .servers
                .iter()
                .map(|server| (server, self.take(server)))
                .filter(|(_, wave)| !wave.is_empty())
                .partition(|(server, _)| server.is_command());
            let one_by_one = async {
                for (server, wave) in commands {
                    self.wave(server, wave).await?;
                }
                Ok::<_, RunError>(())
            };
            let side_by_side = join_all(
                hosted
                    .into_iter()
                    .map(|(server, wave)| self.wave(server, wave)),
            );
            let (commands, hosted) = futures::join!(one_by_one, side_by_side);
            for done in hosted.into_iter().chain([commands]) {
                match done {
                    // A hosted wave that goes on without us.
                    Err(RunError::Halted) => {}
                    done => done?,
                }
            }
        }
    }

    fn is_empty(&self) -> bool {
        self.queues().iter().all(BTreeMap::is_empty)
    }

    fn is_full(&self) -> bool {
        let queues = self.queues();
        self.servers
            .iter()
            .any(|server| queues[server.number].len() >= server.requests)
    }

    /// The requests of the next wave of a server.
    fn take(&self, server: &BatchServer) -> BTreeMap<Digest, Vec<Waiting>> {
        let mut queues = self.queues();
        let queue = &mut queues[server.number];
        let mut wave = BTreeMap::new();
        let mut bytes = 0;
        while wave.len() < server.requests
            && bytes < WAVE_BYTES
            && let Some((key, waiting)) = queue.pop_first()
        {
            let messages = waiting.iter().take(1).flat_map(|one| &one.request.messages);
            bytes += messages.map(|message| message.content.len()).sum::<usize>();
            wave.insert(key, waiting);
        }
        wave
    }

    /// One wave from its requests to their answers.
    async fn wave(
        &self,
        server: &BatchServer,
        mut wave: BTreeMap<Digest, Vec<Waiting>>,
    ) -> Result<(), RunError> {
        let began = Instant::now();
        let folder = WaveFolder::create(&self.batches, &self.prefix, &self.events)?;
        folder.write_input(
            wave.iter()
                .map(|(key, waiting)| server.lines.line(key, &waiting[0].request)),
        )?;
        let sent = wave.len();
        self.events.send(Event::Preparing {
            what: format!("a wave of {sent} requests to {}", server.model),
            done: 0,
            total: 0,
        });
        let problem = server.answer(&folder, &self.halt).await?;
        let folder = Arc::new(folder);
        let mut failures: HashMap<Digest, LineFailure> = HashMap::new();
        let unreadable = folder.answers(|line| match line.answer {
            Ok(answer) => {
                if let Some(waiting) = wave.remove(&line.key) {
                    self.deliver(line.key, &answer, waiting, &folder, began);
                }
            }
            Err(failure) => {
                failures.entry(line.key).or_insert(failure);
            }
        })?;
        let answered = sent - wave.len();
        if unreadable > 0 {
            self.events.send(Event::Warning(format!(
                "{unreadable} lines of the answers to a wave cannot be read; their requests are asked again"
            )));
        }
        match &problem {
            Some(problem) if answered == 0 && failures.is_empty() => {
                for waiting in wave.into_values().flatten() {
                    let error = LlmError::Batch {
                        origin: server.model.clone(),
                        message: problem.clone(),
                    };
                    drop(waiting.answer.send(Err(error)));
                }
                return Ok(());
            }
            Some(problem) => self.events.send(Event::Warning(format!(
                "{answered} of {sent} requests of a wave were answered: {problem}"
            ))),
            None => {}
        }
        let all_answered = wave.is_empty();
        for (key, waiting) in wave {
            self.not_answered(server, failures.remove(&key), waiting);
        }
        // Failed lines hold nothing that was paid for; the rest is with those who asked.
        if all_answered || problem.is_none() {
            folder.complete();
        }
        Ok(())
    }

    fn deliver(
        &self,
        key: Digest,
        answer: &ModelAnswer,
        waiting: Vec<Waiting>,
        folder: &Arc<WaveFolder>,
        began: Instant,
    ) {
        for waiting in waiting {
            let delivered = Delivered {
                reply: Reply {
                    key,
                    model: waiting.request.model.clone(),
                    answer: answer.clone(),
                    resent: u32::try_from(waiting.failures.len()).unwrap_or(u32::MAX),
                    failures: waiting.failures,
                    lost: 0,
                    duration_ms: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
                    replayed: false,
                },
                on_disk: Unrecorded::new(folder),
                working: self.gauge.working(),
            };
            // Where nobody waits any more, the answer stays in the folder.
            drop(waiting.answer.send(Ok(delivered)));
        }
    }

    /// Lines requests up again, or gives them up.
    fn not_answered(
        &self,
        server: &BatchServer,
        failure: Option<LineFailure>,
        waiting: Vec<Waiting>,
    ) {
        for mut waiting in waiting {
            let message = match &failure {
                Some(failure) => {
                    server.lines.learn(failure, &waiting.request);
                    failure.to_string()
                }
                None => "the wave brought no answer to it".to_owned(),
            };
            let is_final = failure.as_ref().is_some_and(LineFailure::is_final);
            if !is_final && waiting.failures.len() < server.retries as usize {
                waiting.failures.push(message);
                self.line_up(server.number, waiting);
                self.asked.notify_one();
                continue;
            }
            let error = match failure.as_ref().and_then(|failure| failure.status) {
                Some(status) if is_final => LlmError::Rejected {
                    base_url: server.model.clone(),
                    status,
                    message,
                },
                _ => LlmError::Batch {
                    origin: server.model.clone(),
                    message: format!(
                        "a request failed {} times, at last: {message}",
                        waiting.failures.len() + 1
                    ),
                },
            };
            drop(waiting.answer.send(Err(error)));
        }
    }

    /// Brings in what waves of an earlier attempt were answered. Hosted ones may still be
    /// under way, and are waited for; of a command's, what it wrote counts.
    async fn adopt(&self) -> Result<Found, RunError> {
        let mut found = Found::default();
        for path in self.left_behind()? {
            let folder = WaveFolder::left_behind(path, &self.events);
            let handed_over = folder.read_handed_over()?.unwrap_or_default();
            if let Some(base_url) = &handed_over.base_url {
                let server = self.servers.iter().find(|server| match &server.by {
                    AnsweredBy::Hosted(endpoint, _) => endpoint.base_url() == *base_url,
                    AnsweredBy::Command(_) => false,
                });
                let Some(server) = server else {
                    self.events.send(Event::Warning(format!(
                        "a batch that was sent to {base_url} is not waited for: no provider is there any more"
                    )));
                    continue;
                };
                match server.answer(&folder, &self.halt).await {
                    Ok(None) => {}
                    Ok(Some(problem)) => self.events.send(Event::Warning(format!(
                        "a batch that was sent to {base_url} before: {problem}"
                    ))),
                    // It goes on without us, and is found again next time.
                    Err(RunError::Halted) => return Ok(found),
                    Err(error) => return Err(error),
                }
            }
            let folder = Arc::new(folder);
            folder.answers(|line| {
                if let Ok(answer) = line.answer {
                    let answer = (answer, Arc::clone(&folder));
                    found.0.entry(line.key).or_insert(answer);
                }
            })?;
        }
        Ok(found)
    }

    /// Answers what was answered before.
    fn hand_out(&self, found: &mut Found) {
        if found.0.is_empty() {
            return;
        }
        let mut answered = Vec::new();
        for queue in self.queues().iter_mut() {
            let known: Vec<Digest> = queue
                .keys()
                .filter(|key| found.0.contains_key(key))
                .copied()
                .collect();
            for key in known {
                answered.extend(queue.remove_entry(&key));
            }
        }
        for (key, waiting) in answered {
            if let Some((answer, folder)) = found.0.remove(&key) {
                self.deliver(key, &answer, waiting, &folder, Instant::now());
            }
        }
    }

    /// The folders of waves that this process may read.
    fn left_behind(&self) -> Result<Vec<PathBuf>, ShardsError> {
        let entries = match std::fs::read_dir(&self.batches) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(ShardsError::io("read", &self.batches)(error)),
        };
        let mut paths = Vec::new();
        for entry in entries {
            let path = entry
                .map_err(ShardsError::io("read", &self.batches))?
                .path();
            if self.is_own(&path) || name(&path).starts_with(WAVE) {
                paths.push(path);
            }
        }
        paths.sort();
        Ok(paths)
    }

    /// Whether a wave is this process's to remove: a run owns those of its tasks too.
    fn is_own(&self, path: &Path) -> bool {
        self.prefix == WAVE || name(path).starts_with(&self.prefix)
    }
}

fn name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// Answers out of waves of an earlier attempt.
#[derive(Default)]
struct Found(HashMap<Digest, (ModelAnswer, Arc<WaveFolder>)>);
