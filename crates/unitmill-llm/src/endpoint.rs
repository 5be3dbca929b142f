//! One address of a model: its connections, its key, its dialect, and what its responses
//! mean. Sends each request once; whether to try again is the client's business.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use reqwest::Url;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, DATE, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::redirect;
use rustls_platform_verifier::BuilderVerifierExt as _;
use unitmill_model::{ModelAnswer, ModelRequest};

use crate::base_url::BaseUrl;
use crate::error::{Failure, LlmError};
use crate::pool::Trouble;
use crate::request_body::{Dialect, request_body};
use crate::retry::parse_retry_after;
use crate::server_error::{excerpt, read_error};
use crate::settings::ClientSettings;
use crate::{Secret, answer};

/// Idle connections are dropped before the server does it: uvicorn, which most model
/// servers run on, closes them after 5 s, and a request that crosses the closing is lost.
const IDLE_CONNECTION: Duration = Duration::from_secs(4);

/// A model list that takes longer than this comes from a server that is stuck.
const HEALTH_TIMEOUT: Duration = Duration::from_secs(30);

/// No chat completion is this long; what is comes from a broken server and must not fill
/// the memory.
const LONGEST_BODY: usize = 64 << 20;

/// The same for a file of answers.
const LONGEST_FILE: usize = 2 << 30;

/// Streams that servers with HTTP/2 allow a connection, mostly.
const STREAMS: usize = 100;

/// One address.
pub(crate) struct Endpoint {
    base_url: BaseUrl,
    completions: Url,
    authorization: Option<HeaderValue>,
    api_key: Option<Secret>,
    /// One pool of connections for HTTP/1.1. For HTTP/2, whose pools hold one connection
    /// each, as many as it takes to have all calls in flight at once.
    lanes: Vec<reqwest::Client>,
    next_lane: AtomicUsize,
    dialect: Mutex<Dialect>,
}

/// Why one try brought no answer.
pub(crate) enum AttemptError {
    /// The server names a parameter that it does not take; without it, another may.
    Refused {
        parameter: String,
        otherwise: LlmError,
    },
    /// Another may.
    Transient(Failure),
    /// No other will here.
    Final(LlmError),
}

/// A request that brought no complete response.
enum Exchange {
    Failed(reqwest::Error),
    TooLong,
}

/// A complete response.
struct Response {
    status: u16,
    retry_after: Option<Duration>,
    body: Vec<u8>,
}

impl Endpoint {
    pub(crate) fn new(address: &str, settings: &ClientSettings) -> Result<Self, LlmError> {
        let base_url = BaseUrl::parse(address)?;
        let tls = tls_config(&base_url).map_err(|source| LlmError::Tls {
            base_url: base_url.to_string(),
            source,
        })?;
        let lanes = match base_url.is_plain_http() {
            true => 1,
            false => settings.concurrency.get().div_ceil(STREAMS),
        };
        let lanes = (0..lanes)
            .map(|_| {
                let mut builder = reqwest::Client::builder()
                    .tls_backend_preconfigured(tls.clone())
                    .redirect(redirect::Policy::none())
                    .user_agent(concat!("unitmill/", env!("CARGO_PKG_VERSION")))
                    .pool_idle_timeout(IDLE_CONNECTION)
                    .connect_timeout(settings.connect_timeout);
                if base_url.is_loopback() {
                    builder = builder.no_proxy();
                }
                builder.build().map_err(|source| LlmError::SetUp {
                    base_url: base_url.to_string(),
                    source: source.without_url(),
                })
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            completions: base_url.completions(),
            authorization: settings.api_key.as_ref().map(bearer),
            api_key: settings.api_key.clone(),
            lanes,
            next_lane: AtomicUsize::new(0),
            dialect: Mutex::new(Dialect::default()),
            base_url,
        })
    }

    pub(crate) fn base_url(&self) -> String {
        self.base_url.to_string()
    }

    pub(crate) fn dialect(&self) -> Dialect {
        *self.shared_dialect()
    }

    /// Notes what the server has turned out not to take.
    pub(crate) fn learn(&self, learnt: impl FnOnce(Dialect) -> Option<Dialect>) {
        let mut shared = self.shared_dialect();
        if let Some(learnt) = learnt(*shared) {
            *shared = learnt;
        }
    }

