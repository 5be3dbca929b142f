//! Being stopped: Ctrl-C, and the SIGTERM that Slurm and its like send before they kill.

use tokio::signal::unix::{SignalKind, signal};
use unitmill_runner::{InFlight, Machine, RunError};

use crate::exit::{Exit, Failure};
use crate::output;

/// Lets Ctrl-C and SIGTERM ask for a halt: what is in flight ends and is written down. The
/// second one ends the program at once.
pub(crate) async fn interruptible<T>(machine: &Machine, work: impl Future<Output = T>) -> T {
    let halt = machine.halt.clone();
    let listener = tokio::spawn(async move {
        let (Ok(mut interrupt), Ok(mut terminate)) = (
            signal(SignalKind::interrupt()),
            signal(SignalKind::terminate()),
        ) else {
            // Without handlers the signals end the program, which loses nothing that is
            // written down.
            return;
        };
        let mut stop = async || {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        };
        stop().await;
        halt.request();
        output::message(&stopping(halt.in_flight()));
        stop().await;
        output::message(&stopped_at_once(halt.in_flight()));
        std::process::exit(i32::from(Exit::Interrupted as u8));
    });
    let result = work.await;
    listener.abort();
    result
}

fn stopping(in_flight: InFlight) -> String {
    if in_flight == InFlight::default() {
        return "stopping: nothing is in flight".to_owned();
    }
    format!(
        "stopping: what is in flight ({}) will be finished and kept; again to stop at once",
        described(in_flight)
    )
}

fn stopped_at_once(in_flight: InFlight) -> String {
    if in_flight == InFlight::default() {
        return "stopped at once; nothing that was in flight is lost".to_owned();
    }
    let calls = match in_flight.calls {
        0 => "",
        _ => ", answers that come now are paid for and lost",
    };
    format!(
        "stopped at once; lost is what was in flight: {}{calls}. Everything before is kept, and \
         the same command goes on from there",
        described(in_flight)
    )
}

fn described(in_flight: InFlight) -> String {
    let counted = |count: u64, one: &str| match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        _ => Some(format!("{count} {one}s")),
    };
    [
        counted(in_flight.calls, "model call"),
        counted(in_flight.executions, "execution"),
    ]
    .into_iter()
    .flatten()
    .collect::<Vec<_>>()
    .join(" and ")
}

/// Adds to whatever stopped a run how to go on.
pub(crate) fn resumable(error: RunError) -> Failure {
    let raise = match &error {
        RunError::BudgetSpent(spent) => Some((spent.key, spent.task.is_some())),
        _ => None,
    };
    let mut failure = Failure::from(error);
    let command = command_line();
    match raise {
        Some((key, false)) => failure.message.push_str(&format!(
            "\nwhat was done is kept, and no answer is paid for twice; with a higher limit the run \
             goes on:\n  {command} --set {key}=…"
        )),
        Some((key, true)) => failure.message.push_str(&format!(
            "\nwhat was done is kept, and no answer is paid for twice; raise the limit with \
             `unitmill plan RECIPE --set {key}=… --out RUN` and the recipe's other options, then \
             the task goes on:\n  {command}"
        )),
        None if matches!(
            failure.exit,
            Exit::Interrupted | Exit::Model | Exit::Sandbox | Exit::Internal
        ) =>
        {
            failure.message.push_str(&format!(
                "\nwhat was done is kept; the same command goes on from there:\n  {command}"
            ));
        }
        None => {}
    }
    failure
}

/// This very command, as a shell takes it.
fn command_line() -> String {
    let words = std::env::args()
        .enumerate()
        .map(|(index, word)| match index {
            // However it was called, it is called so in what people read.
            0 => "unitmill".to_owned(),
            _ => quoted(&word),
        });
    words.collect::<Vec<_>>().join(" ")
}

fn quoted(word: &str) -> String {
    let is_plain = !word.is_empty()
        && word
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_./=:,@%+".contains(&byte));
    if is_plain {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_stop_waits_for_and_loses_is_said() {
        let texts = [(0, 0), (1, 0), (0, 1), (12, 2)]
            .map(|(calls, executions)| InFlight { calls, executions })
            .map(|in_flight| format!("{}\n{}", stopping(in_flight), stopped_at_once(in_flight)));
        insta::assert_snapshot!(texts.join("\n"), @"
        stopping: nothing is in flight
        stopped at once; nothing that was in flight is lost
        stopping: what is in flight (1 model call) will be finished and kept; again to stop at once
        stopped at once; lost is what was in flight: 1 model call, answers that come now are paid for and lost. Everything before is kept, and the same command goes on from there
        stopping: what is in flight (1 execution) will be finished and kept; again to stop at once
        stopped at once; lost is what was in flight: 1 execution. Everything before is kept, and the same command goes on from there
        stopping: what is in flight (12 model calls and 2 executions) will be finished and kept; again to stop at once
        stopped at once; lost is what was in flight: 12 model calls and 2 executions, answers that come now are paid for and lost. Everything before is kept, and the same command goes on from there
        ");
    }

    #[test]
    fn words_are_quoted_where_a_shell_needs_it() {
        let shown: Vec<String> = ["a=b/c.yaml", "a b", "", "it's", "[1]"]
            .into_iter()
            .map(quoted)
            .collect();
        assert_eq!(shown, ["a=b/c.yaml", "'a b'", "''", r"'it'\''s'", "'[1]'"]);
    }
}
