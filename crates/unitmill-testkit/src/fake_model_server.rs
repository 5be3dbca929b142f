//! A real HTTP/1.1 server on the loopback interface that speaks the chat-completions API.
//!
//! It runs on a thread of its own, so that synchronous tests, asynchronous tests and
//! scripts use it alike, and it ends when it is dropped. It never listens on anything but
//! the loopback interface.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::sync::{oneshot, watch};

use crate::cut_body::AnswerBody;
use crate::fake_model::{AnswerForm, SeveralChoices};
use crate::hosted_batches::HostedBatches;
use crate::{ChatRequest, FailureMode, FakeModel};

/// How long [`FailureMode::Silence`] lasts.
const SILENCE: Duration = Duration::from_secs(3600);

/// What a server has seen so far.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ServerCounts {
    /// Connections accepted.
    pub connections: u64,
    /// Calls of `/v1/chat/completions`, failed ones included.
    pub calls: u64,
    /// Calls that the schedule let fail.
    pub failures: u64,
    /// Calls of `/v1/models`.
    pub listings: u64,
    /// Batches made.
    pub batches: u64,
    /// Most calls that were in flight at once.
    pub peak_in_flight: usize,
}

/// A running fake model server; dropping it stops it.
pub struct FakeModelServer {
    address: SocketAddr,
    state: Arc<State>,
    _stop: oneshot::Sender<()>,
}

struct State {
    model: FakeModel,
    connections: AtomicU64,
    calls: AtomicU64,
    failures: AtomicU64,
    listings: AtomicU64,
    hosted: Mutex<HostedBatches>,
    requests: Mutex<Vec<ChatRequest>>,
    in_flight: AtomicUsize,
    peak_in_flight: watch::Sender<usize>,
    last_activity: Mutex<Instant>,
}

impl FakeModelServer {
    /// Starts a server on a free port.
    ///
    /// # Errors
    /// When no port or no thread is to be had.
    pub fn start(model: FakeModel) -> io::Result<Self> {
        Self::start_on(model, 0)
    }

    /// Starts a server on the given port; 0 takes a free one.
    ///
    /// # Errors
    /// When the port is taken or no thread is to be had.
    pub fn start_on(model: FakeModel, port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let state = Arc::new(State {
            model,
            connections: AtomicU64::new(0),
            calls: AtomicU64::new(0),
            failures: AtomicU64::new(0),
            listings: AtomicU64::new(0),
            hosted: Mutex::default(),
            requests: Mutex::default(),
            in_flight: AtomicUsize::new(0),
            peak_in_flight: watch::Sender::new(0),
            last_activity: Mutex::new(Instant::now()),
        });
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let (stop, stopped) = oneshot::channel::<()>();
        let accepting = Arc::clone(&state);
        thread::Builder::new()
            .name("fake-model-server".to_owned())
            .spawn(move || {
                runtime.block_on(async {
                    tokio::select! {
                        // Nothing is ever sent: the sender's end is the signal.
                        _ = stopped => {}
                        () = accept(listener, accepting) => {}
                    }
                });
            })?;
        Ok(Self {
            address,
            state,
            _stop: stop,
        })
    }

    /// What a recipe's `base_url` would say.
    pub fn base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// What the server has seen so far; `GET /counts` says the same.
    pub fn counts(&self) -> ServerCounts {
        self.state.counts()
    }

    /// Every call so far, answered or not, in the order in which they came in; empty unless
    /// the model keeps them.
    pub fn requests(&self) -> Vec<ChatRequest> {
        self.state.requests().clone()
    }

    /// How long ago the last call came in; since the start where none did. Zero while one
    /// is in flight.
    pub fn idle(&self) -> Duration {
        if self.state.in_flight.load(Ordering::SeqCst) > 0 {
            return Duration::ZERO;
        }
        self.state.last_activity().elapsed()
    }
}

impl State {
    fn counts(&self) -> ServerCounts {
        ServerCounts {
            connections: self.connections.load(Ordering::SeqCst),
            calls: self.calls.load(Ordering::SeqCst),
            failures: self.failures.load(Ordering::SeqCst),
            listings: self.listings.load(Ordering::SeqCst),
            batches: self.hosted().batches(),
            peak_in_flight: *self.peak_in_flight.borrow(),
        }
    }

    fn last_activity(&self) -> Instant {
        *self
            .last_activity
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn hosted(&self) -> MutexGuard<'_, HostedBatches> {
        self.hosted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn requests(&self) -> MutexGuard<'_, Vec<ChatRequest>> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn touch(&self) {
        *self
            .last_activity
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }
}

