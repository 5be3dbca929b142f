//! What is sent into the jail, and the digests that make it part of every execution key.

use std::path::PathBuf;

use unitmill_jail::GuestFile;
use unitmill_model::{Digest, DigestBuilder, Isolation};

/// The harness, as (name, text).
const HARNESS: &[(&str, &str)] = &[
    (
        "zygote.py",
        include_str!("../../../sandbox/guest/zygote.py"),
    ),
    (
        "nursery.py",
        include_str!("../../../sandbox/guest/nursery.py"),
    ),
    (
        "ballast.py",
        include_str!("../../../sandbox/guest/ballast.py"),
    ),
    ("shelf.py", include_str!("../../../sandbox/guest/shelf.py")),
    (
        "kernel.py",
        include_str!("../../../sandbox/guest/kernel.py"),
    ),
    ("lane.py", include_str!("../../../sandbox/guest/lane.py")),
    (
        "reading.py",
        include_str!("../../../sandbox/guest/reading.py"),
    ),
    ("watch.py", include_str!("../../../sandbox/guest/watch.py")),
    ("law.py", include_str!("../../../sandbox/guest/law.py")),
    ("hook.py", include_str!("../../../sandbox/guest/hook.py")),
    ("judge.py", include_str!("../../../sandbox/guest/judge.py")),
    (
        "belief.py",
        include_str!("../../../sandbox/guest/belief.py"),
    ),
    ("bench.py", include_str!("../../../sandbox/guest/bench.py")),
    (
        "traits.py",
        include_str!("../../../sandbox/guest/traits.py"),
    ),
    (
        "margins.py",
        include_str!("../../../sandbox/guest/margins.py"),
    ),
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
/// Installed in every run, unless a weaker mode changes it.
const RUN_POLICY: &str = include_str!("../../../sandbox/policies/run.json");
/// What changes in it where nothing limits a run's processes together.
const RLIMITS_POLICY: &str = include_str!("../../../sandbox/policies/rlimits.json");
/// What changes further where the host's files and processes can be named.
const CONTAINER_POLICY: &str = include_str!("../../../sandbox/policies/container.json");

/// What a lane may do besides, to isolate its runs.
const LANE_POLICY: &str = include_str!("../../../sandbox/policies/lane.json");
/// What takes that away again.
const LAST_POLICY: &str = include_str!("../../../sandbox/policies/last.json");

/// The layers of a lane's policy and those of the one that each run adds to it, where the two
/// stand for that of the run.
pub(crate) fn split_policy(
    isolation: Isolation,
) -> Option<(&'static [&'static str], &'static [&'static str])> {
    match isolation {
        Isolation::Full => Some((&[RUN_POLICY, LANE_POLICY], &[LAST_POLICY])),
        // Their lanes can do too much that their runs must not: fork, for a start.
        Isolation::Rlimits | Isolation::Container => None,
    }
}

/// The layers of the policy of every run.
pub(crate) fn run_policy(isolation: Isolation) -> &'static [&'static str] {
    match isolation {
        Isolation::Full => &[RUN_POLICY],
        Isolation::Rlimits => &[RUN_POLICY, RLIMITS_POLICY],
        Isolation::Container => &[RUN_POLICY, RLIMITS_POLICY, CONTAINER_POLICY],
    }
}

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

/// Digest of the policies of a mode.
pub(crate) fn policy_digest(isolation: Isolation) -> Digest {
    let mut digest = DigestBuilder::new("sandbox policy");
    digest.push(ZYGOTE_POLICY);
    for layer in run_policy(isolation) {
        digest.push(layer);
    }
    if let Some((lane, last)) = split_policy(isolation) {
        for layer in lane.iter().chain(last) {
            digest.push(layer);
        }
    }
    digest.finish()
}
