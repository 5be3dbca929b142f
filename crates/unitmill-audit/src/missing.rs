//! Packages that functions wait for: which one to add to the environment next.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use unitmill_python::{distribution_of, is_standard_module};

/// A package that the environment lacks. A function counts for every package that it
/// needs and that is missing.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct MissingPackage {
    /// The import root, or what tells packages apart that share one
    /// (`google.cloud.storage`).
    pub package: String,
    /// What `pip` installs; none if it is not known, and for modules of the standard
    /// library, which another version of Python has.
    pub distribution: Option<String>,
    /// Functions that were rejected for it.
    pub functions: u64,
    /// Of these, those that miss nothing else.
    pub alone: u64,
}

/// Counts missing packages.
#[derive(Clone, Debug, Default)]
pub struct MissingTally {
    counts: BTreeMap<String, (u64, u64)>,
}

impl MissingTally {
    /// Counts one function that was rejected for these packages.
    pub fn add_function(&mut self, packages: &[String]) {
        let alone = u64::from(packages.len() == 1);
        for package in packages {
            self.add(package, 1, alone);
        }
    }

    pub(crate) fn add(&mut self, package: &str, functions: u64, alone: u64) {
        let counts = self.counts.entry(package.to_owned()).or_default();
        counts.0 += functions;
        counts.1 += alone;
    }

    /// The packages, the most wanted first: by the functions that wait for it, then by
    /// those that wait for it alone, then by name.
    pub fn finish(self) -> Vec<MissingPackage> {
        let mut rows: Vec<MissingPackage> = self
            .counts
            .into_iter()
            .map(|(package, (functions, alone))| MissingPackage {
                distribution: distribution_of(&package)
                    .filter(|_| !is_standard_module(&package))
                    .map(str::to_owned),
                package,
                functions,
                alone,
            })
            .collect();
        rows.sort_by(|a, b| {
            let key = |row: &MissingPackage| std::cmp::Reverse((row.functions, row.alone));
            key(a).cmp(&key(b)).then_with(|| a.package.cmp(&b.package))
        });
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_wanted_package_comes_first() {
        let mut tally = MissingTally::default();
        for packages in [
            &["torch"][..],
            &["cv2", "torch"],
            &["cv2"],
            &["inner"],
            &["torch"],
        ] {
            let packages: Vec<String> = packages.iter().map(|name| (*name).to_owned()).collect();
            tally.add_function(&packages);
        }
        let rows = tally.finish();
        let shown: Vec<_> = rows
            .iter()
            .map(|row| {
                (
                    row.package.as_str(),
                    row.functions,
                    row.alone,
                    row.distribution.as_deref(),
                )
            })
            .collect();
        assert_eq!(
            shown,
            [
                ("torch", 3, 2, Some("torch")),
                ("cv2", 2, 1, Some("opencv-python-headless")),
                ("inner", 1, 1, None),
            ]
        );
    }
}
