//! The system calls that `nix` has no safe form for, each behind a small safe function.

use std::ffi::CString;
use std::io;
use std::os::fd::{FromRawFd, OwnedFd, RawFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use nix::unistd::{ForkResult, Pid};

/// Capabilities that a zygote keeps, over its own user namespace only: to make namespaces
/// and mounts for a run, to become the run's user, and to end it.
pub(crate) const OF_A_ZYGOTE: [u32; 5] = [
    5,  // CAP_KILL
    6,  // CAP_SETGID
    7,  // CAP_SETUID
    8,  // CAP_SETPCAP
    21, // CAP_SYS_ADMIN
];

/// Capabilities that root's zygote keeps where there are no namespaces: to become a run's
/// user, and to end it.
pub(crate) const WITHOUT_NAMESPACES: [u32; 3] = [
    5, // CAP_KILL
    6, // CAP_SETGID
    7, // CAP_SETUID
];

/// Highest capability number that is looked at; later ones than the kernel knows are
/// refused with `EINVAL`.
const LAST_CAPABILITY: u32 = 63;

const CAPABILITY_VERSION_3: u32 = 0x2008_0522;

#[repr(C)]
struct CapabilityHeader {
    version: u32,
    pid: i32,
}

#[repr(C)]
#[derive(Clone, Copy)]
struct CapabilityData {
    effective: u32,
    permitted: u32,
    inheritable: u32,
}

/// Takes possession of a descriptor that the kernel has just handed over.
#[expect(
    unsafe_code,
    reason = "descriptors arrive as numbers in a control message"
)]
pub(crate) fn own_descriptor(descriptor: RawFd) -> OwnedFd {
    // SAFETY: called only with numbers that `recvmsg` has installed in this process in
    // this very message; nobody else knows them yet, so this is their only owner.
    unsafe { OwnedFd::from_raw_fd(descriptor) }
}

/// Forks; the caller is single-threaded.
#[expect(unsafe_code, reason = "fork is unsafe in a process with threads")]
pub(crate) fn fork() -> nix::Result<ForkResult> {
    // SAFETY: only the re-executed jail calls this, from its one and only thread, so the
    // child finds no lock held and may go on as any process.
    unsafe { nix::unistd::fork() }
}

/// Closes every descriptor but standard input, output and error: whatever the supervisor's
/// own parents have left open must not reach a jail.
#[expect(unsafe_code, reason = "close_range has no safe binding")]
pub(crate) fn close_inherited() -> io::Result<()> {
    // SAFETY: called first thing in a fresh process, which has opened nothing above
    // standard error yet that anybody would go on to use.
    let result = unsafe { libc::syscall(libc::SYS_close_range, 3, libc::c_uint::MAX, 0) };
    if result < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

/// Switches address randomisation off for programs executed from here on, so that object
/// addresses (and what depends on them) repeat.
#[expect(
    unsafe_code,
    reason = "personality has no safe binding without another feature"
)]
pub(crate) fn fixed_addresses() -> io::Result<()> {
    // SAFETY: takes a number, touches no memory of ours.
    let result = unsafe { libc::personality(libc::ADDR_NO_RANDOMIZE as libc::c_ulong) };
    if result < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

/// Gives up every capability but those of `kept`, for good.
#[expect(unsafe_code, reason = "capabilities are set by a raw system call")]
pub(crate) fn keep_capabilities(kept: &[u32]) -> io::Result<()> {
    for capability in 0..=LAST_CAPABILITY {
        if kept.contains(&capability) {
            continue;
        }
        // SAFETY: takes numbers only.
        let result = unsafe {
            libc::prctl(
                libc::PR_CAPBSET_DROP,
                libc::c_ulong::from(capability),
                0,
                0,
                0,
            )
        };
        if result < 0 {
            let error = io::Error::last_os_error();
            if error.raw_os_error() == Some(libc::EINVAL) {
                break;
            }
            return Err(error);
        }
    }
    let mask = kept
        .iter()
        .fold(0, |mask, capability| mask | 1 << capability);
    set_capabilities(mask)
}

/// Gives up whatever capabilities an ordinary user's process may have been left.
pub(crate) fn drop_all_capabilities() -> io::Result<()> {
    set_capabilities(0)
}

#[expect(unsafe_code, reason = "capabilities are set by a raw system call")]
fn set_capabilities(mask: u32) -> io::Result<()> {
    let header = CapabilityHeader {
        version: CAPABILITY_VERSION_3,
        pid: 0,
    };
    let none = CapabilityData {
        effective: 0,
        permitted: 0,
        inheritable: 0,
    };
    let data = [
        CapabilityData {
            effective: mask,
            permitted: mask,
            inheritable: 0,
        },
        none,
    ];
    // SAFETY: header and two data entries are what version 3 of the call reads; both live
    // until it returns, and it writes to neither.
    let result =
        unsafe { libc::syscall(libc::SYS_capset, std::ptr::from_ref(&header), data.as_ptr()) };
    if result < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

/// Makes a tree of mounts read-only and takes from it what `also` says, whatever each of
/// them is now. An ordinary user may not clear what the system has set on a mount, and this
/// only ever adds.
#[expect(unsafe_code, reason = "mount_setattr has no safe binding")]
pub(crate) fn restrict_mounts(path: &Path, also: u64) -> io::Result<()> {
    let path = CString::new(path.as_os_str().as_bytes())?;
    let attributes = libc::mount_attr {
        attr_set: libc::MOUNT_ATTR_RDONLY | also,
        attr_clr: 0,
        propagation: 0,
        userns_fd: 0,
    };
    // SAFETY: the path and the attributes live until the call returns, the size is theirs,
    // and the call writes to neither.
    let result = unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            libc::AT_FDCWD,
            path.as_ptr(),
            libc::AT_RECURSIVE,
            std::ptr::from_ref(&attributes),
            size_of::<libc::mount_attr>(),
        )
    };
    if result < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

/// Whether the kernel has Landlock, and which version of its interface; 0 if not.
#[expect(unsafe_code, reason = "the version is asked for by a raw system call")]
pub fn landlock_version() -> u32 {
    const CREATE_RULESET_VERSION: libc::c_ulong = 1;
    // SAFETY: with a null attribute, size 0 and the version flag the call only returns a
    // number.
    let version = unsafe {
        libc::syscall(
            libc::SYS_landlock_create_ruleset,
            std::ptr::null::<libc::c_void>(),
            0,
            CREATE_RULESET_VERSION,
        )
    };
    u32::try_from(version).unwrap_or(0)
}

/// Replaces the process by `argv[0]`; returns only on failure.
pub(crate) fn execute(argv: &[String], environment: &[(String, String)]) -> io::Error {
    let argv: Result<Vec<CString>, _> = argv.iter().map(|arg| CString::new(&**arg)).collect();
    let environment: Result<Vec<CString>, _> = environment
        .iter()
        .map(|(name, value)| CString::new(format!("{name}={value}")))
        .collect();
    match (argv, environment) {
        (Ok(argv), Ok(environment)) if !argv.is_empty() => {
            match nix::unistd::execve(&argv[0], &argv, &environment) {
                Ok(never) => match never {},
                Err(error) => error.into(),
            }
        }
        _ => io::Error::other("an argument or variable is empty or holds a NUL"),
    }
}

/// Sends SIGKILL to a process that this one has started.
pub(crate) fn kill(pid: i32) {
    // The process may have ended by itself, which is what was wanted.
    let _gone_already = nix::sys::signal::kill(Pid::from_raw(pid), nix::sys::signal::SIGKILL);
}
