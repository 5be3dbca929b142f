//! Licences.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Under which licences files are taken. What the comments at the head of a file state
/// (`SPDX-License-Identifier:`) counts before what the corpus says of it.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Licenses {
    /// Which licences are taken: `permissive`, `any`, or a list of SPDX identifiers. Of
    /// licences joined by OR one is enough, of those joined by AND all must be taken.
    /// What is not recognised becomes `LicenseRef-<its letters>` and can be listed as that.
    /// Other files are rejected as `license_not_allowed`.
    #[serde(default)]
    pub allow: AllowedLicenses,
    /// What becomes of files whose licence neither the corpus nor the file states.
    #[serde(default)]
    pub unknown: UnknownLicense,
}

/// Which licences are taken.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum AllowedLicenses {
    /// These SPDX identifiers.
    Listed(Vec<String>),
    /// A set by its name.
    Named(LicenseSet),
}

impl Default for AllowedLicenses {
    fn default() -> Self {
        Self::Named(LicenseSet::Permissive)
    }
}

/// A set of licences.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LicenseSet {
    /// Those that ask for little: MIT, BSD, Apache-2.0 and their like, listed in
    /// `recipes/licenses/permissive.txt`.
    Permissive,
    /// All of them.
    Any,
}

/// What becomes of files without a licence.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UnknownLicense {
    /// They are taken; the column `license` of their rows is empty.
    #[default]
    Allow,
    /// They are rejected.
    Reject,
}
