//! The body of a chat-completions request, in the dialect that its server takes. Pure.

use bytes::Bytes;
use serde::Serialize;
use unitmill_model::{Message, ModelRequest};

/// The common part; what is left out of it has its default on every server.
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
    #[serde(skip_serializing_if = "Option::is_none")]
    n: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_options: Option<StreamOptions>,
}

#[derive(Serialize)]
struct StreamOptions {
    include_usage: bool,
}

/// What a server has turned out not to take: some hosted models know `max_tokens` under
/// its newer name only, some have no seed, some no `top_p`, many give one choice a call,
/// some gateways answer in a stream only.
///
/// Only what leaves the answer's meaning alone is adapted: the limit keeps its value, the
/// seed is for servers that have one, a `top_p` of 1 is what its absence means there, and
/// whether answers come one a call or several, whole or in pieces, is transport.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Dialect {
    newer_limit: bool,
    no_seed: bool,
    no_top_p: bool,
    streams: bool,
    pub(crate) one_choice: bool,
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
            "stream" => Self {
                streams: true,
                ..self
            },
            "n" => self.with_one_choice(),
            _ => return None,
        };
        (adapted != self).then_some(adapted)
    }

    /// The dialect for a server that gives one choice a call, whatever `n` says.
    pub(crate) fn with_one_choice(self) -> Self {
        Self {
            one_choice: true,
            ..self
        }
    }
}

fn is_all(top_p: f64) -> bool {
    top_p >= 1.0
}

/// The body that asks for so many answers. The seed is the request's own; of several
/// answers to one call only the server knows how it goes on from there.
pub(crate) fn request_body(request: &ModelRequest, answers: usize, dialect: Dialect) -> Bytes {
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
        n: (answers > 1).then_some(answers),
        stream: dialect.streams.then_some(true),
        stream_options: dialect.streams.then_some(StreamOptions {
            include_usage: true,
        }),
    };
    let text: usize = request
        .messages
        .iter()
        .map(|message| message.content.len())
        .sum();
    let mut json = Vec::with_capacity(text + text / 16 + 512);
    serde_json::to_writer(&mut json, &body)
        .expect("texts, numbers and lists of them always serialise");
    json.into()
}

/// Samples of one prompt need seeds of their own, or a server that honours them answers
/// all alike. 31 bits: servers hold seeds as `int`, `long` or `unsigned`, and refuse or
/// truncate what does not fit.
fn wire_seed(seed: u64, sample: u32) -> u64 {
    seed.wrapping_add(u64::from(sample)) & 0x7fff_ffff
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

    fn body(request: &ModelRequest, answers: usize, dialect: Dialect) -> String {
        String::from_utf8(request_body(request, answers, dialect).to_vec()).expect("JSON is text")
    }

    #[test]
    fn the_request_body_is_what_servers_read() {
        insta::assert_snapshot!(body(&request(), 1, Dialect::default()), @r#"{"model":"m","messages":[{"role":"user","content":"say \"hi\"\n"}],"temperature":0.2,"top_p":1.0,"max_tokens":64,"seed":20261122}"#);
        insta::assert_snapshot!(body(&request(), 3, Dialect::default()), @r#"{"model":"m","messages":[{"role":"user","content":"say \"hi\"\n"}],"temperature":0.2,"top_p":1.0,"max_tokens":64,"seed":20261122,"n":3}"#);
    }

    #[test]
    fn dialects_change_names_and_leave_out_what_can_be_missing() {
        let whole = request();
        let dialect = ["max_tokens", "seed", "top_p", "stream"]
            .iter()
            .try_fold(Dialect::default(), |dialect, name| {
                dialect.without(name, &whole)
            })
            .expect("all can be adapted");
        insta::assert_snapshot!(body(&whole, 1, dialect), @r#"{"model":"m","messages":[{"role":"user","content":"say \"hi\"\n"}],"temperature":0.2,"max_completion_tokens":64,"stream":true,"stream_options":{"include_usage":true}}"#);
        // A threshold that cuts something off is never left out.
        let narrow = ModelRequest {
            top_p: 0.5,
            ..whole.clone()
        };
        assert!(body(&narrow, 1, dialect).contains(r#""top_p":0.5"#));
        assert_eq!(Dialect::default().without("top_p", &narrow), None);
        assert_eq!(Dialect::default().without("temperature", &whole), None);
        assert_eq!(dialect.without("seed", &whole), None);
    }

    proptest! {
        #[test]
        fn seeds_fit_31_bits_and_differ_between_samples(seed: u64, sample in 0u32..1000) {
            prop_assert!(wire_seed(seed, sample) < 1 << 31);
            prop_assert_ne!(wire_seed(seed, sample), wire_seed(seed, sample + 1));
        }
    }
}
