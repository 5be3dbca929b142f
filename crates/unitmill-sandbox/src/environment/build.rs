//! Building an environment from a lock, once, whole or not at all.
//!
//! On disk: `<cache>/environments/py<version>-<key>/` is a virtual environment and
//! `unitmill-environment.json` inside it is its marker, the last file written. The key
//! covers the digest and the base interpreter's path, because a virtual environment links
//! to that. Builders of the same environment take turns by a lock on `<name>.lock`; where
//! the file system has no locks, the rename that ends a build decides: the first one wins,
//! and all are alike.

use std::fs::{self, File, Permissions, TryLockError};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use unitmill_model::{Digest, DigestBuilder};

use super::interpreter::{Interpreter, ask};
use super::lock::Lock;
use super::process::{Finished, python_module, run};
use super::{Environment, EnvironmentError, EnvironmentProgress, Facts};

const MARKER: &str = "unitmill-environment.json";

/// Changes when environments built before must not be used any more.
const BUILD_VERSION: u32 = 1;

/// Where packages come from.
#[derive(Clone, Copy)]
pub(super) enum Source<'a> {
    /// From the index that pip is configured for.
    Index,
    /// From a folder of wheels, and from nowhere else.
    Wheels(&'a Path),
}

#[derive(Serialize, Deserialize)]
struct Marker {
    build: u32,
    digest: Digest,
    facts: Facts,
}

type Progress<'a> = &'a mut dyn FnMut(EnvironmentProgress);

/// The environment of a lock: the one in the cache, or a new one.
pub(super) fn provision(
    lock: &Lock,
    interpreter: &Interpreter,
    cache_root: &Path,
    source: Source<'_>,
    progress: Progress<'_>,
) -> Result<Environment, EnvironmentError> {
    let digest = interpreter.digest_with(lock);
    let folder = absolute(cache_root)?.join("environments");
    let root = folder.join(folder_name(interpreter, &digest));
    if let Some(ready) = load(lock, &digest, &root)? {
        return Ok(ready);
    }

    fs::create_dir_all(&folder)
        .map_err(|source| EnvironmentError::io("create", &folder, source))?;
    let _turn = take_turn(&root.with_added_extension("lock"), progress)?;
    if let Some(ready) = load(lock, &digest, &root)? {
        return Ok(ready);
    }
    remove_remains(&folder, &root)?;

    let building = tempfile::Builder::new()
        .prefix(&partial_prefix(&root))
        .tempdir_in(&folder)
        .map_err(|source| EnvironmentError::io("create a folder in", &folder, source))?;
    // As everything that `python_module` makes inside.
    fs::set_permissions(building.path(), Permissions::from_mode(0o755))
        .map_err(|source| EnvironmentError::io("open up", building.path(), source))?;
    build(lock, interpreter, building.path(), &root, source, progress)?;
    let (mut facts, _) = Facts::probe(&building.path().join("bin/python"))?;
    for entry in &mut facts.search_path {
        if let Ok(inside) = entry.strip_prefix(building.path()) {
            *entry = root.join(inside);
        }
    }
    write_marker(
        &building.path().join(MARKER),
        &Marker {
            build: BUILD_VERSION,
            digest,
            facts,
        },
    )?;
    place(building.keep(), &root)?;
    load(lock, &digest, &root)?.ok_or_else(|| {
        EnvironmentError::io(
            "use",
            &root,
            io::Error::other("it vanished after its build"),
        )
    })
}

fn absolute(path: &Path) -> Result<PathBuf, EnvironmentError> {
    std::path::absolute(path).map_err(|source| EnvironmentError::io("find", path, source))
}

fn folder_name(interpreter: &Interpreter, digest: &Digest) -> String {
    let [major, minor, micro] = interpreter.version;
    let key = DigestBuilder::new("environment folder")
        .push(digest.as_bytes())
        .push(interpreter.base_executable.as_os_str().as_encoded_bytes())
        .finish();
    format!("py{major}.{minor}.{micro}-{}", key.short())
}

fn partial_prefix(root: &Path) -> String {
    let name = root.file_name().expect("made by folder_name").display();
    format!("{name}.partial.")
}

