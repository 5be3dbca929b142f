//! Hostile programs, one file each under `sandbox/abuse`: each comes to the verdict that its
//! header expects, its honest neighbours to theirs, and the host is as it was.

mod corpus;
mod support;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use corpus::{Program, Reached};
use unitmill_model::{Outcome, Verdict};
use unitmill_sandbox::{Environment, Sandbox};

const TESTS: &str = "import unittest
class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
";

/// Runs at once: as many as a small machine has processors, and one more.
const JOBS: usize = 3;

/// One corpus at a time: each looks at the host, which the others change.
static HOST: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

fn honest() -> [(unitmill_model::Job, Verdict); 2] {
    [
        (
            support::pair("def f(x):\n    return x + 1", TESTS),
            Verdict::Passed,
        ),
        (
            support::pair("def f(x):\n    return x", TESTS),
            Verdict::Failed,
        ),
    ]
}

/// Runs programs, each between an honest pair that passes and one that fails.
async fn run_all(sandbox: &Arc<Sandbox>, programs: &[Program], reached: &Reached) -> Vec<Outcome> {
    let gate = Arc::new(tokio::sync::Semaphore::new(JOBS));
    let running: Vec<_> = programs
        .iter()
        .map(|program| {
            let (sandbox, gate) = (Arc::clone(sandbox), Arc::clone(&gate));
            let (name, job) = (program.name.clone(), program.job(reached));
            tokio::spawn(async move {
                let _turn = gate.acquire().await.expect("the gate stays open");
                let [(passing, passed), (failing, failed)] = honest();
                let before = sandbox.run(&passing).await;
                let outcome = sandbox.run(&job).await;
                let after = sandbox.run(&failing).await;
                for (honest, expected) in [(before, passed), (after, failed)] {
                    let honest = honest.unwrap_or_else(|error| panic!("beside {name}: {error}"));
                    assert_eq!(honest.verdict, expected, "beside {name}: {honest:?}");
                }
                outcome.unwrap_or_else(|error| panic!("{name}: {error}"))
            })
        })
        .collect();
    let mut outcomes = Vec::new();
    for running in running {
        outcomes.push(support::timeless(running.await.expect("no panic")));
    }
    outcomes
}

/// What is wrong with the outcomes, in words.
fn complaints(programs: &[Program], outcomes: &[Outcome]) -> Vec<String> {
    programs
        .iter()
        .zip(outcomes)
        .filter(|(program, outcome)| !program.expects(outcome.verdict))
        .map(|(program, outcome)| {
            format!(
                "{}: expected {}, got {}: {}\n{}",
                program.name, program.expectation, outcome.verdict, outcome.detail, outcome.output
            )
        })
        .collect()
}

/// Runs a corpus, then once more what is quick, and looks at the host before and after.
async fn check(environment: Environment, mut programs: Vec<Program>) {
    programs.retain(|program| program.is_for(environment.python_version()));
    let _alone = HOST.lock().await;
    let reached = Reached::listen().expect("a socket of the loopback can be had");
    let before = support::host::Host::look();
    let Some(sandbox) = support::open(environment, JOBS).await else {
        return;
    };
    let sandbox = Arc::new(sandbox);
    let first = run_all(&sandbox, &programs, &reached).await;
    let wrong = complaints(&programs, &first);
    assert!(wrong.is_empty(), "{}", wrong.join("\n---\n"));

    let quick: Vec<_> = programs
        .iter()
        .zip(&first)
        .filter(|(program, outcome)| program.is_certain() && !ends_at_a_limit(outcome.verdict))
        .map(|(program, outcome)| (program.clone(), outcome))
        .collect();
    let (again, firsts): (Vec<_>, Vec<_>) = quick.into_iter().unzip();
    for ((program, first), second) in again
        .iter()
        .zip(firsts)
        .zip(run_all(&sandbox, &again, &reached).await)
    {
        assert_eq!(first.verdict, second.verdict, "{}", program.name);
        let ids = |outcome: &Outcome| -> BTreeMap<String, _> {
            let tests = outcome.tests.iter();
            tests.map(|test| (test.id.clone(), test.status)).collect()
        };
        assert_eq!(ids(first), ids(&second), "{}", program.name);
    }

    let idle = support::host::Host::look_idle(Duration::from_secs(5)).await;
    assert_eq!(idle.running(), 0, "runs are left: {idle:?}");
    let sandbox = Arc::into_inner(sandbox).expect("all runs are over");
    sandbox.close().await.expect("the sandbox cleans up");
    assert_eq!(before, support::host::Host::look_until(&before).await);
    assert_eq!(reached.visits(), 0, "somebody got through to the host");
}

