//! Observations and coverage.

mod support;

use unitmill_model::{JobKind, ObservedCall, Outcome, ValueKind, Verdict};
use unitmill_sandbox::Sandbox;

async fn observe(sandbox: &Sandbox, code: &str, calls: &[(&str, &str, &[&str])]) -> Outcome {
    let mut job = support::module(code, &[]);
    job.packages = vec!["numpy".to_owned(), "pandas".to_owned()];
    job.limits.memory_bytes = 1 << 30;
    job.limits.wall_ms = 10_000;
    job.kind = JobKind::Observe {
        calls: calls
            .iter()
            .map(|(setup, expression, arguments)| ObservedCall {
                setup: (*setup).to_owned(),
                expression: (*expression).to_owned(),
                arguments: arguments.iter().map(|name| (*name).to_owned()).collect(),
            })
            .collect(),
        lines: false,
    };
    sandbox.run(&job).await.expect("the sandbox works")
}

/// A look at expressions that need nothing but the module.
fn look_at(expressions: &[&str], lines: bool) -> JobKind {
    let call = |expression: &&str| ObservedCall {
        setup: String::new(),
        expression: (*expression).to_owned(),
        arguments: Vec::new(),
    };
    JobKind::Observe {
        calls: expressions.iter().map(call).collect(),
        lines,
    }
}

