//! Who answers waves of requests: a command of the user's, or a hosted batch endpoint.

use std::fs::File;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use unitmill_llm::{BatchEndpoint, BatchLines, LlmError};
use unitmill_shards::ShardsError;

use super::folder::WaveFolder;
use crate::error::RunError;
use crate::halt::Halt;

/// Most bytes of a log that a message repeats.
const LOG_TAIL: usize = 2000;

/// One provider in batch mode.
#[derive(Debug)]
pub(crate) struct BatchServer {
    /// Which one of the run's, from 0.
    pub(crate) number: usize,
    pub(crate) model: String,
    pub(crate) by: AnsweredBy,
    /// Most requests of a wave.
    pub(crate) requests: usize,
    /// How often a request is sent again that was not answered.
    pub(crate) retries: u32,
    pub(crate) lines: BatchLines,
}

#[derive(Debug)]
pub(crate) enum AnsweredBy {
    /// A program and its arguments.
    Command(Vec<String>),
    /// An endpoint, and how often it is looked at.
    Hosted(Box<BatchEndpoint>, Duration),
}

/// What is known of a wave that was handed over.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(super) struct HandedOver {
    /// The hosted endpoint; none for a command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) base_url: Option<String>,
    /// The file of requests there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) file: Option<String>,
    /// The batch there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) batch: Option<String>,
}

impl BatchServer {
    pub(super) fn is_command(&self) -> bool {
        matches!(self.by, AnsweredBy::Command(_))
    }

    /// Has the requests of a folder answered, as far as they are: afterwards its output file
    /// holds what there is. Says what went wrong as a whole.
    pub(super) async fn answer(
        &self,
        folder: &WaveFolder,
        halt: &Halt,
    ) -> Result<Option<String>, RunError> {
        match &self.by {
            AnsweredBy::Command(command) => self.run(command, folder).await,
            AnsweredBy::Hosted(endpoint, poll) => {
                let answered = hosted(endpoint, *poll, folder, halt).await;
                answered.or_else(|error| match error {
                    Trouble::Run(error) => Err(error),
                    Trouble::Model(error) => Ok(Some(chain(&error))),
                })
            }
        }
    }

    async fn run(
        &self,
        command: &[String],
        folder: &WaveFolder,
    ) -> Result<Option<String>, RunError> {
        let arguments: Vec<String> = command
            .iter()
            .map(|argument| {
                argument
                    .replace("{input}", &folder.input().to_string_lossy())
                    .replace("{output}", &folder.output().to_string_lossy())
                    .replace("{model}", &self.model)
            })
            .collect();
        let (program, arguments) = arguments
            .split_first()
            .expect("a recipe with an empty command is refused");
        let log_path = folder.log();
        let log = File::create(&log_path).map_err(ShardsError::io("create", &log_path))?;
        let errors = log
            .try_clone()
            .map_err(ShardsError::io("create", &log_path))?;
        // In a process group of its own, so that Ctrl-C lets it end what it has begun.
        let started = tokio::process::Command::new(program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(errors)
            .process_group(0)
            .kill_on_drop(true)
            .spawn();
        let status = match started {
            Ok(mut child) => child.wait().await,
            Err(error) => return Ok(Some(format!("`{program}` cannot be started: {error}"))),
        };
        match status {
            Ok(status) if status.success() => Ok(None),
            Ok(status) => Ok(Some(format!(
                "`{program}` ended with {status}; {} ends in: {}",
                log_path.display(),
                tail(&log_path)
            ))),
            Err(error) => Ok(Some(format!("`{program}` cannot be waited for: {error}"))),
        }
    }
}

enum Trouble {
    Run(RunError),
    Model(LlmError),
}

impl<E: Into<RunError>> From<E> for Trouble {
    fn from(error: E) -> Self {
        Self::Run(error.into())
    }
}

/// Hands a wave over, or finds the one that was handed over before, and waits for its end.
/// What is known is written down before the next step, so that nothing is paid for twice.
async fn hosted(
    endpoint: &BatchEndpoint,
    poll: Duration,
    folder: &WaveFolder,
    halt: &Halt,
) -> Result<Option<String>, Trouble> {
    let mut known = folder.read_handed_over()?.unwrap_or_default();
    known.base_url = Some(endpoint.base_url());
    let file = match &known.file {
        Some(file) => file.clone(),
        None => {
            let path = folder.input();
            let content = std::fs::read(&path).map_err(ShardsError::io("read", &path))?;
            let file = endpoint
                .upload(&folder.name(), &content)
                .await
                .map_err(Trouble::Model)?;
            known.file = Some(file.clone());
            folder.write_handed_over(&known)?;
            file
        }
    };
    let batch = match &known.batch {
        Some(batch) => batch.clone(),
        None => {
            let found = endpoint.find(&file).await.map_err(Trouble::Model)?;
            let batch = match found {
                Some(batch) => batch,
                None => endpoint.create(&file).await.map_err(Trouble::Model)?,
            };
            known.batch = Some(batch.clone());
            folder.write_handed_over(&known)?;
            batch
        }
    };
    let status = loop {
        let status = endpoint.status(&batch).await.map_err(Trouble::Model)?;
        if status.has_ended {
            break status;
        }
        // It goes on without us, and is found again.
        if halt.sleep(poll).await {
            return Err(Trouble::Run(RunError::Halted));
        }
    };
    // Whatever an attempt before brought down in part is brought down again.
    folder.clear_output()?;
    for file in &status.files {
        endpoint
            .download(file, &folder.output())
            .await
            .map_err(Trouble::Model)?;
    }
    Ok(
        (status.status != "completed").then(|| match status.message.is_empty() {
            true => format!("batch {batch} is {}", status.status),
            false => format!("batch {batch} is {}: {}", status.status, status.message),
        }),
    )
}

fn tail(path: &Path) -> String {
    match std::fs::read(path) {
        Ok(bytes) => {
            let start = bytes.len().saturating_sub(LOG_TAIL);
            String::from_utf8_lossy(&bytes[start..]).trim().to_owned()
        }
        Err(error) => format!("(unreadable: {error})"),
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut message = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        message.push_str(&format!(": {error}"));
        cause = error.source();
    }
    message
}
