//! Which modules an interpreter imports before it is forked from.
//!
//! What a program imports and the interpreter has not, the run imports: hardly more than speed
//! hangs on it (looks keep margins behind arrays where numpy was there before the run).
//! Every page of memory that an interpreter has filled is copied and given back by each of its
//! forks, so one that holds what most programs never use is a slow one.

use std::collections::BTreeSet;

use unitmill_model::Job;

/// Modules that are imported together.
struct Group {
    /// What it is called; an import root of this name asks for it.
    name: &'static str,
    /// Further import roots that ask for it.
    roots: &'static [&'static str],
    /// Words in the text of a job that ask for it, where no import root tells.
    words: &'static [&'static str],
    /// The modules, all of which the ordinary entry points of the package would load.
    modules: &'static [&'static str],
    /// Groups that importing this one brings along anyway.
    brings: &'static [&'static str],
    /// Part of the standard library, which every environment has.
    standard: bool,
}

impl Group {
    const fn package(
        name: &'static str,
        modules: &'static [&'static str],
        brings: &'static [&'static str],
    ) -> Self {
        Self {
            name,
            roots: &[],
            words: &[],
            modules,
            brings,
            standard: false,
        }
    }

    fn is_wanted(&self, job: &Job) -> bool {
        let is_root = |root: &&str| job.packages.iter().any(|package| package == root);
        is_root(&self.name)
            || self.roots.iter().any(is_root)
            || self
                .words
                .iter()
                .any(|word| job.files.iter().any(|file| file.content.contains(word)))
    }
}

/// Slow to import and often used. The order is that of the imports: profiles that begin alike
/// share what they have imported.
const GROUPS: &[Group] = &[
    Group::package("numpy", &["numpy", "numpy.random", "numpy.testing"], &[]),
    Group::package("pandas", &["pandas", "pandas.testing"], &["numpy"]),
    Group::package(
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
    Group::package(
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
    Group::package(
        "matplotlib",
        &["matplotlib", "matplotlib.pyplot"],
        &["numpy"],
    ),
    Group {
        name: "email",
        roots: &[
            "bz2",
            "calendar",
            "cmath",
            "configparser",
            "doctest",
            "getpass",
            "gzip",
            "html",
            "http",
            "ipaddress",
            "lzma",
            "multiprocessing",
            "platform",
            "sqlite3",
            "tarfile",
            "uuid",
            "xml",
            "zipfile",
            "zoneinfo",
        ],
        words: &["logging.handlers", "urllib.request", "urllib.error"],
        modules: &[
            "calendar",
            "cmath",
            "configparser",
            "doctest",
            "email",
            "email.mime.text",
            "getpass",
            "gzip",
            "bz2",
            "lzma",
            "html",
            "html.parser",
            "http.client",
            "ipaddress",
            "logging.handlers",
            "multiprocessing",
            "platform",
            "sqlite3",
            "tarfile",
            "urllib.request",
            "urllib.error",
            "uuid",
            "xml.dom.minidom",
            "xml.etree.ElementTree",
            "zipfile",
            "zoneinfo",
        ],
        brings: &[],
        standard: true,
    },
    Group {
        name: "asyncio",
        roots: &["concurrent"],
        words: &["mock", "Async"],
        modules: &[
            "asyncio",
            "concurrent.futures",
            "unittest.mock",
            "unittest.async_case",
        ],
        brings: &[],
        standard: true,
    },
];

/// A set of groups, closed under what they bring along.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub(crate) struct Profile(BTreeSet<&'static str>);

impl Profile {
    /// The profile for a job, of what the environment has (its import roots).
    pub(crate) fn for_job(job: &Job, available: &BTreeSet<String>) -> Self {
        let has = |group: &Group| group.standard || available.contains(group.name);
        let mut chosen = BTreeSet::new();
        for group in GROUPS {
            if has(group) && group.is_wanted(job) {
                chosen.insert(group.name);
                chosen.extend(
                    group
                        .brings
                        .iter()
                        .filter(|name| available.contains(**name)),
                );
            }
        }
        Self(chosen)
    }

    /// The modules to import, in order, those of one group together.
    pub(crate) fn groups(&self) -> Vec<&'static [&'static str]> {
        GROUPS
            .iter()
            .filter(|group| self.0.contains(group.name))
            .map(|group| group.modules)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use unitmill_model::{JOB_VERSION, JobFile, JobKind, Limits, TestOrder};

    use super::*;

    fn profile(packages: &[&str], text: &str, available: &[&str]) -> Vec<&'static str> {
        let job = Job {
            version: JOB_VERSION,
            files: vec![JobFile {
                name: "solution.py".to_owned(),
                content: text.to_owned(),
            }],
            entry: "solution".to_owned(),
            expected_tests: Vec::new(),
            kind: JobKind::Verdict,
            packages: packages.iter().map(|name| (*name).to_owned()).collect(),
            limits: Limits::default(),
            seed: 0,
            order: TestOrder::AsLoaded,
        };
        let available = available.iter().map(|name| (*name).to_owned()).collect();
        Profile::for_job(&job, &available).groups().concat()
    }

    #[test]
    fn a_profile_holds_what_is_named_what_that_brings_and_no_more() {
        assert_eq!(profile(&["json", "requests"], "", &["requests"]), [""; 0]);
        assert_eq!(
            profile(&["pandas"], "", &["pandas", "numpy", "scipy"]),
            [
                "numpy",
                "numpy.random",
                "numpy.testing",
                "pandas",
                "pandas.testing"
            ]
        );
        assert_eq!(profile(&["sklearn"], "", &["numpy"]), [""; 0]);
    }

    #[test]
    fn heavy_parts_of_the_standard_library_come_when_a_program_speaks_of_them() {
        let mocking = profile(&["unittest"], "from unittest import mock", &[]);
        assert_eq!(mocking.last(), Some(&"unittest.async_case"));
        assert!(profile(&["xml"], "", &[]).contains(&"xml.dom.minidom"));
        assert_eq!(profile(&["urllib"], "urllib.parse.quote", &[]), [""; 0]);
    }

    #[test]
    fn what_is_brought_along_comes_earlier() {
        for (at, group) in GROUPS.iter().enumerate() {
            for brought in group.brings {
                assert!(GROUPS[..at].iter().any(|other| other.name == *brought));
            }
        }
    }
}
