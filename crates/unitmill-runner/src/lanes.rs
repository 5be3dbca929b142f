//! Work that threads share and whose results come out in the order of the input.
//!
//! Every thread does everything: it takes the next piece of input (one at a time), works on
//! it, and, if it is the oldest that is not delivered, delivers it and what waits behind it
//! (again one at a time). So one core runs one thread, and nothing is handed over that need
//! not be. Threads are lent from one [`Cores`] by all tasks of a process: a task that runs
//! alone gets all of them, and many tasks get one each.
//!
//! Nothing here knows what the work is.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, Scope};

/// Walking deep syntax trees takes more stack than threads have by default.
const STACK_BYTES: usize = 8 << 20;

/// The threads that a process may have at work.
#[derive(Debug)]
pub(crate) struct Cores {
    count: usize,
    share: Mutex<Share>,
    freed: Condvar,
}

#[derive(Debug)]
struct Share {
    free: usize,
    waiting: usize,
}

/// The right to keep one core busy; given back when dropped.
pub(crate) struct Core<'a>(&'a Cores);

impl Cores {
    /// That many threads, at least one.
    pub(crate) fn new(count: usize) -> Self {
        let free = count.max(1);
        Self {
            count: free,
            share: Mutex::new(Share { free, waiting: 0 }),
            freed: Condvar::new(),
        }
    }

    /// A core for a new task; waits until one is free.
    pub(crate) fn take(&self) -> Core<'_> {
        let mut share = lock(&self.share);
        share.waiting += 1;
        while share.free == 0 {
            share = self
                .freed
                .wait(share)
                .unwrap_or_else(PoisonError::into_inner);
        }
        share.waiting -= 1;
        share.free -= 1;
        Core(self)
    }

    /// One more core for a task that has one, if nobody else wants it.
    fn spare(&self) -> Option<Core<'_>> {
        let mut share = lock(&self.share);
        (share.free > share.waiting).then(|| {
            share.free -= 1;
            Core(self)
        })
    }

    fn are_wanted(&self) -> bool {
        let share = lock(&self.share);
        share.waiting > share.free
    }
}

impl Drop for Core<'_> {
    fn drop(&mut self) {
        lock(&self.0.share).free += 1;
        self.0.freed.notify_one();
    }
}

/// What is shared here is whole after every step, and a panic on one thread is passed on
/// when the threads are joined.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Works on every item that `next` gives and hands the results to `sink` in that order, on
/// the calling thread and on as many more as its cores can spare. At most some dozens of
/// items per core are between `next` and `sink`, so that memory stays bounded.
///
/// # Errors
/// The first error in the order of the input, whoever met it: everything before it was
/// delivered, nothing behind it.
pub(crate) fn in_lanes<T, R, E>(
    core: &Core<'_>,
    next: impl FnMut() -> Option<Result<T, E>> + Send,
    work: impl Fn(T) -> Result<R, E> + Sync,
    sink: impl FnMut(R) -> Result<(), E> + Send,
) -> Result<(), E>
where
    T: Send,
    R: Send,
    E: Send,
{
    let cores = core.0;
    let lanes = Lanes {
        cores,
        ahead: 16 + 16 * cores.count as u64,
        source: Mutex::new(Source {
            next,
            admitted: 0,
            ended: false,
        }),
        work,
        turn: Mutex::new(Turn {
            finished: BTreeMap::new(),
            delivered: 0,
            is_delivering: false,
            has_stopped: false,
            failure: None,
        }),
        moved: Condvar::new(),
        sink: Mutex::new(sink),
    };
    std::thread::scope(|scope| lanes.run(scope, None));
    lock(&lanes.turn).failure.take().map_or(Ok(()), Err)
}

struct Lanes<'a, N, W, S, R, E> {
    cores: &'a Cores,
    ahead: u64,
    source: Mutex<Source<N>>,
    work: W,
    turn: Mutex<Turn<R, E>>,
    moved: Condvar,
    sink: Mutex<S>,
}

struct Source<N> {
    next: N,
    admitted: u64,
    ended: bool,
}

struct Turn<R, E> {
    finished: BTreeMap<u64, Result<R, E>>,
    delivered: u64,
    is_delivering: bool,
    has_stopped: bool,
    failure: Option<E>,
}

