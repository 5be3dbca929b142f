//! One preloaded interpreter in its jail, and its lanes.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Deserialize;
use tokio::io::AsyncReadExt as _;
use tokio::net::unix::pipe;
use tokio::time::timeout;
use unitmill_jail::{JailProcess, JailSpec, packet_pair};

use crate::error::SandboxError;
use crate::scrub::cut;
use crate::walls::address_space;
use crate::wire::{Keeper, PacketSocket};

/// How long preloading may take before the interpreter counts as dead.
const START: Duration = Duration::from_secs(180);
/// How long a fork of an idle zygote may take.
const FORK: Duration = Duration::from_secs(30);
/// How much of what an interpreter writes to standard error is kept.
const LAST_WORDS: usize = 8192;

/// A running zygote. Dropping it ends it with everything that came from it.
#[derive(Debug)]
pub(crate) struct Zygote {
    control: tokio::sync::Mutex<PacketSocket>,
    lanes: Mutex<HashMap<usize, Lane>>,
    last_words: Arc<Mutex<Vec<u8>>>,
    address_space: u64,
    _process: JailProcess,
}

/// A fork of a zygote that belongs to one slot; idle unless it is lent out.
#[derive(Debug)]
pub(crate) struct Lane {
    pub(crate) socket: PacketSocket,
}

#[derive(Deserialize)]
struct Ready {
    #[serde(default)]
    error: Option<String>,
}

impl Zygote {
    pub(crate) async fn start(
        keeper: &Keeper,
        program: &std::path::Path,
        spec: JailSpec,
        environment: &str,
    ) -> Result<Self, SandboxError> {
        let mut process = keeper.jail(program, spec).await?;
        let last_words = Arc::new(Mutex::new(Vec::new()));
        let listening = process
            .stderr
            .take()
            .map(|stderr| listen(stderr.into(), Arc::clone(&last_words)))
            .transpose()
            .map_err(SandboxError::plumbing("listen to a jail"))?;
        let control = process
            .control
            .as_fd()
            .try_clone_to_owned()
            .and_then(PacketSocket::new)
            .map_err(SandboxError::plumbing("talk to a jail"))?;
        let ready = timeout(START, control.receive()).await;
        let packet = match ready {
            Ok(Ok(packet)) => packet,
            early @ (Ok(Err(_)) | Err(_)) => {
                let status = if early.is_err() {
                    process.end();
                    format!("it was not ready after {} s", START.as_secs())
                } else {
                    process.last_status()
                };
                if let Some(listening) = listening {
                    // Its pipe has closed with it, so this ends; how, does not matter.
                    let _ended = timeout(FORK, listening).await;
                }
                return Err(refused(environment, &words(&last_words), &status));
            }
        };
        check_threads(packet.sender, environment)?;
        let address_space = packet.sender.map_or(Ok(0), address_space)?;
        Ok(Self {
            control: tokio::sync::Mutex::new(control),
            lanes: Mutex::new(HashMap::new()),
            last_words,
            address_space,
            _process: process,
        })
    }

    /// The lane of a slot, forked if need be. `doors` are the files that it joins its
    /// control groups by.
    pub(crate) async fn lend(
        &self,
        slot: usize,
        doors: impl FnOnce() -> Result<Vec<fs::File>, SandboxError>,
    ) -> Result<Lane, SandboxError> {
        let idle = self
            .lanes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&slot);
        if let Some(lane) = idle {
            return Ok(lane);
        }
        let lost = |error: io::Error| SandboxError::Lost {
            detail: format!("forking a lane: {error}; {}", self.last_words()),
        };
        let (ours, theirs) = packet_pair().map_err(SandboxError::plumbing("make a socket"))?;
        let socket = PacketSocket::new(ours).map_err(SandboxError::plumbing("watch a socket"))?;
        let mut descriptors = vec![theirs];
        descriptors.extend(doors()?.into_iter().map(OwnedFd::from));
        {
            let control = self.control.lock().await;
            control.send(b"{}", &descriptors).await.map_err(lost)?;
        }
        drop(descriptors);
        let packet = timeout(FORK, socket.receive())
            .await
            .map_err(|_| lost(io::ErrorKind::TimedOut.into()))?
            .map_err(lost)?;
        let ready: Ready =
            serde_json::from_slice(&packet.bytes).map_err(|error| lost(io::Error::other(error)))?;
        match ready.error {
            None => Ok(Lane { socket }),
            Some(error) => Err(SandboxError::CannotIsolate {
                missing: format!("a lane could not be set up: {error}"),
                remedy: "see the error; the control groups may be read-only".to_owned(),
            }),
        }
    }

    /// Takes back a lane whose run is over.
    pub(crate) fn give_back(&self, slot: usize, lane: Lane) {
        self.lanes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(slot, lane);
    }

    /// How much address space it has taken before the first run, bytes.
    pub(crate) fn address_space(&self) -> u64 {
        self.address_space
    }

    /// What the interpreter has written to standard error, cut.
    pub(crate) fn last_words(&self) -> String {
        words(&self.last_words)
    }
}

fn words(bytes: &Mutex<Vec<u8>>) -> String {
    let bytes = bytes.lock().unwrap_or_else(PoisonError::into_inner);
    cut(
        String::from_utf8_lossy(&bytes).trim().to_owned(),
        LAST_WORDS,
    )
}

fn listen(stderr: OwnedFd, kept: Arc<Mutex<Vec<u8>>>) -> io::Result<tokio::task::JoinHandle<()>> {
    unitmill_jail::unblock(&stderr)?;
    let mut pipe = pipe::Receiver::from_owned_fd(stderr)?;
    Ok(tokio::spawn(async move {
        let mut buffer = [0; 1024];
        while let Ok(length @ 1..) = pipe.read(&mut buffer).await {
            let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
            let room = LAST_WORDS.saturating_sub(kept.len());
            kept.extend_from_slice(&buffer[..length.min(room)]);
        }
    }))
}

/// Tells a jail that could not be built from an interpreter that did not start.
fn refused(environment: &str, words: &str, status: &str) -> SandboxError {
    match words.lines().find_map(|line| line.strip_prefix("jail: ")) {
        Some(step) => SandboxError::CannotIsolate {
            missing: step.to_owned(),
            remedy: "run as root, or where this user may make namespaces (in a container: \
                     privileged, or with CAP_SYS_ADMIN and an unconfined seccomp profile), or \
                     name a weaker `sandbox.isolation` in the recipe"
                .to_owned(),
        },
        None => SandboxError::Interpreter {
            environment: environment.to_owned(),
            detail: if words.is_empty() {
                status.to_owned()
            } else {
                words.to_owned()
            },
        },
    }
}

/// A fork copies only the calling thread: a second one would leave its locks held for ever
/// in every run.
fn check_threads(pid: Option<i32>, environment: &str) -> Result<(), SandboxError> {
    let Some(pid) = pid else { return Ok(()) };
    let status = fs::read_to_string(format!("/proc/{pid}/status"));
    let threads = status.as_ref().ok().and_then(|status| {
        status
            .lines()
            .find_map(|line| line.strip_prefix("Threads:"))
            .map(str::trim)
    });
    match threads {
        Some("1") | None => Ok(()),
        Some(many) => Err(SandboxError::Interpreter {
            environment: environment.to_owned(),
            detail: format!(
                "it has {many} threads after importing its packages and cannot be forked; set the \
                 package's thread count to 1 or leave the package out of the environment"
            ),
        }),
    }
}
