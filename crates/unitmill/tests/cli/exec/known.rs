//! Several hundred pairs with known verdicts, made of functions and of what is done to them:
//! all are right, and the same in three runs with other numbers of jobs.

use std::collections::BTreeSet;

use tempfile::tempdir;
use unitmill_model::Verdict::{
    self, Crashed, Error, Failed, ImportError, Incomplete, NoTests, OutOfMemory, OutputLimit,
    Passed, SyntaxError, Tampered, Timeout,
};

use super::{Pair, judge, pair, write_jsonl};

/// An expression of `x` and a number, and the function itself.
type Function = (&'static str, fn(i64, i64) -> i64);

const FUNCTIONS: &[Function] = &[
    ("x + {n}", |x, n| x + n),
    ("{n} * x - 1", |x, n| n * x - 1),
    ("max(x, {n}) - min(x, {n})", |x, n| x.max(n) - x.min(n)),
    ("sum(range(x)) + {n}", |x, n| x * (x - 1) / 2 + n),
    ("len(str(10 ** {n})) + x", |x, n| n + 1 + x),
    ("[i for i in range(100) if i > x][{n}]", |x, n| x + 1 + n),
    ("dict(a=x, b={n})['a'] << {n}", |x, n| x << n),
];
const NUMBERS: [i64; 4] = [2, 3, 5, 8];

/// What is done to a right pair: code and body of the test, `{F}` being the
/// function, `{E}` its expression, `{C}` a call and `{V}` the value of that call.
const VARIANTS: &[(&str, &str, &str, Verdict)] = &[
    (
        "right",
        "def {F}(x):\n    return {E}\n",
        "self.assertEqual({C}, {V})",
        Passed,
    ),
    (
        "from a subclass",
        "class Base:\n    def {F}(self, x):\n        return {E}\nclass Made(Base):\n    pass\n{F} = Made().{F}\n",
        "self.assertEqual({C}, {V})",
        Passed,
    ),
    (
        "subtests",
        "def {F}(x):\n    return {E}\n",
        "for wanted in [{V}, {V}]:\n    with self.subTest(wanted=wanted):\n        self.assertEqual({C}, wanted)",
        Passed,
    ),
    (
        "wrong body",
        "def {F}(x):\n    return {E} + 1\n",
        "self.assertEqual({C}, {V})",
        Failed,
    ),
    (
        "wrong in one subtest",
        "def {F}(x):\n    return {E}\n",
        "for wanted in [{V}, None]:\n    with self.subTest(wanted=wanted):\n        self.assertEqual({C}, wanted)",
        Failed,
    ),
    (
        "raises",
        "def {F}(x):\n    return {E} + x.none\n",
        "self.assertEqual({C}, {V})",
        Error,
    ),
    (
        "broken test",
        "def {F}(x):\n    return {E}\n",
        "self.assertEqual({F}(), {V})",
        Error,
    ),
    (
        "raises while loading",
        "def {F}(x):\n    return {E}\n{F}(None) + None\n",
        "self.assertEqual({C}, {V})",
        Error,
    ),
    (
        "syntax of the code",
        "def {F}(x)\n    return {E}\n",
        "self.assertEqual({C}, {V})",
        SyntaxError,
    ),
    (
        "syntax of the tests",
        "def {F}(x):\n    return {E}\n",
        "self.assertEqual({C}, {V}",
        SyntaxError,
    ),
    (
        "import",
        "import no_such_package\ndef {F}(x):\n    return {E}\n",
        "self.assertEqual({C}, {V})",
        ImportError,
    ),
    (
        "exit while loading",
        "import sys\ndef {F}(x):\n    return {E}\nsys.exit(0)\n",
        "self.assertEqual({C}, {V})",
        Incomplete,
    ),
    (
        "exit in the test",
        "import os\ndef {F}(x):\n    os._exit(0)\n",
        "self.assertEqual({C}, {V})",
        Incomplete,
    ),
    (
        "skipped",
        "def {F}(x):\n    return {E}\n",
        "self.skipTest('no')\nself.assertEqual({C}, {V})",
        NoTests,
    ),
    (
        "assertions silenced",
        "import unittest\nunittest.TestCase.assertEqual = lambda *a: None\ndef {F}(x):\n    return 0\n",
        "self.assertEqual({C}, {V})",
        Tampered,
    ),
];

/// Further ones, each with one function only: they take their time.
const SLOW: &[(&str, &str, &str, Verdict)] = &[
    (
        "endless",
        "def {F}(x):\n    while True:\n        pass\n",
        "self.assertEqual({C}, {V})",
        Timeout,
    ),
    (
        "asleep",
        "import time\ndef {F}(x):\n    time.sleep(60)\n",
        "self.assertEqual({C}, {V})",
        Timeout,
    ),
    (
        "flood",
        "def {F}(x):\n    print('x' * (8 << 20))\n",
        "self.assertEqual({C}, {V})",
        OutputLimit,
    ),
    (
        "hog",
        "def {F}(x):\n    return len(bytearray(1 << 40))\n",
        "self.assertEqual({C}, {V})",
        OutOfMemory,
    ),
    (
        "crash",
        "import faulthandler\ndef {F}(x):\n    faulthandler._read_null()\n",
        "self.assertEqual({C}, {V})",
        Crashed,
    ),
];

fn known() -> Vec<Pair> {
    let mut pairs = Vec::new();
    for (kind, (expression, function)) in FUNCTIONS.iter().enumerate() {
        for number in NUMBERS {
            let slow = if kind == 0 && number == NUMBERS[0] {
                SLOW
            } else {
                &[]
            };
            for (name, code, body, verdict) in VARIANTS.iter().chain(slow) {
                let fill = |text: &str| {
                    text.replace("{C}", "{F}(7)")
                        .replace("{F}", &format!("function_{kind}"))
                        .replace("{V}", &function(7, number).to_string())
                        .replace("{E}", &expression.replace("{n}", &number.to_string()))
                };
                pairs.push(pair(
                    &format!("{name}, function {kind}, {number}"),
                    &fill(code),
                    &super::tests(&fill(body)),
                    *verdict,
                ));
            }
        }
    }
    pairs
}

#[test]
fn hundreds_of_known_verdicts_are_right_three_times() {
    let folder = tempdir().expect("a folder");
    let known = known();
    assert!(known.len() > 400, "{}", known.len());
    let kinds: BTreeSet<Verdict> = known.iter().map(|pair| pair.verdict).collect();
    assert_eq!(kinds.len(), 12, "{kinds:?}");
    let pairs = folder.path().join("pairs.jsonl");
    write_jsonl(&pairs, &known);
    let mut first = None;
    for jobs in ["2", "3", "2"] {
        let out = folder.path().join("verdicts.parquet");
        let rows = judge(&pairs, &out, &["--jobs", jobs, "--timeout", "1"]);
        let found: Vec<_> = rows
            .into_iter()
            .map(|row| {
                // Of a busy machine a run may see more of the clock than of the processor.
                let detail = (row.verdict != Timeout).then_some(row.detail);
                (row.id, row.verdict, row.tests_run, row.tests_passed, detail)
            })
            .collect();
        let wrong: Vec<_> = known
            .iter()
            .zip(&found)
            .filter(|(pair, row)| pair.id != row.0 || pair.verdict != row.1)
            .collect();
        assert!(found.len() == known.len() && wrong.is_empty(), "{wrong:#?}");
        let before = first.get_or_insert_with(|| found.clone());
        for (row, earlier) in found.iter().zip(before) {
            assert_eq!(row, earlier);
        }
    }
}
