//! The client: one bound, one retry loop, over the endpoints of one model.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::future::join_all;
use unitmill_model::{Digest, ModelAnswer, ModelRequest, Reply};

use crate::endpoint::{AttemptError, Endpoint};
use crate::error::{Failure, LlmError};
use crate::pool::{Pool, Trouble};
use crate::request_key;
use crate::retry::RetryPolicy;
use crate::settings::ClientSettings;

/// A client of one model, behind one address or several. Share it between tasks behind an
/// [`Arc`]: the bound on concurrency is the client's.
///
/// Calls go to the address with the least to do. Each address has a limit of its own, which
/// falls where it pushes back (429, 503, no answer in time, answers that only wait longer)
/// and grows again where it does not. One that fails is left alone for a while and its
/// calls go to the others.
///
/// Servers on the loopback interface are reached directly; for all others the
/// environment's proxies count (`HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`).
/// Redirects are not followed, so that neither prompts nor keys go elsewhere.
#[derive(Debug)]
pub struct Client {
    endpoints: Vec<Endpoint>,
    pool: Arc<Pool>,
    retry: RetryPolicy,
    timeout: Duration,
    deadline: Duration,
}

/// What it took to get an answer.
#[derive(Default)]
struct Toll {
    resent: u32,
    failures: Vec<String>,
    lost: u32,
}

impl Toll {
    fn pay(&mut self, failure: &impl ToString) {
        self.resent += 1;
        self.failures.push(failure.to_string());
    }
}

impl Client {
    /// Sets a client up. Connects to nothing yet.
    ///
    /// # Errors
    /// [`LlmError::BaseUrl`] for an unusable address or none, [`LlmError::Tls`] where an
    /// address is `https` and the system's CA certificates cannot be read,
    /// [`LlmError::SetUp`].
    pub fn new(settings: ClientSettings) -> Result<Self, LlmError> {
        let endpoints = settings
            .base_urls
            .iter()
            .map(|address| Endpoint::new(address, &settings))
            .collect::<Result<Vec<_>, _>>()?;
        if endpoints.is_empty() {
            return Err(LlmError::BaseUrl {
                base_url: String::new(),
                reason: "there is none".to_owned(),
            });
        }
        Ok(Self {
            pool: Pool::new(endpoints.len(), settings.concurrency.get()),
            endpoints,
            retry: RetryPolicy::new(&settings),
            timeout: settings.timeout,
            deadline: settings.deadline,
        })
    }

    /// Checks, before the first token is spent, that the servers answer, that they accept
    /// the key, and that they have the model where they list their models. Servers without
    /// a list (404, 405, 501) pass.
    ///
    /// One healthy address is enough; what is wrong with the others is the result, and they
    /// are left alone at first.
    ///
    /// # Errors
    /// Where none is healthy, what is wrong with the first: [`LlmError::Unreachable`] at
    /// once; [`LlmError::Unauthorised`], [`LlmError::UnknownModel`],
    /// [`LlmError::NotAModelServer`], [`LlmError::Rejected`]; [`LlmError::GaveUp`] where it
    /// stays busy or broken. [`LlmError::NoneHealthy`] where there are several.
    pub async fn health(&self, model: &str) -> Result<Vec<LlmError>, LlmError> {
        let checks = self
            .endpoints
            .iter()
            .map(|endpoint| self.health_of(endpoint, model));
        let mut problems = Vec::new();
        for (index, result) in join_all(checks).await.into_iter().enumerate() {
            if let Err(problem) = result {
                problems.push((index, problem));
            }
        }
        if problems.len() < self.endpoints.len() {
            return Ok(problems
                .into_iter()
                .map(|(index, problem)| {
                    let trouble = match problem {
                        LlmError::Unreachable { .. } | LlmError::GaveUp { .. } => Trouble::Away,
                        _ => Trouble::Misconfigured,
                    };
                    self.pool.distrust(index, trouble);
                    problem
                })
                .collect());
        }
        let mut problems: Vec<LlmError> =
            problems.into_iter().map(|(_, problem)| problem).collect();
        match problems.len() {
            1 => Err(problems.remove(0)),
            _ => Err(LlmError::NoneHealthy { problems }),
        }
    }

