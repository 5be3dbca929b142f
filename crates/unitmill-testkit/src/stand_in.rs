//! What the fake model says when nobody told it what to say: good enough to drive a whole
//! run, bad enough that some functions fail their tests.
//!
//! It reads Python by lines and brackets only and never claims to understand it. Answers
//! depend on the request alone.

use crate::ChatRequest;

/// Answers a tests prompt with a small `unittest` class, a fix or refine prompt with the
/// code as it is.
///
/// A prompt with one Python block that speaks of unit tests is a tests prompt; one with
/// several holds the code in the first. Anything else is answered with a sentence that
/// holds no code.
pub fn stand_in_answer(request: &ChatRequest) -> String {
    let text = request.text();
    let blocks = python_blocks(&text);
    let Some(code) = blocks.first() else {
        return "There is no Python code in the prompt.".to_owned();
    };
    if blocks.len() == 1 && text.to_lowercase().contains("unit test") {
        let Some(function) = functions(code).pop() else {
            return "There is no function in the code.".to_owned();
        };
        return format!("```python\n{}```\n", test_class(&function));
    }
    format!("```python\n{code}```\n")
}

/// The contents of the Markdown code blocks marked as Python; each line ends with a
/// newline.
fn python_blocks(text: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut open: Option<(bool, String)> = None;
    for line in text.lines() {
        match &mut open {
            None => {
                if let Some(language) = line.strip_prefix("```") {
                    open = Some((language.trim() == "python", String::new()));
                }
            }
            Some((is_python, block)) => {
                if line.trim_end() == "```" {
                    if *is_python {
                        blocks.push(std::mem::take(block));
                    }
                    open = None;
                } else {
                    block.push_str(line);
                    block.push('\n');
                }
            }
        }
    }
    blocks
}

struct Function {
    name: String,
    parameters: Vec<String>,
}

/// The top-level functions, in source order; those whose parameter list does not close are
/// left out.
fn functions(code: &str) -> Vec<Function> {
    let mut found = Vec::new();
    let mut offset = 0;
    for line in code.split_inclusive('\n') {
        let head = line.strip_prefix("async ").unwrap_or(line);
        if let Some(rest) = head.strip_prefix("def ")
            && let Some((name, _)) = rest.split_once('(')
        {
            let opening = offset + (line.len() - rest.len()) + name.len();
            if let Some(parameters) = bracketed(&code[opening..]) {
                found.push(Function {
                    name: name.trim().to_owned(),
                    parameters: split_parameters(parameters),
                });
            }
        }
        offset += line.len();
    }
    found
}

/// What stands between the opening bracket that the text starts with and its closing one.
fn bracketed(text: &str) -> Option<&str> {
    let mut depth = 0_usize;
    for (index, character) in text.char_indices() {
        match character {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(&text[1..index]);
                }
            }
            _ => {}
        }
    }
    None
}

