//! Which refinements are kept, and what the attempts say of those that are not.

use super::offline::{examples_of, observed};
use super::*;

const DOUBLE: &str = "def double(n: int):\n    return n * 2\n";

const DOUBLE_TESTS: &str = "```python\nimport unittest\n\nclass TestCases(unittest.TestCase):\n    def test_two(self):\n        self.assertEqual(double(2), 4)\n\n    def test_minus(self):\n        values = [-3]\n        self.assertEqual(double(values[0]), -6)\n```";

/// What `double(n)` gives, by the text of its body.
fn result(code: &str, n: i64) -> i64 {
    match code {
        code if code.contains("return abs(n) * 2") => n.abs() * 2,
        _ => n * 2,
    }
}

/// A sandbox for [`DOUBLE`]: the tests ask for `double(2)` alone, so that they pass where
/// other inputs would show a difference.
fn sandbox(job: &Job) -> Outcome {
    let code = code_of(job);
    let JobKind::Observe { calls, .. } = &job.kind else {
        let has_body = code.contains("n * 2") || code.contains("n + n") || code.contains("abs(n)");
        return match has_body || code.contains("EXPECTED = 4") {
            true => outcome(Verdict::Passed, 2, 2),
            false => outcome(Verdict::Failed, 2, 0),
        };
    };
    let observations = calls
        .iter()
        .map(|call| {
            if call.expression.starts_with("_unitmill_examples(") {
                // The example in line 2 is wrong, all others hold.
                let triples: Vec<String> = examples_of(&call.expression)
                    .iter()
                    .map(|line| match line {
                        2 => "(2, 'differs', '4\\n')".to_owned(),
                        line => format!("({line}, 'passes', '')"),
                    })
                    .collect();
                return observed(format!("[{}]", triples.join(", ")));
            }
            let argument = call.expression.trim_start_matches("double(");
            let n = argument.trim_end_matches(')').parse().unwrap_or(-3);
            observed(result(code, n).to_string())
        })
        .collect();
    Outcome {
        observations,
        ..outcome(Verdict::Passed, 0, 0)
    }
}

/// What becomes of [`DOUBLE`] where a model refines it to this.
fn refined_to(code: &str) -> Conclusion {
    drive(
        candidate(DOUBLE),
        settings(model(1), model(1), model(1)),
        |agent, _, _| match agent {
            Agent::Tests => vec![DOUBLE_TESTS.into()],
            Agent::Refine => vec![format!("```python\n{code}```")],
            Agent::Fix => panic!("nothing is to be fixed"),
        },
        sandbox,
        first,
    )
}

/// The code that is published, and what the attempts at refining say.
fn refining(code: &str) -> (String, Vec<String>) {
    let conclusion = refined_to(code);
    let details = conclusion
        .attempts
        .iter()
        .filter(|attempt| attempt.step == Step::Refine && !attempt.detail.is_empty())
        .map(|attempt| attempt.detail.clone())
        .collect();
    (conclusion.pairs[0].code(), details)
}

#[test]
fn a_refinement_that_does_the_same_is_kept() {
    let code = "def double(n: int) -> int:\n    \"\"\"Double a number.\n\n    Twice as much.\n\n    >>> double(4)\n    8\n    \"\"\"\n    return n + n\n";
    let conclusion = refined_to(code);
    assert_eq!(conclusion.pairs[0].code(), code);
    assert_eq!(
        conclusion.pairs[0].completion, "    return n + n\n",
        "the docstring belongs to the prefix"
    );
    let said: Vec<&str> = conclusion
        .attempts
        .iter()
        .filter(|attempt| attempt.step == Step::Refine)
        .map(|attempt| attempt.detail.as_str())
        .collect();
    // The answer, two looks at the code before, two at the refinement, its tests.
    let [_, before, _, now, _, judged] = said.as_slice() else {
        panic!("{}", story(&conclusion));
    };
    assert!(before.starts_with("the code before: "), "{before}");
    assert!(now.ends_with("; every example holds"), "{now}");
    assert_eq!(*judged, "");
}

