//! Each mode of isolation, by root and by an ordinary user: honest pairs get their verdict,
//! hostile ones get nowhere, and the host is as it was.
//!
//! The ordinary user is a copy of this program that is started again under a made-up user
//! id; what it needs lies in a folder that this user can read.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "this test starts itself again, and says aloud what it skips"
)]

#[path = "modes/rows.rs"]
mod rows;
mod support;

use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use rows::Row;
use support::host::Host;
use unitmill_model::{Isolation, Verdict};
use unitmill_sandbox::{Environment, Sandbox, SandboxError, SandboxSettings};

/// Nobody's on any machine that people use.
const ORDINARY_USER: u32 = 54_321;

/// Set in the copy that runs as the ordinary user: the folder with what it needs.
const PLACE: &str = "UNITMILL_TEST_PLACE";

/// Set in the copy that is to be killed, likewise.
const VICTIM: &str = "UNITMILL_TEST_VICTIM";

/// One test at a time: each looks at the host, which the others change.
static HOST: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// Says that something cannot be tested here; fails where it has to be.
fn skip(what: &str) {
    assert!(
        std::env::var_os("UNITMILL_REQUIRE_ISOLATION").is_none(),
        "{what}"
    );
    eprintln!("SKIPPED: {what}");
}

fn is_root() -> bool {
    unitmill_jail::is_root()
}

/// Files that every user can read: an environment and the jail's program. A virtual
/// environment is a few links, and the program is linked or copied once.
struct Place(tempfile::TempDir);

impl Place {
    fn make() -> Option<Self> {
        let Some(python) = public_python() else {
            skip("no Python that every user can start");
            return None;
        };
        let place = tempfile::Builder::new()
            .prefix("modes-")
            .tempdir_in("/var/tmp")
            .expect("a temporary folder");
        let open = |path: &Path| {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755))
                .expect("it is ours");
        };
        open(place.path());
        let made = Command::new(python)
            .args(["-m", "venv", "--without-pip"])
            .arg(place.path().join("venv"))
            .status();
        if !made.is_ok_and(|status| status.success()) {
            skip("a Python that every user can start, but without venv");
            return None;
        }
        for (name, program) in [
            ("jail", PathBuf::from(env!("CARGO_BIN_EXE_unitmill-jail"))),
            (
                "test",
                std::env::current_exe().expect("this test has a file"),
            ),
        ] {
            let target = place.path().join(name);
            if std::fs::hard_link(&program, &target).is_err() {
                std::fs::copy(&program, &target).expect("it can be copied");
            }
        }
        Some(Self(place))
    }
}

/// A Python whose every file can be read by everybody: often not the first on the path.
fn public_python() -> Option<PathBuf> {
    let own = std::env::var("UNITMILL_TEST_PYTHON").ok();
    let usual = ["/usr/bin/python3", "/usr/local/bin/python3"].map(str::to_owned);
    own.into_iter()
        .chain(usual)
        .map(PathBuf::from)
        .find(|python| {
            let Ok(file) = python.canonicalize() else {
                return false;
            };
            let mode = |path: &Path| {
                std::fs::metadata(path).map_or(0, |metadata| metadata.permissions().mode())
            };
            file.ancestors().all(|part| mode(part) & 0o001 != 0)
        })
}

fn environment(place: &Path) -> Environment {
    support::environment_at(&place.join("venv"))
}

async fn open(place: &Path, isolation: Isolation) -> Result<Sandbox, SandboxError> {
    Sandbox::open(SandboxSettings {
        isolation,
        jail_program: Some(place.join("jail")),
        ..SandboxSettings::new(environment(place))
    })
    .await
}

