//! Version 1: a hierarchy of its own for memory and one for processes.

use std::path::{Path, PathBuf};

use unitmill_model::Limits;

use super::{Made, MemoryKills, is_writable, make_folder, set_processes, write};
use crate::error::SandboxError;

/// This process's own groups, below which others are made.
#[derive(Clone, Debug)]
pub(crate) struct Hierarchies {
    pub(super) memory: PathBuf,
    pub(super) pids: PathBuf,
}

/// The groups of one slot.
#[derive(Debug)]
pub(crate) struct Slot {
    pub(super) memory: PathBuf,
    pub(super) pids: PathBuf,
    pub(super) memory_kills: MemoryKills,
    memory_limit: Option<u64>,
    pids_limit: Option<u64>,
}

impl Hierarchies {
    /// Finds writable hierarchies for memory and processes, below this process's own
    /// groups, so that what limits it limits the runs too. `mounts` and `own` are the texts
    /// of `/proc/self/mountinfo` and `/proc/self/cgroup`; an error says what is missing.
    pub(super) fn find(mounts: &str, own: &str) -> Result<Self, String> {
        let place = |controller: &str| {
            let place = place_of(mounts, own, controller)
                .ok_or_else(|| format!("version 1: no `{controller}` hierarchy is mounted"))?;
            if is_writable(&place.join("cgroup.procs")) {
                Ok(place)
            } else {
                Err(format!("version 1: {} is not writable", place.display()))
            }
        };
        Ok(Self {
            memory: place("memory")?,
            pids: place("pids")?,
        })
    }

    pub(super) fn make(
        &self,
        name: &str,
        slot: usize,
        made: &mut Made,
    ) -> Result<Slot, SandboxError> {
        let mut folder = |parent: &Path| -> Result<PathBuf, SandboxError> {
            let top = parent.join(name);
            let slot = top.join(format!("slot-{slot}"));
            make_folder(&top, made)?;
            make_folder(&slot, made)?;
            Ok(slot)
        };
        let memory = folder(&self.memory)?;
        Ok(Slot {
            memory_kills: MemoryKills::in_file(memory.join("memory.oom_control")),
            memory,
            pids: folder(&self.pids)?,
            memory_limit: None,
            pids_limit: None,
        })
    }
}

/// The folder of this process's group of a controller. `mounts` and `own` are the texts of
/// `/proc/self/mountinfo` and `/proc/self/cgroup`.
fn place_of(mounts: &str, own: &str, controller: &str) -> Option<PathBuf> {
    let (root, mount_point) = mounts.lines().find_map(|line| {
        let (mount, filesystem) = line.split_once(" - ")?;
        let mut filesystem = filesystem.split(' ');
        if filesystem.next()? != "cgroup" {
            return None;
        }
        let options = filesystem.nth(1)?;
        if !options.split(',').any(|option| option == controller) {
            return None;
        }
        let mut mount = mount.split(' ').skip(3);
        Some((mount.next()?, mount.next()?))
    })?;
    let own = own.lines().find_map(|line| {
        let (_, rest) = line.split_once(':')?;
        let (controllers, path) = rest.split_once(':')?;
        controllers
            .split(',')
            .any(|name| name == controller)
            .then_some(path)
    })?;
    // In a container the mount may begin below the hierarchy's root.
    let below = own.strip_prefix(root).unwrap_or(own);
    let place = Path::new(mount_point).join(below.trim_start_matches('/'));
    if place.is_dir() {
        Some(place)
    } else {
        Some(PathBuf::from(mount_point))
    }
}

impl Slot {
    pub(super) fn set_limits(&mut self, limits: &Limits, idle: u64) -> Result<(), SandboxError> {
        if self.memory_limit != Some(limits.memory_bytes) {
            let both = self.memory.join("memory.memsw.limit_in_bytes");
            let plain = self.memory.join("memory.limit_in_bytes");
            // The limit with swap may never be below the one without.
            let unlimited = "-1".to_owned();
            let value = limits.memory_bytes.to_string();
            if both.exists() {
                write(&both, &unlimited)?;
            }
            write(&plain, &value)?;
            if both.exists() {
                write(&both, &value)?;
            }
            self.memory_limit = Some(limits.memory_bytes);
        }
        set_processes(&self.pids, &mut self.pids_limit, limits, idle)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_is_below_the_mount_that_has_the_controller() {
        let mounts = "\
30 25 0:26 / /sys/fs/cgroup rw - tmpfs tmpfs rw
31 30 0:27 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu
32 30 0:28 / / rw - cgroup cgroup rw,memory
";
        let own = "4:memory:/proc\n1:cpu:/\n0::/\n";
        assert_eq!(
            place_of(mounts, own, "memory"),
            Some(PathBuf::from("/proc"))
        );
        assert_eq!(place_of(mounts, own, "pids"), None);
    }
}
