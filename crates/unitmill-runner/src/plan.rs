//! The plan of a run: the recipe with everything that it resolves to on this machine.
//!
//! What shapes a row is in the plan, so that a run is only ever resumed into what it was:
//! same recipe, same inputs, same packages, prompts, environment, sandbox and version. The
//! knobs that shape nothing (how many jobs, which address) are in it too, for tasks that
//! another engine runs, but do not count when plans are compared.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use unitmill_corpus::InputFile;
use unitmill_model::{Digest, Stage};
use unitmill_recipe::{Batch, Mode, Recipe, SandboxJobs, Server};

use crate::error::RunError;
use crate::sources::PlannedSources;

/// Everything that a run resolves to before it begins; `plan.json`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct RunPlan {
    /// The version of unitmill.
    pub unitmill: String,
    /// The recipe with every default filled in.
    pub recipe: Recipe,
    /// The files of the corpus, in order.
    pub inputs: Vec<PlannedInput>,
    /// The input parts: ranges of `inputs`.
    pub parts: Vec<InputPart>,
    /// The import names that `packages.allow` lists.
    pub allowed_packages: Option<BTreeSet<String>>,
    /// The benchmarks that the result must not hold.
    pub benchmarks: Vec<PlannedBenchmark>,
    /// The other runs that answers come from.
    #[serde(default, skip_serializing_if = "PlannedSources::is_empty")]
    pub sources: PlannedSources,
    /// Texts of the prompt templates that the recipe overrides.
    pub prompts: PromptTexts,
    /// The Python environment.
    pub environment: PlannedEnvironment,
    /// Digest of all that an outcome depends on besides the job; see
    /// [`unitmill_sandbox::Sandbox::digest`].
    pub sandbox: Digest,
}

/// A benchmark that the result must not hold.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PlannedBenchmark {
    /// What rejects call it.
    pub name: String,
    /// How many items it has.
    pub items: u64,
    /// Digest of its file's content.
    pub sha256: Digest,
}

/// A file of the corpus and what is in it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PlannedInput {
    /// The file.
    #[serde(flatten)]
    pub file: InputFile,
    /// Digest of its content; none if it could not be read when the run was planned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<Digest>,
}

/// One input part: a range of files, or of one Parquet file's row groups.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct InputPart {
    /// Position of its first file in [`RunPlan::inputs`].
    pub first: usize,
    /// How many files.
    pub files: usize,
    /// Where the part is a piece of one Parquet file: these of its row groups.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row_groups: Option<Range<u32>>,
}

/// Texts of overridden prompt templates.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct PromptTexts {
    /// For the tests agent.
    pub tests: Option<String>,
    /// For the fix agent.
    pub fix: Option<String>,
    /// For the refine agent.
    pub refine: Option<String>,
}

/// The Python environment of a run.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PlannedEnvironment {
    /// Its digest, as rows have it.
    pub digest: Digest,
    /// The interpreter's version.
    pub python: String,
    /// The import roots that a function may need in it.
    pub modules: BTreeSet<String>,
}

impl RunPlan {
    /// The digest of what shapes rows; part of every manifest.
    pub fn digest(&self) -> Digest {
        Digest::of(self.shaping().to_string())
    }

    /// The plan as it is written down.
    pub fn to_json(&self) -> Value {
        serde_json::to_value(self).expect("a plan has text keys and finite numbers only")
    }

    /// Reads a plan.
    ///
    /// # Errors
    /// [`RunError::PlanInvalid`] for one of a version with other fields.
    pub fn from_json(run: &Path, json: Value) -> Result<Self, RunError> {
        serde_json::from_value(json).map_err(|error| RunError::PlanInvalid {
            run: run.to_owned(),
            message: format!("{error}; it was made by another version of unitmill"),
        })
    }

    /// What shapes rows: the plan without what does not.
    pub fn shaping(&self) -> Value {
        let mut plan = Self {
            recipe: self.shaping_recipe(),
            sources: self.sources.shaping(),
            ..self.clone()
        };
        // One line of difference is enough.
        let modules = plan
            .environment
            .modules
            .iter()
            .flat_map(|name| [name, "\n"]);
        let modules = Digest::of(modules.collect::<String>());
        plan.environment.modules = BTreeSet::from([modules.to_string()]);
        plan.to_json()
    }

    /// The recipe without the knobs that shape no row.
    pub fn shaping_recipe(&self) -> Recipe {
        let mut recipe = self.recipe.clone();
        recipe.sandbox.jobs = SandboxJobs::default();
        recipe.budget = unitmill_recipe::Budget::default();
        recipe.dedup.memory_mb = unitmill_recipe::Dedup::default().memory_mb;
        for benchmark in &mut recipe.decontaminate.benchmarks {
            // Its name and its content are in the plan.
            *benchmark = unitmill_recipe::Benchmark {
                path: PathBuf::new(),
                name: None,
            };
        }
        recipe.from = None;
        for server in recipe.models.servers_mut() {
            *server = Server {
                base_url: None,
                api_key_env: None,
                concurrency: None,
                timeout_s: None,
                deadline_s: None,
                retries: None,
                price: None,
                // The plan has the digests of the runs that are replayed.
                from: None,
                mode: Mode::default(),
                batch: Batch::default(),
                ..server.clone()
            };
        }
        recipe
    }

    /// The files of an input part, and which row groups of its file where it is a piece of
    /// one.
    pub fn files_of(&self, part: u32) -> (&[PlannedInput], Option<Range<u32>>) {
        let part = &self.parts[part as usize];
        let files = &self.inputs[part.first..part.first + part.files];
        (files, part.row_groups.clone())
    }

    /// How many tasks a stage has; for `publish`, given how many pairs there are.
    pub fn tasks(&self, stage: Stage, pairs: u64) -> u32 {
        let count = match stage {
            Stage::Extract | Stage::Mill => self.parts.len() as u64,
            Stage::Dedup => u64::from(self.recipe.tasks.buckets),
            Stage::Publish => pairs.div_ceil(self.recipe.output.rows_per_shard).max(1),
        };
        u32::try_from(count).unwrap_or(u32::MAX)
    }
}
