//! How a fake model server behaves: what it answers and what goes wrong.

use std::sync::Arc;
use std::time::Duration;

use crate::stand_in::stand_in_answer;
use crate::{AnswerRules, ChatRequest};

/// What a choice of an answer says, by its number.
type Answer = dyn Fn(&ChatRequest, usize) -> String + Send + Sync;

/// One way for a call to go wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FailureMode {
    /// 429, with this text as `Retry-After` if there is one.
    RateLimited {
        /// The header's value, sent as it is.
        retry_after: Option<String>,
    },
    /// 429, with a `Retry-After` that is the date after this time.
    RateLimitedUntil {
        /// From now on.
        after: Duration,
    },
    /// Any other status with this body.
    Status {
        /// The status code, 100 to 599.
        status: u16,
        /// The body, sent as JSON whether it is or not.
        body: String,
    },
    /// 200, with a `Content-Length` that the body does not reach before the connection
    /// closes.
    CutBody,
    /// 200, with a `Content-Length` that ends before the answer does.
    ShortLength,
    /// 200, with a complete body that is not JSON.
    BrokenJson,
    /// 200, with well-formed JSON that holds no choices.
    NoChoices,
    /// The connection closes before any answer.
    HangUp,
    /// The answer, but this much later.
    Late(Duration),
    /// No answer for longer than any test's timeout.
    Silence,
}

impl FailureMode {
    /// A page for people, as gateways send it.
    pub fn html_page(status: u16) -> Self {
        Self::Status {
            status,
            body: "<html>\n<head><title>Bad gateway</title></head>\n</html>".to_owned(),
        }
    }

    /// Every way but silence, once: what a bad night brings.
    pub fn all_that_pass() -> Vec<Self> {
        vec![
            Self::RateLimited {
                retry_after: Some("0".to_owned()),
            },
            Self::RateLimitedUntil {
                after: Duration::ZERO,
            },
            Self::server_error(),
            Self::html_page(502),
            Self::html_page(200),
            Self::CutBody,
            Self::ShortLength,
            Self::BrokenJson,
            Self::NoChoices,
            Self::HangUp,
            Self::Late(Duration::from_millis(5)),
        ]
    }

    /// A plain 500.
    pub fn server_error() -> Self {
        Self::Status {
            status: 500,
            body: r#"{"error":{"message":"internal error","type":"server_error"}}"#.to_owned(),
        }
    }
}

/// Which calls go wrong. Calls are counted from 1, over all connections.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Schedule {
    /// None.
    #[default]
    Never,
    /// The first call fails in the first way, the second in the second, and so on; then
    /// all succeed.
    First(Vec<FailureMode>),
    /// Every `every`-th call fails, in each of these ways in turn.
    Every {
        /// 1 means every call; 0 none.
        every: u64,
        /// The ways, used round robin; none means that nothing fails.
        modes: Vec<FailureMode>,
    },
}

impl Schedule {
    /// What goes wrong with the given call, counted from 1.
    pub(crate) fn failure(&self, call: u64) -> Option<&FailureMode> {
        match self {
            Self::Never => None,
            Self::First(modes) => modes.get(usize::try_from(call - 1).ok()?),
            Self::Every { every, modes } => {
                if *every == 0 || modes.is_empty() || !call.is_multiple_of(*every) {
                    return None;
                }
                let turn = (call / every - 1) % modes.len() as u64;
                modes.get(usize::try_from(turn).ok()?)
            }
        }
    }
}

/// What a server makes of `n`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum SeveralChoices {
    Given,
    Refused,
    Ignored,
}

/// How a server puts an answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum AnswerForm {
    Text,
    Parts,
    Stream,
    StreamOnly,
}

/// How a [`FakeModelServer`](crate::FakeModelServer) behaves. By default it accepts any
/// model and no key, lists no models (404), answers at once and never fails.
#[derive(Clone)]
pub struct FakeModel {
    pub(crate) answer: Arc<Answer>,
    pub(crate) models: Option<Vec<String>>,
    pub(crate) api_key: Option<String>,
    pub(crate) latency: Duration,
    pub(crate) schedule: Schedule,
    pub(crate) latency_per_call: Duration,
    pub(crate) busy_above: usize,
    pub(crate) several_choices: SeveralChoices,
    pub(crate) form: AnswerForm,
    pub(crate) reasoning: Option<String>,
    pub(crate) usage: bool,
    pub(crate) refused_parameters: Vec<String>,
    pub(crate) hold_until_in_flight: usize,
    pub(crate) batch_looks: u32,
    pub(crate) keeps_requests: bool,
}

impl FakeModel {
    /// Answers every call with what the function makes of it.
    pub fn answering(answer: impl Fn(&ChatRequest) -> String + Send + Sync + 'static) -> Self {
        Self::choosing(move |request, _| answer(request))
    }

