//! The sandbox jobs of a case.

use unitmill_model::{JOB_VERSION, Job, JobFile, JobKind, Limits, ObservedCall, Pair, TestOrder};
use unitmill_python::{enumerate_tests, import_roots};

use crate::CaseSettings;

/// Code and tests as one file, to be judged.
pub(super) fn verdict(settings: &CaseSettings, code: &str, tests: &str) -> Job {
    let module = Pair::module(code, tests);
    job(settings, module, JobKind::Verdict, settings.seed)
}

/// The same with the tests the other way round, and other hashes.
pub(super) fn other_order(settings: &CaseSettings, code: &str, tests: &str) -> Job {
    Job {
        order: TestOrder::Reversed,
        seed: settings.seed.wrapping_add(1),
        ..verdict(settings, code, tests)
    }
}

/// Code and tests as one file, followed line by line.
pub(super) fn coverage(settings: &CaseSettings, code: &str, tests: &str) -> Job {
    let module = Pair::module(code, tests);
    job(settings, module, JobKind::Coverage, settings.seed)
}

/// Guessed calls of the code, to be looked at; with the lines that each executes, if asked
/// for.
pub(super) fn guess(
    settings: &CaseSettings,
    code: &str,
    calls: Vec<ObservedCall>,
    lines: bool,
    seed: u32,
) -> Job {
    let kind = JobKind::Observe { calls, lines };
    Job {
        limits: guessing_limits(settings.limits),
        ..job(settings, code.to_owned(), kind, seed)
    }
}

/// Calls that are known to return, to be looked at in other code or once more. They have
/// the time that tests have: a look at some of them that were seen one by one may not fail
/// for want of it.
pub(super) fn observe(
    settings: &CaseSettings,
    code: &str,
    calls: Vec<ObservedCall>,
    seed: u32,
) -> Job {
    let kind = JobKind::Observe {
        calls,
        lines: false,
    };
    job(settings, code.to_owned(), kind, seed)
}

fn job(settings: &CaseSettings, module: String, kind: JobKind, seed: u32) -> Job {
    // Code and tests were parsed before they came here. Should the two not parse together,
    // the sandbox says so in its verdict, and no test is to be expected.
    let expected_tests = match kind {
        JobKind::Observe { .. } => Vec::new(),
        JobKind::Verdict | JobKind::Coverage => enumerate_tests(&module).unwrap_or_default(),
    };
    let mut packages: Vec<String> = match import_roots(&module) {
        Ok(roots) => roots.into_iter().collect(),
        Err(_) => Vec::new(),
    };
    if let JobKind::Observe { calls, .. } = &kind {
        for root in ["numpy", "pandas", "scipy", "sklearn"] {
            let (whole, part) = (format!("import {root}"), format!("from {root}."));
            if calls
                .iter()
                .any(|call| call.setup.contains(&whole) || call.setup.contains(&part))
            {
                packages.push(root.to_owned());
            }
        }
        packages.sort();
        packages.dedup();
    }
    Job {
        version: JOB_VERSION,
        files: vec![JobFile {
            name: "solution.py".to_owned(),
            content: module,
        }],
        entry: "solution".to_owned(),
        expected_tests,
        kind,
        packages,
        limits: settings.limits,
        seed,
        order: TestOrder::AsLoaded,
    }
}

/// Guessed inputs send some functions round in circles. A call that makes a good test takes
/// milliseconds, but the modules that it loads may take a second or two, twice that on a
/// busy machine; so looking gets two fifths of the computing time that a suite has, and of
/// the clock's time so much more that computing runs out first.
fn guessing_limits(limits: Limits) -> Limits {
    Limits {
        wall_ms: (limits.wall_ms / 5 * 3).max(1000),
        cpu_ms: (limits.cpu_ms / 5 * 2).max(1000),
        ..limits
    }
}

/// The observed calls as text, for the attempt's row.
pub(super) fn calls_text(calls: &[ObservedCall]) -> String {
    let mut text = String::new();
    for call in calls {
        for line in call.setup.lines() {
            text.push_str(line);
            text.push('\n');
        }
        text.push_str(&call.expression);
        text.push('\n');
    }
    text
}
