//! Memory and process limits of a slot, by control groups.
//!
//! A slot keeps its groups: making one is cheap, moving a process into one is not, so a
//! lane joins once and its runs are born inside. Version 1 hierarchies are used where they
//! are mounted and may be written; they are never remounted.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use unitmill_model::Limits;

use crate::error::SandboxError;

/// Where the groups of one sandbox are made.
#[derive(Clone, Debug)]
pub(crate) struct Groups {
    memory: PathBuf,
    pids: PathBuf,
}

/// The groups of one slot.
#[derive(Debug)]
pub(crate) struct SlotGroup {
    memory: PathBuf,
    pids: PathBuf,
    memory_limit: Option<u64>,
    pids_limit: Option<u64>,
}

impl Groups {
    /// Finds writable version 1 hierarchies for memory and processes, below this process's
    /// own groups, so that what limits it limits the runs too.
    ///
    /// # Errors
    /// [`SandboxError::CannotIsolate`] if there are none.
    pub(crate) fn find() -> Result<Self, SandboxError> {
        let cannot = |missing: String| SandboxError::CannotIsolate {
            missing,
            remedy: "run as root where the memory and pids controllers are mounted below \
                     /sys/fs/cgroup (control groups version 1), writable"
                .to_owned(),
        };
        let read = |path: &str| {
            fs::read_to_string(path).map_err(|error| cannot(format!("{path}: {error}")))
        };
        let mounts = read("/proc/self/mountinfo")?;
        let own = read("/proc/self/cgroup")?;
        let place = |controller: &str| {
            place_of(&mounts, &own, controller)
                .filter(|place| is_writable(place))
                .ok_or_else(|| cannot(format!("no writable `{controller}` control group")))
        };
        Ok(Self {
            memory: place("memory")?,
            pids: place("pids")?,
        })
    }

    /// What was found, for a person.
    pub(crate) fn describe(&self) -> String {
        format!(
            "version 1: {} and {}",
            self.memory.display(),
            self.pids.display()
        )
    }

    /// Makes the groups `name` and below them those of slot `slot`; returns them and the
    /// folders that have to be removed later, outermost first.
    pub(crate) fn make(
        &self,
        name: &str,
        slot: usize,
    ) -> Result<(SlotGroup, Vec<PathBuf>), SandboxError> {
        let mut made = Vec::new();
        let mut folder = |parent: &Path| {
            let top = parent.join(name);
            let slot = top.join(format!("slot-{slot}"));
            for path in [&top, &slot] {
                match fs::create_dir(path) {
                    Ok(()) => made.push(path.clone()),
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                    Err(source) => {
                        return Err(SandboxError::ControlGroup {
                            path: path.clone(),
                            source,
                        });
                    }
                }
            }
            Ok(slot)
        };
        let group = SlotGroup {
            memory: folder(&self.memory)?,
            pids: folder(&self.pids)?,
            memory_limit: None,
            pids_limit: None,
        };
        Ok((group, made))
    }

    /// Removes empty groups that dead supervisors have left.
    pub(crate) fn sweep(&self) -> io::Result<()> {
        for parent in [&self.memory, &self.pids] {
            for entry in fs::read_dir(parent)? {
                let entry = entry?;
                let name = entry.file_name();
                let owner = name
                    .to_str()
                    .and_then(|name| name.strip_prefix("unitmill-"))
                    .and_then(|rest| rest.split('-').next());
                let Some(owner) = owner else { continue };
                if Path::new("/proc").join(owner).exists() {
                    continue;
                }
                remove_tree(&entry.path())?;
            }
        }
        Ok(())
    }
}

fn remove_tree(group: &Path) -> io::Result<()> {
    for entry in fs::read_dir(group)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            remove_if_empty(&entry.path())?;
        }
    }
    remove_if_empty(group)
}

/// A group that is not empty belongs to somebody still.
fn remove_if_empty(group: &Path) -> io::Result<()> {
    match fs::remove_dir(group) {
        Err(error)
            if !matches!(
                error.kind(),
                io::ErrorKind::NotFound
                    | io::ErrorKind::ResourceBusy
                    | io::ErrorKind::DirectoryNotEmpty
            ) =>
        {
            Err(error)
        }
        _ => Ok(()),
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

fn is_writable(folder: &Path) -> bool {
    OpenOptions::new()
        .write(true)
        .open(folder.join("cgroup.procs"))
        .is_ok()
}

impl SlotGroup {
    /// The files that a lane writes itself into.
    pub(crate) fn doors(&self) -> Result<Vec<File>, SandboxError> {
        [&self.memory, &self.pids]
            .into_iter()
            .map(|group| {
                let path = group.join("cgroup.procs");
                OpenOptions::new()
                    .write(true)
                    .open(&path)
                    .map_err(|source| SandboxError::ControlGroup { path, source })
            })
            .collect()
    }

    /// Sets the limits of the next run; `idle` processes (lanes) share the group with it.
    pub(crate) fn set_limits(&mut self, limits: &Limits, idle: u64) -> Result<(), SandboxError> {
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
        // One more for the judge's thread.
        let processes = u64::from(limits.processes) + 1 + idle;
        if self.pids_limit != Some(processes) {
            write(&self.pids.join("pids.max"), &processes.to_string())?;
            self.pids_limit = Some(processes);
        }
        Ok(())
    }

    /// How many processes the kernel has ended here for want of memory, ever.
    pub(crate) fn memory_kills(&self) -> Result<u64, SandboxError> {
        let path = self.memory.join("memory.oom_control");
        let text = fs::read_to_string(&path).map_err(|source| SandboxError::ControlGroup {
            path: path.clone(),
            source,
        })?;
        text.lines()
            .find_map(|line| line.strip_prefix("oom_kill ")?.parse().ok())
            .ok_or_else(|| SandboxError::ControlGroup {
                path,
                source: io::Error::other("it has no line `oom_kill`; the kernel is too old"),
            })
    }
}

fn write(path: &Path, value: &str) -> Result<(), SandboxError> {
    fs::write(path, value).map_err(|source| SandboxError::ControlGroup {
        path: path.to_owned(),
        source,
    })
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
