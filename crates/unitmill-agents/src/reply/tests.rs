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
            Keep::Behaviour,
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

const RICH: &str = "import unittest\n\n\nclass TestCases(unittest.TestCase):\n    def test_small(self):\n        self.assertTrue(area(1) < 5 and area(1) > 0)\n\n    def test_text(self):\n        \"\"\"As \"they\" say & do:\n\n        ```\n        area(1)\n        ```\n        \"\"\"\n        self.assertEqual('a' \"b\", 'ab')\n";

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// Every way in which a model may hand over a text; each says the same.
fn dresses(text: &str) -> Vec<(&'static str, String)> {
    let indented = |by: &str| -> String {
        text.lines()
            .map(|line| match line.is_empty() {
                true => "\n".to_owned(),
                false => format!("{by}{line}\n"),
            })
            .collect()
    };
    let json = serde_json::Value::String(text.to_owned());
    let fenced = format!("```python\n{text}```\n");
    vec![
        ("bare", text.to_owned()),
        ("fenced", fenced.clone()),
        ("tildes", format!("~~~py\n{text}~~~")),
        ("info", format!("```{{.python .numberLines}}\n{text}```")),
        ("unknown language", format!("```text\n{text}```")),
        ("unclosed", format!("Here:\n\n```python\n{text}")),
        (
            "prose",
            format!("Sure! Here it is.\n\n{fenced}\nI hope that this helps.\n"),
        ),
        (
            "bare with prose",
            format!("Here you are:\n\n{text}\nThat is all.\n"),
        ),
        ("heading", format!("# The code\n\nIt works.\n\n{fenced}")),
        (
            "nested",
            format!("````markdown\nThe file:\n\n{fenced}````\n"),
        ),
        (
            "list",
            format!("1. First:\n\n   ```python\n{}   ```\n", indented("   ")),
        ),
        ("indented", indented("    ")),
        (
            "thought",
            format!("<think>\nHm.\n```python\nx = (\n```\n</think>\n\n{fenced}"),
        ),
        (
            "thoughts",
            format!("<think>a</think>\n{fenced}\n<think>b</think>\n"),
        ),
        (
            "only the end of a thought",
            format!("Hm.\n</think>\n{fenced}"),
        ),
        ("an endless thought", format!("<think>\nHm. So:\n{fenced}")),
        ("entities", format!("```python\n{}```", escaped(text))),
        ("carriage returns", fenced.replace('\n', "\r\n")),
        ("byte order mark", format!("\u{feff}{fenced}")),
        (
            "no width",
            format!(
                "```python\n\u{200b}{}```",
                text.replace("\n\n", "\n\u{200b}\n")
            ),
        ),
        (
            "hard spaces",
            format!(
                "```python\n{}```",
                text.replace("    ", "\u{a0}\u{a0}\u{a0}\u{a0}")
            ),
        ),
        ("json", format!("{{\"code\": {json}, \"notes\": \"none\"}}")),
        (
            "json in a fence",
            format!("```json\n{{\"code\": {json}}}\n```"),
        ),
        (
            "fence in json",
            serde_json::json!({ "answer": fenced }).to_string(),
        ),
        (
            "lines in json",
            serde_json::json!({ "lines": text.lines().collect::<Vec<_>>() }).to_string(),
        ),
        ("tags", format!("[PYTHON]\n{text}[/PYTHON]")),
        ("diff", {
            let added: String = text.lines().map(|line| format!("+{line}\n")).collect();
            format!("```diff\n--- /dev/null\n+++ b/file.py\n@@ -0,0 +1,9 @@\n{added}```\n")
        }),
        (
            "a draft before",
            format!("```python\nprint('draft')\n```\nNow:\n{fenced}"),
        ),
    ]
}

#[test]
fn a_suite_comes_out_of_every_dress_as_it_is() {
    for (dress, text) in dresses(RICH) {
        assert_eq!(read_tests(&text).as_deref(), Ok(RICH), "{dress}:\n{text}");
    }
}

#[test]
fn code_comes_out_of_every_dress_as_it_is() {
    let code = "import math\n\n\ndef area(r):\n    \"\"\"The area.\n\n    >>> area(1) > 3 & 1\n    True\n    \"\"\"\n    if r < 0 or r > 1e9:\n        raise ValueError('no \"area\"')\n    return math.pi * r * r\n";
    for (dress, text) in dresses(code) {
        assert_eq!(read_code(&text).as_deref(), Ok(code), "{dress}:\n{text}");
    }
}

