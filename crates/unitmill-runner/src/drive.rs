//! Driving one case to its end.

use futures::stream::{FuturesUnordered, StreamExt as _};
use unitmill_agents::{Action, Case, Conclusion, Event};
use unitmill_model::{Agent, Execution, Job, Message, Reply};

use crate::batch::Working;
use crate::error::RunError;

/// Whoever answers and executes for a case: a task that journals what it pays for, or a
/// replay that compares with what was journalled.
pub(crate) trait Performer {
    /// Counts the case as at work, where that is of interest to anybody.
    fn working(&self) -> Working;

    /// Answers of an agent's provider to a question, in sample order.
    fn ask(
        &self,
        agent: Agent,
        tier: usize,
        messages: Vec<Message>,
        samples: u32,
    ) -> impl Future<Output = Result<Vec<Reply>, RunError>> + Send;

    /// What comes of a job.
    fn execute(&self, job: &Job) -> impl Future<Output = Result<Execution, RunError>> + Send;
}

/// Has done what a case wants done, many things at once where it wants many, and tells it
/// what came of each as it comes.
///
/// # Errors
/// The performer's first error. What is in flight then still ends: it is paid for.
pub(crate) async fn drive(
    mut case: Case,
    performer: &(impl Performer + Sync),
    admitted: Working,
) -> Result<Conclusion, RunError> {
    let mut running = FuturesUnordered::new();
    // Held while the case decides; whatever it then has out counts for itself.
    let mut working = admitted;
    let mut actions = case.step(Event::Start);
    loop {
        for action in actions {
            match action {
                Action::Finish(conclusion) => return Ok(*conclusion),
                todo => running.push(perform(todo, performer, performer.working())),
            }
        }
        drop(working);
        let done = running.next().await;
        match done.expect("a case that has not finished has something out") {
            Ok((event, at_work)) => {
                working = at_work;
                actions = case.step(event);
            }
            Err(error) => {
                while running.next().await.is_some() {}
                return Err(error);
            }
        }
    }
}

async fn perform(
    action: Action,
    performer: &impl Performer,
    working: Working,
) -> Result<(Event, Working), RunError> {
    let event = match action {
        Action::Ask {
            ticket,
            agent,
            tier,
            messages,
            samples,
        } => {
            let replies = performer.ask(agent, tier, messages, samples).await?;
            Event::Replies { ticket, replies }
        }
        Action::Execute { ticket, job } => {
            let execution = performer.execute(&job).await?;
            Event::Executed { ticket, execution }
        }
        Action::Finish(_) => unreachable!("finishing is not something to perform"),
    };
    Ok((event, working))
}
