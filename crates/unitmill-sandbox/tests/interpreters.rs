//! Interpreters that die in the middle of a run, and interpreters that make room.

#![allow(clippy::disallowed_methods, reason = "this test kills processes")]

mod support;

use std::fs;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use support::host::Host;
use tokio::sync::Mutex;
use unitmill_model::Verdict;
use unitmill_sandbox::{Sandbox, SandboxSettings};

const TESTS: &str = "import unittest
class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
";

/// Both tests look at all processes that this program has started.
static ALONE: Mutex<()> = Mutex::const_new(());

/// Processes inside the jails of this process that run Python: nurseries, zygotes, lanes, runs.
fn interpreters() -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").expect("there is a /proc").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Ok(arguments) = fs::read(entry.path().join("cmdline")) else {
            continue;
        };
        if name.bytes().all(|byte| byte.is_ascii_digit())
            && String::from_utf8_lossy(&arguments).contains("zygote.py")
            && is_descendant(&name)
        {
            found.push(name);
        }
    }
    found
}

fn is_descendant(pid: &str) -> bool {
    let own = std::process::id().to_string();
    let mut pid = pid.to_owned();
    for _ in 0..20 {
        let Ok(status) = fs::read_to_string(format!("/proc/{pid}/status")) else {
            return false;
        };
        let parent = status
            .lines()
            .find_map(|line| line.strip_prefix("PPid:"))
            .map_or("", str::trim);
        if parent == own {
            return true;
        }
        pid = parent.to_owned();
    }
    false
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_whose_interpreter_dies_is_run_again() {
    let _alone = ALONE.lock().await;
    let Some(sandbox) = support::open(support::bare_environment(), 1).await else {
        return;
    };
    let sandbox = Arc::new(sandbox);
    let before = interpreters();
    assert!(!before.is_empty(), "there is an interpreter to fork from");
    let mut job = support::pair(
        "import time\ndef f(x):\n    time.sleep(1)\n    return 2",
        TESTS,
    );
    job.limits.wall_ms = 20_000;
    let running = {
        let sandbox = Arc::clone(&sandbox);
        tokio::spawn(async move { sandbox.run(&job).await })
    };
    // The interpreter, its lane and the run.
    while interpreters().len() < before.len() + 2 {
        tokio::time::sleep(Duration::from_millis(10)).await;
        assert!(!running.is_finished(), "it takes a second");
    }
    let killed = interpreters();
    Command::new("kill")
        .arg("-KILL")
        .args(&killed)
        .status()
        .expect("kill is there");
    let outcome = running.await.expect("no panic").expect("it is run again");
    assert_eq!(outcome.verdict, Verdict::Passed, "{outcome:?}");
    assert!(interpreters().iter().all(|pid| !killed.contains(pid)));
    let sandbox = Arc::into_inner(sandbox).expect("the run is over");
    sandbox.close().await.expect("the sandbox cleans up");
}

#[tokio::test(flavor = "multi_thread")]
async fn interpreters_beyond_the_bound_make_room() {
    let _alone = ALONE.lock().await;
    // What the other test has ended may take a moment to be gone.
    let mut before = Host::look();
    while !before.is_clean() {
        tokio::time::sleep(Duration::from_millis(10)).await;
        before = Host::look();
    }
    let settings = SandboxSettings {
        hash_seeds: 3,
        zygotes: 1,
        jail_program: Some(env!("CARGO_BIN_EXE_unitmill-jail").into()),
        ..SandboxSettings::new(support::bare_environment())
    };
    // Says aloud where the machine cannot isolate.
    let Some(first) = support::open(support::bare_environment(), 1).await else {
        return;
    };
    first.close().await.expect("the sandbox cleans up");
    let sandbox = Sandbox::open(settings).await.expect("it can isolate");
    let mut job = support::pair("def f(x):\n    return 2", TESTS);
    let mut counts = Vec::new();
    for _ in 0..3 {
        for seed in 0..3 {
            job.seed = seed;
            let outcome = sandbox.run(&job).await.expect("the sandbox works");
            assert_eq!(outcome.verdict, Verdict::Passed, "{outcome:?}");
        }
        // A nursery per seed; one zygote with one lane.
        for _ in 0..500 {
            if interpreters().len() == 5 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        counts.push(interpreters().len());
    }
    assert_eq!(counts, [5, 5, 5]);
    sandbox.close().await.expect("the sandbox cleans up");
    assert_eq!(before, Host::look_until(&before).await);
}
