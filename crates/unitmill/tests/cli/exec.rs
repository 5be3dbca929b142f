//! `unitmill exec`: right verdicts, in input order, from both formats to both formats.

mod checks;
mod known;

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::tempdir;
use unitmill_model::{ExecInput, ExecVerdict, Verdict};
use unitmill_shards::{ParquetSettings, RowFileWriter, read_rows};

use crate::program::{fail, succeed, unitmill};

/// A pair and the verdict that it must have.
#[derive(Debug)]
struct Pair {
    id: String,
    code: String,
    test: String,
    verdict: Verdict,
}

fn pair(id: &str, code: &str, test: &str, verdict: Verdict) -> Pair {
    Pair {
        id: id.to_owned(),
        code: code.to_owned(),
        test: test.to_owned(),
        verdict,
    }
}

fn write_jsonl(path: &Path, pairs: &[Pair]) {
    let lines: Vec<String> = pairs
        .iter()
        .map(|pair| json!({"id": pair.id, "code": pair.code, "test": pair.test}).to_string())
        .collect();
    fs::write(path, lines.join("\n")).expect("written");
}

/// Judges a file without third-party packages; the verdicts.
fn judge(pairs: &Path, out: &Path, options: &[&str]) -> Vec<ExecVerdict> {
    succeed(
        unitmill(["exec", "--env", "standard", "--out"])
            .arg(out)
            .arg(pairs)
            .args(options),
    );
    read_rows::<ExecVerdict>(out)
        .expect("readable")
        .map(|row| row.expect("a valid row"))
        .collect()
}

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
            "detail",
            "isolation"
        ]
    );

    let pairs = folder.path().join("pairs.parquet");
    let mut writer =
        RowFileWriter::<ExecInput>::create(&pairs, &ParquetSettings::default()).expect("created");
    for (id, code, test, _) in cases() {
        let row = ExecInput {
            id: id.to_owned(),
            code: code.to_owned(),
            test,
            lone_surrogate: false,
        };
        writer.push(&row).expect("written");
    }
    writer.finish().expect("written");
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
    let message = fail(
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

#[test]
fn three_thousand_rows_keep_their_order() {
    let folder = tempdir().expect("a folder");
    let pairs = folder.path().join("pairs.jsonl");
    // Most need not be run at all and overtake the others by far.
    let lines: String = (0..3000)
        .map(|number| {
            let code = if number % 20 == 0 {
                "def f("
            } else {
                "\\ud800"
            };
            format!("{{\"id\": {number}, \"code\": \"{code}\", \"test\": \"\"}}\n")
        })
        .collect();
    fs::write(&pairs, lines).expect("written");
    let rows = judge(&pairs, &folder.path().join("verdicts.parquet"), &[]);
    assert!(rows.iter().all(|row| row.verdict == Verdict::SyntaxError));
    let ids: Vec<String> = rows.into_iter().map(|row| row.id).collect();
    let expected: Vec<String> = (0..3000).map(|number| number.to_string()).collect();
    assert_eq!(ids, expected);
}

#[test]
fn nulls_are_named_and_half_surrogates_are_judged() {
    let folder = tempdir().expect("a folder");
    let (pairs, out) = (
        folder.path().join("pairs.jsonl"),
        folder.path().join("verdicts.jsonl"),
    );
    let suite = json!(tests("self.assertEqual(f(1), 1)"));
    fs::write(
        &pairs,
        format!(
            "{{\"id\": 1, \"code\": \"x = '\\ud800'\", \"tests\": {suite}}}\n\
             {{\"id\": 2, \"code\": null, \"tests\": {suite}}}\n\
             {{\"id\": 3, \"code\": \"def f(x): return x\", \"tests\": {suite}, \"notes\": \"\\ud800\"}}\n"
        ),
    )
    .expect("written");
    let message = fail(
        unitmill(["exec", "--env", "standard", "--out"])
            .arg(&out)
            .arg(&pairs),
        3,
    );
    let message = message.replace(&folder.path().display().to_string(), "FOLDER");
    insta::assert_snapshot!(message.lines().last().unwrap_or(""), @"error: 1 rows of FOLDER/pairs.jsonl could not be judged, the first: row 1 (the first is 0) of FOLDER/pairs.jsonl is not a valid exec input: `code` is missing or null");
    let found: Vec<(String, Verdict)> = read_rows::<ExecVerdict>(&out)
        .expect("readable")
        .map(|row| row.expect("a valid row"))
        .map(|row| (row.id, row.verdict))
        .collect();
    assert_eq!(
        found,
        [
            ("1".to_owned(), Verdict::SyntaxError),
            ("3".to_owned(), Verdict::Passed)
        ]
    );
}
