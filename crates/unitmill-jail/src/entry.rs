//! What the re-executed binary does: read the specification, build, become the program.
//!
//! Two processes: the outer one makes the namespaces and then only waits; the inner one is
//! the first process of the new process namespace and becomes the interpreter. When the
//! supervisor dies, the kernel kills the outer one, then the inner one, and with it
//! everything that lives in its process namespace.

use std::fs;
use std::io::{self, Write as _};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::process::exit;

use nix::fcntl::{OFlag, open, openat};
use nix::sched::{CloneFlags, unshare};
use nix::sys::prctl::{set_no_new_privs, set_pdeathsig};
use nix::sys::resource::{Resource, setrlimit};
use nix::sys::signal::Signal;
use nix::sys::stat::Mode;
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, Gid, Pid, Uid, getppid, setgid, setgroups, setsid, setuid};

use crate::packet::receive_long;
use crate::spec::{Identity, JailSpec};
use crate::{janitor, privilege, root, seccomp, trial};

/// First argument that turns the binary into a jail. Not a command for people.
pub const JAIL_WORD: &str = "__jail";

/// Exit status of a jail that could not be built; its standard error says which step.
const CANNOT_BUILD: i32 = 125;

/// A step of building a jail that failed.
#[derive(Debug)]
pub(crate) struct Step {
    step: String,
    error: io::Error,
}

impl Step {
    pub(crate) fn new(step: &str, error: impl Into<io::Error>) -> Self {
        Self {
            step: step.to_owned(),
            error: error.into(),
        }
    }
}

/// Names the step that an operation belongs to.
pub(crate) trait At<T> {
    fn at(self, step: &str) -> Result<T, Step>;
}

impl<T, E: Into<io::Error>> At<T> for Result<T, E> {
    fn at(self, step: &str) -> Result<T, Step> {
        self.map_err(|error| Step::new(step, error))
    }
}

/// Returns at once in an ordinary start of the program; in a jail's or a janitor's start,
/// does that job and never returns. To be called first thing in `main`, before any thread.
pub fn main_if_jail() {
    match std::env::args_os().nth(1) {
        Some(word) if word == JAIL_WORD => match outer() {
            Ok(status) => exit(status),
            Err(failure) => refuse(&failure),
        },
        Some(word) if word == janitor::JANITOR_WORD => exit(janitor::sweep_when_orphaned()),
        Some(word) if word == trial::TRIAL_WORD => match trial::inside() {
            Ok(()) => exit(0),
            Err(failure) => refuse(&failure),
        },
        _ => {}
    }
}

fn refuse(failure: &Step) -> ! {
    // The supervisor reads this pipe; if it is gone, nobody is left to tell.
    let _nobody_listens = writeln!(io::stderr(), "jail: {}: {}", failure.step, failure.error);
    exit(CANNOT_BUILD)
}

fn outer() -> Result<i32, Step> {
    privilege::close_inherited().at("close inherited descriptors")?;
    set_pdeathsig(Signal::SIGKILL).at("ask to die with the supervisor")?;
    let control = io::stdin()
        .as_fd()
        .try_clone_to_owned()
        .at("take the control socket")?;
    let bytes = receive_long(control.as_fd()).at("read the specification")?;
    let spec: JailSpec = serde_json::from_slice(&bytes).at("understand the specification")?;
    if getppid() != Pid::from_raw(spec.supervisor as i32) {
        return Err(Step::new(
            "find the supervisor",
            io::Error::other("it has died"),
        ));
    }

    match spec.identity {
        Identity::Host => {}
        Identity::Range { .. } | Identity::Single => enter_namespaces(&spec)?,
    }

    match privilege::fork().at("fork")? {
        ForkResult::Child => match inner(&spec) {
            Ok(never) => match never {},
            Err(failure) => refuse(&failure),
        },
        ForkResult::Parent { child } => {
            // The inner process alone may hold the control socket, or the supervisor would
            // not notice its end.
            drop(control);
            nix::unistd::close(io::stdin().as_raw_fd()).at("let go of the control socket")?;
            loop {
                match waitpid(child, None) {
                    Ok(WaitStatus::Exited(_, status)) => return Ok(status),
                    Ok(WaitStatus::Signaled(_, signal, _)) => return Ok(128 + signal as i32),
                    Ok(_) | Err(nix::Error::EINTR) => {}
                    Err(error) => return Err(Step::new("wait for the program", error)),
                }
            }
        }
    }
}

