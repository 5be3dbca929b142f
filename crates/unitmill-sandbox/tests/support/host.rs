//! What a sandbox may not change about its host.

use std::collections::BTreeSet;
use std::fs;
use std::time::Duration;

/// The parts of the host that a test looks at before and after.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Host {
    /// Processes of the users that the supervisor has set aside.
    processes: usize,
    mounts: usize,
    shared_memory: BTreeSet<String>,
    temporary: BTreeSet<String>,
    groups: BTreeSet<String>,
}

impl Host {
    pub fn look() -> Self {
        Self::look_at(std::process::id())
    }

    /// Whether no process and no control group of the supervisor is left.
    pub fn is_clean(&self) -> bool {
        self.processes == 0 && self.groups.is_empty()
    }

    /// As seen from outside, for the supervisor with that process id.
    pub fn look_at(supervisor: u32) -> Self {
        Self {
            processes: processes_of(supervisor),
            mounts: fs::read_to_string("/proc/self/mountinfo")
                .map(|text| text.lines().count())
                .unwrap_or(0),
            shared_memory: names("/dev/shm", "unitmill"),
            temporary: names("/tmp", "left"),
            groups: ["memory", "pids"]
                .iter()
                .flat_map(|controller| groups_of(controller, supervisor))
                .collect(),
        }
    }

    /// Looks until nothing differs, or for a few seconds: the kernel takes down namespaces
    /// after it has reported their last process.
    pub async fn look_until(expected: &Self) -> Self {
        for _ in 0..100 {
            let now = Self::look();
            if now == *expected {
                return now;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Self::look()
    }
}

fn names(folder: &str, part: &str) -> BTreeSet<String> {
    let Ok(entries) = fs::read_dir(folder) else {
        return BTreeSet::new();
    };
    entries
        .filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()))
        .filter(|name| name.contains(part))
        .collect()
}

fn groups_of(controller: &str, supervisor: u32) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![std::path::PathBuf::from("/sys/fs/cgroup").join(controller)];
    let name = format!("unitmill-{supervisor}-");
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(folder) else {
            continue;
        };
        for entry in entries.flatten() {
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                if entry.file_name().to_string_lossy().starts_with(&name) {
                    found.insert(entry.path().display().to_string());
                }
                folders.push(entry.path());
            }
        }
    }
    found
}

/// Processes of a supervisor's range of users.
fn processes_of(supervisor: u32) -> usize {
    let first = 1_000_000_000 + supervisor * 256;
    let Ok(entries) = fs::read_dir("/proc") else {
        return 0;
    };
    entries
        .flatten()
        .filter_map(|entry| fs::read_to_string(entry.path().join("status")).ok())
        .filter_map(|status| {
            let line = status.lines().find(|line| line.starts_with("Uid:"))?;
            line.split_whitespace().nth(1)?.parse::<u32>().ok()
        })
        .filter(|user| (first..first + 256).contains(user))
        .count()
}
