//! Batch files: what a program like vLLM's `run-batch`, or a hosted batch endpoint, makes of
//! a file of requests.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::fake_model_server::completion;
use crate::{ChatRequest, FakeModel};

/// How well a batch is answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct BatchManners {
    /// Every so manieth line fails with status 500; 0: none.
    pub fail_every: usize,
    /// Every so manieth line is left out; 0: none.
    pub leave_out_every: usize,
    /// Every so manieth line is answered twice; 0: none.
    pub twice_every: usize,
    /// Answers come last line first.
    pub reversed: bool,
}

#[derive(Deserialize)]
struct RequestLine {
    custom_id: String,
    method: String,
    url: String,
    body: ChatRequest,
}

/// The output lines for a file of requests.
///
/// # Errors
/// A line that is no request.
pub fn answer_batch(
    model: &FakeModel,
    manners: BatchManners,
    input: &str,
) -> Result<Vec<String>, String> {
    let mut lines = Vec::new();
    let is_every = |every: usize, number: usize| every > 0 && number.is_multiple_of(every);
    for (line, number) in input.lines().zip(1..) {
        let request: RequestLine =
            serde_json::from_str(line).map_err(|error| format!("line {number}: {error}"))?;
        if request.method != "POST" || request.url != "/v1/chat/completions" {
            return Err(format!("line {number}: {} {}", request.method, request.url));
        }
        if is_every(manners.leave_out_every, number) {
            continue;
        }
        let (status, body) = match is_every(manners.fail_every, number) {
            true => (500, json!({"error": {"message": "bad luck"}})),
            false => {
                let body = completion(model, number as u64, &request.body);
                let body: Value = serde_json::from_str(&body).map_err(|error| error.to_string())?;
                (200, body)
            }
        };
        let answer = json!({
            "id": format!("batch_req_{number}"),
            "custom_id": request.custom_id,
            "response": {"status_code": status, "request_id": format!("r{number}"), "body": body},
            "error": null,
        });
        lines.push(answer.to_string());
        if is_every(manners.twice_every, number) {
            lines.push(answer.to_string());
        }
    }
    if manners.reversed {
        lines.reverse();
    }
    Ok(lines)
}
