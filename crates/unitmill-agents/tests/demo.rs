//! The offline agents against the demonstration corpus: what ought to become of each
//! function, in a plain interpreter. Needs numpy, pandas, scipy and scikit-learn; point
//! `UNITMILL_TEST_PYTHON` at an interpreter that has them.

mod stand_in;

use std::path::PathBuf;

use serde::Deserialize;
use stand_in::{StandIn, candidates};

#[derive(Deserialize)]
struct Expected {
    path: String,
    name: String,
    first_line: u32,
    outcome: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    verification: String,
    #[serde(default)]
    fixed: bool,
    #[serde(default)]
    or: Vec<String>,
}

const PACKAGES: &[&str] = &["numpy", "pandas", "scipy", "sklearn", "joblib"];

/// Outcomes that stages before this one decide.
const EARLIER: &[&str] = &[
    "exact_duplicate",
    "repeated_source",
    "package_required",
    "no_return_value",
    "no_arguments",
    "kind_not_selected",
    "test_code",
    "syntax_error",
    "unresolved_name",
    "local_import",
    "shadowed",
    "too_long",
    "empty_file",
    "undecodable",
];

/// Functions whose inputs the generator cannot guess yet, and one that finds a network in
/// a plain interpreter.
const NOT_HERE: &[&str] = &["unpack_header", "unpack_json", "port_open"];

#[test]
fn demonstration_corpus() {
    let mut stand_in = StandIn::start(PACKAGES);
    if PACKAGES
        .iter()
        .any(|name| !stand_in.environment.modules.contains(*name))
    {
        #[expect(clippy::print_stderr, reason = "a skipped test says so")]
        {
            eprintln!("skipped: {} lacks scientific packages", stand_in::python());
        }
        return;
    }
    let data = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../data");
    let text = std::fs::read_to_string(data.join("demo.expected.json")).expect("the expectations");
    let expected: Vec<Expected> = serde_json::from_str(&text).expect("valid expectations");
    let only = std::env::var("UNITMILL_TEST_ONLY").unwrap_or_default();
    let mut wrong = Vec::new();
    let mut right = 0;
    for entry in &expected {
        if EARLIER.contains(&entry.reason.as_str())
            || NOT_HERE.contains(&entry.name.as_str())
            || !format!("{}:{}", entry.path, entry.name).contains(&only)
        {
            continue;
        }
        let bytes =
            std::fs::read(data.join("demo").join(&entry.path)).expect("a file of the corpus");
        let Ok(source) = String::from_utf8(bytes) else {
            continue;
        };
        let source = source.trim_start_matches('\u{feff}');
        let Some(candidate) = candidates(&entry.path, source)
            .into_iter()
            .find(|candidate| {
                candidate.name == entry.name && candidate.first_line == entry.first_line
            })
        else {
            continue;
        };
        // The interpreter at hand may hold less than the environment of the expectations.
        if entry.reason != "package_missing"
            && candidate.packages.iter().any(|root| root == "matplotlib")
        {
            continue;
        }
        let conclusion = stand_in.mill(candidate);
        assert_ne!(conclusion.pairs.is_empty(), conclusion.reject.is_none());
        let (seen, detail) = match (&conclusion.pairs.first(), &conclusion.reject) {
            (Some(pair), _) => (
                format!("pair {} fixed={}", pair.verification, pair.fix_rounds > 0),
                if only.is_empty() {
                    String::new()
                } else {
                    format!("\n{}\n{}", pair.code(), pair.tests)
                },
            ),
            (None, Some(reject)) => (format!("reject {}", reject.reason), reject.detail.clone()),
            (None, None) => unreachable!("asserted above"),
        };
        let wanted = if entry.outcome == "pair" {
            format!("pair {} fixed={}", entry.verification, entry.fixed)
        } else {
            format!("reject {}", entry.reason)
        };
        let allowed = seen == wanted
            || entry.or.iter().any(|or| {
                seen == format!("reject {or}") || (or == "pair" && seen.starts_with("pair"))
            });
        if allowed && only.is_empty() {
            right += 1;
        } else {
            wrong.push(format!(
                "{}:{} {}\n    wanted {wanted} or {:?}\n    got    {seen}: {}",
                entry.path, entry.first_line, entry.name, entry.or, detail
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{right} right, {} wrong\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
