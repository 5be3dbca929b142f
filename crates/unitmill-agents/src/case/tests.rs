//! The flow of a case, step by step, with scripted replies and outcomes.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use unitmill_model::{
    AttemptKind, Backend, Digest, FinishReason, JobKind, Limits, ModelAnswer, Observation,
    ObservedValue, Origin, Step, ValueKind,
};
use unitmill_python::{FunctionOutcome, FunctionSettings, PackageRequirement, extract_functions};

use super::*;
use crate::{Environment, Prompts};

mod judging;
mod kinds;
mod offline;
mod refining;
mod tiers;

const CODE: &str = "\
import math

LIMIT = 10


def area(radius):
    if radius > LIMIT:
        raise ValueError(radius)
    return math.pi * radius
";

const TESTS: &str = "```python
import unittest

class TestCases(unittest.TestCase):
    def test_one(self):
        self.assertAlmostEqual(area(1), 3.14159, places=4)

    def test_error(self):
        with self.assertRaises(ValueError):
            area(11)
```";

fn candidate(code: &str) -> Candidate {
    let origin = Origin {
        repo: Some("repo".into()),
        license: Some("MIT".into()),
        path: "shapes.py".into(),
        held_sha256: None,
    };
    let settings = FunctionSettings {
        require: PackageRequirement::None,
        ..FunctionSettings::default()
    };
    extract_functions(code, &origin, &settings)
        .expect("the test's code parses")
        .into_iter()
        .find_map(|outcome| match outcome {
            FunctionOutcome::Candidate(candidate) => Some(*candidate),
            FunctionOutcome::Rejected { .. } => None,
        })
        .expect("the test's code has a candidate")
}

fn model(samples: u32) -> Provider {
    Provider::Model {
        name: "coder".into(),
        samples,
        recorded: false,
    }
}

fn settings(tests: Provider, fix: Provider, refine: Provider) -> CaseSettings {
    let modules: BTreeSet<String> = [
        "math",
        "unittest",
        "collections",
        "numpy",
        "time",
        "functools",
        "pickle",
        "itertools",
    ]
    .map(str::to_owned)
    .into();
    CaseSettings {
        fix_rounds: 3,
        fix_samples: 2,
        keep: 1,
        opinions: 0,
        tests: vec![tests],
        fix: vec![fix],
        refine: vec![refine],
        observed_calls: 200,
        limits: Limits::default(),
        seed: 7,
        backend: Backend::Native,
        isolation: unitmill_model::Isolation::Full,
        env_digest: Digest::of("environment"),
        environment: Environment {
            python: (3, 12),
            modules,
            versions: BTreeMap::from([("numpy".to_owned(), "2.1.0".to_owned())]),
        },
        prompts: Prompts::load(&BTreeMap::new()).expect("the embedded prompts load"),
    }
}

fn reply(text: &str, name: &str) -> Reply {
    Reply {
        key: Digest::of(format!("{name}{text}")),
        model: "coder".into(),
        answer: ModelAnswer {
            text: text.to_owned(),
            finish_reason: FinishReason::Stop,
            prompt_tokens: 10,
            completion_tokens: 3,
        },
        resent: 0,
        failures: Vec::new(),
        lost: 0,
        duration_ms: 0,
        replayed: false,
    }
}

fn outcome(verdict: Verdict, run: u32, passed: u32) -> Outcome {
    Outcome {
        verdict,
        tests: Vec::new(),
        tests_run: run,
        tests_passed: passed,
        detail: if verdict == Verdict::Passed {
            String::new()
        } else {
            "AssertionError".into()
        },
        output: String::new(),
        observations: Vec::new(),
        coverage: None,
        duration_ms: 0,
    }
}

/// Drives a case to its end. `pick` chooses which of the open actions comes back next.
fn drive(
    candidate: Candidate,
    settings: CaseSettings,
    mut answer: impl FnMut(Agent, &str, u32) -> Vec<String>,
    mut execute: impl FnMut(&Job) -> Outcome,
    mut pick: impl FnMut(usize) -> usize,
) -> Conclusion {
    let mut case = Case::new(candidate, Arc::new(settings));
    let mut open = case.step(Event::Start);
    for _ in 0..500 {
        assert!(
            !open.is_empty(),
            "a case waits for something until it finishes"
        );
        let event = match open.swap_remove(pick(open.len())) {
            Action::Finish(conclusion) => {
                assert!(open.is_empty(), "nothing is out when a case finishes");
                return *conclusion;
            }
            Action::Ask {
                ticket,
                agent,
                messages,
                samples,
                ..
            } => {
                let prompt = &messages.last().expect("a prompt has messages").content;
                let replies = answer(agent, prompt, samples)
                    .iter()
                    .map(|text| reply(text, prompt))
                    .collect();
                Event::Replies { ticket, replies }
            }
            Action::Execute { ticket, job } => {
                let key = Digest::of(serde_json::to_string(&job).expect("a job serialises"));
                let execution = Execution {
                    key,
                    outcome: execute(&job),
                    replayed: false,
                };
                Event::Executed { ticket, execution }
            }
        };
        open.extend(case.step(event));
    }
    panic!("the case does not end");
}

/// The code of a job's module, without the tests.
fn code_of(job: &Job) -> &str {
    let content = &job.files[0].content;
    content.split("import unittest").next().unwrap_or(content)
}

/// A sandbox in which code passes if it holds a mark; bodies that are gone fail.
fn passes_if(mark: &'static str) -> impl FnMut(&Job) -> Outcome {
    move |job| {
        if code_of(job).contains(mark) {
            outcome(Verdict::Passed, 2, 2)
        } else {
            outcome(Verdict::Failed, 2, 1)
        }
    }
}

fn fixed(body: &str) -> String {
    format!(
        "Here it is:\n```python\nimport math\n\nLIMIT = 10\n\n\ndef area(radius):\n    {body}\n```\nDone."
    )
}

fn refined(body: &str) -> String {
    format!(
        "```python\nimport math\n\nLIMIT = 10\n\n\ndef area(radius: float) -> float:\n    \"\"\"Area.\"\"\"\n    {body}\n```"
    )
}