/// The environment at `root`, if its build was completed and its interpreter still exists.
fn load(
    lock: &Lock,
    digest: &Digest,
    root: &Path,
) -> Result<Option<Environment>, EnvironmentError> {
    let path = root.join(MARKER);
    let text = match fs::read(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(EnvironmentError::io("read", &path, error)),
    };
    // A marker of an older build version may look different; whatever does not read as one
    // of this version is built anew.
    let Ok(marker) = serde_json::from_slice::<Marker>(&text) else {
        return Ok(None);
    };
    let python = root.join("bin/python");
    if marker.build != BUILD_VERSION || marker.digest != *digest || !python.exists() {
        return Ok(None);
    }
    Ok(Some(Environment {
        name: lock.name().to_owned(),
        root: root.to_owned(),
        python,
        digest: *digest,
        facts: marker.facts,
    }))
}

/// Waits until no other process builds the same environment. The lock ends with the file.
fn take_turn(path: &Path, progress: Progress<'_>) -> Result<File, EnvironmentError> {
    let file = File::create(path).map_err(|source| EnvironmentError::io("create", path, source))?;
    let locked = match file.try_lock() {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => {
            progress(EnvironmentProgress::Waiting);
            file.lock()
        }
        Err(TryLockError::Error(error)) => Err(error),
    };
    match locked {
        // Without locks the rename decides.
        Err(error) if error.kind() != io::ErrorKind::Unsupported => {
            Err(EnvironmentError::io("lock", path, error))
        }
        _ => Ok(file),
    }
}

/// Removes what builders left that were killed, and a folder whose marker is missing or
/// belongs to another build version.
fn remove_remains(folder: &Path, root: &Path) -> Result<(), EnvironmentError> {
    let prefix = partial_prefix(root);
    let entries =
        fs::read_dir(folder).map_err(|source| EnvironmentError::io("list", folder, source))?;
    let mut remains = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|source| EnvironmentError::io("list", folder, source))?;
        if entry
            .file_name()
            .as_encoded_bytes()
            .starts_with(prefix.as_bytes())
        {
            remains.push(entry.path());
        }
    }
    remains.push(root.to_owned());
    for path in remains {
        match fs::remove_dir_all(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(EnvironmentError::io("remove", &path, error));
            }
            _ => {}
        }
    }
    Ok(())
}

fn build(
    lock: &Lock,
    interpreter: &Interpreter,
    folder: &Path,
    final_root: &Path,
    source: Source<'_>,
    progress: Progress<'_>,
) -> Result<(), EnvironmentError> {
    progress(EnvironmentProgress::Creating {
        name: lock.name().to_owned(),
        python: interpreter.base_executable.clone(),
    });
    make_venv(interpreter, folder, !lock.is_empty())?;
    if lock.is_empty() {
        return Ok(());
    }

    let python_here = folder.join("bin/python");
    let requirements = folder.join("unitmill-requirements.txt");
    fs::write(&requirements, lock.canonical())
        .map_err(|source| EnvironmentError::io("write", &requirements, source))?;
    let mut arguments = vec!["install".as_ref(), "--no-compile".as_ref()];
    if let Source::Wheels(wheels) = source {
        arguments.extend([
            "--no-index".as_ref(),
            "--find-links".as_ref(),
            wheels.as_os_str(),
        ]);
    }
    run_pip(
        lock,
        &python_here,
        &requirements,
        "install",
        &arguments,
        progress,
    )?;

    // What is left is exactly the lock: pip and what came with it have no place in a sandbox.
    let mut remove = python_module(&python_here, "pip");
    remove.args([
        "uninstall",
        "--yes",
        "--quiet",
        "--disable-pip-version-check",
    ]);
    remove.args(tools_outside(lock));
    check_python(&python_here, "remove pip", run(remove, None, |_| ()))?;

    progress(EnvironmentProgress::Compiling);
    // Byte code that is never checked against the source stays valid when the cache is
    // copied; nothing ever edits the source. Its paths are those after the rename.
    let mut compile = python_module(&python_here, "compileall");
    compile
        .args(["-q", "-j", "0", "--invalidation-mode", "unchecked-hash"])
        .args([
            "-s".as_ref(),
            folder.as_os_str(),
            "-p".as_ref(),
            final_root.as_os_str(),
        ])
        .arg(folder.join("lib"));
    let compiled = run(compile, None, |_| ());
    // Packages carry files that are no valid Python on purpose (templates, test data); a
    // failure of compileall therefore only counts if it could not run at all.
    compiled
        .map(|_| ())
        .map_err(|source| EnvironmentError::io("start", &python_here, source))
}

