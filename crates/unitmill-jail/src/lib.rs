//! The jail: what stands between a sandboxed interpreter and the machine.
//!
//! The binary that uses this crate re-executes itself: its `main` calls [`main_if_jail`]
//! first thing, and [`JailCommand`] starts the same binary again with a hidden word as its
//! first argument. That process reads a [`JailSpec`] from its standard input, builds
//! namespaces, a read-only root and limits, and becomes the interpreter.
//!
//! All of unitmill's `unsafe` Rust lives here. This crate never parses Python, never reads
//! a payload and never decides a verdict.

mod entry;
mod janitor;
mod launch;
mod packet;
mod privilege;
mod probe;
mod remove;
mod root;
mod seccomp;
mod spec;
mod trial;

pub use entry::{JAIL_WORD, main_if_jail};
pub use janitor::Janitor;
pub use launch::{
    JailCommand, JailProcess, control_pair, output_pipe, packet_pair, stream_pair, unblock,
};
pub use packet::{PACKET_BYTES, Packet, receive, send, send_long};
pub use privilege::landlock_version;
pub use probe::{KernelFeature, KernelFeatureKind, is_root, probe};
pub use remove::{empty_folder, remove_tree};
pub use seccomp::{OWN_PROCESS, PolicyError, compile_policy};
pub use spec::{Bind, GuestFile, Identity, JailSpec, SymbolicLink};
pub use trial::try_out;