fn shown(outcome: &Outcome) -> String {
    let mut text = format!("{}\n", outcome.verdict);
    for seen in &outcome.observations {
        let value = |value: &unitmill_model::ObservedValue| {
            format!(
                "{} {} {}",
                value.kind,
                value.type_name,
                value
                    .source
                    .as_deref()
                    .unwrap_or(&format!("repr {}", value.repr))
            )
        };
        match (&seen.value, &seen.exception) {
            (Some(seen), _) => text.push_str(&value(seen)),
            (None, Some(exception)) => {
                text.push_str(&format!("raised {exception}: {}", seen.message));
            }
            (None, None) => text.push_str("nothing"),
        }
        if !seen.printed.is_empty() {
            text.push_str(&format!(" | printed {:?}", seen.printed));
        }
        for argument in &seen.arguments {
            text.push_str(&format!(" | then {}", value(argument)));
        }
        text.push('\n');
    }
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn values_of_the_standard_library() {
    let Some(sandbox) = support::open(support::bare_environment(), 1).await else {
        return;
    };
    let code = "import collections, json, random
class Thing: pass
def f(x): return x
def grow(items): items.append(len(items)); print('grown')
def fail(x): raise json.JSONDecodeError('bad', 'doc', 0)
def count():
    yield 1
";
    let outcome = observe(
        &sandbox,
        code,
        &[
            ("", "f([1, 'a', (None, True), {'k': b'x'}])", &[]),
            ("", "f({'b', 'a', 'c'})", &[]),
            ("", "f([1.5, float('nan'), -float('inf')])", &[]),
            ("", "f(Thing())", &[]),
            ("", "f(collections.deque([1]))", &[]),
            ("", "f(True) and f(2 ** 70)", &[]),
            ("items = [0]", "grow(items)", &["items"]),
            ("", "fail(1)", &[]),
            ("", "count()", &[]),
            ("", "f('\\ud800')", &[]),
            ("", "f(range(3))", &[]),
            ("", "f(frozenset())", &[]),
            ("", "f(complex(0, 1))", &[]),
            ("", "random.random() == random.Random(0).random()", &[]),
            ("", "f(list(range(5000)))[:2]", &[]),
            ("", "f(", &[]),
            ("", "exit()", &[]),
            ("a = []; a.append(a)", "f(a)", &[]),
            ("", "f(set())", &[]),
        ],
    )
    .await;
    insta::assert_snapshot!(shown(&outcome), @r#"
    passed
    literal list [1, 'a', (None, True), {'k': b'x'}]
    literal set {'a', 'b', 'c'}
    approximate list [1.5, float('nan'), float('-inf')]
    opaque solution.Thing repr <solution.Thing object at 0x…>
    opaque collections.deque repr deque([1])
    literal int 1180591620717411303424
    literal NoneType None | printed "grown\n" | then literal list [0, 1]
    raised json.decoder.JSONDecodeError: bad: line 1 column 1 (char 0)
    opaque generator repr <generator object count at 0x…>
    literal str '\ud800'
    opaque range repr range(0, 3)
    opaque frozenset repr frozenset()
    approximate complex 1j
    literal bool True
    literal list [0, 1]
    raised SyntaxError: '(' was never closed (<call>, line 1)
    raised SystemExit: None
    opaque list repr [[...]]
    literal set set()
    "#);
    let again = observe(&sandbox, code, &[("", "f(Thing())", &[])]).await;
    assert_eq!(
        again.observations[0].value.as_ref().map(|v| v.kind),
        Some(ValueKind::Opaque)
    );
    sandbox.close().await.expect("the sandbox cleans up");
}

#[tokio::test(flavor = "multi_thread")]
async fn clocks_go_wrong_in_a_second_look() {
    let Some(sandbox) = support::open(support::bare_environment(), 1).await else {
        return;
    };
    let code = "from time import perf_counter_ns, monotonic
def elapsed():
    start = perf_counter_ns()
    return perf_counter_ns() - start
def shown():
    start = monotonic()
    return f'{monotonic() - start:.1f}s'
";
    let mut job = support::module(code, &[]);
    let expressions = [
        "elapsed() >= 100_000_000",
        "shown() == '0.0s'",
        "elapsed.__name__",
    ];
    job.kind = look_at(&expressions, false);
    job.seed = 1;
    let outcome = sandbox.run(&job).await.expect("the sandbox works");
    insta::assert_snapshot!(shown(&outcome), @"
    passed
    literal bool True
    literal bool False
    literal str 'elapsed'
    ");
    sandbox.close().await.expect("the sandbox cleans up");
}

/// What a function makes of today's date must not become a test: tomorrow it fails.
#[tokio::test(flavor = "multi_thread")]
async fn a_second_look_is_on_another_day() {
    let Some(sandbox) = support::open(support::bare_environment(), 1).await else {
        return;
    };
    let code = "\
import datetime, time
class Later(datetime.datetime):
    pass
def kinds():
    return type(datetime.datetime.now()).__name__, type(Later.now()).__name__
";
    let expressions = [
        "datetime.datetime.now().year",
        "datetime.datetime.now(datetime.timezone.utc).year",
        "datetime.datetime.utcnow().year",
        "Later.now().year",
        "datetime.datetime.today().year",
        "datetime.date.today().year",
        "time.localtime().tm_year",
        "time.gmtime().tm_year",
        "time.strftime('%Y')",
        "time.asctime()[-4:]",
        "f'{(datetime.datetime.now() - datetime.datetime.now()).total_seconds():.1f}'",
        "kinds()",
        "time.gmtime(0).tm_year",
        "time.strftime('%Y', time.gmtime(0)), time.asctime(time.gmtime(0)), time.ctime(0)",
    ];
    let mut looks = Vec::new();
    for seed in [0, 1] {
        let mut job = support::module(code, &[]);
        job.kind = look_at(&expressions, false);
        job.seed = seed;
        let outcome = sandbox.run(&job).await.expect("the sandbox works");
        assert_eq!(outcome.verdict, Verdict::Passed, "{}", outcome.detail);
        looks.push(outcome.observations);
    }
    for (place, (one, other)) in looks[0].iter().zip(&looks[1]).enumerate() {
        let is_of_today = place < 11;
        assert_eq!(one.value != other.value, is_of_today, "{one:?} {other:?}");
    }
    assert_eq!(looks[0].len(), expressions.len());
    sandbox.close().await.expect("the sandbox cleans up");
}

/// What says where the libraries lie must not become a test: on another machine it fails.
#[tokio::test(flavor = "multi_thread")]
async fn libraries_move_in_a_second_look() {
    let Some(sandbox) = support::open(support::bare_environment(), 1).await else {
        return;
    };
    let mut job = support::module("import json\ndef where():\n    return json.__file__\n", &[]);
    job.kind = look_at(
        &["where()", "str(json)", "print(where())", "'/usr/bin/env'"],
        false,
    );
    job.seed = 1;
    let outcome = sandbox.run(&job).await.expect("the sandbox works");
    insta::assert_snapshot!(shown(&outcome), @r#"
    passed
    literal str '/elsewhere/json/__init__.py'
    literal str "<module 'json' from '/elsewhere/json/__init__.py'>"
    literal NoneType None | printed "/elsewhere/json/__init__.py\n"
    literal str '/usr/bin/env'
    "#);
    sandbox.close().await.expect("the sandbox cleans up");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_has_written_differs_in_a_second_look() {
    let Some(environment) = support::scientific_environment() else {
        return;
    };
    let Some(sandbox) = support::open(environment, 1).await else {
        return;
    };
    let mut job = support::module(
        "import numpy as np\ndef unwritten(n): return np.empty(n).view(np.uint8).tolist()\n",
        &[],
    );
    job.packages = vec!["numpy".to_owned()];
    job.limits.memory_bytes = 1 << 30;
    job.limits.wall_ms = 10_000;
    job.kind = look_at(
        &[
            "unwritten(1)",
            "unwritten(3)",
            "unwritten(8)",
            "unwritten(100)",
        ],
        false,
    );
    let mut looks = Vec::new();
    for seed in [0, 1] {
        job.seed = seed;
        looks.push(sandbox.run(&job).await.expect("the sandbox works"));
    }
    for (first, second) in looks[0].observations.iter().zip(&looks[1].observations) {
        assert_ne!(first.value, second.value);
    }
    sandbox.close().await.expect("the sandbox cleans up");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lies_behind_an_array_differs_in_a_second_look() {
    let Some(environment) = support::scientific_environment() else {
        return;
    };
    let Some(sandbox) = support::open(environment, 1).await else {
        return;
    };
    let mut job = support::module(
        "import numpy as np
from numpy.lib.stride_tricks import as_strided

def write(array, at):
    as_strided(array, (at + 1,))[at] = 1.5
    return array.sum().tolist()

def read(array, at):
    return as_strided(array, (at + 1,))[at].tolist()

def grow(count):
    array = np.arange(3)
    array.resize(count, refcheck=False)
    return array.sum().tolist()

def raise_with_arrays(count):
    try:
        np.concatenate([np.zeros(count), np.zeros((count, count))])
    except ValueError as error:
        return str(error)
",
        &[],
    );
    job.packages = vec!["numpy".to_owned()];
    job.limits.memory_bytes = 1 << 30;
    job.limits.wall_ms = 10_000;
    // Each call, and whether it finds the same in both looks.
    let calls = [
        ("write(np.zeros(3), 2)", true),
        ("write(np.zeros(3), 3)", true),
        ("write(np.ones(1 << 20), 1 << 20)", true),
        ("[write(np.arange(4.0), 4 + at) for at in range(16)]", true),
        ("read(np.ones(3), 2)", true),
        ("read(np.ones(3), 3)", false),
        ("read(np.zeros(3, dtype='int8'), 3)", false),
        ("read(np.array([1, 2, 3]), 3)", false),
        ("grow(1000)", true),
        ("raise_with_arrays(50)", true),
        ("sum(len(np.ones(1 << 20)) for _ in range(300))", true),
    ];
    job.kind = look_at(&calls.map(|(expression, _)| expression), false);
    let mut looks = Vec::new();
    for seed in [0, 1] {
        job.seed = seed;
        let outcome = sandbox.run(&job).await.expect("the sandbox works");
        assert_eq!(outcome.verdict, Verdict::Passed, "{outcome:?}");
        looks.push(outcome.observations);
    }
    for (index, (expression, agrees)) in calls.into_iter().enumerate() {
        let [first, second] = [0, 1].map(|look| &looks[look][index]);
        assert_eq!(first.exception, None, "{expression}");
        assert_eq!(
            first.value == second.value,
            agrees,
            "{expression}: {first:?} {second:?}"
        );
    }
    sandbox.close().await.expect("the sandbox cleans up");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_keeps_the_observations_before_it() {
    let Some(sandbox) = support::open(support::bare_environment(), 1).await else {
        return;
    };
    let outcome = observe(
        &sandbox,
        "import os, time",
        &[("", "1", &[]), ("", "os.abort()", &[]), ("", "2", &[])],
    )
    .await;
    assert_eq!(outcome.verdict, Verdict::Crashed, "{}", outcome.detail);
    assert_eq!(outcome.observations.len(), 1);
    sandbox.close().await.expect("the sandbox cleans up");
}

#[tokio::test(flavor = "multi_thread")]
async fn covered_lines() {
    let Some(sandbox) = support::open(support::bare_environment(), 1).await else {
        return;
    };
    let mut job = support::pair(
        "def f(x):\n    if x:\n        return 1\n    return 2\n\n\ndef unused():\n    return 3",
        "import unittest\nclass T(unittest.TestCase):\n    def test_a(self):\n        self.assertEqual(f(1), 1)\n",
    );
    job.kind = JobKind::Coverage;
    let outcome = sandbox.run(&job).await.expect("the sandbox works");
    assert_eq!(outcome.verdict, Verdict::Passed, "{}", outcome.detail);
    let covered = outcome.coverage.expect("a coverage job covers");
    assert_eq!(covered.executable, [1, 2, 3, 4, 7, 8, 10, 11, 12, 13]);
    assert_eq!(covered.executed, [1, 2, 3, 7, 10, 11, 12, 13]);
    sandbox.close().await.expect("the sandbox cleans up");
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_of_each_call() {
    let Some(sandbox) = support::open(support::bare_environment(), 1).await else {
        return;
    };
    let code = "\
def half(x):
    if x > 10:
        return x / 2
    return check(x)
def check(x):
    if not x:
        raise ValueError('nothing')
    return x
";
    let mut job = support::module(code, &[]);
    job.kind = look_at(
        &["half(20)", "half(1)", "half(1)", "half(0)", "half(unknown)"],
        true,
    );
    let outcome = sandbox.run(&job).await.expect("the sandbox works");
    let seen: Vec<_> = outcome
        .observations
        .iter()
        .map(|seen| (seen.lines.as_slice(), seen.raised_at))
        .collect();
    let expected: [(&[u32], _); 5] = [
        (&[2, 3], None),
        (&[2, 4, 6, 8], None),
        (&[2, 4, 6, 8], None),
        (&[2, 4, 6, 7], Some(7)),
        (&[], None),
    ];
    assert_eq!(seen, expected, "{}", outcome.detail);
    sandbox.close().await.expect("the sandbox cleans up");
}

/// Following lines must not be taken for an attempt to trace the harness.
#[tokio::test(flavor = "multi_thread")]
async fn functions_with_threads_are_followed() {
    let Some(environment) = support::scientific_environment() else {
        return;
    };
    let Some(sandbox) = support::open(environment, 1).await else {
        return;
    };
    let code = "\
import threading
def f(x):
    found = []
    thread = threading.Thread(target=found.append, args=(x,))
    thread.start()
    thread.join()
    return found
";
    let mut job = support::module(code, &[]);
    job.limits.wall_ms = 10_000;
    job.kind = look_at(&["f(3)"], true);
    let outcome = sandbox.run(&job).await.expect("the sandbox works");
    assert_eq!(outcome.verdict, Verdict::Passed, "{}", outcome.detail);
    let [seen] = outcome.observations.as_slice() else {
        panic!("one call: {}", outcome.detail);
    };
    assert_eq!(seen.lines, [3, 4, 5, 6, 7]);
    let source = seen
        .value
        .as_ref()
        .and_then(|value| value.source.as_deref());
    assert_eq!(source, Some("[3]"));
    sandbox.close().await.expect("the sandbox cleans up");
}

#[tokio::test(flavor = "multi_thread")]
async fn traits_of_what_cannot_be_compared() {
    let Some(environment) = support::scientific_environment() else {
        return;
    };
    let Some(sandbox) = support::open(environment, 1).await else {
        return;
    };
    let code = "\
import collections, datetime, decimal, enum, fractions, pathlib, re
import numpy as np, pandas as pd, scipy.sparse as sparse
class Point:
    def __init__(self, x): self.x, self._hidden = x, 1
class Loud:
    def __getattr__(self, name): raise RuntimeError(name)
    def __len__(self): raise RuntimeError('length')
    def __repr__(self): raise RuntimeError('text')
class Color(enum.Enum): RED = 1
class Account:
    def __init__(self, owner): self.owner, self.balance, self.since = owner, decimal.Decimal('2.50'), datetime.date(2024, 2, 29)
def f(x): return x
def g(n): return lambda x: x * n
";
    let calls = [
        "f((np.arange(3), 'text', [np.eye(1)]))",
        "f({'a': np.arange(2), 3: Point(4)})",
        "f(sparse.csr_matrix(np.eye(2)))",
        "f(Point(2.5))",
        "f(Account(Point(1)))",
        "f(collections.deque([3, 1]))",
        "f(fractions.Fraction(1, 3))",
        "f(Loud())",
        "f(Color.RED)",
        "g(2)",
        "f(range(0, 9, 2))",
        "f(frozenset({'b', 'a'}))",
        "f(pd.Timestamp('2024-02-29'))",
        "f(np.dtype('int8'))",
        "f(ValueError('wrong'))",
        "f(re.compile('a+'))",
        "f(pathlib.PurePosixPath('a/b'))",
        "f(pd.Categorical(['u', 'v', 'u']))",
        "f(int)",
        "f(object())",
    ];
    let calls = calls.map(|call| ("", call, [].as_slice()));
    let outcome = observe(&sandbox, code, &calls).await;
    let mut shown = String::new();
    for (seen, (_, call, _)) in outcome.observations.iter().zip(&calls) {
        shown.push_str(&format!("{call}\n"));
        for one in seen.value.iter().flat_map(|value| &value.traits) {
            let source = one.value.source.as_deref().unwrap_or("nothing");
            shown.push_str(&format!("    {} == {source}\n", one.expression));
        }
    }
    insta::assert_snapshot!(shown);
    sandbox.close().await.expect("the sandbox cleans up");
}

#[tokio::test(flavor = "multi_thread")]
async fn values_of_numpy_and_pandas() {
    let Some(environment) = support::scientific_environment() else {
        return;
    };
    let Some(sandbox) = support::open(environment, 1).await else {
        return;
    };
    let code = "import numpy as np\nimport pandas as pd\ndef f(x):\n    return x";
    let outcome = observe(
        &sandbox,
        code,
        &[
            ("", "f(np.arange(6).reshape(2, 3))", &[]),
            ("", "f(np.array([1.5, np.nan, np.inf]))", &[]),
            ("", "f(np.float64(0.5))", &[]),
            ("", "f(np.bool_(True))", &[]),
            ("", "f(np.zeros((0, 3)))", &[]),
            ("", "f(np.array(['a', 'bc']))", &[]),
            ("", "f(np.array(['2020-01-01', 'NaT'], dtype='datetime64[D]'))", &[]),
            ("", "f(np.array([1, 'a', None], dtype=object))", &[]),
            ("", "f(np.ma.array([1, 2]))", &[]),
            ("", "f(pd.DataFrame({'a': [1, 2], 'b': ['x', 'y'], 'c': [1.5, np.nan]}))", &[]),
            ("", "f(pd.DataFrame())", &[]),
            ("", "f(pd.DataFrame({'t': pd.date_range('2020', periods=2), 'c': pd.Categorical(['u', 'v'])}))", &[]),
            ("", "f(pd.Series([1, 2], name='s', index=['p', 'q']))", &[]),
            ("", "f(pd.Series([True, pd.NA], dtype='boolean'))", &[]),
            ("", "f(pd.Index([3, 1]))", &[]),
            ("", "f(pd.date_range('2020', periods=2, freq='D'))", &[]),
            ("", "f(pd.MultiIndex.from_product([[1, 2], ['a']]))", &[]),
            ("", "f(pd.DataFrame({'a': [1, 1, 2], 'b': [3, 4, 5]}).groupby('a').sum())", &[]),
            ("", "f([np.int64(1)])", &[]),
            ("df = pd.DataFrame({'a': [1]})", "df.insert(0, 'z', 5)", &["df"]),
        ],
    )
    .await;
    // Types and sources differ between versions of numpy and pandas; that each source
    // rebuilds its value has been checked inside.
    let kinds: Vec<&str> = outcome
        .observations
        .iter()
        .filter_map(|seen| seen.value.as_ref().or(seen.arguments.first()))
        .map(|value| value.kind.as_str())
        .collect();
    assert_eq!(
        kinds.join(" "),
        "array array array array array array array array opaque frame frame frame series series \
         series series series frame opaque literal",
        "{}",
        shown(&outcome)
    );
    let sources: Vec<&str> = [0, 1, 9, 12]
        .into_iter()
        .filter_map(|number: usize| {
            outcome.observations[number]
                .value
                .as_ref()?
                .source
                .as_deref()
        })
        .collect();
    insta::assert_snapshot!(sources.join("\n"), @r"
    np.array([[0, 1, 2], [3, 4, 5]])
    np.array([1.5, float('nan'), float('inf')])
    pd.DataFrame({'a': [1, 2], 'b': ['x', 'y'], 'c': [1.5, float('nan')]})
    pd.Series([1, 2], index=['p', 'q'], name='s')
    ");
    sandbox.close().await.expect("the sandbox cleans up");
}
