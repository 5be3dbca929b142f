//! Package lists, what an environment lacks, and licences, from the command line.

use std::fs;
use std::path::Path;

use tempfile::{TempDir, tempdir};
use unitmill_model::Candidate;
use unitmill_shards::read_rows;

use crate::program::{fail, run, stderr, succeed, unitmill};

/// A folder of sources.
fn corpus(files: &[(&str, &str)]) -> TempDir {
    let folder = tempdir().expect("a folder");
    for (name, text) in files {
        fs::write(folder.path().join(name), text).expect("written");
    }
    folder
}

/// The candidates' names with their licences, and what was said.
fn extract(input: &Path, arguments: &[&str]) -> (Vec<String>, String) {
    let folder = tempdir().expect("a folder");
    let out = folder.path().join("candidates.parquet");
    let mut command = unitmill(["extract"]);
    command.arg(input).arg("--out").arg(&out).args(arguments);
    let output = run(&mut command);
    assert!(output.status.success(), "{}", stderr(&output));
    let names = read_rows::<Candidate>(&out)
        .expect("readable")
        .map(|row| {
            let row = row.expect("a valid row");
            match row.license {
                Some(license) => format!("{} ({license})", row.name),
                None => row.name,
            }
        })
        .collect();
    (names, stderr(&output))
}

const WANTING: &str = "\
import re
import torch
import cv2

def here(x):
    return re.sub('a', 'b', x)

def there(x):
    return torch.sum(x)

def both(x):
    return torch.sum(cv2.imread(x))
";

#[test]
fn what_an_environment_lacks_is_counted_by_package() {
    let corpus = corpus(&[("module.py", WANTING)]);
    let (names, said) = extract(corpus.path(), &[]);
    assert_eq!(names, ["here", "there", "both"]);
    assert!(said.contains("no environment was asked"), "{said}");

    let (names, said) = extract(corpus.path(), &["--env", "standard"]);
    assert_eq!(names, ["here"]);
    let (_, said) = said
        .split_once("candidates, ")
        .expect("the counts are printed");
    insta::assert_snapshot!(said, @"
    2 rejected
           2  package_missing
    what the environment standard lacks
    Packages to add next
      package  functions wait  for it alone  pip install
      torch                 2             1  torch
      cv2                   1             0  opencv-python-headless
    ");
}

#[test]
fn package_lists_are_chosen_by_name() {
    let corpus = corpus(&[("module.py", WANTING)]);
    let (names, _) = extract(corpus.path(), &["--packages", "unitcoder"]);
    assert_eq!(names, ["here"]);
    let (names, _) = extract(corpus.path(), &["--packages", "popular"]);
    assert_eq!(names, ["here", "there", "both"]);
    let message = fail(
        unitmill(["extract", "--packages", "popula", "--out", "x.jsonl"]).arg(corpus.path()),
        2,
    );
    insta::assert_snapshot!(message, @"error: packages.allow: there is no file popula and no bundled list of that name; bundled are default, popular, unitcoder");
}

#[test]
fn a_list_is_held_against_an_environment() {
    let table = succeed(&mut unitmill([
        "env",
        "packages",
        "unitcoder",
        "--env",
        "standard",
    ]));
    assert_eq!(table.lines().count(), 139);
    let line = |name: &str| {
        let start = format!("{name} ");
        let line = table.lines().find(|line| line.starts_with(&start));
        line.expect("it is listed")
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(line("PIL"), "PIL pillow missing");
    assert_eq!(line("json"), "json (standard library) held");
}

#[test]
fn licences_decide_which_files_are_taken() {
    let row = |name: &str, license: &str| {
        let code = format!("import re\n\ndef {name}(x):\n    return re.sub('a', 'b', x)\n");
        serde_json::json!({"content": code, "path": format!("{name}.py"), "license": license})
            .to_string()
    };
    let rows = [
        row("free", "[\"mit\"]"),
        row("either", "GPLv3 OR BSD"),
        row("left", "GNU General Public License v3 or later (GPLv3+)"),
        row("silent", "no_license"),
    ];
    let corpus = corpus(&[("rows.jsonl", &rows.join("\n"))]);
    let input = corpus.path().join("rows.jsonl");
    let (names, said) = extract(&input, &[]);
    assert_eq!(
        names,
        [
            "free (MIT)",
            "either (GPL-3.0-only OR BSD-3-Clause)",
            "silent"
        ]
    );
    assert!(said.contains("1  license_not_allowed"), "{said}");

    let (names, _) = extract(
        &input,
        &["--set", "licenses={allow: [GPL-3.0-only], unknown: reject}"],
    );
    assert_eq!(
        names,
        [
            "either (GPL-3.0-only OR BSD-3-Clause)",
            "left (GPL-3.0-or-later)"
        ]
    );
    let (names, _) = extract(&input, &["--set", "input.0.license=ISC"]);
    assert_eq!(names.last().map(String::as_str), Some("silent (ISC)"));

    let message = fail(
        unitmill([
            "extract",
            "--set",
            "licenses.allow=[Apache2]",
            "--out",
            "x.jsonl",
        ])
        .arg(&input),
        2,
    );
    insta::assert_snapshot!(message, @"error: licenses.allow: `Apache2` is not an SPDX licence identifier (did you mean Apache-2.0?); https://spdx.org/licenses lists them, and LicenseRef-<name> names others");
    let message = fail(
        unitmill([
            "extract",
            "--set",
            "licenses.allow=permisive",
            "--out",
            "x.jsonl",
        ])
        .arg(&input),
        2,
    );
    assert!(message.contains("licenses.allow: must be"), "{message}");
}
