//! What stands between runs and the machine: chosen once, from the mode of isolation that
//! the recipe names and from who started this process.
//!
//! Never falls back: what a mode needs and the machine lacks is an error that says so.

use std::fs;
use std::path::{Path, PathBuf};

use unitmill_jail::{
    GuestFile, Identity, JailSpec, OWN_PROCESS, compile_policy, is_root, landlock_version,
};
use unitmill_model::{Isolation, Limits};

use crate::cgroup::Groups;
use crate::diagnose;
use crate::environment::Environment;
use crate::error::SandboxError;
use crate::guest;
use crate::layout::{self, Folders, Layout};
use crate::workshop::Workshop;

/// User ids set aside for one supervisor; user 0 of them is the zygote.
pub(crate) const USERS: u32 = 256;
/// The first host id of process 0's range. Every process id has a range of its own, so no
/// two supervisors' runs are ever the same user, and no range meets ids that people use.
const FIRST_USER: u32 = 1_000_000_000;
/// Size of the zygote's own `/tmp`, bytes.
const ZYGOTE_TEMPORARY: u64 = 64 << 20;
/// Address space that the harness itself takes in a run, above all the stack of the judge's
/// thread, bytes.
const HARNESS_SPACE: u64 = 16 << 20;

/// The walls of one sandbox.
pub(crate) struct Walls {
    isolation: Isolation,
    identity: Identity,
    pub(crate) groups: Groups,
    layout: Layout,
    landlock: u32,
    zygote_filter: Vec<u64>,
    harness_settings: String,
    workshop: Option<Workshop>,
}

/// Where a run is put, as which user, and what its process may take.
#[derive(Debug)]
pub(crate) struct Place {
    /// The user to become, as the jail counts them; 0: there is no other.
    pub(crate) user: u32,
    /// The scratch folder, where the run has no file system of its own for it.
    pub(crate) scratch: Option<PathBuf>,
    /// Limits of the process besides those that every run has.
    pub(crate) limits: Vec<(&'static str, u64)>,
}

/// Who jails are on the host.
pub(crate) fn identity(isolation: Isolation) -> Identity {
    match isolation {
        Isolation::Container => Identity::Host,
        Isolation::Full | Isolation::Rlimits if is_root() => Identity::Range {
            first: first_user(),
            count: USERS,
        },
        Isolation::Full | Isolation::Rlimits => Identity::Single,
    }
}

fn first_user() -> u32 {
    FIRST_USER + std::process::id() * USERS
}

impl Walls {
    /// Chooses the walls of `jobs` slots around an environment.
    ///
    /// # Errors
    /// [`SandboxError::CannotIsolate`] where the machine lacks what the mode needs.
    pub(crate) fn choose(
        isolation: Isolation,
        environment: &Environment,
        jobs: usize,
    ) -> Result<Self, SandboxError> {
        diagnose::require(isolation)?;
        let groups = match isolation {
            Isolation::Full => Groups::find()?,
            Isolation::Rlimits | Isolation::Container => Groups::Absent,
        };
        let layout = Layout::of(environment)?;
        let identity = identity(isolation);
        let root = is_root();
        let workshop = match isolation {
            Isolation::Container => {
                if root {
                    layout.require_public()?;
                }
                Some(Workshop::make(jobs, root.then(first_user))?)
            }
            Isolation::Full | Isolation::Rlimits => {
                layout.require_outside_of(Path::new("/tmp"))?;
                None
            }
        };
        let landlock = landlock_version();
        let (lane_filter, run_filter) = match guest::split_policy(isolation) {
            Some((lane, last)) => (
                Some(compile_policy("lane", lane)?),
                compile_policy("last", last)?,
            ),
            None => (
                None,
                compile_policy(isolation.as_str(), guest::run_policy(isolation))?,
            ),
        };
        let harness_settings = serde_json::json!({
            "isolation": isolation,
            "lane_filter": lane_filter,
            "run_filter": run_filter,
            "own_process": OWN_PROCESS,
            "landlock": landlock,
            "readable": layout.readable(),
        })
        .to_string();
        let walls = Self {
            isolation,
            identity,
            groups,
            layout,
            landlock,
            zygote_filter: compile_policy("zygote", &[guest::ZYGOTE_POLICY])?,
            harness_settings,
            workshop,
        };
        if let Some(workshop) = &walls.workshop {
            workshop.furnish(walls.harness_files())?;
        }
        Ok(walls)
    }

    /// What was chosen, for a person.
    pub(crate) fn describe(&self) -> String {
        let namespaces = match self.identity {
            Identity::Range { .. } => {
                "user (a range of its own), mount, pid, net, ipc, uts and cgroup namespaces"
            }
            Identity::Single => {
                "user (one of its own), mount, pid, net, ipc, uts and cgroup namespaces"
            }
            Identity::Host => "no namespaces",
        };
        let landlock = match self.landlock {
            0 => "no Landlock".to_owned(),
            version => format!("Landlock {version}"),
        };
        format!(
            "{}: {namespaces}; seccomp; {landlock}; {}",
            self.isolation,
            self.groups.describe()
        )
    }

