//! The offline generator: which calls it tries, and which tests it makes of what it sees.

use std::collections::BTreeMap;

use unitmill_model::ObservedValue;

use super::*;

mod reaching;

fn environment() -> Environment {
    Environment {
        python: (3, 12),
        modules: ["math", "numpy", "pandas", "datetime", "unittest"]
            .map(str::to_owned)
            .into(),
        versions: BTreeMap::new(),
    }
}

fn generator(code: &str) -> Generator {
    Generator::new(code, "f", &environment()).expect("the code has `f`")
}

/// The expressions, with their bindings, that the generator looks at first.
fn first_calls(code: &str) -> Vec<String> {
    generator(code)
        .calls()
        .iter()
        .take(4)
        .map(|call| format!("{}{}", call.setup.replace('\n', "; "), call.expression))
        .collect()
}

fn value(kind: ValueKind, type_name: &str, source: &str) -> ObservedValue {
    ObservedValue {
        kind,
        type_name: type_name.into(),
        source: (kind != ValueKind::Opaque).then(|| source.to_owned()),
        repr: source.into(),
        traits: Vec::new(),
    }
}

fn look(
    generator: &mut Generator,
    mut see: impl FnMut(usize, &ObservedCall) -> Observation,
) -> Findings {
    let observations: Vec<Observation> = generator
        .calls()
        .iter()
        .enumerate()
        .map(|(index, call)| see(index, call))
        .collect();
    let outcome = Outcome {
        verdict: Verdict::Passed,
        tests: Vec::new(),
        tests_run: 0,
        tests_passed: 0,
        detail: String::new(),
        output: String::new(),
        observations,
        coverage: None,
        duration_ms: 0,
    };
    generator.look(&[&outcome, &outcome])
}

fn returned(value: ObservedValue) -> Observation {
    Observation {
        value: Some(value),
        exception: None,
        message: String::new(),
        printed: String::new(),
        arguments: Vec::new(),
        lines: Vec::new(),
        raised_at: None,
    }
}

fn raised(exception: &str, message: &str) -> Observation {
    Observation {
        value: None,
        exception: Some(exception.into()),
        message: message.into(),
        printed: String::new(),
        arguments: Vec::new(),
        lines: Vec::new(),
        raised_at: None,
    }
}

fn suite(findings: Findings) -> Suite {
    match findings {
        Findings::Suite(suite) => *suite,
        other => panic!("no suite: {other:?}"),
    }
}

