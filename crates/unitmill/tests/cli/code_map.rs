//! `crates/README.md` is the code map; every crate is on it, and nothing that is not there.

use std::collections::BTreeSet;

use crate::program::root;

#[test]
fn every_crate_is_on_the_code_map() {
    let map = std::fs::read_to_string(root().join("crates/README.md")).expect("the map exists");
    let on_the_map: BTreeSet<String> = map
        .lines()
        .filter_map(|line| line.strip_prefix("| [`"))
        .filter_map(|line| line.split_once('`'))
        .map(|(name, _)| name.to_owned())
        .collect();
    let crates: BTreeSet<String> = std::fs::read_dir(root().join("crates"))
        .expect("readable")
        .map(|entry| entry.expect("readable"))
        .filter(|entry| entry.path().join("Cargo.toml").is_file())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    assert_eq!(on_the_map, crates);
}
