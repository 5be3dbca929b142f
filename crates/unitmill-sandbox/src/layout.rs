//! What of the host an interpreter needs to see.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use unitmill_jail::{Bind, GuestFile, SymbolicLink};
use unitmill_model::SCRATCH_FOLDER;

use crate::environment::Environment;
use crate::error::SandboxError;
use crate::guest::HARNESS_FOLDER;

/// Folders of shared libraries; links among them are made again as links.
const LIBRARIES: [&str; 6] = [
    "/lib",
    "/lib32",
    "/lib64",
    "/usr/lib",
    "/usr/lib32",
    "/usr/lib64",
];
const SMALL_DATA: [&str; 2] = ["/etc/ld.so.cache", "/usr/share/zoneinfo"];
const DEVICES: [&str; 5] = [
    "/dev/null",
    "/dev/zero",
    "/dev/full",
    "/dev/random",
    "/dev/urandom",
];

/// The visible part of the host.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Layout {
    pub(crate) binds: Vec<Bind>,
    pub(crate) links: Vec<SymbolicLink>,
}

#[derive(Default)]
struct Collection {
    folders: BTreeSet<PathBuf>,
    files: BTreeSet<PathBuf>,
    links: BTreeSet<SymbolicLink>,
}

impl Layout {
    /// For a program that is linked to the system's libraries and needs nothing else.
    pub(crate) fn of_program(program: &Path) -> Result<Self, SandboxError> {
        let mut seen = Collection::default();
        for path in LIBRARIES.iter().map(Path::new) {
            if path.exists() {
                seen.add(path)?;
            }
        }
        seen.add(program)?;
        Ok(seen.finish())
    }

    /// What may be read, with what kind of thing it is, as the harness knows them.
    pub(crate) fn readable(&self) -> Vec<(&Path, &'static str)> {
        self.binds
            .iter()
            .filter(|bind| bind.path.exists())
            .map(|bind| {
                let kind = match (bind.device, bind.path.is_dir()) {
                    (true, _) => "device",
                    (false, true) => "folder",
                    (false, false) => "file",
                };
                (&*bind.path, kind)
            })
            .collect()
    }

    /// Checks that nothing of it lies where a run has a file system of its own.
    ///
    /// # Errors
    /// [`SandboxError::CannotIsolate`] that names what would be hidden.
    pub(crate) fn require_outside_of(&self, folder: &Path) -> Result<(), SandboxError> {
        match self.binds.iter().find(|bind| bind.path.starts_with(folder)) {
            None => Ok(()),
            Some(bind) => Err(SandboxError::CannotIsolate {
                missing: format!(
                    "runs have a {} of their own, which hides {}",
                    folder.display(),
                    bind.path.display()
                ),
                remedy: "have the environment somewhere else".to_owned(),
            }),
        }
    }

    /// Checks that users without any rights of their own can read all of it.
    ///
    /// # Errors
    /// [`SandboxError::CannotIsolate`] that names what they cannot.
    pub(crate) fn require_public(&self) -> Result<(), SandboxError> {
        self.binds
            .iter()
            .filter(|bind| !bind.device)
            .try_for_each(|bind| require_public(&bind.path, "UNITMILL_CACHE=/var/cache/unitmill"))
    }

    /// For an environment: it, its base interpreter, the system's libraries, five devices.
    pub(crate) fn of(environment: &Environment) -> Result<Self, SandboxError> {
        let mut seen = Collection::default();
        for path in LIBRARIES.iter().chain(&SMALL_DATA).map(Path::new) {
            if path.exists() {
                seen.add(path)?;
            }
        }
        let base = environment.base_prefix();
        if base == Path::new("/usr") || base == Path::new("/usr/local") {
            // Only the libraries; the rest of such a prefix is the whole system.
            let libraries = base.join("lib");
            if libraries.exists() {
                seen.add(&libraries)?;
            }
        } else {
            seen.add(base)?;
        }
        seen.add(environment.root())?;
        seen.add(environment.standard_library())?;
        for path in environment.search_path() {
            if path.exists() {
                seen.add(path)?;
            }
        }
        seen.add(environment.python())?;
        seen.add(environment.base_executable())?;
        Ok(seen.finish())
    }
}

impl Collection {
    /// Adds a path as it is written, whatever links it goes through.
    fn add(&mut self, path: &Path) -> Result<(), SandboxError> {
        let failed = |source: io::Error| SandboxError::Environment {
            path: path.to_owned(),
            source,
        };
        let mut path = path.to_owned();
        // A chain of links is made again link by link, since programs look at it.
        for _ in 0..40 {
            let Some(link) = first_link(&path) else {
                break;
            };
            let target = fs::read_link(&link).map_err(failed)?;
            let rest = path
                .strip_prefix(&link)
                .map_err(|error| failed(io::Error::other(error)))?;
            let folder = link.parent().unwrap_or(Path::new("/"));
            let next = normalize(&folder.join(&target));
            let next = if rest.as_os_str().is_empty() {
                next
            } else {
                next.join(rest)
            };
            self.links.insert(SymbolicLink { path: link, target });
            path = next;
        }
        if fs::metadata(&path).map_err(failed)?.is_dir() {
            self.folders.insert(path);
        } else {
            self.files.insert(path);
        }
        Ok(())
    }

