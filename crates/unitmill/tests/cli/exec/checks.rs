//! `--repeat` and `--stub-check`: what is flaky, what is vacuous, and what is neither.

use std::collections::BTreeMap;
use std::path::Path;

use tempfile::tempdir;
use unitmill_model::Verdict::{self, Failed, Flaky, Passed, SyntaxError, Vacuous};

use super::{Pair, judge, pair, tests, write_jsonl};
use crate::program::{program, succeed, unitmill};

/// A suite whose second test needs the first to have run.
const IN_ORDER: &str = "import unittest

class TestCases(unittest.TestCase):
    def test_a(self):
        remember(1)
    def test_b(self):
        self.assertEqual(seen, [1])
";
/// Classes whose tests do not mind their order, and whose fixtures mind being run twice.
const FIXTURES: &str = "import unittest

class Counting(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        remember(cls.__name__)
    def test_once(self):
        self.assertEqual(seen.count(type(self).__name__), 1)
    test_twice = test_thrice = test_once

class TestOne(Counting):
    pass

class TestTwo(Counting):
    pass
";
const REMEMBER: &str = "seen = []\n\ndef remember(what):\n    seen.append(what)\n";

/// The order in which the sandbox's interpreter iterates over a set under hash seed 0.
fn set_order(words: &str) -> String {
    let environment = succeed(&mut unitmill(["env", "build", "standard"]));
    let python = Path::new(environment.trim()).join("bin/python");
    let order = succeed(
        program(python)
            .env("PYTHONHASHSEED", "0")
            .args(["-c", &format!("print(list(set({words:?}.split())))")]),
    );
    order.trim().to_owned()
}

#[test]
fn whatever_hangs_on_order_or_chance_is_flaky() {
    let words = "ash birch cedar elm fir hazel larch maple oak pine rowan yew";
    let pairs = [
        pair(
            "stable",
            "def double(x):\n    return 2 * x\n",
            &tests("self.assertEqual(double(2), 4)"),
            Passed,
        ),
        pair(
            "stable and wrong",
            "def double(x):\n    return x\n",
            &tests("self.assertEqual(double(2), 4)"),
            Failed,
        ),
        pair("fixtures", REMEMBER, FIXTURES, Passed),
        pair("no program", "def double(x)\n", "", SyntaxError),
        pair(
            "set order",
            "def kinds(text):\n    return list(set(text.split()))\n",
            &tests(&format!(
                "self.assertEqual(kinds({words:?}), {})",
                set_order(words)
            )),
            Flaky,
        ),
        pair("test order", REMEMBER, IN_ORDER, Flaky),
        pair(
            "seeded chance",
            "import random\n\ndef roll():\n    return random.random()\n",
            &tests("import random\nself.assertEqual(roll(), random.Random(0).random())"),
            Flaky,
        ),
        // Two million to one against eleven heads or tails in a row, twice.
        pair(
            "chance",
            "import os\n\ndef toss():\n    return os.urandom(1)[0] % 2\n",
            &tests("self.assertEqual(toss(), 1)"),
            Flaky,
        ),
    ];
    let folder = tempdir().expect("a folder");
    let (input, out) = (
        folder.path().join("pairs.jsonl"),
        folder.path().join("verdicts.jsonl"),
    );
    write_jsonl(&input, &pairs);
    let rows = judge(&input, &out, &["--repeat", "22"]);
    let found: Vec<(&str, Verdict)> = rows
        .iter()
        .map(|row| (row.id.as_str(), row.verdict))
        .collect();
    let expected: Vec<(&str, Verdict)> = pairs
        .iter()
        .map(|pair| (pair.id.as_str(), pair.verdict))
        .collect();
    assert_eq!(found, expected, "{rows:#?}");
    let row = |id: &str| rows.iter().find(|row| row.id == id).expect("a row");
    for id in ["set order", "test order", "seeded chance"] {
        let said = "passed in run 1, failed in run 2 (tests in reverse order, hash seed 1): TestCases.test_";
        assert!(row(id).detail.starts_with(said), "{}", row(id).detail);
    }
    let in_order = row("test order");
    assert_eq!((in_order.tests_run, in_order.tests_passed), (2, 2));

    // Once is not enough to notice, and nothing of the first run changes.
    let once: BTreeMap<String, Verdict> = judge(&input, &out, &[])
        .into_iter()
        .map(|row| (row.id, row.verdict))
        .collect();
    for id in [
        "stable",
        "fixtures",
        "set order",
        "test order",
        "seeded chance",
    ] {
        assert_eq!(once[id], Passed, "{id}");
    }
}

#[test]
fn tests_that_do_not_need_the_body_are_vacuous() {
    let double = "def double(x):\n    '''Twice.'''\n    return 2 * x\n";
    let stack = "class Base:\n    def push(self, x):\n        self.items = [x]\n\nclass Stack(Base):\n    size = 3\n";
    let pairs: [Pair; 9] = [
        pair(
            "sound",
            double,
            &tests("self.assertEqual(double(2), 4)"),
            Passed,
        ),
        pair(
            "says nothing",
            double,
            &tests("double(2)\nself.assertTrue(True)"),
            Vacuous,
        ),
        pair(
            "calls nothing",
            double,
            &tests("self.assertEqual(1 + 1, 2)"),
            Vacuous,
        ),
        pair(
            "any error will do",
            "def check(x):\n    raise ValueError(x)\n",
            &tests("with self.assertRaises(Exception):\n    check(1)"),
            Vacuous,
        ),
        pair(
            "that very error",
            "def check(x):\n    raise ValueError(x)\n",
            &tests("with self.assertRaises(ValueError):\n    check(1)"),
            Passed,
        ),
        pair(
            "a method",
            stack,
            &tests("stack = Stack()\nstack.push(1)\nself.assertEqual(stack.items, [1])"),
            Passed,
        ),
        pair(
            "not the method",
            stack,
            &tests("Stack().push(1)\nself.assertEqual(Stack.size, 3)"),
            Vacuous,
        ),
        pair(
            "wrong",
            double,
            &tests("self.assertEqual(double(2), 5)"),
            Failed,
        ),
        pair(
            "no body",
            "double = (2).__mul__\n",
            &tests("self.assertEqual(double(2), 4)"),
            Passed,
        ),
    ];
    let folder = tempdir().expect("a folder");
    let (input, out) = (
        folder.path().join("pairs.jsonl"),
        folder.path().join("verdicts.jsonl"),
    );
    write_jsonl(&input, &pairs);
    let rows = judge(&input, &out, &["--stub-check", "--repeat", "3"]);
    let mut text = String::new();
    for (pair, row) in pairs.iter().zip(&rows) {
        assert_eq!((&pair.id, pair.verdict), (&row.id, row.verdict), "{row:?}");
        if row.verdict != Failed {
            text.push_str(&format!("{}: {} ({})\n", row.id, row.verdict, row.detail));
        }
    }
    insta::assert_snapshot!(text, @"
    sound: passed ()
    says nothing: vacuous (the tests pass as well when double only returns None)
    calls nothing: vacuous (the tests pass as well when double only returns None)
    any error will do: vacuous (the tests pass as well when check only raises NotImplementedError)
    that very error: passed ()
    a method: passed ()
    not the method: vacuous (the tests pass as well when Base.push only returns None)
    no body: passed (stub check: the code has no function whose body could be taken away)
    ");
}
