//! Tries out a jail: the program itself, re-executed inside one, does what a zygote and a
//! run will ask of the kernel. Never runs anything of anybody else's.

use std::io::{self, Read as _};
use std::path::Path;

use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, Gid, Uid, setgroups, setresgid, setresuid};

use crate::entry::{At, Step};
use crate::launch::JailCommand;
use crate::privilege;
use crate::spec::{Identity, JailSpec};

/// First argument that makes the binary do what is to be tried. Not a command for people.
pub(crate) const TRIAL_WORD: &str = "__jail-trial";

const WITH_NAMESPACES: &str = "with";
const WITHOUT_NAMESPACES: &str = "without";

/// Builds a jail as `spec` says, but with `program` (whose `main` calls
/// [`crate::main_if_jail`]) in it instead of `argv`, and has it try what runs need.
///
/// # Errors
/// The step that failed and why, for a person.
pub fn try_out(program: &Path, spec: &JailSpec) -> Result<(), String> {
    let namespaces = match spec.identity {
        Identity::Range { .. } | Identity::Single => WITH_NAMESPACES,
        Identity::Host => WITHOUT_NAMESPACES,
    };
    let words = [TRIAL_WORD, namespaces].map(str::to_owned);
    let spec = JailSpec {
        argv: [program.display().to_string()]
            .into_iter()
            .chain(words)
            .collect(),
        ..spec.clone()
    };
    let mut jail = JailCommand::start(program, &spec).map_err(|error| error.to_string())?;
    let mut words = String::new();
    if let Some(mut stderr) = jail.stderr.take() {
        stderr
            .read_to_string(&mut words)
            .map_err(|error| error.to_string())?;
    }
    let status = jail.wait().map_err(|error| error.to_string())?;
    if status.success() {
        return Ok(());
    }
    let step = words.lines().find_map(|line| line.strip_prefix("jail: "));
    Err(step.map_or_else(|| format!("it ended with {status}: {words}"), str::to_owned))
}

/// What the program does inside.
pub(crate) fn inside() -> Result<(), Step> {
    let namespaces = std::env::args().nth(2).as_deref() == Some(WITH_NAMESPACES);
    if namespaces {
        unshare(CloneFlags::CLONE_NEWPID).at("make a run's process namespace")?;
    }
    match privilege::fork().at("fork a run")? {
        ForkResult::Child => {
            be_a_run(namespaces)?;
            std::process::exit(0)
        }
        ForkResult::Parent { child } => match waitpid(child, None).at("wait for a run")? {
            WaitStatus::Exited(_, 0) => Ok(()),
            // The child has said why.
            WaitStatus::Exited(_, status) => std::process::exit(status),
            other => Err(Step::new(
                "wait for a run",
                io::Error::other(format!("{other:?}")),
            )),
        },
    }
}

fn be_a_run(namespaces: bool) -> Result<(), Step> {
    if namespaces {
        unshare(CloneFlags::CLONE_NEWNS | CloneFlags::CLONE_NEWIPC | CloneFlags::CLONE_NEWUTS)
            .at("make a run's namespaces")?;
        mount(
            Some("scratch"),
            "/tmp",
            Some("tmpfs"),
            MsFlags::MS_NOSUID | MsFlags::MS_NODEV,
            Some("mode=0700,size=1m"),
        )
        .at("mount a run's scratch folder")?;
    } else if Uid::effective().is_root() {
        // Nobody's, on every machine.
        let (user, group) = (Uid::from_raw(65534), Gid::from_raw(65534));
        setgroups(&[]).at("drop a run's groups")?;
        setresgid(group, group, group).at("become a run's group")?;
        setresuid(user, user, user).at("become a run's user")?;
    }
    privilege::drop_all_capabilities().at("drop a run's capabilities")?;
    Ok(())
}
