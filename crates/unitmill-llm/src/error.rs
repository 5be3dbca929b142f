//! What can go wrong with a model server, and what to do about it.

use std::time::Duration;

use thiserror::Error;

/// Most names of models that a hint lists.
const LISTED_MODELS: usize = 8;

/// A model server that cannot be used, or a request that it will not answer. Texts from
/// the server are shortened, and the API key is blanked out of them.
#[derive(Debug, Error)]
pub enum LlmError {
    /// The recipe's `base_url` cannot be used.
    #[error("base_url `{base_url}` cannot be used: {reason}")]
    BaseUrl {
        /// What the recipe says, without what could be secret.
        base_url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The recipe names an environment variable for the key, and it is empty.
    #[error("the environment variable {variable} holds no key for {base_url}")]
    MissingKey {
        /// The variable.
        variable: String,
        /// The server.
        base_url: String,
    },
    /// The key has characters that no HTTP header can carry.
    #[error("the key in the environment variable {variable} cannot be sent in an HTTP header")]
    UnusableKey {
        /// The variable.
        variable: String,
    },
    /// The machine lacks what encrypted connections need.
    #[error("cannot set up encrypted connections to {base_url}")]
    Tls {
        /// The server.
        base_url: String,
        /// What TLS says.
        source: rustls::Error,
    },
    /// The HTTP client cannot be built.
    #[error("cannot set up the HTTP client for {base_url}")]
    SetUp {
        /// The server.
        base_url: String,
        /// What the client says.
        source: reqwest::Error,
    },
    /// No connection, before the first token was spent.
    #[error("no model server answers at {base_url}")]
    Unreachable {
        /// The server.
        base_url: String,
        /// What the connection says.
        source: reqwest::Error,
    },
    /// None of several addresses can be used.
    #[error("none of {} addresses can be used: {}", problems.len(), listed(problems))]
    NoneHealthy {
        /// What is wrong with each.
        problems: Vec<LlmError>,
    },
    /// Something answers, but not a model server.
    #[error("what answers at {base_url} is not a model server: {excerpt}")]
    NotAModelServer {
        /// The address.
        base_url: String,
        /// How its answer begins.
        excerpt: String,
    },
    /// The server wants a key, or another one (401, 403).
    #[error("{base_url} refuses access with status {status}: {message}")]
    Unauthorised {
        /// The server.
        base_url: String,
        /// The HTTP status.
        status: u16,
        /// What the server says.
        message: String,
    },
    /// The server does not have the model.
    #[error("{base_url} does not have the model `{model}`")]
    UnknownModel {
        /// The server.
        base_url: String,
        /// The model asked for.
        model: String,
        /// The models that it lists, nearest name first; empty where it lists none.
        known: Vec<String>,
    },
    /// The account behind the key has nothing left; waiting does not help.
    #[error("the quota of the account at {base_url} is spent: {message}")]
    QuotaSpent {
        /// The server.
        base_url: String,
        /// What the server says.
        message: String,
    },
    /// The server understood and will not answer, now or later.
    #[error("{base_url} rejects the request with status {status}: {message}")]
    Rejected {
        /// The server.
        base_url: String,
        /// The HTTP status.
        status: u16,
        /// What the server says.
        message: String,
    },
    /// A wave of requests was not answered as a whole.
    #[error("{origin} did not answer a batch of requests: {message}")]
    Batch {
        /// The server, or the command.
        origin: String,
        /// What happened.
        message: String,
    },
    /// Every try failed in a way that another might not have.
    #[error("no answer from {base_url} after {}", counted(*attempts))]
    GaveUp {
        /// The server.
        base_url: String,
        /// How often the request was sent.
        attempts: u32,
        /// How many of them may have been answered, with an answer that was lost.
        lost: u32,
        /// How the last attempt failed.
        #[source]
        last: Failure,
    },
}

/// How one attempt failed that is worth another.
#[derive(Debug, Error)]
pub enum Failure {
    /// No connection.
    #[error("no connection")]
    Unreachable(#[source] reqwest::Error),
    /// The connection ended before the answer did.
    #[error("the connection broke off before the answer was complete")]
    BrokenOff(#[source] reqwest::Error),
    /// No complete answer in time.
    #[error("no complete answer within {} s", .0.as_secs_f64())]
    Timeout(Duration),
    /// A status that may pass.
    #[error("status {status}: {message}{}", asked_wait(*retry_after))]
    Status {
        /// The HTTP status.
        status: u16,
        /// What the server says.
        message: String,
        /// How long the server wants to be left alone.
        retry_after: Option<Duration>,
    },
    /// An answer that is not one.
    #[error("the answer is malformed ({reason}): {excerpt}")]
    Malformed {
        /// What is wrong with it.
        reason: String,
        /// How it begins.
        excerpt: String,
    },
}

fn listed(problems: &[LlmError]) -> String {
    let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
    problems.join("; ")
}

fn counted(attempts: u32) -> String {
    match attempts {
        1 => "1 attempt".to_owned(),
        _ => format!("{attempts} attempts"),
    }
}

fn asked_wait(retry_after: Option<Duration>) -> String {
    retry_after.map_or(String::new(), |wait| {
        format!(" (it asks for a wait of {} s)", wait.as_secs_f64())
    })
}

impl LlmError {
    /// Whether only this request is refused (400, 413, 422: a prompt that is too long,
    /// say) while the server goes on answering others.
    pub fn concerns_request_only(&self) -> bool {
        matches!(
            self,
            Self::Rejected {
                status: 400 | 413 | 422,
                ..
            }
        )
    }

    /// How often the request may have been answered, and paid for, with an answer that was
    /// lost.
    pub fn lost_answers(&self) -> u32 {
        match self {
            Self::GaveUp { lost, .. } => *lost,
            _ => 0,
        }
    }

    /// What to do about it, in a sentence or two.
    pub fn hint(&self) -> String {
        match self {
            Self::BaseUrl { .. } => {
                "Give base_url as http(s)://host[:port]/v1, the address that the server's \
                 documentation has for chat completions, without /chat/completions."
                    .to_owned()
            }
            Self::MissingKey { variable, .. } => format!(
                "Set {variable} to the key, or take api_key_env out of the recipe if the server \
                 needs none."
            ),
            Self::UnusableKey { variable } => format!(
                "{variable} must hold the key alone: visible ASCII characters, no spaces or line \
                 breaks inside."
            ),
            Self::Tls { .. } => "Install the system's CA certificates (package ca-certificates), \
                 or point SSL_CERT_FILE at a file that holds them."
                .to_owned(),
            Self::SetUp { .. } => {
                "Check the proxy variables of the environment (HTTPS_PROXY, HTTP_PROXY, ALL_PROXY)."
                    .to_owned()
            }
            Self::Unreachable { base_url, .. } => {
                let mut hint = format!(
                    "Check that the server runs and that base_url is right: curl \
                     {base_url}/models. Addresses outside this machine go through HTTPS_PROXY \
                     or HTTP_PROXY where set."
                );
                if base_url.starts_with("https:") {
                    hint.push_str(
                        " If a certificate is what fails, install the package ca-certificates, \
                         or point SSL_CERT_FILE at the certificates of the server's authority.",
                    );
                }
                hint
            }
            Self::NoneHealthy { problems } => {
                problems.first().map_or_else(String::new, LlmError::hint)
            }
            Self::NotAModelServer { .. } => {
                "Check the path of base_url; for most servers it ends in /v1.".to_owned()
            }
            Self::Unauthorised { .. } => {
                "Name the environment variable that holds the key as api_key_env in the recipe, \
                 and check that the key may use this model."
                    .to_owned()
            }
            Self::UnknownModel {
                known, base_url, ..
            } => {
                if known.is_empty() {
                    return format!(
                        "Set the model's name as the server knows it; curl {base_url}/models may \
                         list them."
                    );
                }
                let mut names = known
                    .iter()
                    .take(LISTED_MODELS)
                    .map(|name| format!("`{name}`"))
                    .collect::<Vec<_>>()
                    .join(", ");
                if known.len() > LISTED_MODELS {
                    names.push_str(&format!(" and {} more", known.len() - LISTED_MODELS));
                }
                format!("The server has {names}.")
            }
            Self::QuotaSpent { .. } => {
                "Raise the account's limit, then start the same run again: what was answered is \
                 kept."
                    .to_owned()
            }
            Self::Rejected { status, .. } => match status {
                300..=399 => {
                    "The server redirects, which would resend the prompt elsewhere; set base_url \
                     to the final address."
                }
                404 | 405 => "Check the path of base_url; for most servers it ends in /v1.",
                400 | 413 | 422 => {
                    "The prompt and max_tokens together may not fit the model's context, or the \
                     server may not know one of the sampling parameters."
                }
                _ => "The server's message and log say more.",
            }
            .to_owned(),
            Self::Batch { .. } => {
                "What was answered is kept: once the cause is gone, start the same run again."
                    .to_owned()
            }
            Self::GaveUp { last, .. } => last.hint(),
        }
    }
}

impl Failure {
    fn hint(&self) -> String {
        match self {
            Self::Unreachable(_) => {
                "The server went away; once it is back, start the same run again: what was \
                 answered is kept."
            }
            Self::BrokenOff(_) | Self::Malformed { .. } => {
                "Look into the server's log, or that of the gateway before it."
            }
            Self::Timeout(_) => {
                "Lower concurrency or max_tokens, or raise timeout_s: the server may be slower \
                 than the calls that it is given."
            }
            Self::Status { status: 429, .. } => {
                "Lower concurrency, or run later: the server's rate limit does not carry this \
                 many calls."
            }
            Self::Status { .. } => {
                "Look into the server's log; lower concurrency if it is overloaded."
            }
        }
        .to_owned()
    }
}
