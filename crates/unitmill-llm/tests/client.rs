//! The client against a real server that fails on purpose.

use std::collections::BTreeSet;
use std::error::Error;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::task::JoinSet;
use unitmill_llm::{Client, ClientSettings, Failure, LlmError, Secret, request_key};
use unitmill_model::{FinishReason, Message, ModelRequest, Reply, Role};
use unitmill_testkit::{FailureMode, FakeModel, FakeModelServer, Schedule};

const HOUR: Duration = Duration::from_secs(3600);

fn settings(base_url: String) -> ClientSettings {
    ClientSettings {
        first_backoff: Duration::from_millis(1),
        longest_backoff: Duration::from_millis(2),
        ..ClientSettings::new(base_url)
    }
}

fn client(settings: ClientSettings) -> Client {
    Client::new(settings).expect("the settings are sound")
}

fn start(model: FakeModel) -> FakeModelServer {
    FakeModelServer::start(model).expect("a port is free")
}

fn echo() -> FakeModel {
    FakeModel::answering(|request| request.messages[0].content.clone())
}

fn request(content: &str) -> ModelRequest {
    ModelRequest {
        model: "fake".to_owned(),
        messages: vec![Message {
            role: Role::User,
            content: content.to_owned(),
        }],
        temperature: 0.2,
        top_p: 0.95,
        max_tokens: 64,
        seed: 7,
        sample: 0,
    }
}

/// Everything that a person or a log could see of an error.
fn everything(error: &LlmError) -> String {
    let mut text = format!("{error} {error:?} {}", error.hint());
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(&format!(" {cause} {cause:?}"));
        source = cause.source();
    }
    text
}

#[tokio::test]
async fn an_answer_comes_with_its_key_and_counts() {
    let server = start(echo());
    let client = client(settings(server.base_url()));
    let request = request("two words");
    let reply = client.ask(&request).await.expect("an answer");
    assert_eq!(reply.key, request_key(&request));
    assert_eq!(reply.model, "fake");
    assert_eq!(reply.answer.text, "two words");
    assert_eq!(reply.answer.finish_reason, FinishReason::Stop);
    assert_eq!(reply.answer.prompt_tokens, 2);
    assert_eq!(reply.answer.completion_tokens, 2);
    assert_eq!(reply.resent, 0);
    assert!(!reply.replayed);
}

#[tokio::test]
async fn usage_may_be_missing() {
    let server = start(echo().without_usage());
    let reply = client(settings(server.base_url()))
        .ask(&request("hi"))
        .await;
    let answer = reply.expect("an answer").answer;
    assert_eq!((answer.prompt_tokens, answer.completion_tokens), (0, 0));
}

#[tokio::test]
async fn the_whole_request_arrives_and_samples_have_seeds_of_their_own() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&seen);
    let server = start(
        FakeModel::answering(move |request| {
            log.lock().expect("no panic").push(request.clone());
            String::new()
        })
        .single_choice_only(),
    );
    let client = client(settings(server.base_url()));
    for sample in 0..3 {
        let asked = ModelRequest {
            sample,
            ..request("hi")
        };
        client.ask(&asked).await.expect("an answer");
    }
    let seen = seen.lock().expect("no panic");
    assert_eq!(seen[0].model, "fake");
    assert_eq!(seen[0].messages, request("hi").messages);
    assert_eq!(seen[0].temperature, Some(0.2));
    assert_eq!(seen[0].top_p, Some(0.95));
    assert_eq!(seen[0].max_tokens, Some(64));
    assert_eq!(seen[0].n, None);
    let seeds: BTreeSet<_> = seen.iter().map(|request| request.seed).collect();
    assert_eq!(seeds.len(), 3);
}

#[tokio::test]
async fn what_can_pass_is_sent_again() {
    let modes = [
        FailureMode::RateLimited { retry_after: None },
        FailureMode::server_error(),
        FailureMode::Status {
            status: 503,
            body: "loading".to_owned(),
        },
        FailureMode::CutBody,
        FailureMode::BrokenJson,
        FailureMode::NoChoices,
        FailureMode::HangUp,
    ];
    for mode in modes {
        let server = start(echo().failing(Schedule::First(vec![mode.clone(), mode.clone()])));
        let client = client(settings(server.base_url()));
        let reply = client.ask(&request("hi")).await;
        let reply = reply.unwrap_or_else(|error| panic!("{mode:?}: {}", everything(&error)));
        assert_eq!(reply.answer.text, "hi", "{mode:?}");
        assert_eq!(reply.resent, 2, "{mode:?}");
        assert_eq!(server.counts().calls, 3, "{mode:?}");
    }
}

