//! A hosted batch endpoint: files go up, a batch is made of them and looked at until it
//! ends, and files come down. It never waits for a batch: when to look again is the
//! caller's business.

use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use reqwest::header::CONTENT_TYPE;
use serde::Deserialize;
use serde_json::json;
use unitmill_model::Digest;

use crate::endpoint::{AttemptError, Endpoint};
use crate::retry::RetryPolicy;
use crate::{Client, ClientSettings, LlmError};

/// Uploads and downloads of a hundred megabytes take a while.
const TRANSFER: Duration = Duration::from_secs(1800);

/// The batch endpoint of one server.
#[derive(Debug)]
pub struct BatchEndpoint {
    client: Client,
    endpoint: Endpoint,
    retry: RetryPolicy,
    timeout: Duration,
}

/// How far a batch is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BatchStatus {
    /// It has ended, one way or the other; what was answered can be had.
    pub has_ended: bool,
    /// As the server calls it: `in_progress`, `completed`, `failed`, `expired`.
    pub status: String,
    /// The files with answers and errors, where there are any.
    pub files: Vec<String>,
    /// What the server says about a batch that failed as a whole.
    pub message: String,
}

#[derive(Deserialize)]
struct Named {
    id: String,
}

#[derive(Deserialize)]
struct Batches {
    #[serde(default)]
    data: Vec<Batch>,
}

#[derive(Deserialize)]
struct Batch {
    id: String,
    #[serde(default)]
    status: String,
    #[serde(default)]
    input_file_id: Option<String>,
    #[serde(default)]
    output_file_id: Option<String>,
    #[serde(default)]
    error_file_id: Option<String>,
    #[serde(default)]
    errors: Option<BatchErrors>,
}

#[derive(Deserialize)]
struct BatchErrors {
    #[serde(default)]
    data: Vec<BatchError>,
}

#[derive(Deserialize)]
struct BatchError {
    #[serde(default)]
    message: Option<String>,
}

impl BatchEndpoint {
    /// Sets it up for the first address of the settings. Connects to nothing yet.
    ///
    /// # Errors
    /// As [`Client::new`].
    pub fn new(settings: ClientSettings) -> Result<Self, LlmError> {
        let address = settings.base_urls.first().cloned().unwrap_or_default();
        Ok(Self {
            endpoint: Endpoint::new(&address, &settings)?,
            retry: RetryPolicy::new(&settings),
            timeout: settings.timeout,
            client: Client::new(settings)?,
        })
    }

    /// The server's address.
    pub fn base_url(&self) -> String {
        self.endpoint.base_url()
    }

    /// As [`Client::health`].
    ///
    /// # Errors
    /// As [`Client::health`].
    pub async fn health(&self, model: &str) -> Result<Vec<LlmError>, LlmError> {
        self.client.health(model).await
    }

    /// Sends a file of requests up; gives its id.
    ///
    /// # Errors
    /// As [`Client::ask`].
    pub async fn upload(&self, name: &str, content: &[u8]) -> Result<String, LlmError> {
        let boundary = format!("unitmill-{}", Digest::of(content).short());
        let mut body = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n\
             --{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             Content-Type: application/jsonl\r\n\r\n"
        )
        .into_bytes();
        body.extend_from_slice(content);
        body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
        let body = bytes::Bytes::from(body);
        let made = self
            .persist(TRANSFER, || {
                self.endpoint
                    .post("files")
                    .header(
                        CONTENT_TYPE,
                        format!("multipart/form-data; boundary={boundary}"),
                    )
                    .body(body.clone())
            })
            .await?;
        Ok(self.parse::<Named>(&made)?.id)
    }