/// Whose second run would only take time again, and whose report depends on speed.
fn ends_at_a_limit(verdict: Verdict) -> bool {
    matches!(
        verdict,
        Verdict::Timeout | Verdict::OutputLimit | Verdict::OutOfMemory
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn resources_are_limited() {
    check(support::bare_environment(), corpus::class("resources")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_survives() {
    check(support::bare_environment(), corpus::class("survivors")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_reaches_out() {
    check(support::bare_environment(), corpus::class("reaching_out")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn success_is_not_faked() {
    check(support::bare_environment(), corpus::class("faked_success")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_input_gets_a_verdict() {
    check(support::bare_environment(), corpus::class("odd_input")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn native_packages_change_nothing() {
    let Some(environment) = support::scientific_environment() else {
        return;
    };
    check(environment, corpus::needing("numpy")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_hostile_program_in_ten_harms_no_honest_one() {
    let _alone = HOST.lock().await;
    let reached = Reached::listen().expect("a socket of the loopback can be had");
    let Some(sandbox) = support::open(support::bare_environment(), JOBS).await else {
        return;
    };
    let sandbox = Arc::new(sandbox);
    let hostile: Vec<_> = corpus::classes()
        .into_iter()
        .filter(|program| program.is_certain() && program.needs.is_empty())
        .step_by(13)
        .collect();
    let mut running = Vec::new();
    for program in &hostile {
        for honest in 0..9 {
            let (job, expected) = honest_pair(honest);
            let sandbox = Arc::clone(&sandbox);
            running.push(tokio::spawn(async move {
                let outcome = sandbox.run(&job).await.expect("the sandbox works");
                assert_eq!(outcome.verdict, expected, "{outcome:?}");
            }));
        }
        let (sandbox, job) = (Arc::clone(&sandbox), program.job(&reached));
        let (name, expected) = (program.name.clone(), program.expectation.clone());
        running.push(tokio::spawn(async move {
            let outcome = sandbox.run(&job).await.expect("the sandbox works");
            assert!(expected.allows(outcome.verdict), "{name}: {outcome:?}");
        }));
    }
    for running in running {
        running.await.expect("every pair gets its verdict");
    }
    let sandbox = Arc::into_inner(sandbox).expect("all runs are over");
    sandbox.close().await.expect("the sandbox cleans up");
}

fn honest_pair(number: usize) -> (unitmill_model::Job, Verdict) {
    let mut pairs = honest();
    pairs[number % 2].0.limits = unitmill_model::Limits::default();
    pairs[number % 2].clone()
}

#[test]
fn every_file_has_a_header_that_can_be_read() {
    let programs = corpus::classes();
    for class in corpus::CLASSES {
        let many = programs
            .iter()
            .filter(|program| program.name.starts_with(&format!("{class}/")))
            .count();
        assert!(many >= 20, "{class}: {many}");
    }
}

#[test]
fn headers_that_cannot_be_read_are_named() {
    let mut told = Vec::new();
    for text in [
        "x = 1\n",
        "# Expect: passed\n\nx = 1\n",
        "# What: something\n\nx = 1\n",
        "# What: something\n# Expect: fine\n\nx = 1\n",
        "# What: something\n# Expect: not failed\n\nx = 1\n",
        "# What: something\n# Expect: passed\n# Limits: memory=1\n\nx = 1\n",
        "# What: something\n# Expect: passed\n# Limits: memory_mb=lots\n\nx = 1\n",
        "# What: something\n# Expect: passed\n# Colour: red\n\nx = 1\n",
        "# What: something\n# Expect: passed\n# Replace: @A@ = a\n\nx = 1\n",
        "# What: something\n# Expect: passed\n# Replace: @A@ = \"a\"\n\nx = 1\n",
        "# What: something\n# Expect: passed\n# and so on\n\nx = 1\n",
        "# What: something\n# Expect: passed\n# Python: 3\n\nx = 1\n",
        "# What: something\n# What: more\n# Expect: passed\n\nx = 1\n",
    ] {
        let error = Program::parse("class/name", text).expect_err("a header that is none");
        told.push(format!("{text:?}\n  {error}"));
    }
    insta::assert_snapshot!(told.join("\n"));
}
