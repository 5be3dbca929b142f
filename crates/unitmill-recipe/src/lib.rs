//! The recipe: what a run does, written down by its user in YAML.
//!
//! This crate owns every knob: its name, its default, its documentation and its limits.
//! [`Recipe::parse`] turns YAML and `--set` overrides into a validated [`Recipe`] or into
//! *all* problems at once. The JSON Schema ([`json_schema`]) and the reference page
//! ([`reference`]) come from the same definitions.
//!
//! It reads nothing but the recipe itself: whether a path exists, a server answers or a
//! sandbox works is for others to find out.

mod addresses;
mod knobs;
mod overrides;
mod problem;
mod reference;
mod schema;
mod semantics;

use std::path::Path;

pub use addresses::Addresses;
pub use knobs::{
    AllowedLicenses, Batch, Benchmark, Budget, Compression, Decontaminate, Dedup, Fix,
    FunctionKind, Functions, Generate, Input, LicenseSet, Licenses, Mode, Models, Output,
    OutputFormat, OutsideSource, PackageRequirement, Packages, Price, Prompts, ProviderName,
    Recipe, Sandbox, SandboxBackend, SandboxIsolation, SandboxJobs, Server, Tasks, Tiers,
    UnknownLicense,
};
pub use overrides::Override;
pub use problem::{Problem, RecipeError};
pub use reference::reference;
pub use schema::json_schema;

impl Recipe {
    /// Reads a recipe file and applies the overrides.
    ///
    /// # Errors
    /// [`RecipeError::Unreadable`] when the file cannot be read, otherwise as
    /// [`Recipe::parse`].
    pub fn read(path: &Path, overrides: &[Override]) -> Result<Self, RecipeError> {
        let yaml = std::fs::read_to_string(path).map_err(|source| RecipeError::Unreadable {
            path: path.to_owned(),
            source,
        })?;
        Self::parse(&yaml, &path.display().to_string(), overrides)
    }

    /// Parses YAML, applies the overrides and validates the whole.
    ///
    /// # Errors
    /// Every problem at once, each with its dotted key; `origin` names the recipe in them.
    pub fn parse(yaml: &str, origin: &str, overrides: &[Override]) -> Result<Self, RecipeError> {
        let mut value: serde_json::Value =
            serde_saphyr::from_str(yaml).map_err(|error| RecipeError::NotYaml {
                origin: origin.to_owned(),
                message: error.to_string(),
            })?;
        if value.is_null() {
            value = serde_json::Value::Object(serde_json::Map::new());
        }
        let mut problems = Vec::new();
        for setting in overrides {
            if let Err(problem) = setting.apply(&mut value) {
                problems.push(problem);
            }
        }
        problems.extend(schema::check(&value));
        if !problems.is_empty() {
            return Err(RecipeError::Invalid {
                origin: origin.to_owned(),
                problems,
            });
        }
        let recipe: Self = serde_json::from_value(value).map_err(|error| RecipeError::Invalid {
            origin: origin.to_owned(),
            problems: vec![Problem::new("", error.to_string())],
        })?;
        let problems = semantics::check(&recipe);
        if problems.is_empty() {
            Ok(recipe)
        } else {
            Err(RecipeError::Invalid {
                origin: origin.to_owned(),
                problems,
            })
        }
    }

    /// The recipe as YAML, every default filled in.
    pub fn to_yaml(&self) -> String {
        // Through JSON, which leaves out what is not set.
        let mut value = serde_json::to_value(self).expect("a recipe has text keys");
        drop_nulls(&mut value);
        serde_saphyr::to_string(&value).expect("JSON is YAML")
    }
}

fn drop_nulls(value: &mut serde_json::Value) {
    if let serde_json::Value::Object(map) = value {
        map.retain(|_, value| !value.is_null());
    }
    match value {
        serde_json::Value::Object(map) => map.values_mut().for_each(drop_nulls),
        serde_json::Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}
