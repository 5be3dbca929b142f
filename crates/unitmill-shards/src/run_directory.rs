//! A run on disk: where everything lies, and how it gets there.
//!
//! ```text
//! RUN/plan.json  manifest/  journal/  sources/  batches/  candidates/  sketches/  near/  keep/
//!     attempts/  rejects/  pairs/
//!     train-00000-of-00001.parquet  README.md  audit.json
//! ```
//!
//! Several processes, on several machines, may work in one run at once; nothing here
//! locks. Every write is either exclusive (`plan.json`, manifests, journal segments), goes
//! to a name that carries its digest (outputs), or has the same bytes whoever writes it
//! (published shards, card, audit).
//!
//! This module never knows what a stage does, and never reads an output that no manifest
//! names.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde_json::Value;
use unitmill_model::{Pair, Stage};

use crate::manifest::{self, Committed, Manifest, OutputFile, OutputKind, task_name};
use crate::reader::{RowReader, read_rows};
use crate::staging::{FinishedFile, replace_file};
use crate::writer::{ParquetRowWriter, ParquetSettings};
use crate::{PairFormat, Row, ShardsError};

const PLAN: &str = "plan.json";
/// What a pilot measured.
const PILOT: &str = "pilot.json";
const MANIFESTS: &str = "manifest";
const JOURNALS: &str = "journal";
const SOURCES: &str = "sources";
const BATCHES: &str = "batches";

/// The folder of a run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RunDirectory {
    root: PathBuf,
}

/// What became of writing the plan.
#[derive(Clone, PartialEq, Debug)]
pub enum PlanWritten {
    /// There was none; now there is this one.
    Created,
    /// There was one already, and it stays. Compare with [`crate::diff_plans`].
    Exists(Value),
}

impl RunDirectory {
    /// Makes the folders of a run; what is there stays.
    ///
    /// # Errors
    /// [`ShardsError::Io`].
    pub fn create(root: impl Into<PathBuf>) -> Result<Self, ShardsError> {
        let run = Self { root: root.into() };
        let outputs = OutputKind::ALL.map(OutputKind::folder);
        for folder in [MANIFESTS, JOURNALS].into_iter().chain(outputs) {
            let path = run.root.join(folder);
            fs::create_dir_all(&path).map_err(ShardsError::io("create", path))?;
        }
        Ok(run)
    }

