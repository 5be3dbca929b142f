//! The answers in the body of a chat completion. Pure; servers differ in what they leave
//! out, and all of it is tolerated but a missing answer.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::Value;
use unitmill_model::{FinishReason, ModelAnswer};

#[derive(Deserialize)]
struct Completion<'a> {
    #[serde(default = "Vec::new", borrow)]
    choices: Vec<Choice<'a>>,
    #[serde(default)]
    usage: Option<Usage>,
}

#[derive(Deserialize)]
struct Choice<'a> {
    #[serde(default)]
    index: Option<u64>,
    /// Whole answers have a message, pieces of a stream a delta.
    #[serde(alias = "delta", borrow)]
    message: AnswerMessage<'a>,
    #[serde(default, borrow)]
    finish_reason: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct AnswerMessage<'a> {
    #[serde(default, borrow)]
    content: Option<Content<'a>>,
    /// What a server with a reasoning parser took out of the content; one of two names.
    #[serde(default, borrow)]
    reasoning_content: Option<Content<'a>>,
    #[serde(default, borrow)]
    reasoning: Option<Content<'a>>,
}

/// A text, or a list of parts of which some are text.
#[derive(Deserialize)]
#[serde(untagged)]
enum Content<'a> {
    Text(#[serde(borrow)] Cow<'a, str>),
    Parts(#[serde(borrow)] Vec<Part<'a>>),
}

#[derive(Deserialize)]
struct Part<'a> {
    #[serde(default, borrow)]
    text: Option<Cow<'a, str>>,
}

#[derive(Deserialize, Clone, Copy, Default)]
struct Usage {
    #[serde(default)]
    prompt_tokens: Option<u64>,
    #[serde(default)]
    completion_tokens: Option<u64>,
}

impl Content<'_> {
    fn add_to(&self, text: &mut String) {
        match self {
            Self::Text(whole) => text.push_str(whole),
            Self::Parts(parts) => {
                for part in parts {
                    text.push_str(part.text.as_deref().unwrap_or(""));
                }
            }
        }
    }
}

/// One choice, as far as it has come in.
#[derive(Default)]
struct Collected {
    index: u64,
    reasoning: String,
    content: String,
    finish_reason: Option<FinishReason>,
}

impl Collected {
    fn add(&mut self, choice: &Choice<'_>) {
        let message = &choice.message;
        let reasoning = message
            .reasoning_content
            .as_ref()
            .or(message.reasoning.as_ref());
        if let Some(reasoning) = reasoning {
            reasoning.add_to(&mut self.reasoning);
        }
        if let Some(content) = &message.content {
            content.add_to(&mut self.content);
        }
        if let Some(reason) = choice.finish_reason.as_deref() {
            self.finish_reason = Some(match reason {
                "stop" => FinishReason::Stop,
                "length" => FinishReason::Length,
                _ => FinishReason::Other,
            });
        }
    }

    /// Reasoning that a server keeps apart is written before the answer as models write it
    /// that are not taken apart: it was paid for, and readers of replies know the form.
    fn into_text(self) -> String {
        if self.reasoning.is_empty() {
            return self.content;
        }
        let close = match self.content.is_empty() {
            true => "",
            false => "</think>\n",
        };
        format!("<think>{}{close}{}", self.reasoning, self.content)
    }
}

/// Reads up to `wanted` answers, in the order of their choices; at least one. The error
/// says what is wrong with the body.
///
/// The tokens of a call that brought several answers are divided so that their sums are
/// the server's: those of the prompt evenly, those of the answers by their lengths.
pub(crate) fn read_answers(body: &[u8], wanted: usize) -> Result<Vec<ModelAnswer>, String> {
    let (mut choices, usage) = match body.trim_ascii_start().starts_with(b"data:") {
        true => read_stream(body)?,
        false => read_whole(body)?,
    };
    if choices.is_empty() {
        return Err("no choices".to_owned());
    }
    // Where two have the same index, that of the array counts.
    choices.sort_by_key(|choice| choice.index);
    choices.truncate(wanted.max(1));
    let usage = usage.unwrap_or_default();
    let lengths: Vec<u64> = choices
        .iter()
        .map(|choice| (choice.content.len() + choice.reasoning.len()) as u64)
        .collect();
    let prompt = divide(usage.prompt_tokens.unwrap_or(0), &vec![1; choices.len()]);
    let completion = divide(usage.completion_tokens.unwrap_or(0), &lengths);
    Ok(choices
        .into_iter()
        .zip(prompt.into_iter().zip(completion))
        .map(|(choice, (prompt_tokens, completion_tokens))| ModelAnswer {
            finish_reason: choice.finish_reason.unwrap_or(FinishReason::Other),
            text: choice.into_text(),
            prompt_tokens,
            completion_tokens,
        })
        .collect())
}

