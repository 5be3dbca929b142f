//! Tests and code that disagree: what survives, what is refused, and how it is told.
//!
//! The sandbox is a small interpreter of one kind of function, `double`, whose behaviour
//! hangs on marks in its code; tests are judged one by one, as a real run would.

use unitmill_model::{CoveredFile, TestResult, TestStatus};

use super::*;

const GOOD: &str = "\
def double(value: int):
    \"\"\"Twice the value.

    >>> double(4)
    8
    >>> double(10)
    20
    \"\"\"
    return value * 2
";

/// Right everywhere but for 3.
const BAD: &str = "\
def double(value: int):
    if value == 3:
        value = value + 1
    return value * 2
";

/// A suite from pairs of arguments and expected results.
fn suite(claims: &[(i64, i64)]) -> String {
    let mut text =
        "```python\nimport unittest\n\n\nclass TestCases(unittest.TestCase):\n".to_owned();
    for (number, (argument, expected)) in claims.iter().enumerate() {
        text.push_str(&format!(
            "    def test_{number}(self):\n        self.assertEqual(double({argument}), {expected})\n\n"
        ));
    }
    text.push_str("```");
    text
}

/// What `double` of a piece of code answers; none where it raises.
fn answer(code: &str, value: i64) -> Option<i64> {
    let body = code.split("def double").nth(1).unwrap_or(code);
    if body.contains("return None")
        || body.contains("    pass\n")
        || body.contains("NotImplementedError")
    {
        return None;
    }
    for line in body.lines() {
        // `if value == 3: return 7`
        if let Some(rest) = line.trim().strip_prefix("if value == ")
            && let Some((told, result)) = rest.split_once(": return ")
            && told.parse() == Ok(value)
        {
            return result.parse().ok();
        }
        // `if hash(value) % 1000 == 3: value = 4`, whatever it looks like.
        if let Some(rest) = line.trim().strip_prefix("if hash(value) == hash(")
            && let Some((told, result)) = rest.split_once("): value = ")
            && told.parse() == Ok(value)
        {
            return result.parse::<i64>().ok().map(|value| value * 2);
        }
    }
    if body.contains("if value == 3:\n        value = value + 1") && value == 3 {
        return Some(8);
    }
    if body.contains("value * 2 + 1") {
        return Some(value * 2 + 1);
    }
    Some(value * 2)
}

/// Judges each `assertEqual(double(A), B)` of a module by what its code answers.
fn run(job: &Job) -> Outcome {
    let module = &job.files[0].content;
    let (code, tests) = module.split_once("import unittest").unwrap_or((module, ""));
    if let JobKind::Observe { calls, .. } = &job.kind {
        let observations = calls
            .iter()
            .map(|call| {
                let inner = call
                    .expression
                    .trim_start_matches("double(")
                    .trim_end_matches(')');
                let inner = inner.replace(['(', ')', ' '], "");
                let value = inner.parse().ok().and_then(|value| answer(code, value));
                Observation {
                    exception: value.is_none().then(|| "TypeError".to_owned()),
                    message: String::new(),
                    value: value.map(|value| ObservedValue {
                        kind: ValueKind::Literal,
                        type_name: "int".into(),
                        repr: value.to_string(),
                        source: Some(value.to_string()),
                        traits: Vec::new(),
                    }),
                    printed: String::new(),
                    arguments: Vec::new(),
                    lines: Vec::new(),
                    raised_at: None,
                }
            })
            .collect();
        return Outcome {
            observations,
            ..outcome(Verdict::Passed, 0, 0)
        };
    }
    let mut results = Vec::new();
    let mut name = String::new();
    for line in tests.lines() {
        if let Some(rest) = line.trim().strip_prefix("def ") {
            name = rest.split('(').next().unwrap_or("").to_owned();
        }
        let Some((_, rest)) = line.split_once("(double(") else {
            continue;
        };
        let (argument, rest) = rest.split_once("), ").expect("a claim");
        let expected: i64 = rest
            .split([',', ')'])
            .next()
            .and_then(|text| text.trim().parse().ok())
            .expect("a number");
        let got = answer(code, argument.parse().expect("a number"));
        let status = match got {
            Some(got) if got == expected => TestStatus::Passed,
            Some(_) => TestStatus::Failed,
            None => TestStatus::Error,
        };
        let message = match status {
            TestStatus::Passed => String::new(),
            TestStatus::Failed => format!("AssertionError: {got:?} != {expected}"),
            _ => "TypeError: no value".to_owned(),
        };
        results.push(TestResult {
            id: format!("TestCases.{name}"),
            status,
            message,
        });
    }
    let passed = results
        .iter()
        .filter(|test| test.status == TestStatus::Passed)
        .count() as u32;
    let all = results.len() as u32;
    let verdict = match () {
        () if results.iter().any(|test| test.status == TestStatus::Error) => Verdict::Error,
        () if passed < all => Verdict::Failed,
        () => Verdict::Passed,
    };
    Outcome {
        tests: results,
        coverage: (job.kind == JobKind::Coverage).then(|| CoveredFile {
            executable: vec![1, 2],
            executed: vec![1, 2],
        }),
        ..outcome(verdict, all, passed)
    }
}

