//! What an answer says about the tests themselves: that some of them are wrong. Only reads
//! what is said, never judges whether it is so.

use super::sources;

/// What opens the line that names the tests.
const MARK: &str = "WRONG TESTS:";

/// Tests that an answer calls wrong, and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct WrongTests {
    /// The names as the answer spells them, `test_a` or `TestCases.test_a`, each once, in
    /// its order; at least one.
    pub(crate) names: Vec<String>,
    /// What follows the names, up to a block of code; may be empty.
    pub(crate) reason: String,
}

impl WrongTests {
    /// Those of `ids` (`TestCases.test_a`) that are meant, in their order. A name without a
    /// class means every test of that name.
    pub(crate) fn among(&self, ids: &[String]) -> Vec<String> {
        let is_meant = |id: &&String| {
            let method = id.rsplit('.').next().unwrap_or(id);
            self.names.iter().any(|name| name == *id || name == method)
        };
        ids.iter().filter(is_meant).cloned().collect()
    }
}

/// The tests that an answer calls wrong: a line `WRONG TESTS: test_a, test_b` outside of
/// reasoning and of code blocks, its reason behind it. What else the answer holds, a repair
/// for example, is read by others.
pub(crate) fn wrong_tests(answer: &str) -> Option<WrongTests> {
    let text = sources::with_plain_line_ends(answer);
    let (visible, _) = sources::without_reasoning(&text);
    let mut lines = outside_of_code(&visible).into_iter();
    let said = lines.find_map(|line| after_mark(&line))?;
    let mut names = Vec::new();
    let mut reason: Vec<String> = Vec::new();
    let mut listing = true;
    take_names(&said, &mut names, &mut reason);
    for line in lines {
        // Where the mark stands alone or ends in a comma, a list of names follows.
        listing &= reason.is_empty() && (line.trim().is_empty() || is_listed(&line));
        if listing {
            take_names(&line, &mut names, &mut reason);
        } else {
            reason.push(line);
        }
    }
    let reason = reason.join("\n").trim().to_owned();
    let reason = reason
        .strip_prefix("Reason:")
        .map_or(reason.as_str(), str::trim);
    (!names.is_empty()).then(|| WrongTests {
        names,
        reason: reason.to_owned(),
    })
}

/// The lines before the first block of code; where the answer is one block and nothing
/// else, the block's own, for some models put everything into one.
fn outside_of_code(visible: &str) -> Vec<String> {
    let is_fence = |line: &&str| sources::fence(line).is_some();
    let blank = |line: &&str| line.trim().is_empty();
    let within_block = visible
        .lines()
        .find(|line| !blank(line))
        .is_some_and(|line| {
            is_fence(&line)
                && visible
                    .lines()
                    .skip_while(blank)
                    .nth(1)
                    .is_some_and(|line| after_mark(line).is_some())
        });
    let lines = visible.lines().skip_while(blank);
    let lines: Vec<&str> = if within_block {
        lines.skip(1).take_while(|line| !is_fence(line)).collect()
    } else {
        lines.take_while(|line| !is_fence(line)).collect()
    };
    lines.into_iter().map(str::to_owned).collect()
}

/// What a line says after the mark, freed of the dress that models put on headings.
fn after_mark(line: &str) -> Option<String> {
    let line = line.trim_start_matches([' ', '\t', '#', '*', '_', '`', '>']);
    let bare = line.replace(['*', '`'], " ");
    bare.strip_prefix(MARK).map(str::to_owned)
}

/// Whether a line is an entry of a list of names.
fn is_listed(line: &str) -> bool {
    let entry = line
        .trim_start()
        .trim_start_matches(['-', '*', '+', '`', ' ', '\t']);
    entry.starts_with("test") || entry.starts_with("Test") && entry.contains(".test")
}

/// Moves the names at the beginning of a line to `names`, and what follows them to `reason`.
fn take_names(line: &str, names: &mut Vec<String>, reason: &mut Vec<String>) {
    let separators = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '-' | '*' | '`' | '+');
    let mut rest = line.trim_start_matches(separators);
    loop {
        let end = rest
            .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.'))
            .unwrap_or(rest.len());
        let word = rest[..end].trim_end_matches('.');
        if !is_test_name(word) {
            break;
        }
        if !names.iter().any(|name| name == word) {
            names.push(word.to_owned());
        }
        rest = &rest[end..];
        rest = rest.strip_prefix("()").unwrap_or(rest);
        rest = rest.trim_start_matches(separators);
        rest = rest.strip_prefix("and ").unwrap_or(rest);
    }
    let rest = rest
        .trim_start_matches([':', '.', '(', '–', '—', ' '])
        .trim_end();
    if !rest.is_empty() {
        reason.push(rest.to_owned());
    }
}

