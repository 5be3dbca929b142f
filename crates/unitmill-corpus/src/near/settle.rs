//! Who gives way to whom, once all pairs are known. Never looks at a candidate's text.

use std::collections::HashMap;

use unitmill_model::{CandidateId, CandidateKey, DuplicateDrop, NearNeighbour, RejectReason};

use super::SpillSettings;
use super::ranking::{Ranking, number};
use super::sketch::NearSettings;
use super::spill::{Sorted, Sorter, SpillError};
use crate::dedup::Fingerprinted;

const KEPT: u32 = u32::MAX;

/// Takes the neighbours that all buckets found.
pub struct Settlement<'a> {
    ranking: &'a Ranking,
    settings: SpillSettings,
    /// Rank, the other's rank, shared, total.
    edges: Sorter,
    /// By rank: whether it stands for candidates with the same shingles.
    stands_for_others: Vec<bool>,
}

/// An edge of the candidate that is being settled.
#[derive(Clone, Copy)]
struct Edge {
    other: u32,
    shared: u32,
    total: u32,
}

impl<'a> Settlement<'a> {
    /// A settlement without neighbours.
    pub fn new(ranking: &'a Ranking, settings: &SpillSettings) -> Self {
        Self {
            ranking,
            settings: settings.clone(),
            edges: Sorter::new(settings.share(3)),
            stands_for_others: vec![false; ranking.len()],
        }
    }

    /// Adds a pair; the same pair may come from several buckets.
    ///
    /// # Errors
    /// The disk.
    pub fn push(&mut self, pair: &NearNeighbour) -> Result<(), SpillError> {
        let rank = self.ranking.rank(pair.part, pair.row);
        let other = self.ranking.rank(pair.other_part, pair.other_row);
        if pair.shared == pair.total {
            self.stands_for_others[other as usize] = true;
        }
        self.edges
            .push(&record_of([rank, other, pair.shared, pair.total]))
    }

    /// Settles: by rank, a candidate gives way to the most alike of those that are kept
    /// before it.
    ///
    /// # Errors
    /// The disk.
    pub fn settle(self) -> Result<SettlementWriter<'a>, SpillError> {
        let mut gives_way_to = vec![KEPT; self.ranking.len()];
        let mut stand_ins: HashMap<u32, Edge> = HashMap::new();
        let mut dropped = Sorter::new(self.settings.share(3));
        let mut edges = self.edges.finish()?;
        while let Some(first) = edges.next()? {
            let rank = number(&first);
            let mut best: Option<Edge> = None;
            let mut record = Some(first);
            while let Some(bytes) = record {
                let mut edge = Edge {
                    other: number(&bytes[4..]),
                    shared: number(&bytes[8..]),
                    total: number(&bytes[12..]),
                };
                // Who has the same shingles as one that gave way gives way to the same.
                let inherits = edge.shared == edge.total;
                let mut is_kept = gives_way_to[edge.other as usize] == KEPT;
                if let Some(inherited) = stand_ins.get(&edge.other).filter(|_| inherits) {
                    edge = *inherited;
                    is_kept = true;
                }
                let more_alike = best.is_none_or(|best| {
                    u64::from(edge.shared) * u64::from(best.total)
                        > u64::from(best.shared) * u64::from(edge.total)
                });
                if is_kept && more_alike {
                    best = Some(edge);
                }
                let follows = edges.peek().is_some_and(|next| number(next) == rank);
                record = if follows { edges.next()? } else { None };
            }
            let Some(edge) = best else { continue };
            gives_way_to[rank as usize] = edge.other;
            if self.stands_for_others[rank as usize] {
                stand_ins.insert(rank, edge);
            }
            dropped.push(&record_of([
                self.ranking.position_of(edge.other),
                self.ranking.position_of(rank),
                edge.shared,
                edge.total,
            ]))?;
        }
        for (rank, first) in self.ranking.represented() {
            let kept = gives_way_to[first as usize];
            if kept != KEPT {
                dropped.push(&record_of([
                    self.ranking.position_of(kept),
                    self.ranking.position_of(rank),
                    0,
                    0,
                ]))?;
            }
        }
        Ok(SettlementWriter {
            ranking: self.ranking,
            by_kept: dropped.finish()?,
            by_dropped: Sorter::new(self.settings.share(3)),
        })
    }
}

