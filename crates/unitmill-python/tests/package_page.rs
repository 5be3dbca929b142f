//! `docs/packages.md`: the bundled package lists, and what the bundled environments hold of
//! them by their locks.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use unitmill_python::{PackageList, distribution_of, is_standard_module};

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(path)
}

/// The distributions that a lock pins.
fn locked(environment: &str) -> BTreeSet<String> {
    let path = repository("sandbox/environments").join(format!("{environment}.txt"));
    let text = std::fs::read_to_string(path).expect("the lock is part of the repository");
    text.lines()
        .filter_map(|line| line.split_once("=="))
        .map(|(name, _)| name.trim().to_lowercase())
        .collect()
}

/// Names of distributions compare by this.
fn normalised(distribution: &str) -> String {
    distribution.to_lowercase().replace(['_', '.'], "-")
}

fn page() -> String {
    let scientific = locked("scientific");
    let mut page = String::from(
        "# Package lists\n\nMade from `recipes/packages` and the locks in `sandbox/environments`; a test keeps it \
         true. `packages.allow` takes a list by its name, or a file of import names. `unitmill env packages LIST \
         --env E` asks a built environment itself, whatever it was made from.\n\nThe environment `standard` holds \
         the standard library alone, `scientific` what is marked besides. A function that needs a package which the \
         run's environment lacks is rejected as `package_missing`; `unitmill audit` counts what the functions wait \
         for. An import that a `try` replaces when it fails is no need, nor is one for type checkers alone. Modules \
         that the interpreter's version of the standard library has lost count as lacking, unless a rule of the fix \
         agent replaces them (`cPickle`, `imp`, `distutils`).\n",
    );
    for name in PackageList::bundled_names() {
        let list = PackageList::bundled(name).expect("it is bundled");
        let (standard, other): (Vec<&String>, Vec<&String>) = list
            .roots()
            .iter()
            .partition(|root| is_standard_module(root));
        let distribution = |root: &str| match list.distribution(root) {
            same if same == root => distribution_of(root).unwrap_or(root).to_owned(),
            named => named.to_owned(),
        };
        let is_held = |root: &str| scientific.contains(&normalised(&distribution(root)));
        let held = other.iter().filter(|root| is_held(root)).count();
        write!(
            page,
            "\n## `{name}`\n\n{} modules: {} of the standard library, {} of third parties, {held} of these in \
             `scientific`.\n\n",
            list.roots().len(),
            standard.len(),
            other.len(),
        )
        .expect("writing to a string cannot fail");
        if standard.len() < 100 {
            let names: Vec<String> = standard.iter().map(|root| format!("`{root}`")).collect();
            writeln!(page, "Standard library: {}.\n", names.join(", "))
                .expect("writing to a string cannot fail");
        }
        page.push_str("| import | distribution | in `scientific` |\n|---|---|---|\n");
        for root in other {
            let mark = if is_held(root) { "yes" } else { "" };
            writeln!(page, "| `{root}` | {} | {mark} |", distribution(root))
                .expect("writing to a string cannot fail");
        }
    }
    page
}

#[test]
fn the_page_of_packages_is_up_to_date() {
    let path = repository("docs/packages.md");
    let page = page();
    if std::env::var_os("UNITMILL_UPDATE_DOCS").is_some() {
        std::fs::write(&path, &page).expect("the page can be written");
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page,
        "docs/packages.md is out of date; UNITMILL_UPDATE_DOCS=1 cargo test -p unitmill-python renews it"
    );
}
