//! Packet sockets for the event loop, and the thread that jails die with.

use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd, RawFd};
use std::os::unix::net::UnixStream as StdUnixStream;
use std::path::PathBuf;
use std::sync::mpsc;
use std::thread;

use tokio::io::Interest;
use tokio::net::UnixStream;
use tokio::sync::oneshot;
use unitmill_jail::{JailCommand, JailProcess, JailSpec, Packet};

use crate::error::SandboxError;

/// One end of a pair of packet sockets.
///
/// The event loop has no type for these; a stream does for it, since only its readiness is
/// used and never its own reading and writing.
#[derive(Debug)]
pub(crate) struct PacketSocket(UnixStream);

impl PacketSocket {
    pub(crate) fn new(socket: OwnedFd) -> io::Result<Self> {
        let socket = StdUnixStream::from(socket);
        socket.set_nonblocking(true)?;
        UnixStream::from_std(socket).map(Self)
    }

    /// Sends one packet.
    pub(crate) async fn send(&self, bytes: &[u8], descriptors: &[OwnedFd]) -> io::Result<()> {
        let numbers: Vec<RawFd> = descriptors.iter().map(AsRawFd::as_raw_fd).collect();
        self.0
            .async_io(Interest::WRITABLE, || {
                unitmill_jail::send(self.0.as_fd(), bytes, &numbers)
            })
            .await
    }

    /// Receives one packet; the other end's closing is an error.
    pub(crate) async fn receive(&self) -> io::Result<Packet> {
        let packet = self
            .0
            .async_io(Interest::READABLE, || {
                unitmill_jail::receive(self.0.as_fd())
            })
            .await?;
        if packet.bytes.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(packet)
    }
}

/// Starts jails on a thread of its own that lives as long as this does: a jail dies with
/// the thread that started it, and a runtime's threads come and go.
#[derive(Debug)]
pub(crate) struct Keeper {
    requests: mpsc::Sender<Request>,
}

struct Request {
    program: PathBuf,
    spec: JailSpec,
    answer: oneshot::Sender<io::Result<JailProcess>>,
}

impl Keeper {
    pub(crate) fn start() -> Result<Self, SandboxError> {
        let (requests, waiting) = mpsc::channel::<Request>();
        thread::Builder::new()
            .name("unitmill-jails".to_owned())
            .spawn(move || {
                for request in waiting {
                    let started = JailCommand::start(&request.program, &request.spec);
                    // Whoever asked may have given up; the jail then ends by being dropped.
                    let _given_up = request.answer.send(started);
                }
            })
            .map_err(SandboxError::plumbing("start a thread"))?;
        Ok(Self { requests })
    }

    pub(crate) async fn jail(
        &self,
        program: &std::path::Path,
        spec: JailSpec,
    ) -> Result<JailProcess, SandboxError> {
        let failed = |source| SandboxError::Program {
            program: program.to_owned(),
            source,
        };
        let (answer, started) = oneshot::channel();
        let request = Request {
            program: program.to_owned(),
            spec,
            answer,
        };
        let gone = || io::Error::other("the thread that starts jails has ended");
        self.requests.send(request).map_err(|_| failed(gone()))?;
        started.await.map_err(|_| failed(gone()))?.map_err(failed)
    }
}
