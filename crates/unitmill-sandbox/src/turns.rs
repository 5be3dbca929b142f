//! Whose turn it is: as many runs compute at a time as there are jobs, each on a share of the
//! processors of its own, so that a run with many threads takes nothing from its neighbours
//! and no thread of it wakes up where another one's memory is not.
//!
//! Never waits for the end of a run: a turn is over with the run's last word.

use std::sync::{Mutex, PoisonError};

use tokio::sync::{AcquireError, Semaphore, SemaphorePermit};

/// The turns of one sandbox.
#[derive(Debug)]
pub(crate) struct Turns {
    free: Semaphore,
    numbers: Mutex<Vec<u16>>,
    count: u16,
}

/// One run's turn; given back when dropped.
#[derive(Debug)]
pub(crate) struct Turn<'turns> {
    turns: &'turns Turns,
    number: u16,
    /// Let go of after the number is back.
    _permit: SemaphorePermit<'turns>,
}

impl Turns {
    pub(crate) fn new(jobs: usize) -> Self {
        let count = u16::try_from(jobs.max(1)).unwrap_or(u16::MAX);
        Self {
            free: Semaphore::new(usize::from(count)),
            numbers: Mutex::new((0..count).rev().collect()),
            count,
        }
    }

    /// Waits for a turn.
    ///
    /// # Errors
    /// If the sandbox has been closed.
    pub(crate) async fn take(&self) -> Result<Turn<'_>, AcquireError> {
        let permit = self.free.acquire().await?;
        let number = self
            .numbers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        let Some(number) = number else {
            unreachable!("there is a number for every permit");
        };
        Ok(Turn {
            turns: self,
            number,
            _permit: permit,
        })
    }

    /// Nobody gets a turn from now on.
    pub(crate) fn close(&self) {
        self.free.close();
    }
}

impl Turn<'_> {
    /// As the harness reads it: which turn of how many, two bytes each. It chooses the
    /// processors by them.
    pub(crate) fn header(&self) -> [u8; 4] {
        let [a, b] = self.number.to_le_bytes();
        let [c, d] = self.turns.count.to_le_bytes();
        [a, b, c, d]
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.turns
            .numbers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn no_two_turns_at_a_time_have_the_same_number() {
        let turns = Turns::new(3);
        for _ in 0..4 {
            let taken = [
                turns.take().await.expect("open"),
                turns.take().await.expect("open"),
                turns.take().await.expect("open"),
            ];
            let mut numbers = taken.each_ref().map(|turn| turn.number);
            numbers.sort_unstable();
            assert_eq!(numbers, [0, 1, 2]);
            assert_eq!(turns.free.available_permits(), 0);
        }
        turns.close();
        assert!(turns.take().await.is_err());
    }
}
