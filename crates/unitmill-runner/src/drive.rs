//! Driving one case to its end.

use futures::stream::{FuturesUnordered, StreamExt as _};
use unitmill_agents::{Action, Case, Conclusion, Event};

/// Does what a case wants done through `perform`, many things at once where it wants many,
/// and tells it what came of each as it comes.
///
/// # Errors
/// The first error of `perform`.
pub(crate) async fn drive<E, F>(
    mut case: Case,
    perform: impl Fn(Action) -> F,
) -> Result<Conclusion, E>
where
    F: Future<Output = Result<Event, E>>,
{
    let mut running = FuturesUnordered::new();
    let mut actions = case.step(Event::Start);
    loop {
        for action in actions {
            match action {
                Action::Finish(conclusion) => return Ok(*conclusion),
                todo => running.push(perform(todo)),
            }
        }
        match running
            .next()
            .await
            .expect("a case that has not finished has something out")
        {
            Ok(event) => actions = case.step(event),
            Err(error) => {
                // What is in flight is paid for: it ends and is written down.
                while running.next().await.is_some() {}
                return Err(error);
            }
        }
    }
}
