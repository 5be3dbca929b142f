//! Texts that are nested absurdly, or as deeply as anything may be: an answer for every walk,
//! on the stack of an ordinary thread, and never an overflow. Odd line ends and characters:
//! offsets that are right.

use std::collections::BTreeSet;

use unitmill_model::Origin;
use unitmill_python::{
    FunctionKind, FunctionOutcome, FunctionSettings, OutsideSource, PackageRequirement, Stub,
    constants, enumerate_tests, extract_functions, fingerprint, function_forms, import_roots,
    nests_deeply, parse_check, signature, split_function, stub_function, stub_tested,
    undefined_names,
};

fn settings() -> FunctionSettings {
    FunctionSettings {
        kinds: BTreeSet::from([
            FunctionKind::Function,
            FunctionKind::Method,
            FunctionKind::Async,
            FunctionKind::Generator,
        ]),
        require: PackageRequirement::None,
        max_lines: 100_000,
        max_context_lines: 100_000,
        max_complexity: Some(100_000),
        reject_sources: BTreeSet::<OutsideSource>::new(),
        generated: true,
        ..FunctionSettings::default()
    }
}

fn outcomes(source: &str) -> Option<Vec<FunctionOutcome>> {
    let origin = Origin {
        repo: None,
        license: None,
        path: "m.py".to_owned(),
        held_sha256: None,
    };
    extract_functions(source, &origin, &settings()).ok()
}

/// Everything that walks a tree, on one text.
fn walk_all(source: &str) {
    let parses = parse_check(source).is_ok();
    assert_eq!(outcomes(source).is_some(), parses);
    assert_eq!(undefined_names(source).is_ok(), parses);
    assert_eq!(import_roots(source).is_ok(), parses);
    assert_eq!(enumerate_tests(source).is_ok(), parses);
    for name in ["f", "C.f"] {
        for stub in Stub::ALL {
            drop(stub_function(source, name, stub));
        }
        drop((
            fingerprint(source, name),
            signature(source, name),
            constants(source, name),
            split_function(source, name),
        ));
    }
    for stub in Stub::ALL {
        drop((
            stub_tested(source, "", stub),
            stub_tested("def f(x): return x\n", source, stub),
        ));
    }
    drop(function_forms(source));
    nests_deeply(source);
}

/// Shapes of a depth, as the value of an expression.
fn expressions(depth: usize) -> Vec<String> {
    let wrap = |open: &str, inner: &str, close: &str| {
        format!("{}{inner}{}", open.repeat(depth), close.repeat(depth))
    };
    vec![
        wrap("(", "x", ")"),
        wrap("[", "x", "]"),
        wrap("{1: ", "x", "}"),
        wrap("f(", "x", ")"),
        wrap("-", "x", ""),
        wrap("not ", "x", ""),
        wrap("lambda y: ", "x", ""),
        wrap("1 if x else ", "x", ""),
        wrap("x ** ", "x", ""),
        wrap("x[", "x", "]"),
        wrap("", "x", ".a"),
        wrap("", "x", "()"),
        wrap("", "x", "[0]"),
        wrap("", "x", " + x"),
        wrap("", "x", " + 'a'"),
        wrap("", "x", " and x"),
        wrap("", "x", " < x"),
        wrap("[x for x in ", "x", "]"),
        wrap("(y := ", "x", ")"),
        format!("f\"{}x{}\"", "{f'".repeat(depth), "'}".repeat(depth)),
    ]
}

/// Shapes of a depth, as statements.
fn statements(depth: usize) -> Vec<String> {
    let nest = |line: &str, last: &str| -> String {
        let mut text: String = (0..depth)
            .map(|level| format!("{}{line}\n", " ".repeat(level)))
            .collect();
        text.push_str(&format!("{}{last}\n", " ".repeat(depth)));
        text
    };
    vec![
        nest("if x:", "pass"),
        nest("def f(x):", "return x"),
        nest("class C:", "def f(self): return self"),
        nest("while x:", "def f(x): return x"),
        nest("with x:", "import a"),
        format!("if x:\n  pass\n{}", "elif x:\n  pass\n".repeat(depth)),
        format!("try:\n  pass\n{}", "except x:\n  pass\n".repeat(depth)),
        format!(
            "match x:\n  case {}y{}: pass\n",
            "[".repeat(depth),
            "]".repeat(depth)
        ),
    ]
}

fn modules(depth: usize) -> Vec<String> {
    let mut modules = statements(depth);
    for expression in expressions(depth) {
        modules.push(format!("def f(x):\n    return {expression}\n"));
        if depth > 1_000 {
            continue;
        }
        modules.push(format!("x = {expression}\ndef f(x=x):\n    return x\n"));
        modules.push(format!(
            "class C:\n    def f(self, x: 'x' = 1):\n        return {expression}\n"
        ));
    }
    modules
}

#[test]
fn what_is_nested_absurdly_never_overflows() {
    for source in modules(10_000) {
        // Nested statements are 50 MB.
        if source.len() < 200_000 {
            walk_all(&source);
        } else {
            assert!(parse_check(&source).is_err());
        }
    }
}

#[test]
fn what_is_nested_as_deeply_as_may_be_is_walked() {
    for depth in [90, 1_500] {
        for source in modules(depth) {
            if source.len() < 200_000 {
                walk_all(&source);
            }
        }
    }
    let chain = format!("def f(x):\n    return x{}\n", " + x".repeat(1_500));
    assert_eq!(outcomes(&chain).map(|found| found.len()), Some(1));
    assert!(nests_deeply(&chain));
    assert!(!nests_deeply(
        "def f(x):\n    return [x, -1, (x + 1) * 2]\n"
    ));
}

#[test]
fn odd_lines_and_characters_keep_their_places() {
    let functions = |source: &str| -> Vec<(String, u32, u32, String)> {
        outcomes(source)
            .expect("the source parses")
            .into_iter()
            .filter_map(|outcome| match outcome {
                FunctionOutcome::Candidate(found) => Some((
                    found.name,
                    found.first_line,
                    found.last_line,
                    found.function,
                )),
                FunctionOutcome::Rejected { .. } => None,
            })
            .collect()
    };
    let plain = "A = 1\n\ndef f(x):\n    return x + A\n\ndef g(x):\n    return 'ä' + x\n";
    let found = functions(plain);
    assert_eq!(
        (found[0].1, found[0].2, found[1].1, found[1].2),
        (3, 4, 6, 7)
    );
    for (source, line) in [
        (plain.replace('\n', "\r\n"), "\r\n"),
        (plain.replace('\n', "\r"), "\r"),
        (plain.replace("\n\n", "\n\u{c}\n"), "\n"),
    ] {
        let same: Vec<_> = functions(&source)
            .into_iter()
            .map(|(name, first, last, text)| {
                (
                    name,
                    first,
                    last,
                    text.trim_end().replace(line, "\n") + "\n",
                )
            })
            .collect();
        assert_eq!(same, found, "{source:?}");
    }
    for source in ["print 'x'\n", "def f(x):\n    return x\0\n", "x = 1\n\0"] {
        assert!(parse_check(source).is_err(), "{source:?}");
    }
}

#[test]
fn a_very_long_line_is_a_line() {
    let source = format!(
        "TABLE = [{}]\ndef f(x):\n    return TABLE[x]\n",
        "1, ".repeat(1_000_000)
    );
    let outcomes = outcomes(&source).expect("the source parses");
    let [FunctionOutcome::Candidate(found)] = outcomes.as_slice() else {
        panic!("one candidate");
    };
    assert_eq!((found.first_line, found.last_line), (2, 3));
}