/// A program that is about such things is left alone.
#[test]
fn what_looks_like_dress_inside_of_code_stays() {
    let code = "import math\n\n\ndef area(r):\n    text = '<think>&lt;</think>\u{200b}'\n    return math.pi * len(text.split('</think>')) * r\n";
    for text in [code.to_owned(), format!("```python\n{code}```")] {
        assert_eq!(read_code(&text).as_deref(), Ok(code), "{text}");
    }
}

#[test]
fn finished_tests_outlive_the_token_limit() {
    let cut = |text: &str| {
        tests(
            &answer(text, FinishReason::Length),
            "area",
            CODE,
            &environment(),
        )
    };
    let begun = "\n    @unittest.skipIf(False, 'never')\n    def test_two(self):\n        self.assertTrue(area(";
    assert_eq!(
        cut(&format!("```python\n{SUITE}{begun}")).as_deref(),
        Ok(SUITE)
    );
    assert_eq!(cut(&format!("{SUITE}{begun}")).as_deref(), Ok(SUITE));
    let first = SUITE.replace("self.assertTrue(area(1))\n", "self.assertTrue(area(");
    assert!(cut(&first).is_err_and(|reason| reason.contains("cut off at the token limit")));
    // A model that was done has no excuse.
    assert!(read_tests(&format!("```python\n{SUITE}{begun}")).is_err());
}

#[test]
fn blocks_that_complete_one_another_are_joined() {
    let class = "class Second(unittest.TestCase):\n    def test_two(self):\n        self.assertTrue(area(2))\n";
    let suite = read_tests(&format!(
        "```python\n{SUITE}```\nand\n```python\n{class}```"
    ));
    let suite = suite.expect("usable");
    assert!(
        suite.contains("test_one") && suite.contains("test_two"),
        "{suite}"
    );

    let code = read_code(
        "First:\n```python\nimport math\n\n\ndef double(x):\n    return 2 * x\n```\nthen:\n```python\ndef area(r):\n    return math.pi * double(r)\n```",
    );
    insta::assert_snapshot!(code.expect("usable"), @r"
    import math


    def double(x):
        return 2 * x

    def area(r):
        return math.pi * double(r)
    ");
    // A second version needs nothing of the first.
    let whole = "import math\n\n\ndef area(r):\n    return math.pi * r\n";
    let drafts = format!(
        "```python\nimport os\n\n\ndef area(r):\n    return os\n```\n```python\n{whole}```"
    );
    assert_eq!(read_code(&drafts).as_deref(), Ok(whole));
}

#[test]
fn a_diff_is_applied_to_the_code() {
    let text = "```diff\n--- a/solution.py\n+++ b/solution.py\n@@ -4,3 +4,3 @@\n \n def area(r):\n-    return math.pi * r\n+    return math.pi * r ** 2\n```";
    let expected = CODE.replace("math.pi * r", "math.pi * r ** 2");
    assert_eq!(read_code(text), Ok(expected));
}

proptest! {
    #[test]
    fn reading_what_was_read_changes_nothing(text in "(```(python|diff)?\n|import math\n|def area\\(r\\):\n|    return r\n|[+-]x = 1\n|@@ 1 @@\n|x = 1\n|class T\\(unittest.TestCase\\):\n|    def test_a\\(self\\):\n|        pass\n|<think>\n?|</think>|\\PC{0,8}|\n|\t|&lt;|\\{\"code\": \"|import unittest\n){0,16}") {
        if let Ok(code) = read_code(&text) {
            prop_assert_eq!(read_code(&code), Ok(code));
        }
        if let Ok(suite) = read_tests(&text) {
            prop_assert_eq!(read_tests(&suite), Ok(suite));
        }
    }

    #[test]
    fn no_length_of_an_answer_is_too_short(length in 0usize..400, which in 0usize..28) {
        let dressed = dresses(RICH);
        let text = &dressed[which % dressed.len()].1;
        let cut = answer(&text[..text.floor_char_boundary(length)], FinishReason::Length);
        if let Ok(suite) = tests(&cut, "area", CODE, &environment()) {
            prop_assert!(!enumerate_tests(&suite).expect("a suite parses").is_empty());
        }
        let _code = code(&cut, "area", CODE, Keep::Behaviour, &environment());
    }
}
