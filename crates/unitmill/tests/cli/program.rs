//! Running the program and looking at what it left behind.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use unitmill_model::{Pair, Reject};
use unitmill_shards::{OutputKind, Row, RunDirectory, read_rows};

/// The program, with the repository's root as its working directory.
#[expect(clippy::disallowed_methods, reason = "tests run the program")]
pub(crate) fn unitmill(arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_unitmill"));
    command
        .args(arguments)
        .current_dir(root())
        .stdin(Stdio::null());
    command
}

/// Another program.
#[expect(
    clippy::disallowed_methods,
    reason = "tests hold results against plain Python"
)]
pub(crate) fn program(path: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(path);
    command.stdin(Stdio::null());
    command
}

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .expect("the root exists")
}

pub(crate) fn run(command: &mut Command) -> Output {
    command.output().expect("the program starts")
}

/// Runs and expects success.
pub(crate) fn succeed(command: &mut Command) -> String {
    let output = run(command);
    assert!(
        output.status.success(),
        "{:?}: {}",
        output.status,
        stderr(&output)
    );
    String::from_utf8(output.stdout).expect("results are UTF-8")
}

/// Runs and expects an exit code; gives back standard error.
pub(crate) fn fail(command: &mut Command, code: i32) -> String {
    let output = run(command);
    assert_eq!(output.status.code(), Some(code), "{}", stderr(&output));
    stderr(&output)
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The published shards, card and audit of a run, byte for byte.
pub(crate) fn published(run: &Path) -> BTreeMap<String, Vec<u8>> {
    std::fs::read_dir(run)
        .expect("the run's folder exists")
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.is_file() && path.file_name() != Some(OsStr::new("plan.json")))
        .map(|path| {
            let name = path
                .file_name()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            (name, std::fs::read(&path).expect("readable"))
        })
        .collect()
}

pub(crate) fn pairs(run: &Path) -> Vec<Pair> {
    rows(run, OutputKind::Pairs)
}

pub(crate) fn rejects(run: &Path) -> Vec<Reject> {
    rows(run, OutputKind::Rejects)
}

/// All rows of a kind that the manifests name, by stage and task.
pub(crate) fn rows<R: Row>(run: &Path, kind: OutputKind) -> Vec<R> {
    let directory = RunDirectory::open(run).expect("a run");
    let manifests = directory.manifests().expect("readable manifests");
    manifests
        .iter()
        .flat_map(|manifest| &manifest.outputs)
        .filter(|output| output.kind == kind)
        .flat_map(|output| read_rows::<R>(&directory.path_of(output)).expect("readable"))
        .map(|row| row.expect("a valid row"))
        .collect()
}
