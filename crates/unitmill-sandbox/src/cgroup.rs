//! Memory and process limits of a slot, by control groups.
//!
//! A slot keeps its groups: making one is cheap, moving a process into one is not, so a
//! lane joins once and its runs are born inside. Version 2 is used where its controllers
//! are delegated, else version 1 where its hierarchies are mounted and may be written;
//! neither is ever mounted or remounted.

mod v1;
mod v2;

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use unitmill_model::Limits;

use crate::error::SandboxError;

/// What the names of all groups begin with; the supervisor's process id follows.
const PREFIX: &str = "unitmill-";

/// Folders that have to be removed later, outermost first.
pub(crate) type Made = Vec<PathBuf>;

/// Where the groups of one sandbox are made.
#[derive(Clone, Debug)]
pub(crate) enum Groups {
    V1(v1::Hierarchies),
    V2(v2::Delegated),
    /// The recipe names a mode without them.
    Absent,
}

/// The groups of one slot.
#[derive(Debug)]
pub(crate) enum SlotGroup {
    V1(v1::Slot),
    V2(v2::Slot),
    Absent,
}

impl Groups {
    /// Finds groups that can be used.
    ///
    /// # Errors
    /// [`SandboxError::CannotIsolate`] if there are none.
    pub(crate) fn find() -> Result<Self, SandboxError> {
        let cannot = |missing: String| SandboxError::CannotIsolate {
            missing,
            remedy: REMEDY.to_owned(),
        };
        let read = |path: &str| {
            fs::read_to_string(path).map_err(|error| cannot(format!("{path}: {error}")))
        };
        let mounts = read("/proc/self/mountinfo")?;
        let own = read("/proc/self/cgroup")?;
        let no_second = match v2::Delegated::find(&mounts, &own, std::process::id()) {
            Ok(delegated) => return Ok(Self::V2(delegated)),
            Err(missing) => missing,
        };
        match v1::Hierarchies::find(&mounts, &own) {
            Ok(hierarchies) => Ok(Self::V1(hierarchies)),
            Err(no_first) => Err(cannot(format!("control groups ({no_second}; {no_first})"))),
        }
    }

