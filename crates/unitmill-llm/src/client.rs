//! The client: one connection pool, one bound, one retry loop.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use reqwest::redirect;
use rustls_platform_verifier::BuilderVerifierExt as _;
use tokio::sync::Semaphore;
use unitmill_model::{ModelAnswer, ModelRequest, Reply};

use crate::base_url::BaseUrl;
use crate::error::{Failure, LlmError};
use crate::retry::{RetryPolicy, parse_retry_after};
use crate::settings::ClientSettings;
use crate::wire::Dialect;
use crate::{Secret, request_key, wire};

/// Idle connections are dropped before the server does it: uvicorn, which most model
/// servers run on, closes them after 5 s, and a request that crosses the closing is lost.
const IDLE_CONNECTION: Duration = Duration::from_secs(4);

/// A model list that takes longer than this comes from a server that is stuck.
const HEALTH_TIMEOUT: Duration = Duration::from_secs(30);

/// No chat completion is this long; what is comes from a broken server and must not fill
/// the memory.
const LONGEST_BODY: usize = 64 << 20;

/// A client of one model server. Share it between tasks behind an [`Arc`]: the bound on
/// concurrency is the client's.
///
/// Servers on the loopback interface are reached directly; for all others the
/// environment's proxies count (`HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`).
/// Redirects are not followed, so that neither prompts nor keys go elsewhere.
#[derive(Debug)]
pub struct Client {
    http: reqwest::Client,
    base_url: BaseUrl,
    api_key: Option<Secret>,
    permits: Semaphore,
    retry: RetryPolicy,
    timeout: Duration,
    dialect: Mutex<Dialect>,
}

/// Why one attempt brought no answer.
enum AttemptError {
    /// The server names a parameter that it does not take; without it, another may.
    Refused {
        parameter: String,
        otherwise: LlmError,
    },
    /// Another may.
    Transient(Failure),
    /// No other will.
    Final(LlmError),
}

impl Client {
    /// Sets a client up. Connects to nothing yet.
    ///
    /// # Errors
    /// [`LlmError::BaseUrl`] for an unusable address, [`LlmError::Tls`] where the address is
    /// `https` and the system's CA certificates cannot be read, [`LlmError::SetUp`].
    pub fn new(settings: ClientSettings) -> Result<Self, LlmError> {
        let base_url = BaseUrl::parse(&settings.base_url)?;
        let tls = tls_config(&base_url).map_err(|source| LlmError::Tls {
            base_url: base_url.to_string(),
            source,
        })?;
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(redirect::Policy::none())
            .user_agent(concat!("unitmill/", env!("CARGO_PKG_VERSION")))
            .pool_idle_timeout(IDLE_CONNECTION)
            .connect_timeout(settings.connect_timeout);
        if base_url.is_loopback() {
            builder = builder.no_proxy();
        }
        let http = builder.build().map_err(|source| LlmError::SetUp {
            base_url: base_url.to_string(),
            source: source.without_url(),
        })?;
        Ok(Self {
            http,
            api_key: settings.api_key.clone(),
            permits: Semaphore::new(settings.concurrency.get().min(Semaphore::MAX_PERMITS)),
            retry: RetryPolicy::new(&settings),
            timeout: settings.timeout,
            dialect: Mutex::new(Dialect::default()),
            base_url,
        })
    }

    /// Checks, before the first token is spent, that the server answers, that it accepts
    /// the key, and that it has the model where it lists its models. Servers without a
    /// list (404, 405, 501) pass.
    ///
    /// # Errors
    /// [`LlmError::Unreachable`] at once; [`LlmError::Unauthorised`],
    /// [`LlmError::UnknownModel`], [`LlmError::NotAModelServer`], [`LlmError::Rejected`];
    /// [`LlmError::GaveUp`] where the server stays busy or broken.
    pub async fn health(&self, model: &str) -> Result<(), LlmError> {
        // Any key spreads the waits; there is no request yet to take one from.
        let key = unitmill_model::Digest::of(model);
        let timeout = self.timeout.min(HEALTH_TIMEOUT);
        let mut resent = 0;
        loop {
            let request = self.http.get(self.base_url.models()).timeout(timeout);
            let failure = match self.exchange(request).await {
                Ok((200..=299, _, body)) => return self.check_models(model, &body),
                Ok((404 | 405 | 501, ..)) => return Ok(()),
                Ok((status, retry_after, body)) => {
                    match self.judge_status(status, retry_after, &body, model) {
                        AttemptError::Transient(failure) => failure,
                        AttemptError::Final(error)
                        | AttemptError::Refused {
                            otherwise: error, ..
                        } => return Err(error),
                    }
                }
                Err(Exchange::Failed(source)) if source.is_connect() || source.is_timeout() => {
                    return Err(LlmError::Unreachable {
                        base_url: self.base_url.to_string(),
                        source,
                    });
                }
                Err(exchange) => self.judge_exchange(exchange, timeout),
            };
            self.pause(&mut resent, failure, &key).await?;
        }
    }

