//! The fake model server as a program, for shell scripts and benchmarks.
//!
//! The first line on standard output is the base URL. The program ends by itself once
//! nobody has called it for a while, so that a script that dies leaves nothing behind.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use unitmill_testkit::{AnswerRules, FailureMode, FakeModel, FakeModelServer, Schedule};

const USAGE: &str = r#"Usage: fake-model-server [OPTIONS]

  --port N          listen on this port of 127.0.0.1 (default: a free one)
  --latency-ms N    wait so long before each answer (default 0)
  --fail-every N    every N-th call fails: 429, 500, cut body, broken JSON and hang-up
                    in turn (default 0: none)
  --answers FILE    answer by rules, a JSON line each: {"model": MODEL, "when": [TEXT OF
                    THE PROMPT, ...], "answers": [OF THE FIRST CHOICE, ...]}; the model may
                    be left out; prompts that no rule fits get the built-in answers
  --model NAME      list and accept this model only; may be given several times
                    (default: accept all, list none)
  --api-key KEY     refuse calls without this bearer key
  --idle-exit-s N   end after N seconds without a call (default 600)

`GET /counts` on its port says what it has seen so far.

The built-in answers: a small unittest class for a tests prompt, the code as it is for a
fix or refine prompt.
"#;

/// Often enough for tests, rarely enough to cost nothing.
const LONGEST_NAP: Duration = Duration::from_secs(1);

struct Arguments {
    port: u16,
    latency: Duration,
    fail_every: u64,
    answers: Option<PathBuf>,
    models: Vec<String>,
    api_key: Option<String>,
    idle_exit: Duration,
}

fn main() -> ExitCode {
    let arguments = match parse(std::env::args().skip(1)) {
        Ok(Some(arguments)) => arguments,
        Ok(None) => return finish(io::stdout().write_all(USAGE.as_bytes())),
        Err(problem) => {
            // Nothing is left to be done where standard error is closed too.
            let _written = writeln!(io::stderr(), "fake-model-server: {problem}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    finish(serve(arguments))
}

fn finish(result: io::Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _written = writeln!(io::stderr(), "fake-model-server: {error}");
            ExitCode::FAILURE
        }
    }
}

fn serve(arguments: Arguments) -> io::Result<()> {
    let mut model = match &arguments.answers {
        Some(path) => FakeModel::scripted(AnswerRules::read(path)?),
        None => FakeModel::stand_in(),
    };
    model = model.latency(arguments.latency).failing(Schedule::Every {
        every: arguments.fail_every,
        modes: vec![
            FailureMode::RateLimited {
                retry_after: Some("1".to_owned()),
            },
            FailureMode::server_error(),
            FailureMode::CutBody,
            FailureMode::BrokenJson,
            FailureMode::HangUp,
        ],
    });
    if !arguments.models.is_empty() {
        model = model.models(arguments.models);
    }
    if let Some(key) = arguments.api_key {
        model = model.api_key(key);
    }
    let server = FakeModelServer::start_on(model, arguments.port)?;
    let mut stdout = io::stdout();
    writeln!(stdout, "{}", server.base_url())?;
    stdout.flush()?;
    loop {
        let left = arguments.idle_exit.saturating_sub(server.idle());
        if left.is_zero() {
            return Ok(());
        }
        thread::sleep(left.min(LONGEST_NAP));
    }
}

/// `None` asks for the usage text.
fn parse(mut words: impl Iterator<Item = String>) -> Result<Option<Arguments>, String> {
    let mut arguments = Arguments {
        port: 0,
        latency: Duration::ZERO,
        fail_every: 0,
        answers: None,
        models: Vec::new(),
        api_key: None,
        idle_exit: Duration::from_secs(600),
    };
    while let Some(option) = words.next() {
        if option == "--help" || option == "-h" {
            return Ok(None);
        }
        let mut value = || words.next().ok_or(format!("{option} needs a value"));
        match option.as_str() {
            "--port" => arguments.port = number(&option, value()?)?,
            "--latency-ms" => {
                arguments.latency = Duration::from_millis(number(&option, value()?)?);
            }
            "--fail-every" => arguments.fail_every = number(&option, value()?)?,
            "--answers" => arguments.answers = Some(PathBuf::from(value()?)),
            "--model" => arguments.models.push(value()?),
            "--api-key" => arguments.api_key = Some(value()?),
            "--idle-exit-s" => {
                arguments.idle_exit = Duration::from_secs(number(&option, value()?)?);
            }
            _ => return Err(format!("unknown option {option}")),
        }
    }
    Ok(Some(arguments))
}

fn number<N: std::str::FromStr>(option: &str, text: String) -> Result<N, String> {
    text.parse()
        .map_err(|_| format!("{option}: `{text}` is not a number that fits"))
}
