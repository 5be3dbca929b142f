//! Stopping a run without losing what is in flight.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A flag that many tasks look at before they begin something new. Cheap to clone.
#[derive(Clone, Default, Debug)]
pub struct Halt(Arc<AtomicBool>);

impl Halt {
    /// Asks for a stop: executions and model calls in flight end and are written down, new
    /// ones do not begin.
    pub fn request(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether a stop was asked for.
    pub fn is_requested(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