    /// Asks for one answer. Waits for a free place first; keeps the place while it waits
    /// for another try, so that a server in trouble gets fewer calls and not more.
    ///
    /// Where the server names a parameter that it does not take and the answer does not
    /// depend on, the call is sent again at once without it, and later calls never have
    /// it.
    ///
    /// The reply's duration is that of the call that was answered; the ones before it are
    /// counted as `resent`. Dropping the future abandons the call and frees the place.
    ///
    /// # Errors
    /// [`LlmError::Unauthorised`], [`LlmError::UnknownModel`], [`LlmError::QuotaSpent`] and
    /// [`LlmError::Rejected`] at once; [`LlmError::GaveUp`] after the last retry.
    pub async fn ask(&self, request: &ModelRequest) -> Result<Reply, LlmError> {
        let key = request_key(request);
        let _permit = self
            .permits
            .acquire()
            .await
            .expect("the semaphore is never closed");
        let mut dialect = *self.dialect();
        let mut body = wire::request_body(request, dialect);
        let mut resent = 0;
        loop {
            let sent = Instant::now();
            match self.attempt(&request.model, body.clone()).await {
                Ok(answer) => {
                    let duration_ms = sent.elapsed().as_millis();
                    return Ok(Reply {
                        key,
                        model: request.model.clone(),
                        answer,
                        resent,
                        failures: Vec::new(),
                        duration_ms: u64::try_from(duration_ms).unwrap_or(u64::MAX),
                        replayed: false,
                    });
                }
                Err(AttemptError::Final(error)) => return Err(error),
                Err(AttemptError::Refused {
                    parameter,
                    otherwise,
                }) => {
                    // Each pass takes a parameter away, so this ends.
                    let Some(adapted) = dialect.without(&parameter, request) else {
                        return Err(otherwise);
                    };
                    let mut shared = self.dialect();
                    if let Some(learnt) = shared.without(&parameter, request) {
                        *shared = learnt;
                    }
                    drop(shared);
                    dialect = adapted;
                    body = wire::request_body(request, dialect);
                    resent += 1;
                }
                Err(AttemptError::Transient(failure)) => {
                    self.pause(&mut resent, failure, &key).await?;
                }
            }
        }
    }

    fn dialect(&self) -> MutexGuard<'_, Dialect> {
        // A value that is copied in one piece is sound whoever panicked.
        self.dialect.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits before the next try, or gives up.
    async fn pause(
        &self,
        resent: &mut u32,
        last: Failure,
        key: &unitmill_model::Digest,
    ) -> Result<(), LlmError> {
        let retry_after = match &last {
            Failure::Status { retry_after, .. } => *retry_after,
            _ => None,
        };
        let Some(wait) = self.retry.wait(*resent, retry_after, key) else {
            return Err(LlmError::GaveUp {
                base_url: self.base_url.to_string(),
                attempts: *resent + 1,
                last,
            });
        };
        *resent += 1;
        tokio::time::sleep(wait).await;
        Ok(())
    }

    async fn attempt(&self, model: &str, body: Bytes) -> Result<ModelAnswer, AttemptError> {
        let request = self
            .http
            .post(self.base_url.completions())
            .timeout(self.timeout)
            .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
            .body(body);
        let (status, retry_after, body) = self
            .exchange(request)
            .await
            .map_err(|error| AttemptError::Transient(self.judge_exchange(error, self.timeout)))?;
        if !(200..=299).contains(&status) {
            return Err(self.judge_status(status, retry_after, &body, model));
        }
        wire::read_answer(&body)
            .map_err(|reason| AttemptError::Transient(self.malformed(reason, &body)))
    }

    /// Sends a request and reads the whole response.
    async fn exchange(
        &self,
        mut request: reqwest::RequestBuilder,
    ) -> Result<(u16, Option<Duration>, Vec<u8>), Exchange> {
        if let Some(key) = &self.api_key {
            request = request.header(AUTHORIZATION, bearer(key));
        }
        let failed = |error: reqwest::Error| Exchange::Failed(error.without_url());
        let mut response = request.send().await.map_err(failed)?;
        let retry_after = response
            .headers()
            .get(RETRY_AFTER)
            .and_then(|value| value.to_str().ok())
            .and_then(parse_retry_after);
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if body.len() + chunk.len() > LONGEST_BODY {
                return Err(Exchange::TooLong);
            }
            body.extend_from_slice(&chunk);
        }
        Ok((response.status().as_u16(), retry_after, body))
    }

    fn judge_exchange(&self, error: Exchange, timeout: Duration) -> Failure {
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

    fn judge_status(
        &self,
        status: u16,
        retry_after: Option<Duration>,
        body: &[u8],
        model: &str,
    ) -> AttemptError {
        let said = wire::read_error(body);
        let message = self.presentable(&said.message);
        let base_url = self.base_url.to_string();
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
            429 if said.quota_spent => LlmError::QuotaSpent { base_url, message },
            // 520 to 524 and 529 are what the gateways before hosted models say when the
            // model server behind them is away or overloaded.
            408 | 429 | 500 | 502 | 503 | 504 | 520..=524 | 529 => {
                return AttemptError::Transient(Failure::Status {
                    status,
                    message,
                    retry_after,
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
        let Ok(listed) = wire::read_models(body) else {
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

    fn malformed(&self, reason: String, body: &[u8]) -> Failure {
        Failure::Malformed {
            reason,
            excerpt: self.presentable(&String::from_utf8_lossy(body)),
        }
    }

    /// A server's text as an error may show it: without the key, on one line, short.
    fn presentable(&self, text: &str) -> String {
        match &self.api_key {
            Some(key) => wire::excerpt(&key.redact(text)),
            None => wire::excerpt(text),
        }
    }
}

/// A request that brought no complete response.
enum Exchange {
    Failed(reqwest::Error),
    TooLong,
}

fn bearer(key: &Secret) -> HeaderValue {
    let mut value = HeaderValue::from_str(&format!("Bearer {}", key.expose()))
        .expect("a secret is visible ASCII");
    value.set_sensitive(true);
    value
}

/// HTTP/1.1 only: a connection per call in flight, where HTTP/2 would queue calls behind
/// the server's limit of streams per connection, typically 100.
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
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}