fn read_whole(body: &[u8]) -> Result<(Vec<Collected>, Option<Usage>), String> {
    let completion: Completion<'_> =
        serde_json::from_slice(body).map_err(|error| format!("not a chat completion: {error}"))?;
    let choices = completion
        .choices
        .iter()
        .zip(0..)
        .map(|(choice, position)| {
            let mut collected = Collected {
                index: choice.index.unwrap_or(position),
                ..Collected::default()
            };
            collected.add(choice);
            collected
        });
    Ok((choices.collect(), completion.usage))
}

/// Reads server-sent events, which some gateways send whatever they are asked for.
fn read_stream(body: &[u8]) -> Result<(Vec<Collected>, Option<Usage>), String> {
    let text = std::str::from_utf8(body).map_err(|error| format!("not a stream: {error}"))?;
    let mut choices: Vec<Collected> = Vec::new();
    let mut usage = None;
    let mut is_done = false;
    for event in text.lines().filter_map(|line| line.strip_prefix("data:")) {
        let event = event.trim();
        if event == "[DONE]" {
            is_done = true;
            break;
        }
        let piece: Completion<'_> = serde_json::from_str(event)
            .map_err(|error| format!("not a piece of a chat completion: {error}"))?;
        usage = piece.usage.or(usage);
        for choice in &piece.choices {
            let index = choice.index.unwrap_or(0);
            let place = choices.iter().position(|known| known.index == index);
            let place = place.unwrap_or_else(|| {
                choices.push(Collected {
                    index,
                    ..Collected::default()
                });
                choices.len() - 1
            });
            choices[place].add(choice);
        }
    }
    let is_complete = choices.iter().all(|choice| choice.finish_reason.is_some());
    if !choices.is_empty() && !is_done && !is_complete {
        return Err("the stream breaks off".to_owned());
    }
    Ok((choices, usage))
}

