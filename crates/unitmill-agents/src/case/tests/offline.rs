//! Cases of the offline agents, which look at what the code does.

use super::*;

/// An observed literal.
pub(super) fn observed(source: String) -> Observation {
    Observation {
        value: Some(ObservedValue {
            kind: ValueKind::Literal,
            type_name: "list".into(),
            repr: source.clone(),
            source: Some(source),
            traits: Vec::new(),
        }),
        exception: None,
        message: String::new(),
        printed: String::new(),
        arguments: Vec::new(),
        lines: Vec::new(),
        raised_at: None,
    }
}

/// What running the examples of a docstring gives where all of them hold.
fn examples_that_pass(expression: &str) -> String {
    let lines = examples_of(expression);
    let triples: Vec<String> = lines
        .iter()
        .map(|line| format!("({line}, 'passes', '')"))
        .collect();
    format!("[{}]", triples.join(", "))
}

/// The lines of the examples that a call is to run, from 0.
pub(super) fn examples_of(expression: &str) -> Vec<u32> {
    let text = expression
        .trim_start_matches("_unitmill_examples(")
        .trim_end_matches(')');
    let literal = crate::syntax::expression(text).expect("a literal");
    let docstring = literal
        .as_string_literal_expr()
        .expect("a text")
        .value
        .to_str()
        .to_owned();
    unitmill_python::doctests(&docstring)
        .iter()
        .map(|example| example.line - 1)
        .collect()
}

/// Observations as a sandbox would make them of `double(x)`.
pub(super) fn observe_double(job: &Job, result: impl Fn(i64) -> Option<String>) -> Outcome {
    let JobKind::Observe { calls, .. } = &job.kind else {
        panic!("an observing job");
    };
    let observations = calls
        .iter()
        .map(|call| {
            if call.expression.starts_with("_unitmill_examples(") {
                return observed(examples_that_pass(&call.expression));
            }
            let argument = call
                .expression
                .trim_start_matches("double(")
                .trim_end_matches(')');
            let value = argument.parse::<i64>().ok().and_then(&result);
            Observation {
                exception: value.is_none().then(|| "TypeError".to_owned()),
                message: if value.is_none() {
                    "unsupported".into()
                } else {
                    String::new()
                },
                value: value.map(|text| ObservedValue {
                    kind: ValueKind::Literal,
                    type_name: "int".into(),
                    repr: text.clone(),
                    source: Some(text),
                    traits: Vec::new(),
                }),
                printed: String::new(),
                arguments: Vec::new(),
                lines: Vec::new(),
                raised_at: None,
            }
        })
        .collect();
    Outcome {
        observations,
        ..outcome(Verdict::Passed, 0, 0)
    }
}

/// What the offline agents make of `double`, with `execute` in the sandbox's place.
fn offline(execute: impl FnMut(&Job) -> Outcome) -> Conclusion {
    drive(
        candidate("def double(n: int):\n    return n * 2\n"),
        settings(Provider::Builtin, Provider::Builtin, Provider::Builtin),
        |_, _, _| panic!("nobody is asked"),
        execute,
        first,
    )
}

#[test]
fn the_offline_agents_need_no_model() {
    let conclusion = offline(|job| match job.kind {
        JobKind::Observe { .. } => observe_double(job, |n| Some((n * 2).to_string())),
        _ => passes_if("n * 2")(job),
    });
    insta::assert_snapshot!(story(&conclusion), @"
    0 tests execution r0 s0 builtin passed
    1 tests execution r0 s1 builtin passed
    2 tests execution r0 s2 builtin passed
    3 tests execution r0 s3 builtin passed
    4 first_run execution r0 s0 builtin passed
    5 refine execution r0 s0 builtin passed the code before: 10 of 10 calls did the same twice
    6 refine execution r0 s0 builtin passed the code before: 10 of 10 calls did the same twice
    7 refine execution r0 s0 builtin passed 10 calls do what they did before; every example holds
    8 refine execution r0 s0 builtin passed 10 calls do what they did before; every example holds
    9 refine execution r0 s0 builtin passed
    10 stub_check execution r0 s0 builtin failed AssertionError
    11 stub_check execution r0 s1 builtin failed AssertionError
    ");
    let pair = &conclusion.pairs[0];
    insta::assert_snapshot!(pair.code(), @r#"
    def double(n: int) -> int:
        """Double `n`.

        Parameters:
            n (int)

        Returns:
            int

        Examples:
            >>> double(5)
            10
            >>> double(1)
            2
            >>> double(10)
            20
        """
        return n * 2
    "#);
    insta::assert_snapshot!(pair.tests, @r"
    import unittest


    class TestCases(unittest.TestCase):
        def test_double_1(self):
            self.assertEqual(double(5), 10)

        def test_double_2(self):
            self.assertEqual(double(1), 2)

        def test_double_3(self):
            self.assertEqual(double(10), 20)

        def test_double_4(self):
            self.assertEqual(double(3), 6)

        def test_double_5(self):
            self.assertEqual(double(0), 0)
    ");
    assert_eq!(pair.verification, Verification::Regression);
    assert_eq!(pair.models, ["builtin"]);
}

#[test]
fn what_cannot_run_is_repaired_before_it_is_observed() {
    let conclusion = drive(
        candidate("def double(n: int):\n    return reduce(max, [n]) * 2\n"),
        settings(Provider::Builtin, model(1), Provider::Builtin),
        |_, _, _| panic!("the rules know this one"),
        |job| match job.kind {
            JobKind::Observe { .. } if code_of(job).contains("from functools") => {
                observe_double(job, |n| Some((n * 2).to_string()))
            }
            JobKind::Observe { .. } => {
                let mut outcome = observe_double(job, |_| None);
                for observation in &mut outcome.observations {
                    observation.exception = Some("NameError".into());
                    observation.message = "name 'reduce' is not defined".into();
                }
                outcome
            }
            _ if code_of(job).contains("reduce(max") => passes_if("from functools")(job),
            _ => outcome(Verdict::Failed, 5, 0),
        },
        first,
    );
    let pair = &conclusion.pairs[0];
    assert_eq!(pair.fix_rounds, 1);
    assert!(pair.prefix.starts_with("from functools import reduce\n"));
    assert_eq!(pair.packages, ["functools"]);
    assert_eq!(pair.apis, ["functools.reduce"]);
}

#[test]
fn results_that_differ_are_nondeterministic() {
    let mut looks = 0;
    let conclusion = offline(|job| {
        looks += 1;
        let salt = looks;
        observe_double(job, move |n| Some((n * 2 + salt).to_string()))
    });
    assert_eq!(
        conclusion.reject.expect("a reject").reason,
        RejectReason::Nondeterministic
    );
}

#[test]
fn results_that_agree_twice_by_luck_are_nondeterministic() {
    let conclusion = offline(|job| match job.kind {
        JobKind::Observe { .. } => observe_double(job, |n| Some((n * 2).to_string())),
        _ => outcome(Verdict::Failed, 5, 4),
    });
    let reject = conclusion.reject.expect("a reject");
    assert_eq!(reject.reason, RejectReason::Nondeterministic);
    insta::assert_snapshot!(reject.detail, @"two runs agreed on what a third one contradicts: failed: AssertionError");
}

#[test]
fn what_only_raises_has_no_tests() {
    let conclusion = offline(|job| observe_double(job, |_| None));
    let reject = conclusion.reject.expect("a reject");
    assert_eq!(reject.reason, RejectReason::NoTests);
    assert_eq!(reject.detail, "every call raised TypeError: unsupported");
}
