//! Answers out of other runs, and several providers an agent.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use tempfile::tempdir;
use unitmill_model::{Attempt, AttemptKind, CandidateId, Reject, RejectReason, TestOrigin};
use unitmill_shards::OutputKind;
use unitmill_testkit::{FakeModel, FakeModelServer};

use crate::batches::{model_calls, online, run_with};
use crate::program::{fail, pairs, published, rejects, rows, succeed};

fn shards(run: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = published(run);
    files.retain(|name, _| name.starts_with("train-"));
    files
}

/// Every file of a run's journal, byte for byte.
fn journal(run: &Path) -> BTreeMap<String, Vec<u8>> {
    std::fs::read_dir(run.join("journal"))
        .expect("a journal")
        .map(|entry| entry.expect("readable").path())
        .map(|path| {
            let bytes = std::fs::read(&path).expect("readable");
            (path.display().to_string(), bytes)
        })
        .collect()
}

#[test]
fn another_runs_answers_are_read_first_and_cost_nothing() {
    let folder = tempdir().expect("a folder");
    let server = FakeModelServer::start(FakeModel::stand_in()).expect("a server");
    let first = folder.path().join("first");
    succeed(&mut run_with(&online(&server), &first));
    let before = journal(&first);
    let asked = server.counts().calls;

    let second = folder.path().join("second");
    let mut again = run_with(&online(&server), &second);
    succeed(again.arg("--from").arg(&first));
    assert_eq!(server.counts().calls, asked);
    assert_eq!(shards(&first), shards(&second));
    let attempts = rows::<Attempt>(&second, OutputKind::Attempts);
    let bought = attempts
        .iter()
        .filter(|attempt| attempt.kind != AttemptKind::Judgement);
    assert!(bought.into_iter().all(|attempt| attempt.replayed));
    assert_eq!(journal(&first), before, "the other run is only read");

    // Without a server; what the first run's plan says need not be said again.
    let replayed = folder.path().join("replayed");
    let replay = format!("provider: replay, from: \"{}\"", first.display());
    succeed(&mut run_with(&replay, &replayed));
    assert_eq!(shards(&first), shards(&replayed));
    let plan = std::fs::read_to_string(replayed.join("plan.json")).expect("a plan");
    assert!(plan.contains(&first.display().to_string()));

    // Functions that the first run did not have end as rejects of their own. Seeds are the
    // recorded run's.
    let other = folder.path().join("other");
    let mut command = run_with(&replay, &other);
    succeed(command.args([
        "--set",
        "input.0.path=data/demo/codecbox",
        "--set",
        "seed=5",
    ]));
    let rejects = rejects(&other);
    let missing = |reject: &&Reject| reject.reason == RejectReason::NotRecorded;
    assert!(rejects.iter().filter(missing).count() > 0);
    assert!(!pairs(&other).is_empty());

    // A run of its own: resumed and shown when the other one is gone.
    let id = pairs(&replayed)[0].id.to_string();
    std::fs::remove_dir_all(&first).expect("removed");
    let mut show = crate::program::unitmill(["replay"]);
    succeed(show.arg(&replayed).arg(id));
    let message = fail(&mut run_with(&replay, &folder.path().join("later")), 3);
    assert!(message.contains("is not a run"), "{message}");
}

#[test]
fn a_model_is_asked_for_what_the_rules_leave() {
    let folder = tempdir().expect("a folder");
    let server = FakeModelServer::start(FakeModel::stand_in()).expect("a server");
    let out = folder.path().join("run");
    let mut command = run_with("provider: builtin", &out);
    let tiers = format!(
        "models.tests=[{{provider: builtin}}, {{{}}}]",
        online(&server)
    );
    succeed(command.args(["--set", "input.0.path=data/demo/codecbox", "--set", &tiers]));
    let asked: BTreeSet<CandidateId> = model_calls(&out)
        .iter()
        .map(|attempt| attempt.candidate_id)
        .collect();
    let made = pairs(&out);
    assert!(!asked.is_empty() && asked.len() < made.len(), "{asked:?}");
    assert_eq!(server.counts().calls, asked.len() as u64);
    for pair in &made {
        let is_models = pair.test_origin == TestOrigin::Model;
        assert_eq!(asked.contains(&pair.id.candidate), is_models);
        assert_eq!(pair.models.contains(&"stand-in".to_owned()), is_models);
    }
}
