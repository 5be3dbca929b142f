//! What tests, fixes and runs say about each other: the evidence from which a case decides
//! whether a test or the code is wrong, and whether a fix repairs anything.
//!
//! Reads source text and outcomes. Never runs anything, and never decides what becomes of
//! a candidate: that is the case's.

pub(crate) mod blame;
pub(crate) mod cheats;
pub(crate) mod claims;
pub(crate) mod closed;
pub(crate) mod frames;
pub(crate) mod neighbours;
