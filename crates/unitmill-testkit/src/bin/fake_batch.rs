//! A program that answers a batch file, in the place of vLLM's `run-batch`.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use unitmill_testkit::{BatchManners, FakeModel, answer_batch};

const USAGE: &str = "\
Usage: fake-batch -i FILE -o FILE [OPTIONS]

  --count FILE          append the number of requests to this file
  --fail-every N        every N-th request fails
  --leave-out-every N   every N-th request is not answered
  --twice-every N       every N-th request is answered twice
  --reversed            answer the last request first
  --exit CODE           end with this code
  --break-off           leave the last line half written and kill this program's parent

The answers are those of the fake model server.
";

fn main() -> ExitCode {
    match answer(std::env::args().skip(1)) {
        Ok(code) => ExitCode::from(code),
        Err(problem) => {
            // Nothing is left to be done where standard error is closed too.
            let _written = writeln!(io::stderr(), "fake-batch: {problem}\n\n{USAGE}");
            ExitCode::from(2)
        }
    }
}

fn answer(mut words: impl Iterator<Item = String>) -> Result<u8, String> {
    let mut manners = BatchManners::default();
    let (mut input, mut output, mut count) = (None, None, None);
    let (mut code, mut breaks_off) = (0, false);
    while let Some(option) = words.next() {
        let mut value = || words.next().ok_or(format!("{option} needs a value"));
        let number = |text: String| {
            text.parse::<usize>()
                .map_err(|error| format!("{option}: {error}"))
        };
        match option.as_str() {
            "-i" => input = Some(PathBuf::from(value()?)),
            "-o" => output = Some(PathBuf::from(value()?)),
            "--count" => count = Some(PathBuf::from(value()?)),
            "--fail-every" => manners.fail_every = number(value()?)?,
            "--leave-out-every" => manners.leave_out_every = number(value()?)?,
            "--twice-every" => manners.twice_every = number(value()?)?,
            "--reversed" => manners.reversed = true,
            "--exit" => code = value()?.parse().map_err(|_| "no exit code".to_owned())?,
            "--break-off" => breaks_off = true,
            _ => return Err(format!("unknown option {option}")),
        }
    }
    let (Some(input), Some(output)) = (input, output) else {
        return Err("-i and -o are needed".to_owned());
    };
    let failed = |error: io::Error| error.to_string();
    let text = std::fs::read_to_string(input).map_err(failed)?;
    let lines = answer_batch(&FakeModel::stand_in(), manners, &text)?;
    if let Some(count) = count {
        let mut file = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(count)
            .map_err(failed)?;
        writeln!(file, "{}", text.lines().count()).map_err(failed)?;
    }
    let mut answers = lines.join("\n") + "\n";
    if breaks_off {
        let last = lines.last().map_or(0, String::len);
        answers.truncate(answers.len() - 1 - last / 2);
    }
    std::fs::write(output, answers).map_err(failed)?;
    if breaks_off {
        kill_parent().map_err(failed)?;
    }
    Ok(code)
}

/// Ends the run as a machine's end would: at once.
#[expect(clippy::disallowed_methods, reason = "a test ends its run with `kill`")]
fn kill_parent() -> io::Result<()> {
    let parent = std::os::unix::process::parent_id().to_string();
    std::process::Command::new("kill")
        .args(["-KILL", &parent])
        .status()
        .map(|_| ())
}
