//! `unitmill exec`: right verdicts, in input order, from both formats to both formats.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::tempdir;
use unitmill_model::{ExecVerdict, Verdict};
use unitmill_shards::read_rows;

use crate::program::{succeed, unitmill};

fn tests(body: &str) -> String {
    let body = body.replace('\n', "\n        ");
    format!(
        "import unittest\n\nclass TestCases(unittest.TestCase):\n    def test_it(self):\n        {body}\n"
    )
}

/// Pairs and the verdict that each must have.
fn cases() -> Vec<(&'static str, &'static str, String, Verdict)> {
    let double = "def double(x):\n    return 2 * x\n";
    vec![
        (
            "right",
            double,
            tests("self.assertEqual(double(2), 4)"),
            Verdict::Passed,
        ),
        (
            "wrong",
            double,
            tests("self.assertEqual(double(2), 5)"),
            Verdict::Failed,
        ),
        (
            "raises",
            "def double(x):\n    return x.y\n",
            tests("double(1)"),
            Verdict::Error,
        ),
        (
            "syntax",
            "def double(x:\n    return x\n",
            tests("double(1)"),
            Verdict::SyntaxError,
        ),
        (
            "import",
            "import no_such_package\n",
            tests("pass"),
            Verdict::ImportError,
        ),
        (
            "endless",
            "def double(x):\n    while True:\n        pass\n",
            tests("double(1)"),
            Verdict::Timeout,
        ),
        (
            "no tests",
            double,
            "import unittest\n".to_owned(),
            Verdict::NoTests,
        ),
        (
            "early exit",
            "import os\nos._exit(0)\n",
            tests("pass"),
            Verdict::Incomplete,
        ),
        (
            "imports itself",
            double,
            format!(
                "from solution import double\n{}",
                tests("self.assertEqual(double(3), 6)")
            ),
            Verdict::Passed,
        ),
        (
            "right again",
            double,
            tests("self.assertEqual(double(4), 8)"),
            Verdict::Passed,
        ),
    ]
}

fn check(verdicts: &Path) {
    let rows: Vec<ExecVerdict> = read_rows::<ExecVerdict>(verdicts)
        .expect("readable")
        .map(|row| row.expect("a valid row"))
        .collect();
    let found: Vec<(String, Verdict)> = rows
        .iter()
        .map(|row| (row.id.clone(), row.verdict))
        .collect();
    let expected: Vec<(String, Verdict)> = cases()
        .into_iter()
        .map(|(id, _, _, verdict)| (id.to_owned(), verdict))
        .collect();
    assert_eq!(found, expected, "{rows:#?}");
}

fn exec(pairs: &Path, out: &Path) {
    succeed(
        unitmill([
            "exec",
            "--env",
            "standard",
            "--timeout",
            "3",
            "--jobs",
            "2",
            "--out",
        ])
        .arg(out)
        .arg(pairs),
    );
}

#[test]
fn verdicts_come_in_input_order_in_either_format() {
    let folder = tempdir().expect("a folder");
    let pairs = folder.path().join("pairs.jsonl");
    let lines: Vec<String> = cases()
        .into_iter()
        .map(|(id, code, test, _)| json!({"id": id, "code": code, "test": test}).to_string())
        .collect();
    fs::write(&pairs, lines.join("\n")).expect("written");

    let jsonl = folder.path().join("verdicts.jsonl");
    exec(&pairs, &jsonl);
    check(&jsonl);
    let first: Value = serde_json::from_str(
        fs::read_to_string(&jsonl)
            .expect("readable")
            .lines()
            .next()
            .expect("a line"),
    )
    .expect("JSON");
    let columns: Vec<&String> = first.as_object().expect("an object").keys().collect();
    assert_eq!(
        columns,
        [
            "id",
            "verdict",
            "tests_run",
            "tests_passed",
            "duration_ms",
            "detail"
        ]
    );

    let parquet = folder.path().join("verdicts.parquet");
    exec(&pairs, &parquet);
    check(&parquet);
}

#[test]
fn a_row_that_cannot_be_judged_loses_nothing_else() {
    let folder = tempdir().expect("a folder");
    let pairs = folder.path().join("pairs.jsonl");
    let good = |id: &str| {
        json!({"id": id, "code": "def f(x):\n    return x\n", "test": tests("self.assertEqual(f(1), 1)")})
            .to_string()
    };
    fs::write(
        &pairs,
        format!("{}\n{{\"id\": \"torn\n{}\n", good("a"), good("b")),
    )
    .expect("written");
    let out = folder.path().join("verdicts.jsonl");
    let message = crate::program::fail(
        unitmill(["exec", "--env", "standard", "--out"])
            .arg(&out)
            .arg(&pairs),
        3,
    );
    assert!(
        message.contains("1 row") && message.contains("pairs.jsonl"),
        "{message}"
    );
    assert_eq!(
        fs::read_to_string(&out).expect("written").lines().count(),
        2
    );
}
