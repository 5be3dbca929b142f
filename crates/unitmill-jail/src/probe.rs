//! Asks the kernel, by trying, what a jail can be built from.

use std::fs;
use std::path::Path;

use nix::unistd::Uid;

use crate::privilege::landlock_version;

/// One thing that the kernel has or lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KernelFeature {
    /// Short name.
    pub name: &'static str,
    /// What unitmill uses it for.
    pub needed_for: &'static str,
    /// Whether it was found.
    pub present: bool,
    /// What was seen, for a person.
    pub observed: String,
    /// What to do when it is missing.
    pub remedy: &'static str,
    /// Whether the native sandbox refuses to start without it.
    pub required: bool,
}

/// Looks at everything that needs no process of its own. Whether a jail can really be
/// built is for the caller to try.
pub fn probe() -> Vec<KernelFeature> {
    let root = Uid::effective().is_root();
    let user_namespaces = read_number("/proc/sys/user/max_user_namespaces");
    let seccomp = fs::read_to_string("/proc/sys/kernel/seccomp/actions_avail");
    let landlock = landlock_version();
    let namespace = |name: &str| Path::new("/proc/self/ns").join(name).exists();
    let missing_namespaces: Vec<&str> = ["mnt", "pid", "net", "ipc", "uts", "cgroup", "user"]
        .into_iter()
        .filter(|name| !namespace(name))
        .collect();
    vec![
        KernelFeature {
            name: "root",
            needed_for: "a host user of its own for every slot, and control groups without delegation",
            present: root,
            observed: format!("effective user id {}", Uid::effective()),
            remedy: "run as root, for instance in the container that the job gets anyway",
            required: true,
        },
        KernelFeature {
            name: "namespaces",
            needed_for: "hiding the host's files, processes and network",
            present: missing_namespaces.is_empty(),
            observed: if missing_namespaces.is_empty() {
                "mnt, pid, net, ipc, uts, cgroup, user".to_owned()
            } else {
                format!("missing: {}", missing_namespaces.join(", "))
            },
            remedy: "use a kernel built with the missing namespaces (any distribution's is)",
            required: true,
        },
        KernelFeature {
            name: "user namespaces",
            needed_for: "making the sandbox's root an ordinary user of the host",
            present: user_namespaces.is_some_and(|most| most > 0),
            observed: match user_namespaces {
                Some(most) => format!("max_user_namespaces = {most}"),
                None => "no /proc/sys/user/max_user_namespaces".to_owned(),
            },
            remedy: "set the sysctl user.max_user_namespaces above 0, or start the container with \
                     user namespaces allowed",
            required: true,
        },
        KernelFeature {
            name: "seccomp",
            needed_for: "refusing system calls",
            present: seccomp
                .as_ref()
                .is_ok_and(|actions| actions.contains("kill_process")),
            observed: seccomp.map_or_else(
                |error| error.to_string(),
                |actions| actions.trim().to_owned(),
            ),
            remedy: "use a kernel built with CONFIG_SECCOMP_FILTER, 4.14 or later",
            required: true,
        },
        KernelFeature {
            name: "landlock",
            needed_for: "a second wall around files; runs are confined without it too",
            present: landlock > 0,
            observed: format!("interface version {landlock}"),
            remedy: "use a kernel 5.13 or later with `landlock` in the `lsm=` list",
            required: false,
        },
    ]
}

fn read_number(path: &str) -> Option<u64> {
    fs::read_to_string(path).ok()?.trim().parse().ok()
}
