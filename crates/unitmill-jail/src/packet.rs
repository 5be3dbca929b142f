//! Messages with descriptors over a pair of packet sockets.
//!
//! One message is one packet, so that a descriptor can never be taken for another
//! message's. Used by both ends; never blocks longer than the socket does.

use std::io::{self, IoSlice, IoSliceMut};
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd, RawFd};

use nix::cmsg_space;
use nix::sys::socket::{
    ControlMessage, ControlMessageOwned, MsgFlags, UnixAddr, UnixCredentials, recv, recvmsg,
    sendmsg,
};

/// Largest packet either side sends, bytes.
pub const PACKET_BYTES: usize = 64 << 10;

/// Most descriptors in one packet.
const MOST_DESCRIPTORS: usize = 8;

/// One received packet.
#[derive(Debug)]
pub struct Packet {
    /// The content; empty when the other end has closed.
    pub bytes: Vec<u8>,
    /// Descriptors that came with it.
    pub descriptors: Vec<OwnedFd>,
    /// The sender's process id as seen from here, where the socket asks for it.
    pub sender: Option<i32>,
}

/// Sends one packet, with copies of `descriptors`.
///
/// # Errors
/// As `sendmsg`; `WouldBlock` on a non-blocking socket whose buffer is full.
pub fn send(socket: BorrowedFd<'_>, bytes: &[u8], descriptors: &[RawFd]) -> io::Result<()> {
    let slices = [IoSlice::new(bytes)];
    let rights = [ControlMessage::ScmRights(descriptors)];
    let control: &[ControlMessage<'_>] = if descriptors.is_empty() { &[] } else { &rights };
    sendmsg::<UnixAddr>(
        socket.as_raw_fd(),
        &slices,
        control,
        MsgFlags::MSG_NOSIGNAL,
        None,
    )?;
    Ok(())
}

/// Sends a text of any length: its length in one packet, then pieces of at most
/// [`PACKET_BYTES`].
///
/// # Errors
/// As [`send`]. The socket must be blocking.
pub fn send_long(socket: BorrowedFd<'_>, bytes: &[u8]) -> io::Result<()> {
    send(socket, &(bytes.len() as u64).to_le_bytes(), &[])?;
    bytes
        .chunks(PACKET_BYTES)
        .try_for_each(|piece| send(socket, piece, &[]))
}

/// Receives what [`send_long`] sent.
pub(crate) fn receive_long(socket: BorrowedFd<'_>) -> io::Result<Vec<u8>> {
    let head = receive(socket)?.bytes;
    let length: [u8; 8] = head
        .try_into()
        .map_err(|_| io::Error::other("the first packet is not a length"))?;
    let length = u64::from_le_bytes(length) as usize;
    let mut bytes = Vec::new();
    while bytes.len() < length {
        let piece = receive(socket)?.bytes;
        if piece.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

/// Receives one packet; empty bytes mean that the other end has closed.
///
/// # Errors
/// As `recvmsg`; `WouldBlock` on a non-blocking socket without a packet.
pub fn receive(socket: BorrowedFd<'_>) -> io::Result<Packet> {
    // Most packets are a few bytes long, and to clear room for the largest takes longer than
    // to ask how long the next one is.
    let peek = MsgFlags::MSG_PEEK | MsgFlags::MSG_TRUNC;
    let length = recv(socket.as_raw_fd(), &mut [], peek)?;
    let mut buffer = vec![0; length.min(PACKET_BYTES)];
    let mut control = cmsg_space!([RawFd; MOST_DESCRIPTORS], UnixCredentials);
    let mut slices = [IoSliceMut::new(&mut buffer)];
    let message = recvmsg::<UnixAddr>(
        socket.as_raw_fd(),
        &mut slices,
        Some(&mut control),
        MsgFlags::MSG_CMSG_CLOEXEC,
    )?;
    let length = message.bytes;
    let mut descriptors = Vec::new();
    let mut sender = None;
    for entry in message.cmsgs()? {
        match entry {
            ControlMessageOwned::ScmRights(received) => {
                descriptors.extend(received.into_iter().map(crate::privilege::own_descriptor));
            }
            ControlMessageOwned::ScmCredentials(credentials) => sender = Some(credentials.pid()),
            _ => {}
        }
    }
    buffer.truncate(length);
    Ok(Packet {
        bytes: buffer,
        descriptors,
        sender,
    })
}
