//! Manifests: one file per task that names everything the task put out.
//!
//! # The commit protocol
//!
//! A task writes its outputs under names that carry their digests and syncs them. Then it
//! writes its manifest under a temporary name, syncs it, and gives it its name with
//! `link(2)`, which fails if the name is taken: of two machines that finish the same task,
//! the first wins, and the other learns it. Outputs that no manifest names do not exist as
//! far as readers are concerned.
//!
//! Over NFS the answer to a `link` that did happen can get lost and the repeated request
//! then reports that the name is taken; the link count of the temporary file tells.
//!
//! Some file systems have no hard links. There the manifest is created exclusively under
//! its own name and written in one go. Who wins is as clear as before, but a reader can
//! meet it half-written, and a crash in that moment leaves it so: it then does not parse,
//! and reading it is an error that names the file and says to remove it. It is never taken
//! for a task that put out nothing.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use serde::{Deserialize, Serialize};
use unitmill_model::{Digest, Stage};

use crate::ShardsError;
use crate::staging::{StagedFile, split, sync_folder_of};

/// The version of the layout of a run on disk.
pub const MANIFEST_VERSION: u32 = 1;

/// Which folder of a run an output belongs to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutputKind {
    /// `candidates/`: [`unitmill_model::Candidate`] rows.
    Candidates,
    /// `sketches/`: [`unitmill_model::CandidateSketch`] rows, one per candidate.
    Sketches,
    /// `near/`: [`unitmill_model::NearNeighbour`] rows.
    Near,
    /// `keep/`: [`unitmill_model::DuplicateDrop`] rows.
    Keep,
    /// `attempts/`: [`unitmill_model::Attempt`] rows.
    Attempts,
    /// `rejects/`: [`unitmill_model::Reject`] rows.
    Rejects,
    /// `pairs/`: [`unitmill_model::Pair`] rows.
    Pairs,
    /// The run's own folder: a published shard of [`unitmill_model::Pair`] rows.
    Shard,
}

impl OutputKind {
    /// Every kind, in the order of the flow.
    pub const ALL: [Self; 8] = [
        Self::Candidates,
        Self::Sketches,
        Self::Near,
        Self::Keep,
        Self::Attempts,
        Self::Rejects,
        Self::Pairs,
        Self::Shard,
    ];

    /// The folder inside the run; empty for the run's own.
    pub const fn folder(self) -> &'static str {
        match self {
            Self::Candidates => "candidates",
            Self::Sketches => "sketches",
            Self::Near => "near",
            Self::Keep => "keep",
            Self::Attempts => "attempts",
            Self::Rejects => "rejects",
            Self::Pairs => "pairs",
            Self::Shard => "",
        }
    }
}

impl fmt::Display for OutputKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Shard => "shard",
            other => other.folder(),
        })
    }
}

/// One file that a task put out.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutputFile {
    /// What it holds.
    pub kind: OutputKind,
    /// Its path relative to the run's folder, with `/`.
    pub path: String,
    /// How many rows it holds.
    pub rows: u64,
    /// Its length in bytes.
    pub bytes: u64,
    /// Its digest.
    pub sha256: Digest,
}

/// Everything that one task put out.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// [`MANIFEST_VERSION`].
    pub version: u32,
    /// The task's stage.
    pub stage: Stage,
    /// The task's index in its stage, from 0.
    pub index: u32,
    /// Digest of the plan that the task was run under.
    pub plan: Digest,
    /// The files.
    pub outputs: Vec<OutputFile>,
    /// What the task counted on the way, by name.
    pub counts: BTreeMap<String, u64>,
}

impl Manifest {
    /// A manifest without outputs and counts.
    pub fn new(stage: Stage, index: u32, plan: Digest) -> Self {
        Self {
            version: MANIFEST_VERSION,
            stage,
            index,
            plan,
            outputs: Vec::new(),
            counts: BTreeMap::new(),
        }
    }

    /// The task, as file names and messages have it: `mill-00003`.
    pub fn task(&self) -> String {
        task_name(self.stage, self.index)
    }

    /// The outputs of one kind.
    pub fn outputs_of(&self, kind: OutputKind) -> impl Iterator<Item = &OutputFile> {
        self.outputs
            .iter()
            .filter(move |output| output.kind == kind)
    }

    /// Rows of all outputs of one kind.
    pub fn rows_of(&self, kind: OutputKind) -> u64 {
        self.outputs_of(kind).map(|output| output.rows).sum()
    }
}

/// What became of a commit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Committed {
    /// This manifest is the task's.
    Won,
    /// Another process committed the task before; its manifest is the one that counts.
    LostTo(Box<Manifest>),
}

/// A task, as file names and messages have it: `mill-00003`.
pub fn task_name(stage: Stage, index: u32) -> String {
    format!("{stage}-{index:05}")
}