/// Runs a mode's rows twice, checks them, and checks that the host is as it was.
async fn check(place: &Path, isolation: Isolation) {
    let before = quiet_host().await;
    let folders = folders_of(std::process::id());
    let sandbox = match open(place, isolation).await {
        Ok(sandbox) => sandbox,
        Err(error @ SandboxError::CannotIsolate { .. }) => {
            return skip(&format!("{isolation}: {error}"));
        }
        Err(error) => panic!("{isolation}: {error}"),
    };
    assert_eq!(sandbox.isolation(), isolation);
    assert!(sandbox.mode().starts_with(isolation.as_str()));
    let rows = rows::of(isolation);
    let mut wrong = Vec::new();
    for row in &rows {
        let Row {
            name,
            job,
            expected,
        } = row;
        let first = sandbox
            .run(job)
            .await
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        if first.verdict != *expected {
            wrong.push(format!(
                "{name}: expected {expected}, got {}: {}\n{}",
                first.verdict, first.detail, first.output
            ));
        }
        // Where a run worked in must not be seen in what is kept of it.
        assert!(
            !first.detail.contains("unitmill-"),
            "{name}: {}",
            first.detail
        );
        if matches!(expected, Verdict::Passed | Verdict::Failed) {
            let again = sandbox
                .run(job)
                .await
                .unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(support::timeless(first), support::timeless(again), "{name}");
        }
    }
    assert!(wrong.is_empty(), "{isolation}:\n{}", wrong.join("\n---\n"));
    sandbox.close().await.expect("the sandbox cleans up");
    assert_eq!(before, Host::look_until(&before).await, "{isolation}");
    assert_eq!(folders, folders_of(std::process::id()), "{isolation}");
}

/// The host once everything of an earlier sandbox has ended: the kernel takes its time.
async fn quiet_host() -> Host {
    for _ in 0..100 {
        if Host::look().is_clean() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Host::look()
}

/// The scratch folders of a supervisor.
fn folders_of(supervisor: u32) -> Vec<PathBuf> {
    let prefix = format!("unitmill-{supervisor}-");
    std::fs::read_dir(std::env::temp_dir())
        .expect("there is a folder of temporary files")
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(&prefix))
        .map(|entry| entry.path())
        .collect()
}

