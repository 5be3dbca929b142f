//! What answers cost, what a run may spend, and what it says of both.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use tempfile::tempdir;
use unitmill_model::{Attempt, AttemptKind};
use unitmill_shards::OutputKind;
use unitmill_testkit::{FailureMode, FakeModel, FakeModelServer, Schedule};

use crate::program::{fail, program, published, rows, run, stderr, succeed, unitmill};

fn settings(base_url: &str) -> Vec<String> {
    [
        "input.0.path=data/demo/parsers/{config,roman,urls}.py".to_owned(),
        "sandbox.env=standard".to_owned(),
        "sandbox.jobs=2".to_owned(),
        "fix.rounds=1".to_owned(),
        // One call, one answer: what is counted here.
        "fix.opinions=0".to_owned(),
        "tasks.part_kb=4".to_owned(),
        "models.tests.provider=openai".to_owned(),
        "models.tests.model=stand-in".to_owned(),
        "models.tests.max_tokens=100".to_owned(),
        "models.tests.price={prompt: 2.0, completion: 10.0}".to_owned(),
        format!("models.tests.base_url={base_url}"),
        "models.refine.provider=openai".to_owned(),
        "models.refine.model=polisher".to_owned(),
        "models.refine.max_tokens=100".to_owned(),
        "models.refine.price={prompt: 1.0, completion: 3.0}".to_owned(),
        format!("models.refine.base_url={base_url}"),
        "budget.currency=USD".to_owned(),
    ]
    .iter()
    .flat_map(|setting| ["--set".to_owned(), setting.clone()])
    .collect()
}

fn run_against(server: &FakeModelServer, out: &Path) -> Command {
    let mut command = unitmill(["run", "recipes/quickstart.yaml"]);
    command.args(settings(&server.base_url()));
    command.arg("--out").arg(out);
    command
}

fn server() -> FakeModelServer {
    FakeModelServer::start(FakeModel::stand_in()).expect("a server")
}

fn audit(out: &Path) -> Value {
    let text = succeed(unitmill(["audit", "--json"]).arg(out));
    serde_json::from_str(&text).expect("is JSON")
}

/// Prompt tokens, completion tokens and cost in millionths, by the attempts.
fn worth(out: &Path) -> (u64, u64, u64) {
    let attempts: Vec<Attempt> = rows(out, OutputKind::Attempts);
    let calls = attempts
        .iter()
        .filter(|attempt| attempt.kind == AttemptKind::ModelCall);
    let mut worth = (0, 0, 0);
    for call in calls {
        let (prompt, completion) = match call.model.as_str() {
            "stand-in" => (2, 10),
            _ => (1, 3),
        };
        let tokens = (
            u64::from(call.prompt_tokens),
            u64::from(call.completion_tokens),
        );
        worth.0 += tokens.0;
        worth.1 += tokens.1;
        worth.2 += tokens.0 * prompt + tokens.1 * completion;
    }
    worth
}

fn millionths(amount: &Value) -> u64 {
    (amount.as_f64().expect("an amount") * 1e6).round() as u64
}

