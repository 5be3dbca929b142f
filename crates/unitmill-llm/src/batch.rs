//! Requests and answers as lines of a batch file, in the form that OpenAI's batch endpoint
//! has and vLLM's `run-batch` took over. Pure but for what it learns of a server's dialect.

use std::sync::{Mutex, PoisonError};

use serde::Deserialize;
use serde_json::Value;
use unitmill_model::{Digest, ModelAnswer, ModelRequest};

use crate::answer::read_answers;
use crate::request_body::{Dialect, request_body};
use crate::server_error::{excerpt, read_error};

/// Where every request of a batch goes.
const URL: &str = "/v1/chat/completions";

/// The lines for one server, in the dialect that it has turned out to take.
#[derive(Debug, Default)]
pub struct BatchLines {
    dialect: Mutex<Dialect>,
}

/// What a line says about a request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BatchLine {
    /// The request key.
    pub key: Digest,
    /// The answer, or why there is none.
    pub answer: Result<ModelAnswer, LineFailure>,
}

/// A request of a batch that was not answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LineFailure {
    /// The HTTP status, where the line has one.
    pub status: Option<u16>,
    /// What the server says.
    pub message: String,
    /// The parameter that the server does not take, where it names one.
    parameter: Option<String>,
}

impl LineFailure {
    /// Whether the server will never answer this request, while it answers others; see
    /// [`LlmError::concerns_request_only`](crate::LlmError::concerns_request_only).
    pub fn is_final(&self) -> bool {
        self.parameter.is_none() && matches!(self.status, Some(400 | 413 | 422))
    }
}

impl std::fmt::Display for LineFailure {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.status {
            Some(status) => write!(formatter, "status {status}: {}", self.message),
            None => formatter.write_str(&self.message),
        }
    }
}

#[derive(Deserialize)]
struct OutputLine {
    custom_id: String,
    #[serde(default)]
    response: Option<LineResponse>,
    #[serde(default)]
    error: Option<Value>,
}

#[derive(Deserialize)]
struct LineResponse {
    #[serde(default)]
    status_code: Option<u16>,
    #[serde(default)]
    body: Value,
}

impl BatchLines {
    /// The line of a request, newline included; its name is the request key.
    pub fn line(&self, key: &Digest, request: &ModelRequest) -> Vec<u8> {
        let dialect = *self.dialect.lock().unwrap_or_else(PoisonError::into_inner);
        let mut line =
            format!("{{\"custom_id\":\"{key}\",\"method\":\"POST\",\"url\":\"{URL}\",\"body\":")
                .into_bytes();
        line.extend_from_slice(&request_body(request, 1, dialect));
        line.extend_from_slice(b"}\n");
        line
    }

    /// The name of a request line.
    pub fn name_of(line: &[u8]) -> Option<Digest> {
        #[derive(Deserialize)]
        struct InputLine {
            custom_id: String,
        }
        let line: InputLine = serde_json::from_slice(line).ok()?;
        line.custom_id.parse().ok()
    }

    /// Reads a line of an output or error file.
    ///
    /// # Errors
    /// What is wrong with it, where it is no such line.
    pub fn read(line: &[u8]) -> Result<BatchLine, String> {
        let line: OutputLine = serde_json::from_slice(line)
            .map_err(|error| format!("not a line of a batch: {error}"))?;
        let key = line
            .custom_id
            .parse()
            .map_err(|_| format!("no request is called `{}`", excerpt(&line.custom_id)))?;
        let failed = |status, body: &Value| {
            let said = read_error(body.to_string().as_bytes());
            LineFailure {
                status,
                message: excerpt(&said.message),
                parameter: said.refused_parameter,
            }
        };
        let error = line.error.filter(|error| !error.is_null());
        let answer = match (line.response, error) {
            (Some(response), error) => {
                let status = response.status_code.unwrap_or(200);
                let body = response.body.to_string();
                match read_answers(body.as_bytes(), 1) {
                    Ok(mut answers) if (200..=299).contains(&status) => Ok(answers.remove(0)),
                    Err(reason) if (200..=299).contains(&status) && error.is_none() => {
                        Err(LineFailure {
                            status: None,
                            message: format!("the answer is malformed ({reason})"),
                            parameter: None,
                        })
                    }
                    _ => {
                        let said = error
                            .filter(|_| response.body.is_null())
                            .unwrap_or(response.body);
                        Err(failed(Some(status).filter(|status| *status >= 300), &said))
                    }
                }
            }
            (None, Some(error)) => Err(failed(None, &error)),
            (None, None) => Err(LineFailure {
                status: None,
                message: "neither an answer nor an error".to_owned(),
                parameter: None,
            }),
        };
        Ok(BatchLine { key, answer })
    }

