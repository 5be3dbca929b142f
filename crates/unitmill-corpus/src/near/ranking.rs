//! The order in which candidates are kept, as numbers: rank 0 is kept before all others.

use super::SpillSettings;
use super::spill::{Sorter, SpillError};
use crate::dedup::Fingerprinted;

/// Every candidate of a run in the order in which it would be kept.
#[derive(Debug)]
pub struct Ranking {
    /// Position of the first candidate of each part among all, and their number at the end.
    first_of_part: Vec<u32>,
    rank_at: Vec<u32>,
    position_of: Vec<u32>,
    /// By rank: the rank of the exact duplicate that stands for it, its own rank if it
    /// stands for itself, [`NOBODY`] if it is contaminated.
    stands_for: Vec<u32>,
}

const NOBODY: u32 = u32::MAX;

/// Puts a [`Ranking`] together.
pub struct RankingBuilder {
    settings: SpillSettings,
    keys: Sorter,
    first_of_part: Vec<u32>,
    count: u32,
}

impl RankingBuilder {
    /// A ranking without candidates.
    pub fn new(settings: &SpillSettings) -> Self {
        Self {
            settings: settings.clone(),
            keys: Sorter::new(settings.share(2)),
            first_of_part: Vec::new(),
            count: 0,
        }
    }

    /// Adds the next candidate; parts and rows ascending, none left out. One that is
    /// contaminated has a rank but takes no part.
    ///
    /// # Errors
    /// The disk.
    pub fn push(
        &mut self,
        candidate: &Fingerprinted,
        contaminated: bool,
    ) -> Result<(), SpillError> {
        while self.first_of_part.len() <= candidate.part as usize {
            self.first_of_part.push(self.count);
        }
        let mut record = candidate.rank_key();
        record.extend(candidate.fingerprint.as_bytes());
        record.extend(candidate.id.as_bytes());
        record.push(u8::from(contaminated));
        record.extend(self.count.to_be_bytes());
        self.count += 1;
        self.keys.push(&record)
    }

    /// The ranking. With `exact`, only the first of those with the same fingerprint takes
    /// part; without, the first of those with the same id.
    ///
    /// # Errors
    /// The disk.
    pub fn finish(self, exact: bool) -> Result<Ranking, SpillError> {
        let count = self.count as usize;
        let mut ranking = Ranking {
            first_of_part: self.first_of_part,
            rank_at: vec![0; count],
            position_of: Vec::with_capacity(count),
            stands_for: vec![NOBODY; count],
        };
        ranking.first_of_part.push(self.count);
        let mut same = Sorter::new(self.settings.share(2));
        let mut keys = self.keys.finish()?;
        while let Some(record) = keys.next()? {
            let rank = ranking.position_of.len() as u32;
            let tail = &record[record.len() - 53..];
            let position = number(&tail[49..]);
            ranking.rank_at[position as usize] = rank;
            ranking.position_of.push(position);
            if tail[48] == 0 {
                let mut sameness = if exact { &tail[..32] } else { &tail[32..48] }.to_vec();
                sameness.extend(rank.to_be_bytes());
                same.push(&sameness)?;
            }
        }
        drop(keys);
        let mut same = same.finish()?;
        let mut first: Option<(Vec<u8>, u32)> = None;
        while let Some(record) = same.next()? {
            let (key, rank) = record.split_at(record.len() - 4);
            let rank = number(rank);
            let stands_for = match &first {
                Some((same, first)) if same == key => *first,
                _ => {
                    first = Some((key.to_vec(), rank));
                    rank
                }
            };
            ranking.stands_for[rank as usize] = stands_for;
        }
        Ok(ranking)
    }
}

/// The number that a record ends in.
pub(crate) fn number(bytes: &[u8]) -> u32 {
    let mut number = [0; 4];
    number.copy_from_slice(&bytes[..4]);
    u32::from_be_bytes(number)
}

impl Ranking {
    /// How many candidates there are.
    pub fn len(&self) -> usize {
        self.rank_at.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rank_at.is_empty()
    }

    /// The rank of the candidate of a row.
    pub(crate) fn rank(&self, part: u32, row: u64) -> u32 {
        self.rank_at[self.position(part, row)]
    }

    /// Where a candidate is among all, parts and rows ascending.
    pub(crate) fn position(&self, part: u32, row: u64) -> usize {
        self.first_of_part[part as usize] as usize + row as usize
    }

    pub(crate) fn position_of(&self, rank: u32) -> u32 {
        self.position_of[rank as usize]
    }

    /// The part and row of a rank.
    pub(crate) fn place(&self, rank: u32) -> (u32, u64) {
        let position = self.position_of(rank);
        let part = self
            .first_of_part
            .partition_point(|&first| first <= position)
            - 1;
        (part as u32, u64::from(position - self.first_of_part[part]))
    }

    pub(crate) fn takes_part(&self, rank: u32) -> bool {
        self.stands_for[rank as usize] == rank
    }

    /// Of those that take no part because an exact duplicate stands for them: who, and which.
    pub(crate) fn represented(&self) -> impl Iterator<Item = (u32, u32)> {
        (0..)
            .zip(&self.stands_for)
            .map(|(rank, &first)| (rank, first))
            .filter(|&(rank, first)| first != rank && first != NOBODY)
    }
}