#[tokio::test]
async fn every_failure_is_told_by_its_kind_once_the_retries_are_spent() {
    type Check = fn(&Failure) -> bool;
    let cases: [(FailureMode, Check); 6] = [
        (FailureMode::RateLimited { retry_after: None }, |last| {
            matches!(last, Failure::Status { status: 429, .. })
        }),
        (
            FailureMode::server_error(),
            |last| matches!(last, Failure::Status { status: 500, message, .. } if message == "internal error"),
        ),
        (FailureMode::CutBody, |last| {
            matches!(last, Failure::BrokenOff(_))
        }),
        (
            FailureMode::BrokenJson,
            |last| matches!(last, Failure::Malformed { reason, .. } if reason.contains("not a chat completion")),
        ),
        (
            FailureMode::NoChoices,
            |last| matches!(last, Failure::Malformed { reason, .. } if reason == "no choices"),
        ),
        (FailureMode::HangUp, |last| {
            matches!(last, Failure::BrokenOff(_))
        }),
    ];
    for (mode, check) in cases {
        let server = start(echo().failing(Schedule::Every {
            every: 1,
            modes: vec![mode.clone()],
        }));
        let client = client(ClientSettings {
            max_retries: 2,
            ..settings(server.base_url())
        });
        match client.ask(&request("hi")).await {
            Err(LlmError::GaveUp {
                attempts: 3, last, ..
            }) => assert!(check(&last), "{last:?}"),
            other => panic!("{mode:?}: {other:?}"),
        }
        assert_eq!(server.counts().calls, 3, "{mode:?}");
    }
}

#[tokio::test]
async fn a_silent_server_is_a_timeout() {
    let server = start(echo().failing(Schedule::First(vec![FailureMode::Silence])));
    let patient = client(ClientSettings {
        timeout: Duration::from_millis(200),
        ..settings(server.base_url())
    });
    let reply = patient.ask(&request("hi")).await.expect("a later try");
    assert!(reply.resent >= 1);

    let server = start(echo().failing(Schedule::Every {
        every: 1,
        modes: vec![FailureMode::Silence],
    }));
    let impatient = client(ClientSettings {
        timeout: Duration::from_millis(20),
        max_retries: 1,
        ..settings(server.base_url())
    });
    let error = impatient.ask(&request("hi")).await;
    assert!(matches!(
        error,
        Err(LlmError::GaveUp {
            attempts: 2,
            last: Failure::Timeout(_),
            ..
        })
    ));
}

#[tokio::test]
async fn what_cannot_pass_is_sent_once() {
    for status in [301, 400, 404, 409, 413, 422, 501] {
        let server = start(echo().failing(Schedule::Every {
            every: 1,
            modes: vec![FailureMode::Status {
                status,
                body: r#"{"error":{"message":"max_tokens is too large"}}"#.to_owned(),
            }],
        }));
        let client = client(settings(server.base_url()));
        let error = client.ask(&request("hi")).await.expect_err("refused");
        assert!(
            matches!(&error, LlmError::Rejected { status: told, message, .. }
                if *told == status && message == "max_tokens is too large"),
            "{error:?}"
        );
        assert_eq!(
            error.concerns_request_only(),
            [400, 413, 422].contains(&status)
        );
        assert_eq!(server.counts().calls, 1);
    }
}

#[tokio::test]
async fn parameters_that_a_server_does_not_take_are_learnt_once() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&seen);
    let server = start(
        FakeModel::answering(move |request| {
            log.lock().expect("no panic").push(request.clone());
            String::new()
        })
        .refusing_parameters(["max_tokens", "seed", "top_p"]),
    );
    let client = client(ClientSettings {
        max_retries: 0,
        ..settings(server.base_url())
    });
    let whole = ModelRequest {
        top_p: 1.0,
        ..request("hi")
    };
    assert_eq!(client.ask(&whole).await.expect("an answer").resent, 3);
    assert_eq!(client.ask(&whole).await.expect("an answer").resent, 0);
    let seen = seen.lock().expect("no panic").clone();
    assert_eq!(seen.len(), 2);
    for request in &seen {
        assert_eq!(request.max_completion_tokens, Some(64));
        assert_eq!(
            (request.max_tokens, request.seed, request.top_p),
            (None, None, None)
        );
    }
    // What shapes the answer is never left out.
    let error = client
        .ask(&request("hi"))
        .await
        .expect_err("top_p is needed");
    assert!(error.to_string().contains("'top_p'"), "{error}");
    assert!(error.concerns_request_only());
}