    /// What was found, for a person.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::V1(groups) => format!(
                "control groups version 1: {} and {}",
                groups.memory.display(),
                groups.pids.display()
            ),
            Self::V2(group) => format!(
                "control groups version 2 (not yet run against a kernel): {}",
                group.base.display()
            ),
            Self::Absent => "no control groups".to_owned(),
        }
    }

    /// To be called once before anything is made or started.
    pub(crate) fn prepare(&self) -> Result<(), SandboxError> {
        match self {
            Self::V2(group) => group.prepare(std::process::id()),
            Self::V1(_) | Self::Absent => Ok(()),
        }
    }

    /// Makes and removes a group, to see whether that is allowed.
    pub(crate) fn try_out(&self) -> Result<(), SandboxError> {
        let places: &[&PathBuf] = match self {
            Self::V1(groups) => &[&groups.memory, &groups.pids],
            Self::V2(group) => &[&group.base],
            Self::Absent => &[],
        };
        for place in places {
            let path = place.join(format!("{PREFIX}{}-trial", std::process::id()));
            fs::create_dir(&path)
                .and_then(|()| fs::remove_dir(&path))
                .map_err(|source| SandboxError::ControlGroup { path, source })?;
        }
        Ok(())
    }

    /// Makes the groups `name` and below them those of slot `slot`; returns them and the
    /// folders that have to be removed later, outermost first.
    pub(crate) fn make(&self, name: &str, slot: usize) -> Result<(SlotGroup, Made), SandboxError> {
        let mut made = Made::new();
        let group = match self {
            Self::V1(groups) => SlotGroup::V1(groups.make(name, slot, &mut made)?),
            Self::V2(group) => SlotGroup::V2(group.make(name, slot, &mut made)?),
            Self::Absent => SlotGroup::Absent,
        };
        Ok((group, made))
    }

    /// Removes empty groups that dead supervisors have left.
    pub(crate) fn sweep(&self) -> io::Result<()> {
        let parents: &[&PathBuf] = match self {
            Self::V1(groups) => &[&groups.memory, &groups.pids],
            Self::V2(group) => &[&group.base],
            Self::Absent => &[],
        };
        for parent in parents {
            for entry in fs::read_dir(parent)? {
                let entry = entry?;
                let name = entry.file_name();
                let owner = name
                    .to_str()
                    .and_then(|name| name.strip_prefix(PREFIX))
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

/// What to do where there are no groups.
pub(crate) const REMEDY: &str = "as root, have the memory and pids controllers mounted below /sys/fs/cgroup, writable \
     (version 1); as an ordinary user, have them delegated (version 2: `systemd-run --user \
     --scope -p Delegate=yes unitmill ...`, or `Delegate=yes` in the unit; in Slurm, \
     `ConstrainRAMSpace=yes` with cgroup/v2); or name `sandbox.isolation: rlimits` in the recipe";

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

fn make_folder(path: &Path, made: &mut Made) -> Result<(), SandboxError> {
    match fs::create_dir(path) {
        Ok(()) => {
            made.push(path.to_owned());
            Ok(())
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(source) => Err(SandboxError::ControlGroup {
            path: path.to_owned(),
            source,
        }),
    }
}

fn is_writable(file: &Path) -> bool {
    OpenOptions::new().write(true).open(file).is_ok()
}

/// Sets how many processes and threads a group may hold, unless it is `known` to hold as many:
/// those of the limits, one more for the judge's thread, and `idle` ones, which share the group.
fn set_processes(
    group: &Path,
    known: &mut Option<u64>,
    limits: &Limits,
    idle: u64,
) -> Result<(), SandboxError> {
    let processes = u64::from(limits.processes) + 1 + idle;
    if *known != Some(processes) {
        write(&group.join("pids.max"), &processes.to_string())?;
        *known = Some(processes);
    }
    Ok(())
}

/// How many processes the kernel has ended in a group for want of memory, ever. Asked after
/// every run, and so the file stays open.
#[derive(Debug)]
struct MemoryKills {
    path: PathBuf,
    file: Option<File>,
}

impl MemoryKills {
    /// The count in a file of a group's statistics.
    fn in_file(path: PathBuf) -> Self {
        Self { path, file: None }
    }

    fn read(&mut self) -> Result<u64, SandboxError> {
        self.try_read()
            .map_err(|source| SandboxError::ControlGroup {
                path: self.path.clone(),
                source,
            })
    }

    fn try_read(&mut self) -> io::Result<u64> {
        let file = match &self.file {
            Some(file) => file,
            None => self.file.insert(File::open(&self.path)?),
        };
        // Far more than the statistics of any kernel so far.
        let mut text = [0; 1024];
        let length = file.read_at(&mut text, 0)?;
        String::from_utf8_lossy(&text[..length])
            .lines()
            .find_map(|line| line.strip_prefix("oom_kill ")?.parse().ok())
            .ok_or_else(|| io::Error::other("it has no line `oom_kill`; the kernel is too old"))
    }
}

impl SlotGroup {
    /// The files that a lane writes itself into.
    pub(crate) fn doors(&self) -> Result<Vec<File>, SandboxError> {
        let groups: &[&PathBuf] = match self {
            Self::V1(slot) => &[&slot.memory, &slot.pids],
            Self::V2(slot) => &[&slot.group],
            Self::Absent => &[],
        };
        groups
            .iter()
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
        match self {
            Self::V1(slot) => slot.set_limits(limits, idle),
            Self::V2(slot) => slot.set_limits(limits, idle),
            Self::Absent => Ok(()),
        }
    }

    /// How many processes the kernel has ended here for want of memory, ever. Without
    /// groups nobody counts.
    pub(crate) fn memory_kills(&mut self) -> Result<u64, SandboxError> {
        match self {
            Self::V1(slot) => slot.memory_kills.read(),
            Self::V2(slot) => slot.memory_kills.read(),
            Self::Absent => Ok(0),
        }
    }
}

fn write(path: &Path, value: &str) -> Result<(), SandboxError> {
    fs::write(path, value).map_err(|source| SandboxError::ControlGroup {
        path: path.to_owned(),
        source,
    })
}
