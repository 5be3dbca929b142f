//! Runs against a model server on loopback: asked once, paid once, the same rows however
//! badly the server behaves.

use std::path::{Path, PathBuf};

use tempfile::tempdir;
use unitmill_model::{Attempt, AttemptKind, TestOrigin};
use unitmill_shards::OutputKind;
use unitmill_testkit::{FailureMode, FakeModel, FakeModelServer, Schedule};

use crate::program::{fail, pairs, published, rows, run, stderr, succeed, unitmill};

fn run_against(base_url: &str, out: &Path) -> std::process::Command {
    let mut command = unitmill(["run", "recipes/quickstart.yaml"]);
    for setting in [
        "input.0.path=data/demo/**/text*.py".to_owned(),
        "sandbox.env=standard".to_owned(),
        "fix.rounds=1".to_owned(),
        // One call, one answer: what is counted here.
        "fix.opinions=0".to_owned(),
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
        modes: FailureMode::all_that_pass(),
    });
    let server = FakeModelServer::start(failing).expect("a server");
    succeed(&mut run_against(&server.base_url(), &shaky));
    let attempts = rows::<Attempt>(&shaky, OutputKind::Attempts);
    let resent: u32 = attempts.iter().map(|attempt| attempt.resent).sum();
    assert!(resent > 0);
    assert_eq!(server.counts().calls, calls as u64 + u64::from(resent));
    for attempt in &attempts {
        assert_eq!(attempt.failures.len(), attempt.resent as usize);
    }
    assert_eq!(published(&sound), published(&shaky));
}

/// Every file of a folder and of those in it.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("readable").path();
        match path.is_dir() {
            true => files.extend(self::files(&path)),
            false => files.push(path),
        }
    }
    files
}

/// The server repeats the key in what it refuses; the key is nowhere in what a run says and
/// leaves behind, compressed or not.
#[test]
fn no_key_is_left_behind() {
    const KEY: &str = "sk-0123456789-do-not-tell";
    let folder = tempdir().expect("a folder");
    let out = folder.path().join("run");
    let telling = FailureMode::Status {
        status: 500,
        body: format!("{{\"error\":{{\"message\":\"bad luck with {KEY}\"}}}}"),
    };
    let model = FakeModel::stand_in()
        .api_key(KEY)
        .models(["stand-in"])
        .failing(Schedule::Every {
            every: 3,
            modes: vec![telling],
        });
    let server = FakeModelServer::start(model).expect("a server");
    let elsewhere = FakeModelServer::start(FakeModel::stand_in().api_key("sk-another-key"));
    let elsewhere = elsewhere.expect("a server");
    let both = format!("[\"{}\",\"{}\"]", elsewhere.base_url(), server.base_url());
    let mut command = run_against(&both, &out);
    for agent in ["tests", "refine"] {
        let setting = format!("models.{agent}.api_key_env=UNITMILL_TEST_KEY");
        command.args(["--set", &setting]);
    }
    let done = run(command.env("UNITMILL_TEST_KEY", KEY));
    let said = format!("{}{}", stderr(&done), String::from_utf8_lossy(&done.stdout));
    assert!(done.status.success(), "{said}");
    // One of the two addresses refuses the key, and is warned of.
    assert!(said.contains(&elsewhere.base_url()), "{said}");
    assert!(!said.contains(KEY), "{said}");
    let attempts = rows::<Attempt>(&out, OutputKind::Attempts);
    let failures: Vec<&String> = attempts
        .iter()
        .flat_map(|attempt| &attempt.failures)
        .collect();
    assert!(!failures.is_empty());
    for failure in failures {
        assert_eq!(failure, "status 500: bad luck with [key]");
    }
    for path in files(&out) {
        let bytes = std::fs::read(&path).expect("readable");
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains(KEY), "{}", path.display());
    }
    let wrong = run(
        run_against(&server.base_url(), &folder.path().join("wrong"))
            .args(["--set", "models.tests.api_key_env=UNITMILL_TEST_KEY"])
            .env("UNITMILL_TEST_KEY", "sk-wrong-but-secret"),
    );
    assert_eq!(wrong.status.code(), Some(5));
    assert!(!stderr(&wrong).contains("sk-wrong"), "{}", stderr(&wrong));
}