/// All calls are under way in the old dialect before the first refusal comes back.
#[tokio::test]
async fn calls_in_flight_learn_from_their_own_refusals() {
    let server = start(
        echo()
            .refusing_parameters(["max_tokens"])
            .hold_until_in_flight(16),
    );
    let client = Arc::new(client(settings(server.base_url())));
    let mut calls = JoinSet::new();
    for _ in 0..16 {
        let client = Arc::clone(&client);
        calls.spawn(async move { client.ask(&request("hi")).await });
    }
    while let Some(reply) = calls.join_next().await {
        assert_eq!(reply.expect("no panic").expect("an answer").resent, 1);
    }
}

#[tokio::test]
async fn a_spent_quota_is_not_waited_for() {
    let server = start(echo().failing(Schedule::Every {
        every: 1,
        modes: vec![FailureMode::Status {
            status: 429,
            body: r#"{"error":{"message":"You exceeded your quota","code":"insufficient_quota"}}"#
                .to_owned(),
        }],
    }));
    let error = client(settings(server.base_url()))
        .ask(&request("hi"))
        .await;
    assert!(
        matches!(error, Err(LlmError::QuotaSpent { .. })),
        "{error:?}"
    );
    assert_eq!(server.counts().calls, 1);
}

/// With backoffs of an hour, only a client that follows `Retry-After` ever answers.
#[tokio::test]
async fn retry_after_replaces_the_backoff() {
    let server = start(echo().failing(Schedule::First(vec![
        FailureMode::RateLimited {
            retry_after: Some("0".to_owned()),
        },
        FailureMode::RateLimited {
            retry_after: Some("0.002".to_owned()),
        },
    ])));
    let client = client(ClientSettings {
        first_backoff: HOUR,
        longest_backoff: HOUR,
        ..settings(server.base_url())
    });
    let reply = client.ask(&request("hi")).await.expect("an answer");
    assert_eq!(reply.resent, 2);
}

