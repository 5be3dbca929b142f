//! What a client needs to know about its server.

use std::num::NonZeroUsize;
use std::time::Duration;

use crate::Secret;

/// How to talk to the servers of one model. None of it shapes an answer, so none of it is part of a
/// request key.
#[derive(Clone, Debug)]
pub struct ClientSettings {
    /// Addresses up to and including the version, such as `http://127.0.0.1:8000/v1`. All
    /// of them have the same model; which one answers makes no difference.
    pub base_urls: Vec<String>,
    /// Sent as a bearer token; see [`api_key`](crate::api_key).
    pub api_key: Option<Secret>,
    /// Most calls in flight at once, over all addresses. Fewer where a server pushes back.
    pub concurrency: NonZeroUsize,
    /// A call without a complete answer after this time is lost.
    pub timeout: Duration,
    /// A request without an answer after this time, waits and retries included, is given up.
    /// Counts from when it is first sent.
    pub deadline: Duration,
    /// A connection that is not there after this time never comes.
    pub connect_timeout: Duration,
    /// How often a call is sent again; 0 sends it once.
    pub max_retries: u32,
    /// Wait before the first retry; doubled for each one after it.
    pub first_backoff: Duration,
    /// The wait is not doubled beyond this.
    pub longest_backoff: Duration,
    /// A server that asks for a longer wait than this is given up at once.
    pub longest_retry_after: Duration,
}

impl ClientSettings {
    /// Settings for a server without a key: 64 calls at once, 300 s each, an hour
    /// with all retries, 10 s to connect, 6 retries after 1 s, 2 s, 4 s and so on up to 60 s; waits of up to 300 s
    /// where the server asks for them.
    pub fn new(base_url: impl Into<String>) -> Self {
        Self {
            base_urls: vec![base_url.into()],
            api_key: None,
            concurrency: NonZeroUsize::new(64).expect("64 is not 0"),
            timeout: Duration::from_secs(300),
            deadline: Duration::from_secs(3600),
            connect_timeout: Duration::from_secs(10),
            max_retries: 6,
            first_backoff: Duration::from_secs(1),
            longest_backoff: Duration::from_secs(60),
            longest_retry_after: Duration::from_secs(300),
        }
    }
}
