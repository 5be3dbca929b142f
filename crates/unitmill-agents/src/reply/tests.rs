//! Replies as models write them, and what is taken from each.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

const CODE: &str = "import math\n\nLIMIT = 3\n\n\ndef area(r):\n    return math.pi * r\n";

fn environment() -> Environment {
    Environment {
        python: (3, 12),
        modules: ["math", "unittest", "numpy"].map(str::to_owned).into(),
        versions: BTreeMap::new(),
    }
}

fn answer(text: &str, finish_reason: FinishReason) -> ModelAnswer {
    ModelAnswer {
        text: text.to_owned(),
        finish_reason,
        prompt_tokens: 0,
        completion_tokens: 0,
    }
}

fn read_tests(text: &str) -> Result<String, String> {
    tests(
        &answer(text, FinishReason::Stop),
        "area",
        CODE,
        &environment(),
    )
}

fn read_code(text: &str) -> Result<String, String> {
    code(
        &answer(text, FinishReason::Stop),
        "area",
        CODE,
        Keep::Signature,
        &environment(),
    )
}

const SUITE: &str = "import unittest\n\n\nclass TestCases(unittest.TestCase):\n    def test_one(self):\n        self.assertTrue(area(1))\n";

/// Answers that all mean [`SUITE`].
#[test]
fn ways_to_say_the_same_suite() {
    let fenced = |info: &str| format!("```{info}\n{SUITE}```");
    let answers = [
        fenced("python"),
        fenced(""),
        fenced("py"),
        fenced("Python3"),
        fenced("python title=\"tests.py\""),
        fenced("{.python}"),
        format!("~~~python\n{SUITE}~~~"),
        format!("````python\n{SUITE}````"),
        format!(
            "Sure!\n\n{}\n\nThese tests cover everything.",
            fenced("python")
        ),
        format!("```python\n{SUITE}"),
        SUITE.to_owned(),
        format!("Here are the tests:\n\n{SUITE}\nI hope that this helps you!\n"),
        format!(
            "<think>\nFirst ```python\nx = (\n``` hm.\n</think>\n{}",
            fenced("python")
        ),
        format!("reasoning without a start</think>{}", fenced("python")),
        format!(
            "Run it so:\n```bash\npython -m unittest\n```\n{}",
            fenced("python")
        ),
        format!(
            "```python\nprint('a draft')\n```\nBetter:\n{}",
            fenced("python")
        ),
        format!("{}\nAn example:\n```python\narea(2)\n```", fenced("python")),
        format!(
            "1. The tests:\n   ```python\n{}   ```",
            SUITE
                .lines()
                .map(|line| format!("   {line}\n"))
                .collect::<String>()
        ),
        fenced("python").replace(
            "import unittest\n",
            "import unittest\nfrom solution import area\n",
        ),
        fenced("python").replace(
            "import unittest\n",
            "import unittest\nfrom your_module import area\n",
        ),
        fenced("python")
            .replace("import unittest\n", "import unittest\nimport solution\n")
            .replace("area(1)", "solution.area(1)"),
        fenced("python").replace(
            "import unittest\n",
            "import unittest\nfrom solution import *\n",
        ),
        fenced("python").replace(
            "(1))\n",
            "(1))\n\n\nif __name__ == \"__main__\":\n    unittest.main()\n",
        ),
        fenced("python").replace("(1))\n", "(1))\n\n\nunittest.main()\n"),
        fenced("python").replace("import unittest\n\n\n", ""),
        fenced("python").replace(
            "import unittest\n",
            &format!(
                "import unittest\n{}",
                "def area(r):\n    return math.pi * r\n"
            ),
        ),
        fenced("python").replace('\n', "\r\n"),
    ];
    for text in answers {
        let suite = read_tests(&text).unwrap_or_else(|reason| panic!("{reason}\n{text}"));
        let squeezed = |text: &str| {
            text.replace('\r', "")
                .lines()
                .filter(|line| !line.trim().is_empty())
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        assert_eq!(squeezed(&suite), squeezed(SUITE), "{text}");
    }
}

#[test]
fn why_tests_cannot_be_used() {
    let table = [
        ("", "the answer is empty"),
        ("  \n", "the answer is empty"),
        ("I am sorry, but I cannot.", "the answer holds no code"),
        ("<think>so much to think about", "the answer holds no code"),
        ("```python\n```", "the answer holds no code"),
        (
            "```python\ndef test_area():\n    assert area(1)\n```",
            "the tests hold no test method",
        ),
        (
            "```python\nimport unittest\nclass TestCases(unittest.TestCase):\n    def helper(self):\n        pass\n```",
            "the tests hold no test method",
        ),
        (
            "```python\ndef area(r):\n    return 1\n```",
            "the tests redefine `area`",
        ),
        (
            "```python\nimport torch\nimport unittest\nclass TestCases(unittest.TestCase):\n    def test_one(self):\n        pass\n```",
            "the code imports `torch`, which the environment does not hold",
        ),
    ];
    for (text, reason) in table {
        assert_eq!(read_tests(text), Err(reason.to_owned()), "{text}");
    }
}

#[test]
fn truncation_is_said() {
    let cut = answer(
        "```python\nimport unittest\nclass TestCases(unittest.TestCase):\n    def test_one(self):\n        self.assertTrue(area(",
        FinishReason::Length,
    );
    let reason = tests(&cut, "area", CODE, &environment()).expect_err("cut off");
    assert!(
        reason.starts_with("the answer was cut off at the token limit: the code does not parse"),
        "{reason}"
    );
    let thinking = answer("<think>hm", FinishReason::Length);
    assert_eq!(
        tests(&thinking, "area", CODE, &environment()),
        Err("the answer was cut off at the token limit before its code began".to_owned())
    );
    // What is complete although the limit was hit is used.
    let lucky = answer(
        &format!("```python\n{SUITE}```\nand furth"),
        FinishReason::Length,
    );
    assert!(tests(&lucky, "area", CODE, &environment()).is_ok());
}

#[test]
fn code_is_taken_as_it_is() {
    let text = "import math\n\n\ndef area(r):\n    # A comment.\n    return math.pi * r ** 2\n";
    assert_eq!(
        read_code(&format!("Fixed:\n```python\n{text}```")).as_deref(),
        Ok(text)
    );
    assert_eq!(read_code(text).as_deref(), Ok(text));
}

#[test]
fn code_loses_what_does_not_belong_to_it() {
    let text = "```python\nimport math\nimport unittest\n\n\ndef area(r):\n    return helper(r)\n\n\ndef helper(r):\n    return math.pi * r\n\n\nprint(area(1))\n\n\nclass TestCases(unittest.TestCase):\n    def test_one(self):\n        area(1)\n\n\nif __name__ == '__main__':\n    unittest.main()\n```";
    insta::assert_snapshot!(read_code(text).expect("usable"), @r"
    import math


    def helper(r):
        return math.pi * r


    def area(r):
        return helper(r)
    ");
}

#[test]
fn why_code_cannot_be_used() {
    let table = [
        (
            "```python\ndef volume(r):\n    return 1\n```",
            "the code does not define `area`",
        ),
        (
            "```python\ndef area(radius):\n    return 1\n```",
            "the code changes the parameters of `area`",
        ),
        (
            "```python\ndef area(r, *, digits=2):\n    return 1\n```",
            "the code changes the parameters of `area`",
        ),
        (
            "```python\ndef area(r):\n    \"\"\"Only words.\"\"\"\n```",
            "`area` has no body",
        ),
        (
            "```python\nimport requests\ndef area(r):\n    return requests.get(r)\n```",
            "the code imports `requests`, which the environment does not hold",
        ),
        ("no code", "the answer holds no code"),
    ];
    for (text, reason) in table {
        assert_eq!(read_code(text), Err(reason.to_owned()), "{text}");
    }
    let refined = "```python\nimport math\n\n\ndef area(r):\n    return math.pi * r\n```";
    assert_eq!(
        code(
            &answer(refined, FinishReason::Stop),
            "area",
            CODE,
            Keep::Definitions,
            &environment()
        ),
        Err("the code drops `LIMIT`".to_owned())
    );
}

proptest! {
    #[test]
    fn any_answer_is_read_without_panic(text in "(```(python)?\n|def area\\(r\\):\n|    return r\n|class T\\(|<think>|</think>|\\PC{0,8}|\n|import unittest\n){0,12}") {
        let read = read_code(&text);
        if let Ok(code) = read {
            prop_assert!(parse_check(&code).is_ok());
            prop_assert!(split_function(&code, "area").is_some());
        }
        if let Ok(suite) = read_tests(&text) {
            prop_assert!(!enumerate_tests(&suite).expect("a suite parses").is_empty());
        }
    }
}
