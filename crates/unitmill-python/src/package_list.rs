//! Lists of packages by import name, and what `pip` calls them. Never reads a file: what
//! is bundled is embedded, what is not comes as text.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use crate::known_names::STANDARD_MODULES;

/// The bundled lists by name, as `packages.allow` takes them.
const BUNDLED: &[(&str, &str)] = &[
    (
        "default",
        include_str!("../../../recipes/packages/default.txt"),
    ),
    (
        "popular",
        include_str!("../../../recipes/packages/popular.txt"),
    ),
    (
        "unitcoder",
        include_str!("../../../recipes/packages/unitcoder.txt"),
    ),
];

/// The line that stands for every module of the standard library.
const STANDARD_LIBRARY: &str = "standard-library";

/// Import roots, and the distributions that bring those which are called otherwise.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PackageList {
    roots: BTreeSet<String>,
    distributions: BTreeMap<String, String>,
}

/// A line of a package list that is not an import name.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "line {line} of the package list: `{text}` is not an import name; write the name that `import` takes, without dots or versions, one a line"
)]
pub struct PackageListError {
    /// The line, from 1.
    pub line: usize,
    /// Its text.
    pub text: String,
}

impl PackageList {
    /// Reads a package list: one import root a line, where it helps with `= distribution`
    /// behind it; `standard-library` stands for all of that; `#` starts a comment.
    ///
    /// # Errors
    /// The first line that is none of this.
    pub fn parse(text: &str) -> Result<Self, PackageListError> {
        let mut list = Self::default();
        for (number, entry) in entries(text) {
            if entry == STANDARD_LIBRARY {
                let modules = STANDARD_MODULES.iter();
                list.roots
                    .extend(modules.map(|module| (*module).to_owned()));
                continue;
            }
            let (root, distribution) = match entry.split_once('=') {
                Some((root, distribution)) => (root.trim(), Some(distribution.trim())),
                None => (entry, None),
            };
            if !is_import_root(root) || distribution.is_some_and(|name| !is_distribution(name)) {
                return Err(PackageListError {
                    line: number,
                    text: entry.to_owned(),
                });
            }
            list.roots.insert(root.to_owned());
            if let Some(distribution) = distribution {
                list.distributions
                    .insert(root.to_owned(), distribution.to_owned());
            }
        }
        Ok(list)
    }

    /// The bundled list of that name.
    pub fn bundled(name: &str) -> Option<Self> {
        let (_, text) = BUNDLED.iter().find(|(bundled, _)| *bundled == name)?;
        Some(Self::parse(text).expect("a test reads every bundled list"))
    }

    /// The names of the bundled lists, sorted.
    pub fn bundled_names() -> impl Iterator<Item = &'static str> {
        BUNDLED.iter().map(|(name, _)| *name)
    }

    /// The import roots.
    pub fn roots(&self) -> &BTreeSet<String> {
        &self.roots
    }

    /// The import roots, to keep.
    pub fn into_roots(self) -> BTreeSet<String> {
        self.roots
    }

    /// What `pip` installs for a root of the list: another name, or the same.
    pub fn distribution<'list>(&'list self, root: &'list str) -> &'list str {
        self.distributions.get(root).map_or(root, String::as_str)
    }
}

/// What stands on the lines of a list besides comments, with line numbers from 1.
fn entries(text: &str) -> impl Iterator<Item = (usize, &str)> {
    (1..)
        .zip(text.lines())
        .map(|(number, line)| (number, line.split('#').next().unwrap_or("").trim()))
        .filter(|(_, entry)| !entry.is_empty())
}

fn is_import_root(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && name
            .chars()
            .all(|character| character.is_alphanumeric() || character == '_')
}

fn is_distribution(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphanumeric())
        && name
            .chars()
            .all(|character| character.is_ascii_alphanumeric() || "-_.".contains(character))
}

static POPULAR: LazyLock<PackageList> =
    LazyLock::new(|| PackageList::bundled("popular").expect("the list is bundled"));

