//! Cleans up what the kernel does not: control groups and named host folders of a
//! supervisor that was killed.
//!
//! Processes, mounts and namespaces end by themselves. Control groups are folders and stay;
//! so a small process waits for the supervisor to go and then removes them. It never
//! touches a path that it was not told.

use std::fs;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

pub(crate) const JANITOR_WORD: &str = "__jail-janitor";

/// How often a folder that is still busy is tried again, and how long in between.
const ATTEMPTS: u32 = 200;
const PAUSE: Duration = Duration::from_millis(25);

/// A process that removes folders after this one is gone, however it went.
#[derive(Debug)]
pub struct Janitor {
    child: Child,
}

impl Janitor {
    /// Starts it. `program` is a binary whose `main` calls [`crate::main_if_jail`].
    ///
    /// # Errors
    /// If the process cannot be started.
    #[expect(clippy::disallowed_methods, reason = "this crate starts processes")]
    pub fn start(program: &Path) -> io::Result<Self> {
        let child = Command::new(program)
            .arg(JANITOR_WORD)
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .current_dir("/")
            // Its own group: what is sent to the supervisor's whole group spares it.
            .process_group(0)
            .spawn()?;
        Ok(Self { child })
    }

    /// Adds an empty-able folder (a control group): removed, deepest last added first, once
    /// this process is gone or the janitor is dismissed.
    ///
    /// # Errors
    /// If the janitor has died.
    pub fn remove_later(&mut self, folder: &Path) -> io::Result<()> {
        let Some(pipe) = &mut self.child.stdin else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        writeln!(pipe, "{}", folder.display())
    }

    /// Lets it clean up now and waits until it has.
    ///
    /// # Errors
    /// If something could not be removed.
    pub fn dismiss(mut self) -> io::Result<()> {
        drop(self.child.stdin.take());
        let status = self.child.wait()?;
        if status.success() {
            Ok(())
        } else {
            Err(io::Error::other(
                "some control groups could not be removed; look for `unitmill-*` below /sys/fs/cgroup",
            ))
        }
    }
}

/// The janitor's own `main`: read paths until the pipe closes, then remove them.
pub(crate) fn sweep_when_orphaned() -> i32 {
    let mut folders = Vec::new();
    for line in BufReader::new(io::stdin()).lines() {
        match line {
            Ok(line) => folders.push(line),
            Err(_) => break,
        }
    }
    let removed = folders
        .iter()
        .rev()
        .map(|folder| remove(Path::new(folder)))
        .filter(|removed| *removed)
        .count();
    i32::from(removed != folders.len())
}

fn remove(folder: &Path) -> bool {
    for _ in 0..ATTEMPTS {
        match fs::remove_dir(folder) {
            Ok(()) => return true,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return true,
            Err(_busy) => sleep(PAUSE),
        }
    }
    false
}
