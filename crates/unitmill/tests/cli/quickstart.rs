//! The quick start, done once, and held to what must come of it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use serde::Deserialize;
use tempfile::TempDir;
use unitmill_model::{Candidate, Pair, PairId, Reject, RejectUnit, Stage, TestOrigin};
use unitmill_shards::{OutputKind, read_rows};

use crate::program::{pairs, program, published, rejects, root, rows, run, succeed, unitmill};

/// One finished quick start for all tests of this module.
static QUICKSTART: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    succeed(unitmill(["run", "recipes/quickstart.yaml", "--out"]).arg(folder.path()));
    folder
});

/// A line of `data/demo.expected.json`.
#[derive(Deserialize, Debug)]
struct Expected {
    path: String,
    name: String,
    first_line: u32,
    outcome: String,
    reason: Option<String>,
    verification: Option<String>,
    #[serde(default)]
    fixed: bool,
    /// Texts that the tests of the pair have to hold.
    #[serde(default)]
    asserts: Vec<String>,
}

fn expected() -> Vec<Expected> {
    let text = fs::read(root().join("data/demo.expected.json")).expect("readable");
    serde_json::from_slice(&text).expect("valid")
}

#[test]
fn every_function_comes_to_what_is_expected_of_it() {
    let expected: BTreeMap<(String, u32, String), String> = expected()
        .into_iter()
        .map(|line| {
            let what = match line.outcome.as_str() {
                "pair" => format!(
                    "pair, {}{}",
                    line.verification.as_deref().unwrap_or("any"),
                    if line.fixed { ", fixed" } else { "" }
                ),
                _ => format!("reject, {}", line.reason.as_deref().unwrap_or("any")),
            };
            ((line.path, line.first_line, line.name), what)
        })
        .collect();

    let run = QUICKSTART.path();
    let candidates: BTreeMap<_, Candidate> = rows::<Candidate>(run, OutputKind::Candidates)
        .into_iter()
        .map(|candidate| (candidate.id, candidate))
        .collect();
    let mut found = BTreeMap::new();
    for pair in pairs(run) {
        let candidate = &candidates[&pair.id.candidate];
        let fixed = if pair.fix_rounds > 0 { ", fixed" } else { "" };
        found.insert(
            (
                candidate.path.clone(),
                candidate.first_line,
                candidate.name.clone(),
            ),
            format!("pair, {}{fixed}", pair.verification),
        );
    }
    for reject in rejects(run) {
        found.insert(
            (reject.path, reject.first_line, reject.name),
            format!("reject, {}", reject.reason),
        );
    }
    let mut differences = Vec::new();
    for key in expected
        .keys()
        .chain(found.keys())
        .collect::<std::collections::BTreeSet<_>>()
    {
        let (wanted, got) = (expected.get(key), found.get(key));
        if wanted != got {
            differences.push(format!(
                "{}:{} {}: expected {wanted:?}, found {got:?}",
                key.0, key.1, key.2
            ));
        }
    }
    assert!(
        differences.is_empty(),
        "{} differences:\n{}",
        differences.len(),
        differences.join("\n")
    );
}