    /// Makes a batch of a file; gives its id. If an answer gets lost, the batch that was
    /// made meanwhile is found.
    ///
    /// # Errors
    /// As [`Client::ask`].
    pub async fn create(&self, file: &str) -> Result<String, LlmError> {
        let body = json!({
            "input_file_id": file,
            "endpoint": "/v1/chat/completions",
            "completion_window": "24h",
        })
        .to_string();
        let mut tries = 0;
        loop {
            let request = self
                .endpoint
                .post("batches")
                .header(CONTENT_TYPE, "application/json")
                .body(body.clone());
            let failure = match self.endpoint.fetch(request, self.timeout).await {
                Ok(made) => return Ok(self.parse::<Named>(&made)?.id),
                Err(AttemptError::Transient(failure)) => failure,
                Err(
                    AttemptError::Final(error)
                    | AttemptError::Refused {
                        otherwise: error, ..
                    },
                ) => return Err(error),
            };
            let wait = self.retry.wait(tries, None, &Digest::of(file));
            let Some(wait) = wait else {
                return Err(self.gave_up(tries + 1, failure));
            };
            tries += 1;
            tokio::time::sleep(wait).await;
            if let Some(made) = self.find(file).await? {
                return Ok(made);
            }
        }
    }

    /// The batch that was made of a file, among the latest hundred.
    ///
    /// # Errors
    /// As [`Client::ask`].
    pub async fn find(&self, file: &str) -> Result<Option<String>, LlmError> {
        let listed = self.get("batches?limit=100").await?;
        let batches: Batches = self.parse(&listed)?;
        let of_file = |batch: &Batch| batch.input_file_id.as_deref() == Some(file);
        Ok(batches.data.into_iter().find(of_file).map(|batch| batch.id))
    }

    /// How far a batch is.
    ///
    /// # Errors
    /// As [`Client::ask`]; [`LlmError::Rejected`] with status 404 for one that is not there.
    pub async fn status(&self, batch: &str) -> Result<BatchStatus, LlmError> {
        let batch: Batch = self.parse(&self.get(&format!("batches/{batch}")).await?)?;
        let errors = batch.errors.into_iter().flat_map(|errors| errors.data);
        let messages: Vec<String> = errors.filter_map(|error| error.message).collect();
        Ok(BatchStatus {
            has_ended: matches!(
                batch.status.as_str(),
                "completed" | "failed" | "expired" | "cancelled"
            ),
            status: batch.status,
            files: [batch.output_file_id, batch.error_file_id]
                .into_iter()
                .flatten()
                .collect(),
            message: messages.join("; "),
        })
    }

    /// Brings a file down, behind what `into` holds already.
    ///
    /// # Errors
    /// As [`Client::ask`]; [`LlmError::Batch`] where `into` cannot be written.
    pub async fn download(&self, file: &str, into: &Path) -> Result<(), LlmError> {
        let content = self
            .persist(TRANSFER, || {
                self.endpoint.get(&format!("files/{file}/content"))
            })
            .await?;
        let written = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(into)
            .and_then(|mut file| {
                file.write_all(&content)?;
                if !content.ends_with(b"\n") {
                    file.write_all(b"\n")?;
                }
                Ok(())
            });
        written.map_err(|error| LlmError::Batch {
            origin: self.base_url(),
            message: format!("{} cannot be written: {error}", into.display()),
        })
    }

    async fn get(&self, path: &str) -> Result<Vec<u8>, LlmError> {
        self.persist(self.timeout, || self.endpoint.get(path)).await
    }

    /// Tries what can be tried again.
    async fn persist(
        &self,
        timeout: Duration,
        request: impl Fn() -> reqwest::RequestBuilder,
    ) -> Result<Vec<u8>, LlmError> {
        let mut tries = 0;
        loop {
            let failure = match self.endpoint.fetch(request(), timeout).await {
                Ok(body) => return Ok(body),
                Err(AttemptError::Transient(failure)) => failure,
                Err(
                    AttemptError::Final(error)
                    | AttemptError::Refused {
                        otherwise: error, ..
                    },
                ) => return Err(error),
            };
            let Some(wait) = self.retry.wait(tries, None, &Digest::of(self.base_url())) else {
                return Err(self.gave_up(tries + 1, failure));
            };
            tries += 1;
            tokio::time::sleep(wait).await;
        }
    }

    fn gave_up(&self, attempts: u32, last: crate::Failure) -> LlmError {
        LlmError::GaveUp {
            base_url: self.base_url(),
            attempts,
            lost: 0,
            last,
        }
    }

    fn parse<'body, T: Deserialize<'body>>(&self, body: &'body [u8]) -> Result<T, LlmError> {
        serde_json::from_slice(body).map_err(|error| LlmError::Batch {
            origin: self.base_url(),
            message: format!("its answer cannot be read: {error}"),
        })
    }
}
