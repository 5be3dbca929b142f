//! Where text leaves the program: results on standard output, all else on standard error.
//!
//! A closed pipe ends the program quietly, as `unitmill audit RUN | head` should.

use std::io::{ErrorKind, Write as _};

/// Prints a result.
pub(crate) fn result(text: &str) {
    let mut stdout = std::io::stdout().lock();
    let written = stdout.write_all(text.as_bytes()).and_then(|()| {
        if text.ends_with('\n') {
            stdout.flush()
        } else {
            stdout.write_all(b"\n")
        }
    });
    if let Err(error) = written {
        let code = if error.kind() == ErrorKind::BrokenPipe {
            0
        } else {
            1
        };
        std::process::exit(code);
    }
}

/// Prints a message to whoever watches. There is nobody to tell when that fails.
pub(crate) fn message(text: &str) {
    drop(writeln!(std::io::stderr().lock(), "{text}"));
}