    /// Opens a run that has a plan.
    ///
    /// # Errors
    /// [`ShardsError::NotARun`].
    pub fn open(root: impl Into<PathBuf>) -> Result<Self, ShardsError> {
        let run = Self { root: root.into() };
        if run.root.join(PLAN).is_file() {
            Ok(run)
        } else {
            Err(ShardsError::NotARun { path: run.root })
        }
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder of a kind of output.
    pub fn folder(&self, kind: OutputKind) -> PathBuf {
        match kind {
            OutputKind::Shard => self.root.clone(),
            other => self.root.join(other.folder()),
        }
    }

    /// The folder of the journal segments.
    pub fn journal_folder(&self) -> PathBuf {
        self.root.join(JOURNALS)
    }

    /// The folder of the indexes of other runs' journals; made when there is one.
    pub fn sources_folder(&self) -> PathBuf {
        self.root.join(SOURCES)
    }

    /// The folder of the waves of requests that are on their way; made when there is one.
    pub fn batches_folder(&self) -> PathBuf {
        self.root.join(BATCHES)
    }

    /// Where an output is.
    pub fn path_of(&self, output: &OutputFile) -> PathBuf {
        self.root.join(&output.path)
    }

    /// The dataset card.
    pub fn card_path(&self) -> PathBuf {
        self.root.join("README.md")
    }

    /// The audit.
    pub fn audit_path(&self) -> PathBuf {
        self.root.join("audit.json")
    }

    /// Writes `README.md`, replacing it in one step.
    ///
    /// # Errors
    /// [`ShardsError::Io`].
    pub fn write_card(&self, card: &str) -> Result<(), ShardsError> {
        replace_file(&self.card_path(), card.as_bytes())
    }

    /// Writes `audit.json`, replacing it in one step.
    ///
    /// # Errors
    /// [`ShardsError::Io`].
    pub fn write_audit(&self, audit: &Value) -> Result<(), ShardsError> {
        replace_file(&self.audit_path(), &manifest::to_pretty_json(audit))
    }

    /// Writes the plan unless there is one.
    ///
    /// # Errors
    /// [`ShardsError::Io`], or [`ShardsError::InvalidJson`] if what is there is no JSON.
    pub fn write_plan_exclusively(&self, plan: &Value) -> Result<PlanWritten, ShardsError> {
        let path = self.root.join(PLAN);
        if let Some(existing) = self.read_plan()? {
            return Ok(PlanWritten::Exists(existing));
        }
        if manifest::create_exclusively(&path, &manifest::to_pretty_json(plan))? {
            return Ok(PlanWritten::Created);
        }
        match self.read_plan()? {
            Some(existing) => Ok(PlanWritten::Exists(existing)),
            None => Err(ShardsError::NotARun {
                path: self.root.clone(),
            }),
        }
    }

    /// Writes a plan in place of the one that is there, in one step: for what shapes no row.
    ///
    /// # Errors
    /// [`ShardsError::Io`].
    pub fn replace_plan(&self, plan: &Value) -> Result<(), ShardsError> {
        replace_file(&self.root.join(PLAN), &manifest::to_pretty_json(plan))
    }

    /// Writes `pilot.json` unless there is one; the first pilot of a run counts.
    ///
    /// # Errors
    /// [`ShardsError::Io`].
    pub fn write_pilot_exclusively(&self, pilot: &Value) -> Result<(), ShardsError> {
        let path = self.root.join(PILOT);
        manifest::create_exclusively(&path, &manifest::to_pretty_json(pilot))?;
        Ok(())
    }

    /// What the first pilot of the run measured; none if there was none.
    ///
    /// # Errors
    /// [`ShardsError::Io`] or [`ShardsError::InvalidJson`].
    pub fn read_pilot(&self) -> Result<Option<Value>, ShardsError> {
        read_json(self.root.join(PILOT))
    }

    /// The plan; none if it was not written yet.
    ///
    /// # Errors
    /// [`ShardsError::Io`] or [`ShardsError::InvalidJson`].
    pub fn read_plan(&self) -> Result<Option<Value>, ShardsError> {
        read_json(self.root.join(PLAN))
    }

    /// Starts an output of a task.
    ///
    /// # Errors
    /// [`ShardsError::Io`].
    pub fn writer<R: Row>(
        &self,
        stage: Stage,
        index: u32,
        kind: OutputKind,
        settings: &ParquetSettings,
    ) -> Result<OutputWriter<R>, ShardsError> {
        let stem = task_name(stage, index);
        let folder = self.folder(kind);
        let writer = ParquetRowWriter::create(&folder, &stem, settings, R::schema())?;
        Ok(OutputWriter {
            writer,
            kind,
            folder,
            name: OutputName::WithDigest { stem },
        })
    }

    /// Starts a published shard, `train-00003-of-00016.parquet` in the run's own folder.
    ///
    /// Its name does not carry its digest, so the same shard must always be written with
    /// the same rows; it replaces what is there in one step.
    ///
    /// # Errors
    /// [`ShardsError::Io`].
    pub fn shard_writer(
        &self,
        shard: u32,
        shards: u32,
        format: PairFormat,
        settings: &ParquetSettings,
    ) -> Result<OutputWriter<Pair>, ShardsError> {
        let name = shard_name(shard, shards);
        let folder = self.folder(OutputKind::Shard);
        let writer = ParquetRowWriter::create(&folder, &name, settings, format.schema())?;
        Ok(OutputWriter {
            writer,
            kind: OutputKind::Shard,
            folder,
            name: OutputName::Fixed(name),
        })
    }

    /// Writes a whole output of a task at once.
    ///
    /// # Errors
    /// [`ShardsError::Io`] or [`ShardsError::Encode`].
    pub fn write_rows<'rows, R: Row>(
        &self,
        stage: Stage,
        index: u32,
        kind: OutputKind,
        settings: &ParquetSettings,
        rows: impl IntoIterator<Item = &'rows R>,
    ) -> Result<OutputFile, ShardsError> {
        let mut writer = self.writer::<R>(stage, index, kind, settings)?;
        for row in rows {
            writer.push(row)?;
        }
        writer.finish()
    }

