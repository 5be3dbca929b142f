//! Version 2: one hierarchy, used where memory and processes are delegated to this user.
//!
//! **Not yet run against a kernel**: what is known of it comes from the kernel's
//! `cgroup-v2.rst`, and its tests are on folders laid out like a mount.
//!
//! A group that hands controllers on to its children may hold no process itself, so before
//! anything else the supervisor moves from its own group into a leaf below it. That leaf
//! cannot be removed by the supervisor, who is in it: whoever delegated the group does so
//! (systemd, with the scope), or the next supervisor there.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use unitmill_model::Limits;

use super::{Made, PREFIX, is_writable, make_folder, processes_allowed, write};
use crate::error::SandboxError;

/// What a group has to hand on.
const CONTROLLERS: [&str; 2] = ["memory", "pids"];
const HAND_ON: &str = "+memory +pids";

/// The delegated group below which others are made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Delegated {
    pub(super) base: PathBuf,
}

/// The group of one slot.
#[derive(Debug)]
pub(crate) struct Slot {
    pub(super) group: PathBuf,
    memory_limit: Option<u64>,
    pids_limit: Option<u64>,
}

impl Delegated {
    /// Finds this process's own group, if its controllers are delegated. `mounts` and `own`
    /// are the texts of `/proc/self/mountinfo` and `/proc/self/cgroup`; an error says what
    /// is missing.
    pub(super) fn find(mounts: &str, own: &str) -> Result<Self, String> {
        let mut base =
            own_group(mounts, own).ok_or("version 2: no unified hierarchy is mounted")?;
        // The leaf of this supervisor, or of the one that has started this process.
        let leaf = base
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with(PREFIX));
        if leaf && let Some(parent) = base.parent() {
            base = parent.to_owned();
        }
        let file = base.join("cgroup.controllers");
        let available = fs::read_to_string(&file)
            .map_err(|error| format!("version 2: {}: {error}", file.display()))?;
        let missing: Vec<&str> = CONTROLLERS
            .into_iter()
            .filter(|name| !available.split_whitespace().any(|known| known == *name))
            .collect();
        if !missing.is_empty() {
            return Err(format!(
                "version 2: {} is without the controllers {}",
                base.display(),
                missing.join(" and ")
            ));
        }
        if !is_writable(&base) {
            return Err(format!(
                "version 2: {} is not delegated to this user",
                base.display()
            ));
        }
        Ok(Self { base })
    }

    /// Moves this process into a leaf, so that the group can hand its controllers on.
    /// `supervisor` is its process id.
    pub(super) fn prepare(&self, supervisor: u32) -> Result<(), SandboxError> {
        let leaf = self.base.join(format!("{PREFIX}{supervisor}-supervisor"));
        make_folder(&leaf, &mut Made::new())?;
        write(&leaf.join("cgroup.procs"), &supervisor.to_string())?;
        hand_on(&self.base)
    }

    pub(super) fn make(
        &self,
        name: &str,
        slot: usize,
        made: &mut Made,
    ) -> Result<Slot, SandboxError> {
        let top = self.base.join(name);
        make_folder(&top, made)?;
        hand_on(&top)?;
        let group = top.join(format!("slot-{slot}"));
        make_folder(&group, made)?;
        Ok(Slot {
            group,
            memory_limit: None,
            pids_limit: None,
        })
    }
}

/// Lets a group's children be limited.
fn hand_on(group: &Path) -> Result<(), SandboxError> {
    let path = group.join("cgroup.subtree_control");
    fs::write(&path, HAND_ON).map_err(|source| {
        let busy = source.raw_os_error() == Some(16);
        SandboxError::ControlGroup {
            path,
            source: if busy {
                io::Error::other(
                    "other processes are in this group, too; start unitmill in a group of its \
                     own (`systemd-run --user --scope -p Delegate=yes unitmill ...`)",
                )
            } else {
                source
            },
        }
    })
}

/// The folder of this process's group.
fn own_group(mounts: &str, own: &str) -> Option<PathBuf> {
    let (root, mount_point) = mounts.lines().find_map(|line| {
        let (mount, filesystem) = line.split_once(" - ")?;
        if filesystem.split(' ').next()? != "cgroup2" {
            return None;
        }
        let mut mount = mount.split(' ').skip(3);
        Some((mount.next()?, mount.next()?))
    })?;
    let own = own.lines().find_map(|line| line.strip_prefix("0::"))?;
    // In a container the mount may begin below the hierarchy's root.
    let below = own.strip_prefix(root).unwrap_or(own);
    Some(Path::new(mount_point).join(below.trim_start_matches('/')))
}

