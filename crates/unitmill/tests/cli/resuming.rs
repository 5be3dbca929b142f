//! Killed, interrupted, spread over an engine's tasks: the shards come out byte for byte
//! the same.

use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::time::Duration;

use tempfile::tempdir;
use unitmill_model::Attempt;
use unitmill_shards::OutputKind;

use crate::program::{fail, program, published, rows, succeed, unitmill};

/// A small corpus in several parts, so that there is something between the beginning and
/// the end.
fn recipe() -> Vec<&'static str> {
    vec![
        "recipes/quickstart.yaml",
        "--set",
        "input.0.path=data/demo/{parsers,graphs,textkit}/**/*.py",
        "--set",
        "tasks.part_kb=12",
        "--set",
        "tasks.buckets=2",
        "--set",
        "output.rows_per_shard=20",
    ]
}

fn run_in(out: &Path) -> std::process::Command {
    let mut command = unitmill(["run"]);
    command.args(recipe()).arg("--out").arg(out);
    command
}

#[test]
fn killed_at_any_moment_and_resumed_gives_the_same_bytes() {
    let folder = tempdir().expect("a folder");
    let whole = folder.path().join("whole");
    succeed(&mut run_in(&whole));

    let killed = folder.path().join("killed");
    // How far a run gets in this time differs from machine to machine; wherever it is, it
    // must resume. The last attempt runs to its end.
    for milliseconds in [300, 900, 1800, 3500] {
        let mut child = run_in(&killed)
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("the program starts");
        std::thread::sleep(Duration::from_millis(milliseconds));
        // It may have finished already.
        drop(child.kill());
        child.wait().expect("it ends");
    }
    succeed(&mut run_in(&killed));
    assert_eq!(published(&whole), published(&killed));
}

/// Ctrl-C reaches every process of the terminal's group. The run then ends what is in
/// flight, says how to go on, and does go on.
#[test]
fn an_interruption_keeps_everything_and_says_how_to_go_on() {
    let folder = tempdir().expect("a folder");
    let out = folder.path().join("run");
    let child = run_in(&out)
        .process_group(0)
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("the program starts");
    let journal = out.join("journal");
    let has_begun =
        || std::fs::read_dir(&journal).is_ok_and(|mut segments| segments.next().is_some());
    while !has_begun() {
        std::thread::sleep(Duration::from_millis(20));
    }
    let group = format!("kill -INT -{}", child.id());
    succeed(program("sh").args(["-c", &group]));
    let ended = child.wait_with_output().expect("it ends");
    let message = crate::program::stderr(&ended);
    assert_eq!(ended.status.code(), Some(130), "{message}");
    assert!(message.contains("what was done is kept"), "{message}");

    let before = std::fs::read_dir(&journal).expect("readable").count();
    assert!(before > 0);
    succeed(&mut run_in(&out));
    let replayed = rows::<Attempt>(&out, OutputKind::Attempts)
        .iter()
        .filter(|attempt| attempt.replayed)
        .count();
    assert!(
        replayed > 0,
        "what was executed before is not executed again"
    );
}

#[test]
fn tasks_in_any_order_an_engine_may_choose_give_the_same_bytes() {
    let folder = tempdir().expect("a folder");
    let whole = folder.path().join("whole");
    succeed(&mut run_in(&whole));

    let spread = folder.path().join("spread");
    let mut plan = unitmill(["plan"]);
    plan.args(recipe()).arg("--out").arg(&spread);
    let text = succeed(&mut plan);
    let parts = count(&text, "extract");
    assert!(parts > 1, "{text}");

    let task = |stage: &str, index: u32| {
        let mut command = unitmill(["task"]);
        command.arg(&spread).arg(stage).arg(index.to_string());
        command
    };
    let message = fail(&mut task("mill", 0), 2);
    assert!(message.contains("needs every task of dedup"), "{message}");
    for index in (0..parts).rev() {
        succeed(&mut task("extract", index));
    }
    for index in [1, 0] {
        succeed(&mut task("dedup", index));
    }
    for index in (0..parts).rev() {
        succeed(&mut task("mill", index));
    }
    // Doing one again changes nothing.
    succeed(&mut task("mill", 0));
    let shards = published(&whole)
        .keys()
        .filter(|name| name.starts_with("train-"))
        .count() as u32;
    assert!(shards > 1, "{shards}");
    for index in (0..shards).rev() {
        succeed(&mut task("publish", index));
    }
    assert_eq!(published(&whole), published(&spread));
    fail(&mut task("publish", shards), 2);
}

fn count(plan: &str, stage: &str) -> u32 {
    plan.lines()
        .find_map(|line| line.split_once(stage))
        .and_then(|(_, count)| count.trim().parse().ok())
        .expect("the plan says how many tasks a stage has")
}

#[test]
fn a_finished_run_is_not_done_again_and_another_recipe_is_refused() {
    let folder = tempdir().expect("a folder");
    let out = folder.path().join("run");
    succeed(&mut run_in(&out));
    let before = published(&out);
    let attempts: Vec<Attempt> = rows(&out, OutputKind::Attempts);
    // Other knobs that shape no row are no reason to refuse.
    succeed(run_in(&out).args(["--set", "sandbox.jobs=1"]));
    assert_eq!(before, published(&out));
    assert_eq!(attempts, rows::<Attempt>(&out, OutputKind::Attempts));

    let message = fail(
        run_in(&out).args(["--set", "fix.rounds=2", "--set", "seed=1"]),
        2,
    );
    assert!(message.contains("recipe.fix.rounds: 3 -> 2"), "{message}");
    assert!(message.contains("recipe.seed: 20261120 -> 1"), "{message}");
    assert_eq!(before, published(&out));
}