    fn choosing(answer: impl Fn(&ChatRequest, usize) -> String + Send + Sync + 'static) -> Self {
        Self {
            answer: Arc::new(answer),
            models: None,
            api_key: None,
            latency: Duration::ZERO,
            schedule: Schedule::Never,
            latency_per_call: Duration::ZERO,
            busy_above: usize::MAX,
            several_choices: SeveralChoices::Given,
            form: AnswerForm::Text,
            reasoning: None,
            usage: true,
            refused_parameters: Vec::new(),
            hold_until_in_flight: 0,
            batch_looks: 1,
            keeps_requests: false,
        }
    }

    /// Answers as [`stand_in_answer`] does: good enough to drive a whole run.
    pub fn stand_in() -> Self {
        Self::answering(stand_in_answer)
    }

    /// Answers with the first rule that fits, else as [`stand_in_answer`] does.
    pub fn scripted(rules: AnswerRules) -> Self {
        Self::choosing(move |request, choice| {
            rules
                .answer(request, choice)
                .map_or_else(|| stand_in_answer(request), str::to_owned)
        })
    }

    /// Lists these models under `/v1/models` and refuses all others.
    pub fn models(mut self, models: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.models = Some(models.into_iter().map(Into::into).collect());
        self
    }

    /// Refuses calls without this bearer key. The refusal repeats the key that was sent,
    /// as careless servers do.
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        self.api_key = Some(key.into());
        self
    }

    /// Waits so long before each answer.
    pub fn latency(mut self, latency: Duration) -> Self {
        self.latency = latency;
        self
    }

    /// Lets calls fail.
    pub fn failing(mut self, schedule: Schedule) -> Self {
        self.schedule = schedule;
        self
    }

    /// Waits so long more for each call that is in flight: a server without slots.
    pub fn latency_per_call(mut self, latency: Duration) -> Self {
        self.latency_per_call = latency;
        self
    }

    /// Refuses calls with 429 while more than so many are in flight.
    pub fn busy_above(mut self, calls: usize) -> Self {
        self.busy_above = calls;
        self
    }

    /// Refuses `n` greater than 1, as several servers do.
    pub fn single_choice_only(mut self) -> Self {
        self.several_choices = SeveralChoices::Refused;
        self
    }

    /// Gives one choice whatever `n` says, as other servers do.
    pub fn ignoring_n(mut self) -> Self {
        self.several_choices = SeveralChoices::Ignored;
        self
    }

    /// Gives the content as a list of parts.
    pub fn in_parts(mut self) -> Self {
        self.form = AnswerForm::Parts;
        self
    }

    /// Answers in a stream of pieces, whatever it is asked for.
    pub fn in_a_stream(mut self) -> Self {
        self.form = AnswerForm::Stream;
        self
    }

    /// Refuses what does not ask for a stream, and answers in one.
    pub fn in_a_stream_only(mut self) -> Self {
        self.form = AnswerForm::StreamOnly;
        self
    }

    /// Gives this as the reasoning before each answer, apart from the content.
    pub fn reasoning(mut self, text: impl Into<String>) -> Self {
        self.reasoning = Some(text.into());
        self
    }

    /// Leaves the token counts out of its answers.
    pub fn without_usage(mut self) -> Self {
        self.usage = false;
        self
    }

    /// Refuses requests that have one of these parameters, as some hosted models do.
    pub fn refusing_parameters(
        mut self,
        parameters: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        self.refused_parameters = parameters.into_iter().map(Into::into).collect();
        self
    }

    /// Keeps every call's request for [`FakeModelServer::requests`], from when it came in.
    ///
    /// [`FakeModelServer::requests`]: crate::FakeModelServer::requests
    pub fn keeping_requests(mut self) -> Self {
        self.keeps_requests = true;
        self
    }

    /// Lets a batch end after so many looks at it; by default after one.
    pub fn batches_end_after(mut self, looks: u32) -> Self {
        self.batch_looks = looks;
        self
    }

    /// Holds every answer back until so many calls have been in flight at once; proves
    /// that a client reaches its bound without asserting a time.
    pub fn hold_until_in_flight(mut self, calls: usize) -> Self {
        self.hold_until_in_flight = calls;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_third_call_fails_in_each_way_in_turn() {
        let schedule = Schedule::Every {
            every: 3,
            modes: vec![FailureMode::HangUp, FailureMode::BrokenJson],
        };
        let failing: Vec<_> = (1..=12)
            .filter_map(|call| schedule.failure(call).map(|mode| (call, mode.clone())))
            .collect();
        assert_eq!(
            failing,
            [
                (3, FailureMode::HangUp),
                (6, FailureMode::BrokenJson),
                (9, FailureMode::HangUp),
                (12, FailureMode::BrokenJson),
            ]
        );
    }

    #[test]
    fn first_calls_fail_and_later_ones_do_not() {
        let schedule = Schedule::First(vec![FailureMode::CutBody, FailureMode::NoChoices]);
        assert_eq!(schedule.failure(1), Some(&FailureMode::CutBody));
        assert_eq!(schedule.failure(2), Some(&FailureMode::NoChoices));
        assert_eq!(schedule.failure(3), None);
    }
}
