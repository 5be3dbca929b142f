//! The jail of one hash seed: a process that has imported what every profile has, and from
//! which zygotes are forked. See `nursery.py`.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::json;
use tokio::io::AsyncReadExt as _;
use tokio::net::unix::pipe;
use tokio::time::timeout;
use unitmill_jail::{JailProcess, JailSpec};

use crate::error::SandboxError;
use crate::scrub::cut;
use crate::wire::{Keeper, PacketSocket};

/// How long preloading may take before the interpreter counts as dead.
pub(crate) const START: Duration = Duration::from_secs(180);
/// How long a fork of an idle zygote may take.
pub(crate) const FORK: Duration = Duration::from_secs(30);
/// How much of what an interpreter writes to standard error is kept.
const LAST_WORDS: usize = 8192;

/// A running nursery. Dropping it ends the jail with every zygote, lane and run in it.
#[derive(Debug)]
pub(crate) struct Nursery {
    control: tokio::sync::Mutex<PacketSocket>,
    last_words: Arc<Mutex<Vec<u8>>>,
    environment: String,
    _process: JailProcess,
}

impl Nursery {
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
        if let early @ (Ok(Err(_)) | Err(_)) = ready {
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
        Ok(Self {
            control: tokio::sync::Mutex::new(control),
            last_words,
            environment: environment.to_owned(),
            _process: process,
        })
    }

    /// Asks for a zygote that is to have `groups` imported and to serve `socket`.
    pub(crate) async fn ask(
        &self,
        groups: &[&[&str]],
        socket: OwnedFd,
    ) -> Result<(), SandboxError> {
        let request = json!({"groups": groups}).to_string();
        let control = self.control.lock().await;
        let sent = control.send(request.as_bytes(), &[socket]).await;
        sent.map_err(|error| SandboxError::Lost {
            detail: format!("asking for an interpreter: {error}; {}", self.last_words()),
        })
    }

    /// The name of the environment whose interpreter this is.
    pub(crate) fn environment(&self) -> &str {
        &self.environment
    }

    /// What the interpreters of this jail have written to standard error, cut.
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
