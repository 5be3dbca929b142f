//! Stopping a run without losing what is in flight.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::error::RunError;

/// A flag that many tasks look at before they begin something new. Cheap to clone.
#[derive(Clone, Default, Debug)]
pub struct Halt(Arc<State>);

#[derive(Default, Debug)]
struct State {
    requested: AtomicBool,
    calls: AtomicU64,
    executions: AtomicU64,
    cause: Mutex<Option<RunError>>,
}

/// What is in flight.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct InFlight {
    /// Requests to models without an answer.
    pub calls: u64,
    /// Executions that have not ended.
    pub executions: u64,
}

/// Counts something as in flight until it is dropped.
pub(crate) struct Busy<'a>(&'a AtomicU64, u64);

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(self.1, Ordering::Relaxed);
    }
}

impl Halt {
    /// What a stop would wait for, and what an end at once would lose.
    pub fn in_flight(&self) -> InFlight {
        InFlight {
            calls: self.0.calls.load(Ordering::Relaxed),
            executions: self.0.executions.load(Ordering::Relaxed),
        }
    }

    /// So many requests are being sent.
    pub(crate) fn asking(&self, requests: usize) -> Busy<'_> {
        busy(&self.0.calls, requests as u64)
    }

    /// An execution begins.
    pub(crate) fn executing(&self) -> Busy<'_> {
        busy(&self.0.executions, 1)
    }

    /// Asks for a stop: executions and model calls in flight end and are written down, new
    /// ones do not begin.
    pub fn request(&self) {
        self.0.requested.store(true, Ordering::Relaxed);
    }

    /// Waits so long, or until a stop is asked for; then it says so.
    pub(crate) async fn sleep(&self, wait: Duration) -> bool {
        const LOOK: Duration = Duration::from_millis(100);
        let mut left = wait;
        while !self.is_requested() {
            if left.is_zero() {
                return false;
            }
            let nap = left.min(LOOK);
            tokio::time::sleep(nap).await;
            left -= nap;
        }
        true
    }

    /// Whether a stop was asked for.
    pub fn is_requested(&self) -> bool {
        self.0.requested.load(Ordering::Relaxed)
    }

    /// Asks for a stop because something failed. The first failure is the run's; what fails
    /// after it mostly fails because of it.
    pub(crate) fn fail(&self, error: impl Into<RunError>) -> RunError {
        self.request();
        self.0
            .cause
            .lock()
            .expect("nobody panics with this lock")
            .get_or_insert(error.into());
        RunError::Halted
    }

    /// The failure behind a halt, where one was.
    pub(crate) fn explain(&self, error: RunError) -> RunError {
        match error {
            RunError::Halted => self
                .0
                .cause
                .lock()
                .expect("nobody panics with this lock")
                .take()
                .unwrap_or(RunError::Halted),
            other => other,
        }
    }
}

fn busy(counter: &AtomicU64, count: u64) -> Busy<'_> {
    counter.fetch_add(count, Ordering::Relaxed);
    Busy(counter, count)
}
