//! Killed at random moments while models answer: the shards come out the same, and nothing
//! that was written down is asked again.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use tempfile::tempdir;
use unitmill_model::Digest;
use unitmill_testkit::{ChatRequest, FakeModel, FakeModelServer, stand_in_answer};

use crate::program::{published, succeed, unitmill};

/// How often a run is killed; `UNITMILL_TEST_KILLS` says otherwise.
const KILLS: u64 = 4;
const MARK: &str = "Request ";

/// The run whose functions need all three agents, several samples a call, and several parts.
fn run_against(server: &FakeModelServer, out: &Path) -> Command {
    let mut command = unitmill(["run", "recipes/quickstart.yaml"]);
    let agent = format!(
        "{{provider: openai, model: stand-in, concurrency: 4, base_url: \"{}\"}}",
        server.base_url()
    );
    for setting in [
        "input.0.path=data/demo/{parsers,textkit}/**/*.py".to_owned(),
        "sandbox.env=standard".to_owned(),
        "fix.rounds=2".to_owned(),
        "tasks.part_kb=8".to_owned(),
        format!("models.tests={agent}"),
        format!("models.fix={agent}"),
        format!("models.refine={agent}"),
    ] {
        command.args(["--set", &setting]);
    }
    command.arg("--out").arg(out);
    command
}

/// Everything of a request that a server sees, as one number.
fn number_of(request: &ChatRequest) -> String {
    Digest::of(format!("{request:?}")).to_string()
}

/// Answers that say which request they are to.
fn server() -> FakeModelServer {
    let model = FakeModel::answering(|request| {
        let number = number_of(request);
        format!("{MARK}{number}\n{}", stand_in_answer(request))
    });
    let model = model.latency(Duration::from_millis(20)).keeping_requests();
    FakeModelServer::start(model).expect("a server")
}

/// The requests whose answers a journal holds.
fn journalled(out: &Path) -> BTreeSet<String> {
    let mut numbers = BTreeSet::new();
    let Ok(segments) = std::fs::read_dir(out.join("journal")) else {
        return numbers;
    };
    for segment in segments {
        let path = segment.expect("readable").path();
        let text = String::from_utf8_lossy(&std::fs::read(path).expect("readable")).into_owned();
        // A line without its end was never used.
        let lines = text
            .split_inclusive('\n')
            .filter(|line| line.ends_with('\n'));
        numbers.extend(lines.filter_map(|line| {
            let (_, number) = line.split_once(MARK)?;
            Some(number.split('\\').next()?.to_owned())
        }));
    }
    numbers
}

/// Numbers that look random and are the same each time: the constants are Knuth's.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

fn variable(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().expect("a number"))
}

#[test]
fn killed_at_random_moments_it_asks_for_nothing_that_it_has() {
    let folder = tempdir().expect("a folder");
    let sound = folder.path().join("sound");
    let undisturbed = server();
    succeed(&mut run_against(&undisturbed, &sound));
    let calls = undisturbed.counts().calls;
    assert_eq!(calls as usize, undisturbed.requests().len());

    let kills = variable("UNITMILL_TEST_KILLS", KILLS);
    let mut chance = Chance(variable("UNITMILL_TEST_SEED", 20_261_120));
    let out = folder.path().join("killed");
    let server = server();
    let mut killed = 0;
    for _ in 0..kills {
        let (had, before) = (journalled(&out), server.requests().len());
        // Most of them spread over the whole run, the others somewhere in its beginning.
        let moment = match chance.below(4) {
            0 => None,
            _ => Some(before as u64 + 1 + chance.below(2 * calls / kills + 1)),
        };
        let pause = Duration::from_millis(chance.below(if moment.is_none() { 900 } else { 60 }));
        let mut child = run_against(&server, &out)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        while moment.is_some_and(|calls| server.counts().calls < calls)
            && child.try_wait().expect("a child").is_none()
        {
            std::thread::sleep(Duration::from_millis(2));
        }
        std::thread::sleep(pause);
        killed += u64::from(child.try_wait().expect("a child").is_none());
        // It may have come to its end.
        drop(child.kill());
        child.wait().expect("it ends");
        assert_none_again(&had, &server.requests()[before..]);
    }
    assert!(killed * 2 >= kills, "{killed} of {kills} were in time");
    let (had, before) = (journalled(&out), server.requests().len());
    assert!(!had.is_empty());
    succeed(&mut run_against(&server, &out));
    assert_none_again(&had, &server.requests()[before..]);
    assert_eq!(published(&sound), published(&out));
}

fn assert_none_again(had: &BTreeSet<String>, asked: &[ChatRequest]) {
    for request in asked {
        assert!(!had.contains(&number_of(request)), "{request:?}");
    }
}
