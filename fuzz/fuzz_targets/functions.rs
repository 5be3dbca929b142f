//! The extractor against any text.
//!
//! An input is one byte of settings and then a module. What must hold, whatever the text:
//! - it neither panics nor overflows the stack, and twice is the same;
//! - what parses comes to outcomes in source order, each with a line of the text;
//! - a candidate's code is its imports, its context and its function, parses again, defines
//!   the function last, and is cut into a prefix and a completion without losing a byte.

#![no_main]

use std::collections::BTreeSet;

use libfuzzer_sys::fuzz_target;
use unitmill_model::{Candidate, Origin};
use unitmill_python::{
    FunctionKind, FunctionOutcome, FunctionSettings, PackageRequirement, extract_functions,
    parse_check, split_function, undefined_names,
};

fuzz_target!(|input: &[u8]| {
    let Some((&control, text)) = input.split_first() else {
        return;
    };
    let text = String::from_utf8_lossy(text);
    let origin = Origin {
        repo: None,
        license: None,
        path: "pkg/module.py".to_owned(),
        held_sha256: None,
    };
    let settings = FunctionSettings {
        require: if control & 1 == 0 {
            PackageRequirement::None
        } else {
            PackageRequirement::Any
        },
        tests: control & 2 == 0,
        kinds: if control & 4 == 0 {
            BTreeSet::from([
                FunctionKind::Function,
                FunctionKind::Method,
                FunctionKind::ClassMethod,
                FunctionKind::StaticMethod,
                FunctionKind::Async,
                FunctionKind::Generator,
            ])
        } else {
            BTreeSet::from([FunctionKind::Function])
        },
        importable: (control & 8 == 0)
            .then(|| ["a", "math", "os"].map(str::to_owned).into_iter().collect()),
        reject_sources: if control & 32 == 0 {
            FunctionSettings::default().reject_sources
        } else {
            BTreeSet::new()
        },
        require_arguments: control & 16 == 0,
        require_return_value: control & 16 == 0,
        ..FunctionSettings::default()
    };
    let outcomes = match extract_functions(&text, &origin, &settings) {
        Ok(outcomes) => outcomes,
        Err(failure) => {
            assert!(failure.line >= 1 && failure.column >= 1);
            assert!(parse_check(&text).is_err(), "{failure}");
            return;
        }
    };
    assert!(parse_check(&text).is_ok());
    assert_eq!(
        extract_functions(&text, &origin, &settings).as_ref(),
        Ok(&outcomes)
    );
    let lines = 1 + text.matches(['\n', '\r']).count() as u32;
    for outcome in &outcomes {
        match outcome {
            FunctionOutcome::Candidate(candidate) => check(candidate, lines),
            FunctionOutcome::Rejected { first_line, .. } => {
                assert!((1..=lines).contains(first_line));
            }
        }
    }
});

fn check(candidate: &Candidate, lines: u32) {
    let Candidate {
        name,
        code,
        imports,
        context,
        function,
        ..
    } = candidate;
    assert!(1 <= candidate.first_line && candidate.first_line <= candidate.last_line);
    assert!(candidate.last_line <= lines);
    assert_eq!(*code, Candidate::assemble(imports, context, function));
    parse_check(code).unwrap_or_else(|failure| panic!("{failure} in\n{code}"));
    undefined_names(code).unwrap_or_else(|failure| panic!("{failure} in\n{code}"));
    if let Some(split) = split_function(code, name) {
        assert_eq!(split.prefix + &split.completion, *code);
    }
}
