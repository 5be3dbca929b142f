//! Environments: a Python interpreter with pinned packages, built once per machine, named
//! by its content.
//!
//! An environment is a virtual environment below `<cache>/environments/`, made from a lock
//! (hash-locked requirements), or one that exists already and is used as it is. Only its
//! `bin/python` is ever called. What was built is complete or not there: it is put together
//! under a temporary name, described in a marker file, and renamed into place.
//!
//! Nothing here chooses packages, talks to an index by itself (pip does, with whatever
//! mirror, proxy and certificates it is configured for), imports what an environment holds,
//! or changes an existing virtual environment.

mod build;
mod bundle;
mod error;
mod facts;
mod interpreter;
mod lock;
mod process;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use unitmill_model::Digest;

pub use bundle::ExportedBundle;
pub use error::EnvironmentError;

use facts::Facts;
use interpreter::Interpreter;
use lock::Lock;

/// The environment variable that names the interpreter to build environments with.
pub const PYTHON_VARIABLE: &str = "UNITMILL_PYTHON";

/// The environment variable that names the cache folder.
pub const CACHE_VARIABLE: &str = "UNITMILL_CACHE";

/// The names of the bundled locks.
pub fn bundled_environments() -> impl Iterator<Item = &'static str> {
    lock::BUNDLED.iter().map(|(name, _)| *name)
}

/// The folder that environments are kept in where nothing else is asked for:
/// `$UNITMILL_CACHE`, else `$XDG_CACHE_HOME/unitmill`, else `~/.cache/unitmill`.
///
/// # Errors
/// [`EnvironmentError::NoCacheFolder`] if none of the three variables is set.
pub fn default_cache_root() -> Result<PathBuf, EnvironmentError> {
    cache_root_from(|variable| std::env::var_os(variable).map(PathBuf::from))
}

fn cache_root_from(
    variable: impl Fn(&str) -> Option<PathBuf>,
) -> Result<PathBuf, EnvironmentError> {
    // The specification of base directories has relative paths ignored.
    let absolute = |name: &str| variable(name).filter(|path| path.is_absolute());
    variable(CACHE_VARIABLE)
        .filter(|path| !path.as_os_str().is_empty())
        .or_else(|| absolute("XDG_CACHE_HOME").map(|path| path.join("unitmill")))
        .or_else(|| absolute("HOME").map(|path| path.join(".cache/unitmill")))
        .ok_or(EnvironmentError::NoCacheFolder)
}

/// What a build reports while it goes on. Nothing is reported for an environment that is
/// there already.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum EnvironmentProgress {
    /// Another process builds the same environment; this one waits for it.
    Waiting,
    /// The empty virtual environment is being made.
    Creating {
        /// The environment's name.
        name: String,
        /// The interpreter that it is made from.
        python: PathBuf,
    },
    /// A package is being fetched.
    Fetching {
        /// Its name.
        package: String,
        /// Its number, from 1.
        number: usize,
        /// How many there are.
        total: usize,
    },
    /// All packages are there and are being installed.
    Installing {
        /// How many there are.
        total: usize,
    },
    /// Byte code is being written, so that no run has to.
    Compiling,
    /// A bundle is being packed.
    Packing,
}

/// A Python environment that is ready to run things.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Environment {
    name: String,
    root: PathBuf,
    python: PathBuf,
    digest: Digest,
    facts: Facts,
}

impl Environment {
    /// Finds or builds the environment that a recipe's `sandbox.env` names.
    ///
    /// `choice` is the name of a bundled lock, the path of a hash-locked requirements file
    /// (with a folder or a suffix in it), or the path of an existing virtual environment.
    /// `cache_root` is usually [`default_cache_root`]. Blocks: a first build downloads.
    ///
    /// # Errors
    /// An unknown choice, an invalid lock, no usable interpreter, a failed build.
    pub fn provision(
        choice: &str,
        cache_root: &Path,
        progress: &mut dyn FnMut(EnvironmentProgress),
    ) -> Result<Self, EnvironmentError> {
        match Choice::resolve(choice)? {
            Choice::Lock(lock) => {
                let interpreter = Interpreter::find()?;
                build::provision(
                    &lock,
                    &interpreter,
                    cache_root,
                    build::Source::Index,
                    progress,
                )
            }
            Choice::Existing(root) => Self::adopt(choice, &root),
        }
    }

