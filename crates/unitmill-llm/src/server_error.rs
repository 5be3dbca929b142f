//! What a server says when it does not answer, wherever it puts it. Pure.

use serde_json::Value;

/// Most characters of a server's text that an error repeats.
const EXCERPT: usize = 300;

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
    let code = error.get("code").and_then(Value::as_str);
    let parameter = error.get("param").and_then(Value::as_str);
    match (code, parameter) {
        (Some("unsupported_parameter"), Some(name))
        | (Some("unsupported_value"), Some(name @ ("stream" | "n"))) => {
            return Some(name.to_owned());
        }
        _ => {}
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

    use super::*;

    #[test]
    fn refused_parameters_are_named() {
        let refused = |body: &str| read_error(body.as_bytes()).refused_parameter;
        assert_eq!(
            refused(r#"{"error":{"code":"unsupported_parameter","param":"max_tokens"}}"#),
            Some("max_tokens".to_owned())
        );
        assert_eq!(
            refused(r#"{"error":{"code":"unsupported_value","param":"stream"}}"#),
            Some("stream".to_owned())
        );
        assert_eq!(
            refused(r#"{"error":{"code":"unsupported_value","param":"temperature"}}"#),
            None
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

    proptest! {
        #[test]
        fn reading_never_panics(body: Vec<u8>) {
            let _error = read_error(&body);
        }

        #[test]
        fn excerpts_are_short(text in ".{0,1000}") {
            prop_assert!(excerpt(&text).chars().count() <= EXCERPT + 1);
        }
    }
}
