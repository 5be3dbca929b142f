//! One run: its folder, its plan and what of it is done.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use unitmill_corpus::Benchmarks;
use unitmill_model::{Digest, Stage};
use unitmill_recipe::Compression;
use unitmill_sandbox::Sandbox;
use unitmill_shards::{
    Committed, Manifest, OutputKind, ParquetSettings, PlanWritten, RunDirectory, diff_plans,
};

use crate::benchmarks::read_benchmarks;
use crate::error::RunError;
use crate::plan::RunPlan;

/// A run whose plan is on disk.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) directory: RunDirectory,
    pub(crate) plan: RunPlan,
    digest: Digest,
    benchmarks: OnceLock<Arc<Benchmarks>>,
}

impl Run {
    /// Starts a run, or resumes the one that is there if it has the same plan.
    ///
    /// # Errors
    /// [`RunError::PlanDiffers`] if it has another one.
    pub(crate) fn start(out: &Path, plan: RunPlan) -> Result<Self, RunError> {
        let directory = RunDirectory::create(out)?;
        if let PlanWritten::Exists(existing) = directory.write_plan_exclusively(&plan.to_json())? {
            let existing = RunPlan::from_json(out, existing)?;
            let differences = diff_plans(&existing.shaping(), &plan.shaping());
            if !differences.is_empty() {
                return Err(RunError::PlanDiffers {
                    run: out.to_owned(),
                    differences,
                });
            }
            // What shapes no row may change: tasks that another engine runs, and audits, go
            // by what it is now.
            if existing != plan {
                directory.replace_plan(&plan.to_json())?;
            }
        }
        Ok(Self {
            digest: plan.digest(),
            directory,
            plan,
            benchmarks: OnceLock::new(),
        })
    }

    /// Opens a run that was planned before.
    pub(crate) fn open(path: &Path) -> Result<Self, RunError> {
        let directory = RunDirectory::open(path)?;
        let json = directory
            .read_plan()?
            .ok_or_else(|| RunError::PlanInvalid {
                run: path.to_owned(),
                message: "there is none; `unitmill plan RECIPE --out RUN` writes one".to_owned(),
            })?;
        let plan = RunPlan::from_json(path, json)?;
        Ok(Self {
            digest: plan.digest(),
            directory,
            plan,
            benchmarks: OnceLock::new(),
        })
    }

    /// Whether this machine's sandbox is the one that the run was planned with.
    ///
    /// # Errors
    /// [`RunError::PlanDiffers`].
    pub(crate) fn check_machine(&self, sandbox: &Sandbox) -> Result<(), RunError> {
        if self.plan.sandbox == sandbox.digest() {
            return Ok(());
        }
        let differences = vec![format!(
            "sandbox (environment, harness, policies): {} -> {}",
            self.plan.sandbox,
            sandbox.digest()
        )];
        Err(RunError::PlanDiffers {
            run: self.directory.root().to_owned(),
            differences,
        })
    }

    /// The benchmarks that the result must not hold; none if the recipe names none. Read
    /// from their files when they are first needed.
    ///
    /// # Errors
    /// As when the run was planned; [`RunError::PlanDiffers`] if a file has changed since.
    pub(crate) fn benchmarks(&self) -> Result<Option<Arc<Benchmarks>>, RunError> {
        if self.plan.benchmarks.is_empty() {
            return Ok(None);
        }
        if let Some(known) = self.benchmarks.get() {
            return Ok(Some(Arc::clone(known)));
        }
        let (planned, benchmarks) = read_benchmarks(&self.plan.recipe)?;
        let differences: Vec<String> = self
            .plan
            .benchmarks
            .iter()
            .zip(&planned)
            .filter(|(before, now)| before != now)
            .map(|(before, now)| {
                format!(
                    "benchmark {}: {} -> {}",
                    before.name, before.sha256, now.sha256
                )
            })
            .collect();
        if !differences.is_empty() {
            return Err(RunError::PlanDiffers {
                run: self.directory.root().to_owned(),
                differences,
            });
        }
        Ok(Some(Arc::clone(
            self.benchmarks.get_or_init(|| Arc::new(benchmarks)),
        )))
    }

