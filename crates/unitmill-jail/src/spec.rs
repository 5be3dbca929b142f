//! What a jail is to hold: plain data that the supervisor writes and the jail reads.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Everything a jail needs to know, sent to it before it starts building.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct JailSpec {
    /// Process id of the supervisor; a jail whose parent is another one ends at once.
    pub supervisor: u32,
    /// The program to become, as a path inside the jail, and its arguments.
    pub argv: Vec<String>,
    /// The whole environment of the program.
    pub environment: Vec<(String, String)>,
    /// Host files and folders that are visible, read-only, at the same path.
    pub binds: Vec<Bind>,
    /// Symbolic links to make in the root.
    pub links: Vec<SymbolicLink>,
    /// Small files to write into the root.
    pub files: Vec<GuestFile>,
    /// Switch address randomisation off, so that addresses are the same in every run.
    pub fixed_addresses: bool,
    /// Who the jail is on the host, and whether it has namespaces of its own.
    pub identity: Identity,
    /// The compiled filter installed before the program starts.
    pub filter: Vec<u64>,
    /// Size of the program's own `/tmp`, bytes.
    pub temporary_bytes: u64,
}

/// One host path that is visible in the jail, read-only, at the same place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Bind {
    /// Absolute path, free of symbolic links.
    pub path: PathBuf,
    /// A device node, which a bind without `nodev` needs.
    pub device: bool,
}

/// A symbolic link in the jail's root.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SymbolicLink {
    /// Where the link is, absolute.
    pub path: PathBuf,
    /// What it points at.
    pub target: PathBuf,
}

/// A small file in the jail's root.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuestFile {
    /// Absolute path.
    pub path: PathBuf,
    /// Content.
    pub content: String,
}

/// Which host users the jail's users are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Identity {
    /// Started by root: ids `0..count` inside are `first..first + count` on the host, all
    /// of them unprivileged and of nobody else.
    Range {
        /// First host id.
        first: u32,
        /// How many.
        count: u32,
    },
    /// Started by an ordinary user: id 0 inside is that user, and there is no other.
    Single,
    /// No namespaces at all: users inside are users of the host. Root keeps only what it
    /// takes to become others and to end them; an ordinary user has nothing to give up.
    /// `binds`, `links`, `files` and `temporary_bytes` of the specification mean nothing.
    Host,
}
