//! Bundles: an environment's lock and wheels in one file, for machines without a network.
//!
//! A bundle is a zstd-compressed tar archive of plain files in this order: `manifest.json`,
//! `lock.txt`, `wheels/<name>.whl` sorted by name. The manifest names every wheel with its
//! size and SHA-256. Reading one trusts nothing: any other entry, any link, any name with a
//! folder in it and any byte that the manifest does not announce ends the import, and pip
//! checks the wheels against the lock's hashes once more.

use std::collections::BTreeMap;
use std::fs::{self, File, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};
use unitmill_model::Digest;

use super::build::{self, Source};
use super::interpreter::Interpreter;
use super::lock::Lock;
use super::{Environment, EnvironmentError, EnvironmentProgress};

const FORMAT: u32 = 1;
const MANIFEST: &str = "manifest.json";
const LOCK: &str = "lock.txt";
const WHEELS: &str = "wheels";

/// Manifests and locks beyond this are not read.
const MAX_TEXT_BYTES: u64 = 16 << 20;

/// Wheels hardly shrink any further; this is for the few that do.
const COMPRESSION_LEVEL: i32 = 3;

#[derive(Serialize, Deserialize)]
struct Manifest {
    format: u32,
    name: String,
    /// The digest of the environment where it was exported; another micro version of Python
    /// gives another one.
    digest: Digest,
    /// Major and minor.
    python: String,
    abi: String,
    platform: String,
    wheels: BTreeMap<String, Wheel>,
}

#[derive(Serialize, Deserialize)]
struct Wheel {
    bytes: u64,
    sha256: Digest,
}

/// What [`Environment::export`] wrote.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ExportedBundle {
    /// The bundle.
    pub path: PathBuf,
    /// How many wheels are in it.
    pub wheels: usize,
    /// Its size in bytes.
    pub bytes: u64,
    /// Digest of the environment on this machine; on another one it is the same if Python's
    /// full version and the platform are.
    pub digest: Digest,
}

type Progress<'a> = &'a mut dyn FnMut(EnvironmentProgress);

pub(super) fn export(
    lock: &Lock,
    interpreter: &Interpreter,
    out: &Path,
    progress: Progress<'_>,
) -> Result<ExportedBundle, EnvironmentError> {
    let workshop = tempfile::tempdir().map_err(|source| {
        EnvironmentError::io("create a folder in", &std::env::temp_dir(), source)
    })?;
    let wheels = workshop.path().join(WHEELS);
    fs::create_dir(&wheels).map_err(|source| EnvironmentError::io("create", &wheels, source))?;
    if !lock.is_empty() {
        fetch_wheels(lock, interpreter, workshop.path(), &wheels, progress)?;
    }

    progress(EnvironmentProgress::Packing);
    let manifest = Manifest {
        format: FORMAT,
        name: lock.name().to_owned(),
        digest: interpreter.digest_with(lock),
        python: interpreter.minor_version(),
        abi: interpreter.abi.clone(),
        platform: interpreter.platform.clone(),
        wheels: describe_wheels(&wheels)?,
    };
    let bytes = write_archive(&manifest, lock, &wheels, out)
        .map_err(|source| EnvironmentError::io("write", out, source))?;
    Ok(ExportedBundle {
        path: out.to_owned(),
        wheels: manifest.wheels.len(),
        bytes,
        digest: manifest.digest,
    })
}

fn fetch_wheels(
    lock: &Lock,
    interpreter: &Interpreter,
    workshop: &Path,
    wheels: &Path,
    progress: Progress<'_>,
) -> Result<(), EnvironmentError> {
    let tools = workshop.join("tools");
    progress(EnvironmentProgress::Creating {
        name: lock.name().to_owned(),
        python: interpreter.base_executable.clone(),
    });
    build::make_venv(interpreter, &tools, true)?;
    let requirements = workshop.join(LOCK);
    fs::write(&requirements, lock.canonical())
        .map_err(|source| EnvironmentError::io("write", &requirements, source))?;
    build::run_pip(
        lock,
        &tools.join("bin/python"),
        &requirements,
        "download",
        &["download".as_ref(), "--dest".as_ref(), wheels.as_os_str()],
        progress,
    )
}

fn describe_wheels(folder: &Path) -> Result<BTreeMap<String, Wheel>, EnvironmentError> {
    let describe = || {
        let mut wheels = BTreeMap::new();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let content = fs::read(entry.path())?;
            wheels.insert(
                entry.file_name().display().to_string(),
                Wheel {
                    bytes: content.len() as u64,
                    sha256: Digest::of(&content),
                },
            );
        }
        Ok(wheels)
    };
    describe().map_err(|source| EnvironmentError::io("read wheels in", folder, source))
}

/// Writes the archive under a temporary name beside `out` and gives it its name when it is
/// whole; an existing `out` is an error.
fn write_archive(manifest: &Manifest, lock: &Lock, wheels: &Path, out: &Path) -> io::Result<u64> {
    let folder = match out.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    // As any other new file; the umask still applies.
    let file = tempfile::Builder::new()
        .permissions(Permissions::from_mode(0o666))
        .tempfile_in(folder)?;
    let mut encoder = zstd::Encoder::new(file, COMPRESSION_LEVEL)?;
    {
        let mut archive = tar::Builder::new(&mut encoder);
        let text = serde_json::to_vec_pretty(manifest).expect("texts and numbers serialise");
        append(&mut archive, MANIFEST, text.len() as u64, text.as_slice())?;
        let text = lock.canonical();
        append(&mut archive, LOCK, text.len() as u64, text.as_bytes())?;
        for (name, wheel) in &manifest.wheels {
            let content = File::open(wheels.join(name))?;
            append(
                &mut archive,
                &format!("{WHEELS}/{name}"),
                wheel.bytes,
                content,
            )?;
        }
        archive.finish()?;
    }
    let file = encoder.finish()?;
    file.as_file().sync_all()?;
    let bytes = file.as_file().metadata()?.len();
    file.persist_noclobber(out).map_err(|error| error.error)?;
    Ok(bytes)
}

