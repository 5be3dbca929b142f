//! Starting a jail from the supervisor, and the sockets and pipes between the two.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};

use nix::fcntl::OFlag;
use nix::sys::socket::{
    AddressFamily, SockFlag, SockType, setsockopt, socketpair, sockopt::PassCred,
};

use crate::entry::JAIL_WORD;
use crate::packet::send_long;
use crate::spec::JailSpec;

/// How to start a jail.
#[derive(Debug)]
pub struct JailCommand;

/// A jail that has been started.
#[derive(Debug)]
pub struct JailProcess {
    child: Child,
    /// The supervisor's end of the control socket: blocking, packets, credentials on.
    pub control: OwnedFd,
    /// What the jail or its program writes to standard error.
    pub stderr: Option<ChildStderr>,
}

impl JailCommand {
    /// Starts `program` (whose `main` calls [`crate::main_if_jail`]) as a jail and hands it
    /// `spec`. The calling *thread* is what the jail dies with, so it must be one that
    /// lives as long as the jail should.
    ///
    /// # Errors
    /// If the process cannot be started or ends before it has read its specification.
    #[expect(clippy::disallowed_methods, reason = "this crate starts processes")]
    pub fn start(program: &Path, spec: &JailSpec) -> io::Result<JailProcess> {
        let (ours, theirs) = control_pair()?;
        let mut child = Command::new(program)
            .arg(JAIL_WORD)
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::from(theirs))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            // Its own group: Ctrl-C asks the supervisor to stop, which lets runs end.
            .process_group(0)
            .spawn()?;
        let text = serde_json::to_vec(spec)?;
        let stderr = child.stderr.take();
        // A jail that refuses early closes the socket; why, is on its standard error.
        if let Err(error) = send_long(ours.as_fd(), &text)
            && error.kind() != io::ErrorKind::BrokenPipe
        {
            let mut started = JailProcess {
                child,
                control: ours,
                stderr,
            };
            started.end();
            return Err(error);
        }
        Ok(JailProcess {
            child,
            control: ours,
            stderr,
        })
    }
}

impl JailProcess {
    /// Process id of the outer jail process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Kills the jail with everything in it and waits for its outer process.
    pub fn end(&mut self) {
        // Nothing is killed that has been collected before: its number may be another's.
        if !matches!(self.child.try_wait(), Ok(Some(_))) {
            crate::privilege::kill(self.child.id() as i32);
        }
        // Only an already collected child makes this fail.
        let _collected_before = self.child.wait();
    }

    /// Waits for a jail that ends by itself.
    ///
    /// # Errors
    /// If it has been waited for by somebody else.
    pub(crate) fn wait(&mut self) -> io::Result<std::process::ExitStatus> {
        self.child.wait()
    }

    /// Waits for a jail that is about to end, or has ended; how it did, for a person.
    pub fn last_status(&mut self) -> String {
        match self.child.wait() {
            Ok(status) => status.to_string(),
            Err(error) => error.to_string(),
        }
    }
}

impl Drop for JailProcess {
    fn drop(&mut self) {
        self.end();
    }
}

/// A connected pair of blocking packet sockets, closed on exec.
///
/// # Errors
/// If the process has no descriptors left.
pub fn packet_pair() -> io::Result<(OwnedFd, OwnedFd)> {
    Ok(socketpair(
        AddressFamily::Unix,
        SockType::SeqPacket,
        None,
        SockFlag::SOCK_CLOEXEC,
    )?)
}

/// As [`packet_pair`]; what the first one receives names the process that sent it.
///
/// # Errors
/// If the process has no descriptors left.
pub fn control_pair() -> io::Result<(OwnedFd, OwnedFd)> {
    let (ours, theirs) = packet_pair()?;
    setsockopt(&ours, PassCred, &true)?;
    Ok((ours, theirs))
}

/// A connected pair of blocking byte streams, closed on exec.
///
/// # Errors
/// If the process has no descriptors left.
pub fn stream_pair() -> io::Result<(OwnedFd, OwnedFd)> {
    Ok(socketpair(
        AddressFamily::Unix,
        SockType::Stream,
        None,
        SockFlag::SOCK_CLOEXEC,
    )?)
}

/// A pipe for a run's output: the reading end does not block, the writing end does.
///
/// # Errors
/// If the process has no descriptors left.
pub fn output_pipe() -> io::Result<(OwnedFd, OwnedFd)> {
    let (read, write) = nix::unistd::pipe2(OFlag::O_CLOEXEC)?;
    nix::fcntl::fcntl(&read, nix::fcntl::FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
    Ok((read, write))
}

/// Makes a descriptor non-blocking, as an event loop wants it.
///
/// # Errors
/// If it is not a descriptor that can be waited for.
pub fn unblock(descriptor: &OwnedFd) -> io::Result<()> {
    let flags = nix::fcntl::fcntl(descriptor, nix::fcntl::FcntlArg::F_GETFL)?;
    let flags = OFlag::from_bits_retain(flags) | OFlag::O_NONBLOCK;
    nix::fcntl::fcntl(descriptor, nix::fcntl::FcntlArg::F_SETFL(flags))?;
    Ok(())
}
