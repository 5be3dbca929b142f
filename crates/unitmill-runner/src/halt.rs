//! Stopping a run without losing what is in flight.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use crate::error::RunError;

/// A flag that many tasks look at before they begin something new. Cheap to clone.
#[derive(Clone, Default, Debug)]
pub struct Halt(Arc<State>);

#[derive(Default, Debug)]
struct State {
    requested: AtomicBool,
    cause: Mutex<Option<RunError>>,
}

impl Halt {
    /// Asks for a stop: executions and model calls in flight end and are written down, new
    /// ones do not begin.
    pub fn request(&self) {
        self.0.requested.store(true, Ordering::Relaxed);
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
