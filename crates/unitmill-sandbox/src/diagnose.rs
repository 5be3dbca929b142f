//! What of the sandbox's needs this machine has: for `unitmill doctor`, and for a sandbox
//! that is about to open. Looks and tries; changes nothing.

use std::path::Path;

use unitmill_jail::{JailSpec, KernelFeatureKind, compile_policy, probe, try_out};
use unitmill_model::Isolation;

use crate::cgroup::{self, Groups};
use crate::error::SandboxError;
use crate::guest;
use crate::layout::Layout;
use crate::walls::identity;

/// What this machine can do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    /// What the sandbox can be built from.
    pub features: Vec<Feature>,
    /// Each mode of isolation, strongest first.
    pub modes: Vec<Mode>,
}

/// One thing that the sandbox needs or can use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feature {
    /// Short name.
    pub name: String,
    /// What it is needed for.
    pub needed_for: String,
    /// Whether this machine has it.
    pub present: bool,
    /// What was seen.
    pub observed: String,
    /// What to do if it is missing.
    pub remedy: String,
    /// The modes that refuse to start without it; none: it is used where it is there.
    pub needed_by: Vec<Isolation>,
}

/// A mode of isolation, and whether it works here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mode {
    /// Which.
    pub isolation: Isolation,
    /// What keeps it from being used; a jail of the kind was tried out.
    pub obstacle: Option<Obstacle>,
}

/// What keeps a mode of isolation from being used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obstacle {
    /// What failed or is not there.
    pub what: String,
    /// What to do, where no missing feature says it already.
    pub remedy: Option<String>,
}

/// Probes the machine for everything that the native sandbox uses, and tries each mode.
/// `program` is one whose `main` calls `unitmill_jail::main_if_jail` first.
pub fn diagnose(program: &Path) -> Diagnosis {
    let modes = Isolation::ALL.iter().map(|isolation| Mode {
        isolation: *isolation,
        obstacle: try_mode(*isolation, program).err(),
    });
    Diagnosis {
        features: features(),
        modes: modes.collect(),
    }
}

/// Refuses where a mode's needs are not met, as far as that can be seen without trying.
///
/// # Errors
/// [`SandboxError::CannotIsolate`] that names the first thing missing.
pub(crate) fn require(isolation: Isolation) -> Result<(), SandboxError> {
    for feature in kernel_features() {
        if feature.needed_by.contains(&isolation) && !feature.present {
            return Err(SandboxError::CannotIsolate {
                missing: format!("{} ({})", feature.name, feature.observed),
                remedy: feature.remedy,
            });
        }
    }
    Ok(())
}

fn features() -> Vec<Feature> {
    let groups = Groups::find();
    let mut features = kernel_features();
    features.push(Feature {
        name: "control groups".to_owned(),
        needed_for: "limits on the memory and the processes of a whole run".to_owned(),
        present: groups.is_ok(),
        observed: match &groups {
            Ok(groups) => groups.describe(),
            Err(SandboxError::CannotIsolate { missing, .. }) => missing.clone(),
            Err(error) => error.to_string(),
        },
        remedy: cgroup::REMEDY.to_owned(),
        needed_by: vec![Isolation::Full],
    });
    features
}

fn kernel_features() -> Vec<Feature> {
    probe()
        .into_iter()
        .map(|feature| {
            let (name, needed_for, remedy, needed_by) = explain(feature.kind);
            Feature {
                name: name.to_owned(),
                needed_for: needed_for.to_owned(),
                present: feature.present,
                observed: feature.observed,
                remedy: remedy.to_owned(),
                needed_by: needed_by.to_vec(),
            }
        })
        .collect()
}

const ALLOW_NAMESPACES: &str = "set the sysctls user.max_user_namespaces above 0 and, where they \
     exist, kernel.unprivileged_userns_clone to 1 and \
     kernel.apparmor_restrict_unprivileged_userns to 0; start a container with `--privileged`, or \
     with `--security-opt seccomp=unconfined --cap-add SYS_ADMIN` (in Kubernetes \
     `securityContext: {privileged: true}`, or `seccompProfile: {type: Unconfined}` with \
     `capabilities: {add: [SYS_ADMIN]}`); or name `sandbox.isolation: container` in the recipe";

fn explain(
    kind: KernelFeatureKind,
) -> (
    &'static str,
    &'static str,
    &'static str,
    &'static [Isolation],
) {
    const NAMESPACES: &[Isolation] = &[Isolation::Full, Isolation::Rlimits];
    match kind {
        KernelFeatureKind::Root => (
            "root",
            "a host user of its own for every run, and control groups that nobody has delegated",
            "run as root, for instance in the container that the job gets anyway",
            &[],
        ),
        KernelFeatureKind::Namespaces => (
            "namespaces",
            "hiding the host's files, processes and network",
            "use a kernel built with the missing namespaces (any distribution's is)",
            NAMESPACES,
        ),
        KernelFeatureKind::UserNamespaces => (
            "user namespaces",
            "making the sandbox's root an ordinary user of the host",
            ALLOW_NAMESPACES,
            NAMESPACES,
        ),
        KernelFeatureKind::Seccomp => (
            "seccomp",
            "refusing system calls",
            "use a kernel built with CONFIG_SECCOMP_FILTER, 4.14 or later",
            Isolation::ALL,
        ),
        KernelFeatureKind::Landlock => (
            "landlock",
            "a second wall around files, and without namespaces the only one",
            "use a kernel 6.2 or later with `landlock` in the `lsm=` list of its command line, and a \
             container runtime whose seccomp profile lets Landlock's calls through (Docker 23 or \
             later)",
            &[Isolation::Container],
        ),
    }
}

/// Builds what a mode builds, with this program in the place of an interpreter.
fn try_mode(isolation: Isolation, program: &Path) -> Result<(), Obstacle> {
    let obstacle = |error: SandboxError| Obstacle {
        what: match error {
            SandboxError::CannotIsolate { missing, .. } => missing,
            other => other.to_string(),
        },
        remedy: None,
    };
    require(isolation).map_err(obstacle)?;
    if isolation == Isolation::Full {
        Groups::find()
            .and_then(|groups| groups.try_out())
            .map_err(obstacle)?;
    }
    let layout = Layout::of_program(program).map_err(obstacle)?;
    let filter = compile_policy("zygote", &[guest::ZYGOTE_POLICY])
        .map_err(|error| obstacle(error.into()))?;
    let spec = JailSpec {
        supervisor: std::process::id(),
        argv: Vec::new(),
        environment: Vec::new(),
        binds: layout.binds,
        links: layout.links,
        files: Vec::new(),
        fixed_addresses: isolation != Isolation::Container,
        identity: identity(isolation),
        filter,
        temporary_bytes: 1 << 20,
    };
    try_out(program, &spec).map_err(|what| Obstacle {
        what,
        remedy: match isolation {
            Isolation::Full | Isolation::Rlimits => Some(ALLOW_NAMESPACES.to_owned()),
            Isolation::Container => None,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mode_needs_seccomp_and_says_so() {
        for isolation in Isolation::ALL {
            let needs = features()
                .into_iter()
                .filter(|feature| feature.needed_by.contains(isolation))
                .map(|feature| feature.name);
            assert!(needs.into_iter().any(|name| name == "seccomp"));
        }
    }
}