fn first(_: usize) -> usize {
    0
}

/// One line per attempt.
fn story(conclusion: &Conclusion) -> String {
    conclusion
        .attempts
        .iter()
        .map(|attempt| {
            let verdict = attempt.verdict.map_or("", Verdict::as_str);
            let detail = attempt.detail.lines().next().unwrap_or("");
            format!(
                "{} {} {} r{} s{} {} {verdict} {detail}",
                attempt.sequence,
                attempt.step,
                attempt.kind,
                attempt.round,
                attempt.sample,
                attempt.model,
            )
            .trim_end()
            .to_owned()
        })
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn passes_at_first_sight_and_is_refined() {
    let conclusion = drive(
        candidate(CODE),
        settings(model(1), model(1), model(1)),
        |agent, _, _| match agent {
            Agent::Tests => vec![TESTS.into()],
            Agent::Refine => vec![refined("return math.pi * radius  # mark")],
            Agent::Fix => panic!("nothing is to be fixed"),
        },
        passes_if("math.pi"),
        first,
    );
    insta::assert_snapshot!(story(&conclusion), @"
    0 tests model_call r0 s0 coder
    1 first_run execution r0 s0 coder passed
    2 refine model_call r0 s0 coder
    3 refine execution r0 s0 builtin passed the code before: 0 of 13 calls did the same twice
    4 refine execution r0 s0 builtin passed the code before: 0 of 13 calls did the same twice
    5 refine execution r0 s0 coder passed
    6 stub_check execution r0 s0 builtin failed AssertionError
    7 stub_check execution r0 s1 builtin failed AssertionError
    ");
    let [pair] = conclusion.pairs.as_slice() else {
        panic!("one pair");
    };
    assert!(pair.refined);
    assert_eq!(pair.fix_rounds, 0);
    assert_eq!(pair.models, ["coder"]);
    assert_eq!((pair.prompt_tokens, pair.completion_tokens), (20, 6));
    assert_eq!(pair.verification, Verification::Model);
    assert!(
        pair.prefix.ends_with("\"\"\"Area.\"\"\"\n"),
        "{}",
        pair.prefix
    );
    assert_eq!(pair.completion, "    return math.pi * radius  # mark\n");
    assert_eq!(pair.packages, ["math"]);
    assert_eq!(pair.license.as_deref(), Some("MIT"));
}

#[test]
fn a_refinement_that_fails_leaves_the_code_as_it_was() {
    let conclusion = drive(
        candidate(CODE),
        settings(model(1), model(1), model(2)),
        |agent, _, _| match agent {
            Agent::Tests => vec![TESTS.into()],
            _ => vec![
                refined("return 3 * radius"),
                "```python\nimport math\n\n\ndef area(radius):\n    return math.pi * radius\n```"
                    .into(),
            ],
        },
        passes_if("math.pi"),
        first,
    );
    insta::assert_snapshot!(story(&conclusion), @"
    0 tests model_call r0 s0 coder
    1 first_run execution r0 s0 coder passed
    2 refine model_call r0 s0 coder
    3 refine execution r0 s0 builtin passed the code before: 0 of 13 calls did the same twice
    4 refine execution r0 s0 builtin passed the code before: 0 of 13 calls did the same twice
    5 refine execution r0 s0 coder failed AssertionError
    6 refine model_call r0 s1 coder  the code drops `LIMIT`
    7 stub_check execution r0 s0 builtin failed AssertionError
    8 stub_check execution r0 s1 builtin failed AssertionError
    ");
    assert!(!conclusion.pairs[0].refined);
    assert_eq!(conclusion.pairs[0].code(), candidate(CODE).code);
}

#[test]
fn the_round_that_has_a_pass_ends_fixing() {
    let mut rounds = 0;
    let conclusion = drive(
        candidate(CODE),
        CaseSettings {
            keep: 2,
            ..settings(model(1), model(1), model(1))
        },
        |agent, prompt, samples| match agent {
            Agent::Tests => vec![TESTS.into()],
            Agent::Fix => {
                rounds += 1;
                assert_eq!(samples, 2);
                assert_eq!(prompt.contains("Earlier repairs"), rounds > 1, "{prompt}");
                match rounds {
                    1 => vec![
                        fixed("return 1 * radius"),
                        "I cannot help with that.".into(),
                    ],
                    _ => vec![
                        fixed("return 22 * radius  # mark"),
                        fixed("return 23 * radius  # mark"),
                    ],
                }
            }
            Agent::Refine => vec![],
        },
        passes_if("# mark"),
        first,
    );
    insta::assert_snapshot!(story(&conclusion), @"
    0 tests model_call r0 s0 coder
    1 first_run execution r0 s0 coder failed AssertionError
    2 fix model_call r1 s0 coder
    3 fix execution r1 s0 coder failed AssertionError
    4 fix model_call r1 s1 coder  the answer holds no code
    5 fix model_call r2 s0 coder
    6 fix execution r2 s0 coder passed
    7 fix model_call r2 s1 coder
    8 fix execution r2 s1 coder passed
    9 judge execution r2 s0 builtin failed AssertionError
    10 judge execution r2 s1 builtin failed AssertionError
    11 judge execution r2 s2 builtin passed
    12 judge judgement r2 s3 builtin  the fix of sample 0 repairs the code
    13 judge execution r2 s4 builtin passed
    14 judge judgement r2 s5 builtin  the fix of sample 1 repairs the code
    15 stub_check execution r0 s0 builtin failed AssertionError
    16 stub_check execution r0 s1 builtin failed AssertionError
    ");
    assert_eq!(conclusion.pairs.len(), 2);
    assert_eq!(conclusion.pairs[0].fix_rounds, 2);
    assert!(conclusion.pairs[0].completion.contains("22"));
    assert!(conclusion.pairs[1].id.to_string().ends_with("-1"));
}

#[test]
fn variants_that_share_a_stub_share_its_outcome() {
    let conclusion = drive(
        candidate(CODE),
        CaseSettings {
            keep: 2,
            ..settings(model(1), model(1), model(1))
        },
        |agent, _, _| match agent {
            Agent::Tests => vec![TESTS.into()],
            Agent::Fix => vec![
                fixed("return 22 * radius  # mark"),
                fixed("return 23 * radius  # mark"),
            ],
            Agent::Refine => vec![],
        },
        // The first of the two stubs passes: whichever variant it is of proves nothing.
        |job| {
            if code_of(job).contains("# mark") || code_of(job).contains("    pass") {
                outcome(Verdict::Passed, 2, 2)
            } else {
                outcome(Verdict::Failed, 2, 1)
            }
        },
        first,
    );
    assert!(conclusion.pairs.is_empty(), "{}", story(&conclusion));
    let reject = conclusion.reject.as_ref().expect("a reject");
    assert_eq!(reject.reason, RejectReason::Vacuous);
}

#[test]
fn rounds_start_from_the_best_attempt() {
    let mut prompts = Vec::new();
    let conclusion = drive(
        candidate(CODE),
        settings(model(1), model(1), model(1)),
        |agent, prompt, _| match agent {
            Agent::Tests => vec![TESTS.into()],
            _ => {
                prompts.push(prompt.split("The tests").next().unwrap_or("").to_owned());
                match prompts.len() {
                    1 => vec![
                        fixed("return 'worse' * radius"),
                        fixed("return 'better' * radius"),
                    ],
                    2 => vec![
                        fixed("return 'worse' * radius"),
                        fixed("return 'worse still' * radius"),
                    ],
                    _ => vec![],
                }
            }
        },
        |job| {
            let passed = if code_of(job).contains("'better'") {
                2
            } else {
                u32::from(!code_of(job).contains("worse"))
            };
            outcome(Verdict::Failed, 3, passed)
        },
        first,
    );
    assert!(prompts[0].contains("math.pi"));
    assert!(prompts[1].contains("'better'"));
    assert!(prompts[2].contains("'better'"));
    let reject = conclusion.reject.as_ref().expect("never passed");
    assert_eq!(reject.reason, RejectReason::NeverPassed);
    insta::assert_snapshot!(reject.detail, @"2 of 3 tests passed at best, in fix round 1: failed: AssertionError");
    assert!(story(&conclusion).contains("r2 s0 coder  the same code as was run before"));
}

#[test]
fn unusable_tests_end_a_case() {
    for (answers, detail) in [
        (vec![], "the model gave no answer"),
        (vec!["".to_owned()], "the answer is empty"),
        (
            vec!["```python\nx = 1\n```".to_owned()],
            "the tests hold no test method",
        ),
        (
            vec![TESTS.replace("class", "area = 1\nclass")],
            "the tests redefine `area`",
        ),
    ] {
        let conclusion = drive(
            candidate(CODE),
            settings(model(1), model(1), model(1)),
            |_, _, _| answers.clone(),
            |_| panic!("nothing runs"),
            first,
        );
        let reject = conclusion.reject.expect("a reject");
        assert_eq!(
            (reject.reason, reject.detail.as_str()),
            (RejectReason::NoTests, detail)
        );
        assert_eq!(conclusion.attempts.len(), answers.len());
    }
}

#[test]
fn of_several_suites_the_one_decides_that_passes() {
    let other = TESTS.replace("test_one", "test_other");
    let conclusion = drive(
        candidate(CODE),
        settings(model(3), model(1), model(1)),
        |agent, _, _| match agent {
            Agent::Tests => vec![TESTS.into(), other.clone(), TESTS.into()],
            _ => vec![],
        },
        |job| {
            if job.files[0].content.contains("test_other") && code_of(job).contains("math.pi") {
                outcome(Verdict::Passed, 2, 2)
            } else {
                outcome(Verdict::Failed, 2, 1)
            }
        },
        first,
    );
    assert!(conclusion.pairs[0].tests.contains("test_other"));
    assert!(story(&conclusion).contains("the same tests as an earlier sample"));
}

#[test]
fn tests_that_pass_without_a_function_are_vacuous() {
    let conclusion = drive(
        candidate(CODE),
        settings(model(1), model(1), model(1)),
        |_, _, _| vec![TESTS.into()],
        |_| outcome(Verdict::Passed, 2, 2),
        first,
    );
    let reject = conclusion.reject.expect("a reject");
    assert_eq!(reject.reason, RejectReason::Vacuous);
    assert_eq!(
        reject.detail,
        "the tests pass when the function only returns None"
    );
}

#[test]
fn jobs_name_what_they_expect() {
    let mut jobs = Vec::new();
    drive(
        candidate(CODE),
        settings(model(1), model(1), model(1)),
        |_, _, _| vec![TESTS.into()],
        |job| {
            jobs.push(job.clone());
            outcome(Verdict::Passed, 2, 2)
        },
        first,
    );
    let job = &jobs[0];
    assert_eq!(
        job.expected_tests,
        ["TestCases.test_one", "TestCases.test_error"]
    );
    assert_eq!(job.packages, ["math", "unittest"]);
    assert_eq!((job.entry.as_str(), job.seed), ("solution", 7));
    assert_eq!(job.files[0].content.matches("def area").count(), 1);
}

/// A mixing function: a choice that depends on a seed and a text, and on nothing else.
fn choice(seed: u64, text: &str, among: usize) -> usize {
    let digest = Digest::of(format!("{seed} {text}"));
    usize::from(digest.as_bytes()[0]) % among
}

fn random_conclusion(seed: u64, order: u64, providers: u8) -> Conclusion {
    let provider = |bit: u8, samples| {
        if providers & bit == 0 {
            Provider::Builtin
        } else {
            model(samples)
        }
    };
    let settings = CaseSettings {
        keep: 1 + (seed % 3) as u32,
        fix_samples: 1 + (seed % 4) as u32,
        ..settings(provider(1, 2), provider(2, 1), provider(4, 2))
    };
    let mut settings = settings;
    for (bit, tiers) in [
        (8, &mut settings.tests),
        (16, &mut settings.fix),
        (32, &mut settings.refine),
    ] {
        if providers & bit != 0 {
            tiers.push(model(1));
        }
    }
    let code = [
        "def double(n: int):\n    return n * 2\n",
        "def double(n: int):\n    return long(n) * 2\n",
    ];
    let mut picks = 0;
    drive(
        candidate(code[(seed % 2) as usize]),
        settings,
        |agent, prompt, samples| {
            (0..samples)
                .map(|sample| {
                    let which = choice(seed, &format!("{agent} {sample} {prompt}"), 5);
                    match (agent, which) {
                        (_, 0) => "no idea".to_owned(),
                        (Agent::Tests, _) => TESTS
                            .replace("area", "double")
                            .replace("test_one", &format!("test_{which}")),
                        (_, 1) => "```python\ndef double(m):\n    return 1\n```".to_owned(),
                        (_, which) => {
                            format!("```python\ndef double(n: int):\n    \"\"\"Double.\"\"\"\n    return n + {which}\n```")
                        }
                    }
                })
                .collect()
        },
        |job| {
            let text = &job.files[0].content;
            match &job.kind {
                JobKind::Observe { .. } => {
                    let broken = choice(seed, text, 4) == 0;
                    let unstable = choice(seed, text, 7) == 0;
                    let salt = if unstable { i64::from(job.seed) } else { 0 };
                    offline::observe_double(job, |n| (!broken).then(|| (n * 2 + salt).to_string()))
                }
                _ => match choice(seed, text, 4) {
                    0 => outcome(Verdict::Passed, 3, 3),
                    1 => outcome(Verdict::Timeout, 0, 0),
                    passed => outcome(Verdict::Failed, 3, passed as u32 - 1),
                },
            }
        },
        |open| {
            picks += 1;
            choice(order, &picks.to_string(), open)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn conclusions_do_not_depend_on_the_order_of_arrival(seed: u64, orders: (u64, u64), providers in 0_u8..64) {
        let one = random_conclusion(seed, orders.0, providers);
        let other = random_conclusion(seed, orders.1, providers);
        prop_assert_eq!(&one, &other);
        prop_assert_ne!(one.pairs.is_empty(), one.reject.is_none());
        for (attempt, sequence) in one.attempts.iter().zip(0..) {
            prop_assert_eq!(attempt.sequence, sequence);
        }
        // What is judged stands with the fix round that it belongs to.
        let order = one.attempts.iter().map(|attempt| {
            let phase = match attempt.step {
                Step::Judge => Step::Fix,
                step => step,
            };
            (phase, attempt.round, attempt.step, attempt.sample, attempt.kind)
        });
        prop_assert!(order.is_sorted());
        for pair in &one.pairs {
            let executed = one.attempts.iter().any(|attempt| {
                attempt.verdict == Some(Verdict::Passed)
                    && attempt.code.as_deref() == Some(&pair.code())
            });
            prop_assert!(executed);
        }
    }
}

#[test]
fn long_errors_are_cut_in_their_middle() {
    let text = format!("begin{}end", "ä".repeat(3000));
    let short = cut(&text, 900);
    assert!(short.len() < 950 && short.starts_with("begin") && short.ends_with("end"));
    assert_eq!(cut("short", 900), "short");
}