/// What a model answers that is asked for tests: at first, and once more about calls that
/// are in dispute.
fn written(prompt: &str, suites: &[String], opinions: &[String], samples: u32) -> Vec<String> {
    let told = match prompt.contains("Among the cases are these calls") {
        true => opinions,
        false => suites,
    };
    told.iter().take(samples as usize).cloned().collect()
}

/// A case with those suites, one for each sample, and those answers of the fix agent.
fn judged(code: &str, suites: &[String], opinions: &[String], fixes: &[&str]) -> Conclusion {
    let provider = model(suites.len() as u32);
    let settings = CaseSettings {
        fix_rounds: 1,
        fix_samples: fixes.len().max(1) as u32,
        opinions: opinions.len() as u32,
        ..settings(provider, model(1), model(1))
    };
    drive(
        candidate(code),
        settings,
        |agent, prompt, samples| match agent {
            Agent::Tests => written(prompt, suites, opinions, samples),
            Agent::Fix => fixes
                .iter()
                .map(|fix| format!("```python\n{fix}\n```"))
                .collect(),
            Agent::Refine => Vec::new(),
        },
        run,
        first,
    )
}

fn judgements(conclusion: &Conclusion) -> String {
    conclusion
        .attempts
        .iter()
        .filter(|attempt| attempt.kind == AttemptKind::Judgement)
        .map(|attempt| attempt.detail.clone())
        .collect::<Vec<_>>()
        .join("\n")
}

fn with(line: &str) -> String {
    format!("def double(value: int):\n    {line}\n    return value * 2\n")
}

#[test]
fn one_wrong_test_does_not_sink_a_good_function() {
    // It contradicts the docstring's own example.
    let conclusion = judged(GOOD, &[suite(&[(1, 2), (4, 9), (5, 10)])], &[], &[]);
    let [pair] = conclusion.pairs.as_slice() else {
        panic!("one pair: {:?}", conclusion.reject);
    };
    assert_eq!(pair.code(), candidate(GOOD).code);
    assert!(!pair.tests.contains("double(4)") && pair.tests.contains("double(5)"));
    assert_eq!((pair.fix_rounds, pair.tests_run), (0, 2));
    insta::assert_snapshot!(judgements(&conclusion), @"TestCases.test_1 of suite 0 is wrong: it contradicts the example `double(4)` of the docstring");
    insta::assert_snapshot!(story(&conclusion));
}

#[test]
fn two_suites_outweigh_a_wrong_one_before_anybody_bends_the_code() {
    let suites = [
        suite(&[(1, 2), (3, 7)]),
        suite(&[(2, 4), (5, 10), (6, 12)]),
        suite(&[(7, 14), (8, 16)]),
    ];
    let bent = with("if value == 3: return 7");
    let conclusion = judged(&GOOD.replace(">>>", "Say"), &suites, &[], &[&bent]);
    let pair = &conclusion.pairs[0];
    assert!(!pair.code().contains("== 3"), "{}", pair.code());
    assert!(
        pair.tests.contains("double(6)"),
        "the richest suite is kept"
    );
    insta::assert_snapshot!(judgements(&conclusion));
}