    fn shared_dialect(&self) -> MutexGuard<'_, Dialect> {
        // A value that is copied in one piece is sound whoever panicked.
        self.dialect.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks whether the server is there, takes the key and has the model.
    pub(crate) async fn health(&self, model: &str, timeout: Duration) -> Result<(), AttemptError> {
        let timeout = timeout.min(HEALTH_TIMEOUT);
        let request = self.lane().get(self.base_url.models()).timeout(timeout);
        match self.exchange(request, LONGEST_BODY).await {
            Ok(Response {
                status: 200..=299,
                body,
                ..
            }) => self.check_models(model, &body).map_err(AttemptError::Final),
            Ok(Response {
                status: 404 | 405 | 501,
                ..
            }) => Ok(()),
            Ok(response) => Err(self.judge_status(&response, model)),
            Err(Exchange::Failed(source)) if source.is_connect() || source.is_timeout() => {
                Err(AttemptError::Final(LlmError::Unreachable {
                    base_url: self.base_url.to_string(),
                    source,
                }))
            }
            Err(exchange) => Err(AttemptError::Transient(judge_exchange(exchange, timeout))),
        }
    }

    /// Sends a request once, for so many answers; fewer may come.
    pub(crate) async fn attempt(
        &self,
        request: &ModelRequest,
        answers: usize,
        dialect: Dialect,
        timeout: Duration,
    ) -> Result<Vec<ModelAnswer>, AttemptError> {
        let sent = self
            .lane()
            .post(self.completions.clone())
            .timeout(timeout)
            .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
            .body(request_body(request, answers, dialect));
        let response = self
            .exchange(sent, LONGEST_BODY)
            .await
            .map_err(|error| AttemptError::Transient(judge_exchange(error, timeout)))?;
        if !(200..=299).contains(&response.status) {
            return Err(self.judge_status(&response, &request.model));
        }
        answer::read_answers(&response.body, answers).map_err(|reason| {
            AttemptError::Transient(Failure::Malformed {
                reason,
                excerpt: self.presentable(&String::from_utf8_lossy(&response.body)),
            })
        })
    }

    pub(crate) fn get(&self, path: &str) -> reqwest::RequestBuilder {
        self.lane().get(self.base_url.below(path))
    }

    pub(crate) fn post(&self, path: &str) -> reqwest::RequestBuilder {
        self.lane().post(self.base_url.below(path))
    }

    /// Sends a request once, and gives the body of a success.
    pub(crate) async fn fetch(
        &self,
        request: reqwest::RequestBuilder,
        timeout: Duration,
    ) -> Result<Vec<u8>, AttemptError> {
        let response = self
            .exchange(request.timeout(timeout), LONGEST_FILE)
            .await
            .map_err(|error| AttemptError::Transient(judge_exchange(error, timeout)))?;
        match response.status {
            200..=299 => Ok(response.body),
            _ => Err(self.judge_status(&response, "")),
        }
    }

    fn lane(&self) -> &reqwest::Client {
        if let [only] = &self.lanes[..] {
            return only;
        }
        let next = self.next_lane.fetch_add(1, Ordering::Relaxed);
        &self.lanes[next % self.lanes.len()]
    }

    /// Sends a request and reads the whole response.
    async fn exchange(
        &self,
        mut request: reqwest::RequestBuilder,
        longest: usize,
    ) -> Result<Response, Exchange> {
        if let Some(authorization) = &self.authorization {
            request = request.header(AUTHORIZATION, authorization.clone());
        }
        let failed = |error: reqwest::Error| Exchange::Failed(error.without_url());
        let mut response = request.send().await.map_err(failed)?;
        let retry_after = asked_wait(response.headers());
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if body.len() + chunk.len() > longest {
                return Err(Exchange::TooLong);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Response {
            status: response.status().as_u16(),
            retry_after,
            body,
        })
    }

