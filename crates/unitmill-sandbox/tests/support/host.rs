//! What a sandbox may not change about its host.

use std::collections::BTreeSet;
use std::fs;
use std::time::Duration;

/// The parts of the host that a test looks at before and after.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Host {
    /// Processes of the users that the supervisor has set aside.
    processes: usize,
    /// Those of them that are runs; the others are interpreters and lanes.
    runs: usize,
    mounts: usize,
    shared_memory: BTreeSet<String>,
    temporary: BTreeSet<String>,
    locks: BTreeSet<String>,
    /// System V memory, semaphores and queues, and file locks of processes set aside.
    kernel_objects: BTreeSet<String>,
    /// Abstract sockets by names that programs of the tests give.
    sockets: BTreeSet<String>,
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
            processes: processes_of(supervisor, 0),
            runs: processes_of(supervisor, 1),
            mounts: fs::read_to_string("/proc/self/mountinfo")
                .map(|text| text.lines().count())
                .unwrap_or(0),
            shared_memory: ["unitmill", "left"]
                .iter()
                .flat_map(|part| names("/dev/shm", part))
                .collect(),
            temporary: ["/tmp", "/var/tmp", "/run", "/"]
                .iter()
                .flat_map(|folder| names(folder, "left"))
                .collect(),
            locks: names("/run/lock", ""),
            kernel_objects: ["shm", "sem", "msg"]
                .iter()
                .flat_map(|kind| lines(&format!("/proc/sysvipc/{kind}"), "0x0badf00d"))
                .collect(),
            sockets: lines("/proc/net/unix", "abuse-left"),
            groups: ["memory", "pids"]
                .iter()
                .flat_map(|controller| groups_of(controller, supervisor))
                .collect(),
        }
    }

    /// Processes of runs, of which there are none while nothing runs.
    pub fn running(&self) -> usize {
        self.runs
    }

    /// Looks until no run is left, or until the time is up.
    pub async fn look_idle(patience: Duration) -> Self {
        let pause = Duration::from_millis(50);
        for _ in 0..patience.as_millis() / pause.as_millis() {
            let now = Self::look();
            if now.running() == 0 {
                return now;
            }
            tokio::time::sleep(pause).await;
        }
        Self::look()
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

fn lines(file: &str, part: &str) -> BTreeSet<String> {
    let text = fs::read_to_string(file).unwrap_or_default();
    text.lines()
        .filter(|line| line.contains(part))
        .map(str::to_owned)
        .collect()
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

/// Processes of a supervisor's range of users, but for the first `skip` of them.
fn processes_of(supervisor: u32, skip: u32) -> usize {
    let all = 1_000_000_000 + supervisor * 256;
    let first = all + skip;
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
        .filter(|user| (first..all + 256).contains(user))
        .count()
}