#[test]
fn inputs_follow_the_text_of_the_function() {
    let table = [
        ("def f(x: int): return x", "f(5)"),
        (
            "def f(x: 'list[str]'): return x",
            "x = [\"apple\", \"banana\", \"cherry\"]; f(x)",
        ),
        (
            "def f(x: dict[str, list[int]]): return x",
            "x = {\"a\": [1, 2, 3], \"b\": [4], \"c\": []}; f(x)",
        ),
        ("def f(q=1.5): return q", "f()"),
        ("def f(q): return q.upper()", "f(\"hello world\")"),
        (
            "def f(q): return q['name'] + q['age']",
            "q = {\"name\": \"alpha\", \"age\": 1}; f(q)",
        ),
        (
            "def f(q): return [len(w) for w in q if w.startswith('a')]",
            "q = [\"apple\", \"banana\", \"cherry\"]; f(q)",
        ),
        (
            "def f(q): return {k: v + 1 for k, v in q.items()}",
            "q = {\"a\": 1, \"b\": 2}; f(q)",
        ),
        (
            "import numpy as np\ndef f(q): return q.reshape(-1).mean()",
            "import numpy as np; q = np.array([1.0, 2.0, 3.0, 4.0]); f(q)",
        ),
        (
            "import pandas as pd\ndef f(df: pd.DataFrame): return df.groupby('city')['price'].mean()",
            "import pandas as pd; df = pd.DataFrame({\"price\": [2.5, 0.5, 10.0, 4.0], \"city\": [\"beta\", \"gamma\", \"alpha\", \"alpha\"]}); f(df)",
        ),
        ("import math\ndef f(q): return math.sqrt(q)", "f(2.5)"),
        ("import math\ndef f(q): return math.factorial(q)", "f(5)"),
        ("def f(x, n_jobs): return x", "f(2.5, 1)"),
        (
            "def f(q): return [row[0] for row in q for c in row]",
            "q = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]; f(q)",
        ),
        (
            "def f(mode):\n    if mode == 'fast':\n        return 1\n    return 2",
            "f(\"fast\")",
        ),
        ("def f(x, /, y, *, z): return x", "f(2.5, 0.5, z=10.0)"),
        (
            "def f(callback, items): return callback(items[0])",
            "items = [3, 1, 2]; f(lambda item: item * 2, items)",
        ),
        (
            "import datetime\ndef f(d: datetime.date): return d.year",
            "import datetime; f(datetime.date(2024, 2, 29))",
        ),
        (
            "def f(q):\n    with open(q) as h:\n        return h.read()",
            "with open(\"sample.txt\", \"w\") as handle:;     handle.write(\"first line\\nsecond line\\nthird\\n\"); f(\"sample.txt\")",
        ),
        (
            "def helper(t):\n    return t.split()\ndef f(q): return helper(q)",
            "f(\"hello world\")",
        ),
    ];
    let wrong: Vec<String> = table
        .iter()
        .filter_map(|(code, wanted)| {
            let got = first_calls(code).into_iter().next().unwrap_or_default();
            (got != *wanted).then(|| format!("{code}\n  wanted {wanted}\n  got    {got}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn calls_are_bounded_and_each_once() {
    let generator = generator("def f(a, b, c=1, d='x', *, e=None): return a");
    let calls = generator.calls();
    assert!(calls.len() <= plan::MOST_CALLS && calls.len() > 10);
    for (index, call) in calls.iter().enumerate() {
        assert!(!calls[..index].contains(call), "{call:?}");
    }
}

#[test]
fn arrays_frames_and_series_are_compared_as_such() {
    let mut generator =
        generator("import numpy as np\nimport pandas as pd\ndef f(x: int): return x");
    let findings = look(&mut generator, |index, _| match index {
        0 => returned(value(
            ValueKind::Array,
            "numpy.ndarray",
            "np.array([1.5, 2.0])",
        )),
        1 => returned(value(
            ValueKind::Array,
            "numpy.ndarray",
            "np.array(['a', 'b'], dtype='<U1')",
        )),
        2 => returned(value(
            ValueKind::Frame,
            "pandas.core.frame.DataFrame",
            "pd.DataFrame({'a': [1]})",
        )),
        3 => returned(value(
            ValueKind::Series,
            "pandas.core.series.Series",
            "pd.Series([1])",
        )),
        4 => returned(value(
            ValueKind::Series,
            "pandas.core.indexes.base.Index",
            "pd.Index(['a'])",
        )),
        5 => returned(value(ValueKind::Opaque, "solution.Thing", "<Thing>")),
        _ => raised("ValueError", "no"),
    });
    insta::assert_snapshot!(suite(findings).text);
}

#[test]
fn scalars_effects_and_exceptions() {
    let mut generator = generator("def f(x: int):\n    assert x\n    return x");
    let findings = look(&mut generator, |index, _| match index {
        0 => returned(value(ValueKind::Approximate, "float", "0.5")),
        1 => returned(value(ValueKind::Approximate, "float", "1e-09")),
        2 => returned(value(ValueKind::Approximate, "list", "[1.5, float('nan')]")),
        3 => returned(value(ValueKind::Literal, "bool", "True")),
        4 => returned(value(ValueKind::Literal, "NoneType", "None")),
        5 => returned(value(
            ValueKind::Opaque,
            "decimal.Decimal",
            "Decimal('1.5')",
        )),
        6 => raised("AssertionError", ""),
        7 => raised("ZeroDivisionError", "division by zero"),
        _ => raised("AttributeError", "'int' object has no attribute 'x'"),
    });
    insta::assert_snapshot!(suite(findings).text);
}

#[test]
fn doctests_win_over_what_is_seen() {
    let code = "def f(x: int):\n    \"\"\"Twice.\n\n    >>> f(2)\n    4\n    >>> f(1.5)\n    3.0\n    >>> f([1])  # doctest: +SKIP\n    5\n    >>> other(2)\n    7\n    >>> y = 3\n    >>> f(y)\n    6\n    \"\"\"\n    return x";
    let mut generator = generator(code);
    let findings = look(&mut generator, |_, _| {
        returned(value(ValueKind::Literal, "int", "99"))
    });
    let suite = suite(findings);
    assert_eq!(suite.verification, Verification::Doctest);
    insta::assert_snapshot!(suite.text, @r"
    import unittest


    class TestCases(unittest.TestCase):
        def test_example_1(self):
            self.assertEqual(f(2), 4)

        def test_example_2(self):
            self.assertAlmostEqual(f(1.5), 3.0, places=7)

        def test_example_3(self):
            y = 3
            self.assertEqual(f(y), 6)
    ");
}

#[test]
fn wrong_types_lead_to_other_inputs() {
    let mut generator = generator("def f(q): return g(q)\ndef g(*a): return a[0][0]");
    let findings = look(&mut generator, |_, _| {
        raised("TypeError", "'int' object is not subscriptable")
    });
    assert!(matches!(findings, Findings::Repair { .. }), "{findings:?}");
    assert!(matches!(generator.proceed(), Findings::LookAgain));
    let calls = generator.calls();
    assert!(calls[0].setup.contains("q = [3, 1, 2]"), "{calls:?}");
}

#[test]
fn iterators_are_unrolled() {
    let mut generator = generator("def f(x: int): return map(str, [x])");
    let findings = look(&mut generator, |_, _| {
        returned(value(ValueKind::Opaque, "map", "<map>"))
    });
    assert!(matches!(findings, Findings::LookAgain));
    assert_eq!(
        generator.calls()[0].expression,
        "list(itertools.islice(f(5), 50))"
    );
}

/// A run that ended early, after so many calls.
fn ended(verdict: Verdict, reported: usize) -> Outcome {
    Outcome {
        verdict,
        tests: Vec::new(),
        tests_run: 0,
        tests_passed: 0,
        detail: "over the limit".into(),
        output: String::new(),
        observations: vec![returned(value(ValueKind::Literal, "int", "5")); reported],
        coverage: None,
        duration_ms: 0,
    }
}

#[test]
fn a_call_that_ends_the_run_is_left_out() {
    let mut generator = generator("def f(x: int): return x");
    let all = generator.calls();
    let outcome = ended(Verdict::Crashed, 1);
    assert!(matches!(
        generator.look(&[&outcome, &outcome]),
        Findings::LookAgain
    ));
    assert_eq!(generator.calls(), all[2..]);
}

/// A machine that is so fast that it sees every call of a look before time runs out, or so
/// slow that it sees none, makes the same suite.
#[test]
fn how_far_a_look_came_before_its_time_ran_out_decides_nothing() {
    let suites: Vec<String> = [None, Some(0), Some(2)]
        .into_iter()
        .map(|reported| {
            let mut generator = generator("def f(x: int): return x");
            let all = generator.calls();
            if let Some(reported) = reported {
                let outcome = ended(Verdict::Timeout, reported);
                let findings = generator.look(&[&outcome, &outcome]);
                assert!(matches!(findings, Findings::LookAgain), "{findings:?}");
                assert_eq!(generator.calls(), all[..1]);
            }
            let mut findings = Findings::LookAgain;
            while matches!(findings, Findings::LookAgain) {
                findings = look(&mut generator, |_, call| {
                    let at = all.iter().position(|known| known == call);
                    let at = at.expect("only calls that were planned");
                    returned(value(ValueKind::Literal, "int", &at.to_string()))
                });
            }
            suite(findings).text
        })
        .collect();
    assert!(suites.iter().all(|text| *text == suites[0]), "{suites:#?}");
}

#[test]
fn a_function_whose_calls_run_out_of_time_alone_is_given_up() {
    let mut generator = generator("def f(x: int): return x");
    let outcome = ended(Verdict::Timeout, 0);
    let mut looks = 0;
    let findings = loop {
        looks += 1;
        match generator.look(&[&outcome, &outcome]) {
            Findings::LookAgain => {}
            other => break other,
        }
    };
    assert_eq!(looks, 3);
    let Findings::Nothing(detail) = findings else {
        panic!("{findings:?}");
    };
    assert_eq!(
        detail,
        "the function cannot be observed: timeout: over the limit"
    );
}

/// Whether a call crashes may be chance; it is not to take its neighbours along, nor to make
/// the function look as if it gave different results.
#[test]
fn a_crash_while_calls_are_confirmed_leaves_out_no_more_than_that_call() {
    // No call crashes, one does beside others, one does so alone too.
    let suites: Vec<String> = [(false, false), (true, false), (true, true)]
        .into_iter()
        .map(|(crashes, alone_too)| {
            let code = "def f(x: str):
    if len(x) > 90:
        return 2
    if len(x) > 40:
        return 1
    return 0
";
            let mut generator = generator(code).searching(100);
            let mut findings = Findings::LookAgain;
            let mut crashed = false;
            let mut culprit = None;
            while matches!(findings, Findings::LookAgain) {
                let confirms = generator.seeds() == Seeds::Second && generator.calls().len() > 1;
                if crashes && confirms && !crashed {
                    crashed = true;
                    culprit = alone_too.then(|| generator.calls()[0].clone());
                    findings = generator.look(&[&ended(Verdict::Crashed, 0)]);
                    continue;
                }
                if culprit.is_some() && generator.calls().first() == culprit.as_ref() {
                    assert_eq!(generator.calls().len(), 1);
                    findings = generator.look(&[&ended(Verdict::Crashed, 0)]);
                    continue;
                }
                findings = look(&mut generator, |_, call| {
                    let (source, lines) = match call.expression.len() + call.setup.len() {
                        0..=45 => ("0", vec![2, 4, 6]),
                        46..=95 => ("1", vec![2, 4, 5]),
                        _ => ("2", vec![2, 3]),
                    };
                    Observation {
                        lines,
                        ..returned(value(ValueKind::Literal, "int", source))
                    }
                });
            }
            assert_eq!(crashed, crashes, "no calls were confirmed together");
            let text = suite(findings).text;
            let culprit = culprit.map(|call| format!("{}), ", call.expression));
            assert!(culprit.is_none_or(|call| !text.contains(&call)), "{text}");
            text
        })
        .collect();
    assert_eq!(suites[0], suites[1]);
    let tests = |text: &String| text.matches("def test_").count();
    assert!(tests(&suites[2]) > 1, "{}", suites[2]);
}

#[test]
fn no_test_asserts_the_path_of_the_scratch_folder() {
    let mut generator = generator("def f(x: int): return x");
    let findings = look(&mut generator, |index, _| {
        let path = format!("'{SCRATCH_FOLDER}/{index}'");
        let text = if index == 1 { "'elsewhere'" } else { &path };
        returned(value(ValueKind::Literal, "str", text))
    });
    let text = suite(findings).text;
    assert!(text.contains("'elsewhere'"), "{text}");
    assert!(!text.contains(SCRATCH_FOLDER), "{text}");
}

#[test]
fn names_of_the_code_are_not_overwritten() {
    let mut generator = generator(
        "from datetime import datetime\nfrom math import *\ndef f(when: datetime): return when",
    );
    let findings = look(&mut generator, |index, _| {
        returned(value(ValueKind::Literal, "int", &index.to_string()))
    });
    let text = suite(findings).text;
    assert!(
        text.contains("import datetime as datetime_module\n"),
        "{text}"
    );
    assert!(
        text.contains("f(datetime_module.datetime(2024, 2, 29, 12, 30, 15))"),
        "{text}"
    );
    assert!(!text.contains("\nimport datetime\n"), "{text}");
}
