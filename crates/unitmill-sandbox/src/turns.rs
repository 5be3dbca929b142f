//! Whose turn it is: as many runs compute at a time as there are jobs, each on a share of the
//! processors of its own, so that a run with many threads takes nothing from its neighbours
//! and what it touches stays in one processor's caches.
//!
//! Never waits for the end of a run: a turn is over with the run's last word.

use std::time::Duration;

use futures::future::select_all;
use tokio::sync::{AcquireError, Semaphore, SemaphorePermit};
use tokio::time::timeout;

/// So long a run waits for the processors of its lane, before it takes any.
const PATIENCE: Duration = Duration::from_millis(25);

/// Which share of the processors, of how many.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Share {
    pub(crate) number: u16,
    pub(crate) of: u16,
}

impl Share {
    /// The share of a slot.
    pub(crate) fn of_slot(slot: usize, jobs: usize) -> Self {
        let of = u16::try_from(jobs.max(1)).unwrap_or(u16::MAX);
        let number = u16::try_from(slot % usize::from(of)).unwrap_or(0);
        Self { number, of }
    }

    /// As the harness reads it, two bytes each.
    pub(crate) fn header(self) -> [u8; 4] {
        let [a, b] = self.number.to_le_bytes();
        let [c, d] = self.of.to_le_bytes();
        [a, b, c, d]
    }
}

/// The turns of one sandbox: one for each share.
#[derive(Debug)]
pub(crate) struct Turns(Vec<Semaphore>);

/// One run's turn; given back when dropped.
#[derive(Debug)]
pub(crate) struct Turn<'turns> {
    /// On which processors it is.
    pub(crate) share: Share,
    _permit: SemaphorePermit<'turns>,
}

impl Turns {
    pub(crate) fn new(jobs: usize) -> Self {
        let count = usize::from(Share::of_slot(0, jobs).of);
        Self((0..count).map(|_| Semaphore::new(1)).collect())
    }

    /// Waits for a turn; for one on other processors than wished only if that takes long, as
    /// behind a run that never ends.
    ///
    /// # Errors
    /// If the sandbox has been closed.
    pub(crate) async fn take(&self, wished: Share) -> Result<Turn<'_>, AcquireError> {
        let own = &self.0[usize::from(wished.number)];
        if let Ok(permit) = timeout(PATIENCE, own.acquire()).await {
            return Ok(Turn {
                share: wished,
                _permit: permit?,
            });
        }
        let any = self.0.iter().map(|turn| Box::pin(turn.acquire()));
        let (permit, number, _) = select_all(any).await;
        Ok(Turn {
            share: Share {
                number: u16::try_from(number).unwrap_or(0),
                ..wished
            },
            _permit: permit?,
        })
    }

    /// Nobody gets a turn from now on.
    pub(crate) fn close(&self) {
        self.0.iter().for_each(Semaphore::close);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn whoever_waits_long_takes_any_turn() {
        let turns = Turns::new(2);
        let [first, second] = [0, 1].map(|slot| Share::of_slot(slot, 2));
        assert_eq!(Share::of_slot(2, 2), first);
        let held = turns.take(first).await.expect("open");
        let other = turns.take(second).await.expect("open");
        assert_eq!((held.share, other.share), (first, second));
        let waiting = turns.take(first);
        drop(other);
        // The first one's processors stay taken; the other ones are free.
        let third = waiting.await.expect("open");
        assert_eq!(third.share, second);
        drop(held);
        assert_eq!(turns.take(first).await.expect("open").share, first);
        turns.close();
        assert!(turns.take(first).await.is_err());
    }
}
