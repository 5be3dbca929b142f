//! One candidate's way from function to pairs or to exactly one reject.
//!
//! ```text
//! tests ─► first run ─► whose fault? ⇄ fix rounds ─► stub check ─► refine ─► pairs
//!   │                       │               │             │
//!   └───────────────────────┴───────────────┴─────────────┴──► one reject
//! ```
//!
//! Each arrow is a barrier: the actions of one step go out together, and the next step
//! begins when all of them are back, their results in the order in which they went out.
//! Where an agent has several providers, the later ones take what the ones before left.
//! So nothing here can depend on the order of arrival. The stub check comes before
//! refining, so that no tokens are spent on a candidate whose tests prove nothing.

mod checking;
mod finishing;
mod fixing;
mod jobs;
mod judging;
mod ledger;
mod refining;
mod testing;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use unitmill_model::{
    Agent, Attempt, Candidate, Execution, Isolation, Job, Message, Outcome, Pair, Reject,
    RejectReason, RejectUnit, Reply, Stage, TestOrigin, Verdict, Verification,
};
use unitmill_python::{Stub, split_function};

use crate::generate::{Evidence, Generator};
use crate::prompts::PromptContext;
use crate::{CaseSettings, Provider};
use checking::Checking;
use judging::{Ground, Trial};
use ledger::Ledger;
use refining::{Comparing, Judging};

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
        /// Which of the agent's providers, from 0.
        tier: usize,
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
    state: State,
    next_ticket: u32,
    /// Tickets that are out, and their position among the actions of their step.
    out: BTreeMap<u32, usize>,
    /// What came back in this step, by position.
    back: BTreeMap<usize, Arrival>,
    ledger: Ledger,
    /// The suite that decides, once there is one.
    suite: Option<Suite>,
    /// What was executed against the suite, the corpus's own code first.
    variants: Vec<Variant>,
    /// Indices of the variants that are kept.
    kept: Vec<usize>,
    /// Why answers of the latest fix round could not be used.
    unusable: Vec<String>,
    tiers: Tiers,
    /// Tests and code disagree; what is known of whose fault it is.
    trial: Option<Box<Trial>>,
    /// The latest fix round that was begun.
    last_round: u32,
    /// How much was done so far to judge tests and fixes.
    judged: u32,
    /// Which recorded answer was missing first.
    unrecorded: Option<String>,
}

/// Which provider of each agent is at work, and what the ones before it used up and left.
#[derive(Default)]
struct Tiers {
    tests: usize,
    /// The first sample number that no attempt at tests has.
    tests_sample: u32,
    /// Why earlier providers have no tests, by their names.
    without_tests: Vec<(String, RejectReason, String)>,
    /// The first suite that did not run.
    not_run: Option<Box<(Suite, Variant)>>,
    fix: usize,
    /// Rounds that earlier providers had.
    fix_rounds_before: u32,
    refine: usize,
    /// The first sample number that no refinement has.
    refine_sample: u32,
}

/// What a step waits for.
enum State {
    /// Nothing happened yet.
    Fresh,
    /// Test suites from a model.
    AskingTests,
    /// The offline generator's two looks at the function.
    Observing(Box<Observing>),
    /// The corpus's code against each suite.
    FirstRun { suites: Vec<Suite> },
    /// A suite of the generator that passed, the other way round and with other hashes.
    OtherOrder { passed: Box<(Suite, Variant)> },
    /// What the suites and the docstring's examples do on the corpus's code, line by line.
    Gathering { looks: Vec<Ground> },
    /// The corpus's code against a suite without the tests that were judged wrong.
    Rerun { suite: Box<Suite> },
    /// Further suites from the model that wrote the first ones.
    AskingOpinions { known: u32 },
    /// The corpus's code against further suites.
    RunningOpinions { suites: Vec<Suite> },
    /// Fixes from a model.
    AskingFixes { round: u32 },
    /// Fixes being executed.
    RunningFixes { round: u32, fixes: Vec<Fix> },
    /// Fixes that passed, against everything else that is known.
    CheckingFixes(Box<Checking>),
    /// The tests against the stubs of every kept variant: its index, the sample that the
    /// attempts count, the stub and its code.
    StubCheck {
        stubs: Vec<(usize, u32, Stub, String)>,
    },
    /// Refinements from a model, for each kept variant.
    AskingRefinements { variants: Vec<usize> },
    /// Observations of the code as it passes, for the offline refiner.
    ObservingForRefinement(Box<Observing>),
    /// Looks at the code before refinements.
    LookingBefore(Box<Comparing>),
    /// Looks at refinements.
    LookingAfter(Box<Comparing>),
    /// Refinements and their stubs against the tests.
    JudgingRefinements(Box<Judging>),
    /// Over.
    Finished,
}

/// The offline generator at work.
struct Observing {
    generator: Generator,
    /// The code that it looks at, repaired or not.
    code: String,
    /// How often the code was repaired before it could be observed.
    repairs: u32,
    /// How many observing jobs went out before this step.
    jobs: u32,
    /// The calls of this step, as text.
    calls: String,
}

