//! Asks the kernel what a jail can be built from. What each thing is needed for, and what
//! to do without it, is not this crate's to say.

use std::fs;
use std::path::Path;

use nix::unistd::Uid;

use crate::privilege::landlock_version;

/// What a jail can be built from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KernelFeatureKind {
    /// The process is root.
    Root,
    /// The kernel knows every kind of namespace.
    Namespaces,
    /// This user may make user namespaces.
    UserNamespaces,
    /// System call filters.
    Seccomp,
    /// File rules that a process gives itself, version 3 of the interface or later.
    Landlock,
}

/// One thing that the kernel has or lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KernelFeature {
    /// Which.
    pub kind: KernelFeatureKind,
    /// Whether it was found.
    pub present: bool,
    /// What was seen, for a person.
    pub observed: String,
}

/// The first version of Landlock's interface that covers changing a file's length.
const LANDLOCK_NEEDED: u32 = 3;

/// Looks at everything that needs no process of its own. Whether a jail can really be
/// built is for [`crate::try_out`] to say.
pub fn probe() -> Vec<KernelFeature> {
    let feature = |kind, present, observed| KernelFeature {
        kind,
        present,
        observed,
    };
    let root = is_root();
    let missing: Vec<&str> = ["mnt", "pid", "net", "ipc", "uts", "cgroup", "user"]
        .into_iter()
        .filter(|name| !Path::new("/proc/self/ns").join(name).exists())
        .collect();
    let namespaces = if missing.is_empty() {
        "mnt, pid, net, ipc, uts, cgroup, user".to_owned()
    } else {
        format!("missing: {}", missing.join(", "))
    };
    let (may, knobs) = user_namespaces(root);
    let actions = fs::read_to_string("/proc/sys/kernel/seccomp/actions_avail");
    let landlock = landlock_version();
    vec![
        feature(
            KernelFeatureKind::Root,
            root,
            format!("user {}", Uid::effective()),
        ),
        feature(
            KernelFeatureKind::Namespaces,
            missing.is_empty(),
            namespaces,
        ),
        feature(KernelFeatureKind::UserNamespaces, may, knobs),
        feature(
            KernelFeatureKind::Seccomp,
            actions
                .as_ref()
                .is_ok_and(|actions| actions.contains("kill_process")),
            match actions {
                Ok(actions) => actions.trim().to_owned(),
                Err(error) => format!("/proc/sys/kernel/seccomp/actions_avail: {error}"),
            },
        ),
        feature(
            KernelFeatureKind::Landlock,
            landlock >= LANDLOCK_NEEDED,
            match landlock {
                0 => "none".to_owned(),
                version => format!("interface version {version}"),
            },
        ),
    ]
}

/// Whether this process is root, and can make its jails' users ones of their own.
pub fn is_root() -> bool {
    Uid::effective().is_root()
}

/// Whether this user may make user namespaces, as far as the knobs say, and the knobs.
fn user_namespaces(root: bool) -> (bool, String) {
    let most = read_number("/proc/sys/user/max_user_namespaces");
    // Distributions' own; root is exempt from both.
    let clone = read_number("/proc/sys/kernel/unprivileged_userns_clone");
    let restricted = read_number("/proc/sys/kernel/apparmor_restrict_unprivileged_userns");
    let allowed = root || (clone != Some(0) && restricted.unwrap_or(0) == 0);
    let mut seen = vec![match most {
        Some(most) => format!("user.max_user_namespaces = {most}"),
        None => "no user.max_user_namespaces".to_owned(),
    }];
    for (name, value) in [
        ("kernel.unprivileged_userns_clone", clone),
        ("kernel.apparmor_restrict_unprivileged_userns", restricted),
    ] {
        seen.extend(value.map(|value| format!("{name} = {value}")));
    }
    (
        most.is_some_and(|most| most > 0) && allowed,
        seen.join(", "),
    )
}

fn read_number(path: &str) -> Option<u64> {
    fs::read_to_string(path).ok()?.trim().parse().ok()
}
