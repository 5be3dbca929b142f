//! One interpreter with its profile's packages imported, and its lanes.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Deserialize;
use serde_json::json;
use tokio::sync::OnceCell;
use tokio::time::timeout;
use unitmill_jail::control_pair;

use crate::error::SandboxError;
use crate::foresight;
use crate::nursery::{FORK, Nursery, START};
use crate::turns::Share;
use crate::walls::address_space;
use crate::wire::PacketSocket;

/// A running zygote. Dropping it ends it with everything that came from it.
#[derive(Debug)]
pub(crate) struct Zygote {
    control: tokio::sync::Mutex<PacketSocket>,
    lanes: Mutex<HashMap<usize, Lane>>,
    places: OnceCell<Vec<foresight::Pages>>,
    address_space: u64,
    nursery: Arc<Nursery>,
}

/// A fork of a zygote that belongs to one slot; idle unless it is lent out.
#[derive(Debug)]
pub(crate) struct Lane {
    pub(crate) socket: PacketSocket,
    /// Its number as seen from here.
    pub(crate) process: Option<i32>,
    /// Whether it has a use for knowing where its runs will write to.
    pub(crate) foresees: bool,
}

/// What the processes on the way to a zygote say, and it last.
#[derive(Deserialize)]
struct Hatching {
    ready: bool,
}

#[derive(Deserialize)]
struct Ready {
    #[serde(default)]
    error: Option<String>,
    #[serde(default)]
    foresees: bool,
}

impl Zygote {
    /// Forks a zygote with the groups of modules of a profile imported.
    ///
    /// # Errors
    /// [`SandboxError::Lost`] if it or what it is forked from has died.
    pub(crate) async fn hatch(
        nursery: Arc<Nursery>,
        groups: &[&[&str]],
    ) -> Result<Self, SandboxError> {
        let (ours, theirs) = control_pair().map_err(SandboxError::plumbing("make a socket"))?;
        let control = PacketSocket::new(ours).map_err(SandboxError::plumbing("watch a socket"))?;
        nursery.ask(groups, theirs).await?;
        let lost = |error: io::Error| SandboxError::Lost {
            detail: format!(
                "starting an interpreter with {}: {error}; {}",
                if groups.is_empty() {
                    "the standard library".to_owned()
                } else {
                    groups.concat().join(", ")
                },
                nursery.last_words()
            ),
        };
        let packet = loop {
            let packet = timeout(START, control.receive())
                .await
                .map_err(|_| lost(io::ErrorKind::TimedOut.into()))?
                .map_err(lost)?;
            check_threads(packet.sender, nursery.environment())?;
            let state: Hatching = serde_json::from_slice(&packet.bytes)
                .map_err(|error| lost(io::Error::other(error)))?;
            if state.ready {
                break packet;
            }
        };
        let address_space = packet.sender.map_or(Ok(0), address_space)?;
        Ok(Self {
            control: tokio::sync::Mutex::new(control),
            lanes: Mutex::new(HashMap::new()),
            places: OnceCell::new(),
            address_space,
            nursery,
        })
    }

    /// The lane of a slot, forked if need be, on its share of the processors. `doors` are the
    /// files that it joins its control groups by.
    pub(crate) async fn lend(
        &self,
        slot: usize,
        share: Share,
        doors: impl FnOnce() -> Result<Vec<fs::File>, SandboxError>,
    ) -> Result<Lane, SandboxError> {
        let idle = self
            .lanes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&slot);
        match idle {
            Some(lane) => Ok(lane),
            None => self.fork_lane(share, doors).await,
        }
    }

    /// A new lane, which knows where its runs will write to if that has been found out.
    pub(crate) async fn fork_lane(
        &self,
        share: Share,
        doors: impl FnOnce() -> Result<Vec<fs::File>, SandboxError>,
    ) -> Result<Lane, SandboxError> {
        let lost = |error: io::Error| SandboxError::Lost {
            detail: format!("forking a lane: {error}; {}", self.last_words()),
        };
        let (ours, theirs) = control_pair().map_err(SandboxError::plumbing("make a socket"))?;
        let socket = PacketSocket::new(ours).map_err(SandboxError::plumbing("watch a socket"))?;
        let mut descriptors = vec![theirs];
        descriptors.extend(doors()?.into_iter().map(OwnedFd::from));
        {
            let control = self.control.lock().await;
            let request = json!({"turn": share.number, "turns": share.of}).to_string();
            let sent = control.send(request.as_bytes(), &descriptors);
            sent.await.map_err(lost)?;
        }
        drop(descriptors);
        let packet = timeout(FORK, socket.receive())
            .await
            .map_err(|_| lost(io::ErrorKind::TimedOut.into()))?
            .map_err(lost)?;
        let ready: Ready =
            serde_json::from_slice(&packet.bytes).map_err(|error| lost(io::Error::other(error)))?;
        if let Some(error) = ready.error {
            return Err(SandboxError::CannotIsolate {
                missing: format!("a lane could not be set up: {error}"),
                remedy: "see the error; the control groups may be read-only".to_owned(),
            });
        }
        let places = self.places.get().map_or(&[][..], Vec::as_slice);
        socket
            .send(&foresight::packet(places), &[])
            .await
            .map_err(lost)?;
        Ok(Lane {
            socket,
            process: packet.sender,
            foresees: ready.foresees,
        })
    }

    /// Has `rehearsal` find out, once, where in memory runs write to. Lanes are told when they
    /// are forked, so that comes first.
    ///
    /// # Errors
    /// Of the rehearsal.
    pub(crate) async fn foresee(
        &self,
        rehearsal: impl AsyncFnOnce() -> Result<Vec<foresight::Pages>, SandboxError>,
    ) -> Result<(), SandboxError> {
        self.places
            .get_or_try_init(|| rehearsal())
            .await
            .map(|_| ())
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
        self.nursery.last_words()
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
