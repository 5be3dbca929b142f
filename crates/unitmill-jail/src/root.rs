//! The file system that a jail sees: a fresh tmpfs with a few read-only binds.

use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::unistd::{chdir, pivot_root};

use crate::entry::{At, Step};
use crate::privilege;
use crate::spec::{Identity, JailSpec};

/// Where the new root is put together: exists on every Linux machine and holds nothing
/// that a jail binds. Only the jail's own mount namespace ever sees it there.
const WORKSHOP: &str = "/sys";

const NOTHING: Option<&str> = None;

/// Builds the root in this process's own mount namespace and moves into it. Afterwards
/// nothing of the host is reachable but the binds.
pub(crate) fn build(spec: &JailSpec) -> Result<(), Step> {
    mount(
        NOTHING,
        "/",
        NOTHING,
        MsFlags::MS_REC | MsFlags::MS_PRIVATE,
        NOTHING,
    )
    .at("make mounts private")?;
    mount(
        Some("tmpfs"),
        WORKSHOP,
        Some("tmpfs"),
        MsFlags::MS_NOSUID | MsFlags::MS_NODEV,
        Some("mode=0755,size=16m"),
    )
    .at("mount the new root")?;

    for bind in &spec.binds {
        bind_one(&bind.path, bind.device, spec.identity)
            .map_err(|error| Step::new(&format!("bind {}", bind.path.display()), error))?;
    }
    for link in &spec.links {
        let path = inside(&link.path);
        make_parent(&path)
            .and_then(|()| symlink(&link.target, &path))
            .or_else(|error| match error.kind() {
                io::ErrorKind::AlreadyExists => Ok(()),
                _ => Err(error),
            })
            .map_err(|error| Step::new(&format!("link {}", link.path.display()), error))?;
    }
    for file in &spec.files {
        let path = inside(&file.path);
        make_parent(&path)
            .and_then(|()| fs::write(&path, &file.content))
            .map_err(|error| Step::new(&format!("write {}", file.path.display()), error))?;
    }
    let temporary = inside(Path::new("/tmp"));
    fs::create_dir_all(&temporary).at("make /tmp")?;
    mount(
        Some("tmpfs"),
        &temporary,
        Some("tmpfs"),
        MsFlags::MS_NOSUID | MsFlags::MS_NODEV,
        Some(&*format!("mode=1777,size={}", spec.temporary_bytes)),
    )
    .at("mount /tmp")?;

    mount(
        NOTHING,
        WORKSHOP,
        NOTHING,
        MsFlags::MS_REMOUNT | MsFlags::MS_RDONLY | MsFlags::MS_NOSUID | MsFlags::MS_NODEV,
        NOTHING,
    )
    .at("make the root read-only")?;
    chdir(WORKSHOP).at("enter the new root")?;
    // Both names the same: the old root ends up on top of the new one and is taken off.
    pivot_root(".", ".").at("pivot_root")?;
    umount2(".", MntFlags::MNT_DETACH).at("detach the old root")?;
    chdir("/").at("enter /")
}

fn bind_one(path: &Path, device: bool, identity: Identity) -> io::Result<()> {
    let target = inside(path);
    if fs::metadata(path)?.is_dir() {
        fs::create_dir_all(&target)?;
    } else {
        make_parent(&target)?;
        if !target.exists() {
            fs::write(&target, "")?;
        }
    }
    // An ordinary user may only copy a tree of mounts whole.
    let recursive = match identity {
        Identity::Single => MsFlags::MS_REC,
        Identity::Range { .. } | Identity::Host => MsFlags::empty(),
    };
    mount(
        Some(path),
        &target,
        NOTHING,
        MsFlags::MS_BIND | recursive,
        NOTHING,
    )?;
    if identity == Identity::Single {
        let also = if device {
            libc::MOUNT_ATTR_NOEXEC
        } else {
            libc::MOUNT_ATTR_NODEV
        };
        return privilege::restrict_mounts(&target, libc::MOUNT_ATTR_NOSUID | also);
    }
    let mut flags =
        MsFlags::MS_BIND | MsFlags::MS_REMOUNT | MsFlags::MS_RDONLY | MsFlags::MS_NOSUID;
    if !device {
        flags |= MsFlags::MS_NODEV;
    } else {
        // A read-only mount still lets a device be written; its node cannot change.
        flags |= MsFlags::MS_NOEXEC;
    }
    mount(NOTHING, &target, NOTHING, flags, NOTHING)?;
    Ok(())
}

fn inside(path: &Path) -> PathBuf {
    let mut target = PathBuf::from(WORKSHOP);
    target.extend(
        path.components()
            .filter(|part| matches!(part, std::path::Component::Normal(_))),
    );
    target
}

fn make_parent(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)
}
