//! Removes a folder that an untrusted program has filled.
//!
//! Such a program nests folders deeper than a path or a stack is long, and forbids itself
//! to look into them. So nothing here recurses, follows a link or takes a path of more than
//! two names from it: folders inside folders are first moved to the top.

use std::ffi::{OsStr, OsString};
use std::fs::{self, Permissions};
use std::io;
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use nix::fcntl::{AT_FDCWD, OFlag, open, openat, renameat};
use nix::sys::stat::Mode;
use nix::unistd::{UnlinkatFlags, unlinkat};

/// Removes a folder with all that is in it; one that is not there is removed already.
///
/// # Errors
/// If something cannot be removed.
pub fn remove_tree(folder: &Path) -> io::Result<()> {
    let top = match open(folder, FOLDER, Mode::empty()) {
        Ok(top) => top,
        Err(nix::Error::ENOENT) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    empty(&top)?;
    unlinkat(AT_FDCWD, folder, UnlinkatFlags::RemoveDir)?;
    Ok(())
}

/// Removes everything in a folder, and leaves the folder.
///
/// # Errors
/// If something cannot be removed, or there is no such folder.
pub fn empty_folder(folder: &Path) -> io::Result<()> {
    empty(&open(folder, FOLDER, Mode::empty())?)
}

/// A handle on a folder and never on what a link names; it needs no permission.
const FOLDER: OFlag = OFlag::O_PATH
    .union(OFlag::O_DIRECTORY)
    .union(OFlag::O_NOFOLLOW)
    .union(OFlag::O_CLOEXEC);

fn empty(top: &OwnedFd) -> io::Result<()> {
    let mut moved: u64 = 0;
    loop {
        let names = names(top)?;
        if names.is_empty() {
            return Ok(());
        }
        for name in names {
            let Some(inner) = unlink_or_enter(top, &name)? else {
                continue;
            };
            for name in self::names(&inner)? {
                if unlink_or_enter(&inner, &name)?.is_some() {
                    move_to_top(&inner, &name, top, &mut moved)?;
                }
            }
            unlinkat(top, name.as_os_str(), UnlinkatFlags::RemoveDir)?;
        }
    }
}

/// Unlinks what is not a folder; gives a handle on what is.
fn unlink_or_enter(folder: &OwnedFd, name: &OsStr) -> io::Result<Option<OwnedFd>> {
    match unlinkat(folder, name, UnlinkatFlags::NoRemoveDir) {
        Ok(()) => Ok(None),
        Err(nix::Error::EISDIR | nix::Error::EPERM) => {
            Ok(Some(openat(folder, name, FOLDER, Mode::empty())?))
        }
        Err(error) => Err(error.into()),
    }
}

fn move_to_top(from: &OwnedFd, name: &OsStr, top: &OwnedFd, moved: &mut u64) -> io::Result<()> {
    // To be moved, a folder has to be writable itself.
    allow(&openat(from, name, FOLDER, Mode::empty())?)?;
    loop {
        *moved += 1;
        let place = format!("moved-{moved}");
        match renameat(from, name, top, place.as_str()) {
            // The program may have thought of such names, too.
            Err(nix::Error::ENOTEMPTY | nix::Error::EEXIST | nix::Error::ENOTDIR) => {}
            result => return Ok(result?),
        }
    }
}

/// The names in a folder, which its owner may look into from now on.
fn names(folder: &OwnedFd) -> io::Result<Vec<OsString>> {
    allow(folder)?;
    fs::read_dir(by_handle(folder))?
        .map(|entry| Ok(entry?.file_name()))
        .collect()
}

fn allow(folder: &OwnedFd) -> io::Result<()> {
    fs::set_permissions(by_handle(folder), Permissions::from_mode(0o700))
}

fn by_handle(folder: &OwnedFd) -> PathBuf {
    PathBuf::from(format!("/proc/self/fd/{}", folder.as_raw_fd()))
}

#[cfg(test)]
mod tests {
    use nix::sys::stat::mkdirat;

    use super::*;

    #[test]
    fn a_tree_with_locked_folders_goes_and_what_its_links_name_stays() {
        let place = tempfile::tempdir().expect("a temporary folder");
        let kept = place.path().join("kept");
        fs::create_dir(&kept).expect("it can be made");
        fs::write(kept.join("file"), "x").expect("it can be written");
        let tree = place.path().join("tree");
        fs::create_dir_all(tree.join("a/b/moved-1")).expect("it can be made");
        fs::write(tree.join("a/b/moved-1/moved-2"), "x").expect("it can be written");
        fs::write(tree.join("moved-1"), "x").expect("it can be written");
        std::os::unix::fs::symlink(&kept, tree.join("a/link")).expect("it can be linked");
        std::os::unix::fs::symlink(&kept, tree.join("link")).expect("it can be linked");
        for locked in ["a/b", "a"] {
            fs::set_permissions(tree.join(locked), Permissions::from_mode(0o000)).expect("ours");
        }
        remove_tree(&tree).expect("it can be removed");
        assert!(!tree.exists());
        assert!(kept.join("file").exists());
        remove_tree(&tree).expect("it is gone already");
    }

    #[test]
    fn folders_deeper_than_a_path_is_long_go() {
        let place = tempfile::tempdir().expect("a temporary folder");
        let tree = place.path().join("tree");
        fs::create_dir(&tree).expect("it can be made");
        let mut at = open(&tree, FOLDER, Mode::empty()).expect("it is there");
        let name = "n".repeat(200);
        for _ in 0..50 {
            mkdirat(&at, name.as_str(), Mode::S_IRWXU).expect("it can be made");
            at = openat(&at, name.as_str(), FOLDER, Mode::empty()).expect("it is there");
        }
        drop(at);
        empty_folder(&tree).expect("it can be emptied");
        assert_eq!(fs::read_dir(&tree).expect("it is there").count(), 0);
    }
}