#[test]
fn a_refinement_that_does_something_else_is_refused() {
    let (code, details) = refining(
        "def double(n: int) -> int:\n    \"\"\"Double a number.\"\"\"\n    return abs(n) * 2\n",
    );
    assert_eq!(code, DOUBLE);
    let refusal = details.last().expect("a reason");
    assert!(refusal.starts_with("refused: `double("), "{refusal}");
    assert!(
        refusal.contains("returned -6 before and returned 6 now"),
        "{refusal}"
    );
}

#[test]
fn wrong_examples_are_cut() {
    let (code, details) = refining(
        "def double(n: int) -> int:\n    \"\"\"Double a number.\n\n    >>> double(2)\n    5\n    >>> double(4)\n    8\n    \"\"\"\n    return n * 2\n",
    );
    // Line 2 of the docstring is the empty one's follower: the first example.
    assert_eq!(
        code,
        "def double(n: int) -> int:\n    \"\"\"Double a number.\n\n    >>> double(4)\n    8\n    \"\"\"\n    return n * 2\n"
    );
    let last = details.last().expect("what was cut");
    assert_eq!(last, "1 of 2 examples cut: `double(2)` gives \"4\"");
}

#[test]
fn a_docstring_of_wrong_examples_is_refused() {
    let (code, details) = refining(
        "def double(n: int) -> int:\n    \"\"\"\n\n    >>> double(2)\n    5\n    \"\"\"\n    return n * 2\n",
    );
    assert_eq!(code, DOUBLE);
    assert_eq!(
        details.last().expect("a reason"),
        "refused: nothing is left of its docstring; 1 of 1 examples cut: `double(2)` gives \"4\""
    );
}

#[test]
fn a_refinement_whose_stub_passes_is_refused() {
    // The body went into a decorator that the stub keeps.
    let (code, details) = refining(
        "EXPECTED = 4\n\n\ndef double(n: int) -> int:\n    \"\"\"Double a number.\"\"\"\n    return n * 2\n",
    );
    // Nothing needs the constant, so that it is cut before anything runs.
    assert_eq!(
        code,
        "def double(n: int) -> int:\n    \"\"\"Double a number.\"\"\"\n    return n * 2\n"
    );
    assert!(
        details.iter().all(|detail| !detail.contains("refused")),
        "{details:?}"
    );
    let before = format!("LIMIT = 3\n\n\n{DOUBLE}");
    let conclusion = drive(
        candidate(&before.replace("n * 2", "n * 2 if LIMIT else 0")),
        settings(model(1), model(1), model(1)),
        |agent, _, _| {
            match agent {
            Agent::Tests => vec![DOUBLE_TESTS.into()],
            _ => vec![
                "```python\nLIMIT = [EXPECTED := 4]\n\n\ndef double(n: int) -> int:\n    \"\"\"Double.\"\"\"\n    return n * 2 if LIMIT else 0  # EXPECTED = 4\n```"
                    .replace("[EXPECTED := 4]", "'EXPECTED = 4'"),
            ],
        }
        },
        sandbox,
        first,
    );
    assert!(!conclusion.pairs[0].refined);
    let refusal = conclusion
        .attempts
        .iter()
        .find(|attempt| attempt.detail.starts_with("refused: "))
        .expect("a reason");
    assert_eq!(
        refusal.detail,
        "refused: its tests pass where it only raises NotImplementedError"
    );
}

#[test]
fn refinements_that_change_what_can_be_seen_are_not_run() {
    for (code, reason) in [
        (
            "def double(n: int = 1) -> int:\n    \"\"\"Double.\"\"\"\n    return n * 2\n",
            "the code changes the default of `n`",
        ),
        (
            "def twice(n):\n    return n * 2\n\n\ndef double(n: int) -> int:\n    \"\"\"Double.\"\"\"\n    return twice(n)\n",
            "the code adds the helper `twice`",
        ),
        (
            "def double(n: int) -> int:\n    return n * 2\n",
            "`double` has no docstring",
        ),
    ] {
        let (published, details) = refining(code);
        assert_eq!(published, DOUBLE);
        assert_eq!(details, [reason]);
    }
}
