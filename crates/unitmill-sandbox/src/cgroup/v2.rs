//! Version 2: one hierarchy, used where memory and processes are delegated to this user.
//!
//! **Not yet run against a kernel**: what is known of it comes from the kernel's
//! `cgroup-v2.rst`, and its tests are on folders laid out like a mount.
//!
//! A group that hands controllers on to its children may hold no process itself. Where this
//! process's own group does not hand them on yet and nobody else is in it, the supervisor
//! moves into a leaf below it first. (That leaf cannot be removed by the supervisor, who is
//! in it: whoever delegated the group does so, systemd with the scope, or the next
//! supervisor there.) Otherwise the nearest group above that hands them on already is used,
//! which is what root finds in a login session and a user in his own service manager.

use std::fs;
use std::path::{Path, PathBuf};

use unitmill_model::Limits;

use super::{Made, MemoryKills, PREFIX, is_writable, make_folder, set_processes, write};
use crate::error::SandboxError;

/// What a group has to hand on.
const CONTROLLERS: [&str; 2] = ["memory", "pids"];
const HAND_ON: &str = "+memory +pids";

/// The delegated group below which others are made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Delegated {
    pub(super) base: PathBuf,
    /// It does not hand its controllers on yet.
    undivided: bool,
}

/// The group of one slot.
#[derive(Debug)]
pub(crate) struct Slot {
    pub(super) group: PathBuf,
    pub(super) memory_kills: MemoryKills,
    memory_limit: Option<u64>,
    pids_limit: Option<u64>,
}

impl Delegated {
    /// Finds the nearest group at or above this process's own that it may use. `mounts` and
    /// `own` are the texts of `/proc/self/mountinfo` and `/proc/self/cgroup`, `supervisor` is
    /// this process's id; an error says what its own group lacks.
    pub(super) fn find(mounts: &str, own: &str, supervisor: u32) -> Result<Self, String> {
        let (mount_point, mut group) =
            own_group(mounts, own).ok_or("version 2: no unified hierarchy is mounted")?;
        // The leaf of this supervisor, or of the one that has started this process.
        let leaf = group
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with(PREFIX));
        if leaf {
            group.pop();
        }
        let mut first_obstacle = None;
        for base in group.ancestors() {
            match Self::examine(base, supervisor) {
                Ok(delegated) => return Ok(delegated),
                Err(obstacle) => first_obstacle.get_or_insert(obstacle),
            };
            if base == mount_point {
                break;
            }
        }
        Err(first_obstacle.unwrap_or_default())
    }

    fn examine(base: &Path, supervisor: u32) -> Result<Self, String> {
        let read = |name: &str| {
            let file = base.join(name);
            fs::read_to_string(&file)
                .map_err(|error| format!("version 2: {}: {error}", file.display()))
        };
        let missing = missing_from(&read("cgroup.controllers")?);
        if !missing.is_empty() {
            return Err(format!(
                "version 2: {} is without the controllers {}",
                base.display(),
                missing.join(" and ")
            ));
        }
        if !["cgroup.procs", "cgroup.subtree_control"]
            .iter()
            .all(|file| is_writable(&base.join(file)))
        {
            return Err(format!(
                "version 2: {} is not delegated to this user",
                base.display()
            ));
        }
        let undivided = !missing_from(&read("cgroup.subtree_control")?).is_empty();
        let own = supervisor.to_string();
        if undivided && read("cgroup.procs")?.lines().any(|process| process != own) {
            return Err(format!(
                "version 2: other processes are in {}, so that it cannot be divided",
                base.display()
            ));
        }
        Ok(Self {
            base: base.to_owned(),
            undivided,
        })
    }

    /// Has the group hand its controllers on, which this process (its id is `supervisor`)
    /// has to leave for that.
    pub(super) fn prepare(&self, supervisor: u32) -> Result<(), SandboxError> {
        if !self.undivided {
            return Ok(());
        }
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
            memory_kills: MemoryKills::in_file(group.join("memory.events")),
            group,
            memory_limit: None,
            pids_limit: None,
        })
    }
}

/// Lets a group's children be limited.
fn hand_on(group: &Path) -> Result<(), SandboxError> {
    write(&group.join("cgroup.subtree_control"), HAND_ON)
}

fn missing_from(controllers: &str) -> Vec<&'static str> {
    CONTROLLERS
        .into_iter()
        .filter(|name| !controllers.split_whitespace().any(|known| known == *name))
        .collect()
}

