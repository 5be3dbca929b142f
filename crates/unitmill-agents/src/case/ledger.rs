//! The attempts of a case, put in an order that does not depend on arrival.

use unitmill_model::{Attempt, AttemptKind, CandidateId, Digest, Execution, Reply, Step};

/// Where an attempt belongs. Calls sort before the executions of what they wrote.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Place {
    pub(super) step: Step,
    pub(super) round: u32,
    pub(super) sample: u32,
}

impl Place {
    /// Fix rounds and what is judged before and after them belong together, by round.
    fn order(self) -> (Step, u32, Step, u32) {
        let phase = match self.step {
            Step::Judge => Step::Fix,
            step => step,
        };
        (phase, self.round, self.step, self.sample)
    }
}

/// All attempts so far.
pub(super) struct Ledger {
    candidate: CandidateId,
    entries: Vec<(Place, AttemptKind, Attempt)>,
    /// Tokens of the prompts of all answers.
    pub(super) prompt_tokens: u32,
    /// Tokens of all answers.
    pub(super) completion_tokens: u32,
}

impl Ledger {
    pub(super) fn new(candidate: CandidateId) -> Self {
        Self {
            candidate,
            entries: Vec::new(),
            prompt_tokens: 0,
            completion_tokens: 0,
        }
    }

    /// Notes an answer; `detail` says why it could not be used, or is empty.
    pub(super) fn reply(&mut self, place: Place, reply: &Reply, detail: &str) {
        let answer = &reply.answer;
        self.prompt_tokens = self.prompt_tokens.saturating_add(answer.prompt_tokens);
        self.completion_tokens = self
            .completion_tokens
            .saturating_add(answer.completion_tokens);
        self.entries.push((
            place,
            AttemptKind::ModelCall,
            Attempt {
                candidate_id: self.candidate,
                sequence: 0,
                kind: AttemptKind::ModelCall,
                step: place.step,
                round: place.round,
                sample: place.sample,
                key: reply.key,
                model: reply.model.clone(),
                prompt_tokens: answer.prompt_tokens,
                completion_tokens: answer.completion_tokens,
                reply: Some(answer.text.clone()),
                code: None,
                tests: None,
                verdict: None,
                tests_run: 0,
                tests_passed: 0,
                detail: detail.to_owned(),
                duration_ms: reply.duration_ms,
                resent: reply.resent,
                failures: reply.failures.clone(),
                replayed: reply.replayed,
            },
        ));
    }

    /// Notes an execution of `code` with `tests`, which `model` wrote or changed.
    pub(super) fn execution(
        &mut self,
        place: Place,
        execution: &Execution,
        model: &str,
        code: &str,
        tests: &str,
    ) {
        let outcome = &execution.outcome;
        self.entries.push((
            place,
            AttemptKind::Execution,
            Attempt {
                candidate_id: self.candidate,
                sequence: 0,
                kind: AttemptKind::Execution,
                step: place.step,
                round: place.round,
                sample: place.sample,
                key: execution.key,
                model: model.to_owned(),
                prompt_tokens: 0,
                completion_tokens: 0,
                reply: None,
                code: Some(code.to_owned()),
                tests: Some(tests.to_owned()),
                verdict: Some(outcome.verdict),
                tests_run: outcome.tests_run,
                tests_passed: outcome.tests_passed,
                detail: outcome.detail.clone(),
                duration_ms: outcome.duration_ms,
                resent: 0,
                failures: Vec::new(),
                replayed: execution.replayed,
            },
        ));
    }

    /// Notes a decision and its evidence; `tests` are those that it was about.
    pub(super) fn judgement(&mut self, place: Place, detail: &str, code: &str, tests: &str) {
        self.entries.push((
            place,
            AttemptKind::Judgement,
            Attempt {
                candidate_id: self.candidate,
                sequence: 0,
                kind: AttemptKind::Judgement,
                step: place.step,
                round: place.round,
                sample: place.sample,
                key: Digest::of(format!("judgement\n{code}\n{tests}\n{detail}")),
                model: "builtin".to_owned(),
                prompt_tokens: 0,
                completion_tokens: 0,
                reply: None,
                code: Some(code.to_owned()),
                tests: Some(tests.to_owned()),
                verdict: None,
                tests_run: 0,
                tests_passed: 0,
                detail: detail.to_owned(),
                duration_ms: 0,
                resent: 0,
                failures: Vec::new(),
                replayed: false,
            },
        ));
    }

    /// All attempts in order, numbered.
    pub(super) fn finish(&mut self) -> Vec<Attempt> {
        let mut entries = std::mem::take(&mut self.entries);
        entries.sort_by_key(|(place, kind, _)| (place.order(), *kind));
        entries
            .into_iter()
            .zip(0..)
            .map(|((_, _, attempt), sequence)| Attempt {
                sequence,
                ..attempt
            })
            .collect()
    }
}
