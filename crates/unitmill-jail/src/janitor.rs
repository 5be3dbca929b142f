//! Cleans up what the kernel does not: control groups and scratch folders of a supervisor
//! that was killed.
//!
//! Processes, mounts and namespaces end by themselves. Control groups and folders stay; so a
//! small process waits for the supervisor to go and then removes them. It never touches a
//! path that it was not told, and follows no link.

use std::fs;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use crate::remove::remove_tree;

pub(crate) const JANITOR_WORD: &str = "__jail-janitor";

/// What a path is that the janitor is told, as the first character of its line.
const GROUP: char = 'g';
const TREE: char = 't';

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
        self.tell(GROUP, folder)
    }

    /// Adds a folder of scratch files: removed with all that is in it.
    ///
    /// # Errors
    /// If the janitor has died.
    pub fn remove_tree_later(&mut self, folder: &Path) -> io::Result<()> {
        self.tell(TREE, folder)
    }

    fn tell(&mut self, kind: char, folder: &Path) -> io::Result<()> {
        let Some(pipe) = &mut self.child.stdin else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        writeln!(pipe, "{kind}{}", folder.display())
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
                "something could not be removed; look for `unitmill-*` below /sys/fs/cgroup and in \
                 the folder of temporary files",
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
        .map(|line| match line.strip_prefix(TREE) {
            Some(folder) => persist(|| remove_tree(Path::new(folder))),
            None => persist(|| fs::remove_dir(line.strip_prefix(GROUP).unwrap_or(line))),
        })
        .filter(|removed| *removed)
        .count();
    i32::from(removed != folders.len())
}

/// Tries until it is done or nothing is there any more.
fn persist(remove: impl Fn() -> io::Result<()>) -> bool {
    for _ in 0..ATTEMPTS {
        match remove() {
            Ok(()) => return true,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return true,
            Err(_busy) => sleep(PAUSE),
        }
    }
    false
}