/// Everything that hides the host; afterwards only the jail's root is there.
fn enter_namespaces(spec: &JailSpec) -> Result<(), Step> {
    let namespaces = CloneFlags::CLONE_NEWPID
        | CloneFlags::CLONE_NEWNET
        | CloneFlags::CLONE_NEWIPC
        | CloneFlags::CLONE_NEWUTS
        | CloneFlags::CLONE_NEWCGROUP;
    // The knob is per user namespace; it is opened from inside the new one, through a
    // folder that has to be found while `/proc` can still be seen.
    let user_knobs = open(
        "/proc/sys/user",
        OFlag::O_PATH | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC,
        Mode::empty(),
    );
    match spec.identity {
        Identity::Range { first, count } => {
            let mapper = start_mapper(first, count)?;
            unshare(CloneFlags::CLONE_NEWNS).at("make a mount namespace")?;
            root::build(spec)?;
            unshare(CloneFlags::CLONE_NEWUSER | namespaces).at("make namespaces")?;
            mapper.map()?;
            setgroups(&[]).at("drop groups")?;
            setgid(Gid::from_raw(0)).at("become the jail's own group")?;
            setuid(Uid::from_raw(0)).at("become the jail's own user")?;
        }
        Identity::Single => {
            let (user, group) = (Uid::current(), Gid::current());
            unshare(CloneFlags::CLONE_NEWUSER | CloneFlags::CLONE_NEWNS)
                .at("make a user namespace")?;
            fs::write("/proc/self/setgroups", "deny").at("forbid groups")?;
            fs::write("/proc/self/uid_map", format!("0 {user} 1")).at("map the user")?;
            fs::write("/proc/self/gid_map", format!("0 {group} 1")).at("map the group")?;
            root::build(spec)?;
            unshare(namespaces).at("make namespaces")?;
        }
        Identity::Host => return Ok(()),
    }
    // Becoming another user has cleared the request.
    set_pdeathsig(Signal::SIGKILL).at("ask to die with the supervisor again")?;
    if getppid() != Pid::from_raw(spec.supervisor as i32) {
        return Err(Step::new(
            "find the supervisor",
            io::Error::other("it has died"),
        ));
    }
    forbid_user_namespaces(user_knobs.at("find /proc/sys/user")?)?;
    nix::unistd::sethostname("sandbox").at("name the host")
}

fn inner(spec: &JailSpec) -> Result<std::convert::Infallible, Step> {
    set_pdeathsig(Signal::SIGKILL).at("ask to die with the jail")?;
    setsid().at("leave the terminal")?;
    setrlimit(Resource::RLIMIT_CORE, 0, 0).at("forbid core files")?;
    if spec.fixed_addresses {
        privilege::fixed_addresses().at("switch address randomisation off")?;
    }
    match spec.identity {
        Identity::Range { .. } | Identity::Single => {
            privilege::keep_capabilities(&privilege::OF_A_ZYGOTE)
        }
        Identity::Host if Uid::effective().is_root() => {
            // A foreign group of root's must not be every run's.
            setgroups(&[]).at("drop groups")?;
            privilege::keep_capabilities(&privilege::WITHOUT_NAMESPACES)
        }
        Identity::Host => privilege::drop_all_capabilities(),
    }
    .at("drop capabilities")?;
    set_no_new_privs().at("forbid new privileges")?;
    seccompiler::apply_filter(&seccomp::unpack(&spec.filter))
        .map_err(io::Error::other)
        .at("install the system call filter")?;
    Err(Step::new(
        "execute the interpreter",
        privilege::execute(&spec.argv, &spec.environment),
    ))
}

fn forbid_user_namespaces(knobs: OwnedFd) -> Result<(), Step> {
    let step = "set max_user_namespaces to 0";
    let knob = openat(
        &knobs,
        "max_user_namespaces",
        OFlag::O_WRONLY | OFlag::O_CLOEXEC,
        Mode::empty(),
    )
    .at(step)?;
    nix::unistd::write(&knob, b"0").at(step)?;
    Ok(())
}

/// A process that stays outside and writes the id maps once the namespace exists: only
/// someone privileged outside may map a range.
struct Mapper {
    child: Pid,
    go: OwnedFd,
}

fn start_mapper(first: u32, count: u32) -> Result<Mapper, Step> {
    let (wait, go) = nix::unistd::pipe().at("make a pipe")?;
    let target = nix::unistd::getpid();
    match privilege::fork().at("fork")? {
        ForkResult::Parent { child } => Ok(Mapper { child, go }),
        ForkResult::Child => {
            drop(go);
            let mut byte = [0];
            let told = nix::unistd::read(&wait, &mut byte);
            if told != Ok(1) {
                exit(CANNOT_BUILD);
            }
            let map = format!("0 {first} {count}");
            for file in ["uid_map", "gid_map"] {
                if let Err(error) = fs::write(format!("/proc/{target}/{file}"), &map) {
                    refuse(&Step::new(file, error));
                }
            }
            exit(0)
        }
    }
}

impl Mapper {
    fn map(self) -> Result<(), Step> {
        nix::unistd::write(&self.go, b"g").at("map ids")?;
        match waitpid(self.child, None).at("map ids")? {
            WaitStatus::Exited(_, 0) => Ok(()),
            _ => Err(Step::new("map ids", io::Error::other("refused"))),
        }
    }
}
