//! Requests in waves: by a command, by a hosted endpoint, killed in between; the same shards
//! as call by call.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use tempfile::tempdir;
use unitmill_model::{Attempt, AttemptKind};
use unitmill_shards::OutputKind;
use unitmill_testkit::{FakeModel, FakeModelServer};

use crate::program::{fail, published, rows, run, succeed, unitmill};

/// A run whose tests and refinements come from `server`, a YAML section's inside.
pub(crate) fn run_with(server: &str, out: &Path) -> Command {
    let mut command = unitmill(["run", "recipes/quickstart.yaml"]);
    for setting in [
        "input.0.path=data/demo/**/text*.py".to_owned(),
        "sandbox.env=standard".to_owned(),
        "fix.rounds=1".to_owned(),
        // One call, one answer: what is counted here.
        "fix.opinions=0".to_owned(),
        format!("models.tests={{{server}}}"),
        format!("models.refine={{{server}}}"),
    ] {
        command.args(["--set", &setting]);
    }
    command.arg("--out").arg(out);
    command
}

/// The inside of the section for a server that is called.
pub(crate) fn online(server: &FakeModelServer) -> String {
    format!(
        "provider: openai, model: stand-in, base_url: \"{}\"",
        server.base_url()
    )
}

fn by_command(count: &Path, options: &[&str]) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_unitmill")).with_file_name("fake-batch");
    let command: Vec<String> = [
        &program.to_string_lossy(),
        "-i",
        "{input}",
        "-o",
        "{output}",
        "--count",
        &count.to_string_lossy(),
    ]
    .iter()
    .chain(options)
    .map(|word| format!("\"{word}\""))
    .collect();
    format!(
        "provider: openai, model: stand-in, mode: batch, batch: {{command: [{}]}}",
        command.join(", ")
    )
}

/// The published result of a run call by call, and how many calls it took.
fn called(folder: &Path) -> (PathBuf, usize) {
    let out = folder.join("online");
    let server = FakeModelServer::start(FakeModel::stand_in()).expect("a server");
    succeed(&mut run_with(&online(&server), &out));
    let calls = model_calls(&out).len();
    assert!(calls > 5);
    (out, calls)
}

pub(crate) fn model_calls(run: &Path) -> Vec<Attempt> {
    rows::<Attempt>(run, OutputKind::Attempts)
        .into_iter()
        .filter(|attempt| attempt.kind == AttemptKind::ModelCall)
        .collect()
}

/// The sizes of the waves, in turn.
fn waves(count: &Path) -> Vec<usize> {
    let text = std::fs::read_to_string(count).expect("the program counted");
    text.lines()
        .map(|line| line.parse().expect("a number"))
        .collect()
}

fn left_behind(out: &Path) -> usize {
    std::fs::read_dir(out.join("batches")).map_or(0, Iterator::count)
}

/// One reference for all, for it takes a second.
#[test]
fn waves_give_the_same_shards_as_calls() {
    let folder = tempdir().expect("a folder");
    let (online, calls) = called(folder.path());
    a_command_that_answers_badly(folder.path(), &online, calls);
    a_run_that_is_killed_while_answers_are_written(folder.path(), &online, calls);
    a_hosted_batch_is_found_again_and_not_paid_twice(folder.path(), &online);
}

fn a_command_that_answers_badly(folder: &Path, online: &Path, calls: usize) {
    let count = folder.join("count");
    let waved = folder.join("waved");
    let rude = by_command(
        &count,
        &[
            "--reversed",
            "--twice-every",
            "3",
            "--fail-every",
            "4",
            "--leave-out-every",
            "5",
        ],
    );
    succeed(&mut run_with(&rude, &waved));
    assert_eq!(published(online), published(&waved));
    let resent: u32 = model_calls(&waved)
        .iter()
        .map(|attempt| attempt.resent)
        .sum();
    assert!(resent > 0);
    let waves = waves(&count);
    assert_eq!(waves.iter().sum::<usize>(), calls + resent as usize);
    // The first one has a question of every case.
    assert!(waves[0] * 2 >= calls, "{waves:?} of {calls}");
    assert_eq!(left_behind(&waved), 0);
}

/// What a wave was answered before the run was killed is not asked again.
fn a_run_that_is_killed_while_answers_are_written(folder: &Path, online: &Path, calls: usize) {
    let count = folder.join("count of the killed");
    let killed = folder.join("killed");
    let ended = run(&mut run_with(
        &by_command(&count, &["--break-off"]),
        &killed,
    ));
    assert_eq!(ended.status.code(), None, "killed by a signal");
    assert_eq!(left_behind(&killed), 1);
    succeed(&mut run_with(&by_command(&count, &[]), &killed));
    assert_eq!(published(online), published(&killed));
    // The one whose line broke off was asked twice.
    let waves = waves(&count);
    assert_eq!(waves[1], 1, "{waves:?}");
    assert_eq!(waves.iter().sum::<usize>(), calls + 1, "{waves:?}");
    assert_eq!(left_behind(&killed), 0);
}

#[test]
fn a_command_that_fails_ends_the_run_with_what_it_said() {
    let folder = tempdir().expect("a folder");
    let out = folder.path().join("run");
    let count = folder.path().join("count");
    let message = fail(&mut run_with(&by_command(&count, &["--nonsense"]), &out), 5);
    assert!(message.contains("unknown option --nonsense"), "{message}");
}

fn a_hosted_batch_is_found_again_and_not_paid_twice(folder: &Path, online: &Path) {
    let out = folder.join("hosted");
    let model = FakeModel::stand_in().batches_end_after(1);
    let server = FakeModelServer::start(model).expect("a server");
    let hosted = format!(
        "{}, mode: batch, batch: {{poll_s: 1}}",
        self::online(&server)
    );
    let mut child = run_with(&hosted, &out)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    while server.counts().batches == 0 {
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().expect("it runs");
    child.wait().expect("it ends");
    succeed(&mut run_with(&hosted, &out));
    assert_eq!(published(online), published(&out));
    // One for the tests and one for the refinements.
    assert_eq!(server.counts().batches, 2);
    assert_eq!(server.counts().calls, 0);
    assert_eq!(left_behind(&out), 0);
}