/// Makes an empty virtual environment.
pub(super) fn make_venv(
    interpreter: &Interpreter,
    folder: &Path,
    with_pip: bool,
) -> Result<(), EnvironmentError> {
    let mut command = python_module(&interpreter.base_executable, "venv");
    command.arg("--symlinks");
    if !with_pip {
        command.arg("--without-pip");
    }
    command.arg(folder);
    let finished = run(command, None, |_| ())
        .map_err(|source| EnvironmentError::io("start", &interpreter.base_executable, source))?;
    if finished.status.success() {
        return Ok(());
    }
    Err(EnvironmentError::VenvFailed {
        python: interpreter.base_executable.clone(),
        output: finished.tail,
    })
}

/// Lets pip fetch exactly the files that a lock names.
pub(super) fn run_pip(
    lock: &Lock,
    python_here: &Path,
    requirements: &Path,
    action: &'static str,
    arguments: &[&std::ffi::OsStr],
    progress: Progress<'_>,
) -> Result<(), EnvironmentError> {
    let markers = serde_json::to_vec(&lock.markers()).expect("texts serialise");
    let holding: Vec<bool> = ask(python_here, "markers", Some(&markers))?;
    let total = holding.into_iter().filter(|holds| *holds).count();

    let mut command = python_module(python_here, "pip");
    command.args(arguments);
    command.args(["--require-hashes", "--only-binary", ":all:", "--no-deps"]);
    command.args([
        "--no-input",
        "--disable-pip-version-check",
        "--progress-bar",
        "off",
    ]);
    command.arg("--requirement").arg(requirements);
    let mut number = 0;
    let finished = run(command, None, |line| {
        if let Some(package) = announced_package(line) {
            number += 1;
            progress(EnvironmentProgress::Fetching {
                package: package.to_owned(),
                number,
                total: total.max(number),
            });
        } else if line.starts_with("Installing collected packages") {
            progress(EnvironmentProgress::Installing { total });
        }
    })
    .map_err(|source| EnvironmentError::io("start", python_here, source))?;
    if finished.status.success() {
        return Ok(());
    }
    Err(EnvironmentError::PipFailed {
        name: lock.name().to_owned(),
        action,
        output: finished.tail,
    })
}

/// The package that a line of pip's output begins with: `Collecting six==1.17.0 (from …)` for
/// an index, `Processing /folder/six-1.17.0-py2.py3-none-any.whl (from …)` for a folder.
fn announced_package(line: &str) -> Option<&str> {
    if let Some(rest) = line.strip_prefix("Collecting ") {
        return rest.split(['=', ' ']).next();
    }
    let path = line.strip_prefix("Processing ")?;
    let path = path.split(" (from ").next()?;
    path.rsplit('/').next()?.split('-').next()
}

/// The distributions that `venv` puts into a new environment and that the lock does not ask
/// for.
fn tools_outside(lock: &Lock) -> Vec<&'static str> {
    ["setuptools", "pip"]
        .into_iter()
        .filter(|tool| !lock.names().any(|name| name == *tool))
        .collect()
}

fn check_python(
    python_here: &Path,
    action: &'static str,
    finished: io::Result<Finished>,
) -> Result<(), EnvironmentError> {
    let finished = finished.map_err(|source| EnvironmentError::io("start", python_here, source))?;
    if finished.status.success() {
        return Ok(());
    }
    Err(EnvironmentError::PythonFailed {
        python: python_here.to_owned(),
        action,
        output: finished.tail,
    })
}

fn write_marker(path: &Path, marker: &Marker) -> Result<(), EnvironmentError> {
    let text = serde_json::to_vec_pretty(marker).expect("facts serialise");
    let write = || {
        fs::write(path, text)?;
        File::open(path)?.sync_all()
    };
    write().map_err(|source| EnvironmentError::io("write", path, source))
}

/// Gives a finished build its name. If another one got there first, that one stays.
#[expect(
    clippy::disallowed_methods,
    reason = "a folder: the rename fails where a filled one exists, so it overwrites nothing"
)]
fn place(built: PathBuf, root: &Path) -> Result<(), EnvironmentError> {
    let Err(error) = fs::rename(&built, root) else {
        return Ok(());
    };
    let removed = fs::remove_dir_all(&built);
    if root.join(MARKER).is_file() {
        return removed.map_err(|source| EnvironmentError::io("remove", &built, source));
    }
    Err(EnvironmentError::io("put an environment at", root, error))
}