/// The same numbers in the last lines of progress, in the audit and in the rows; and a run
/// that was stopped by its budget, twice, comes out as one that was not, for the same money.
#[test]
fn a_budget_stops_a_run_and_a_higher_one_goes_on_for_the_same_money() {
    let folder = tempdir().expect("a folder");
    let whole = folder.path().join("whole");
    let generous = server();
    let done = run(&mut run_against(&generous, &whole));
    let said = stderr(&done);
    assert!(done.status.success(), "{said}");
    let calls = generous.counts().calls;

    let (prompt, completion, cost) = worth(&whole);
    let figures = audit(&whole);
    for answers in [&figures["answers"], &figures["paid"]["answers"]] {
        assert_eq!(answers["calls"], calls);
        assert_eq!(answers["prompt_tokens"], prompt);
        assert_eq!(answers["completion_tokens"], completion);
        assert_eq!(millionths(&answers["cost"]), cost);
    }
    let by_agent = figures["model_calls"].as_array().expect("rows");
    let sum: u64 = by_agent.iter().map(|row| millionths(&row["cost"])).sum();
    assert_eq!(sum, cost);
    let executions = figures["executions"].as_array().expect("rows").iter();
    let executions: u64 = executions
        .map(|row| row["executions"].as_u64().expect("a count"))
        .sum();
    let count = |step: &str| {
        let funnel = figures["funnel"].as_array().expect("steps");
        let found = funnel.iter().find(|found| found["step"] == step);
        found.expect("a step")["count"].as_u64().expect("a count")
    };
    let (_, mill) = said.split_once("mill: done in ").expect("the last line");
    let mill = mill.lines().next().expect("a line").replace(',', "");
    for part in [
        format!(
            "{} of {} candidates with pairs",
            count("with_pairs"),
            count("after_dedup")
        ),
        format!(" {} at first sight", count("passed_first_run")),
        format!(" {} pairs", count("pairs")),
        format!(" {executions} executions"),
        format!(" {calls} answers"),
        format!(" {} tokens", prompt + completion),
        "USD spent".to_owned(),
    ] {
        assert!(mill.contains(&part), "{part}: {mill}");
    }

    // A pilot of a few, whose answers are used and not paid for again.
    let piloted = folder.path().join("piloted");
    let pilot = server();
    let forecast = succeed(run_against(&pilot, &piloted).args(["--pilot", "5"]));
    insta::assert_snapshot!(forecast);
    let sampled = pilot.counts().calls;
    assert!(sampled > 0 && sampled < calls, "{sampled}");
    succeed(&mut run_against(&pilot, &piloted));
    assert_eq!(pilot.counts().calls, calls);
    let frozen = piloted.join("pilot.json");
    assert!(frozen.is_file());
    std::fs::remove_file(frozen).expect("was written");
    assert_eq!(published(&whole), published(&piloted));

    // Less and less is left; whatever the limit, it is not gone over.
    let poor = folder.path().join("poor");
    let server = server();
    let mut spent = 0;
    for limit in [cost / 2, cost * 3 / 4] {
        let limit_setting = format!("budget.cost={}", limit as f64 / 1e6);
        let message = fail(
            run_against(&server, &poor).args(["--set", &limit_setting]),
            5,
        );
        assert!(message.contains("budget.cost is spent: "), "{message}");
        assert!(message.contains(" candidates are left"), "{message}");
        assert!(message.contains("--set budget.cost=…"), "{message}");
        let now = server.counts().calls;
        assert!(now > spent && now < calls, "{spent} {now} {calls}");
        spent = now;
    }
    // Raised for good, and quietly.
    let last = run(run_against(&server, &poor).args(["--set", "budget.cost=1000", "--quiet"]));
    assert!(last.status.success(), "{}", stderr(&last));
    assert!(!stderr(&last).contains("mill: "), "{}", stderr(&last));
    assert_eq!(server.counts().calls, calls, "nothing is paid for twice");
    assert_eq!(published(&whole), published(&poor));
    assert_eq!(audit(&poor)["paid"], figures["paid"]);
}

/// Tasks do not talk, and stay within the whole together.
#[test]
fn tasks_share_a_budget() {
    let folder = tempdir().expect("a folder");
    let out = folder.path().join("run");
    let server = server();
    let budget = 10;
    let plan = |budget: u64| {
        let mut plan = unitmill(["plan", "recipes/quickstart.yaml"]);
        plan.args(settings(&server.base_url()));
        plan.args(["--set", &format!("budget.calls={budget}")]);
        succeed(plan.arg("--out").arg(&out))
    };
    let parts = plan(budget)
        .lines()
        .find_map(|line| line.split_once("mill"))
        .and_then(|(_, count)| count.trim().parse::<u32>().ok())
        .expect("the plan says how many tasks a stage has");
    assert!(parts > 1, "{parts}");
    let task = |stage: &str, index: u32| {
        let mut command = unitmill(["task"]);
        command.arg(&out).arg(stage).arg(index.to_string());
        command
    };
    for index in 0..parts {
        succeed(&mut task("extract", index));
    }
    for index in 0..4 {
        succeed(&mut task("dedup", index));
    }
    let mut stopped = 0;
    for index in 0..parts {
        let ended = run(&mut task("mill", index));
        if ended.status.code() == Some(5) {
            stopped += 1;
            let message = stderr(&ended);
            let share = format!("the share of mill {index} goes");
            assert!(message.contains(&share), "{message}");
            assert!(message.contains("unitmill plan RECIPE"), "{message}");
        }
    }
    assert!(stopped > 0);
    let calls = server.counts().calls;
    assert!(calls > 0 && calls <= budget, "{calls}");
    plan(1000);
    for index in 0..parts {
        succeed(&mut task("mill", index));
    }
    assert!(server.counts().calls > calls);
}

