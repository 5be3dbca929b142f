//! Modes of isolation as a user names them: what `doctor` says of each, what `exec` makes
//! of the name, and that no other mode is taken in its place.

use std::fs;

use serde_json::{Value, json};
use tempfile::tempdir;

use crate::program::{fail, run, succeed, unitmill};

/// A pair whose verdict tells whether processes can be started.
fn forking_pair() -> Value {
    json!({
        "id": "forks",
        "code": "import os\n\ndef f():\n    child = os.fork()\n    if child == 0:\n        os._exit(0)\n    return os.waitpid(child, 0)[1]",
        "test": "import unittest\n\nclass T(unittest.TestCase):\n    def test_it(self):\n        self.assertEqual(f(), 0)\n",
    })
}

#[test]
fn the_named_mode_is_the_one_that_is_used() {
    let folder = tempdir().expect("a temporary folder");
    let (pairs, out) = (
        folder.path().join("in.jsonl"),
        folder.path().join("out.jsonl"),
    );
    fs::write(&pairs, forking_pair().to_string()).expect("written");
    for (isolation, expected) in [("full", "passed"), ("rlimits", "error")] {
        succeed(
            unitmill([
                "exec",
                "--env",
                "standard",
                "--isolation",
                isolation,
                "--out",
            ])
            .arg(&out)
            .arg(&pairs),
        );
        let row: Value =
            serde_json::from_str(&fs::read_to_string(&out).expect("written")).expect("one row");
        assert_eq!(row["verdict"], expected, "{isolation}: {row}");
        assert_eq!(row["isolation"], isolation, "{row}");
        fs::remove_file(&out).expect("it is there");
    }
}

#[test]
fn a_mode_that_cannot_be_had_is_an_error_with_a_remedy() {
    let folder = tempdir().expect("a temporary folder");
    let pairs = folder.path().join("in.jsonl");
    fs::write(&pairs, forking_pair().to_string()).expect("written");
    let message = fail(
        unitmill(["exec", "--isolation", "whatever", "--out", "out.jsonl"]).arg(&pairs),
        2,
    );
    assert!(message.contains("full, rlimits, container"), "{message}");
    // A folder of temporary files that runs cannot reach is as good as a missing feature.
    let closed = tempdir().expect("a temporary folder");
    let mut command = unitmill([
        "exec",
        "--env",
        "standard",
        "--isolation",
        "container",
        "--out",
    ]);
    command
        .arg(folder.path().join("out.jsonl"))
        .arg(&pairs)
        .env("TMPDIR", closed.path());
    let output = run(&mut command);
    if output.status.success() {
        // Not root: runs are the same user.
        return;
    }
    assert_eq!(output.status.code(), Some(4));
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(message.contains("what to do"), "{message}");
    assert!(!folder.path().join("out.jsonl").exists());
}

#[test]
fn doctor_speaks_of_every_mode_and_its_exit_code_of_the_full_one() {
    let output = run(&mut unitmill(["doctor"]));
    let text = String::from_utf8(output.stdout).expect("text");
    let of_mode = |mode: &str| {
        text.lines()
            .find(|line| line.split_whitespace().nth(1) == Some(mode))
            .unwrap_or_else(|| panic!("nothing about {mode}: {text}"))
    };
    for mode in ["rlimits", "container"] {
        assert!(of_mode(mode).starts_with("yes") || of_mode(mode).starts_with("NO"));
    }
    let full = of_mode("full").starts_with("yes");
    assert_eq!(
        output.status.code(),
        Some(if full { 0 } else { 4 }),
        "{text}"
    );
    assert!(
        full || std::env::var_os("UNITMILL_REQUIRE_ISOLATION").is_none(),
        "{text}"
    );
}