/// Divides a count by weights so that the parts add up to it; what is left over goes to
/// the first ones.
fn divide(count: u64, weights: &[u64]) -> Vec<u32> {
    let total: u64 = weights.iter().sum();
    let ones;
    let (weights, total) = match total {
        0 => {
            ones = vec![1; weights.len()];
            (&ones[..], weights.len() as u64)
        }
        _ => (weights, total),
    };
    let mut parts: Vec<u64> = weights
        .iter()
        .map(|weight| {
            let part = u128::from(count) * u128::from(*weight) / u128::from(total);
            u64::try_from(part).unwrap_or(u64::MAX)
        })
        .collect();
    let mut left = count - parts.iter().sum::<u64>();
    for part in &mut parts {
        if left == 0 {
            break;
        }
        *part += 1;
        left -= 1;
    }
    parts
        .into_iter()
        .map(|part| u32::try_from(part).unwrap_or(u32::MAX))
        .collect()
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(body: &str) -> Result<ModelAnswer, String> {
        read_answers(body.as_bytes(), 1).map(|mut answers| answers.remove(0))
    }

    #[test]
    fn answers_are_read_whatever_the_server_leaves_out() {
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
    fn content_may_be_parts_and_reasoning_stands_apart() {
        let text = |message: &str| {
            read(&format!(r#"{{"choices":[{{"message":{message}}}]}}"#)).map(|answer| answer.text)
        };
        let cases = [
            (
                r#"{"content":[{"type":"text","text":"a\n"},{"type":"image"},{"type":"text","text":"b"}]}"#,
                "a\nb",
            ),
            (r#"{"content":[]}"#, ""),
            (
                r#"{"reasoning_content":"hm","content":"x = 1"}"#,
                "<think>hm</think>\nx = 1",
            ),
            (
                r#"{"reasoning":"hm","content":"x = 1"}"#,
                "<think>hm</think>\nx = 1",
            ),
            (r#"{"reasoning":"hm","content":null}"#, "<think>hm"),
            (r#"{"reasoning":null,"content":"x = 1"}"#, "x = 1"),
        ];
        for (message, expected) in cases {
            assert_eq!(text(message).as_deref(), Ok(expected), "{message}");
        }
    }

    #[test]
    fn several_choices_come_in_the_order_of_their_index_and_share_the_tokens() {
        let body = r#"{"choices":[
            {"index":1,"message":{"content":"bb"}},
            {"index":0,"message":{"content":"aaaa"}},
            {"index":2,"message":{"content":""}}],
            "usage":{"prompt_tokens":10,"completion_tokens":8}}"#;
        let answers = read_answers(body.as_bytes(), 3).expect("answers");
        let parts: Vec<(&str, u32, u32)> = answers
            .iter()
            .map(|answer| {
                (
                    &*answer.text,
                    answer.prompt_tokens,
                    answer.completion_tokens,
                )
            })
            .collect();
        assert_eq!(parts, [("aaaa", 4, 6), ("bb", 3, 2), ("", 3, 0)]);
        // A server that sends more than it was asked for.
        assert_eq!(read_answers(body.as_bytes(), 2).expect("answers").len(), 2);
    }

    #[test]
    fn streams_are_read_to_their_end() {
        let stream = "data: {\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n\
            data: {\"choices\":[{\"index\":0,\"delta\":{\"reasoning_content\":\"hm\"}}]}\n\n\
            : a comment\n\n\
            data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"x = \"}}]}\r\n\r\n\
            data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"1\"},\"finish_reason\":null}]}\n\n\
            data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n\
            data: {\"choices\":[],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":4}}\n\n\
            data: [DONE]\n\n";
        assert_eq!(
            read(stream),
            Ok(ModelAnswer {
                text: "<think>hm</think>\nx = 1".to_owned(),
                finish_reason: FinishReason::Stop,
                prompt_tokens: 5,
                completion_tokens: 4,
            })
        );
        let cut = &stream[..stream
            .find("data: {\"choices\":[{\"index\":0,\"delta\":{},")
            .expect("there")];
        assert_eq!(read(cut), Err("the stream breaks off".to_owned()));
    }

    #[test]
    fn what_holds_no_answer_is_malformed() {
        for body in [
            "",
            "<html>",
            "null",
            "{}",
            "data: [DONE]",
            "data: {",
            r#"{"choices":[]}"#,
            r#"{"choices":[{}]}"#,
            r#"{"choices":[{"message":{"content":7}}]}"#,
            r#"{"error":{"message":"overloaded"}}"#,
        ] {
            assert!(read_answers(body.as_bytes(), 1).is_err(), "{body}");
        }
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
        fn reading_never_panics(body: Vec<u8>, wanted in 0usize..4) {
            let _answers = read_answers(&body, wanted);
            let _models = read_models(&body);
        }

        #[test]
        fn nearly_answers_never_panic(body in "(data: )?\\{\"choices\":\\[(\\{\"(message|delta)\":\\{\"content\":(null|\"x\"|\\[\\{\\}\\])\\}\\},?){0,3}\\]\\}\\PC{0,3}") {
            let _answers = read_answers(body.as_bytes(), 3);
        }

        #[test]
        fn divided_counts_add_up(count in 0u64..4_000_000_000, weights in proptest::collection::vec(0u64..10_000, 1..20)) {
            let parts = divide(count, &weights);
            prop_assert_eq!(parts.len(), weights.len());
            prop_assert_eq!(parts.iter().map(|part| u64::from(*part)).sum::<u64>(), count);
        }
    }
}