fn record_of(values: [u32; 4]) -> [u8; 16] {
    let mut record = [0; 16];
    for (slot, value) in record.chunks_exact_mut(4).zip(values) {
        slot.copy_from_slice(&value.to_be_bytes());
    }
    record
}

/// Turns what was settled into drops; sees the keys of all candidates twice.
pub struct SettlementWriter<'a> {
    ranking: &'a Ranking,
    by_kept: Sorted,
    by_dropped: Sorter,
}

impl<'a> SettlementWriter<'a> {
    /// Shows the next candidate for the first time; parts and rows ascending.
    ///
    /// # Errors
    /// The disk.
    pub fn name(&mut self, part: u32, row: u64, key: &CandidateKey) -> Result<(), SpillError> {
        let position = self.ranking.position(part, row) as u32;
        while self
            .by_kept
            .peek()
            .is_some_and(|record| number(record) == position)
        {
            let Some(record) = self.by_kept.next()? else {
                break;
            };
            let mut named = record[4..].to_vec();
            named.extend(key.id.as_bytes());
            named.extend(Fingerprinted::new(part, row, key).place().into_bytes());
            self.by_dropped.push(&named)?;
        }
        Ok(())
    }

    /// All candidates were shown once; the drops are what comes of the second time.
    ///
    /// # Errors
    /// The disk.
    pub fn drops(self) -> Result<NearDrops<'a>, SpillError> {
        Ok(NearDrops {
            ranking: self.ranking,
            by_dropped: self.by_dropped.finish()?,
        })
    }
}

/// The drops of near duplicates, one for each candidate that gives way; and new ones for the
/// exact duplicates of those, which would otherwise name one that is not kept.
pub struct NearDrops<'a> {
    ranking: &'a Ranking,
    by_dropped: Sorted,
}

impl NearDrops<'_> {
    /// The drop of the next candidate, if it gives way; parts and rows ascending.
    ///
    /// # Errors
    /// The disk.
    pub fn of(
        &mut self,
        part: u32,
        row: u64,
        key: &CandidateKey,
        settings: &NearSettings,
    ) -> Result<Option<DuplicateDrop>, SpillError> {
        let position = self.ranking.position(part, row) as u32;
        if self
            .by_dropped
            .peek()
            .is_none_or(|record| number(record) != position)
        {
            return Ok(None);
        }
        let Some(record) = self.by_dropped.next()? else {
            return Ok(None);
        };
        let (shared, total) = (number(&record[4..]), number(&record[8..]));
        let mut kept = [0; 16];
        kept.copy_from_slice(&record[12..28]);
        let place = String::from_utf8_lossy(&record[28..]);
        let (reason, detail) = if total == 0 {
            let detail = format!(
                "kept: {place}; the one with the same syntax tree gave way to it as a near duplicate"
            );
            (RejectReason::ExactDuplicate, detail)
        } else {
            let detail = format!(
                "similarity {}: {shared} of {total} {}-grams of tokens are in both; kept: {place}",
                two_places(shared, total),
                settings.ngram
            );
            (RejectReason::NearDuplicate, detail)
        };
        Ok(Some(DuplicateDrop {
            part,
            row,
            candidate_id: key.id,
            kept_id: Some(CandidateId::from_bytes(kept)),
            reason,
            detail,
        }))
    }
}

/// A similarity with two decimals, never rounded up across a threshold.
fn two_places(shared: u32, total: u32) -> String {
    let hundredths = u64::from(shared) * 100 / u64::from(total.max(1));
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}