    fn finish(self) -> Layout {
        let mut roots: Vec<PathBuf> = Vec::new();
        // Sorted, a folder comes before what is in it.
        for folder in self.folders {
            if !roots.iter().any(|root| folder.starts_with(root)) {
                roots.push(folder);
            }
        }
        let covered = |path: &Path| roots.iter().any(|root| path.starts_with(root));
        let files: Vec<PathBuf> = self
            .files
            .into_iter()
            .filter(|file| !covered(file))
            .collect();
        let links = self
            .links
            .into_iter()
            .filter(|link| !covered(&link.path))
            .chain([SymbolicLink {
                path: PathBuf::from("/dev/shm"),
                target: PathBuf::from("/tmp/.shm"),
            }])
            .collect();
        let plain = roots.into_iter().chain(files).map(|path| Bind {
            path,
            device: false,
        });
        let devices = DEVICES.iter().map(|path| Bind {
            path: PathBuf::from(path),
            device: true,
        });
        Layout {
            binds: plain.chain(devices).collect(),
            links,
        }
    }
}

/// Checks that every user can enter a folder or read a file. `remedy` is the variable to
/// set where not.
///
/// # Errors
/// [`SandboxError::CannotIsolate`] that names the part of the path that they cannot enter.
pub(crate) fn require_public(path: &Path, remedy: &str) -> Result<(), SandboxError> {
    for part in path.ancestors() {
        let mode = fs::metadata(part)
            .map_err(|source| SandboxError::Environment {
                path: part.to_owned(),
                source,
            })?
            .permissions()
            .mode();
        let needed = if part.is_dir() { 0o001 } else { 0o004 };
        if mode & needed == 0 {
            return Err(SandboxError::CannotIsolate {
                missing: format!(
                    "without namespaces, runs are users of this machine without any rights, and \
                     {} is closed to them (on the way to {})",
                    part.display(),
                    path.display()
                ),
                remedy: format!("have it somewhere that everybody can read, with {remedy}"),
            });
        }
    }
    Ok(())
}

/// The first part of a path that is a symbolic link.
fn first_link(path: &Path) -> Option<PathBuf> {
    let mut so_far = PathBuf::new();
    for part in path.components() {
        so_far.push(part);
        if so_far.is_symlink() {
            return Some(so_far);
        }
    }
    None
}

fn normalize(path: &Path) -> PathBuf {
    let mut result = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::ParentDir => {
                result.pop();
            }
            std::path::Component::CurDir => {}
            other => result.push(other),
        }
    }
    result
}

/// Where an interpreter finds its own files.
pub(crate) struct Folders {
    /// The harness.
    pub(crate) harness: PathBuf,
    /// `HOME`.
    pub(crate) home: PathBuf,
    /// `TMPDIR`.
    pub(crate) temporary: PathBuf,
}

impl Folders {
    /// In a jail with a root of its own.
    pub(crate) fn of_a_jail() -> Self {
        Self {
            harness: PathBuf::from(HARNESS_FOLDER),
            home: PathBuf::from(SCRATCH_FOLDER),
            temporary: PathBuf::from("/tmp"),
        }
    }
}

/// The few files under `/etc` that a C library wants to read; every slot's user has a name.
pub(crate) fn system_files(users: u32) -> Vec<GuestFile> {
    let mut passwd = format!("root:x:0:0::{SCRATCH_FOLDER}:/bin/false\n");
    let mut group = "root:x:0:\n".to_owned();
    for user in 1..users {
        passwd.push_str(&format!(
            "user{user}:x:{user}:{user}::{SCRATCH_FOLDER}:/bin/false\n"
        ));
        group.push_str(&format!("user{user}:x:{user}:\n"));
    }
    let file = |path: &str, content: String| GuestFile {
        path: PathBuf::from(path),
        content,
    };
    vec![
        file("/etc/passwd", passwd),
        file("/etc/group", group),
        file("/etc/hosts", "127.0.0.1 localhost sandbox\n".to_owned()),
        file(
            "/etc/nsswitch.conf",
            "passwd: files\ngroup: files\nhosts: files\n".to_owned(),
        ),
    ]
}

/// The variables of every interpreter; everything else is cleared.
pub(crate) fn variables(
    environment: &Environment,
    hash_seed: u32,
    folders: &Folders,
) -> Vec<(String, String)> {
    let programs = environment.root().join("bin").display().to_string();
    // Memory that nobody has written yet holds something else for another seed, so that a
    // program which reads it (`numpy.empty`) does not look reproducible.
    let perturb = (hash_seed * 0xA5 % 256).to_string();
    let hash_seed = hash_seed.to_string();
    let home = folders.home.display().to_string();
    let temporary = folders.temporary.display().to_string();
    [
        ("HOME", home.as_str()),
        ("TMPDIR", &temporary),
        ("PATH", programs.as_str()),
        ("VIRTUAL_ENV", &environment.root().display().to_string()),
        ("USER", "sandbox"),
        ("TZ", "UTC"),
        ("LANG", "C.UTF-8"),
        ("LC_ALL", "C.UTF-8"),
        ("PYTHONHASHSEED", &hash_seed),
        ("MALLOC_PERTURB_", &perturb),
        ("PYTHONDONTWRITEBYTECODE", "1"),
        // Looked up at the start, the functions of libraries need not be in every fork.
        ("LD_BIND_NOW", "1"),
        ("MPLBACKEND", "Agg"),
        ("OMP_NUM_THREADS", "1"),
        ("OPENBLAS_NUM_THREADS", "1"),
        ("MKL_NUM_THREADS", "1"),
        ("BLIS_NUM_THREADS", "1"),
        ("NUMEXPR_NUM_THREADS", "1"),
        ("VECLIB_MAXIMUM_THREADS", "1"),
        ("LOKY_MAX_CPU_COUNT", "1"),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .collect()
}