/// Tries whose answers got lost on the way may have been paid for, and count.
#[test]
fn answers_that_get_lost_are_counted() {
    let folder = tempdir().expect("a folder");
    let out = folder.path().join("run");
    let model = FakeModel::stand_in().failing(Schedule::First(vec![
        FailureMode::CutBody,
        FailureMode::RateLimited {
            retry_after: Some("0".to_owned()),
        },
        FailureMode::BrokenJson,
    ]));
    let server = FakeModelServer::start(model).expect("a server");
    succeed(&mut run_against(&server, &out));
    let paid = &audit(&out)["paid"];
    // The server that was too busy wants no money.
    assert_eq!(paid["lost"]["calls"], 2);
    assert_eq!(paid["answers"]["calls"], server.counts().calls - 3);
    let text = succeed(unitmill(["audit"]).arg(&out));
    assert!(
        text.contains("lost on the way, and perhaps paid for: at most 2 answers"),
        "{text}"
    );
}

fn spawned(mut command: Command) -> Child {
    command
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts")
}

fn send(signal: &str, child: &Child) {
    let command = format!("kill -{signal} {}", child.id());
    succeed(program("sh").args(["-c", &command]));
}

fn wait_for_calls(server: &FakeModelServer, calls: u64) {
    while server.counts().calls < calls {
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Waits for the first call beyond so many, and until no other follows it: a call is noted
/// before it is placed, and a kill in between would leave one that the server never counted.
fn wait_for_the_last_call(server: &FakeModelServer, before: u64) {
    wait_for_calls(server, before + 1);
    let mut seen = 0;
    while seen < server.counts().calls {
        seen = server.counts().calls;
        std::thread::sleep(Duration::from_millis(500));
    }
}

/// A scheduler's SIGTERM lets what is in flight come to its end; the second one does not,
/// and says what is lost; a kill says nothing. What was in flight then is asked again, and
/// counts as lost.
#[test]
fn the_first_signal_waits_and_the_second_does_not() {
    let folder = tempdir().expect("a folder");
    let out = folder.path().join("run");
    // Nobody gets an answer before four are waiting.
    let waiting = FakeModel::stand_in().latency(Duration::from_millis(300));
    let server = FakeModelServer::start(waiting).expect("a server");

    let child = spawned(run_against(&server, &out));
    wait_for_calls(&server, 1);
    send("TERM", &child);
    let ended = child.wait_with_output().expect("it ends");
    let message = stderr(&ended);
    assert_eq!(ended.status.code(), Some(130), "{message}");
    assert!(
        message.contains("stopping: what is in flight ("),
        "{message}"
    );
    assert!(message.contains("what was done is kept"), "{message}");
    assert!(
        message.contains("unitmill run recipes/quickstart.yaml --set"),
        "{message}"
    );
    let first = server.counts().calls;

    let never = FakeModel::stand_in().failing(Schedule::Every {
        every: 1,
        modes: vec![FailureMode::Silence],
    });
    let silent = FakeModelServer::start(never).expect("a server");
    for signal in ["INT", "KILL"] {
        let before = silent.counts().calls;
        let mut child = spawned(run_against(&silent, &out));
        wait_for_the_last_call(&silent, before);
        let lines = BufReader::new(child.stderr.take().expect("is piped")).lines();
        send(signal, &child);
        let mut said = Vec::new();
        for line in lines {
            let line = line.expect("is text");
            if line.starts_with("stopping: ") {
                send(signal, &child);
            }
            said.push(line);
        }
        let status = child.wait().expect("it ends");
        if signal == "INT" {
            assert_eq!(status.code(), Some(130), "{said:?}");
            let last = said.last().expect("lines");
            assert!(
                last.starts_with("stopped at once; lost is what was in flight: "),
                "{last}"
            );
        }
    }
    let lost = silent.counts().calls;

    succeed(&mut run_against(&server, &out));
    let paid = &audit(&out)["paid"];
    assert_eq!(paid["answers"]["calls"], server.counts().calls);
    assert!(first > 0 && server.counts().calls > first);
    assert_eq!(paid["lost"]["calls"], lost);
}