    /// Reads an output that a manifest names.
    ///
    /// # Errors
    /// As [`read_rows`].
    pub fn read_output<R: Row>(&self, output: &OutputFile) -> Result<RowReader<R>, ShardsError> {
        read_rows(&self.path_of(output))
    }

    /// Makes a task's outputs its outputs, unless another process was faster. All of them
    /// must be finished before.
    ///
    /// # Errors
    /// [`ShardsError::Io`]; [`ShardsError::InvalidJson`] if another process's manifest is
    /// there but cannot be read.
    pub fn commit(&self, manifest: &Manifest) -> Result<Committed, ShardsError> {
        let path = self.manifest_path(manifest.stage, manifest.index);
        if !manifest::create_exclusively(&path, &manifest::to_pretty_json(manifest))? {
            if let Some(winner) = manifest::read(&path)? {
                return Ok(Committed::LostTo(Box::new(winner)));
            }
            return Err(ShardsError::InvalidJson {
                path,
                message: "it was removed while it was being read".to_owned(),
            });
        }
        Ok(Committed::Won)
    }

    /// The manifest of a task; none if the task was not committed.
    ///
    /// # Errors
    /// [`ShardsError::Io`], [`ShardsError::InvalidJson`] or
    /// [`ShardsError::MisplacedManifest`].
    pub fn manifest(&self, stage: Stage, index: u32) -> Result<Option<Manifest>, ShardsError> {
        manifest::read(&self.manifest_path(stage, index))
    }

    /// Every manifest of the run, by stage and index.
    ///
    /// # Errors
    /// As [`RunDirectory::manifest`].
    pub fn manifests(&self) -> Result<Vec<Manifest>, ShardsError> {
        let mut manifests = Vec::new();
        for path in list(&self.root.join(MANIFESTS))? {
            if path
                .extension()
                .is_some_and(|extension| extension == "json")
            {
                manifests.extend(manifest::read(&path)?);
            }
        }
        manifests.sort_by_key(|manifest| (manifest.stage, manifest.index));
        Ok(manifests)
    }

    /// The manifests of one stage, by index.
    ///
    /// # Errors
    /// As [`RunDirectory::manifest`].
    pub fn manifests_of(&self, stage: Stage) -> Result<Vec<Manifest>, ShardsError> {
        let mut manifests = self.manifests()?;
        manifests.retain(|manifest| manifest.stage == stage);
        Ok(manifests)
    }

    /// Removes what no manifest names from the output folders: outputs of processes that
    /// lost their commit or died before it, temporary files, shards of another cut.
    /// Returns what was removed, relative to the run, sorted.
    ///
    /// To be called when every task before publishing is committed: then only losers can
    /// still be writing, and they fail with [`ShardsError::Swept`] or lose their commit.
    ///
    /// # Errors
    /// [`ShardsError::Io`], or what reading the manifests gives.
    pub fn sweep_orphans(&self) -> Result<Vec<String>, ShardsError> {
        let manifests = self.manifests()?;
        let named = manifests
            .iter()
            .flat_map(|manifest| &manifest.outputs)
            .map(|output| self.path_of(output))
            .collect::<std::collections::BTreeSet<_>>();
        let mut removed = Vec::new();
        for kind in OutputKind::ALL {
            for path in list(&self.folder(kind))? {
                if named.contains(&path) || !may_be_swept(kind, &path) {
                    continue;
                }
                match fs::remove_file(&path) {
                    Ok(()) => removed.push(self.relative(&path)),
                    // Another process sweeps too.
                    Err(error) if error.kind() == ErrorKind::NotFound => {}
                    Err(error) => return Err(ShardsError::io("remove", path)(error)),
                }
            }
        }
        removed.sort();
        Ok(removed)
    }

