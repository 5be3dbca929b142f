//! What `unitmill doctor` shows about the sandbox.

use crate::cgroup::Groups;

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
    /// Whether the native sandbox refuses to start without it.
    pub required: bool,
}

/// Probes the machine for everything that the native sandbox uses.
pub fn diagnose() -> Vec<Feature> {
    let mut features: Vec<Feature> = unitmill_jail::probe()
        .into_iter()
        .map(|feature| Feature {
            name: feature.name.to_owned(),
            needed_for: feature.needed_for.to_owned(),
            present: feature.present,
            observed: feature.observed,
            remedy: feature.remedy.to_owned(),
            required: feature.required,
        })
        .collect();
    let groups = Groups::find();
    features.push(Feature {
        name: "control groups".to_owned(),
        needed_for: "limits on the memory and the processes of a whole run".to_owned(),
        present: groups.is_ok(),
        observed: match &groups {
            Ok(groups) => groups.describe(),
            Err(error) => error.to_string(),
        },
        remedy: "mount the memory and pids controllers of version 1 writable below \
                 /sys/fs/cgroup"
            .to_owned(),
        required: true,
    });
    features
}