/// The harder functions: every branch that the generator has to find says so in the tests.
#[test]
fn tests_of_the_puzzles_reach_what_they_are_to_reach() {
    let run = QUICKSTART.path();
    let names: BTreeMap<_, (String, String)> = rows::<Candidate>(run, OutputKind::Candidates)
        .into_iter()
        .map(|candidate| (candidate.id, (candidate.path, candidate.name)))
        .collect();
    let tests: BTreeMap<(String, String), String> = pairs(run)
        .into_iter()
        .map(|pair| (names[&pair.id.candidate].clone(), pair.tests))
        .collect();
    let mut missing = Vec::new();
    let mut asked = 0;
    for line in expected() {
        let suite = tests.get(&(line.path, line.name.clone()));
        for text in line.asserts {
            asked += 1;
            if !suite.is_some_and(|suite| suite.contains(&text)) {
                missing.push(format!("{}: {text}", line.name));
            }
        }
    }
    assert!(asked >= 40, "{asked} texts are asked for");
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn the_audit_adds_up_and_is_printed_alike_twice() {
    let run = QUICKSTART.path();
    let text = succeed(unitmill(["audit"]).arg(run));
    assert_eq!(text, succeed(unitmill(["audit"]).arg(run)));
    let mut json: serde_json::Value =
        serde_json::from_str(&succeed(unitmill(["audit", "--json"]).arg(run))).expect("JSON");
    // How much came out of journals, and what was paid, is this run's story, not its result.
    for story in ["replayed", "paid"] {
        json.as_object_mut().expect("an object").remove(story);
    }
    let on_disk: serde_json::Value =
        serde_json::from_slice(&fs::read(run.join("audit.json")).expect("readable")).expect("JSON");
    assert_eq!(json, on_disk);
}

#[test]
fn the_funnel_of_the_readme_is_the_one_that_is_seen() {
    let text = succeed(unitmill(["audit"]).arg(QUICKSTART.path()));
    let (funnel, _) = text
        .split_once("\n\nPass rates")
        .expect("the funnel comes first");
    let readme = fs::read_to_string(root().join("README.md")).expect("readable");
    assert!(readme.contains(funnel), "README.md should show\n{funnel}");
}

#[test]
fn the_published_shards_hold_every_pair_once() {
    let run = QUICKSTART.path();
    let shard = read_rows::<Pair>(&run.join("train-00000-of-00001.parquet"))
        .expect("readable")
        .map(|row| row.expect("a valid row"));
    assert_eq!(shard.collect::<Vec<_>>(), pairs(run));
}

#[test]
fn every_reject_of_a_candidate_names_it_and_every_other_names_its_file() {
    for reject in rejects(QUICKSTART.path()) {
        assert_eq!(
            reject.unit == RejectUnit::Candidate,
            reject.candidate_id.is_some(),
            "{reject:?}"
        );
        assert!(!reject.path.is_empty(), "{reject:?}");
    }
}

/// Plain Python, without any of unitmill: the pair's one file passes, and fails once the
/// body is gone.
#[test]
fn pairs_pass_under_plain_unittest_and_fail_without_their_body() {
    let python =
        Path::new(succeed(&mut unitmill(["env", "build", "scientific"])).trim()).join("bin/python");
    let pairs = pairs(QUICKSTART.path());
    assert!(pairs.len() >= 20, "{} pairs", pairs.len());
    let every = pairs.len() / 12;
    for pair in pairs.iter().step_by(every) {
        assert_eq!(pair.test_origin, TestOrigin::Builtin);
        assert!(
            passes(&python, &pair.code(), &pair.tests),
            "{}: {}",
            pair.id,
            pair.code()
        );
        for body in ["pass", "raise NotImplementedError"] {
            let stub = stub_of(pair, body);
            assert!(
                !passes(&python, &stub, &pair.tests),
                "{} without its body: {stub}",
                pair.id
            );
        }
    }
}

fn stub_of(pair: &Pair, body: &str) -> String {
    format!("{}\n    {body}\n", pair.prefix.trim_end_matches('\n'))
}

fn passes(python: &Path, code: &str, tests: &str) -> bool {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(
        folder.path().join("solution.py"),
        format!("{code}\n\n{tests}"),
    )
    .expect("written");
    run(program(python)
        .args(["-m", "unittest", "solution"])
        .current_dir(folder.path()))
    .status
    .success()
}

#[test]
fn a_row_can_be_shown_and_replayed() {
    let run = QUICKSTART.path();
    let pair = pairs(run).into_iter().next().expect("a pair");
    let history = succeed(unitmill(["show"]).arg(run).arg(pair.id.to_string()));
    for text in [
        pair.path.as_str(),
        "first_run",
        "passed",
        &pair.id.to_string(),
    ] {
        assert!(history.contains(text), "{text} is not in\n{history}");
    }
    let replayed = succeed(unitmill(["replay"]).arg(run).arg(pair.id.to_string()));
    assert!(
        replayed.contains("the same") && !replayed.contains("DIFFERENT"),
        "{replayed}"
    );

    let duplicate: Reject = rejects(run)
        .into_iter()
        .find(|reject| reject.kept_id.is_some())
        .expect("the demo has duplicates");
    let id = duplicate.candidate_id.expect("a candidate").to_string();
    let history = succeed(unitmill(["show"]).arg(run).arg(id));
    assert!(history.contains("kept in its place"), "{history}");
}

#[test]
fn unknown_ids_are_named() {
    let id = PairId {
        candidate: "0".repeat(32).parse().expect("an id"),
        variant: 0,
    };
    let message = crate::program::fail(
        unitmill(["show"])
            .arg(QUICKSTART.path())
            .arg(id.to_string()),
        2,
    );
    assert!(message.contains("holds no candidate or pair"), "{message}");
}

#[test]
fn extract_alone_gives_the_candidates_of_the_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("candidates.parquet");
    let rejects = folder.path().join("rejects.parquet");
    succeed(
        unitmill(["extract", "data/demo", "--env", "scientific", "--out"])
            .arg(&out)
            .arg("--rejects")
            .arg(&rejects),
    );
    let rejects: Vec<Reject> = read_rows::<Reject>(&rejects)
        .expect("readable")
        .map(|row| row.expect("a valid row"))
        .collect();
    let mut of_the_run = rows::<Reject>(QUICKSTART.path(), OutputKind::Rejects);
    of_the_run.retain(|reject| reject.stage == Stage::Extract);
    assert_eq!(rejects, of_the_run);
    let alone: Vec<Candidate> = read_rows::<Candidate>(&out)
        .expect("readable")
        .map(|row| row.expect("a valid row"))
        .collect();
    assert_eq!(
        alone,
        rows::<Candidate>(QUICKSTART.path(), OutputKind::Candidates)
    );
    for candidate in &alone {
        assert_eq!(
            candidate.code,
            Candidate::assemble(&candidate.imports, &candidate.context, &candidate.function)
        );
    }
}

#[test]
fn a_second_run_has_the_same_bytes() {
    let folder = tempfile::tempdir().expect("a folder");
    let again = folder.path().join("again");
    succeed(
        unitmill([
            "run",
            "recipes/quickstart.yaml",
            "--set",
            "sandbox.jobs=3",
            "--out",
        ])
        .arg(&again),
    );
    assert_eq!(published(QUICKSTART.path()), published(&again));
}