/// Where the hierarchy is mounted, and the folder of this process's group in it.
fn own_group(mounts: &str, own: &str) -> Option<(PathBuf, PathBuf)> {
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
    let mount_point = PathBuf::from(mount_point);
    let below = below.trim_start_matches('/');
    let group = if below.is_empty() {
        mount_point.clone()
    } else {
        mount_point.join(below)
    };
    Some((mount_point, group))
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
        set_processes(&self.group, &mut self.pids_limit, limits, idle)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUPERVISOR: u32 = 7;
    const OWN: &str = "1:name=systemd:/x\n0::/user.slice/run.scope\n";

    /// A folder laid out like a mount with a group in it and one in that, which is this
    /// process's own, and the texts that lead there.
    struct Mount {
        folder: tempfile::TempDir,
        own: PathBuf,
        mounts: String,
    }

    impl Mount {
        fn make() -> Self {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let mounts = format!(
                "30 25 0:26 / {} rw,nosuid shared:9 - cgroup2 cgroup2 rw\n",
                folder.path().display()
            );
            let own = folder.path().join("user.slice/run.scope");
            fs::create_dir_all(&own).expect("it can be made");
            let mount = Self {
                folder,
                own,
                mounts,
            };
            mount.set("", "cpu memory pids\n", "", "");
            mount.set("user.slice", "cpu memory pids\n", "", "");
            mount.set("user.slice/run.scope", "cpu memory pids\n", "", "7\n");
            mount
        }

        fn set(&self, group: &str, controllers: &str, handed_on: &str, processes: &str) {
            for (file, text) in [
                ("cgroup.controllers", controllers),
                ("cgroup.subtree_control", handed_on),
                ("cgroup.procs", processes),
            ] {
                let file = self.folder.path().join(group).join(file);
                fs::write(file, text).expect("it can be written");
            }
        }

        fn find(&self, own: &str) -> Result<Delegated, String> {
            Delegated::find(&self.mounts, own, SUPERVISOR)
        }
    }

    fn read(path: PathBuf) -> String {
        fs::read_to_string(path).expect("it was written")
    }

    #[test]
    fn a_group_of_ones_own_is_left_and_found_again_from_its_leaf() {
        let mount = Mount::make();
        let found = mount.find(OWN).expect("it is delegated");
        assert_eq!((&found.base, found.undivided), (&mount.own, true));
        found.prepare(SUPERVISOR).expect("it can be left");
        let leaf = mount.own.join("unitmill-7-supervisor");
        assert_eq!(read(leaf.join("cgroup.procs")), "7");
        assert_eq!(read(mount.own.join("cgroup.subtree_control")), HAND_ON);

        // What the kernel makes of that.
        mount.set(
            "user.slice/run.scope",
            "cpu memory pids\n",
            "memory pids\n",
            "",
        );
        let found = mount
            .find("0::/user.slice/run.scope/unitmill-7-supervisor\n")
            .expect("it is delegated");
        assert_eq!((&found.base, found.undivided), (&mount.own, false));
    }

    #[test]
    fn a_shared_group_is_left_alone_for_one_above_that_hands_on() {
        let mount = Mount::make();
        mount.set("user.slice/run.scope", "memory pids\n", "", "7\n8\n");
        mount.set("user.slice", "memory pids\n", "memory pids\n", "");
        let found = mount.find(OWN).expect("it is delegated");
        assert_eq!(found.base, mount.folder.path().join("user.slice"));
        assert!(!found.undivided);

        mount.set("user.slice", "memory pids\n", "", "9\n");
        mount.set("", "memory pids\n", "", "1\n");
        let missing = mount.find(OWN).expect_err("everything is shared");
        assert!(missing.contains("other processes are in"), "{missing}");
        assert!(missing.contains("run.scope"), "{missing}");
    }

    #[test]
    fn what_is_missing_is_said() {
        let mount = Mount::make();
        for group in ["", "user.slice", "user.slice/run.scope"] {
            mount.set(group, "cpu memory\n", "", "");
        }
        let missing = mount.find(OWN).expect_err("no pids");
        assert!(
            missing.ends_with("without the controllers pids"),
            "{missing}"
        );
        assert!(Delegated::find("", OWN, SUPERVISOR).is_err());
        fs::remove_file(mount.own.join("cgroup.controllers")).expect("it is there");
        assert!(mount.find(OWN).is_err());
    }

    #[test]
    fn a_slot_gets_limits_and_its_kills_are_read() {
        let mount = Mount::make();
        let delegated = mount.find(OWN).expect("it is delegated");
        let mut made = Made::new();
        let mut slot = delegated
            .make("unitmill-7-0", 3, &mut made)
            .expect("it can be made");
        let top = mount.own.join("unitmill-7-0");
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

        assert!(slot.memory_kills.read().is_err());
        let events = "low 0\nhigh 0\nmax 12\noom 3\noom_kill 2\noom_group_kill 0\n";
        fs::write(slot.group.join("memory.events"), events).expect("it can be written");
        assert_eq!(slot.memory_kills.read().expect("it can be read"), 2);
    }
}