/// Appends a plain file without owner and time, so that equal environments make equal
/// bundles.
fn append(
    archive: &mut tar::Builder<impl Write>,
    name: &str,
    bytes: u64,
    content: impl Read,
) -> io::Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_size(bytes);
    header.set_mode(0o644);
    header.set_mtime(0);
    archive.append_data(&mut header, name, content)
}

pub(super) fn import(
    bundle: &Path,
    interpreter: &Interpreter,
    cache_root: &Path,
    progress: Progress<'_>,
) -> Result<Environment, EnvironmentError> {
    let workshop = tempfile::tempdir().map_err(|source| {
        EnvironmentError::io("create a folder in", &std::env::temp_dir(), source)
    })?;
    let (manifest, lock) = unpack(bundle, workshop.path())?;
    let found = (interpreter.minor_version(), interpreter.abi.clone());
    let wanted = (manifest.python.clone(), manifest.abi.clone());
    if found != wanted {
        return Err(EnvironmentError::ForeignBundle {
            bundle: bundle.to_owned(),
            wanted,
            found,
        });
    }
    build::provision(
        &lock,
        interpreter,
        cache_root,
        Source::Wheels(workshop.path()),
        progress,
    )
}

/// Checks a bundle and puts its wheels into `folder`.
fn unpack(bundle: &Path, folder: &Path) -> Result<(Manifest, Lock), EnvironmentError> {
    let invalid = |problem: String| EnvironmentError::InvalidBundle {
        bundle: bundle.to_owned(),
        problem,
    };
    let file = File::open(bundle).map_err(|source| EnvironmentError::io("open", bundle, source))?;
    let decoder = zstd::Decoder::new(file).map_err(|error| invalid(error.to_string()))?;
    let mut archive = tar::Archive::new(decoder);
    let mut entries = archive
        .entries()
        .map_err(|error| invalid(error.to_string()))?;

    let mut next_text = |name: &str| -> Result<Option<String>, EnvironmentError> {
        let Some(entry) = entries.next() else {
            return Err(invalid(format!("it ends before {name}")));
        };
        let mut entry = entry.map_err(|error| invalid(error.to_string()))?;
        check_entry(&entry).map_err(invalid)?;
        if entry.path_bytes().as_ref() != name.as_bytes() || entry.size() > MAX_TEXT_BYTES {
            return Ok(None);
        }
        let mut text = String::new();
        entry
            .read_to_string(&mut text)
            .map_err(|error| invalid(format!("{name}: {error}")))?;
        Ok(Some(text))
    };
    let manifest = next_text(MANIFEST)?
        .ok_or_else(|| invalid(format!("it does not begin with {MANIFEST}")))?;
    let manifest: Manifest =
        serde_json::from_str(&manifest).map_err(|error| invalid(format!("{MANIFEST}: {error}")))?;
    if manifest.format != FORMAT {
        return Err(invalid(format!(
            "its format is {}, and this version reads {FORMAT}",
            manifest.format
        )));
    }
    let lock =
        next_text(LOCK)?.ok_or_else(|| invalid(format!("{LOCK} is not its second entry")))?;
    let lock = Lock::parse(&manifest.name, &lock)?;

    let mut expected = manifest.wheels.iter();
    for entry in entries {
        let mut entry = entry.map_err(|error| invalid(error.to_string()))?;
        check_entry(&entry).map_err(invalid)?;
        let path = entry.path_bytes().into_owned();
        let announced = expected
            .next()
            .filter(|(name, wheel)| {
                path == format!("{WHEELS}/{name}").as_bytes() && wheel.bytes == entry.size()
            })
            .ok_or_else(|| {
                invalid(format!(
                    "the entry {:?} is not the one that the manifest announces",
                    String::from_utf8_lossy(&path)
                ))
            })?;
        let (name, wheel) = announced;
        let mut content = Vec::new();
        entry
            .read_to_end(&mut content)
            .map_err(|error| invalid(format!("{name}: {error}")))?;
        if Digest::of(&content) != wheel.sha256 {
            return Err(invalid(format!(
                "{name} does not have the announced digest"
            )));
        }
        let target = folder.join(name);
        fs::write(&target, &content)
            .map_err(|source| EnvironmentError::io("write", &target, source))?;
    }
    match expected.next() {
        Some((name, _)) => Err(invalid(format!("{name} is missing"))),
        None => Ok((manifest, lock)),
    }
}

/// Refuses everything but plain files with a plain name at the top or below `wheels/`.
fn check_entry(entry: &tar::Entry<'_, impl Read>) -> Result<(), String> {
    let shown = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
    if entry.header().entry_type() != tar::EntryType::Regular {
        return Err(format!("the entry {shown:?} is not a plain file"));
    }
    let path = entry
        .path()
        .map_err(|error| format!("the entry {shown:?}: {error}"))?;
    let mut components = path.components();
    let plain = match (components.next(), components.next(), components.next()) {
        (Some(Component::Normal(name)), None, None) => name == MANIFEST || name == LOCK,
        (Some(Component::Normal(folder)), Some(Component::Normal(name)), None) => {
            folder == WHEELS
                && Path::new(name)
                    .extension()
                    .is_some_and(|suffix| suffix == "whl")
        }
        _ => false,
    };
    if plain && !shown.contains(['\\', '\0']) {
        Ok(())
    } else {
        Err(format!("the entry {shown:?} does not belong into one"))
    }
}
