//! What is sent into the jail, and the digests that make it part of every execution key.

use std::path::PathBuf;

use unitmill_jail::GuestFile;
use unitmill_model::{Digest, DigestBuilder};

/// The harness, as (name, text).
const HARNESS: &[(&str, &str)] = &[
    (
        "zygote.py",
        include_str!("../../../sandbox/guest/zygote.py"),
    ),
    ("shelf.py", include_str!("../../../sandbox/guest/shelf.py")),
    (
        "kernel.py",
        include_str!("../../../sandbox/guest/kernel.py"),
    ),
    ("lane.py", include_str!("../../../sandbox/guest/lane.py")),
    ("judge.py", include_str!("../../../sandbox/guest/judge.py")),
    ("bench.py", include_str!("../../../sandbox/guest/bench.py")),
    (
        "observe.py",
        include_str!("../../../sandbox/guest/observe.py"),
    ),
    (
        "coverage.py",
        include_str!("../../../sandbox/guest/coverage.py"),
    ),
];

/// Installed before the interpreter starts.
pub(crate) const ZYGOTE_POLICY: &str = include_str!("../../../sandbox/policies/zygote.json");
/// Installed in every run.
pub(crate) const RUN_POLICY: &str = include_str!("../../../sandbox/policies/run.json");

/// Folder of the harness inside the jail.
pub(crate) const HARNESS_FOLDER: &str = "/unitmill";

/// The harness as files of the jail's root.
pub(crate) fn harness_files() -> impl Iterator<Item = GuestFile> {
    HARNESS.iter().map(|(name, text)| GuestFile {
        path: PathBuf::from(HARNESS_FOLDER).join(name),
        content: (*text).to_owned(),
    })
}

/// Digest of the harness.
pub(crate) fn harness_digest() -> Digest {
    let mut digest = DigestBuilder::new("sandbox harness");
    for (name, text) in HARNESS {
        digest.push(name).push(text);
    }
    digest.finish()
}

/// Digest of the policies.
pub(crate) fn policy_digest() -> Digest {
    DigestBuilder::new("sandbox policy")
        .push(ZYGOTE_POLICY)
        .push(RUN_POLICY)
        .finish()
}