    async fn health_of(&self, endpoint: &Endpoint, model: &str) -> Result<(), LlmError> {
        // Any key spreads the waits; there is no request yet to take one from.
        let key = Digest::of(model);
        let mut tries = 0;
        loop {
            let failure = match endpoint.health(model, self.timeout).await {
                Ok(()) => return Ok(()),
                Err(AttemptError::Transient(failure)) => failure,
                Err(
                    AttemptError::Final(error)
                    | AttemptError::Refused {
                        otherwise: error, ..
                    },
                ) => return Err(error),
            };
            let Some(wait) = self.retry.wait(tries, failure.retry_after(), &key) else {
                return Err(LlmError::GaveUp {
                    base_url: endpoint.base_url(),
                    attempts: tries + 1,
                    // No tokens are asked for here.
                    lost: 0,
                    last: failure,
                });
            };
            tries += 1;
            tokio::time::sleep(wait).await;
        }
    }

    /// Asks for one answer. Waits for a free place first.
    ///
    /// Where a server names a parameter that it does not take and the answer does not
    /// depend on, the call is sent again at once without it, and later calls never have
    /// it.
    ///
    /// The reply's duration is that of the call that was answered; the ones before it are
    /// counted as `resent`, and how they failed is in `failures`. Dropping the future
    /// abandons the call and frees the place.
    ///
    /// # Errors
    /// [`LlmError::Unauthorised`], [`LlmError::UnknownModel`], [`LlmError::QuotaSpent`] and
    /// [`LlmError::Rejected`] at once where no other address is left;
    /// [`LlmError::GaveUp`] after the last retry, or when the deadline has passed.
    pub async fn ask(&self, request: &ModelRequest) -> Result<Reply, LlmError> {
        let mut replies = self.call(std::slice::from_ref(request)).await?;
        Ok(replies.remove(0))
    }

    /// Asks for several answers to the same messages, with one call where a server gives
    /// several choices a call (`n`) and with calls side by side where it does not; which
    /// it is, is learnt from the first answers of each address.
    ///
    /// `deliver` gets the replies of each call as they come, with the place of the first one
    /// in `requests`; what it makes of them, one for each, is given back in that order. The choices of a call go to its requests
    /// in order: the lowest choice index to the first. Tokens of such a call are divided so
    /// that their sums are right, and what was sent again counts for its first request.
    ///
    /// # Errors
    /// As [`Client::ask`], where a call for several failed; what concerns a single request
    /// goes to `deliver`.
    ///
    /// The requests may differ in nothing but their sample.
    pub async fn ask_samples<Delivered, Delivery>(
        &self,
        requests: &[ModelRequest],
        deliver: impl Fn(usize, Vec<Result<Reply, LlmError>>) -> Delivery,
    ) -> Result<Vec<Delivered>, LlmError>
    where
        Delivery: Future<Output = Vec<Delivered>>,
    {
        debug_assert!(
            requests.windows(2).all(|pair| {
                ModelRequest {
                    sample: pair[1].sample,
                    ..pair[0].clone()
                } == pair[1]
            }),
            "samples are of one question"
        );
        let mut delivered = Vec::with_capacity(requests.len());
        let mut open = requests;
        while open.len() > 1 && !self.one_choice_everywhere() {
            let done = delivered.len();
            let replies = match self.call(open).await {
                Ok(replies) => replies,
                // The first one was asked for alone too; the others may fare better.
                Err(error) if error.concerns_request_only() => {
                    delivered.extend(deliver(done, vec![Err(error)]).await);
                    open = &open[1..];
                    break;
                }
                Err(error) => return Err(error),
            };
            open = &open[replies.len()..];
            delivered.extend(deliver(done, replies.into_iter().map(Ok).collect()).await);
        }
        let done = delivered.len();
        let deliver = &deliver;
        let rest = open.iter().enumerate().map(async |(index, request)| {
            let reply = self.ask(request).await;
            deliver(done + index, vec![reply]).await
        });
        delivered.extend(join_all(rest).await.into_iter().flatten());
        Ok(delivered)
    }

    /// How many calls each address is given at once at present, in the order of the
    /// settings.
    pub fn limits(&self) -> Vec<usize> {
        self.pool.limits()
    }

    fn one_choice_everywhere(&self) -> bool {
        self.endpoints
            .iter()
            .all(|endpoint| endpoint.dialect().one_choice)
    }