#[test]
fn when_nobody_knows_more_opinions_are_asked_for() {
    let wrong = suite(&[(1, 2), (3, 7)]);
    let bent = with("if value == 3: return 7");
    let alone = judged(
        &GOOD.replace(">>>", "Say"),
        std::slice::from_ref(&wrong),
        &[],
        &[&bent],
    );
    assert_eq!(
        alone.reject.as_ref().map(|reject| reject.reason),
        Some(RejectReason::NeverPassed),
        "one against one is nobody's word"
    );
    let opinions = [suite(&[(3, 6), (5, 10)]), suite(&[(3, 6), (8, 16)])];
    let conclusion = judged(&GOOD.replace(">>>", "Say"), &[wrong], &opinions, &[&bent]);
    assert_eq!(conclusion.pairs.len(), 1, "{:?}", conclusion.reject);
    assert!(!conclusion.pairs[0].code().contains("== 3"));
    insta::assert_snapshot!(story(&conclusion));
}

#[test]
fn fixes_that_cheat_are_never_published() {
    let tests = suite(&[(1, 2), (3, 6), (5, 10)]);
    let cheats = [
        with("if value == 3: return 6"),
        with("if hash(value) == hash(3): value = 3"),
        "def double(value: int):\n    import unittest\n    return value * 2\n".to_owned(),
        "def double(value: int):\n    return {1: 2, 3: 6, 5: 10}[value]\n".to_owned(),
    ];
    for cheat in &cheats {
        // The bug stays where the fix does not look; see `answer`.
        let conclusion = judged(
            BAD,
            std::slice::from_ref(&tests),
            std::slice::from_ref(&tests),
            &[cheat],
        );
        let reject = conclusion.reject.expect("a cheat is no fix");
        assert_eq!(reject.reason, RejectReason::NeverPassed, "{cheat}");
        assert!(
            conclusion
                .attempts
                .iter()
                .any(|attempt| attempt.detail.contains("refused")),
            "{cheat}"
        );
    }
}

#[test]
fn an_honest_fix_is_kept_and_bad_code_is_not_saved_by_dropping_its_test() {
    let tests = suite(&[(1, 2), (3, 6), (5, 10), (7, 14), (9, 18)]);
    let conclusion = judged(
        BAD,
        std::slice::from_ref(&tests),
        &[],
        &["def double(value: int):\n    return value + value\n    # value * 2\n"],
    );
    assert_eq!(conclusion.pairs.len(), 1, "{:?}", conclusion.reject);
    assert_eq!(conclusion.pairs[0].fix_rounds, 1);
    let conclusion = judged(BAD, &[tests], &[], &[BAD]);
    assert!(conclusion.pairs.is_empty());
}

#[test]
fn a_fix_that_changes_what_was_right_is_refused() {
    let tests = [suite(&[(1, 3), (2, 5)]), suite(&[(4, 8), (5, 10)])];
    let conclusion = judged(
        &GOOD.replace(">>>", "Say"),
        &tests,
        &[],
        &["def double(value: int):\n    return value * 2 + 1\n"],
    );
    assert!(conclusion.pairs.is_empty());
    let told = judgements(&conclusion);
    assert!(told.contains("it changes what `double(4)` does"), "{told}");
}

