//! What an environment holds, asked from its own interpreter once and kept beside it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use unitmill_model::{Digest, DigestBuilder};

use super::EnvironmentError;
use super::interpreter::{self, ask};

/// The answers of `sandbox/environments/probe.py environment`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Facts {
    /// `cpython`.
    pub(super) implementation: String,
    /// Major, minor, micro.
    pub(super) version: [u8; 3],
    /// `sysconfig.get_platform()`.
    pub(super) platform: String,
    /// The tag of extension modules (`cpython-311-x86_64-linux-gnu`).
    pub(super) abi: String,
    /// `sys.base_prefix`, links resolved.
    pub(super) base_prefix: PathBuf,
    /// The base interpreter's file, links resolved.
    pub(super) base_executable: PathBuf,
    /// The folder of the standard library.
    pub(super) standard_library: PathBuf,
    /// The folders of `sys.path`.
    pub(super) search_path: Vec<PathBuf>,
    /// Top-level names that can be imported.
    pub(super) import_roots: BTreeSet<String>,
    /// Distributions and their versions.
    pub(super) versions: BTreeMap<String, String>,
}

/// Name, version and digest of the `RECORD` of one installed distribution.
pub(super) type Record = (String, String, String);

#[derive(Deserialize)]
struct Answer {
    #[serde(flatten)]
    facts: Facts,
    records: Vec<Record>,
}

impl Facts {
    pub(super) fn probe(python: &Path) -> Result<(Self, Vec<Record>), EnvironmentError> {
        let answer: Answer = ask(python, "environment", None)?;
        Ok((answer.facts, answer.records))
    }

    pub(super) fn check_supported(&self, python: &Path) -> Result<(), EnvironmentError> {
        interpreter::check_supported(&self.implementation, self.version).map_err(|problem| {
            EnvironmentError::UnusableInterpreter {
                python: python.to_owned(),
                problem,
            }
        })
    }

    /// The digest of an environment that no lock describes.
    pub(super) fn digest_of_records(&self, records: &[Record]) -> Digest {
        let mut digest = DigestBuilder::new("environment of distributions");
        digest
            .push(&self.implementation)
            .push(self.version)
            .push(&self.platform)
            .push(&self.abi);
        let sorted: BTreeSet<_> = records.iter().collect();
        for (name, version, record) in sorted {
            digest.push(name).push(version).push(record);
        }
        digest.finish()
    }
}