/// Tests, and where they are from.
#[derive(Clone)]
struct Suite {
    text: String,
    origin: TestOrigin,
    verification: Verification,
    model: String,
    sample: u32,
    /// What the offline generator saw.
    evidence: Option<Evidence>,
    /// The code that it saw it of, where the corpus's own could not run.
    repaired: Option<String>,
}

/// Code and what came of it.
struct Variant {
    code: String,
    round: u32,
    sample: u32,
    /// Who changed it; none for the corpus's own code.
    fixed_by: Option<String>,
    verdict: Verdict,
    tests_run: u32,
    tests_passed: u32,
    error: String,
    /// The refined text that passed, and who refined.
    refined: Option<(String, String)>,
}

/// A fix on its way into the sandbox.
struct Fix {
    code: String,
    sample: u32,
    by: String,
}

enum Arrival {
    Replies(Vec<Reply>),
    Executed(Box<Execution>),
}

/// What a step sends out; tickets are given when it goes.
enum Request {
    Ask(Agent, usize, PromptContext, u32),
    Execute(Job),
}

/// The results of a step whose actions were all of one kind.
struct Returned(Vec<Arrival>);

impl Returned {
    fn executions(self) -> Vec<Execution> {
        self.0
            .into_iter()
            .filter_map(|arrival| match arrival {
                Arrival::Executed(execution) => Some(*execution),
                Arrival::Replies(_) => None,
            })
            .collect()
    }

    /// The answers to each question.
    fn replies(self) -> Vec<Vec<Reply>> {
        self.0
            .into_iter()
            .filter_map(|arrival| match arrival {
                Arrival::Replies(replies) => Some(replies),
                Arrival::Executed(_) => None,
            })
            .collect()
    }
}

impl Case {
    /// A case that has not begun; [`Event::Start`] sets it going.
    pub fn new(candidate: Candidate, settings: Arc<CaseSettings>) -> Self {
        let ledger = Ledger::new(candidate.id);
        Self {
            candidate,
            settings,
            state: State::Fresh,
            next_ticket: 0,
            out: BTreeMap::new(),
            back: BTreeMap::new(),
            ledger,
            suite: None,
            variants: Vec::new(),
            kept: Vec::new(),
            unusable: Vec::new(),
            tiers: Tiers::default(),
            trial: None,
            last_round: 0,
            judged: 0,
            unrecorded: None,
        }
    }

    /// Takes an event and says what is to be done next; empty while other tickets are
    /// still out.
    ///
    /// # Panics
    ///
    /// On a ticket that is not out, on a second start, and on an event after
    /// [`Action::Finish`]: all are faults of the caller.
    pub fn step(&mut self, event: Event) -> Vec<Action> {
        let (ticket, arrival) = match event {
            Event::Start => {
                assert!(
                    matches!(self.state, State::Fresh),
                    "a case starts exactly once"
                );
                return self.start();
            }
            Event::Replies { ticket, replies } => (ticket, Arrival::Replies(replies)),
            Event::Executed { ticket, execution } => {
                (ticket, Arrival::Executed(Box::new(execution)))
            }
        };
        let position = self
            .out
            .remove(&ticket)
            .unwrap_or_else(|| panic!("ticket {ticket} is not out"));
        self.back.insert(position, arrival);
        if !self.out.is_empty() {
            return Vec::new();
        }
        let returned = Returned(std::mem::take(&mut self.back).into_values().collect());
        self.advance(returned)
    }

    fn advance(&mut self, returned: Returned) -> Vec<Action> {
        match std::mem::replace(&mut self.state, State::Finished) {
            State::AskingTests => self.tests_answered(returned),
            State::Observing(observing) => self.observed(*observing, returned),
            State::FirstRun { suites } => self.first_run_done(suites, returned),
            State::OtherOrder { passed } => self.other_order_done(*passed, returned),
            State::Gathering { looks } => self.gathered(looks, returned),
            State::Rerun { suite } => self.rerun(*suite, returned),
            State::AskingOpinions { known } => self.opinions_answered(known, returned),
            State::RunningOpinions { suites } => self.opinions_run(suites, returned),
            State::CheckingFixes(checking) => self.fixes_checked(*checking, returned),
            State::AskingFixes { round } => self.fixes_answered(round, returned),
            State::RunningFixes { round, fixes } => self.fixes_run(round, fixes, returned),
            State::StubCheck { stubs } => self.stubs_run(stubs, returned),
            State::AskingRefinements { variants } => self.refinements_answered(variants, returned),
            State::ObservingForRefinement(observing) => {
                self.observed_for_refinement(*observing, returned)
            }
            State::LookingBefore(comparing) => self.looked_before(*comparing, returned),
            State::LookingAfter(comparing) => self.looked_after(*comparing, returned),
            State::JudgingRefinements(judging) => self.refinements_judged(*judging, returned),
            State::Fresh | State::Finished => panic!("no event may follow the end of a case"),
        }
    }