#[test]
fn the_fix_agent_may_say_that_a_test_is_wrong() {
    let tests = suite(&[(1, 2), (2, 4), (3, 7), (5, 10)]);
    let settings = CaseSettings {
        fix_rounds: 3,
        fix_samples: 1,
        ..settings(model(1), model(1), model(1))
    };
    let mut asked = 0;
    let conclusion = drive(
        candidate(&GOOD.replace(">>>", "Say")),
        settings,
        |agent, _, _| match agent {
            Agent::Tests => vec![tests.clone()],
            Agent::Fix => {
                asked += 1;
                vec!["WRONG TESTS: test_2\nTwice three is six.".to_owned()]
            }
            Agent::Refine => Vec::new(),
        },
        run,
        first,
    );
    assert_eq!(asked, 1, "the next round would be asked the same");
    assert_eq!(conclusion.pairs.len(), 1, "{:?}", conclusion.reject);
    assert!(!conclusion.pairs[0].tests.contains("double(3)"));
}

#[test]
fn suites_that_assert_nothing_are_refused() {
    let idle = "```python\nimport unittest\n\nclass TestCases(unittest.TestCase):\n    def test_a(self):\n        double(1)\n\n    def test_b(self):\n        self.assertTrue(True)\n```";
    let conclusion = judged(GOOD, &[idle.to_owned()], &[], &[]);
    let reject = conclusion.reject.expect("nothing is asserted");
    assert_eq!(
        (reject.reason, reject.detail.as_str()),
        (
            RejectReason::NoTests,
            "the tests assert nothing that can fail"
        )
    );
    let mixed = idle.replace("self.assertTrue(True)", "self.assertEqual(double(2), 4)");
    let conclusion = judged(GOOD, &[mixed], &[], &[]);
    assert!(!conclusion.pairs[0].tests.contains("test_a"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever suites and fixes say: rows in are rows out, what is published is what the
    /// corpus has or answers as it does wherever tests held it right, and passes its tests.
    #[test]
    fn nothing_published_is_bent(
        claims in proptest::collection::vec(proptest::collection::vec((1i64..9, -1i64..2), 1..5), 1..4),
        opinions in proptest::collection::vec(proptest::collection::vec((1i64..9, -1i64..2), 1..4), 0..3),
        bend in 1i64..9,
        picks in proptest::collection::vec(0usize..100, 64),
    ) {
        let suite_of = |claims: &Vec<(i64, i64)>| {
            suite(&claims.iter().map(|(value, error)| (*value, value * 2 + error)).collect::<Vec<_>>())
        };
        let suites: Vec<String> = claims.iter().map(suite_of).collect();
        let opinions: Vec<String> = opinions.iter().map(suite_of).collect();
        let fixes = [with(&format!("if value == {bend}: return {}", bend * 2 + 1)), GOOD.to_owned()];
        let run_with = |pick: &mut dyn FnMut(usize) -> usize| {
            let settings = CaseSettings {
                fix_rounds: 2,
                opinions: opinions.len() as u32,
                ..settings(model(suites.len() as u32), model(1), model(1))
            };
            drive(
                candidate(GOOD),
                settings,
                |agent, prompt, samples| match agent {
                    Agent::Tests => written(prompt, &suites, &opinions, samples),
                    Agent::Fix => fixes.iter().map(|fix| format!("```python\n{fix}```")).collect(),
                    Agent::Refine => Vec::new(),
                },
                run,
                pick,
            )
        };
        let conclusion = run_with(&mut |_| 0);
        prop_assert_eq!(conclusion.pairs.is_empty(), conclusion.reject.is_some());
        // What two suites say alike of an edge, nothing contradicts.
        let wrong = format!("(double({bend}), {})", bend * 2 + 1);
        let asking: BTreeSet<&String> = suites
            .iter()
            .chain(&opinions)
            .filter(|suite| suite.contains(&wrong))
            .collect();
        let is_agreed = bend <= 2 && asking.len() > 1;
        for pair in &conclusion.pairs {
            let code = pair.code();
            let is_kept = |value: i64| {
                answer(&code, value) == Some(value * 2) || (value == bend && is_agreed)
            };
            prop_assert!((0..12).all(is_kept), "{}", code);
        }
        let mut picks = picks.into_iter().cycle();
        let other = run_with(&mut |open| picks.next().unwrap_or(0) % open);
        prop_assert_eq!(conclusion, other);
    }
}