    /// Writes everything that is needed to build the environment on a machine of the same
    /// platform and Python, without a network, to the file `out` (`.tar.zst`). `out` must
    /// not exist.
    ///
    /// # Errors
    /// As [`Environment::provision`]; [`EnvironmentError::NotExportable`] for an existing
    /// virtual environment.
    pub fn export(
        choice: &str,
        out: &Path,
        progress: &mut dyn FnMut(EnvironmentProgress),
    ) -> Result<ExportedBundle, EnvironmentError> {
        match Choice::resolve(choice)? {
            Choice::Lock(lock) => bundle::export(&lock, &Interpreter::find()?, out, progress),
            Choice::Existing(root) => Err(EnvironmentError::NotExportable { root }),
        }
    }

    /// Builds an environment from a bundle that [`Environment::export`] wrote; uses no
    /// network. [`Environment::provision`] with the same lock finds it afterwards.
    ///
    /// # Errors
    /// A damaged or foreign bundle, one for another Python or platform, a failed build.
    pub fn import(
        bundle: &Path,
        cache_root: &Path,
        progress: &mut dyn FnMut(EnvironmentProgress),
    ) -> Result<Self, EnvironmentError> {
        bundle::import(bundle, &Interpreter::find()?, cache_root, progress)
    }

    fn adopt(choice: &str, root: &Path) -> Result<Self, EnvironmentError> {
        let root = std::path::absolute(root)
            .map_err(|source| EnvironmentError::io("find", root, source))?;
        let python = root.join("bin/python");
        let (facts, records) = Facts::probe(&python)?;
        facts.check_supported(&python)?;
        Ok(Self {
            name: choice.to_owned(),
            digest: facts.digest_of_records(&records),
            root,
            python,
            facts,
        })
    }

    /// The name or path that the environment was asked for by.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the environment is: lock, interpreter version and platform; for an existing
    /// virtual environment its distributions instead of the lock. Part of every execution
    /// key. Modules that belong to no distribution (a folder on the path of an editable
    /// install) are not seen.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// The folder of the virtual environment, absolute.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The interpreter: `bin/python` of [`Environment::root`], usually a symbolic link to
    /// [`Environment::base_executable`].
    pub fn python(&self) -> &Path {
        &self.python
    }

    /// The installation that the virtual environment borrows interpreter and standard
    /// library from (`sys.base_prefix`), links resolved.
    pub fn base_prefix(&self) -> &Path {
        &self.facts.base_prefix
    }

    /// The interpreter's file in [`Environment::base_prefix`], links resolved.
    pub fn base_executable(&self) -> &Path {
        &self.facts.base_executable
    }

    /// The folder of the standard library.
    pub fn standard_library(&self) -> &Path {
        &self.facts.standard_library
    }

    /// The folders of `sys.path`, in its order: the standard library's and those of
    /// installed packages, wherever they lie.
    pub fn search_path(&self) -> &[PathBuf] {
        &self.facts.search_path
    }

    /// Major, minor and micro version of the interpreter.
    pub fn python_version(&self) -> (u8, u8, u8) {
        let [major, minor, micro] = self.facts.version;
        (major, minor, micro)
    }

    /// Every top-level name that can be imported, the standard library's included.
    pub fn import_roots(&self) -> &BTreeSet<String> {
        &self.facts.import_roots
    }

    /// Installed distributions (normalised names, `scikit-learn`) and their versions.
    pub fn versions(&self) -> &BTreeMap<String, String> {
        &self.facts.versions
    }
}

/// What a recipe's `sandbox.env` stands for.
enum Choice {
    Lock(Lock),
    Existing(PathBuf),
}

impl Choice {
    fn resolve(choice: &str) -> Result<Self, EnvironmentError> {
        if let Some(lock) = Lock::bundled(choice)? {
            return Ok(Self::Lock(lock));
        }
        let path = Path::new(choice);
        if path.join("pyvenv.cfg").is_file() {
            return Ok(Self::Existing(path.to_owned()));
        }
        if path.is_dir() {
            return Err(EnvironmentError::NotAnEnvironment {
                path: path.to_owned(),
            });
        }
        if choice.contains('/') || path.extension().is_some() {
            return Ok(Self::Lock(Lock::read(path)?));
        }
        Err(EnvironmentError::UnknownChoice {
            choice: choice.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests;
