//! Proptest strategies for every record.
#![allow(
    dead_code,
    reason = "each test binary uses the strategies that it needs"
)]

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use unitmill_model::{
    Attempt, AttemptKind, Backend, Candidate, CandidateId, Digest, DuplicateDrop, ExecInput,
    ExecVerdict, Execution, FinishReason, Isolation, ModelAnswer, Outcome, Pair, PairId, Reject,
    RejectReason, RejectUnit, Reply, Stage, Step, TestOrigin, Verdict, Verification,
};

pub(crate) fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        "[ -~]{0,20}",
        "(\\PC|\n|\t|\"|\\\\|\u{2028}){0,20}",
    ]
}

pub(crate) fn texts() -> impl Strategy<Value = Vec<String>> {
    vec(text(), 0..4)
}

pub(crate) fn digest() -> impl Strategy<Value = Digest> {
    any::<[u8; 32]>().prop_map(Digest::from_bytes)
}

pub(crate) fn candidate_id() -> impl Strategy<Value = CandidateId> {
    digest().prop_map(|digest| CandidateId::from_digest(&digest))
}

fn one_of<T: Copy + std::fmt::Debug + 'static>(values: &'static [T]) -> impl Strategy<Value = T> {
    proptest::sample::select(values)
}

pub(crate) fn candidate() -> impl Strategy<Value = Candidate> {
    (
        (candidate_id(), text(), text(), text(), text(), text()),
        (texts(), texts(), texts()),
        (option::of(text()), option::of(text()), text(), digest()),
        (any::<u32>(), any::<u32>(), digest()),
    )
        .prop_map(|(source, lists, origin, place)| Candidate {
            id: source.0,
            name: source.1,
            code: source.2,
            imports: source.3,
            context: source.4,
            function: source.5,
            packages: lists.0,
            apis: lists.1,
            unresolved: lists.2,
            repo: origin.0,
            license: origin.1,
            path: origin.2,
            source_sha256: origin.3,
            first_line: place.0,
            last_line: place.1,
            fingerprint: place.2,
        })
}

pub(crate) fn reject() -> impl Strategy<Value = Reject> {
    (
        (
            one_of(Stage::ALL),
            one_of(RejectUnit::ALL),
            one_of(RejectReason::ALL),
            text(),
        ),
        (option::of(candidate_id()), option::of(candidate_id())),
        (option::of(text()), text(), text(), any::<u32>(), texts()),
    )
        .prop_map(|(what, ids, place)| Reject {
            stage: what.0,
            unit: what.1,
            reason: what.2,
            detail: what.3,
            candidate_id: ids.0,
            kept_id: ids.1,
            repo: place.0,
            path: place.1,
            name: place.2,
            first_line: place.3,
            packages: place.4,
        })
}

pub(crate) fn attempt() -> impl Strategy<Value = Attempt> {
    (
        (
            candidate_id(),
            any::<u32>(),
            one_of(AttemptKind::ALL),
            one_of(Step::ALL),
            any::<u32>(),
            any::<u32>(),
            digest(),
            text(),
        ),
        (any::<u32>(), any::<u32>()),
        (
            option::of(text()),
            option::of(text()),
            option::of(text()),
            option::of(one_of(Verdict::ALL)),
            texts(),
        ),
        (
            any::<u32>(),
            any::<u32>(),
            text(),
            any::<u64>(),
            any::<u32>(),
            any::<bool>(),
        ),
    )
        .prop_map(|(what, tokens, texts, outcome)| Attempt {
            candidate_id: what.0,
            sequence: what.1,
            kind: what.2,
            step: what.3,
            round: what.4,
            sample: what.5,
            key: what.6,
            model: what.7,
            prompt_tokens: tokens.0,
            completion_tokens: tokens.1,
            reply: texts.0,
            code: texts.1,
            tests: texts.2,
            verdict: texts.3,
            tests_run: outcome.0,
            tests_passed: outcome.1,
            detail: outcome.2,
            duration_ms: outcome.3,
            resent: outcome.4,
            failures: texts.4,
            replayed: outcome.5,
        })
}

pub(crate) fn pair() -> impl Strategy<Value = Pair> {
    (
        (candidate_id(), any::<u32>(), text(), text(), text()),
        (texts(), texts()),
        (option::of(text()), option::of(text()), text(), digest()),
        (
            one_of(TestOrigin::ALL),
            one_of(Verification::ALL),
            any::<u32>(),
            any::<bool>(),
            any::<u32>(),
            one_of(Backend::ALL),
            one_of(Isolation::ALL),
            digest(),
        ),
        (texts(), any::<u32>(), any::<u32>()),
    )
        .prop_map(|(source, lists, origin, how, cost)| Pair {
            id: PairId {
                candidate: source.0,
                variant: source.1,
            },
            prefix: source.2,
            completion: source.3,
            tests: source.4,
            packages: lists.0,
            apis: lists.1,
            license: origin.0,
            repo: origin.1,
            path: origin.2,
            source_sha256: origin.3,
            test_origin: how.0,
            verification: how.1,
            fix_rounds: how.2,
            refined: how.3,
            tests_run: how.4,
            backend: how.5,
            isolation: how.6,
            env_digest: how.7,
            models: cost.0,
            prompt_tokens: cost.1,
            completion_tokens: cost.2,
        })
}

pub(crate) fn duplicate_drop() -> impl Strategy<Value = DuplicateDrop> {
    (
        any::<u32>(),
        any::<u64>(),
        candidate_id(),
        proptest::option::of(candidate_id()),
        one_of(RejectReason::ALL),
        text(),
    )
        .prop_map(|row| DuplicateDrop {
            part: row.0,
            row: row.1,
            candidate_id: row.2,
            kept_id: row.3,
            reason: row.4,
            detail: row.5,
        })
}

pub(crate) fn exec_input() -> impl Strategy<Value = ExecInput> {
    (text(), text(), text()).prop_map(|(id, code, test)| ExecInput {
        id,
        code,
        test,
        lone_surrogate: false,
    })
}

pub(crate) fn exec_verdict() -> impl Strategy<Value = ExecVerdict> {
    (
        text(),
        one_of(Verdict::ALL),
        any::<u32>(),
        any::<u32>(),
        any::<u64>(),
        text(),
        one_of(Isolation::ALL),
    )
        .prop_map(|row| ExecVerdict {
            id: row.0,
            verdict: row.1,
            tests_run: row.2,
            tests_passed: row.3,
            duration_ms: row.4,
            detail: row.5,
            isolation: row.6,
        })
}

pub(crate) fn reply() -> impl Strategy<Value = Reply> {
    (digest(), text(), text(), any::<u32>(), any::<u64>()).prop_map(|row| Reply {
        key: row.0,
        model: row.1,
        answer: ModelAnswer {
            text: row.2.clone(),
            finish_reason: FinishReason::Stop,
            prompt_tokens: row.3,
            completion_tokens: row.3,
        },
        resent: row.3,
        failures: vec![row.2],
        lost: row.3,
        duration_ms: row.4,
        replayed: false,
    })
}

pub(crate) fn execution() -> impl Strategy<Value = Execution> {
    (digest(), one_of(Verdict::ALL), text(), any::<u64>()).prop_map(|row| Execution {
        key: row.0,
        outcome: Outcome {
            verdict: row.1,
            tests: Vec::new(),
            tests_run: 1,
            tests_passed: 1,
            detail: row.2.clone(),
            output: row.2,
            observations: Vec::new(),
            coverage: None,
            duration_ms: row.3,
        },
        replayed: false,
    })
}
