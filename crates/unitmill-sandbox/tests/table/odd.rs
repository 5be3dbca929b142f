//! Input that is hardly a program.

use unitmill_model::Verdict::{Error, Failed, NoTests, Passed, SyntaxError};

use super::{Row, row};

const ONE: &str = "import unittest
class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
";

pub(super) fn rows() -> Vec<Row> {
    vec![
        row("empty", "", "", NoTests),
        row("empty tests", "def f(x):\n    return 2", "", NoTests),
        row("empty code", "", ONE, Error),
        row("only a comment", "# nothing", "# nothing", NoTests),
        row("NUL", "def f(x):\n    return '\0'", ONE, SyntaxError),
        row(
            "NUL in a comment",
            "# \0\ndef f(x):\n    return 2",
            ONE,
            SyntaxError,
        ),
        row(
            "declared as UTF-16",
            "# -*- coding: utf-16 -*-\ndef f(x):\n    return 2",
            ONE,
            SyntaxError,
        ),
        row(
            "declared as nothing known",
            "# -*- coding: no-such -*-\ndef f(x):\n    return 2",
            ONE,
            SyntaxError,
        ),
        row(
            "declared as latin-1",
            "# -*- coding: latin-1 -*-\ndef f(x):\n    return 2",
            ONE,
            Passed,
        ),
        row(
            "deep brackets",
            &format!("x = {}{}", "[".repeat(10_000), "]".repeat(10_000)),
            ONE,
            SyntaxError,
        ),
        row(
            "deep unary",
            &format!("x = {}1", "-".repeat(10_000)),
            ONE,
            SyntaxError,
        ),
        row(
            "deep attributes",
            &format!(
                "def f(x):\n    return 2\ndef g():\n    return f{}",
                ".a".repeat(2_000)
            ),
            ONE,
            Passed,
        ),
        row(
            "a long line",
            &format!("def f(x):\n    return 2\nx = '{}'", "y".repeat(1_000_000)),
            ONE,
            Passed,
        ),
        row(
            "ten megabytes",
            &format!(
                "def f(x):\n    return 3\n{}",
                "# padding padding padding padding\n".repeat(310_000)
            ),
            ONE,
            Failed,
        ),
        row(
            "tabs and spaces",
            "def f(x):\n        a = 1\n\treturn 2",
            ONE,
            SyntaxError,
        ),
        row("form feed", "\x0cdef f(x):\n    return 2", ONE, Passed),
        row(
            "carriage returns only",
            "def f(x):\r    return 2\r",
            ONE,
            Passed,
        ),
    ]
}
