//! What `from module import *` imports, for the standard library and for popular packages;
//! written down by `scripts/star-names`. Never says anything about other modules.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

static STAR_NAMES: LazyLock<FxHashMap<&str, &str>> = LazyLock::new(|| {
    include_str!("../data/star_names.txt")
        .lines()
        .filter_map(|line| line.split_once(": "))
        .collect()
});

/// The names that a module's star import binds, separated by spaces; none if nobody knows.
pub(crate) fn star_names(module: &str) -> Option<&'static str> {
    STAR_NAMES.get(module).copied()
}