#[tokio::test]
async fn a_server_that_wants_to_be_left_alone_for_a_day_is_given_up() {
    let server = start(
        echo().failing(Schedule::First(vec![FailureMode::RateLimited {
            retry_after: Some("86400".to_owned()),
        }])),
    );
    let error = client(settings(server.base_url()))
        .ask(&request("hi"))
        .await;
    match error {
        Err(LlmError::GaveUp {
            attempts: 1,
            last: Failure::Status { retry_after, .. },
            ..
        }) => assert_eq!(retry_after, Some(Duration::from_secs(86_400))),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn connections_are_reused() {
    let server = start(echo());
    let client = client(settings(server.base_url()));
    for _ in 0..20 {
        client.ask(&request("hi")).await.expect("an answer");
    }
    assert_eq!(server.counts().connections, 1);
    assert_eq!(server.counts().calls, 20);
}

/// The server answers nobody before eight calls are in flight, so the bound is reached;
/// that it counts eight at the end says that it is kept.
#[tokio::test]
async fn the_bound_on_concurrency_is_reached_and_kept() {
    let server = start(echo().hold_until_in_flight(8));
    let client = Arc::new(client(ClientSettings {
        concurrency: NonZeroUsize::new(8).expect("not 0"),
        ..settings(server.base_url())
    }));
    let mut calls = JoinSet::new();
    for index in 0..100 {
        let client = Arc::clone(&client);
        calls.spawn(async move { client.ask(&request(&index.to_string())).await });
    }
    while let Some(reply) = calls.join_next().await {
        reply.expect("no panic").expect("an answer");
    }
    let counts = server.counts();
    assert_eq!(counts.peak_in_flight, 8);
    assert_eq!(counts.calls, 100);
    assert!(counts.connections <= 8, "{counts:?}");
}

#[tokio::test]
async fn many_calls_through_a_failing_server_all_end_with_their_own_answer() {
    let server = start(echo().failing(Schedule::Every {
        every: 3,
        modes: vec![
            FailureMode::RateLimited {
                retry_after: Some("0.001".to_owned()),
            },
            FailureMode::server_error(),
            FailureMode::CutBody,
            FailureMode::BrokenJson,
            FailureMode::HangUp,
        ],
    }));
    let client = Arc::new(client(ClientSettings {
        max_retries: 50,
        ..settings(server.base_url())
    }));
    let mut calls = JoinSet::new();
    for index in 0..200 {
        let client = Arc::clone(&client);
        calls.spawn(async move {
            let text = format!("prompt {index}");
            let reply = client.ask(&request(&text)).await.expect("an answer");
            assert_eq!(reply.answer.text, text);
            u64::from(reply.resent)
        });
    }
    let mut resent = 0;
    while let Some(count) = calls.join_next().await {
        resent += count.expect("every call ends well");
    }
    let counts = server.counts();
    assert_eq!(counts.calls, 200 + resent);
    assert_eq!(counts.failures, resent);
}

#[tokio::test]
async fn abandoned_calls_free_their_places() {
    let server = start(echo().failing(Schedule::First(vec![FailureMode::Silence])));
    let client = client(ClientSettings {
        concurrency: NonZeroUsize::MIN,
        ..settings(server.base_url())
    });
    let hi = request("hi");
    let arrived = async {
        while server.counts().calls == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::select! {
        reply = client.ask(&hi) => panic!("the server is silent: {reply:?}"),
        () = arrived => {}
    }
    // A place that is not freed would block this call for ever.
    client.ask(&hi).await.expect("an answer");
}

/// A privileged port of this machine on which nobody listens.
const DEAD: &str = "http://127.0.0.1:1/v1";

#[tokio::test]
async fn an_unreachable_server_is_told_at_once_by_health_and_after_retries_by_ask() {
    let client = client(ClientSettings {
        max_retries: 2,
        ..settings(DEAD.to_owned())
    });
    let error = client.health("fake").await.expect_err("nobody listens");
    assert!(matches!(error, LlmError::Unreachable { .. }), "{error:?}");
    assert!(
        everything(&error).contains("refused"),
        "{}",
        everything(&error)
    );
    let error = client.ask(&request("hi")).await;
    assert!(matches!(
        error,
        Err(LlmError::GaveUp {
            attempts: 3,
            last: Failure::Unreachable(_),
            ..
        })
    ));
}

#[tokio::test]
async fn health_accepts_servers_with_and_without_a_list() {
    let plain = start(echo());
    client(settings(plain.base_url()))
        .health("any")
        .await
        .expect("404 is fine");
    let listing = start(echo().models(["fake", "other:latest"]));
    let client = client(settings(listing.base_url()));
    client.health("fake").await.expect("it is listed");
    client
        .health("other")
        .await
        .expect("it is listed as latest");
    assert_eq!(listing.counts().calls, 0);
    assert_eq!(listing.counts().listings, 2);
}

#[tokio::test]
async fn a_model_that_is_not_listed_is_told_with_the_nearest_names() {
    let server = start(echo().models(["aaa", "qwen3-coder-30b", "zzz"]));
    let client = client(settings(server.base_url()));
    let error = client.health("qwen3-coder").await.expect_err("not listed");
    let LlmError::UnknownModel { known, .. } = &error else {
        panic!("{error:?}");
    };
    assert_eq!(known[0], "qwen3-coder-30b");
    assert!(
        error
            .hint()
            .starts_with("The server has `qwen3-coder-30b`, ")
    );
    let asked = client.ask(&request("hi")).await;
    assert!(matches!(asked, Err(LlmError::UnknownModel { model, .. }) if model == "fake"));
    assert_eq!(server.counts().calls, 1);
}

#[tokio::test]
async fn keys_are_sent_and_wrong_ones_refused_at_once() {
    let server = start(echo().api_key("sk-right-key").models(["fake"]));
    let with_key = |key: Option<&str>| {
        client(ClientSettings {
            api_key: key.map(|key| Secret::new(key).expect("a usable key")),
            ..settings(server.base_url())
        })
    };
    let right = with_key(Some("sk-right-key"));
    right.health("fake").await.expect("the key is right");
    right.ask(&request("hi")).await.expect("the key is right");
    for wrong in [Some("sk-wrong-key"), None] {
        let client = with_key(wrong);
        let health = client.health("fake").await;
        assert!(matches!(
            health,
            Err(LlmError::Unauthorised { status: 401, .. })
        ));
        let asked = client.ask(&request("hi")).await;
        assert!(matches!(
            asked,
            Err(LlmError::Unauthorised { status: 401, .. })
        ));
    }
    assert_eq!(server.counts().calls, 3);
}

/// The server repeats the key in every kind of refusal; nothing of it comes through.
#[tokio::test]
async fn no_error_shows_the_key() {
    let keys = [
        "sk-0123456789abcdef",
        "k\"ey\\with}quotes",
        "Zm9v/YmFy+cXV4==",
    ];
    for key in keys {
        let body = serde_json::json!({
            "error": {"message": format!("{} the key {key} is bad", "x".repeat(290))}
        });
        let raw = format!("<html>{key}</html>");
        let mut modes = vec![FailureMode::HangUp, FailureMode::CutBody];
        for status in [200, 400, 403, 404, 429, 500] {
            for body in [body.to_string(), raw.clone()] {
                modes.push(FailureMode::Status { status, body });
            }
        }
        let mut servers: Vec<FakeModelServer> = modes
            .into_iter()
            .map(|mode| {
                start(echo().failing(Schedule::Every {
                    every: 1,
                    modes: vec![mode],
                }))
            })
            .collect();
        servers.push(start(echo().api_key("another")));
        for server in &servers {
            let client = client(ClientSettings {
                api_key: Secret::new(key),
                max_retries: 0,
                ..settings(server.base_url())
            });
            let error = client.ask(&request("hi")).await.expect_err("it fails");
            let shown = format!("{} {client:?}", everything(&error));
            let escaped = format!("{key:?}");
            for form in [key, escaped.trim_matches('"'), &key[..6]] {
                assert!(!shown.contains(form), "{shown}");
            }
        }
    }
}

#[test]
fn encrypted_addresses_are_set_up_from_the_system_certificates() {
    match Client::new(settings("https://api.example.com/v1".to_owned())) {
        Ok(_) => {}
        // A machine without CA certificates says so.
        Err(error) => assert!(matches!(error, LlmError::Tls { .. }), "{error:?}"),
    }
}

#[tokio::test]
async fn what_people_read() {
    let dead = ClientSettings {
        max_retries: 0,
        ..settings(DEAD.to_owned())
    };
    let dead = client(dead);
    let server = start(echo().models(["fake"]).failing(Schedule::First(vec![
        FailureMode::server_error(),
        FailureMode::NoChoices,
        FailureMode::Status {
            status: 400,
            body: r#"{"error":{"message":"maximum context length is 4096 tokens"}}"#.to_owned(),
        },
        FailureMode::Status {
            status: 308,
            body: String::new(),
        },
        // Last, for no call goes out before the time is over.
        FailureMode::RateLimited {
            retry_after: Some("30".to_owned()),
        },
    ])));
    let once = client(ClientSettings {
        max_retries: 0,
        ..settings(server.base_url())
    });
    let mut errors = vec![
        dead.health("fake").await.expect_err("nobody listens"),
        dead.ask(&request("hi")).await.expect_err("nobody listens"),
        once.health("fakir").await.expect_err("not listed"),
        Client::new(settings("localhost:8000".to_owned())).expect_err("no scheme"),
        unitmill_llm::api_key(Some("UNITMILL_TEST_UNSET"), "https://api.example.com/v1")
            .expect_err("not set"),
    ];
    for _ in 0..5 {
        errors.push(once.ask(&request("hi")).await.expect_err("it fails"));
    }
    let text: Vec<String> = errors
        .iter()
        .map(|error| {
            let mut text = error.to_string();
            let mut source = error.source();
            while let Some(cause) = source {
                text.push_str(&format!("\n  because: {cause}"));
                source = cause.source();
            }
            format!("{text}\n  hint: {}", error.hint())
        })
        .collect();
    let text = text
        .join("\n")
        .replace(&server.base_url(), "http://SERVER/v1");
    insta::assert_snapshot!(text, @r#"
    no model server answers at http://127.0.0.1:1/v1
      because: error sending request
      because: client error (Connect)
      because: tcp connect error
      because: Connection refused (os error 111)
      hint: Check that the server runs and that base_url is right: curl http://127.0.0.1:1/v1/models. Addresses outside this machine go through HTTPS_PROXY or HTTP_PROXY where set.
    no answer from http://127.0.0.1:1/v1 after 1 attempt
      because: no connection
      because: error sending request
      because: client error (Connect)
      because: tcp connect error
      because: Connection refused (os error 111)
      hint: The server went away; once it is back, start the same run again: what was answered is kept.
    http://SERVER/v1 does not have the model `fakir`
      hint: The server has `fake`.
    base_url `localhost:8000` cannot be used: it must start with http:// or https://
      hint: Give base_url as http(s)://host[:port]/v1, the address that the server's documentation has for chat completions, without /chat/completions.
    the environment variable UNITMILL_TEST_UNSET holds no key for https://api.example.com/v1
      hint: Set UNITMILL_TEST_UNSET to the key, or take api_key_env out of the recipe if the server needs none.
    no answer from http://SERVER/v1 after 1 attempt
      because: status 500: internal error
      hint: Look into the server's log; lower concurrency if it is overloaded.
    no answer from http://SERVER/v1 after 1 attempt
      because: the answer is malformed (no choices): {"choices":[]}
      hint: Look into the server's log, or that of the gateway before it.
    http://SERVER/v1 rejects the request with status 400: maximum context length is 4096 tokens
      hint: The prompt and max_tokens together may not fit the model's context, or the server may not know one of the sampling parameters.
    http://SERVER/v1 rejects the request with status 308: (empty)
      hint: The server redirects, which would resend the prompt elsewhere; set base_url to the final address.
    no answer from http://SERVER/v1 after 1 attempt
      because: status 429: rate limit reached (it asks for a wait of 30 s)
      hint: Lower concurrency, or run later: the server's rate limit does not carry this many calls.
    "#);
}

fn samples(count: u32) -> Vec<ModelRequest> {
    (0..count)
        .map(|sample| ModelRequest {
            sample,
            ..request("one two three")
        })
        .collect()
}

/// The replies to all samples, in their order.
async fn ask_all(client: &Client, requests: &[ModelRequest]) -> Vec<Reply> {
    client
        .ask_samples(requests, async |_, replies| replies)
        .await
        .expect("the call for all succeeds")
        .into_iter()
        .map(|reply| reply.expect("an answer"))
        .collect()
}

/// Says which of the answers to which seed it is.
fn numbered() -> FakeModel {
    let answered = Arc::new(Mutex::new(0));
    FakeModel::answering(move |request| {
        let mut answered = answered.lock().expect("no panic");
        *answered += 1;
        format!("{} {answered}", request.seed.unwrap_or(0))
    })
}

#[tokio::test]
async fn one_call_answers_all_samples_where_the_server_can() {
    let server = start(numbered());
    let client = client(settings(server.base_url()));
    let requests = samples(3);
    let replies = ask_all(&client, &requests).await;
    assert_eq!(server.counts().calls, 1);
    let texts: Vec<&str> = replies.iter().map(|reply| &*reply.answer.text).collect();
    assert_eq!(texts, ["7 1", "7 2", "7 3"]);
    for (request, reply) in requests.iter().zip(&replies) {
        assert_eq!(reply.key, request_key(request));
    }
    let sum = |count: fn(&Reply) -> u32| replies.iter().map(count).sum::<u32>();
    assert_eq!(sum(|reply| reply.answer.prompt_tokens), 3);
    assert_eq!(sum(|reply| reply.answer.completion_tokens), 6);
    // Those that a journal has already are not asked for again.
    let rest = ask_all(&client, &requests[1..]).await;
    assert_eq!(server.counts().calls, 2);
    assert_eq!(rest[0].answer.text, "8 4");
}

#[tokio::test]
async fn servers_with_one_choice_a_call_are_asked_once_a_sample_and_remembered() {
    let refusing = start(numbered().single_choice_only());
    let ignoring = start(numbered().ignoring_n());
    let nameless = start(numbered().refusing_parameters(["n"]));
    for (server, lost) in [(&refusing, 1), (&ignoring, 0), (&nameless, 1)] {
        let client = client(settings(server.base_url()));
        for round in 1..=2 {
            let replies = ask_all(&client, &samples(3)).await;
            let mut seeds: Vec<&str> = replies
                .iter()
                .map(|reply| reply.answer.text.split(' ').next().unwrap_or(""))
                .collect();
            seeds.sort();
            assert_eq!(seeds, ["7", "8", "9"]);
            assert_eq!(server.counts().calls, 3 * round + lost);
            let resent: u32 = replies.iter().map(|reply| reply.resent).sum();
            assert_eq!(u64::from(resent), if round == 1 { lost } else { 0 });
            assert!(
                replies
                    .iter()
                    .all(|reply| reply.failures.len() == reply.resent as usize)
            );
        }
    }
}

#[tokio::test]
async fn a_request_that_is_refused_is_refused_for_each_sample() {
    let server = start(echo().failing(Schedule::Every {
        every: 1,
        modes: vec![FailureMode::Status {
            status: 400,
            body: r#"{"error":{"message":"too long"}}"#.to_owned(),
        }],
    }));
    let client = client(settings(server.base_url()));
    let refused = client
        .ask_samples(&samples(3), async |_, replies| {
            let concerns = |reply: Result<Reply, LlmError>| {
                reply.is_err_and(|error| error.concerns_request_only())
            };
            replies.into_iter().map(concerns).collect()
        })
        .await;
    assert_eq!(refused.expect("no call for all is left"), [true; 3]);
    // One for all, then one each.
    assert_eq!(server.counts().calls, 4);
}

#[tokio::test]
async fn answers_come_in_many_forms_and_mean_the_same() {
    for model in [
        echo(),
        echo().in_parts(),
        echo().in_a_stream(),
        echo().in_a_stream_only(),
    ] {
        let server = start(model);
        let client = client(settings(server.base_url()));
        let reply = client.ask(&request("drei Wörter hier")).await;
        let answer = reply.expect("an answer").answer;
        assert_eq!(answer.text, "drei Wörter hier");
        assert_eq!(answer.finish_reason, FinishReason::Stop);
        assert_eq!((answer.prompt_tokens, answer.completion_tokens), (3, 3));
    }
    for model in [echo(), echo().in_a_stream()] {
        let server = start(model.reasoning("Let me see."));
        let client = client(settings(server.base_url()));
        let reply = client.ask(&request("x = 1")).await.expect("an answer");
        assert_eq!(reply.answer.text, "<think>Let me see.</think>\nx = 1");
    }
}

/// With backoffs of an hour, only a client that reads the date ever answers.
#[tokio::test]
async fn retry_after_may_be_a_date() {
    let server = start(
        echo().failing(Schedule::First(vec![FailureMode::RateLimitedUntil {
            after: Duration::ZERO,
        }])),
    );
    let client = client(ClientSettings {
        first_backoff: HOUR,
        longest_backoff: HOUR,
        ..settings(server.base_url())
    });
    assert_eq!(
        client.ask(&request("hi")).await.expect("an answer").resent,
        1
    );
}

#[tokio::test]
async fn every_failure_is_told_in_the_reply() {
    let modes = FailureMode::all_that_pass();
    let count = modes.len() as u32;
    let server = start(echo().failing(Schedule::First(modes)));
    let client = client(ClientSettings {
        max_retries: 100,
        ..settings(server.base_url())
    });
    let reply = client.ask(&request("hi")).await.expect("an answer");
    // The last one is only late.
    assert_eq!(reply.resent, count - 1);
    insta::assert_snapshot!(reply.failures.join("\n"), @r#"
    status 429: rate limit reached (it asks for a wait of 0 s)
    status 429: rate limit reached (it asks for a wait of 0 s)
    status 500: internal error
    status 502: <html> <head><title>Bad gateway</title></head> </html>
    the answer is malformed (not a chat completion: expected value at line 1 column 1): <html> <head><title>Bad gateway</title></head> </html>
    the connection broke off before the answer was complete
    the answer is malformed (not a chat completion: EOF while parsing a string at line 1 column 116): {"id":"chatcmpl-7","object":"chat.completion","created":0,"model":"fake","choices":[{"index":0,"message":{"role":"as
    the answer is malformed (not a chat completion: EOF while parsing an object at line 1 column 232): {"id":"chatcmpl-8","object":"chat.completion","created":0,"model":"fake","choices":[{"index":0,"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}
    the answer is malformed (no choices): {"choices":[]}
    the connection broke off before the answer was complete
    "#);
}

#[tokio::test]
async fn a_request_is_given_up_at_its_deadline_whatever_retries_are_left() {
    let server = start(echo().failing(Schedule::Every {
        every: 1,
        modes: vec![FailureMode::server_error()],
    }));
    let client = client(ClientSettings {
        max_retries: u32::MAX,
        deadline: Duration::from_millis(500),
        ..settings(server.base_url())
    });
    let error = client.ask(&request("hi")).await;
    assert!(
        matches!(
            error,
            Err(LlmError::GaveUp {
                last: Failure::Status { status: 500, .. },
                ..
            })
        ),
        "{error:?}"
    );
}

async fn many(client: &Arc<Client>, count: usize) -> Vec<Reply> {
    let mut calls = JoinSet::new();
    for index in 0..count {
        let client = Arc::clone(client);
        calls.spawn(async move {
            let text = format!("prompt {index}");
            let reply = client.ask(&request(&text)).await.expect("an answer");
            assert_eq!(reply.answer.text, text);
            reply
        });
    }
    calls.join_all().await
}

/// All but eight calls are refused; the client finds out how many the server bears.
#[tokio::test]
async fn a_busy_server_is_given_fewer_calls() {
    let server = start(echo().busy_above(8).latency(Duration::from_millis(1)));
    let client = Arc::new(client(ClientSettings {
        concurrency: NonZeroUsize::new(256).expect("not 0"),
        max_retries: 100,
        ..settings(server.base_url())
    }));
    let replies = many(&client, 1000).await;
    let resent: u32 = replies.iter().map(|reply| reply.resent).sum();
    let counts = server.counts();
    assert_eq!(counts.calls, 1000 + u64::from(resent));
    assert!(client.limits()[0] <= 16, "{:?}", client.limits());
}

#[tokio::test]
async fn several_addresses_share_the_calls_and_stand_in_for_one_another() {
    let sound = [start(echo()), start(echo())];
    let broken = start(echo().failing(Schedule::Every {
        every: 1,
        modes: vec![FailureMode::server_error(), FailureMode::HangUp],
    }));
    let client = Arc::new(client(ClientSettings {
        base_urls: vec![
            DEAD.to_owned(),
            sound[0].base_url(),
            broken.base_url(),
            sound[1].base_url(),
        ],
        concurrency: NonZeroUsize::new(32).expect("not 0"),
        // Nothing waits: there is always another address.
        first_backoff: HOUR,
        longest_backoff: HOUR,
        ..settings(String::new())
    }));
    let replies = many(&client, 300).await;
    assert_eq!(replies.len(), 300);
    let calls = sound.each_ref().map(|server| server.counts().calls);
    assert_eq!(calls[0] + calls[1], 300);
    assert!(calls.iter().all(|calls| *calls > 50), "{calls:?}");
}

#[tokio::test]
async fn an_address_without_the_model_or_with_another_key_is_passed_over() {
    let server = start(echo().api_key("sk-right").models(["fake"]));
    let other_key = start(echo().api_key("sk-other"));
    let other_model = start(echo().models(["another"]));
    let client = client(ClientSettings {
        base_urls: [&other_key, &other_model, &server]
            .map(FakeModelServer::base_url)
            .to_vec(),
        api_key: Secret::new("sk-right"),
        ..settings(String::new())
    });
    for _ in 0..3 {
        client.ask(&request("hi")).await.expect("an answer");
    }
    assert_eq!(server.counts().calls, 3);
    let problems = client.health("fake").await.expect("one is healthy");
    assert!(
        matches!(
            &problems[..],
            [LlmError::Unauthorised { .. }, LlmError::UnknownModel { .. }]
        ),
        "{problems:?}"
    );
}

#[tokio::test]
async fn health_needs_one_address_of_several() {
    let client = client(ClientSettings {
        base_urls: vec![DEAD.to_owned(), "http://127.0.0.1:2/v1".to_owned()],
        ..settings(String::new())
    });
    let error = client.health("fake").await.expect_err("nobody listens");
    assert_eq!(
        error.to_string(),
        "none of 2 addresses can be used: no model server answers at http://127.0.0.1:1/v1; \
         no model server answers at http://127.0.0.1:2/v1"
    );
}

/// Whatever the client makes of answers that take the longer the more calls there are, all
/// of them come, and nothing is sent twice.
#[tokio::test]
async fn answers_that_only_wait_longer_all_come_once() {
    let server = start(echo().latency_per_call(Duration::from_micros(100)));
    let client = Arc::new(client(ClientSettings {
        concurrency: NonZeroUsize::new(64).expect("not 0"),
        ..settings(server.base_url())
    }));
    assert_eq!(many(&client, 1000).await.len(), 1000);
    assert_eq!(server.counts().calls, 1000);
    assert!((1..=64).contains(&client.limits()[0]));
}

/// A wait that is longer than is granted keeps nobody waiting: neither the call that is told
/// of it nor those behind it.
#[tokio::test]
async fn a_day_off_is_not_waited_for_by_others_either() {
    let day = FailureMode::RateLimited {
        retry_after: Some("86400".to_owned()),
    };
    let away = start(echo().failing(Schedule::Every {
        every: 1,
        modes: vec![day.clone()],
    }));
    let there = start(echo());
    let both = Arc::new(client(ClientSettings {
        base_urls: vec![away.base_url(), there.base_url()],
        concurrency: NonZeroUsize::new(4).expect("not 0"),
        ..settings(String::new())
    }));
    assert_eq!(many(&both, 40).await.len(), 40);
    assert_eq!(there.counts().calls, 40);

    let alone = start(echo().failing(Schedule::First(vec![day])));
    let alone = client(settings(alone.base_url()));
    assert!(alone.ask(&request("hi")).await.is_err());
    alone
        .ask(&request("hi"))
        .await
        .expect("the next one is not held back");
}