    /// The jail of a zygote that imports `modules` first.
    pub(crate) fn spec(&self, environment: &Environment, hash_seed: u32) -> JailSpec {
        let folders = match &self.workshop {
            Some(workshop) => workshop.folders(),
            None => Folders::of_a_jail(),
        };
        let python = environment.python().display().to_string();
        let script = folders.harness.join("zygote.py").display().to_string();
        let argv = vec![python, "-s".to_owned(), script];
        let mut variables = layout::variables(environment, hash_seed, &folders);
        if self.isolation != Isolation::Full {
            // Each further one reserves address space, which is what is limited.
            variables.push(("MALLOC_ARENA_MAX".to_owned(), "1".to_owned()));
        }
        JailSpec {
            supervisor: std::process::id(),
            argv,
            environment: variables,
            binds: self.layout.binds.clone(),
            links: self.layout.links.clone(),
            files: match self.workshop {
                Some(_) => Vec::new(),
                None => self
                    .harness_files()
                    .chain(layout::system_files(USERS))
                    .collect(),
            },
            // Results that hang on an address (`id`, the default `repr`) must not look
            // reproducible: with another hash seed everything lies elsewhere.
            // Where there are no namespaces, a container's own filter often forbids to ask.
            fixed_addresses: hash_seed == 0 && self.isolation != Isolation::Container,
            identity: self.identity,
            filter: self.zygote_filter.clone(),
            temporary_bytes: ZYGOTE_TEMPORARY,
        }
    }

    fn harness_files(&self) -> impl Iterator<Item = GuestFile> {
        guest::harness_files().chain([GuestFile {
            path: Path::new(guest::HARNESS_FOLDER).join("settings.json"),
            content: self.harness_settings.clone(),
        }])
    }

    /// The place of a slot's next run. `idle` is the address space of the interpreter that
    /// it is forked from.
    pub(crate) fn place(&self, slot: usize, limits: &Limits, idle: u64) -> Place {
        let user = slot as u32 + 1;
        let user = match self.identity {
            Identity::Range { .. } => user,
            Identity::Host if is_root() => first_user() + user,
            Identity::Single | Identity::Host => 0,
        };
        let mut process = Vec::new();
        if self.isolation != Isolation::Full {
            process.push((
                "RLIMIT_AS",
                idle.saturating_add(HARNESS_SPACE)
                    .saturating_add(limits.memory_bytes),
            ));
            // Counts a user's threads, so it says nothing where all slots are one user.
            if user != 0 {
                process.push(("RLIMIT_NPROC", u64::from(limits.processes) + 1));
            }
        }
        Place {
            user,
            scratch: self.workshop.as_ref().map(|workshop| workshop.slot(slot)),
            limits: process,
        }
    }

    /// Removes what the last run of a slot has left; nothing where that ends with it.
    ///
    /// # Errors
    /// If something cannot be removed.
    pub(crate) async fn clear(&self, slot: usize) -> Result<(), SandboxError> {
        match &self.workshop {
            Some(workshop) => workshop.clear(slot).await,
            None => Ok(()),
        }
    }

    /// The folder that has to be removed in the end.
    pub(crate) fn folder(&self) -> Option<&Path> {
        self.workshop.as_ref().map(Workshop::path)
    }

    /// How the folders of runs begin, in texts that should not tell one from another.
    pub(crate) fn hidden_folders(&self, jobs: usize) -> Vec<String> {
        let slots = self
            .workshop
            .iter()
            .flat_map(|workshop| (0..jobs).map(|slot| workshop.slot(slot)));
        slots
            .chain([PathBuf::from("/tmp")])
            .flat_map(|scratch| {
                let scratch = scratch.display().to_string();
                // Under `/tmp` alone lies what a program has put there by that name.
                let own = (scratch != "/tmp").then(|| format!("{scratch}/"));
                [format!("{scratch}/work/")].into_iter().chain(own)
            })
            .collect()
    }
}

/// The address space of a process of ours, bytes.
pub(crate) fn address_space(pid: i32) -> Result<u64, SandboxError> {
    let path = format!("/proc/{pid}/status");
    let text = fs::read_to_string(&path)
        .map_err(SandboxError::plumbing("look at the size of an interpreter"))?;
    text.lines()
        .find_map(|line| {
            let size = line.strip_prefix("VmSize:")?.trim().strip_suffix(" kB")?;
            Some(size.trim().parse::<u64>().ok()? << 10)
        })
        .ok_or_else(|| SandboxError::Plumbing {
            step: "look at the size of an interpreter",
            source: std::io::Error::other(format!("{path} has no VmSize")),
        })
}
