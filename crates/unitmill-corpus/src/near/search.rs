//! One bucket of the search: who meets whom, and how alike they are.

use std::collections::HashMap;

use unitmill_model::{NearNeighbour, SketchBands, SketchShingles};

use super::SpillSettings;
use super::ranking::{Ranking, number};
use super::sketch::NearSettings;
use super::spill::{Sorter, SpillError, Store};

/// Of a crowd that meets in one band, a member is compared with this many of the first
/// ones and with this many of those just before it. Smaller groups are compared whole; the
/// members of a crowd that are alike meet in other bands too.
const CROWD: usize = 256;

/// Collects who meets whom in the bands of one bucket.
pub struct NeighbourSearch<'a> {
    ranking: &'a Ranking,
    settings: SpillSettings,
    bucket: u32,
    buckets: u32,
    /// Band hash, rank, set.
    entries: Sorter,
}

impl<'a> NeighbourSearch<'a> {
    /// A search in one of `buckets`.
    pub fn new(
        ranking: &'a Ranking,
        (bucket, buckets): (u32, u32),
        settings: &SpillSettings,
    ) -> Self {
        Self {
            ranking,
            settings: settings.clone(),
            bucket,
            buckets,
            entries: Sorter::new(settings.share(2)),
        }
    }

    /// Adds the sketch of the candidate of a row.
    ///
    /// # Errors
    /// The disk.
    pub fn push(&mut self, part: u32, row: u64, sketch: &SketchBands) -> Result<(), SpillError> {
        let rank = self.ranking.rank(part, row);
        if !self.ranking.takes_part(rank) {
            return Ok(());
        }
        for band in &sketch.bands {
            if band % u64::from(self.buckets) == u64::from(self.bucket) {
                let mut record = [0; 20];
                record[..8].copy_from_slice(&band.to_be_bytes());
                record[8..12].copy_from_slice(&rank.to_be_bytes());
                record[12..].copy_from_slice(&sketch.set.to_be_bytes());
                self.entries.push(&record)?;
            }
        }
        Ok(())
    }

    /// Everybody is in; what is left is to compare those that meet.
    ///
    /// # Errors
    /// The disk.
    pub fn meet(self) -> Result<Verification<'a>, SpillError> {
        let mut pairs = Pairs {
            sorter: Sorter::new(self.settings.share(2)),
            wanted: vec![NOWHERE; self.ranking.len()],
        };
        let mut entries = self.entries.finish()?;
        let mut band = Vec::new();
        // The first of each set in the group, and its rank.
        let mut first_of_set: HashMap<[u8; 8], u32> = HashMap::new();
        let mut group: Vec<u32> = Vec::new();
        while let Some(record) = entries.next()? {
            if record[..8] != band[..] {
                pairs.push_group(&group)?;
                group.clear();
                first_of_set.clear();
                band = record[..8].to_vec();
            }
            let rank = number(&record[8..12]);
            // Equal sets meet in every band: one of them stands for all.
            let mut set = [0; 8];
            set.copy_from_slice(&record[12..]);
            match first_of_set.get(&set) {
                Some(&first) => pairs.push(rank, first)?,
                None => {
                    first_of_set.insert(set, rank);
                    group.push(rank);
                }
            }
        }
        pairs.push_group(&group)?;
        Ok(Verification {
            ranking: self.ranking,
            store: Store::new(&self.settings)?,
            pairs: pairs.sorter,
            wanted: pairs.wanted,
        })
    }
}

const NOWHERE: u64 = u64::MAX;
const WANTED: u64 = u64::MAX - 1;

struct Pairs {
    sorter: Sorter,
    wanted: Vec<u64>,
}

impl Pairs {
    /// `group` is in ascending order.
    fn push_group(&mut self, group: &[u32]) -> Result<(), SpillError> {
        for (index, &rank) in group.iter().enumerate() {
            let near = index.saturating_sub(CROWD);
            for &other in &group[..near.min(CROWD)] {
                self.push(rank, other)?;
            }
            for &other in &group[near..index] {
                self.push(rank, other)?;
            }
        }
        Ok(())
    }

    fn push(&mut self, rank: u32, other: u32) -> Result<(), SpillError> {
        self.wanted[rank as usize] = WANTED;
        self.wanted[other as usize] = WANTED;
        let mut record = [0; 8];
        record[..4].copy_from_slice(&rank.to_be_bytes());
        record[4..].copy_from_slice(&other.to_be_bytes());
        self.sorter.push(&record)
    }
}

/// Compares those that meet.
pub struct Verification<'a> {
    ranking: &'a Ranking,
    pairs: Sorter,
    store: Store,
    /// By rank: where its shingles are stored.
    wanted: Vec<u64>,
}

impl Verification<'_> {
    /// Adds the shingles of the candidate of a row; all rows are to be added, in any order.
    ///
    /// # Errors
    /// The disk.
    pub fn push(&mut self, part: u32, row: u64, sketch: &SketchShingles) -> Result<(), SpillError> {
        let place = &mut self.wanted[self.ranking.rank(part, row) as usize];
        if *place == WANTED {
            *place = self.store.push(&sketch.shingles)?;
        }
        Ok(())
    }

    /// Hands over every pair that is alike, once, in order of rank.
    ///
    /// # Errors
    /// The disk, and whatever `emit` fails with.
    pub fn verify<E: From<SpillError>>(
        self,
        settings: &NearSettings,
        mut emit: impl FnMut(NearNeighbour) -> Result<(), E>,
    ) -> Result<(), E> {
        let store = self.store.finish()?;
        let mut pairs = self.pairs.finish()?;
        let (mut own, mut others) = (Vec::new(), Vec::new());
        let mut loaded = None;
        let mut before = Vec::new();
        while let Some(record) = pairs.next()? {
            if record == before {
                continue;
            }
            let (rank, other) = (number(&record), number(&record[4..]));
            before = record;
            if loaded != Some(rank) {
                store.read(self.wanted[rank as usize], &mut own)?;
                loaded = Some(rank);
            }
            store.read(self.wanted[other as usize], &mut others)?;
            let (shared, total) = overlap(&own, &others);
            if settings.are_alike(shared, total) {
                let ((part, row), (other_part, other_row)) =
                    (self.ranking.place(rank), self.ranking.place(other));
                emit(NearNeighbour {
                    part,
                    row,
                    other_part,
                    other_row,
                    shared,
                    total,
                })?;
            }
        }
        Ok(())
    }
}

/// How many numbers both have, and how many either has; both ascending.
fn overlap(one: &[u64], two: &[u64]) -> (u32, u32) {
    let (mut left, mut right, mut shared) = (0, 0, 0);
    while left < one.len() && right < two.len() {
        let (a, b) = (one[left], two[right]);
        shared += usize::from(a == b);
        left += usize::from(a <= b);
        right += usize::from(b <= a);
    }
    (shared as u32, (one.len() + two.len() - shared) as u32)
}
