//! Near duplicates: candidates whose functions share so many token n-grams that one of
//! them teaches nothing new.
//!
//! # What is compared
//!
//! The function alone, without imports and context: two small methods of one large class
//! are not alike. Its tokens as they are written, comments, docstrings, line breaks and
//! indentation left out; every run of `ngram` tokens is a shingle; the similarity of two
//! functions is the Jaccard index of their sets of shingles.
//!
//! # How
//!
//! 1. [`Sketcher`]: a function's shingles, its MinHash signature, one hash per band of the
//!    signature. [`Banding`] is chosen from the threshold so that two functions at the
//!    threshold meet in some band with a probability of at least 0.99.
//! 2. [`NeighbourSearch`], once per bucket of band hashes: those that meet are compared by
//!    their shingles, and pairs at or above the threshold are written down. A band hash
//!    belongs to one bucket, so the pairs found do not depend on how many buckets there are.
//! 3. [`Settlement`], once all buckets are done: in the order of [`Ranking`], a candidate
//!    is kept unless it is alike to one that is kept already. So a candidate only gives way
//!    to a direct neighbour that stays; there are no chains.
//!
//! What exact deduplication drops, and what is contaminated, takes no part.
//!
//! # Memory
//!
//! Whatever grows with the number of bands or pairs is sorted on disk once it is larger than
//! the budget, in unnamed files of the folder that is given. What is left is some 20 bytes
//! a candidate.
//!
//! Nothing here depends on the order of candidates, on parts or on buckets, and nothing is
//! ever decided from a signature alone.

mod ranking;
mod search;
mod settle;
mod sketch;
mod spill;

pub use ranking::{Ranking, RankingBuilder};
pub use search::{NeighbourSearch, Verification};
pub use settle::{NearDrops, Settlement, SettlementWriter};
pub use sketch::{Banding, NearSettings, Sketcher};
pub use spill::SpillError;

pub(crate) use sketch::{hash_text, hash_words};

use std::path::{Path, PathBuf};

/// Where and in how much memory things are sorted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SpillSettings {
    /// A folder for files without a name, on a disk with room for them.
    pub folder: PathBuf,
    /// Memory for sorting, in bytes.
    pub bytes: usize,
}

impl SpillSettings {
    /// Sorting in that folder and in that much memory.
    pub fn new(folder: &Path, bytes: usize) -> Self {
        Self {
            folder: folder.to_owned(),
            bytes,
        }
    }

    /// A share of the memory.
    fn share(&self, parts: usize) -> Self {
        Self {
            folder: self.folder.clone(),
            bytes: self.bytes / parts,
        }
    }
}