/// Names inside shared import roots and their distributions.
static NAMESPACES: LazyLock<BTreeMap<&str, &str>> = LazyLock::new(|| {
    entries(include_str!("../../../recipes/packages/namespaces.txt"))
        .map(|(_, entry)| entry.split_once('=').unwrap_or((entry, entry)))
        .map(|(module, distribution)| (module.trim(), distribution.trim()))
        .collect()
});

/// The package that an import of `module` (`google.cloud.storage.blob`) asks for: the
/// import root, or what tells one apart of several that share a root
/// (`google.cloud.storage`).
pub fn package_of_module(module: &str) -> &str {
    let mut package = module;
    loop {
        if NAMESPACES.contains_key(package) {
            return package;
        }
        match package.rsplit_once('.') {
            Some((parent, _)) => package = parent,
            None => return package,
        }
    }
}

/// What `pip` installs for a package that [`package_of_module`] named, if this is known.
pub fn distribution_of(package: &str) -> Option<&str> {
    if let Some(distribution) = NAMESPACES.get(package) {
        return Some(distribution);
    }
    let is_shared = NAMESPACES.keys().any(|name| {
        name.strip_prefix(package)
            .is_some_and(|rest| rest.starts_with('.'))
    });
    (!is_shared && POPULAR.roots.contains(package)).then(|| POPULAR.distribution(package))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::is_standard_module;

    #[test]
    fn comments_and_empty_lines_do_not_count() {
        let list = PackageList::parse("# tools\nnumpy\n\n  re  # patterns\nnumpy\n");
        assert_eq!(
            list.map(PackageList::into_roots),
            Ok(BTreeSet::from(["numpy".to_owned(), "re".to_owned()]))
        );
    }

    #[test]
    fn a_distribution_may_stand_behind_the_import_name() {
        let list = PackageList::parse("PIL = pillow # pictures\nnumpy\n").expect("it is a list");
        assert_eq!(list.distribution("PIL"), "pillow");
        assert_eq!(list.distribution("numpy"), "numpy");
    }

    #[test]
    fn a_requirement_is_not_an_import_name() {
        let error = PackageList::parse("numpy\nscikit-learn>=1.0\n").expect_err("must fail");
        insta::assert_snapshot!(error, @"line 2 of the package list: `scikit-learn>=1.0` is not an import name; write the name that `import` takes, without dots or versions, one a line");
        PackageList::parse("ruamel.yaml\n").expect_err("roots alone count");
    }

    #[test]
    fn the_bundled_lists_are_what_they_say() {
        for name in PackageList::bundled_names() {
            assert!(PackageList::bundled(name).is_some(), "{name}");
        }
        let unitcoder = PackageList::bundled("unitcoder")
            .expect("bundled")
            .into_roots();
        assert_eq!(unitcoder.len(), 139);
        let third_party = |roots: &BTreeSet<String>| -> Vec<String> {
            let other = roots.iter().filter(|root| !is_standard_module(root));
            other.cloned().collect()
        };
        for root in third_party(&unitcoder) {
            assert!(distribution_of(&root).is_some(), "{root} is not in popular");
        }
        let popular = PackageList::bundled("popular")
            .expect("bundled")
            .into_roots();
        assert!(popular.contains("asyncio"));
        assert!(third_party(&popular).len() > 400);
    }

    #[test]
    fn packages_that_share_a_root_are_told_apart() {
        let package = package_of_module("google.cloud.storage.blob");
        assert_eq!(package, "google.cloud.storage");
        assert_eq!(distribution_of(package), Some("google-cloud-storage"));
        assert_eq!(package_of_module("google.something"), "google");
        assert_eq!(distribution_of("google"), None);
        assert_eq!(package_of_module("sklearn.linear_model"), "sklearn");
        assert_eq!(distribution_of("sklearn"), Some("scikit-learn"));
        assert_eq!(distribution_of("an_inner_tool"), None);
    }
}
