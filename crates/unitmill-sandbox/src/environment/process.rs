//! The one place that starts Python while an environment is found or built.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::thread;

/// How many lines of output an error quotes.
const QUOTED_LINES: usize = 12;

/// Settings of pip and Python that would put packages elsewhere than into the environment,
/// or weaken the check of hashes. Mirrors, proxies and certificates stay.
const REMOVED_VARIABLES: [&str; 10] = [
    "PIP_CONSTRAINT",
    "PIP_NO_BINARY",
    "PIP_PREFIX",
    "PIP_PYTHON",
    "PIP_REQUIREMENT",
    "PIP_ROOT",
    "PIP_TARGET",
    "PIP_USER",
    "PYTHONHOME",
    "PYTHONPATH",
];

/// A command that runs an interpreter in isolated mode.
#[expect(
    clippy::disallowed_methods,
    reason = "environments are built by Python and pip; nothing else here starts a process"
)]
pub(super) fn python(interpreter: &Path) -> Command {
    let mut command = Command::new(interpreter);
    for variable in REMOVED_VARIABLES {
        command.env_remove(variable);
    }
    command
        .arg("-I")
        // Words of pip that are read here must not be translated or wrapped.
        .env("LC_ALL", "C.UTF-8")
        .env("PYTHONUTF8", "1")
        .stdin(Stdio::null());
    command
}

/// A command that runs a module of an interpreter, as `python -m` does, and makes files that
/// everybody may read: where the user's umask says otherwise, the sandbox, which runs under
/// uids of its own, could not import anything.
pub(super) fn python_module(interpreter: &Path, module: &str) -> Command {
    const RUN: &str = "import os, runpy, sys; os.umask(0o022); del sys.argv[0]; \
                       runpy.run_module(sys.argv[0], run_name='__main__', alter_sys=True)";
    let mut command = python(interpreter);
    command.args(["-c", RUN, module]);
    command
}

/// What a finished command left.
pub(super) struct Finished {
    pub(super) status: ExitStatus,
    /// Everything written to standard output.
    pub(super) stdout: String,
    /// The last lines of standard output and standard error, for people.
    pub(super) tail: String,
}

/// Runs a command to its end; `input` goes to its standard input, `line` sees every line of
/// its standard output when it comes.
pub(super) fn run(
    mut command: Command,
    input: Option<&[u8]>,
    mut line: impl FnMut(&str),
) -> io::Result<Finished> {
    if input.is_some() {
        command.stdin(Stdio::piped());
    }
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let stdin = child.stdin.take();
    let stdout = child.stdout.take().expect("standard output is piped");
    let stderr = child.stderr.take().expect("standard error is piped");

    let read = thread::scope(|scope| {
        let complaints = scope.spawn(move || {
            let mut last = VecDeque::new();
            read_lines(stderr, |line| remember(&mut last, line)).map(|()| last)
        });
        if let (Some(mut stdin), Some(input)) = (stdin, input) {
            // A child that ends without reading says why itself.
            scope.spawn(move || stdin.write_all(input));
        }
        let mut last = VecDeque::new();
        let mut whole = String::new();
        read_lines(stdout, |text| {
            line(text);
            whole.push_str(text);
            whole.push('\n');
            remember(&mut last, text);
        })?;
        let complaints = complaints.join().expect("reading lines does not panic")?;
        last.extend(complaints);
        Ok::<_, io::Error>((whole, last))
    });
    let status = child.wait()?;
    let (stdout, tail) = read?;
    Ok(Finished {
        status,
        stdout,
        tail: quote(&tail),
    })
}

/// Why a program could not be started, in a few words.
pub(super) fn describe(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "not there".to_owned(),
        _ => error.to_string(),
    }
}

fn read_lines(stream: impl io::Read, mut line: impl FnMut(&str)) -> io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut bytes = Vec::new();
    while reader.read_until(b'\n', &mut bytes)? > 0 {
        line(String::from_utf8_lossy(&bytes).trim_end());
        bytes.clear();
    }
    Ok(())
}

fn remember(last: &mut VecDeque<String>, line: &str) {
    if line.is_empty() {
        return;
    }
    if last.len() == QUOTED_LINES {
        last.pop_front();
    }
    last.push_back(line.to_owned());
}

/// The last lines, indented, as an error quotes them.
fn quote(lines: &VecDeque<String>) -> String {
    let skipped = lines.len().saturating_sub(QUOTED_LINES);
    let lines: Vec<_> = lines
        .iter()
        .skip(skipped)
        .map(|line| format!("    {line}"))
        .collect();
    lines.join("\n")
}
