//! Where an exception of a test came from: in the test's own text, or in the code that it
//! tests. Reads the form in which the sandbox reports exceptions (`TestResult::message`):
//! the frames inside the module, the innermost last, then type and message.

/// What a message says of an exception.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Raised {
    /// The type, its last part.
    pub(crate) exception: String,
    /// What it says.
    pub(crate) message: String,
    /// The line of the module that the innermost frame was at.
    pub(crate) innermost: Option<u32>,
}

/// Reads a message; none if it names no exception.
pub(crate) fn raised(message: &str) -> Option<Raised> {
    let mut innermost = None;
    let mut rest = message;
    while let Some(line) = rest.lines().next() {
        let trimmed = line.trim_start();
        let is_frame = line.starts_with("  ");
        if let Some(after) = trimmed.strip_prefix("File \"solution.py\", line ") {
            let digits: String = after.chars().take_while(char::is_ascii_digit).collect();
            innermost = digits.parse().ok();
        }
        if !is_frame {
            break;
        }
        rest = rest[line.len()..].strip_prefix('\n').unwrap_or("");
    }
    let first = rest.lines().next()?;
    let (kind, said) = first.split_once(':').unwrap_or((first, ""));
    let exception = kind.trim().rsplit('.').next().unwrap_or("").to_owned();
    let is_name = !exception.is_empty()
        && exception
            .chars()
            .all(|character| character.is_alphanumeric() || character == '_');
    is_name.then(|| Raised {
        exception,
        message: said.trim().to_owned(),
        innermost,
    })
}

/// Whether a test ended by a mistake in its own text: a name that nobody defines, an import
/// that is not there, a call that the function's parameters do not take. The code begins
/// the module and has `code_lines` lines.
pub(crate) fn is_the_tests_own(raised: &Raised, code_lines: u32, function: &str) -> bool {
    let in_test = raised.innermost.is_some_and(|line| line > code_lines);
    if !in_test {
        return false;
    }
    match raised.exception.as_str() {
        "NameError" | "UnboundLocalError" | "ImportError" | "ModuleNotFoundError" => true,
        // No frame of the function is open yet when its arguments do not fit; which those
        // are is settled by its signature, and that is not the tests' to change.
        "TypeError" => raised
            .message
            .split_once("() ")
            .is_some_and(|(called, complaint)| {
                let called = called.rsplit('.').next().unwrap_or(called);
                let function = function.rsplit('.').next().unwrap_or(function);
                (called == function || called == "__init__")
                    && [
                        "takes ",
                        "missing ",
                        "got an unexpected keyword",
                        "got multiple values",
                        "got some positional",
                    ]
                    .iter()
                    .any(|phrase| complaint.starts_with(phrase))
            }),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_frame_tells_whose_exception_it_is() {
        let own = "  File \"solution.py\", line 12, in test_a\nNameError: name 'np' is not defined";
        let read = raised(own).expect("an exception");
        assert_eq!(
            (read.exception.as_str(), read.innermost),
            ("NameError", Some(12))
        );
        assert!(is_the_tests_own(&read, 5, "area"));
        assert!(!is_the_tests_own(&read, 20, "area"));

        let deeper = "  File \"solution.py\", line 12, in test_a\n  File \"solution.py\", line 3, in area\nNameError: name 'np' is not defined";
        assert!(!is_the_tests_own(
            &raised(deeper).expect("an exception"),
            5,
            "area"
        ));

        let call = "  File \"solution.py\", line 9, in test_b\nTypeError: area() takes 1 positional argument but 2 were given";
        assert!(is_the_tests_own(
            &raised(call).expect("an exception"),
            5,
            "area"
        ));
        assert!(!is_the_tests_own(
            &raised(call).expect("an exception"),
            5,
            "volume"
        ));

        let result = "  File \"solution.py\", line 9, in test_b\nTypeError: 'int' object is not subscriptable";
        assert!(!is_the_tests_own(
            &raised(result).expect("an exception"),
            5,
            "area"
        ));

        let qualified = "json.decoder.JSONDecodeError: Expecting value: line 1";
        assert_eq!(
            raised(qualified).expect("an exception").exception,
            "JSONDecodeError"
        );
        assert_eq!(raised("   "), None);
    }
}
