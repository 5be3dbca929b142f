//! Properties that hold for any text, and for modules put together at random.

use std::collections::BTreeSet;

use proptest::prelude::*;
use unitmill_model::Origin;
use unitmill_python::{
    FunctionKind, FunctionOutcome, FunctionSettings, PackageRequirement, Stub, enumerate_tests,
    extract_functions, fingerprint, parse_check, split_function, stub_function, stub_tested,
    undefined_names,
};

fn origin() -> Origin {
    Origin {
        repo: None,
        license: None,
        path: "m.py".to_owned(),
        held_sha256: None,
    }
}

/// Statements that a module can be made of, in any order.
const STATEMENTS: &[&str] = &[
    "import os, re as regex\n",
    "from math import sqrt, floor as down\n",
    "A = 1\n",
    "B = A + 1  # note\n",
    "B += 2\n",
    "def f0(x):\n    return sqrt(x) + A\n",
    "def f1(x):\n    '''Doc.'''\n    return f0(x) + f2(x)\n",
    "async def f2(x):\n    return [regex.sub('a', B, y) for y in x]\n",
    "@decorate\ndef f3(x, y=A):\n    def inner(): return y\n    return inner() + os.getpid()\n",
    "def f0(x): return C.size\n",
    "class C(Base):\n    size = B\n    def method(self):\n        return f1(self)\n",
    "class Base: pass\n",
    "class D:\n    'D.'\n    def __init__(self, x=A):\n        self.x = x\n\n    @property\n    def fy(self):\n        return self.x + B\n    @staticmethod\n    def fz(x): return D(x).fy\n    def __iter__(self):\n        yield self.fy\n",
    "if A:\n    def f4(x):\n        return x\nelse:\n    f4 = None\n",
    "try:\n    import numpy as np\nexcept ImportError:\n    np = None\n",
    "def f5(x):\n    global A\n    A = x\n    return np.sum(x)\n",
    "def decorate(function):\n    return function\n",
    "print(A)\n",
    "T = {1: f0}\n",
    "def f6(x):\n    return T[x]\n",
];

fn modules() -> impl Strategy<Value = String> {
    proptest::collection::vec(proptest::sample::select(STATEMENTS), 0..16)
        .prop_map(|statements| statements.concat())
}

/// Text that often is almost Python.
fn texts() -> impl Strategy<Value = String> {
    let pieces = vec![
        "def f(x):\n",
        "    ",
        "return x",
        "\n",
        "(",
        ")",
        "[",
        "{",
        "'",
        "\"\"\"",
        "#",
        "\\",
        ":",
        "class C:\n",
        "lambda",
        "for x in",
        "import a",
        "from . import",
        "@",
        "\r",
        "\t",
        "\u{c}",
        "é",
        "\u{feff}",
        "f'{",
        "}",
        "if",
        "1",
        "match x:\n",
        "case",
        "*",
        ";",
        "global",
        "x",
    ];
    prop_oneof![
        "\\PC{0,80}",
        proptest::collection::vec(proptest::sample::select(pieces), 0..40)
            .prop_map(|pieces| pieces.concat()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn nothing_panics(text in texts()) {
        let settings = FunctionSettings { require: PackageRequirement::None, ..Default::default() };
        let parses = parse_check(&text).is_ok();
        prop_assert_eq!(extract_functions(&text, &origin(), &settings).is_ok(), parses);
        prop_assert_eq!(enumerate_tests(&text).is_ok(), parses);
        prop_assert_eq!(undefined_names(&text).is_ok(), parses);
        if let Some(split) = split_function(&text, "f") {
            prop_assert_eq!(split.prefix + &split.completion, text);
        }
    }

    #[test]
    fn outcomes_are_complete_and_candidates_are_whole(source in modules()) {
        let settings = FunctionSettings {
            require: PackageRequirement::None,
            kinds: BTreeSet::from([
                FunctionKind::Function,
                FunctionKind::Method,
                FunctionKind::StaticMethod,
                FunctionKind::ClassMethod,
                FunctionKind::Async,
                FunctionKind::Generator,
            ]),
            ..Default::default()
        };
        let outcomes = extract_functions(&source, &origin(), &settings).expect("the source parses");
        let functions = source.matches("def f").count()
            + source.matches("def method").count()
            + source.matches("def __i").count()
            + source.matches("def decorate").count();
        prop_assert_eq!(outcomes.len(), functions);
        for outcome in outcomes {
            let FunctionOutcome::Candidate(candidate) = outcome else { continue };
            let undefined: BTreeSet<String> = undefined_names(&candidate.code)
                .expect("the code parses")
                .into_iter()
                .map(|undefined| undefined.name)
                .collect();
            let listed: BTreeSet<String> = candidate.unresolved.iter().cloned().collect();
            prop_assert!(undefined.is_subset(&listed), "{:?} in\n{}", undefined, candidate.code);
            prop_assert_eq!(fingerprint(&candidate.code, &candidate.name), Some(candidate.fingerprint));
            let split = split_function(&candidate.code, &candidate.name).expect("it splits");
            prop_assert_eq!(split.prefix + &split.completion, candidate.code.clone());
            for stub in Stub::ALL {
                let stubbed = stub_function(&candidate.code, &candidate.name, stub).expect("it stubs");
                prop_assert_eq!(parse_check(&stubbed), Ok(()));
            }
            // The slices are in the source, byte by byte; margins apart, where the function
            // stood under a condition.
            let flat = |text: &str| text.lines().map(str::trim).collect::<Vec<_>>().join("\n");
            prop_assert!(flat(&source).contains(&flat(candidate.function.trim_end())));
        }
        // Nothing is mentioned, so that everything goes.
        for stub in Stub::ALL {
            let stubbed = stub_tested(&source, "", stub);
            prop_assert_eq!(stubbed.is_some(), functions > 0);
            if let Some(stubbed) = stubbed {
                prop_assert_eq!(parse_check(&stubbed.code), Ok(()), "{}", stubbed.code);
                prop_assert!(!stubbed.names.is_empty());
            }
        }
    }
}
