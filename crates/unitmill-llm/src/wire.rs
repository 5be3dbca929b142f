//! The bodies of the chat-completions API: requests as they are sent, answers as they are
//! read. Pure; servers differ in what they leave out, and all of it is tolerated but a
//! missing answer.

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use unitmill_model::{FinishReason, Message, ModelAnswer, ModelRequest};

/// Most characters of a server's text that an error repeats.
const EXCERPT: usize = 300;

/// Streaming and several choices per call are left at their defaults (off, one), which
/// every server shares.
#[derive(Serialize)]
struct RequestBody<'a> {
    model: &'a str,
    messages: &'a [Message],
    temperature: f64,
    top_p: f64,
    max_tokens: u32,
    seed: u64,
}

pub(crate) fn request_body(request: &ModelRequest) -> Bytes {
    let body = RequestBody {
        model: &request.model,
        messages: &request.messages,
        temperature: request.temperature,
        top_p: request.top_p,
        max_tokens: request.max_tokens,
        seed: wire_seed(request.seed, request.sample),
    };
    serde_json::to_vec(&body)
        .expect("texts, numbers and lists of them always serialise")
        .into()
}

/// Samples of one prompt need seeds of their own, or a server that honours them answers
/// all alike. 31 bits: servers hold seeds as `int`, `long` or `unsigned`, and refuse or
/// truncate what does not fit.
fn wire_seed(seed: u64, sample: u32) -> u64 {
    seed.wrapping_add(u64::from(sample)) & 0x7fff_ffff
}

#[derive(Deserialize)]
struct Completion {
    #[serde(default)]
    choices: Vec<Choice>,
    #[serde(default)]
    usage: Value,
}

#[derive(Deserialize)]
struct Choice {
    message: AnswerMessage,
    #[serde(default)]
    finish_reason: Value,
}

#[derive(Deserialize)]
struct AnswerMessage {
    #[serde(default)]
    content: Option<String>,
}

/// Reads an answer; the error says what is wrong with it.
pub(crate) fn read_answer(body: &[u8]) -> Result<ModelAnswer, String> {
    let completion: Completion =
        serde_json::from_slice(body).map_err(|error| format!("not a chat completion: {error}"))?;
    let Some(choice) = completion.choices.into_iter().next() else {
        return Err("no choices".to_owned());
    };
    Ok(ModelAnswer {
        text: choice.message.content.unwrap_or_default(),
        finish_reason: match choice.finish_reason.as_str() {
            Some("stop") => FinishReason::Stop,
            Some("length") => FinishReason::Length,
            _ => FinishReason::Other,
        },
        prompt_tokens: tokens(&completion.usage, "prompt_tokens"),
        completion_tokens: tokens(&completion.usage, "completion_tokens"),
    })
}

fn tokens(usage: &Value, field: &str) -> u32 {
    let count = usage.get(field).and_then(Value::as_u64).unwrap_or(0);
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// The models that a server lists; `None` where the body is JSON but no such list.
pub(crate) fn read_models(body: &[u8]) -> Result<Option<Vec<String>>, serde_json::Error> {
    let listing: Value = serde_json::from_slice(body)?;
    let Some(data) = listing.get("data").and_then(Value::as_array) else {
        return Ok(None);
    };
    let names: Vec<String> = data
        .iter()
        .filter_map(|model| model.get("id").and_then(Value::as_str).map(str::to_owned))
        .collect();
    Ok((!names.is_empty()).then_some(names))
}

/// What a server says about an error.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ServerError {
    /// The message, or the body as it is where there is none.
    pub(crate) message: String,
    /// The server says that there is no such model, as OpenAI, vLLM and Ollama do. A
    /// plain 404 from a web server says no such thing.
    pub(crate) unknown_model: bool,
    /// The account is out of money rather than too fast.
    pub(crate) quota_spent: bool,
}

pub(crate) fn read_error(body: &[u8]) -> ServerError {
    let text = String::from_utf8_lossy(body);
    let parsed: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
    let error = parsed.get("error").unwrap_or(&Value::Null);
    let field = |name| error.get(name).and_then(Value::as_str).unwrap_or("");
    let message = [
        error.get("message"),
        Some(error),
        parsed.get("message"),
        parsed.get("detail"),
    ]
    .into_iter()
    .flatten()
    .find_map(Value::as_str)
    .unwrap_or(&text);
    ServerError {
        message: message.to_owned(),
        unknown_model: field("code") == "model_not_found"
            || matches!(field("type"), "NotFoundError" | "not_found_error"),
        quota_spent: [field("code"), field("type")].contains(&"insufficient_quota"),
    }
}

