//! Splitting, stubbing and reading single functions.

use unitmill_python::{
    Doctest, ParameterKind, Split, Stub, constants, doctests, import_roots, parse_check, signature,
    split_function, stub_function, stub_tested,
};

const SOURCES: &[&str] = &[
    "import re\n\n\ndef f(x):\n    '''Doc.'''\n    # first\n    return x\n",
    "def f(x):\n    return x\n",
    "def f(x) -> (int):  # note: here\n\n    # first\n    return x\n",
    "def f(x): return x\n",
    "def f(x): 'Doc.'; return x\n",
    "def f(x):\n    'Doc.'; return x\n",
    "def f(x):\n    'Doc.'  # why\n    return x",
    "def f(x):\r\n\t\"\"\"Doc.\r\n\tMore.\"\"\"\r\n\treturn x\r\n",
    "def f(x):\n    return 0\ndef f(x, y={'a': 1}):\n    return lambda: 1\nz = 1\n",
    "@d\ndef f(\n    x,\n):\n    return x\n",
];

#[test]
fn prefixes_end_after_signature_and_docstring() {
    let mut text = String::new();
    for source in SOURCES {
        let Split { prefix, completion } = split_function(source, "f").expect("it splits");
        assert_eq!(format!("{prefix}{completion}"), **source);
        text.push_str(&format!("{prefix:?}\n    {completion:?}\n"));
    }
    insta::assert_snapshot!(text, @r#"
    "import re\n\n\ndef f(x):\n    '''Doc.'''\n"
        "    # first\n    return x\n"
    "def f(x):\n"
        "    return x\n"
    "def f(x) -> (int):  # note: here\n"
        "\n    # first\n    return x\n"
    "def f(x):"
        " return x\n"
    "def f(x): 'Doc.'; "
        "return x\n"
    "def f(x):\n    'Doc.'; "
        "return x\n"
    "def f(x):\n    'Doc.'  # why\n"
        "    return x"
    "def f(x):\r\n\t\"\"\"Doc.\r\n\tMore.\"\"\"\r\n"
        "\treturn x\r\n"
    "def f(x):\n    return 0\ndef f(x, y={'a': 1}):\n"
        "    return lambda: 1\nz = 1\n"
    "@d\ndef f(\n    x,\n):\n"
        "    return x\n"
    "#);
}

#[test]
fn what_cannot_be_split() {
    assert_eq!(split_function("def f(x):\n    'Doc.'\n", "f"), None);
    assert_eq!(split_function("def g(x):\n    return x\n", "f"), None);
    assert_eq!(split_function("def f(x:\n", "f"), None);
}

#[test]
fn stubs_keep_everything_but_the_body() {
    let mut text = String::new();
    let bare = "def f(x):\n    'Doc.'\n";
    for source in SOURCES.iter().chain([&bare]) {
        for stub in [Stub::ReturnNone, Stub::Raise] {
            let stubbed = stub_function(source, "f", stub).expect("it can be stubbed");
            assert_eq!(parse_check(&stubbed), Ok(()), "{stubbed:?}");
            if stub == Stub::ReturnNone {
                text.push_str(&format!("{stubbed:?}\n"));
            }
        }
    }
    insta::assert_snapshot!(text, @r#"
    "import re\n\n\ndef f(x):\n    '''Doc.'''\n    pass\n"
    "def f(x):\n    pass\n"
    "def f(x) -> (int):  # note: here\n    pass\n"
    "def f(x): pass\n"
    "def f(x): 'Doc.'; pass\n"
    "def f(x):\n    'Doc.'; \n    pass\n"
    "def f(x):\n    'Doc.'  # why\n    pass\n"
    "def f(x):\r\n\t\"\"\"Doc.\r\n\tMore.\"\"\"\r\n\tpass\n"
    "def f(x):\n    return 0\ndef f(x, y={'a': 1}):\n    pass\nz = 1\n"
    "@d\ndef f(\n    x,\n):\n    pass\n"
    "def f(x):\n    'Doc.'\n    pass\n"
    "#);
}

#[test]
fn signatures_are_read_as_written() {
    let source = "
import functools
@functools.cache
def f(a, /, b: int, c: 'str' = \"x\", *args: float, d, e=[1, 2], **kwargs) -> dict[str, int]:
    '''Does it.'''
    return {}
async def g():
    yield 1
";
    let found = signature(source, "f").expect("f is there");
    let text: String = found
        .parameters
        .iter()
        .map(|parameter| {
            format!(
                "{:?} {} {:?} {:?}\n",
                parameter.kind, parameter.name, parameter.annotation, parameter.default
            )
        })
        .collect();
    insta::assert_snapshot!(text, @r#"
    PositionalOnly a None None
    PositionalOrKeyword b Some("int") None
    PositionalOrKeyword c Some("'str'") Some("\"x\"")
    VarPositional args Some("float") None
    KeywordOnly d None None
    KeywordOnly e None Some("[1, 2]")
    VarKeyword kwargs None None
    "#);
    assert_eq!(found.parameters[0].kind, ParameterKind::PositionalOnly);
    assert_eq!(found.returns.as_deref(), Some("dict[str, int]"));
    assert_eq!(found.docstring.as_deref(), Some("Does it."));
    assert_eq!(found.decorators, ["functools.cache"]);
    assert!(!found.is_generator && !found.is_async);
    let found = signature(source, "g").expect("g is there");
    assert!(found.is_generator && found.is_async);
}

#[test]
fn doctests_are_cut_like_the_standard_library_cuts_them() {
    let docstring = "Does it.

    >>> f(1)
    2
    >>> for i in range(2):
    ...     print(i)
    ...
    0
    1
    >>> x = 1

    Text >>> not a prompt
    >>> f('a')
    Traceback (most recent call last):
        ...
    ValueError: no
      >>>glued
    ";
    insta::assert_debug_snapshot!(doctests(docstring), @r#"
    [
        Doctest {
            source: "f(1)\n",
            want: "2\n",
            line: 3,
        },
        Doctest {
            source: "for i in range(2):\n    print(i)\n\n",
            want: "0\n1\n",
            line: 5,
        },
        Doctest {
            source: "x = 1\n",
            want: "",
            line: 10,
        },
        Doctest {
            source: "f('a')\n",
            want: "Traceback (most recent call last):\n    ...\nValueError: no\n  >>>glued\n",
            line: 13,
        },
    ]
    "#);
    assert_eq!(
        doctests(">>> 1"),
        [Doctest {
            source: "1\n".to_owned(),
            want: String::new(),
            line: 1
        }]
    );
}

#[test]
fn constants_are_those_of_the_function() {
    let source = "
OUTSIDE = 99
def f(x, sign=-3):
    '''Not this.'''
    if x['key'] > 10 and x.get('other', 2.5) != -1:
        return 'text' + f'{x}', b'raw', 10
    return 10 ** 30
";
    insta::assert_debug_snapshot!(constants(source, "f"), @r#"
    Constants {
        integers: [
            -3,
            10,
            -1,
            30,
        ],
        floats: [
            2.5,
        ],
        strings: [
            "key",
            "other",
            "text",
        ],
        bytes: [
            [
                114,
                97,
                119,
            ],
        ],
        keys: [
            "key",
            "other",
        ],
    }
    "#);
}

#[test]
fn import_roots_are_found_everywhere() {
    let source = "
from __future__ import annotations
import os.path, numpy as np
from .local import x
def f():
    from pandas.io import y
try:
    import torch
except ImportError:
    pass
";
    let roots: Vec<String> = import_roots(source)
        .expect("the source parses")
        .into_iter()
        .collect();
    assert_eq!(roots, ["numpy", "os", "pandas", "torch"]);
}

/// The names whose bodies are gone.
fn stubbed(code: &str, tests: &str) -> Vec<String> {
    let mut names = None;
    for stub in Stub::ALL {
        let stubbed = stub_tested(code, tests, stub);
        if let Some(stubbed) = &stubbed {
            assert_eq!(parse_check(&stubbed.code), Ok(()), "{}", stubbed.code);
        }
        names = stubbed.map(|stubbed| stubbed.names);
    }
    names.unwrap_or_else(Vec::new)
}

#[test]
fn what_tests_mention_loses_its_body() {
    let code = "\
import math
try:
    from fast import area
except ImportError:
    def area(r):
        return math.pi * r
def helper(x):
    return x
def deco(f):
    return f
@deco
def twice(x): return helper(x) * 2
cached = deco(twice)
class Base:
    unit = helper(1)
    def push(self, x):
        self.x = x
class Stack(Base):
    class Node:
        def value(self):
            return 1
    if True:
        def pop(self):
            return self.x
LIMIT = 3
";
    let of = |tests: &str| stubbed(code, tests).join(" ");
    assert_eq!(of("twice(1)"), "twice");
    assert_eq!(of("import solution\nsolution.twice(area(2))"), "area twice");
    assert_eq!(of("patch('solution.helper')"), "helper");
    assert_eq!(of("from solution import helper as h"), "helper");
    assert_eq!(of("cached(1)"), "deco twice");
    assert_eq!(
        of("Stack().pop()"),
        "helper Base.push Stack.Node.value Stack.pop"
    );
    assert_eq!(of("LIMIT"), "");
    assert_eq!(
        of("1 + 1"),
        "area helper deco twice Base.push Stack.Node.value Stack.pop"
    );
    assert_eq!(of("twice("), "");
    let both = stub_tested(code, "twice(area(1))", Stub::ReturnNone).expect("two bodies");
    assert_eq!(
        both.code,
        code.replace("return math.pi * r", "pass")
            .replace("twice(x): return helper(x) * 2", "twice(x): pass")
    );
}

#[test]
fn test_classes_in_the_code_belong_to_the_tests() {
    let code = "import unittest\ndef f(x):\n    return x\ndef g(x):\n    return x\nclass T(unittest.TestCase):\n    def test_it(self):\n        self.assertEqual(g(1), 1)\n";
    assert_eq!(stubbed(code, ""), ["g"]);
    assert_eq!(stubbed(code, "f(1)"), ["f", "g"]);
}