    /// Adapts to a server that does not take a parameter of a request, if that can be done.
    pub fn learn(&self, failure: &LineFailure, request: &ModelRequest) {
        let mut dialect = self.dialect.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(adapted) = failure
            .parameter
            .as_deref()
            .and_then(|parameter| dialect.without(parameter, request))
        {
            *dialect = adapted;
        }
    }
}

#[cfg(test)]
mod tests {
    use unitmill_model::{Message, Role};

    use super::*;

    fn request() -> ModelRequest {
        ModelRequest {
            model: "m".to_owned(),
            messages: vec![Message {
                role: Role::User,
                content: "hi\n".to_owned(),
            }],
            temperature: 0.5,
            top_p: 1.0,
            max_tokens: 64,
            seed: 7,
            sample: 1,
        }
    }

    #[test]
    fn a_request_is_one_line() {
        let key = Digest::of("key");
        let line = BatchLines::default().line(&key, &request());
        assert_eq!(BatchLines::name_of(&line), Some(key));
        let text = String::from_utf8(line).expect("JSON is text");
        insta::assert_snapshot!(text.trim_end(), @r#"{"custom_id":"2c70e12b7a0646f92279f427c7b38e7334d8e5389cff167a1dc30e73f826b683","method":"POST","url":"/v1/chat/completions","body":{"model":"m","messages":[{"role":"user","content":"hi\n"}],"temperature":0.5,"top_p":1.0,"max_tokens":64,"seed":8}}"#);
    }

    #[test]
    fn lines_of_every_kind_are_read() {
        let key = Digest::of("key");
        let read = |rest: &str| {
            let line = format!("{{\"id\":\"x\",\"custom_id\":\"{key}\",{rest}}}");
            match BatchLines::read(line.as_bytes()).map(|line| line.answer) {
                Ok(Ok(answer)) => format!("answer {}", answer.text),
                Ok(Err(failure)) => format!("final {}: {failure}", failure.is_final()),
                Err(problem) => problem,
            }
        };
        let good = r#"{"choices":[{"message":{"content":"hello"},"finish_reason":"stop"}]}"#;
        let lines = [
            format!(r#""response":{{"status_code":200,"request_id":"r","body":{good}}},"error":null"#),
            format!(r#""response":{{"body":{good}}}"#),
            r#""response":{"status_code":400,"body":{"error":{"message":"too long"}}},"error":null"#.to_owned(),
            r#""response":{"status_code":500,"body":null},"error":{"message":"boom"}"#.to_owned(),
            r#""response":null,"error":{"code":"batch_expired","message":"late"}"#.to_owned(),
            r#""response":{"status_code":200,"body":{"choices":[]}}"#.to_owned(),
            r#""response":{"status_code":400,"body":{"error":{"message":"no seed","code":"unsupported_parameter","param":"seed"}}}"#.to_owned(),
            r#""error":null"#.to_owned(),
        ];
        let read: Vec<String> = lines.iter().map(|line| read(line)).collect();
        insta::assert_snapshot!(read.join("\n"), @"
        answer hello
        answer hello
        final true: status 400: too long
        final false: status 500: boom
        final false: late
        final false: the answer is malformed (no choices)
        final false: status 400: no seed
        final false: neither an answer nor an error
        ");
        assert!(BatchLines::read(b"{\"custom_id\":\"mine\"}").is_err());
        assert!(BatchLines::read(b"{\"custom_id\":").is_err());
    }

    #[test]
    fn a_parameter_that_is_refused_is_left_out_from_then_on() {
        let lines = BatchLines::default();
        let failure = LineFailure {
            status: Some(400),
            message: "no".to_owned(),
            parameter: Some("seed".to_owned()),
        };
        assert!(!failure.is_final());
        lines.learn(&failure, &request());
        let line = lines.line(&Digest::of("key"), &request());
        assert!(!String::from_utf8_lossy(&line).contains("seed"));
    }
}
