//! How many things are going on from which a request may yet come.
//!
//! A wave of requests goes out when nothing else is left to do, so that it is as large as it
//! can be. Whoever works on a case holds a [`Working`]; while it waits for an answer out of a
//! wave, it does not count.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

/// The count. Cheap to clone.
#[derive(Clone, Default, Debug)]
pub(crate) struct Gauge(Arc<State>);

#[derive(Default, Debug)]
struct State {
    working: AtomicUsize,
    idle: Notify,
}

/// Counts as work for as long as it lives.
#[derive(Debug)]
pub(crate) struct Working(Option<Gauge>);

/// Takes one away for as long as it lives.
#[derive(Debug)]
pub(crate) struct Pause(Gauge);

impl Gauge {
    pub(crate) fn working(&self) -> Working {
        self.0.working.fetch_add(1, Ordering::SeqCst);
        Working(Some(self.clone()))
    }

    /// For somebody who holds a [`Working`] and waits for a wave.
    pub(crate) fn pause(&self) -> Pause {
        self.subtract();
        Pause(self.clone())
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.0.working.load(Ordering::SeqCst) == 0
    }

    /// Returns when it was idle for a moment, at the latest; it may be so no more.
    pub(crate) async fn idle(&self) {
        self.0.idle.notified().await;
    }

    fn subtract(&self) {
        if self.0.working.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.0.idle.notify_one();
        }
    }
}

impl Working {
    /// Where nobody counts.
    pub(crate) fn uncounted() -> Self {
        Self(None)
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        if let Some(gauge) = &self.0 {
            gauge.subtract();
        }
    }
}

impl Drop for Pause {
    fn drop(&mut self) {
        self.0.0.working.fetch_add(1, Ordering::SeqCst);
    }
}