impl<T, N, W, S, R, E> Lanes<'_, N, W, S, R, E>
where
    N: FnMut() -> Option<Result<T, E>> + Send,
    W: Fn(T) -> Result<R, E> + Sync,
    S: FnMut(R) -> Result<(), E> + Send,
    T: Send,
    R: Send,
    E: Send,
{
    /// One thread's work. `lent` is the core of a thread that only helps.
    fn run<'scope>(&'scope self, scope: &'scope Scope<'scope, '_>, lent: Option<Core<'scope>>) {
        let _stop = StopOnPanic(self);
        while let Some((index, item)) = self.admit() {
            if item.is_ok() {
                self.call_for_help(scope);
            }
            let result = item.and_then(&self.work);
            self.deliver(index, result);
            // A task that waits for a core goes before the second core of this one.
            if lent.is_some() && self.cores.are_wanted() {
                return;
            }
        }
    }

    fn call_for_help<'scope>(&'scope self, scope: &'scope Scope<'scope, '_>) {
        let Some(core) = self.cores.spare() else {
            return;
        };
        let thread = Builder::new().stack_size(STACK_BYTES);
        // Where no thread can be had, those that are there do the work, and the core goes back.
        drop(thread.spawn_scoped(scope, move || self.run(scope, Some(core))));
    }

    /// The next item and its place; none at the end.
    fn admit(&self) -> Option<(u64, Result<T, E>)> {
        let mut source = lock(&self.source);
        if source.ended {
            return None;
        }
        let mut turn = lock(&self.turn);
        // Whoever works on the oldest item needs nothing that is held here.
        while source.admitted - turn.delivered >= self.ahead && !turn.has_stopped {
            turn = self
                .moved
                .wait(turn)
                .unwrap_or_else(PoisonError::into_inner);
        }
        if turn.has_stopped {
            return None;
        }
        drop(turn);
        let item = (source.next)();
        source.ended = !matches!(item, Some(Ok(_)));
        let index = source.admitted;
        source.admitted += 1;
        item.map(|item| (index, item))
    }

    fn deliver(&self, index: u64, result: Result<R, E>) {
        let mut turn = lock(&self.turn);
        turn.finished.insert(index, result);
        if turn.is_delivering {
            return;
        }
        turn.is_delivering = true;
        loop {
            let place = turn.delivered;
            let Some(result) = turn.finished.remove(&place) else {
                turn.is_delivering = false;
                return;
            };
            if turn.has_stopped {
                return;
            }
            drop(turn);
            let delivered = result.and_then(|result| (lock(&self.sink))(result));
            turn = lock(&self.turn);
            turn.delivered += 1;
            if let Err(error) = delivered {
                turn.failure = Some(error);
                turn.has_stopped = true;
            }
            self.moved.notify_all();
        }
    }

    fn stop(&self) {
        lock(&self.turn).has_stopped = true;
        self.moved.notify_all();
    }
}

/// Lets nobody wait for a thread that is gone.
struct StopOnPanic<'l, 'a, N, W, S, R, E, T>(&'l Lanes<'a, N, W, S, R, E>)
where
    N: FnMut() -> Option<Result<T, E>> + Send,
    W: Fn(T) -> Result<R, E> + Sync,
    S: FnMut(R) -> Result<(), E> + Send,
    T: Send,
    R: Send,
    E: Send;

impl<N, W, S, R, E, T> Drop for StopOnPanic<'_, '_, N, W, S, R, E, T>
where
    N: FnMut() -> Option<Result<T, E>> + Send,
    W: Fn(T) -> Result<R, E> + Sync,
    S: FnMut(R) -> Result<(), E> + Send,
    T: Send,
    R: Send,
    E: Send,
{
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.stop();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use proptest::prelude::*;

    use super::*;

    fn collect(
        cores: usize,
        items: Vec<Result<u32, u32>>,
        bad: u32,
    ) -> (Vec<u32>, Result<(), u32>) {
        let cores = Cores::new(cores);
        let mut items = items.into_iter();
        let mut seen = Vec::new();
        let result = in_lanes(
            &cores.take(),
            || items.next(),
            |item| {
                if item % 3 == 0 {
                    std::thread::yield_now();
                }
                if item == bad { Err(item) } else { Ok(item) }
            },
            |item| {
                seen.push(item);
                Ok(())
            },
        );
        assert_eq!(lock(&cores.share).free, cores.count, "every core came back");
        (seen, result)
    }

    proptest! {
        #[test]
        fn results_come_in_order_and_stop_at_the_first_error(
            cores in 1usize..5, count in 0u32..300, bad in 0u32..400, broken in 0u32..400,
        ) {
            let items = (0..count)
                .map(|item| if item == broken { Err(item) } else { Ok(item) })
                .collect();
            let (seen, result) = collect(cores, items, bad);
            let first = bad.min(broken);
            prop_assert_eq!(&seen, &(0..count.min(first)).collect::<Vec<_>>());
            prop_assert_eq!(result, if first < count { Err(first) } else { Ok(()) });
        }
    }

    #[test]
    fn no_more_is_admitted_than_can_wait() {
        let cores = Cores::new(2);
        let ahead = 16 + 16 * 2;
        let (admitted, delivered) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let result: Result<(), ()> = in_lanes(
            &cores.take(),
            || {
                let number = admitted.fetch_add(1, Ordering::Relaxed);
                assert!(number - delivered.load(Ordering::Relaxed) <= ahead);
                (number < 2_000).then_some(Ok(number))
            },
            Ok,
            |_| {
                delivered.fetch_add(1, Ordering::Relaxed);
                Ok(())
            },
        );
        assert_eq!(result, Ok(()));
        assert_eq!(delivered.load(Ordering::Relaxed), 2_000);
    }

    #[test]
    fn a_panic_is_passed_on_and_nobody_waits_for_ever() {
        let cores = Cores::new(3);
        let mut numbers = 0..1_000;
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            in_lanes(
                &cores.take(),
                || numbers.next().map(Ok::<u32, ()>),
                |number| {
                    assert!(number != 40, "as planned");
                    Ok(number)
                },
                |_| Ok(()),
            )
        }));
        assert!(panicked.is_err());
    }
}