    /// How many tasks a stage has. Those of `publish` are known once all parts are milled.
    pub(crate) fn tasks(&self, stage: Stage) -> Result<u32, RunError> {
        let pairs = match stage {
            Stage::Publish => self.milled_pairs()?.iter().sum(),
            _ => 0,
        };
        Ok(self.plan.tasks(stage, pairs))
    }

    /// Pairs of each part, in order.
    pub(crate) fn milled_pairs(&self) -> Result<Vec<u64>, RunError> {
        self.require_stage(Stage::Publish, Stage::Mill)?
            .iter()
            .map(|manifest| Ok(self.output(manifest, OutputKind::Pairs)?.rows))
            .collect()
    }

    /// All manifests of a stage.
    ///
    /// # Errors
    /// [`RunError::NotReady`] if one is missing.
    pub(crate) fn require_stage(
        &self,
        stage: Stage,
        needs: Stage,
    ) -> Result<Vec<Manifest>, RunError> {
        let manifests = self.directory.manifests_of(needs)?;
        let done: std::collections::BTreeSet<u32> =
            manifests.iter().map(|manifest| manifest.index).collect();
        let missing: Vec<u32> = (0..self.plan.tasks(needs, 0))
            .filter(|index| !done.contains(index))
            .collect();
        if missing.is_empty() {
            Ok(manifests)
        } else {
            Err(RunError::NotReady {
                stage,
                needs,
                missing,
            })
        }
    }

    /// The manifest of one task.
    ///
    /// # Errors
    /// [`RunError::NotReady`] if it is missing.
    pub(crate) fn require_manifest(
        &self,
        stage: Stage,
        needs: Stage,
        index: u32,
    ) -> Result<Manifest, RunError> {
        self.directory
            .manifest(needs, index)?
            .ok_or_else(|| RunError::NotReady {
                stage,
                needs,
                missing: vec![index],
            })
    }

    /// The output of a kind that a manifest must name.
    pub(crate) fn output<'manifest>(
        &self,
        manifest: &'manifest Manifest,
        kind: OutputKind,
    ) -> Result<&'manifest unitmill_shards::OutputFile, RunError> {
        manifest
            .outputs
            .iter()
            .find(|output| output.kind == kind)
            .ok_or_else(|| RunError::PlanInvalid {
                run: self.directory.root().to_owned(),
                message: format!("the manifest of {} names no {kind}", manifest.task()),
            })
    }

    /// Where that output is.
    pub(crate) fn output_of(
        &self,
        manifest: &Manifest,
        kind: OutputKind,
    ) -> Result<PathBuf, RunError> {
        Ok(self.directory.path_of(self.output(manifest, kind)?))
    }

    /// An empty manifest under this plan.
    pub(crate) fn new_manifest(&self, stage: Stage, index: u32) -> Manifest {
        Manifest::new(stage, index, self.digest)
    }

    /// Commits a task. Another machine may have been faster; then its outputs count.
    pub(crate) fn commit(&self, manifest: &Manifest) -> Result<Committed, RunError> {
        Ok(self.directory.commit(manifest)?)
    }

    /// How files inside the run are written.
    pub(crate) fn parquet_settings(&self) -> ParquetSettings {
        ParquetSettings::default()
    }

    /// How published shards are written.
    pub(crate) fn shard_settings(&self) -> ParquetSettings {
        ParquetSettings {
            compression: match self.plan.recipe.output.compression {
                Compression::Zstd => unitmill_shards::Compression::Zstd,
                Compression::Snappy => unitmill_shards::Compression::Snappy,
                Compression::None => unitmill_shards::Compression::None,
            },
            // Written once, stored and read for long.
            level: 3,
            ..ParquetSettings::default()
        }
    }
}