/// `test_a` or `TestCases.test_a`.
fn is_test_name(word: &str) -> bool {
    let mut parts = word.rsplit('.');
    let is_method = parts
        .next()
        .is_some_and(|method| method.starts_with("test"));
    is_method && parts.all(|part| part.starts_with(|c: char| c.is_alphabetic() || c == '_'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(answer: &str) -> Option<(Vec<String>, String)> {
        wrong_tests(answer).map(|wrong| (wrong.names, wrong.reason))
    }

    #[test]
    fn ways_to_call_tests_wrong() {
        let expected = Some((
            vec!["test_a".to_owned(), "test_b".to_owned()],
            "The mean of 1 and 2 is 1.5.".to_owned(),
        ));
        for answer in [
            "WRONG TESTS: test_a, test_b\nThe mean of 1 and 2 is 1.5.",
            "WRONG TESTS: test_a, test_b\n\nThe mean of 1 and 2 is 1.5.\n",
            "WRONG TESTS: test_a, test_b\r\nThe mean of 1 and 2 is 1.5.\r\n",
            "\n\n**WRONG TESTS:** `test_a`, `test_b`\n\nThe mean of 1 and 2 is 1.5.",
            "## WRONG TESTS: test_a and test_b\nReason: The mean of 1 and 2 is 1.5.",
            "WRONG TESTS: test_a(), test_b().\nThe mean of 1 and 2 is 1.5.",
            "WRONG TESTS: test_a, test_b: The mean of 1 and 2 is 1.5.",
            "WRONG TESTS: test_a test_b test_a\nThe mean of 1 and 2 is 1.5.",
            "WRONG TESTS:\n- test_a\n- `test_b`\n\nThe mean of 1 and 2 is 1.5.",
            "<think>Is it\nWRONG TESTS: test_c\n?</think>WRONG TESTS: test_a, test_b\nThe mean of 1 and 2 is 1.5.",
            "I looked at the code.\n\nWRONG TESTS: test_a, test_b\nThe mean of 1 and 2 is 1.5.",
            "```\nWRONG TESTS: test_a, test_b\nThe mean of 1 and 2 is 1.5.\n```",
            "WRONG TESTS: test_a, test_b\nThe mean of 1 and 2 is 1.5.\n```python\ndef f(): ...\n```\nWell.",
        ] {
            assert_eq!(read(answer), expected, "{answer}");
        }
        assert_eq!(
            read("WRONG TESTS: TestCases.test_a"),
            Some((vec!["TestCases.test_a".to_owned()], String::new()))
        );
    }

    #[test]
    fn what_calls_no_test_wrong() {
        for answer in [
            "",
            "WRONG TESTS:",
            "WRONG TESTS: none",
            "The tests are fine. WRONG TESTS: test_a",
            "<think>WRONG TESTS: test_a</think>```python\ndef f(): ...\n```",
            "<think>\nWRONG TESTS: test_a",
            "```python\ndef f():\n    \"\"\"\nWRONG TESTS: test_a\n    \"\"\"\n```",
            "```python\ndef f(): ...\n```\nWRONG TESTS: test_a",
        ] {
            assert_eq!(read(answer), None, "{answer}");
        }
    }

    #[test]
    fn names_are_found_among_the_tests_of_the_suite() {
        let ids = ["TestA.test_x", "TestA.test_y", "TestB.test_x"].map(str::to_owned);
        let among = |names: &[&str]| {
            WrongTests {
                names: names.iter().map(|&name| name.to_owned()).collect(),
                reason: String::new(),
            }
            .among(&ids)
        };
        assert_eq!(among(&["test_x"]), ["TestA.test_x", "TestB.test_x"]);
        assert_eq!(among(&["TestB.test_x", "test_z"]), ["TestB.test_x"]);
        assert!(among(&["x"]).is_empty());
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "(WRONG TESTS: |test_[ab]|[,`*\n ]|```|\\PC){0,24}") {
            if let Some(wrong) = wrong_tests(&text) {
                prop_assert!(!wrong.names.is_empty());
                prop_assert!(wrong.names.iter().all(|name| text.contains(name.as_str())));
            }
        }
    }
}