    fn manifest_path(&self, stage: Stage, index: u32) -> PathBuf {
        let name = format!("{}.json", task_name(stage, index));
        self.root.join(MANIFESTS).join(name)
    }

    fn relative(&self, path: &Path) -> String {
        relative(&self.root, path)
    }
}

/// The name of a published shard: `train-00003-of-00016.parquet`.
pub fn shard_name(shard: u32, shards: u32) -> String {
    format!("train-{shard:05}-of-{shards:05}.parquet")
}

/// Reads a JSON file; none if it is not there.
///
/// # Errors
/// [`ShardsError::Io`] or [`ShardsError::InvalidJson`].
pub fn read_json<T: DeserializeOwned>(path: PathBuf) -> Result<Option<T>, ShardsError> {
    match fs::read(&path) {
        Ok(bytes) => {
            serde_json::from_slice(&bytes)
                .map(Some)
                .map_err(|error| ShardsError::InvalidJson {
                    path,
                    message: error.to_string(),
                })
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(ShardsError::io("read", path)(error)),
    }
}

fn relative(root: &Path, path: &Path) -> String {
    let path = path.strip_prefix(root).unwrap_or(path);
    let parts = path.iter().map(|part| part.to_string_lossy());
    parts.collect::<Vec<_>>().join("/")
}

/// In the run's own folder only shards and temporary files are the sweeper's business.
fn may_be_swept(kind: OutputKind, path: &Path) -> bool {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
        return false;
    };
    if !path.is_file() {
        return false;
    }
    let temporary = name.starts_with('.') && name.ends_with(crate::staging::PARTIAL);
    let shard = name.starts_with("train-") && name.ends_with(".parquet");
    match kind {
        OutputKind::Shard => temporary || shard,
        _ => temporary || name.ends_with(".parquet"),
    }
}

/// The entries of a folder, sorted; none if it does not exist.
pub(crate) fn list(folder: &Path) -> Result<Vec<PathBuf>, ShardsError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(ShardsError::io("list", folder)(error)),
    };
    let mut paths = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(ShardsError::io("list", folder))?;
    paths.sort();
    Ok(paths)
}

/// Streams the rows of one output of a task.
pub struct OutputWriter<R: Row> {
    writer: ParquetRowWriter<R>,
    kind: OutputKind,
    folder: PathBuf,
    name: OutputName,
}

enum OutputName {
    WithDigest { stem: String },
    Fixed(String),
}

impl<R: Row> OutputWriter<R> {
    /// Adds one row.
    ///
    /// # Errors
    /// [`ShardsError::Encode`], a full disk included.
    pub fn push(&mut self, row: &R) -> Result<(), ShardsError> {
        self.writer.push(row)
    }

    /// How many rows were added so far.
    pub fn rows(&self) -> u64 {
        self.writer.rows()
    }

    /// Completes the file, syncs it and gives it its name, which for all but published
    /// shards carries its digest: `pairs/mill-00003.<16 digits>.parquet`.
    ///
    /// # Errors
    /// [`ShardsError::Encode`], [`ShardsError::Io`] or [`ShardsError::Swept`].
    pub fn finish(self) -> Result<OutputFile, ShardsError> {
        let Self {
            writer,
            kind,
            folder,
            name,
        } = self;
        let FinishedFile {
            path,
            rows,
            bytes,
            sha256,
        } = writer.finish_named(|sealed| {
            folder.join(match name {
                OutputName::WithDigest { stem } => {
                    format!("{stem}.{}.parquet", sealed.sha256.short())
                }
                OutputName::Fixed(name) => name,
            })
        })?;
        let name = relative(&folder, &path);
        Ok(OutputFile {
            kind,
            path: match kind.folder() {
                "" => name,
                folder => format!("{folder}/{name}"),
            },
            rows,
            bytes,
            sha256,
        })
    }
}
