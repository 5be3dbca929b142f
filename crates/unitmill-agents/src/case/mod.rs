//! One candidate's way from function to pairs or to exactly one reject.

use std::sync::Arc;

use unitmill_model::{Agent, Attempt, Candidate, Execution, Job, Message, Pair, Reject, Reply};

use crate::CaseSettings;

/// What happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// The first event of every case.
    Start,
    /// The answers to an [`Action::Ask`].
    Replies {
        /// The ticket of the question.
        ticket: u32,
        /// The answers in sample order. Fewer than asked for is allowed, none at all too.
        replies: Vec<Reply>,
    },
    /// The outcome of an [`Action::Execute`].
    Executed {
        /// The ticket of the job.
        ticket: u32,
        /// What came of it.
        execution: Execution,
    },
}

/// What is to be done. All actions of one step may run at once.
#[derive(Clone, Debug)]
pub enum Action {
    /// Ask an agent's model.
    Ask {
        /// Comes back with the answers.
        ticket: u32,
        /// Which agent's model and sampling settings to use.
        agent: Agent,
        /// The conversation.
        messages: Vec<Message>,
        /// How many independent answers; sample indices are `0..samples`.
        samples: u32,
    },
    /// Run a job in the sandbox.
    Execute {
        /// Comes back with the outcome.
        ticket: u32,
        /// The job.
        job: Job,
    },
    /// The case is over; no event may follow.
    Finish(Box<Conclusion>),
}

/// What became of a candidate. Either `pairs` holds at least one or `reject` is there,
/// never both.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Conclusion {
    /// The kept variants.
    pub pairs: Vec<Pair>,
    /// Every model call and every execution, `sequence` ascending.
    pub attempts: Vec<Attempt>,
    /// Why there is no pair.
    pub reject: Option<Reject>,
}

/// The flow of one candidate.
pub struct Case {
    candidate: Candidate,
    settings: Arc<CaseSettings>,
}

impl Case {
    /// A case that has not begun; [`Event::Start`] sets it going.
    pub fn new(candidate: Candidate, settings: Arc<CaseSettings>) -> Self {
        Self {
            candidate,
            settings,
        }
    }

    /// Takes an event and says what is to be done next; empty while other tickets are
    /// still out.
    ///
    /// # Panics
    ///
    /// On a ticket that is not out, and on an event after [`Action::Finish`]: both are
    /// faults of the caller.
    pub fn step(&mut self, _event: Event) -> Vec<Action> {
        let _ = (&self.candidate, &self.settings);
        Vec::new()
    }
}