/// Reads a manifest; none if the task was not committed.
pub(crate) fn read(path: &Path) -> Result<Option<Manifest>, ShardsError> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(ShardsError::io("read", path)(error)),
    };
    let invalid = |message: String| ShardsError::InvalidJson {
        path: path.to_owned(),
        message,
    };
    let manifest: Manifest =
        serde_json::from_slice(&bytes).map_err(|error| invalid(error.to_string()))?;
    if manifest.version != MANIFEST_VERSION {
        return Err(invalid(format!(
            "its version is {}, this program writes {MANIFEST_VERSION}",
            manifest.version
        )));
    }
    let expected = format!("{}.json", manifest.task());
    if path.file_name().and_then(|name| name.to_str()) != Some(&expected) {
        return Err(ShardsError::MisplacedManifest {
            path: path.to_owned(),
            found: manifest.task(),
        });
    }
    Ok(Some(manifest))
}

/// Creates `path` with `contents` if it does not exist; says whether it did that.
pub(crate) fn create_exclusively(path: &Path, contents: &[u8]) -> Result<bool, ShardsError> {
    create_exclusively_with(path, contents, |from, to| fs::hard_link(from, to))
}

/// As [`create_exclusively`], with the call that links, so that tests can do without.
fn create_exclusively_with(
    path: &Path,
    contents: &[u8],
    link: impl FnOnce(&Path, &Path) -> io::Result<()>,
) -> Result<bool, ShardsError> {
    let (folder, name) = split(path);
    let mut staged = StagedFile::create(folder, &name)?;
    staged
        .write_all(contents)
        .map_err(ShardsError::io("write", path))?;
    // Dropping it removes the temporary name; a linked file keeps its other one.
    let sealed = staged.seal()?;
    let created = match link(sealed.temporary_path(), path) {
        Ok(()) => true,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            // A lost answer over NFS: the name is taken, and by this very file.
            let links = fs::metadata(sealed.temporary_path())
                .map_err(ShardsError::io("inspect", sealed.temporary_path()))?
                .nlink();
            links > 1
        }
        Err(error) if lacks_hard_links(&error) => create_in_place(path, contents)?,
        Err(error) => return Err(ShardsError::io("create", path)(error)),
    };
    sync_folder_of(path)?;
    Ok(created)
}

fn lacks_hard_links(error: &io::Error) -> bool {
    // `PermissionDenied` is EPERM, which is what FAT and some FUSE file systems say;
    // where it does mean permissions, creating the file says so again.
    matches!(
        error.kind(),
        ErrorKind::Unsupported | ErrorKind::PermissionDenied | ErrorKind::TooManyLinks
    )
}

fn create_in_place(path: &Path, contents: &[u8]) -> Result<bool, ShardsError> {
    let mut file = match OpenOptions::new().write(true).create_new(true).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(false),
        Err(error) => return Err(ShardsError::io("create", path)(error)),
    };
    file.write_all(contents)
        .and_then(|()| file.sync_all())
        .map_err(ShardsError::io("write", path))?;
    Ok(true)
}

/// JSON for a file that people look into: indented, ending in a newline.
pub(crate) fn to_pretty_json(value: &impl Serialize) -> Vec<u8> {
    let mut json = serde_json::to_vec_pretty(value)
        .expect("records with text keys and without floats serialise into memory");
    json.push(b'\n');
    json
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_file_wins() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("mill-00000.json");
        assert!(create_exclusively(&path, b"first").expect("can be created"));
        assert!(!create_exclusively(&path, b"second").expect("is not an error"));
        assert_eq!(fs::read(&path).expect("is there"), b"first");
        let names = fs::read_dir(folder.path()).expect("can be listed").count();
        assert_eq!(names, 1, "temporary names are gone");
    }

    #[test]
    fn the_first_file_wins_without_hard_links_too() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("mill-00000.json");
        let refuse = |_: &Path, _: &Path| Err(io::Error::from(ErrorKind::Unsupported));
        assert!(create_exclusively_with(&path, b"first", refuse).expect("can be created"));
        assert!(!create_exclusively_with(&path, b"second", refuse).expect("is not an error"));
        assert_eq!(fs::read(&path).expect("is there"), b"first");
    }

    #[test]
    fn a_link_whose_answer_was_lost_counts_as_won() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("mill-00000.json");
        let lossy = |from: &Path, to: &Path| {
            fs::hard_link(from, to)?;
            Err(io::Error::from(ErrorKind::AlreadyExists))
        };
        assert!(create_exclusively_with(&path, b"ours", lossy).expect("can be created"));
    }

    #[test]
    fn a_half_written_manifest_is_an_error_and_not_an_empty_task() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("mill-00000.json");
        fs::write(&path, "{\"version\": 1, \"sta").expect("can be written");
        let error = read(&path).expect_err("must not be read");
        assert!(matches!(error, ShardsError::InvalidJson { .. }), "{error}");
    }

    #[test]
    fn a_manifest_under_another_name_is_refused() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("mill-00001.json");
        let manifest = Manifest::new(Stage::Mill, 0, Digest::of(""));
        fs::write(&path, to_pretty_json(&manifest)).expect("can be written");
        let error = read(&path).expect_err("must not be read");
        assert!(error.to_string().ends_with("(mill-00000)"), "{error}");
    }
}