    /// Gets answers to the first of the requests, or to more of them if one call brings
    /// more: at least one.
    async fn call(&self, requests: &[ModelRequest]) -> Result<Vec<Reply>, LlmError> {
        let mut toll = Toll::default();
        let request = &requests[0];
        let key = request_key(request);
        let mut deadline = None;
        let mut avoid = None;
        let mut tries = 0;
        // Tries since the last wait: each address once, then a wait.
        let mut round = 0;
        // A server that refuses a call for several answers may take one for one.
        let mut alone = requests.len() == 1;
        loop {
            let slot = self.pool.acquire(avoid).await;
            let index = slot.endpoint();
            let endpoint = &self.endpoints[index];
            let sent = Instant::now();
            let deadline = *deadline.get_or_insert(sent + self.deadline);
            let timeout = self.timeout.min(deadline.saturating_duration_since(sent));
            let dialect = endpoint.dialect();
            let answers = match alone || dialect.one_choice {
                true => 1,
                false => requests.len(),
            };
            let result = endpoint.attempt(request, answers, dialect, timeout).await;
            let latency = sent.elapsed();
            let failure = match result {
                Ok(answered) => {
                    slot.answered(latency);
                    if answered.len() < answers || (answers == 1 && requests.len() > 1) {
                        endpoint.learn(|dialect| Some(dialect.with_one_choice()));
                    }
                    return Ok(replies(requests, key, answered, toll, latency));
                }
                Err(AttemptError::Refused {
                    parameter,
                    otherwise,
                }) => {
                    slot.answered(latency);
                    // Each pass takes a parameter away, so this ends.
                    if dialect.without(&parameter, request).is_none() {
                        return Err(otherwise);
                    }
                    endpoint.learn(|dialect| dialect.without(&parameter, request));
                    toll.pay(&format!("the server does not take {parameter}"));
                    continue;
                }
                Err(AttemptError::Final(error)) if error.concerns_request_only() => {
                    slot.answered(latency);
                    if answers == 1 {
                        return Err(error);
                    }
                    alone = true;
                    toll.pay(&error);
                    continue;
                }
                Err(AttemptError::Final(error)) => {
                    slot.failed(Trouble::Misconfigured, None);
                    if !self.pool.has_other(index) {
                        return Err(error);
                    }
                    toll.pay(&error);
                    avoid = Some(index);
                    continue;
                }
                Err(AttemptError::Transient(failure)) => failure,
            };
            let asked = failure.retry_after();
            let wait = self.retry.wait(tries, asked, &key);
            let trouble = match (asked, wait) {
                // Whoever asks for more than is granted is of no use for now.
                (Some(_), None) => Trouble::Misconfigured,
                _ => failure.trouble(),
            };
            slot.failed(trouble, wait.and(asked));
            let elsewhere = tries < self.retry.max_retries() && self.pool.has_other(index);
            round += 1;
            let at_once = elsewhere && round < self.endpoints.len();
            let wait = match wait {
                _ if at_once => Some(Duration::ZERO),
                // Asked for a longer wait than is granted: the others have to do.
                None if elsewhere => Some(Duration::ZERO),
                wait => wait,
            };
            let in_time = |wait: &Duration| Instant::now() + *wait < deadline;
            let Some(wait) = wait.filter(in_time) else {
                return Err(LlmError::GaveUp {
                    base_url: endpoint.base_url(),
                    attempts: toll.resent + 1,
                    lost: toll.lost + u32::from(failure.may_be_paid_for()),
                    last: failure,
                });
            };
            toll.pay(&failure);
            toll.lost += u32::from(failure.may_be_paid_for());
            tries += 1;
            avoid = Some(index);
            if !wait.is_zero() {
                round = 0;
                tokio::time::sleep(wait).await;
            }
        }
    }
}

fn replies(
    requests: &[ModelRequest],
    first_key: Digest,
    answers: Vec<ModelAnswer>,
    toll: Toll,
    latency: Duration,
) -> Vec<Reply> {
    let duration_ms = u64::try_from(latency.as_millis()).unwrap_or(u64::MAX);
    let mut first = Some((first_key, toll));
    requests
        .iter()
        .zip(answers)
        .map(|(request, answer)| {
            let (key, toll) = first
                .take()
                .unwrap_or_else(|| (request_key(request), Toll::default()));
            Reply {
                key,
                model: request.model.clone(),
                answer,
                resent: toll.resent,
                failures: toll.failures,
                lost: toll.lost,
                duration_ms,
                replayed: false,
            }
        })
        .collect()
}

impl Failure {
    /// Whether the server may have answered, and only the answer was lost.
    fn may_be_paid_for(&self) -> bool {
        match self {
            Self::BrokenOff(_) | Self::Timeout(_) | Self::Malformed { .. } => true,
            Self::Unreachable(_) | Self::Status { .. } => false,
        }
    }

    /// How long the server wants to be left alone.
    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}