    /// Sends requests out and waits for them in `state`.
    fn send(&mut self, state: State, requests: Vec<Request>) -> Vec<Action> {
        debug_assert!(!requests.is_empty(), "a step waits for something");
        self.state = state;
        requests
            .into_iter()
            .enumerate()
            .map(|(position, request)| {
                let ticket = self.next_ticket;
                self.next_ticket += 1;
                self.out.insert(ticket, position);
                match request {
                    Request::Ask(agent, tier, context, samples) => Action::Ask {
                        ticket,
                        agent,
                        tier,
                        messages: self.settings.prompts.render(agent, &context),
                        samples,
                    },
                    Request::Execute(job) => Action::Execute { ticket, job },
                }
            })
            .collect()
    }

    fn start(&mut self) -> Vec<Action> {
        if split_function(&self.candidate.code, &self.candidate.name).is_none() {
            let detail = format!("`{}` has no body to complete", self.candidate.name);
            return self.reject(RejectReason::NeverPassed, detail);
        }
        self.begin_tests()
    }

    /// What every prompt may name.
    fn prompt(&self, code: &str) -> PromptContext {
        let environment = &self.settings.environment;
        let (major, minor) = environment.python;
        let packages: Vec<String> = self
            .candidate
            .packages
            .iter()
            .filter_map(|root| {
                let version = environment.versions.get(root)?;
                Some(format!("{root} {version}"))
            })
            .collect();
        PromptContext {
            function: self.candidate.name.clone(),
            code: code.trim_end().to_owned(),
            python: format!("{major}.{minor}"),
            packages: packages.join(", "),
            seconds: self.settings.limits.wall_ms / 1000,
            megabytes: self.settings.limits.memory_bytes >> 20,
            processes: self.settings.isolation == Isolation::Full,
            ..PromptContext::default()
        }
    }

    fn suite(&self) -> &Suite {
        self.suite
            .as_ref()
            .expect("nothing runs against tests before there are any")
    }

    /// Runs code against the suite.
    fn judge(&self, code: &str) -> Request {
        Request::Execute(jobs::verdict(&self.settings, code, &self.suite().text))
    }

    /// Remembers that a recorded run lacks answers, where a provider has nothing else.
    fn note_missing(&mut self, provider: &Provider, asked: u32, replies: usize, place: &str) {
        if let Provider::Model {
            name,
            recorded: true,
            ..
        } = provider
            && (replies as u64) < u64::from(asked)
        {
            self.unrecorded.get_or_insert_with(|| {
                format!("{place}: the recorded run has no such answer of `{name}`")
            });
        }
    }

    /// Rejects what came to nothing; for want of a recorded answer, if one was missing.
    fn reject_as_failed(&mut self, reason: RejectReason, detail: String) -> Vec<Action> {
        match self.unrecorded.take() {
            Some(missing) => self.reject(RejectReason::NotRecorded, missing),
            None => self.reject(reason, detail),
        }
    }

    fn reject(&mut self, reason: RejectReason, detail: String) -> Vec<Action> {
        let candidate = &self.candidate;
        let reject = Reject {
            stage: Stage::Mill,
            unit: RejectUnit::Candidate,
            reason,
            detail,
            candidate_id: Some(candidate.id),
            kept_id: None,
            repo: candidate.repo.clone(),
            path: candidate.path.clone(),
            name: candidate.name.clone(),
            first_line: candidate.first_line,
            packages: candidate.packages.clone(),
        };
        self.conclude(Vec::new(), Some(reject))
    }

    fn conclude(&mut self, pairs: Vec<Pair>, reject: Option<Reject>) -> Vec<Action> {
        self.state = State::Finished;
        vec![Action::Finish(Box::new(Conclusion {
            pairs,
            attempts: self.ledger.finish(),
            reject,
        }))]
    }
}

/// What happened, for prompts and rules: the sandbox's detail and the messages of the
/// tests that did not pass, cut.
fn error_text(outcome: &Outcome) -> String {
    use unitmill_model::TestStatus;
    let mut text = format!("{}: {}", outcome.verdict, outcome.detail.trim());
    let failing = outcome.tests.iter().filter(|test| {
        matches!(test.status, TestStatus::Failed | TestStatus::Error)
            && !outcome.detail.contains(test.message.trim())
    });
    for test in failing.take(6) {
        text.push_str(&format!(
            "\n\n{}: {}",
            test.id,
            cut(test.message.trim(), 800)
        ));
    }
    cut(&text, 4000)
}

/// A text cut in its middle to about `limit` bytes: tracebacks say most at their ends.
fn cut(text: &str, limit: usize) -> String {
    if text.len() <= limit {
        return text.to_owned();
    }
    let head = text.floor_char_boundary(limit / 3);
    let tail = text.ceil_char_boundary(text.len() - limit * 2 / 3);
    format!("{}\n[...]\n{}", &text[..head], &text[tail..])
}

/// The settings of an agent's model: samples, at least one.
fn samples(provider: &Provider) -> u32 {
    match provider {
        Provider::Builtin => 1,
        Provider::Model { samples, .. } => (*samples).max(1),
    }
}
