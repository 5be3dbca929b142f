//! Honest pairs and the verdicts that they must come to, three times over, and the host looked
//! at afterwards. Hostile programs are in `sandbox/abuse`.

#[path = "table/honest.rs"]
mod honest;
mod support;

use std::collections::BTreeSet;
use std::sync::Arc;

use unitmill_model::{Job, Outcome, Verdict};
use unitmill_sandbox::Sandbox;

struct Row {
    name: &'static str,
    job: Job,
    expected: Verdict,
}

fn row(name: &'static str, code: &str, tests: &str, expected: Verdict) -> Row {
    Row {
        name,
        job: support::pair(code, tests),
        expected,
    }
}

/// Whole modules of `table/suites`, each with its verdict in its first line.
fn suites() -> Vec<Row> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/table/suites");
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    paths
        .iter()
        .map(|path| {
            let text = std::fs::read_to_string(path).expect("a text");
            let expected = text
                .lines()
                .next()
                .and_then(|line| line.strip_prefix("# Expect: "))
                .and_then(|name| Verdict::ALL.iter().find(|known| known.as_str() == name))
                .unwrap_or_else(|| panic!("{}: no verdict", path.display()));
            let name = path.file_stem().and_then(|name| name.to_str());
            let name = name.expect("a name of this project is UTF-8").to_owned();
            let tests = unitmill_python::enumerate_tests(&text).expect("a module");
            Row {
                name: name.leak(),
                job: support::module(&text, &tests),
                expected: *expected,
            }
        })
        .collect()
}

/// One table at a time: each looks at the host, which the others change.
static HOST: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

async fn run_all(sandbox: &Arc<Sandbox>, rows: &[Row]) -> Vec<Outcome> {
    let running: Vec<_> = rows
        .iter()
        .map(|row| {
            let (sandbox, job) = (Arc::clone(sandbox), row.job.clone());
            tokio::spawn(async move { sandbox.run(&job).await })
        })
        .collect();
    let mut outcomes = Vec::new();
    for (running, row) in running.into_iter().zip(rows) {
        let outcome = running
            .await
            .expect("no panic")
            .unwrap_or_else(|error| panic!("{}: {error}", row.name));
        outcomes.push(support::timeless(outcome));
    }
    outcomes
}

/// Runs a table thrice, checks it, and checks that the host is as it was.
async fn check(rows: Vec<Row>) {
    let _alone = HOST.lock().await;
    let before = support::host::Host::look();
    let Some(sandbox) = support::open(support::bare_environment(), 2).await else {
        return;
    };
    let sandbox = Arc::new(sandbox);
    let mut wrong = Vec::new();
    let first = run_all(&sandbox, &rows).await;
    for (row, outcome) in rows.iter().zip(&first) {
        if outcome.verdict != row.expected {
            wrong.push(format!(
                "{}: expected {}, got {}: {}\n{}",
                row.name, row.expected, outcome.verdict, outcome.detail, outcome.output
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n---\n"));
    for _ in 0..2 {
        let again = run_all(&sandbox, &rows).await;
        for ((row, first), again) in rows.iter().zip(&first).zip(&again) {
            assert_eq!(first.verdict, again.verdict, "{}", row.name);
            let ended_early = matches!(
                first.verdict,
                Verdict::Timeout | Verdict::OutputLimit | Verdict::OutOfMemory
            );
            if !ended_early {
                // What a program prints may hold times of its own.
                let (mut first, mut again) = (first.clone(), again.clone());
                first.output.clear();
                again.output.clear();
                assert_eq!(first, again, "{}", row.name);
            }
        }
    }
    let sandbox = Arc::into_inner(sandbox).expect("all runs are over");
    sandbox.close().await.expect("the sandbox cleans up");
    assert_eq!(before, support::host::Host::look_until(&before).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn honest_programs_get_the_verdict_of_plain_unittest() {
    check(honest::rows()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_suites_get_the_verdict_of_plain_unittest() {
    check(suites()).await;
}

#[test]
fn rows_have_names_of_their_own() {
    let rows = honest::rows();
    let names: BTreeSet<_> = rows.iter().map(|row| row.name).collect();
    assert_eq!(names.len(), rows.len());
}
