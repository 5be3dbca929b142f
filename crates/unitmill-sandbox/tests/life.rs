//! The life of a sandbox: limits of neighbours, lost interpreters, a killed supervisor.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "this test starts itself again and hears from itself"
)]

mod support;

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use support::host::Host;
use unitmill_model::Verdict;

const TESTS: &str = "import unittest
class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
";

/// Set in the copy of this test program that is to be killed.
const VICTIM: &str = "UNITMILL_TEST_VICTIM";

#[tokio::test(flavor = "multi_thread")]
async fn neighbours_of_a_run_over_its_limits_notice_nothing() {
    let Some(sandbox) = support::open(support::bare_environment(), 2).await else {
        return;
    };
    let sandbox = Arc::new(sandbox);
    let good = support::pair("def f(x):\n    return 2", TESTS);
    let bad = support::pair(
        "import os\ndef f(x):\n    a = []\n    while True:\n        try:\n            os.fork()\n        except OSError:\n            pass\n        a.append(bytearray(1 << 20))",
        TESTS,
    );
    let bombs = {
        let sandbox = Arc::clone(&sandbox);
        tokio::spawn(async move {
            for _ in 0..3 {
                let outcome = sandbox.run(&bad).await.expect("the sandbox works");
                assert!(
                    matches!(outcome.verdict, Verdict::OutOfMemory | Verdict::Timeout),
                    "{outcome:?}"
                );
            }
        })
    };
    while !bombs.is_finished() {
        let outcome = sandbox.run(&good).await.expect("the sandbox works");
        assert_eq!(outcome.verdict, Verdict::Passed, "{outcome:?}");
    }
    bombs.await.expect("the bombs get their verdicts");
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_follow_what_a_job_depends_on() {
    let Some(sandbox) = support::open(support::bare_environment(), 1).await else {
        return;
    };
    let job = support::pair("def f(x):\n    return 2", TESTS);
    let key = sandbox.execution_key(&job);
    let mut other = job.clone();
    other.packages = vec!["numpy".to_owned()];
    assert_eq!(sandbox.execution_key(&other), key);
    other.seed = 1;
    assert_ne!(sandbox.execution_key(&other), key);
    let mut other = job.clone();
    other.limits.processes += 1;
    assert_ne!(sandbox.execution_key(&other), key);
    let mut other = job.clone();
    other.files[0].name = "solution".to_owned();
    other.files[0].content.insert_str(0, ".py");
    assert_ne!(sandbox.execution_key(&other), key);
    assert!(sandbox.run(&other).await.is_err());
}

/// Not a test by itself: what the next one starts and kills.
#[tokio::test(flavor = "multi_thread")]
async fn victim() {
    if std::env::var_os(VICTIM).is_none() {
        return;
    }
    let Some(sandbox) = support::open(support::bare_environment(), 2).await else {
        return;
    };
    let mut job = support::pair(
        "import os, time\ndef f(x):\n    os.fork()\n    time.sleep(100)",
        TESTS,
    );
    job.limits.wall_ms = 100_000;
    println!("running");
    let outcome = sandbox.run(&job).await;
    unreachable!("killed before {outcome:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_supervisor_leaves_nothing_behind() {
    let program = std::env::current_exe().expect("this test has a file");
    let mut child = Command::new(program)
        .args(["--exact", "victim", "--nocapture"])
        .env(VICTIM, "1")
        .stdout(Stdio::piped())
        .spawn()
        .expect("this test can be started again");
    let stdout = child.stdout.take().expect("it was asked for");
    // Kept open: the victim must not die of its own output.
    let mut lines = BufReader::new(stdout).lines().map_while(Result::ok);
    let running = lines.by_ref().any(|line| line.contains("running"));
    tokio::time::sleep(Duration::from_secs(1)).await;
    let seen = Host::look_at(child.id());
    child.kill().expect("it can be killed");
    child.wait().expect("it can be waited for");
    if !running {
        return;
    }
    assert!(!seen.is_clean(), "{seen:?}");
    for _ in 0..100 {
        if Host::look_at(child.id()).is_clean() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("left behind: {:?}", Host::look_at(child.id()));
}
