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
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_completion_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
}

/// What a server has turned out not to take: some hosted models know `max_tokens` under
/// its newer name only, some have no seed, some no `top_p`.
///
/// Only what leaves the answer's meaning alone is adapted: the limit keeps its value, the
/// seed is for servers that have one, and a `top_p` of 1 is what its absence means there.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Dialect {
    newer_limit: bool,
    no_seed: bool,
    no_top_p: bool,
}

impl Dialect {
    /// The dialect for a server that refuses this parameter of this request; `None` where
    /// the request cannot do without.
    pub(crate) fn without(self, parameter: &str, request: &ModelRequest) -> Option<Self> {
        let adapted = match parameter {
            "max_tokens" => Self {
                newer_limit: true,
                ..self
            },
            "seed" => Self {
                no_seed: true,
                ..self
            },
            "top_p" if is_all(request.top_p) => Self {
                no_top_p: true,
                ..self
            },
            _ => return None,
        };
        (adapted != self).then_some(adapted)
    }
}

fn is_all(top_p: f64) -> bool {
    top_p >= 1.0
}

pub(crate) fn request_body(request: &ModelRequest, dialect: Dialect) -> Bytes {
    let limit = Some(request.max_tokens);
    let seed = wire_seed(request.seed, request.sample);
    let without_top_p = dialect.no_top_p && is_all(request.top_p);
    let body = RequestBody {
        model: &request.model,
        messages: &request.messages,
        temperature: request.temperature,
        top_p: (!without_top_p).then_some(request.top_p),
        max_tokens: limit.filter(|_| !dialect.newer_limit),
        max_completion_tokens: limit.filter(|_| dialect.newer_limit),
        seed: (!dialect.no_seed).then_some(seed),
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
    /// The parameter that the server does not take, where it names one.
    pub(crate) refused_parameter: Option<String>,
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
        refused_parameter: refused_parameter(&parsed),
    }
}

/// As OpenAI says it (`code`, `param`), or as servers on pydantic do (`type`, `loc`).
fn refused_parameter(body: &Value) -> Option<String> {
    let error = body.get("error").unwrap_or(&Value::Null);
    if error.get("code").and_then(Value::as_str) == Some("unsupported_parameter") {
        return error.get("param")?.as_str().map(str::to_owned);
    }
    let forbidden = body
        .get("detail")?
        .as_array()?
        .iter()
        .find(|detail| detail.get("type").and_then(Value::as_str) == Some("extra_forbidden"))?;
    let name = forbidden.get("loc")?.as_array()?.last()?.as_str()?;
    Some(name.to_owned())
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

    fn request() -> ModelRequest {
        ModelRequest {
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
        }
    }

    #[test]
    fn the_request_body_is_what_servers_read() {
        let body = String::from_utf8(request_body(&request(), Dialect::default()).to_vec())
            .expect("JSON is text");
        insta::assert_snapshot!(body, @r#"{"model":"m","messages":[{"role":"user","content":"say \"hi\"\n"}],"temperature":0.2,"top_p":1.0,"max_tokens":64,"seed":20261122}"#);
    }

    #[test]
    fn dialects_change_names_and_leave_out_what_can_be_missing() {
        let whole = ModelRequest {
            top_p: 1.0,
            ..request()
        };
        let dialect = ["max_tokens", "seed", "top_p"]
            .iter()
            .try_fold(Dialect::default(), |dialect, name| {
                dialect.without(name, &whole)
            })
            .expect("all three can be adapted");
        let body = |request: &ModelRequest| {
            String::from_utf8(request_body(request, dialect).to_vec()).expect("JSON is text")
        };
        insta::assert_snapshot!(body(&whole), @r#"{"model":"m","messages":[{"role":"user","content":"say \"hi\"\n"}],"temperature":0.2,"max_completion_tokens":64}"#);
        // A threshold that cuts something off is never left out.
        let narrow = ModelRequest {
            top_p: 0.5,
            ..whole.clone()
        };
        assert!(body(&narrow).contains(r#""top_p":0.5"#));
        assert_eq!(Dialect::default().without("top_p", &narrow), None);
        assert_eq!(Dialect::default().without("temperature", &whole), None);
        assert_eq!(dialect.without("seed", &whole), None);
    }

    #[test]
    fn refused_parameters_are_named() {
        let refused = |body: &str| read_error(body.as_bytes()).refused_parameter;
        assert_eq!(
            refused(r#"{"error":{"code":"unsupported_parameter","param":"max_tokens"}}"#),
            Some("max_tokens".to_owned())
        );
        assert_eq!(
            refused(r#"{"detail":[{"type":"extra_forbidden","loc":["body","seed"]}]}"#),
            Some("seed".to_owned())
        );
        assert_eq!(
            refused(r#"{"error":{"code":"invalid_value","param":"seed"}}"#),
            None
        );
        assert_eq!(refused(r#"{"detail":"Not Found"}"#), None);
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
