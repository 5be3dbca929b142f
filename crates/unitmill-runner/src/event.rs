//! What a run tells while it goes on: one stream of events, for whoever shows progress,
//! keeps a log or counts.
//!
//! Events never steer anything and never reach a row.

use std::sync::Arc;

use unitmill_model::{Spending, Stage};

use crate::tally::Milled;

/// One thing that happened.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// Something is being prepared that takes a while (the environment, the sandbox).
    Preparing {
        /// What, for a person.
        what: String,
        /// Steps done so far, where they can be counted.
        done: usize,
        /// Steps in all; 0 where they cannot be counted.
        total: usize,
    },
    /// Preparations are over.
    Ready,
    /// A stage begins.
    StageStarted {
        /// The stage.
        stage: Stage,
        /// Its tasks.
        tasks: usize,
        /// Those of them that were committed before.
        already_done: usize,
        /// Items that the remaining tasks will report, where that is known.
        items: Option<u64>,
        /// What the candidates of those that were committed before came to.
        milled: Milled,
        /// What was spent on model calls before.
        spent: Spending,
        /// What amounts of money are called.
        currency: Option<String>,
    },
    /// A task was committed.
    TaskDone {
        /// The stage.
        stage: Stage,
        /// The task.
        index: u32,
    },
    /// All tasks of a stage are committed.
    StageDone {
        /// The stage.
        stage: Stage,
    },
    /// Files were read: `extract`.
    FilesRead {
        /// Files or container rows.
        files: u64,
        /// Candidates found in them.
        candidates: u64,
    },
    /// A candidate came to its end: `mill`. One that deduplication had dropped adds nothing.
    CandidateDone(Milled),
    /// An execution ended, or was found in the journal.
    Executed {
        /// Found in the journal.
        replayed: bool,
    },
    /// A model answered, or its answer was found in the journal.
    Answered {
        /// Prompt tokens.
        prompt_tokens: u32,
        /// Completion tokens.
        completion_tokens: u32,
        /// Found in the journal.
        replayed: bool,
        /// What was spent on model calls in this run by now.
        spent: Spending,
    },
    /// `exec` begins.
    Judging {
        /// Its rows, where the input says.
        rows: Option<u64>,
    },
    /// A row of `exec` was judged.
    Judged,
    /// Something a person should know that stops nothing.
    Warning(String),
}

/// Where events go. Cheap to clone; called from many threads.
#[derive(Clone)]
pub struct Events(Arc<dyn Fn(Event) + Send + Sync>);

impl Events {
    /// Hands every event to a function, which must not block for long.
    pub fn to(listener: impl Fn(Event) + Send + Sync + 'static) -> Self {
        Self(Arc::new(listener))
    }

    /// Drops every event.
    pub fn nowhere() -> Self {
        Self::to(|_| {})
    }

    pub(crate) fn send(&self, event: Event) {
        (self.0)(event);
    }
}