/// The beginning of a server's text, on one line. Whoever calls it has blanked the key out
/// first: half a key is found by no search.
pub(crate) fn excerpt(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = words.join(" ");
    if line.is_empty() {
        return "(empty)".to_owned();
    }
    match line.char_indices().nth(EXCERPT) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unitmill_model::Role;

    use super::*;

    #[test]
    fn the_request_body_is_what_servers_read() {
        let request = ModelRequest {
            model: "m".to_owned(),
            messages: vec![Message {
                role: Role::User,
                content: "say \"hi\"\n".to_owned(),
            }],
            temperature: 0.2,
            top_p: 1.0,
            max_tokens: 64,
            seed: 20_261_120,
            sample: 2,
        };
        let body = String::from_utf8(request_body(&request).to_vec()).expect("JSON is text");
        insta::assert_snapshot!(body, @r#"{"model":"m","messages":[{"role":"user","content":"say \"hi\"\n"}],"temperature":0.2,"top_p":1.0,"max_tokens":64,"seed":20261122}"#);
    }

    #[test]
    fn answers_are_read_whatever_the_server_leaves_out() {
        let read = |body: &str| read_answer(body.as_bytes());
        let full = read(
            r#"{"id":"x","choices":[{"index":0,"message":{"role":"assistant","content":"hi"},
            "finish_reason":"length","logprobs":null}],
            "usage":{"prompt_tokens":3,"completion_tokens":5000000000,"total_tokens":1}}"#,
        );
        assert_eq!(
            full,
            Ok(ModelAnswer {
                text: "hi".to_owned(),
                finish_reason: FinishReason::Length,
                prompt_tokens: 3,
                completion_tokens: u32::MAX,
            })
        );
        let sparse = read(r#"{"choices":[{"message":{"content":null}}],"usage":null}"#);
        assert_eq!(
            sparse,
            Ok(ModelAnswer {
                text: String::new(),
                finish_reason: FinishReason::Other,
                prompt_tokens: 0,
                completion_tokens: 0,
            })
        );
        let refused =
            read(r#"{"choices":[{"message":{"refusal":"no"},"finish_reason":"content_filter"}]}"#);
        assert!(refused.is_ok_and(|answer| answer.finish_reason == FinishReason::Other));
    }

    #[test]
    fn what_holds_no_answer_is_malformed() {
        for body in [
            "",
            "<html>",
            "null",
            "{}",
            r#"{"choices":[]}"#,
            r#"{"choices":[{}]}"#,
            r#"{"choices":[{"message":{"content":7}}]}"#,
            r#"{"error":{"message":"overloaded"}}"#,
        ] {
            assert!(read_answer(body.as_bytes()).is_err(), "{body}");
        }
    }

    #[test]
    fn error_messages_are_found_where_servers_put_them() {
        let message = |body: &str| read_error(body.as_bytes()).message;
        assert_eq!(message(r#"{"error":{"message":"a"}}"#), "a");
        assert_eq!(message(r#"{"error":"b"}"#), "b");
        assert_eq!(message(r#"{"object":"error","message":"c"}"#), "c");
        assert_eq!(message(r#"{"detail":"d"}"#), "d");
        assert_eq!(
            message(r#"{"detail":[{"loc":1}]}"#),
            r#"{"detail":[{"loc":1}]}"#
        );
        assert_eq!(message("plain"), "plain");
    }

    #[test]
    fn unknown_models_and_spent_quotas_are_told_by_their_codes() {
        let unknown = |body: &str| read_error(body.as_bytes()).unknown_model;
        assert!(unknown(
            r#"{"error":{"code":"model_not_found","type":"invalid_request_error"}}"#
        ));
        assert!(unknown(r#"{"error":{"code":404,"type":"NotFoundError"}}"#));
        assert!(unknown(
            r#"{"error":{"code":null,"type":"not_found_error"}}"#
        ));
        assert!(!unknown(r#"{"detail":"Not Found"}"#));
        assert!(!unknown(
            r#"{"error":{"message":"Invalid URL","type":"invalid_request_error"}}"#
        ));
        let spent = |body: &str| read_error(body.as_bytes()).quota_spent;
        assert!(spent(r#"{"error":{"code":"insufficient_quota"}}"#));
        assert!(!spent(r#"{"error":{"code":"rate_limit_exceeded"}}"#));
    }

    #[test]
    fn model_lists_are_read_and_other_json_is_not_one() {
        let read = |body: &str| read_models(body.as_bytes());
        let listed = read(r#"{"object":"list","data":[{"id":"a"},{"id":"b"}]}"#);
        assert_eq!(
            listed.expect("JSON"),
            Some(vec!["a".to_owned(), "b".to_owned()])
        );
        assert_eq!(read(r#"{"data":[]}"#).expect("JSON"), None);
        assert_eq!(read(r#"{"models":[]}"#).expect("JSON"), None);
        assert!(read("<html>").is_err());
    }

    proptest! {
        #[test]
        fn seeds_fit_31_bits_and_differ_between_samples(seed: u64, sample in 0u32..1000) {
            prop_assert!(wire_seed(seed, sample) < 1 << 31);
            prop_assert_ne!(wire_seed(seed, sample), wire_seed(seed, sample + 1));
        }

        #[test]
        fn reading_never_panics(body: Vec<u8>) {
            let _answer = read_answer(&body);
            let _error = read_error(&body);
            let _models = read_models(&body);
        }

        #[test]
        fn excerpts_are_short(text in ".{0,1000}") {
            prop_assert!(excerpt(&text).chars().count() <= EXCERPT + 1);
        }
    }
}