fn split_parameters(list: &str) -> Vec<String> {
    let mut parameters = vec![String::new()];
    let mut depth = 0_i32;
    for character in list.chars() {
        match character {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                parameters.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(last) = parameters.last_mut() {
            last.push(character);
        }
    }
    parameters
        .iter()
        .map(|parameter| parameter.trim().to_owned())
        .filter(|parameter| !parameter.is_empty())
        .collect()
}

/// Two calls with simple arguments. The assertions are weak, but not empty: a function
/// without its body returns `None` and fails the first.
fn test_class(function: &Function) -> String {
    let call = format!(
        "{}({})",
        function.name,
        arguments(&function.parameters).join(", ")
    );
    format!(
        "import unittest\n\n\n\
         class TestCases(unittest.TestCase):\n    \
             def test_returns_a_value(self):\n        \
                 self.assertIsNotNone({call})\n\n    \
             def test_type_stays_the_same(self):\n        \
                 self.assertIs(type({call}), type({call}))\n"
    )
}

fn arguments(parameters: &[String]) -> Vec<String> {
    let mut arguments = Vec::new();
    let mut keyword_only = false;
    for parameter in parameters {
        if parameter.starts_with('*') {
            keyword_only = true;
            continue;
        }
        // A default is good enough as it is, and positional-only needs no argument.
        if parameter == "/" || parameter.contains('=') {
            continue;
        }
        let (name, annotation) = parameter.split_once(':').unwrap_or((parameter, ""));
        let value = simple_value(name.trim(), annotation.trim());
        arguments.push(if keyword_only {
            format!("{}={value}", name.trim())
        } else {
            value.to_owned()
        });
    }
    arguments
}

/// A value that the annotation, or else the name, makes likely.
fn simple_value(name: &str, annotation: &str) -> &'static str {
    const BY_ANNOTATION: &[(&str, &str)] = &[
        ("list[str", "[\"b\", \"a\", \"c\"]"),
        ("list", "[3, 1, 2]"),
        ("sequence", "[3, 1, 2]"),
        ("iterable", "[3, 1, 2]"),
        ("dict", "{\"a\": 1, \"b\": 2}"),
        ("mapping", "{\"a\": 1, \"b\": 2}"),
        ("set", "{1, 2, 3}"),
        ("tuple", "(1, 2, 3)"),
        ("bytes", "b\"abc\""),
        ("bool", "True"),
        ("float", "2.5"),
        ("int", "3"),
        ("str", "\"a1 b2 c3\""),
    ];
    const BY_NAME: &[(&str, &str)] = &[
        ("text", "\"a1 b2 c3\""),
        ("string", "\"a1 b2 c3\""),
        ("str", "\"a1 b2 c3\""),
        ("name", "\"name\""),
        ("word", "\"word\""),
        ("line", "\"a line\""),
        ("path", "\"a/b.txt\""),
        ("url", "\"http://localhost/a?b=1\""),
        ("dict", "{\"a\": 1, \"b\": 2}"),
        ("mapping", "{\"a\": 1, \"b\": 2}"),
        ("list", "[3, 1, 2]"),
        ("items", "[3, 1, 2]"),
        ("values", "[3, 1, 2]"),
        ("numbers", "[3, 1, 2]"),
        ("data", "[3, 1, 2]"),
        ("array", "[3, 1, 2]"),
        ("seq", "[3, 1, 2]"),
    ];
    let find = |table: &[(&str, &'static str)], text: &str| {
        let text = text.to_lowercase();
        table
            .iter()
            .find(|(part, _)| text.contains(part))
            .map(|(_, value)| *value)
    };
    find(BY_ANNOTATION, annotation)
        .or_else(|| find(BY_NAME, name))
        .unwrap_or("3")
}

#[cfg(test)]
mod tests {
    use unitmill_model::{Message, Role};

    use super::*;

    fn request(prompt: &str) -> ChatRequest {
        ChatRequest {
            model: "fake".to_owned(),
            messages: vec![Message {
                role: Role::User,
                content: prompt.to_owned(),
            }],
            temperature: None,
            top_p: None,
            max_tokens: None,
            max_completion_tokens: None,
            seed: None,
            n: None,
            stream: None,
        }
    }

    #[test]
    fn a_tests_prompt_gets_a_test_class_for_the_last_function() {
        let prompt = "Write unit tests for `scale`.\n\n```python\nimport math\n\n\
            def helper(x):\n    return x\n\n\
            def scale(values: list[float], by: dict[str, int], *, offset: float, clip=(0, 1)) -> list:\n    \
            return [offset + v for v in values]\n```\n\nAnswer with a block.\n";
        let answer = stand_in_answer(&request(prompt));
        assert_eq!(
            answer,
            "```python\nimport unittest\n\n\nclass TestCases(unittest.TestCase):\n    \
             def test_returns_a_value(self):\n        \
             self.assertIsNotNone(scale([3, 1, 2], {\"a\": 1, \"b\": 2}, offset=2.5))\n\n    \
             def test_type_stays_the_same(self):\n        \
             self.assertIs(type(scale([3, 1, 2], {\"a\": 1, \"b\": 2}, offset=2.5)), \
             type(scale([3, 1, 2], {\"a\": 1, \"b\": 2}, offset=2.5)))\n```\n"
        );
    }

    #[test]
    fn a_prompt_with_code_and_tests_gets_the_code_back() {
        let prompt = "It fails its unit tests.\n```python\ndef f():\n    return 1\n```\n\
            ```python\nclass T: pass\n```\n```\nTraceback\n```\n";
        assert_eq!(
            stand_in_answer(&request(prompt)),
            "```python\ndef f():\n    return 1\n```\n"
        );
    }

    #[test]
    fn a_prompt_without_code_gets_no_code() {
        assert!(!stand_in_answer(&request("Write unit tests.")).contains("```"));
    }

    #[test]
    fn parameters_may_span_lines_and_unclosed_lists_are_left_out() {
        let found = functions("def f(\n    a,\n    b=(1, 2),\n):\n    pass\n\ndef g(\n");
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].parameters, ["a", "b=(1, 2)"]);
    }
}
