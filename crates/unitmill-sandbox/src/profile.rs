//! Which packages an interpreter imports before it is forked from.

use std::collections::BTreeSet;

/// Packages that are slow to import and often used, with what each is preloaded as and
/// which other ones its import brings along anyway. Only modules that an ordinary `import`
/// of the package's usual entry points would load.
const HEAVY: &[(&str, &[&str], &[&str])] = &[
    ("numpy", &["numpy", "numpy.random", "numpy.testing"], &[]),
    ("pandas", &["pandas", "pandas.testing"], &["numpy"]),
    (
        "scipy",
        &[
            "scipy",
            "scipy.stats",
            "scipy.optimize",
            "scipy.sparse",
            "scipy.linalg",
        ],
        &["numpy"],
    ),
    (
        "sklearn",
        &[
            "sklearn",
            "sklearn.linear_model",
            "sklearn.preprocessing",
            "sklearn.model_selection",
            "sklearn.metrics",
        ],
        &["numpy", "scipy"],
    ),
    (
        "matplotlib",
        &["matplotlib", "matplotlib.pyplot"],
        &["numpy"],
    ),
];

/// A set of heavy packages, closed under what they bring along.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub(crate) struct Profile(BTreeSet<&'static str>);

impl Profile {
    /// The profile for a job's import roots, of what the environment has.
    pub(crate) fn for_packages(packages: &[String], available: &BTreeSet<String>) -> Self {
        let mut chosen = BTreeSet::new();
        for (name, _, brought) in HEAVY {
            if packages.iter().any(|package| package == name) && available.contains(*name) {
                chosen.insert(*name);
                chosen.extend(brought.iter().filter(|other| available.contains(**other)));
            }
        }
        Self(chosen)
    }

    /// The modules to import, in order, those of one package together: profiles that begin
    /// alike share what they have imported.
    pub(crate) fn groups(&self) -> Vec<&'static [&'static str]> {
        HEAVY
            .iter()
            .filter(|(name, ..)| self.0.contains(name))
            .map(|(_, modules, _)| *modules)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(packages: &[&str], available: &[&str]) -> Vec<&'static str> {
        let packages: Vec<String> = packages.iter().map(|name| (*name).to_owned()).collect();
        let available = available.iter().map(|name| (*name).to_owned()).collect();
        Profile::for_packages(&packages, &available)
            .groups()
            .concat()
    }

    #[test]
    fn a_profile_holds_what_is_named_what_that_brings_and_no_more() {
        assert_eq!(profile(&["json", "requests"], &["requests"]), [""; 0]);
        assert_eq!(
            profile(&["pandas"], &["pandas", "numpy", "scipy"]),
            [
                "numpy",
                "numpy.random",
                "numpy.testing",
                "pandas",
                "pandas.testing"
            ]
        );
        assert_eq!(profile(&["sklearn"], &["numpy"]), [""; 0]);
    }
}