    fn judge_status(&self, response: &Response, model: &str) -> AttemptError {
        let said = read_error(&response.body);
        let message = self.presentable(&said.message);
        let base_url = self.base_url.to_string();
        let status = response.status;
        let error = match status {
            401 | 403 => LlmError::Unauthorised {
                base_url,
                status,
                message,
            },
            404 if said.unknown_model => LlmError::UnknownModel {
                base_url,
                model: model.to_owned(),
                known: Vec::new(),
            },
            402 => LlmError::QuotaSpent { base_url, message },
            429 if said.quota_spent => LlmError::QuotaSpent { base_url, message },
            // 520 to 524 and 529 are what the gateways before hosted models say when the
            // model server behind them is away or overloaded.
            408 | 429 | 500 | 502 | 503 | 504 | 520..=524 | 529 => {
                return AttemptError::Transient(Failure::Status {
                    status,
                    message,
                    retry_after: response.retry_after,
                });
            }
            _ => LlmError::Rejected {
                base_url,
                status,
                message,
            },
        };
        match said.refused_parameter {
            Some(parameter) if matches!(status, 400 | 422) => AttemptError::Refused {
                parameter,
                otherwise: error,
            },
            _ => AttemptError::Final(error),
        }
    }

    fn check_models(&self, model: &str, body: &[u8]) -> Result<(), LlmError> {
        let Ok(listed) = answer::read_models(body) else {
            return Err(LlmError::NotAModelServer {
                base_url: self.base_url.to_string(),
                excerpt: self.presentable(&String::from_utf8_lossy(body)),
            });
        };
        let Some(mut known) = listed else {
            return Ok(());
        };
        // Ollama lists `name:latest` for what it also answers to as `name`.
        let latest = format!("{model}:latest");
        if known.iter().any(|name| *name == model || *name == latest) {
            return Ok(());
        }
        known.sort();
        known.sort_by(|one, other| {
            strsim::jaro_winkler(other, model).total_cmp(&strsim::jaro_winkler(one, model))
        });
        Err(LlmError::UnknownModel {
            base_url: self.base_url.to_string(),
            model: model.to_owned(),
            known,
        })
    }

    /// A server's text as an error may show it: without the key, on one line, short.
    fn presentable(&self, text: &str) -> String {
        match &self.api_key {
            Some(key) => excerpt(&key.redact(text)),
            None => excerpt(text),
        }
    }
}

impl std::fmt::Debug for Endpoint {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Endpoint")
            .field("base_url", &self.base_url())
            .field("dialect", &self.dialect())
            .finish_non_exhaustive()
    }
}

impl Failure {
    /// What it says about the endpoint.
    pub(crate) fn trouble(&self) -> Trouble {
        match self {
            Self::Unreachable(_) => Trouble::Away,
            Self::Timeout(_) => Trouble::Slow,
            Self::Status {
                status: 429 | 503 | 529,
                ..
            } => Trouble::Busy,
            Self::Status { .. } | Self::BrokenOff(_) | Self::Malformed { .. } => Trouble::Broken,
        }
    }
}

fn judge_exchange(error: Exchange, timeout: Duration) -> Failure {
    match error {
        Exchange::Failed(source) if source.is_connect() => Failure::Unreachable(source),
        Exchange::Failed(source) if source.is_timeout() => Failure::Timeout(timeout),
        Exchange::Failed(source) => Failure::BrokenOff(source),
        Exchange::TooLong => Failure::Malformed {
            reason: format!("longer than {LONGEST_BODY} bytes"),
            excerpt: "(left out)".to_owned(),
        },
    }
}

fn asked_wait(headers: &HeaderMap) -> Option<Duration> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let asked = text(RETRY_AFTER)?;
    #[expect(
        clippy::disallowed_methods,
        reason = "a date can only be held against a clock; the wait reaches no row"
    )]
    let now = SystemTime::now();
    parse_retry_after(asked, text(DATE), now)
}

fn bearer(key: &Secret) -> HeaderValue {
    let mut value = HeaderValue::from_str(&format!("Bearer {}", key.expose()))
        .expect("a secret is visible ASCII");
    value.set_sensitive(true);
    value
}

/// HTTP/2 where the server offers it, which it does while encryption is agreed upon; plain
/// HTTP is HTTP/1.1.
///
/// The system's CA certificates count, those that an organisation adds included. They are
/// not read for plain HTTP, so that a container without any can talk to a local server;
/// such a client trusts nobody.
fn tls_config(base_url: &BaseUrl) -> Result<rustls::ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?;
    let builder = if base_url.is_plain_http() {
        builder.with_root_certificates(rustls::RootCertStore::empty())
    } else {
        builder.with_platform_verifier()?
    };
    let mut config = builder.with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}