async fn check_as_root(isolation: Isolation) {
    let _alone = HOST.lock().await;
    if std::env::var_os(PLACE).is_some() {
        return;
    }
    if !is_root() {
        return skip("root's modes need root");
    }
    if let Some(place) = Place::make() {
        check(place.0.path(), isolation).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn full_as_root() {
    check_as_root(Isolation::Full).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rlimits_as_root() {
    check_as_root(Isolation::Rlimits).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn container_as_root() {
    check_as_root(Isolation::Container).await;
}

/// What the ordinary user does; not a test by itself.
#[tokio::test(flavor = "multi_thread")]
async fn ordinary_user() {
    let Some(place) = std::env::var_os(PLACE).map(PathBuf::from) else {
        return;
    };
    assert!(!is_root());
    // No weaker mode is taken in the place of the one that was named.
    match open(&place, Isolation::Full).await {
        Ok(sandbox) => {
            assert_eq!(sandbox.isolation(), Isolation::Full);
            sandbox.close().await.expect("the sandbox cleans up");
        }
        Err(SandboxError::CannotIsolate { missing, remedy }) => {
            assert!(missing.contains("control groups"), "{missing}");
            assert!(remedy.contains("sandbox.isolation"), "{remedy}");
        }
        Err(error) => panic!("{error}"),
    }
    check(&place, Isolation::Rlimits).await;
    check(&place, Isolation::Container).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn weaker_modes_as_an_ordinary_user() {
    let _alone = HOST.lock().await;
    if std::env::var_os(PLACE).is_some() {
        return;
    }
    if !is_root() {
        return skip("becoming another user needs root");
    }
    let Some(place) = Place::make() else { return };
    let status = Command::new(place.0.path().join("test"))
        .args(["--exact", "ordinary_user", "--nocapture"])
        .env(PLACE, place.0.path())
        .env_remove("UNITMILL_TEST_ENVIRONMENT")
        .env("HOME", "/nonexistent")
        .current_dir("/")
        .uid(ORDINARY_USER)
        .gid(ORDINARY_USER)
        .status()
        .expect("this test can be started again");
    assert!(status.success());
    for _ in 0..100 {
        if processes_of(ORDINARY_USER) == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("processes of the ordinary user are left");
}

#[tokio::test(flavor = "multi_thread")]
async fn modes_have_execution_keys_of_their_own() {
    let _alone = HOST.lock().await;
    if std::env::var_os(PLACE).is_some() {
        return;
    }
    let Some(place) = Place::make() else { return };
    let mut digests = std::collections::BTreeMap::new();
    for isolation in Isolation::ALL {
        if let Ok(sandbox) = open(place.0.path(), *isolation).await {
            digests.insert(sandbox.digest().to_string(), isolation);
            sandbox.close().await.expect("the sandbox cleans up");
        } else {
            skip(&format!("{isolation} cannot be opened"));
        }
    }
    if is_root() {
        assert_eq!(digests.len(), Isolation::ALL.len());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_that_could_not_read_the_environment_are_refused_beforehand() {
    let _alone = HOST.lock().await;
    if std::env::var_os(PLACE).is_some() || !is_root() {
        return;
    }
    let Some(place) = Place::make() else { return };
    let closed = std::fs::Permissions::from_mode(0o700);
    std::fs::set_permissions(place.0.path(), closed).expect("it is ours");
    match open(place.0.path(), Isolation::Container).await {
        Err(SandboxError::CannotIsolate { missing, .. }) => {
            assert!(missing.contains("is closed to them"), "{missing}");
        }
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("it opened"),
    }
}

/// Address space is what is limited, and preloaded packages have taken a lot of it.
#[tokio::test(flavor = "multi_thread")]
async fn packages_work_within_limits_of_the_process() {
    let _alone = HOST.lock().await;
    if std::env::var_os(PLACE).is_some() {
        return;
    }
    let Some(environment) = support::scientific_environment() else {
        return;
    };
    let settings = SandboxSettings {
        isolation: Isolation::Rlimits,
        jail_program: Some(PathBuf::from(env!("CARGO_BIN_EXE_unitmill-jail"))),
        ..SandboxSettings::new(environment)
    };
    let sandbox = match Sandbox::open(settings).await {
        Ok(sandbox) => sandbox,
        Err(error) => return skip(&error.to_string()),
    };
    for row in rows::with_packages() {
        let outcome = sandbox.run(&row.job).await.expect("the sandbox works");
        assert_eq!(outcome.verdict, row.expected, "{}: {outcome:?}", row.name);
    }
    sandbox.close().await.expect("the sandbox cleans up");
}

/// What the next test starts and kills; not a test by itself.
#[tokio::test(flavor = "multi_thread")]
async fn victim() {
    let Some(place) = std::env::var_os(VICTIM).map(PathBuf::from) else {
        return;
    };
    let sandbox = open(&place, Isolation::Container).await.expect("it opens");
    println!("running");
    let outcome = sandbox.run(&rows::endless()).await;
    unreachable!("killed before {outcome:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_supervisor_without_namespaces_leaves_nothing_behind() {
    let _alone = HOST.lock().await;
    if std::env::var_os(PLACE).is_some() || !is_root() {
        return;
    }
    let Some(place) = Place::make() else { return };
    let mut child = Command::new(std::env::current_exe().expect("this test has a file"))
        .args(["--exact", "victim", "--nocapture"])
        .env(VICTIM, place.0.path())
        .stdout(Stdio::piped())
        .spawn()
        .expect("this test can be started again");
    let stdout = child.stdout.take().expect("it was asked for");
    // Kept open: the victim must not die of its own output.
    let mut lines = BufReader::new(stdout).lines().map_while(Result::ok);
    let running = lines.by_ref().any(|line| line.contains("running"));
    tokio::time::sleep(Duration::from_secs(1)).await;
    let (seen, folders) = (Host::look_at(child.id()), folders_of(child.id()));
    child.kill().expect("it can be killed");
    child.wait().expect("it can be waited for");
    if !running {
        return skip("container: the victim did not come up");
    }
    assert!(!seen.is_clean(), "{seen:?}");
    assert_eq!(folders.len(), 1);
    for _ in 0..100 {
        if Host::look_at(child.id()).is_clean() && folders_of(child.id()).is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!(
        "left: {:?} {:?}",
        Host::look_at(child.id()),
        folders_of(child.id())
    );
}

fn processes_of(user: u32) -> usize {
    std::fs::read_dir("/proc")
        .expect("there is a /proc")
        .flatten()
        .filter_map(|entry| std::fs::read_to_string(entry.path().join("status")).ok())
        .filter_map(|status| {
            let line = status.lines().find(|line| line.starts_with("Uid:"))?;
            line.split_whitespace().nth(1)?.parse::<u32>().ok()
        })
        .filter(|found| *found == user)
        .count()
}
