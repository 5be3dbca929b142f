//! Benchmark items in candidates: what is found, what is too common to be, and what people
//! read about it. The items are written here, in the forms that benchmarks are published in.

use unitmill_corpus::{Benchmarks, ContaminationSettings};
use unitmill_model::BenchmarkItem;
use unitmill_python::split_function;

const SETTINGS: ContaminationSettings = ContaminationSettings {
    ngram: 10,
    share: 0.2,
};

const PROMPT: &str = r#"from typing import List


def widest_gap(levels: List[float], floor: float) -> float:
    """ Among the given water levels that lie above the floor, return the widest gap
    between two levels that follow one another once they are sorted.
    >>> widest_gap([1.0, 4.0, 2.0], 0.5)
    2.0
    """
"#;

const SOLUTION: &str = "    above = sorted(level for level in levels if level > floor)
    widest = 0.0
    for lower, upper in zip(above, above[1:]):
        widest = max(widest, upper - lower)
    return widest
";

fn humaneval_like() -> BenchmarkItem {
    BenchmarkItem {
        task_id: "HumanEval/900".to_owned(),
        prompt: Some(PROMPT.to_owned()),
        canonical_solution: Some(SOLUTION.to_owned()),
        ..BenchmarkItem::default()
    }
}

fn mbpp_like() -> BenchmarkItem {
    BenchmarkItem {
        task_id: "901".to_owned(),
        text: Some("Write a python function to count the bricks of a wall that is built from rows of different length.".to_owned()),
        code: Some("def count_bricks(rows):\r\n  total = 0\r\n  for row in rows:\r\n    total += len(row)\r\n  return total".to_owned()),
        ..BenchmarkItem::default()
    }
}

fn bigcodebench_like() -> BenchmarkItem {
    BenchmarkItem {
        task_id: "BigCodeBench/902".to_owned(),
        complete_prompt: Some("import csv\nimport statistics\n\ndef task_func(path, column):\n    \"\"\"\n    Reads a CSV file and returns the median of one numeric column, blank cells left out.\n    \"\"\"\n".to_owned()),
        instruct_prompt: Some("Reads a CSV file and returns the median of one numeric column, blank cells left out. You should write self-contained code starting with: ```import csv```".to_owned()),
        code_prompt: Some("import csv\nimport statistics\ndef task_func(path, column):\n".to_owned()),
        canonical_solution: Some("    with open(path) as file:\n        cells = [row[column] for row in csv.DictReader(file)]\n    return statistics.median(float(cell) for cell in cells if cell)\n".to_owned()),
        ..BenchmarkItem::default()
    }
}

fn benchmarks() -> Benchmarks {
    let mut benchmarks = Benchmarks::new(SETTINGS);
    for (name, item) in [
        ("HumanEval", humaneval_like()),
        ("MBPP", mbpp_like()),
        ("BigCodeBench", bigcodebench_like()),
    ] {
        assert!(benchmarks.add(name, &item));
    }
    benchmarks
}

fn find(code: &str, function: &str) -> String {
    let completion_at =
        split_function(code, function).map_or(code.len(), |split| split.prefix.len());
    benchmarks()
        .find(code, function, completion_at)
        .unwrap_or_else(|| "clean".to_owned())
}

#[test]
fn a_copied_solution_is_found_whatever_its_names_and_layout() {
    let copy = "def f(a, b=None):\n    # mine\n    x = sorted(y for y in a if y > b)\n    z = 0.0\n    for p, q in zip(x, x[1:]):\n        z = max(z, q - p)\n    return z\n";
    insta::assert_snapshot!(find(copy, "f"), @"clean");
    let copy = copy.replace("b=None", "b");
    insta::assert_snapshot!(find(&copy, "f"), @"HumanEval/900 (solution): the function has the syntax tree of its `widest_gap`");
    let helper = format!("import os\n\n\n{copy}\n\ndef g(x):\n    return f(x, 1)\n");
    insta::assert_snapshot!(find(&helper, "g"), @"HumanEval/900 (solution): `f` in the prefix has the syntax tree of its `widest_gap`");
    let crlf = "def n(r):\n    t = 0\n    for q in r:\n        t += len(q)\n    return t\n";
    insta::assert_snapshot!(find(crlf, "n"), @"MBPP/901 (solution): the function has the syntax tree of its `count_bricks`");
}

#[test]
fn a_solution_in_a_longer_body_is_found_by_its_words() {
    let longer = format!(
        "{}    print(levels)\n{SOLUTION}",
        PROMPT.split("    \"\"\"").next().expect("a head")
    );
    insta::assert_snapshot!(find(&longer, "widest_gap"), @"HumanEval/900 (solution): 19 of its 19 runs of 10 words are in the completion");
}

#[test]
fn a_prompt_in_a_docstring_is_found() {
    let copy = "import numpy as np\n\n\ndef gap(xs):\n    \"\"\"Among the given water levels that lie above the floor, return the widest gap\n    between two levels.\"\"\"\n    return np.diff(np.sort(xs)).max()\n";
    insta::assert_snapshot!(find(copy, "gap"), @"HumanEval/900 (prompt): 8 of its 35 runs of 10 words are in the prefix");
    let copy = "import csv\n\n\ndef bricks(wall):\n    '''Count the bricks of a wall that is built from rows of different length.'''\n    return csv.reader(wall)\n";
    insta::assert_snapshot!(find(copy, "bricks"), @"MBPP/901 (prompt): 5 of its 10 runs of 10 words are in the prefix");
    // The same words in a completion are no prompt.
    let copy = "import csv\n\n\ndef bricks(wall):\n    return 'Count the bricks of a wall that is built from rows of different length.'\n";
    insta::assert_snapshot!(find(copy, "bricks"), @"clean");
}

#[test]
fn what_everybody_writes_is_not_found() {
    for (code, function) in [
        // Imports do not count.
        (
            "import csv\nimport statistics\nfrom typing import List\n\n\ndef f(path):\n    return csv.reader(path)\n",
            "f",
        ),
        (
            "import csv\n\n\ndef f(path, column):\n    with open(path) as file:\n        return [row for row in csv.DictReader(file)]\n",
            "f",
        ),
        (
            "def f(rows):\n    total = 0\n    for row in rows:\n        total += row\n    return total\n",
            "f",
        ),
        (
            "def f(xs):\n    \"\"\"Return the sum of the given numbers.\"\"\"\n    return sum(xs)\n",
            "f",
        ),
    ] {
        assert_eq!(find(code, function), "clean", "{code}");
    }
}

#[test]
fn an_item_without_text_is_told() {
    let item = BenchmarkItem {
        task_id: "1".to_owned(),
        ..BenchmarkItem::default()
    };
    assert!(!Benchmarks::new(SETTINGS).add("empty", &item));
}