/// Counts a call as in flight for as long as it lives.
struct InFlight<'a> {
    state: &'a State,
    /// How many there were when it came, itself included.
    now: usize,
}

impl<'a> InFlight<'a> {
    fn enter(state: &'a State) -> Self {
        let now = state.in_flight.fetch_add(1, Ordering::SeqCst) + 1;
        state.peak_in_flight.send_if_modified(|peak| {
            let higher = now > *peak;
            *peak = now.max(*peak);
            higher
        });
        Self { state, now }
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.state.in_flight.fetch_sub(1, Ordering::SeqCst);
        self.state.touch();
    }
}

async fn accept(listener: TcpListener, state: Arc<State>) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else {
        return;
    };
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Out of descriptors, say: the clients that hold them will let go.
            tokio::time::sleep(Duration::from_millis(5)).await;
            continue;
        };
        state.connections.fetch_add(1, Ordering::SeqCst);
        let state = Arc::clone(&state);
        tokio::spawn(async move {
            let service = service_fn(|request| serve(Arc::clone(&state), request));
            // An error here is a client that left or a hang-up that a test asked for.
            let _ended = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

/// An `Err` makes hyper close the connection without an answer.
async fn serve(
    state: Arc<State>,
    request: Request<Incoming>,
) -> Result<Response<AnswerBody>, io::Error> {
    state.touch();
    let refusal = refuse_key(&state.model, &request);
    match (request.method().clone(), request.uri().path()) {
        (Method::GET, "/v1/models") => {
            state.listings.fetch_add(1, Ordering::SeqCst);
            if let Some(refusal) = refusal {
                return Ok(refusal);
            }
            Ok(match &state.model.models {
                Some(models) => {
                    let listed: Vec<Value> = models
                        .iter()
                        .map(|model| json!({"id": model, "object": "model", "owned_by": "test"}))
                        .collect();
                    respond(StatusCode::OK, json!({"object": "list", "data": listed}))
                }
                None => no_such_path(),
            })
        }
        (Method::GET, "/counts") => {
            let counts = state.counts();
            Ok(respond(
                StatusCode::OK,
                json!({
                    "connections": counts.connections,
                    "calls": counts.calls,
                    "failures": counts.failures,
                    "listings": counts.listings,
                    "batches": counts.batches,
                    "peak_in_flight": counts.peak_in_flight,
                }),
            ))
        }
        (Method::POST, "/v1/chat/completions") => {
            let call = state.calls.fetch_add(1, Ordering::SeqCst) + 1;
            let in_flight = InFlight::enter(&state);
            let others = in_flight.now - 1;
            let body = request.into_body().collect().await;
            let body = body.map_err(io::Error::other)?.to_bytes();
            if state.model.keeps_requests {
                // What is no request is refused below.
                state.requests().extend(serde_json::from_slice(&body));
            }
            let mut peak = state.peak_in_flight.subscribe();
            let wanted = state.model.hold_until_in_flight;
            peak.wait_for(|peak| *peak >= wanted)
                .await
                .map_err(io::Error::other)?;
            if others >= state.model.busy_above {
                return Ok(rate_limited());
            }
            let others = u32::try_from(others).unwrap_or(u32::MAX);
            let latency = state.model.latency + state.model.latency_per_call.saturating_mul(others);
            if latency > Duration::ZERO {
                tokio::time::sleep(latency).await;
            }
            if let Some(refusal) = refusal {
                return Ok(refusal);
            }
            complete(&state, call, &body).await
        }
        (method, path) if path.starts_with("/v1/files") || path.starts_with("/v1/batches") => {
            let path = path.to_owned();
            if let Some(refusal) = refusal {
                return Ok(refusal);
            }
            let form = request.headers().get(CONTENT_TYPE).cloned();
            let body = request.into_body().collect().await;
            let body = body.map_err(io::Error::other)?.to_bytes();
            let form = form.as_ref().and_then(|form| form.to_str().ok());
            Ok(batches(&state, &method, &path, form.unwrap_or(""), &body))
        }
        _ => Ok(no_such_path()),
    }
}

/// The hosted batch endpoint.
fn batches(
    state: &State,
    method: &Method,
    path: &str,
    form: &str,
    body: &[u8],
) -> Response<AnswerBody> {
    let mut hosted = state.hosted();
    let path: Vec<&str> = path.trim_start_matches("/v1/").split('/').collect();
    let found = match (method.as_str(), &path[..]) {
        ("POST", ["files"]) => hosted.upload(form, body),
        ("GET", ["files", file, "content"]) => {
            return match hosted.content(file) {
                Some(content) => with_body(StatusCode::OK, AnswerBody::whole(content)),
                None => no_such_path(),
            };
        }
        ("POST", ["batches"]) => {
            let request = serde_json::from_slice(body).unwrap_or(Value::Null);
            hosted.create(&request, state.model.batch_looks)
        }
        ("GET", ["batches"]) => Some(hosted.list()),
        ("GET", ["batches", batch]) => hosted.look(batch, &state.model),
        _ => None,
    };
    found.map_or_else(no_such_path, |found| respond(StatusCode::OK, found))
}

async fn complete(
    state: &State,
    call: u64,
    body: &[u8],
) -> Result<Response<AnswerBody>, io::Error> {
    let request: ChatRequest = match serde_json::from_slice(body) {
        Ok(request) => request,
        Err(error) => {
            return Ok(bad_request(&format!(
                "the body is not a chat request: {error}"
            )));
        }
    };
    let failure = state.model.schedule.failure(call);
    if failure.is_some() {
        state.failures.fetch_add(1, Ordering::SeqCst);
    }
    match failure {
        None => {}
        Some(FailureMode::RateLimited { retry_after }) => {
            let mut response = rate_limited();
            if let Some(seconds) = retry_after {
                let value = seconds.parse().map_err(io::Error::other)?;
                response.headers_mut().insert(RETRY_AFTER, value);
            }
            return Ok(response);
        }
        Some(FailureMode::RateLimitedUntil { after }) => {
            let mut response = rate_limited();
            #[expect(clippy::disallowed_methods, reason = "the header is a date")]
            let until = SystemTime::now() + *after;
            let value = httpdate::fmt_http_date(until)
                .parse()
                .map_err(io::Error::other)?;
            response.headers_mut().insert(RETRY_AFTER, value);
            return Ok(response);
        }
        Some(FailureMode::Status { status, body }) => {
            let status = StatusCode::from_u16(*status).map_err(io::Error::other)?;
            return Ok(with_body(status, AnswerBody::whole(body.clone())));
        }
        Some(FailureMode::ShortLength) => {
            let whole = completion(&state.model, call, &request);
            let half = whole[..whole.len() / 2].to_owned();
            return Ok(with_body(StatusCode::OK, AnswerBody::whole(half)));
        }
        Some(FailureMode::CutBody) => {
            let whole = completion(&state.model, call, &request);
            return Ok(with_body(StatusCode::OK, AnswerBody::cut(whole)));
        }
        Some(FailureMode::BrokenJson) => {
            let whole = completion(&state.model, call, &request);
            let broken = whole[..whole.len() - 1].to_owned();
            return Ok(with_body(StatusCode::OK, AnswerBody::whole(broken)));
        }
        Some(FailureMode::NoChoices) => {
            return Ok(respond(StatusCode::OK, json!({"choices": []})));
        }
        Some(FailureMode::HangUp) => return Err(io::Error::other("hung up on purpose")),
        Some(FailureMode::Late(wait)) => tokio::time::sleep(*wait).await,
        Some(FailureMode::Silence) => tokio::time::sleep(SILENCE).await,
    }
    if let Some(models) = &state.model.models
        && !models.contains(&request.model)
    {
        return Ok(not_found(&format!(
            "The model `{}` does not exist.",
            request.model
        )));
    }
    if let Some(refusal) = refuse_parameter(&state.model, body) {
        return Ok(refusal);
    }
    let wants_several = request.n.is_some_and(|n| n > 1);
    if state.model.several_choices == SeveralChoices::Refused && wants_several {
        return Ok(bad_request("only n = 1 is supported"));
    }
    if state.model.form == AnswerForm::StreamOnly && request.stream != Some(true) {
        return Ok(respond(
            StatusCode::BAD_REQUEST,
            json!({"error": {
                "message": "this model answers in a stream only",
                "param": "stream",
                "code": "unsupported_value",
            }}),
        ));
    }
    Ok(with_body(
        StatusCode::OK,
        AnswerBody::whole(completion(&state.model, call, &request)),
    ))
}

/// The body of an answer.
pub(crate) fn completion(model: &FakeModel, call: u64, request: &ChatRequest) -> String {
    let wanted = match model.several_choices {
        SeveralChoices::Ignored => 1,
        _ => request.n.unwrap_or(1),
    };
    let answers: Vec<String> = (0..wanted as usize)
        .map(|choice| (model.answer)(request, choice))
        .collect();
    let whole = whole_completion(model, call, request, &answers);
    match model.form {
        AnswerForm::Text | AnswerForm::Parts => whole.to_string(),
        AnswerForm::Stream | AnswerForm::StreamOnly => in_pieces(&whole),
    }
}

/// The same as server-sent events: a piece for each part of each choice, the usage last.
fn in_pieces(whole: &Value) -> String {
    let mut pieces = Vec::new();
    let choices = whole["choices"].as_array().map_or(&[][..], Vec::as_slice);
    for choice in choices {
        let index = &choice["index"];
        let message = &choice["message"];
        for field in ["reasoning_content", "content"] {
            let text = message[field].as_str().unwrap_or("");
            let middle = text.floor_char_boundary(text.len() / 2);
            for part in [&text[..middle], &text[middle..]] {
                pieces.push(json!({"choices": [{"index": index, "delta": {field: part}}]}));
            }
        }
        let end = &choice["finish_reason"];
        pieces.push(json!({"choices": [{"index": index, "delta": {}, "finish_reason": end}]}));
    }
    pieces.push(json!({"choices": [], "usage": whole["usage"]}));
    let events: Vec<String> = pieces
        .iter()
        .map(|piece| format!("data: {piece}\n\n"))
        .collect();
    format!("{}data: [DONE]\n\n", events.concat())
}

fn whole_completion(
    model: &FakeModel,
    call: u64,
    request: &ChatRequest,
    answers: &[String],
) -> Value {
    let choices: Vec<Value> = answers
        .iter()
        .enumerate()
        .map(|(index, answer)| {
            let content = match model.form {
                AnswerForm::Parts => json!([{"type": "text", "text": answer}]),
                _ => json!(answer),
            };
            let mut message = json!({"role": "assistant", "content": content});
            if let Some(reasoning) = &model.reasoning {
                message["reasoning_content"] = json!(reasoning);
            }
            json!({"index": index, "message": message, "finish_reason": "stop"})
        })
        .collect();
    let mut completion = json!({
        "id": format!("chatcmpl-{call}"),
        "object": "chat.completion",
        "created": 0,
        "model": request.model,
        "choices": choices,
    });
    if model.usage {
        // Words, not tokens; a fake needs a number that is the same every time.
        let prompt = request.text().split_whitespace().count();
        let completed: usize = answers
            .iter()
            .map(|answer| answer.split_whitespace().count())
            .sum();
        completion["usage"] = json!({
            "prompt_tokens": prompt,
            "completion_tokens": completed,
            "total_tokens": prompt + completed,
        });
    }
    completion
}

fn refuse_key(model: &FakeModel, request: &Request<Incoming>) -> Option<Response<AnswerBody>> {
    let wanted = model.api_key.as_deref()?;
    let sent = request
        .headers()
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "));
    if sent == Some(wanted) {
        return None;
    }
    let message = match sent {
        Some(key) => format!("Incorrect API key provided: {key}."),
        None => "You did not provide an API key.".to_owned(),
    };
    Some(respond(
        StatusCode::UNAUTHORIZED,
        json!({"error": {"message": message, "type": "invalid_request_error", "code": "invalid_api_key"}}),
    ))
}

fn refuse_parameter(model: &FakeModel, body: &[u8]) -> Option<Response<AnswerBody>> {
    let sent: Value = serde_json::from_slice(body).ok()?;
    let refused = model
        .refused_parameters
        .iter()
        .find(|parameter| sent.get(parameter.as_str()).is_some())?;
    Some(respond(
        StatusCode::BAD_REQUEST,
        json!({"error": {
            "message": format!("Unsupported parameter: '{refused}' is not supported with this model."),
            "type": "invalid_request_error",
            "param": refused,
            "code": "unsupported_parameter",
        }}),
    ))
}

fn rate_limited() -> Response<AnswerBody> {
    respond(
        StatusCode::TOO_MANY_REQUESTS,
        json!({"error": {"message": "rate limit reached", "type": "requests"}}),
    )
}

fn bad_request(message: &str) -> Response<AnswerBody> {
    respond(
        StatusCode::BAD_REQUEST,
        json!({"error": {"message": message, "type": "BadRequestError", "code": 400}}),
    )
}

/// What a web framework says; a model that is missing gets another 404.
fn no_such_path() -> Response<AnswerBody> {
    respond(StatusCode::NOT_FOUND, json!({"detail": "Not Found"}))
}

fn not_found(message: &str) -> Response<AnswerBody> {
    respond(
        StatusCode::NOT_FOUND,
        json!({"error": {"message": message, "type": "NotFoundError", "code": 404}}),
    )
}

fn respond(status: StatusCode, body: Value) -> Response<AnswerBody> {
    with_body(status, AnswerBody::whole(body.to_string()))
}

fn with_body(status: StatusCode, body: AnswerBody) -> Response<AnswerBody> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(
        CONTENT_TYPE,
        hyper::header::HeaderValue::from_static("application/json"),
    );
    response
}