impl Slot {
    pub(super) fn set_limits(&mut self, limits: &Limits, idle: u64) -> Result<(), SandboxError> {
        if self.memory_limit != Some(limits.memory_bytes) {
            write(
                &self.group.join("memory.max"),
                &limits.memory_bytes.to_string(),
            )?;
            // Not there on a kernel without swap.
            let swap = self.group.join("memory.swap.max");
            if swap.exists() {
                write(&swap, "0")?;
            }
            self.memory_limit = Some(limits.memory_bytes);
        }
        let processes = processes_allowed(limits, idle);
        if self.pids_limit != Some(processes) {
            write(&self.group.join("pids.max"), &processes.to_string())?;
            self.pids_limit = Some(processes);
        }
        Ok(())
    }

    pub(super) fn memory_kills(&self) -> Result<u64, SandboxError> {
        let path = self.group.join("memory.events");
        let text = fs::read_to_string(&path).map_err(|source| SandboxError::ControlGroup {
            path: path.clone(),
            source,
        })?;
        super::memory_kills_of(&text).ok_or_else(|| SandboxError::ControlGroup {
            path,
            source: io::Error::other("it has no line `oom_kill`; the kernel is too old"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder laid out like a mount, with this process's group in it, and the texts that
    /// lead there.
    fn mount(controllers: &str) -> (tempfile::TempDir, PathBuf, String) {
        let mount = tempfile::tempdir().expect("a temporary folder");
        let group = mount.path().join("user.slice/run.scope");
        fs::create_dir_all(&group).expect("it can be made");
        for (file, text) in [
            ("cgroup.controllers", controllers),
            ("cgroup.procs", "1\n"),
            ("cgroup.subtree_control", ""),
        ] {
            fs::write(group.join(file), text).expect("it can be written");
        }
        let mounts = format!(
            "30 25 0:26 / {} rw,nosuid shared:9 - cgroup2 cgroup2 rw\n",
            mount.path().display()
        );
        (mount, group, mounts)
    }

    const OWN: &str = "1:name=systemd:/x\n0::/user.slice/run.scope\n";

    #[test]
    fn a_delegated_group_is_found_from_inside_its_leaf_too() {
        let (_mount, base, mounts) = mount("cpu memory pids\n");
        let expected = Ok(Delegated { base });
        assert_eq!(Delegated::find(&mounts, OWN), expected);
        let leaf = "0::/user.slice/run.scope/unitmill-7-supervisor\n";
        assert_eq!(Delegated::find(&mounts, leaf), expected);
    }

    #[test]
    fn what_is_missing_is_said() {
        let (_mount, base, mounts) = mount("cpu memory\n");
        let missing = Delegated::find(&mounts, OWN).expect_err("no pids");
        assert!(
            missing.ends_with("without the controllers pids"),
            "{missing}"
        );
        assert!(Delegated::find("", OWN).is_err());
        fs::remove_file(base.join("cgroup.controllers")).expect("it is there");
        assert!(Delegated::find(&mounts, OWN).is_err());
    }

    #[test]
    fn a_slot_gets_limits_and_its_kills_are_read() {
        let (_mount, base, mounts) = mount("memory pids\n");
        let delegated = Delegated::find(&mounts, OWN).expect("it is delegated");
        delegated.prepare(7).expect("it can be left");
        let read = |path: PathBuf| fs::read_to_string(path).expect("it was written");
        assert_eq!(read(base.join("unitmill-7-supervisor/cgroup.procs")), "7");
        assert_eq!(read(base.join("cgroup.subtree_control")), HAND_ON);

        let mut made = Made::new();
        let mut slot = delegated.make("unitmill-7-0", 3, &mut made).expect("made");
        let top = base.join("unitmill-7-0");
        assert_eq!(made, [top.clone(), top.join("slot-3")]);
        assert_eq!(read(top.join("cgroup.subtree_control")), HAND_ON);
        assert_eq!(slot.group, top.join("slot-3"));

        fs::write(slot.group.join("memory.swap.max"), "max").expect("it can be written");
        let limits = Limits::default();
        slot.set_limits(&limits, 2).expect("it can be limited");
        let memory = limits.memory_bytes.to_string();
        assert_eq!(read(slot.group.join("memory.max")), memory);
        assert_eq!(read(slot.group.join("memory.swap.max")), "0");
        let processes = (u64::from(limits.processes) + 3).to_string();
        assert_eq!(read(slot.group.join("pids.max")), processes);

        assert!(slot.memory_kills().is_err());
        let events = "low 0\nhigh 0\nmax 12\noom 3\noom_kill 2\noom_group_kill 0\n";
        fs::write(slot.group.join("memory.events"), events).expect("it can be written");
        assert_eq!(slot.memory_kills().expect("it can be read"), 2);
    }
}
