//! Runs against a model server on loopback: asked once, paid once, the same rows however
//! badly the server behaves.

use std::path::Path;

use tempfile::tempdir;
use unitmill_model::{Attempt, AttemptKind, TestOrigin};
use unitmill_shards::OutputKind;
use unitmill_testkit::{FailureMode, FakeModel, FakeModelServer, Schedule};

use crate::program::{fail, pairs, published, rows, succeed, unitmill};

fn run_against(base_url: &str, out: &Path) -> std::process::Command {
    let mut command = unitmill(["run", "recipes/quickstart.yaml"]);
    for setting in [
        "input.0.path=data/demo/**/text*.py".to_owned(),
        "sandbox.env=standard".to_owned(),
        "fix.rounds=1".to_owned(),
        "models.tests.provider=openai".to_owned(),
        "models.tests.model=stand-in".to_owned(),
        format!("models.tests.base_url={base_url}"),
        "models.refine.provider=openai".to_owned(),
        "models.refine.model=stand-in".to_owned(),
        format!("models.refine.base_url={base_url}"),
    ] {
        command.args(["--set", &setting]);
    }
    command.arg("--out").arg(out);
    command
}

fn answered(server: &FakeModelServer) -> u64 {
    let counts = server.counts();
    counts.calls - counts.failures
}

#[test]
fn a_missing_server_is_exit_code_5_and_nothing_is_lost() {
    let folder = tempdir().expect("a folder");
    let out = folder.path().join("run");
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a free port")
        .port();
    let base_url = format!("http://127.0.0.1:{port}/v1");
    let message = fail(&mut run_against(&base_url, &out), 5);
    assert!(message.contains(&base_url), "{message}");

    let server = FakeModelServer::start(FakeModel::stand_in()).expect("a server");
    succeed(&mut run_against(&server.base_url(), &out));
}

#[test]
fn a_server_that_fails_gives_the_same_shards_and_every_answer_is_paid_once() {
    let folder = tempdir().expect("a folder");
    let sound = folder.path().join("sound");
    let server = FakeModelServer::start(FakeModel::stand_in()).expect("a server");
    succeed(&mut run_against(&server.base_url(), &sound));
    let made: Vec<_> = pairs(&sound);
    assert!(!made.is_empty());
    assert!(made.iter().all(|pair| pair.test_origin == TestOrigin::Model
        && pair.models.contains(&"stand-in".to_owned())));
    let calls = rows::<Attempt>(&sound, OutputKind::Attempts)
        .iter()
        .filter(|attempt| attempt.kind == AttemptKind::ModelCall)
        .count();
    assert_eq!(answered(&server), calls as u64);

    // Started again, it asks nothing.
    succeed(&mut run_against(&server.base_url(), &sound));
    assert_eq!(answered(&server), calls as u64);

    let shaky = folder.path().join("shaky");
    let failing = FakeModel::stand_in().failing(Schedule::Every {
        every: 7,
        modes: vec![
            FailureMode::RateLimited {
                retry_after: Some("0".to_owned()),
            },
            FailureMode::server_error(),
            FailureMode::CutBody,
            FailureMode::BrokenJson,
            FailureMode::HangUp,
        ],
    });
    let server = FakeModelServer::start(failing).expect("a server");
    succeed(&mut run_against(&server.base_url(), &shaky));
    let resent: u32 = rows::<Attempt>(&shaky, OutputKind::Attempts)
        .iter()
        .map(|attempt| attempt.resent)
        .sum();
    assert!(resent > 0);
    assert_eq!(published(&sound), published(&shaky));
}
